/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where static routes lead now: targets made into next hops, as links and addresses are.
 */
#include "proto/static/static.h"

#include <string.h>

#include "nest/filter.h"
#include "nest/nexthop.h"
#include "nest/router.h"

static bool
hop_equal(const struct static_hop *a, const struct static_hop *b)
{
	if (a->weight != b->weight || a->onlink != b->onlink || a->bfd != b->bfd ||
	    !addr_equal(a->gateway, b->gateway) || !a->interface != !b->interface)
		return false;
	return !a->interface || !strcmp(a->interface, b->interface);
}

bool
static_target_equal(const struct static_target *a, const struct static_target *b)
{
	if (a->kind != b->kind || a->hop_count != b->hop_count ||
	    !filter_equal(a->attrs, b->attrs))
		return false;
	for (unsigned i = 0; i < a->hop_count; i++)
		if (!hop_equal(&a->hops[i], &b->hops[i]))
			return false;
	return true;
}

bool
static_target_reads_net(const struct static_target *target)
{
	return target->attrs && target->attrs->class->reads(target->attrs)->net;
}

/* The link a hop uses; null while there is none that is enabled. */
static struct link *
hop_link(const struct static_protocol *instance, const struct static_hop *hop)
{
	const struct router *router = instance->protocol.router;
	struct link *link;
	if (hop->interface) {
		const struct interface *interface =
			interface_find(router, hop->interface);
		link = interface && interface->own_link
			       ? interface->own_link
			       : link_find(router, hop->interface);
	} else {
		link = link_of_addr(router, hop->gateway, NULL);
	}
	if (!link || !link->enabled || (static_config(instance)->check_link && !link->up))
		return NULL;
	return link;
}

static struct nexthop *
hop_nexthop(struct static_protocol *instance, const struct static_hop *hop)
{
	struct router *router = instance->protocol.router;
	struct link *link = hop_link(instance, hop);
	if (!link || !static_bfd_allows(instance, hop))
		return NULL;
	if (addr_is_any(hop->gateway))
		return nexthop_direct(router, link);
	return nexthop_gateway(router, link, hop->gateway,
			       hop->onlink ? NEXTHOP_ONLINK : 0);
}

static struct nexthop *
hops_nexthop(struct static_protocol *instance, const struct static_target *target)
{
	struct router *router = instance->protocol.router;
	struct nexthop_leg legs[128];
	uint16_t count = 0;
	for (unsigned i = 0; i < target->hop_count && count < ARRAY_SIZE(legs); i++) {
		struct nexthop *leg = hop_nexthop(instance, &target->hops[i]);
		if (leg)
			legs[count++] =
				(struct nexthop_leg){ leg, target->hops[i].weight };
	}
	if (count <= 1)
		return count ? legs[0].nexthop : NULL;
	struct nexthop_key key = { .kind = NEXTHOP_MULTIPATH,
				   .leg_count = count,
				   .legs = legs };
	struct nexthop *nexthop = nexthop_intern(router, &key);
	for (unsigned i = 0; i < count; i++)
		nexthop_release(router, legs[i].nexthop);
	return nexthop;
}

static struct nexthop *
target_nexthop(struct static_protocol *instance, const struct static_target *target)
{
	struct router *router = instance->protocol.router;
	if (target->kind == NEXTHOP_MULTIPATH)
		return hops_nexthop(instance, target);
	if (target->kind != NEXTHOP_RECURSIVE)
		return nexthop_special(router, target->kind);
	struct addr gateway = target->hops[0].gateway;
	enum net_type type = addr_is_ip4(gateway) ? NET_IP4 : NET_IP6;
	const struct channel *own = protocol_channel(&instance->protocol, type);
	struct table *table = igp_table(router, &static_config(instance)->igp_tables,
					own ? own->table : NULL, type);
	return table ? nexthop_recursive(router, table, gateway) : NULL;
}

/* Runs the attribute block; what it makes of the route is interned. */
static struct attrs *
block_apply(struct static_protocol *instance, const struct static_target *target,
	    struct attrs *attrs, const struct prefix *net)
{
	struct router *router = instance->protocol.router;
	struct attrs_draft scratch;
	attrs_draft_init(&scratch, NULL);
	struct route_draft draft = {
		.router = router, .net = net, .attrs = attrs, .scratch = &scratch
	};
	enum filter_verdict verdict;
	target->attrs->class->run(target->attrs, &draft, 1, &verdict);
	if (verdict != FILTER_REJECT && verdict != FILTER_ERROR && draft.changed) {
		struct attrs *changed = attrs_intern(router, draft.changed);
		attrs_release(router, attrs, 1);
		attrs = changed;
	}
	attrs_draft_fini(&scratch);
	return attrs;
}

struct attrs *
static_target_attrs(struct static_protocol *instance, const struct static_target *target,
		    const struct prefix *net)
{
	struct router *router = instance->protocol.router;
	struct nexthop *nexthop = target_nexthop(instance, target);
	if (!nexthop)
		return NULL;
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop;
	draft.source = RTS_STATIC;
	struct attrs *attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, nexthop);
	if (!target->attrs || (!net && static_target_reads_net(target)))
		return attrs;
	struct prefix any = prefix_new(addr_any, 0);
	return block_apply(instance, target, attrs, net ? net : &any);
}
