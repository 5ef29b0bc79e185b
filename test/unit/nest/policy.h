/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies that are counted, a roa table that they may ask, and a world of both: what the
 * tests of policies on export and on import share.
 */
#ifndef TEST_UNIT_NEST_POLICY_H
#define TEST_UNIT_NEST_POLICY_H

#include "nest/table_private.h"
#include "test/unit/nest/teller.h"

/* Rejects metrics below `least` and adds `more` to others; writes a preference unless 0,
 * and adds what a roa table says, or rejects what that calls invalid. */
struct policy {
	struct filter filter;
	struct filter_reads reads;
	uint32_t least, more;
	uint16_t preference;
	struct table *roa;
	unsigned runs;
};

static inline void
policy_run(const struct filter *filter, struct route_draft *routes, size_t count,
	   enum filter_verdict *verdicts)
{
	struct policy *policy = container_of(filter, struct policy, filter);
	for (size_t i = 0; i < count; i++) {
		struct route_draft *route = &routes[i];
		enum roa_state state = ROA_UNKNOWN;
		if (policy->roa != NULL)
			state = table_roa_check(policy->roa, route->net, 1);
		policy->runs++;
		verdicts[i] = FILTER_REJECT;
		if (route->metric < policy->least ||
		    (policy->preference == 0 && state == ROA_INVALID))
			continue;
		verdicts[i] = FILTER_ACCEPT;
		route->metric += policy->more;
		struct value value = { .type = VALUE_INT };
		value.number = policy->preference + (uint32_t)state;
		if (policy->preference > 0)
			ck_assert(route_draft_set(route, ATTR_PREFERENCE, &value));
	}
}

static inline bool
policy_equal(const struct filter *a, const struct filter *b)
{
	const struct policy *first = container_of(a, struct policy, filter);
	const struct policy *second = container_of(b, struct policy, filter);
	return first->least == second->least && first->more == second->more &&
	       first->roa == second->roa && first->preference == second->preference;
}

static const struct filter_reads *
policy_reads(const struct filter *filter)
{
	return &container_of(filter, struct policy, filter)->reads;
}

static const struct filter_class policy_class = {
	.run = policy_run,
	.equal = policy_equal,
	.reads = policy_reads,
};

static inline void
policy_init(struct policy *policy, uint32_t least, uint16_t preference)
{
	*policy = (struct policy){ .filter = { &policy_class, NULL } };
	policy->least = least;
	policy->preference = preference;
	policy->reads.metric = true;
	policy->reads.writes = preference > 0;
}

static inline void
policy_read_roa(struct policy *policy, struct table *roa)
{
	policy->roa = roa;
	policy->reads.net = true;
	policy->reads.roa = &policy->roa;
	policy->reads.roa_count = 1;
}

enum { ROUTES = 100 };

static inline void
announce_rising(struct world *world, uint32_t first)
{
	for (uint32_t i = 0; i < ROUTES; i++) {
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i << 8), 24);
		announce_net(world, &world->a, &net, 0, first + i);
	}
}

/* ---- a roa table ---- */

struct validator {
	struct fake_instance instance;
	struct table *table;
};

static inline void
validator_start(struct validator *validator, struct world *world)
{
	fake_instance_init(&validator->instance, &teller_class, "v", validator->table);
	fake_instance_start(&validator->instance, &world->fake);
}

/* An entry for `net` and longer ones, of an AS that is not that of the routes. */
static inline void
validator_say(struct validator *validator, struct world *world, const char *net,
	      bool holds)
{
	struct prefix prefix = fake_prefix(net);
	struct router *router = world->fake.router;
	struct attrs *attrs = NULL;
	prefix.type = NET_ROA4;
	prefix.max_length = 32;
	prefix.asn = 2;
	if (holds)
		attrs = fake_attrs(router, nexthop_special(router, NEXTHOP_NONE), 0);
	struct route_update update = { .net = &prefix, .attrs = attrs };
	channel_import(validator->instance.channel, &update, 1);
	attrs_release(router, attrs, 1);
	fake_settle(&world->fake);
}

/* ---- a world ---- */

/* Its first policy is in force when it is opened. */
struct scene {
	struct world world;
	struct protocol_class class;
	struct policy policies[4];
	struct channel_config configs[4];
	unsigned policy_count, config_count;
	struct validator validator;
};

static inline struct policy *
scene_add(struct scene *scene, uint32_t least, uint16_t preference)
{
	struct policy *policy = &scene->policies[scene->policy_count++];
	ck_assert_uint_le(scene->policy_count, ARRAY_SIZE(scene->policies));
	policy_init(policy, least, preference);
	return policy;
}

/* With its first policy; the tests have functions that open it. */
static inline struct scene
scene_new(uint32_t least, uint16_t preference)
{
	struct scene scene = { .policy_count = 0 };
	scene_add(&scene, least, preference);
	return scene;
}

/* Another configuration of the instance's channel, as it is now. */
static inline struct channel_config *
scene_config(struct scene *scene, const struct fake_instance *instance)
{
	struct channel_config *config = &scene->configs[scene->config_count++];
	ck_assert_uint_le(scene->config_count, ARRAY_SIZE(scene->configs));
	*config = instance->channel_config;
	return config;
}

/* It takes the place of what b exports by, or a imports by. */
static inline void
scene_export(struct scene *scene, const struct policy *policy)
{
	struct channel_config *config = scene_config(scene, &scene->world.b);
	config->export = &policy->filter;
	reconfigure(&scene->world.b, config);
}

static inline void
scene_import(struct scene *scene, const struct policy *policy)
{
	struct channel_config *config = scene_config(scene, &scene->world.a);
	config->import = &policy->filter;
	reconfigure(&scene->world.a, config);
}

static inline void
scene_settle(struct scene *scene)
{
	fake_settle(&scene->world.fake);
}

/* Until the roa table is taken for settled, too. */
static inline void
scene_settle_roa(struct scene *scene)
{
	scene->world.fake.now += 30 * USEC_S;
	scene_settle(scene);
}

static inline void
scene_say(struct scene *scene, const char *net, bool holds)
{
	validator_say(&scene->validator, &scene->world, net, holds);
}

/* Since it was last asked. */
static inline void
check_told(struct scene *scene, unsigned told, unsigned again, unsigned withdrawn)
{
	struct teller *teller = teller_of(&scene->world.b);
	ck_assert_uint_eq(teller->told, told);
	ck_assert_uint_eq(teller->again, again + withdrawn);
	ck_assert_uint_eq(teller->withdrawn, withdrawn);
	teller->told = teller->again = teller->withdrawn = 0;
}

/* The world, before anything in it starts. */
static inline void
scene_open(struct scene *scene)
{
	scene->class = teller_class;
	world_open(&scene->world);
	scene->validator.table = fake_table(&scene->world.fake, "roa", NET_ROA4);
}

/* And all of it runs: a has announced ROUTES routes, b was told what the policy lets
 * through. */
static inline void
scene_start(struct scene *scene)
{
	world_start(&scene->world);
	validator_start(&scene->validator, &scene->world);
	announce_rising(&scene->world, 0);
	scene_settle(scene);
	check_told(scene, ROUTES - scene->policies[0].least, 0, 0);
}

static inline void
scene_close(struct scene *scene)
{
	world_close(&scene->world);
}

#endif
