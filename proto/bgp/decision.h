/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Decision Process (RFC 4271 §9.1.2.2), in the order BIRD documents: which of two
 * routes of bgp with equal preference is better.
 */
#ifndef PROTO_BGP_DECISION_H
#define PROTO_BGP_DECISION_H

#include "nest/attr.h"
#include "nest/table.h"

struct bgp_config;
struct text;

/* Hooks of the class, see nest/protocol.h. */
int bgp_route_compare(const struct contender *a, const struct contender *b);
route_handle bgp_route_select(const struct table *table, node_handle node,
			      route_handle first);
enum route_contest bgp_route_contest(const struct contender *best,
				     const struct contender *route, int order,
				     bool comes);
/* How ranks order the routes of a channel; null: they don't alone. */
const struct rank_order *bgp_rank_order(const struct bgp_config *config);
bool bgp_route_mergable(const struct contender *best, const struct contender *route);
/* By what the sets say themselves: LOCAL_PREF, the path's length and the origin. */
int bgp_attributes_compare(const struct attrs *a, const struct attrs *b, attr_id base);
/* The set of a route of bgp that came by that channel has something that keeps it from
 * some: a community of those that all know (RFC 1997, RFC 9494), or ONLY_TO_CUSTOMER (RFC
 * 9234). */
bool bgp_is_restricted(const struct channel *from, const struct attrs *attrs);
void bgp_compare_explain(const struct table *table, const struct route *better,
			 const struct route *worse, struct text *text);
void bgp_route_info(const struct table *table, const struct route *route,
		    struct text *text);

#endif
