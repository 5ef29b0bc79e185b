/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Acknowledgments (RFC 8966 §3.3): those we give, and those we ask for, so that
 * retractions and changes of router-id reach every neighbour (§3.5.4, §3.7.2).  A copy
 * always says what holds when it is sent, not what the lost packet said.
 */
#include "proto/babel/babel.h"

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/slab.h"
#include "nest/router.h"

#define REPEATS_WIRELESS 3 /* RFC 8966 §3.7.2: copies where nobody is asked. */
#define REPEATS_WIRED    2

static void wait_fire(struct timer *timer);

void
babel_ack_answer(struct babel_neighbour *neighbour,
		 const struct babel_ack_request *request)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_ACK,
				 .ack = { .opaque = request->opaque } };
	usec_t deadline = request->interval * 10 * USEC_MS;

	/* RFC 8966 §3.3: to a unicast destination, in time. */
	babel_output_put(&neighbour->output, &tlv, BABEL_URGENT);
	timer_start_earlier(&neighbour->output.timer, deadline / 2);
}

/* ---- asking ---- */

/* The neighbours that the packet goes to and that can hear us. */
static uint32_t
peers_count(const struct babel_output *output)
{
	uint32_t count = 0;

	if (!addr_is_any(output->to))
		return 1;
	list_each(neighbour, &output->interface->neighbours, struct babel_neighbour, list)
		if (neighbour->cost != BABEL_INFINITY)
			count++;
	return count;
}

static void
peers_fill(struct babel_ack_wait *wait, const struct babel_output *output, uint32_t count)
{
	wait->peers = pool_alloc(output->interface->babel->protocol.pool,
				 count * sizeof(*wait->peers));
	if (!addr_is_any(output->to)) {
		wait->peers[wait->peer_count++] = output->to;
		return;
	}
	list_each(neighbour, &output->interface->neighbours, struct babel_neighbour, list)
		if (neighbour->cost != BABEL_INFINITY)
			wait->peers[wait->peer_count++] = neighbour->addr;
}

struct babel_ack_wait *
babel_ack_open(struct babel_output *output)
{
	struct babel_interface *interface = output->interface;
	struct babel *babel = interface->babel;
	uint32_t count = peers_count(output);
	struct babel_ack_wait *wait;

	if (count == 0)
		return NULL;
	wait = pool_alloc(babel->protocol.pool, sizeof(*wait));
	wait->interface = interface;
	wait->copies = (uint8_t)(output->copies + 1);
	wait->opaque = ++babel->opaque;
	list_init(&wait->items);
	timer_init(&wait->timer, babel->protocol.router, wait_fire);
	list_push_back(&interface->waits, &wait->list);
	if (count > BABEL_ACK_NEIGHBOURS_MAX) {
		wait->blind = true;
	} else {
		struct babel_tlv tlv = { .type = BABEL_TLV_ACK_REQUEST,
					 .ack_request = { .opaque = wait->opaque,
							  .interval =
								  BABEL_ACK_INTERVAL } };

		peers_fill(wait, output, count);
		babel_output_put(output, &tlv, BABEL_URGENT);
	}
	return wait;
}

void
babel_ack_add(struct babel_ack_wait *wait, struct babel_entry *entry)
{
	struct babel_ack_item *item = slab_alloc(entry->babel->item_slab);

	item->entry = entry;
	item->wait = wait;
	list_push_back(&wait->items, &item->in_wait);
	list_push_back(&entry->acks, &item->in_entry);
}

void
babel_ack_sent(struct babel_ack_wait *wait)
{
	if (list_is_empty(&wait->items)) {
		babel_ack_wait_free(wait);
		return;
	}
	timer_start(&wait->timer, BABEL_ACK_TIMEOUT << (wait->copies - 1));
}

static void
item_free(struct babel_ack_item *item)
{
	struct babel_entry *entry = item->entry;

	list_remove(&item->in_wait);
	list_remove(&item->in_entry);
	slab_release(entry->babel->item_slab, item);
	/* RFC 8966 §3.5.4: with the last one, the hold time is over. */
	babel_entry_mark(entry);
}

void
babel_ack_wait_free(struct babel_ack_wait *wait)
{
	list_each_safe(item, &wait->items, struct babel_ack_item, in_wait)
		item_free(item);
	timer_stop(&wait->timer);
	list_remove(&wait->list);
	pool_release(wait->interface->babel->protocol.pool, wait->peers);
	pool_release(wait->interface->babel->protocol.pool, wait);
}

/* A wait that nothing is left of; one that is still being written stays till it is sent.
 */
static void
wait_check(struct babel_ack_wait *wait)
{
	bool done =
		list_is_empty(&wait->items) || (wait->peer_count == 0 && !wait->blind);

	if (done && timer_is_running(&wait->timer))
		babel_ack_wait_free(wait);
}

void
babel_ack_supersede(struct babel_entry *entry)
{
	list_each_safe(item, &entry->acks, struct babel_ack_item, in_entry) {
		struct babel_ack_wait *wait = item->wait;

		list_remove(&item->in_wait);
		list_remove(&item->in_entry);
		slab_release(entry->babel->item_slab, item);
		wait_check(wait);
	}
}

/* ---- answers ---- */

static bool
peer_remove(struct babel_ack_wait *wait, struct addr addr)
{
	for (uint32_t i = 0; i < wait->peer_count; i++)
		if (addr_equal(wait->peers[i], addr)) {
			wait->peers[i] = wait->peers[--wait->peer_count];
			return true;
		}
	return false;
}

static bool
ack_take(struct babel_neighbour *neighbour, const struct babel_ack *ack)
{
	if (babel_probe_answered(neighbour, ack->opaque) ||
	    babel_doubt_answered(&neighbour->doubt, ack->opaque))
		return true;
	list_each_safe(wait, &neighbour->interface->waits, struct babel_ack_wait, list)
		if (wait->opaque == ack->opaque && peer_remove(wait, neighbour->addr)) {
			wait_check(wait);
			return true;
		}
	return false;
}

bool
babel_ack_received(struct babel_neighbour *neighbour, const struct babel_ack *ack)
{
	if (!ack_take(neighbour, ack))
		return false;
	neighbour->acknowledges = true;
	return true;
}

void
babel_ack_forget(struct babel_neighbour *neighbour)
{
	list_each_safe(wait, &neighbour->interface->waits, struct babel_ack_wait, list)
		if (peer_remove(wait, neighbour->addr))
			wait_check(wait);
}

/* ---- copies ---- */

/* Sends the entries of a wait again to one output; a new wait takes over if that asks as
 * well. */
static void
copy_send(struct babel_ack_wait *wait, struct babel_output *output)
{
	struct babel_entry **entries;
	size_t count = 0;

	list_each(item, &wait->items, struct babel_ack_item, in_wait)
		count++;
	entries = mem_resize(NULL, count, sizeof(*entries));
	count = 0;
	list_each(item, &wait->items, struct babel_ack_item, in_wait)
		entries[count++] = item->entry;
	babel_output_flush(output);
	babel_updates_send(output, entries, count, wait->copies, 0);
	mem_free(entries);
}

/* It was sent as often as it may be, and somebody never said that it came: then only the
 * hold time helps. */
static void
wait_give_up(struct babel_ack_wait *wait)
{
	list_each(item, &wait->items, struct babel_ack_item, in_wait)
		item->entry->unacked = true;
	babel_ack_wait_free(wait);
}

static void
wait_fire(struct timer *timer)
{
	struct babel_ack_wait *wait = container_of(timer, struct babel_ack_wait, timer);
	struct babel_interface *interface = wait->interface;
	struct babel *babel = interface->babel;
	/* RFC 8966 §3.7.2: never more than five copies. */
	uint8_t most = BABEL_COPIES_MAX;

	if (wait->blind)
		most = interface->type == BABEL_WIRELESS ? REPEATS_WIRELESS
							 : REPEATS_WIRED;
	if (wait->copies >= most) {
		wait_give_up(wait);
	} else if (wait->blind) {
		copy_send(wait, &interface->output);
		babel_ack_wait_free(wait);
	} else {
		for (uint32_t i = 0; i < wait->peer_count; i++) {
			struct babel_neighbour *neighbour =
				babel_neighbour_find(interface, wait->peers[i]);

			if (neighbour && neighbour->cost != BABEL_INFINITY)
				copy_send(wait, &neighbour->output);
		}
		babel_ack_wait_free(wait);
	}
	babel_settle(babel);
}
