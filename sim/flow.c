/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements about time and order, and those that talk to routers.
 */
#include <string.h>
#include "sim/oracle.h"
#include "sim/run.h"

#define DEPTH_MAX 8 /* Of blocks in blocks. */

static void verb_at(struct args *args);
static void verb_wait(struct args *args);
static void verb_repeat(struct args *args);
static void verb_configure(struct args *args);
static void verb_command(struct args *args);
static void verb_print(struct args *args);
static void verb_allow(struct args *args);
static void verb_mark(struct args *args);
static void verb_audit(struct args *args);
static void verb_show(struct args *args);

const struct verb flow_verbs[] = {
	{ "at", "TIME STATEMENT", verb_at },
	{ "wait", "TIME [to TIME]", verb_wait },
	{ "repeat", "N { statements }", verb_repeat },
	{ "configure", "ROUTER [refused] [{ configuration }]", verb_configure },
	{ "command", "ROUTER \"line\"", verb_command },
	{ "print", "\"text\"", verb_print },
	{ "allow", "loops", verb_allow },
	{ "mark", "ROUTER", verb_mark },
	{ "audit", "", verb_audit },
	{ "show", "ROUTER \"line\"", verb_show },
	{ 0 },
};

/* Time since the scenario began; the statement behind it may be a block. */
static void
verb_at(struct args *args)
{
	struct run *run = args->run;
	const struct token *when = args->at;
	usec_t due = args_time(args);

	if (args_is_over(args)) {
		args_complain(args, "expected a statement");
		return;
	}
	if (!run->dry && due < sim_now(run->world)) {
		run_fail(run, when, "this time has gone by: it is %.6f s",
			 (double)sim_now(run->world) / 1e6);
		return;
	}
	if (!run->dry)
		run_until(run, due);
	if (run->failed && !run->dry)
		return;
	if (args->at->kind == TOKEN_BLOCK) {
		run_block(run, args_block(args));
		return;
	}
	struct statement rest = { .tokens = args->at,
				  .count = (unsigned)(args->end - args->at) };
	run_statement(run, &rest);
}

/* Between two times: a draw of the seed. */
static void
verb_wait(struct args *args)
{
	struct run *run = args->run;
	usec_t time = args_time(args), most = time;

	if (args_take(args, "to"))
		most = args_time(args);
	if (most < time || most - time >= UINT32_MAX)
		args_complain(args, "expected a longer time, within an hour");
	if (!args_ready(args))
		return;
	if (most > time)
		time += sim_random_below(sim_world_random(run->world),
					 (uint32_t)(most - time) + 1);
	run_until(run, sim_now(run->world) + time);
}

static void
verb_repeat(struct args *args)
{
	struct run *run = args->run;
	uint64_t count = args_number(args, "how many times");
	const struct token *block = args_block(args);

	if (run->depth >= DEPTH_MAX)
		args_complain(args, "too many blocks in blocks");
	args_ready(args);
	if (args->bad)
		return;
	if (run->dry) {
		run_block(run, block);
		return;
	}
	for (uint64_t i = 0; i < count && !run->failed; i++)
		run_block(run, block);
}

/* `refused`: the text is bad, and that must be seen; the router goes on with what it had.
 */
static void
verb_configure(struct args *args)
{
	struct run *run = args->run;
	struct host *host = args_host(args);
	bool refused = args_take(args, "refused");
	const struct token *block = args_is_over(args) ? NULL : args_block(args);
	struct text complaints = { 0 };

	if (!args_ready(args))
		return;
	if (!host->router) {
		run_fail(run, NULL, "the router does not run");
		return;
	}
	bool good = host_configure(host, block ? block->text : NULL, &complaints);
	if (!good && !refused)
		text_add(&run->error, text_string(&complaints));
	if (good == refused)
		run_fail(run, NULL, "%s %s its configuration", sim_node_name(host->node),
			 good ? "accepts" : "refuses");
	text_fini(&complaints);
}

static void
command_run_here(struct args *args, bool shown)
{
	struct run *run = args->run;
	struct host *host = args_host(args);
	const char *line = args_string(args, "a command");
	struct text output = { 0 };

	if (!args_ready(args))
		return;
	bool good = host_command(host, line, false, &output);
	if (!good)
		run_fail(run, NULL, "the command failed: %s", text_string(&output));
	else if (shown || run->options->verbose)
		run_print(run, "%s> %s\n%s", sim_node_name(host->node), line,
			  text_string(&output));
	text_fini(&output);
}

static void
verb_command(struct args *args)
{
	command_run_here(args, false);
}

/* As `command`, but told in any case. */
static void
verb_show(struct args *args)
{
	command_run_here(args, true);
}

static void
verb_print(struct args *args)
{
	const char *line = args_string(args, "a text");

	if (args_ready(args))
		run_print(args->run, "%12.6f %s\n",
			  (double)sim_now(args->run->world) / 1e6, line);
}

static void
verb_allow(struct args *args)
{
	if (!args_take(args, "loops"))
		args_complain(args, "expected loops");
	if (args_ready(args))
		args->run->loops_allowed = true;
}

/* `expect log` looks at what comes from here on. */
static void
verb_mark(struct args *args)
{
	struct host *host = args_host(args);

	if (args_ready(args))
		host->mark = host->line_count;
}

static void
verb_audit(struct args *args)
{
	if (!args_ready(args))
		return;
	host_audit(args->run, true);
	oracle_loops(args->run->oracle);
}
