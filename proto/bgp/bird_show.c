/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show protocols all` of a session in birdc's lines, from the rows of show.c.
 */
#include "proto/bgp/show.h"

#include <string.h>

#include "lib/text.h"
#include "nest/bird/bird.h"
#include "nest/reply.h"

/* What is only there of a session that speaks the family. */
static void
bird_channel_lines(struct bird_reply *reply, const struct bird_node *channel)
{
	static const char *const tables[] = { "igp_table_ipv4", "igp_table_ipv6" };
	const unsigned code = REPLY_PROTOCOL_DETAILS;
	bool has_local = bird_find(channel, "next_hop_link_local") != NULL;
	if (bird_find(channel, "next_hop") != NULL)
		bird_line(reply, code, "    BGP Next hop:   %s%s%s",
			  bird_string(channel, "next_hop"), has_local ? " " : "",
			  has_local ? bird_string(channel, "next_hop_link_local") : "");
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (bird_find(channel, tables[i]) != NULL)
			bird_line(reply, code, "    IGP IPv%c table: %s", "46"[i],
				  bird_string(channel, tables[i]));
}

static void
bird_capabilities(struct bird_reply *reply, const struct bird_node *from)
{
	static const struct {
		const char *key, *title, *detail;
	} rows[] = {
		{ "multiprotocol", "Multiprotocol", "AF announced:" },
		{ "route_refresh", "Route refresh", NULL },
		{ "extended_next_hop", "Extended next hop", "IPv6 nexthop:" },
		{ "extended_messages", "Extended message", NULL },
		{ "graceful_restart", "Graceful restart", NULL },
		{ "restart_time", "Graceful restart", "Restart time:" },
		{ "restart_recovery", "Graceful restart", "Restart recovery" },
		{ "restart_families", "Graceful restart", "AF supported:" },
		{ "restart_preserved", "Graceful restart", "AF preserved:" },
		{ "as4", "4-octet AS numbers", NULL },
		{ "add_path_rx", "ADD-PATH", "RX:" },
		{ "add_path_tx", "ADD-PATH", "TX:" },
		{ "enhanced_refresh", "Enhanced refresh", NULL },
		{ "long_lived_graceful_restart", "Long-lived graceful restart", NULL },
		{ "stale_time", "Long-lived graceful restart", "LL stale time:" },
		{ "stale_families", "Long-lived graceful restart", "AF supported:" },
		{ "hostname", "Hostname:", NULL },
		{ "role", "Role:", NULL },
	};
	const char *title = "";
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct bird_node *node = bird_find(from, rows[i].key);
		struct text value = { .text = NULL };
		if (node == NULL)
			continue;
		if (node->event == OUT_STRING)
			text_printf(&value, " %s", node->string);
		else if (node->event == OUT_U64)
			text_printf(&value, " %llu", (unsigned long long)node->number);
		if (strcmp(title, rows[i].title) != 0)
			bird_line(reply, REPLY_PROTOCOL_DETAILS, "      %s%s",
				  rows[i].title,
				  rows[i].detail ? "" : text_string(&value));
		if (rows[i].detail)
			bird_line(reply, REPLY_PROTOCOL_DETAILS, "        %s%s",
				  rows[i].detail, text_string(&value));
		title = rows[i].title;
		text_fini(&value);
	}
}

/* "Hold timer:       93.421/240" */
static void
timer_line(struct bird_reply *reply, const struct bird_node *row, const char *label,
	   const char *key, const char *length_key)
{
	const struct bird_node *left = bird_find(row, key);
	uint64_t length = length_key ? bird_number(row, length_key) / USEC_S : 0;
	struct text *line;
	if (left == NULL)
		return;
	line = bird_open(reply);
	text_printf(line, "    %-17s ", label);
	text_add_seconds(line, left->number == USEC_NEVER ? 0 : (usec_t)left->number, 3);
	if (length_key)
		text_printf(line, "/%llu", (unsigned long long)length);
	else
		text_add(line, "/-");
	bird_say(reply, REPLY_PROTOCOL_DETAILS);
}

static void
value_line(struct bird_reply *reply, const struct bird_node *row, const char *label,
	   const char *key)
{
	const struct bird_node *node = bird_find(row, key);
	if (node == NULL)
		return;
	if (node->event == OUT_STRING)
		bird_line(reply, REPLY_PROTOCOL_DETAILS, "    %-17s %s", label,
			  node->string);
	else
		bird_line(reply, REPLY_PROTOCOL_DETAILS, "    %-17s %llu", label,
			  (unsigned long long)node->number);
}

void
bgp_bird_show(struct bird_reply *reply, const struct bird_node *row)
{
	const unsigned code = REPLY_PROTOCOL_DETAILS;
	bird_line(reply, code, "  BGP state:          %s", bird_string(row, "bgp_state"));
	value_line(reply, row, "Neighbor range:", "neighbour_range");
	value_line(reply, row, "Neighbor address:", "neighbour_address");
	value_line(reply, row, "Neighbor port:", "neighbour_port");
	value_line(reply, row, "Neighbor AS:", "neighbour_as");
	value_line(reply, row, "Local AS:", "local_as");
	timer_line(reply, row, "Connect delay:", "connect_delay", "connect_delay_time");
	timer_line(reply, row, "Restart timer:", "restart_timer", NULL);
	timer_line(reply, row, "Error wait:", "error_wait", "error_wait_time");
	value_line(reply, row, "Neighbor ID:", "neighbour_id");
	if (bird_find(row, "neighbour_id")) {
		bird_line(reply, code, "    Local capabilities");
		bird_capabilities(reply, bird_find(row, "local_capabilities"));
		bird_line(reply, code, "    Neighbor capabilities");
		bird_capabilities(reply, bird_find(row, "neighbour_capabilities"));
	}
	value_line(reply, row, "Session:", "session");
	value_line(reply, row, "Source address:", "source_address");
	timer_line(reply, row, "Hold timer:", "hold_timer", "hold_time");
	timer_line(reply, row, "Keepalive timer:", "keepalive_timer", "keepalive_time");
	value_line(reply, row, "Last error:", "last_error");
	bird_each(node, row)
		if (bird_is_channel(node)) {
			bird_channel(reply, node);
			bird_channel_lines(reply, node);
		}
}
