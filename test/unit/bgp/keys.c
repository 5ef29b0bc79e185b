/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of a listener (RFC 2385) that several instances share.
 */
#include "test/unit/bgp/lab.h"

#include "test/unit/unit.h"

#define KEY "authentication md5; password \"salt\"; "
#define HUB(name, interface)                                                          \
	"protocol bgp " name " { local as 65001; neighbor range fe80::/10 external; " \
	"dynamic name \"" name "0\"; interface \"" interface "\"; " KEY               \
	"ipv6 { import all; export all; }; }\n"

/* The kernel has one key for an address, whoever set it. */
START_TEST(a_key_stays_while_somebody_needs_it)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, "");
	struct lab_router *two = lab_router_add(lab, 2, "");
	struct text config = { .text = NULL };
	char shown[ADDR_TEXT];
	lab_wire(hub, two, 1);
	lab_run(lab, USEC_S);
	lab_configure(hub, HUB("a", "eth0") HUB("b", "w1"));
	text_printf(&config,
		    "protocol bgp hub { local as 65002; neighbor %s%%eth0 as 65001; " KEY
		    "connect delay time 1; ipv6 { import all; export all; }; }\n",
		    addr_format(link_find(hub->router, "eth0")->local, shown));
	lab_configure(two, text_string(&config));
	text_fini(&config);
	lab_run(lab, 20 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	lab_command(hub, "disable b");
	lab_command(two, "restart hub");
	lab_run(lab, 60 * USEC_S);
	ck_assert_int_eq(lab_state(two, "hub"), BGP_ESTABLISHED);
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { a_key_stays_while_somebody_needs_it };
	return unit_run("bgp/keys", tests, ARRAY_SIZE(tests), NULL, 0);
}
