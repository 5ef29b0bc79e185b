/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between two lists of static routes.  A reload mostly changes a few lines
 * of many: the lists are walked side by side, and at a difference each looks a little
 * ahead for the other.
 */
#include "proto/static/static.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"

#define AHEAD 64 /* How far the walk looks for where both lists agree again. */

/* ---- targets ---- */

/* One by one first; the rest of a list that was shifted is found by looking near the last
 * match. */
void
static_targets_map(const struct static_routes *old, const struct static_routes *now,
		   uint32_t *map)
{
	const struct static_target *candidate = old->targets;
	for (const struct static_target *target = now->targets; target;
	     target = target->next) {
		map[target->index] = UINT32_MAX;
		const struct static_target *look = candidate;
		for (unsigned i = 0; look && i < AHEAD; i++, look = look->next) {
			if (!static_target_equal(target, look))
				continue;
			map[target->index] = look->index;
			candidate = look->next;
			break;
		}
		if (!candidate)
			candidate = old->targets;
	}
}

/* ---- routes ---- */

struct walker {
	const struct static_routes *old, *now;
	const uint32_t *map;
	void (*changed)(void *context, const struct static_route *, bool gone);
	void *context;
	/* Routes of the old list without a partner so far. */
	struct static_route *orphans;
	uint32_t orphan_count, orphan_room;
	struct static_route *fresh;
	uint32_t fresh_count, fresh_room;
};

static bool
same_key(const struct static_route *a, const struct static_route *b)
{
	return a->path == b->path && prefix_equal(&a->net, &b->net);
}

static bool
same_route(const struct walker *walker, const struct static_route *old,
	   const struct static_route *now)
{
	return walker->map[now->target] == old->target && same_key(old, now);
}

static void
keep(struct static_route **list, uint32_t *count, uint32_t *room,
     const struct static_route *route)
{
	if (*count == *room) {
		*room = *room ? *room * 2 : 64;
		*list = mem_resize(*list, *room, sizeof(**list));
	}
	(*list)[(*count)++] = *route;
}

/* How many records `cursor` has to go until it meets `route`; AHEAD if it doesn't soon.
 */
static unsigned
distance(const struct walker *walker, struct static_cursor cursor,
	 const struct static_route *route, bool in_old)
{
	struct static_route other;
	unsigned steps = 0;
	while (steps < AHEAD && static_routes_next(&cursor, &other)) {
		if (in_old ? same_route(walker, &other, route)
			   : same_route(walker, route, &other))
			return steps;
		steps++;
	}
	return AHEAD;
}

static int
route_order(const void *a, const void *b)
{
	const struct static_route *x = a, *y = b;
	int order = prefix_compare(&x->net, &y->net);
	return order ? order : (int)x->path - (int)y->path;
}

/* Orphans that a fresh one replaces are not gone. */
static void
walker_finish(struct walker *walker)
{
	if (walker->fresh_count > 1)
		qsort(walker->fresh, walker->fresh_count, sizeof(*walker->fresh),
		      route_order);
	for (uint32_t i = 0; i < walker->orphan_count; i++) {
		const struct static_route *orphan = &walker->orphans[i];
		if (walker->fresh_count == 0 ||
		    !bsearch(orphan, walker->fresh, walker->fresh_count, sizeof(*orphan),
			     route_order))
			walker->changed(walker->context, orphan, true);
	}
	for (uint32_t i = 0; i < walker->fresh_count; i++)
		walker->changed(walker->context, &walker->fresh[i], false);
	mem_free(walker->orphans);
	mem_free(walker->fresh);
}

void
static_routes_diff(const struct static_routes *old, const struct static_routes *now,
		   const uint32_t *map,
		   void (*changed)(void *context, const struct static_route *, bool gone),
		   void *context)
{
	struct walker walker = {
		.old = old, .now = now, .map = map, .changed = changed, .context = context
	};
	struct static_cursor left = static_routes_begin(old),
			     right = static_routes_begin(now);
	struct static_route a, b;
	bool has_a = static_routes_next(&left, &a),
	     has_b = static_routes_next(&right, &b);
	while (has_a || has_b) {
		if (has_a && has_b && same_route(&walker, &a, &b)) {
			has_a = static_routes_next(&left, &a);
			has_b = static_routes_next(&right, &b);
			continue;
		}
		/* Step in the list that is nearer to what the other has; both, if neither
		 * has it soon. */
		unsigned skip_old =
			has_a && has_b ? distance(&walker, left, &b, true) : AHEAD;
		unsigned skip_now =
			has_a && has_b ? distance(&walker, right, &a, false) : AHEAD;
		if (has_a && skip_old <= skip_now) {
			keep(&walker.orphans, &walker.orphan_count, &walker.orphan_room,
			     &a);
			has_a = static_routes_next(&left, &a);
			if (skip_old < AHEAD)
				continue;
		}
		if (has_b) {
			keep(&walker.fresh, &walker.fresh_count, &walker.fresh_room, &b);
			has_b = static_routes_next(&right, &b);
		}
	}
	walker_finish(&walker);
}

bool
static_routes_equal(const void *old_routes, const void *now_routes)
{
	const struct static_routes *old = old_routes, *now = now_routes;
	if (old->count != now->count || old->target_count != now->target_count)
		return false;
	const struct static_target *x = old->targets, *y = now->targets;
	for (; x && y; x = x->next, y = y->next)
		if (!static_target_equal(x, y))
			return false;
	const struct static_block *a = old->first, *b = now->first;
	for (; a && b; a = a->next, b = b->next)
		if (a->size != b->size || memcmp(a->records, b->records, a->size) != 0)
			return false;
	return !a && !b;
}

/* ---- for people ---- */

struct change_tally {
	uint32_t fresh, gone;
};

static void
tally_add(void *context, const struct static_route *route, bool gone)
{
	(void)route;
	struct change_tally *tally = context;
	tally->fresh += !gone;
	tally->gone += gone;
}

void
static_routes_print_change(struct text *text, const void *old, const void *now)
{
	const struct static_routes *a = old, *b = now;
	struct change_tally tally = { 0 };
	uint32_t *map = mem_resize(NULL, b->target_count + 1, sizeof(*map));
	static_targets_map(a, b, map);
	static_routes_diff(a, b, map, tally_add, &tally);
	mem_free(map);
	uint32_t added = b->count - (a->count - tally.gone);
	const struct {
		uint32_t count;
		const char *what;
	} parts[] = {
		{ added, "added" },
		{ tally.gone, "removed" },
		{ tally.fresh - added, "changed" },
	};
	const char *joint = "";
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].count == 0)
			continue;
		text_printf(text, "%s%u %s", joint, parts[i].count, parts[i].what);
		joint = ", ";
	}
}
