/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Decision Process.  What every comparison needs (preference, length of the path,
 * origin) is the set's rank; the rest is looked at where that is equal.
 *
 * MULTI_EXIT_DISC is compared among routes of one neighbouring AS only, so the order is
 * not total: routes are ordered without it, and of those that are equal down to it the
 * first is taken for which no route of its AS has a lower one.
 */
#include "proto/bgp/decision.h"

#include <inttypes.h>

#include "lib/text.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "proto/bgp/path.h"
#include "proto/bgp/rank.h"
#include "proto/bgp/rib.h"

enum step {
	STEP_STALE,
	STEP_PREFERENCE,
	STEP_AIGP,
	STEP_LENGTH,
	STEP_ORIGIN,
	STEP_SIDE,
	STEP_IGP,
	STEP_OLDER,
	STEP_ID,
	STEP_CLUSTERS,
	STEP_ADDRESS
};

static uint64_t rank_make(const struct contender *contender);
static int order(const struct contender *a, const struct contender *b, enum step *step);

/* ---- what is compared ---- */

static const struct bgp_routes *
routes_of(const struct contender *contender)
{
	return ((const struct bgp *)contender->channel->protocol)->routes;
}

static const struct bgp_config *
config_of(const struct contender *contender)
{
	return bgp_config(contender->channel->protocol);
}

static bool
block_of(const struct contender *contender, struct value *block)
{
	return bgp_block_of(contender->attrs, contender->channel->protocol->attr_base,
			    block);
}

static bool
field_find(const struct contender *contender, uint8_t type, struct bgp_field *field)
{
	struct value block;
	return block_of(contender, &block) &&
	       bgp_block_find(block.bytes, block.size, type, field);
}

static uint32_t
number_of(const struct contender *contender, uint8_t type, uint32_t otherwise)
{
	struct bgp_field field;
	return field_find(contender, type, &field) ? wire_load_u32(field.value)
						   : otherwise;
}

static inline uint64_t
rank_of(const struct contender *contender)
{
	uint64_t rank = contender->attrs->rank;
	return rank != 0 ? rank : rank_make(contender);
}

/* Reads the set's block, and keeps the rank in the set where it is what its content comes
 * to: what stands for a LOCAL_PREF that is not there is the session's, and may change. */
static uint64_t
block_rank(const struct attrs *attrs, const struct value *block, uint32_t local_pref)
{
	struct bgp_block_look look;
	unsigned length = 0;
	bgp_block_look(block->bytes, block->size, &look);
	if (bgp_look_has(&look, BGP_ATTRIBUTE_AS_PATH)) {
		struct bgp_field path = bgp_look_field(&look, BGP_ATTRIBUTE_AS_PATH);
		length = bgp_path_length(path.value, path.size);
	}
	uint64_t rank = bgp_rank(&look, local_pref, length);
	if (bgp_look_has(&look, BGP_ATTRIBUTE_LOCAL_PREF))
		((struct attrs *)(uintptr_t)attrs)->rank = rank;
	return rank;
}

static uint64_t
rank_make(const struct contender *contender)
{
	struct value block = { .size = 0 };
	block_of(contender, &block);
	return block_rank(contender->attrs, &block,
			  config_of(contender)->default_local_pref);
}

static uint32_t
preference_of(const struct contender *contender)
{
	return ~bgp_rank_part(rank_of(contender), RANK_PREFERENCE, 32);
}

static uint32_t
length_of(const struct contender *contender)
{
	return bgp_rank_part(rank_of(contender), RANK_LENGTH, 24);
}

static uint32_t
med_of(const struct contender *contender)
{
	if (!bgp_rank_has(rank_of(contender), RANK_MED))
		return config_of(contender)->default_med;
	return number_of(contender, BGP_ATTRIBUTE_MED, 0);
}

/* One that may not be 0. */
static bool
has_med(const struct contender *contender)
{
	return bgp_rank_has(rank_of(contender), RANK_MED) ||
	       config_of(contender)->default_med != 0;
}

static uint32_t
neighbour_as(const struct contender *contender)
{
	struct bgp_field field;
	return field_find(contender, BGP_ATTRIBUTE_AS_PATH, &field)
		       ? bgp_path_first(field.value, field.size)
		       : 0;
}

static uint32_t
cost_of(const struct contender *contender)
{
	const struct bgp_channel_config *config = contender->channel->config->more;
	return config->cost;
}

/* What the way to the next hop costs. */
static uint32_t
distance(const struct contender *contender)
{
	const struct nexthop *nexthop = contender->attrs->nexthop;
	return nexthop->kind == NEXTHOP_RECURSIVE ? nexthop->igp_metric
						  : cost_of(contender);
}

static uint32_t
igp_metric(const struct contender *contender)
{
	return config_of(contender)->igp_metric ? distance(contender) : 0;
}

/* RFC 7311 §4.1: with the way to the next hop; without the attribute it is the worst. */
static uint64_t
aigp_of(const struct contender *contender)
{
	struct bgp_field field;
	uint64_t metric;
	if (!bgp_rank_has(rank_of(contender), RANK_AIGP) ||
	    !field_find(contender, BGP_ATTRIBUTE_AIGP, &field) ||
	    !bgp_aigp_find(field.value, field.size, &metric))
		return UINT64_MAX;
	return bgp_aigp_add(metric, distance(contender));
}

static bool
is_reflected(const struct contender *contender)
{
	return bgp_rank_has(rank_of(contender), RANK_REFLECTED);
}

static uint32_t
router_id(const struct contender *contender)
{
	if (!is_reflected(contender))
		return routes_of(contender)->id;
	return number_of(contender, BGP_ATTRIBUTE_ORIGINATOR_ID,
			 routes_of(contender)->id);
}

static size_t
cluster_count(const struct contender *contender)
{
	struct bgp_field field;
	return is_reflected(contender) &&
			       field_find(contender, BGP_ATTRIBUTE_CLUSTER_LIST, &field)
		       ? field.size / 4
		       : 0;
}

/* ---- the order ---- */

static int
lower(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

/* Down to what comes before MULTI_EXIT_DISC. */
static int
order_by_rank(const struct contender *a, const struct contender *b, enum step *step)
{
	uint64_t first = rank_of(a), second = rank_of(b);
	int by;
	*step = STEP_STALE;
	if ((by = lower(bgp_rank_part(first, RANK_STALE, 1),
			bgp_rank_part(second, RANK_STALE, 1))) != 0)
		return by;
	*step = STEP_PREFERENCE;
	if ((by = lower(preference_of(b), preference_of(a))) != 0)
		return by;
	*step = STEP_AIGP;
	if (bgp_rank_has(first | second, RANK_AIGP)) {
		uint64_t a_metric = aigp_of(a), b_metric = aigp_of(b);
		if (a_metric != b_metric)
			return a_metric < b_metric ? -1 : 1;
	}
	*step = STEP_LENGTH;
	if ((config_of(a)->path_metric || config_of(b)->path_metric) &&
	    (by = lower(length_of(a), length_of(b))) != 0)
		return by;
	*step = STEP_ORIGIN;
	return lower(bgp_rank_part(first, RANK_ORIGIN, 2),
		     bgp_rank_part(second, RANK_ORIGIN, 2));
}

/* The same at once, for those who need not know by what. */
static inline int
order_at_once(const struct contender *a, const struct contender *b)
{
	uint64_t first = rank_of(a), second = rank_of(b);
	enum step step;
	if (bgp_rank_has(first | second, RANK_AIGP) ||
	    (!config_of(a)->path_metric && !config_of(b)->path_metric))
		return order_by_rank(a, b, &step);
	first >>= RANK_ORIGIN;
	second >>= RANK_ORIGIN;
	return first < second ? -1 : first > second;
}

/* Behind it. */
static int
order_by_rest(const struct contender *a, const struct contender *b, enum step *step)
{
	int by;
	*step = STEP_SIDE;
	if ((by = lower(routes_of(a)->interior, routes_of(b)->interior)) != 0)
		return by;
	*step = STEP_IGP;
	if ((by = lower(igp_metric(a), igp_metric(b))) != 0)
		return by;
	*step = STEP_OLDER;
	if ((config_of(a)->prefer_older || config_of(b)->prefer_older) &&
	    (by = lower(a->route->changed, b->route->changed)) != 0)
		return by;
	*step = STEP_ID;
	if ((by = lower(router_id(a), router_id(b))) != 0)
		return by;
	*step = STEP_CLUSTERS;
	if ((by = lower((uint32_t)cluster_count(a), (uint32_t)cluster_count(b))) != 0)
		return by;
	*step = STEP_ADDRESS;
	return addr_compare(routes_of(a)->addr, routes_of(b)->addr);
}

/* RFC 4271 §9.1.2.2 c): only where both are from one AS, unless it is always compared. */
static bool
med_counts(const struct contender *a, const struct contender *b)
{
	return config_of(a)->med_metric || config_of(b)->med_metric ||
	       neighbour_as(a) == neighbour_as(b);
}

static int
order(const struct contender *a, const struct contender *b, enum step *step)
{
	int by = order_by_rank(a, b, step);
	return by != 0 ? by : order_by_rest(a, b, step);
}

int
bgp_route_compare(const struct contender *a, const struct contender *b)
{
	enum step step;
	int by = order_at_once(a, b);
	/* MULTI_EXIT_DISC is not asked then. */
	if (by != 0)
		return 2 * by;
	by = order_by_rest(a, b, &step);
	return (by > 0) - (by < 0);
}

const struct rank_order *
bgp_rank_order(const struct bgp_config *config)
{
	static const struct rank_order order = {
		.decides = ~UINT64_C(0) << RANK_ORIGIN,
		.doubts = UINT64_C(1) << RANK_AIGP,
	};
	return config->path_metric ? &order : NULL;
}

/* ---- MULTI_EXIT_DISC ---- */

/* A candidate of bgp with the same preference, and equal in all that comes before
 * MULTI_EXIT_DISC. */
static bool
is_equal(const struct contender *first, const struct contender *other)
{
	return route_is_candidate(other->route) && other->class == first->class &&
	       other->attrs->preference == first->attrs->preference &&
	       order_at_once(first, other) == 0;
}

/* Another of the equal ones has a lower one that counts against it. */
static bool
is_beaten(const struct table *table, const struct contender *contender)
{
	route_handle at = table_node_first(table, contender->route->node);
	for (; at != 0; at = table_route(table, at)->next) {
		struct contender other = table_contender(table, table_route(table, at));
		if (is_equal(contender, &other) && med_of(&other) < med_of(contender) &&
		    med_counts(&other, contender))
			return true;
	}
	return false;
}

route_handle
bgp_route_select(const struct table *table, node_handle node, route_handle first)
{
	struct contender head = table_contender(table, table_route(table, first));
	/* None is lower. */
	if (med_of(&head) == 0 || !is_beaten(table, &head))
		return first;
	const struct route *best = NULL;
	route_handle best_at = 0, at = table_node_first(table, node);
	for (; at != 0; at = table_route(table, at)->next) {
		const struct route *route = table_route(table, at);
		struct contender other = table_contender(table, route);
		if (!is_equal(&head, &other) ||
		    (best != NULL && table_route_order(table, best, route) < 0) ||
		    is_beaten(table, &other))
			continue;
		best = route;
		best_at = at;
	}
	return best_at;
}

/* What beats one of an AS beats all of it that have no less: so whether the best is
 * beaten, and whom it beats, is known without looking at others of its AS. */
enum route_contest
bgp_route_contest(const struct contender *best, const struct contender *route,
		  int by_order, bool comes)
{
	enum route_contest by = comes && by_order < 0 ? BEST_CHANGES : BEST_STAYS;
	/* None is lower, whoever counts. */
	if (comes && !has_med(best) && !has_med(route))
		return by;
	if (order_at_once(best, route) != 0)
		return by;
	/* Some are compared with all, others are not. */
	if (config_of(best)->med_metric != config_of(route)->med_metric)
		return BEST_UNSURE;
	if (med_counts(best, route)) {
		uint32_t med = med_of(route), best_med = med_of(best);
		if (med < best_med && by_order > 0)
			return BEST_UNSURE;
		return med <= best_med ? by : BEST_STAYS;
	}
	if (comes && (by_order > 0 || med_of(route) == 0))
		return by;
	return BEST_UNSURE;
}

/* ---- for others ---- */

/* A set without a block comes last. */
static uint64_t
rank_alone(const struct attrs *attrs, attr_id base)
{
	struct value block;
	if (!bgp_block_of(attrs, base, &block))
		return UINT64_MAX;
	uint64_t rank = attrs->rank;
	if (rank == 0)
		rank = block_rank(attrs, &block, BGP_DEFAULT_LOCAL_PREF);
	return rank >> RANK_ORIGIN;
}

int
bgp_attributes_compare(const struct attrs *a, const struct attrs *b, attr_id base)
{
	uint64_t first = rank_alone(a, base), second = rank_alone(b, base);
	return first < second ? -1 : first > second;
}

bool
bgp_is_restricted(const struct channel *from, const struct attrs *attrs)
{
	struct contender contender = { .attrs = attrs, .channel = from };
	return bgp_rank_has(rank_of(&contender), RANK_RESTRICTED);
}

bool
bgp_route_mergable(const struct contender *best, const struct contender *route)
{
	return order_at_once(best, route) == 0 && med_of(best) == med_of(route) &&
	       routes_of(best)->interior == routes_of(route)->interior &&
	       igp_metric(best) == igp_metric(route);
}

void
bgp_compare_explain(const struct table *table, const struct route *better,
		    const struct route *worse, struct text *text)
{
	struct contender a = table_contender(table, better);
	struct contender b = table_contender(table, worse);
	enum step step;
	char first[ADDR_TEXT], second[ADDR_TEXT];
	if (order_by_rank(&a, &b, &step) == 0 && med_counts(&a, &b) &&
	    med_of(&a) != med_of(&b)) {
		text_printf(text, "MED %" PRIu32 " against %" PRIu32, med_of(&a),
			    med_of(&b));
		return;
	}
	if (order(&a, &b, &step) >= 0) {
		text_printf(text, "another route of AS%" PRIu32 " has a lower MED",
			    neighbour_as(&b));
		return;
	}
	switch (step) {
	case STEP_STALE: text_add(text, "the other is stale"); break;
	case STEP_PREFERENCE:
		text_printf(text, "local preference %" PRIu32 " against %" PRIu32,
			    preference_of(&a), preference_of(&b));
		break;
	case STEP_AIGP: text_add(text, "a lower AIGP metric"); break;
	case STEP_LENGTH:
		text_printf(text, "AS path of %" PRIu32 " against %" PRIu32,
			    length_of(&a), length_of(&b));
		break;
	case STEP_ORIGIN: text_add(text, "a better origin"); break;
	case STEP_SIDE: text_add(text, "from another AS, not from within"); break;
	case STEP_IGP:
		text_printf(text, "igp metric %" PRIu32 " against %" PRIu32,
			    igp_metric(&a), igp_metric(&b));
		break;
	case STEP_OLDER: text_add(text, "it is older"); break;
	case STEP_ID:
		text_printf(text, "router id %s against %s",
			    addr_format(addr_from_ip4(router_id(&a)), first),
			    addr_format(addr_from_ip4(router_id(&b)), second));
		break;
	case STEP_CLUSTERS: text_add(text, "fewer reflectors"); break;
	case STEP_ADDRESS:
		text_printf(text, "neighbor address %s against %s",
			    addr_format(routes_of(&a)->addr, first),
			    addr_format(routes_of(&b)->addr, second));
	}
}

void
bgp_route_info(const struct table *table, const struct route *route, struct text *text)
{
	static const char origins[] = { 'i', 'e', '?' };
	const struct attrs *attrs = table_route_attrs(table, route);
	/* It may be a pipe's channel. */
	const struct router *router =
		table_source_of(table, route).channel->protocol->router;
	const struct nexthop *nexthop = attrs->nexthop;
	struct value block;
	struct bgp_field field;
	text_printf(text, " (%u", attrs->preference);
	if (nexthop->kind == NEXTHOP_RECURSIVE && nexthop->dest == RTD_UNREACHABLE)
		text_add(text, "/-");
	else if (nexthop->kind == NEXTHOP_RECURSIVE)
		text_printf(text, "/%" PRIu32, nexthop->igp_metric);
	text_add(text, ") [");
	if (bgp_block_of(attrs, attr_base(router, bgp_attrs), &block)) {
		uint32_t as = 0;
		if (bgp_block_find(block.bytes, block.size, BGP_ATTRIBUTE_AS_PATH,
				   &field))
			as = bgp_path_origin(field.value, field.size);
		if (as != 0)
			text_printf(text, "AS%" PRIu32, as);
		if (bgp_block_find(block.bytes, block.size, BGP_ATTRIBUTE_ORIGIN, &field))
			text_add_char(text, origins[MIN(field.value[0], 2)]);
	}
	text_add_char(text, ']');
}
