/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests written in the language itself: `bt_test_suite(function, "what");` runs a
 * function whose bt_assert() calls must hold, `bt_test_same(f, g, 1);` says whether two
 * functions mean the same to a reload.  They are noted while a configuration is read, and
 * run only when somebody asks.
 */
#ifndef FILTER_SUITE_H
#define FILTER_SUITE_H

#include "filter/ast.h"
#include "filter/eval.h"
#include "filter/policy.h"

enum suite_end {
	SUITE_PASSED,
	SUITE_FAILED,
	SUITE_UNSUPPORTED /* Its function has mistakes, or calls one that has. */
};

struct suite_report {
	const char *what; /* As the statement says. */
	struct ast_place place;
	enum suite_end end;
	struct tally tally;
	/* Of a failure that is no assertion's, or of what is unsupported; null: none. */
	const char *reason;
};

/* Statements; names that are not known make a suite that is unsupported. */
void policy_add_suite(struct policy *policy, const struct ast_place *place,
		      const char *function, const char *what);
void policy_add_same(struct policy *policy, const struct ast_place *place, const char *a,
		     const char *b, bool wanted);
/* Assertions of the policy's filters are counted here from now on, instead of being
 * run-time errors when they fail.  `tally` outlives the policy. */
void policy_set_tally(struct policy *policy, struct tally *tally);

/* Who hears of a run. */
struct suite_listener {
	void (*done)(void *context, const struct suite_report *report);
	/* What was printed, and assertions that failed. */
	void (*said)(void *context, const char *line);
	void *context;
};

/* Runs all suites in order, without a route. */
void policy_run_suites(const struct policy *policy,
		       const struct suite_listener *listener);
/* Two readings of one text: calls `differs` for each function or filter that is not the
 * same in both, and returns how many were compared. */
size_t policy_compare(const struct policy *a, const struct policy *b,
		      void (*differs)(void *context, const char *name), void *context);

#endif
