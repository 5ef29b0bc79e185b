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
#include "proto/bgp/session_private.h"

struct protocol_config *
bgp_dynamic_configure(const struct protocol *parent, const void *detail,
		      struct arena *arena)
{
	const struct bgp_dynamic *met = detail;
	struct bgp_config *config = spawn_config_copy(arena, parent->config);
	config->remote.addr = met->addr;
	config->remote.has_range = false;
	/* The parent's listener has looked where the call came in. */
	if (!list_is_empty(&config->interface_ranges))
		config->strict_bind = false;
	list_init(&config->interface_ranges);
	if (met->link[0] != '\0')
		config->interface = arena_strdup(arena, met->link);
	config->passive |= met->called;
	config->transient = met->called;
	return &config->common;
}

/* ---- who calls from a range ---- */

/* The link the caller is on; null: several hops away, or on none of ours. */
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
	return is_in(&config->interface_ranges, link);
}

/* One for the same neighbour: disabled, or it would have taken the call. */
static bool
is_met(const struct protocol *parent, const struct bgp_dynamic *met)
{
	list_each(spawn, &parent->children, struct spawn, link) {
		const struct bgp_dynamic *other = spawn->detail;
		if (!spawn->child->removing && addr_equal(other->addr, met->addr) &&
		    strcmp(other->link, met->link) == 0)
			return true;
	}
	return false;
}

struct bgp_session *
bgp_dynamic_meet(struct protocol *parent, const struct sys_tcp_ends *ends,
		 const char **why)
{
	const struct bgp_config *config = bgp_config(parent);
	struct bgp_dynamic met = { .addr = ends->remote, .called = true };
	const struct link *link = link_of(parent->router, ends);
	if (addr_is_link_local(ends->remote) && link != NULL)
		text_format(met.link, sizeof(met.link), "%s", link->name);
	*why = "its instance does not run";
	if (is_met(parent, &met))
		return NULL;
	*why = "`dynamic limit` is reached";
	if (spawn_count(parent) >= config->dynamic_limit)
		return NULL;
	struct protocol *child = spawn_new(parent, config->dynamic_name,
					   config->dynamic_digits, &met, sizeof(met));
	protocol_enable(child);
	*why = "it is on no link of ours";
	return protocol_is_running(child) ? bgp_of(child)->session : NULL;
}
