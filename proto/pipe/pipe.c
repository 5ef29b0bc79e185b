/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol pipe: joins two tables, so that routes of each go into the other, as far as
 * the filters let them.  All routes go through, not only the best.  A piped route keeps
 * preference, source, metric and attributes; the path id it is imported under is the
 * number of its source in the table it is from.
 *
 * By these numbers the way of a route can be followed back, so that it never comes into a
 * table where it has been, however many pipes make a ring.
 */
#include "proto/pipe/pipe.h"

#include <inttypes.h>
#include "interface_version.h"
#include "lib/arena.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/bird/bird.h"
#include "nest/module.h"
#include "nest/reply.h"
#include "nest/schema.h"
#include <string.h>

#define PIPE_BATCH 64

struct pipe_config {
	struct protocol_config common;
	const char *peer_table;
};

static const struct protocol_class pipe_class;

static struct pipe *
pipe_of(struct protocol *protocol)
{
	return (struct pipe *)protocol;
}

static unsigned
channel_index(const struct channel *channel)
{
	return channel == pipe_of(channel->protocol)->channels[1];
}

static struct channel *
channel_other(const struct channel *channel)
{
	return pipe_of(channel->protocol)->channels[!channel_index(channel)];
}

/* The route came through `to`, or is from it. */
static bool
has_been_in(const struct table *table, const struct route *route, const struct table *to)
{
	struct route_source_id source = table_source_of(table, route);
	while (source.channel != NULL && source.channel->protocol->class == &pipe_class) {
		const struct table *before = channel_other(source.channel)->table;
		if (before == to)
			return true;
		source = table_source(before, (uint16_t)source.path_id);
	}
	return false;
}

/* Before any pipe. */
static const struct protocol *
pipe_origin(const struct channel *channel, uint32_t path_id)
{
	struct route_source_id source =
		table_source(channel_other(channel)->table, (uint16_t)path_id);
	while (source.channel != NULL && source.channel->protocol->class == &pipe_class)
		source = table_source(channel_other(source.channel)->table,
				      (uint16_t)source.path_id);
	return source.channel != NULL ? source.channel->protocol : NULL;
}

/* As its protocol would have it, as far as the routes say themselves, for it may be gone
 * or be another by now: by their attributes, else by the metric. */
static int
pipe_route_compare(const struct contender *a, const struct contender *b)
{
	const struct router *router = a->channel->protocol->router;
	uint8_t first = a->attrs->source, second = b->attrs->source;
	if (first != second)
		return first < second ? -1 : 1;
	int order = protocol_attributes_compare(router, a->attrs, b->attrs);
	if (order != 0 || a->route->metric == b->route->metric)
		return order;
	return a->route->metric < b->route->metric ? -1 : 1;
}

static void
pipe_compare_explain(const struct table *table, const struct route *better,
		     const struct route *worse, struct text *text)
{
	const struct attrs *a = table_route_attrs(table, better);
	const struct attrs *b = table_route_attrs(table, worse);
	const struct router *router =
		table_source_of(table, better).channel->protocol->router;
	if (a->source != b->source)
		text_add(text, "by the kinds of protocol they come from");
	else if (protocol_attributes_compare(router, a, b) != 0)
		text_add(text, "by their attributes");
	else
		text_printf(text, "metric %" PRIu32 " against %" PRIu32, better->metric,
			    worse->metric);
}

/* What goes into the other table, in one go. */
struct pipe_batch {
	struct channel *to;
	struct route_update updates[PIPE_BATCH];
	struct prefix nets[PIPE_BATCH]; /* Where those of another type lie. */
	size_t count;
};

static struct route_update *
batch_add(struct pipe_batch *batch, const struct prefix *net, bool is_own)
{
	if (batch->count == PIPE_BATCH) {
		channel_import(batch->to, batch->updates, batch->count);
		batch->count = 0;
	}
	size_t at = batch->count++;
	if (is_own)
		batch->nets[at] = *net;
	batch->updates[at] =
		(struct route_update){ .net = is_own ? &batch->nets[at] : net };
	return &batch->updates[at];
}

/* Between tables of two types: by other nets, and maybe one that is void now. */
static struct route_update *
batch_add_translated(struct pipe_batch *batch, struct pipe *pipe,
		     const struct route_change *change, uint32_t path_id)
{
	struct prefix nets[2];
	enum net_type type = table_type(batch->to->table);
	size_t count = pipe_translate(pipe, type, change, path_id, nets);
	struct route_update *update = NULL;
	for (size_t i = 0; i < count; i++) {
		update = batch_add(batch, &nets[i], true);
		update->path_id = path_id;
	}
	return update;
}

static void
pipe_route_event(struct protocol *protocol, struct channel *channel,
		 const struct route_change *changes, size_t count)
{
	struct pipe_batch batch = { .to = channel_other(channel) };
	bool is_same = table_type(channel->table) == table_type(batch.to->table);
	for (size_t i = 0; i < count; i++) {
		const struct route_change *change = &changes[i];
		const struct route *route = table_route(channel->table, change->route);
		if (change->attrs != NULL &&
		    has_been_in(channel->table, route, batch.to->table))
			continue;
		struct route_update *update =
			is_same ? batch_add(&batch, change->net, false)
				: batch_add_translated(&batch, pipe_of(protocol), change,
						       route->source);
		if (update == NULL)
			continue;
		update->path_id = route->source;
		update->metric = change->metric;
		if (change->attrs != NULL)
			update->attrs = attrs_at(protocol->router, change->attrs->handle);
	}
	channel_import(batch.to, batch.updates, batch.count);
}

static void
pipe_feed_end(struct protocol *protocol, struct channel *channel)
{
	struct pipe *pipe = pipe_of(protocol);
	unsigned other = !channel_index(channel);
	if (!pipe->refreshes[other])
		return;
	pipe->refreshes[other] = false;
	channel_refresh_end(pipe->channels[other]);
}

/* What goes into one table is what comes out of the other: that one is fed again. */
static void
pipe_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	struct pipe *pipe = pipe_of(protocol);
	unsigned index = channel_index(channel);
	if (which != NULL) {
		channel_retell_within(channel_other(channel), which);
		return;
	}
	if (!pipe->refreshes[index])
		channel_refresh_begin(channel);
	pipe->refreshes[index] = true;
	channel_refeed(channel_other(channel));
}

static void
sources_fini(void *sources)
{
	hash_fini(sources);
}

static int
pipe_start(struct protocol *protocol)
{
	struct pipe *pipe = pipe_of(protocol);
	unsigned count = 0;
	hash_init(&pipe->sources);
	pool_on_free(protocol->pool, sources_fini, &pipe->sources);
	list_each(channel, &protocol->channels, struct channel, link) {
		channel_set_mode(channel, READER_ANY);
		pipe->channels[count++] = channel;
	}
	struct text tables = { .text = NULL };
	text_printf(&tables, "%s <=> %s", table_name(pipe->channels[0]->table),
		    table_name(pipe->channels[1]->table));
	pipe->tables = pool_strdup(protocol->pool, text_string(&tables));
	text_fini(&tables);
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

/* As in BIRD, what has no policy goes through both ways. */
static void
pipe_channel_preset(struct channel_config *channel)
{
	channel->export = NULL;
}

static const char *
pipe_status(const struct protocol *protocol)
{
	return ((const struct pipe *)protocol)->tables;
}

/* ---- as BIRD shows it: one channel, seen from the first table ---- */

static const char *
feed_name(const struct bird_node *channel)
{
	const char *state = bird_string(channel, "state");
	return !strcmp(state, "UP") ? "up" : !strcmp(state, "FEED") ? "feed" : "down";
}

static uint64_t
counter(const struct bird_node *channel, const char *changes, const char *key)
{
	const struct bird_node *rows = bird_find(channel, "counters");
	bird_each(row, rows)
		if (!strcmp(bird_string(row, "changes"), changes))
			return bird_number(row, key);
	return 0;
}

/* What came out of one table by `out`, and what became of it in the other by `in`. */
static void
bird_counters(struct bird_reply *reply, const char *title, const struct bird_node *from,
	      const char *out, const struct bird_node *to, const char *in, bool filters)
{
	struct text *line = bird_open(reply);
	text_printf(line, "    %-19s %10" PRIu64 " %10" PRIu64, title,
		    counter(from, out, "received"),
		    counter(from, out, "rejected") + counter(to, in, "rejected"));
	if (filters)
		text_printf(line, " %10" PRIu64,
			    counter(from, out, "filtered") + counter(to, in, "filtered"));
	else
		text_add(line, "        ---");
	text_printf(line, " %10" PRIu64 " %10" PRIu64, counter(to, in, "ignored"),
		    counter(to, in, "accepted"));
	bird_say(reply, REPLY_PROTOCOL_DETAILS);
}

static void
bird_show(struct bird_reply *reply, const struct bird_node *row)
{
	const unsigned code = REPLY_PROTOCOL_DETAILS;
	const struct bird_node *peer = bird_find(row, "peer"), *own = NULL;
	bird_each(node, row)
		if (node->event == OUT_OBJECT && node != peer && !own)
			own = node;
	if (!own || !peer)
		return;
	bird_line(reply, code, "  Channel main");
	bird_line(reply, code, "    Table:          %s", bird_string(own, "table"));
	bird_line(reply, code, "    Peer table:     %s", bird_string(peer, "table"));
	bird_line(reply, code, "    Import state:   %s", feed_name(peer));
	bird_line(reply, code, "    Export state:   %s", feed_name(own));
	bird_line(reply, code, "    Import filter:  %s",
		  bird_string(own, "import_filter"));
	bird_line(reply, code, "    Export filter:  %s",
		  bird_string(own, "export_filter"));
	bird_limit(reply, own, "import_limit", "Import limit:");
	bird_limit(reply, own, "export_limit", "Export limit:");
	bird_line(reply, code,
		  "  Routes:         %" PRIu64 " imported, %" PRIu64 " exported",
		  bird_number(own, "imported"), bird_number(peer, "imported"));
	bird_line(reply, code,
		  "  Route change stats:     received   rejected   filtered    "
		  "ignored   accepted");
	bird_counters(reply, "Import updates:", peer, "export updates", own,
		      "import updates", true);
	bird_counters(reply, "Import withdraws:", peer, "export withdraws", own,
		      "import withdraws", false);
	bird_counters(reply, "Export updates:", own, "export updates", peer,
		      "import updates", true);
	bird_counters(reply, "Export withdraws:", own, "export withdraws", peer,
		      "import withdraws", false);
}

static const char *
pipe_check(struct arena *arena, void *data)
{
	struct pipe_config *config = data;
	struct list *channels = &config->common.channels;
	struct channel_config *own = list_first(channels, struct channel_config, link);
	if (own == NULL)
		return "a pipe needs a table: `table NAME;`";
	if (config->peer_table == NULL)
		return "a pipe needs a second table: `peer table NAME;`";
	if (own->table != NULL && strcmp(own->table, config->peer_table) == 0)
		return "a pipe joins two different tables";
	struct channel_config *peer = arena_alloc(arena, sizeof(*peer));
	peer->name = "peer";
	peer->type = own->type;
	peer->table = config->peer_table;
	peer->debug = own->debug;
	peer->more = own->more;
	list_push_back(channels, &peer->link);
	return NULL;
}

static const struct conf_item pipe_items[] = {
	{ .pattern = "peer table @",
	  .doc = "The second table; import and export are seen from the first one.",
	  .type = CONF_TABLE,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct pipe_config, peer_table) },
	{ .pattern = "max generation @",
	  .doc = "A route is never piped into a table where it has been, so rings need "
		 "no bound.",
	  .type = CONF_IGNORED },
	{ .pattern = NULL },
};

static const struct conf_schema pipe_schema = {
	.name = "pipe",
	.doc = "Joins two tables: routes of each go into the other, as far as filters "
	       "let them.",
	.size = sizeof(struct pipe_config),
	.items = pipe_items,
	.base = &protocol_schema,
	.check = pipe_check,
};

static const struct protocol_class pipe_class = {
	.name = "pipe",
	.doc = "Joins two tables.",
	.size = sizeof(struct pipe),
	.schema = &pipe_schema,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR) |
		    NET_BIT(NET_ROA4) | NET_BIT(NET_ROA6),
	.preference = 70,
	.source = RTS_PIPE,
	.channels = CHANNELS_ANY,
	.joins_sources = true,
	.channel_preset = pipe_channel_preset,
	.start = pipe_start,
	.route_event = pipe_route_event,
	.feed_end = pipe_feed_end,
	.reimport = pipe_reimport,
	.origin = pipe_origin,
	.route_compare = pipe_route_compare,
	.compare_explain = pipe_compare_explain,
	.status = pipe_status,
	.bird_show = bird_show,
};

static const struct protocol_class *const pipe_classes[] = { &pipe_class, NULL };

extern const struct module pipe_module;
const struct module pipe_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "pipe",
	.doc = "Joins two tables.",
	.protocols = pipe_classes,
};
