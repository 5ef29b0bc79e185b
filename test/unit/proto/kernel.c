/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol kernel with thousands of routes: what a scan doesn't meet comes back, and all
 * goes at the end, in turns that are bounded.
 */
#include "proto/kernel/kernel.h"
#include "test/unit/nest/teller.h"
#include "test/unit/unit.h"

extern const struct module kernel_module;

enum { NETS = 10 * JOB_BUDGET };

/* A kernel that answers when it is asked to. */
struct place {
	struct fake fake;
	struct sys_class class;
	bool has[2 * NETS];
	uint64_t cookies[2 * KERNEL_PENDING];
	unsigned pending, most_pending, changes;
	bool scan_due;
	struct fake_instance speaker;
	struct kernel_config config;
	struct channel_config channel_config;
	struct protocol *protocol;
};

static unsigned
number_of(const struct prefix *net)
{
	return addr_to_ip4(net->addr) >> 8 & 0xffff;
}

static struct prefix
nth(unsigned i)
{
	return prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
}

static void
place_fib_queue(struct sys *sys, const struct fib_change *changes, size_t count)
{
	struct place *place = container_of(sys, struct place, fake.sys);
	for (size_t i = 0; i < count; i++) {
		place->has[number_of(&changes[i].route.net)] =
			changes[i].op == FIB_REPLACE;
		ck_assert_uint_lt(place->pending, ARRAY_SIZE(place->cookies));
		place->cookies[place->pending++] = changes[i].cookie;
	}
	place->changes += (unsigned)count;
	place->most_pending = MAX(place->most_pending, place->pending);
}

static void
place_fib_scan(struct sys *sys, uint32_t table, uint32_t families)
{
	struct place *place = container_of(sys, struct place, fake.sys);
	(void)table;
	(void)families;
	place->scan_due = true;
}

/* One turn of the router, and what the kernel says then. */
static void
place_turn(struct place *place)
{
	struct router *router = place->fake.router;
	router_run(router);
	unsigned count = place->pending;
	place->pending = 0;
	for (unsigned i = 0; i < count; i++)
		fib_result_told(router, place->cookies[i], 0);
	if (!place->scan_due)
		return;
	place->scan_due = false;
	for (unsigned i = 0; i < 2 * NETS; i++) {
		struct fib_route route = { .net = nth(i),
					   .table = 254,
					   .metric = 32,
					   .dest = FIB_BLACKHOLE,
					   .protocol = FIB_PROTOCOL_MESHD };
		if (place->has[i])
			fib_scanned_told(router, &route);
	}
	fib_scan_done_told(router, 0);
}

static bool
place_is_busy(const struct place *place)
{
	return place->pending > 0 || place->scan_due ||
	       router_due(place->fake.router) <= place->fake.now;
}

static void
place_settle(struct place *place)
{
	while (place_is_busy(place))
		place_turn(place);
	router_audit(place->fake.router, AUDIT_FULL);
}

static void
place_announce(struct place *place, unsigned first, unsigned end, bool is_there)
{
	struct router *router = place->fake.router;
	struct attrs *attrs =
		fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 0);
	for (unsigned i = first; i < end; i++) {
		struct prefix net = nth(i);
		struct route_update update = { .net = &net,
					       .attrs = is_there ? attrs : NULL };
		channel_import(place->speaker.channel, &update, 1);
	}
	attrs_release(router, attrs, 1);
}

static struct place *
place_new(void)
{
	struct place *place = mem_zalloc(sizeof(*place));
	struct router *router = fake_open(&place->fake);
	place->class = fake_class;
	place->class.fib_queue = place_fib_queue;
	place->class.fib_scan = place_fib_scan;
	place->fake.sys.class = &place->class;
	struct table *table = fake_table(&place->fake, "master4", NET_IP4);
	fake_instance_init(&place->speaker, &teller_class, "speaker", table);
	fake_instance_start(&place->speaker, &place->fake);
	place->config = (struct kernel_config){
		.common = { .class = kernel_module.protocols[0], .name = "k" },
		.scan_time = 60 * USEC_S,
		.table = 254,
		.metric = 32,
	};
	place->channel_config =
		(struct channel_config){ .table = "master4", .type = NET_IP4 };
	list_init(&place->config.common.channels);
	list_push_back(&place->config.common.channels, &place->channel_config.link);
	place->protocol = protocol_new(router, &place->config.common);
	protocol_enable(place->protocol);
	place_settle(place);
	place_announce(place, 0, NETS, true);
	place_settle(place);
	return place;
}

static void
place_free(struct place *place)
{
	fake_close(&place->fake);
	mem_free(place);
}

static unsigned
place_has(const struct place *place, unsigned first, unsigned end)
{
	unsigned count = 0;
	for (unsigned i = first; i < end; i++)
		count += place->has[i];
	return count;
}

static const struct kernel *
kernel_of(const struct place *place)
{
	return (const struct kernel *)place->protocol;
}

/* Up to the end of the next periodic scan. */
static void
place_scan(struct place *place)
{
	place->fake.now += 60 * USEC_S;
	do
		place_turn(place);
	while (place->scan_due);
}

START_TEST(what_a_scan_does_not_meet_comes_back_a_few_in_a_turn)
{
	struct place *place = place_new();
	ck_assert_uint_eq(place_has(place, 0, NETS), NETS);
	place_scan(place);
	place_settle(place);
	ck_assert_uint_eq(kernel_of(place)->lost, 0);
	memset(place->has, 0, sizeof(place->has));
	place_scan(place);
	ck_assert_uint_eq(kernel_of(place)->lost, 0);
	while (place_is_busy(place)) {
		uint64_t before = kernel_of(place)->lost;
		place_turn(place);
		ck_assert_uint_le(kernel_of(place)->lost - before, JOB_BUDGET);
	}
	ck_assert_uint_eq(kernel_of(place)->lost, NETS);
	ck_assert_uint_eq(place_has(place, 0, NETS), NETS);
	place_free(place);
}
END_TEST

START_TEST(what_is_told_meanwhile_was_not_lost)
{
	enum { LOST = JOB_BUDGET + 100 };
	struct place *place = place_new();
	memset(place->has, 0, LOST * sizeof(place->has[0]));
	place_scan(place);
	/* Others come, and some go before they are looked for. */
	place_announce(place, NETS, NETS + 300, true);
	place_announce(place, 0, 100, false);
	place_announce(place, LOST - 50, LOST, false);
	place_settle(place);
	ck_assert_uint_eq(kernel_of(place)->lost, LOST - 150);
	ck_assert_uint_eq(place_has(place, 0, NETS), NETS - 150);
	ck_assert_uint_eq(place_has(place, NETS, 2 * NETS), 300);
	uint64_t lost = kernel_of(place)->lost;
	place_scan(place);
	place_settle(place);
	ck_assert_uint_eq(kernel_of(place)->lost, lost);
	place_free(place);
}
END_TEST

START_TEST(a_stop_ends_the_search)
{
	struct place *place = place_new();
	memset(place->has, 0, sizeof(place->has));
	place_scan(place);
	place_turn(place);
	protocol_disable(place->protocol, NULL);
	place_settle(place);
	ck_assert_int_eq(place->protocol->state, PROTOCOL_DOWN);
	ck_assert_uint_eq(place_has(place, 0, 2 * NETS), 0);
	place_free(place);
}
END_TEST

START_TEST(all_goes_at_the_end_as_fast_as_the_kernel_takes_it)
{
	struct place *place = place_new();
	place->most_pending = place->changes = 0;
	protocol_disable(place->protocol, NULL);
	ck_assert_uint_eq(place->changes, 0);
	place_settle(place);
	ck_assert_int_eq(place->protocol->state, PROTOCOL_DOWN);
	ck_assert_uint_eq(place->changes, NETS);
	ck_assert_uint_eq(place_has(place, 0, NETS), 0);
	ck_assert_uint_le(place->most_pending, KERNEL_PENDING);
	/* And comes again. */
	protocol_enable(place->protocol);
	place_settle(place);
	ck_assert_uint_eq(place_has(place, 0, NETS), NETS);
	place_free(place);
}
END_TEST

START_TEST(with_persist_all_stays_at_the_end)
{
	struct place *place = place_new();
	place->config.persist = true;
	place->changes = 0;
	protocol_disable(place->protocol, NULL);
	place_settle(place);
	ck_assert_int_eq(place->protocol->state, PROTOCOL_DOWN);
	ck_assert_uint_eq(place->changes, 0);
	place_free(place);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_a_scan_does_not_meet_comes_back_a_few_in_a_turn,
		what_is_told_meanwhile_was_not_lost,
		a_stop_ends_the_search,
		all_goes_at_the_end_as_fast_as_the_kernel_takes_it,
		with_persist_all_stays_at_the_end,
	};
	return unit_run("proto/kernel", tests, ARRAY_SIZE(tests), NULL, 0);
}
