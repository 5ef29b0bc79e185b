/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of events to BGP sessions: bytes that say what a neighbour, a stranger, the link
 * and the operator do, and for how long nothing happens.  Whatever comes, and in
 * whichever order, the state machine is sound behind each of them.
 */
#include "test/unit/bgp/lab.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const configs[] = {
	"",
	"passive;",
	"check link off; graceful restart on;",
	"hold time 9; send hold time 10; error wait time 1, 2; enable extended messages;",
	"disable after error; disable after cease;",
	"startup hold time 5; connect retry time 3; local role peer; interface \"eth0\";",
	"ttl security; connect delay time 1; min hold time 20; multihop;",
};

static void
config_use(struct lab_router *router, unsigned which)
{
	struct text text = { .text = NULL };
	text_printf(&text,
		    "mrtdump \"/log\"; mrtdump protocols { states, messages, sent };\n"
		    "protocol static { ipv4; route 10.9.0.0/16 blackhole "
		    "{ bgp_path.prepend(4200000000); }; }\n"
		    "protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; %s "
		    "ipv4 { import all; export all; add paths on; }; "
		    "ipv6 { import all; export all; }; }\n",
		    configs[which % ARRAY_SIZE(configs)]);
	lab_configure(router, which == UINT8_MAX ? "" : text_string(&text));
	text_fini(&text);
}

static void
open_say(struct lab_peer *peer, unsigned how, unsigned who)
{
	struct bgp_open open = lab_open(peer, how & 1 ? 65003 : 65002);
	open.capabilities.restart = how & 2;
	open.capabilities.restarts[BGP_IP4].is_there = how & 2;
	open.capabilities.restart_time = how & 4 ? 10 : 0;
	open.capabilities.notifications = how & 8;
	open.capabilities.extended_messages = how & 16;
	open.capabilities.has_role = how & 32;
	open.capabilities.role = 4;
	open.hold = how & 64 ? 3 : 90;
	open.id = how & 128 ? 0x0a000001 : open.id;
	open.capabilities.four_byte_as = !(who & 1);
	open.capabilities.add_path[BGP_IP4] = who & 2 ? 3 : 0;
	open.capabilities.families[BGP_IP6] = who & 4;
	lab_say_open(peer, &open);
}

/* So many times some messages, if there is room; what they say is nothing to us. */
static void
flood(struct lab_router *router, unsigned count)
{
	struct protocol *protocol = protocol_find(router->router, "two");
	struct bgp_chunk *chunk = bgp_chunk_new(BGP_MESSAGE_MAX);
	struct wire_out out = wire_out(chunk->bytes, BGP_MESSAGE_MAX);
	static const uint8_t data[600];
	const struct bgp_failure failure = { .data = data, .size = sizeof(data) };
	for (unsigned i = 0; i < 6; i++)
		bgp_notification_write(&out, &failure);
	bgp_keepalive_write(&out);
	chunk->size = (uint32_t)wire_used(&out);
	struct bgp_piece whole = bgp_chunk_whole(chunk);
	while (count-- > 0 && protocol && bgp_session_has_room(bgp_of(protocol)))
		bgp_session_send(bgp_of(protocol), &whole);
	bgp_chunk_release(chunk);
}

static void
operator_act(struct lab_router *router, unsigned which)
{
	static const char *const lines[] = { "disable two \"bye\"", "enable two",
					     "restart two",         "show bgp neighbours",
					     "show protocols all",  "show bgp summary" };
	lab_command(router, lines[which % ARRAY_SIZE(lines)]);
}

/* What only somebody with a connection can do, which is the low half of `what`; the bytes
 * behind: how many were used. */
static size_t
peer_act(struct lab_peer *peer, unsigned what, unsigned how, const uint8_t *more,
	 size_t size)
{
	size_t taken = 0;
	if (peer->stream == NULL)
		return 0;
	switch (what & 15) {
	case 10: lab_peer_hang_up(peer); break;
	case 11: open_say(peer, how, what >> 4); break;
	case 12: lab_say_keepalive(peer); break;
	case 13: lab_say_notification(peer, how & 7, how >> 3 & 15, NULL); break;
	case 14: peer->sys->class->stream_pause(peer->stream, how & 1); break;
	default: taken = MIN(size, how); lab_say_bytes(peer, more, taken);
	}
	return taken;
}

/* One event, of two bytes and perhaps more: how many. */
static size_t
event_act(struct lab *lab, const uint8_t *data, size_t size)
{
	struct lab_router *router = &lab->routers[0];
	struct lab_peer *peer = &lab->peers[data[0] >> 7];
	unsigned how = data[1];
	switch (data[0] & 15) {
	case 0: lab_run(lab, how * 10 * USEC_MS); break;
	case 1: lab_run(lab, how * USEC_S); break;
	case 2:
		if (peer->stream == NULL || how & 1)
			lab_peer_call(peer, router, NULL);
		break;
	case 3: config_use(router, how); break;
	case 4: operator_act(router, how); break;
	case 5: sim_interface_plug(router->interface, how & 1); break;
	case 6: flood(router, how); break;
	case 7: sim_node_group(peer->node, how & 1); break;
	case 8:
		if ((how & 3) == 3)
			lab_peer_reboot(peer);
		else if (peer->listener == NULL)
			lab_peer_listen(peer);
		break;
	case 9: sim_interface_up(router->interface, how & 1); break;
	default: return 2 + peer_act(peer, data[0] & 127, how, data + 2, size - 2);
	}
	return 2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, "");
	lab_peer_add(lab, 2);
	lab_peer_add(lab, 77);
	/* Records are made, and the file stays short. */
	sim_file_refuse(router->node, -ENOSPC);
	config_use(router, 0);
	for (unsigned events = 0; size >= 2 && events < 200; events++) {
		size_t taken = event_act(lab, data, size);
		data += taken;
		size -= taken;
		lab_run(lab, 0);
		struct protocol *protocol = protocol_find(router->router, "two");
		if (protocol != NULL)
			bgp_session_audit(bgp_of(protocol));
	}
	lab_free(lab);
	return 0;
}
