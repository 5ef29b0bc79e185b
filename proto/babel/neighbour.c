/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours: RFC 8966 §3.4.  Who is there, whether both of us hear the other, and what
 * that means for the routes it advertises.  The arithmetic is cost.c's.
 */
#include "proto/babel/babel.h"

#include "lib/pool.h"
#include "nest/attr.h"
#include "nest/router.h"

#define IHU_HOLD_NUMERATOR   7 /* RFC 8966 App. B: 3.5 times the interval. */
#define IHU_HOLD_DENOMINATOR 2
#define UNPROMISED_HELLOS \
	10 /* Our own intervals that a peer without scheduled Hellos may be silent. */
/* Intervals in which a restarted peer must repeat its routes. */
#define RESTARTED_HELLOS 3
#define ASK_TIMES        3 /* So often a neighbour without routes is asked for them. */

static void neighbour_fire(struct timer *timer);

struct babel_neighbour *
babel_neighbour_find(const struct babel_interface *interface, struct addr addr)
{
	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list)
		if (addr_equal(neighbour->addr, addr))
			return neighbour;
	return NULL;
}

static struct babel_neighbour *
neighbour_new(struct babel_interface *interface, struct addr addr)
{
	struct babel *babel = interface->babel;
	struct babel_neighbour *neighbour =
		pool_alloc(babel->protocol.pool, sizeof(*neighbour));

	neighbour->interface = interface;
	neighbour->addr = addr;
	neighbour->txcost = neighbour->rxcost = neighbour->rxcost_sent = BABEL_INFINITY;
	neighbour->cost = BABEL_INFINITY;
	neighbour->multicast.due = neighbour->unicast.due = neighbour->ihu_due =
		USEC_NEVER;
	list_init(&neighbour->routes);
	neighbour->last = &neighbour->routes;
	timer_init(&neighbour->timer, babel->protocol.router, neighbour_fire);
	babel_output_init(&neighbour->output, interface, addr);
	babel_dump_init(&neighbour->dump, &neighbour->output);
	babel_probe_init(&neighbour->probe, neighbour);
	babel_doubt_init(&neighbour->doubt, neighbour);
	list_push_back(&interface->neighbours, &neighbour->list);
	babel->neighbour_count++;
	babel_interface_greet(interface);
	return neighbour;
}

void
babel_neighbour_free(struct babel_neighbour *neighbour)
{
	struct babel *babel = neighbour->interface->babel;

	list_each_safe(route, &neighbour->routes, struct babel_route, in_neighbour)
		babel_route_free(route);
	babel_ack_forget(neighbour);
	babel_dump_stop(&neighbour->dump);
	babel_probe_fini(&neighbour->probe);
	babel_doubt_end(&neighbour->doubt);
	bfd_request_close(&neighbour->bfd);
	babel_output_fini(&neighbour->output);
	timer_stop(&neighbour->timer);
	attrs_release(babel->protocol.router, neighbour->attrs, 1);
	list_remove(&neighbour->list);
	babel->neighbour_count--;
	pool_release(babel->protocol.pool, neighbour);
}

static void
neighbour_arm(struct babel_neighbour *neighbour)
{
	usec_t due = MIN(neighbour->multicast.due, neighbour->unicast.due);

	due = MIN(due, neighbour->ihu_due);
	if (due != USEC_NEVER)
		timer_start_at(&neighbour->timer, due);
	else
		timer_stop(&neighbour->timer);
}

/* Its Hello seqno jumped: it began anew, perhaps with nothing lost but its counters. The
 * routes it has it will repeat when asked; what it doesn't repeat soon is gone. */
static void
neighbour_restarted(struct babel_neighbour *neighbour)
{
	struct babel *babel = neighbour->interface->babel;
	usec_t due = babel_now(babel) + USEC_S +
		     RESTARTED_HELLOS * neighbour->interface->hello_interval;

	protocol_trace(&babel->protocol, DEBUG_EVENTS, "Neighbour on %s began anew",
		       neighbour->interface->link->name);
	neighbour->routes_asked = 0;
	neighbour->ihu_wanted = true;
	babel_interface_greet(neighbour->interface);
	list_each(route, &neighbour->routes, struct babel_route, in_neighbour) {
		route->unconfirmed = true;
		route->expires = MIN(route->expires, due);
		babel_entry_wake(route->entry, route->expires);
	}
}

void
babel_neighbour_hello(struct babel_interface *interface, struct addr addr,
		      const struct babel_hello *hello)
{
	struct babel *babel = interface->babel;
	struct babel_neighbour *neighbour = babel_neighbour_find(interface, addr);
	struct babel_history *history;
	usec_t now = babel_now(babel);

	if (!neighbour && babel->neighbour_count >= BABEL_NEIGHBOURS_MAX) {
		babel_drop(babel, BABEL_DROP_NEIGHBOUR_LIMIT, interface, addr);
		return;
	}
	if (!neighbour) {
		neighbour = neighbour_new(interface, addr);
		neighbour->ihu_wanted = true;
	}
	/* RFC 8966 §3.4.1: the two kinds have counters and histories of their own. */
	history = hello->unicast ? &neighbour->unicast : &neighbour->multicast;
	if (babel_history_is_reset(history, hello))
		neighbour_restarted(neighbour);
	babel_history_hello(history, hello, now);
	babel_doubt_end(&neighbour->doubt);
	if (!history->promised) {
		/* Nothing was ever promised; still, don't believe in it for ever. */
		history->interval = UNPROMISED_HELLOS * interface->hello_interval;
		history->due = now + history->interval;
	}
	babel_neighbour_recost(neighbour);
	neighbour_arm(neighbour);
}

static bool
is_for_us(const struct babel_interface *interface, const struct babel_ihu *ihu)
{
	return ihu->wildcard || addr_equal(ihu->addr, interface->local) ||
	       link_has_addr(interface->link, ihu->addr);
}

void
babel_neighbour_ihu(struct babel_neighbour *neighbour, const struct babel_ihu *ihu)
{
	usec_t interval = ihu->interval * 10 * USEC_MS;

	if (!is_for_us(neighbour->interface, ihu))
		return;
	neighbour->txcost = ihu->rxcost;
	neighbour->ihu_due = babel_now(neighbour->interface->babel) +
			     interval * IHU_HOLD_NUMERATOR / IHU_HOLD_DENOMINATOR;
	babel_neighbour_recost(neighbour);
	neighbour_arm(neighbour);
}

/* True if a Hello was due and didn't come. */
static bool
history_expire(struct babel_history *history, usec_t now)
{
	if (history->due > now)
		return false;
	babel_history_miss(history);
	/* We were late ourselves: what would already be due again is not held against it.
	 */
	history->due = MAX(history->due, now + history->interval / 2);
	if (!history->received)
		history->due = USEC_NEVER;
	return true;
}

/* After misses. */
static void
neighbour_judge(struct babel_neighbour *neighbour)
{
	struct babel_interface *interface = neighbour->interface;

	if (!neighbour->multicast.received && !neighbour->unicast.received) {
		/* RFC 8966 §A.1: with both histories empty, the entry is flushed. */
		protocol_trace(&interface->babel->protocol, DEBUG_EVENTS,
			       "Neighbour on %s is gone", interface->link->name);
		babel_neighbour_free(neighbour);
	} else {
		babel_neighbour_recost(neighbour);
		neighbour_arm(neighbour);
	}
}

void
babel_neighbour_missed(struct babel_neighbour *neighbour)
{
	struct babel_history *history = &neighbour->multicast;

	babel_history_miss(history);
	if (!history->received)
		history->due = USEC_NEVER;
	neighbour_judge(neighbour);
}

static void
neighbour_fire(struct timer *timer)
{
	struct babel_neighbour *neighbour =
		container_of(timer, struct babel_neighbour, timer);
	struct babel *babel = neighbour->interface->babel;
	usec_t now = babel_now(babel);

	if (history_expire(&neighbour->multicast, now))
		babel_doubt_begin(&neighbour->doubt);
	history_expire(&neighbour->unicast, now);
	if (neighbour->ihu_due <= now) {
		/* RFC 8966 §3.4.2: when the IHU timer expires, txcost is infinite. */
		neighbour->txcost = BABEL_INFINITY;
		neighbour->ihu_due = USEC_NEVER;
	}
	neighbour_judge(neighbour);
	babel_settle(babel);
}

bool
babel_neighbour_is_lossy(const struct babel_neighbour *neighbour)
{
	const struct babel_history *history =
		neighbour->multicast.known ? &neighbour->multicast : &neighbour->unicast;
	uint16_t recent = (uint16_t)((1u << MIN(history->count, 4)) - 1);

	return (history->received & recent) != recent;
}

/* ---- first words ---- */

static void
contact_start(struct babel_interface *interface)
{
	timer_start_earlier(&interface->contact_timer,
			    babel_output_delay(interface, BABEL_URGENT));
}

void
babel_neighbour_tell_ihu(struct babel_neighbour *neighbour)
{
	neighbour->ihu_urgent = true;
	contact_start(neighbour->interface);
}

/* Both hear each other for the first time, or again: ask for all it has (RFC 8966
 * §3.8.2). */
static void
neighbour_ask(struct babel_neighbour *neighbour)
{
	neighbour->routes_asked++;
	neighbour->routes_wanted = true;
	contact_start(neighbour->interface);
}

void
babel_neighbours_ask_again(struct babel_interface *interface)
{
	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list)
		if (neighbour->cost != BABEL_INFINITY && neighbour->route_count == 0 &&
		    neighbour->routes_asked < ASK_TIMES)
			neighbour_ask(neighbour);
}

static bool
contact_is_wanted(const struct babel_neighbour *neighbour)
{
	return neighbour->ihu_urgent || neighbour->routes_wanted;
}

static void
contact_put(struct babel_neighbour *neighbour, struct babel_output *output)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_ROUTE_REQUEST,
				 .route_request = { .wildcard = true } };

	if (neighbour->ihu_urgent)
		babel_neighbour_send_ihu(neighbour, output, BABEL_URGENT);
	if (neighbour->routes_wanted && output == &neighbour->output)
		babel_output_put(output, &tlv, BABEL_URGENT);
}

/* A word to each by unicast, or, to a crowd, one to all of them: when a hundred machines
 * of a LAN are switched on together, that is a hundred packets instead of ten thousand.
 */
void
babel_contact_fire(struct timer *timer)
{
	struct babel_interface *interface =
		container_of(timer, struct babel_interface, contact_timer);
	struct babel_tlv tlv = { .type = BABEL_TLV_ROUTE_REQUEST,
				 .route_request = { .wildcard = true } };
	unsigned count = 0;
	bool asks = false;

	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list)
		count += contact_is_wanted(neighbour);
	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list) {
		bool crowd = count > BABEL_CROWD;
		if (!contact_is_wanted(neighbour))
			continue;
		contact_put(neighbour, crowd ? &interface->output : &neighbour->output);
		asks |= crowd && neighbour->routes_wanted;
		/* If it gets lost the link is of no use: once more with the next Hello.
		 */
		neighbour->ihu_wanted |= neighbour->ihu_urgent;
		neighbour->ihu_urgent = neighbour->routes_wanted = false;
		if (!crowd)
			babel_output_flush(&neighbour->output);
	}
	if (asks)
		babel_output_put(&interface->output, &tlv, BABEL_URGENT);
	if (count > BABEL_CROWD)
		babel_output_flush(&interface->output);
}

/* ---- the cost of a link ---- */

static void
neighbour_set_cost(struct babel_neighbour *neighbour, uint16_t cost)
{
	struct babel *babel = neighbour->interface->babel;

	if (cost == neighbour->cost)
		return;
	protocol_trace(&babel->protocol, DEBUG_EVENTS,
		       "Cost of a neighbour on %s: %u -> %u",
		       neighbour->interface->link->name, neighbour->cost, cost);
	neighbour->cost = cost;
	list_each(route, &neighbour->routes, struct babel_route, in_neighbour)
		babel_route_recost(route);
}

void
babel_neighbour_recost(struct babel_neighbour *neighbour)
{
	uint16_t before = neighbour->rxcost;

	neighbour->rxcost = babel_cost_rx(neighbour);
	if (neighbour->rxcost != neighbour->rxcost_sent)
		neighbour->ihu_wanted = true;
	/* That the link came or went the other side must know before the next Hello. */
	if ((before == BABEL_INFINITY) != (neighbour->rxcost == BABEL_INFINITY))
		babel_neighbour_tell_ihu(neighbour);
	neighbour_set_cost(neighbour, babel_cost_link(neighbour));
	if (neighbour->cost == BABEL_INFINITY) {
		neighbour->routes_asked = 0;
	} else if (!neighbour->routes_asked) {
		neighbour_ask(neighbour);
		babel_probe_start(neighbour);
	}
	babel_bfd_look(neighbour);
}

void
babel_neighbour_send_ihu(struct babel_neighbour *neighbour, struct babel_output *output,
			 enum babel_urgency urgency)
{
	usec_t interval = neighbour->interface->hello_interval * BABEL_IHU_HELLOS;
	struct babel_tlv tlv = {
		.type = BABEL_TLV_IHU,
		.ihu = { .addr = neighbour->addr,
			 .rxcost = neighbour->rxcost,
			 .interval = (uint16_t)MIN(interval / (10 * USEC_MS),
						   BABEL_INTERVAL_MAX) },
	};

	/* After a crash: it may know better than we do yet whether we hear it. */
	if (neighbour->interface->babel->recovery == BABEL_GATHERING &&
	    neighbour->rxcost == BABEL_INFINITY)
		return;
	neighbour->rxcost_sent = neighbour->rxcost;
	neighbour->ihu_wanted = false;
	babel_output_put(output, &tlv, urgency);
}
