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
#include "proto/bgp/next_hop.h"
#include "proto/bgp/path.h"
#include "proto/bgp/rank.h"
#include "proto/bgp/rib.h"

/* Attributes that came, on their way to a set. */
struct incoming {
	const struct bgp_rib *rib;
	const struct bgp_config *config;
	const struct bgp_routes *routes;
	const uint8_t *block;
	size_t size;
	/* What is asked of them; value null: not there. */
	struct bgp_field path, originator, clusters, otc;
	struct bgp_path_look look; /* At the path. */
	uint64_t rank;
	size_t preference_at; /* Where LOCAL_PREF is, or belongs. */
	bool has_preference;
};

static void incoming_read(struct incoming *incoming);
static const char *block_refusal(const struct incoming *incoming);
static const char *path_refusal(const struct incoming *incoming);
static const char *reflection_refusal(const struct incoming *incoming);
static const char *leak(const struct incoming *incoming, bool *marks);
static bool attrs_find(struct bgp_rib *rib, const struct bgp_reach *reach,
		       const uint8_t *block, size_t size);
static bool attrs_make(struct bgp_rib *rib, struct nexthop *nexthop, const uint8_t *block,
		       size_t size);
static void attrs_leave(struct bgp_rib *rib);
static void late_make(struct bgp_arrivals *arrivals);
static struct nexthop *nexthop_of(struct bgp_rib *rib, const struct bgp_reach *reach);

/* ---- prefixes ---- */

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

/* Announced with the last attributes, or withdrawn; how many there were. */
static uint64_t
nlri_import(struct bgp_rib *rib, struct bgp_nlri nlri, bool announces)
{
	struct bgp_arrivals *arrivals = arrivals_open(rib);
	uint64_t total = 0;
	uint32_t path_id;
	while (bgp_nlri_next(&nlri, &arrivals->nets[arrivals->count], &path_id)) {
		struct prefix *net = &arrivals->nets[arrivals->count];
		struct attrs *attrs = announces ? rib->last_attrs : NULL;
		total++;
		if (rib->flaps != NULL && bgp_flap_hear(rib, net, path_id, attrs))
			continue;
		arrivals->updates[arrivals->count++] = (struct route_update){
			.net = net, .attrs = attrs, .path_id = path_id
		};
		if (arrivals->count == BGP_ARRIVALS)
			adj_rib_in_settle(rib->bgp->routes);
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
		const uint8_t *block = bgp_reach_block(&room, update, reach, &size);
		announces = attrs_find(rib, reach, block, size);
	}
	uint64_t count = nlri_import(rib, reach->nlri, announces);
	if (!announces)
		refusals_add(rib, rib->refusal, count);
}

void
adj_rib_in_fini(struct bgp_rib *rib)
{
	struct router *router = rib->bgp->protocol.router;
	adj_rib_in_settle(rib->bgp->routes);
	attrs_release(router, rib->last_attrs, 1);
	if (rib->last_nexthop != NULL)
		nexthop_release(router, rib->last_nexthop);
	mem_free(rib->last_block);
	rib->last_attrs = NULL;
	rib->last_nexthop = NULL;
	rib->last_block = NULL;
	rib->last_size = rib->last_room = 0;
	rib->has_last_hop = false;
}

/* ---- attribute sets ---- */

/* The rib's last attributes are those, or will be when it is late; false: the routes are
 * refused. */
static bool
attrs_find(struct bgp_rib *rib, const struct bgp_reach *reach, const uint8_t *block,
	   size_t size)
{
	struct nexthop *nexthop = nexthop_of(rib, reach);
	if (nexthop == NULL)
		return false;
	if (rib->last_block != NULL && rib->last_size == size &&
	    memcmp(rib->last_block, block, size) == 0 &&
	    (rib->last_attrs == NULL || rib->last_attrs->nexthop == nexthop)) {
		rib->refusal = rib->last_refusal;
		return rib->last_attrs != NULL;
	}
	attrs_leave(rib);
	if (size > rib->last_room) {
		rib->last_room = (uint32_t)size + 256;
		rib->last_block = mem_resize(rib->last_block, rib->last_room, 1);
	}
	assert(rib->last_block != NULL); /* No block is empty. */
	memcpy(rib->last_block, block, size);
	rib->last_size = (uint32_t)size;
	return attrs_make(rib, nexthop, block, size);
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

static struct bgp_field
number_field(uint8_t value[4], uint8_t type, uint32_t number)
{
	wire_store_u32(value, number);
	return (struct bgp_field){ bgp_attribute_flags(type), type, value, 4 };
}

/* The block as it is kept: with LOCAL_PREF, and marked where the neighbour may pass it on
 * to customers only (RFC 9234 §5). */
static size_t
block_complete(struct incoming *incoming, bool marks)
{
	const struct bgp_routes *routes = incoming->routes;
	uint8_t value[4];
	struct wire_out out = wire_out(
		routes->rooms[marks ? BGP_ROOM_STEP : BGP_ROOM_KEPT], routes->room_size);
	wire_put_bytes(&out, incoming->block, incoming->preference_at);
	if (!incoming->has_preference) {
		struct bgp_field field =
			number_field(value, BGP_ATTRIBUTE_LOCAL_PREF,
				     incoming->config->default_local_pref);
		bgp_field_write(&out, &field);
	}
	wire_put_bytes(&out, incoming->block + incoming->preference_at,
		       incoming->size - incoming->preference_at);
	if (!marks)
		return wire_used(&out);
	struct wire_out last = wire_out(routes->rooms[BGP_ROOM_KEPT], routes->room_size);
	struct bgp_field field = number_field(value, BGP_ATTRIBUTE_OTC, routes->as);
	bgp_rank_add(&incoming->rank, &field);
	bgp_block_replace(&last, out.start, wire_used(&out), &field);
	return wire_used(&last);
}

/* What it is kept as. */
static void
incoming_draft(struct incoming *incoming, bool marks, struct nexthop *nexthop,
	       struct attrs_draft *draft)
{
	const struct bgp_rib *rib = incoming->rib;
	const struct protocol *protocol = &rib->bgp->protocol;
	struct value value = { .type = VALUE_BYTES,
			       .bytes = incoming->routes->rooms[BGP_ROOM_KEPT] };
	value.size = (uint32_t)block_complete(incoming, marks);
	attrs_draft_init(draft, NULL);
	draft->nexthop = nexthop;
	draft->preference = channel_preference(rib->channel);
	draft->source = RTS_BGP;
	attrs_draft_set(draft, (attr_id)(protocol->attr_base + BGP_BLOCK), &value);
	draft->rank = incoming->rank;
}

static bool
attrs_make(struct bgp_rib *rib, struct nexthop *nexthop, const uint8_t *block,
	   size_t size)
{
	const struct protocol *protocol = &rib->bgp->protocol;
	struct bgp_arrivals *arrivals = rib->bgp->routes->arrivals;
	struct incoming incoming = { .rib = rib,
				     .config = bgp_config(protocol),
				     .routes = rib->bgp->routes,
				     .block = block,
				     .size = size };
	bool marks = false;
	incoming_read(&incoming);
	const char *refusal = block_refusal(&incoming);
	if (refusal == NULL)
		refusal = leak(&incoming, &marks);
	rib->refusal = rib->last_refusal = refusal;
	if (refusal != NULL) {
		protocol_trace(protocol, DEBUG_ROUTES, "Routes refused: %s", refusal);
		return false;
	}
	incoming_draft(&incoming, marks, nexthop, &arrivals->draft);
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

/* One pass for all that is asked. */
static void
incoming_read(struct incoming *incoming)
{
	struct wire_in in = wire_in(incoming->block, incoming->size);
	struct bgp_field field;
	incoming->preference_at = incoming->size;
	incoming->rank = bgp_rank_begin(incoming->config->default_local_pref);
	for (const uint8_t *at = in.at; bgp_block_next(&in, &field); at = in.at) {
		if (field.type >= BGP_ATTRIBUTE_LOCAL_PREF &&
		    incoming->preference_at == incoming->size)
			incoming->preference_at = (size_t)(at - incoming->block);
		switch (field.type) {
		case BGP_ATTRIBUTE_AS_PATH:
			incoming->path = field;
			incoming->look = bgp_path_look(field.value, field.size,
						       incoming->config->local.as);
			bgp_rank_add_path(&incoming->rank, incoming->look.length);
			continue;
		case BGP_ATTRIBUTE_LOCAL_PREF: incoming->has_preference = true; break;
		case BGP_ATTRIBUTE_ORIGINATOR_ID: incoming->originator = field; break;
		case BGP_ATTRIBUTE_CLUSTER_LIST: incoming->clusters = field; break;
		case BGP_ATTRIBUTE_OTC: incoming->otc = field; break;
		default: break;
		}
		bgp_rank_add(&incoming->rank, &field);
	}
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
	struct bgp_field path = incoming->path;
	if (path.value == NULL)
		return NULL;
	struct bgp_path_look look = incoming->look;
	if (config->confederation != 0 && config->confederation != config->local.as)
		look.own += bgp_path_count(path.value, path.size, config->confederation);
	if (look.own > config->allow_local_as)
		return "our own AS is in the path";
	unsigned sets = 1u << BGP_AS_SET | 1u << BGP_AS_CONFED_SET;
	if (!config->allow_as_sets && (look.kinds & sets) != 0)
		return "there is a set in the path (RFC 9774)";
	if (config->enforce_first_as && look.first != incoming->routes->as)
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
	if (incoming->originator.value != NULL &&
	    wire_load_u32(incoming->originator.value) == own)
		return "it began with us";
	/* Of a reflector of the same cluster, too, where the session says that it is. */
	bool in_cluster =
		incoming->config->rr_client || incoming->config->rr_cluster_id != 0;
	if (in_cluster && bgp_list_has(&incoming->clusters, cluster))
		return "it was reflected by our cluster before";
	return NULL;
}

/* Whether the route must not have come this way; `marks`: it is to be marked. */
static const char *
leak(const struct incoming *incoming, bool *marks)
{
	bool is_marked = incoming->otc.value != NULL;
	switch ((enum bgp_role)incoming->config->role) {
	case BGP_ROLE_PROVIDER:
	case BGP_ROLE_RS_SERVER: return is_marked ? "it was for customers only" : NULL;
	case BGP_ROLE_PEER:
		if (is_marked &&
		    wire_load_u32(incoming->otc.value) != incoming->routes->as)
			return "it was for customers of another AS only";
		*marks = !is_marked;
		return NULL;
	case BGP_ROLE_CUSTOMER:
	case BGP_ROLE_RS_CLIENT: *marks = !is_marked; return NULL;
	case BGP_ROLE_UNSAID: break;
	}
	return NULL;
}
