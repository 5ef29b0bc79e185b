/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a router hold a BGP route that has come back to where it was before?  One with the
 * own AS in its path (RFC 4271 §9.1.2), with an own cluster in its list or that the
 * router itself brought into the AS (RFC 4456 §8).  Reads what is in the tables, and asks
 * none of the code that refuses such routes.
 */
#include <string.h>
#include "lib/wire.h"
#include "nest/router.h"
#include "nest/table.h"
#include "proto/bgp/bgp.h"
#include "proto/bgp/update.h"
#include "sim/oracle.h"

/* Who a route must not have passed. */
struct passer {
	const struct router *router;
	const struct bgp *bgp; /* Whose route it is. */
	const struct bgp_config *config;
	attr_id base; /* Of the attributes. */
};

static bool table_echoes(const struct router *router, const struct table *table,
			 struct text *why);
static bool route_echoes(const struct router *router, const struct table *table,
			 const struct route *route, struct text *why);
static bool path_has(const struct bgp_field *path, const struct bgp_config *config);
static bool clusters_have(const struct bgp_field *clusters, const struct passer *passer);

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
table_echoes(const struct router *router, const struct table *table, struct text *why)
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
route_echoes(const struct router *router, const struct table *table,
	     const struct route *route, struct text *why)
{
	const struct channel *channel = table_source_of(table, route).channel;
	struct bgp_field field;
	struct value block;
	const char *what = NULL;

	if (!channel || channel->protocol->class != &bgp_class)
		return false;
	struct passer passer = { .router = router,
				 .bgp = (const struct bgp *)channel->protocol,
				 .config = bgp_config(channel->protocol),
				 .base = channel->protocol->attr_base };
	if (!bgp_block_of(table_route_attrs(table, route), passer.base, &block))
		return false;
	struct wire_in in = wire_in(block.bytes, block.size);
	while (!what && bgp_block_next(&in, &field)) {
		if (field.type == BGP_ATTRIBUTE_AS_PATH &&
		    path_has(&field, passer.config))
			what = "its own AS in the path";
		if (!passer.config->terms.internal)
			continue;
		if (field.type == BGP_ATTRIBUTE_ORIGINATOR_ID &&
		    wire_load_u32(field.value) == router->router_id)
			what = "itself as the originator";
		if (field.type == BGP_ATTRIBUTE_CLUSTER_LIST &&
		    clusters_have(&field, &passer))
			what = "its own cluster in the list";
	}
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
path_has(const struct bgp_field *path, const struct bgp_config *config)
{
	uint32_t own = 0;
	struct wire_in in = wire_in(path->value, path->size);

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
clusters_have(const struct bgp_field *clusters, const struct passer *passer)
{
	list_each(protocol, &passer->router->protocols, struct protocol, link) {
		if (protocol->class != &bgp_class)
			continue;
		const struct bgp_config *config = bgp_config(protocol);
		if (!config->rr_client || config->local.as != passer->config->local.as)
			continue;
		uint32_t one, own = config->rr_cluster_id ? config->rr_cluster_id
							  : passer->router->router_id;
		for (size_t at = 0; at + sizeof(one) <= clusters->size;
		     at += sizeof(one)) {
			memcpy(&one, clusters->value + at, sizeof(one));
			if (one == own)
				return true;
		}
	}
	return false;
}
