/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol device: asks the kernel for its interfaces from time to time.  The router
 * hears of changes as they happen; this is for those that were not told.
 */
#include "interface_version.h"
#include "nest/interface.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"

struct device_config {
	struct protocol_config common;
	usec_t scan_time;
	struct list interfaces; /* struct device_interface_config */
};

struct device_interface_config {
	struct conf_interface common;
	struct addr preferred;
};

struct device {
	struct protocol protocol;
	struct timer scan;
};

static const struct conf_item device_interface_items[] = {
	{ .pattern = "preferred @",
	  .doc = "Accepted for BIRD's configurations; addresses are used in the kernel's "
		 "order.",
	  .type = CONF_ADDR,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct device_interface_config, preferred) },
	{ 0 }
};

static const struct conf_schema device_interface_schema = {
	.name = "device interface",
	.doc = "What is preferred on some interfaces.",
	.size = sizeof(struct device_interface_config),
	.items = device_interface_items,
};

static const struct conf_item device_items[] = {
	{ .pattern = "scan time @",
	  .doc = "How often all interfaces are read again, beside the kernel's own "
		 "notices.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct device_config, scan_time),
	  .min = USEC_S,
	  .max = 86400 * USEC_S,
	  .preset = 60 * USEC_S },
	{ .pattern = "interface @ {",
	  .doc = "Settings of the interfaces that match.",
	  .type = CONF_INTERFACES,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct device_config, interfaces),
	  .more = &device_interface_schema },
	{ 0 }
};

static const struct conf_schema device_schema = {
	.name = "device",
	.doc = "Watches the interfaces of the host.",
	.size = sizeof(struct device_config),
	.items = device_items,
	.base = &protocol_schema,
};

static const struct device_config *
device_config(const struct device *device)
{
	return (const struct device_config *)device->protocol.config;
}

static void
device_scan(struct timer *timer)
{
	struct device *device = container_of(timer, struct device, scan);
	interface_rescan(device->protocol.router);
	timer_start(timer, device_config(device)->scan_time);
}

static int
device_start(struct protocol *protocol)
{
	struct device *device = (struct device *)protocol;
	timer_init(&device->scan, protocol->router, device_scan);
	timer_start(&device->scan, device_config(device)->scan_time);
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static void
device_stop(struct protocol *protocol)
{
	timer_stop(&((struct device *)protocol)->scan);
}

static void
device_reconfigure(struct protocol *protocol, const void *old,
		   const struct conf_diff *diff)
{
	(void)old;
	(void)diff;
	struct device *device = (struct device *)protocol;
	timer_start_earlier(&device->scan, device_config(device)->scan_time);
}

static const struct protocol_class device_class = {
	.name = "device",
	.doc = "Watches the interfaces of the host.",
	.size = sizeof(struct device),
	.schema = &device_schema,
	.preference = 240,
	.start = device_start,
	.stop = device_stop,
	.reconfigure = device_reconfigure,
};

static const struct protocol_class *const device_classes[] = { &device_class, NULL };

extern const struct module device_module;
const struct module device_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "device",
	.doc = "Watches the interfaces of the host.",
	.protocols = device_classes,
};
