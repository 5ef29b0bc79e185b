/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router id: configured, taken from interfaces, or made up where a host has no IPv4
 * address.
 */
#include "nest/router.h"

#include <string.h>

#include "lib/hash.h"
#include "nest/interface.h"
#include "nest/schema.h"

/* The lowest IPv4 address among the interfaces that `patterns` admits; 0 if there is
 * none. */
static uint32_t
id_from_addresses(const struct router *router, const struct interface_pattern *pattern)
{
	uint32_t lowest = 0;
	list_each(interface, &router->interfaces, struct interface, link) {
		bool loopback = interface->sys.flags & SYS_IF_LOOPBACK;
		if (pattern ? !interface_name_matches(pattern, interface) : loopback)
			continue;
		list_each(address, &interface->addresses, struct interface_address,
			  link) {
			if (!addr_is_ip4(address->sys.addr) ||
			    addr_is_loopback(address->sys.addr))
				continue;
			uint32_t ip4 = addr_to_ip4(address->sys.addr);
			if (lowest == 0 || ip4 < lowest)
				lowest = ip4;
		}
	}
	return lowest;
}

/* A host without IPv4 gets an id from its first link-local address, else from its name:
 * stable over restarts, and different on different hosts with overwhelming likelihood. */
static uint32_t
id_made_up(const struct router *router)
{
	uint32_t id = 0;
	list_each(link, &router->links, struct link, link)
		if (id == 0 && !link->loopback && !addr_is_any(link->local))
			id = hash_bytes(link->local.bytes, sizeof(link->local.bytes), 0);
	if (id == 0) {
		const char *name = router->sys->class->hostname(router->sys);
		id = hash_bytes(name, strlen(name), 0);
	}
	return id ? id : 1;
}

static uint32_t
id_choose(const struct router *router)
{
	const struct config *config = router->config;
	if (config && config->has_router_id)
		return config->router_id;
	uint32_t id = 0;
	if (config && !list_is_empty(&config->router_id_from)) {
		const struct conf_interface *last =
			container_of(config->router_id_from.previous,
				     const struct conf_interface, link);
		id = id_from_addresses(router, last->patterns);
	}
	if (id == 0)
		id = id_from_addresses(router, NULL);
	return id ? id : id_made_up(router);
}

/* As in BIRD, an id found on interfaces is kept while the router runs, though addresses
 * come and go: only a configuration changes it. */
void
router_id_update(struct router *router)
{
	bool configured = router->config && router->config->has_router_id;
	if (!router->interfaces_known || (router->router_id && !configured))
		return;
	uint32_t id = id_choose(router);
	if (id == router->router_id)
		return;
	bool first = router->router_id == 0;
	router->router_id = id;
	if (first)
		return;
	router_log(router, LOG_INFO,
		   "Router id changed, restarting protocols that use it");
	list_each(protocol, &router->protocols, struct protocol, link)
		if (!protocol->config->has_router_id && protocol->class->uses_router_id)
			protocol_restart(protocol, "router id changed");
}
