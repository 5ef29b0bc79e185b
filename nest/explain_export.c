/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is told of a destination, and the first reason why somebody is not: what stands in
 * the way is looked at in the order in which the route would meet it.
 */
#include "nest/explain.h"

#include "lib/out.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/channel_private.h"
#include "nest/command.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"

static bool channel_is_open(const struct channel *channel, struct text *reason);
static bool is_brought_by(const struct channel *channel, const struct route *best);
static const struct route *candidate_told(struct channel *channel,
					  const struct route *best);
static void judge(const struct channel *channel, const struct route *best,
		  struct explain_told *told);
static void reason_of(const struct channel *channel, struct explain_told *told);
static void channel_show(const struct explanation *explanation, struct channel *channel);

void
explain_told(const struct explanation *explanation, struct channel *channel,
	     struct explain_told *told)
{
	const struct table *table = explanation->table;
	*told = (struct explain_told){ .is_told = false };
	if (!channel_is_open(channel, &told->reason))
		return;
	const struct route *best =
		explanation->node != 0 ? table_node_best(table, explanation->node) : NULL;
	told->is_told = explanation->node != 0 &&
			channel_has_exported(channel, explanation->node);
	if (best == NULL) {
		text_add(&told->reason, told->is_told ? "its end is about to be told"
						      : "there is no route to tell");
	} else if (is_brought_by(channel, best)) {
		text_add(&told->reason, "it brought the route itself");
	} else {
		judge(channel, candidate_told(channel, best), told);
	}
}

/* The policy takes it. */
static bool
is_wanted(struct channel *channel, const struct route *route)
{
	struct attrs_draft scratch;
	struct route_draft draft;
	attrs_draft_init(&scratch, NULL);
	enum filter_verdict verdict =
		channel_export_verdict(channel, route, &draft, &scratch);
	attrs_draft_fini(&scratch);
	return verdict == FILTER_ACCEPT;
}

/* The best, or where that is not wanted and others count, the best of those that are. */
static const struct route *
candidate_told(struct channel *channel, const struct route *best)
{
	const struct table *table = channel->table;
	struct candidates candidates;
	route_handle at;
	if (channel->mode != READER_ACCEPTED || is_wanted(channel, best))
		return best;
	candidates_init(&candidates, table, best->node);
	do
		at = candidates_take(&candidates);
	while (at != 0 && !is_wanted(channel, table_route(table, at)));
	candidates_fini(&candidates);
	return at != 0 ? table_route(table, at) : best;
}

void
explain_told_fini(struct explain_told *told)
{
	text_fini(&told->reason);
	if (told->has_decision)
		filter_decision_fini(&told->decision);
}

void
explain_exports(const struct explanation *explanation)
{
	struct out *out = explanation->call->out;
	out_list(out, "export");
	list_each(protocol, &explanation->call->router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			if (channel->table == explanation->table && channel->exports)
				channel_show(explanation, channel);
	out_list_end(out);
}

static void
channel_show(const struct explanation *explanation, struct channel *channel)
{
	struct out *out = explanation->call->out;
	const struct protocol *protocol = channel->protocol;
	struct explain_told told;
	explain_told(explanation, channel, &told);
	out_object(out, NULL);
	out_printf(out, "to", "%s.%s", protocol->name, channel->name);
	out_bool(out, "exported", told.is_told);
	if (told.has_decision)
		explain_decision(out, "policy", channel->config->export, &told.decision,
				 "");
	out_str(out, "reason", text_string(&told.reason));
	if (told.is_told && protocol->class->explain_told)
		protocol->class->explain_told(protocol, channel, &explanation->net, out);
	out_object_end(out);
	explain_told_fini(&told);
}

/* ---- reasons ---- */

static bool
channel_is_open(const struct channel *channel, struct text *reason)
{
	const struct protocol *protocol = channel->protocol;
	if (!channel->exports)
		text_printf(reason, "protocol %s tells nobody of routes",
			    protocol->class->name);
	else if (protocol->state != PROTOCOL_UP)
		text_printf(reason, "%s is %s%s%s", protocol->name,
			    protocol->disabled ? "disabled"
					       : protocol_state_name(protocol->state),
			    protocol->message ? ": " : "",
			    protocol->message ? protocol->message : "");
	else if (channel->state == CHANNEL_DOWN)
		text_add(reason, "the channel is down");
	return reason->length == 0;
}

/* What only passes routes on is not told those it brought. */
static bool
is_brought_by(const struct channel *channel, const struct route *best)
{
	const struct channel *from = table_source_of(channel->table, best).channel;
	return from->protocol == channel->protocol &&
	       from->protocol->class->origin != NULL;
}

static void
judge(const struct channel *channel, const struct route *best, struct explain_told *told)
{
	struct attrs_draft scratch;
	struct route_draft draft;
	attrs_draft_init(&scratch, NULL);
	channel_export_draft(channel, best, &draft, &scratch);
	const char *refusal = channel_refusal(channel, &draft);
	if (refusal != NULL) {
		text_add(&told->reason, refusal);
	} else {
		filter_decide(channel->config->export, &draft, &told->decision);
		told->has_decision = true;
		reason_of(channel, told);
	}
	attrs_draft_fini(&scratch);
}

static void
reason_of(const struct channel *channel, struct explain_told *told)
{
	const struct channel_private *private = channel->private;
	const struct limit *limit = &channel->config->limits[LIMIT_EXPORT];
	bool accepts = told->decision.verdict == FILTER_ACCEPT;
	const char *reason = accepts ? "told" : "its export policy refuses it";
	if (told->is_told && !accepts)
		reason = "told, and about to be taken back: its export policy refuses it";
	else if (!told->is_told && accepts && private->paused)
		reason = "it takes no more at the moment, and will be told";
	else if (!told->is_told && accepts && private->limit_hit[LIMIT_EXPORT] &&
		 limit->count > 0)
		reason = "its export limit is reached";
	else if (!told->is_told && accepts)
		reason = "it will be told in a moment";
	text_add(&told->reason, reason);
}
