/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show static`: the routes as they are written, and which of them lead somewhere now.
 */
#include "proto/static/static.h"

#include <errno.h>
#include <string.h>

#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/bird/bird.h"
#include "nest/command.h"
#include "nest/instances.h"
#include "nest/nexthop.h"
#include "nest/reply.h"
#include "nest/router.h"

#define CHUNK 512 /* Rows between two chances for others to run. */

/* Where the command goes on. */
struct route_walk {
	struct router *router;
	const struct static_protocol *instance; /* Compared only: it may be gone. */
	const struct protocol_config *config;   /* Of the instance, at the time. */
	struct config *whole;                   /* Held: the records are in it. */
	const struct static_target **targets;   /* By their index. */
	struct static_cursor cursor;
	struct instances instances;
};

static bool
is_static(const struct protocol *protocol)
{
	return protocol->class->commands == static_commands;
}

static bool
is_meant(const struct command_call *call, const struct protocol *protocol)
{
	return is_static(protocol) &&
	       (call->count > 0 ? strcmp(call->words[0], protocol->name) == 0
				: protocol_is_running(protocol));
}

/* ---- rows ---- */

static const char *
dest_name(uint8_t kind)
{
	switch ((enum nexthop_kind)kind) {
	case NEXTHOP_NONE: return "none";
	case NEXTHOP_BLACKHOLE: return "blackhole";
	case NEXTHOP_UNREACHABLE: return "unreachable";
	case NEXTHOP_PROHIBIT: return "prohibited";
	case NEXTHOP_RECURSIVE: return "recursive";
	case NEXTHOP_DIRECT:
	case NEXTHOP_GATEWAY:
	case NEXTHOP_MULTIPATH: break;
	}
	return "unicast";
}

/* The target leads somewhere, by this hop too. */
static bool
hop_is_active(const struct static_resolved *resolved, const struct static_hop *hop)
{
	if (!resolved || !resolved->attrs)
		return false;
	const struct nexthop *nexthop = resolved->attrs->nexthop;
	for (unsigned i = 0; i < nexthop->hop_count; i++)
		if (addr_equal(nexthop->hops[i].gateway, hop->gateway) &&
		    (!hop->interface ||
		     !strcmp(nexthop->hops[i].link->name, hop->interface)))
			return true;
	return false;
}

static void
hop_object(struct out *out, const struct static_resolved *resolved,
	   const struct static_hop *hop)
{
	out_object(out, NULL);
	if (!addr_is_any(hop->gateway))
		out_addr(out, "gateway", hop->gateway);
	if (hop->interface)
		out_str(out, "interface", hop->interface);
	out_u64(out, "weight", hop->weight);
	out_bool(out, "onlink", hop->onlink);
	out_bool(out, "active", hop_is_active(resolved, hop));
	out_object_end(out);
}

static void
hop_text(struct text *text, const struct static_resolved *resolved,
	 const struct static_hop *hop)
{
	char addr[ADDR_TEXT];
	text_add(text, text->length > 0 ? ", " : "");
	if (!addr_is_any(hop->gateway))
		text_add(text, addr_format(hop->gateway, addr));
	if (hop->interface)
		text_printf(text, "%%%s", hop->interface);
	if (hop->weight > 1)
		text_printf(text, " weight %u", hop->weight);
	text_add(text, hop->onlink ? " onlink" : "");
	text_add(text, hop_is_active(resolved, hop) ? "" : " (dormant)");
}

static void
route_row(struct out *out, const struct route_walk *walk,
	  const struct static_route *route)
{
	const struct static_protocol *instance = walk->instance;
	const struct static_resolved *resolved =
		protocol_is_running(&instance->protocol)
			? &instance->resolved[route->target]
			: NULL;
	const struct static_target *target = walk->targets[route->target];
	const char *dest = dest_name(target->kind);
	struct text text = { .text = NULL };
	out_row(out);
	out_str(out, "protocol", instance->protocol.name);
	out_prefix(out, "net", &route->net);
	out_str(out, "dest", dest);
	if (out->class->is_structured) {
		if (target->kind == NEXTHOP_RECURSIVE)
			out_addr(out, "gateway", target->hops[0].gateway);
		out_list(out, "hops");
		for (unsigned i = 0;
		     target->kind != NEXTHOP_RECURSIVE && i < target->hop_count; i++)
			hop_object(out, resolved, &target->hops[i]);
		out_list_end(out);
		return;
	}
	for (unsigned i = 0; i < target->hop_count; i++)
		hop_text(&text, resolved, &target->hops[i]);
	out_str(out, "hops", text_string(&text));
	text_fini(&text);
}

/* ---- walking ---- */

static const struct out_column columns[] = {
	{ "protocol", "Protocol", 10, OUT_LEFT },
	{ "net", "Network", 20, OUT_LEFT },
	{ "dest", "Kind", 11, OUT_LEFT },
	{ "hops", "By", 0, OUT_LEFT },
};

static void
walk_release(void *context)
{
	struct route_walk *walk = context;
	config_release(walk->router, walk->whole);
}

/* The instance's routes, by the configuration it has now. */
static void
walk_begin(struct route_walk *walk, struct command_call *call,
	   struct static_protocol *instance)
{
	const struct static_routes *routes = &static_config(instance)->routes;
	config_release(walk->router, walk->whole);
	walk->instance = instance;
	walk->config = instance->protocol.config;
	walk->whole = config_hold(walk->config->whole);
	walk->cursor = static_routes_begin(routes);
	pool_release(call->pool, walk->targets);
	walk->targets = pool_alloc(call->pool,
				   (routes->target_count + 1) * sizeof(*walk->targets));
	for (const struct static_target *target = routes->targets; target;
	     target = target->next)
		walk->targets[target->index] = target;
}

static void
walk_start(struct command_call *call)
{
	struct route_walk *walk = call->state = pool_alloc(call->pool, sizeof(*walk));
	walk->router = call->router;
	pool_on_free(call->pool, walk_release, walk);
	instances_begin(&walk->instances, call, is_meant);
	if (walk->instances.count > 0)
		out_table(call->out, "static", columns, ARRAY_SIZE(columns));
}

static int
show_static(struct command_call *call)
{
	if (!call->state && call->count > 0 &&
	    !instances_named(call, "static", call->words[0]))
		return -ENOENT;
	if (!call->state)
		walk_start(call);
	struct route_walk *walk = call->state;
	struct static_route route;
	if (walk->instances.count == 0)
		return instances_none(call, "static", "static", columns,
				      ARRAY_SIZE(columns));
	struct static_protocol *now = (void *)instances_now(&walk->instances, call);
	if (!walk->instance && now)
		walk_begin(walk, call, now);
	if (!walk->instance && !now) {
		out_table_end(call->out);
		return COMMAND_DONE;
	}
	if (now != walk->instance || now->protocol.config != walk->config) {
		out_error_code(call->out, REPLY_STOPPED,
			       "Stopped due to reconfiguration");
		return -ENOENT;
	}
	for (unsigned i = 0; i < CHUNK; i++) {
		if (static_routes_next(&walk->cursor, &route)) {
			route_row(call->out, walk, &route);
			continue;
		}
		walk->instance = NULL;
		if (instances_next(&walk->instances, call))
			return COMMAND_MORE;
		out_table_end(call->out);
		return COMMAND_DONE;
	}
	return COMMAND_MORE;
}

/* ---- as BIRD shows them ---- */

static void
hop_line(struct bird_reply *reply, const struct bird_node *hop)
{
	const char *gateway = bird_string(hop, "gateway");
	const char *interface = bird_string(hop, "interface");
	bird_line(reply, REPLY_STATIC, "\t%s%s%s%s%s%s", *gateway ? "via " : "dev ",
		  gateway, *gateway && *interface ? "%" : "", interface,
		  bird_number(hop, "onlink") ? " onlink" : "",
		  bird_number(hop, "active") ? "" : " (dormant)");
}

static void
bird_row(struct bird_reply *reply, const struct bird_node *row)
{
	const char *protocol = bird_string(row, "protocol"),
		   *net = bird_string(row, "net");
	const char *dest = bird_string(row, "dest");
	struct text *before = bird_before(reply);
	/* An empty line stands between two instances. */
	if (before->length > 0 && strcmp(before->text, protocol) != 0)
		bird_line(reply, REPLY_STATIC, "%s", "");
	text_reset(before);
	text_add(before, protocol);
	if (!strcmp(dest, "unicast")) {
		bird_line(reply, REPLY_STATIC, "%s", net);
		bird_each(hop, bird_find(row, "hops"))
			hop_line(reply, hop);
	} else if (!strcmp(dest, "recursive")) {
		bird_line(reply, REPLY_STATIC, "%s\trecursive %s", net,
			  bird_string(row, "gateway"));
	} else {
		bird_line(reply, REPLY_STATIC, "%s\t%s", net,
			  strcmp(dest, "none") != 0 ? dest : "");
	}
}

static const struct bird_layout bird_static = { .row = bird_row };

const struct command static_commands[] = {
	{ .words = "show static",
	  .args = "[<protocol>]",
	  .doc = "Static routes as they are written, also those that lead nowhere now.",
	  .run = show_static,
	  .code = REPLY_STATIC,
	  .bird = &bird_static },
	{ .words = NULL },
};
