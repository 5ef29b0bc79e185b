/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows: how much is in one before it is to be sent.
 */
#include "test/unit/bgp/lab.h"

#include "nest/attr.h"
#include "nest/nexthop.h"
#include "proto/bgp/window.h"
#include "test/unit/unit.h"

static struct attrs *
attrs_of(struct router *router, uint16_t preference)
{
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(router, NEXTHOP_BLACKHOLE);
	draft.preference = preference;
	struct attrs *attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, draft.nexthop);
	return attrs;
}

/* Puts changes until it is full: how many, each with a set of its own; `nets`: of so many
 * prefixes in turns. */
static unsigned
fill(struct router *router, struct bgp_window *window, unsigned nets)
{
	unsigned count = 0;
	for (; !bgp_window_is_full(window) && count < 5000; count++) {
		struct attrs *attrs = attrs_of(router, (uint16_t)(count + 1));
		struct prefix net =
			prefix_new(addr_from_ip4(10u << 24 | count % nets), 32);
		struct bgp_window_item item = { .net = &net, .given.attrs = attrs };
		bgp_window_put(window, &item);
		attrs_release(router, attrs, 1);
	}
	return count;
}

START_TEST(a_window_is_full_of_prefixes_or_of_sets)
{
	struct lab *lab = lab_new(1);
	struct router *router = lab_router_add(lab, 1, "")->router;
	static const unsigned nets[] = { 5000, 600, 1 };
	for (size_t i = 0; i < ARRAY_SIZE(nets); i++) {
		struct bgp_window *window = bgp_window_new(router);
		ck_assert_uint_eq(fill(router, window, nets[i]), 1024);
		bgp_window_free(window);
	}
	ck_assert_uint_eq(attrs_count(router, NULL), 0);
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { a_window_is_full_of_prefixes_or_of_sets };
	return unit_run("window", tests, ARRAY_SIZE(tests), NULL, 0);
}
