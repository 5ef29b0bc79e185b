/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol static: class, life, and the walk that announces routes.
 */
#include "proto/static/static.h"

#include <assert.h>

#include "interface_version.h"
#include "lib/mem.h"
#include "lib/pool.h"
#include "nest/cover.h"
#include "nest/module.h"
#include "nest/router.h"

#define BATCH 128

/* ---- announcing ---- */

/* Updates on their way to one channel. */
struct batch {
	struct static_protocol *instance;
	struct channel *channel;
	struct route_update updates[BATCH];
	struct prefix nets[BATCH];
	struct attrs
		*own[BATCH]; /* Held for the batch where a route has a set of its own. */
	unsigned count;
};

static void
batch_flush(struct batch *batch)
{
	if (batch->count == 0)
		return;
	channel_import(batch->channel, batch->updates, batch->count);
	for (unsigned i = 0; i < batch->count; i++)
		attrs_release(batch->instance->protocol.router, batch->own[i], 1);
	batch->count = 0;
}

/* IPv6 routes go into an ipv6 sadr channel from any source if there is no ipv6 one. */
static struct channel *
channel_of(struct static_protocol *instance, struct prefix *net)
{
	struct channel *channel = protocol_channel(&instance->protocol, net->type);
	if (!channel && net->type == NET_IP6) {
		net->type = NET_IP6_SADR;
		channel = protocol_channel(&instance->protocol, NET_IP6_SADR);
	}
	return channel;
}

/* One that it does not announce is told, too: without attributes. */
static void
static_recall(struct protocol *protocol, struct channel *channel,
	      const struct prefix *net,
	      void (*heard)(void *context, const struct route_update *), void *context)
{
	struct static_protocol *instance = (struct static_protocol *)protocol;
	struct static_cursor cursor =
		static_routes_begin(&static_config(instance)->routes);
	struct static_route route;
	while (static_routes_next(&cursor, &route)) {
		struct prefix own = route.net;
		if (channel_of(instance, &own) != channel || !prefix_equal(&own, net) ||
		    route.target >= instance->resolved_count)
			continue;
		const struct static_resolved *resolved =
			&instance->resolved[route.target];
		struct route_update update = { .net = net,
					       .path_id = route.path,
					       .attrs = resolved->attrs };
		struct attrs *made = NULL;
		if (resolved->attrs && static_target_reads_net(resolved->target))
			update.attrs = made =
				static_target_attrs(instance, resolved->target, net);
		heard(context, &update);
		attrs_release(protocol->router, made, 1);
	}
}

static void
batch_add(struct batch *batch, const struct static_route *route, bool gone)
{
	struct static_protocol *instance = batch->instance;
	struct prefix net = route->net;
	struct channel *channel = channel_of(instance, &net);
	if (!channel || channel->state == CHANNEL_DOWN)
		return;
	if (batch->count == BATCH || batch->channel != channel)
		batch_flush(batch);
	batch->channel = channel;
	unsigned at = batch->count++;
	batch->nets[at] = net;
	batch->own[at] = NULL;
	batch->updates[at] =
		(struct route_update){ .net = &batch->nets[at], .path_id = route->path };
	if (gone)
		return;
	const struct static_resolved *resolved = &instance->resolved[route->target];
	batch->updates[at].attrs = resolved->attrs;
	if (resolved->attrs && static_target_reads_net(resolved->target))
		batch->updates[at].attrs = batch->own[at] =
			static_target_attrs(instance, resolved->target, &net);
}

static void
walk_end(struct static_protocol *instance)
{
	for (uint32_t i = 0; i < instance->resolved_count; i++)
		instance->resolved[i].dirty = false;
	instance->walking = false;
	cover_release(instance->which);
	instance->which = NULL;
	if (instance->refreshes != NULL)
		channel_refresh_end(instance->refreshes);
	instance->refreshes = NULL;
}

/* The walk is to announce this route. */
static bool
route_is_due(const struct static_protocol *instance, const struct static_route *route)
{
	return instance->resolved[route->target].dirty ||
	       (instance->which != NULL && cover_has(instance->which, &route->net));
}

static bool
walk_run(struct job *job, unsigned budget)
{
	struct static_protocol *instance =
		container_of(job, struct static_protocol, walk);
	struct batch batch = { .instance = instance };
	struct static_route route;
	bool more = true;
	/* A step over another route costs next to nothing. */
	for (unsigned i = 0; more && i < budget * 4; i++) {
		more = static_routes_next(&instance->cursor, &route);
		if (more && route_is_due(instance, &route))
			batch_add(&batch, &route, false);
	}
	batch_flush(&batch);
	if (!more && instance->again) {
		instance->again = false;
		instance->cursor = static_routes_begin(&static_config(instance)->routes);
		return true;
	}
	if (!more)
		walk_end(instance);
	return more;
}

/* Announces the routes of dirty targets; a walk under way is followed by another. */
static void
walk_start(struct static_protocol *instance)
{
	if (instance->walking) {
		instance->again = true;
		return;
	}
	instance->walking = true;
	instance->cursor = static_routes_begin(&static_config(instance)->routes);
	job_schedule(&instance->walk);
}

/* ---- targets
 * ---------------------------------------------------------------------------------------
 */

/* Looks again where the targets lead; those that changed are dirty. True if any is. */
static bool
targets_resolve(struct static_protocol *instance)
{
	bool any = false;
	for (uint32_t i = 0; i < instance->resolved_count; i++) {
		struct static_resolved *resolved = &instance->resolved[i];
		struct attrs *attrs =
			static_target_attrs(instance, resolved->target, NULL);
		if (attrs != resolved->attrs)
			resolved->dirty = any = true;
		attrs_release(instance->protocol.router, resolved->attrs, 1);
		resolved->attrs = attrs;
	}
	return any;
}

static void
targets_make(struct static_protocol *instance)
{
	const struct static_routes *routes = &static_config(instance)->routes;
	instance->resolved_count = routes->target_count;
	instance->resolved =
		pool_alloc(instance->protocol.pool,
			   (routes->target_count + 1) * sizeof(*instance->resolved));
	for (const struct static_target *target = routes->targets; target;
	     target = target->next)
		instance->resolved[target->index].target = target;
}

static void
targets_free(struct static_protocol *instance)
{
	for (uint32_t i = 0; i < instance->resolved_count; i++)
		attrs_release(instance->protocol.router, instance->resolved[i].attrs, 1);
	pool_release(instance->protocol.pool, instance->resolved);
}

/* ---- life
 * --------------------------------------------------------------------------------------------
 */

static int
static_start(struct protocol *protocol)
{
	struct static_protocol *instance = (struct static_protocol *)protocol;
	job_init(&instance->walk, protocol->router, walk_run);
	list_init(&instance->sessions);
	targets_make(instance);
	static_bfd_update(instance);
	targets_resolve(instance);
	protocol_set_state(protocol, PROTOCOL_UP);
	walk_start(instance);
	return 0;
}

static void
static_stop(struct protocol *protocol)
{
	struct static_protocol *instance = (struct static_protocol *)protocol;
	static_bfd_stop(instance);
	job_cancel(&instance->walk);
	cover_release(instance->which);
	targets_free(instance);
}

void
static_look_again(struct static_protocol *instance)
{
	if (targets_resolve(instance))
		walk_start(instance);
}

static void
static_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	struct static_protocol *instance = (struct static_protocol *)protocol;
	(void)link;
	(void)event;
	static_bfd_update(instance);
	static_look_again(instance);
}

static void
static_address_event(struct protocol *protocol, struct interface *interface,
		     const struct sys_address *address, bool gone)
{
	(void)interface;
	(void)address;
	(void)gone;
	static_look_again((struct static_protocol *)protocol);
}

static void
static_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	struct static_protocol *instance = (struct static_protocol *)protocol;
	if (which != NULL && !instance->walking) {
		instance->which = cover_hold(which);
		walk_start(instance);
		return;
	}
	/* A walk for few routes has no room in another one: then all of them. */
	for (uint32_t i = 0; i < instance->resolved_count; i++)
		instance->resolved[i].dirty = true;
	if (which == NULL && instance->refreshes == NULL) {
		channel_refresh_begin(channel);
		instance->refreshes = channel;
	}
	walk_start(instance);
}

/* ---- reconfiguration ---- */

static void
route_changed(void *context, const struct static_route *route, bool gone)
{
	batch_add(context, route, gone);
}

static void
routes_reconfigure(struct static_protocol *instance, const struct static_config *old,
		   bool differ)
{
	const struct static_routes *now = &static_config(instance)->routes;
	uint32_t *map = mem_alloc((now->target_count + 1) * sizeof(*map));
	static_targets_map(&old->routes, now, map);
	struct static_resolved *former = instance->resolved;
	uint32_t former_count = instance->resolved_count;
	bool was_walking = instance->walking;
	targets_make(instance);
	for (uint32_t i = 0; i < now->target_count; i++) {
		if (map[i] == UINT32_MAX)
			continue;
		if (former[map[i]].attrs != NULL)
			instance->resolved[i].attrs = attrs_hold(former[map[i]].attrs, 1);
		instance->resolved[i].dirty = former[map[i]].dirty;
	}
	for (uint32_t i = 0; i < former_count; i++)
		attrs_release(instance->protocol.router, former[i].attrs, 1);
	pool_release(instance->protocol.pool, former);
	static_bfd_update(instance);
	bool dirty = targets_resolve(instance);
	struct batch batch = { .instance = instance };
	if (differ)
		static_routes_diff(&old->routes, now, map, route_changed, &batch);
	batch_flush(&batch);
	mem_free(map);
	instance->walking = false;
	if (dirty || was_walking)
		walk_start(instance);
}

static void
static_reconfigure(struct protocol *protocol, const void *old,
		   const struct conf_diff *diff)
{
	struct static_protocol *instance = (struct static_protocol *)protocol;
	/* Also where only other options differ: the routes of the old configuration are
	 * not ours to keep. */
	bool differ = conf_diff_has(diff, offsetof(struct static_config, routes));
	routes_reconfigure(instance, old, differ);
}

static const struct protocol_class static_class = {
	.name = "static",
	.doc = "Routes that are written in the configuration.",
	.size = sizeof(struct static_protocol),
	.schema = &static_schema,
	.commands = static_commands,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR) |
		    NET_BIT(NET_ROA4) | NET_BIT(NET_ROA6),
	.preference = 200,
	.source = RTS_STATIC,
	.check = static_config_check,
	.start = static_start,
	.stop = static_stop,
	.reconfigure = static_reconfigure,
	.link_event = static_link_event,
	.address_event = static_address_event,
	.reimport = static_reimport,
	.recall = static_recall,
};

static const struct protocol_class *const static_classes[] = { &static_class, NULL };

extern const struct module static_module;
const struct module static_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "static",
	.doc = "Routes that are written in the configuration.",
	.protocols = static_classes,
};
