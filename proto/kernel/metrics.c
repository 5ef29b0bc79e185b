/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The attributes krt_*: what a filter may say about a route in the kernel.  Metrics stand
 * in the order of their numbers in rtnetlink; single bits of two of them have names too.
 */
#include "proto/kernel/kernel.h"

#include <string.h>

#include "nest/filter.h"

/* Numbers of rtnetlink. */
enum {
	RTAX_LOCK = 1,
	RTAX_MTU,
	RTAX_WINDOW,
	RTAX_RTT,
	RTAX_RTTVAR,
	RTAX_SSTHRESH,
	RTAX_CWND,
	RTAX_ADVMSS,
	RTAX_REORDERING,
	RTAX_HOPLIMIT,
	RTAX_INITCWND,
	RTAX_FEATURES,
	RTAX_RTO_MIN,
	RTAX_INITRWND,
	RTAX_QUICKACK,
	RTAX_CC_ALGO,
	RTAX_FASTOPEN_NO_COOKIE,
	RTAX_COUNT = RTAX_FASTOPEN_NO_COOKIE
};

/* Attributes of metrics and behind them. */
#define AT(metric) (KRT_FIRST_METRIC + (metric)-RTAX_LOCK)
enum { KRT_SSTRESH = AT(RTAX_COUNT) + 1, KRT_FIRST_BIT };

/* What the bit attributes are bits of. */
static const struct {
	uint8_t metric, bit;
} bits[] = {
	{ RTAX_LOCK, RTAX_MTU },
	{ RTAX_LOCK, RTAX_WINDOW },
	{ RTAX_LOCK, RTAX_RTT },
	{ RTAX_LOCK, RTAX_RTTVAR },
	{ RTAX_LOCK, RTAX_SSTHRESH },
	{ RTAX_LOCK, RTAX_CWND },
	{ RTAX_LOCK, RTAX_ADVMSS },
	{ RTAX_LOCK, RTAX_REORDERING },
	{ RTAX_LOCK, RTAX_HOPLIMIT },
	{ RTAX_LOCK, RTAX_INITCWND },
	{ RTAX_LOCK, RTAX_RTO_MIN },
	{ RTAX_LOCK, RTAX_INITRWND },
	{ RTAX_LOCK, RTAX_QUICKACK },
	{ RTAX_LOCK, RTAX_CC_ALGO },
	{ RTAX_LOCK, RTAX_FASTOPEN_NO_COOKIE },
	{ RTAX_LOCK, RTAX_SSTHRESH },
	{ RTAX_FEATURES, 0 },
	{ RTAX_FEATURES, 3 },
};

/* A number of the route, by the row. */
static bool
number_get(const struct route_draft *route, unsigned row, struct value *value)
{
	attr_id base = attr_base(route->router, kernel_attrs);
	return route_draft_get(route, (attr_id)(base + row), value);
}

static bool
number_set(struct route_draft *route, unsigned row, const struct value *value)
{
	attr_id base = attr_base(route->router, kernel_attrs);
	return route_draft_set(route, (attr_id)(base + row), value);
}

static bool
sstresh_get(const struct route_draft *route, attr_id id, struct value *value)
{
	(void)id;
	return number_get(route, AT(RTAX_SSTHRESH), value);
}

static bool
sstresh_set(struct route_draft *route, attr_id id, const struct value *value)
{
	(void)id;
	return number_set(route, AT(RTAX_SSTHRESH), value);
}

static unsigned
bit_index(const struct route_draft *route, attr_id id)
{
	return (unsigned)(id - attr_base(route->router, kernel_attrs) - KRT_FIRST_BIT);
}

/* All bits of a number are there as soon as one is. */
static bool
bit_get(const struct route_draft *route, attr_id id, struct value *value)
{
	unsigned index = bit_index(route, id);
	struct value whole;
	if (!number_get(route, AT(bits[index].metric), &whole))
		return false;
	*value = (struct value){ .type = VALUE_BOOL };
	value->truth = whole.number >> bits[index].bit & 1;
	return true;
}

static bool
bit_set(struct route_draft *route, attr_id id, const struct value *value)
{
	unsigned index = bit_index(route, id);
	uint32_t mask = 1u << bits[index].bit;
	struct value whole;
	if (!number_get(route, AT(bits[index].metric), &whole)) {
		if (value->type == VALUE_VOID)
			return true;
		whole = (struct value){ .type = VALUE_INT };
	}
	bool on = value->type != VALUE_VOID && value->truth;
	whole.number = on ? whole.number | mask : whole.number & ~mask;
	return number_set(route, AT(bits[index].metric), &whole);
}

static bool
congctl_set(struct route_draft *route, attr_id id, const struct value *value)
{
	if (value->type != VALUE_VOID &&
	    (value->size == 0 || value->size >= KERNEL_CONGCTL))
		return false;
	attrs_draft_set(route_draft_write(route), id, value);
	return true;
}

#define METRIC(number, word, text)                \
	[AT(number)] = { .name = "krt_" word,     \
			 .title = "Kernel." word, \
			 .doc = text,             \
			 .type = VALUE_INT }
#define BIT(word)                                                                        \
	{                                                                                \
		.name = "krt_" word, .doc = "One bit of that, as a switch.",             \
		.type = VALUE_BOOL, .flags = ATTR_HIDDEN, .get = bit_get, .set = bit_set \
	}

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
	METRIC(RTAX_LOCK, "lock", "Bits of metrics the kernel must not adapt."),
	METRIC(RTAX_MTU, "mtu", "The MTU of the path."),
	METRIC(RTAX_WINDOW, "window", "The largest TCP window."),
	METRIC(RTAX_RTT, "rtt", "The first guess of the round trip time."),
	METRIC(RTAX_RTTVAR, "rttvar", "The first guess of its variance."),
	METRIC(RTAX_SSTHRESH, "ssthresh", "The slow start threshold."),
	METRIC(RTAX_CWND, "cwnd", "The largest congestion window."),
	METRIC(RTAX_ADVMSS, "advmss", "The announced segment size."),
	METRIC(RTAX_REORDERING, "reordering", "How much reordering to expect."),
	METRIC(RTAX_HOPLIMIT, "hoplimit", "The hop limit of packets sent this way."),
	METRIC(RTAX_INITCWND, "initcwnd", "The first congestion window."),
	METRIC(RTAX_FEATURES, "features", "Bits of features, such as ECN."),
	METRIC(RTAX_RTO_MIN, "rto_min", "The least retransmission timeout."),
	METRIC(RTAX_INITRWND, "initrwnd", "The first receive window."),
	METRIC(RTAX_QUICKACK, "quickack", "Acknowledges at once."),
	[AT(RTAX_CC_ALGO)] = { .name = "krt_congctl",
			       .title = "Kernel.congctl",
			       .doc = "The congestion control of TCP, by its name.",
			       .type = VALUE_STRING,
			       .set = congctl_set },
	METRIC(RTAX_FASTOPEN_NO_COOKIE, "fastopen_no_cookie",
	       "Opens TCP connections with data and without a cookie."),
	[KRT_SSTRESH] = { .name = "krt_sstresh",
			  .doc = "The old, misspelt name of krt_ssthresh.",
			  .type = VALUE_INT,
			  .flags = ATTR_HIDDEN,
			  .get = sstresh_get,
			  .set = sstresh_set },
	/* In the order of `bits`. */
	BIT("lock_mtu"),
	BIT("lock_window"),
	BIT("lock_rtt"),
	BIT("lock_rttvar"),
	BIT("lock_ssthresh"),
	BIT("lock_cwnd"),
	BIT("lock_advmss"),
	BIT("lock_reordering"),
	BIT("lock_hoplimit"),
	BIT("lock_initcwnd"),
	BIT("lock_rto_min"),
	BIT("lock_initrwnd"),
	BIT("lock_quickack"),
	BIT("lock_congctl"),
	BIT("lock_fastopen_no_cookie"),
	BIT("lock_sstresh"),
	BIT("feature_ecn"),
	BIT("feature_allfrag"),
	{ 0 }
};

_Static_assert(RTAX_COUNT <= KERNEL_METRICS, "room for every metric");

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
	for (uint16_t number = RTAX_LOCK; number <= RTAX_COUNT; number++) {
		if (!attrs_get(attrs, (attr_id)(base + AT(number)), &value))
			continue;
		struct fib_metric *to = &route->metrics[route->fib.metric_count++];
		*to = (struct fib_metric){ .type = number };
		if (number != RTAX_CC_ALGO) {
			to->value = value.number;
			continue;
		}
		memcpy(route->congctl, value.bytes, value.size);
		route->congctl[value.size] = '\0';
		to->name = route->congctl;
	}
	route->fib.metrics = route->metrics;
}
