/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that are numbered from 169.254.0.0/16, as clouds and dn42 have them: nothing
 * about their addresses is special, as for BIRD and the kernel.
 */
#include "test/unit/bgp/trio.h"

/* Two routers on a LAN that are joined by a cable, too: w7, 169.254.7.1 and .2. */
struct cloud {
	struct lab *lab;
	struct lab_router *one, *two;
};

static void
renumber(const struct lab_router *router, uint8_t end)
{
	struct sim_interface *interface = sim_interface_find(router->node, "w7");
	struct addr old = addr_from_ip4(0x0a010700u + end);
	struct addr new = addr_from_ip4(0xa9fe0700u + end);
	ck_assert_int_eq(sim_address_remove(interface, old), 0);
	ck_assert_int_eq(sim_address_add(interface, new, 30, 0), 0);
}

static struct cloud
cloud_new(const char *one, const char *two)
{
	struct cloud cloud = { .lab = lab_new(1) };
	cloud.one = lab_router_add(cloud.lab, 1, "");
	cloud.two = lab_router_add(cloud.lab, 2, "");
	lab_wire(cloud.one, cloud.two, 7);
	renumber(cloud.one, 1);
	renumber(cloud.two, 2);
	lab_run(cloud.lab, 5 * USEC_S);
	lab_configure(cloud.one, one);
	lab_configure(cloud.two, two);
	lab_run(cloud.lab, 10 * USEC_S);
	return cloud;
}

START_TEST(their_networks_are_direct)
{
	struct cloud cloud =
		cloud_new("protocol direct { ipv4; interface \"w7\"; }\n", "");
	lab_says(cloud.one, "show route 169.254.7.0/30", "\"interface\":\"w7\"");
	lab_free(cloud.lab);
}
END_TEST

START_TEST(routes_to_them_are_learned)
{
	struct cloud cloud =
		cloud_new("protocol kernel { learn; ipv4 { import all; }; }\n", "");
	struct fib_route route = { .net = prefix_new(addr_from_ip4(0xa9fea9feu), 32),
				   .table = 254,
				   .dest = FIB_UNREACHABLE,
				   .protocol = 3 };
	ck_assert_int_eq(sim_kernel_route_add(cloud.one->node, &route), 0);
	lab_run(cloud.lab, USEC_S);
	lab_says(cloud.one, "show route 169.254.169.254/32", "unreachable");
	lab_free(cloud.lab);
}
END_TEST

/* By their prefix, not on the link that the route had. */
START_TEST(a_filter_finds_them_by_their_network)
{
	struct cloud cloud = cloud_new("protocol static s { ipv4 { import filter { "
				       "gw = 169.254.7.2; accept; }; }; route " NET
				       " via 10.0.0.2; }\n",
				       "");
	hears(cloud.one, "\"via\":\"169.254.7.2\"");
	hears(cloud.one, "\"interface\":\"w7\"");
	lab_free(cloud.lab);
}
END_TEST

START_TEST(they_are_next_hops_of_ours)
{
	struct cloud cloud =
		cloud_new(ROUTE("") "protocol bgp two { local as 65001; "
				    "neighbor fe80::a2:7%w7 as 65002; "
				    "connect delay time 1; ipv4 { " ALL " }; }\n",
			  "protocol bgp one { local as 65002; "
			  "neighbor fe80::a1:7%w7 as 65001; "
			  "connect delay time 1; ipv4 { " ALL " }; }\n");
	hears(cloud.two, "\"bgp_next_hop\":\"169.254.7.1\"");
	hears(cloud.two, "\"via\":\"169.254.7.1\"");
	lab_free(cloud.lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		their_networks_are_direct,
		routes_to_them_are_learned,
		a_filter_finds_them_by_their_network,
		they_are_next_hops_of_ours,
	};
	return unit_run("bgp/link_169", tests, ARRAY_SIZE(tests), NULL, 0);
}
