/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two protocols at one table that announce by hand and count what they are told, and a
 * filter that counts its runs: what the tests of channels share.
 */
#ifndef TEST_UNIT_NEST_TELLER_H
#define TEST_UNIT_NEST_TELLER_H

#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"

/* A protocol that counts. */
struct teller {
	struct protocol protocol;
	unsigned told, withdrawn, again, feeds;
	struct prefix last;
	uint32_t last_metric;
	uint16_t last_preference;
};

static inline void
teller_event(struct protocol *protocol, struct channel *channel,
	     const struct route_change *changes, size_t count)
{
	struct teller *teller = (struct teller *)protocol;
	ck_assert_ptr_eq(channel->protocol, protocol);
	for (size_t i = 0; i < count; i++) {
		teller->told += changes[i].attrs != NULL;
		teller->withdrawn += changes[i].attrs == NULL;
		teller->again += changes[i].again;
		teller->last = *changes[i].net;
		teller->last_metric = changes[i].metric;
		if (changes[i].attrs != NULL)
			teller->last_preference = changes[i].attrs->preference;
	}
}

static inline void
teller_feed_end(struct protocol *protocol, struct channel *channel)
{
	(void)channel;
	((struct teller *)protocol)->feeds++;
}

static const struct protocol_class teller_class = {
	.name = "teller",
	.size = sizeof(struct teller),
	.preference = 100,
	.source = RTS_STATIC,
	.start = fake_start,
	.route_event = teller_event,
	.feed_end = teller_feed_end,
};

static inline int
teller_start_any(struct protocol *protocol)
{
	list_first(&protocol->channels, struct channel, link)->mode = READER_ANY;
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

struct world {
	struct fake fake;
	struct table *table;
	struct fake_instance a, b;
};

static inline void
world_open(struct world *world)
{
	fake_open(&world->fake);
	world->table = fake_table(&world->fake, "master4", NET_IP4);
	fake_instance_init(&world->a, &teller_class, "a", world->table);
	fake_instance_init(&world->b, &teller_class, "b", world->table);
}

static inline void
world_start(struct world *world)
{
	fake_instance_start(&world->a, &world->fake);
	fake_instance_start(&world->b, &world->fake);
	fake_settle(&world->fake);
}

static inline void
world_close(struct world *world)
{
	fake_settle(&world->fake);
	router_audit(world->fake.router, AUDIT_FULL);
	fake_close(&world->fake);
}

static inline void
announce_net(struct world *world, struct fake_instance *from, const struct prefix *net,
	     uint32_t path, uint32_t metric)
{
	struct router *router = world->fake.router;
	struct attrs *attrs =
		fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 0);
	struct route_update update = {
		.net = net, .attrs = attrs, .metric = metric, .path_id = path
	};
	channel_import(from->channel, &update, 1);
	attrs_release(router, attrs, 1);
}

static inline void
announce_path(struct world *world, struct fake_instance *from, const char *net,
	      uint32_t path, uint32_t metric)
{
	struct prefix prefix = fake_prefix(net);
	announce_net(world, from, &prefix, path, metric);
}

static inline void
announce(struct world *world, struct fake_instance *from, const char *net,
	 uint32_t metric)
{
	announce_path(world, from, net, 0, metric);
}

static inline void
withdraw(struct fake_instance *from, const char *net)
{
	struct prefix prefix = fake_prefix(net);
	struct route_update update = { .net = &prefix };
	channel_import(from->channel, &update, 1);
}

static inline struct teller *
teller_of(const struct fake_instance *instance)
{
	return (struct teller *)instance->protocol;
}

/* ---- filters that count ---- */

struct counting {
	struct filter filter;
	struct filter_reads reads;
	unsigned *runs;
};

/* Rejects odd metrics. */
static inline void
counting_run(const struct filter *filter, struct route_draft *routes, size_t count,
	     enum filter_verdict *verdicts)
{
	const struct counting *counting = container_of(filter, struct counting, filter);
	for (size_t i = 0; i < count; i++) {
		++*counting->runs;
		verdicts[i] = routes[i].metric % 2 ? FILTER_REJECT : FILTER_ACCEPT;
	}
}

static inline bool
counting_equal(const struct filter *a, const struct filter *b)
{
	return container_of(a, struct counting, filter)->runs ==
	       container_of(b, struct counting, filter)->runs;
}

static inline const struct filter_reads *
counting_reads(const struct filter *filter)
{
	return &container_of(filter, struct counting, filter)->reads;
}

static const struct filter_class counting_class = {
	.run = counting_run,
	.equal = counting_equal,
	.reads = counting_reads,
};

static inline void
announce_many(struct world *world, struct fake_instance *from, unsigned count,
	      uint32_t metric)
{
	struct router *router = world->fake.router;
	struct prefix nets[200];
	struct route_update updates[200];
	struct attrs *attrs =
		fake_attrs(router, nexthop_special(router, NEXTHOP_BLACKHOLE), 0);
	for (unsigned i = 0; i < count; i++) {
		nets[i] = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		updates[i] = (struct route_update){ .net = &nets[i],
						    .attrs = attrs,
						    .metric = metric };
	}
	channel_import(from->channel, updates, count);
	attrs_release(router, attrs, 1);
}

static inline void
withdraw_many(struct fake_instance *from, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		struct route_update update = { .net = &net };
		channel_import(from->channel, &update, 1);
	}
}

static inline void
reconfigure(struct fake_instance *instance, const struct channel_config *config)
{
	channel_reconfigure(instance->channel, config, NULL);
}

#endif
