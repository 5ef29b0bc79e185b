/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes of a neighbour that is away: kept over its restart (RFC 4724), and as a last
 * resort for longer (RFC 9494).
 */
#ifndef PROTO_BGP_STALE_H
#define PROTO_BGP_STALE_H

#include <stdbool.h>

struct attrs;
struct bgp;
struct bgp_agreed;
struct bgp_rib;
struct protocol;

/* RFC 9494 §4.1 */
#define BGP_WELL_KNOWN 0xffff0000u /* From here on. */
#define BGP_LLGR_STALE 0xffff0006u
#define BGP_NO_LLGR    0xffff0007u

void bgp_stale_init(struct bgp_rib *rib);
void bgp_stale_fini(struct bgp_rib *rib);
/* The session that ran by `agreed` is lost and may come back: keeps the routes, or not.
 */
void bgp_stale_lose(struct bgp_rib *rib, const struct bgp_agreed *agreed);
/* A session is back. */
void bgp_stale_resume(struct bgp_rib *rib, const struct bgp_agreed *agreed);
/* The neighbour's mark has come. */
void bgp_stale_end(struct bgp_rib *rib);
/* The set with the community LLGR_STALE, a use is the caller's; null: the route is not
 * one to be kept for long. */
struct attrs *bgp_stale_mark(struct protocol *protocol, struct attrs *attrs);

/* Some routes of the neighbour may stay when the session is lost. */
bool bgp_stale_may_keep(const struct bgp_agreed *agreed);
/* The neighbour did not come back in its restart time. */
void bgp_stale_wait_over(struct bgp *bgp);
/* Some are kept. */
bool bgp_stale_is_kept(const struct bgp *bgp);

#endif
