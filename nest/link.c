/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links: their life, and telling everybody about it.
 */
#include "nest/link.h"

#include <assert.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"
#include "nest/interface.h"
#include "nest/link_private.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "nest/subscribe.h"
#include "nest/transport.h"

struct link *
link_make(struct router *router, const char *name)
{
	struct link *link = mem_zalloc(sizeof(*link));
	link->router = router;
	link->name = mem_strdup(name);
	link->serial = ++router->link_serial;
	link->rtt = link->alive = USEC_NEVER;
	list_init(&link->ports);
	list_push_back(&router->links, &link->link);
	subscribe_changed(router, SUBSCRIBE_LINKS);
	return link;
}

struct link *
link_new(struct transport *transport, const char *name, struct interface *interface)
{
	struct link *link = link_make(transport->router, name);
	link->transport = transport;
	link->tunnel = true;
	link_set_interface(link, interface);
	return link;
}

void
link_set_interface(struct link *link, struct interface *interface)
{
	if (!interface)
		link_set_up(link, false);
	uint32_t mtu = interface ? interface->sys.mtu : link->mtu;
	bool changed = link->interface != interface || link->mtu != mtu;
	link->interface = interface;
	link->mtu = mtu;
	changed |= link_addresses_update(link);
	if (changed && link->up)
		link_changed(link);
}

void
link_free(struct link *link)
{
	link_ports_free(link);
	list_remove(&link->link);
	mem_free((char *)(uintptr_t)link->peer_name);
	mem_free((char *)(uintptr_t)link->name);
	mem_free(link);
}

void
link_hold(struct link *link)
{
	link->uses++;
}

void
link_release(struct link *link)
{
	assert(link->uses > 0);
	if (--link->uses == 0 && link->gone)
		link_free(link);
}

static void
protocols_tell(struct link *link, enum link_event event)
{
	subscribe_changed(link->router, SUBSCRIBE_LINKS);
	list_each_safe(protocol, &link->router->protocols, struct protocol, link)
		if (protocol->class->link_event && protocol_is_running(protocol))
			protocol->class->link_event(protocol, link, event);
}

void
link_set_up(struct link *link, bool up)
{
	link_set_state(link, up, up);
}

/* Next hops first, so that a protocol that looks at the table sees what holds now. */
void
link_set_state(struct link *link, bool enabled, bool up)
{
	bool was_enabled = link->enabled, was_up = link->up;
	link->enabled = enabled;
	link->up = up;
	if (enabled != was_enabled)
		nexthop_link_changed(link->router, link);
	if (up != was_up)
		protocols_tell(link, up ? LINK_UP : LINK_DOWN);
	else if (enabled != was_enabled)
		protocols_tell(link, LINK_CHANGED);
}

void
link_changed(struct link *link)
{
	protocols_tell(link, LINK_CHANGED);
}

void
link_gone(struct link *link)
{
	assert(!link->gone);
	link_hold(link);
	link_set_up(link, false);
	link->gone = true;
	link->interface = NULL;
	list_remove(&link->link);
	protocols_tell(link, LINK_GONE);
	link_ports_free(link);
	link_release(link);
}

static bool
is_usable(const struct sys_address *address)
{
	return !(address->flags & SYS_ADDRESS_TENTATIVE);
}

/* The first of each kind that can be used; unchanged where there is none. */
static void
addresses_find(const struct interface *interface, struct addr *local, struct addr *local4)
{
	list_each(address, &interface->addresses, struct interface_address, link) {
		struct addr addr = address->sys.addr;
		if (!is_usable(&address->sys))
			continue;
		if (addr_is_ip4(addr)) {
			if (addr_is_any(*local4) &&
			    !(address->sys.flags & SYS_ADDRESS_SECONDARY))
				*local4 = addr;
		} else if (addr_is_link_local(addr) && addr_is_any(*local)) {
			*local = addr;
		}
	}
}

bool
link_addresses_update(struct link *link)
{
	struct addr local = addr_any, local4 = addr_any;
	if (link->interface)
		addresses_find(link->interface, &local, &local4);
	bool changed =
		!addr_equal(local, link->local) || !addr_equal(local4, link->local4);
	link->local = local;
	link->local4 = local4;
	return changed;
}

struct link *
link_find(const struct router *router, const char *name)
{
	list_each(link, &router->links, struct link, link)
		if (!strcmp(link->name, name))
			return link;
	return NULL;
}

bool
link_has_addr(const struct link *link, struct addr addr)
{
	if (!link->interface)
		return false;
	list_each(address, &link->interface->addresses, struct interface_address, link)
		if (addr_equal(address->sys.addr, addr))
			return true;
	return addr_equal(link->local, addr);
}

bool
router_has_addr(const struct router *router, struct addr addr)
{
	list_each(interface, &router->interfaces, struct interface, link)
		list_each(address, &interface->addresses, struct interface_address, link)
			if (addr_equal(address->sys.addr, addr))
				return true;
	return false;
}

void
link_check(struct link *link)
{
	struct sys *sys = link->router->sys;

	if (!link->transport && link->interface)
		sys->class->interface_check(sys, link->interface->sys.index);
}

/* The length of the longest on-link prefix of `link` that has `addr`, as of a 128-bit
 * address; 0 if none has. */
static unsigned
on_link_length(const struct link *link, struct addr addr)
{
	unsigned longest = 0;
	list_each(address, &link->interface->addresses, struct interface_address, link) {
		const struct prefix *prefix = &address->sys.prefix;
		if (prefix_has_addr(prefix, addr))
			longest =
				MAX(longest, prefix_offset(prefix) + prefix->length + 1);
	}
	return longest;
}

struct link *
link_of_addr(const struct router *router, struct addr addr,
	     const struct interface *within)
{
	struct link *best = NULL;
	unsigned longest = 0;
	list_each(link, &router->links, struct link, link) {
		if (!link->up || !link->interface ||
		    (within && link->interface != within))
			continue;
		if (link->transport && !addr_equal(link->peer, addr))
			continue;
		unsigned length = on_link_length(link, addr);
		if (length > longest) {
			longest = length;
			best = link;
		}
	}
	return best;
}

/* ---- patterns ---- */

static bool
has_address_within(const struct interface *interface, const struct prefix *prefix)
{
	list_each(address, &interface->addresses, struct interface_address, link)
		if (prefix_has_addr(prefix, address->sys.addr))
			return true;
	return false;
}

static bool
pattern_accepts(const struct interface_pattern *pattern,
		const struct interface *interface, const char *link_name)
{
	if (pattern->name && !text_matches(pattern->name, interface->sys.name) &&
	    !(link_name && text_matches(pattern->name, link_name)))
		return false;
	return !pattern->has_prefix || has_address_within(interface, &pattern->prefix);
}

bool
interface_pattern_matches(const struct interface_pattern *patterns,
			  const struct link *link)
{
	if (!link->interface)
		return false;
	for (const struct interface_pattern *one = patterns; one; one = one->next)
		if (pattern_accepts(one, link->interface, link->name))
			return !one->exclude;
	return false;
}

bool
interface_name_matches(const struct interface_pattern *pattern,
		       const struct interface *interface)
{
	for (; pattern; pattern = pattern->next)
		if (pattern_accepts(pattern, interface, NULL))
			return !pattern->exclude;
	return false;
}

bool
interface_pattern_equal(const struct interface_pattern *a,
			const struct interface_pattern *b)
{
	for (; a && b; a = a->next, b = b->next) {
		if (a->exclude != b->exclude || a->has_prefix != b->has_prefix ||
		    !a->name != !b->name || (a->name && strcmp(a->name, b->name) != 0))
			return false;
		if (a->has_prefix && !prefix_equal(&a->prefix, &b->prefix))
			return false;
	}
	return !a && !b;
}
