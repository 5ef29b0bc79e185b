/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of sessions that BFD watches, where it is not the way that fails.
 */
#include "test/unit/bgp/lab.h"

#include <string.h>

#include "test/unit/unit.h"

#define BFD "protocol bfd b { interface \"*\" { interval 100 ms; }; }\n"
#define SESSION(name, own, other, options)                                     \
	"protocol bgp " name " { local as 6500" own "; neighbor 10.0.0." other \
	" as 6500" other "; " options " ipv4 { import all; export all; }; }\n"
#define ONE SESSION("two", "1", "2", "bfd;")
#define TWO SESSION("one", "2", "1", "bfd;")

static bool
is_watched(struct lab_router *router)
{
	return strstr(lab_command(router, "show bfd sessions"), "\"state\":\"Up\"") !=
	       NULL;
}

/* RFC 5882 §3.2: who disables BFD is there all the same. */
START_TEST(bfd_may_be_disabled_by_the_neighbour)
{
	static const char *const ways[] = { "disable b", NULL };
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct lab *lab = lab_new(1);
		struct lab_router *one = lab_router_add(lab, 1, BFD ONE);
		struct lab_router *two = lab_router_add(lab, 2, BFD TWO);
		lab_run(lab, 20 * USEC_S);
		ck_assert_int_eq(lab_state(one, "two"), BGP_ESTABLISHED);
		ck_assert(is_watched(one));
		if (ways[i] != NULL)
			lab_command(two, ways[i]);
		else
			lab_configure(two, BFD SESSION("one", "2", "1", ""));
		lab_run(lab, 20 * USEC_S);
		ck_assert(!is_watched(one));
		ck_assert_int_eq(lab_state(one, "two"), BGP_ESTABLISHED);
		ck_assert_uint_eq(lab_bgp(one, "two")->history.established_count, 1);
		lab_free(lab);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { bfd_may_be_disabled_by_the_neighbour };
	return unit_run("bgp/bfd", tests, ARRAY_SIZE(tests), NULL, 0);
}
