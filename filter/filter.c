/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiled filters as the nest runs them.
 */
#include "filter/filter.h"
#include "filter/eval.h"
#include "nest/router.h"
#include <assert.h>

static const struct code_filter *
code_filter_of(const struct filter *filter)
{
	assert(filter->class == &code_filter_class);
	return (const struct code_filter *)filter;
}

static void
place_format(const struct ast_place *place, struct text *text)
{
	if (place->file)
		text_printf(text, "%s:", place->file);
	text_printf(text, "%u:%u", place->line, place->column);
}

/* The failures of a batch; the first one is kept. */
struct failures {
	size_t count;
	size_t route;
	struct text text; /* Where and why. */
};

static void
failure_note(struct failures *failures, const struct eval *eval, size_t route)
{
	if (failures->count++ > 0)
		return;
	failures->route = route;
	struct ast_place place = eval_place(eval);
	place_format(&place, &failures->text);
	text_printf(&failures->text, ": %s", text_string(&eval->error));
}

/* One line for all of them: a mistake in a policy hits every route. */
static void
failures_log(const struct filter *filter, const struct failures *failures,
	     const struct route_draft *route)
{
	const char *name = filter->name ? filter->name : "(unnamed)";
	char net[PREFIX_TEXT];
	if (!route->router)
		return;
	prefix_format(route->net, net);
	if (failures->count == 1)
		router_log(route->router, LOG_ERROR, "filter %s, %s; %s is rejected",
			   name, text_string(&failures->text), net);
	else
		router_log(route->router, LOG_ERROR,
			   "filter %s, %s; %s and %zu more routes are rejected", name,
			   text_string(&failures->text), net, failures->count - 1);
}

static enum filter_verdict
verdict_of(enum eval_end end)
{
	return end == EVAL_ACCEPTED ? FILTER_ACCEPT
	       : end == EVAL_FAILED ? FILTER_ERROR
				    : FILTER_REJECT;
}

/* What a verdict that is not to accept leaves behind. */
static void
rejection_note(struct route_draft *route, const struct eval *eval)
{
	struct ast_place place = eval_place(eval);
	route->rejected_at.file = place.file;
	route->rejected_at.line = place.line;
}

static void
filter_run(const struct filter *filter, struct route_draft *routes, size_t count,
	   enum filter_verdict *verdicts)
{
	const struct code *code = code_filter_of(filter)->code;
	struct eval eval;
	struct failures failures = { 0 };
	eval_init(&eval);
	eval.tally = code_filter_of(filter)->tally;
	for (size_t i = 0; i < count; i++) {
		verdicts[i] = verdict_of(eval_run(&eval, code, &routes[i]));
		if (verdicts[i] != FILTER_ACCEPT)
			rejection_note(&routes[i], &eval);
		if (verdicts[i] == FILTER_ERROR)
			failure_note(&failures, &eval, i);
	}
	if (failures.count > 0)
		failures_log(filter, &failures, &routes[failures.route]);
	text_fini(&failures.text);
	eval_fini(&eval);
}

static bool
filter_same(const struct filter *a, const struct filter *b)
{
	return code_equal(code_filter_of(a)->code, code_filter_of(b)->code);
}

static const struct filter_reads *
filter_get_reads(const struct filter *filter)
{
	return &code_filter_of(filter)->reads;
}

static void
explain_print(void *context, const char *line)
{
	struct filter_decision *decision = context;
	text_printf(&decision->printed, "%s\n", line);
}

static void
filter_explain(const struct filter *filter, struct route_draft *route,
	       struct filter_decision *decision)
{
	static const char *const ends[] = { [EVAL_ACCEPTED] = "accepted",
					    [EVAL_REJECTED] = "rejected",
					    [EVAL_ENDED] = "rejected at its end",
					    [EVAL_RETURNED] = "rejected",
					    [EVAL_FAILED] = "failed: " };
	struct eval eval;
	eval_init(&eval);
	eval.print = explain_print;
	eval.context = decision;
	enum eval_end end = eval_run(&eval, code_filter_of(filter)->code, route);
	struct ast_place place = eval_place(&eval);
	decision->verdict = verdict_of(end);
	place_format(&place, &decision->where);
	text_add(&decision->how, ends[end]);
	if (end == EVAL_FAILED)
		text_add(&decision->how, text_string(&eval.error));
	eval_fini(&eval);
}

const struct filter_class code_filter_class = {
	.run = filter_run,
	.equal = filter_same,
	.reads = filter_get_reads,
	.explain = filter_explain,
};
