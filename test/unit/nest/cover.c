/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of prefixes and walks over what lies in them, against a look at everything.
 */
#include "nest/cover.h"
#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

enum { NETS = 1000 };

struct bench {
	struct fake fake;
	struct table *table;
	uint16_t source;
	uint64_t random;
	struct prefix nets[NETS];
	struct attrs *attrs;
};

static struct prefix
random_net(struct bench *bench, enum net_type type, unsigned shortest)
{
	bool is_ip4 = type == NET_IP4 || type == NET_ROA4;
	unsigned longest = is_ip4 ? 28 : 52;
	struct prefix net = { .type = (uint8_t)type };
	net.length = (uint8_t)(shortest + unit_below(&bench->random, longest - shortest));
	uint64_t number = unit_random(&bench->random);
	net.addr = is_ip4 ? addr_from_ip4(10u << 24 | (uint32_t)number >> 8)
			  : addr_from_u64(UINT64_C(0x2001) << 48 | number >> 16, 0);
	net.addr = addr_mask(net.addr, prefix_offset(&net) + net.length);
	if (type == NET_IP6_SADR && unit_below(&bench->random, 2) > 0) {
		net.source_length = 48;
		net.source = addr_from_u64(UINT64_C(0xfd) << 56, 0);
	}
	return net;
}

static void
bench_open(struct bench *bench, enum net_type type, uint64_t seed)
{
	memset(bench, 0, sizeof(*bench));
	bench->random = seed;
	struct router *router = fake_open(&bench->fake);
	bench->table = fake_table(&bench->fake, "t", type);
	bench->source = table_source_new(bench->table, NULL, 0);
	bench->attrs = fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 1);
	for (unsigned i = 0; i < NETS; i++) {
		bench->nets[i] = random_net(bench, type, 9);
		table_update(bench->table, bench->source, &bench->nets[i], bench->attrs,
			     0, 0);
	}
}

static void
bench_close(struct bench *bench)
{
	fake_close(&bench->fake);
}

static bool
covered(const struct prefix *prefixes, unsigned count, const struct prefix *net)
{
	for (unsigned i = 0; i < count; i++) {
		struct prefix outer = prefixes[i];
		outer.type = prefix_is_ip4(&outer) ? NET_IP4 : NET_IP6;
		struct prefix inner = *net;
		inner.type = prefix_is_ip4(&inner) ? NET_IP4 : NET_IP6;
		if (prefix_covers(&outer, &inner))
			return true;
	}
	return false;
}

/* All nodes that lie in them, and only those, each once. */
static void
check(struct bench *bench, const struct prefix *prefixes, unsigned count)
{
	struct cover *cover = cover_new();
	struct cover_walk walk;
	bool met[NETS + 1] = { false };
	node_handle node;
	for (unsigned i = 0; i < count; i++)
		cover_add(cover, &prefixes[i]);
	ck_assert_uint_eq(cover_count(cover), count);
	cover_walk_begin(&walk, cover, bench->table);
	while (cover_walk_step(&walk, &node)) {
		ck_assert(!met[node] || node == 0);
		met[node] = true;
	}
	cover_walk_end(&walk);
	for (node_handle i = node_next(bench->table, 0); i != 0;
	     i = node_next(bench->table, i)) {
		struct prefix net;
		table_node_prefix(bench->table, i, &net);
		bool expected = covered(prefixes, count, &net);
		ck_assert_int_eq(met[i], expected);
		ck_assert_int_eq(cover_has(cover, &net), expected);
	}
	cover_release(cover);
}

static void
check_random(enum net_type type, enum net_type entry, unsigned shortest)
{
	struct bench *bench = mem_zalloc(sizeof(*bench));
	bench_open(bench, type, (uint64_t)type + shortest);
	for (unsigned round = 0; round < 10; round++) {
		struct prefix prefixes[40];
		unsigned count = unit_below(&bench->random, ARRAY_SIZE(prefixes));
		for (unsigned i = 0; i < count; i++) {
			prefixes[i] = random_net(bench, entry, shortest);
			/* Some are just a net that is there. */
			if (unit_below(&bench->random, 3) > 0) {
				const struct prefix *net =
					&bench->nets[unit_below(&bench->random, NETS)];
				prefixes[i].addr = net->addr;
				prefixes[i].length = net->length;
			}
		}
		check(bench, prefixes, count);
	}
	bench_close(bench);
	mem_free(bench);
}

START_TEST(a_walk_meets_what_lies_in_the_prefixes_and_nothing_else)
{
	for (unsigned shortest = 0; shortest < 24; shortest += 4) {
		check_random(NET_IP4, NET_ROA4, shortest);
		check_random(NET_IP6, NET_ROA6, shortest);
		check_random(NET_IP6_SADR, NET_ROA6, shortest);
		check_random(NET_ROA4, NET_ROA4, shortest);
	}
}
END_TEST

START_TEST(prefixes_of_the_other_family_hold_nothing)
{
	struct bench *bench = mem_zalloc(sizeof(*bench));
	struct prefix all6 = { .type = NET_ROA6 }, all4 = { .type = NET_ROA4 };
	all4.addr = addr_from_ip4(0);
	bench_open(bench, NET_IP4, 1);
	check(bench, &all6, 1);
	check(bench, &all4, 1);
	bench_close(bench);
	bench_open(bench, NET_IP6, 1);
	check(bench, &all4, 1);
	check(bench, &all6, 1);
	bench_close(bench);
	mem_free(bench);
}
END_TEST

START_TEST(few_prefixes_are_found_without_a_look_at_every_node)
{
	struct bench *bench = mem_zalloc(sizeof(*bench));
	bench_open(bench, NET_IP4, 1);
	struct cover *cover = cover_new();
	struct cover_walk walk;
	node_handle node;
	unsigned steps = 0, found = 0;
	for (unsigned i = 0; i < NETS; i++)
		if (bench->nets[i].length >= 27 && cover_count(cover) < 10)
			cover_add(cover, &bench->nets[i]);
	cover_walk_begin(&walk, cover, bench->table);
	for (; cover_walk_step(&walk, &node); steps++)
		found += node != 0;
	ck_assert_uint_ge(found, 10);
	ck_assert_uint_lt(steps, 40);
	cover_walk_end(&walk);
	cover_release(cover);
	bench_close(bench);
	mem_free(bench);
}
END_TEST

START_TEST(nodes_may_come_and_go_during_a_walk)
{
	struct bench *bench = mem_zalloc(sizeof(*bench));
	for (uint64_t seed = 1; seed <= 20; seed++) {
		enum net_type type = seed % 2 > 0 ? NET_IP4 : NET_IP6;
		struct cover *cover = cover_new();
		struct cover_walk walk;
		node_handle node;
		bench_open(bench, type, seed);
		for (unsigned i = 0; i < 30; i++)
			cover_add(cover, &bench->nets[i]);
		cover_walk_begin(&walk, cover, bench->table);
		while (cover_walk_step(&walk, &node)) {
			struct prefix net = random_net(bench, type, 9);
			unsigned which = unit_below(&bench->random, NETS);
			/* Of lengths, too, that were not there. */
			net.length = prefix_is_ip4(&net) ? 32 : 128;
			table_update(bench->table, bench->source, &net, bench->attrs, 0,
				     0);
			table_withdraw(bench->table, bench->source, &bench->nets[which]);
		}
		cover_walk_end(&walk);
		cover_release(cover);
		table_audit(bench->table);
		bench_close(bench);
	}
	mem_free(bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_walk_meets_what_lies_in_the_prefixes_and_nothing_else,
		prefixes_of_the_other_family_hold_nothing,
		few_prefixes_are_found_without_a_look_at_every_node,
		nodes_may_come_and_go_during_a_walk,
	};
	return unit_run("cover", tests, ARRAY_SIZE(tests), NULL, 0);
}
