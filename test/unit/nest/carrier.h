/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A transport that only remembers, and a protocol that remembers what it is told of its
 * links: what the unit tests of links, ports and transports run with.
 */
#ifndef TEST_UNIT_NEST_CARRIER_H
#define TEST_UNIT_NEST_CARRIER_H

#include "nest/interface.h"
#include "nest/schema.h"
#include "nest/transport.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

#define CARRIER_EVENTS 32

/* ---- the transport ---- */

struct carrier_config {
	struct transport_config common;
	unsigned *fails; /* How often start() is to fail yet; null: never. */
};

struct carrier {
	struct transport transport;
	struct interface *interface;
	uint8_t packet[2048]; /* The last one that was sent. */
	size_t size;
	struct link *sent_on;
	unsigned sends, binds, unbinds, reconfigures;
	struct link *bound, *unbound;
	bool refuse; /* To bind. */
};

static inline int
carrier_start(struct transport *transport)
{
	unsigned *fails = ((const struct carrier_config *)transport->config)->fails;
	if (!fails || *fails == 0)
		return 0;
	--*fails;
	return -98;
}

static inline void
carrier_stop(struct transport *transport)
{
	list_each_safe(link, &transport->router->links, struct link, link)
		if (link->transport == transport)
			link_gone(link);
}

static inline void
carrier_reconfigure(struct transport *transport, const void *old,
		    const struct conf_diff *diff)
{
	(void)old;
	(void)diff;
	((struct carrier *)transport)->reconfigures++;
}

static inline int
carrier_send(struct link *link, const void *packet, size_t size)
{
	struct carrier *carrier = (struct carrier *)link->transport;
	ck_assert_uint_le(size, sizeof(carrier->packet));
	memcpy(carrier->packet, packet, size);
	carrier->size = size;
	carrier->sent_on = link;
	carrier->sends++;
	return 0;
}

static inline int
carrier_bind(struct transport *transport, struct link *link, const struct prefix *net)
{
	struct carrier *carrier = (struct carrier *)transport;
	(void)net;
	carrier->binds++;
	carrier->bound = link;
	return carrier->refuse ? -95 : 0;
}

static inline void
carrier_unbind(struct transport *transport, struct link *link, const struct prefix *net)
{
	struct carrier *carrier = (struct carrier *)transport;
	(void)net;
	carrier->unbinds++;
	carrier->unbound = link;
}

static inline void
carrier_interface(struct transport *transport, struct interface *interface, bool gone)
{
	struct carrier *carrier = (struct carrier *)transport;
	carrier->interface = gone ? NULL : interface;
	list_each_safe(link, &transport->router->links, struct link, link)
		if (link->transport == transport)
			link_set_interface(link, carrier->interface);
}

static const struct transport_class carrier_class = {
	.name = "carrier",
	.size = sizeof(struct carrier),
	.start = carrier_start,
	.stop = carrier_stop,
	.reconfigure = carrier_reconfigure,
	.send = carrier_send,
	.route_bind = carrier_bind,
	.route_unbind = carrier_unbind,
	.interface_event = carrier_interface,
};

/* ---- the protocol ---- */

struct watcher {
	struct protocol protocol;
	enum link_event events[CARRIER_EVENTS];
	const struct link *links[CARRIER_EVENTS];
	unsigned count;
	const struct nexthop *nexthop; /* Is it reachable when an event is told? */
	bool reachable[CARRIER_EVENTS];
};

static inline void
watcher_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	struct watcher *watcher = (struct watcher *)protocol;
	ck_assert_uint_lt(watcher->count, CARRIER_EVENTS);
	ck_assert_uint_eq(link->gone, event == LINK_GONE);
	watcher->events[watcher->count] = event;
	watcher->links[watcher->count] = link;
	watcher->reachable[watcher->count++] =
		watcher->nexthop && nexthop_is_reachable(watcher->nexthop);
}

static const struct protocol_class watcher_class = {
	.name = "watcher",
	.size = sizeof(struct watcher),
	.start = fake_start,
	.link_event = watcher_link_event,
};

/* ---- both in a router ---- */

struct carriers {
	struct fake fake;
	struct router *router;
	struct carrier_config config;
	struct carrier *carrier;
	struct fake_instance instance;
	struct watcher *watcher;
};

/* A router with a running transport `t0` and a protocol that watches. */
static inline void
carriers_open(struct carriers *carriers)
{
	carriers->router = fake_open(&carriers->fake);
	carriers->config = (struct carrier_config){ .common = { .class = &carrier_class,
								.name = "t0" } };
	struct transport *transport =
		transport_new(carriers->router, &carriers->config.common);
	carriers->carrier = (struct carrier *)transport;
	transport_enable(transport);
	struct table *table = fake_table(&carriers->fake, "master4", NET_IP4);
	fake_instance_init(&carriers->instance, &watcher_class, "w", table);
	fake_instance_start(&carriers->instance, &carriers->fake);
	carriers->watcher = (struct watcher *)carriers->instance.protocol;
}

static inline void
carriers_close(struct carriers *carriers)
{
	fake_close(&carriers->fake);
}

/* The kernel tells of an interface, up, or of its end. */
static inline void
carriers_tell(struct carriers *carriers, const char *name, uint32_t index, bool gone)
{
	struct sys_interface sys = { .index = index,
				     .flags = SYS_IF_UP | SYS_IF_CARRIER,
				     .mtu = 1420 };
	strncpy(sys.name, name, sizeof(sys.name) - 1);
	interface_told(carriers->router, &sys, gone);
}

static inline struct addr
carriers_addr(const char *text)
{
	struct addr addr;
	ck_assert_msg(addr_parse(text, strlen(text), &addr), "%s", text);
	return addr;
}

static inline void
carriers_tell_addr(struct carriers *carriers, uint32_t index, const char *text,
		   unsigned length, bool gone)
{
	struct addr addr = carriers_addr(text);
	struct sys_address sys = { .index = index,
				   .addr = addr,
				   .prefix = prefix_new(addr, length) };
	interface_address_told(carriers->router, &sys, gone);
}

/* A link of t0, which has its interface with `local`. */
static inline struct link *
carriers_link(struct carriers *carriers, const char *name)
{
	return link_new(&carriers->carrier->transport, name,
			carriers->carrier->interface);
}

#endif
