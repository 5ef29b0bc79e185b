/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hello history and link cost: RFC 8966 §3.4.3, §3.5.2 and App. A.  Pure arithmetic on a
 * neighbour's numbers; timers and their consequences are neighbour.c's.
 */
#include "proto/babel/babel.h"

#define ETX_WINDOW     6 /* RFC 8966 §A.2.2: the newest Hellos that beta is taken from. */
#define ETX_WINDOW_MIN 3
#define ETX_UNIT       256
#define LATE_NUMERATOR \
	3 /* RFC 8966 §A.1: a Hello counts as missed after 1.5 intervals … */
#define LATE_DENOMINATOR 2

static unsigned
bits_count(unsigned bits)
{
	unsigned count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

/* How far ahead of what was expected; negative: behind. */
static int
hello_distance(const struct babel_history *history, const struct babel_hello *hello)
{
	return (int16_t)(uint16_t)(hello->seqno - history->expected);
}

bool
babel_history_is_reset(const struct babel_history *history,
		       const struct babel_hello *hello)
{
	int distance = hello_distance(history, hello);

	return history->known && (distance > BABEL_HISTORY || distance < -BABEL_HISTORY);
}

void
babel_history_hello(struct babel_history *history, const struct babel_hello *hello,
		    usec_t now)
{
	int distance = history->known ? hello_distance(history, hello) : 0;

	if (babel_history_is_reset(history, hello))
		distance = 0;
	if (distance < 0) {
		/* RFC 8966 §A.1: the interval grew without our noticing; undo history. */
		history->received = (uint16_t)(history->received >> -distance);
		history->count = (uint8_t)MAX(history->count + distance, 0);
	} else {
		/* RFC 8966 §A.1: Hellos were lost; fast-forward. */
		history->received = (uint16_t)((uint32_t)history->received << distance);
		history->count = (uint8_t)MIN(history->count + distance, BABEL_HISTORY);
	}
	history->received = (uint16_t)((history->received << 1) | 1);
	history->count = (uint8_t)MIN(history->count + 1, BABEL_HISTORY);
	history->expected = (uint16_t)(hello->seqno + 1);
	history->known = true;
	/* RFC 8966 §3.4.1: an unscheduled Hello makes no new promise. */
	if (hello->interval == 0)
		return;
	history->promised = true;
	history->interval = hello->interval * 10 * USEC_MS;
	history->due = now + history->interval * LATE_NUMERATOR / LATE_DENOMINATOR;
}

void
babel_history_miss(struct babel_history *history)
{
	history->received = (uint16_t)(history->received << 1);
	history->count = (uint8_t)MIN(history->count + 1, BABEL_HISTORY);
	history->expected++;
	/* RFC 8966 §A.1: no further margin, the jitter is in the one that just ended. */
	history->due += history->interval;
}

/* RFC 8966 §A.2.1: k out of j; 2 of the last 3, or `limit` of the last 16 (as a share,
 * while there were fewer). */
static bool
history_is_up(const struct babel_history *history, uint32_t limit)
{
	if (!history->known)
		return false;
	if (limit == 0)
		return bits_count(history->received & 7) >= 2;
	return history->received &&
	       bits_count(history->received) * BABEL_HISTORY >= limit * history->count;
}

static uint16_t
etx_rx(const struct babel_neighbour *neighbour)
{
	/* RFC 8966 §A.2.2: only Multicast Hellos tell the quality. */
	const struct babel_history *history = &neighbour->multicast;
	unsigned window = MIN(MAX(history->count, ETX_WINDOW_MIN), ETX_WINDOW);
	unsigned heard = bits_count(history->received & ((1u << window) - 1));
	uint32_t cost;

	if (!history->known || heard == 0)
		return BABEL_INFINITY;
	cost = neighbour->interface->rxcost * window / heard;
	return (uint16_t)MIN(cost, BABEL_INFINITY);
}

uint16_t
babel_cost_rx(const struct babel_neighbour *neighbour)
{
	const struct babel_interface *interface = neighbour->interface;
	uint32_t limit = interface->config->limit;

	if (interface->type == BABEL_WIRELESS)
		return etx_rx(neighbour);
	/* RFC 8966 §A.2.1: up if either kind of Hello says so. */
	if (history_is_up(&neighbour->multicast, limit) ||
	    history_is_up(&neighbour->unicast, limit))
		return interface->rxcost;
	return BABEL_INFINITY;
}

uint16_t
babel_cost_link(const struct babel_neighbour *neighbour)
{
	uint32_t rx = neighbour->rxcost, tx = neighbour->txcost;
	uint64_t cost = tx;

	if (rx == BABEL_INFINITY || tx == BABEL_INFINITY)
		return BABEL_INFINITY;
	if (neighbour->interface->type == BABEL_WIRELESS)
		cost = (uint64_t)MAX(tx, ETX_UNIT) * rx / ETX_UNIT;
	/* RFC 8966 §3.4.3: strictly positive, whatever an IHU says. */
	return (uint16_t)MIN(MAX(cost, 1), BABEL_INFINITY);
}

uint16_t
babel_metric_add(uint16_t cost, uint16_t metric)
{
	uint32_t sum = (uint32_t)cost + metric;

	if (cost == BABEL_INFINITY || metric == BABEL_INFINITY)
		return BABEL_INFINITY;
	return (uint16_t)MIN(sum, BABEL_INFINITY);
}
