/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filters that need no language, and comparing any two.
 */
#include "nest/filter.h"

static void
reject_run(const struct filter *filter, struct route_draft *routes, size_t count,
	   enum filter_verdict *verdicts)
{
	(void)filter;
	(void)routes;
	for (size_t i = 0; i < count; i++)
		verdicts[i] = FILTER_REJECT;
}

static bool
reject_equal(const struct filter *a, const struct filter *b)
{
	return a->class == b->class;
}

static const struct filter_reads *
reject_reads(const struct filter *filter)
{
	static const struct filter_reads nothing = { .net = false };
	(void)filter;
	return &nothing;
}

static void
reject_explain(const struct filter *filter, struct route_draft *route,
	       struct filter_decision *decision)
{
	(void)filter;
	(void)route;
	decision->verdict = FILTER_REJECT;
	text_add(&decision->how, "rejected: the policy is `none`");
}

static const struct filter_class reject_class = {
	.run = reject_run,
	.equal = reject_equal,
	.reads = reject_reads,
	.explain = reject_explain,
};

const struct filter filter_reject = { .class = &reject_class, .name = "none" };

void
filter_decide(const struct filter *filter, struct route_draft *route,
	      struct filter_decision *decision)
{
	*decision = (struct filter_decision){ .verdict = FILTER_ACCEPT };
	if (filter != NULL)
		filter->class->explain(filter, route, decision);
	else
		text_add(&decision->how, "accepted: the policy is `all`");
}

void
filter_decision_fini(struct filter_decision *decision)
{
	text_fini(&decision->where);
	text_fini(&decision->how);
	text_fini(&decision->printed);
}

bool
filter_equal(const struct filter *a, const struct filter *b)
{
	if (a == b)
		return true;
	return a != NULL && b != NULL && a->class == b->class && a->class->equal(a, b);
}
