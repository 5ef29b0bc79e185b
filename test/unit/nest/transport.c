/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transports: which of their links forwarding is bound to, and reconfiguration.
 */
#include "test/unit/nest/carrier.h"

#include <errno.h>
#include "lib/text.h"

struct world {
	struct carriers carriers;
	struct carrier *carrier;
	struct router *router;
	struct link *a, *b;
	struct nexthop *by_a, *by_b;
	struct prefix net;
};

static void
world_open(struct world *world)
{
	carriers_open(&world->carriers);
	world->router = world->carriers.router;
	world->carrier = world->carriers.carrier;
	carriers_tell(&world->carriers, "t0", 7, false);
	world->a = carriers_link(&world->carriers, "t0/a");
	world->b = carriers_link(&world->carriers, "t0/b");
	link_set_up(world->a, true);
	link_set_up(world->b, true);
	world->by_a =
		nexthop_gateway(world->router, world->a, carriers_addr("fe80::a"), 0);
	world->by_b = nexthop_direct(world->router, world->b);
	world->net = fake_prefix("10.0.0.0/8");
}

static void
world_close(struct world *world)
{
	nexthop_release(world->router, world->by_a);
	nexthop_release(world->router, world->by_b);
	carriers_close(&world->carriers);
}

START_TEST(forwarding_is_bound_to_one_link_at_a_time)
{
	struct world world;
	world_open(&world);
	transport_route(world.router, &world.net, world.by_a);
	ck_assert_ptr_eq(world.carrier->bound, world.a);
	transport_route(world.router, &world.net, world.by_a);
	ck_assert_uint_eq(world.carrier->binds, 1);
	transport_route(world.router, &world.net, world.by_b);
	ck_assert_ptr_eq(world.carrier->bound, world.b);
	ck_assert_ptr_eq(world.carrier->unbound, world.a);
	transport_route(world.router, &world.net, NULL);
	ck_assert_ptr_eq(world.carrier->unbound, world.b);
	transport_route(world.router, &world.net, NULL);
	ck_assert_uint_eq(world.carrier->unbinds, 2);
	world_close(&world);
}
END_TEST

START_TEST(what_leads_elsewhere_is_unbound)
{
	struct world world;
	world_open(&world);
	struct link *eth0 = fake_link(&world.carriers.fake, "eth0");
	struct nexthop *by_eth0 = nexthop_direct(world.router, eth0);
	transport_route(world.router, &world.net, by_eth0);
	ck_assert_uint_eq(world.carrier->binds, 0);
	transport_route(world.router, &world.net, world.by_a);
	transport_route(world.router, &world.net, by_eth0);
	ck_assert_ptr_eq(world.carrier->unbound, world.a);
	nexthop_release(world.router, by_eth0);
	world_close(&world);
}
END_TEST

START_TEST(a_link_that_is_gone_is_not_unbound_but_forgotten)
{
	struct world world;
	world_open(&world);
	transport_route(world.router, &world.net, world.by_a);
	link_gone(world.a);
	transport_route(world.router, &world.net, world.by_a);
	ck_assert_uint_eq(world.carrier->unbinds, 0);
	ck_assert_uint_eq(world.router->bindings.count, 0);
	world_close(&world);
}
END_TEST

START_TEST(what_a_transport_refuses_is_not_bound)
{
	struct world world;
	world_open(&world);
	world.carrier->refuse = true;
	transport_route(world.router, &world.net, world.by_a);
	ck_assert_uint_eq(world.carriers.fake.logs, 1);
	transport_route(world.router, &world.net, NULL);
	ck_assert_uint_eq(world.carrier->unbinds, 0);
	world_close(&world);
}
END_TEST

START_TEST(every_reconfiguration_that_does_not_restart_is_told)
{
	struct world world;
	struct carrier_config again;
	struct conf_diff same = { .same = true };
	world_open(&world);
	again = world.carriers.config;
	transport_reconfigure(&world.carrier->transport, &again.common, &same);
	ck_assert_uint_eq(world.carrier->reconfigures, 1);
	ck_assert_ptr_eq(world.carrier->transport.config, &again.common);
	ck_assert(world.a->up);
	world_close(&world);
}
END_TEST

START_TEST(what_is_switched_off_by_hand_stays_off)
{
	struct world world;
	struct carrier_config again, off, on;
	struct conf_diff live = { .effect = CONF_LIVE };
	struct transport *transport;
	world_open(&world);
	transport = &world.carrier->transport;
	again = off = on = world.carriers.config;
	off.common.disabled = true;
	transport_disable(transport, NULL);
	transport_reconfigure(transport, &again.common, &live);
	ck_assert_int_eq(transport->state, PROTOCOL_DOWN);
	transport_reconfigure(transport, &off.common, &live);
	transport_reconfigure(transport, &on.common, &live);
	ck_assert_int_eq(transport->state, PROTOCOL_UP);
	transport_reconfigure(transport, &off.common, &live);
	ck_assert_int_eq(transport->state, PROTOCOL_DOWN);
	world_close(&world);
}
END_TEST

START_TEST(one_that_can_not_start_is_tried_again)
{
	struct world world;
	unsigned fails = 3;
	world_open(&world);
	struct fake *fake = &world.carriers.fake;
	struct transport *transport = &world.carrier->transport;
	world.carriers.config.fails = &fails;
	transport_restart(transport, NULL);
	ck_assert_int_eq(transport->state, PROTOCOL_DOWN);
	ck_assert_str_eq(transport->message, text_error(-98));
	ck_assert_uint_eq(fails, 2);
	for (unsigned i = 0; i < 30; i++) {
		fake->now += USEC_S;
		fake_settle(fake);
	}
	ck_assert_int_eq(transport->state, PROTOCOL_UP);
	ck_assert_ptr_null(transport->message);
	/* Said once, not each time. */
	ck_assert_uint_eq(fake->logs, 1);
	/* But not what was switched off meanwhile. */
	fails = 1;
	transport_restart(transport, NULL);
	transport_disable(transport, NULL);
	fake->now += 30 * USEC_S;
	fake_settle(fake);
	ck_assert_int_eq(transport->state, PROTOCOL_DOWN);
	world_close(&world);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		forwarding_is_bound_to_one_link_at_a_time,
		what_leads_elsewhere_is_unbound,
		a_link_that_is_gone_is_not_unbound_but_forgotten,
		what_a_transport_refuses_is_not_bound,
		every_reconfiguration_that_does_not_restart_is_told,
		what_is_switched_off_by_hand_stays_off,
		one_that_can_not_start_is_tried_again,
	};
	return unit_run("transport", tests, ARRAY_SIZE(tests), NULL, 0);
}
