/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Noting and running test suites.
 */
#include "filter/suite.h"
#include "filter/filter.h"
#include "filter/symbol.h"
#include "lib/arena.h"
#include "lib/text.h"
#include <string.h>

struct suite {
	struct suite *next;
	struct ast_place place;
	const char *what;
	const char *function;
	const char *other; /* To be compared with; null: run it. */
	bool wants_same;
};

static struct suite *
suite_add(struct policy *policy, const struct ast_place *place, const char *function)
{
	struct suite *suite = arena_alloc(policy->arena, sizeof(*suite));
	struct symbol *symbol = policy_symbol(policy, function);
	if (symbol)
		policy_use(policy, symbol);
	suite->place = *place;
	suite->function = arena_strdup(policy->arena, function);
	if (policy->last_suite)
		policy->last_suite->next = suite;
	else
		policy->suites = suite;
	policy->last_suite = suite;
	return suite;
}

void
policy_add_suite(struct policy *policy, const struct ast_place *place,
		 const char *function, const char *what)
{
	suite_add(policy, place, function)->what = arena_strdup(policy->arena, what);
}

void
policy_add_same(struct policy *policy, const struct ast_place *place, const char *a,
		const char *b, bool wanted)
{
	struct suite *suite = suite_add(policy, place, a);
	suite->other = arena_strdup(policy->arena, b);
	suite->wants_same = wanted;
	suite->what = arena_printf(policy->arena, "%s and %s %s", a, b,
				   wanted ? "are the same" : "differ");
}

void
policy_set_tally(struct policy *policy, struct tally *tally)
{
	for (size_t i = 0; i < policy->unit_count; i++)
		if (policy->units[i].filter)
			policy->units[i].filter->tally = tally;
}

/* ---- running ----------------------------------------------------------------------- */

/* The code of a function; null if it is not to be had, and why. */
static const struct code *
suite_code(const struct policy *policy, const char *name, const char **reason)
{
	const struct symbol *symbol = policy_symbol(policy, name);
	if (!symbol)
		*reason = "there is no such function";
	else if (symbol->kind != SYMBOL_FUNCTION)
		*reason = "it is not a function";
	else if (symbol->is_bad)
		*reason = symbol->problem ? symbol->problem
					  : "it calls what is unsupported";
	else if (symbol->code->parameters > 0)
		*reason = "it takes arguments";
	else
		return symbol->code;
	return NULL;
}

static const struct code *
symbol_code(const struct symbol *symbol)
{
	if (!symbol || symbol->is_bad)
		return NULL;
	return symbol->filter ? ((const struct code_filter *)symbol->filter)->code
			      : symbol->code;
}

static void
suite_compare(const struct policy *policy, const struct suite *suite,
	      struct suite_report *report)
{
	const struct code *a = symbol_code(policy_symbol(policy, suite->function));
	const struct code *b = symbol_code(policy_symbol(policy, suite->other));
	if (!a || !b) {
		report->end = SUITE_UNSUPPORTED;
		report->reason = "both must be functions without mistakes";
	} else if (code_equal(a, b) != suite->wants_same) {
		report->end = SUITE_FAILED;
		report->reason = suite->wants_same ? "they differ" : "they are the same";
	}
}

/* A suite ends by itself: accept is as good as the end, anything else a failure. */
static void
suite_execute(const struct code *code, const struct suite_listener *listener,
	      struct suite_report *report)
{
	struct eval eval;
	eval_init(&eval);
	eval.print = listener->said;
	eval.context = listener->context;
	eval.tally = &report->tally;
	enum eval_end end = eval_run(&eval, code, NULL);
	if (report->tally.failed > 0)
		report->end = SUITE_FAILED;
	if (end == EVAL_FAILED || end == EVAL_REJECTED) {
		struct text text = { 0 };
		struct ast_place place = eval_place(&eval);
		text_printf(&text, "%s:%u:%u: %s", place.file ? place.file : "",
			    place.line, place.column,
			    end == EVAL_FAILED ? text_string(&eval.error) : "reject");
		listener->said(listener->context, text_string(&text));
		text_fini(&text);
		report->end = SUITE_FAILED;
		report->reason = "it did not reach its end";
	}
	eval_fini(&eval);
}

void
policy_run_suites(const struct policy *policy, const struct suite_listener *listener)
{
	for (const struct suite *suite = policy->suites; suite; suite = suite->next) {
		struct suite_report report = { .what = suite->what,
					       .place = suite->place,
					       .end = SUITE_PASSED };
		const struct code *code;
		if (suite->other)
			suite_compare(policy, suite, &report);
		else if ((code = suite_code(policy, suite->function, &report.reason)))
			suite_execute(code, listener, &report);
		else
			report.end = SUITE_UNSUPPORTED;
		listener->done(listener->context, &report);
	}
}

size_t
policy_compare(const struct policy *a, const struct policy *b,
	       void (*differs)(void *context, const char *name), void *context)
{
	size_t count = 0;
	for (const struct symbol *at = a->first; at; at = at->next) {
		const struct code *code = symbol_code(at);
		const struct code *other = symbol_code(policy_symbol(b, at->name));
		if (!code)
			continue;
		count++;
		if (!other || !code_equal(code, other))
			differs(context, at->name);
	}
	return count;
}
