/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One route as a row: where it goes, who has it from whom since when, and its attributes.
 */
#include "nest/show_private.h"

#include <string.h>

#include "lib/pool.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/command_private.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "nest/show_time.h"

const struct out_column show_route_columns[SHOW_ROUTE_COLUMNS] = {
	{ .key = "net", .title = "Network", .width = 20 },
	{ .key = "via", .title = "Via" },
	{ .key = "interface", .title = "Interface" },
	{ .key = "protocol", .title = "Proto" },
	{ .key = "since", .title = "Since" },
	{ .key = "best", .title = "" },
	{ .key = "info", .title = "Info" },
	{ .key = "table" },
	{ .key = "hops" },
	{ .key = "details" },
};

static void
hop_text(struct text *text, const struct nexthop_hop *hop)
{
	char addr[ADDR_TEXT];
	if (!addr_is_any(hop->gateway))
		text_printf(text, "via %s ", addr_format(hop->gateway, addr));
	text_printf(text, "on %s", hop->link->name);
	if (hop->flags & NEXTHOP_ONLINK)
		text_add(text, " onlink");
	if (hop->weight > 1)
		text_printf(text, " weight %u", hop->weight);
}

static void
via_columns(struct out *out, const struct nexthop *nexthop)
{
	static const char *const names[] = { [RTD_NONE] = "-",
					     [RTD_UNICAST] = "on link",
					     [RTD_BLACKHOLE] = "blackhole",
					     [RTD_UNREACHABLE] = "unreachable",
					     [RTD_PROHIBIT] = "prohibited" };
	const struct nexthop_hop *first = nexthop->hop_count > 0 ? nexthop->hops : NULL;
	if (nexthop->dest != RTD_UNICAST || !first) {
		out_str(out, "via", names[nexthop->dest]);
		out_str(out, "interface", "");
	} else if (nexthop->hop_count > 1) {
		out_str(out, "via", "multipath");
		out_str(out, "interface", "");
	} else {
		char addr[ADDR_TEXT];
		out_str(out, "via",
			addr_is_any(first->gateway) ? names[RTD_UNICAST]
						    : addr_format(first->gateway, addr));
		out_str(out, "interface", first->link->name);
	}
}

static void
hop_object(struct out *out, const struct nexthop_hop *hop)
{
	out_object(out, NULL);
	if (!addr_is_any(hop->gateway))
		out_addr(out, "gateway", hop->gateway);
	out_str(out, "interface", hop->link->name);
	out_u64(out, "weight", hop->weight);
	out_bool(out, "onlink", hop->flags & NEXTHOP_ONLINK);
	out_object_end(out);
}

static void
hops_list(struct out *out, const struct nexthop *nexthop)
{
	out_list(out, "hops");
	for (unsigned i = 0; i < nexthop->hop_count; i++) {
		struct text text = { 0 };
		if (out->class->is_structured) {
			hop_object(out, &nexthop->hops[i]);
			continue;
		}
		hop_text(&text, &nexthop->hops[i]);
		out_str(out, NULL, text_string(&text));
		text_fini(&text);
	}
	out_list_end(out);
}

/* What every route has that has nothing of the kind. */
static bool
is_preset(attr_id id, const struct value *value)
{
	return (id == ATTR_FROM && addr_is_any(value->addr)) ||
	       (id == ATTR_SCOPE && value->number == SCOPE_UNIVERSE);
}

/* Attributes that the row itself shows already. */
static bool
is_in_row(attr_id id)
{
	return id == ATTR_GW || id == ATTR_IFNAME || id == ATTR_IFINDEX ||
	       id == ATTR_PROTO || id == ATTR_DEST || id == ATTR_PREFERENCE ||
	       id == ATTR_WEIGHT || id == ATTR_ONLINK;
}

/* The set has an entry of that id; `*at` goes on with the ids, which ascend. */
static bool
has_entry(const struct route_draft *draft, attr_id id, unsigned *at)
{
	const struct attrs_draft *changed = draft->changed;
	unsigned count = changed ? changed->count : draft->attrs->count;
	for (; *at < count; ++*at) {
		attr_id other = changed ? changed->entries[*at].attr.id
					: draft->attrs->entries[*at].id;
		if (other >= id)
			return other == id;
	}
	return false;
}

static void
attributes_show(struct out *out, const struct route_draft *draft)
{
	unsigned at = 0;
	const struct attr_class *class;
	if (out->class->is_structured)
		out_object(out, "attributes");
	for (attr_id id = 0; (class = attr_class_of(draft->router, id)); id++) {
		struct value value;
		/* Of the many that there could be few are there. */
		if (!class->get && !has_entry(draft, id, &at))
			continue;
		if (class->flags & ATTR_HIDDEN || is_in_row(id) ||
		    !route_draft_get(draft, id, &value) || is_preset(id, &value))
			continue;
		struct text text = { 0 };
		attr_format(class, &value, &text);
		out_str(out, class->name, text_string(&text));
		text_fini(&text);
	}
	if (out->class->is_structured)
		out_object_end(out);
}

static void
info_column(struct out *out, const struct table *table, const struct route *route,
	    const struct protocol *protocol)
{
	struct text text = { 0 };
	if (protocol->class->route_info)
		protocol->class->route_info(table, route, &text);
	else
		text_printf(&text, "(%u)", table_route_attrs(table, route)->preference);
	const char *string = text_string(&text);
	out_str(out, "info", string + strspn(string, " "));
	text_fini(&text);
}

/* The text of a second: routes that came together have the same. */
struct show_since {
	uint32_t changed;
	char text[TIME_TEXT];
};

/* Routes know the second they changed in, no more. */
static void
since_format(const struct command_call *call, struct show_since *since)
{
	static const struct config_timeformat iso = { .iso = 2 };
	const struct router *router = call->router;
	struct config_timeformat format = *command_timeformat(
		call, router->config ? &router->config->timeformat_route : &iso);
	if (!call->out->class->is_structured)
		format.digits = 0;
	time_format_monotonic(router, &format,
			      router->started + (usec_t)since->changed * USEC_S,
			      since->text);
}

static void
since_column(struct command_call *call, const struct route *route)
{
	struct show_since *since = call->since;
	if (!since)
		since = call->since = pool_alloc(call->pool, sizeof(*since));
	if (since->changed != route->changed || !since->text[0]) {
		since->changed = route->changed;
		since_format(call, since);
	}
	out_str(call->out, "since", since->text);
}

const struct protocol *
show_route_origin(const struct table *table, const struct route *route)
{
	struct route_source_id source = table_source_of(table, route);
	return protocol_origin(source.channel, source.path_id);
}

void
show_route_cells(struct command_call *call, const struct table *table,
		 const struct route *route, const struct route_draft *draft, bool best)
{
	struct out *out = call->out;
	const struct protocol *protocol = show_route_origin(table, route);
	if (out->class->is_structured)
		out_str(out, "table", table_name(table));
	out_prefix(out, "net", draft->net);
	via_columns(out, route_draft_nexthop(draft));
	out_str(out, "protocol", protocol->name);
	since_column(call, route);
	out_state(out, "best", best ? "*" : "", OUT_GOOD);
	info_column(out, table, route, protocol);
}

/* What programs are told besides the columns. */
static void
row_fields(struct out *out, const struct route_draft *draft,
	   const struct nexthop *nexthop)
{
	static const char *const names[] = { [RTD_NONE] = "",
					     [RTD_UNICAST] = "unicast",
					     [RTD_BLACKHOLE] = "blackhole",
					     [RTD_UNREACHABLE] = "unreachable",
					     [RTD_PROHIBIT] = "prohibited" };
	struct value from;
	out_str(out, "dest", names[nexthop->dest]);
	if (route_draft_get(draft, ATTR_FROM, &from) && !addr_is_any(from.addr) &&
	    (nexthop->hop_count == 0 || !addr_equal(from.addr, nexthop->hops[0].gateway)))
		out_addr(out, "from", from.addr);
}

void
show_route_details(struct out *out, const struct route_draft *draft, bool all)
{
	const struct nexthop *nexthop = route_draft_nexthop(draft);
	bool structured = out->class->is_structured;
	if (!structured && nexthop->hop_count <= 1 && !all)
		return;
	out_detail(out);
	if (structured)
		row_fields(out, draft, nexthop);
	if (structured || nexthop->hop_count > 1 || nexthop->kind == NEXTHOP_RECURSIVE)
		hops_list(out, nexthop);
	if (all)
		attributes_show(out, draft);
	out_detail_end(out);
}
