/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UPDATEs to routes: what of them is acceptable (RFC 4271 §9.1.2, RFC 4456 §8, RFC 9234
 * §5), and the attribute sets they get.
 */
#include "proto/bgp/adj_rib_in.h"

#include <assert.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "proto/bgp/lane.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/path.h"
#include "proto/bgp/rank.h"
#include "proto/bgp/rib.h"

/* Lanes without a route that cost nothing worth the search. */
#define LANES_IDLE 1024u

/* Attributes that came, on their way to a set. */
struct incoming {
	const struct bgp_rib *rib;
	const struct bgp_config *config;
	const struct bgp_routes *routes;
	const uint8_t *block;
	size_t size;
	/* What is asked of them, and of the path. */
	struct bgp_block_look look;
	struct bgp_path_look path;
	uint64_t rank;
};

static void refusals_add(struct bgp_rib *rib, const char *why, uint64_t count);
static void incoming_read(struct incoming *incoming, const struct bgp_rib *rib,
			  const uint8_t *block, size_t size);
static const char *block_refusal(const struct incoming *incoming);
static const char *path_refusal(const struct incoming *incoming);
static const char *reflection_refusal(const struct incoming *incoming);
static const char *leak(const struct incoming *incoming, bool *marks);
static bool attrs_find(struct bgp_rib *rib, const struct bgp_reach *reach, unsigned room,
		       size_t size);
static bool attrs_make(struct bgp_rib *rib, struct nexthop *nexthop, const uint8_t *block,
		       size_t size);
static void attrs_leave(struct bgp_rib *rib);
static void late_make(struct bgp_arrivals *arrivals);
static struct nexthop *nexthop_of(struct bgp_rib *rib, const struct bgp_reach *reach);

/* ---- prefixes ---- */

struct bgp_arrivals *
bgp_arrivals_new(void)
{
	struct bgp_arrivals *arrivals = mem_zalloc(sizeof(*arrivals));
	for (size_t i = 0; i < BGP_ARRIVALS; i++)
		arrivals->updates[i].net = &arrivals->nets[i];
	return arrivals;
}

/* Those of paths that the table has, or damping. */
static void
lanes_know(void *context, const struct prefix *net, struct bgp_lane_set *set)
{
	const struct bgp_rib *rib = context;
	const struct table *table = rib->channel->table;
	node_handle node = table_find(table, net);
	route_handle handle = node != 0 ? table_node_first(table, node) : 0;
	while (handle != 0) {
		const struct route *route = table_route(table, handle);
		struct route_source_id source = table_source_of(table, route);
		uint32_t lane = source.path_id - BGP_LANE_FIRST;
		if (source.channel == rib->channel && lane < set->count &&
		    (route->flags & ROUTE_DEAD) == 0)
			set->is_known[lane] = true;
		handle = route->next;
	}
	for (uint32_t i = 0; rib->flaps != NULL && i < set->count; i++)
		if (set->is_taken[i] && !set->is_known[i])
			set->is_known[i] = bgp_flap_find(rib->flaps, net,
							 BGP_LANE_FIRST + i) != NULL;
}

/* A filter refuses paths, and refreshes and limits take some away, which no withdrawal
 * tells: their lanes are freed little by little, once there are far more than routes. */
static void
lanes_review(struct bgp_rib *rib, size_t count)
{
	uint64_t routes = (uint64_t)rib->channel->imported + rib->channel->filtered;
	if (rib->lanes != NULL &&
	    bgp_lanes_count(rib->lanes) > 2 * routes + BGP_ARRIVALS + LANES_IDLE)
		bgp_lanes_review(rib->lanes, 2 * count, lanes_know, rib);
}

void
adj_rib_in_settle(struct bgp_routes *routes)
{
	struct bgp_arrivals *arrivals = routes->arrivals;
	struct router *router = routes->bgp->protocol.router;
	if (arrivals == NULL)
		return;
	late_make(arrivals);
	size_t count = arrivals->count;
	arrivals->count = 0;
	if (count > 0)
		channel_import(arrivals->rib->channel, arrivals->updates, count);
	if (count > 0 && arrivals->rib->flaps != NULL)
		bgp_flaps_act(arrivals->rib, arrivals->updates[0].attrs);
	if (count > 0)
		lanes_review(arrivals->rib, count);
	for (size_t i = 0; i < arrivals->former_count; i++)
		attrs_release(router, arrivals->former[i], 1);
	arrivals->former_count = 0;
}

/* Where the next prefix goes. */
static struct bgp_arrivals *
arrivals_open(struct bgp_rib *rib)
{
	struct bgp_arrivals *arrivals = rib->bgp->routes->arrivals;
	/* A set may be late that no prefix waits for. */
	if (arrivals->count == BGP_ARRIVALS || arrivals->rib != rib)
		adj_rib_in_settle(rib->bgp->routes);
	arrivals->rib = rib;
	return arrivals;
}

/* What the table knows the path by, where that is not what the neighbour calls it; false:
 * it is not there. */
static bool
lane_find(struct bgp_rib *rib, const struct prefix *net, bool announces,
	  uint32_t *path_id)
{
	if (*path_id < BGP_LANE_FIRST)
		return true;
	if (rib->lanes == NULL)
		rib->lanes = bgp_lanes_new(rib->bgp->protocol.router->hash_seed);
	*path_id = announces ? bgp_lane_take(rib->lanes, net, *path_id)
			     : bgp_lane_leave(rib->lanes, net, *path_id);
	if (announces && *path_id == 0)
		refusals_add(rib, "there are too many paths to the destination", 1);
	return *path_id != 0;
}

/* Announced with the last attributes, or withdrawn; how many there were. */
static uint64_t
nlri_import(struct bgp_rib *rib, struct bgp_nlri nlri, bool announces)
{
	struct bgp_arrivals *arrivals = arrivals_open(rib);
	size_t at = arrivals->count;
	uint64_t total = 0;
	struct route_update *update = &arrivals->updates[at];
	/* A late set is made where all are settled. */
	struct attrs *attrs = announces ? rib->last_attrs : NULL;
	while (bgp_nlri_next(&nlri, &arrivals->nets[at], &update->path_id)) {
		update->attrs = attrs;
		total++;
		if (!lane_find(rib, update->net, announces, &update->path_id))
			continue;
		if (rib->flaps != NULL &&
		    bgp_flap_hear(rib, update->net, update->path_id, attrs))
			continue;
		arrivals->count = ++at;
		update++;
		if (at < BGP_ARRIVALS)
			continue;
		adj_rib_in_settle(rib->bgp->routes);
		at = 0;
		update = arrivals->updates;
		attrs = announces ? rib->last_attrs : NULL;
	}
	/* Who is damped by this message keeps what it said (bgp_flaps_act). */
	if (bgp_config(&rib->bgp->protocol)->damping.on)
		adj_rib_in_settle(rib->bgp->routes);
	return total;
}

/* The program has fewer reasons than there are rows. */
static void
refusals_add(struct bgp_rib *rib, const char *why, uint64_t count)
{
	struct bgp_refusal *row = rib->refusals, *end = row + rib->refusal_count;
	while (row < end && strcmp(row->why, why) != 0)
		row++;
	if (row == end && rib->refusal_count == BGP_REFUSALS)
		return;
	if (row == end) {
		*row = (struct bgp_refusal){ .why = why };
		rib->refusal_count++;
	}
	row->count += count;
}

void
adj_rib_in_withdraw(struct bgp_rib *rib, const struct bgp_nlri *nlri)
{
	late_make(arrivals_open(rib));
	nlri_import(rib, *nlri, false);
}

void
adj_rib_in_reach(struct bgp_rib *rib, const struct bgp_update *update,
		 const struct bgp_reach *reach, bool withdraws)
{
	bool announces = false;
	late_make(arrivals_open(rib));
	rib->refusal = "attributes are malformed (RFC 7606)";
	if (!withdraws) {
		const struct bgp_routes *routes = rib->bgp->routes;
		struct wire_out room =
			wire_out(routes->rooms[BGP_ROOM_REACH], routes->room_size);
		size_t size;
		bool came = bgp_reach_block(&room, update, reach, &size) == update->block;
		announces = attrs_find(rib, reach, came ? BGP_ROOM_CAME : BGP_ROOM_REACH,
				       size);
	}
	uint64_t count = nlri_import(rib, reach->nlri, announces);
	if (!announces)
		refusals_add(rib, rib->refusal, count);
}

void
adj_rib_in_forget(struct bgp_rib *rib)
{
	struct router *router = rib->bgp->protocol.router;
	adj_rib_in_settle(rib->bgp->routes);
	attrs_release(router, rib->last_attrs, 1);
	if (rib->last_nexthop != NULL)
		nexthop_release(router, rib->last_nexthop);
	rib->last_attrs = NULL;
	rib->last_nexthop = NULL;
	rib->last_size = 0;
	rib->has_last_hop = false;
}

/* ---- attribute sets ---- */

/* The block in that room becomes the rib's last one, which has been there before. */
static const uint8_t *
block_keep(struct bgp_rib *rib, unsigned room, size_t size)
{
	uint8_t **rooms = rib->bgp->routes->rooms;
	unsigned last = BGP_ROOM_LAST + rib->family;
	uint8_t *kept = rooms[room];
	rooms[room] = rooms[last];
	rib->last_size = (uint32_t)size;
	return rooms[last] = kept;
}

/* The rib's last attributes are those of the block in that room, or will be when it is
 * late; false: the routes are refused. */
static bool
attrs_find(struct bgp_rib *rib, const struct bgp_reach *reach, unsigned room, size_t size)
{
	uint8_t *const *rooms = rib->bgp->routes->rooms;
	struct nexthop *nexthop = nexthop_of(rib, reach);
	if (nexthop == NULL)
		return false;
	assert(size > 0); /* There is a next hop at least. */
	if (rib->last_size == size &&
	    memcmp(rooms[BGP_ROOM_LAST + rib->family], rooms[room], size) == 0 &&
	    (rib->last_attrs == NULL || rib->last_attrs->nexthop == nexthop)) {
		rib->refusal = rib->last_refusal;
		return rib->last_attrs != NULL;
	}
	attrs_leave(rib);
	return attrs_make(rib, nexthop, block_keep(rib, room, size), size);
}

/* The rib's last attributes are others now; prefixes under way may have them. */
static void
attrs_leave(struct bgp_rib *rib)
{
	struct bgp_arrivals *arrivals = rib->bgp->routes->arrivals;
	if (rib->last_attrs == NULL)
		return;
	if (arrivals->former_count == BGP_ARRIVALS)
		adj_rib_in_settle(rib->bgp->routes);
	arrivals->former[arrivals->former_count++] = rib->last_attrs;
	rib->last_attrs = NULL;
}

/* The late set, for the prefixes that wait for it. */
static void
late_make(struct bgp_arrivals *arrivals)
{
	if (!arrivals->is_late)
		return;
	struct bgp_rib *rib = arrivals->rib;
	size_t first = arrivals->late;
	rib->last_attrs = attrs_intern(rib->bgp->protocol.router, &arrivals->draft);
	attrs_draft_fini(&arrivals->draft);
	arrivals->is_late = false;
	for (size_t i = first; i < arrivals->count; i++)
		arrivals->updates[i].attrs = rib->last_attrs;
}

/* Writes the block as one that the neighbour may pass on to customers only (RFC 9234
 * §5). */
static void
block_mark(struct incoming *incoming)
{
	const struct bgp_routes *routes = incoming->routes;
	uint8_t value[4];
	struct wire_out out = wire_out(routes->rooms[BGP_ROOM_MARKED], routes->room_size);
	struct bgp_field field = { bgp_attribute_flags(BGP_ATTRIBUTE_OTC),
				   BGP_ATTRIBUTE_OTC, value, 4 };
	wire_store_u32(value, routes->as);
	bgp_block_replace(&out, incoming->block, incoming->size, &field);
	incoming->rank = bgp_rank_restricted(incoming->rank);
	incoming->block = out.start;
	incoming->size = wire_used(&out);
}

/* What it is kept as. */
static void
incoming_draft(const struct incoming *incoming, struct nexthop *nexthop,
	       struct attrs_draft *draft)
{
	const struct bgp_rib *rib = incoming->rib;
	const struct protocol *protocol = &rib->bgp->protocol;
	attrs_draft_init(draft, NULL);
	draft->nexthop = nexthop;
	draft->preference = channel_preference(rib->channel);
	draft->source = RTS_BGP;
	attrs_draft_lend(draft, (attr_id)(protocol->attr_base + BGP_BLOCK),
			 incoming->block, (uint32_t)incoming->size);
	draft->rank = incoming->rank;
}

static bool
attrs_make(struct bgp_rib *rib, struct nexthop *nexthop, const uint8_t *block,
	   size_t size)
{
	const struct protocol *protocol = &rib->bgp->protocol;
	struct bgp_arrivals *arrivals = rib->bgp->routes->arrivals;
	struct incoming incoming;
	bool marks = false;
	incoming_read(&incoming, rib, block, size);
	const char *refusal = block_refusal(&incoming);
	if (refusal == NULL)
		refusal = leak(&incoming, &marks);
	rib->refusal = rib->last_refusal = refusal;
	if (refusal != NULL) {
		protocol_trace(protocol, DEBUG_ROUTES, "Routes refused: %s", refusal);
		return false;
	}
	if (marks)
		block_mark(&incoming);
	incoming_draft(&incoming, nexthop, &arrivals->draft);
	attrs_intern_ahead(protocol->router, &arrivals->draft);
	arrivals->is_late = true;
	arrivals->late = arrivals->count;
	/* A flap remembers what it was. */
	if (rib->flaps != NULL)
		late_make(arrivals);
	return true;
}

/* Borrowed, good until the next message; null: none that routes can have. */
static struct nexthop *
nexthop_of(struct bgp_rib *rib, const struct bgp_reach *reach)
{
	struct bgp_next_hop hop = { reach->next_hop, reach->link_local };
	struct router *router = rib->bgp->protocol.router;
	const char *why = NULL;
	if (rib->has_last_hop && addr_equal(rib->last_hop.global, hop.global) &&
	    addr_equal(rib->last_hop.link_local, hop.link_local))
		return rib->last_nexthop;
	if (rib->last_nexthop != NULL)
		nexthop_release(router, rib->last_nexthop);
	rib->last_nexthop = bgp_next_hop_find(rib, &hop, &why);
	rib->last_hop = hop;
	/* What can't be had now may be had with the next message. */
	rib->has_last_hop = rib->last_nexthop != NULL;
	if (rib->last_nexthop == NULL) {
		rib->refusal = why;
		char text[ADDR_TEXT];
		struct addr shown = addr_is_any(hop.global) ? hop.link_local : hop.global;
		protocol_trace(&rib->bgp->protocol, DEBUG_ROUTES,
			       "Routes refused, next hop %s: %s",
			       addr_format(shown, text), why);
	}
	return rib->last_nexthop;
}

/* ---- what is acceptable ---- */

static void
incoming_read(struct incoming *incoming, const struct bgp_rib *rib, const uint8_t *block,
	      size_t size)
{
	incoming->rib = rib;
	incoming->config = bgp_config(&rib->bgp->protocol);
	incoming->routes = rib->bgp->routes;
	incoming->block = block;
	incoming->size = size;
	bgp_block_look(block, size, &incoming->look);
	incoming->path = (struct bgp_path_look){ .kinds = 0 };
	if (bgp_look_has(&incoming->look, BGP_ATTRIBUTE_AS_PATH)) {
		struct bgp_field path =
			bgp_look_field(&incoming->look, BGP_ATTRIBUTE_AS_PATH);
		incoming->path =
			bgp_path_look(path.value, path.size, incoming->config->local.as);
	}
	incoming->rank = bgp_rank(&incoming->look, incoming->config->default_local_pref,
				  incoming->path.length);
}

/* Null: it is. */
static const char *
block_refusal(const struct incoming *incoming)
{
	const char *refusal = path_refusal(incoming);
	return refusal != NULL ? refusal : reflection_refusal(incoming);
}

static const char *
path_refusal(const struct incoming *incoming)
{
	const struct bgp_config *config = incoming->config;
	const struct bgp_path_look *look = &incoming->path;
	if (!bgp_look_has(&incoming->look, BGP_ATTRIBUTE_AS_PATH))
		return NULL;
	unsigned own = look->own;
	if (config->confederation != 0 && config->confederation != config->local.as) {
		struct bgp_field path =
			bgp_look_field(&incoming->look, BGP_ATTRIBUTE_AS_PATH);
		own += bgp_path_count(path.value, path.size, config->confederation);
	}
	if (own > config->allow_local_as)
		return "our own AS is in the path";
	unsigned sets = 1u << BGP_AS_SET | 1u << BGP_AS_CONFED_SET;
	if (!config->allow_as_sets && (look->kinds & sets) != 0)
		return "there is a set in the path (RFC 9774)";
	if (config->enforce_first_as && look->first != incoming->routes->as)
		return "the path does not begin with the neighbour's AS";
	return NULL;
}

/* RFC 4456 §8 */
static const char *
reflection_refusal(const struct incoming *incoming)
{
	uint32_t own = protocol_router_id(&incoming->rib->bgp->protocol);
	uint32_t cluster = incoming->config->rr_cluster_id != 0
				   ? incoming->config->rr_cluster_id
				   : own;
	if (!incoming->routes->internal)
		return NULL;
	const struct bgp_block_look *look = &incoming->look;
	if (bgp_look_has(look, BGP_ATTRIBUTE_ORIGINATOR_ID) &&
	    wire_load_u32(bgp_look_field(look, BGP_ATTRIBUTE_ORIGINATOR_ID).value) == own)
		return "it began with us";
	/* Of a reflector of the same cluster, too, where the session says that it is. */
	bool in_cluster =
		incoming->config->rr_client || incoming->config->rr_cluster_id != 0;
	if (!in_cluster || !bgp_look_has(look, BGP_ATTRIBUTE_CLUSTER_LIST))
		return NULL;
	struct bgp_field clusters = bgp_look_field(look, BGP_ATTRIBUTE_CLUSTER_LIST);
	return bgp_list_has(&clusters, cluster) ? "it was reflected by our cluster before"
						: NULL;
}

/* Whether the route must not have come this way; `marks`: it is to be marked. */
static const char *
leak(const struct incoming *incoming, bool *marks)
{
	const struct bgp_block_look *look = &incoming->look;
	bool is_marked = bgp_look_has(look, BGP_ATTRIBUTE_OTC);
	switch ((enum bgp_role)incoming->config->role) {
	case BGP_ROLE_PROVIDER:
	case BGP_ROLE_RS_SERVER: return is_marked ? "it was for customers only" : NULL;
	case BGP_ROLE_PEER:
		if (is_marked &&
		    wire_load_u32(bgp_look_field(look, BGP_ATTRIBUTE_OTC).value) !=
			    incoming->routes->as)
			return "it was for customers of another AS only";
		*marks = !is_marked;
		return NULL;
	case BGP_ROLE_CUSTOMER:
	case BGP_ROLE_RS_CLIENT: *marks = !is_marked; return NULL;
	case BGP_ROLE_UNSAID: break;
	}
	return NULL;
}
