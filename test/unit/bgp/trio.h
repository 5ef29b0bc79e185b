/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Up to three routers of ours on one LAN, sessions between them, and one route that the
 * tests look at: what the tests of routes share.
 */
#ifndef TEST_UNIT_BGP_TRIO_H
#define TEST_UNIT_BGP_TRIO_H

#include <string.h>

#include "test/unit/bgp/lab.h"
#include "test/unit/unit.h"

#define NET  "10.9.0.0/16"
#define SHOW "show route all " NET
/* A static route; `more`: statements of its block. */
#define ROUTE(more) "protocol static s { ipv4; route " NET " blackhole { " more " }; }\n"
/* A session of AS `own` with 10.0.0.`number` of AS `as`. */
#define SESSION(name, own, number, as, options, channel)                              \
	"protocol bgp " name " { local as " own "; neighbor 10.0.0." number " as " as \
	"; direct; connect delay time 1; " options " ipv4 { " channel " }; }\n"
#define ALL          "import all; export all;"
#define NONE         "import all; export none;"
#define ALL_FAMILIES "ipv4 { " ALL " }; ipv6 { " ALL " };"

struct trio {
	struct lab *lab;
	struct lab_router *one, *two, *three;
};

/* Up to three routers, in sessions after some seconds. */
static inline struct trio
trio_new(const char *one, const char *two, const char *three)
{
	struct trio trio = { .lab = lab_new(1) };
	trio.one = lab_router_add(trio.lab, 1, one);
	trio.two = lab_router_add(trio.lab, 2, two);
	if (three != NULL)
		trio.three = lab_router_add(trio.lab, 3, three);
	lab_run(trio.lab, 5 * USEC_S);
	return trio;
}

/* What is heard of the route. */
static inline void
hears(struct lab_router *router, const char *part)
{
	lab_says(router, SHOW, part);
}

static inline bool
says(struct lab_router *router, const char *line, const char *part)
{
	return strstr(lab_command(router, line), part) != NULL;
}

static inline bool
has_route(struct lab_router *router)
{
	return says(router, SHOW, "\"net\":\"" NET "\"");
}

#endif
