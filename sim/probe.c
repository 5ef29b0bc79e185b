/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes: packets sent at a steady rate from one router's machine to another's, forwarded
 * by the kernels alone; what gets lost and for how long.
 */
#include <string.h>
#include "lib/mem.h"
#include "sim/oracle.h"
#include "sim/run.h"

#define UNDER_WAY (500 * USEC_MS) /* What is older and has not arrived is lost. */

struct probe {
	struct list link;
	struct sim_timer timer;
	struct run *run;
	struct host *from, *to;
	struct addr addr;
	usec_t every;
	uint64_t sent, arrived;
	uint64_t top; /* Behind the latest that arrived; later ones may be under way. */
	usec_t last;  /* The latest arrival, or the start. */
	usec_t gap;   /* The longest time without an arrival. */
};

static void verb_probe(struct args *args);

const struct verb probe_verbs[] = {
	{ "probe", "A B every TIME | A B off", verb_probe },
	{ 0 },
};

static void fire(struct sim_timer *timer);
static struct probe *probe_find(const struct run *run, const struct host *from,
				const struct host *to);
static struct addr target_of(struct run *run, const struct host *to);

void
probe_arrived(struct run *run, const struct sim_node *node, uint64_t cookie)
{
	list_each(probe, &run->probes, struct probe, link) {
		if (probe->to->node != node ||
		    sim_node_id(probe->from->node) != cookie >> 32)
			continue;
		usec_t now = sim_now(run->world);
		probe->arrived++;
		probe->top = MAX(probe->top, (cookie & UINT32_MAX) + 1);
		probe->gap = MAX(probe->gap, now - probe->last);
		probe->last = now;
	}
}

bool
probe_result(const struct run *run, const struct host *from, const struct host *to,
	     struct probe_result *result)
{
	const struct probe *probe = probe_find(run, from, to);

	if (!probe)
		return false;
	result->sent = probe->sent;
	uint64_t late = (uint64_t)(UNDER_WAY / probe->every) + 1;
	uint64_t waiting = probe->sent - probe->top;
	result->lost = probe->top - MIN(probe->top, probe->arrived);
	result->lost += waiting > late ? waiting - late : 0;
	result->gap = MAX(probe->gap, sim_now(run->world) - probe->last);
	return true;
}

void
probe_free_all(struct run *run)
{
	list_each_safe(probe, &run->probes, struct probe, link) {
		sim_timer_stop(run->world, &probe->timer);
		list_remove(&probe->link);
		mem_free(probe);
	}
}

/* A new start forgets what was counted. */
static void
verb_probe(struct args *args)
{
	struct run *run = args->run;
	struct host *from = args_host(args), *to = args_host(args);
	bool off = args_take(args, "off");
	usec_t every = 0;

	if (!off && !args_take(args, "every"))
		args_complain(args, "expected every or off");
	if (!off)
		every = args_time(args);
	if (!args_ready(args))
		return;
	struct probe *probe = probe_find(run, from, to);
	if (!probe) {
		probe = mem_zalloc(sizeof(*probe));
		list_push_back(&run->probes, &probe->link);
		sim_timer_init(&probe->timer, fire);
		probe->run = run;
		probe->from = from;
		probe->to = to;
	}
	sim_timer_stop(run->world, &probe->timer);
	if (off)
		return;
	probe->addr = target_of(run, to);
	probe->every = MAX(every, 1);
	probe->sent = probe->arrived = probe->top = 0;
	probe->last = sim_now(run->world);
	probe->gap = 0;
	sim_timer_start(run->world, &probe->timer, sim_now(run->world));
}

static void
fire(struct sim_timer *timer)
{
	struct probe *probe = container_of(timer, struct probe, timer);
	struct run *run = probe->run;

	uint64_t cookie = (uint64_t)sim_node_id(probe->from->node) << 32;
	sim_probe(probe->from->node, probe->addr, cookie | (probe->sent++ & UINT32_MAX));
	sim_timer_start(run->world, timer, sim_now(run->world) + probe->every);
}

static struct probe *
probe_find(const struct run *run, const struct host *from, const struct host *to)
{
	list_each(probe, &run->probes, struct probe, link) {
		if (probe->from == from && probe->to == to)
			return probe;
	}
	return NULL;
}

/* The first address of its loopback that others can know. */
static struct addr
target_of(struct run *run, const struct host *to)
{
	const struct sim_interface *lo = sim_interface_find(to->node, "lo");
	const struct sys_address *at = NULL;

	while ((at = sim_address_next(lo, at))) {
		if (!addr_is_loopback(at->addr))
			return at->addr;
	}
	run_fail(run, NULL, "%s has no address of its own on lo",
		 sim_node_name(to->node));
	return addr_any;
}
