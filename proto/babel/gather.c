/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After a crash the kernel still forwards by our old routes, and neighbours still send us
 * their packets: a wildcard retraction, as a fresh start needs it, would stop them for
 * nothing.  But our feasibility distances are lost, so whatever we select now may lead
 * back to us.
 *
 *   GATHERING   we listen and say Hello; we advertise what we originate, select nothing
 * and retract nothing; packets |        flow as before v        2.5 Hellos: every
 * neighbour has told all it has running     selection begins.  The first packet retracts
 * everything, and goes on with all that is selected now: who has a route by us that isn't
 * among them drops it before it can be part of a loop.
 *
 * babel->gathering is the state; only the two functions at the end change it.
 */
#include "proto/babel/babel.h"

#include "nest/router.h"

#define HELLOS_NUMERATOR   5 /* 2.5 Hello intervals, */
#define HELLOS_DENOMINATOR 2
#define TIME_MAX           (10 * USEC_S)
/* The tables take up all that is selected first. */
#define TELL_DELAY (5 * USEC_MS)

void
babel_gather_retract(struct babel_interface *interface)
{
	struct babel_tlv retraction = { .type = BABEL_TLV_UPDATE,
					.update = { .wildcard = true,
						    .interval = BABEL_INTERVAL_MAX,
						    .metric = BABEL_INFINITY } };

	if (!interface->retracts)
		return;
	interface->retracts = false;
	babel_output_flush(&interface->output);
	babel_output_put(&interface->output, &retraction, BABEL_URGENT);
}

static usec_t
gather_time(const struct babel *babel)
{
	usec_t hello = 0;

	list_each(interface, &babel->interfaces, struct babel_interface, list)
		hello = MAX(hello, interface->hello_interval);
	return MIN(hello * HELLOS_NUMERATOR / HELLOS_DENOMINATOR, TIME_MAX);
}

void
babel_gather_fire(struct timer *timer)
{
	struct babel *babel = container_of(timer, struct babel, gather);

	babel->gathering = false;
	protocol_trace(&babel->protocol, DEBUG_EVENTS, "All neighbours have told");
	list_each(interface, &babel->interfaces, struct babel_interface, list) {
		interface->retracts = true;
		interface->sent_serial = 0;
		timer_start(&interface->flush_timer, TELL_DELAY);
	}
	babel_settle(babel);
}

void
babel_gather_start(struct babel *babel)
{
	usec_t time = gather_time(babel);

	babel->gathering = time > 0;
	if (!babel->gathering)
		return;
	protocol_log(&babel->protocol, LOG_INFO,
		     "The last run crashed: listening before routes change");
	timer_start(&babel->gather, time);
}
