/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of protocol instances: the state machine of protocol.h, and who makes it move.
 */
#include "nest/protocol.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/export_group.h"
#include "nest/module.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/spawn.h"
#include "nest/subscribe.h"

struct protocol_private {
	/* Looks whether a stopping instance is down, outside of any callback. */
	struct job settle;
	bool is_idle; /* Nothing of it has been there for a round. */
	struct protocol *protocol;
};

static bool settle_run(struct job *job, unsigned budget);
static void interior_guard(struct router *router, const struct protocol_class *class,
			   bool is_there);
static void channels_make(struct protocol *protocol);
static void channels_free(struct protocol *protocol);

static const char *const state_names[] = { [PROTOCOL_DOWN] = "down",
					   [PROTOCOL_STARTING] = "start",
					   [PROTOCOL_UP] = "up",
					   [PROTOCOL_STOPPING] = "stop" };

static void
debug_set(struct protocol *protocol)
{
	protocol->debug = protocol->config->debug;
	protocol->mrtdump = protocol->config->mrtdump;
	if (protocol->router->config)
		protocol->debug |= protocol->router->config->debug_protocols;
}

/* Lets go of a configuration that the instance ran by, or was to; accepts null. */
static void
config_drop(const struct protocol *protocol, const struct protocol_config *config)
{
	if (config == NULL)
		return;
	struct config *whole = config->whole;
	arena_free(config->own);
	config_release(protocol->router, whole);
}

/* The former one is the caller's to drop. */
static void
config_use(struct protocol *protocol, const struct protocol_config *config)
{
	config_hold(config->whole);
	protocol->config = config;
	debug_set(protocol);
}

struct protocol *
protocol_new(struct router *router, const struct protocol_config *config)
{
	assert(config->class->size >= sizeof(struct protocol));
	struct protocol *protocol = mem_zalloc(config->class->size);
	if (config->own == NULL)
		spawn_rename(router, config->name);
	protocol->router = router;
	protocol->class = config->class;
	protocol->name = mem_strdup(config->name);
	protocol->disabled = config->disabled;
	protocol->since = router_now(router);
	if (protocol->class->attrs)
		protocol->attr_base = attr_base(router, protocol->class->attrs);
	protocol->private = mem_zalloc(sizeof(*protocol->private));
	protocol->private->protocol = protocol;
	job_init(&protocol->private->settle, router, settle_run);
	list_init(&protocol->channels);
	list_init(&protocol->children);
	config_use(protocol, config);
	channels_make(protocol);
	list_push_back(&router->protocols, &protocol->link);
	interior_guard(router, protocol->class, true);
	subscribe_changed(router, SUBSCRIBE_PROTOCOLS);
	return protocol;
}

static void
protocol_free(struct protocol *protocol)
{
	job_cancel(&protocol->private->settle);
	channels_free(protocol);
	list_remove(&protocol->link);
	subscribe_changed(protocol->router, SUBSCRIBE_PROTOCOLS);
	spawn_untie(protocol);
	if (protocol->class->forget != NULL)
		protocol->class->forget(protocol);
	config_drop(protocol, protocol->next);
	config_drop(protocol, protocol->config);
	pool_free(protocol->pool);
	mem_free(protocol->private);
	mem_free(protocol->message);
	mem_free(protocol->name);
	mem_free(protocol);
}

/* An instance comes or goes; what the IGPs may be told with the first one or without the
 * last is looked at again. */
static void
interior_guard(struct router *router, const struct protocol_class *class, bool is_there)
{
	if (!class->guards_interior)
		return;
	router->igp_guards += is_there ? 1u : UINT32_MAX;
	if (router->igp_guards != (is_there ? 1 : 0))
		return;
	list_each(protocol, &router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			if (protocol->class->is_interior)
				channel_refeed(channel);
}

static void
channels_make(struct protocol *protocol)
{
	list_each(config, &protocol->config->channels, struct channel_config, link)
		if (!config->is_model)
			channel_new(protocol, config);
}

static void
channels_free(struct protocol *protocol)
{
	list_each_safe(channel, &protocol->channels, struct channel, link)
		channel_free(channel);
}

bool
protocol_is_running(const struct protocol *protocol)
{
	return protocol->state == PROTOCOL_STARTING || protocol->state == PROTOCOL_UP;
}

/* Zeroes the class' own part of the instance: what the run left there points into a freed
 * pool, and who shows the instance must not follow it. */
static void
instance_clear(struct protocol *protocol)
{
	const struct protocol_class *class = protocol->class;
	assert(class->size >= sizeof(*protocol) + class->kept);
	memset((char *)protocol + sizeof(*protocol), 0,
	       class->size - sizeof(*protocol) - class->kept);
}

static void
enter_starting(struct protocol *protocol)
{
	protocol->pool = pool_new(protocol->router->pool, protocol->name);
	int error = protocol->class->start ? protocol->class->start(protocol) : 0;
	if (error == 0)
		return;
	protocol_log(protocol, LOG_ERROR, "Cannot start: %s", text_error(error));
	protocol_message(protocol, "%s", text_error(error));
	protocol_set_state(protocol, PROTOCOL_STOPPING);
}

static void
enter_up(struct protocol *protocol)
{
	protocol_message(protocol, NULL);
	list_each(channel, &protocol->channels, struct channel, link)
		channel_start(channel);
}

static void
enter_stopping(struct protocol *protocol)
{
	spawn_remove_all(protocol);
	if (protocol->class->stop)
		protocol->class->stop(protocol);
	list_each(channel, &protocol->channels, struct channel, link)
		if (channel->state != CHANNEL_DOWN)
			channel_stop(channel, false);
	protocol->private->is_idle = false;
	job_schedule(&protocol->private->settle);
}

static void
protocol_end(struct protocol *protocol)
{
	struct router *router = protocol->router;
	const struct protocol_class *class = protocol->class;
	protocol_free(protocol);
	interior_guard(router, class, false);
	router_settle(router);
}

static void
enter_down(struct protocol *protocol)
{
	pool_free(protocol->pool);
	protocol->pool = NULL;
	instance_clear(protocol);
	if (protocol->next) {
		const struct protocol_config *next = protocol->next;
		const struct protocol_config *former = protocol->config;
		channels_free(protocol);
		protocol->config = next; /* Its use goes on. */
		debug_set(protocol);
		config_drop(protocol, former);
		protocol->next = NULL;
		channels_make(protocol);
	}
	bool again = protocol->restarting && !protocol->disabled && !protocol->removing;
	protocol->restarting = false;
	if (protocol->removing) {
		protocol_end(protocol);
	} else if (again) {
		protocol_enable(protocol);
	}
}

void
protocol_set_state(struct protocol *protocol, enum protocol_state state)
{
	enum protocol_state before = protocol->state;
	if (before == state)
		return;
	/* The arrows of the drawing in protocol.h; nothing else. */
	assert(state == PROTOCOL_STARTING   ? before == PROTOCOL_DOWN
	       : state == PROTOCOL_UP       ? before == PROTOCOL_STARTING
	       : state == PROTOCOL_STOPPING ? before != PROTOCOL_DOWN
					    : before == PROTOCOL_STOPPING);
	protocol->state = state;
	protocol->since = router_now(protocol->router);
	subscribe_changed(protocol->router, SUBSCRIBE_PROTOCOLS);
	protocol_trace(protocol, DEBUG_STATES, "State changed to %s", state_names[state]);
	spawn_tell(protocol);
	switch (state) {
	case PROTOCOL_STARTING: enter_starting(protocol); break;
	case PROTOCOL_UP: enter_up(protocol); break;
	case PROTOCOL_STOPPING: enter_stopping(protocol); break;
	case PROTOCOL_DOWN: enter_down(protocol); return;
	}
	recovery_look(protocol->router);
}

static bool
is_down(const struct protocol *protocol)
{
	if (!list_is_empty(&protocol->children))
		return false;
	list_each(channel, &protocol->channels, struct channel, link)
		if (!channel_is_flushed(channel))
			return false;
	return !protocol->class->is_stopped || protocol->class->is_stopped(protocol);
}

static bool
settle_run(struct job *job, unsigned budget)
{
	(void)budget;
	struct protocol_private *private =
		container_of(job, struct protocol_private, settle);
	struct protocol *protocol = private->protocol;
	if (protocol->state == PROTOCOL_STOPPING && is_down(protocol)) {
		/* Who was told of a route just before it went has its turn first. */
		if (!private->is_idle) {
			private->is_idle = true;
			return true;
		}
		protocol_set_state(protocol, PROTOCOL_DOWN);
	} else if (protocol->state == PROTOCOL_DOWN && protocol->removing)
		protocol_end(protocol);
	return false;
}

void
protocol_channel_flushed(struct protocol *protocol)
{
	if (protocol->state == PROTOCOL_STOPPING)
		job_schedule(&protocol->private->settle);
}

void
protocol_enable(struct protocol *protocol)
{
	if (protocol->removing)
		return;
	protocol->disabled = false;
	if (protocol->class->inert != NULL)
		protocol_message(protocol, "%s", protocol->class->inert);
	else if (protocol->state == PROTOCOL_STOPPING)
		protocol->restarting = true;
	else if (protocol->state == PROTOCOL_DOWN && protocol->router->interfaces_known)
		protocol_set_state(protocol, PROTOCOL_STARTING);
}

void
protocol_disable(struct protocol *protocol, const char *message)
{
	protocol->disabled = true;
	protocol->restarting = false;
	protocol_message(protocol, message ? "%s" : NULL, message);
	if (protocol_is_running(protocol))
		protocol_set_state(protocol, PROTOCOL_STOPPING);
}

void
protocol_restart(struct protocol *protocol, const char *message)
{
	if (protocol->disabled)
		return;
	protocol_message(protocol, message ? "%s" : NULL, message);
	protocol->restarting = true;
	if (protocol_is_running(protocol))
		protocol_set_state(protocol, PROTOCOL_STOPPING);
	else if (protocol->state == PROTOCOL_DOWN)
		protocol_enable(protocol);
}

void
protocol_remove(struct protocol *protocol)
{
	protocol->removing = true;
	protocol->restarting = false;
	if (protocol_is_running(protocol)) {
		protocol_set_state(protocol, PROTOCOL_STOPPING);
	} else if (protocol->state == PROTOCOL_DOWN && protocol->spawn != NULL) {
		/* Whoever walks the list may be at its parent. */
		job_schedule(&protocol->private->settle);
	} else if (protocol->state == PROTOCOL_DOWN) {
		protocol_end(protocol);
	}
}

/* Channels whose policy changed look again; the others notice that nothing did. */
static void
channels_reconfigure(struct protocol *protocol, struct config *former)
{
	list_each(channel, &protocol->channels, struct channel, link) {
		const struct channel_config *config =
			channel_config_find(protocol->config, channel);
		if (config != NULL)
			channel_reconfigure(channel, config, former);
	}
}

void
protocol_reconfigure(struct protocol *protocol, const struct protocol_config *config,
		     const struct conf_diff *diff)
{
	if (strcmp(protocol->name, config->name) != 0) {
		mem_free(protocol->name);
		protocol->name = mem_strdup(config->name);
		subscribe_changed(protocol->router, SUBSCRIBE_PROTOCOLS);
	}
	bool restarts = diff->effect == CONF_RESTART && !diff->same;
	/* What waits already to start by a new one takes this instead.  Until it is down
	 * commands may say otherwise. */
	if (restarts || protocol->next != NULL) {
		if (restarts || config->disabled != protocol->next->disabled)
			protocol->disabled = config->disabled;
		config_drop(protocol, protocol->next);
		protocol->next = config;
		config_hold(config->whole);
		protocol->restarting = !protocol->disabled;
		if (protocol->state == PROTOCOL_DOWN)
			enter_down(protocol);
		else if (protocol_is_running(protocol))
			protocol_set_state(protocol, PROTOCOL_STOPPING);
		return;
	}
	const struct protocol_config *old = protocol->config;
	/* What waits for a whole group is not to be told by another configuration of one
	 * of its members. */
	list_each(channel, &protocol->channels, struct channel, link)
		if (!diff->same)
			export_alone(channel);
	config_use(protocol, config);
	channels_reconfigure(protocol, old->whole);
	if (protocol_is_running(protocol) && protocol->class->reconfigure)
		protocol->class->reconfigure(protocol, old, diff);
	spawn_reconfigure_all(protocol, diff);
	if (config->disabled != old->disabled)
		config->disabled ? protocol_disable(protocol, NULL)
				 : protocol_enable(protocol);
	config_drop(protocol, old);
}

void
protocol_start_all(struct router *router)
{
	list_each_safe(protocol, &router->protocols, struct protocol, link)
		if (!protocol->disabled && protocol->state == PROTOCOL_DOWN)
			protocol_enable(protocol);
	recovery_begin(router);
}

void
protocol_stop_all(struct router *router)
{
	list_each_safe(protocol, &router->protocols, struct protocol, link)
		protocol_remove(protocol);
}

void
protocol_free_all(struct router *router)
{
	/* Hooks let go of sockets; the tables are freed whole by the router, so nothing
	 * is flushed. */
	list_each_safe(protocol, &router->protocols, struct protocol, link) {
		const struct protocol_class *class = protocol->class;
		void (*let_go)(struct protocol *) =
			class->abandon ? class->abandon : class->stop;
		bool is_leaving = protocol->state == PROTOCOL_STOPPING &&
				  class->is_stopped && !class->is_stopped(protocol);
		if (let_go && (protocol_is_running(protocol) || is_leaving))
			let_go(protocol);
		protocol_free(protocol);
	}
}

void
protocol_message(struct protocol *protocol, const char *format, ...)
{
	mem_free(protocol->message);
	protocol->message = NULL;
	subscribe_changed(protocol->router, SUBSCRIBE_PROTOCOLS);
	if (!format)
		return;
	char text[256];
	va_list arguments;
	va_start(arguments, format);
	text_vformat(text, sizeof(text), format, arguments);
	va_end(arguments);
	protocol->message = mem_strdup(text);
}

struct protocol *
protocol_find(const struct router *router, const char *name)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		if (!strcmp(protocol->name, name))
			return protocol;
	return NULL;
}

const struct protocol *
protocol_origin(const struct channel *channel, uint32_t path_id)
{
	const struct protocol *protocol = channel->protocol, *origin = NULL;
	if (protocol->class->origin != NULL)
		origin = protocol->class->origin(channel, path_id);
	return origin != NULL ? origin : protocol;
}

struct channel *
protocol_channel(const struct protocol *protocol, enum net_type type)
{
	list_each(channel, &protocol->channels, struct channel, link)
		if (channel->config->type == type)
			return channel;
	return NULL;
}

const char *
protocol_state_name(enum protocol_state state)
{
	return state_names[state];
}

static void
log_line(const struct protocol *protocol, enum log_class class, const char *format,
	 va_list arguments)
{
	char text[1024];
	text_vformat(text, sizeof(text), format, arguments);
	router_log(protocol->router, class, "%s: %s", protocol->name, text);
}

void
protocol_log(const struct protocol *protocol, enum log_class class, const char *format,
	     ...)
{
	va_list arguments;
	va_start(arguments, format);
	log_line(protocol, class, format, arguments);
	va_end(arguments);
}

void
protocol_trace(const struct protocol *protocol, enum protocol_debug bit,
	       const char *format, ...)
{
	if (!(protocol->debug & bit))
		return;
	va_list arguments;
	va_start(arguments, format);
	log_line(protocol, LOG_TRACE, format, arguments);
	va_end(arguments);
}

bool
protocol_attributes_dump(const struct router *router, const struct attrs *attrs,
			 struct wire_out *out)
{
	for (size_t i = 0; i < router->module_count; i++) {
		const struct protocol_class *const *class = router->modules[i]->protocols;
		for (; class != NULL && *class != NULL; class ++) {
			if ((*class)->attributes_dump == NULL)
				continue;
			attr_id base = attr_base(router, (*class)->attrs);
			if ((*class)->attributes_dump(attrs, base, out))
				return true;
		}
	}
	return false;
}

int
protocol_attributes_compare(const struct router *router, const struct attrs *a,
			    const struct attrs *b)
{
	int order = 0;
	for (size_t i = 0; i < router->module_count && order == 0; i++) {
		const struct protocol_class *const *class = router->modules[i]->protocols;
		for (; class != NULL && *class != NULL && order == 0; class ++) {
			if ((*class)->attributes_compare == NULL)
				continue;
			attr_id base = attr_base(router, (*class)->attrs);
			order = (*class)->attributes_compare(a, b, base);
		}
	}
	return order;
}

uint32_t
protocol_router_id(const struct protocol *protocol)
{
	const struct protocol_config *config = protocol->config;
	return config->has_router_id ? config->router_id : protocol->router->router_id;
}
