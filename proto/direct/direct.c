/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol direct: the prefixes that are on link by the addresses of interfaces, as
 * routes.
 */
#include "interface_version.h"
#include "nest/module.h"
#include "nest/nexthop.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"

struct direct_config {
	struct protocol_config common;
	bool check_link;
	struct list interfaces; /* struct conf_interface; empty: all. */
};

static const struct conf_schema direct_interface_schema = {
	.name = "direct interface",
	.doc = "The interfaces whose prefixes become routes.",
	.size = sizeof(struct conf_interface),
};

static const struct conf_item direct_items[] = {
	{ .pattern = "interface @",
	  .doc = "Only the prefixes of matching interfaces become routes; without it, "
		 "those of all.",
	  .type = CONF_INTERFACES,
	  .effect = CONF_REFEED,
	  .offset = offsetof(struct direct_config, interfaces),
	  .more = &direct_interface_schema },
	{ .pattern = "check link @",
	  .doc = "Withdraws the prefixes of an interface while it has no carrier.",
	  .type = CONF_SWITCH,
	  .effect = CONF_REFEED,
	  .offset = offsetof(struct direct_config, check_link) },
	{ 0 }
};

static const struct conf_schema direct_schema = {
	.name = "direct",
	.doc = "Makes routes of the prefixes that are on link.",
	.size = sizeof(struct direct_config),
	.items = direct_items,
	.base = &protocol_schema,
};

static const struct direct_config *
direct_config(const struct protocol *protocol)
{
	return (const struct direct_config *)protocol->config;
}

/* The first list that names the link decides; no list at all takes every interface. */
static bool
direct_wants(const struct protocol *protocol, const struct link *link)
{
	const struct direct_config *config = direct_config(protocol);
	if (list_is_empty(&config->interfaces))
		return true;
	list_each(block, &config->interfaces, struct conf_interface, link)
		if (interface_pattern_matches(block->patterns, link))
			return true;
	return false;
}

/* The link that stands for an interface's addresses; null while there is none. */
static struct link *
link_of_interface(const struct interface *interface)
{
	if (interface->own_link)
		return interface->own_link;
	/* A transport's: any that is up will do. */
	list_each(link, &interface->router->links, struct link, link)
		if (link->interface == interface && link->enabled)
			return link;
	return NULL;
}

static bool
is_announced(const struct protocol *protocol, const struct interface *interface,
	     const struct sys_address *address)
{
	const struct link *link = link_of_interface(interface);
	if (!link || !link->enabled || !direct_wants(protocol, link))
		return false;
	if (direct_config(protocol)->check_link && !link->up)
		return false;
	return !addr_is_link_local(address->addr) && !addr_is_loopback(address->addr) &&
	       !(address->flags & SYS_ADDRESS_SECONDARY);
}

/* The set of an interface's prefixes, held by the caller. */
static struct attrs *
interface_attrs(struct protocol *protocol, const struct interface *interface)
{
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_direct(protocol->router, link_of_interface(interface));
	draft.source = RTS_DEVICE;
	struct attrs *attrs = attrs_intern(protocol->router, &draft);
	nexthop_release(protocol->router, draft.nexthop);
	attrs_draft_fini(&draft);
	return attrs;
}

/* Where a prefix goes; null: nowhere. */
static struct channel *
channel_of(struct protocol *protocol, struct prefix *net)
{
	struct channel *channel = protocol_channel(protocol, net->type);
	if (!channel && net->type == NET_IP6) {
		channel = protocol_channel(protocol, NET_IP6_SADR);
		net->type = NET_IP6_SADR;
	}
	return channel && channel->state != CHANNEL_DOWN ? channel : NULL;
}

/* Several interfaces may have the same prefix: each is a path of its own. */
static void
prefix_import(struct protocol *protocol, const struct interface *interface,
	      const struct sys_address *address, bool announced)
{
	struct prefix net = address->prefix;
	struct channel *channel = channel_of(protocol, &net);
	if (!channel)
		return;
	struct route_update update = { .net = &net, .path_id = interface->sys.index };
	update.attrs = announced ? interface_attrs(protocol, interface) : NULL;
	channel_import(channel, &update, 1);
	attrs_release(protocol->router, update.attrs, 1);
}

static void
direct_recall(struct protocol *protocol, struct channel *channel,
	      const struct prefix *net,
	      void (*heard)(void *context, const struct route_update *), void *context)
{
	list_each(interface, &protocol->router->interfaces, struct interface, link)
		list_each(address, &interface->addresses, struct interface_address,
			  link) {
			struct prefix own = address->sys.prefix;
			if (channel_of(protocol, &own) != channel ||
			    !prefix_equal(&own, net) ||
			    !is_announced(protocol, interface, &address->sys))
				continue;
			struct route_update update = { .net = net,
						       .path_id = interface->sys.index };
			update.attrs = interface_attrs(protocol, interface);
			heard(context, &update);
			attrs_release(protocol->router, update.attrs, 1);
		}
}

static void
interface_import(struct protocol *protocol, const struct interface *interface)
{
	list_each(address, &interface->addresses, struct interface_address, link)
		prefix_import(protocol, interface, &address->sys,
			      is_announced(protocol, interface, &address->sys));
}

static void
direct_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	(void)channel;
	(void)which; /* There are few. */
	list_each(interface, &protocol->router->interfaces, struct interface, link)
		interface_import(protocol, interface);
}

static int
direct_start(struct protocol *protocol)
{
	protocol_set_state(protocol, PROTOCOL_UP);
	direct_reimport(protocol, NULL, NULL);
	return 0;
}

static void
direct_address_event(struct protocol *protocol, struct interface *interface,
		     const struct sys_address *address, bool gone)
{
	bool another = false;
	list_each(other, &interface->addresses, struct interface_address, link)
		if (prefix_equal(&other->sys.prefix, &address->prefix) &&
		    is_announced(protocol, interface, &other->sys))
			another = true;
	prefix_import(protocol, interface, address,
		      another || (!gone && is_announced(protocol, interface, address)));
}

static void
direct_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	(void)event;
	struct interface *interface = link->interface;
	if (interface)
		interface_import(protocol, interface);
}

static const struct protocol_class direct_class = {
	.name = "direct",
	.doc = "Makes routes of the prefixes that are on link.",
	.size = sizeof(struct protocol),
	.schema = &direct_schema,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR),
	.preference = 240,
	.source = RTS_DEVICE,
	.start = direct_start,
	.reimport = direct_reimport,
	.recall = direct_recall,
	.address_event = direct_address_event,
	.link_event = direct_link_event,
};

static const struct protocol_class *const direct_classes[] = { &direct_class, NULL };

extern const struct module direct_module;
const struct module direct_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "direct",
	.doc = "Makes routes of the prefixes that are on link.",
	.protocols = direct_classes,
};
