/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How BIRD shows what the core's commands tell, but for routes (layout_route.c).
 */
#include "nest/bird/bird.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "lib/text.h"
#include "nest/command.h"
#include "nest/reply.h"
#include "nest/router.h"
#include "nest/transport.h"

/* ---- names ---- */

static const struct protocol_class *
class_named(const struct router *router, const char *name)
{
	for (size_t i = 0; i < router->module_count; i++)
		for (const struct protocol_class *const *one =
			     router->modules[i]->protocols;
		     one && *one; one++)
			if (!strcmp((*one)->name, name))
				return *one;
	return NULL;
}

void
bird_title(const struct router *router, const char *protocol, struct text *to)
{
	const struct protocol_class *class = class_named(router, protocol);
	if (class && class->title) {
		text_add(to, class->title);
		return;
	}
	text_add_char(to, (char)toupper((unsigned char)*protocol));
	text_add(to, protocol + (*protocol != '\0'));
}

/* ---- status, expressions ---- */

/* Behind a restart, while neighbours are waited for. */
static void
recovery_lines(struct bird_reply *reply, const struct bird_node *row)
{
	uint64_t left = bird_number(row, "recovery_ends_in");
	if (bird_find(row, "recovering_channels") == NULL)
		return;
	bird_line(reply, REPLY_RECOVERY, "Graceful restart recovery in progress");
	bird_line(reply, REPLY_RECOVERY, "  Waiting for %" PRIu64 " channels to recover",
		  bird_number(row, "recovering_channels"));
	bird_line(reply, REPLY_RECOVERY,
		  "  Wait timer is %" PRIu64 ".%03" PRIu64 "/%" PRIu64, left / USEC_S,
		  left % USEC_S / USEC_MS, bird_number(row, "recovery_wait") / USEC_S);
}

static void
status_row(struct bird_reply *reply, const struct bird_node *row)
{
	const char *state = bird_string(row, "state");
	bird_line(reply, REPLY_VERSION, "BIRD " BIRD_VERSION);
	bird_line(reply, REPLY_TIMES, "Router ID is %s", bird_string(row, "router_id"));
	bird_line(reply, REPLY_TIMES, "Hostname is %s", bird_string(row, "hostname"));
	bird_line(reply, REPLY_TIMES, "Current server time is %s",
		  bird_string(row, "current_time"));
	bird_line(reply, REPLY_TIMES, "Last reboot on %s",
		  bird_string(row, "last_reboot"));
	bird_line(reply, REPLY_TIMES, "Last reconfiguration on %s",
		  bird_string(row, "last_reconfiguration"));
	recovery_lines(reply, row);
	bird_last(reply, REPLY_STATUS, "%s",
		  strcmp(state, "up and running") != 0 ? "Shutdown in progress"
						       : "Daemon is up and running");
}

const struct bird_layout bird_status = { .row = status_row };

static void
value_row(struct bird_reply *reply, const struct bird_node *row)
{
	bird_last(reply, REPLY_VALUE, "%s", bird_string(row, "value"));
}

const struct bird_layout bird_value = { .row = value_row };

static void
configure_status_row(struct bird_reply *reply, const struct bird_node *row)
{
	const struct bird_node *undo = bird_find(row, "undo_in");
	bird_line(reply, REPLY_RECONFIGURED, "Daemon is up and running");
	if (undo)
		bird_line(reply, REPLY_UNDO_SCHEDULED,
			  "Configuration unconfirmed, undo in %" PRIu64 ".%03" PRIu64
			  " s",
			  undo->number / USEC_S, undo->number % USEC_S / USEC_MS);
}

const struct bird_layout bird_configure_status = { .row = configure_status_row };

/* ---- protocols ---- */

/* What can't happen: BIRD has dashes there. */
static bool
is_dashed(const char *changes, const char *key)
{
	if (!strcmp(changes, "import withdraws"))
		return !strcmp(key, "filtered");
	if (!strcmp(changes, "export updates"))
		return !strcmp(key, "ignored");
	return !strcmp(changes, "export withdraws") && strcmp(key, "received") != 0 &&
	       strcmp(key, "accepted") != 0;
}

static void
counters_lines(struct bird_reply *reply, const struct bird_node *table)
{
	static const char *const keys[] = { "received", "rejected", "filtered", "ignored",
					    "accepted" };
	bird_line(
		reply, REPLY_PROTOCOL_DETAILS,
		"    Route change stats:     received   rejected   filtered    ignored  "
		" accepted");
	bird_each(row, table) {
		const char *changes = bird_string(row, "changes");
		struct text *line = bird_open(reply);
		text_printf(line, "      %c%s:", toupper((unsigned char)*changes),
			    changes + 1);
		text_pad(line, ' ', line->length < 25 ? 25 - line->length : 0);
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (is_dashed(changes, keys[i]))
				text_add(line, "        ---");
			else
				text_printf(line, " %10" PRIu64,
					    bird_number(row, keys[i]));
		bird_say(reply, REPLY_PROTOCOL_DETAILS);
	}
}

void
bird_limit(struct bird_reply *reply, const struct bird_node *channel, const char *key,
	   const char *label)
{
	const struct bird_node *limit = bird_find(channel, key);
	if (!limit)
		return;
	bird_line(reply, REPLY_PROTOCOL_DETAILS, "    %-16s%" PRIu64 "%s", label,
		  bird_number(limit, "routes"),
		  bird_number(limit, "hit") ? " [HIT]" : "");
	bird_line(reply, REPLY_PROTOCOL_DETAILS, "      Action:       %s",
		  bird_string(limit, "action"));
}

void
bird_channel(struct bird_reply *reply, const struct bird_node *channel)
{
	const unsigned code = REPLY_PROTOCOL_DETAILS;
	const struct bird_node *counters = bird_find(channel, "counters");
	const char *state = bird_string(channel, "state");
	if (!strcmp(state, "FEED"))
		state = "UP";
	else if (!strcmp(state, "FLUSH"))
		state = "FLUSHING";
	bird_line(reply, code, "  Channel %s", channel->key);
	bird_line(reply, code, "    State:          %s", state);
	bird_line(reply, code, "    Table:          %s", bird_string(channel, "table"));
	bird_line(reply, code, "    Preference:     %" PRIu64,
		  bird_number(channel, "preference"));
	bird_line(reply, code, "    Input filter:   %s",
		  bird_string(channel, "import_filter"));
	bird_line(reply, code, "    Output filter:  %s",
		  bird_string(channel, "export_filter"));
	bird_limit(reply, channel, "receive_limit", "Receive limit:");
	bird_limit(reply, channel, "import_limit", "Import limit:");
	bird_limit(reply, channel, "export_limit", "Export limit:");
	if (!strcmp(state, "DOWN") || !counters)
		return;
	struct text *line = bird_open(reply);
	text_printf(line, "    Routes:         %" PRIu64 " imported, ",
		    bird_number(channel, "imported"));
	if (bird_find(channel, "filtered"))
		text_printf(line, "%" PRIu64 " filtered, ",
			    bird_number(channel, "filtered"));
	text_printf(line, "%" PRIu64 " exported, %" PRIu64 " preferred",
		    bird_number(channel, "exported"), bird_number(channel, "preferred"));
	bird_say(reply, code);
	counters_lines(reply, counters);
}

bool
bird_is_channel(const struct bird_node *node)
{
	return node->event == OUT_OBJECT && bird_find(node, "import_filter");
}

void
bird_channels(struct bird_reply *reply, const struct bird_node *row)
{
	bird_each(node, row)
		if (bird_is_channel(node))
			bird_channel(reply, node);
}

static void
details_lines(struct bird_reply *reply, const struct bird_node *row)
{
	static const struct {
		const char *key, *label;
	} fields[] = { { "description", "Description:" },
		       { "message", "Message:" },
		       { "configured_router_id", "Router ID:" } };
	const struct protocol_class *class =
		class_named(bird_call(reply)->router, bird_string(row, "protocol"));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (bird_find(row, fields[i].key))
			bird_line(reply, REPLY_PROTOCOL_DETAILS, "  %-15s %s",
				  fields[i].label, bird_string(row, fields[i].key));
	if (class && class->bird_show)
		class->bird_show(reply, row);
	else
		bird_channels(reply, row);
	bird_line(reply, REPLY_PROTOCOL_DETAILS, "%s", "");
}

static void
protocol_row(struct bird_reply *reply, const struct bird_node *row)
{
	static const char format[] = "%-10s %-10s %-10s %-6s %-12s  %s";
	struct text class = { .text = NULL };
	if (bird_needs_heading(reply))
		bird_line(reply, REPLY_PROTOCOL_HEADING, format, "Name", "Proto", "Table",
			  "State", "Since", "Info");
	bird_title(bird_call(reply)->router, bird_string(row, "protocol"), &class);
	bird_line(reply, REPLY_PROTOCOL, format, bird_string(row, "name"),
		  text_string(&class), bird_string(row, "table"),
		  bird_string(row, "state"), bird_string(row, "since"),
		  bird_string(row, "info"));
	text_fini(&class);
	if (bird_was_said(reply, "all"))
		details_lines(reply, row);
}

const struct bird_layout bird_protocols = { .row = protocol_row };

/* ---- interfaces ---- */

/* The first address of that family that is not link-local, or else the first that is. */
static const char *
address_of(const struct bird_node *row, bool ip4, struct text *to)
{
	text_reset(to);
	bird_each(address, bird_find(row, "addresses")) {
		const char *text = bird_string(address, "address");
		if (ip4 == !strchr(text, ':') && bird_number(address, "preferred") &&
		    strcmp(bird_string(address, "scope"), "link") != 0) {
			text_printf(to, "%s/%" PRIu64, text,
				    bird_number(address, "length"));
			break;
		}
	}
	return text_string(to);
}

static void
summary_line(struct bird_reply *reply, const struct bird_node *row)
{
	static const char format[] = "%-10s %-6s %-18s %s";
	struct text ip4 = { .text = NULL }, ip6 = { .text = NULL };
	if (bird_needs_heading(reply))
		bird_line(reply, REPLY_INTERFACE_HEADING, format, "Interface", "State",
			  "IPv4 address", "IPv6 address");
	bird_line(reply, REPLY_INTERFACE_SUMMARY, format, bird_string(row, "name"),
		  strcmp(bird_string(row, "state"), "up") != 0 ? "down" : "up",
		  address_of(row, true, &ip4), address_of(row, false, &ip6));
	text_fini(&ip4);
	text_fini(&ip6);
}

static void
address_lines(struct bird_reply *reply, const struct bird_node *addresses, bool ip4)
{
	bird_each(address, addresses) {
		const char *text = bird_string(address, "address");
		const char *opposite = bird_string(address, "opposite");
		if (ip4 == !!strchr(text, ':'))
			continue;
		bird_line(reply, REPLY_ADDRESS, "\t%s/%" PRIu64 " (%s%s%s%sscope %s)",
			  text, bird_number(address, "length"),
			  bird_number(address, "preferred")   ? "Preferred, "
			  : bird_number(address, "secondary") ? "Secondary, "
							      : "",
			  *opposite ? "opposite " : "", opposite, *opposite ? ", " : "",
			  bird_string(address, "scope"));
	}
}

static void
interface_row(struct bird_reply *reply, const struct bird_node *row)
{
	const char *state = bird_string(row, "state"),
		   *master = bird_string(row, "master");
	const struct bird_node *addresses = bird_find(row, "addresses");
	if (bird_was_said(reply, "summary")) {
		summary_line(reply, row);
		return;
	}
	bool loopback = !strcmp(bird_string(row, "type"), "loopback");
	bool single = !strcmp(bird_string(row, "type"), "point-to-point");
	bird_line(reply, REPLY_INTERFACE, "%s %s (index=%" PRIu64 "%s%s)",
		  bird_string(row, "name"), strcmp(state, "up") != 0 ? "down" : "up",
		  bird_number(row, "index"), *master ? " master=" : "", master);
	bird_line(reply, REPLY_INTERFACE_FLAGS, "\t%s%s%s Admin%s Link%s%s MTU=%" PRIu64,
		  single ? "PtP" : "MultiAccess",
		  bird_number(row, "broadcast") ? " Broadcast" : "",
		  bird_number(row, "multicast") ? " Multicast" : "",
		  strcmp(state, "down") != 0 ? "Up" : "Down",
		  strcmp(state, "up") != 0 ? "Down" : "Up",
		  loopback ? " Loopback Ignored" : "", bird_number(row, "mtu"));
	if (!addresses)
		return;
	address_lines(reply, addresses, true);
	address_lines(reply, addresses, false);
}

const struct bird_layout bird_interfaces = { .row = interface_row };

/* ---- memory, symbols ---- */

static void
size_add(struct text *line, uint64_t bytes)
{
	static const char suffixes[] = " kMGT";
	uint64_t tenths = bytes * 10;
	unsigned magnitude = 0;
	for (; tenths >= 100000 && magnitude < 4; magnitude++)
		tenths = (tenths + 512) / 1024;
	text_printf(line, "%4" PRIu64 ".%" PRIu64 " %cB", tenths / 10, tenths % 10,
		    suffixes[magnitude]);
}

/* There is no overhead to tell: what is held is counted whole. */
static void
memory_row(struct bird_reply *reply, const struct bird_node *row)
{
	if (bird_needs_heading(reply)) {
		bird_line(reply, REPLY_MEMORY, "BIRD memory usage");
		bird_line(reply, REPLY_MEMORY, "%-17s Effective    Overhead", "");
	}
	const char *part = bird_string(row, "part");
	struct text *line = bird_open(reply);
	text_printf(line, "%c%s:", toupper((unsigned char)*part), part + (*part != '\0'));
	text_pad(line, ' ', line->length < 18 ? 18 - line->length : 1);
	size_add(line, bird_number(row, "bytes"));
	text_add(line, "   ");
	size_add(line, 0);
	bird_say(reply, REPLY_MEMORY);
}

const struct bird_layout bird_memory = { .row = memory_row };

static void
symbol_row(struct bird_reply *reply, const struct bird_node *row)
{
	static const char format[] = "%-8s\t%s";
	const char *name = bird_string(row, "name"), *kind = bird_string(row, "kind");
	if (!strcmp(kind, "template"))
		kind = "protocol template";
	else if (!strcmp(kind, "attribute"))
		kind = "custom attribute";
	/* Asked for one, BIRD's answer is that line alone. */
	if (bird_was_said(reply, name))
		bird_last(reply, REPLY_SYMBOL, format, name, kind);
	else
		bird_line(reply, REPLY_SYMBOL, format, name, kind);
}

const struct bird_layout bird_symbols = { .row = symbol_row };
