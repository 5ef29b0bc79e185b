/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which peer a destination goes to.
 */
#include "lib/pool.h"
#include "test/unit/unit.h"
#include "transport/plain/plain.h"

#include <string.h>

struct world {
	struct plain plain;
	struct plain_peer peers[4];
};

static void
world_open(struct world *world)
{
	memset(world, 0, sizeof(*world));
	world->plain.transport.pool = pool_new(NULL, "plain");
	plain_routes_init(&world->plain);
}

static void
world_close(struct world *world)
{
	plain_routes_audit(&world->plain);
	pool_free(world->plain.transport.pool);
}

static struct prefix
net(const char *text)
{
	struct prefix prefix;
	bool host_bits;

	ck_assert_msg(prefix_parse(text, strlen(text), &prefix, &host_bits), "%s", text);
	return prefix;
}

static void
set(struct world *world, const char *text, unsigned peer, bool configured)
{
	struct prefix prefix = net(text);
	plain_route_set(&world->plain, &prefix, &world->peers[peer], configured);
}

static void
clear(struct world *world, const char *text, unsigned peer, bool configured)
{
	struct prefix prefix = net(text);
	plain_route_clear(&world->plain, &prefix, &world->peers[peer], configured);
}

/* The peer's number; -1: nobody. */
static int
match(const struct world *world, const char *text)
{
	struct addr addr;

	ck_assert_msg(addr_parse(text, strlen(text), &addr), "%s", text);
	const struct plain_peer *peer = plain_route_match(&world->plain, addr);
	return peer ? (int)(peer - world->peers) : -1;
}

START_TEST(the_longest_prefix_decides)
{
	struct world world;

	world_open(&world);
	set(&world, "10.0.0.0/8", 0, false);
	set(&world, "10.1.0.0/16", 1, false);
	set(&world, "10.1.1.1/32", 2, true);
	ck_assert_int_eq(match(&world, "10.2.0.1"), 0);
	ck_assert_int_eq(match(&world, "10.1.0.1"), 1);
	ck_assert_int_eq(match(&world, "10.1.1.1"), 2);
	ck_assert_int_eq(match(&world, "11.0.0.1"), -1);
	clear(&world, "10.1.0.0/16", 1, false);
	ck_assert_int_eq(match(&world, "10.1.0.1"), 0);
	world_close(&world);
}
END_TEST

START_TEST(a_default_of_one_family_is_none_of_the_other)
{
	struct world world;

	world_open(&world);
	set(&world, "::/0", 0, false);
	ck_assert_int_eq(match(&world, "10.0.0.1"), -1);
	ck_assert_int_eq(match(&world, "2001:db8::1"), 0);
	set(&world, "0.0.0.0/0", 1, false);
	clear(&world, "::/0", 0, false);
	ck_assert_int_eq(match(&world, "10.0.0.1"), 1);
	ck_assert_int_eq(match(&world, "2001:db8::1"), -1);
	world_close(&world);
}
END_TEST

START_TEST(a_protocol_counts_before_the_configuration)
{
	struct world world;

	world_open(&world);
	set(&world, "10.0.0.1/32", 0, true);
	set(&world, "10.0.0.1/32", 1, false);
	ck_assert_int_eq(match(&world, "10.0.0.1"), 1);
	clear(&world, "10.0.0.1/32", 1, false);
	ck_assert_int_eq(match(&world, "10.0.0.1"), 0);
	set(&world, "10.0.0.1/32", 2, false);
	clear(&world, "10.0.0.1/32", 0, true);
	ck_assert_int_eq(match(&world, "10.0.0.1"), 2);
	world_close(&world);
}
END_TEST

START_TEST(who_is_not_bound_clears_nothing)
{
	struct world world;

	world_open(&world);
	set(&world, "10.0.0.0/8", 0, false);
	clear(&world, "10.0.0.0/8", 1, false);
	clear(&world, "10.0.0.0/8", 0, true);
	clear(&world, "10.0.0.0/9", 0, false);
	ck_assert_int_eq(match(&world, "10.0.0.1"), 0);
	world_close(&world);
}
END_TEST

START_TEST(a_peer_that_goes_is_forgotten_everywhere)
{
	struct world world;

	world_open(&world);
	set(&world, "10.0.0.0/8", 0, false);
	set(&world, "10.0.0.0/8", 0, true);
	set(&world, "10.0.0.1/32", 0, false);
	set(&world, "10.0.0.1/32", 1, true);
	set(&world, "10.0.0.2/32", 1, false);
	set(&world, "10.0.0.2/32", 0, true);
	set(&world, "2001:db8::/32", 0, false);
	plain_routes_forget(&world.plain, &world.peers[0]);
	ck_assert_int_eq(match(&world, "10.0.0.3"), -1);
	ck_assert_int_eq(match(&world, "10.0.0.1"), 1);
	ck_assert_int_eq(match(&world, "10.0.0.2"), 1);
	ck_assert_int_eq(match(&world, "2001:db8::1"), -1);
	plain_routes_forget(&world.plain, &world.peers[1]);
	ck_assert(list_is_empty(&world.plain.routes));
	world_close(&world);
}
END_TEST

#define ROUNDS 4000
#define NETS   16

/* Bound and configured peer of each of the prefixes a.b.0.0/16 and a.0.0.0/8 of a small
 * world, kept in arrays beside the tries. */
START_TEST(any_sequence_of_changes_is_as_two_arrays_say)
{
	struct world world;
	int model[2][NETS];
	uint64_t state = 7;

	world_open(&world);
	memset(model, -1, sizeof(model));
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned at = unit_below(&state, NETS), peer = unit_below(&state, 4);
		bool configured = unit_below(&state, 2);
		unsigned length = at < 4 ? 8 : 16;
		uint32_t bits = (10 + at % 4) << 24 | (at < 4 ? 0 : at / 4) << 16;
		struct prefix prefix = prefix_new(addr_from_ip4(bits), length);
		if (unit_below(&state, 2)) {
			plain_route_set(&world.plain, &prefix, &world.peers[peer],
					configured);
			model[configured][at] = (int)peer;
		} else {
			plain_route_clear(&world.plain, &prefix, &world.peers[peer],
					  configured);
			if (model[configured][at] == (int)peer)
				model[configured][at] = -1;
		}
		for (unsigned i = 0; i < NETS; i++) {
			uint32_t to = (10 + i % 4) << 24 | (i / 4) << 16 | 9;
			const struct plain_peer *found =
				plain_route_match(&world.plain, addr_from_ip4(to));
			int expected = -1;
			for (unsigned k = 0; k < 2 && expected < 0 && i >= 4; k++)
				expected = model[k][i];
			for (unsigned k = 0; k < 2 && expected < 0; k++)
				expected = model[k][i % 4];
			ck_assert_int_eq(found ? (int)(found - world.peers) : -1,
					 expected);
		}
	}
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_longest_prefix_decides,
		a_default_of_one_family_is_none_of_the_other,
		a_protocol_counts_before_the_configuration,
		who_is_not_bound_clears_nothing,
		a_peer_that_goes_is_forgotten_everywhere,
		any_sequence_of_changes_is_as_two_arrays_say,
	};
	return unit_run("plain route", tests, ARRAY_SIZE(tests), NULL, 0);
}
