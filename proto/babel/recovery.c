/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After a crash the kernel still forwards by our old routes, and neighbours still send us
 * their packets: a wildcard retraction, as a fresh start needs it, would stop them for
 * nothing.  But our feasibility distances (RFC 8966 §3.2.5) are lost, so what neighbours
 * tell may be an echo of what we told them before the crash.
 *
 *   GATHERING   we listen and say Hello; we advertise what we originate, select nothing
 *       |       and retract nothing; packets flow as before
 *       |  2.5 Hellos: every neighbour has told all it has
 *       v
 *   ASKING      distances are set below the newest seqno of each source, so that nothing
 *       |       is feasible, and newer ones are asked for (RFC 8966 §3.8.2.1): what then
 *       |       comes is no echo, for we have never told it, and is selected at once
 *       |  all entries have a route again, or 2 s are over
 *       v
 *   RUNNING     the first packet retracts everything, and goes on with all that is
 *               selected now: who has a route by us that isn't among them drops it
 *
 * Who didn't hear us meanwhile may come back with such a route until it expires there: so
 * long a source that is met for the first time is treated as in ASKING.
 *
 * babel->recovery is the state; only recovery_end(), asking_begin() and the start of the
 * instance change it.
 */
#include "proto/babel/babel.h"

#include "nest/router.h"

#define GATHER_NUMERATOR   5 /* 2.5 Hello intervals. */
#define GATHER_DENOMINATOR 2
#define GATHER_MAX         (10 * USEC_S)
#define ASK_MAX            (2 * USEC_S)
#define ASK_TICK           (20 * USEC_MS) /* How often the answers are counted. */
/* The tables take up all that is selected first. */
#define TELL_DELAY (5 * USEC_MS)

void
babel_recovery_retract(struct babel_interface *interface)
{
	if (!interface->retracts)
		return;
	interface->retracts = false;
	babel_output_flush(&interface->output);
	babel_update_retract_all(&interface->output, BABEL_URGENT);
}

static usec_t
gather_time(const struct babel *babel)
{
	usec_t hello = 0;

	list_each(interface, &babel->interfaces, struct babel_interface, list)
		hello = MAX(hello, interface->hello_interval);
	return MIN(hello * GATHER_NUMERATOR / GATHER_DENOMINATOR, GATHER_MAX);
}

/* Others told of a route, and none of theirs can be used. */
static bool
entry_waits(const struct babel_entry *entry)
{
	return !entry->selected && entry->origin == BABEL_NOBODY &&
	       !list_is_empty(&entry->routes);
}

static bool
answers_are_missing(struct babel *babel)
{
	hash_each(entry, &babel->entries, struct babel_entry, node)
		if (entry_waits(entry))
			return true;
	return false;
}

/* The kernel may still have our old route: as with any other that is lost, packets must
 * not follow it or a shorter one (RFC 8966 §3.5.4). */
static void
entry_give_up(struct babel_entry *entry)
{
	const struct babel_route *route =
		container_of(entry->routes.next, struct babel_route, in_entry);

	entry->fresh_loss = entry->imported = true;
	entry->lost_router_id = route->router_id;
	babel_entry_mark(entry);
}

static void
recovery_end(struct babel *babel)
{
	babel->recovery = BABEL_RUNNING;
	hash_each(entry, &babel->entries, struct babel_entry, node) {
		if (entry_waits(entry))
			entry_give_up(entry);
		/* Now every neighbour must hear it. */
		entry->reliable_serial = entry->change_serial;
	}
	list_each(interface, &babel->interfaces, struct babel_interface, list) {
		interface->retracts = true;
		interface->sent_serial = 0;
		timer_start(&interface->flush_timer, TELL_DELAY);
	}
}

bool
babel_recovery_distrusts(const struct babel *babel)
{
	return babel->recovery != BABEL_GATHERING &&
	       babel_now(babel) < babel->distrust_until;
}

static void
asking_begin(struct babel *babel)
{
	protocol_trace(&babel->protocol, DEBUG_EVENTS,
		       "All neighbours have told: asking for new seqnos");
	babel->recovery = BABEL_ASKING;
	babel->recovery_due = babel_now(babel) + ASK_MAX;
	hash_each(entry, &babel->entries, struct babel_entry, node) {
		list_each(route, &entry->routes, struct babel_route, in_entry)
			babel_source_distrust(entry, route->router_id, route->seqno);
		babel_request_starved(entry);
	}
}

void
babel_recovery_fire(struct timer *timer)
{
	struct babel *babel = container_of(timer, struct babel, recovery_timer);

	if (babel->recovery == BABEL_GATHERING)
		asking_begin(babel);
	if (babel_now(babel) < babel->recovery_due && answers_are_missing(babel))
		timer_start(timer, ASK_TICK);
	else
		recovery_end(babel);
	babel_settle(babel);
}

void
babel_recovery_start(struct babel *babel)
{
	usec_t time = gather_time(babel);

	if (time == 0) {
		babel->recovery = BABEL_RUNNING;
		return;
	}
	protocol_log(&babel->protocol, LOG_INFO,
		     "The last run crashed: listening before routes change");
	babel->distrust_until = babel_now(babel) + babel_hold_time(babel);
	timer_start(&babel->recovery_timer, time);
}
