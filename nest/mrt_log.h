/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of what protocols hear and say, as MRT records (RFC 6396): `mrtdump "FILE"`.
 * Records wait in memory and are appended to the file a few times a second, or as soon as
 * they are many, so that there is one write for many; a file is opened for each such
 * piece, so that it may be moved away, a named pipe stays open for as long as it is read.
 */
#ifndef NEST_MRT_LOG_H
#define NEST_MRT_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct protocol;
struct router;

/* What of an instance is logged.  MRT_ALL is what `all` is in BIRD, which logs nothing
 * that it sends: who reads its files may take it for received. */
enum mrt_what {
	MRT_STATES = 1 << 0,
	MRT_MESSAGES = 1 << 1, /* Received. */
	MRT_SENT = 1 << 2,
	MRT_ALL = MRT_STATES | MRT_MESSAGES
};

/* RFC 6396 §4 */
enum { MRT_BGP4MP = 16, MRT_BGP4MP_ET = 17 };

/* The instance's are, and there is a file for them. */
bool mrt_log_wants(const struct protocol *protocol, enum mrt_what what);
/* Adds a record of type MRT_BGP4MP (or _ET, as configured) that is made of these two
 * parts; null: nothing.  Where MRT_LOG_MOST bytes wait they are written first; what can't
 * be written is lost, which is said at once, and how much that was when none is lost any
 * more.  Into a pipe that is full so many bytes wait until it is read.  Its reader gets
 * whole records from the first on, and no end until the router is no more, or the pipe is
 * another's; what comes while nobody reads it is lost. */
void mrt_log_add(struct router *router, uint16_t subtype, const void *head,
		 size_t head_size, const void *body, size_t body_size);
/* Lets go of a pipe that the router's configuration, which is new, has no more; `former`:
 * the file of the one before, or null.  Records that wait are for the new one. */
void mrt_log_move(struct router *router, const char *former);
/* Writes what waits; called by router_free(). */
void mrt_log_free(struct router *router);

#define MRT_LOG_MOST ((size_t)8 << 20)

#endif
