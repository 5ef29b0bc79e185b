/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Updates: what we advertise (RFC 8966 §3.7), when a change of it is worth telling
 * (§3.7.2), periodic and requested dumps (§3.7.1), split horizon (§3.7.4).  What goes
 * into a packet is counted as sent for the feasibility distance (§3.7.3) here and nowhere
 * else.
 */
#include "proto/babel/babel.h"

#include <assert.h>
#include <stdlib.h>
#include "lib/pool.h"
#include "nest/attr.h"
#include "nest/nexthop.h"
#include "nest/router.h"

#define SLICE       1024          /* Entries sent in one go … */
#define SLICE_PAUSE (4 * USEC_MS) /* … before the next (RFC 8966 §3.1: pacing). */
#define DUMP_REPEAT \
	(1 * USEC_S) /* RFC 8966 §3.8.1.1: requested dumps are rate-limited. */
#define FLUSH_BURST 8
#define DUMP_LARGE  16 /* More entries may not fit into the smallest packet. */
#define SIGNIFICANT 8  /* A metric that changed by more than 1/8 is told at once. */
#define LINGER                                                                  \
	(5 * USEC_S) /* A retraction is repeated in dumps for so long at least. \
		      */

static void dump_fire(struct timer *timer);

/* ---- what we advertise ---- */

static const struct babel_advert advert_none = { .origin = BABEL_NOBODY,
						 .metric = BABEL_INFINITY };

struct babel_advert
babel_advert_of(const struct babel_entry *entry)
{
	const struct babel_route *route = entry->selected;
	struct babel_advert advert = { .origin = entry->origin };

	if (entry->export_metric == BABEL_INFINITY)
		return advert_none;
	switch (entry->origin) {
	case BABEL_NOBODY: return advert_none;
	case BABEL_OURSELF:
		advert.router_id = entry->babel->router_id;
		advert.seqno = entry->babel->seqno;
		advert.metric = entry->export_metric;
		return advert;
	case BABEL_LEARNT: break;
	}
	/* What the tables said last isn't selected any more; they will say so soon. */
	if (!route || route->router_id != entry->export_router_id ||
	    route->metric == BABEL_INFINITY)
		return advert_none;
	advert.router_id = route->router_id;
	advert.seqno = route->seqno;
	/* RFC 8966 §3.5.2: whatever filters do to it, greater than what the neighbour
	 * advertised. */
	advert.metric = MAX(entry->export_metric, babel_metric_add(1, route->advertised));
	return advert.metric == BABEL_INFINITY ? advert_none : advert;
}

/* Interfaces hear of changes once per batch, not once per change. */
static void
entry_announce(struct babel_entry *entry, enum babel_urgency urgency, bool reliable)
{
	struct babel *babel = entry->babel;

	entry->change_serial = ++babel->change_serial;
	list_remove(&entry->change);
	list_push_back(&babel->changes, &entry->change);
	/* Whatever was sent before and not acknowledged, this is what counts now. */
	babel_ack_supersede(entry);
	if (reliable)
		entry->reliable_serial = entry->change_serial;
	if (!timer_is_running(&babel->kick))
		babel->wanted = BABEL_LAZY;
	babel->wanted = MAX(babel->wanted, urgency);
	timer_start_earlier(&babel->kick, 0);
}

/* Changes that can wait are told so often; the first few of a burst sooner. */
static usec_t
flush_gap(const struct babel_interface *interface)
{
	return interface->hello_interval / 16;
}

void
babel_kick_fire(struct timer *timer)
{
	struct babel *babel = container_of(timer, struct babel, kick);

	usec_t now = babel_now(babel);

	list_each(interface, &babel->interfaces, struct babel_interface, list) {
		usec_t due = now + babel_output_delay(interface, babel->wanted);
		if (babel->wanted != BABEL_URGENT)
			due = babel_pace_due(&interface->flush_pace, due,
					     flush_gap(interface), FLUSH_BURST);
		timer_start_earlier(&interface->flush_timer, due - now);
	}
}

/* RFC 8966 §3.7.2: not every fluctuation is worth a triggered update. */
static bool
is_significant(uint16_t before, uint16_t after)
{
	unsigned difference = before > after ? before - after : after - before;

	return difference * SIGNIFICANT > MIN(before, after);
}

void
babel_advert_update(struct babel_entry *entry)
{
	struct babel_advert before = entry->advert;
	struct babel_advert after = babel_advert_of(entry);
	bool was = before.metric != BABEL_INFINITY, is = after.metric != BABEL_INFINITY;

	if (was && !is) {
		entry->advert = after;
		entry->linger = babel_now(entry->babel) + LINGER;
		babel_entry_wake(entry, entry->linger);
		entry_announce(entry, BABEL_URGENT, true);
	} else if (was && before.router_id != after.router_id) {
		/* RFC 8966 §3.7.2: this may be a loop in the making; it MUST be urgent.
		 */
		entry->advert = after;
		entry_announce(entry, BABEL_URGENT, true);
	} else if (is && (!was || is_significant(before.metric, after.metric))) {
		entry->advert = after;
		entry_announce(entry, BABEL_SOON, false);
	}
	/* RFC 8966 §3.7.2: a new seqno alone is told to nobody but who asked for it. */
	if (is && !list_is_empty(&entry->requests))
		babel_requests_check(entry);
}

void
babel_adverts_renew(struct babel *babel)
{
	hash_each(entry, &babel->entries, struct babel_entry, node) {
		if (entry->origin == BABEL_OURSELF &&
		    entry->advert.metric != BABEL_INFINITY)
			entry_announce(entry, BABEL_URGENT, false);
	}
}

/* ---- what the tables say ---- */

static void
entry_export(struct babel_entry *entry, const struct route_change *change)
{
	struct babel *babel = entry->babel;
	attr_id base = babel->protocol.attr_base;
	struct value value;

	entry->origin = BABEL_NOBODY;
	entry->export_metric = BABEL_INFINITY;
	if (change->attrs && change->from && change->from->protocol == &babel->protocol) {
		/* Our own unreachable route of a hold is a retraction. */
		if (!entry->selected || !change->attrs->nexthop ||
		    change->attrs->nexthop->kind == NEXTHOP_UNREACHABLE)
			return;
		entry->origin = BABEL_LEARNT;
		entry->export_metric = (uint16_t)MIN(change->metric, BABEL_INFINITY);
		entry->export_router_id =
			attrs_get(change->attrs, (attr_id)(base + BABEL_ATTR_ROUTER_ID),
				  &value)
				? value.wide
				: entry->selected->router_id;
	} else if (change->attrs) {
		entry->origin = BABEL_OURSELF;
		entry->export_metric = (uint16_t)MIN(
			attrs_get_u32(change->attrs, (attr_id)(base + BABEL_ATTR_METRIC),
				      0),
			BABEL_INFINITY);
	}
}

void
babel_route_event(struct protocol *protocol, struct channel *channel,
		  const struct route_change *changes, size_t count)
{
	struct babel *babel = babel_of(protocol);

	(void)channel;
	for (size_t i = 0; i < count; i++) {
		struct prefix prefix = *changes[i].net;
		struct babel_entry *entry;

		/* RFC 8966 App. C. */
		if (babel_prefix_is_martian(&prefix))
			continue;
		entry = changes[i].attrs ? babel_entry_get(babel, &prefix)
					 : babel_entry_find(babel, &prefix);
		if (!entry)
			continue;
		entry_export(entry, &changes[i]);
		babel_advert_update(entry);
		if (entry->origin == BABEL_NOBODY)
			babel_entry_mark(entry);
	}
	babel_settle(babel);
}

/* ---- into packets ---- */

/* By router-id, then prefix: what compresses best. */
static int
entry_compare(const void *left, const void *right)
{
	const struct babel_entry *a = *(const struct babel_entry *const *)left;
	const struct babel_entry *b = *(const struct babel_entry *const *)right;

	if (a->advert.router_id != b->advert.router_id)
		return a->advert.router_id < b->advert.router_id ? -1 : 1;
	return prefix_compare(&a->prefix, &b->prefix);
}

/* RFC 8966 §3.7.4. A neighbour that may have lost its feasibility distances must not take
 * its own route for one of ours. */
static bool
is_hidden(const struct babel_interface *interface, const struct babel_entry *entry)
{
	const struct babel_route *route = entry->selected;

	return entry->origin == BABEL_LEARNT && route &&
	       route->neighbour->interface == interface &&
	       (interface->split_horizon || route->unconfirmed);
}

/* What is advertised from now on must not be retracted with what was before. */
static void
introduction_end(struct babel_output *output)
{
	struct babel_interface *interface = output->interface;

	if (!interface->retracts_again)
		return;
	interface->retracts_again = false;
	if (output != &interface->output)
		babel_output_flush(&interface->output);
}

static void
update_put(struct babel_output *output, struct babel_entry *entry,
	   struct babel_advert advert, bool reliable)
{
	struct babel_interface *interface = output->interface;
	bool ip4 = prefix_is_ip4(&entry->prefix);
	struct babel_tlv tlv = {
		.type = BABEL_TLV_UPDATE,
		.update = { .prefix = entry->prefix,
			    .interval = (uint16_t)(interface->update_interval /
						   (10 * USEC_MS)) },
	};

	/* RFC 8966 §3.7.3: remembered before it is sent; our own need no distance. */
	if (advert.metric != BABEL_INFINITY &&
	    advert.router_id != entry->babel->router_id &&
	    !babel_source_sent(entry, advert.router_id, advert.seqno, advert.metric))
		advert = advert_none;
	tlv.update.router_id = advert.router_id;
	tlv.update.seqno = advert.seqno;
	tlv.update.metric = advert.metric;
	if (advert.metric != BABEL_INFINITY) {
		tlv.update.next_hop = babel_interface_next_hop(interface, ip4);
		introduction_end(output);
	}
	/* T-40: without an IPv4 address there is nothing to send packets to. */
	if (advert.metric != BABEL_INFINITY && addr_is_any(tlv.update.next_hop))
		return;
	babel_output_reserve(output, BABEL_UPDATE_SIZE_MAX + BABEL_ACK_REQUEST_SIZE);
	if (reliable && !output->wait)
		output->wait = babel_ack_open(output);
	babel_output_put(output, &tlv, BABEL_URGENT);
	if (reliable && output->wait)
		babel_ack_add(output->wait, entry);
}

/* A change, for an interface; the periodic dump also repeats fresh retractions. */
static void
entry_send(struct babel_output *output, struct babel_entry *entry, bool reliable)
{
	struct babel_advert advert = babel_advert_of(entry);

	if (is_hidden(output->interface, entry)) {
		if (!entry->poison)
			return;
		entry->poison = false;
		advert = advert_none;
	}
	update_put(output, entry, advert, reliable);
}

void
babel_updates_send(struct babel_output *output, struct babel_entry **entries,
		   size_t count, uint8_t copies, uint64_t reliable_after)
{
	qsort(entries, count, sizeof(*entries), entry_compare);
	output->copies = copies;
	for (size_t i = 0; i < count; i++)
		entry_send(output, entries[i],
			   entries[i]->reliable_serial > reliable_after);
	if (output->packet)
		babel_output_flush(output);
	output->copies = 0;
}

void
babel_update_reply(struct babel_output *output, struct babel_entry *entry)
{
	/* What we don't select yet we may have advertised before the crash. */
	if (entry->babel->recovery != BABEL_RUNNING && entry->origin == BABEL_NOBODY)
		return;
	/* RFC 8966 §3.8.1.1: who asks is answered, split horizon or not. */
	update_put(output, entry, babel_advert_of(entry), false);
}

void
babel_update_retract_all(struct babel_output *output, enum babel_urgency urgency)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_UPDATE,
				 .update = { .wildcard = true,
					     .interval = BABEL_INTERVAL_MAX,
					     .metric = BABEL_INFINITY } };

	babel_output_put(output, &tlv, urgency);
}

void
babel_update_unknown(struct babel_output *output, const struct prefix *prefix)
{
	struct babel_interface *interface = output->interface;
	struct babel_tlv tlv = {
		.type = BABEL_TLV_UPDATE,
		.update = { .prefix = *prefix,
			    .interval = (uint16_t)(interface->update_interval /
						   (10 * USEC_MS)),
			    .metric = BABEL_INFINITY },
	};

	if (interface->babel->recovery == BABEL_RUNNING)
		babel_output_put(output, &tlv, BABEL_URGENT);
}

/* ---- triggered ---- */

/* Room to sort up to SLICE entries. */
static struct babel_entry **
batch_room(struct babel *babel)
{
	if (!babel->batch)
		babel->batch = pool_alloc_raw(babel->protocol.pool,
					      SLICE * sizeof(*babel->batch));
	return babel->batch;
}

/* The oldest entry that changed after `serial`; the head of the list if none did. */
static struct list *
changes_after(struct babel *babel, uint64_t serial)
{
	struct list *at = babel->changes.previous;

	while (at != &babel->changes &&
	       container_of(at, struct babel_entry, change)->change_serial > serial)
		at = at->previous;
	return at->next;
}

void
babel_flush_fire(struct timer *timer)
{
	struct babel_interface *interface =
		container_of(timer, struct babel_interface, flush_timer);
	struct babel *babel = interface->babel;
	struct babel_entry **entries = batch_room(babel);
	uint64_t since = interface->sent_serial;
	size_t count = 0;

	for (struct list *at = changes_after(babel, since);
	     at != &babel->changes && count < SLICE; at = at->next) {
		entries[count] = container_of(at, struct babel_entry, change);
		interface->sent_serial = entries[count++]->change_serial;
	}
	babel_recovery_retract(interface);
	babel_pace_spend(&interface->flush_pace, babel_now(babel), flush_gap(interface));
	babel_updates_send(&interface->output, entries, count, 0, since);
	for (size_t i = 0; i < count; i++)
		babel_hold_check(entries[i]);
	if (interface->sent_serial < babel->change_serial && count == SLICE)
		timer_start(timer, SLICE_PAUSE);
	else
		interface->sent_serial = babel->change_serial;
	babel_settle(babel);
}

/* ---- dumps ---- */

void
babel_dump_init(struct babel_dump *dump, struct babel_output *output)
{
	dump->output = output;
	list_init(&dump->list);
	timer_init(&dump->timer, output->interface->babel->protocol.router, dump_fire);
}

void
babel_dump_stop(struct babel_dump *dump)
{
	dump->next = NULL;
	list_remove(&dump->list);
	timer_stop(&dump->timer);
}

/* One that is under way may be past what is asked for: it is repeated. */
static void
dump_start_at(struct babel_dump *dump, usec_t due)
{
	dump->again = dump->next != NULL;
	if (!dump->again)
		timer_start_at(&dump->timer, due);
}

void
babel_dump_start(struct babel_dump *dump)
{
	struct babel_interface *interface = dump->output->interface;

	dump_start_at(dump, babel_now(interface->babel) +
				    babel_output_delay(interface, BABEL_URGENT));
}

/* Asked for, and not begun. */
static bool
dump_is_waiting(const struct babel_dump *dump)
{
	return !dump->next && timer_is_running(&dump->timer);
}

/* RFC 8966 §3.8.1.1: requested dumps are rate-limited, but none is forgotten. */
static void
dump_start_limited(struct babel_dump *dump)
{
	struct babel_interface *interface = dump->output->interface;
	usec_t due =
		babel_now(interface->babel) + babel_output_delay(interface, BABEL_URGENT);

	if (!dump_is_waiting(dump))
		dump_start_at(dump,
			      dump->begun ? MAX(due, dump->begun + DUMP_REPEAT) : due);
}

/* Dumps that wait for a crowd become one for all. */
void
babel_dump_request(struct babel_neighbour *neighbour)
{
	struct babel_interface *interface = neighbour->interface;
	unsigned count = 0;

	if (dump_is_waiting(&interface->dump))
		return;
	dump_start_limited(&neighbour->dump);
	list_each(other, &interface->neighbours, struct babel_neighbour, list)
		count += dump_is_waiting(&other->dump);
	if (count <= BABEL_CROWD)
		return;
	list_each(other, &interface->neighbours, struct babel_neighbour, list)
		if (dump_is_waiting(&other->dump))
			babel_dump_stop(&other->dump);
	dump_start_limited(&interface->dump);
}

static void
dump_begin(struct babel_dump *dump)
{
	struct babel *babel = dump->output->interface->babel;

	dump->begun = babel_now(babel);
	dump->next = babel->entries.order.next;
	list_push_back(&babel->dumps, &dump->list);
}

/* Worth a place in a dump: what we advertise, and what we took back lately (RFC 8966
 * §3.7). */
static bool
is_dumped(const struct babel_entry *entry, usec_t now)
{
	return entry->origin != BABEL_NOBODY || entry->held || entry->linger > now;
}

/* Small changes that were kept back are told now. */
static void
entry_catch_up(struct babel_entry *entry)
{
	struct babel_advert advert = babel_advert_of(entry);

	if (entry->advert.metric != BABEL_INFINITY && advert.metric != BABEL_INFINITY &&
	    entry->advert.router_id == advert.router_id)
		entry->advert = advert;
}

static void
dump_fire(struct timer *timer)
{
	struct babel_dump *dump = container_of(timer, struct babel_dump, timer);
	struct babel *babel = dump->output->interface->babel;
	struct babel_entry **entries = batch_room(babel);
	bool everybody = addr_is_any(dump->output->to);
	usec_t now = babel_now(babel);
	size_t count = 0;

	if (!dump->next)
		dump_begin(dump);
	for (; dump->next != &babel->entries.order && count < SLICE;
	     dump->next = dump->next->next) {
		struct babel_entry *entry =
			container_of(dump->next, struct babel_entry, node.order);

		if (!is_dumped(entry, now))
			continue;
		if (everybody)
			entry_catch_up(entry);
		entries[count++] = entry;
	}
	if (everybody && count > DUMP_LARGE)
		babel_probe_watch(dump->output->interface);
	babel_updates_send(dump->output, entries, count, 0, UINT64_MAX);
	if (dump->next != &babel->entries.order) {
		timer_start(timer, SLICE_PAUSE);
		return;
	}
	babel_dump_stop(dump);
	if (dump->again)
		babel_dump_start(dump);
}

void
babel_update_fire(struct timer *timer)
{
	struct babel_interface *interface =
		container_of(timer, struct babel_interface, update_timer);
	usec_t interval = interface->update_interval;

	babel_dump_start(&interface->dump);
	timer_start(timer,
		    babel_jitter(interface->babel, interval - interval / 8, interval));
}
