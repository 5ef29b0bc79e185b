/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables, journals, channels and next hops against a naive model: random announcements,
 * withdrawals, refreshes, links that fail, protocols that stop, readers that are slow or
 * lost.  What every watcher was told must add up to what the model says, and all audits
 * must hold after every step.
 */
#include "nest/channel_private.h"
#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include "test/unit/nest/watcher.h"
#include "test/unit/unit.h"

enum {
	NETS = 48,
	CROWDED = 5,
	SPEAKERS = 4,
	PATHS = 2,
	WATCHERS = 6,
	LINKS = 4,
	HOPS = 20
};

/* ---- what the world holds ---- */

struct model_route {
	bool is_there, is_filtered, is_stale;
	uint16_t preference;
	uint32_t metric;
	unsigned hop;
};

struct world {
	struct fake fake;
	struct table *table;
	enum net_type type;
	uint64_t random;
	struct link *links[LINKS];
	struct prefix nets[NETS];
	struct nexthop *hops[HOPS];
	unsigned recursive_from, multipath_from; /* Where these begin. */
	struct addr gateways[HOPS];
	struct model_route routes[NETS][SPEAKERS][PATHS];
	struct fake_instance speakers[SPEAKERS], watchers[WATCHERS];
	/* Of the watchers: the one in force, and room for what comes. */
	struct channel_config configs[WATCHERS][3];
	bool paused[WATCHERS];
};

/* ---- filters ---- */

enum { FILTER_METRIC, FILTER_LENGTH, FILTER_CHANGE };

struct test_filter {
	struct filter filter;
	int kind;
};

/* What a filter makes of a route; false: rejects. */
static bool
filter_judge(int kind, const struct prefix *net, uint32_t *metric, uint16_t *preference)
{
	switch (kind) {
	case FILTER_METRIC: return *metric % 5 != 4;
	case FILTER_LENGTH: return net->length % 3 != 0;
	default: break;
	}
	if (*metric % 2 == 0) {
		*preference = (uint16_t)(*preference + 1);
		*metric += 1000;
	}
	return true;
}

static void
test_filter_run(const struct filter *filter, struct route_draft *routes, size_t count,
		enum filter_verdict *verdicts)
{
	int kind = container_of(filter, const struct test_filter, filter)->kind;
	for (size_t i = 0; i < count; i++) {
		uint16_t preference = routes[i].attrs->preference, before = preference;
		bool accepts =
			filter_judge(kind, routes[i].net, &routes[i].metric, &preference);
		struct value value = { .type = VALUE_INT, .number = preference };
		if (preference != before)
			ck_assert(route_draft_set(&routes[i], ATTR_PREFERENCE, &value));
		verdicts[i] = accepts ? FILTER_ACCEPT : FILTER_REJECT;
	}
}

static bool
test_filter_equal(const struct filter *a, const struct filter *b)
{
	return a == b;
}

static const struct filter_reads *
test_filter_reads(const struct filter *filter)
{
	static const struct filter_reads all = { .net = true, .metric = true };
	static const struct filter_reads metric = { .metric = true };
	static const struct filter_reads change = { .metric = true, .writes = true };
	static const struct filter_reads *const reads[] = {
		[FILTER_METRIC] = &metric,
		[FILTER_LENGTH] = &all,
		[FILTER_CHANGE] = &change,
	};
	return reads[container_of(filter, const struct test_filter, filter)->kind];
}

static const struct filter_class test_filter_class = {
	.run = test_filter_run,
	.equal = test_filter_equal,
	.reads = test_filter_reads,
};

static const struct test_filter filters[] = {
	{ { &test_filter_class, "metric" }, FILTER_METRIC },
	{ { &test_filter_class, "length" }, FILTER_LENGTH },
	{ { &test_filter_class, "change" }, FILTER_CHANGE },
};

static bool
filter_expect(const struct filter *filter, const struct prefix *net, uint32_t *metric,
	      uint16_t *preference)
{
	if (filter == NULL)
		return true;
	int kind = container_of(filter, const struct test_filter, filter)->kind;
	return filter_judge(kind, net, metric, preference);
}

/* ---- classes ---- */

/* What comes before the metric. */
static unsigned
weight_of(const struct nexthop *nexthop)
{
	return nexthop->kind % 2;
}

/* The rank of a set; some have none, and some say what is not so, and that it is in
 * doubt. */
static uint64_t
rank_of(const struct nexthop *nexthop, unsigned hop)
{
	bool lies = nexthop->kind == NEXTHOP_MULTIPATH;
	unsigned weight = lies ? 0 : weight_of(nexthop);
	return hop % 5 == 4 ? 0 : 1 | (uint64_t)lies << 1 | (uint64_t)weight << 2;
}

static const struct rank_order weight_order = { .decides = 1 << 2, .doubts = 1 << 1 };

static int
measuring_start(struct protocol *protocol)
{
	list_first(&protocol->channels, struct channel, link)->rank_order = &weight_order;
	return fake_start(protocol);
}

static int
measuring_compare(const struct contender *a, const struct contender *b)
{
	uint32_t first = a->route->metric, second = b->route->metric;
	unsigned weight = weight_of(a->attrs->nexthop);
	if (weight != weight_of(b->attrs->nexthop))
		return weight == 0 ? -2 : 2;
	return first < second ? -1 : first > second;
}

static bool
measuring_mergable(const struct contender *a, const struct contender *b)
{
	return measuring_compare(a, b) == 0;
}

static const struct protocol_class measuring = {
	.name = "measuring",
	.size = sizeof(struct protocol),
	.source = RTS_BABEL,
	.start = measuring_start,
	.route_compare = measuring_compare,
	.route_mergable = measuring_mergable,
};

static const struct protocol_class plain = {
	.name = "plain",
	.size = sizeof(struct protocol),
	.source = RTS_STATIC,
	.start = fake_start,
};

/* ---- the model ---- */

/* The set that a route comes with; a use is the caller's. */
static struct attrs *
model_attrs(const struct world *world, const struct model_route *route)
{
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = world->hops[route->hop];
	draft.preference = route->preference;
	draft.source = RTS_BABEL;
	draft.rank = rank_of(draft.nexthop, route->hop);
	struct attrs *attrs = attrs_intern(world->fake.router, &draft);
	attrs_draft_fini(&draft);
	return attrs;
}

/* As its class orders two of the same preference. */
static int
model_compare(const struct world *world, const struct model_route *first,
	      const struct model_route *second)
{
	unsigned weight = weight_of(world->hops[first->hop]);
	if (weight != weight_of(world->hops[second->hop]))
		return weight == 0 ? -1 : 1;
	return first->metric < second->metric ? -1 : first->metric > second->metric;
}

static bool
hop_is_recursive(const struct world *world, unsigned hop)
{
	return hop >= world->recursive_from && hop < world->multipath_from;
}

/* Index of the link that hop leads over, LINKS if over none; for the first hops of the
 * pool. */
static unsigned
hop_link(const struct world *world, unsigned hop)
{
	const struct nexthop *nexthop = world->hops[hop];
	for (unsigned i = 0; i < LINKS; i++) {
		if (nexthop->link == world->links[i])
			return i;
	}
	return LINKS;
}

static unsigned hop_links(const struct world *world, unsigned hop, bool *is_special);

/* A route that carries by itself: not recursive, and with a link that is up. */
static bool
route_carries(const struct world *world, const struct model_route *route)
{
	bool is_special;
	return hop_links(world, route->hop, &is_special) != 0 || is_special;
}

static bool route_is_better(const struct world *world, unsigned net, unsigned a,
			    unsigned b);

/* The links that an address leads over by the table, as bits. */
static unsigned
resolve_links(const struct world *world, struct addr gateway, bool *is_special)
{
	unsigned best_net = NETS;
	*is_special = false;
	for (unsigned net = 0; net < NETS; net++) {
		const struct prefix *prefix = &world->nets[net];
		bool counts = false;
		for (unsigned i = 0; i < SPEAKERS * PATHS; i++) {
			const struct model_route *route =
				&world->routes[net][i / PATHS][i % PATHS];
			if (!route->is_there || route->is_filtered)
				continue;
			counts |= hop_is_recursive(world, route->hop) ||
				  route_carries(world, route);
		}
		if (counts && prefix_has_addr(prefix, gateway) &&
		    prefix->source_length == 0 &&
		    (best_net == NETS || prefix->length > world->nets[best_net].length))
			best_net = net;
	}
	if (best_net == NETS)
		return 0;
	unsigned best = SPEAKERS * PATHS;
	for (unsigned i = 0; i < SPEAKERS * PATHS; i++) {
		const struct model_route *route =
			&world->routes[best_net][i / PATHS][i % PATHS];
		if (!route->is_there || route->is_filtered ||
		    hop_is_recursive(world, route->hop) || !route_carries(world, route))
			continue;
		if (best == SPEAKERS * PATHS || route_is_better(world, best_net, i, best))
			best = i;
	}
	if (best == SPEAKERS * PATHS)
		return 0;
	return hop_links(world, world->routes[best_net][best / PATHS][best % PATHS].hop,
			 is_special);
}

/* The links that are up which a next hop leads over, as bits. */
static unsigned
hop_links(const struct world *world, unsigned hop, bool *is_special)
{
	const struct nexthop *nexthop = world->hops[hop];
	*is_special = nexthop->kind <= NEXTHOP_PROHIBIT;
	if (*is_special)
		return 0;
	unsigned bits = 0;
	for (unsigned i = 0; i < nexthop->leg_count; i++) {
		for (unsigned j = 0; j < LINKS; j++) {
			if (nexthop->legs[i].nexthop->link == world->links[j] &&
			    world->links[j]->up)
				bits |= 1u << j;
		}
	}
	unsigned link = hop_link(world, hop);
	if (link < LINKS && world->links[link]->up)
		bits = 1u << link;
	return bits;
}

/* The outcome for any hop, recursive ones included; special: it does something without
 * links. */
static unsigned
hop_outcome(const struct world *world, unsigned hop, bool *is_special)
{
	if (!hop_is_recursive(world, hop))
		return hop_links(world, hop, is_special);
	unsigned links = resolve_links(world, world->gateways[hop], is_special);
	return links;
}

static bool
route_may_be_best(const struct world *world, const struct model_route *route)
{
	if (!route->is_there || route->is_filtered)
		return false;
	bool is_special;
	unsigned links = hop_outcome(world, route->hop, &is_special);
	if (links != 0)
		return true;
	if (!hop_is_recursive(world, route->hop))
		return is_special;
	/* By what it resolved to: a blackhole does, a route that says unreachable does
	 * not. */
	return is_special && world->hops[route->hop]->dest != RTD_UNREACHABLE;
}

static bool
route_is_better(const struct world *world, unsigned net, unsigned a, unsigned b)
{
	const struct model_route *first = &world->routes[net][a / PATHS][a % PATHS];
	const struct model_route *second = &world->routes[net][b / PATHS][b % PATHS];
	const struct protocol_class *a_class = world->speakers[a / PATHS].config.class;
	const struct protocol_class *b_class = world->speakers[b / PATHS].config.class;
	if (first->preference != second->preference)
		return first->preference > second->preference;
	if (a_class == b_class && a_class == &measuring &&
	    model_compare(world, first, second) != 0)
		return model_compare(world, first, second) < 0;
	/* Speakers are numbered in the order of class and name. */
	return a < b;
}

static unsigned
net_best(const struct world *world, unsigned net)
{
	unsigned best = SPEAKERS * PATHS;
	for (unsigned i = 0; i < SPEAKERS * PATHS; i++) {
		if (!route_may_be_best(world, &world->routes[net][i / PATHS][i % PATHS]))
			continue;
		if (best == SPEAKERS * PATHS || route_is_better(world, net, i, best))
			best = i;
	}
	return best;
}

/* ---- checks ------------------------------------------------------------- */

static void
audit(const struct world *world)
{
	router_audit(world->fake.router, AUDIT_FULL);
	attrs_audit(world->fake.router);
	nexthop_audit(world->fake.router);
}

static const struct told *
told_of_node(const struct watcher *watcher, node_handle node)
{
	static const struct told nothing = { .is_told = false };
	return node != 0 ? &watcher->told[node] : &nothing;
}

/* One route is told as the filter leaves it. */
static void
check_told(const struct world *world, const struct fake_instance *to,
	   const struct told *told, unsigned net, unsigned index,
	   const struct nexthop *nexthop)
{
	const struct model_route *route =
		&world->routes[net][index / PATHS][index % PATHS];
	uint32_t metric = route->metric;
	uint16_t preference = route->preference;
	if (!filter_expect(to->channel_config.export, &world->nets[net], &metric,
			   &preference)) {
		ck_assert(!told->is_told);
		return;
	}
	ck_assert(told->is_told);
	ck_assert_uint_eq(told->metric, metric);
	ck_assert_uint_eq(told->preference, preference);
	ck_assert_ptr_eq(told->nexthop, nexthop);
	ck_assert_uint_eq(told->changed, nexthop->changed);
	ck_assert_ptr_eq(told->from, world->speakers[index / PATHS].channel);
}

static const struct nexthop *
merged_expect(struct world *world, const struct fake_instance *to, unsigned net,
	      unsigned best)
{
	const struct model_route *first = &world->routes[net][best / PATHS][best % PATHS];
	struct nexthop_leg legs[SPEAKERS * PATHS * 4];
	uint16_t count = 0;
	bool shares = world->hops[first->hop]->dest == RTD_UNICAST;
	for (unsigned i = 0; i < SPEAKERS * PATHS; i++) {
		const struct model_route *route =
			&world->routes[net][i / PATHS][i % PATHS];
		uint32_t metric = route->metric;
		uint16_t preference = route->preference;
		const struct nexthop *nexthop = world->hops[route->hop];
		if (!route_may_be_best(world, route) ||
		    route->preference != first->preference ||
		    (i != best &&
		     (world->speakers[i / PATHS].config.class != &measuring ||
		      world->speakers[best / PATHS].config.class != &measuring ||
		      model_compare(world, route, first) != 0)) ||
		    !filter_expect(to->channel_config.export, &world->nets[net], &metric,
				   &preference) ||
		    nexthop->dest != RTD_UNICAST)
			continue;
		for (unsigned j = 0; j < nexthop->leg_count; j++)
			legs[count++] = nexthop->legs[j];
		if (nexthop->leg_count == 0)
			legs[count++] =
				(struct nexthop_leg){ world->hops[route->hop], 1 };
	}
	if (!shares || count < 2)
		return world->hops[first->hop];
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH,
				   .leg_count = count,
				   .legs = legs };
	struct nexthop *merged = nexthop_intern(world->fake.router, &key);
	nexthop_release(world->fake.router, merged);
	return merged;
}

static void
check_watcher_all(const struct world *world, const struct fake_instance *to)
{
	const struct watcher *watcher = (const struct watcher *)to->protocol;
	unsigned told = 0;
	for (unsigned net = 0; net < NETS; net++) {
		node_handle node = table_find(world->table, &world->nets[net]);
		for (unsigned i = 0; i < SPEAKERS * PATHS; i++) {
			const struct model_route *route =
				&world->routes[net][i / PATHS][i % PATHS];
			if (!route->is_there)
				continue;
			route_handle handle = table_node_first(world->table, node);
			while (handle != 0) {
				struct route_source_id id = table_source_of(
					world->table, table_route(world->table, handle));
				if (id.channel == world->speakers[i / PATHS].channel &&
				    id.path_id == i % PATHS)
					break;
				handle = table_route(world->table, handle)->next;
			}
			ck_assert_uint_ne(handle, 0);
			if (route_may_be_best(world, route))
				check_told(world, to, &watcher->told[handle], net, i,
					   world->hops[route->hop]);
			else
				ck_assert(!watcher->told[handle].is_told);
			told += watcher->told[handle].is_told;
		}
	}
	ck_assert_uint_eq(told, to->channel->exported);
}

static void
check_watcher(struct world *world, const struct fake_instance *to)
{
	const struct watcher *watcher = (const struct watcher *)to->protocol;
	unsigned told = 0;
	if (to->channel->mode == READER_ANY) {
		check_watcher_all(world, to);
		return;
	}
	for (unsigned net = 0; net < NETS; net++) {
		node_handle node = table_find(world->table, &world->nets[net]);
		const struct told *about = told_of_node(watcher, node);
		unsigned best = net_best(world, net);
		told += about->is_told;
		if (best == SPEAKERS * PATHS) {
			ck_assert(!about->is_told);
			continue;
		}
		const struct nexthop *nexthop =
			world->hops[world->routes[net][best / PATHS][best % PATHS].hop];
		if (to->channel->mode == READER_MERGED)
			nexthop = merged_expect(world, to, net, best);
		check_told(world, to, about, net, best, nexthop);
	}
	ck_assert_uint_eq(told, to->channel->exported);
}

static void
check_hops(const struct world *world)
{
	for (unsigned i = 0; i < HOPS; i++) {
		bool is_special;
		unsigned expected = hop_outcome(world, i, &is_special), links = 0;
		const struct nexthop *nexthop = world->hops[i];
		for (unsigned j = 0; j < nexthop->hop_count; j++) {
			for (unsigned k = 0; k < LINKS; k++) {
				if (nexthop->hops[j].link == world->links[k])
					links |= 1u << k;
			}
		}
		ck_assert_uint_eq(links, expected);
		ck_assert_int_eq(nexthop->dest == RTD_UNICAST, expected != 0);
	}
}

static void
check_all(struct world *world)
{
	uint32_t routes = 0, filtered = 0, imported = 0, preferred[SPEAKERS] = { 0 };
	check_hops(world);
	for (unsigned net = 0; net < NETS; net++) {
		unsigned best = net_best(world, net);
		if (best < SPEAKERS * PATHS)
			preferred[best / PATHS]++;
		for (unsigned i = 0; i < SPEAKERS * PATHS; i++) {
			const struct model_route *route =
				&world->routes[net][i / PATHS][i % PATHS];
			routes += route->is_there;
			filtered += route->is_there && route->is_filtered;
		}
	}
	struct table_counts counts;
	table_count(world->table, &counts);
	ck_assert_uint_eq(counts.routes, routes);
	for (unsigned i = 0; i < SPEAKERS; i++) {
		imported += world->speakers[i].channel->imported;
		ck_assert_uint_eq(world->speakers[i].channel->preferred, preferred[i]);
		filtered -= world->speakers[i].channel->filtered;
	}
	ck_assert_uint_eq(filtered, 0);
	ck_assert_uint_le(imported, routes);
	for (unsigned i = 0; i < WATCHERS; i++) {
		if (!world->paused[i] &&
		    world->watchers[i].protocol->state == PROTOCOL_UP)
			check_watcher(world, &world->watchers[i]);
	}
}

/* ---- steps -------------------------------------------------------------- */

static void
model_put(struct world *world, unsigned net, unsigned speaker, unsigned path,
	  struct model_route route)
{
	const struct channel_config *config = &world->speakers[speaker].channel_config;
	struct model_route *place = &world->routes[net][speaker][path];
	struct model_route before = route;
	if (!filter_expect(config->import, &world->nets[net], &route.metric,
			   &route.preference)) {
		route = before;
		route.is_filtered = true;
		route.is_there = config->keep_filtered;
	}
	*place = route;
}

static void
step_announce(struct world *world)
{
	enum { BATCH = 6 };
	unsigned speaker = unit_below(&world->random, SPEAKERS);
	struct channel *channel = world->speakers[speaker].channel;
	struct route_update updates[BATCH];
	struct attrs *attrs[BATCH];
	unsigned count = 1 + unit_below(&world->random, BATCH);
	/* Often they come in the order in which they came before. */
	bool is_ordered = unit_below(&world->random, 2) > 0;
	unsigned first = unit_below(&world->random, NETS);
	if (channel->state == CHANNEL_DOWN)
		return;
	for (unsigned i = 0; i < count; i++) {
		/* Some are crowded, and equal metrics are common there. */
		bool is_crowded = unit_below(&world->random, 2) > 0;
		unsigned net = unit_below(&world->random, is_crowded ? CROWDED : NETS);
		if (is_ordered)
			net = (first + i) % NETS;
		unsigned path = unit_below(&world->random, PATHS);
		struct model_route route = { .is_there = true };
		route.preference = unit_below(&world->random, 4) > 0 ? 100 : 200;
		route.metric = unit_below(&world->random, is_crowded ? 2 : 6);
		route.hop = unit_below(&world->random, HOPS);
		attrs[i] = NULL;
		if (unit_below(&world->random, 5) < 2)
			route.is_there = false;
		else
			attrs[i] = model_attrs(world, &route);
		updates[i] = (struct route_update){ .net = &world->nets[net],
						    .attrs = attrs[i],
						    .metric = route.metric,
						    .path_id = path };
		if (route.is_there)
			model_put(world, net, speaker, path, route);
		else
			world->routes[net][speaker][path] = route;
	}
	channel_import(channel, updates, count);
	for (unsigned i = 0; i < count; i++)
		attrs_release(world->fake.router, attrs[i], 1);
}

static void
step_refresh(struct world *world)
{
	unsigned speaker = unit_below(&world->random, SPEAKERS);
	struct channel *channel = world->speakers[speaker].channel;
	if (channel->state == CHANNEL_DOWN)
		return;
	channel_refresh_begin(channel);
	for (unsigned i = 0; i < NETS * PATHS; i++)
		world->routes[i / PATHS][speaker][i % PATHS].is_stale = true;
	if (unit_below(&world->random, 2) > 0)
		router_run(world->fake.router);
	for (unsigned i = 0; i < NETS * PATHS; i++) {
		struct model_route *route = &world->routes[i / PATHS][speaker][i % PATHS];
		/* What was changed by the filter can't be announced again as it came. */
		if (!route->is_there || route->metric >= 1000 ||
		    unit_below(&world->random, 3) == 0)
			continue;
		struct attrs *attrs = model_attrs(world, route);
		struct route_update update = { .net = &world->nets[i / PATHS],
					       .attrs = attrs,
					       .metric = route->metric,
					       .path_id = i % PATHS };
		struct model_route again = *route;
		again.is_stale = again.is_filtered = false;
		model_put(world, i / PATHS, speaker, i % PATHS, again);
		channel_import(channel, &update, 1);
		attrs_release(world->fake.router, attrs, 1);
	}
	channel_refresh_end(channel);
	for (unsigned i = 0; i < NETS * PATHS; i++) {
		struct model_route *route = &world->routes[i / PATHS][speaker][i % PATHS];
		if (route->is_stale)
			*route = (struct model_route){ .is_there = false };
	}
}

static void
step_link(struct world *world)
{
	struct link *link = world->links[unit_below(&world->random, LINKS)];
	link_set_up(link, !link->up);
}

static void
step_speaker(struct world *world)
{
	unsigned speaker = unit_below(&world->random, SPEAKERS);
	struct protocol *protocol = world->speakers[speaker].protocol;
	if (unit_below(&world->random, 4) == 0 && protocol->state == PROTOCOL_UP) {
		channel_flush(world->speakers[speaker].channel);
	} else if (protocol->state == PROTOCOL_UP) {
		protocol_disable(protocol, NULL);
	} else {
		protocol_enable(protocol);
		return;
	}
	memset(world->routes, 0, 0);
	for (unsigned i = 0; i < NETS * PATHS; i++)
		world->routes[i / PATHS][speaker][i % PATHS] =
			(struct model_route){ .is_there = false };
}

/* Another export policy, which all that a watcher was told has to follow. */
static void
step_policy(struct world *world)
{
	unsigned which = unit_below(&world->random, WATCHERS);
	struct fake_instance *watcher = &world->watchers[which];
	struct channel_config *configs = world->configs[which];
	unsigned kind = unit_below(&world->random, ARRAY_SIZE(filters));
	configs[0] = configs[1] = configs[2] = watcher->channel_config;
	watcher->channel->config = &configs[0];
	configs[1].export = &filters[kind].filter;
	kind = (kind + 1 + unit_below(&world->random, 3)) % (ARRAY_SIZE(filters) + 1);
	configs[2].export = kind < ARRAY_SIZE(filters) ? &filters[kind].filter : NULL;
	/* A soft one in between leaves some told by it, and others not. */
	if (unit_below(&world->random, 4) == 0) {
		channel_soften(watcher->channel, &configs[1]);
		router_run(world->fake.router);
	}
	channel_reconfigure(watcher->channel, &configs[2], NULL);
	watcher->channel_config = configs[2];
	watcher->channel->config = &watcher->channel_config;
}

static void
step_watcher(struct world *world)
{
	unsigned which = unit_below(&world->random, WATCHERS);
	struct fake_instance *watcher = &world->watchers[which];
	struct channel *channel = watcher->channel;
	if (channel->state == CHANNEL_DOWN) {
		protocol_enable(watcher->protocol);
		return;
	}
	switch (unit_below(&world->random, 8)) {
	case 0:
		protocol_disable(watcher->protocol, NULL);
		world->paused[which] = false;
		break;
	case 1: channel_refeed(channel); break;
	case 2:
		channel_retell(channel, &world->nets[unit_below(&world->random, NETS)]);
		break;
	case 3:
	case 4:
	case 5:
		channel_pause(channel);
		world->paused[which] = true;
		break;
	default:
		channel_resume(channel);
		world->paused[which] = false;
		break;
	}
}

static void
world_step(struct world *world)
{
	unsigned what = unit_below(&world->random, 100);
	if (what < 55)
		step_announce(world);
	else if (what < 60)
		step_refresh(world);
	else if (what < 65)
		step_link(world);
	else if (what < 67)
		step_speaker(world);
	else if (what < 74)
		step_watcher(world);
	else if (what < 76)
		step_policy(world);
	else if (what < 97)
		router_run(world->fake.router);
	else
		fake_settle(&world->fake);
	audit(world);
	if (what >= 97)
		check_all(world);
}

/* ---- making it ---------------------------------------------------------- */

static struct addr
world_addr(const struct world *world, uint32_t number)
{
	if (world->type == NET_IP4)
		return addr_from_ip4(10u << 24 | number);
	return addr_from_u64(UINT64_C(0x20010db800000000) | (uint64_t)number << 8, 0);
}

/* Nested, so that longest matches matter. */
static void
nets_make(struct world *world)
{
	for (unsigned i = 0; i < NETS; i++) {
		unsigned offset = world->type == NET_IP4 ? 96 : 0;
		struct prefix *net = &world->nets[i];
		*net = (struct prefix){ .type = (uint8_t)world->type };
		unsigned most = world->type == NET_IP4 ? 33 : 57;
		net->length = (uint8_t)(8 + unit_below(&world->random, most - 8));
		net->addr = addr_mask(
			world_addr(world, unit_below(&world->random, 256) << 16),
			offset + net->length);
		if (world->type == NET_IP6_SADR && unit_below(&world->random, 3) == 0) {
			net->source_length = 48;
			net->source = addr_mask(
				world_addr(world, unit_below(&world->random, 2) << 20),
				48);
		}
		for (unsigned j = 0; j < i; j++) {
			if (prefix_equal(net, &world->nets[j])) {
				i--;
				break;
			}
		}
	}
}

static void
hops_make(struct world *world)
{
	struct router *router = world->fake.router;
	unsigned count = 0;
	world->hops[count++] = nexthop_special(router, NEXTHOP_BLACKHOLE);
	world->hops[count++] = nexthop_special(router, NEXTHOP_UNREACHABLE);
	for (unsigned i = 0; i < LINKS; i++) {
		world->hops[count++] = nexthop_direct(router, world->links[i]);
		world->hops[count++] = nexthop_gateway(router, world->links[i],
						       world_addr(world, i + 1), 0);
	}
	world->recursive_from = count;
	for (; count < HOPS - 3; count++) {
		world->gateways[count] =
			world_addr(world, unit_below(&world->random, 256) << 16);
		world->hops[count] =
			nexthop_recursive(router, world->table, world->gateways[count]);
	}
	world->multipath_from = count;
	for (unsigned i = 0; count < HOPS; i++) {
		struct nexthop_leg legs[] = { { world->hops[2 + i], 1 },
					      { world->hops[5 + i], 3 },
					      { world->hops[7 + i], 2 } };
		struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH,
					   .leg_count = (uint16_t)(2 + i % 2),
					   .legs = legs };
		world->hops[count++] = nexthop_intern(router, &key);
	}
}

static void
world_open(struct world *world, enum net_type type, uint64_t seed)
{
	static const char *const names[] = { "l0", "l1", "l2", "l3" };
	static const char *const watcher_names[] = { "w0", "w1", "w2", "w3", "w4", "w5" };
	static const char *const speaker_names[] = { "s2", "s10", "s11", "p1" };
	static const enum reader_mode modes[] = { READER_BEST,   READER_BEST,
						  READER_ANY,    READER_ANY,
						  READER_MERGED, READER_MERGED };
	*world = (struct world){ .type = type, .random = seed };
	fake_open(&world->fake);
	world->table = fake_table(&world->fake, "master", type);
	world->table->journal.behind = 4;
	for (unsigned i = 0; i < LINKS; i++) {
		world->links[i] = fake_link(&world->fake, names[i]);
		link_hold(world->links[i]);
	}
	nets_make(world);
	hops_make(world);
	for (unsigned i = 0; i < SPEAKERS; i++) {
		struct fake_instance *speaker = &world->speakers[i];
		fake_instance_init(speaker, i < 3 ? &measuring : &plain, speaker_names[i],
				   world->table);
		if (i % 2 == 1)
			speaker->channel_config.import = &filters[i / 2].filter;
		speaker->channel_config.keep_filtered = i == 1;
	}
	/* Not in the order of their names: who came first must not matter. */
	for (unsigned i = SPEAKERS; i-- > 0;)
		fake_instance_start(&world->speakers[i], &world->fake);
	for (unsigned i = 0; i < WATCHERS; i++) {
		struct fake_instance *watcher = &world->watchers[i];
		fake_instance_init(watcher, &watching, watcher_names[i], world->table);
		watcher->channel_config.debug = modes[i];
		if (i % 2 == 1)
			watcher->channel_config.export = &filters[i / 2].filter;
		fake_instance_start(watcher, &world->fake);
	}
}

static void
world_close(struct world *world)
{
	for (unsigned i = 0; i < WATCHERS; i++) {
		protocol_enable(world->watchers[i].protocol);
		channel_resume(world->watchers[i].channel);
		world->paused[i] = false;
	}
	fake_settle(&world->fake);
	audit(world);
	check_all(world);
	for (unsigned i = 0; i < SPEAKERS; i++)
		protocol_disable(world->speakers[i].protocol, NULL);
	memset(world->routes, 0, sizeof(world->routes));
	fake_settle(&world->fake);
	audit(world);
	check_all(world);
	/* Nothing is left behind. */
	ck_assert_uint_eq(world->table->nodes.count, 0);
	ck_assert_uint_eq(world->table->journal.end, world->table->journal.begin);
	ck_assert_uint_eq(attrs_count(world->fake.router, NULL), 0);
	for (unsigned i = 0; i < HOPS; i++)
		nexthop_release(world->fake.router, world->hops[i]);
	fake_settle(&world->fake);
	ck_assert_uint_eq(nexthop_count(world->fake.router), 0);
	fake_close(&world->fake);
}

static void
run(enum net_type type, uint64_t seed, unsigned steps)
{
	struct world *world = mem_zalloc(sizeof(*world));
	world_open(world, type, seed);
	for (unsigned i = 0; i < steps; i++)
		world_step(world);
	world_close(world);
	mem_free(world);
}

START_TEST(all_that_watch_an_ipv4_table_are_told_what_holds)
{
	for (uint64_t seed = 1; seed <= 12; seed++)
		run(NET_IP4, seed, 600);
}
END_TEST

START_TEST(all_that_watch_an_ipv6_table_are_told_what_holds)
{
	for (uint64_t seed = 101; seed <= 106; seed++)
		run(NET_IP6, seed, 600);
}
END_TEST

START_TEST(all_that_watch_an_ipv6_sadr_table_are_told_what_holds)
{
	for (uint64_t seed = 201; seed <= 206; seed++)
		run(NET_IP6_SADR, seed, 600);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		all_that_watch_an_ipv4_table_are_told_what_holds,
		all_that_watch_an_ipv6_table_are_told_what_holds,
		all_that_watch_an_ipv6_sadr_table_are_told_what_holds,
	};
	return unit_run("model", tests, ARRAY_SIZE(tests), NULL, 0);
}
