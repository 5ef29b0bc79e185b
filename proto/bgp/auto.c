/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol ibgp: the loopback, who is a member, and the sessions that follow from it.
 */
#include "proto/bgp/auto.h"

#include "lib/arena.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/interface.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "nest/spawn.h"
#include "nest/subscribe.h"
#include "proto/bgp/member.h"

#define IGP_CHANNEL    "igp"
#define IGP_PREFERENCE 240 /* As of protocol direct. */
/* Nobody tells of a route that is not the best, as that of another who has our loopback.
 */
#define TAKEN_LOOK (10 * USEC_S)

struct ibgp {
	struct protocol protocol;
	struct addr own;
	uint32_t own_index; /* Of the interface we gave it to; 0: it was there before. */
	bool is_refused;    /* The log says that the interface does not take it. */
	bool is_full, is_taken; /* The log says that. */
	struct channel *igp;
	struct timer look, taken;
	struct ibgp_members members;
	struct addr reflectors[IBGP_REFLECTORS]; /* As the log says; addr_any: none. */
	char info[96];
};

/* What a child is made with. */
struct peer {
	struct addr addr;
	bool is_client;
};

static void look_fire(struct timer *timer);

static struct ibgp *
ibgp_of(struct protocol *protocol)
{
	return (struct ibgp *)protocol;
}

static const struct ibgp_config *
config_of(const struct ibgp *ibgp)
{
	return (const struct ibgp_config *)ibgp->protocol.config;
}

/* ---- our loopback ---- */

static struct link *
loopback_find(const struct router *router)
{
	list_each(link, &router->links, struct link, link)
		if (link->loopback && link->enabled)
			return link;
	return NULL;
}

static const struct sys_address *
address_find(const struct interface *interface, struct addr addr)
{
	list_each(address, &interface->addresses, struct interface_address, link)
		if (addr_equal(address->sys.addr, addr))
			return &address->sys;
	return NULL;
}

/* A former life, which was killed, may have had another loopback: it is no address of
 * this host any more. */
static void
leftovers_remove(const struct ibgp *ibgp, const struct interface *interface)
{
	struct sys *sys = ibgp->protocol.router->sys;
	list_each(address, &interface->addresses, struct interface_address, link) {
		struct addr addr = address->sys.addr;
		if (address->sys.flags & SYS_ADDRESS_OURS &&
		    !addr_equal(addr, ibgp->own) &&
		    prefix_has_addr(&config_of(ibgp)->loopbacks, addr))
			sys->class->address_remove(sys, interface->sys.index, addr, 128);
	}
}

/* False: it has none of it. */
static bool
loopback_ensure(struct ibgp *ibgp, const struct link *link)
{
	struct sys *sys = ibgp->protocol.router->sys;
	uint32_t index = link->interface->sys.index;
	char shown[ADDR_TEXT];
	const struct sys_address *there = address_find(link->interface, ibgp->own);
	leftovers_remove(ibgp, link->interface);
	/* Of a former life that was killed, too. */
	if (there != NULL && there->flags & SYS_ADDRESS_OURS)
		ibgp->own_index = index;
	if (there != NULL)
		return true;
	int error = sys->class->address_add(sys, index, ibgp->own, 128);
	if (error == 0)
		ibgp->own_index = index;
	else if (!ibgp->is_refused)
		protocol_log(&ibgp->protocol, LOG_ERROR,
			     "%s does not take the loopback %s: %s", link->name,
			     addr_format(ibgp->own, shown), text_error(error));
	ibgp->is_refused = error != 0;
	return error == 0;
}

/* Gives lo the address, and the IGP the route to it. */
static void
loopback_announce(struct ibgp *ibgp)
{
	struct router *router = ibgp->protocol.router;
	struct link *link = loopback_find(router);
	struct prefix net = prefix_new(ibgp->own, 128);
	struct route_update update = { .net = &net };
	struct attrs_draft draft;
	if (link == NULL || ibgp->igp->state == CHANNEL_DOWN ||
	    !loopback_ensure(ibgp, link))
		return;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_direct(router, link);
	draft.source = RTS_DEVICE;
	update.attrs = attrs_intern(router, &draft);
	nexthop_release(router, draft.nexthop);
	attrs_draft_fini(&draft);
	channel_import(ibgp->igp, &update, 1);
	attrs_release(router, update.attrs, 1);
}

/* It is left where it was before us. */
static void
loopback_remove(const struct ibgp *ibgp)
{
	struct sys *sys = ibgp->protocol.router->sys;
	if (ibgp->own_index != 0)
		sys->class->address_remove(sys, ibgp->own_index, ibgp->own, 128);
}

static void
ibgp_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	if (link->loopback && event != LINK_GONE)
		loopback_announce(ibgp_of(protocol));
}

static void
ibgp_address_event(struct protocol *protocol, struct interface *interface,
		   const struct sys_address *address, bool gone)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	(void)interface;
	(void)gone;
	/* Later: one that is gone is still listed. */
	if (addr_equal(address->addr, ibgp->own))
		timer_start_earlier(&ibgp->look, 0);
}

static void
ibgp_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	(void)channel;
	(void)which;
	loopback_announce(ibgp_of(protocol));
}

/* An IGP says that somebody else has it. */
static bool
loopback_is_taken(const struct ibgp *ibgp)
{
	const struct table *table = ibgp->igp->table;
	const struct prefix net = prefix_new(ibgp->own, 128);
	node_handle node = table_find(table, &net);
	route_handle handle = node != 0 ? table_node_first(table, node) : 0;
	while (handle != 0) {
		const struct route *route = table_route(table, handle);
		struct route_source_id source = table_source_of(table, route);
		if (route_is_candidate(route) && source.channel != NULL &&
		    source.channel->protocol->class->is_interior)
			return true;
		handle = route->next;
	}
	return false;
}

/* ---- the members ---- */

static const char *
ibgp_refusal(const struct channel *channel, const struct route_draft *draft)
{
	const struct ibgp *ibgp = (const struct ibgp *)channel->protocol;
	if (draft->net->length != 128 ||
	    !prefix_covers(&config_of(ibgp)->loopbacks, draft->net))
		return "it is no loopback of a router";
	if (draft->attrs->source == RTS_BGP)
		return "it is not from the IGP";
	return NULL;
}

static void
member_told(struct ibgp *ibgp, struct addr addr, bool is_there)
{
	struct ibgp_member *member = ibgp_member_find(&ibgp->members, addr);
	uint32_t limit = config_of(ibgp)->bgp.dynamic_limit;
	if (member == NULL && is_there && ibgp->members.count <= limit)
		member = ibgp_member_add(&ibgp->members, addr);
	else if (member == NULL && is_there && !ibgp->is_full)
		protocol_log(&ibgp->protocol, LOG_WARNING,
			     "There are more than %u loopbacks (`dynamic limit`)", limit);
	ibgp->is_full |= member == NULL && is_there;
	if (member != NULL && !member->is_own)
		member->is_there = is_there;
}

static void
ibgp_route_event(struct protocol *protocol, struct channel *channel,
		 const struct route_change *changes, size_t count)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	(void)channel;
	for (size_t i = 0; i < count; i++)
		member_told(ibgp, changes[i].net->addr, changes[i].attrs != NULL);
	timer_start_earlier(&ibgp->look, config_of(ibgp)->settle);
}

static void
ibgp_child_event(struct protocol *protocol, const struct protocol *child)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	const struct peer *peer = spawn_detail(child);
	struct ibgp_member *member = ibgp_member_find(&ibgp->members, peer->addr);
	if (member == NULL || member->child != child)
		return;
	if (child->state == PROTOCOL_UP)
		member->lost = 0;
	else if (member->lost == 0)
		member->lost = router_now(protocol->router);
	timer_start_earlier(&ibgp->look, 0);
}

/* ---- their sessions ---- */

static void
peer_channel(const struct ibgp *ibgp, const struct peer *peer,
	     struct channel_config *channel)
{
	struct bgp_channel_config *more = (void *)channel->more;
	if (addr_is_any(more->next_hop))
		more->next_hop = ibgp->own;
	/* As it is preset for clients (check.c). */
	if (peer->is_client && more->next_hop_keep == BGP_WHOSE_UNSAID)
		more->terms.next_hop_keep = BGP_IBGPS;
}

static struct protocol_config *
ibgp_child_configure(const struct protocol *parent, const void *detail,
		     struct arena *arena)
{
	const struct ibgp *ibgp = (const struct ibgp *)parent;
	const struct peer *peer = detail;
	struct ibgp_config *copy = spawn_config_copy(arena, parent->config);
	struct bgp_config *config = &copy->bgp;
	config->common.class = &bgp_class;
	config->local.addr = ibgp->own;
	config->remote.addr = peer->addr;
	config->remote.has_range = false;
	config->rr_client = peer->is_client;
	config->automatic = true;
	config->loopbacks = copy->loopbacks;
	list_each_safe(channel, &config->common.channels, struct channel_config, link) {
		if (channel->name != NULL)
			list_remove(&channel->link);
		else
			peer_channel(ibgp, peer, channel);
	}
	return &config->common;
}

static void
session_begin(struct ibgp *ibgp, struct ibgp_member *member)
{
	const struct peer peer = { .addr = member->addr,
				   .is_client = member->relation == IBGP_CLIENT };
	char base[128];
	text_format(base, sizeof(base), "%s.", ibgp->protocol.name);
	member->child = spawn_new(&ibgp->protocol, base, 0, &peer, sizeof(peer));
	member->lost = router_now(ibgp->protocol.router);
	protocol_enable(member->child);
}

/* It becomes a client of ours, or no longer is: the session goes on. */
static void
session_change(const struct ibgp_member *member)
{
	static const struct conf_item role = { .pattern = "rr client",
					       .effect = CONF_REFEED,
					       .offset = offsetof(struct bgp_config,
								  rr_client) };
	static const struct conf_item *const items[] = { &role };
	static const struct conf_diff diff = { .effect = CONF_REFEED,
					       .items = items,
					       .count = ARRAY_SIZE(items) };
	const struct peer peer = { .addr = member->addr,
				   .is_client = member->relation == IBGP_CLIENT };
	spawn_change(member->child, &peer, &diff);
}

static void
session_end(struct ibgp_member *member)
{
	protocol_remove(member->child);
	member->child = NULL;
	member->lost = 0;
	member->is_silent = member->is_told = false;
}

/* Of so many reflectors that are not we ourselves each has told us its routes. */
static bool
reflectors_serve(struct ibgp_member *const *reflectors, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!reflectors[i]->is_own &&
		    (reflectors[i]->child == NULL ||
		     !bgp_class.has_told_all(reflectors[i]->child)))
			return false;
	return true;
}

/* Whether a session that is more than wanted has to stay: for a while, and while
 * reflectors don't serve who is still there; not if it is down. */
static bool
session_stays(struct ibgp *ibgp, struct ibgp_member *member, bool is_served)
{
	usec_t now = router_now(ibgp->protocol.router), linger = config_of(ibgp)->linger;
	if (member->relation == IBGP_STRANGER && member->lost != 0)
		return false;
	if (member->is_there && !is_served) {
		member->spare = 0;
		return true;
	}
	if (member->spare == 0)
		member->spare = now;
	if (now - member->spare >= linger)
		return false;
	timer_start_earlier(&ibgp->look, member->spare + linger - now);
	return true;
}

/* Brings a session in line with what is wanted: more at once, less later. */
static void
session_settle(struct ibgp *ibgp, struct ibgp_member *member, bool is_served)
{
	if (member->relation < member->session && session_stays(ibgp, member, is_served))
		return;
	member->spare = 0;
	if (member->relation == member->session)
		return;
	if (member->session == IBGP_STRANGER)
		session_begin(ibgp, member);
	else if (member->relation == IBGP_STRANGER)
		session_end(member);
	else
		session_change(member);
	member->session = member->relation;
}

/* Whose session is down for long does not reflect; true where that is news. */
static bool
silence_look(struct ibgp *ibgp, struct ibgp_member *member)
{
	usec_t now = router_now(ibgp->protocol.router), linger = config_of(ibgp)->linger;
	bool was_told = member->is_told;
	if (member->lost == 0)
		member->is_silent = member->is_told = false;
	if (member->lost == 0 || !member->is_there || member->relation == IBGP_STRANGER)
		return false;
	member->is_silent = now - member->lost >= linger;
	if (!member->is_silent)
		timer_start_earlier(&ibgp->look, member->lost + linger - now);
	member->is_told |= member->is_silent;
	return member->is_told && !was_told;
}

/* One line for all, for where we have the wrong password that is everybody. */
static void
silent_log(struct ibgp *ibgp)
{
	const struct ibgp_member *first = NULL;
	unsigned count = 0;
	char shown[ADDR_TEXT];
	for (uint32_t i = 0; i < ibgp->members.count; i++) {
		struct ibgp_member *member = &ibgp->members.list[i];
		if (!silence_look(ibgp, member))
			continue;
		first = first != NULL ? first : member;
		count++;
	}
	if (count > 1)
		protocol_log(&ibgp->protocol, LOG_WARNING,
			     "No session comes up with loopback %s (%s) and %u more: "
			     "perhaps they have another password, or no `ibgp auto`",
			     addr_format(first->addr, shown), first->child->name,
			     count - 1);
	else if (count == 1)
		protocol_log(&ibgp->protocol, LOG_WARNING,
			     "No session comes up with loopback %s (%s): perhaps it has "
			     "another password, or no `ibgp auto`",
			     addr_format(first->addr, shown), first->child->name);
}

/* ---- all of it ---- */

static void
reflectors_log(struct ibgp *ibgp, struct ibgp_member *const *reflectors, unsigned count)
{
	char shown[IBGP_REFLECTORS][ADDR_TEXT];
	struct addr now[IBGP_REFLECTORS] = { addr_any, addr_any };
	for (unsigned i = 0; i < count; i++)
		now[i] = reflectors[i]->addr;
	if (addr_equal(now[0], ibgp->reflectors[0]) &&
	    addr_equal(now[1], ibgp->reflectors[1]))
		return;
	ibgp->reflectors[0] = now[0];
	ibgp->reflectors[1] = now[1];
	if (count == IBGP_REFLECTORS)
		protocol_log(&ibgp->protocol, LOG_INFO, "%s and %s reflect routes",
			     addr_format(now[0], shown[0]),
			     addr_format(now[1], shown[1]));
	else
		protocol_log(&ibgp->protocol, LOG_INFO,
			     "Nobody reflects routes: all have sessions with all");
}

static void
info_write(struct ibgp *ibgp, struct ibgp_member *const *reflectors, unsigned count)
{
	uint32_t wanted = 0, up = 0;
	for (uint32_t i = 0; i < ibgp->members.count; i++) {
		const struct ibgp_member *member = &ibgp->members.list[i];
		wanted += member->relation != IBGP_STRANGER;
		up += member->relation != IBGP_STRANGER && member->child != NULL &&
		      member->lost == 0;
	}
	bool reflects = false;
	for (unsigned i = 0; i < count; i++)
		reflects |= reflectors[i]->is_own;
	text_format(ibgp->info, sizeof(ibgp->info), "%s, %u of %u sessions up",
		    count == 0 ? "mesh"
		    : reflects ? "we reflect"
			       : "two reflectors",
		    up, wanted);
	subscribe_changed(ibgp->protocol.router, SUBSCRIBE_PROTOCOLS);
}

static void
taken_fire(struct timer *timer)
{
	struct ibgp *ibgp = container_of(timer, struct ibgp, taken);
	char shown[ADDR_TEXT];
	bool is_taken = loopback_is_taken(ibgp);
	if (is_taken && !ibgp->is_taken)
		protocol_log(&ibgp->protocol, LOG_WARNING,
			     "Another router has our loopback %s, too: one of the two "
			     "needs another `address`",
			     addr_format(ibgp->own, shown));
	ibgp->is_taken = is_taken;
	timer_start(timer, TAKEN_LOOK);
}

static void
look_fire(struct timer *timer)
{
	struct ibgp *ibgp = container_of(timer, struct ibgp, look);
	struct ibgp_members *members = &ibgp->members;
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	loopback_announce(ibgp);
	silent_log(ibgp);
	ibgp_members_relate(members);
	unsigned count = ibgp_reflectors(members, reflectors);
	bool is_served = reflectors_serve(reflectors, count);
	for (uint32_t i = 0; i < members->count; i++)
		session_settle(ibgp, &members->list[i], is_served);
	reflectors_log(ibgp, reflectors, count);
	info_write(ibgp, reflectors, count);
	for (uint32_t i = members->count; i-- > 0;)
		if (!members->list[i].is_there && members->list[i].child == NULL)
			ibgp_member_remove(members, &members->list[i]);
}

/* ---- life ---- */

static int
ibgp_start(struct protocol *protocol)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	struct sys *sys = protocol->router->sys;
	const struct ibgp_config *config = config_of(ibgp);
	ibgp->own = !addr_is_any(config->address)
			    ? config->address
			    : ibgp_address(&config->loopbacks, sys->class->hostname(sys),
					   protocol_router_id(protocol));
	ibgp->igp = list_first(&protocol->channels, struct channel, link);
	timer_init(&ibgp->look, protocol->router, look_fire);
	timer_init(&ibgp->taken, protocol->router, taken_fire);
	struct ibgp_member *own = ibgp_member_add(&ibgp->members, ibgp->own);
	own->is_own = own->is_there = true;
	protocol_set_state(protocol, PROTOCOL_UP);
	loopback_announce(ibgp);
	timer_start(&ibgp->look, config->settle);
	timer_start(&ibgp->taken, TAKEN_LOOK);
	return 0;
}

static void
ibgp_abandon(struct protocol *protocol)
{
	struct ibgp *ibgp = ibgp_of(protocol);
	timer_stop(&ibgp->look);
	timer_stop(&ibgp->taken);
	ibgp_members_free(&ibgp->members);
}

static void
ibgp_stop(struct protocol *protocol)
{
	loopback_remove(ibgp_of(protocol));
	ibgp_abandon(protocol);
}

static void
member_show(struct out *out, const struct ibgp_member *member)
{
	static const char *const relations[] = { [IBGP_STRANGER] = "by reflectors",
						 [IBGP_PEER] = "peer",
						 [IBGP_CLIENT] = "client" };
	out_row(out);
	out_addr(out, "loopback", member->addr);
	out_str(out, "relation",
		member->is_own ? "ourselves" : relations[member->session]);
	out_str(out, "session", member->child ? member->child->name : NULL);
	out_str(out, "state",
		member->child == NULL ? NULL
		: member->lost == 0   ? "up"
				      : "down");
}

static void
ibgp_show(const struct protocol *protocol, struct out *out)
{
	static const struct out_column columns[] = {
		{ .key = "loopback", .title = "Loopback" },
		{ .key = "relation", .title = "Relation" },
		{ .key = "session", .title = "Session" },
		{ .key = "state", .title = "State" },
	};
	const struct ibgp *ibgp = (const struct ibgp *)protocol;
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	unsigned count = ibgp_reflectors(&ibgp->members, reflectors);
	out_addr(out, "loopback", ibgp->own);
	out_u64(out, "routers", ibgp_members_there(&ibgp->members));
	out_list(out, "reflectors");
	for (unsigned i = 0; i < count; i++)
		out_addr(out, NULL, reflectors[i]->addr);
	out_list_end(out);
	out_table(out, "members", columns, ARRAY_SIZE(columns));
	for (uint32_t i = 0; i < ibgp->members.count; i++)
		member_show(out, &ibgp->members.list[i]);
	out_table_end(out);
}

static const char *
ibgp_status(const struct protocol *protocol)
{
	return ((const struct ibgp *)protocol)->info;
}

/* ---- configuration ---- */

static const char *
prefix_take(struct conf_call *call)
{
	struct ibgp_config *config = call->config;
	config->loopbacks = call->values[0].prefix;
	config->has_loopbacks = true;
	call->culprit = 0;
	return config->loopbacks.type != NET_IP6 || config->loopbacks.length > 120
		       ? "the loopbacks are of an IPv6 prefix of at most /120"
		       : NULL;
}

static void
prefix_print(struct text *text, const void *field)
{
	char shown[PREFIX_TEXT];
	text_add(text, prefix_format(field, shown));
}

static const struct conf_item items[] = {
	{ .pattern = "prefix <prefix>",
	  .doc = "Where the loopbacks of all routers are; needed, the same everywhere, "
		 "and for nothing else.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct ibgp_config, loopbacks),
	  .size = sizeof(struct prefix),
	  .take = prefix_take,
	  .print = prefix_print },
	{ .pattern = "address @",
	  .doc = "Our loopback, of the prefix. Preset: made of the host's name and the "
		 "router id. The interface lo is given it, and loses it again at the end "
		 "unless it had it before; from Linux 5.18 on one that was killed leaves "
		 "it to the next to take away.",
	  .type = CONF_ADDR,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct ibgp_config, address) },
	{ .pattern = "settle time @",
	  .doc = "How long after a change of the loopbacks sessions follow.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct ibgp_config, settle),
	  .max = 3600 * USEC_S,
	  .preset = USEC_S },
	{ .pattern = "linger time @",
	  .doc = "How long sessions stay that are no longer needed, or whose loopback "
		 "is gone; and how long a session may be down before another router "
		 "reflects.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct ibgp_config, linger),
	  .min = USEC_S,
	  .max = 3600 * USEC_S,
	  .preset = 30 * USEC_S },
	{ 0 }
};

/* Who is there has a session soon, also behind an error. */
static void
preset(void *data)
{
	struct ibgp_config *config = data;
	config->bgp.connect_delay = USEC_S;
	config->bgp.error_wait =
		(struct bgp_error_wait){ .least = 2 * USEC_S, .most = 60 * USEC_S };
}

static const struct conf_schema ibgp_schema = {
	.name = "ibgp",
	.doc = "The sessions within an AS, made by themselves (`ibgp auto { … }`). Up to "
	       "twelve routers have sessions with each other; of more, two that all "
	       "agree on reflect routes. Routes of BGP are never told to an IGP then, "
	       "whatever its export says. The options of protocol bgp are those of "
	       "the sessions; preset are `connect delay time` 1 and `error wait time` "
	       "2, 60.",
	.size = sizeof(struct ibgp_config),
	.items = items,
	.base = &bgp_schema,
	.init = preset,
};

/* Loopbacks come and go by it, in the table that next hops resolve in. */
static void
igp_channel_add(struct ibgp_config *config, struct arena *arena)
{
	struct channel_config *channel = arena_alloc(arena, sizeof(*channel));
	struct bgp_channel_config *more = arena_alloc(arena, sizeof(*more));
	channel->name = IGP_CHANNEL;
	channel->type = NET_IP6;
	channel->preference.said = true;
	channel->preference.value = IGP_PREFERENCE;
	list_each(own, &config->bgp.common.channels, struct channel_config, link) {
		const struct bgp_channel_config *terms = own->more;
		if (terms->igp_tables.names[1] != NULL)
			channel->table = terms->igp_tables.names[1];
		if (own->type == NET_IP6 && channel->table == NULL)
			channel->table = own->table;
	}
	more->stale_time = more->min_stale_time = more->max_stale_time = -1;
	channel->more = more;
	list_push_back(&config->bgp.common.channels, &channel->link);
}

static void
check_written(const struct ibgp_config *config, struct conf_check *check)
{
	const struct bgp_config *bgp = &config->bgp;
	if (!config->has_loopbacks)
		conf_check_error(check, "the loopbacks are missing: `prefix PREFIX;`");
	else if (!addr_is_any(config->address) &&
		 !prefix_has_addr(&config->loopbacks, config->address))
		conf_check_error(check, "our `address` is not of the prefix");
	if (bgp->password == NULL)
		conf_check_error(check, "the password is missing: `password \"…\";`; "
					"who has none must not become a neighbour");
	if (!addr_is_any(bgp->remote.addr) || bgp->remote.has_range ||
	    bgp->remote.as != 0 || bgp->remote.side != BGP_ANY_SIDE || bgp->rr_client)
		conf_check_error(check, "neighbours are found, not written, and so are "
					"reflectors");
	if (!addr_is_any(bgp->local.addr))
		conf_check_error(check, "our address is a loopback: `address ADDRESS;`");
}

static void
ibgp_check(void *data, struct conf_check *check)
{
	struct ibgp_config *config = data;
	struct bgp_config *bgp = &config->bgp;
	check_written(config, check);
	if (bgp->password != NULL)
		bgp->authentication = BGP_AUTH_MD5;
	bgp->local.as = bgp->local.as != 0 ? bgp->local.as : IBGP_AS;
	bgp->remote = (struct bgp_remote){ .has_range = true,
					   .range = config->loopbacks,
					   .port = bgp->remote.port,
					   .side = BGP_INTERNAL };
	list_each(channel, &bgp->common.channels, struct channel_config, link) {
		struct bgp_channel_config *more = (void *)channel->more;
		channel->is_model = true;
		more->extended_next_hop = true;
		if (more->next_hop_self == BGP_WHOSE_UNSAID)
			more->next_hop_self = BGP_EBGPS;
	}
	bgp_check(bgp, check);
	igp_channel_add(config, check->arena);
}

/* All but what the IGP carries is told (advertise.c). */
static void
ibgp_channel_preset(struct channel_config *channel)
{
	channel->import = channel->export = NULL;
}

const struct protocol_class ibgp_class = {
	.name = "ibgp",
	.title = "IBGP",
	.doc = "The sessions within an AS, made by themselves.",
	.size = sizeof(struct ibgp),
	.schema = &ibgp_schema,
	.channel_schema = &bgp_channel_schema,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6),
	.channels = CHANNELS_PRESET,
	.preference = 100,
	.source = RTS_DEVICE,
	.uses_router_id = true,
	.guards_interior = true,
	.channel_preset = ibgp_channel_preset,
	.check = ibgp_check,
	.start = ibgp_start,
	.stop = ibgp_stop,
	.abandon = ibgp_abandon,
	.link_event = ibgp_link_event,
	.address_event = ibgp_address_event,
	.child_configure = ibgp_child_configure,
	.child_event = ibgp_child_event,
	.reimport = ibgp_reimport,
	.refusal = ibgp_refusal,
	.route_event = ibgp_route_event,
	.show = ibgp_show,
	.status = ibgp_status,
};
