/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pipes between an ipv6 and an ipv6 sadr table.  Into the latter a route goes with the
 * source prefix that a filter gave it (`source_prefix`), or any source; out of it go
 * those of any source.  A withdrawal does not say what the route was like, so sources
 * other than that are remembered.
 */
#include "proto/pipe/pipe.h"

#include "lib/pool.h"
#include "nest/attr.h"
#include "nest/router.h"

/* A route that was told with a source prefix of its own. */
struct pipe_source {
	struct hash_node node;
	struct prefix net; /* As it was told. */
	uint32_t path_id;
};

static uint32_t
source_key(const struct pipe *pipe, const struct prefix *net, uint32_t path_id)
{
	struct prefix destination = prefix_new_type(NET_IP6, net->addr, net->length);
	return prefix_hash(&destination, pipe->protocol.router->hash_seed ^ path_id);
}

static struct pipe_source *
source_find(const struct pipe *pipe, const struct prefix *net, uint32_t path_id)
{
	uint32_t key = source_key(pipe, net, path_id);
	for (struct hash_node *node = hash_find(&pipe->sources, key); node != NULL;
	     node = hash_find_next(node)) {
		struct pipe_source *source = container_of(node, struct pipe_source, node);
		if (source->path_id == path_id && source->net.length == net->length &&
		    addr_equal(source->net.addr, net->addr))
			return source;
	}
	return NULL;
}

static void
source_forget(struct pipe *pipe, struct pipe_source *source)
{
	hash_remove(&pipe->sources, &source->node);
	pool_release(pipe->protocol.pool, source);
}

static void
source_keep(struct pipe *pipe, const struct prefix *told, uint32_t path_id)
{
	struct pipe_source *source = pool_alloc(pipe->protocol.pool, sizeof(*source));
	source->net = *told;
	source->path_id = path_id;
	hash_insert(&pipe->sources, &source->node, source_key(pipe, told, path_id));
}

static struct prefix
with_source(const struct prefix *net, const struct attrs *attrs)
{
	struct prefix told = prefix_new_type(NET_IP6, net->addr, net->length);
	struct value value;
	told.type = NET_IP6_SADR;
	if (attrs != NULL && attrs_get(attrs, ATTR_SOURCE_PREFIX, &value)) {
		told.source = value.prefix.addr;
		told.source_length = value.prefix.length;
	}
	return told;
}

size_t
pipe_translate(struct pipe *pipe, enum net_type to, const struct route_change *change,
	       uint32_t path_id, struct prefix nets[static 2])
{
	const struct prefix *net = change->net;
	if (to == NET_IP6) {
		nets[0] = prefix_new_type(NET_IP6, net->addr, net->length);
		return net->source_length == 0 ? 1 : 0;
	}
	struct pipe_source *before = source_find(pipe, net, path_id);
	size_t count = 0;
	if (change->attrs == NULL) {
		nets[0] = before != NULL ? before->net : with_source(net, NULL);
		if (before != NULL)
			source_forget(pipe, before);
		return 1;
	}
	struct prefix now = with_source(net, change->attrs);
	struct prefix former = before != NULL ? before->net : with_source(net, NULL);
	if (!prefix_equal(&former, &now)) {
		/* What it was before goes; nothing was, if this is the first time. */
		nets[count++] = former;
		if (before != NULL)
			source_forget(pipe, before);
		if (now.source_length > 0)
			source_keep(pipe, &now, path_id);
	}
	nets[count++] = now;
	return count;
}
