/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Babel protocol class: its life, its attributes, and how its routes look to the
 * tables.
 */
#include "proto/babel/babel.h"

#include <inttypes.h>

#include "interface_version.h"
#include "lib/slab.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/filter.h"
#include "nest/module.h"
#include "nest/nexthop.h"
#include "nest/router.h"

usec_t
babel_now(const struct babel *babel)
{
	return router_now(babel->protocol.router);
}

usec_t
babel_jitter(const struct babel *babel, usec_t low, usec_t high)
{
	return router_jitter(babel->protocol.router, low, high);
}

char *
babel_id_format(uint64_t router_id, char text[static BABEL_ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *at = text;

	for (int shift = 60; shift >= 0; shift -= 4) {
		*at++ = digits[router_id >> shift & 15];
		if (shift > 0 && shift % 8 == 0)
			*at++ = ':';
	}
	*at = '\0';
	return text;
}

/* ---- attributes ---- */

static uint8_t
draft_source(const struct route_draft *route)
{
	return route->changed ? route->changed->source
	       : route->attrs ? route->attrs->source
			      : 0;
}

static bool
draft_entry(const struct route_draft *route, attr_id id, struct value *value)
{
	return route->changed ? attrs_draft_get(route->changed, id, value)
			      : route->attrs && attrs_get(route->attrs, id, value);
}

/* A Babel route has its metric beside its attributes, for it changes often; another route
 * has one only if an export filter gave it one. */
static bool
metric_get(const struct route_draft *route, attr_id id, struct value *value)
{
	if (draft_source(route) != RTS_BABEL)
		return draft_entry(route, id, value);
	*value = (struct value){ .type = VALUE_INT, .number = route->metric };
	return true;
}

static bool
metric_set(struct route_draft *route, attr_id id, const struct value *value)
{
	if (value->type == VALUE_INT && value->number > BABEL_INFINITY)
		return false;
	if (draft_source(route) == RTS_BABEL) {
		route->metric =
			value->type == VALUE_VOID ? BABEL_INFINITY : value->number;
		return true;
	}
	if (!route->changed) {
		attrs_draft_init(route->scratch, route->attrs);
		route->changed = route->scratch;
	}
	attrs_draft_set(route->changed, id, value);
	return true;
}

const struct attr_class babel_attrs[] = {
	[BABEL_ATTR_METRIC] = { .name = "babel_metric",
				.title = "Babel.metric",
				.doc = "The Babel metric; 65535 is unreachable.",
				.type = VALUE_INT,
				.get = metric_get,
				.set = metric_set },
	[BABEL_ATTR_ROUTER_ID] = { .name = "babel_router_id",
				   .title = "Babel.router_id",
				   .doc = "The router that the route comes from.",
				   .type = VALUE_ID,
				   .flags = ATTR_READ_ONLY },
	{ 0 },
};

static int
route_compare(const struct contender *a, const struct contender *b)
{
	uint32_t first = a->route->metric, second = b->route->metric;
	return first < second ? -1 : first > second;
}

static void
compare_explain(const struct table *table, const struct route *better,
		const struct route *worse, struct text *text)
{
	(void)table;
	text_printf(text, "metric %" PRIu32 " against %" PRIu32, better->metric,
		    worse->metric);
}

static void
route_info(const struct table *table, const struct route *route, struct text *text)
{
	const struct attrs *attrs = table_route_attrs(table, route);
	struct channel *channel = table_source_of(table, route).channel;
	char id[BABEL_ID_TEXT];
	struct value value;

	text_printf(text, " (%u/%u)", attrs->preference, route->metric);
	/* It may be a pipe's channel. */
	attr_id base = attr_base(channel->protocol->router, babel_attrs);
	if (attrs_get(attrs, (attr_id)(base + BABEL_ATTR_ROUTER_ID), &value))
		text_printf(text, " [%s]", babel_id_format(value.wide, id));
}

/* ---- life ---- */

static void
router_id_choose(struct babel *babel)
{
	struct sys *sys = babel->protocol.router->sys;

	babel->router_id = protocol_router_id(&babel->protocol);
	if (!babel_config(babel)->randomize_router_id)
		return;
	/* RFC 8966 §4.1.3: never all zeroes, never all ones. */
	do
		babel->router_id = sys_random(sys, sizeof(babel->router_id));
	while (!babel_router_id_is_valid(babel->router_id));
}

static void
slabs_make(struct babel *babel)
{
	struct pool *pool = babel->protocol.pool;

	babel->entry_slab = slab_new(pool, sizeof(struct babel_entry));
	babel->route_slab = slab_new(pool, sizeof(struct babel_route));
	babel->source_slab = slab_new(pool, sizeof(struct babel_source));
	babel->request_slab = slab_new(pool, sizeof(struct babel_request));
	babel->item_slab = slab_new(pool, sizeof(struct babel_ack_item));
}

static int
babel_start(struct protocol *protocol)
{
	struct babel *babel = babel_of(protocol);

	hash_init(&babel->entries);
	list_init(&babel->interfaces);
	list_init(&babel->marked);
	list_init(&babel->changes);
	list_init(&babel->dumps);
	list_init(&babel->requests);
	timer_init(&babel->kick, protocol->router, babel_kick_fire);
	timer_init(&babel->recovery_timer, protocol->router, babel_recovery_fire);
	timer_init(&babel->carrier, protocol->router, babel_carrier_fire);
	slabs_make(babel);
	router_id_choose(babel);
	if (babel->router_id == 0) {
		/* The router starts us again once it has one. */
		protocol_message(protocol, "no router id yet");
		return 0;
	}
	bool crashed = babel_seqno_start(babel);
	babel->recovery = crashed ? BABEL_GATHERING : BABEL_RUNNING;
	protocol_set_state(protocol, PROTOCOL_UP);
	list_each_safe(link, &protocol->router->links, struct link, link)
		babel_interfaces_update(babel, link, link->gone);
	if (crashed)
		babel_recovery_start(babel);
	return 0;
}

static void
instance_clear(struct babel *babel)
{
	list_each_safe(interface, &babel->interfaces, struct babel_interface, list)
		babel_interface_stop(interface);
	hash_each(entry, &babel->entries, struct babel_entry, node)
		babel_entry_free(entry);
	timer_stop(&babel->kick);
	timer_stop(&babel->recovery_timer);
	timer_stop(&babel->carrier);
	hash_fini(&babel->entries);
}

static void
babel_stop(struct protocol *protocol)
{
	struct babel *babel = babel_of(protocol);

	list_each(interface, &babel->interfaces, struct babel_interface, list)
		babel_interface_farewell(interface);
	if (babel->router_id)
		babel_seqno_stop(babel);
	instance_clear(babel);
}

static void
babel_abandon(struct protocol *protocol)
{
	instance_clear(babel_of(protocol));
}

static void
babel_reconfigure(struct protocol *protocol, const void *old,
		  const struct conf_diff *diff)
{
	struct babel *babel = babel_of(protocol);

	(void)old;
	(void)diff;
	if (babel->router_id == 0)
		return;
	babel_interfaces_reconfigure(babel);
	babel_settle(babel);
}

static void
babel_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	struct babel *babel = babel_of(protocol);

	if (babel->router_id == 0)
		return;
	babel_interfaces_update(babel, link, event == LINK_GONE);
	babel_settle(babel);
}

static void
babel_check(void *config, struct conf_check *check)
{
	const struct babel_config *babel = config;

	if (list_is_empty(&babel->common.channels))
		conf_check_error(check, "protocol babel needs a channel: ipv4, ipv6 or "
					"ipv6 sadr");
	if (list_is_empty(&babel->interfaces))
		conf_check_warning(check, "it speaks on no interface: `interface \"…\";` "
					  "is missing");
}

/* It never knows. */
static bool
babel_has_told_all(const struct protocol *protocol)
{
	(void)protocol;
	return false;
}

static const struct protocol_class babel_class = {
	.name = "babel",
	.doc = "The Babel routing protocol (RFC 8966).",
	.size = sizeof(struct babel),
	.schema = &babel_schema,
	.attrs = babel_attrs,
	.commands = babel_commands,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR),
	.preference = 130,
	.source = RTS_BABEL,
	.uses_router_id = true,
	.is_interior = true,
	.check = babel_check,
	.start = babel_start,
	.stop = babel_stop,
	.abandon = babel_abandon,
	.reconfigure = babel_reconfigure,
	.link_event = babel_link_event,
	.route_event = babel_route_event,
	.has_told_all = babel_has_told_all,
	.reimport = babel_reimport,
	.recall = babel_recall,
	.explain_known = babel_explain_known,
	.explain_told = babel_explain_told,
	.compare_explain = compare_explain,
	.route_compare = route_compare,
	.route_info = route_info,
	.show = babel_show,
	.audit = babel_audit,
};

static const struct protocol_class *const classes[] = { &babel_class, NULL };

extern const struct module babel_module;
const struct module babel_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "babel",
	.doc = "The Babel routing protocol (RFC 8966).",
	.protocols = classes,
};
