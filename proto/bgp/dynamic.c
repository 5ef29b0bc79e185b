/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instances for neighbours that are not configured one by one: whom they are made for,
 * and what they run by.  How long they stay is the session's care.
 */
#include "proto/bgp/dynamic.h"

#include <string.h>

#include "lib/arena.h"
#include "lib/text.h"
#include "nest/router.h"
#include "proto/bgp/discover.h"
#include "proto/bgp/session_private.h"

struct protocol_config *
bgp_dynamic_configure(const struct protocol *parent, const void *detail,
		      struct arena *arena)
{
	const struct bgp_dynamic *met = detail;
	struct bgp_config *config = spawn_config_copy(arena, parent->config);
	config->remote.addr = met->addr;
	config->remote.has_range = config->remote.is_found = false;
	config->interfaces = NULL;
	/* The parent's listener has looked where the connection came in. */
	if (!list_is_empty(&config->interface_ranges))
		config->strict_bind = false;
	list_init(&config->interface_ranges);
	if (met->link[0] != '\0')
		config->interface = arena_strdup(arena, met->link);
	config->passive |= met->connected;
	config->transient = met->connected;
	return &config->common;
}

/* ---- who connects from a range ---- */

/* The link it came over; null: several hops away, or on none of ours. */
static struct link *
link_of(const struct router *router, const struct sys_tcp_ends *ends)
{
	struct interface *interface =
		ends->index != 0 ? interface_at(router, ends->index) : NULL;
	if (ends->index != 0 && interface == NULL)
		return NULL;
	if (interface != NULL && interface->own_link != NULL)
		return interface->own_link;
	return link_of_addr(router, ends->remote, interface);
}

static bool
is_in(const struct list *ranges, const struct link *link)
{
	list_each(range, ranges, struct conf_interface, link)
		if (link != NULL && interface_pattern_matches(range->patterns, link))
			return true;
	return list_is_empty(ranges);
}

bool
bgp_dynamic_covers(const struct protocol *protocol, const struct sys_tcp_ends *ends)
{
	const struct bgp_config *config = bgp_config(protocol);
	if (!config->remote.has_range ||
	    !prefix_has_addr(&config->remote.range, ends->remote))
		return false;
	if (!addr_is_any(config->local.addr) &&
	    !addr_equal(config->local.addr, ends->local))
		return false;
	const struct link *link = link_of(protocol->router, ends);
	const struct bgp_session *session = ((const struct bgp *)protocol)->session;
	if (config->interface != NULL && link != session->link)
		return false;
	if (config->remote.is_found)
		return bgp_discover_covers(protocol, link);
	return is_in(&config->interface_ranges, link);
}

struct protocol *
bgp_dynamic_child(const struct protocol *parent, const struct bgp_dynamic *met)
{
	list_each(spawn, &parent->children, struct spawn, link) {
		const struct bgp_dynamic *other = spawn->detail;
		if (!spawn->child->removing && addr_equal(other->addr, met->addr) &&
		    strcmp(other->link, met->link) == 0)
			return spawn->child;
	}
	return NULL;
}

bool
bgp_dynamic_is_anothers(const struct protocol *parent, struct addr addr, const char *link)
{
	list_each(other, &parent->router->protocols, struct protocol, link) {
		if (other->class != parent->class || other->removing ||
		    spawn_parent(other) == parent)
			continue;
		const struct bgp_config *config = bgp_config(other);
		if (addr_equal(config->remote.addr, addr) && config->interface != NULL &&
		    strcmp(config->interface, link) == 0)
			return true;
	}
	return false;
}

/* Who is found on a link is called after it, unless something else was said. */
static struct protocol *
child_spawn(struct protocol *parent, const struct bgp_dynamic *met)
{
	const struct bgp_config *config = bgp_config(parent);
	char name[BGP_LINK_NAME * 2];
	if (!config->remote.is_found || config->has_dynamic_name)
		return spawn_new(parent, config->dynamic_name, config->dynamic_digits,
				 met, sizeof(*met));
	text_format(name, sizeof(name), "%s.%s", parent->name, met->link);
	return spawn_new(parent, name, SPAWN_BARE, met, sizeof(*met));
}

struct protocol *
bgp_dynamic_child_new(struct protocol *parent, const struct bgp_dynamic *met,
		      const char **why)
{
	*why = "`dynamic limit` is reached";
	if (spawn_count(parent) >= bgp_config(parent)->dynamic_limit)
		return NULL;
	struct protocol *child = child_spawn(parent, met);
	protocol_enable(child);
	return child;
}

struct bgp_session *
bgp_dynamic_meet(struct protocol *parent, const struct sys_tcp_ends *ends,
		 const char **why)
{
	struct bgp_dynamic met = { .addr = ends->remote, .connected = true };
	struct link *link = link_of(parent->router, ends);
	if (bgp_config(parent)->remote.is_found)
		return bgp_discover_meet(parent, link, ends->remote, why);
	if (addr_is_link_local(ends->remote) && link != NULL)
		text_format(met.link, sizeof(met.link), "%s", link->name);
	*why = "its instance does not run";
	/* Disabled, or it would have taken the connection. */
	if (bgp_dynamic_child(parent, &met) != NULL)
		return NULL;
	struct protocol *child = bgp_dynamic_child_new(parent, &met, why);
	if (child == NULL)
		return NULL;
	*why = "it is on no link of ours";
	return protocol_is_running(child) ? bgp_of(child)->session : NULL;
}
