/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of flaps is shown: `show bgp flaps`, and what `why` says of a prefix that is
 * damped.
 */
#include <errno.h>
#include <string.h>

#include "lib/out.h"
#include "lib/pool.h"
#include "nest/instances.h"
#include "nest/router.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/show.h"

/* When its penalty will be low enough, at the latest. */
static usec_t
release_in(const struct bgp_flap *flap, const struct bgp *bgp)
{
	const struct bgp_damping *damping = &bgp_config(&bgp->protocol)->damping;
	usec_t now = router_now(bgp->protocol.router);
	usec_t step = MAX(damping->half_life / 16, 1), time = now - flap->decayed_at;
	while (bgp_flap_decay(flap->penalty, time, damping->half_life) >= damping->reuse)
		time += step;
	return MAX(MIN(flap->decayed_at + time, flap->damped_at + damping->most) - now,
		   0);
}

static uint32_t
penalty_now(const struct bgp_flap *flap, const struct bgp *bgp)
{
	return bgp_flap_decay(flap->penalty,
			      router_now(bgp->protocol.router) - flap->decayed_at,
			      bgp_config(&bgp->protocol)->damping.half_life);
}

static void
flap_row(struct out *out, const struct bgp_flap *flap, const struct bgp *bgp)
{
	out_row(out);
	out_str(out, "name", bgp->protocol.name);
	out_prefix(out, "net", &flap->net);
	out_u64(out, "flaps", flap->count);
	out_usec(out, "ago", router_now(bgp->protocol.router) - flap->flapped_at);
	out_u64(out, "penalty", penalty_now(flap, bgp));
	out_str(out, "last", flap->is_withdrawn ? "withdrawn" : "changed");
	out_state(out, "state", flap->is_damped ? "damped" : "counted",
		  flap->is_damped ? OUT_BAD : OUT_PLAIN);
	if (flap->is_damped)
		out_usec(out, "released_in", release_in(flap, bgp));
	else
		out_str(out, "released_in", "");
	if (flap->path_id != 0)
		out_u64(out, "path_id", flap->path_id);
}

/* ---- show bgp flaps ---- */

/* Rows of one turn. */
#define ROWS 128u

/* What is to be shown; the records of a family by key, as they were when their turn came,
 * for they may move and go between two turns. */
struct flap_walk {
	struct instances instances;
	uint32_t at; /* Whose family that is. */
	unsigned family;
	bool has_keys; /* Of that. */
	uint32_t count, shown;
	struct flap_key {
		struct prefix net;
		uint32_t path_id;
	} keys[BGP_FLAPS_MOST];
};

static bool
is_meant(const struct command_call *call, const struct protocol *protocol)
{
	return protocol->class == &bgp_class &&
	       (call->count == 0 || strcmp(protocol->name, call->words[0]) == 0);
}

static void
keys_add(struct flap_walk *walk, const struct list *flaps)
{
	list_each(flap, flaps, struct bgp_flap, link)
		walk->keys[walk->count++] = (struct flap_key){ flap->net, flap->path_id };
}

static void
keys_take(struct flap_walk *walk, const struct bgp_flaps *flaps)
{
	walk->has_keys = true;
	walk->count = walk->shown = 0;
	keys_add(walk, &flaps->damped);
	keys_add(walk, &flaps->recent);
}

/* Some rows of the family at hand; false: there are no more. */
static bool
family_show(struct flap_walk *walk, const struct bgp *bgp, struct out *out,
	    unsigned *budget)
{
	const struct bgp_flaps *flaps = bgp->flaps[walk->family];
	if (flaps == NULL)
		return false;
	if (!walk->has_keys)
		keys_take(walk, flaps);
	for (; walk->shown < walk->count; walk->shown++) {
		const struct flap_key *key = &walk->keys[walk->shown];
		if (*budget == 0)
			return true;
		--*budget;
		const struct bgp_flap *flap =
			bgp_flap_find(flaps, &key->net, key->path_id);
		if (flap != NULL)
			flap_row(out, flap, bgp);
	}
	return false;
}

/* The same of the instance at hand. */
static bool
instance_show(struct flap_walk *walk, const struct bgp *bgp, struct out *out,
	      unsigned *budget)
{
	if (walk->at != walk->instances.at) {
		walk->at = walk->instances.at;
		walk->family = 0;
		walk->has_keys = false;
	}
	for (; walk->family < BGP_FAMILIES; walk->family++, walk->has_keys = false)
		if (family_show(walk, bgp, out, budget))
			return true;
	return false;
}

int
bgp_flaps_run(struct command_call *call)
{
	static const struct out_column columns[] = {
		{ "name", "Name", 10, OUT_LEFT },
		{ "net", "Network", 20, OUT_LEFT },
		{ "flaps", "Flaps", 5, OUT_RIGHT },
		{ "ago", "Ago", 12, OUT_RIGHT },
		{ "penalty", "Penalty", 7, OUT_RIGHT },
		{ "last", "Last", 9, OUT_LEFT },
		{ "state", "State", 6, OUT_LEFT },
		{ "released_in", "Released in", 0, OUT_RIGHT },
	};
	struct flap_walk *walk = call->state;
	unsigned budget = ROWS;
	if (walk == NULL) {
		if (call->count > 0 && bgp_named(call, call->words[0]) == NULL)
			return -ENOENT;
		if (!bgp_is_there(call->router))
			return instances_none(call, "bgp", "bgp_flaps", columns,
					      ARRAY_SIZE(columns));
		walk = call->state = pool_alloc(call->pool, sizeof(*walk));
		instances_begin(&walk->instances, call, is_meant);
		out_table(call->out, "bgp_flaps", columns, ARRAY_SIZE(columns));
	}
	for (struct protocol *at = instances_now(&walk->instances, call); at != NULL;
	     at = instances_next(&walk->instances, call)) {
		/* To find one costs something, too. */
		if (budget == 0)
			return COMMAND_MORE;
		budget--;
		if (instance_show(walk, bgp_of(at), call->out, &budget))
			return COMMAND_MORE;
	}
	out_table_end(call->out);
	return COMMAND_DONE;
}

bool
bgp_explain_known(const struct protocol *protocol, const struct channel *channel,
		  const struct prefix *net, struct out *out)
{
	const struct bgp *bgp = (const struct bgp *)protocol;
	const struct bgp_rib *rib = bgp_rib_of(channel);
	bool any = false;
	if (rib == NULL || rib->flaps == NULL)
		return false;
	list_each(flap, &rib->flaps->damped, struct bgp_flap, link) {
		if (!prefix_equal(&flap->net, net))
			continue;
		any = true;
		if (out == NULL)
			continue;
		out_object(out, NULL);
		out_str(out, "protocol", protocol->name);
		out_printf(
			out, "damped",
			"it flapped %u times; the penalty is %u and must fall below %u",
			flap->count, penalty_now(flap, bgp),
			bgp_config(protocol)->damping.reuse);
		out_usec(out, "released_in", release_in(flap, bgp));
		out_object_end(out);
	}
	return any;
}
