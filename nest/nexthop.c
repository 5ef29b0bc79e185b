/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hops: interning by content and counting.  What they resolve to, and who is told
 * when that changes, is nexthop_resolve.c.
 */
#include "nest/nexthop.h"

#include "lib/mem.h"
#include "nest/link.h"
#include "nest/nexthop_private.h"
#include "nest/router.h"
#include "nest/table.h"
#include <assert.h>
#include <string.h>

static uint32_t key_hash(const struct router *router, const struct nexthop_key *key);
static bool key_matches(const struct nexthop_key *key, const struct nexthop *nexthop);
static unsigned legs_sort(const struct nexthop_key *key, struct nexthop_leg *legs);
static struct nexthop *nexthop_make(struct router *router, const struct nexthop_key *key,
				    uint32_t hash);

void
nexthop_open(struct router *router)
{
	struct nexthop_table *table = mem_zalloc(sizeof(*table));
	router->nexthops = table;
	table->router = router;
	hash_init(&table->set);
	store_init(&table->handles, sizeof(uint32_t));
	list_init(&table->waiting);
	list_init(&table->idle);
	list_init(&table->tables);
	job_init(&table->job, router, nexthop_job_run);
}

void
nexthop_close(struct router *router)
{
	struct nexthop_table *table = router->nexthops;
	job_cancel(&table->job);
	/* Nobody is left to be told; but links that are gone wait for us to let go. */
	hash_each(nexthop, &table->set, struct nexthop, node) {
		nexthop_hops_set(nexthop, NULL, 0);
		if (nexthop->link != NULL)
			link_release(nexthop->link);
		mem_free(nexthop->legs);
		mem_free(nexthop);
	}
	hash_fini(&table->set);
	store_fini(&table->handles);
	mem_free(table);
	router->nexthops = NULL;
}

struct nexthop *
nexthop_intern(struct router *router, const struct nexthop_key *wanted)
{
	struct nexthop_key key = *wanted;
	struct nexthop_leg legs[NEXTHOP_LEGS];
	if (key.kind == NEXTHOP_MULTIPATH) {
		key.leg_count = (uint16_t)legs_sort(wanted, legs);
		key.legs = legs;
		if (key.leg_count == 1)
			return nexthop_hold(legs[0].nexthop);
	}
	uint32_t hash = key_hash(router, &key);
	struct hash_node *node = hash_find(&router->nexthops->set, hash);
	for (; node != NULL; node = hash_find_next(node)) {
		struct nexthop *nexthop = container_of(node, struct nexthop, node);
		if (key_matches(&key, nexthop))
			return nexthop_hold(nexthop);
	}
	return nexthop_make(router, &key, hash);
}

struct nexthop *
nexthop_gateway(struct router *router, struct link *link, struct addr gateway,
		unsigned flags)
{
	struct nexthop_key key = { .kind = NEXTHOP_GATEWAY, .flags = (uint8_t)flags };
	key.gateway = gateway;
	key.link = link;
	return nexthop_intern(router, &key);
}

struct nexthop *
nexthop_direct(struct router *router, struct link *link)
{
	struct nexthop_key key = { .kind = NEXTHOP_DIRECT, .link = link };
	return nexthop_intern(router, &key);
}

struct nexthop *
nexthop_special(struct router *router, enum nexthop_kind kind)
{
	assert(kind <= NEXTHOP_PROHIBIT);
	struct nexthop_key key = { .kind = (uint8_t)kind };
	return nexthop_intern(router, &key);
}

struct nexthop *
nexthop_recursive(struct router *router, struct table *table, struct addr gateway)
{
	struct nexthop_key key = { .kind = NEXTHOP_RECURSIVE, .table = table };
	key.gateway = gateway;
	return nexthop_intern(router, &key);
}

struct nexthop *
nexthop_hold(struct nexthop *nexthop)
{
	if (nexthop->uses++ == 0)
		list_remove(&nexthop->idle);
	return nexthop;
}

void
nexthop_release(struct router *router, struct nexthop *nexthop)
{
	if (nexthop == NULL)
		return;
	assert(nexthop->uses > 0);
	if (--nexthop->uses > 0)
		return;
	list_push_back(&router->nexthops->idle, &nexthop->idle);
	job_schedule(&router->nexthops->job);
}

int
nexthop_compare(const struct nexthop *a, const struct nexthop *b)
{
	if (a == b)
		return 0;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	uint32_t a_link = a->link != NULL ? a->link->serial : 0;
	uint32_t b_link = b->link != NULL ? b->link->serial : 0;
	if (a_link != b_link)
		return a_link < b_link ? -1 : 1;
	int order = addr_compare(a->gateway, b->gateway);
	if (order != 0)
		return order;
	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	if (a->table != NULL && b->table != NULL && a->table != b->table)
		return strcmp(table_name(a->table), table_name(b->table));
	return a->handle < b->handle ? -1 : 1;
}

uint32_t
nexthop_count(const struct router *router)
{
	return router->nexthops->set.count;
}

void
nexthop_free(struct router *router, struct nexthop *nexthop)
{
	struct nexthop_table *table = router->nexthops;
	assert(nexthop->uses == 0);
	nexthop_unwatch(nexthop);
	list_remove(&nexthop->idle);
	list_remove(&nexthop->waiting);
	hash_remove(&table->set, &nexthop->node);
	store_release(&table->handles, nexthop->handle);
	nexthop_hops_set(nexthop, NULL, 0);
	for (unsigned i = 0; i < nexthop->leg_count; i++)
		nexthop_release(router, nexthop->legs[i].nexthop);
	if (nexthop->link != NULL)
		link_release(nexthop->link);
	mem_free(nexthop->legs);
	mem_free(nexthop);
}

static struct nexthop *
nexthop_make(struct router *router, const struct nexthop_key *key, uint32_t hash)
{
	struct nexthop_table *table = router->nexthops;
	struct nexthop *nexthop = mem_zalloc(sizeof(*nexthop));
	nexthop->handle = store_alloc(&table->handles);
	nexthop->uses = 1;
	nexthop->kind = key->kind;
	nexthop->flags = key->flags;
	nexthop->gateway = key->gateway;
	nexthop->table = key->table;
	nexthop->link = key->link;
	list_init(&nexthop->waiting);
	list_init(&nexthop->idle);
	if (key->link != NULL)
		link_hold(key->link);
	if (key->leg_count > 0) {
		nexthop->leg_count = key->leg_count;
		nexthop->legs = mem_dup(key->legs, key->leg_count * sizeof(key->legs[0]));
		for (unsigned i = 0; i < key->leg_count; i++)
			nexthop_hold(key->legs[i].nexthop);
	}
	hash_insert(&table->set, &nexthop->node, hash);
	nexthop_watch(nexthop);
	nexthop_look(nexthop);
	return nexthop;
}

static uint32_t
key_hash(const struct router *router, const struct nexthop_key *key)
{
	uint64_t state = router->hash_seed | (uint64_t)key->kind << 32 |
			 (uint64_t)key->flags << 40;
	state = hash_mix(state ^ addr_high(key->gateway));
	state = hash_mix(state ^ addr_low(key->gateway));
	if (key->link != NULL)
		state = hash_mix(state ^ key->link->serial);
	if (key->table != NULL)
		state = hash_bytes64(table_name(key->table),
				     strlen(table_name(key->table)), state);
	for (unsigned i = 0; i < key->leg_count; i++)
		state = hash_mix(state ^ ((uint64_t)key->legs[i].nexthop->handle << 32 |
					  key->legs[i].weight));
	return hash_u64(state);
}

static bool
key_matches(const struct nexthop_key *key, const struct nexthop *nexthop)
{
	if (key->kind != nexthop->kind || key->flags != nexthop->flags ||
	    key->link != nexthop->link || key->table != nexthop->table ||
	    key->leg_count != nexthop->leg_count ||
	    !addr_equal(key->gateway, nexthop->gateway))
		return false;
	for (unsigned i = 0; i < key->leg_count; i++) {
		if (key->legs[i].nexthop != nexthop->legs[i].nexthop ||
		    key->legs[i].weight != nexthop->legs[i].weight)
			return false;
	}
	return true;
}

/* In their own order, equal ones added up; no more than there is room for. */
static unsigned
legs_sort(const struct nexthop_key *key, struct nexthop_leg *legs)
{
	unsigned count = 0;
	for (unsigned i = 0; i < key->leg_count; i++) {
		struct nexthop_leg leg = key->legs[i];
		assert(leg.nexthop->kind != NEXTHOP_MULTIPATH && leg.weight > 0);
		unsigned place = 0;
		while (place < count &&
		       nexthop_compare(legs[place].nexthop, leg.nexthop) < 0)
			place++;
		if (place < count && legs[place].nexthop == leg.nexthop) {
			unsigned weight = (unsigned)legs[place].weight + leg.weight;
			legs[place].weight = (uint16_t)MIN(weight, NEXTHOP_WEIGHT_MAX);
		} else if (count < NEXTHOP_LEGS) {
			memmove(&legs[place + 1], &legs[place],
				(count - place) * sizeof(legs[0]));
			legs[place] = leg;
			count++;
		}
	}
	assert(count > 0);
	return count;
}

void
nexthop_audit(const struct router *router)
{
	const struct nexthop_table *table = router->nexthops;
	uint32_t count = 0;
	list_each(nexthop, &table->set.order, struct nexthop, node.order) {
		assert((nexthop->uses == 0) == !list_is_empty(&nexthop->idle));
		assert(nexthop->changed <= table->changes);
		assert(nexthop->hop_count == 0 || nexthop->dest == RTD_UNICAST);
		assert(nexthop->kind != NEXTHOP_MULTIPATH || nexthop->leg_count > 1);
		for (unsigned i = 0; i < nexthop->hop_count; i++) {
			assert(nexthop->hops[i].link->uses > 0);
			assert(nexthop->hops[i].weight > 0);
		}
		for (unsigned i = 0; i < nexthop->leg_count; i++)
			assert(nexthop->legs[i].nexthop->uses > 0);
		count++;
	}
	assert(count == table->set.count && count == table->handles.count);
}
