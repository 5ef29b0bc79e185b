/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running a filter over a batch of routes: once for those that look alike to it.
 */
#include "nest/channel_private.h"

#include "nest/attr_private.h"
#include <assert.h>

static void items_accept(struct filter_item *items, size_t count);
static bool filter_may_share(const struct filter *filter);
static bool draft_is_like(const struct route_draft *a, const struct route_draft *b);
static void item_finish(struct router *router, struct filter_item *item);

bool
filter_writes(const struct filter *filter)
{
	return filter != NULL && filter->class->reads(filter)->writes;
}

void
filter_items_run(struct router *router, const struct filter *filter,
		 struct filter_item *items, size_t count)
{
	struct route_draft drafts[FILTER_BATCH];
	enum filter_verdict verdicts[FILTER_BATCH];
	if (filter == NULL) {
		items_accept(items, count);
		return;
	}
	size_t likes[FILTER_BATCH], runs[FILTER_BATCH], run_count = 0;
	assert(count <= FILTER_BATCH);
	bool may_share = filter_may_share(filter);
	for (size_t i = 0; i < count; i++) {
		struct filter_item *item = &items[i];
		item->draft.router = router;
		item->draft.scratch = &item->scratch;
		item->draft.changed = NULL;
		likes[i] = i;
		if (item->is_judged)
			continue;
		item->verdict = FILTER_ACCEPT;
		/* Equal ones come together. */
		if (may_share && i > 0 && !item[-1].is_judged &&
		    draft_is_like(&item[-1].draft, &item->draft))
			likes[i] = likes[i - 1];
		else
			runs[run_count++] = i;
	}
	for (size_t i = 0; i < run_count; i++)
		drafts[i] = items[runs[i]].draft;
	if (run_count > 0)
		filter->class->run(filter, drafts, run_count, verdicts);
	for (size_t i = 0; i < run_count; i++) {
		items[runs[i]].draft = drafts[i];
		items[runs[i]].verdict = verdicts[i];
	}
	for (size_t i = 0; i < count; i++) {
		struct filter_item *item = &items[i];
		if (likes[i] == i) {
			if (!item->is_judged)
				item_finish(router, item);
			continue;
		}
		item->verdict = items[likes[i]].verdict;
		item->draft.metric = items[likes[i]].draft.metric;
		item->draft.rejected_at = items[likes[i]].draft.rejected_at;
		item->attrs = items[likes[i]].attrs;
		if (item->attrs != NULL)
			attrs_hold(item->attrs, 1);
	}
}

void
filter_items_fini(struct router *router, struct filter_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		attrs_release(router, items[i].attrs, 1);
		items[i].attrs = NULL;
	}
}

/* Without a filter all goes through as it is. */
static void
items_accept(struct filter_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].is_judged)
			continue;
		items[i].verdict = FILTER_ACCEPT;
		items[i].attrs = attrs_use(items[i].draft.attrs);
	}
}

static bool
filter_may_share(const struct filter *filter)
{
	const struct filter_reads *reads = filter->class->reads(filter);
	return !reads->net && !reads->effects;
}

static bool
draft_is_like(const struct route_draft *a, const struct route_draft *b)
{
	return a->attrs == b->attrs && a->metric == b->metric &&
	       a->channel == b->channel && a->path_id == b->path_id && a->peer == b->peer;
}

static void
item_finish(struct router *router, struct filter_item *item)
{
	if (item->verdict == FILTER_ACCEPT) {
		item->attrs = item->draft.changed != NULL
				      ? attrs_intern(router, item->draft.changed)
				      : attrs_use(item->draft.attrs);
	}
	if (item->draft.changed != NULL)
		attrs_draft_fini(item->draft.changed);
	item->draft.changed = NULL;
}
