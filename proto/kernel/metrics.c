/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes krt_*: what a filter may say about a route in the kernel.
 */
#include "proto/kernel/kernel.h"

/* In the order of the RTAX_* numbers (1 is the set of locks). */
const struct attr_class kernel_attrs[] = {
	[KRT_SOURCE] = { .name = "krt_source",
			 .doc = "The number of the program a learned route is from.",
			 .type = VALUE_INT,
			 .flags = ATTR_READ_ONLY },
	[KRT_METRIC] = { .name = "krt_metric",
			 .doc = "The metric of the route in the kernel.",
			 .type = VALUE_INT },
	[KRT_PREFSRC] = { .name = "krt_prefsrc",
			  .doc = "The source address of packets the host itself sends "
				 "this way.",
			  .type = VALUE_IP },
	[KRT_REALM] = { .name = "krt_realm",
			.doc = "The realm of the route, for queueing.",
			.type = VALUE_INT },
	[KRT_SCOPE] = { .name = "krt_scope",
			.doc = "The scope of the route in the kernel.",
			.type = VALUE_INT },
	{ .name = "krt_lock",
	  .doc = "Bits of metrics the kernel must not adapt.",
	  .type = VALUE_INT },
	{ .name = "krt_mtu", .doc = "The MTU of the path.", .type = VALUE_INT },
	{ .name = "krt_window", .doc = "The largest TCP window.", .type = VALUE_INT },
	{ .name = "krt_rtt",
	  .doc = "The first guess of the round trip time.",
	  .type = VALUE_INT },
	{ .name = "krt_rttvar",
	  .doc = "The first guess of its variance.",
	  .type = VALUE_INT },
	{ .name = "krt_sstresh", .doc = "The slow start threshold.", .type = VALUE_INT },
	{ .name = "krt_cwnd",
	  .doc = "The largest congestion window.",
	  .type = VALUE_INT },
	{ .name = "krt_advmss", .doc = "The announced segment size.", .type = VALUE_INT },
	{ .name = "krt_reordering",
	  .doc = "How much reordering to expect.",
	  .type = VALUE_INT },
	{ .name = "krt_hoplimit",
	  .doc = "The hop limit of packets sent this way.",
	  .type = VALUE_INT },
	{ .name = "krt_initcwnd",
	  .doc = "The first congestion window.",
	  .type = VALUE_INT },
	{ .name = "krt_features",
	  .doc = "Bits of features, such as ECN.",
	  .type = VALUE_INT },
	{ .name = "krt_rto_min",
	  .doc = "The least retransmission timeout.",
	  .type = VALUE_INT },
	{ .name = "krt_initrwnd", .doc = "The first receive window.", .type = VALUE_INT },
	{ .name = "krt_quickack", .doc = "Acknowledges at once.", .type = VALUE_INT },
	{ 0 }
};

#define METRIC_COUNT (ARRAY_SIZE(kernel_attrs) - 1 - KRT_FIRST_METRIC)
_Static_assert(METRIC_COUNT <= KERNEL_METRICS, "room for every metric");

void
kernel_attrs_apply(const struct kernel *kernel, const struct attrs *attrs,
		   struct kernel_route *route)
{
	attr_id base = kernel->protocol.attr_base;
	uint32_t metric = kernel_config(kernel)->metric;
	struct value value;
	route->fib.metric =
		metric ? metric : attrs_get_u32(attrs, (attr_id)(base + KRT_METRIC), 0);
	route->fib.realm = attrs_get_u32(attrs, (attr_id)(base + KRT_REALM), 0);
	route->fib.scope = (uint8_t)attrs_get_u32(attrs, (attr_id)(base + KRT_SCOPE), 0);
	if (attrs_get(attrs, (attr_id)(base + KRT_PREFSRC), &value))
		route->fib.prefsrc = value.addr;
	for (uint16_t i = 0; i < METRIC_COUNT; i++) {
		if (!attrs_get(attrs, (attr_id)(base + KRT_FIRST_METRIC + i), &value))
			continue;
		route->metrics[route->fib.metric_count++] =
			(struct fib_metric){ .type = (uint16_t)(i + 1),
					     .value = value.number };
	}
	route->fib.metrics = route->metrics;
}
