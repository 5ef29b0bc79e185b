/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names to addresses: of each machine's own table, after some milliseconds.
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sim/world.h"
#include <string.h>

#define ANSWER_TIME (20 * USEC_MS)

struct sys_lookup {
	struct sim_node *node;
	struct sim_timer timer;
	char *name;
	sys_name_found *found;
	void *context;
};

static void lookup_fire(struct sim_timer *timer);

int
sim_name_find(struct sys *sys, const char *name, sys_name_found *found, void *context,
	      struct sys_lookup **lookup)
{
	struct sim_node *node = sim_node_cast(sys);
	struct sys_lookup *new = *lookup = mem_zalloc(sizeof(*new));

	new->node = node;
	new->name = mem_strdup(name);
	new->found = found;
	new->context = context;
	sim_timer_init(&new->timer, lookup_fire);
	sim_timer_start(node->world, &new->timer, sim_now(node->world) + ANSWER_TIME);
	return 0;
}

void
sim_name_forget(struct sys_lookup *lookup)
{
	if (!lookup)
		return;
	sim_timer_stop(lookup->node->world, &lookup->timer);
	mem_free(lookup->name);
	mem_free(lookup);
}

/* "10.0.0.2 fd00::2", as the setting `hosts.NAME` of the machine has it. */
static void
lookup_fire(struct sim_timer *timer)
{
	struct sys_lookup *lookup = container_of(timer, struct sys_lookup, timer);
	struct sim_node *node = lookup->node;
	sys_name_found *found = lookup->found;
	void *context = lookup->context;
	struct addr addrs[SYS_NAME_ADDRS];
	char key[256], value[256] = "";
	size_t count = 0;

	if (node->dead)
		return;
	text_format(key, sizeof(key), "hosts.%s", lookup->name);
	sim_setting_read(&node->sys, key, value, sizeof(value));
	for (const char *at = value; *at != '\0' && count < SYS_NAME_ADDRS;) {
		size_t length = strcspn(at, " ");
		count += addr_parse(at, length, &addrs[count]);
		at += length;
		at += strspn(at, " ");
	}
	sim_name_forget(lookup);
	found(context, addrs, count);
	sim_node_handled(node);
}
