/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the neighbour: the link it is on, and how its connections are made.
 */
#include "proto/bgp/way.h"

#include "nest/router.h"
#include "proto/bgp/session_private.h"

#define TOS      0xc0 /* RFC 4271 §E: internetwork control. */
#define PRIORITY 7

static const char *
link_take(struct bgp_session *session, struct link *link)
{
	const struct bgp_config *config = bgp_config(&session->bgp->protocol);
	session->link = link && !link->gone ? link : NULL;
	if (session->link == NULL)
		return "The neighbour is on no link of ours";
	if (config->terms.check_link && !link->up)
		return "Link down";
	/* Nothing can be sent to such a neighbour from another address. */
	if (addr_is_any(link->local) && addr_is_link_local(config->remote.addr))
		return "No link-local address of ours yet";
	return NULL;
}

/* On an interface that is named: a device's own link, or one of a transport's peers. */
static const char *
interface_take(struct bgp_session *session)
{
	const struct bgp_config *config = bgp_config(&session->bgp->protocol);
	const struct router *router = session->bgp->protocol.router;
	struct link *link = link_find(router, config->interface);
	struct interface *interface = interface_find(router, config->interface);
	if (interface == NULL && link != NULL)
		interface = link->interface;
	if (interface == NULL)
		return "No such interface";
	if (link == NULL)
		link = interface->own_link
			       ? interface->own_link
			       : link_of_addr(router, config->remote.addr, interface);
	session->index = interface->sys.index;
	if (!(interface->sys.flags & SYS_IF_UP))
		return "Interface down";
	return link_take(session, link);
}

static bool
link_is_there(const struct router *router, const struct link *wanted)
{
	list_each(link, &router->links, struct link, link)
		if (link == wanted)
			return link->enabled;
	return false;
}

const char *
bgp_way_find(struct bgp_session *session)
{
	const struct bgp_config *config = bgp_config(&session->bgp->protocol);
	const struct router *router = session->bgp->protocol.router;
	if (!recovery_is_known(router))
		return "What an earlier run left is being looked for";
	if (protocol_router_id(&session->bgp->protocol) == 0)
		return "No router id yet";
	if (!config->terms.direct)
		return NULL;
	if (config->interface != NULL)
		return interface_take(session);
	if (config->remote.has_range)
		return NULL;
	struct link *link = link_of_addr(router, config->remote.addr, NULL);
	/* A link that lost its carrier is found no more, but may still do. */
	if (link == NULL && !config->terms.check_link && session->link &&
	    link_is_there(router, session->link))
		link = session->link;
	if (link != NULL && link->interface != NULL)
		session->index = link->interface->sys.index;
	return link_take(session, link);
}

/* RFC 5082 §3: what comes from no further than it may has lost no more than that. */
static void
hops_fill(const struct bgp_config *config, struct sys_tcp_args *args)
{
	uint8_t hops = config->terms.hops;
	args->ttl = config->ttl_security ? UINT8_MAX : hops;
	args->ttl_least = config->ttl_security ? (uint8_t)(UINT8_MAX + 1 - hops) : 0;
}

void
bgp_way_args(const struct bgp_session *session, struct sys_tcp_args *args)
{
	const struct bgp_config *config = bgp_config(&session->bgp->protocol);
	struct addr local = config->local.addr;
	struct addr remote = config->remote.has_range ? config->remote.range.addr
						      : config->remote.addr;
	if (addr_is_any(local) && addr_is_ip4(remote))
		local = addr_from_ip4(0);
	*args = (struct sys_tcp_args){
		.local = local,
		.remote = remote,
		.remote_port = (uint16_t)config->remote.port,
		.free = config->free_bind,
		.tos = TOS,
		.priority = PRIORITY,
		.md5_key = config->password,
	};
	if (config->interface != NULL || addr_is_link_local(remote))
		args->index = session->index;
	args->bound = args->index != 0 && (config->onlink || config->strict_bind);
	hops_fill(config, args);
}
