/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The show commands, but for routes (show_route.c).
 */
#include "nest/command_private.h"

#include <errno.h>
#include <string.h>

#include "lib/pool.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/router.h"
#include "nest/show_time.h"
#include "nest/transport.h"

/* ---- status ---- */

static int
show_status(struct command_call *call)
{
	const struct router *router = call->router;
	const struct config *config = router->config;
	const struct config_timeformat *base = config ? &config->timeformat_base : NULL;
	struct sys *sys = router->sys;
	char time[TIME_TEXT];
	struct addr id = addr_from_ip4(router->router_id);
	out_object(call->out, "status");
	out_str(call->out, "version", "meshd " PACKAGE_VERSION);
	out_str(call->out, "hostname",
		config && config->hostname ? config->hostname
					   : sys->class->hostname(sys));
	out_addr(call->out, "router_id", id);
	out_str(call->out, "current_time",
		time_format(router, base, sys->class->wall(sys), time));
	out_str(call->out, "last_reboot",
		time_format_monotonic(router, base, router->started, time));
	out_str(call->out, "last_reconfiguration",
		time_format(router, base, router->last_configured, time));
	out_str(call->out, "configuration", config && config->file ? config->file : NULL);
	out_str(call->out, "state",
		router->shutting_down ? "shutting down" : "up and running");
	out_object_end(call->out);
	return COMMAND_DONE;
}

/* ---- protocols ---- */

static const struct out_column protocol_columns[] = {
	{ .key = "name", .title = "Name", .width = 10 },
	{ .key = "protocol", .title = "Proto", .width = 10 },
	{ .key = "table", .title = "Table", .width = 10 },
	{ .key = "state", .title = "State", .width = 6 },
	{ .key = "since", .title = "Since", .width = 12 },
	{ .key = "info", .title = "Info" },
	{ .key = "details" },
};

/* The table of the only channel; BIRD's `---` where there are several or none. */
static const char *
table_text(const struct protocol *protocol)
{
	const struct channel *only =
		list_first(&protocol->channels, struct channel, link);
	if (!only || only->link.next != &protocol->channels || !only->table)
		return "---";
	return table_name(only->table);
}

static void
counters_row(struct out *out, const char *title, const struct channel_counters *counters)
{
	out_row(out);
	out_str(out, "changes", title);
	out_u64(out, "received", counters->received);
	out_u64(out, "rejected", counters->rejected);
	out_u64(out, "filtered", counters->filtered);
	out_u64(out, "ignored", counters->ignored);
	out_u64(out, "accepted", counters->accepted);
}

static void
counters_show(struct out *out, const struct channel *channel)
{
	static const struct out_column columns[] = {
		{ .key = "changes", .title = "Route changes" },
		{ .key = "received", .title = "received", .align = OUT_RIGHT },
		{ .key = "rejected", .title = "rejected", .align = OUT_RIGHT },
		{ .key = "filtered", .title = "filtered", .align = OUT_RIGHT },
		{ .key = "ignored", .title = "ignored", .align = OUT_RIGHT },
		{ .key = "accepted", .title = "accepted", .align = OUT_RIGHT },
	};
	out_table(out, "counters", columns, ARRAY_SIZE(columns));
	counters_row(out, "import updates", &channel->import_updates);
	counters_row(out, "import withdraws", &channel->import_withdraws);
	counters_row(out, "export updates", &channel->export_updates);
	counters_row(out, "export withdraws", &channel->export_withdraws);
	out_table_end(out);
}

static const char *
filter_text(const struct filter *filter)
{
	if (!filter)
		return "ACCEPT";
	if (filter == &filter_reject)
		return "REJECT";
	return filter->name ? filter->name : "(unnamed)";
}

static void
limits_show(struct out *out, const struct channel *channel)
{
	static const char *const keys[LIMIT_KINDS] = { "receive_limit", "import_limit",
						       "export_limit" };
	static const char *const actions[] = { "warn", "block", "restart", "disable" };
	for (unsigned i = 0; i < LIMIT_KINDS; i++) {
		const struct limit *limit = &channel->config->limits[i];
		if (limit->count > 0)
			out_printf(out, keys[i], "%u, action %s", limit->count,
				   actions[limit->action]);
	}
}

static void
channel_show(struct out *out, const struct channel *channel)
{
	out_object(out, channel->name);
	out_str(out, "state", channel_state_name(channel));
	out_str(out, "table", channel->table ? table_name(channel->table) : NULL);
	out_u64(out, "preference",
		channel->config->preference ? channel->config->preference
					    : channel->protocol->class->preference);
	out_str(out, "import_filter", filter_text(channel->config->import));
	out_str(out, "export_filter", filter_text(channel->config->export));
	limits_show(out, channel);
	out_u64(out, "imported", channel->imported);
	out_u64(out, "filtered", channel->filtered);
	out_u64(out, "exported", channel->exported);
	counters_show(out, channel);
	if (channel->import_reviews > 0)
		out_u64(out, "import_reviews", channel->import_reviews);
	if (channel->export_reviews > 0)
		out_u64(out, "export_reviews", channel->export_reviews);
	out_object_end(out);
}

static void
protocol_details(struct out *out, const struct protocol *protocol)
{
	out_detail(out);
	if (protocol->config->description)
		out_str(out, "description", protocol->config->description);
	if (protocol->message)
		out_str(out, "message", protocol->message);
	if (protocol->class->show && protocol->state == PROTOCOL_UP)
		protocol->class->show(protocol, out);
	list_each(channel, &protocol->channels, struct channel, link)
		channel_show(out, channel);
	out_detail_end(out);
}

static void
protocol_row(struct command_call *call, const struct protocol *protocol)
{
	const struct router *router = call->router;
	char since[TIME_TEXT];
	const char *info = NULL;
	if (protocol->state == PROTOCOL_UP && protocol->class->status)
		info = protocol->class->status(protocol);
	if (!info)
		info = protocol->message ? protocol->message : "";
	out_row(call->out);
	out_str(call->out, "name", protocol->name);
	out_str(call->out, "protocol", protocol->class->name);
	out_str(call->out, "table", table_text(protocol));
	out_str(call->out, "state", protocol_state_name(protocol->state));
	out_str(call->out, "since",
		time_format_monotonic(
			router,
			router->config ? &router->config->timeformat_protocol : NULL,
			protocol->since, since));
	out_str(call->out, "info", info);
}

static void
transport_row(struct command_call *call, const struct transport *transport, bool all)
{
	const struct router *router = call->router;
	char since[TIME_TEXT];
	out_row(call->out);
	out_str(call->out, "name", transport->name);
	out_str(call->out, "protocol", transport->class->name);
	out_str(call->out, "table", "---");
	out_str(call->out, "state", protocol_state_name(transport->state));
	out_str(call->out, "since",
		time_format_monotonic(
			router,
			router->config ? &router->config->timeformat_protocol : NULL,
			transport->since, since));
	out_str(call->out, "info", transport->message ? transport->message : "");
	if (!all || !transport->class->show || transport->state != PROTOCOL_UP)
		return;
	out_detail(call->out);
	transport->class->show(transport, call->out);
	out_detail_end(call->out);
}

/* `show protocols [all] [NAME|"PATTERN"]`, words in any order. */
static int
show_protocols(struct command_call *call)
{
	bool all = false;
	const char *pattern = "*";
	for (size_t i = 0; i < call->count; i++) {
		if (!strcmp(call->words[i], "all"))
			all = true;
		else
			pattern = call->words[i];
	}
	unsigned met = 0;
	out_table(call->out, "protocols", protocol_columns, ARRAY_SIZE(protocol_columns));
	list_each(transport, &call->router->transports, struct transport, link)
		if (text_matches(pattern, transport->name)) {
			transport_row(call, transport, all);
			met++;
		}
	list_each(protocol, &call->router->protocols, struct protocol, link)
		if (text_matches(pattern, protocol->name)) {
			protocol_row(call, protocol);
			if (all)
				protocol_details(call->out, protocol);
			met++;
		}
	out_table_end(call->out);
	if (met == 0 && strcmp(pattern, "*") != 0) {
		out_error(call->out, "No protocol matches `%s'", pattern);
		return -ENOENT;
	}
	return COMMAND_DONE;
}

/* ---- interfaces and links ---- */

static void
interface_row(struct out *out, const struct interface *interface)
{
	uint32_t flags = interface->sys.flags;
	out_row(out);
	out_str(out, "name", interface->sys.name);
	out_u64(out, "index", interface->sys.index);
	out_str(out, "state",
		!(flags & SYS_IF_UP)     ? "down"
		: flags & SYS_IF_CARRIER ? "up"
					 : "no carrier");
	out_str(out, "type",
		flags & SYS_IF_LOOPBACK       ? "loopback"
		: flags & SYS_IF_POINTTOPOINT ? "point-to-point"
		: flags & SYS_IF_WIRELESS     ? "wireless"
					      : "multi-access");
	out_u64(out, "mtu", interface->sys.mtu);
	out_str(out, "transport", interface->transport ? interface->transport->name : "");
	out_detail(out);
	out_list(out, "addresses");
	list_each(address, &interface->addresses, struct interface_address, link) {
		char text[ADDR_TEXT];
		out_printf(out, NULL, "%s/%u%s", addr_format(address->sys.addr, text),
			   address->sys.prefix.length,
			   address->sys.flags & SYS_ADDRESS_TENTATIVE ? " tentative"
								      : "");
	}
	out_list_end(out);
	out_detail_end(out);
}

static int
show_interfaces(struct command_call *call)
{
	static const struct out_column columns[] = {
		{ .key = "name", .title = "Interface" },
		{ .key = "index", .title = "Index", .align = OUT_RIGHT },
		{ .key = "state", .title = "State" },
		{ .key = "type", .title = "Type" },
		{ .key = "mtu", .title = "MTU", .align = OUT_RIGHT },
		{ .key = "transport", .title = "Transport" },
		{ .key = "addresses" },
	};
	const char *pattern = call->count > 0 ? call->words[0] : "*";
	out_table(call->out, "interfaces", columns, ARRAY_SIZE(columns));
	list_each(interface, &call->router->interfaces, struct interface, link)
		if (text_matches(pattern, interface->sys.name))
			interface_row(call->out, interface);
	out_table_end(call->out);
	return COMMAND_DONE;
}

static void
link_row(struct out *out, const struct link *link)
{
	out_row(out);
	out_str(out, "name", link->name);
	out_str(out, "interface", link->interface ? link->interface->sys.name : "");
	out_str(out, "state", link->up ? "up" : link->enabled ? "no carrier" : "down");
	out_str(out, "type", link->multi_access ? "multi-access" : "point-to-point");
	out_u64(out, "mtu", link->mtu);
	out_addr(out, "local", link->local);
	out_str(out, "peer", link->peer_name ? link->peer_name : "");
	if (link->rtt != USEC_NEVER)
		out_usec(out, "rtt", link->rtt);
}

static int
show_links(struct command_call *call)
{
	static const struct out_column columns[] = {
		{ .key = "name", .title = "Link" },
		{ .key = "interface", .title = "Interface" },
		{ .key = "state", .title = "State" },
		{ .key = "type", .title = "Type" },
		{ .key = "mtu", .title = "MTU", .align = OUT_RIGHT },
		{ .key = "local", .title = "Local" },
		{ .key = "peer", .title = "Peer" },
		{ .key = "rtt", .title = "RTT", .align = OUT_RIGHT },
	};
	const char *pattern = call->count > 0 ? call->words[0] : "*";
	out_table(call->out, "links", columns, ARRAY_SIZE(columns));
	list_each(link, &call->router->links, struct link, link)
		if (text_matches(pattern, link->name))
			link_row(call->out, link);
	out_table_end(call->out);
	return COMMAND_DONE;
}

/* ---- memory and symbols ---- */

static void
memory_row(struct out *out, const char *name, size_t bytes)
{
	out_row(out);
	out_str(out, "part", name);
	out_u64_unit(out, "bytes", bytes, "B");
}

static int
show_memory(struct command_call *call)
{
	static const struct out_column columns[] = {
		{ .key = "part", .title = "Part" },
		{ .key = "bytes", .title = "Held", .align = OUT_RIGHT },
	};
	const struct router *router = call->router;
	size_t sum = 0;
	out_table(call->out, "memory", columns, ARRAY_SIZE(columns));
	list_each(entry, &router->tables, struct table_entry, link) {
		struct table_counts counts;
		char name[128];
		table_count(entry->table, &counts);
		text_format(name, sizeof(name), "table %s", table_name(entry->table));
		memory_row(call->out, name, counts.bytes);
		sum += counts.bytes;
	}
	struct pool *child = NULL;
	while ((child = pool_child(router->pool, child))) {
		if (child == call->pool)
			continue;
		memory_row(call->out, pool_name(child), pool_size(child));
		sum += pool_size(child);
	}
	memory_row(call->out, "total", sum);
	out_table_end(call->out);
	return COMMAND_DONE;
}

struct symbol_filter {
	struct out *out;
	const char *kind;
	const char *name;
};

static void
symbol_row(void *context, const char *kind, const char *name, const char *where)
{
	const struct symbol_filter *filter = context;
	if ((filter->kind && strcmp(filter->kind, kind) != 0) ||
	    (filter->name && strcmp(filter->name, name) != 0))
		return;
	out_row(filter->out);
	out_str(filter->out, "name", name);
	out_str(filter->out, "kind", kind);
	out_str(filter->out, "where", where ? where : "");
}

static int
show_symbols(struct command_call *call)
{
	static const struct out_column columns[] = {
		{ .key = "name", .title = "Symbol" },
		{ .key = "kind", .title = "Type" },
		{ .key = "where", .title = "Defined" },
	};
	static const char *const kinds[] = { "table",    "filter",   "function",
					     "protocol", "template", "constant",
					     "attribute" };
	struct symbol_filter filter = { .out = call->out };
	for (size_t i = 0; i < call->count; i++) {
		bool is_kind = false;
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			is_kind |= !strcmp(call->words[i], kinds[k]);
		*(is_kind ? &filter.kind : &filter.name) = call->words[i];
	}
	out_table(call->out, "symbols", columns, ARRAY_SIZE(columns));
	call->router->language->symbols(call->router, symbol_row, &filter);
	out_table_end(call->out);
	return COMMAND_DONE;
}

const struct command show_commands[] = {
	{ "show status", "", "Shows the version, the router id and times.", false,
	  show_status, 13 },
	{ "show protocols", "[all] [<protocol>|\"PATTERN\"]",
	  "Shows protocols and transports; `all` with channels and counters.", false,
	  show_protocols, 1002 },
	{ "show interfaces", "[<interface>|\"PATTERN\"]",
	  "Shows the interfaces of the host and their addresses.", false, show_interfaces,
	  1001 },
	{ "show links", "[<link>|\"PATTERN\"]", "Shows what routing protocols send over.",
	  false, show_links, 0 },
	{ "show memory", "", "Shows what holds how much memory.", false, show_memory,
	  1018 },
	{ "show symbols", "[table|filter|function|protocol|template|constant|<symbol>]",
	  "Shows the names the configuration defines.", false, show_symbols, 1010 },
	{ NULL, NULL, NULL, false, NULL, 0 },
};
