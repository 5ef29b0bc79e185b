/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Path identifiers (RFC 7911): how many there are of them, and of whom.
 */
#include "test/unit/bgp/lab.h"

#include "proto/bgp/lane.h"
#include "proto/bgp/rib.h"
#include "test/unit/unit.h"

#define COUNT   66000u /* More than a table has numbers for sources. */
#define AT_ONCE 400u

static uint32_t
imported(struct lab_router *router, const char *name)
{
	return protocol_channel(&lab_bgp(router, name)->protocol, NET_IP4)->imported;
}

/* Attributes of a route by AS 65002, by way of 10.0.0.2. */
static const uint8_t attributes[] = { 0x40, 1,    1,    0,    0x40, 2, 6,  2, 1, 0,
				      0,    0xfd, 0xea, 0x40, 3,    4, 10, 0, 0, 2 };

/* UPDATEs with `count` prefixes from 20.0.0.0/24 on; `ids`: each with one of its own. */
static void
many_say(struct lab_peer *peer, unsigned count, bool ids)
{
	uint8_t body[BGP_MESSAGE_MAX];
	for (unsigned i = 0; i < count;) {
		struct wire_out out = wire_out(body, BGP_MESSAGE_MAX - BGP_HEADER_SIZE);
		wire_put_u16(&out, 0);
		wire_put_u16(&out, sizeof(attributes));
		wire_put_bytes(&out, attributes, sizeof(attributes));
		for (unsigned end = MIN(count, i + AT_ONCE); i < end; i++) {
			if (ids)
				wire_put_u32(&out, i + 1);
			wire_put_u32(&out, 24u << 24 | 20u << 16 | i);
		}
		lab_say_update(peer, body, wire_used(&out));
	}
}

#define SESSION(name, number, as, options)                 \
	"protocol bgp " name " { local as 6500" number     \
	"; hold time 0; neighbor 10.0.0." as " as 6500" as \
	"; ipv4 { import all; export all; " options " }; }\n"

/* The ids of a table of many are few: one for each who may bring paths. */
START_TEST(a_table_of_many_needs_few_ids)
{
	struct lab_scene scene = lab_scene_new(
		SESSION("two", "1", "2", "") SESSION("three", "1", "3", "add paths tx;"),
		false);
	struct lab_router *three =
		lab_router_add(scene.lab, 3, SESSION("one", "3", "1", "add paths rx;"));
	many_say(scene.peer, COUNT, false);
	lab_run(scene.lab, 20 * USEC_S);
	ck_assert_uint_eq(imported(scene.router, "two"), COUNT);
	ck_assert_uint_eq(imported(three, "one"), COUNT);
	lab_free(scene.lab);
}
END_TEST

/* 20.0.`net`.0/24, announced or withdrawn. */
static void
say(struct lab_peer *peer, unsigned net, uint32_t path_id, bool announces)
{
	uint8_t body[64];
	struct wire_out out = wire_out(body, sizeof(body));
	wire_put_u16(&out, announces ? 0 : 8);
	if (announces) {
		wire_put_u16(&out, sizeof(attributes));
		wire_put_bytes(&out, attributes, sizeof(attributes));
	}
	wire_put_u32(&out, path_id);
	wire_put_u32(&out, 24u << 24 | 20u << 16 | net);
	if (!announces)
		wire_put_u16(&out, 0);
	lab_say_update(peer, body, wire_used(&out));
}

/* A neighbour that gives each path an id of its own. */
START_TEST(a_neighbour_may_use_many_ids)
{
	struct lab_scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1,
				      SESSION("two", "1", "2", "add paths rx;")
					      SESSION("three", "1", "3", ""));
	lab_router_add(scene.lab, 3,
		       SESSION("one", "3", "1", "") "protocol static s { ipv4; route "
						    "10.77.0.0/16 unreachable; }\n");
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	struct bgp_open open = lab_open(scene.peer, 65002);
	open.hold = 0;
	open.capabilities.add_path[BGP_IP4] = BGP_ADD_PATH_SEND;
	lab_peer_establish_as(scene.peer, scene.router, &open);
	many_say(scene.peer, COUNT, true);
	lab_run(scene.lab, 20 * USEC_S);
	ck_assert(lab_has_route(scene.router, "10.77.0.0/16", ""));
	ck_assert_uint_eq(imported(scene.router, "two"), COUNT);
	lab_free(scene.lab);
}
END_TEST

/* As are routes that nobody keeps: in the table they cost nothing. */
START_TEST(lanes_of_refused_paths_do_not_pile_up)
{
	struct lab_scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(
		scene.lab, 1,
		"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; "
		"hold time 0; ipv4 { import where net.len < 24 || net = 20.0.7.0/24; "
		"export none; add paths rx; }; }\n");
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	struct bgp_open open = lab_open(scene.peer, 65002);
	open.hold = 0;
	open.capabilities.add_path[BGP_IP4] = BGP_ADD_PATH_SEND;
	lab_peer_establish_as(scene.peer, scene.router, &open);
	say(scene.peer, 7, UINT32_MAX, true);
	many_say(scene.peer, COUNT, true);
	const struct bgp_rib *rib = &lab_bgp(scene.router, "two")->routes->ribs[BGP_IP4];
	ck_assert_uint_lt(bgp_lanes_count(rib->lanes), 5000);
	/* What is there has its own still. */
	say(scene.peer, 7, UINT32_MAX, false);
	say(scene.peer, 7, 8, false);
	lab_run(scene.lab, USEC_S);
	ck_assert_uint_eq(imported(scene.router, "two"), 0);
	lab_free(scene.lab);
}
END_TEST

/* A lane is of one path until that leaves; there are some for each destination. */
START_TEST(paths_have_lanes_until_they_leave)
{
	struct bgp_lanes *lanes = bgp_lanes_new(7);
	const struct prefix one = prefix_new(addr_from_ip4(0x0a010000), 16),
			    other = prefix_new(addr_from_ip4(0x0a020000), 16);
	ck_assert_uint_eq(bgp_lane_leave(lanes, &one, 1000000), 0);
	for (uint32_t i = 0; i < BGP_LANES; i++)
		ck_assert_uint_eq(bgp_lane_take(lanes, &one, 1000000 + i),
				  BGP_LANE_FIRST + i);
	ck_assert_uint_eq(bgp_lane_take(lanes, &one, 1000007), BGP_LANE_FIRST + 7);
	ck_assert_uint_eq(bgp_lane_take(lanes, &one, UINT32_MAX), 0);
	ck_assert_uint_eq(bgp_lane_take(lanes, &other, UINT32_MAX), BGP_LANE_FIRST);
	ck_assert_uint_eq(bgp_lane_leave(lanes, &one, UINT32_MAX), 0);
	ck_assert_uint_eq(bgp_lane_leave(lanes, &one, 1000009), BGP_LANE_FIRST + 9);
	ck_assert_uint_eq(bgp_lane_leave(lanes, &one, 1000009), 0);
	ck_assert_uint_eq(bgp_lane_take(lanes, &one, UINT32_MAX), BGP_LANE_FIRST + 9);
	ck_assert_uint_eq(bgp_lane_leave(lanes, &other, UINT32_MAX), BGP_LANE_FIRST);
	ck_assert_uint_eq(bgp_lane_take(lanes, &other, 5000), BGP_LANE_FIRST);
	bgp_lanes_free(lanes);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_table_of_many_needs_few_ids,
		a_neighbour_may_use_many_ids,
		paths_have_lanes_until_they_leave,
		lanes_of_refused_paths_do_not_pile_up,
	};
	return unit_run("bgp/paths", tests, ARRAY_SIZE(tests), NULL, 0);
}
