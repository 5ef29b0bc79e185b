/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a protocol is told of a node: its routes are judged in batches, the outcome is
 * held against what was told before, and the difference is told.
 *
 * What was told is a set of handles: of nodes, or of routes where all of a node are told.
 * A handle is not reused before its withdrawal was told, so the set needs no look at the
 * table.  It does not say what a route was told to be; where that matters, behind a
 * change of policy, the former filter is asked once more.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/export_place.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <assert.h>
#include <string.h>

/* What routes that share bring; `is_short`: there was no room for some. */
struct sharing {
	struct nexthop_leg legs[NEXTHOP_LEGS];
	unsigned count;
	bool is_short;
};

static void node_tell_best(struct tell_batch *batch, node_handle node, enum telling how);
static bool node_tell_all(struct tell_batch *batch, node_handle node, enum telling how);
static void batch_add(struct tell_batch *batch, node_handle node, route_handle route,
		      uint32_t key, enum telling how);
static void batch_judge(struct tell_batch *batch);
static void batch_compare(struct tell_batch *batch);
static bool batch_change(struct tell_batch *batch, size_t at,
			 struct route_change *change);
static bool export_limit_allows(struct channel *channel);
static void item_judge_merged(struct channel *channel, const struct filter *filter,
			      const struct tell_place *place, struct filter_item *item);
static void item_judge_others(struct tell_batch *batch, const struct filter *filter,
			      struct tell_place *place, struct filter_item *item);
static bool item_judge(struct channel *channel, const struct filter *filter,
		       const struct route *route, const struct prefix *net,
		       struct filter_item *item);
static void item_share(struct router *router, struct filter_item *item,
		       const struct sharing *sharing);
static void sharing_add(struct sharing *sharing, const struct nexthop *nexthop);

void
tell_begin(struct tell_batch *batch, struct channel *channel)
{
	batch->channel = channel;
	batch->count = 0;
	batch->extra = 0;
	batch->is_review = false;
	batch->debug = channel_debug(channel);
}

bool
tell_node(struct tell_batch *batch, node_handle node, enum telling how)
{
	if (batch->channel->mode == READER_ANY)
		return node_tell_all(batch, node, how);
	node_tell_best(batch, node, how);
	return true;
}

void
tell_gone(struct tell_batch *batch, uint32_t key)
{
	const struct channel *channel = batch->channel;
	bool is_node = channel->mode != READER_ANY;
	node_handle node = is_node ? key : route_at(channel->table, key)->node;
	batch_add(batch, node, 0, key, TELL_NEWS);
}

void
tell_flush(struct tell_batch *batch)
{
	struct channel *channel = batch->channel;
	struct protocol *protocol = channel->protocol;
	struct route_change changes[FILTER_BATCH];
	size_t count = batch->count, change_count = 0;
	if (count == 0)
		return;
	batch_judge(batch);
	for (size_t i = 0; i < count; i++) {
		if (batch_change(batch, i, &changes[change_count]))
			change_count++;
	}
	if (change_count > 0)
		protocol->class->route_event(protocol, channel, changes, change_count);
	filter_items_fini(protocol->router, batch->items, count);
	batch->count = 0;
}

void
channel_export_draft(const struct channel *channel, const struct route *route,
		     struct route_draft *draft, struct attrs_draft *scratch)
{
	export_draft_fill(channel, route, draft);
	table_node_prefix(channel->table, route->node, &draft->own_net);
	draft->net = &draft->own_net;
	draft->router = channel->protocol->router;
	draft->scratch = scratch;
}

enum filter_verdict
channel_export_verdict(struct channel *channel, const struct route *route,
		       struct route_draft *draft, struct attrs_draft *scratch)
{
	const struct filter *filter = channel->config->export;
	enum filter_verdict verdict = FILTER_ACCEPT;
	channel_export_draft(channel, route, draft, scratch);
	if (channel_refuses(channel, draft))
		return FILTER_REJECT;
	if (filter != NULL)
		filter->class->run(filter, draft, 1, &verdict);
	return verdict;
}

bool
channel_refuses(const struct channel *channel, const struct route_draft *draft)
{
	return channel_refusal(channel, draft) != NULL;
}

const char *
channel_refusal(const struct channel *channel, const struct route_draft *draft)
{
	const struct protocol_class *class = channel->protocol->class;
	if (class->is_interior && channel->protocol->router->igp_guards > 0 &&
	    draft->attrs->source == RTS_BGP)
		return "routes of BGP stay out of the IGP (`ibgp auto`)";
	return class->refusal != NULL ? class->refusal(channel, draft) : NULL;
}

/* ---- what of a node is looked at ---- */

static void
node_tell_best(struct tell_batch *batch, node_handle node, enum telling how)
{
	struct channel_private *private = batch->channel->private;
	route_handle best = node_best(batch->channel->table, node);
	if (best == 0 && !handle_set_has(&private->told, node))
		return;
	if (tell_compares(how) && table_reader_is_due(&private->reader, node))
		return;
	batch_add(batch, node, best, node, how);
}

/* Whether a route is to be looked at; `is_due`: the journal has the node still. */
static bool
route_is_asked(const struct route *route, bool is_told, enum telling how, bool is_due)
{
	bool is_fresh = (route->flags & ROUTE_FRESH) != 0;
	if (!route_is_candidate(route))
		return is_told;
	if (how == TELL_NEWS)
		return is_fresh || !is_told;
	return !tell_compares(how) || !is_due || !is_fresh;
}

/* The routes that are to be looked at, into `handles` if not null; how many. */
static uint32_t
routes_asked(const struct tell_batch *batch, node_handle node, enum telling how,
	     route_handle *handles)
{
	const struct channel_private *private = batch->channel->private;
	const struct table *table = batch->channel->table;
	bool is_due = tell_compares(how) && table_reader_is_due(&private->reader, node);
	uint32_t count = 0;
	route_handle route = node_at(table, node)->first;
	for (; route != 0; route = route_at(table, route)->next) {
		if (!route_is_asked(route_at(table, route),
				    handle_set_has(&private->told, route), how, is_due))
			continue;
		if (handles != NULL)
			handles[count] = route;
		count++;
	}
	return count;
}

/* Handles are collected first: the protocol may change the chain while it is told. Routes
 * that die meanwhile stay until this reader has passed. */
static bool
node_tell_all(struct tell_batch *batch, node_handle node, enum telling how)
{
	struct channel_private *private = batch->channel->private;
	const struct table *table = batch->channel->table;
	route_handle few[FILTER_BATCH], *handles = few;
	uint32_t count = routes_asked(batch, node, how, NULL);
	if (batch->count > 0 && batch->count + count > FILTER_BATCH) {
		tell_flush(batch);
		if (!private->has_reader || private->paused)
			return false;
		count = routes_asked(batch, node, how, NULL);
	}
	if (count > ARRAY_SIZE(few))
		handles = mem_resize(NULL, count, sizeof(handles[0]));
	count = routes_asked(batch, node, how, handles);
	batch->extra += MAX(count, 1) - 1;
	for (uint32_t i = 0; i < count; i++) {
		if (batch->count == FILTER_BATCH)
			tell_flush(batch);
		if (!private->has_reader)
			break;
		bool is_candidate = route_is_candidate(route_at(table, handles[i]));
		batch_add(batch, node, is_candidate ? handles[i] : 0, handles[i], how);
	}
	if (handles != few)
		mem_free(handles);
	return true;
}

static void
batch_add(struct tell_batch *batch, node_handle node, route_handle route, uint32_t key,
	  enum telling how)
{
	assert(batch->count < FILTER_BATCH);
	size_t at = batch->count++;
	struct tell_place *place = &batch->places[at];
	place->key = key;
	place->how = how;
	place->is_same = false;
	export_place_fill(&place->at, batch->channel, node, route, &batch->items[at]);
	if (route != 0)
		batch->channel->export_reviews += batch->is_review || tell_compares(how);
}

/* ---- judging ---- */

static void
batch_judge(struct tell_batch *batch)
{
	struct channel *channel = batch->channel;
	const struct filter *filter = channel->config->export;
	bool compares = false;
	for (size_t i = 0; i < batch->count; i++) {
		const struct tell_place *place = &batch->places[i];
		if (channel->mode == READER_MERGED && place->at.route != 0)
			item_judge_merged(channel, filter, place, &batch->items[i]);
		compares |= tell_compares(place->how);
	}
	filter_items_run(channel->protocol->router, filter, batch->items, batch->count);
	for (size_t i = 0; channel->mode == READER_ACCEPTED && i < batch->count; i++)
		if (batch->places[i].at.route != 0)
			item_judge_others(batch, filter, &batch->places[i],
					  &batch->items[i]);
	if (compares)
		batch_compare(batch);
}

/* Finds what was told just as it is judged now. */
static void
batch_compare(struct tell_batch *batch)
{
	struct channel *channel = batch->channel;
	struct channel_private *private = channel->private;
	struct router *router = channel->protocol->router;
	struct filter_item formers[FILTER_BATCH];
	struct tell_place *places[FILTER_BATCH];
	const struct filter_item *items[FILTER_BATCH];
	size_t count = 0;
	for (size_t i = 0; i < batch->count; i++) {
		struct tell_place *place = &batch->places[i];
		if (batch->items[i].verdict != FILTER_ACCEPT || place->at.route == 0 ||
		    !handle_set_has(&private->told, place->key))
			continue;
		place->is_same =
			place->how == TELL_VERDICTS && channel->mode != READER_ACCEPTED;
		if (place->how != TELL_OUTCOMES || !private->has_former ||
		    channel->mode == READER_ACCEPTED)
			continue;
		items[count] = &batch->items[i];
		places[count] = place;
		formers[count].attrs = NULL;
		formers[count].is_judged = false;
		export_draft_fill(channel, route_at(channel->table, place->at.route),
				  &formers[count].draft);
		formers[count].draft.net = &place->at.net;
		if (channel->mode == READER_MERGED)
			item_judge_merged(channel, private->former, place,
					  &formers[count]);
		count++;
	}
	filter_items_run(router, private->former, formers, count);
	for (size_t i = 0; i < count; i++)
		places[i]->is_same = formers[i].verdict == FILTER_ACCEPT &&
				     formers[i].attrs == items[i]->attrs &&
				     formers[i].draft.metric == items[i]->draft.metric;
	filter_items_fini(router, formers, count);
}

/* A route that may share with the best does, as far as the filter takes it. */
static void
sharing_judge(struct sharing *sharing, struct channel *channel,
	      const struct filter *filter, const struct tell_place *place,
	      route_handle handle)
{
	const struct table *table = channel->table;
	const struct route *route = route_at(table, handle);
	struct filter_item other = { .verdict = FILTER_REJECT };
	if (route_is_merged(table, place->at.node, route) &&
	    item_judge(channel, filter, route, &place->at.net, &other))
		sharing_add(sharing, other.attrs->nexthop);
	/* The next hop stays till the jobs of the router have run. */
	attrs_release(channel->protocol->router, other.attrs, 1);
}

/* The better ones, where there is no room for all. */
static void
sharing_rank(struct sharing *sharing, struct channel *channel,
	     const struct filter *filter, const struct tell_place *place)
{
	struct candidates candidates;
	route_handle handle;
	candidates_init(&candidates, channel->table, place->at.node);
	while (!sharing->is_short && (handle = candidates_take(&candidates)) != 0)
		if (handle != place->at.route)
			sharing_judge(sharing, channel, filter, place, handle);
	candidates_fini(&candidates);
}

/* The best, with the next hops of all that may share with it as far as the filter takes
 * them. */
static void
item_judge_merged(struct channel *channel, const struct filter *filter,
		  const struct tell_place *place, struct filter_item *item)
{
	const struct table *table = channel->table;
	struct sharing sharing; /* Much of it is seldom used. */
	route_handle handle = place->at.route;
	if (route_at(table, handle)->next == 0)
		return;
	if (!item_judge(channel, filter, route_at(table, handle), &place->at.net, item))
		return;
	sharing.count = 0;
	sharing.is_short = false;
	sharing_add(&sharing, item->attrs->nexthop);
	unsigned own = sharing.count;
	while (own > 0 && !sharing.is_short &&
	       (handle = route_at(table, handle)->next) != 0)
		sharing_judge(&sharing, channel, filter, place, handle);
	if (sharing.is_short) {
		sharing.is_short = false;
		sharing.count = own;
		sharing_rank(&sharing, channel, filter, place);
	}
	if (sharing.count > own)
		item_share(channel->protocol->router, item, &sharing);
}

/* It leads by all of the legs. */
static void
item_share(struct router *router, struct filter_item *item, const struct sharing *sharing)
{
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH, .legs = sharing->legs };
	key.leg_count = (uint16_t)sharing->count;
	struct nexthop *nexthop = nexthop_intern(router, &key);
	struct attrs_draft draft;
	attrs_draft_init(&draft, item->attrs);
	draft.nexthop = nexthop;
	attrs_release(router, item->attrs, 1);
	item->attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, nexthop);
}

static bool
node_has_others(const struct table *table, node_handle node)
{
	route_handle first = node_at(table, node)->first;
	return first != 0 && route_at(table, first)->next != 0;
}

/* Where the best is not wanted: the best of the others that are takes its place. */
static void
item_judge_others(struct tell_batch *batch, const struct filter *filter,
		  struct tell_place *place, struct filter_item *item)
{
	struct channel *channel = batch->channel;
	const struct table *table = channel->table;
	struct candidates candidates;
	route_handle best = place->at.route, handle;
	if (item->verdict == FILTER_ACCEPT || !node_has_others(table, place->at.node))
		return;
	candidates_init(&candidates, table, place->at.node);
	batch->extra += candidates.count;
	while (item->verdict != FILTER_ACCEPT &&
	       (handle = candidates_take(&candidates)) != 0) {
		if (handle == best)
			continue;
		const struct route *route = route_at(table, handle);
		struct route_draft draft;
		export_draft_fill(channel, route, &draft);
		draft.net = &place->at.net;
		if (channel_refuses(channel, &draft) ||
		    !item_judge(channel, filter, route, &place->at.net, item))
			continue;
		place->at.route = handle;
		place->at.changed = route->changed;
		place->at.is_refused = false;
	}
	candidates_fini(&candidates);
}

/* Judges one of several routes; true if it was accepted. */
static bool
item_judge(struct channel *channel, const struct filter *filter,
	   const struct route *route, const struct prefix *net, struct filter_item *item)
{
	export_draft_fill(channel, route, &item->draft);
	item->draft.net = net;
	item->is_judged = false;
	item->attrs = NULL;
	filter_items_run(channel->protocol->router, filter, item, 1);
	item->is_judged = true;
	return item->verdict == FILTER_ACCEPT;
}

/* Legs of what leads somewhere; a blackhole shares with nobody. */
static void
sharing_add(struct sharing *sharing, const struct nexthop *nexthop)
{
	struct nexthop_leg only = { (struct nexthop *)(uintptr_t)nexthop, 1 };
	const struct nexthop_leg *legs = nexthop->leg_count > 0 ? nexthop->legs : &only;
	unsigned count = MAX(nexthop->leg_count, 1u);
	if (nexthop->dest != RTD_UNICAST)
		return;
	unsigned room = NEXTHOP_LEGS - sharing->count;
	sharing->is_short |= count > room;
	for (unsigned i = 0; i < MIN(count, room); i++)
		sharing->legs[sharing->count++] = legs[i];
}

/* ---- telling ---- */

/* What is to be told of one item, and remembered as told; false: nothing. */
static bool
batch_change(struct tell_batch *batch, size_t at, struct route_change *change)
{
	struct channel *channel = batch->channel;
	struct channel_private *private = channel->private;
	const struct filter_item *item = &batch->items[at];
	const struct tell_place *place = &batch->places[at];
	uint32_t key = place->key;
	bool was_told = handle_set_has(&private->told, key);
	bool is_route = place->at.route != 0;
	bool is_accepted = is_route && item->verdict == FILTER_ACCEPT;
	channel->export_updates.received += is_route;
	channel->export_updates.rejected += place->at.is_refused;
	channel->export_updates.filtered +=
		is_route && !is_accepted && !place->at.is_refused;
	if (is_route && !is_accepted && !place->at.is_refused &&
	    (batch->debug & DEBUG_FILTERS) != 0)
		channel_trace(channel, "< filtered out", &place->at.net);
	if (is_accepted && !was_told && !export_limit_allows(channel))
		is_accepted = false;
	if ((!is_accepted && !was_told) || place->is_same)
		return false;
	if ((batch->debug & DEBUG_ROUTES) != 0)
		channel_trace(channel,
			      !is_accepted ? "< removed"
			      : was_told   ? "< replaced"
					   : "< added",
			      &place->at.net);
	*change = (struct route_change){
		.net = &place->at.net,
		.node = place->at.node,
		.route = channel->mode == READER_ANY ? key : place->at.route,
		.again = was_told,
	};
	if (is_accepted != was_told) {
		handle_set_put(&private->told, key, is_accepted);
		channel->exported += is_accepted ? 1u : UINT32_MAX;
	}
	if (!is_accepted) {
		channel->export_withdraws.accepted++;
		return true;
	}
	channel->export_updates.accepted++;
	change->attrs = item->attrs;
	change->metric = item->draft.metric;
	change->from = item->draft.channel;
	change->changed = place->at.changed;
	return true;
}

static bool
export_limit_allows(struct channel *channel)
{
	const struct limit *limit = &channel->config->limits[LIMIT_EXPORT];
	if (!limit->on || channel->exported < limit->count) {
		channel_limit_clear(channel, LIMIT_EXPORT);
		return true;
	}
	return channel_limit_hit(channel, LIMIT_EXPORT);
}
