/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way through netlink's bytes: what a router asks of its kernel and what it is told
 * is written and read by the same codec that talks to Linux, so that every scenario tries
 * it.
 */
#include <assert.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "lib/mem.h"
#include "sysdep/netlink/interface.h"
#include "sysdep/netlink/route.h"
#include "sysdep/sim/world.h"

#define CODEC_SIZE 16384 /* Bytes of the largest message. */

struct sim_codec {
	struct netlink_route route;
	uint8_t bytes[CODEC_SIZE];
};

static struct netlink_message message_read(struct sim_codec *codec, size_t size);

struct sim_codec *
sim_codec_new(void)
{
	return mem_zalloc(sizeof(struct sim_codec));
}

void
sim_codec_free(struct sim_codec *codec)
{
	mem_free(codec);
}

const struct fib_route *
sim_codec_route(struct sim_codec *codec, const struct fib_route *route, bool gone)
{
	struct wire_out out = wire_out(codec->bytes, sizeof(codec->bytes));
	uint16_t type = gone ? RTM_DELROUTE : RTM_NEWROUTE;
	bool put = netlink_put_route(&out, type, 0, 0, 0, route);

	assert(put);
	struct netlink_message message = message_read(codec, wire_used(&out));
	enum netlink_reason reason = netlink_get_route(&message, &codec->route);
	assert(reason == NETLINK_GOOD);
	return &codec->route.route;
}

void
sim_codec_interface(struct sim_codec *codec, struct sys_interface *interface, bool gone)
{
	struct wire_out out = wire_out(codec->bytes, sizeof(codec->bytes));
	uint32_t wireless = interface->flags & SYS_IF_WIRELESS; /* Not told by netlink. */
	bool put = netlink_put_interface(&out, gone ? RTM_DELLINK : RTM_NEWLINK, 0, 0, 0,
					 interface);

	assert(put);
	struct netlink_message message = message_read(codec, wire_used(&out));
	enum netlink_reason reason = netlink_get_interface(&message, interface);
	assert(reason == NETLINK_GOOD);
	interface->flags |= wireless;
}

void
sim_codec_address(struct sim_codec *codec, struct sys_address *address, bool gone)
{
	struct wire_out out = wire_out(codec->bytes, sizeof(codec->bytes));
	bool put = netlink_put_address(&out, gone ? RTM_DELADDR : RTM_NEWADDR, 0, 0, 0,
				       address);

	assert(put);
	struct netlink_message message = message_read(codec, wire_used(&out));
	enum netlink_reason reason = netlink_get_address(&message, address);
	assert(reason == NETLINK_GOOD);
}

static struct netlink_message
message_read(struct sim_codec *codec, size_t size)
{
	struct wire_in in = wire_in(codec->bytes, size);
	struct netlink_message message;
	bool got = netlink_get_message(&in, &message);

	assert(got && !in.bad);
	return message;
}
