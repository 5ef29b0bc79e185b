/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expectations: conditions that must hold now, `within` a time, or `for` a time.
 */
#include <string.h>
#include "lib/mem.h"
#include "nest/router.h"
#include "nest/table.h"
#include "sim/oracle.h"
#include "sim/run.h"

#define POLL     (5 * USEC_MS) /* How often a condition is looked at while time goes by. */
#define PATH_MAX 512

static void verb_expect(struct args *args);

const struct verb expect_verbs[] = {
	{ "expect",
	  "converged | reachable A P|B | unreachable A P|B | path A P|B via C… | "
	  "[no] route A P [via B|unreachable|blackhole] | no loop | no echo | metric A P "
	  "[=|<|>] N | "
	  "[no] log A \"pattern\" | output A \"line\" [contains|lacks \"text\"] | "
	  "number A \"line\" KEY [=|<|>] N | refused A \"line\" | running A | stopped A "
	  "| stable | gap A B < TIME | lost A "
	  "B < N | connections A B = N  [within TIME | for TIME]",
	  verb_expect },
	{ 0 },
};

/* A condition is read from its words, and then looked at (`look`), as often as it takes:
 * it reads its arguments anew each time.  False: it doesn't hold; `why` says what is
 * there instead. */
struct condition {
	const char *name;
	bool (*look)(struct args *args, struct text *why);
};

static bool look_converged(struct args *args, struct text *why);
static bool look_reachable(struct args *args, struct text *why);
static bool look_unreachable(struct args *args, struct text *why);
static bool look_path(struct args *args, struct text *why);
static bool look_route(struct args *args, struct text *why);
static bool look_no(struct args *args, struct text *why);
static bool look_metric(struct args *args, struct text *why);
static bool look_log(struct args *args, struct text *why);
static bool look_output(struct args *args, struct text *why);
static bool look_number(struct args *args, struct text *why);
static bool look_refused(struct args *args, struct text *why);
static bool look_running(struct args *args, struct text *why);
static bool look_stopped(struct args *args, struct text *why);
static bool look_stable(struct args *args, struct text *why);
static bool look_gap(struct args *args, struct text *why);
static bool look_lost(struct args *args, struct text *why);
static bool look_connections(struct args *args, struct text *why);

static const struct condition conditions[] = {
	{ "converged", look_converged },
	{ "reachable", look_reachable },
	{ "unreachable", look_unreachable },
	{ "path", look_path },
	{ "route", look_route },
	{ "no", look_no },
	{ "metric", look_metric },
	{ "log", look_log },
	{ "output", look_output },
	{ "number", look_number },
	{ "refused", look_refused },
	{ "running", look_running },
	{ "stopped", look_stopped },
	{ "stable", look_stable },
	{ "gap", look_gap },
	{ "lost", look_lost },
	{ "connections", look_connections },
};

static const struct condition *condition_find(struct args *args);
static bool limit_take(struct args *args, const char *word, usec_t *time);
static bool hold_until(const struct condition *condition, const struct args *args,
		       usec_t end, bool wanted, struct text *why);
static struct prefix args_target(struct args *args);

static void
verb_expect(struct args *args)
{
	struct run *run = args->run;
	const struct condition *condition = condition_find(args);
	usec_t within = 0, length = 0, start = sim_now(run->world);
	struct text why = { 0 };

	if (!condition)
		return;
	/* The limits stand at the end: taken off first. */
	bool for_long = limit_take(args, "for", &length);
	bool waits = limit_take(args, "within", &within);
	if (run->dry) {
		condition->look(args, &why);
		args_ready(args);
		text_fini(&why);
		return;
	}
	bool good = hold_until(condition, args, start + within, true, &why);
	if (good && waits)
		run_measure(run, condition->name, sim_now(run->world) - start);
	if (good && waits && run->options->verbose)
		run_print(run, "%12.6f      after %.6f s\n",
			  (double)sim_now(run->world) / 1e6,
			  (double)(sim_now(run->world) - start) / 1e6);
	if (good && for_long)
		good = hold_until(condition, args, sim_now(run->world) + length, false,
				  &why);
	run->checks += good;
	if (!good && !run->failed)
		run_fail(run, NULL, "%s", text_string(&why));
	text_fini(&why);
}

static const struct condition *
condition_find(struct args *args)
{
	const char *names[ARRAY_SIZE(conditions)];

	for (size_t i = 0; i < ARRAY_SIZE(conditions); i++) {
		names[i] = conditions[i].name;
		if (args_take(args, names[i]))
			return &conditions[i];
	}
	args_expected(args, "a condition", names, ARRAY_SIZE(names));
	return NULL;
}

static bool
limit_take(struct args *args, const char *word, usec_t *time)
{
	if (args->end - args->at < 2 || strcmp(args->end[-2].text, word) != 0)
		return false;
	struct args last = { .run = args->run, .at = args->end - 1, .end = args->end };
	*time = args_time(&last);
	args->bad |= last.bad;
	args->end -= 2;
	return true;
}

/* Lets time go by until the condition is as wanted, true; at the end, whether it never
 * was otherwise (wanted false: it must hold all the while). */
static bool
hold_until(const struct condition *condition, const struct args *args, usec_t end,
	   bool wanted, struct text *why)
{
	struct run *run = args->run;

	for (;;) {
		struct args copy = *args;
		text_reset(why);
		bool holds = condition->look(&copy, why);
		args_ready(&copy);
		if (run->failed)
			return false;
		if (holds == wanted)
			return holds;
		usec_t now = sim_now(run->world);
		if (now >= end)
			return holds;
		run_until(run, MIN(end, now + POLL));
	}
}

/* A prefix, or a router, which stands for the first prefix it is the origin of. */
static struct prefix
args_target(struct args *args)
{
	struct prefix net = { 0 };

	if (!args_at_host(args))
		return args_prefix(args);
	const struct host *host = args_host(args);
	if (!args->run->dry && host &&
	    !oracle_origin_of(args->run->oracle, host->node, &net)) {
		args->at--;
		args_complain(args, "%s is no origin of any prefix",
			      sim_node_name(host->node));
	}
	return net;
}

static bool
look_converged(struct args *args, struct text *why)
{
	return args->run->dry || oracle_converged(args->run->oracle, why);
}

static bool
way(struct args *args, const struct host *from, const struct prefix *to,
    const struct sim_node **nodes, size_t *count, struct text *why)
{
	struct text end = { 0 };
	bool arrived = oracle_path(args->run->oracle, from->node, to, nodes, count, &end);

	for (size_t i = 0; i < *count; i++)
		text_printf(why, "%s%s", i ? " > " : "", sim_node_name(nodes[i]));
	if (!arrived)
		text_printf(why, " (%s)", text_string(&end));
	text_fini(&end);
	return arrived;
}

static bool
look_reachable(struct args *args, struct text *why)
{
	const struct sim_node *nodes[PATH_MAX];
	size_t count = PATH_MAX;
	const struct host *from = args_host(args);
	struct prefix to = args_target(args);

	return !args_ready(args) || way(args, from, &to, nodes, &count, why);
}

static bool
look_unreachable(struct args *args, struct text *why)
{
	const struct sim_node *nodes[PATH_MAX];
	size_t count = PATH_MAX;
	const struct host *from = args_host(args);
	struct prefix to = args_target(args);

	return !args_ready(args) || !way(args, from, &to, nodes, &count, why);
}

/* The named routers in this order, others between them may be left out. */
static bool
look_path(struct args *args, struct text *why)
{
	const struct sim_node *nodes[PATH_MAX];
	size_t count = PATH_MAX, at = 0;
	const struct host *from = args_host(args);
	struct prefix to = args_target(args);

	if (!args_take(args, "via"))
		args_complain(args, "expected via");
	struct args hops = *args;
	do {
		args_host(args);
	} while (!args_is_over(args));
	if (!args_ready(args))
		return true;
	if (!way(args, from, &to, nodes, &count, why))
		return false;
	while (!args_is_over(&hops)) {
		const struct host *hop = args_host(&hops);
		while (at < count && nodes[at] != hop->node)
			at++;
		if (at == count)
			return false;
	}
	return true;
}

/* A route of the kernel to exactly this prefix. */
static bool
look_route(struct args *args, struct text *why)
{
	struct run *run = args->run;
	const struct host *host = args_host(args), *via = NULL;
	struct prefix to = args_target(args);
	struct fib_route route;
	struct sim_hop hop;
	char net[PREFIX_TEXT];
	int dest = -1;

	if (args_take(args, "via")) {
		via = args_host(args);
		dest = FIB_UNICAST;
	} else if (args_take(args, "unreachable")) {
		dest = FIB_UNREACHABLE;
	} else if (args_take(args, "blackhole")) {
		dest = FIB_BLACKHOLE;
	}
	if (!args_ready(args))
		return true;
	struct sim_dest *known = sim_dest_get(run->world, &to);
	if (!sim_kernel_route(host->node, known, &route)) {
		text_printf(why, "%s has no route to %s", sim_node_name(host->node),
			    prefix_format(&to, net));
		return false;
	}
	if (dest >= 0 && route.dest != dest) {
		text_add(why, "the route is of another kind");
		return false;
	}
	if (!via)
		return true;
	for (unsigned leg = 0;
	     sim_forward(host->node, to.addr, to.source, known, leg, &hop); leg++) {
		if (hop.peer && sim_interface_node(hop.peer) == via->node)
			return true;
		text_printf(why, "%s is via %s", prefix_format(&to, net),
			    hop.peer ? sim_node_name(sim_interface_node(hop.peer))
				     : "nobody");
	}
	return false;
}

/* no loop; no echo; no route …; no log … */
static bool
look_no(struct args *args, struct text *why)
{
	static const char *const words[] = { "loop", "echo", "route", "log" };
	struct run *run = args->run;

	if (args_take(args, "loop")) {
		run->loops_asked = true;
		if (run->dry)
			return true;
		oracle_loops(run->oracle);
		text_printf(why, "there were %llu forwarding loops",
			    (unsigned long long)oracle_loop_count(run->oracle));
		return oracle_loop_count(run->oracle) == 0;
	}
	if (args_take(args, "echo"))
		return run->dry || !oracle_echoes(run, why);
	bool route = args_take(args, "route");
	if (!route && !args_take(args, "log"))
		args_expected(args, "loop, echo, route or log", words, ARRAY_SIZE(words));
	if (args->bad)
		return true;
	bool there = route ? look_route(args, why) : look_log(args, why);
	text_reset(why);
	text_printf(why, "there is such a %s", route ? "route" : "line");
	return run->dry || !there;
}

/* Of the best route in the router's own table. */
static bool
look_metric(struct args *args, struct text *why)
{
	const struct host *host = args_host(args);
	struct prefix to = args_target(args);
	bool less = args_take(args, "<"), more = !less && args_take(args, ">");
	const struct route *best = NULL;

	if (!less && !more)
		args_take(args, "=");
	uint64_t wanted = args_number(args, "a metric");
	if (!args_ready(args))
		return true;
	const struct table *table =
		host->router ? router_table(host->router, NULL, to.type) : NULL;
	node_handle node = table ? table_find(table, &to) : 0;
	if (node)
		best = table_node_best(table, node);
	if (!best) {
		text_add(why, "there is no route");
		return false;
	}
	text_printf(why, "the metric is %u", best->metric);
	if (less || more)
		return less ? best->metric < wanted : best->metric > wanted;
	return best->metric == wanted;
}

static bool
look_log(struct args *args, struct text *why)
{
	const struct host *host = args_host(args);
	const char *pattern = args_string(args, "a pattern");

	if (!args_ready(args))
		return true;
	unsigned first = host->mark;
	if (host->line_count > RUN_LINES)
		first = MAX(first, host->line_count - RUN_LINES);
	for (unsigned i = first; i < host->line_count; i++) {
		if (text_matches(pattern, host->lines[i % RUN_LINES]))
			return true;
	}
	text_printf(why, "%s has not logged that", sim_node_name(host->node));
	return false;
}

static bool
look_output(struct args *args, struct text *why)
{
	struct host *host = args_host(args);
	const char *line = args_string(args, "a command"), *part = "";
	bool lacks = args_take(args, "lacks");

	if (lacks || args_take(args, "contains"))
		part = args_string(args, "a text");
	if (!args_ready(args))
		return true;
	bool good = host_command(host, line, false, why);
	return good && (strstr(text_string(why), part) != NULL) != lacks;
}

/* The first number of this key in what a command says as JSON. */
static bool
look_number(struct args *args, struct text *why)
{
	struct host *host = args_host(args);
	const char *line = args_string(args, "a command");
	const char *key = args_word(args, "a key"), *at;
	bool less = args_take(args, "<"), more = !less && args_take(args, ">");
	struct text output = { 0 };
	char mark[64];

	if (!less && !more)
		args_take(args, "=");
	uint64_t wanted = args_number(args, "a number"), number = 0;
	if (!args_ready(args))
		return true;
	bool found = text_format(mark, sizeof(mark), "\"%s\":", key) &&
		     host_command(host, line, true, &output) &&
		     (at = strstr(text_string(&output), mark)) != NULL;
	if (found)
		at += strlen(mark);
	found = found && text_parse_u64(at, strspn(at, "0123456789"), &number);
	text_printf(why, found ? "it is %llu" : "there is no such number",
		    (unsigned long long)number);
	text_fini(&output);
	if (less || more)
		return found && (less ? number < wanted : number > wanted);
	return found && number == wanted;
}

static bool
look_refused(struct args *args, struct text *why)
{
	struct host *host = args_host(args);
	const char *line = args_string(args, "a command");

	return !args_ready(args) || !host_command(host, line, false, why);
}

static bool
look_running(struct args *args, struct text *why)
{
	const struct host *host = args_host(args);

	text_add(why, "it does not run");
	return !args_ready(args) || host->router;
}

static bool
look_stopped(struct args *args, struct text *why)
{
	const struct host *host = args_host(args);

	text_add(why, "it runs");
	return !args_ready(args) || !host->router;
}

/* Forwarding has not changed for a second. */
static bool
look_stable(struct args *args, struct text *why)
{
	struct run *run = args->run;

	text_add(why, "forwarding has changed");
	return run->dry || sim_now(run->world) - run->last_change >= USEC_S;
}

/* What a probe has seen since its start. */
static bool
look_gap(struct args *args, struct text *why)
{
	const struct host *from = args_host(args), *to = args_host(args);
	struct probe_result result;

	if (!args_take(args, "<"))
		args_complain(args, "expected <");
	usec_t limit = args_time(args);
	if (!args_ready(args))
		return true;
	if (!probe_result(args->run, from, to, &result)) {
		text_add(why, "there is no such probe");
		return false;
	}
	text_printf(why, "nothing arrived for %.6f s", (double)result.gap / 1e6);
	return result.gap < limit;
}

static bool
look_lost(struct args *args, struct text *why)
{
	const struct host *from = args_host(args), *to = args_host(args);
	struct probe_result result;

	if (!args_take(args, "<"))
		args_complain(args, "expected <");
	uint64_t limit = args_number(args, "a number of packets");
	if (!args_ready(args))
		return true;
	if (!probe_result(args->run, from, to, &result)) {
		text_add(why, "there is no such probe");
		return false;
	}
	text_printf(why, "%llu of %llu were lost", (unsigned long long)result.lost,
		    (unsigned long long)result.sent);
	return result.lost < limit;
}

/* Of TCP, as the kernels of both know them; one that only one side holds is none. */
static bool
look_connections(struct args *args, struct text *why)
{
	const struct host *one = args_host(args), *other = args_host(args);

	if (!args_take(args, "="))
		args_complain(args, "expected =");
	uint64_t wanted = args_number(args, "a number of connections");
	if (!args_ready(args))
		return true;
	struct sim_connections count = sim_tcp_between(one->node, other->node);
	text_printf(why, "%s and %s have %u connections, and %u that one side has left",
		    sim_node_name(one->node), sim_node_name(other->node), count.whole,
		    count.half);
	return count.whole == wanted && count.half == 0;
}
