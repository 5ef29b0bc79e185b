/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What transport plain sends in UDP datagrams, read and written.  Pure: no state, no
 * world.  All numbers are big-endian.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------+---------------+-------------------------------+
 *     |    version    |     type      |              tag              |
 *     +---------------+---------------+-------------------------------+
 *
 *     data          an IP packet follows
 *     probe, reply  8 bytes follow: the clock of whoever probes, which the reply repeats,
 *                   so that nothing needs remembering
 *
 * The tag is agreed upon by both sides; it tells links between the same endpoints apart.
 */
#ifndef TRANSPORT_PLAIN_PACKET_H
#define TRANSPORT_PLAIN_PACKET_H

#include "lib/addr.h"
#include <stddef.h>
#include <stdint.h>

#define PLAIN_VERSION 1
#define PLAIN_HEADER  4 /* Bytes before the IP packet. */

enum plain_type { PLAIN_DATA, PLAIN_PROBE, PLAIN_REPLY, PLAIN_TYPES };

/* Why a packet was dropped. */
enum plain_drop {
	PLAIN_GOOD,
	/* By the codec. */
	PLAIN_TRUNCATED, /* It ends too early. */
	PLAIN_FOREIGN,   /* Another version. */
	PLAIN_BAD_TYPE,
	PLAIN_BAD_SIZE, /* There is more, or the IP header says another size. */
	PLAIN_NOT_IP,   /* Neither IPv4 nor IPv6. */
	/* By the transport. */
	PLAIN_STRANGER,  /* From nobody we know. */
	PLAIN_STALE,     /* A reply to no probe of late. */
	PLAIN_LINK_DOWN, /* The peer has not answered of late. */
	PLAIN_NO_ROUTE,  /* To nobody. */
	PLAIN_MULTICAST, /* To nobody in particular. */
	PLAIN_TOO_BIG,
	PLAIN_NOT_SENT,  /* The system refused the datagram. */
	PLAIN_NOT_TAKEN, /* The system refused the packet from the peer. */
	PLAIN_DROPS
};

struct plain_packet {
	uint8_t type; /* enum plain_type */
	uint16_t tag;
	uint64_t clock;      /* Probe and reply; microseconds. */
	const uint8_t *data; /* Data: the IP packet, in place. */
	size_t size;         /* Of it. */
};

/* Takes a datagram apart: PLAIN_GOOD, or what is wrong with it. */
enum plain_drop plain_packet_read(const void *bytes, size_t size,
				  struct plain_packet *packet);
/* Writes one into `room` bytes: its size, 0 if there is no room. */
size_t plain_packet_write(const struct plain_packet *packet, void *bytes, size_t room);
/* PLAIN_GOOD if these are one whole IP packet, as far as its header says; then where it
 * goes. */
enum plain_drop plain_packet_destination(const void *bytes, size_t size, struct addr *to);
/* "link down" and the like. */
const char *plain_drop_name(enum plain_drop drop);

#endif
