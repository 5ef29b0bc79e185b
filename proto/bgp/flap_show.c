/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of flaps is shown: `show bgp flaps`, and what `why` says of a prefix that is
 * damped.
 */
#include <errno.h>

#include "lib/out.h"
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

static void
flaps_rows(struct out *out, const struct bgp *bgp)
{
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		const struct bgp_flaps *flaps = bgp->flaps[i];
		if (flaps == NULL)
			continue;
		list_each(flap, &flaps->damped, struct bgp_flap, link)
			flap_row(out, flap, bgp);
		list_each(flap, &flaps->recent, struct bgp_flap, link)
			flap_row(out, flap, bgp);
	}
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
	const struct bgp *only = call->count > 0 ? bgp_named(call, call->words[0]) : NULL;
	if (call->count > 0 && only == NULL)
		return -ENOENT;
	out_table(call->out, "bgp_flaps", columns, ARRAY_SIZE(columns));
	list_each(protocol, &call->router->protocols, struct protocol, link)
		if (protocol->class == &bgp_class &&
		    (!only || protocol == &only->protocol))
			flaps_rows(call->out, (const struct bgp *)protocol);
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
