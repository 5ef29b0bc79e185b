/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a router hold a BGP route that has come back to where it was before?  One with the
 * own AS in its path (RFC 4271 §9.1.2), with an own cluster in its list or that the
 * router itself brought into the AS (RFC 4456 §8).  Reads what is in the tables, as
 * filters do, and asks none of the code that refuses such routes; where BGP is not built
 * in there are none.
 */
#include <string.h>
#include "lib/wire.h"
#include "nest/attr.h"
#include "nest/filter.h"
#include "nest/router.h"
#include "nest/table.h"
#include "proto/bgp/bgp.h"
#include "sim/oracle.h"

/* Who a route must not have passed. */
struct passer {
	struct router *router;
	const struct bgp_config *config; /* Of the instance whose route it is. */
};

static bool table_echoes(struct router *router, const struct table *table,
			 struct text *why);
static bool route_echoes(struct router *router, const struct table *table,
			 const struct route *route, struct text *why);
static bool path_has(const struct value *path, const struct bgp_config *config);
static bool clusters_have(const struct value *clusters, const struct passer *passer);

bool
oracle_echoes(const struct run *run, struct text *why)
{
	for (struct host *host = NULL; (host = host_next(run, host));) {
		if (!host->router)
			continue;
		list_each(entry, &host->router->tables, struct table_entry, link) {
			struct text found = { 0 };
			bool echoes = table_echoes(host->router, entry->table, &found);
			if (echoes)
				text_printf(why, "%s holds %s", sim_node_name(host->node),
					    text_string(&found));
			text_fini(&found);
			if (echoes)
				return true;
		}
	}
	return false;
}

static bool
table_echoes(struct router *router, const struct table *table, struct text *why)
{
	for (node_handle node = 0; (node = table_walk(table, node));) {
		const struct route *route;
		for (route_handle at = table_node_first(table, node); at;
		     at = route->next) {
			route = table_route(table, at);
			if (!(route->flags & (ROUTE_FILTERED | ROUTE_DEAD)) &&
			    route_echoes(router, table, route, why))
				return true;
		}
	}
	return false;
}

static bool
is_bgp(const struct protocol *protocol)
{
	return strcmp(protocol->class->name, "bgp") == 0;
}

static bool
attr_read(const struct passer *passer, const struct attrs *attrs, const char *name,
	  struct value *value)
{
	struct route_draft draft = { .router = passer->router, .attrs = attrs };
	return route_draft_get(&draft, attr_find(passer->router, name), value);
}

/* Null: it was not here before. */
static const char *
echo_of(const struct passer *passer, const struct attrs *attrs)
{
	struct value value;
	if (attr_read(passer, attrs, "bgp_path", &value) &&
	    path_has(&value, passer->config))
		return "its own AS in the path";
	if (!passer->config->terms.internal)
		return NULL;
	if (attr_read(passer, attrs, "bgp_originator_id", &value) &&
	    value.number == passer->router->router_id)
		return "itself as the originator";
	if (attr_read(passer, attrs, "bgp_cluster_list", &value) &&
	    clusters_have(&value, passer))
		return "its own cluster in the list";
	return NULL;
}

static bool
route_echoes(struct router *router, const struct table *table, const struct route *route,
	     struct text *why)
{
	const struct channel *channel = table_source_of(table, route).channel;
	if (!channel || !is_bgp(channel->protocol))
		return false;
	struct passer passer = { router, bgp_config(channel->protocol) };
	const char *what = echo_of(&passer, table_route_attrs(table, route));
	if (what) {
		struct prefix net;
		char words[PREFIX_TEXT];
		table_node_prefix(table, route->node, &net);
		text_printf(why, "a route to %s from %s with %s",
			    prefix_format(&net, words), channel->protocol->name, what);
	}
	return what != NULL;
}

/* More often than it may be. */
static bool
path_has(const struct value *path, const struct bgp_config *config)
{
	uint32_t own = 0;
	struct wire_in in = wire_in(path->bytes, path->size);

	while (wire_left(&in) > 0) {
		wire_skip(&in, 1); /* The kind of segment: all of them count. */
		for (unsigned count = wire_get_u8(&in); count > 0 && !in.bad; count--)
			own += wire_get_u32(&in) == config->local.as;
	}
	return own > config->allow_local_as;
}

/* A router's clusters are those of all its clients in the AS, whoever the route is from;
 * lists are in the host's order in tables. */
static bool
clusters_have(const struct value *clusters, const struct passer *passer)
{
	list_each(protocol, &passer->router->protocols, struct protocol, link) {
		if (!is_bgp(protocol))
			continue;
		const struct bgp_config *config = bgp_config(protocol);
		if (!config->rr_client || config->local.as != passer->config->local.as)
			continue;
		uint32_t one, own = config->rr_cluster_id ? config->rr_cluster_id
							  : passer->router->router_id;
		const uint8_t *list = clusters->bytes;
		for (size_t at = 0; at + sizeof(one) <= clusters->size;
		     at += sizeof(one)) {
			memcpy(&one, list + at, sizeof(one));
			if (one == own)
				return true;
		}
	}
	return false;
}
