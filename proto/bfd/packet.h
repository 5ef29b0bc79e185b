/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD Control packets: bytes to a struct and back (RFC 5880 §4.1, and of §6.8.6 what the
 * packet alone shows).  Pure: no state, no allocation, reading through lib/wire.h.
 */
#ifndef PROTO_BFD_PACKET_H
#define PROTO_BFD_PACKET_H

#include "lib/wire.h"
#include "nest/bfd.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BFD_VERSION     1
#define BFD_PACKET_SIZE 24 /* Without an authentication section, which we never send. */

/* Why a packet is discarded, in the order of RFC 5880 §6.8.6. */
enum bfd_drop {
	BFD_DROP_NONE,
	BFD_DROP_SHORT, /* No whole mandatory section. */
	BFD_DROP_VERSION,
	BFD_DROP_LENGTH,        /* Its length is less than its parts or more than came. */
	BFD_DROP_MULTIPLIER,    /* 0 */
	BFD_DROP_MULTIPOINT,    /* The bit is set. */
	BFD_DROP_DISCRIMINATOR, /* The sender's is 0. */
	BFD_DROP_STATE,         /* It knows no session with us, but says it is in one. */
	BFD_DROP_AUTHENTICATION, /* It is authenticated; sessions here are not. */
	/* Named by the protocol, counted in the same place. */
	BFD_DROP_TTL,     /* It came from further away than a session allows. */
	BFD_DROP_SESSION, /* Of none that we have. */
	BFD_DROP_COUNT
};

struct bfd_packet {
	uint8_t diagnostic; /* enum bfd_diagnostic, or a number that has no name yet. */
	uint8_t state;      /* enum bfd_state */
	bool poll, final, control_plane_independent, demand;
	uint8_t multiplier;
	uint32_t my_discriminator, your_discriminator;
	/* Microseconds. */
	uint32_t desired_min_tx, required_min_rx, required_min_echo_rx;
};

/* A datagram's payload; only where nothing is to be dropped is `packet` filled in. */
enum bfd_drop bfd_packet_read(const void *bytes, size_t size, struct bfd_packet *packet);
void bfd_packet_write(struct wire_out *out, const struct bfd_packet *packet);
/* "wrong version" */
const char *bfd_drop_name(enum bfd_drop drop);

#endif
