/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The show commands, but for routes (show_route.c).
 */
#include "nest/command_private.h"

#include <errno.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/bird/bird.h"
#include "nest/channel_private.h"
#include "nest/reply.h"
#include "nest/router.h"
#include "nest/show_private.h"
#include "nest/show_time.h"
#include "nest/spawn.h"
#include "nest/transport.h"

/* ---- status ---- */

static int
show_status(struct command_call *call)
{
	const struct router *router = call->router;
	const struct config *config = router->config;
	const struct config_timeformat *base =
		command_timeformat(call, config ? &config->timeformat_base : NULL);
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
	recovery_show(router, call->out);
	out_object_end(call->out);
	return COMMAND_DONE;
}

/* ---- protocols ---- */

const struct out_column show_protocol_columns[SHOW_PROTOCOL_COLUMNS] = {
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
		if (!limit->on)
			continue;
		if (!out->class->is_structured) {
			out_printf(out, keys[i], "%u, action %s", limit->count,
				   actions[limit->action]);
			continue;
		}
		out_object(out, keys[i]);
		out_u64(out, "routes", limit->count);
		out_str(out, "action", actions[limit->action]);
		out_bool(out, "hit", channel->private->limit_hit[i]);
		out_object_end(out);
	}
}

static void
channel_show(struct out *out, const struct channel *channel)
{
	static const enum out_tone tones[] = { [CHANNEL_DOWN] = OUT_BAD,
					       [CHANNEL_FEEDING] = OUT_WAIT,
					       [CHANNEL_UP] = OUT_GOOD };
	out_object(out, channel->name);
	out_state(out, "state", channel_state_name(channel), tones[channel->state]);
	out_str(out, "table", channel->table ? table_name(channel->table) : NULL);
	out_u64(out, "preference", channel_preference(channel));
	out_str(out, "import_filter", filter_text(channel->config->import));
	out_str(out, "export_filter", filter_text(channel->config->export));
	limits_show(out, channel);
	if (out->class->is_structured) {
		out_u64(out, "imported", channel->imported);
		out_u64(out, "preferred", channel->preferred);
		if (channel->config->keep_filtered)
			out_u64(out, "filtered", channel->filtered);
		out_u64(out, "exported", channel->exported);
	} else {
		out_printf(out, "routes",
			   "%u imported, %u best, %u filtered, %u exported",
			   channel->imported, channel->preferred, channel->filtered,
			   channel->exported);
	}
	counters_show(out, channel);
	if (channel->protocol->class->channel_show != NULL)
		channel->protocol->class->channel_show(channel, out);
	if (channel->import_reviews > 0)
		out_u64(out, "import_reviews", channel->import_reviews);
	if (channel->export_reviews > 0)
		out_u64(out, "export_reviews", channel->export_reviews);
	out_object_end(out);
}

static bool
protocol_tells(const struct protocol *protocol)
{
	return protocol->state == PROTOCOL_UP || protocol->class->tells_always;
}

static void
protocol_details(struct out *out, const struct protocol *protocol)
{
	out_detail(out);
	if (protocol->config->description)
		out_str(out, "description", protocol->config->description);
	if (spawn_parent(protocol))
		out_str(out, "parent", spawn_parent(protocol)->name);
	if (protocol->message)
		out_str(out, "message", protocol->message);
	if (protocol->config->has_router_id)
		out_addr(out, "configured_router_id",
			 addr_from_ip4(protocol->config->router_id));
	if (protocol->class->show && protocol_tells(protocol))
		protocol->class->show(protocol, out);
	list_each(channel, &protocol->channels, struct channel, link)
		channel_show(out, channel);
	out_detail_end(out);
}

static const struct config_timeformat *
protocol_timeformat(const struct command_call *call)
{
	const struct config *config = call->router->config;
	return command_timeformat(call, config ? &config->timeformat_protocol : NULL);
}

/* One that is disabled is down because somebody wants it so. */
static void
instance_cells(const struct command_call *call, const char *name, const char *class,
	       const char *table, enum protocol_state state, bool disabled, usec_t since)
{
	static const enum out_tone tones[] = { [PROTOCOL_DOWN] = OUT_BAD,
					       [PROTOCOL_STARTING] = OUT_WAIT,
					       [PROTOCOL_UP] = OUT_GOOD,
					       [PROTOCOL_STOPPING] = OUT_WAIT };
	bool meant = disabled && state == PROTOCOL_DOWN;
	char text[TIME_TEXT];
	out_str(call->out, "name", name);
	out_str(call->out, "protocol", class);
	out_str(call->out, "table", table);
	out_state(call->out, "state", protocol_state_name(state),
		  meant ? OUT_PLAIN : tones[state]);
	out_str(call->out, "since",
		time_format_monotonic(call->router, protocol_timeformat(call), since,
				      text));
}

void
show_protocol_cells(const struct command_call *call, const struct protocol *protocol)
{
	const char *info = NULL;
	instance_cells(call, protocol->name, protocol->class->name, table_text(protocol),
		       protocol->state, protocol->disabled, protocol->since);
	if (protocol_tells(protocol) && protocol->class->status)
		info = protocol->class->status(protocol);
	if (!info)
		info = protocol->message;
	out_str(call->out, "info", info ? info : "");
}

void
show_transport_cells(const struct command_call *call, const struct transport *transport)
{
	instance_cells(call, transport->name, transport->class->name, "---",
		       transport->state, transport->disabled, transport->since);
	out_str(call->out, "info", transport->message ? transport->message : "");
}

static void
transport_row(struct command_call *call, const struct transport *transport, bool all)
{
	out_row(call->out);
	show_transport_cells(call, transport);
	if (!all || !transport->class->show || transport->state != PROTOCOL_UP)
		return;
	out_detail(call->out);
	transport->class->show(transport, call->out);
	out_detail_end(call->out);
}

static void
protocol_row(struct command_call *call, const struct protocol *protocol, bool all)
{
	out_row(call->out);
	show_protocol_cells(call, protocol);
	if (all)
		protocol_details(call->out, protocol);
}

/* `show protocols [all] [NAME|"PATTERN"]`, words in any order. */
static int
show_protocols(struct command_call *call)
{
	bool all = false;
	const char *pattern = NULL;
	bool is_name = false;
	for (size_t i = 0; i < call->count; i++) {
		if (!strcmp(call->words[i], "all") && !command_is_quoted(call, i)) {
			all = true;
		} else {
			pattern = call->words[i];
			is_name = command_is_name(call, i);
		}
	}
	unsigned met = 0;
	list_each(transport, &call->router->transports, struct transport, link)
		met += !pattern || text_matches(pattern, transport->name);
	list_each(protocol, &call->router->protocols, struct protocol, link)
		met += !pattern || text_matches(pattern, protocol->name);
	if (met == 0 && pattern)
		return command_no_protocol(call, pattern, is_name);
	out_table(call->out, "protocols", show_protocol_columns, SHOW_PROTOCOL_COLUMNS);
	list_each(transport, &call->router->transports, struct transport, link)
		if (!pattern || text_matches(pattern, transport->name))
			transport_row(call, transport, all);
	list_each(protocol, &call->router->protocols, struct protocol, link)
		if (!pattern || text_matches(pattern, protocol->name))
			protocol_row(call, protocol, all);
	out_table_end(call->out);
	return COMMAND_DONE;
}

/* ---- interfaces and links ---- */

static const char *
scope_of(struct addr addr)
{
	if (addr_is_loopback(addr))
		return "host";
	return addr_is_link_local(addr) ? "link" : "univ";
}

/* Of each family and reach, the first one is what others know us by. */
static bool
address_is_preferred(const struct interface *interface,
		     const struct interface_address *address)
{
	list_each(other, &interface->addresses, struct interface_address, link) {
		if (other == address)
			break;
		if (!(other->sys.flags & SYS_ADDRESS_SECONDARY) &&
		    addr_is_ip4(other->sys.addr) == addr_is_ip4(address->sys.addr) &&
		    addr_is_link_local(other->sys.addr) ==
			    addr_is_link_local(address->sys.addr))
			return false;
	}
	return !(address->sys.flags & SYS_ADDRESS_SECONDARY);
}

static void
address_object(struct out *out, const struct interface *interface,
	       const struct interface_address *address)
{
	const struct sys_address *sys = &address->sys;
	out_object(out, NULL);
	out_addr(out, "address", sys->addr);
	out_u64(out, "length", sys->prefix.length);
	out_str(out, "scope", scope_of(sys->addr));
	if (sys->flags & SYS_ADDRESS_PEER)
		out_addr(out, "opposite", sys->prefix.addr);
	out_bool(out, "preferred", address_is_preferred(interface, address));
	out_bool(out, "secondary", sys->flags & SYS_ADDRESS_SECONDARY);
	out_bool(out, "tentative", sys->flags & SYS_ADDRESS_TENTATIVE);
	out_object_end(out);
}

static void
address_text(struct out *out, const struct sys_address *sys)
{
	char text[ADDR_TEXT];
	out_printf(out, NULL, "%s/%u%s", addr_format(sys->addr, text), sys->prefix.length,
		   sys->flags & SYS_ADDRESS_TENTATIVE ? " tentative" : "");
}

static void
interface_details(struct out *out, const struct interface *interface)
{
	bool structured = out->class->is_structured;
	const struct interface *master =
		interface->sys.master
			? interface_at(interface->router, interface->sys.master)
			: NULL;
	if (structured) {
		out_bool(out, "broadcast", interface->sys.flags & SYS_IF_BROADCAST);
		out_bool(out, "multicast", interface->sys.flags & SYS_IF_MULTICAST);
	}
	if (master)
		out_str(out, "master", master->sys.name);
	out_list(out, "addresses");
	list_each(address, &interface->addresses, struct interface_address, link)
		if (structured)
			address_object(out, interface, address);
		else
			address_text(out, &address->sys);
	out_list_end(out);
}

/* Switched on, and with a carrier. */
static void
out_up(struct out *out, bool enabled, bool up)
{
	out_state(out, "state",
		  !enabled ? "down"
		  : up     ? "up"
			   : "no carrier",
		  !enabled ? OUT_PLAIN
		  : up     ? OUT_GOOD
			   : OUT_BAD);
}

static void
interface_row(struct out *out, const struct interface *interface)
{
	uint32_t flags = interface->sys.flags;
	out_row(out);
	out_str(out, "name", interface->sys.name);
	out_u64(out, "index", interface->sys.index);
	out_up(out, flags & SYS_IF_UP, flags & SYS_IF_CARRIER);
	out_str(out, "type",
		flags & SYS_IF_LOOPBACK       ? "loopback"
		: flags & SYS_IF_POINTTOPOINT ? "point-to-point"
		: flags & SYS_IF_WIRELESS     ? "wireless"
					      : "multi-access");
	out_u64(out, "mtu", interface->sys.mtu);
	out_str(out, "transport", interface->transport ? interface->transport->name : "");
	out_detail(out);
	interface_details(out, interface);
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
	bool summary = call->count > 0 && !strcmp(call->words[0], "summary");
	const char *pattern = call->count > summary ? call->words[summary] : "*";
	out_table(call->out, "interfaces", columns, ARRAY_SIZE(columns));
	list_each(interface, &call->router->interfaces, struct interface, link)
		if (text_matches(pattern, interface->sys.name))
			interface_row(call->out, interface);
	out_table_end(call->out);
	return COMMAND_DONE;
}

const struct out_column show_link_columns[SHOW_LINK_COLUMNS] = {
	{ .key = "name", .title = "Link" },
	{ .key = "interface", .title = "Interface" },
	{ .key = "state", .title = "State" },
	{ .key = "type", .title = "Type" },
	{ .key = "mtu", .title = "MTU", .align = OUT_RIGHT },
	{ .key = "local", .title = "Local" },
	{ .key = "peer", .title = "Peer" },
	{ .key = "rtt", .title = "RTT", .align = OUT_RIGHT },
};

void
show_link_cells(struct out *out, const struct link *link)
{
	out_str(out, "name", link->name);
	out_str(out, "interface", link->interface ? link->interface->sys.name : "");
	out_up(out, link->enabled || link->up, link->up);
	out_str(out, "type", link->multi_access ? "multi-access" : "point-to-point");
	out_u64(out, "mtu", link->mtu);
	if (addr_is_any(link->local))
		out_str(out, "local", NULL);
	else
		out_addr(out, "local", link->local);
	out_str(out, "peer", link->peer_name ? link->peer_name : "");
	if (link->rtt != USEC_NEVER)
		out_usec(out, "rtt", link->rtt);
}

static int
show_links(struct command_call *call)
{
	const char *pattern = call->count > 0 ? call->words[0] : "*";
	out_table(call->out, "links", show_link_columns, SHOW_LINK_COLUMNS);
	list_each(link, &call->router->links, struct link, link) {
		if (!text_matches(pattern, link->name))
			continue;
		out_row(call->out);
		show_link_cells(call->out, link);
	}
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

static size_t
tables_memory(struct command_call *call, bool each)
{
	size_t sum = 0;
	list_each(entry, &call->router->tables, struct table_entry, link) {
		struct table_counts counts;
		char name[128];
		table_count(entry->table, &counts);
		text_format(name, sizeof(name), "table %s", table_name(entry->table));
		if (each)
			memory_row(call->out, name, counts.bytes);
		sum += counts.bytes;
	}
	return sum;
}

static size_t
pools_memory(struct command_call *call, bool each)
{
	const struct pool *pool = call->router->pool;
	struct pool *child = NULL;
	size_t sum = 0;
	while ((child = pool_child(pool, child))) {
		if (child == call->pool)
			continue;
		if (each)
			memory_row(call->out, pool_name(child), pool_size(child));
		sum += pool_size(child);
	}
	return sum;
}

/* In BIRD's parts. */
static void
memory_parts(struct command_call *call)
{
	const struct router *router = call->router;
	struct out *out = call->out;
	size_t tables = tables_memory(call, false), pools = pools_memory(call, false);
	size_t attrs = 0, config = router->config ? arena_size(router->config->arena) : 0;
	attrs_count(router, &attrs);
	memory_row(out, "routing tables", tables);
	memory_row(out, "route attributes", attrs);
	memory_row(out, "protocols", pools);
	memory_row(out, "current config", config);
	memory_row(out, "standby memory", 0);
	memory_row(out, "total", tables + attrs + pools + config);
}

static int
show_memory(struct command_call *call)
{
	static const struct out_column columns[] = {
		{ .key = "part", .title = "Part" },
		{ .key = "bytes", .title = "Held", .align = OUT_RIGHT },
	};
	out_table(call->out, "memory", columns, ARRAY_SIZE(columns));
	if (call->bird) {
		memory_parts(call);
	} else {
		size_t sum = tables_memory(call, true) + pools_memory(call, true);
		memory_row(call->out, "total", sum);
	}
	out_table_end(call->out);
	return COMMAND_DONE;
}

struct symbol_filter {
	struct out *out;
	const char *kind;
	const char *name;
	unsigned met;
};

static void
symbol_row(void *context, const char *kind, const char *name, const char *where)
{
	struct symbol_filter *filter = context;
	if ((filter->kind && strcmp(filter->kind, kind) != 0) ||
	    (filter->name && strcmp(filter->name, name) != 0))
		return;
	filter->met++;
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
	static const char *const kinds[][2] = {
		{ "table", "routing table" }, { "filter", "filter" },
		{ "function", "function" },   { "protocol", "protocol" },
		{ "template", "template" },   { "constant", "constant" },
		{ "attribute", "attribute" },
	};
	struct symbol_filter filter = { .out = call->out };
	for (size_t i = 0; i < call->count; i++) {
		const char *kind = NULL;
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			if (!strcmp(call->words[i], kinds[k][0]))
				kind = kinds[k][1];
		*(kind ? &filter.kind : &filter.name) = kind ? kind : call->words[i];
	}
	out_table(call->out, "symbols", columns, ARRAY_SIZE(columns));
	call->router->language->symbols(call->router, symbol_row, &filter);
	/* BIRD answers with what it is, which is nothing yet. */
	if (filter.met == 0 && filter.name && call->bird)
		symbol_row(&filter, "undefined", filter.name, NULL);
	out_table_end(call->out);
	if (filter.met > 0 || !filter.name)
		return COMMAND_DONE;
	out_error(call->out, "There is no symbol `%s'", filter.name);
	return -ENOENT;
}

const struct command show_commands[] = {
	{ .words = "show status",
	  .args = "",
	  .doc = "Shows the version, the router id and times.",
	  .run = show_status,
	  .bird = &bird_status },
	{ .words = "show protocols",
	  .args = "[all] [<protocol>|\"PATTERN\"]",
	  .doc = "Shows protocols and transports; `all` with channels and counters.",
	  .run = show_protocols,
	  .code = REPLY_PROTOCOL,
	  .bird = &bird_protocols },
	{ .words = "show interfaces",
	  .args = "[summary] [<interface>|\"PATTERN\"]",
	  .doc = "Shows the interfaces of the host and their addresses.",
	  .run = show_interfaces,
	  .code = REPLY_INTERFACE,
	  .bird = &bird_interfaces },
	{ .words = "show links",
	  .args = "[<link>|\"PATTERN\"]",
	  .doc = "Shows what routing protocols send over.",
	  .run = show_links },
	{ .words = "show memory",
	  .args = "",
	  .doc = "Shows what holds how much memory.",
	  .run = show_memory,
	  .code = REPLY_MEMORY,
	  .bird = &bird_memory },
	{ .words = "show symbols",
	  .args = "[table|filter|function|protocol|template|constant|<symbol>]",
	  .doc = "Shows the names the configuration defines.",
	  .run = show_symbols,
	  .code = REPLY_SYMBOL,
	  .bird = &bird_symbols },
	{ .words = NULL },
};
