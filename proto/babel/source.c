/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources: feasibility distances, RFC 8966 §3.5.1 and §3.7.3.  They are what keeps Babel
 * free of loops: the best distance we ever advertised for a prefix and router-id.
 */
#include "proto/babel/babel.h"

#include "lib/slab.h"

struct babel_source *
babel_source_find(const struct babel_entry *entry, uint64_t router_id)
{
	list_each(source, &entry->sources, struct babel_source, list)
		if (source->router_id == router_id)
			return source;
	return NULL;
}

/* RFC 8966 §3.5.1: (seqno, metric) is strictly better than the feasibility distance. */
static bool
distance_is_better(const struct babel_source *source, uint16_t seqno, uint16_t metric)
{
	return babel_seqno_is_less(source->seqno, seqno) ||
	       (source->seqno == seqno && metric < source->metric);
}

bool
babel_is_feasible(const struct babel_entry *entry, uint64_t router_id, uint16_t seqno,
		  uint16_t metric)
{
	const struct babel_source *source;

	/* RFC 8966 §3.5.1: a retraction is always feasible. */
	if (metric == BABEL_INFINITY)
		return true;
	source = babel_source_find(entry, router_id);
	return !source || distance_is_better(source, seqno, metric);
}

static struct babel_source *
source_new(struct babel_entry *entry, uint64_t router_id)
{
	struct babel *babel = entry->babel;
	struct babel_source *source;
	uint32_t count = 0;

	list_each(other, &entry->sources, struct babel_source, list)
		count++;
	if (count >= BABEL_ENTRY_SOURCES_MAX) {
		babel->drops[BABEL_DROP_SOURCE_LIMIT]++;
		return NULL;
	}
	source = slab_alloc(babel->source_slab);
	source->router_id = router_id;
	list_push_back(&entry->sources, &source->list);
	return source;
}

bool
babel_source_sent(struct babel_entry *entry, uint64_t router_id, uint16_t seqno,
		  uint16_t metric)
{
	struct babel_source *source = babel_source_find(entry, router_id);

	if (!source) {
		source = source_new(entry, router_id);
		if (!source)
			return false;
		source->seqno = seqno;
		source->metric = metric;
	} else if (distance_is_better(source, seqno, metric)) {
		source->seqno = seqno;
		source->metric = metric;
	}
	/* RFC 8966 §3.7.3: every finite update that is sent resets the timer. */
	source->expires = babel_now(entry->babel) + BABEL_SOURCE_GC;
	babel_entry_wake(entry, source->expires);
	return true;
}

void
babel_source_distrust(struct babel_entry *entry, uint64_t router_id, uint16_t seqno)
{
	struct babel_source *source = babel_source_find(entry, router_id);

	if (!source && (source = source_new(entry, router_id)) != NULL)
		source->seqno = seqno;
	if (!source)
		return;
	if (babel_seqno_is_less(source->seqno, seqno))
		source->seqno = seqno;
	source->metric = 0;
	source->expires = babel_now(entry->babel) + BABEL_SOURCE_GC;
	babel_entry_wake(entry, source->expires);
}

usec_t
babel_sources_expire(struct babel_entry *entry, usec_t now)
{
	usec_t due = USEC_NEVER;

	list_each_safe(source, &entry->sources, struct babel_source, list) {
		if (source->expires > now) {
			due = MIN(due, source->expires);
			continue;
		}
		list_remove(&source->list);
		slab_release(entry->babel->source_slab, source);
	}
	return due;
}
