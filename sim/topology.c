/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements that build the network: templates, routers, links, LANs, addresses, and
 * whole topologies.
 */
#include <string.h>
#include "lib/mem.h"
#include "lib/pool.h"
#include "sim/oracle.h"
#include "sim/run.h"

#define PLANE        65536 /* Side of the square of geometric graphs. */
#define TOPOLOGY_MAX 100000

/* How the links of a statement are to be. */
struct link_kind {
	struct sim_quality quality;
	uint32_t flags;                        /* Of interfaces. */
	const char *name;                      /* Null: made from the ends. */
	const char *a_interface, *b_interface; /* Null: eth and a number. */
};

struct point {
	uint32_t x, y;
	uint32_t part; /* Connected part. */
};

/* A topology statement under execution. */
struct plan {
	struct run *run;
	struct host **hosts; /* Owned. */
	uint32_t count, width;
	uint32_t degree;
	const struct link_kind *kind;
};

static void verb_let(struct args *args);
static void verb_template(struct args *args);
static void verb_router(struct args *args);
static void verb_link(struct args *args);
static void verb_lan(struct args *args);
static void verb_topology(struct args *args);
static void verb_addresses(struct args *args);
static void verb_address(struct args *args);
static void verb_origin(struct args *args);
static void verb_file(struct args *args);

const struct verb topology_verbs[] = {
	{ "let", "NAME = VALUE", verb_let },
	{ "template", "NAME { configuration }", verb_template },
	{ "router", "NAME… [template NAME] [stopped] [{ configuration }]", verb_router },
	{ "link", "A B [name N] [interfaces X Y] [delay …] [wireless] [tunnel]",
	  verb_link },
	{ "lan", "NAME ROUTER… [delay …] [wireless]", verb_lan },
	{ "topology",
	  "line|ring|star|full|tree|grid|geometric N [prefix P] [degree D] [template T] "
	  "[delay …]",
	  verb_topology },
	{ "addresses", "ip4|ip6 on|off", verb_addresses },
	{ "address", "add|remove ROUTER INTERFACE ADDRESS/LENGTH [tentative]",
	  verb_address },
	{ "origin", "[remove] ROUTER PREFIX…", verb_origin },
	{ "file", "ROUTER PATH { text }", verb_file },
	{ 0 },
};

static const char *template_find(struct args *args);
static bool link_option(struct args *args, struct link_kind *kind);
static struct sim_interface *interface_make(struct host *host, const char *name,
					    const struct link_kind *kind,
					    struct sim_segment *segment);
static void link_make(struct run *run, struct host *a, struct host *b,
		      const struct link_kind *kind);
static void segment_name(const struct host *a, const struct host *b,
			 char name[static SIM_NAME]);
static struct addr auto_ip4(const struct sim_node *node);
static struct addr auto_ip6(const struct sim_node *node);
static void plan_line(struct plan *plan);
static void plan_ring(struct plan *plan);
static void plan_star(struct plan *plan);
static void plan_full(struct plan *plan);
static void plan_tree(struct plan *plan);
static void plan_grid(struct plan *plan);
static void plan_geometric(struct plan *plan);
static void points_join(struct plan *plan, struct point *points);

static const struct {
	const char *name;
	void (*make)(struct plan *plan);
} plans[] = {
	{ "line", plan_line },           { "ring", plan_ring }, { "star", plan_star },
	{ "full", plan_full },           { "tree", plan_tree }, { "grid", plan_grid },
	{ "geometric", plan_geometric },
};

struct host *
topology_host(struct run *run, const char *name, const char *config)
{
	struct host *host = host_new(run, name, config);
	struct sim_interface *lo = sim_interface_find(host->node, "lo");

	if (run->ip4) {
		sim_address_add(lo, auto_ip4(host->node), 32, 0);
		struct prefix net = prefix_new(auto_ip4(host->node), 32);
		oracle_origin(run->oracle, host->node, &net);
	}
	if (run->ip6) {
		sim_address_add(lo, auto_ip6(host->node), 128, 0);
		struct prefix net = prefix_new(auto_ip6(host->node), 128);
		oracle_origin(run->oracle, host->node, &net);
	}
	return host;
}

static void
verb_let(struct args *args)
{
	struct run *run = args->run;
	const char *name = args_word(args, "a name in capitals");

	if (!args_take(args, "="))
		args_complain(args, "expected =");
	const char *value = args_string(args, "a value");
	if (!args_ready(args))
		return;
	struct variable *variable = pool_alloc(run->pool, sizeof(*variable));
	variable->name = name;
	variable->value = value;
	list_push_front(&run->variables, &variable->link);
}

/* Known from the dry run on, so that uses can be checked. */
static void
verb_template(struct args *args)
{
	struct run *run = args->run;
	const char *name = args_word(args, "a name");
	const struct token *block = args_block(args);

	args_ready(args);
	if (args->bad || !run->dry)
		return;
	struct template *template = pool_alloc(run->pool, sizeof(*template));
	template->name = name;
	template->text = block->text;
	list_push_front(&run->templates, &template->link);
}

static void
verb_router(struct args *args)
{
	struct run *run = args->run;
	const struct token *first = args->at;
	struct text config = { 0 };
	bool stopped = false;

	while (!args_is_over(args) && args->at->kind == TOKEN_WORD &&
	       strcmp(args->at->text, "template") != 0 &&
	       strcmp(args->at->text, "stopped") != 0) {
		bool taken = run->dry ? args_at_host(args)
				      : sim_node_find(run->world, args->at->text) != NULL;
		if (taken)
			args_complain(args, "there is a router %s already",
				      args->at->text);
		const char *name = args_word(args, "the name of a router");
		if (name && strlen(name) >= SIM_NAME)
			args_complain(args, "this name is too long");
		if (name && run->dry)
			args_declare(run, name, true);
	}
	const struct token *last = args->at;
	if (first == last)
		args_complain(args, "expected the name of a router");
	if (args_take(args, "template"))
		text_add(&config, template_find(args));
	stopped = args_take(args, "stopped");
	if (!args_is_over(args)) {
		const struct token *block = args_block(args);
		text_add(&config, block ? block->text : "");
	}
	for (; args_ready(args) && first < last; first++) {
		struct host *host = topology_host(run, first->text, text_string(&config));
		if (!stopped && !host_start(host, &run->error))
			run_fail(run, first, "%s refuses its configuration", first->text);
	}
	text_fini(&config);
}

static const char *
template_find(struct args *args)
{
	const char *name = args_word(args, "the name of a template");
	const char *names[64];
	size_t count = 0;

	list_each(template, &args->run->templates, struct template, link) {
		if (name && strcmp(template->name, name) == 0)
			return template->text;
		if (count < ARRAY_SIZE(names))
			names[count++] = template->name;
	}
	if (name)
		args->at--;
	args_expected(args, "the name of a template", names, count);
	return "";
}

static void
verb_link(struct args *args)
{
	struct run *run = args->run;
	struct link_kind kind = { .quality = { .delay = USEC_MS } };
	struct host *a = args_host(args), *b = args_host(args);

	while (link_option(args, &kind))
		;
	if (kind.name && run->dry)
		args_declare(run, kind.name, false);
	if (!args_ready(args))
		return;
	if (a == b)
		run_fail(run, NULL, "a link has two ends");
	else
		link_make(run, a, b, &kind);
}

static bool
link_option(struct args *args, struct link_kind *kind)
{
	if (args_take(args, "name")) {
		kind->name = args_word(args, "a name");
	} else if (args_take(args, "interfaces")) {
		kind->a_interface = args_word(args, "the name of an interface");
		kind->b_interface = args_word(args, "the name of an interface");
	} else if (args_take(args, "wireless")) {
		kind->flags |= SYS_IF_WIRELESS;
	} else if (args_take(args, "tunnel")) {
		kind->flags |= SYS_IF_TUNNEL | SYS_IF_POINTTOPOINT;
	} else {
		return args_quality(args, &kind->quality);
	}
	return true;
}

static void
verb_lan(struct args *args)
{
	struct run *run = args->run;
	struct link_kind kind = { .quality = { .delay = USEC_MS } };
	const char *name = args_word(args, "a name");
	const struct token *first = args->at;

	if (name && run->dry)
		args_declare(run, name, false);
	while (args_at_host(args))
		args->at++;
	const struct token *last = args->at;
	if (first == last)
		args_complain(args, "expected routers");
	while (link_option(args, &kind))
		;
	if (!args_ready(args))
		return;
	struct sim_segment *segment = sim_segment_new(run->world, name, false);
	sim_segment_quality(segment, &kind.quality);
	for (; first < last; first++) {
		struct sim_node *node = sim_node_find(run->world, first->text);
		if (node)
			interface_make(host_of(node), NULL, &kind, segment);
	}
	oracle_links_changed(run->oracle);
}

static struct sim_interface *
interface_make(struct host *host, const char *name, const struct link_kind *kind,
	       struct sim_segment *segment)
{
	char made[SYS_NAME];

	for (unsigned i = 0; !name && i < UINT32_MAX; i++) {
		text_format(made, sizeof(made), "eth%u", i);
		if (!sim_interface_find(host->node, made))
			name = made;
	}
	struct sim_interface *interface =
		sim_interface_new(host->node, name, kind->flags, segment);
	if (host->run->ip4)
		sim_address_add(interface, auto_ip4(host->node), 32, 0);
	return interface;
}

static void
link_make(struct run *run, struct host *a, struct host *b, const struct link_kind *kind)
{
	char name[SIM_NAME];

	segment_name(a, b, name);
	struct sim_segment *segment =
		sim_segment_new(run->world, kind->name ? kind->name : name, true);
	sim_segment_quality(segment, &kind->quality);
	interface_make(a, kind->a_interface, kind, segment);
	interface_make(b, kind->b_interface, kind, segment);
	oracle_links_changed(run->oracle);
}

/* a-b; need not be unique, links are found by their ends. */
static void
segment_name(const struct host *a, const struct host *b, char name[static SIM_NAME])
{
	if (!text_format(name, SIM_NAME, "%s-%s", sim_node_name(a->node),
			 sim_node_name(b->node)))
		name[SIM_NAME - 1] = '\0';
}

/* 10.HI.LO.1 and fd00:0:N::1, by the node's number. */
static struct addr
auto_ip4(const struct sim_node *node)
{
	return addr_from_ip4(0x0a000001 | sim_node_id(node) << 8);
}

static struct addr
auto_ip6(const struct sim_node *node)
{
	uint32_t id = sim_node_id(node);

	return addr_from_u64(0xfd00000000000000ULL | (uint64_t)id << 16, 1);
}

static void
verb_addresses(struct args *args)
{
	bool ip4 = args_take(args, "ip4");

	if (!ip4 && !args_take(args, "ip6"))
		args_complain(args, "expected ip4 or ip6");
	bool on = args_switch(args);
	if (!args_ready(args))
		return;
	if (ip4)
		args->run->ip4 = on;
	else
		args->run->ip6 = on;
}

static void
verb_address(struct args *args)
{
	struct run *run = args->run;
	bool add = args_take(args, "add");

	if (!add && !args_take(args, "remove"))
		args_complain(args, "expected add or remove");
	struct host *host = args_host(args);
	struct sim_interface *interface = args_interface(args, host);
	const char *word = args_word(args, "an address and length");
	const char *slash = word ? strchr(word, '/') : NULL;
	struct addr addr = addr_any;
	uint64_t length = 0;
	if (!slash || !addr_parse(word, (size_t)(slash - word), &addr) ||
	    !text_parse_u64(slash + 1, strlen(slash + 1), &length) || length > 128)
		args_complain(args, "expected an address and length, like 10.0.0.1/24");
	uint32_t flags = args_take(args, "tentative") ? SYS_ADDRESS_TENTATIVE : 0;
	if (!args_ready(args))
		return;
	struct prefix net = prefix_new(addr, (unsigned)length);
	int error = add ? sim_address_add(interface, addr, (unsigned)length, flags)
			: sim_address_remove(interface, addr);
	bool origin = strcmp(sim_interface_info(interface)->name, "lo") == 0;
	if (error)
		run_fail(run, NULL, "the kernel refuses: %s", text_error(error));
	else if (origin && add)
		oracle_origin(run->oracle, host->node, &net);
	else if (origin)
		oracle_origin_remove(run->oracle, host->node, &net);
}

static void
verb_origin(struct args *args)
{
	bool remove = args_take(args, "remove");
	struct host *host = args_host(args);

	do {
		struct prefix net = args_prefix(args);
		if (args->bad || args->run->dry)
			continue;
		if (remove)
			oracle_origin_remove(args->run->oracle, host->node, &net);
		else
			oracle_origin(args->run->oracle, host->node, &net);
	} while (!args_is_over(args));
	args_ready(args);
}

static void
verb_file(struct args *args)
{
	const struct host *host = args_host(args);
	const char *path = args_string(args, "a path");
	const struct token *block = args_block(args);

	if (args_ready(args))
		sim_file_put(host->node, path, block->text, block->length);
}

static void
verb_topology(struct args *args)
{
	struct run *run = args->run;
	struct link_kind kind = { .quality = { .delay = USEC_MS } };
	struct plan plan = { .run = run, .degree = 6, .kind = &kind };
	const char *names[ARRAY_SIZE(plans)], *prefix = "r", *config = "";
	size_t which;

	for (which = 0; which < ARRAY_SIZE(plans); which++) {
		names[which] = plans[which].name;
		if (args_take(args, plans[which].name))
			break;
	}
	if (which == ARRAY_SIZE(plans))
		args_expected(args, "a kind of topology", names, ARRAY_SIZE(names));
	uint64_t count = args_number(args, "a number of routers");
	uint64_t rows = args_take(args, "x") ? args_number(args, "a number of rows") : 1;
	if (!args->bad && (count == 0 || rows == 0 || count > TOPOLOGY_MAX ||
			   rows > TOPOLOGY_MAX || count * rows > TOPOLOGY_MAX))
		args_complain(args, "too many routers, or none");
	for (bool more = true; more && !args->bad;) {
		if (args_take(args, "prefix"))
			prefix = args_word(args, "a prefix for names");
		else if (args_take(args, "degree"))
			plan.degree = (uint32_t)args_number(args, "a number of links");
		else if (args_take(args, "template"))
			config = template_find(args);
		else
			more = link_option(args, &kind);
	}
	plan.width = (uint32_t)count;
	plan.count = (uint32_t)(count * rows);
	args_ready(args);
	if (args->bad)
		return;
	const bool dry = run->dry;
	if (!dry)
		plan.hosts = mem_resize(NULL, plan.count, sizeof(struct host *));
	for (uint32_t i = 0; i < plan.count; i++) {
		char name[SIM_NAME];
		text_format(name, sizeof(name), "%s%u", prefix, i + 1);
		if (dry)
			args_declare(run, name, true);
		else
			plan.hosts[i] = topology_host(run, name, config);
	}
	if (!dry)
		plans[which].make(&plan);
	for (uint32_t i = 0; !dry && !run->failed && i < plan.count; i++) {
		if (!host_start(plan.hosts[i], &run->error))
			run_fail(run, NULL, "%s refuses its configuration",
				 sim_node_name(plan.hosts[i]->node));
	}
	mem_free(plan.hosts);
}

static void
plan_link(struct plan *plan, uint32_t a, uint32_t b)
{
	link_make(plan->run, plan->hosts[a], plan->hosts[b], plan->kind);
}

static void
plan_line(struct plan *plan)
{
	for (uint32_t i = 1; i < plan->count; i++)
		plan_link(plan, i - 1, i);
}

static void
plan_ring(struct plan *plan)
{
	plan_line(plan);
	if (plan->count > 2)
		plan_link(plan, plan->count - 1, 0);
}

static void
plan_star(struct plan *plan)
{
	for (uint32_t i = 1; i < plan->count; i++)
		plan_link(plan, 0, i);
}

static void
plan_full(struct plan *plan)
{
	for (uint32_t i = 1; i < plan->count; i++) {
		for (uint32_t j = 0; j < i; j++)
			plan_link(plan, j, i);
	}
}

static void
plan_tree(struct plan *plan)
{
	uint32_t children = MAX(plan->degree, 2) - 1;

	for (uint32_t i = 1; i < plan->count; i++)
		plan_link(plan, (i - 1) / children, i);
}

static void
plan_grid(struct plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		if (i % plan->width)
			plan_link(plan, i - 1, i);
		if (i >= plan->width)
			plan_link(plan, i - plan->width, i);
	}
}

static uint64_t
distance(const struct point *a, const struct point *b)
{
	int64_t x = (int64_t)a->x - b->x, y = (int64_t)a->y - b->y;

	return (uint64_t)(x * x + y * y);
}

/* Points in a square, linked within the radius that makes for the wanted degree; then
 * parts that are alone are joined by their shortest link to the part of the first. */
static void
plan_geometric(struct plan *plan)
{
	struct point *points = mem_zalloc(plan->count * sizeof(*points));
	struct sim_random *random = sim_world_random(plan->run->world);
	/* degree = count * pi * radius^2 / side^2 */
	uint64_t reach = (uint64_t)PLANE * PLANE / 22 * 7 * plan->degree / plan->count;

	for (uint32_t i = 0; i < plan->count; i++) {
		points[i].x = sim_random_below(random, PLANE);
		points[i].y = sim_random_below(random, PLANE);
		points[i].part = i;
		for (uint32_t j = 0; j < i; j++) {
			if (distance(&points[i], &points[j]) > reach)
				continue;
			plan_link(plan, j, i);
			uint32_t from = points[i].part, to = points[j].part;
			for (uint32_t k = 0; from != to && k <= i; k++) {
				if (points[k].part == from)
					points[k].part = to;
			}
		}
	}
	points_join(plan, points);
	mem_free(points);
}

static void
points_join(struct plan *plan, struct point *points)
{
	for (;;) {
		uint64_t best = UINT64_MAX;
		uint32_t from = 0, to = 0;
		for (uint32_t i = 0; i < plan->count; i++) {
			for (uint32_t j = 0; j < i; j++) {
				bool apart = points[i].part != points[j].part &&
					     (points[i].part == points[0].part ||
					      points[j].part == points[0].part);
				if (apart && distance(&points[i], &points[j]) < best) {
					best = distance(&points[i], &points[j]);
					from = i;
					to = j;
				}
			}
		}
		if (best == UINT64_MAX)
			return;
		plan_link(plan, to, from);
		uint32_t old = points[from].part == points[0].part ? points[to].part
								   : points[from].part;
		uint32_t home = points[0].part;
		for (uint32_t k = 0; k < plan->count; k++) {
			if (points[k].part == old)
				points[k].part = home;
		}
	}
}
