/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probing of the packet size: a tunnel may lose every large packet while Hellos pass, and
 * then its routes never arrive (T-26).  So a new neighbour gets a packet padded to full
 * size that asks for acknowledgment (RFC 8966 §3.3, §4.6.2); if none comes, packets on
 * that link become smaller, down to the 512 octets that RFC 8966 §4 promises.
 *
 * A way may become narrower later: large periodic dumps ask for acknowledgment, too, and
 * who doesn't give it is probed again.
 */
#include "proto/babel/babel.h"

#include "lib/pool.h"
#include "nest/router.h"

#define TRIES         4
#define TIMEOUT       (400 * USEC_MS) /* Of each. */
#define SIZE_SMALLEST 512
#define WATCH_TIMEOUT (600 * USEC_MS)

static void probe_fire(struct timer *timer);

void
babel_probe_init(struct babel_probe *probe, struct babel_neighbour *neighbour)
{
	probe->neighbour = neighbour;
	timer_init(&probe->timer, neighbour->interface->babel->protocol.router,
		   probe_fire);
}

void
babel_probe_fini(struct babel_probe *probe)
{
	timer_stop(&probe->timer);
}

static void
probe_send(struct babel_probe *probe)
{
	struct babel_interface *interface = probe->neighbour->interface;
	struct babel *babel = interface->babel;
	struct babel_ack_request request = { .opaque = probe->opaque,
					     .interval = BABEL_ACK_INTERVAL };
	uint8_t *packet = pool_alloc_raw(babel->protocol.pool, probe->size);
	struct babel_writer writer;

	babel_writer_open(&writer, packet, probe->size, interface->local);
	babel_write_ack_request(&writer, &request);
	babel_write_padding(&writer);
	babel_send(interface, probe->neighbour->addr, packet,
		   babel_writer_close(&writer));
	pool_release(babel->protocol.pool, packet);
	timer_start(&probe->timer, TIMEOUT);
}

static void
probe_begin(struct babel_probe *probe, size_t size)
{
	probe->size = size;
	probe->tries = 0;
	probe->opaque = ++probe->neighbour->interface->babel->opaque;
	probe_send(probe);
}

void
babel_probe_start(struct babel_neighbour *neighbour)
{
	struct babel_interface *interface = neighbour->interface;
	unsigned count = 0;

	list_each(other, &interface->neighbours, struct babel_neighbour, list)
		count++;
	neighbour->probe.limit = 0;
	neighbour->probe.known = false;
	/* The way to a crowd is the same for all, and too narrow for so many large
	 * packets. */
	if (count <= BABEL_CROWD)
		probe_begin(&neighbour->probe, babel_output_size(interface));
}

void
babel_probe_watch(struct babel_interface *interface)
{
	struct babel *babel = interface->babel;
	struct babel_tlv tlv = { .type = BABEL_TLV_ACK_REQUEST,
				 .ack_request = { .opaque = ++babel->opaque,
						  .interval = BABEL_ACK_INTERVAL } };
	bool any = false;

	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list) {
		struct babel_probe *probe = &neighbour->probe;

		if (!probe->known || timer_is_running(&probe->timer))
			continue;
		probe->size = 0;
		probe->opaque = babel->opaque;
		timer_start(&probe->timer, WATCH_TIMEOUT);
		any = true;
	}
	if (any)
		babel_output_put(&interface->output, &tlv, BABEL_URGENT);
}

bool
babel_probe_answered(struct babel_neighbour *neighbour, uint16_t opaque)
{
	struct babel_probe *probe = &neighbour->probe;

	if (!timer_is_running(&probe->timer) || probe->opaque != opaque)
		return false;
	probe->known = true;
	timer_stop(&probe->timer);
	return true;
}

/* What was sent in larger packets did not arrive. */
static void
probe_shrink(struct babel_probe *probe)
{
	struct babel_neighbour *neighbour = probe->neighbour;
	struct babel *babel = neighbour->interface->babel;
	size_t size = MAX(probe->size * 3 / 4, SIZE_SMALLEST);

	protocol_log(&babel->protocol, LOG_WARNING,
		     "A neighbour on %s does not get packets of %u octets; sending "
		     "smaller ones",
		     neighbour->interface->link->name, (unsigned)probe->size);
	probe->limit = size;
	babel_output_flush(&neighbour->interface->output);
	neighbour->dump.begun = 0;
	babel_dump_start(&neighbour->dump);
	if (size > SIZE_SMALLEST)
		probe_begin(probe, size);
}

static void
probe_fire(struct timer *timer)
{
	struct babel_probe *probe = container_of(timer, struct babel_probe, timer);

	/* Nothing arrives now, small or large: that is for Hellos to find out. */
	if (probe->neighbour->cost == BABEL_INFINITY)
		return;
	if (probe->size == 0)
		probe_begin(probe, babel_output_size(probe->neighbour->interface));
	else if (++probe->tries < TRIES)
		probe_send(probe);
	else if (probe->size > SIZE_SMALLEST)
		probe_shrink(probe);
}
