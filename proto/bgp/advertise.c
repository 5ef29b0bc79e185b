/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a neighbour is sent: which routes at all (RFC 4271 §9.1.3, RFC 1997, RFC 4456,
 * RFC 9234), and their attributes.
 */
#include "proto/bgp/advertise.h"

#include <string.h>

#include "lib/text.h"
#include "nest/filter.h"
#include "nest/nexthop.h"
#include "proto/bgp/decision.h"
#include "proto/bgp/next_hop.h"
#include "proto/bgp/path.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/stale.h"

#define NO_EXPORT        0xffffff01u /* RFC 1997 */
#define NO_ADVERTISE     0xffffff02u
#define NO_EXPORT_CONFED 0xffffff03u
#define KNOWN            (BGP_ATTRIBUTE_OTC + 1)

/* Attributes being put together: of the types we know a place each, the others behind
 * them. */
struct outline {
	const struct bgp_rib *rib;
	const struct bgp_config *config;
	const struct bgp_routes *routes;
	const struct bgp_outgoing *given;
	const struct bgp
		*source; /* Whose session they came by; null: another protocol. */
	struct bgp_field fields[KNOWN];
	struct wire_in others;
	/* Values made here. */
	uint8_t local_pref[4], originator[4], otc[4], origin[1];
	uint8_t aigp[BGP_AIGP_SIZE];
	struct wire_out lists; /* Paths and cluster lists. */
};

static void outline_read(struct outline *outline, const struct value *block);
static void outline_complete(struct outline *outline);
static void path_complete(struct outline *outline);
static void interior_complete(struct outline *outline);
static void exterior_complete(struct outline *outline);
static void aigp_complete(struct outline *outline, bool is_own_hop);
static void role_complete(struct outline *outline);
static void narrow(struct outline *outline);
static size_t outline_write(const struct outline *outline, uint8_t *to, size_t most);

/* ---- which routes ---- */

/* RFC 9494 §4.3: only to those who know it for the last resort it is. */
static const char *
stale_refusal(const struct bgp *bgp, const struct bgp_field *list)
{
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
	if (bgp_config(&bgp->protocol)->terms.long_lived == BGP_OFF || agreed == NULL ||
	    agreed->long_lived || !bgp_list_has(list, BGP_LLGR_STALE))
		return NULL;
	return "it is stale, and the neighbour has no long-lived graceful restart";
}

static const char *
community_refusal(const struct bgp *bgp, const struct bgp_field *list)
{
	if (!bgp_config(&bgp->protocol)->interpret_communities)
		return NULL;
	for (size_t at = 0; at + 4 <= list->size; at += 4) {
		uint32_t community;
		memcpy(&community, list->value + at, sizeof(community));
		if (community == NO_ADVERTISE)
			return "it is marked to be told to nobody (no-advertise)";
		if (community == NO_EXPORT_CONFED && !bgp->routes->internal)
			return "it is marked to stay here (no-export-subconfed)";
		if (community == NO_EXPORT && !bgp->routes->interior)
			return "it is marked to stay in the AS (no-export)";
	}
	return NULL;
}

/* RFC 9234 §5: routes for customers are not told to providers and peers. */
static bool
role_is_upward(const struct bgp *bgp)
{
	uint32_t role = bgp_config(&bgp->protocol)->role;
	return role == BGP_ROLE_CUSTOMER || role == BGP_ROLE_PEER ||
	       role == BGP_ROLE_RS_CLIENT;
}

static const char *
block_refusal(const struct bgp *bgp, const struct value *block)
{
	const char *refusal = NULL;
	struct bgp_field field;
	if (bgp_block_find(block->bytes, block->size, BGP_ATTRIBUTE_COMMUNITY, &field)) {
		refusal = community_refusal(bgp, &field);
		if (refusal == NULL)
			refusal = stale_refusal(bgp, &field);
	}
	if (refusal == NULL && role_is_upward(bgp) &&
	    bgp_block_find(block->bytes, block->size, BGP_ATTRIBUTE_OTC, &field))
		refusal = "it is for customers only (only-to-customer)";
	return refusal;
}

const char *
bgp_refusal(const struct channel *channel, const struct route_draft *draft)
{
	const struct bgp *bgp = (const struct bgp *)channel->protocol;
	const struct bgp *source = bgp_of_channel(draft->channel);
	if (source == bgp)
		return "it came from there";
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	if (config->automatic &&
	    protocol_origin(draft->channel, draft->path_id)->class->is_interior)
		return "the IGP carries it";
	if (config->automatic && prefix_covers(&config->loopbacks, draft->net))
		return "the loopbacks of routers are the IGP's";
	/* RFC 4456 §6 */
	if (source != NULL && source->routes->internal && bgp->routes->internal &&
	    !bgp_config(&bgp->protocol)->rr_client &&
	    !bgp_config(&source->protocol)->rr_client)
		return "both sessions are internal, and neither neighbour is an `rr "
		       "client`";
	struct value block;
	if ((source != NULL && !bgp_is_restricted(draft->channel, draft->attrs)) ||
	    !bgp_block_of(draft->attrs, bgp->protocol.attr_base, &block))
		return NULL;
	return block_refusal(bgp, &block);
}

/* ---- their attributes ---- */

static void
put(struct outline *outline, uint8_t type, const void *value, size_t size)
{
	outline->fields[type] = (struct bgp_field){ .flags = bgp_attribute_flags(type),
						    .type = type,
						    .value = value,
						    .size = size };
}

static void
put_number(struct outline *outline, uint8_t type, uint8_t to[static 4], uint32_t number)
{
	wire_store_u32(to, number);
	put(outline, type, to, 4);
}

static void
drop(struct outline *outline, uint8_t type)
{
	outline->fields[type].value = NULL;
}

static bool
has(const struct outline *outline, uint8_t type)
{
	return outline->fields[type].value != NULL;
}

static bool
med_find(const struct bgp_rib *rib, const struct attrs *attrs, uint32_t *med)
{
	struct value block;
	struct bgp_field field;
	if (!bgp_block_of(attrs, rib->bgp->protocol.attr_base, &block) ||
	    !bgp_block_find(block.bytes, block.size, BGP_ATTRIBUTE_MED, &field))
		return false;
	*med = wire_load_u32(field.value);
	return true;
}

/* The export policy set MULTI_EXIT_DISC. */
static bool
has_own_med(const struct bgp_rib *rib, const struct route_change *change)
{
	const struct table *table = rib->channel->table;
	const struct attrs *before =
		table_route_attrs(table, table_route(table, change->route));
	uint32_t own, foreign;
	if (before == change->attrs || !med_find(rib, change->attrs, &own))
		return false;
	return !med_find(rib, before, &foreign) || own != foreign;
}

struct bgp_outgoing
bgp_outgoing(const struct bgp_rib *rib, const struct route_change *change)
{
	if (change->attrs == NULL)
		return (struct bgp_outgoing){ .attrs = NULL };
	const struct bgp_channel_config *config = rib->channel->config->more;
	bool begins = config->aigp == BGP_AIGP_ORIGINATE;
	return (struct bgp_outgoing){ .attrs = (struct attrs *)(uintptr_t)change->attrs,
				      .from = change->from,
				      .metric = begins ? change->metric : 0,
				      .has_own_med = has_own_med(rib, change) };
}

bool
bgp_advertise(const struct bgp_rib *rib, const struct bgp_outgoing *given,
	      struct bgp_advert *advert)
{
	const struct bgp_routes *routes = rib->bgp->routes;
	struct outline outline = { .rib = rib, .given = given, .routes = routes };
	struct value block = { .type = VALUE_BYTES, .bytes = "" };
	outline.config = bgp_config(&rib->bgp->protocol);
	outline.source = bgp_of_channel(given->from);
	outline.lists = wire_out(routes->rooms[BGP_ROOM_LISTS], routes->room_size);
	bgp_block_of(given->attrs, rib->bgp->protocol.attr_base, &block);
	outline_read(&outline, &block);
	const struct bgp_field *next_hop = &outline.fields[BGP_ATTRIBUTE_NEXT_HOP];
	enum bgp_hop_choice choice = bgp_next_hop_choose(
		rib, given->attrs, next_hop->value != NULL ? next_hop : NULL, given->from,
		&advert->hop);
	if (choice == BGP_HOP_NONE)
		return false;
	advert->is_own = choice == BGP_HOP_OWN;
	outline_complete(&outline);
	aigp_complete(&outline, bgp_next_hop_equal(&advert->hop, &rib->self));
	advert->hop_size =
		(uint32_t)bgp_next_hop_write(rib, &advert->hop, advert->hop_bytes);
	advert->by_mp = advert->hop_size != 4;
	if (advert->by_mp)
		drop(&outline, BGP_ATTRIBUTE_NEXT_HOP);
	else
		put(&outline, BGP_ATTRIBUTE_NEXT_HOP, advert->hop_bytes, 4);
	uint8_t *to = routes->rooms[BGP_ROOM_SENT];
	advert->attributes = to;
	advert->size = outline_write(&outline, to, routes->room_size);
	return advert->size > 0;
}

static void
outline_read(struct outline *outline, const struct value *block)
{
	struct wire_in in = wire_in(block->bytes, block->size);
	struct bgp_field field;
	outline->others = wire_in(NULL, 0);
	for (struct wire_in before = in; bgp_block_next(&in, &field); before = in) {
		if (field.type >= KNOWN) {
			outline->others = before;
			return;
		}
		outline->fields[field.type] = field;
	}
}

static void
outline_complete(struct outline *outline)
{
	if (!has(outline, BGP_ATTRIBUTE_ORIGIN))
		put(outline, BGP_ATTRIBUTE_ORIGIN, outline->origin, 1);
	if (!has(outline, BGP_ATTRIBUTE_AS_PATH))
		put(outline, BGP_ATTRIBUTE_AS_PATH, "", 0);
	path_complete(outline);
	if (outline->routes->interior)
		interior_complete(outline);
	else
		exterior_complete(outline);
	role_complete(outline);
	if (!bgp_agreed(outline->rib->bgp)->four_byte_as)
		narrow(outline);
	/* What is empty is left out: some take it for malformed. */
	static const uint8_t lists[] = { BGP_ATTRIBUTE_COMMUNITY,
					 BGP_ATTRIBUTE_CLUSTER_LIST,
					 BGP_ATTRIBUTE_EXT_COMMUNITY,
					 BGP_ATTRIBUTE_LARGE_COMMUNITY };
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (outline->fields[lists[i]].size == 0)
			drop(outline, lists[i]);
}

/* A piece of the lists that was just written. */
static void
put_list(struct outline *outline, uint8_t type, const uint8_t *start)
{
	put(outline, type, start, (size_t)(outline->lists.at - start));
}

/* RFC 4271 §5.1.2, RFC 5065 §4 */
static void
path_complete(struct outline *outline)
{
	const struct bgp_config *config = outline->config;
	const struct bgp_field *path = &outline->fields[BGP_ATTRIBUTE_AS_PATH];
	const uint8_t *start = outline->lists.at;
	if (outline->routes->internal || config->rs_client)
		return;
	if (outline->routes->interior) {
		bgp_path_prepend(&outline->lists, path->value, path->size,
				 config->local.as, BGP_AS_CONFED_SEQUENCE);
		put_list(outline, BGP_ATTRIBUTE_AS_PATH, start);
		return;
	}
	uint32_t as =
		config->confederation != 0 ? config->confederation : config->local.as;
	bgp_path_leave(&outline->lists, path->value, path->size);
	size_t size = (size_t)(outline->lists.at - start);
	const uint8_t *left = start;
	start = outline->lists.at;
	bgp_path_prepend(&outline->lists, left, size, as, BGP_AS_SEQUENCE);
	put_list(outline, BGP_ATTRIBUTE_AS_PATH, start);
}

/* RFC 4456 §8 */
static void
reflection_complete(struct outline *outline)
{
	const struct bgp_field *clusters = &outline->fields[BGP_ATTRIBUTE_CLUSTER_LIST];
	uint32_t own = protocol_router_id(&outline->rib->bgp->protocol);
	uint32_t cluster = outline->config->rr_cluster_id;
	if (!has(outline, BGP_ATTRIBUTE_ORIGINATOR_ID))
		put_number(outline, BGP_ATTRIBUTE_ORIGINATOR_ID, outline->originator,
			   outline->source->routes->id);
	/* One of the two is a client; its cluster is ours. */
	if (cluster == 0)
		cluster = bgp_config(&outline->source->protocol)->rr_cluster_id;
	if (cluster == 0)
		cluster = own;
	const uint8_t *start = outline->lists.at;
	/* Lists are in the order of the host here. */
	wire_put_bytes(&outline->lists, &cluster, sizeof(cluster));
	if (clusters->value != NULL)
		wire_put_bytes(&outline->lists, clusters->value, clusters->size);
	put_list(outline, BGP_ATTRIBUTE_CLUSTER_LIST, start);
}

static void
interior_complete(struct outline *outline)
{
	if (!has(outline, BGP_ATTRIBUTE_LOCAL_PREF))
		put_number(outline, BGP_ATTRIBUTE_LOCAL_PREF, outline->local_pref,
			   outline->config->default_local_pref);
	if (outline->source != NULL && outline->source->routes->internal &&
	    outline->routes->internal)
		reflection_complete(outline);
}

static void
exterior_complete(struct outline *outline)
{
	if (!outline->config->allow_local_pref)
		drop(outline, BGP_ATTRIBUTE_LOCAL_PREF);
	drop(outline, BGP_ATTRIBUTE_ORIGINATOR_ID);
	drop(outline, BGP_ATTRIBUTE_CLUSTER_LIST);
	/* RFC 4271 §5.1.4 */
	if (!outline->given->has_own_med && !outline->config->allow_med)
		drop(outline, BGP_ATTRIBUTE_MED);
}

/* The cost of an IGP's route, as the decision counts it; false: of none. */
static bool
distance_of(const struct outline *outline, uint32_t *distance)
{
	const struct attrs *attrs = outline->given->attrs;
	const struct channel *from = outline->given->from;
	*distance = 0;
	if (attrs->nexthop->kind == NEXTHOP_RECURSIVE)
		*distance = attrs->nexthop->igp_metric;
	else if (outline->source != NULL)
		*distance = ((const struct bgp_channel_config *)from->config->more)->cost;
	else if (attrs->source == RTS_BABEL)
		*distance = outline->given->metric;
	else if (attrs->source != RTS_DEVICE)
		return false;
	return true;
}

/* RFC 7311 §3.4: begun where an IGP's route becomes ours; who becomes the next hop adds
 * its own way to the former one. */
static void
aigp_complete(struct outline *outline, bool is_own_hop)
{
	const struct bgp_channel_config *channel = outline->rib->channel->config->more;
	const struct bgp_field *field = &outline->fields[BGP_ATTRIBUTE_AIGP];
	uint64_t metric = 0;
	uint32_t distance;
	if (!channel->terms.aigp) {
		drop(outline, BGP_ATTRIBUTE_AIGP);
		return;
	}
	bool is_there = has(outline, BGP_ATTRIBUTE_AIGP) &&
			bgp_aigp_find(field->value, field->size, &metric);
	if (is_there ? !is_own_hop || outline->source == NULL
		     : channel->aigp != BGP_AIGP_ORIGINATE || outline->source != NULL)
		return;
	if (!distance_of(outline, &distance))
		return;
	put(outline, BGP_ATTRIBUTE_AIGP, outline->aigp,
	    bgp_aigp_write(outline->aigp, bgp_aigp_add(metric, distance)));
}

/* RFC 9234 §5: towards a customer, a peer or a client of a route server. */
static void
role_complete(struct outline *outline)
{
	uint32_t role = outline->config->role;
	if (has(outline, BGP_ATTRIBUTE_OTC) ||
	    (role != BGP_ROLE_PROVIDER && role != BGP_ROLE_PEER &&
	     role != BGP_ROLE_RS_SERVER))
		return;
	put_number(outline, BGP_ATTRIBUTE_OTC, outline->otc, outline->config->local.as);
}

/* RFC 6793 §4.2.2: for a neighbour that knows AS numbers of two bytes. */
static void
narrow(struct outline *outline)
{
	const struct bgp_field path = outline->fields[BGP_ATTRIBUTE_AS_PATH];
	const struct bgp_field aggregator = outline->fields[BGP_ATTRIBUTE_AGGREGATOR];
	const uint8_t *start = outline->lists.at;
	bool is_lossy = bgp_path_narrow(&outline->lists, path.value, path.size);
	put_list(outline, BGP_ATTRIBUTE_AS_PATH, start);
	if (is_lossy) {
		start = outline->lists.at;
		bgp_path_leave(&outline->lists, path.value, path.size);
		put_list(outline, BGP_ATTRIBUTE_AS4_PATH, start);
	}
	if (aggregator.value == NULL)
		return;
	uint32_t as = wire_load_u32(aggregator.value);
	start = outline->lists.at;
	wire_put_u16(&outline->lists, (uint16_t)(as > UINT16_MAX ? BGP_AS_TRANS : as));
	wire_put_bytes(&outline->lists, aggregator.value + 4, 4);
	put_list(outline, BGP_ATTRIBUTE_AGGREGATOR, start);
	if (as > UINT16_MAX)
		put(outline, BGP_ATTRIBUTE_AS4_AGGREGATOR, aggregator.value,
		    aggregator.size);
}

/* Their size; 0: they are more than `most`. */
static size_t
outline_write(const struct outline *outline, uint8_t *to, size_t most)
{
	struct wire_out out = wire_out(to, most);
	for (unsigned type = 0; type < KNOWN; type++) {
		const struct bgp_field *field = &outline->fields[type];
		if (field->value != NULL)
			bgp_field_write(&out, field);
	}
	wire_put_bytes(&out, outline->others.at, wire_left(&outline->others));
	bgp_block_turn(to, wire_used(&out));
	return out.full || outline->lists.full ? 0 : wire_used(&out);
}
