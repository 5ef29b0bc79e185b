/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extended messages (RFC 8654): the longest there are, and routes whose attributes fit in
 * none for other neighbours.
 */
#include "test/unit/bgp/lab.h"

#include <assert.h>
#include <string.h>

#include "lib/mem.h"
#include "test/unit/unit.h"

#define SESSION(name, number, options, policy)                               \
	"protocol bgp " name " { local as 65001; neighbor 10.0.0." number    \
	" as 6500" number "; hold time 0; " options " ipv4 { import " policy \
	"; export all; }; }\n"
#define BACK(number, options)                                                      \
	"protocol bgp one { local as 6500" number "; neighbor 10.0.0.1 as 65001; " \
	"hold time 0; passive; " options " ipv4 { import all; export none; }; }\n"
#define LONG "enable extended messages;"
#define NET  "10.8.0.0/16"

/* Announces 10.8.0.0/16 in a message of that size, of which an attribute of the type
 * takes what is left. */
static void
say(struct lab_peer *peer, size_t size, uint8_t type)
{
	static const uint8_t head[] = { 0x40, 1,    1,    0,    0x40, 2, 6,  2, 1, 0,
					0,    0xfd, 0xea, 0x40, 3,    4, 10, 0, 0, 2 };
	uint8_t *bytes = mem_zalloc(size);
	struct wire_out out = wire_out(bytes, size);
	size_t attributes = size - BGP_HEADER_SIZE - 2 - 2 - 3;
	bgp_message_begin(&out, BGP_UPDATE);
	wire_put_u16(&out, 0);
	wire_put_u16(&out, (uint16_t)attributes);
	wire_put_bytes(&out, head, sizeof(head));
	wire_put_u8(&out, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE | BGP_FLAG_EXTENDED);
	wire_put_u8(&out, type);
	size_t rest = attributes - sizeof(head) - 4;
	wire_put_u16(&out, (uint16_t)rest);
	for (size_t i = 0; i < rest / 4; i++)
		wire_put_u32(&out, 77u << 16 | (uint32_t)i);
	wire_put_bytes(&out, "\0\0\0", rest % 4);
	wire_put_bytes(&out, (uint8_t[3]){ 16, 10, 8 }, 3);
	bgp_message_end(&out, bytes);
	assert(wire_used(&out) == size);
	lab_say_bytes(peer, bytes, size);
	lab_run(peer->lab, 5 * USEC_S);
	mem_free(bytes);
}

/* Community lists, and an attribute that nobody knows. */
static const uint8_t types[] = { BGP_ATTRIBUTE_COMMUNITY, 200 };

START_TEST(what_fits_is_told_and_what_does_not_is_withdrawn)
{
	struct lab *lab = lab_new(1);
	struct lab_router *router =
		lab_router_add(lab, 1,
			       SESSION("two", "2", LONG " passive;",
				       "filter { bgp_community.add((1,2)); accept; }")
				       SESSION("three", "3", LONG, "all")
					       SESSION("four", "4", "", "all"));
	struct lab_router *three = lab_router_add(lab, 3, BACK("3", LONG));
	struct lab_router *four = lab_router_add(lab, 4, BACK("4", ""));
	struct lab_peer *peer = lab_peer_add(lab, 2);
	lab_run(lab, 5 * USEC_S);
	struct bgp_open open = lab_open(peer, 65002);
	open.hold = 0;
	open.capabilities.extended_messages = true;
	lab_peer_establish_as(peer, router, &open);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(types); i++) {
		uint8_t type = types[i % 2];
		/* A list of parts of four bytes. */
		size_t least = type == 200 ? 0 : 2;
		say(peer, 2000 + least, type);
		ck_assert(lab_has_route(three, NET, "65001 65002"));
		ck_assert(lab_has_route(four, NET, "65001 65002"));
		say(peer, 60000 + least, type);
		ck_assert(lab_has_route(three, NET, "65001 65002"));
		ck_assert(!lab_has_route(four, NET, ""));
		say(peer, BGP_EXTENDED_MAX - (type == 200 ? 0 : 1), type);
		ck_assert(lab_has_route(router, NET, "(1,2)"));
		ck_assert(!lab_has_route(three, NET, "") &&
			  !lab_has_route(four, NET, ""));
	}
	ck_assert_uint_eq(lab_bgp(router, "two")->history.established_count, 1);
	ck_assert_int_eq(lab_state(router, "two"), BGP_ESTABLISHED);
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_fits_is_told_and_what_does_not_is_withdrawn,
	};
	return unit_run("bgp/extended", tests, ARRAY_SIZE(tests), NULL, 0);
}
