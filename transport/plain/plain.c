/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transport plain: class and life, and what it stands on: sockets, interface, addresses.
 */
#include "transport/plain/plain.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "interface_version.h"
#include "lib/text.h"
#include "nest/module.h"

void
plain_trace(const struct plain *plain, const char *format, ...)
{
	char text[256];
	va_list arguments;

	if (!(plain->transport.debug & DEBUG_STATES))
		return;
	va_start(arguments, format);
	text_vformat(text, sizeof(text), format, arguments);
	va_end(arguments);
	transport_log(&plain->transport, LOG_TRACE, "%s", text);
}

/* ---- what it stands on
 * --------------------------------------------------------------- */

static bool
needs_socket(const struct plain_config *config, bool ip4)
{
	if (!addr_is_any(config->local.addr))
		return addr_is_ip4(config->local.addr) == ip4;
	list_each(peer, &config->peers, struct plain_peer_config, list)
		if (peer->endpoint.port == 0 || addr_is_ip4(peer->endpoint.addr) == ip4)
			return true;
	return false;
}

static int
sockets_open(struct plain *plain)
{
	const struct plain_config *config = plain_config(plain);

	for (unsigned i = 0; i < ARRAY_SIZE(plain->sockets); i++) {
		bool ip4 = i == 0;
		struct sys_udp_args args = { .local = config->local.addr,
					     .port = (uint16_t)config->local.port,
					     .priority = -1 };
		if (plain->sockets[i] || !needs_socket(config, ip4))
			continue;
		if (addr_is_any(args.local))
			args.local = ip4 ? addr_from_ip4(0) : addr_any;
		int error = plain_world(plain)->class->udp_open(plain_world(plain), &args,
								&plain_udp_ops, plain,
								&plain->sockets[i]);
		if (error)
			return error;
	}
	return 0;
}

/* fe80::/64 and a number made of what tells us from others, so that it is the same after
 * a restart. */
static struct addr
link_local_make(const struct plain *plain)
{
	char text[512];

	text_format(text, sizeof(text), "%u %s %s", plain->transport.router->router_id,
		    plain->transport.name,
		    plain_world(plain)->class->hostname(plain_world(plain)));
	return addr_from_u64(UINT64_C(0xfe80) << 48, hash_bytes64(text, strlen(text), 0));
}

static void
address_add(const struct plain *plain, struct addr addr)
{
	bool ip4 = addr_is_ip4(addr);
	unsigned length = ip4 ? 32 : addr_is_link_local(addr) ? 64 : 128;
	char text[ADDR_TEXT];
	int error = plain_world(plain)->class->address_add(
		plain_world(plain), plain->interface->sys.index, addr, length);

	if (error)
		transport_log(&plain->transport, LOG_ERROR, "Cannot add address %s: %s",
			      addr_format(addr, text), text_error(error));
}

static void
addresses_add(const struct plain *plain)
{
	const struct plain_nets *nets = &plain_config(plain)->addresses;
	bool has_local = false;

	for (uint32_t i = 0; i < nets->count; i++) {
		address_add(plain, nets->list[i].addr);
		has_local |= addr_is_link_local(nets->list[i].addr);
	}
	if (!has_local)
		address_add(plain, link_local_make(plain));
}

/* Also after somebody took it down and up: the kernel has dropped addresses then. */
static void
plain_interface_event(struct transport *transport, struct interface *interface, bool gone)
{
	struct plain *plain = (struct plain *)transport;

	if (gone && plain->interface != interface)
		return;
	plain->interface = gone ? NULL : interface;
	if (!gone && interface->sys.flags & SYS_IF_UP)
		addresses_add(plain);
	list_each_safe(peer, &plain->peers, struct plain_peer, list)
		plain_peer_interface(peer);
}

/* ---- life
 * ---------------------------------------------------------------------------- */

static void
peers_update(struct plain *plain)
{
	const struct plain_config *config = plain_config(plain);

	list_each(new, &config->peers, struct plain_peer_config, list) {
		struct plain_peer *peer = plain_peer_find(plain, new->name);
		if (peer)
			plain_peer_configure(peer, new);
		else
			plain_peer_new(plain, new);
	}
}

static int
plain_start(struct transport *transport)
{
	struct plain *plain = (struct plain *)transport;

	list_init(&plain->peers);
	plain_routes_init(plain);
	int error = sockets_open(plain);
	if (!error)
		error = plain_world(plain)->class->tun_open(
			plain_world(plain), transport->name, plain_config(plain)->mtu,
			&plain_tun_ops, plain, &plain->tun);
	if (!error)
		peers_update(plain);
	return error;
}

static void
plain_stop(struct transport *transport)
{
	struct plain *plain = (struct plain *)transport;

	list_each_safe(peer, &plain->peers, struct plain_peer, list)
		plain_peer_free(peer);
	plain_world(plain)->class->tun_close(plain->tun);
	for (unsigned i = 0; i < ARRAY_SIZE(plain->sockets); i++)
		plain_world(plain)->class->udp_close(plain->sockets[i]);
}

static void
plain_reconfigure(struct transport *transport, const void *old,
		  const struct conf_diff *diff)
{
	struct plain *plain = (struct plain *)transport;
	const struct plain_config *config = plain_config(plain);

	(void)old;
	(void)diff;
	list_each_safe(peer, &plain->peers, struct plain_peer, list) {
		bool wanted = false;
		list_each(new, &config->peers, struct plain_peer_config, list)
			wanted |= !strcmp(new->name, peer->config->name);
		if (!wanted)
			plain_peer_free(peer);
	}
	int error = sockets_open(plain);
	if (error)
		transport_log(transport, LOG_ERROR, "Cannot open a socket: %s",
			      text_error(error));
	peers_update(plain);
}

static int
plain_route_bind(struct transport *transport, struct link *link, const struct prefix *net)
{
	/* Nobody has a trie of sources here. */
	if (net->type != NET_IP4 && net->type != NET_IP6)
		return -EAFNOSUPPORT;
	plain_route_set((struct plain *)transport, net, link->context, false);
	return 0;
}

static void
plain_route_unbind(struct transport *transport, struct link *link,
		   const struct prefix *net)
{
	plain_route_clear((struct plain *)transport, net, link->context, false);
}

static void
plain_audit(const struct transport *transport, enum audit_depth depth)
{
	const struct plain *plain = (const struct plain *)transport;

	list_each(peer, &plain->peers, struct plain_peer, list) {
		assert(peer->link->transport == transport);
		assert(peer->link->interface == plain->interface);
		assert(!peer->link->up || timer_is_running(&peer->silence));
	}
	if (depth == AUDIT_FULL)
		plain_routes_audit(plain);
}

static const struct transport_class plain_class = {
	.name = "plain",
	.doc = "IP packets in UDP datagrams, without encryption.",
	.size = sizeof(struct plain),
	.schema = &plain_schema,
	.start = plain_start,
	.stop = plain_stop,
	.reconfigure = plain_reconfigure,
	.send = plain_link_send,
	.route_bind = plain_route_bind,
	.route_unbind = plain_route_unbind,
	.interface_event = plain_interface_event,
	.show = plain_show,
	.audit = plain_audit,
};

static const struct transport_class *const plain_classes[] = { &plain_class, NULL };

extern const struct module plain_module;
const struct module plain_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "plain",
	.doc = "IP packets in UDP datagrams, without encryption.",
	.transports = plain_classes,
};
