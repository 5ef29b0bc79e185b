/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes of route tables: finding, making and walking them.
 */
#include "nest/table_private.h"

#include "lib/mem.h"
#include "lib/trie.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include <string.h>

static bool index_hash_of(const void *owner, node_handle handle, uint32_t *hash);
static uint32_t node_hash(const struct table *table, const struct node *node);
static void words_from_addr(uint32_t *words, struct addr addr);
static struct addr words_to_addr(const uint32_t *words);

struct table *
table_new(struct router *router, const struct table_config *config)
{
	static const uint8_t key_words[NET_TYPES] = {
		[NET_IP4] = 1,  [NET_IP6] = 4,  [NET_IP6_SADR] = 8,
		[NET_ROA4] = 2, [NET_ROA6] = 5,
	};
	struct table *table = mem_zalloc(sizeof(*table));
	table->router = router;
	table->name = mem_strdup(config->name);
	table->type = config->type;
	table->key_words = key_words[config->type];
	table_configure(table, config);
	index_init(&table->index, index_hash_of, table);
	chain_init(table);
	store_init(&table->nodes,
		   (uint32_t)(sizeof(struct node) + table->key_words * sizeof(uint32_t)));
	table->lengths = mem_zalloc(table_lengths(table) * sizeof(table->lengths[0]));
	journal_init(&table->journal, router);
	job_init(&table->reorder, router, table_reorder_run);
	job_init(&table->orphans, router, table_orphans_run);
	nexthop_table_add(table);
	return table;
}

void
table_configure(struct table *table, const struct table_config *config)
{
	table->min_settle = config->min_settle;
	table->max_settle = MAX(config->min_settle, config->max_settle);
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	job_cancel(&table->reorder);
	job_cancel(&table->orphans);
	nexthop_table_remove(table);
	table_sources_free(table);
	journal_fini(&table->journal);
	store_fini(&table->nodes);
	index_fini(&table->index);
	mem_free(table->lengths);
	mem_free(table->name);
	mem_free(table);
}

const char *
table_name(const struct table *table)
{
	return table->name;
}

enum net_type
table_type(const struct table *table)
{
	return table->type;
}

node_handle
table_find(const struct table *table, const struct prefix *net)
{
	struct node_key key;
	node_key_make(table, net, &key);
	return node_find(table, &key);
}

/* By destination first, then by source (RFC 9079 §3): only lengths that are there are
 * tried. */
node_handle
table_match(const struct table *table, const struct prefix *net)
{
	struct prefix covering = *net;
	assert(net->type == table->type);
	covering.max_length = 0;
	covering.asn = 0;
	for (unsigned length = net->length + 1u; length-- > 0;) {
		if (table->lengths[length] == 0)
			continue;
		unsigned offset = prefix_offset(net);
		covering.length = (uint8_t)length;
		covering.addr = addr_mask(net->addr, offset + length);
		for (unsigned source = net->source_length + 1u; source-- > 0;) {
			covering.source_length = (uint8_t)source;
			covering.source = addr_mask(net->source, source);
			node_handle node = table_find(table, &covering);
			if (node != 0 && node_best(table, node) != 0)
				return node;
		}
	}
	return 0;
}

/* What the entries of one prefix say: they differ in maximum length and AS, which are not
 * hashed, so all of them are in one run of slots. */
static enum roa_state
roa_judge(const struct table *table, const struct prefix *covering, unsigned length,
	  uint32_t asn)
{
	struct node_key key;
	struct index_cursor cursor;
	enum roa_state state = ROA_UNKNOWN;
	unsigned asn_word = table->key_words - 1u;
	node_key_make(table, covering, &key);
	node_handle handle = index_find(&table->index, &cursor, key.hash);
	for (; handle != 0; handle = index_next(&table->index, &cursor)) {
		const struct node *node = node_at(table, handle);
		key.shape.max_length = node->shape.max_length;
		key.words[asn_word] = node->key[asn_word];
		if (!node_matches(table, node, &key) || node_best(table, handle) == 0)
			continue;
		/* RFC 6483 §4: nobody is the origin by an entry of AS 0. */
		if (node->shape.max_length >= length && asn != 0 &&
		    node->key[asn_word] == asn)
			return ROA_VALID;
		state = ROA_INVALID;
	}
	return state;
}

enum roa_state
table_roa_check(const struct table *table, const struct prefix *net, uint32_t asn)
{
	enum net_type type = prefix_is_ip4(net) ? NET_ROA4 : NET_ROA6;
	enum roa_state state = ROA_UNKNOWN;
	if (table->type != type)
		return ROA_UNKNOWN;
	struct prefix covering = { .type = (uint8_t)type };
	for (unsigned length = 0; length <= net->length && state != ROA_VALID; length++) {
		if (table->lengths[length] == 0)
			continue;
		covering.length = (uint8_t)length;
		covering.addr = addr_mask(net->addr, prefix_offset(net) + length);
		enum roa_state here = roa_judge(table, &covering, net->length, asn);
		if (here != ROA_UNKNOWN)
			state = here;
	}
	return state;
}

void
table_node_prefix(const struct table *table, node_handle handle, struct prefix *net)
{
	const struct node *node = node_at(table, handle);
	*net = (struct prefix){ .type = (uint8_t)table->type,
				.length = node->shape.length };
	switch (table->type) {
	case NET_IP4: net->addr = addr_from_ip4(node->key[0]); break;
	case NET_IP6: net->addr = words_to_addr(node->key); break;
	case NET_IP6_SADR:
		net->addr = words_to_addr(node->key);
		net->source = words_to_addr(node->key + 4);
		net->source_length = node->shape.source_length;
		break;
	case NET_ROA4:
		net->addr = addr_from_ip4(node->key[0]);
		net->asn = node->key[1];
		net->max_length = node->shape.max_length;
		break;
	case NET_ROA6:
		net->addr = words_to_addr(node->key);
		net->asn = node->key[4];
		net->max_length = node->shape.max_length;
		break;
	case NET_TYPES: assert(false);
	}
}

route_handle
table_node_first(const struct table *table, node_handle node)
{
	return node_at(table, node)->first;
}

const struct route *
table_node_best(const struct table *table, node_handle node)
{
	route_handle best = node_best(table, node);
	return best != 0 ? route_at(table, best) : NULL;
}

node_handle
table_walk(const struct table *table, node_handle node)
{
	while ((node = node_next(table, node)) != 0) {
		route_handle first = node_at(table, node)->first;
		if (first != 0 && !route_is_dead(route_at(table, first)))
			return node;
	}
	return 0;
}

void
table_count(const struct table *table, struct table_counts *counts)
{
	counts->nodes = table->node_count;
	counts->routes = table->route_count;
	counts->accepted_nodes = table->accepted_count;
	counts->accepted_routes = table->route_count - table->filtered_count;
	counts->bytes = sizeof(*table) + store_bytes(&table->nodes) + table->chunk_bytes +
			index_bytes(&table->index) + index_bytes(&table->places) +
			table->journal.room * sizeof(uint32_t) +
			table->chunk_room * sizeof(table->chunks[0]);
	for (uint32_t i = 1; i < table->source_count; i++) {
		if (table->sources[i] != NULL)
			counts->bytes += table->sources[i]->presence.room / 8;
	}
}

void
node_key_words(const struct prefix *net, uint32_t words[NODE_KEY_WORDS])
{
	switch (net->type) {
	case NET_IP6: words_from_addr(words, net->addr); break;
	case NET_IP6_SADR:
		words_from_addr(words, net->addr);
		words_from_addr(words + 4, net->source);
		break;
	case NET_ROA4:
		words[0] = addr_to_ip4(net->addr);
		words[1] = net->asn;
		break;
	case NET_ROA6:
		words_from_addr(words, net->addr);
		words[4] = net->asn;
		break;
	case NET_IP4:
	case NET_TYPES: assert(false);
	}
}

node_handle
node_find_on(const struct table *table, struct node_key *key)
{
	const struct index *index = &table->index;
	if (key->era != table->era)
		node_key_seek(table, key);
	do {
		key->candidate = index_next(index, &key->cursor);
		key->at = node_at(table, key->candidate);
	} while (key->candidate != 0 && !node_matches(table, key->at, key));
	return key->candidate;
}

node_handle
node_make(struct table *table, struct node_key *key)
{
	/* Before there are more nodes, those that are gone are taken again. */
	if (table->nodes.free == 0)
		journal_hurry(table);
	node_handle handle = store_take(&table->nodes);
	struct node *node = node_at(table, handle);
	assert(handle < JOURNAL_ANY);
	node->first = node->position = 0;
	node->shape.flags = 0;
	if (index_reserve(&table->index, 1, table->nodes.end))
		table->era++;
	if (key->era != table->era)
		key->cursor.at = index_slot(&table->index, key->hash);
	node->shape = key->shape;
	for (unsigned i = 0; i < table->key_words; i++)
		node->key[i] = key->words[i];
	index_put_at(&table->index, &key->cursor, handle);
	key->candidate = handle;
	key->at = node;
	table->lengths[key->shape.length]++;
	return handle;
}

void
node_free(struct table *table, node_handle handle, uint32_t hash)
{
	struct node *node = node_at(table, handle);
	assert(node->first == 0 && (node->shape.flags & NODE_LIVE) != 0);
	index_remove(&table->index, hash != 0 ? hash : node_hash(table, node), handle);
	table->lengths[node->shape.length]--;
	node->shape.flags = 0;
	table->era++;
	store_release(&table->nodes, handle);
}

uint32_t
node_free_ahead(const struct table *table, node_handle handle)
{
	const struct node *node = node_at(table, handle);
	if (node->first != 0)
		return 0;
	uint32_t hash = node_hash(table, node);
	index_prefetch(&table->index, hash);
	return hash;
}

node_handle
node_next(const struct table *table, node_handle node)
{
	while (++node < table->nodes.end) {
		if ((node_at(table, node)->shape.flags & NODE_LIVE) != 0)
			return node;
	}
	return 0;
}

static bool
index_hash_of(const void *owner, node_handle handle, uint32_t *hash)
{
	const struct node *node = node_at(owner, handle);
	*hash = node_hash(owner, node);
	return (node->shape.flags & NODE_LIVE) != 0;
}

static uint32_t
node_hash(const struct table *table, const struct node *node)
{
	return node_key_hash(table, node->key, &node->shape);
}

static void
words_from_addr(uint32_t *words, struct addr addr)
{
	for (unsigned i = 0; i < 4; i++)
		words[i] = wire_load_u32(addr.bytes + 4 * i);
}

static struct addr
words_to_addr(const uint32_t *words)
{
	struct addr addr;
	for (unsigned i = 0; i < 4; i++)
		wire_store_u32(addr.bytes + 4 * i, words[i]);
	return addr;
}
