/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judging anew what was imported, because the policy or a roa table that it reads
 * changed: all of it, or what lies in some prefixes.
 *
 * Where routes are kept as they came, the channel announces them to itself, a few at a
 * time; else the protocol is asked to announce again.
 */
#include "nest/channel_private.h"

#include "lib/mem.h"
#include "nest/cover.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/table_private.h"

/* Routes of the table that are announced again as they came. */
struct echo {
	struct channel *channel;
	size_t count;
	struct route_update updates[IMPORT_BATCH];
	struct prefix nets[IMPORT_BATCH];
	uint16_t flags[IMPORT_BATCH];
};

static void ask_again(struct channel *channel);
static bool all_echo(struct channel *channel, unsigned budget);
static bool may_echo_within(const struct channel *channel);
static bool within_echo(struct channel *channel, unsigned budget);
static void echo_node(struct echo *echo, node_handle node);
static void echo_route(struct echo *echo, route_handle handle);
static void echo_flush(struct echo *echo);

void
channel_reimport(struct channel *channel)
{
	struct channel_private *private = channel->private;
	if (channel->state == CHANNEL_DOWN)
		return;
	private->reimporting = true;
	private->reimport_at = 0;
	job_schedule(&private->import_job);
}

void
channel_renew(struct channel *channel)
{
	channel->private->renewing = channel->state != CHANNEL_DOWN;
	channel_reimport(channel);
}

void
reimport_within(struct channel *channel, struct cover *which)
{
	struct channel_private *private = channel->private;
	assert(private->reimport_which == NULL);
	private->reimport_which = cover_hold(which);
	job_schedule(&private->import_job);
}

bool
reimport_can(const struct channel *channel)
{
	return channel->keeps_received || may_echo_within(channel) ||
	       channel->protocol->class->reimport != NULL;
}

bool
reimport_run(struct channel *channel, unsigned budget)
{
	struct channel_private *private = channel->private;
	const struct protocol_class *class = channel->protocol->class;
	if (private->reimporting) {
		private->reimporting =
			channel->keeps_received && all_echo(channel, budget);
		if (private->reimporting)
			return true;
		/* What was kept is judged at once; what the protocol makes of it it must
		 * say itself, and may not be able to now. */
		if (!channel->keeps_received || private->renewing)
			ask_again(channel);
		private->renewing = false;
		return private->reimport_which != NULL;
	}
	if (private->reimport_which == NULL)
		return false;
	if (may_echo_within(channel)) {
		if (within_echo(channel, budget))
			return true;
	} else if (class->reimport != NULL) {
		uint64_t before = channel->import_updates.received;
		class->reimport(channel->protocol, channel, private->reimport_which);
		channel->import_reviews += channel->import_updates.received - before;
	} else if (private->refreshes > 0) {
		/* Behind its end all that was refused is there again. */
		return false;
	}
	reimport_stop(channel);
	roa_look(channel);
	return false;
}

void
reimport_stop(struct channel *channel)
{
	struct channel_private *private = channel->private;
	private->reimporting = private->renewing = false;
	if (private->reimport_walks)
		cover_walk_end(&private->reimport_walk);
	private->reimport_walks = false;
	cover_release(private->reimport_which);
	private->reimport_which = NULL;
}

void
channel_revise_stale(struct channel *channel,
		     struct attrs *(*revise)(struct channel *, struct attrs *))
{
	struct channel_private *private = channel->private;
	if (channel->state == CHANNEL_DOWN)
		return;
	private->revise = revise;
	private->revising = true;
	private->revise_at = 0;
	job_schedule(&private->import_job);
}

/* What was received stays known as it came. */
static void
revise_put(struct channel *channel, route_handle handle, struct attrs *attrs)
{
	struct table *table = channel->table;
	struct router *router = table->router;
	const struct route *route = route_at(table, handle);
	struct route_received received = route_received(table, handle);
	struct attrs *came = attrs_hold(attrs_at(router, received.attrs), 1);
	struct prefix net;
	struct node_key key;
	table_node_prefix(table, route->node, &net);
	node_key_make(table, &net, &key);
	struct route_giver giver = route_giver(table, route->source);
	struct route_given given = { attrs, route->metric, ROUTE_STALE };
	table_update_key(table, &giver, &key, &given, &handle);
	if (channel->keeps_received)
		route_receive(table, handle, came, received.metric);
	attrs_release(router, came, 1);
}

static void
revise_route(struct channel *channel, route_handle handle)
{
	struct table *table = channel->table;
	const struct route *route = route_at(table, handle);
	if ((route->flags & ROUTE_STALE) == 0 || (route->flags & ROUTE_FILTERED) != 0)
		return;
	struct prefix net;
	table_node_prefix(table, route->node, &net);
	struct attrs *before = attrs_at(table->router, route->attrs);
	struct attrs *attrs = channel->private->revise(channel, before);
	if (attrs == NULL)
		table_withdraw(table, route->source, &net);
	else if (attrs != before)
		revise_put(channel, handle, attrs);
	attrs_release(table->router, attrs, 1);
}

bool
revise_run(struct channel *channel, unsigned budget)
{
	struct channel_private *private = channel->private;
	route_handle route = private->revise_at;
	while (budget-- > 0 &&
	       (route = route_next_of(channel->table, channel, route)) != 0)
		revise_route(channel, route);
	private->revise_at = route;
	private->revising = route != 0;
	return true;
}

void
revise_stop(struct channel *channel)
{
	channel->private->revise = NULL;
	channel->private->revising = false;
}

static void
ask_again(struct channel *channel)
{
	struct protocol *protocol = channel->protocol;
	if (protocol->class->reimport == NULL) {
		protocol_restart(protocol, "Import policy changed");
		return;
	}
	if (!protocol->class->reimports_later)
		channel_refresh_begin(channel);
	protocol->class->reimport(protocol, channel, NULL);
	if (!protocol->class->reimports_later)
		channel_refresh_end(channel);
}

/* True: there is more. */
static bool
all_echo(struct channel *channel, unsigned budget)
{
	struct channel_private *private = channel->private;
	struct echo echo = { .channel = channel };
	route_handle route = private->reimport_at;
	while (budget-- > 0 &&
	       (route = route_next_of(channel->table, channel, route)) != 0)
		echo_route(&echo, route);
	echo_flush(&echo);
	private->reimport_at = route;
	return route != 0;
}

/* All that was announced is in the table, and as it came. */
static bool
may_echo_within(const struct channel *channel)
{
	const struct channel_private *private = channel->private;
	return channel->keeps_received ||
	       (channel->config->keep_filtered &&
		!filter_writes(channel->config->import) && private->refreshes == 0 &&
		!private->reimporting);
}

static bool
within_echo(struct channel *channel, unsigned budget)
{
	struct channel_private *private = channel->private;
	struct echo echo = { .channel = channel };
	node_handle node;
	bool more = true;
	if (!private->reimport_walks)
		cover_walk_begin(&private->reimport_walk, private->reimport_which,
				 channel->table);
	private->reimport_walks = true;
	while (budget-- > 0 && (more = cover_walk_step(&private->reimport_walk, &node)))
		echo_node(&echo, node);
	echo_flush(&echo);
	return more;
}

/* Handles are collected first: the chain changes as routes are announced. */
static void
echo_node(struct echo *echo, node_handle node)
{
	const struct table *table = echo->channel->table;
	route_handle first = node != 0 ? table_node_first(table, node) : 0, few[16];
	route_handle *handles = few;
	size_t count = 0;
	for (route_handle i = first; i != 0; i = route_at(table, i)->next)
		count++;
	if (count > ARRAY_SIZE(few))
		handles = mem_resize(NULL, count, sizeof(handles[0]));
	count = 0;
	for (route_handle i = first; i != 0; i = route_at(table, i)->next) {
		const struct route *route = route_at(table, i);
		if (!route_is_dead(route) &&
		    table_source_of(table, route).channel == echo->channel)
			handles[count++] = i;
	}
	for (size_t i = 0; i < count; i++)
		echo_route(echo, handles[i]);
	if (handles != few)
		mem_free(handles);
}

static void
echo_route(struct echo *echo, route_handle handle)
{
	const struct table *table = echo->channel->table;
	const struct route *route = route_at(table, handle);
	struct route_received received = route_received(table, handle);
	size_t at = echo->count++;
	table_node_prefix(table, route->node, &echo->nets[at]);
	echo->updates[at] = (struct route_update){
		.net = &echo->nets[at],
		.attrs = attrs_hold(attrs_at(table->router, received.attrs), 1),
		.metric = received.metric,
		.path_id = table_source_of(table, route).path_id,
	};
	/* It is no sign of life; those that are doomed are gone by now
	 * (import_job_run()). */
	assert((route->flags & ROUTE_DOOMED) == 0);
	echo->flags[at] = route->flags & ROUTE_STALE;
	if (echo->count == IMPORT_BATCH)
		echo_flush(echo);
}

static void
echo_flush(struct echo *echo)
{
	struct channel *channel = echo->channel;
	import_run(channel, echo->updates, echo->flags, echo->count);
	channel->import_reviews += echo->count;
	for (size_t i = 0; i < echo->count; i++)
		attrs_release(channel->protocol->router, echo->updates[i].attrs, 1);
	echo->count = 0;
}
