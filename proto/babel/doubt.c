/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Doubt: a Hello is missed. By 2-out-of-3 (RFC 8966 §A.2.1) the next one must be missed
 * as well before the link is down, and that takes an interval; so the neighbour is asked
 * meanwhile whether it is there (RFC 8966 §3.3: who is asked MUST acknowledge). If no
 * answer comes, the next Hello counts as missed at once. Should it come after all, it
 * takes that back (RFC 8966 §A.1).
 *
 * Nobody is doubted who has never acknowledged anything, nor on wireless links, whose
 * cost is made of all Hellos.
 */
#include "proto/babel/babel.h"

#include "nest/router.h"

#define QUESTIONS    3
#define PATIENCE_MAX USEC_S          /* For all of them; at most half a Hello interval. */
#define PATIENCE_MIN (300 * USEC_MS) /* Less would only doubt those who are busy. */
#define ANSWER_SHARE (QUESTIONS + 1) /* The last one has twice the time. */

static void doubt_fire(struct timer *timer);

void
babel_doubt_init(struct babel_doubt *doubt, struct babel_neighbour *neighbour)
{
	doubt->neighbour = neighbour;
	timer_init(&doubt->timer, neighbour->interface->babel->protocol.router,
		   doubt_fire);
}

void
babel_doubt_end(struct babel_doubt *doubt)
{
	timer_stop(&doubt->timer);
}

static usec_t
doubt_patience(const struct babel_doubt *doubt)
{
	return MIN(doubt->neighbour->multicast.interval / 2, PATIENCE_MAX);
}

static void
doubt_ask(struct babel_doubt *doubt)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_ACK_REQUEST,
				 .ack_request = { .opaque = doubt->opaque,
						  .interval = BABEL_ACK_INTERVAL } };
	usec_t pause = doubt_patience(doubt) / ANSWER_SHARE;

	doubt->asked++;
	babel_output_put(&doubt->neighbour->output, &tlv, BABEL_URGENT);
	timer_start(&doubt->timer, doubt->asked < QUESTIONS ? pause : 2 * pause);
}

void
babel_doubt_begin(struct babel_doubt *doubt)
{
	const struct babel_neighbour *neighbour = doubt->neighbour;
	const struct babel_interface *interface = neighbour->interface;

	if (!neighbour->acknowledges || neighbour->cost == BABEL_INFINITY ||
	    interface->type == BABEL_WIRELESS || interface->config->limit ||
	    doubt_patience(doubt) < PATIENCE_MIN)
		return;
	doubt->asked = 0;
	doubt->opaque = ++interface->babel->opaque;
	doubt_ask(doubt);
}

bool
babel_doubt_answered(struct babel_doubt *doubt, uint16_t opaque)
{
	if (!timer_is_running(&doubt->timer) || doubt->opaque != opaque)
		return false;
	babel_doubt_end(doubt);
	return true;
}

static void
doubt_fire(struct timer *timer)
{
	struct babel_doubt *doubt = container_of(timer, struct babel_doubt, timer);
	struct babel *babel = doubt->neighbour->interface->babel;

	if (doubt->asked < QUESTIONS)
		doubt_ask(doubt);
	else
		babel_neighbour_missed(doubt->neighbour);
	babel_settle(babel);
}
