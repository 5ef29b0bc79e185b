/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output: TLVs are gathered into packets as large as the link takes, and leave after a
 * random delay that keeps to their urgency (RFC 8966 §3.1, §4).
 */
#include "proto/babel/babel.h"

#include <assert.h>
#include "lib/pool.h"
#include "nest/router.h"

#define HEADERS       48    /* RFC 8966 §4: UDP over IPv6. */
#define SIZE_MIN      512   /* RFC 8966 §4: every speaker takes that much. */
#define SIZE_MAX_SENT 16384 /* Enough on any link. */
#define SOON_MAX      (30 * USEC_MS)
#define URGENT_MIN    (2 * USEC_MS)
#define URGENT_MAX \
	(20 * USEC_MS) /* RFC 8966 App. B has 200 ms; a mesh has several hops. */

static void output_fire(struct timer *timer);

size_t
babel_output_size(const struct babel_interface *interface)
{
	size_t size = interface->link->mtu > SIZE_MIN + HEADERS
			      ? interface->link->mtu - HEADERS
			      : SIZE_MIN;

	if (interface->config->tx_length)
		size = MIN(size, interface->config->tx_length);
	/* What goes to all must reach the one with the narrowest way. */
	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list)
		if (neighbour->probe.limit)
			size = MIN(size, neighbour->probe.limit);
	return MIN(MAX(size, SIZE_MIN), SIZE_MAX_SENT);
}

void
babel_output_init(struct babel_output *output, struct babel_interface *interface,
		  struct addr to)
{
	output->interface = interface;
	output->to = to;
	timer_init(&output->timer, interface->babel->protocol.router, output_fire);
}

static void
output_reset(struct babel_output *output)
{
	pool_release(output->interface->babel->protocol.pool, output->packet);
	output->packet = NULL;
	output->wait = NULL;
	timer_stop(&output->timer);
}

void
babel_output_fini(struct babel_output *output)
{
	if (output->wait)
		babel_ack_wait_free(output->wait);
	output_reset(output);
}

static void
output_open(struct babel_output *output)
{
	struct babel_interface *interface = output->interface;
	size_t size = babel_output_size(interface);

	if (output->packet)
		return;
	output->packet = pool_alloc_raw(interface->babel->protocol.pool, size);
	babel_writer_open(&output->writer, output->packet, size, interface->local);
}

usec_t
babel_output_delay(const struct babel_interface *interface, enum babel_urgency urgency)
{
	usec_t hello = interface->hello_interval;
	usec_t high = hello / 2;
	usec_t low = hello / 4;

	switch (urgency) {
	case BABEL_URGENT:
		low = MIN(URGENT_MIN, hello / 16);
		high = MIN(URGENT_MAX, hello / 8);
		break;
	case BABEL_SOON:
		high = MIN(SOON_MAX, hello / 16);
		low = high / 4;
		break;
	case BABEL_LAZY: break;
	}
	return babel_jitter(interface->babel, low, high);
}

usec_t
babel_pace_due(const struct babel_pace *pace, usec_t due, usec_t gap, unsigned burst)
{
	return MAX(due, pace->spent - (usec_t)burst * gap);
}

void
babel_pace_spend(struct babel_pace *pace, usec_t now, usec_t gap)
{
	pace->spent = MAX(pace->spent, now) + gap;
}

void
babel_output_reserve(struct babel_output *output, size_t size)
{
	if (output->packet && wire_room(&output->writer.out) < size)
		babel_output_flush(output);
	output_open(output);
}

void
babel_output_put(struct babel_output *output, const struct babel_tlv *tlv,
		 enum babel_urgency urgency)
{
	output_open(output);
	if (!babel_write_tlv(&output->writer, tlv)) {
		bool fits;

		babel_output_flush(output);
		output_open(output);
		fits = babel_write_tlv(&output->writer, tlv);
		assert(fits);
		(void)fits;
	}
	/* One draw of a delay per packet, unless something in it is in more of a hurry.
	 */
	if (timer_is_running(&output->timer) && urgency <= output->urgency)
		return;
	output->urgency = urgency;
	timer_start_earlier(&output->timer,
			    babel_output_delay(output->interface, urgency));
}

void
babel_send(struct babel_interface *interface, struct addr to, const void *packet,
	   size_t size)
{
	struct babel *babel = interface->babel;
	int error = link_port_send(interface->port, to, packet, size);

	if (error)
		babel->send_errors++;
	else
		babel->packets_sent++;
	protocol_trace(&babel->protocol, DEBUG_PACKETS, "Sent %u bytes on %s",
		       (unsigned)size, interface->link->name);
}

void
babel_output_flush(struct babel_output *output)
{
	size_t size = output->packet ? babel_writer_close(&output->writer) : 0;
	struct babel_ack_wait *wait = output->wait;

	if (size > 0)
		babel_send(output->interface, output->to, output->packet, size);
	output_reset(output);
	if (wait)
		babel_ack_sent(wait);
}

static void
output_fire(struct timer *timer)
{
	babel_output_flush(container_of(timer, struct babel_output, timer));
}
