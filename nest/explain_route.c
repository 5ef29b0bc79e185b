/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One route: what its import policy decided and on which line, which step of the
 * comparison puts it before or behind another, and where it leads, hop by hop.
 */
#include "nest/explain.h"

#include <string.h>

#include "lib/out.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/channel_private.h"
#include "nest/command.h"
#include "nest/link.h"
#include "nest/nexthop_private.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"
#include <inttypes.h>
#include "nest/transport.h"

/* How many recursions are followed. */
#define HOPS_DEEP 8

/* Updates a protocol recalls, on their way into a list. */
struct recall {
	const struct explanation *explanation;
	struct channel *channel;
	bool shows;
	unsigned count;
};

/* A recalled update, to be judged again. */
struct review {
	struct channel *channel;
	uint32_t path_id;
	bool is_done;
	struct filter_decision decision;
};

static void import_show(const struct explanation *explanation, const struct route *route);
static route_handle handle_of(const struct table *table, const struct route *route);
static void review_heard(void *context, const struct route_update *update);
static void decide(const struct channel *channel, const struct prefix *net,
		   struct attrs *attrs, uint32_t metric, uint32_t path_id,
		   struct filter_decision *decision);
static void order_show(const struct explanation *explanation, const struct route *route,
		       const struct route *other, bool is_best);
static void step_text(const struct table *table, const struct route *better,
		      const struct route *worse, struct text *text);
static const char *name_of(const struct table *table, const struct route *route);
static void hops_show(struct out *out, const struct nexthop *nexthop);
static void hop_show(struct out *out, const struct nexthop *nexthop, unsigned depth);
static void recursion_show(struct out *out, const struct nexthop *nexthop,
			   unsigned depth);
static void link_text(const struct link *link, struct text *text);
static void update_heard(void *context, const struct route_update *update);
static bool has_route_of(const struct explanation *explanation,
			 const struct channel *channel);

void
explain_route(const struct explanation *explanation, const struct route *route,
	      const struct route *other, bool is_best)
{
	struct out *out = explanation->call->out;
	const struct router *router = explanation->call->router;
	const struct table *table = explanation->table;
	const struct attrs *attrs = table_route_attrs(table, route);
	struct text via = { .text = NULL };
	explain_hops_text(attrs->nexthop, &via);
	out_object(out, NULL);
	out_str(out, "protocol", name_of(table, route));
	out_str(out, "via", text_string(&via));
	out_u64(out, "preference", attrs->preference);
	out_u64_unit(out, "age",
		     (uint64_t)((router_now(router) - router->started) / USEC_S) -
			     route->changed,
		     "s");
	out_str(out, "standing",
		is_best                              ? "best"
		: route->flags & ROUTE_FILTERED      ? "refused by the import policy"
		: (route->flags & ROUTE_UNREACHABLE) ? "unreachable"
						     : "not best");
	import_show(explanation, route);
	if (other != NULL && (route->flags & ROUTE_FILTERED) == 0)
		order_show(explanation, route, other, is_best);
	hops_show(out, attrs->nexthop);
	out_object_end(out);
	text_fini(&via);
}

/* ---- the import policy ---- */

/* The policy is asked again, about the route as the protocol gave it: as that is kept,
 * was not changed, or is recalled; else about what became of it. */
static void
import_show(const struct explanation *explanation, const struct route *route)
{
	const struct table *table = explanation->table;
	struct route_source_id source = table_source_of(table, route);
	struct channel *channel = source.channel;
	const struct filter *filter = channel->config->import;
	struct protocol *protocol = channel->protocol;
	struct review review = { .channel = channel, .path_id = source.path_id };
	bool is_kept = channel->keeps_received || !filter_writes(filter) ||
		       (route->flags & ROUTE_FILTERED) != 0;
	if (!is_kept && protocol->class->recall != NULL)
		protocol->class->recall(protocol, channel, &explanation->net,
					review_heard, &review);
	bool is_exact = is_kept || review.is_done;
	if (!review.is_done) {
		struct route_received received =
			route_received(table, handle_of(table, route));
		decide(channel, &explanation->net,
		       attrs_at(protocol->router, received.attrs), received.metric,
		       source.path_id, &review.decision);
	}
	explain_decision(explanation->call->out, "import", filter, &review.decision,
			 is_exact ? "" : ", asked again about what it made of it");
	filter_decision_fini(&review.decision);
}

static route_handle
handle_of(const struct table *table, const struct route *route)
{
	route_handle handle = table_node_first(table, route->node);
	while (route_at(table, handle) != route)
		handle = route_at(table, handle)->next;
	return handle;
}

static void
review_heard(void *context, const struct route_update *update)
{
	struct review *review = context;
	if (review->is_done || update->attrs == NULL ||
	    update->path_id != review->path_id)
		return;
	struct attrs *attrs = channel_attrs_fill(review->channel, update->attrs);
	decide(review->channel, update->net, attrs, update->metric, update->path_id,
	       &review->decision);
	review->is_done = true;
	attrs_release(review->channel->protocol->router, attrs, 1);
}

static void
decide(const struct channel *channel, const struct prefix *net, struct attrs *attrs,
       uint32_t metric, uint32_t path_id, struct filter_decision *decision)
{
	struct attrs_draft scratch;
	struct route_draft draft = { .router = channel->protocol->router,
				     .net = net,
				     .attrs = attrs,
				     .scratch = &scratch,
				     .metric = metric,
				     .path_id = path_id,
				     .channel = channel };
	attrs_draft_init(&scratch, NULL);
	filter_decide(channel->config->import, &draft, decision);
	attrs_draft_fini(&scratch);
}

void
explain_decision(struct out *out, const char *key, const struct filter *filter,
		 const struct filter_decision *decision, const char *remark)
{
	static const char *const verdicts[] = { [FILTER_ACCEPT] = "accept",
						[FILTER_REJECT] = "reject",
						[FILTER_ERROR] = "error" };
	const char *name =
		filter != NULL && filter != &filter_reject ? filter->name : NULL;
	const char *where = text_string(&decision->where);
	if (out->class->is_structured) {
		out_object(out, key);
		out_str(out, "verdict", verdicts[decision->verdict]);
		out_str(out, "how", text_string(&decision->how));
		if (*where != '\0')
			out_str(out, "where", where);
		if (name != NULL)
			out_str(out, "filter", name);
		if (decision->printed.length > 0)
			out_str(out, "printed", text_string(&decision->printed));
		out_bool(out, "exact", *remark == '\0');
		out_object_end(out);
		return;
	}
	out_printf(out, key, "%s%s%s%s%s%s", text_string(&decision->how),
		   *where != '\0' ? " at " : "", where, name != NULL ? " by filter " : "",
		   name != NULL ? name : "", remark);
	if (decision->printed.length > 0)
		out_printf(out, "printed", "%.*s", (int)decision->printed.length - 1,
			   text_string(&decision->printed));
}

bool
explain_refused(const struct explanation *explanation, struct channel *channel,
		bool shows)
{
	struct recall recall = { .explanation = explanation,
				 .channel = channel,
				 .shows = shows };
	struct protocol *protocol = channel->protocol;
	/* What it announced is there, if only to be shown. */
	if (has_route_of(explanation, channel))
		return false;
	protocol->class->recall(protocol, channel, &explanation->net, update_heard,
				&recall);
	return recall.count > 0;
}

static bool
has_route_of(const struct explanation *explanation, const struct channel *channel)
{
	const struct table *table = explanation->table;
	route_handle at =
		explanation->node != 0 ? table_node_first(table, explanation->node) : 0;
	for (; at != 0; at = route_at(table, at)->next)
		if (!route_is_dead(route_at(table, at)) &&
		    table_source_of(table, route_at(table, at)).channel == channel)
			return true;
	return false;
}

static void
update_heard(void *context, const struct route_update *update)
{
	struct recall *recall = context;
	struct channel *channel = recall->channel;
	struct out *out = recall->explanation->call->out;
	struct text via = { .text = NULL };
	recall->count++;
	if (!recall->shows)
		return;
	out_object(out, NULL);
	out_str(out, "protocol", channel->protocol->name);
	if (update->attrs == NULL) {
		out_str(out, "standing", "not announced: it leads nowhere now");
		out_object_end(out);
		return;
	}
	struct attrs *attrs = channel_attrs_fill(channel, update->attrs);
	struct filter_decision decision;
	decide(channel, update->net, attrs, update->metric, update->path_id, &decision);
	attrs_release(channel->protocol->router, attrs, 1);
	explain_hops_text(update->attrs->nexthop, &via);
	out_str(out, "via", text_string(&via));
	out_str(out, "standing",
		decision.verdict == FILTER_ACCEPT
			? "announced, but a limit or the prefix itself keeps it out"
			: "refused by the import policy");
	explain_decision(out, "import", channel->config->import, &decision, "");
	hops_show(out, update->attrs->nexthop);
	out_object_end(out);
	filter_decision_fini(&decision);
	text_fini(&via);
}

/* ---- the order ---- */

static void
order_show(const struct explanation *explanation, const struct route *route,
	   const struct route *other, bool is_best)
{
	struct text text = { .text = NULL };
	const struct table *table = explanation->table;
	text_printf(&text, "%s %s: ", is_best ? "better than" : "worse than",
		    name_of(table, other));
	step_text(table, is_best ? route : other, is_best ? other : route, &text);
	out_str(explanation->call->out, "because", text_string(&text));
	text_fini(&text);
}

static void
step_text(const struct table *table, const struct route *better,
	  const struct route *worse, struct text *text)
{
	const struct protocol *a = table_source_of(table, better).channel->protocol;
	const struct protocol *b = table_source_of(table, worse).channel->protocol;
	enum route_step step;
	int order = route_order_step(table, better, worse, &step);
	if (order > 0) /* route_select() put it first. */
		step = ROUTE_STEP_CLASS;
	switch (step) {
	case ROUTE_STEP_STANDING:
		text_printf(text, "the one of %s %s", b->name,
			    worse->flags & ROUTE_FILTERED ? "was refused"
							  : "leads nowhere now");
		break;
	case ROUTE_STEP_PREFERENCE:
		text_printf(text, "preference %u against %u",
			    table_route_attrs(table, better)->preference,
			    table_route_attrs(table, worse)->preference);
		break;
	case ROUTE_STEP_CLASS:
		if (a->class->compare_explain != NULL)
			a->class->compare_explain(table, better, worse, text);
		else
			text_printf(text, "by the rules of protocol %s", a->class->name);
		break;
	case ROUTE_STEP_SOURCE:
		if (a->class != b->class)
			text_printf(text, "equally good; %s comes before %s",
				    a->class->name, b->class->name);
		else if (a != b)
			text_printf(text, "equally good; the name %s comes before %s",
				    a->name, b->name);
		else
			text_printf(text, "equally good; path %u comes before %u",
				    table_source_of(table, better).path_id,
				    table_source_of(table, worse).path_id);
		break;
	}
}

static const char *
name_of(const struct table *table, const struct route *route)
{
	return table_source_of(table, route).channel->protocol->name;
}

/* ---- where it leads ---- */

void
explain_hops_text(const struct nexthop *nexthop, struct text *text)
{
	static const char *const special[] = { [RTD_NONE] = "-",
					       [RTD_UNICAST] = "",
					       [RTD_BLACKHOLE] = "blackhole",
					       [RTD_UNREACHABLE] = "unreachable",
					       [RTD_PROHIBIT] = "prohibited" };
	char addr[ADDR_TEXT];
	if (nexthop->dest != RTD_UNICAST)
		text_add(text, special[nexthop->dest]);
	for (unsigned i = 0; i < nexthop->hop_count; i++) {
		const struct nexthop_hop *hop = &nexthop->hops[i];
		text_add(text, i > 0 ? ", " : "");
		if (!addr_is_any(hop->gateway))
			text_printf(text, "%s ", addr_format(hop->gateway, addr));
		text_printf(text, "on %s", hop->link->name);
		if (hop->weight > 1)
			text_printf(text, " weight %u", hop->weight);
	}
}

static void
hops_show(struct out *out, const struct nexthop *nexthop)
{
	if (nexthop->kind <= NEXTHOP_PROHIBIT)
		return;
	out_list(out, "next_hop");
	hop_show(out, nexthop, 0);
	out_list_end(out);
}

/* One string for each step of the way. */
static void
hop_show(struct out *out, const struct nexthop *nexthop, unsigned depth)
{
	struct text text = { .text = NULL };
	char addr[ADDR_TEXT];
	switch ((enum nexthop_kind)nexthop->kind) {
	case NEXTHOP_NONE:
	case NEXTHOP_BLACKHOLE:
	case NEXTHOP_UNREACHABLE:
	case NEXTHOP_PROHIBIT: return;
	case NEXTHOP_GATEWAY:
		text_printf(&text, "%s on ", addr_format(nexthop->gateway, addr));
		link_text(nexthop->link, &text);
		break;
	case NEXTHOP_DIRECT: link_text(nexthop->link, &text); break;
	case NEXTHOP_RECURSIVE: recursion_show(out, nexthop, depth); return;
	case NEXTHOP_MULTIPATH:
		for (unsigned i = 0; i < nexthop->leg_count; i++)
			hop_show(out, nexthop->legs[i].nexthop, depth);
		return;
	}
	out_str(out, NULL, text_string(&text));
	text_fini(&text);
}

static void
recursion_show(struct out *out, const struct nexthop *nexthop, unsigned depth)
{
	char addr[ADDR_TEXT], net_text[PREFIX_TEXT];
	const struct table *table = nexthop->table;
	bool is_recursive = false;
	addr_format(nexthop->gateway, addr);
	const struct route *by =
		table != NULL ? nexthop_resolving(table, nexthop->gateway, &is_recursive)
			      : NULL;
	if (table == NULL) {
		out_printf(out, NULL, "%s: its table is gone", addr);
	} else if (by == NULL) {
		out_printf(out, NULL, "%s: %s in table %s", addr,
			   is_recursive
				   ? "only a route that is recursive itself leads there"
				   : "no route leads there",
			   table_name(table));
	} else {
		struct prefix net;
		table_node_prefix(table, by->node, &net);
		out_printf(out, NULL, "%s by %s of %s in table %s", addr,
			   prefix_format(&net, net_text), name_of(table, by),
			   table_name(table));
		if (depth < HOPS_DEEP)
			hop_show(out, table_route_attrs(table, by)->nexthop, depth + 1);
	}
}

/* "eth0, which is up" */
static void
link_text(const struct link *link, struct text *text)
{
	const struct router *router = link->router;
	text_printf(text, "%s, which is %s", link->name,
		    link->gone      ? "gone"
		    : link->up      ? "up"
		    : link->enabled ? "without carrier"
				    : "down");
	if (link->peer_name != NULL)
		text_printf(text, ", to %s", link->peer_name);
	if (link->transport == NULL)
		return;
	if (link->alive != USEC_NEVER && link->alive > 0)
		text_printf(text, ", heard %" PRId64 " s ago",
			    (router_now(router) - link->alive) / USEC_S);
	if (link->rtt != USEC_NEVER && link->rtt > 0)
		text_printf(text, ", rtt %" PRId64 " ms", link->rtt / USEC_MS);
}
