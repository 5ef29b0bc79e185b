/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links and interfaces: what is told in which order, and how long links live.
 */
#include "test/unit/nest/carrier.h"

START_TEST(next_hops_are_as_the_link_is_when_protocols_hear_of_it)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	struct link *link = carriers_link(&world, "t0/a");
	struct nexthop *nexthop =
		nexthop_gateway(world.router, link, carriers_addr("fe80::2"), 0);
	world.watcher->nexthop = nexthop;
	ck_assert(!nexthop_is_reachable(nexthop));
	link_set_up(link, true);
	link_set_up(link, true);
	link_set_up(link, false);
	ck_assert_uint_eq(world.watcher->count, 2);
	ck_assert_int_eq(world.watcher->events[0], LINK_UP);
	ck_assert(world.watcher->reachable[0]);
	ck_assert_int_eq(world.watcher->events[1], LINK_DOWN);
	ck_assert(!world.watcher->reachable[1]);
	world.watcher->nexthop = NULL;
	nexthop_release(world.router, nexthop);
	carriers_close(&world);
}
END_TEST

START_TEST(a_link_goes_down_before_it_is_gone)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	struct link *link = carriers_link(&world, "t0/a");
	link_set_up(link, true);
	link_gone(link);
	ck_assert_uint_eq(world.watcher->count, 3);
	ck_assert_int_eq(world.watcher->events[1], LINK_DOWN);
	ck_assert_int_eq(world.watcher->events[2], LINK_GONE);
	ck_assert_ptr_null(link_find(world.router, "t0/a"));
	carriers_close(&world);
}
END_TEST

START_TEST(a_link_that_is_gone_stays_for_its_next_hops)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	struct link *link = carriers_link(&world, "t0/a");
	link_set_up(link, true);
	struct nexthop *nexthop = nexthop_direct(world.router, link);
	link_gone(link);
	fake_settle(&world.fake);
	ck_assert_ptr_eq(nexthop->link, link);
	ck_assert_str_eq(link->name, "t0/a");
	ck_assert(!nexthop_is_reachable(nexthop));
	/* A new one of the same name is another link. */
	struct link *again = carriers_link(&world, "t0/a");
	struct nexthop *other = nexthop_direct(world.router, again);
	ck_assert_ptr_ne(other, nexthop);
	nexthop_release(world.router, other);
	nexthop_release(world.router, nexthop);
	fake_settle(&world.fake);
	ck_assert_uint_eq(nexthop_count(world.router), 0);
	carriers_close(&world);
}
END_TEST

/* Seen by the leak checker where there is one. */
START_TEST(a_router_that_ends_frees_links_that_are_gone_but_held)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	struct link *link = carriers_link(&world, "t0/a");
	link_set_up(link, true);
	struct nexthop *nexthop = nexthop_direct(world.router, link);
	ck_assert_uint_eq(nexthop->uses, 1);
	link_gone(link);
	carriers_close(&world);
}
END_TEST

START_TEST(links_follow_the_addresses_and_mtu_of_their_interface)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	carriers_tell_addr(&world, 7, "10.9.0.1", 32, false);
	struct link *link = carriers_link(&world, "t0/a");
	ck_assert(addr_is_any(link->local));
	ck_assert(addr_equal(link->local4, carriers_addr("10.9.0.1")));
	ck_assert_uint_eq(link->mtu, 1420);
	link_set_up(link, true);
	carriers_tell_addr(&world, 7, "fe80::1", 64, false);
	ck_assert(addr_equal(link->local, carriers_addr("fe80::1")));
	ck_assert_int_eq(world.watcher->events[1], LINK_CHANGED);
	/* The interface goes, and with it what the link had of it. */
	carriers_tell(&world, "t0", 7, true);
	ck_assert_ptr_null(link->interface);
	ck_assert(!link->up);
	ck_assert(addr_is_any(link->local) && addr_is_any(link->local4));
	carriers_close(&world);
}
END_TEST

START_TEST(an_address_of_a_peer_leads_to_its_link_alone)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	carriers_tell_addr(&world, 7, "fe80::1", 64, false);
	struct link *a = carriers_link(&world, "t0/a"),
		    *b = carriers_link(&world, "t0/b");
	a->peer = carriers_addr("fe80::a");
	b->peer = carriers_addr("fe80::b");
	link_set_up(a, true);
	link_set_up(b, true);
	ck_assert_ptr_eq(link_of_addr(world.router, b->peer, NULL), b);
	ck_assert_ptr_eq(link_of_addr(world.router, a->peer, NULL), a);
	ck_assert_ptr_null(link_of_addr(world.router, carriers_addr("fe80::c"), NULL));
	link_set_up(b, false);
	ck_assert_ptr_null(link_of_addr(world.router, b->peer, NULL));
	carriers_close(&world);
}
END_TEST

static bool
has_own_link(const struct carriers *world, const char *name)
{
	return link_find(world->router, name) != NULL;
}

START_TEST(an_interface_that_was_there_before_its_transport_is_taken_over)
{
	struct carriers world;
	carriers_open(&world);
	transport_disable(&world.carrier->transport, NULL);
	carriers_tell(&world, "t0", 7, false);
	ck_assert(has_own_link(&world, "t0"));
	transport_enable(&world.carrier->transport);
	/* It is told again, as it is when a transport opens it. */
	carriers_tell(&world, "t0", 7, false);
	ck_assert_ptr_nonnull(world.carrier->interface);
	ck_assert(!has_own_link(&world, "t0"));
	ck_assert_int_eq(world.watcher->events[world.watcher->count - 1], LINK_GONE);
	carriers_close(&world);
}
END_TEST

START_TEST(an_interface_its_transport_leaves_behind_gets_a_link_of_its_own)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	ck_assert(!has_own_link(&world, "t0"));
	transport_disable(&world.carrier->transport, NULL);
	/* Nobody knows yet whether it is still there: it has been asked after. */
	ck_assert(!has_own_link(&world, "t0"));
	ck_assert(world.router->interfaces_rescanned);
	carriers_tell(&world, "t0", 7, false);
	interface_scan_told(world.router);
	ck_assert(has_own_link(&world, "t0"));
	carriers_close(&world);
}
END_TEST

START_TEST(an_interface_that_goes_with_its_transport_is_no_link_in_between)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	transport_disable(&world.carrier->transport, NULL);
	interface_scan_told(world.router);
	ck_assert_ptr_null(interface_find(world.router, "t0"));
	ck_assert_uint_eq(world.watcher->count, 0);
	carriers_close(&world);
}
END_TEST

START_TEST(a_restarted_transport_gets_its_new_interface)
{
	struct carriers world;
	carriers_open(&world);
	carriers_tell(&world, "t0", 7, false);
	transport_restart(&world.carrier->transport, NULL);
	ck_assert_ptr_null(world.carrier->interface);
	carriers_tell(&world, "t0", 7, true);
	carriers_tell(&world, "t0", 8, false);
	ck_assert_ptr_nonnull(world.carrier->interface);
	ck_assert_uint_eq(world.carrier->interface->sys.index, 8);
	ck_assert(!has_own_link(&world, "t0"));
	carriers_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		next_hops_are_as_the_link_is_when_protocols_hear_of_it,
		a_link_goes_down_before_it_is_gone,
		a_link_that_is_gone_stays_for_its_next_hops,
		a_router_that_ends_frees_links_that_are_gone_but_held,
		links_follow_the_addresses_and_mtu_of_their_interface,
		an_address_of_a_peer_leads_to_its_link_alone,
		an_interface_that_was_there_before_its_transport_is_taken_over,
		an_interface_its_transport_leaves_behind_gets_a_link_of_its_own,
		an_interface_that_goes_with_its_transport_is_no_link_in_between,
		a_restarted_transport_gets_its_new_interface,
	};
	return unit_run("link", tests, ARRAY_SIZE(tests), NULL, 0);
}
