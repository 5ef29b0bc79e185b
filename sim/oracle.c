/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Following the forwarding tables of all kernels: loops as they arise, reachability on
 * demand.
 */
#include "sim/oracle.h"
#include <string.h>
#include "lib/mem.h"

#define PATH_SHOWN 16

/* What a walk over the tables came to. In order of badness. */
enum outcome {
	OUTCOME_UNKNOWN,
	OUTCOME_UNDERWAY,
	OUTCOME_GOOD, /* Ends at an origin. */
	OUTCOME_LOST, /* No route, or one that says unreachable. */
	OUTCOME_DEAD, /* Forwards into nothing. */
	OUTCOME_LOOP
};

/* A prefix that somebody originates. */
struct target {
	struct list link;
	struct sim_dest *dest;
	struct sim_node **origins; /* Owned. */
	size_t origin_count;
	bool dirty; /* Some table changed since it was found good. */
};

struct oracle {
	struct run *run;
	struct list targets;
	struct target **by_dest; /* By destination id; `dest_room` of them. */
	uint32_t dest_room;
	struct target *suspect; /* The one that failed last; null: none. */
	uint64_t loops, changes;
	bool islands_stale;
	uint32_t *islands; /* By node id: which connected part it is in. */
	uint8_t *outcomes; /* By node id, of one evaluation. */
	uint32_t *stamps;  /* By node id: the last search that came by. */
	uint32_t stamp;
	struct sim_node **stack; /* Of the loop search. */
	uint32_t room;           /* Nodes the arrays have room for. */
};

static void rooms_make(struct oracle *oracle);
static struct target *target_find(const struct oracle *oracle,
				  const struct sim_dest *dest);
static bool target_has(const struct target *target, const struct sim_node *node);
static void islands_find(struct oracle *oracle);
static void island_fill(struct oracle *oracle, struct sim_node *from, uint32_t island);
static bool neighbours_work(const struct sim_interface *a, const struct sim_interface *b);
static bool target_check(struct oracle *oracle, struct target *target, struct text *why);
static enum outcome outcome_of(struct oracle *oracle, const struct target *target,
			       const struct sim_node *node);
static enum outcome hop_outcome(struct oracle *oracle, const struct target *target,
				const struct sim_hop *hop);
static void change_search(struct oracle *oracle, struct sim_node *node,
			  const struct sim_dest *dest);
static void loop_search(struct oracle *oracle, struct sim_node *node,
			const struct sim_dest *dest);
static void loop_found(struct oracle *oracle, const struct sim_node *node,
		       const struct sim_dest *dest);
static void path_text(struct oracle *oracle, const struct sim_node *from,
		      const struct prefix *to, struct text *text);

struct oracle *
oracle_new(struct run *run)
{
	struct oracle *oracle = mem_zalloc(sizeof(*oracle));

	oracle->run = run;
	oracle->islands_stale = true;
	list_init(&oracle->targets);
	return oracle;
}

void
oracle_free(struct oracle *oracle)
{
	list_each_safe(target, &oracle->targets, struct target, link) {
		mem_free(target->origins);
		mem_free(target);
	}
	mem_free(oracle->by_dest);
	mem_free(oracle->islands);
	mem_free(oracle->outcomes);
	mem_free(oracle->stamps);
	mem_free(oracle->stack);
	mem_free(oracle);
}

void
oracle_origin(struct oracle *oracle, struct sim_node *node, const struct prefix *net)
{
	struct sim_dest *dest = sim_dest_get(oracle->run->world, net);
	struct target *target = target_find(oracle, dest);

	if (!target) {
		target = mem_zalloc(sizeof(*target));
		target->dest = dest;
		list_push_back(&oracle->targets, &target->link);
		uint32_t id = sim_dest_id(dest);
		if (id >= oracle->dest_room) {
			uint32_t room = id + id / 2 + 64;
			oracle->by_dest = mem_resize(oracle->by_dest, room,
						     sizeof(*oracle->by_dest));
			memset(oracle->by_dest + oracle->dest_room, 0,
			       (room - oracle->dest_room) * sizeof(*oracle->by_dest));
			oracle->dest_room = room;
		}
		oracle->by_dest[id] = target;
	}
	if (target_has(target, node))
		return;
	target->origins = mem_resize(target->origins, target->origin_count + 1,
				     sizeof(*target->origins));
	target->origins[target->origin_count++] = node;
	target->dirty = true;
}

void
oracle_origin_remove(struct oracle *oracle, struct sim_node *node,
		     const struct prefix *net)
{
	struct target *target =
		target_find(oracle, sim_dest_get(oracle->run->world, net));

	for (size_t i = 0; target && i < target->origin_count; i++) {
		if (target->origins[i] != node)
			continue;
		target->origins[i] = target->origins[--target->origin_count];
		target->dirty = true;
	}
}

bool
oracle_origin_of(const struct oracle *oracle, const struct sim_node *node,
		 struct prefix *net)
{
	list_each(target, &oracle->targets, struct target, link) {
		if (target_has(target, node)) {
			*net = *sim_dest_prefix(target->dest);
			return true;
		}
	}
	return false;
}

/* A prefix nobody originates may cover some that are. */
void
oracle_fib_changed(struct oracle *oracle, struct sim_node *node, struct sim_dest *dest)
{
	struct target *target = target_find(oracle, dest);
	const struct prefix *net = sim_dest_prefix(dest);

	oracle->changes++;
	change_search(oracle, node, dest);
	if (target)
		target->dirty = true;
	if (net->length == prefix_max_length(net))
		return;
	list_each(inner, &oracle->targets, struct target, link) {
		if (!(target && inner == target) &&
		    prefix_covers(net, sim_dest_prefix(inner->dest))) {
			inner->dirty = true;
			change_search(oracle, node, inner->dest);
		}
	}
}

void
oracle_links_changed(struct oracle *oracle)
{
	oracle->islands_stale = true;
}

void
oracle_hops_exceeded(struct oracle *oracle, struct sim_node *node,
		     const struct sys_udp_packet *packet)
{
	char to[ADDR_TEXT];

	if (!oracle->run->loops_allowed)
		run_fail(oracle->run, NULL, "a packet to %s ran out of hops at %s",
			 addr_format(packet->destination, to), sim_node_name(node));
}

/* One look at each table for each target: what was seen to end well needs no second. */
void
oracle_loops(struct oracle *oracle)
{
	rooms_make(oracle);
	list_each(target, &oracle->targets, struct target, link) {
		memset(oracle->outcomes, OUTCOME_UNKNOWN, oracle->room);
		for (struct host *host = NULL; (host = host_next(oracle->run, host));) {
			if (outcome_of(oracle, target, host->node) == OUTCOME_LOOP)
				loop_search(oracle, host->node, target->dest);
		}
	}
}

void
oracle_end(struct oracle *oracle)
{
	oracle_loops(oracle);
}

bool
oracle_converged(struct oracle *oracle, struct text *why)
{
	rooms_make(oracle);
	if (oracle->islands_stale) {
		islands_find(oracle);
		oracle->islands_stale = false;
		list_each(target, &oracle->targets, struct target, link)
			target->dirty = true;
	}
	/* What failed last is likely to fail again. */
	if (oracle->suspect && !target_check(oracle, oracle->suspect, why))
		return false;
	oracle->suspect = NULL;
	list_each(target, &oracle->targets, struct target, link) {
		if (target->dirty && !target_check(oracle, target, why)) {
			oracle->suspect = target;
			return false;
		}
	}
	return true;
}

bool
oracle_path(struct oracle *oracle, const struct sim_node *from, const struct prefix *to,
	    const struct sim_node **nodes, size_t *count, struct text *end)
{
	static const char *const words[] = { "arrived",          "nobody answers",
					     "next hop is gone", "blackhole",
					     "unreachable",      "no route" };
	struct sim_dest *dest = sim_dest_get(oracle->run->world, to);
	const struct target *target = target_find(oracle, dest);
	size_t room = *count;
	struct sim_hop hop;

	for (*count = 0; *count < room; from = sim_interface_node(hop.peer)) {
		nodes[(*count)++] = from;
		if (target && target_has(target, from))
			return true;
		sim_forward(from, to->addr, to->source, dest, 0, &hop);
		if (hop.verdict == SIM_LOCAL)
			return true;
		if (!hop.peer) {
			text_printf(end, "%s: %s", sim_node_name(from),
				    words[hop.verdict]);
			return false;
		}
		if (!sim_segment_passes(hop.interface, hop.peer)) {
			text_printf(end, "%s forwards over a link that is cut",
				    sim_node_name(from));
			return false;
		}
	}
	text_add(end, "it does not end");
	return false;
}

uint64_t
oracle_loop_count(const struct oracle *oracle)
{
	return oracle->loops;
}

uint64_t
oracle_change_count(const struct oracle *oracle)
{
	return oracle->changes;
}

static void
rooms_make(struct oracle *oracle)
{
	uint32_t room = sim_node_count(oracle->run->world) + 1;

	if (room <= oracle->room)
		return;
	room += room / 2;
	oracle->islands = mem_resize(oracle->islands, room, sizeof(*oracle->islands));
	oracle->outcomes = mem_resize(oracle->outcomes, room, sizeof(*oracle->outcomes));
	oracle->stamps = mem_resize(oracle->stamps, room, sizeof(*oracle->stamps));
	oracle->stack = mem_resize(oracle->stack, room, sizeof(struct sim_node *));
	memset(oracle->stamps, 0, room * sizeof(*oracle->stamps));
	memset(oracle->islands, 0, room * sizeof(*oracle->islands));
	oracle->stamp = 0;
	oracle->room = room;
	oracle->islands_stale = true;
}

static struct target *
target_find(const struct oracle *oracle, const struct sim_dest *dest)
{
	uint32_t id = sim_dest_id(dest);

	return id < oracle->dest_room ? oracle->by_dest[id] : NULL;
}

static bool
target_has(const struct target *target, const struct sim_node *node)
{
	for (size_t i = 0; i < target->origin_count; i++) {
		if (target->origins[i] == node)
			return true;
	}
	return false;
}

/* Numbers the connected parts of the network of running routers, from 1. */
static void
islands_find(struct oracle *oracle)
{
	uint32_t island = 0;

	memset(oracle->islands, 0, oracle->room * sizeof(*oracle->islands));
	for (struct host *host = NULL; (host = host_next(oracle->run, host));) {
		if (host->router && !oracle->islands[sim_node_id(host->node)])
			island_fill(oracle, host->node, ++island);
	}
}

static void
island_fill(struct oracle *oracle, struct sim_node *from, uint32_t island)
{
	size_t depth = 0;

	oracle->islands[sim_node_id(from)] = island;
	oracle->stack[depth++] = from;
	while (depth) {
		const struct sim_node *node = oracle->stack[--depth];
		for (struct sim_interface *at = NULL;
		     (at = sim_interface_next(node, at));) {
			const struct sim_segment *segment = sim_interface_segment(at);
			struct sim_interface *peer = NULL;
			while (segment && (peer = sim_segment_member(segment, peer))) {
				struct sim_node *next = sim_interface_node(peer);
				uint32_t *place = &oracle->islands[sim_node_id(next)];
				if (*place || !host_of(next)->router ||
				    !neighbours_work(at, peer))
					continue;
				*place = island;
				oracle->stack[depth++] = next;
			}
		}
	}
}

static bool
neighbours_work(const struct sim_interface *a, const struct sim_interface *b)
{
	return a != b && sim_segment_passes(a, b) && sim_segment_passes(b, a);
}

static bool
target_check(struct oracle *oracle, struct target *target, struct text *why)
{
	char net[PREFIX_TEXT];

	memset(oracle->outcomes, OUTCOME_UNKNOWN, oracle->room);
	for (struct host *host = NULL; (host = host_next(oracle->run, host));) {
		bool expected = false;
		uint32_t island = oracle->islands[sim_node_id(host->node)];
		if (!host->router)
			continue;
		for (size_t i = 0; i < target->origin_count && !expected; i++)
			expected = oracle->islands[sim_node_id(target->origins[i])] ==
				   island;
		enum outcome outcome = outcome_of(oracle, target, host->node);
		if (expected ? outcome == OUTCOME_GOOD : outcome == OUTCOME_LOST)
			continue;
		const struct prefix *to = sim_dest_prefix(target->dest);
		text_printf(why, "%s %s %s: ", sim_node_name(host->node),
			    expected ? "does not reach" : "still forwards to",
			    prefix_format(to, net));
		path_text(oracle, host->node, to, why);
		return false;
	}
	target->dirty = false;
	return true;
}

/* All legs of multipath routes count, the worst decides. */
static enum outcome
outcome_of(struct oracle *oracle, const struct target *target,
	   const struct sim_node *node)
{
	const struct prefix *net = sim_dest_prefix(target->dest);
	uint8_t *place = &oracle->outcomes[sim_node_id(node)];
	enum outcome worst = OUTCOME_UNKNOWN;
	struct sim_hop hop;

	if (*place == OUTCOME_UNDERWAY)
		return OUTCOME_LOOP;
	if (*place != OUTCOME_UNKNOWN)
		return *place;
	*place = OUTCOME_UNDERWAY;
	if (target_has(target, node) && host_of(node)->router)
		worst = OUTCOME_GOOD;
	for (unsigned leg = 0; worst != OUTCOME_GOOD || leg; leg++) {
		if (!sim_forward(node, net->addr, net->source, target->dest, leg, &hop))
			break;
		enum outcome outcome = hop_outcome(oracle, target, &hop);
		worst = MAX(worst, outcome);
	}
	*place = (uint8_t)worst;
	return worst;
}

static enum outcome
hop_outcome(struct oracle *oracle, const struct target *target, const struct sim_hop *hop)
{
	switch (hop->verdict) {
	case SIM_LOCAL: return OUTCOME_GOOD;
	case SIM_BLACKHOLE:
	case SIM_UNREACHABLE:
	case SIM_NO_ROUTE: return OUTCOME_LOST;
	case SIM_ON_LINK:
	case SIM_VIA: break;
	}
	if (!hop->peer || !sim_segment_passes(hop->interface, hop->peer))
		return OUTCOME_DEAD;
	return outcome_of(oracle, target, sim_interface_node(hop->peer));
}

/* Nobody wants to know of those that pass: they are not looked for. */
static void
change_search(struct oracle *oracle, struct sim_node *node, const struct sim_dest *dest)
{
	if (!oracle->run->loops_allowed || oracle->run->loops_asked)
		loop_search(oracle, node, dest);
}

/* A loop that a change at `node` closes leads back to it. */
static void
loop_search(struct oracle *oracle, struct sim_node *node, const struct sim_dest *dest)
{
	const struct prefix *net = sim_dest_prefix(dest);
	size_t depth = 0;
	struct sim_hop hop;

	rooms_make(oracle);
	oracle->stamp++;
	oracle->stack[depth++] = node;
	while (depth) {
		struct sim_node *at = oracle->stack[--depth];
		for (unsigned leg = 0;
		     sim_forward(at, net->addr, net->source, dest, leg, &hop); leg++) {
			if (!hop.peer)
				continue;
			struct sim_node *next = sim_interface_node(hop.peer);
			if (next == node) {
				loop_found(oracle, node, dest);
				return;
			}
			uint32_t *stamp = &oracle->stamps[sim_node_id(next)];
			if (*stamp == oracle->stamp)
				continue;
			*stamp = oracle->stamp;
			oracle->stack[depth++] = next;
		}
	}
}

static void
loop_found(struct oracle *oracle, const struct sim_node *node,
	   const struct sim_dest *dest)
{
	struct text path = { 0 };
	char net[PREFIX_TEXT];

	oracle->loops++;
	if (oracle->run->loops_allowed || oracle->run->failed)
		return;
	path_text(oracle, node, sim_dest_prefix(dest), &path);
	run_fail(oracle->run, NULL, "forwarding loop to %s: %s",
		 prefix_format(sim_dest_prefix(dest), net), text_string(&path));
	text_fini(&path);
}

static void
path_text(struct oracle *oracle, const struct sim_node *from, const struct prefix *to,
	  struct text *text)
{
	const struct sim_node *nodes[PATH_SHOWN];
	size_t count = ARRAY_SIZE(nodes);
	struct text end = { 0 };

	oracle_path(oracle, from, to, nodes, &count, &end);
	for (size_t i = 0; i < count; i++)
		text_printf(text, "%s%s", i ? " > " : "", sim_node_name(nodes[i]));
	if (end.length)
		text_printf(text, " (%s)", text_string(&end));
	text_fini(&end);
}
