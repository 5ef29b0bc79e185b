/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world with nothing in it and protocols that only remember what they are told: what
 * the unit tests of tables, channels and next hops run in.  Links are made by hand.
 */
#ifndef TEST_UNIT_NEST_FAKE_H
#define TEST_UNIT_NEST_FAKE_H

#include "interface_version.h"
#include "lib/mem.h"
#include "nest/attr.h"
#include "nest/link_private.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include <string.h>

struct fake {
	struct sys sys;
	usec_t now;
	unsigned logs;
	char last_log[256];
	struct router *router;
};

static usec_t
fake_now(struct sys *sys)
{
	return container_of(sys, struct fake, sys)->now;
}

static void
fake_attach(struct sys *sys, const struct sys_handler *handler, void *context)
{
	(void)sys;
	(void)handler;
	(void)context;
}

static void
fake_random(struct sys *sys, void *bytes, size_t size)
{
	(void)sys;
	memset(bytes, 0x5a, size);
}

static void
fake_wake_at(struct sys *sys, usec_t due)
{
	(void)sys;
	(void)due;
}

static void
fake_log(struct sys *sys, enum log_class class, const char *when, const char *line)
{
	struct fake *fake = container_of(sys, struct fake, sys);
	(void)class;
	(void)when;
	fake->logs++;
	strncpy(fake->last_log, line, sizeof(fake->last_log) - 1);
}

static void
fake_scan(struct sys *sys)
{
	(void)sys;
}

static void
fake_quit(struct sys *sys, int status)
{
	(void)sys;
	(void)status;
}

static const struct sys_class fake_class = {
	.name = "fake",
	.attach = fake_attach,
	.now = fake_now,
	.wall = fake_now,
	.random = fake_random,
	.wake_at = fake_wake_at,
	.log = fake_log,
	.interface_scan = fake_scan,
	.quit = fake_quit,
};

/* A router without modules, which takes interfaces for known. */
static inline struct router *
fake_open(struct fake *fake)
{
	static const struct modules none = { .count = 0 };
	*fake = (struct fake){ .sys = { &fake_class }, .now = 5 * USEC_S };
	fake->router = router_new(&fake->sys, &none, NULL);
	fake->router->interfaces_known = true;
	return fake->router;
}

static inline void
fake_close(struct fake *fake)
{
	router_free(fake->router);
	fake->router = NULL;
}

/* Until nothing is due. */
static inline void
fake_settle(struct fake *fake)
{
	for (unsigned i = 0; router_due(fake->router) <= fake->now; i++) {
		assert(i < 100000);
		router_run(fake->router);
	}
}

static inline struct table *
fake_table(struct fake *fake, const char *name, enum net_type type)
{
	struct table_config config = { .name = name, .type = type };
	config.min_settle = USEC_S;
	config.max_settle = 20 * USEC_S;
	return router_table_add(fake->router, &config);
}

static inline struct link *
fake_link(struct fake *fake, const char *name)
{
	struct link *link = link_make(fake->router, name);
	link_set_up(link, true);
	return link;
}

/* An instance of `class` with one channel, up. */
struct fake_instance {
	struct protocol_config config;
	struct channel_config channel_config;
	struct protocol *protocol;
	struct channel *channel;
};

static inline void
fake_instance_init(struct fake_instance *instance, const struct protocol_class *class,
		   const char *name, struct table *table)
{
	*instance = (struct fake_instance){ .config = { .class = class, .name = name } };
	list_init(&instance->config.channels);
	instance->channel_config.table = table_name(table);
	instance->channel_config.type = (uint8_t)table_type(table);
	list_push_back(&instance->config.channels, &instance->channel_config.link);
}

static inline void
fake_instance_start(struct fake_instance *instance, struct fake *fake)
{
	instance->protocol = protocol_new(fake->router, &instance->config);
	instance->channel =
		list_first(&instance->protocol->channels, struct channel, link);
	protocol_enable(instance->protocol);
}

static inline struct prefix
fake_prefix(const char *text)
{
	struct prefix prefix;
	bool host_bits;
	bool good = prefix_parse(text, strlen(text), &prefix, &host_bits);
	assert(good && !host_bits);
	(void)good;
	return prefix;
}

static inline int
fake_start(struct protocol *protocol)
{
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

/* A set with this next hop (taken over) and preference; a use is the caller's. */
static inline struct attrs *
fake_attrs(struct router *router, struct nexthop *nexthop, uint16_t preference)
{
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop;
	draft.preference = preference;
	struct attrs *attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, nexthop);
	return attrs;
}

#endif
