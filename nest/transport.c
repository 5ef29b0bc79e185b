/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of transport instances, and the binding of routes to their links.
 */
#include "nest/transport.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/interface.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/subscribe.h"

#define RETRY (10 * USEC_S)

static void retry_fire(struct timer *timer);

/* A prefix that goes over a transport's link. */
struct binding {
	struct hash_node node;
	struct prefix net;
	struct link *link; /* Held. */
};

struct transport *
transport_new(struct router *router, const struct transport_config *config)
{
	assert(config->class->size >= sizeof(struct transport));
	struct transport *transport = mem_zalloc(config->class->size);
	transport->router = router;
	transport->class = config->class;
	transport->config = config;
	config_hold(config->whole);
	transport->name = mem_strdup(config->name);
	transport->disabled = config->disabled;
	transport->debug = config->debug;
	transport->since = router_now(router);
	timer_init(&transport->retry, router, retry_fire);
	list_push_back(&router->transports, &transport->link);
	subscribe_changed(router, SUBSCRIBE_PROTOCOLS);
	return transport;
}

static void
transport_free(struct transport *transport)
{
	list_remove(&transport->link);
	subscribe_changed(transport->router, SUBSCRIBE_PROTOCOLS);
	timer_stop(&transport->retry);
	config_release(transport->router, transport->config->whole);
	pool_free(transport->pool);
	mem_free(transport->message);
	mem_free(transport->name);
	mem_free(transport);
}

static void
message_set(struct transport *transport, const char *message)
{
	mem_free(transport->message);
	transport->message = message ? mem_strdup(message) : NULL;
	subscribe_changed(transport->router, SUBSCRIBE_PROTOCOLS);
}

static void
state_set(struct transport *transport, enum protocol_state state)
{
	transport->state = state;
	transport->since = router_now(transport->router);
	subscribe_changed(transport->router, SUBSCRIBE_PROTOCOLS);
	if (transport->debug & DEBUG_STATES)
		transport_log(transport, LOG_TRACE, "State changed to %s",
			      protocol_state_name(state));
}

/* Unlike a protocol's routes, a transport's links go at once: stop() is all there is to
 * stopping. */
static void
transport_stop(struct transport *transport)
{
	state_set(transport, PROTOCOL_STOPPING);
	transport->class->stop(transport);
	list_each_safe(link, &transport->router->links, struct link, link)
		assert(link->transport != transport);
	interface_give_back(transport);
	pool_free(transport->pool);
	transport->pool = NULL;
	state_set(transport, PROTOCOL_DOWN);
}

/* An address may come yet, a name or a port may become free. */
static void
start_failed(struct transport *transport, const char *reason)
{
	bool said = transport->message && !strcmp(transport->message, reason);
	if (!said)
		transport_log(transport, LOG_ERROR, "Cannot start: %s", reason);
	transport_stop(transport);
	message_set(transport, reason);
	timer_start(&transport->retry, RETRY);
}

void
transport_enable(struct transport *transport)
{
	transport->disabled = false;
	if (transport->state != PROTOCOL_DOWN || !transport->router->interfaces_known)
		return;
	transport->pool = pool_new(transport->router->pool, transport->name);
	memset((char *)transport + sizeof(*transport), 0,
	       transport->class->size - sizeof(*transport));
	timer_stop(&transport->retry);
	state_set(transport, PROTOCOL_STARTING);
	int error = transport->class->start(transport);
	if (error) {
		start_failed(transport, text_error(error));
		return;
	}
	message_set(transport, NULL);
	if (transport->state == PROTOCOL_STARTING)
		state_set(transport, PROTOCOL_UP);
}

static void
retry_fire(struct timer *timer)
{
	transport_enable(container_of(timer, struct transport, retry));
}

void
transport_disable(struct transport *transport, const char *message)
{
	transport->disabled = true;
	timer_stop(&transport->retry);
	if (transport->state != PROTOCOL_DOWN)
		transport_stop(transport);
	message_set(transport, message);
}

void
transport_restart(struct transport *transport, const char *message)
{
	if (transport->disabled)
		return;
	if (transport->state != PROTOCOL_DOWN)
		transport_stop(transport);
	transport_enable(transport);
	if (message && transport->state == PROTOCOL_UP)
		transport_log(transport, LOG_INFO, "Restarted: %s", message);
}

void
transport_remove(struct transport *transport)
{
	if (transport->state != PROTOCOL_DOWN)
		transport_stop(transport);
	transport_free(transport);
}

void
transport_reconfigure(struct transport *transport, const struct transport_config *config,
		      const struct conf_diff *diff)
{
	const struct transport_config *old = transport->config;
	bool switched = config->disabled != old->disabled;
	bool restart = diff->effect == CONF_RESTART && !diff->same;
	bool was_running = transport->state != PROTOCOL_DOWN;
	if (restart && was_running)
		transport_stop(transport);
	config_hold(config->whole);
	transport->config = config;
	transport->debug = config->debug;
	/* Also where nothing differs: the old configuration goes. */
	if (!restart && was_running && transport->class->reconfigure)
		transport->class->reconfigure(transport, old, diff);
	config_release(transport->router, old->whole);
	if (switched && config->disabled)
		transport_disable(transport, NULL);
	else if ((switched || !transport->disabled) && transport->state == PROTOCOL_DOWN)
		transport_enable(transport);
}

void
transport_start_all(struct router *router)
{
	list_each_safe(transport, &router->transports, struct transport, link)
		if (!transport->disabled)
			transport_enable(transport);
}

static void
binding_free(struct router *router, struct binding *binding)
{
	hash_remove(&router->bindings, &binding->node);
	link_release(binding->link);
	mem_free(binding);
}

void
transport_free_all(struct router *router)
{
	hash_each(binding, &router->bindings, struct binding, node)
		binding_free(router, binding);
	list_each_safe(transport, &router->transports, struct transport, link)
		transport_remove(transport);
}

struct transport *
transport_find(const struct router *router, const char *name)
{
	list_each(transport, &router->transports, struct transport, link)
		if (!strcmp(transport->name, name))
			return transport;
	return NULL;
}

struct transport *
transport_of_interface(const struct router *router, const char *name)
{
	struct transport *transport = transport_find(router, name);
	return transport && transport->state != PROTOCOL_DOWN ? transport : NULL;
}

void
transport_interface_told(struct transport *transport, struct interface *interface,
			 bool gone)
{
	if (transport->class->interface_event)
		transport->class->interface_event(transport, interface, gone);
}

/* ---- routes and links ---- */

static struct binding *
binding_find(const struct router *router, const struct prefix *net, uint32_t key)
{
	struct hash_node *node = hash_find(&router->bindings, key);
	for (; node; node = hash_find_next(node)) {
		struct binding *binding = container_of(node, struct binding, node);
		if (prefix_equal(&binding->net, net))
			return binding;
	}
	return NULL;
}

/* The first hop over a transport's link; null if there is none. */
static struct link *
transport_link_of(const struct nexthop *nexthop)
{
	for (unsigned i = 0; nexthop && i < nexthop->hop_count; i++)
		if (nexthop->hops[i].link->transport && !nexthop->hops[i].link->gone)
			return nexthop->hops[i].link;
	return NULL;
}

static void
binding_drop(struct router *router, struct binding *binding)
{
	struct link *link = binding->link;
	if (!link->gone && link->transport->class->route_unbind)
		link->transport->class->route_unbind(link->transport, link,
						     &binding->net);
	binding_free(router, binding);
}

void
transport_route(struct router *router, const struct prefix *net,
		const struct nexthop *nexthop)
{
	struct link *link = transport_link_of(nexthop);
	if (!link && router->bindings.count == 0)
		return;
	uint32_t key = prefix_hash(net, router->hash_seed);
	struct binding *binding = binding_find(router, net, key);
	if (binding && binding->link == link)
		return;
	if (binding)
		binding_drop(router, binding);
	if (!link)
		return;
	const struct transport_class *class = link->transport->class;
	int error = class->route_bind ? class->route_bind(link->transport, link, net) : 0;
	if (error) {
		char text[PREFIX_TEXT];
		transport_log(link->transport, LOG_ERROR, "Cannot bind %s to %s: %s",
			      prefix_format(net, text), link->name, text_error(error));
		return;
	}
	binding = mem_zalloc(sizeof(*binding));
	binding->net = *net;
	binding->link = link;
	link_hold(link);
	hash_insert(&router->bindings, &binding->node, key);
}

void
transport_log(const struct transport *transport, enum log_class class, const char *format,
	      ...)
{
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	text_vformat(text, sizeof(text), format, arguments);
	va_end(arguments);
	router_log(transport->router, class, "%s: %s", transport->name, text);
}
