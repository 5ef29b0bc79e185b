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
	struct list interfaces; /* struct conf_interface */
};

struct device {
	struct protocol protocol;
	struct timer scan;
};

static const struct conf_item device_interface_items[] = {
	{ .pattern = "preferred <addr>",
	  .doc = "Addresses are used in the kernel's order.",
	  .type = CONF_IGNORED },
	{ 0 }
};

static const struct conf_schema device_interface_schema = {
	.name = "device interface",
	.doc = "What is preferred on some interfaces.",
	.size = sizeof(struct conf_interface),
	.items = device_interface_items,
};

static const struct conf_item device_items[] = {
	{ .pattern = "scan time @",
	  .doc = "How often all interfaces are read again, beside the kernel's own "
		 "notices; 0: never.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct device_config, scan_time),
	  .max = 86400 * USEC_S,
	  .preset = 60 * USEC_S },
	{ .pattern = "interface @ [{]",
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

/* The next scan, if there is to be one. */
static void
scan_schedule(struct device *device)
{
	usec_t scan_time = device_config(device)->scan_time;
	if (scan_time > 0)
		timer_start(&device->scan, scan_time);
	else
		timer_stop(&device->scan);
}

static void
device_scan(struct timer *timer)
{
	struct device *device = container_of(timer, struct device, scan);
	interface_rescan(device->protocol.router);
	scan_schedule(device);
}

static int
device_start(struct protocol *protocol)
{
	struct device *device = (struct device *)protocol;
	timer_init(&device->scan, protocol->router, device_scan);
	scan_schedule(device);
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
	(void)diff;
	const struct device_config *former = old;
	struct device *device = (struct device *)protocol;
	if (former->scan_time != device_config(device)->scan_time)
		scan_schedule(device);
}

static void
device_check(void *data, struct conf_check *check)
{
	const struct device_config *config = data;
	if (config->scan_time > 0 && config->scan_time < USEC_S)
		conf_check_error(check, "`scan time` is 0 or at least 1 s");
}

static const struct protocol_class device_class = {
	.name = "device",
	.doc = "Watches the interfaces of the host.",
	.size = sizeof(struct device),
	.schema = &device_schema,
	.preference = 240,
	.check = device_check,
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
