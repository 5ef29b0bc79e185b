/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Path identifiers (RFC 7911): how many there are of them, and of whom.
 */
#include "test/unit/bgp/lab.h"

#include "test/unit/unit.h"

#define COUNT   66000u /* More than a table has numbers for sources. */
#define AT_ONCE 800u

static uint32_t
imported(struct lab_router *router, const char *name)
{
	return protocol_channel(&lab_bgp(router, name)->protocol, NET_IP4)->imported;
}

/* Attributes of a route by AS 65002, by way of 10.0.0.2. */
static const uint8_t attributes[] = { 0x40, 1,    1,    0,    0x40, 2, 6,  2, 1, 0,
				      0,    0xfd, 0xea, 0x40, 3,    4, 10, 0, 0, 2 };

/* UPDATEs with `count` prefixes from 20.0.0.0/24 on. */
static void
many_say(struct lab_peer *peer, unsigned count)
{
	uint8_t body[BGP_MESSAGE_MAX];
	for (unsigned i = 0; i < count;) {
		struct wire_out out = wire_out(body, BGP_MESSAGE_MAX - BGP_HEADER_SIZE);
		wire_put_u16(&out, 0);
		wire_put_u16(&out, sizeof(attributes));
		wire_put_bytes(&out, attributes, sizeof(attributes));
		for (unsigned end = MIN(count, i + AT_ONCE); i < end; i++)
			wire_put_u32(&out, 24u << 24 | 20u << 16 | i);
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
	many_say(scene.peer, COUNT);
	lab_run(scene.lab, 20 * USEC_S);
	ck_assert_uint_eq(imported(scene.router, "two"), COUNT);
	ck_assert_uint_eq(imported(three, "one"), COUNT);
	lab_free(scene.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_table_of_many_needs_few_ids,
	};
	return unit_run("bgp/paths", tests, ARRAY_SIZE(tests), NULL, 0);
}
