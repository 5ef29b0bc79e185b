/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes krt_*: what a filter may say about a route in the kernel.
 */
#include "proto/kernel/kernel.h"

/* In the order of the RTAX_* numbers (1 is the set of locks). */
const struct attr_class kernel_attrs[] = {
	[KRT_SOURCE] = { .name = "krt_source",
			 .title = "Kernel.source",
			 .doc = "The number of the program a learned route is from.",
			 .type = VALUE_INT,
			 .flags = ATTR_READ_ONLY },
	[KRT_METRIC] = { .name = "krt_metric",
			 .title = "Kernel.metric",
			 .doc = "The metric of the route in the kernel.",
			 .type = VALUE_INT },
	[KRT_PREFSRC] = { .name = "krt_prefsrc",
			  .title = "Kernel.prefsrc",
			  .doc = "The source address of packets the host itself sends "
				 "this way.",
			  .type = VALUE_IP },
	[KRT_REALM] = { .name = "krt_realm",
			.title = "Kernel.realm",
			.doc = "The realm of the route, for queueing.",
			.type = VALUE_INT },
	[KRT_SCOPE] = { .name = "krt_scope",
			.title = "Kernel.scope",
			.doc = "The scope of the route in the kernel.",
			.type = VALUE_INT },
	{ .name = "krt_lock",
	  .title = "Kernel.lock",
	  .doc = "Bits of metrics the kernel must not adapt.",
	  .type = VALUE_INT },
	{ .name = "krt_mtu",
	  .title = "Kernel.mtu",
	  .doc = "The MTU of the path.",
	  .type = VALUE_INT },
	{ .name = "krt_window",
	  .title = "Kernel.window",
	  .doc = "The largest TCP window.",
	  .type = VALUE_INT },
	{ .name = "krt_rtt",
	  .title = "Kernel.rtt",
	  .doc = "The first guess of the round trip time.",
	  .type = VALUE_INT },
	{ .name = "krt_rttvar",
	  .title = "Kernel.rttvar",
	  .doc = "The first guess of its variance.",
	  .type = VALUE_INT },
	{ .name = "krt_sstresh",
	  .title = "Kernel.sstresh",
	  .doc = "The slow start threshold.",
	  .type = VALUE_INT },
	{ .name = "krt_cwnd",
	  .title = "Kernel.cwnd",
	  .doc = "The largest congestion window.",
	  .type = VALUE_INT },
	{ .name = "krt_advmss",
	  .title = "Kernel.advmss",
	  .doc = "The announced segment size.",
	  .type = VALUE_INT },
	{ .name = "krt_reordering",
	  .title = "Kernel.reordering",
	  .doc = "How much reordering to expect.",
	  .type = VALUE_INT },
	{ .name = "krt_hoplimit",
	  .title = "Kernel.hoplimit",
	  .doc = "The hop limit of packets sent this way.",
	  .type = VALUE_INT },
	{ .name = "krt_initcwnd",
	  .title = "Kernel.initcwnd",
	  .doc = "The first congestion window.",
	  .type = VALUE_INT },
	{ .name = "krt_features",
	  .title = "Kernel.features",
	  .doc = "Bits of features, such as ECN.",
	  .type = VALUE_INT },
	{ .name = "krt_rto_min",
	  .title = "Kernel.rto_min",
	  .doc = "The least retransmission timeout.",
	  .type = VALUE_INT },
	{ .name = "krt_initrwnd",
	  .title = "Kernel.initrwnd",
	  .doc = "The first receive window.",
	  .type = VALUE_INT },
	{ .name = "krt_quickack",
	  .title = "Kernel.quickack",
	  .doc = "Acknowledges at once.",
	  .type = VALUE_INT },
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
