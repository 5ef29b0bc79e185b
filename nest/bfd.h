/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bidirectional Forwarding Detection as protocols see it (RFC 5882): one asks for a
 * session with a neighbour and is told what becomes of it.  Who has sessions, protocol
 * bfd, offers itself to the router; who asks finds it there and need not know it.
 * Requests for the same neighbour share a session.
 *
 *   bgp, static, babel …  bfd_request_open() ---.          .--- bfd_provider_open()  bfd
 *                                               v          v
 *                                 requests of the router, each with a provider, or
 *                                 waiting for one that takes it: then its state is
 *                                 BFD_ADMIN_DOWN
 */
#ifndef NEST_BFD_H
#define NEST_BFD_H

#include "lib/addr.h"
#include "lib/list.h"
#include "nest/bfd_options.h"
#include <stdbool.h>
#include <stdint.h>

struct router;

/* RFC 5880 §4.1 */
enum bfd_state { BFD_ADMIN_DOWN, BFD_DOWN, BFD_INIT, BFD_UP };

/* Why a session is not up (RFC 5880 §4.1). */
enum bfd_diagnostic {
	BFD_DIAGNOSTIC_NONE,
	BFD_DIAGNOSTIC_EXPIRED, /* Nothing came for the detection time. */
	BFD_DIAGNOSTIC_ECHO,    /* The echo function failed. */
	BFD_DIAGNOSTIC_NEIGHBOUR /* The neighbour said so. */,
	BFD_DIAGNOSTIC_FORWARDING_RESET,
	BFD_DIAGNOSTIC_PATH,
	BFD_DIAGNOSTIC_CONCATENATED_PATH,
	BFD_DIAGNOSTIC_ADMIN, /* Somebody wants it so. */
	BFD_DIAGNOSTIC_REVERSE_PATH
};

/* Somebody wants to know whether a neighbour can be reached.  Embedded in its owner,
 * zeroed, then filled in. */
struct bfd_request {
	struct list link; /* In the router's. */
	/* Before bfd_request_open(); steady until bfd_request_close(). */
	struct addr addr;           /* The neighbour. */
	struct addr local;          /* Our address; addr_any: any, unless `multihop`. */
	uint32_t index;             /* Interface; 0: found by `addr`, or `multihop`. */
	bool multihop;              /* RFC 5883; else RFC 5881. */
	struct bfd_options options; /* What is 0 there, the provider says. */
	/* `state` is another one now; may close the request, and open and close others.
	 * Never called from below bfd_request_open() and bfd_request_close(). */
	void (*changed)(struct bfd_request *);
	/* For the owner to read.  A neighbour has failed when BFD_UP becomes BFD_DOWN;
	 * what never was up, or is BFD_ADMIN_DOWN, here or at the neighbour, tells
	 * nothing of it (RFC 5882 §3.2).
	 */
	enum bfd_state state, former; /* Now, and before the last change. */
	uint8_t diagnostic;           /* enum bfd_diagnostic: the reason of it. */
	/* For the provider. */
	struct bfd_provider *provider; /* Null: it waits. */
	void *session;                 /* The provider's. */
};

/* Who has sessions. Embedded in its owner. */
struct bfd_provider {
	struct list link; /* In the router's; the first that takes a request has it. */
	struct router *router;
	/* Takes a request (sets its `session`, and `state` and `diagnostic` where it
	 * joins a session that stands), or says false: another may. */
	bool (*take)(struct bfd_provider *, struct bfd_request *);
	/* The request is over, or has other options. */
	void (*drop)(struct bfd_provider *, struct bfd_request *);
	void (*update)(struct bfd_provider *, struct bfd_request *);
};

/* ---- for who asks ---- */

/* From now on `state` is kept. */
void bfd_request_open(struct router *router, struct bfd_request *request);
/* Accepts one that is not open. */
void bfd_request_close(struct bfd_request *request);
static inline bool
bfd_request_is_open(const struct bfd_request *request)
{
	return request->link.next != NULL && !list_is_empty(&request->link);
}

/* `options` are others now. */
void bfd_request_update(struct bfd_request *request);
/* Down Init Up AdminDown, as BIRD has them. */
const char *bfd_state_name(enum bfd_state state);

/* ---- for providers ---- */

/* Is offered what waits, and all that is asked for later. */
void bfd_provider_open(struct router *router, struct bfd_provider *provider);
/* Takes no more; what it had is offered to others, and is told of where its state
 * changes by it.  Accepts one that is not open. */
void bfd_provider_close(struct bfd_provider *provider);
/* What is waiting is offered anew: the provider would judge otherwise now. */
void bfd_provider_retry(struct bfd_provider *provider);
/* The provider will have the request no longer: it is offered to others, or waits. */
void bfd_request_release(struct bfd_request *request);
/* The session of the request has another state: calls changed() if it has. */
void bfd_request_tell(struct bfd_request *request, enum bfd_state state,
		      uint8_t diagnostic);

#endif
