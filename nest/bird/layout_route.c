/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes as BIRD shows them: a line, its next hops below, and with `all` the attributes.
 */
#include "nest/bird/bird.h"

#include <inttypes.h>
#include <string.h>

#include "lib/text.h"
#include "nest/command.h"
#include "nest/reply.h"

#define NET_WIDTH 20

/* Where BIRD's lines of a list end, at the latest member that begins before. */
#define LIST_MOST 477

struct shown_word {
	const char *name, *shown;
};

/* Where a route comes from, as `Type:` has it. */
static const struct shown_word source_words[] = {
	{ "RTS_STATIC", "static" },     { "RTS_INHERIT", "inherit" },
	{ "RTS_DEVICE", "device" },     { "RTS_STATIC_DEVICE", "static-device" },
	{ "RTS_REDIRECT", "redirect" }, { "RTS_RIP", "RIP" },
	{ "RTS_OSPF", "OSPF" },         { "RTS_OSPF_IA", "OSPF-IA" },
	{ "RTS_OSPF_EXT1", "OSPF-E1" }, { "RTS_OSPF_EXT2", "OSPF-E2" },
	{ "RTS_BGP", "BGP" },           { "RTS_PIPE", "pipe" },
	{ "RTS_BABEL", "Babel" },       { "RTS_RPKI", "RPKI" },
	{ "RTS_PERF", "Perf" },         { "RTS_AGGREGATED", "aggregated" },
	{ "RTS_MESH", "mesh" },         { NULL, NULL },
};

static const struct shown_word scope_words[] = {
	{ "SCOPE_HOST", "host" },
	{ "SCOPE_LINK", "link" },
	{ "SCOPE_SITE", "site" },
	{ "SCOPE_ORGANIZATION", "org" },
	{ "SCOPE_UNIVERSE", "univ" },
	{ "SCOPE_UNDEFINED", "undef" },
	{ "", "univ" },
	{ NULL, NULL },
};

static const char *
word_shown(const struct shown_word *words, const char *name)
{
	for (; words->name; words++)
		if (!strcmp(words->name, name))
			return words->shown;
	return name;
}

/* A million routes are much text: this is what printf would do, faster. */
static void
parts_add(struct text *line, const char *const *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_add(line, parts[i]);
}

static void
hop_lines(struct bird_reply *reply, const struct bird_node *hops)
{
	bird_each(hop, hops) {
		const char *gateway = bird_string(hop, "gateway");
		const char *interface = bird_string(hop, "interface");
		struct text *line = bird_open(reply);
		const char *const parts[] = { *gateway ? "\tvia " : "\tdev ", gateway,
					      *gateway ? " on " : "", interface };
		parts_add(line, parts, ARRAY_SIZE(parts));
		if (bird_number(hop, "onlink"))
			text_add(line, " onlink");
		/* A single one has all the weight. */
		if (hops->size > hop->size + 1)
			text_printf(line, " weight %" PRIu64, bird_number(hop, "weight"));
		bird_say(reply, REPLY_ROUTE);
	}
}

/* A list of communities: in lines as long as readers of BIRD's expect, broken between two
 * members. */
static void
list_lines(struct bird_reply *reply, struct text *line, const char *list)
{
	while (*list) {
		const char *end = strstr(list, ") (");
		size_t length = end ? (size_t)(end - list) + 1 : strlen(list);
		if (line->length > LIST_MOST) {
			bird_say(reply, REPLY_ATTRIBUTE);
			line = bird_open(reply);
			text_add(line, "\t\t");
		} else if (line->text[line->length - 1] == ')') {
			text_add_char(line, ' ');
		}
		text_add_bytes(line, list, length);
		list += end ? length + 1 : length;
	}
	bird_say(reply, REPLY_ATTRIBUTE);
}

/* What the first line of a route and `Type:` say already, or BIRD never. */
static bool
is_shown(const char *name)
{
	switch (*name) {
	case 's': return !strcmp(name, "source") || !strcmp(name, "scope");
	case 'f': return !strcmp(name, "from");
	case 'i': return !strcmp(name, "igp_metric");
	}
	return false;
}

static void
attribute_lines(struct bird_reply *reply, const struct bird_node *attributes)
{
	const char *source = bird_string(attributes, "source");
	const char *scope = bird_string(attributes, "scope");
	const char *const type[] = { "\tType: ", word_shown(source_words, source), " ",
				     word_shown(scope_words, scope) };
	parts_add(bird_open(reply), type, ARRAY_SIZE(type));
	bird_say(reply, REPLY_ROUTE_DETAILS);
	bird_each(node, attributes) {
		const char *value = node->string ? node->string : "";
		if (is_shown(node->key))
			continue;
		struct text *line = bird_open(reply);
		const char *const title[] = { "\t", bird_attribute(reply, node->key),
					      ": " };
		parts_add(line, title, ARRAY_SIZE(title));
		if (*value == '(') {
			list_lines(reply, line, value);
			continue;
		}
		text_add(line, value);
		bird_say(reply, REPLY_ATTRIBUTE);
	}
}

static void
route_lines(struct bird_reply *reply, const struct bird_node *row)
{
	const char *net = bird_string(row, "net"), *from = bird_string(row, "from");
	const char *best = bird_string(row, "best");
	const struct bird_node *hops = bird_find(row, "hops");
	const struct bird_node *attributes = bird_find(row, "attributes");
	struct text *before = bird_before(reply), *line = bird_open(reply);
	/* The net stands before the first of its routes only. */
	bool again = before->length > 0 && !strcmp(before->text, net);
	size_t length = again ? 0 : strlen(net);
	text_add_bytes(line, net, length);
	text_pad(line, ' ', length < NET_WIDTH ? NET_WIDTH - length : 0);
	const char *const parts[] = { " ",
				      bird_string(row, "dest"),
				      " [",
				      bird_string(row, "protocol"),
				      " ",
				      bird_string(row, "since"),
				      *from ? " from " : "",
				      from,
				      *best ? "] " : "]",
				      best,
				      " ",
				      bird_string(row, "info") };
	parts_add(line, parts, ARRAY_SIZE(parts));
	bird_say(reply, REPLY_ROUTE);
	if (!again) {
		text_reset(before);
		text_add(before, net);
	}
	if (hops)
		hop_lines(reply, hops);
	if (attributes)
		attribute_lines(reply, attributes);
}

static void
count_line(struct bird_reply *reply, const struct bird_node *row)
{
	const char *table = bird_string(row, "table");
	struct text line = { .text = NULL };
	text_printf(&line,
		    "%" PRIu64 " of %" PRIu64 " routes for %" PRIu64 " networks in ",
		    bird_number(row, "shown"), bird_number(row, "routes"),
		    bird_number(row, "networks"));
	if (!*table && bird_was_said(reply, "stats"))
		bird_line(reply, REPLY_ROUTE, "%s", "");
	if (*table)
		bird_line(reply, REPLY_ROUTE, "%stable %s", text_string(&line), table);
	else
		bird_last(reply, REPLY_COUNT, "Total: %s%" PRIu64 " tables",
			  text_string(&line), bird_number(row, "tables"));
	text_fini(&line);
}

static void
row_show(struct bird_reply *reply, const struct bird_node *row)
{
	if (!strcmp(row->key, "counts"))
		count_line(reply, row);
	else
		route_lines(reply, row);
}

const struct bird_layout bird_routes = { .row = row_show };
