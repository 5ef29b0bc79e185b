/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AS paths in wire form with AS numbers of four bytes (RFC 4271 §4.3, RFC 5065 §3).  They
 * are known to be well-formed.
 */
#ifndef PROTO_BGP_PATH_H
#define PROTO_BGP_PATH_H

#include "lib/wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_segment {
	BGP_AS_SET = 1,
	BGP_AS_SEQUENCE,
	BGP_AS_CONFED_SEQUENCE,
	BGP_AS_CONFED_SET
};

/* Its length for the Decision Process: a set counts as one, confederations as nothing
 * (RFC 4271 §9.1.2.2, RFC 5065 §5.3). */
unsigned bgp_path_length(const uint8_t *path, size_t size);
/* The AS it is heard from: the first of the first sequence outside of confederations; 0:
 * there is none, or the path begins with a set. */
uint32_t bgp_path_first(const uint8_t *path, size_t size);
/* The AS it began in: the last, 0 if that is in a set or there is none. */
uint32_t bgp_path_origin(const uint8_t *path, size_t size);
/* How often an AS is in it, also in sets and confederations. */
unsigned bgp_path_count(const uint8_t *path, size_t size, uint32_t as);

/* What is asked of a path that comes in. */
struct bgp_path_look {
	unsigned kinds;  /* Of its segments: a bit for each. */
	unsigned own;    /* How often the AS asked for is in it, as bgp_path_count(). */
	unsigned length; /* As bgp_path_length(). */
	uint32_t first;  /* As bgp_path_first(). */
};
struct bgp_path_look bgp_path_look(const uint8_t *path, size_t size, uint32_t own);

#define BGP_PREPEND_ROOM 6 /* Bytes that one AS more takes at most. */

/* Writes the path with an AS before it, in a segment of that kind (a sequence). */
void bgp_path_prepend(struct wire_out *out, const uint8_t *path, size_t size, uint32_t as,
		      enum bgp_segment segment);
/* Writes what is outside of confederations. */
void bgp_path_leave(struct wire_out *out, const uint8_t *path, size_t size);
/* Writes it with AS numbers of two bytes, AS_TRANS for others (RFC 6793 §4.2.2); true: it
 * needed AS_TRANS. */
bool bgp_path_narrow(struct wire_out *out, const uint8_t *path, size_t size);

#endif
