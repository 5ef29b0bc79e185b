/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of protocols, transports and links.  A subscription remembers of each instance a
 * digest of the row it was told; woken, it looks at all of them and tells those that look
 * otherwise now.
 */
#include "nest/subscribe.h"

#include <errno.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/command_private.h"
#include "nest/router.h"
#include "nest/show_private.h"
#include "nest/show_time.h"
#include "nest/subscribe_private.h"
#include "nest/transport.h"

/* ---- events ---- */

int
subscribe_begin(struct subscriber *subscriber, struct command_call *call,
		enum subscribe_kind kind, const char *key,
		const struct out_column *columns, size_t count)
{
	static const struct out_column first[] = { { .key = "time", .title = "Time" },
						   { .key = "event", .title = "Event" } };
	if (!call->wake) {
		out_error(call->out, "Changes can't be told on this connection");
		return -ENOTSUP;
	}
	struct out_column *all =
		pool_alloc(call->pool, (ARRAY_SIZE(first) + count) * sizeof(*all));
	memcpy(all, first, sizeof(first));
	memcpy(all + ARRAY_SIZE(first), columns, count * sizeof(*all));
	out_table(call->out, key, all, ARRAY_SIZE(first) + count);
	subscriber->kind = kind;
	subscriber->call = call;
	list_push_back(&call->router->subscribers, &subscriber->link);
	return 0;
}

void
subscribe_end(struct subscriber *subscriber)
{
	if (subscriber->call)
		list_remove(&subscriber->link);
}

void
subscribe_changed(struct router *router, enum subscribe_kind kind)
{
	list_each(subscriber, &router->subscribers, struct subscriber, link)
		if (subscriber->kind == kind)
			subscriber->call->wake(subscriber->call);
}

void
subscribe_row(struct command_call *call, enum subscribe_event event)
{
	static const struct config_timeformat iso_long = { .iso = 2, .digits = 3 };
	static const struct config_timeformat iso_short = { .iso = 1, .digits = 3 };
	static const struct {
		const char *name;
		enum out_tone tone;
	} events[] = { [EVENT_ADD] = { "add", OUT_GOOD },
		       [EVENT_CHANGE] = { "change", OUT_WAIT },
		       [EVENT_REMOVE] = { "remove", OUT_BAD },
		       [EVENT_READY] = { "ready", OUT_PLAIN } };
	struct sys *sys = call->router->sys;
	const struct config_timeformat *format =
		call->out->class->is_structured ? &iso_long : &iso_short;
	char time[TIME_TEXT];
	out_row(call->out);
	out_str(call->out, "time",
		time_format(call->router, format, sys->class->wall(sys), time));
	out_state(call->out, "event", events[event].name, events[event].tone);
}

void
subscribe_ready(struct command_call *call)
{
	if (call->out->class->is_structured)
		subscribe_row(call, EVENT_READY);
	out_flush(call->out);
}

/* ---- protocols and links ---- */

struct subscription {
	struct subscriber subscriber;
	const char *pattern;
	bool ready;
	uint32_t round; /* Of looking at all. */
	struct hash told;
	struct text row; /* What the digest is of. */
};

/* One instance as it was told. */
struct told {
	struct hash_node node; /* By name. */
	char *name;
	uint64_t digest;
	uint32_t round; /* Last seen in. */
};

static void
told_free(struct subscription *subscription, struct told *told)
{
	hash_remove(&subscription->told, &told->node);
	mem_free(told->name);
	mem_free(told);
}

static void
subscription_free(void *context)
{
	struct subscription *subscription = context;
	subscribe_end(&subscription->subscriber);
	hash_each(told, &subscription->told, struct told, node)
		told_free(subscription, told);
	hash_fini(&subscription->told);
	text_fini(&subscription->row);
}

/* The one of this name, made if there is none; `*event` gets what it is to be told. */
static struct told *
told_find(struct subscription *subscription, const char *name,
	  enum subscribe_event *event)
{
	uint32_t key = hash_bytes(name, strlen(name),
				  subscription->subscriber.call->router->hash_seed);
	struct hash_node *node = hash_find(&subscription->told, key);
	for (; node; node = hash_find_next(node)) {
		struct told *told = container_of(node, struct told, node);
		*event = EVENT_CHANGE;
		if (!strcmp(told->name, name))
			return told;
	}
	struct told *told = mem_zalloc(sizeof(*told));
	told->name = mem_strdup(name);
	hash_insert(&subscription->told, &told->node, key);
	*event = EVENT_ADD;
	return told;
}

/* One instance; `show` emits the cells of its row. */
static void
instance_look(struct subscription *subscription, const char *name, usec_t since,
	      const void *instance,
	      void (*show)(struct command_call *, const void *instance))
{
	/* Times are in the digest as they are, not as the clock has them now. */
	static const struct config_timeformat no_time = { .format = "-" };
	struct command_call *call = subscription->subscriber.call, sample = *call;
	enum subscribe_event event;
	if (!text_matches(subscription->pattern, name))
		return;
	text_reset(&subscription->row);
	sample.out = out_json_new(out_to_text, &subscription->row);
	sample.timeformat = &no_time;
	out_object(sample.out, "sample");
	show(&sample, instance);
	out_i64(sample.out, "moment", since);
	out_object_end(sample.out);
	out_free(sample.out);
	uint64_t digest = hash_bytes64(subscription->row.text, subscription->row.length,
				       call->router->hash_seed);
	struct told *told = told_find(subscription, name, &event);
	told->round = subscription->round;
	if (event == EVENT_CHANGE && told->digest == digest)
		return;
	told->digest = digest;
	subscribe_row(call, event);
	show(call, instance);
}

static void
protocol_cells(struct command_call *call, const void *instance)
{
	show_protocol_cells(call, instance);
}

static void
transport_cells(struct command_call *call, const void *instance)
{
	show_transport_cells(call, instance);
}

static void
link_cells(struct command_call *call, const void *instance)
{
	show_link_cells(call->out, instance);
}

/* Looks at all, and tells what is otherwise than told. */
static void
subscription_look(struct subscription *subscription)
{
	const struct router *router = subscription->subscriber.call->router;
	subscription->round++;
	if (subscription->subscriber.kind == SUBSCRIBE_PROTOCOLS) {
		list_each(transport, &router->transports, struct transport, link)
			instance_look(subscription, transport->name, transport->since,
				      transport, transport_cells);
		list_each(protocol, &router->protocols, struct protocol, link)
			instance_look(subscription, protocol->name, protocol->since,
				      protocol, protocol_cells);
	} else {
		list_each(link, &router->links, struct link, link)
			instance_look(subscription, link->name, 0, link, link_cells);
	}
	hash_each(told, &subscription->told, struct told, node) {
		if (told->round == subscription->round)
			continue;
		subscribe_row(subscription->subscriber.call, EVENT_REMOVE);
		out_str(subscription->subscriber.call->out, "name", told->name);
		told_free(subscription, told);
	}
}

static int
subscribe_instances(struct command_call *call, enum subscribe_kind kind, const char *key,
		    const struct out_column *columns, size_t count)
{
	struct subscription *subscription = call->state;
	if (!subscription) {
		subscription = call->state =
			pool_alloc(call->pool, sizeof(*subscription));
		subscription->pattern = call->count > 0 ? call->words[0] : "*";
		hash_init(&subscription->told);
		pool_on_free(call->pool, subscription_free, subscription);
		int error = subscribe_begin(&subscription->subscriber, call, kind, key,
					    columns, count);
		if (error)
			return error;
	}
	subscription_look(subscription);
	if (!subscription->ready)
		subscribe_ready(call);
	subscription->ready = true;
	out_flush(call->out);
	return COMMAND_WAIT;
}

static int
subscribe_protocols(struct command_call *call)
{
	return subscribe_instances(call, SUBSCRIBE_PROTOCOLS, "protocols",
				   show_protocol_columns, SHOW_PROTOCOL_COLUMNS);
}

static int
subscribe_links(struct command_call *call)
{
	return subscribe_instances(call, SUBSCRIBE_LINKS, "links", show_link_columns,
				   SHOW_LINK_COLUMNS);
}

const struct command subscribe_commands[] = {
	{ "subscribe protocols", "[<protocol>|\"PATTERN\"]",
	  "Tells protocols and transports, and then what becomes of them.", false,
	  subscribe_protocols, 0, NULL },
	{ "subscribe links", "[<link>|\"PATTERN\"]",
	  "Tells links, and then what becomes of them.", false, subscribe_links, 0,
	  NULL },
	{ NULL, NULL, NULL, false, NULL, 0, NULL },
};
