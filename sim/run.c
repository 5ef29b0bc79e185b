/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running a scenario: first dry, so that every mistake in its text is found before
 * anything happens, then in earnest, statement after statement while the world goes on
 * between them.
 */
#include "sim/run.h"
#include <assert.h>
#include <string.h>
#include "lib/arena.h"
#include "lib/pool.h"
#include "sim/oracle.h"

#define PROGRESS_EVENTS 4096 /* Between two calls of `progress`. */

const struct verb *const verb_tables[VERB_TABLES] = { topology_verbs, fault_verbs,
						      kernel_verbs,   flow_verbs,
						      probe_verbs,    expect_verbs };

static const struct verb *verb_find(struct args *args);
static void statements_run(struct run *run, const struct list *statements);
static void statement_tell(const struct run *run, const struct statement *statement);
static void audit_due(struct run *run);

void
run_init(struct run *run, const struct run_options *options)
{
	*run = (struct run){ .options = options };
	run->pool = pool_new(NULL, "run");
	run->script.arena = arena_new(run->pool);
	run->world = sim_world_new(options->seed);
	run->oracle = oracle_new(run);
	list_init(&run->templates);
	list_init(&run->variables);
	list_init(&run->measures);
	list_init(&run->probes);
	list_init(&run->names);
	sim_observe(run->world, options->trace ? &host_observer_tracing : &host_observer,
		    run);
}

void
run_fini(struct run *run)
{
	for (struct sim_node *node = NULL; (node = sim_node_next(run->world, node));)
		host_free(host_of(node));
	probe_free_all(run);
	oracle_free(run->oracle);
	sim_world_free(run->world);
	text_fini(&run->error);
	pool_free(run->pool);
}

bool
run_scenario(struct run *run, const char *name, const char *text)
{
	struct list statements;

	list_init(&statements);
	run->script.name = name;
	run->script.text = text;
	if (!script_split(&run->script, text, strlen(text), 1, &statements,
			  &run->error)) {
		run->failed = true;
		return false;
	}
	run->dry = true;
	statements_run(run, &statements);
	run->dry = false;
	statements_run(run, &statements);
	if (!run->failed) {
		host_audit(run, true);
		oracle_end(run->oracle);
	}
	return !run->failed;
}

void
run_until(struct run *run, usec_t until)
{
	while (!run->failed && sim_due(run->world) <= until)
		run_step(run);
	if (!run->failed)
		sim_run(run->world, until);
}

void
run_step(struct run *run)
{
	sim_step(run->world);
	if (run->quits)
		host_reap(run);
	audit_due(run);
	if (run->options->progress && sim_event_count(run->world) % PROGRESS_EVENTS == 0)
		run->options->progress(run->options->context, run);
}

void
run_block(struct run *run, const struct token *block)
{
	struct list statements;

	list_init(&statements);
	/* The block's text is a copy; complaints point at the file. */
	const char *inside = block->source + 1;
	if (!script_split(&run->script, inside, block->length, block->line, &statements,
			  &run->error)) {
		run->failed = true;
		return;
	}
	run->depth++;
	statements_run(run, &statements);
	run->depth--;
}

void
run_statement(struct run *run, const struct statement *statement)
{
	const struct statement *outer = run->statement;
	struct args args = args_of(run, statement, 0);

	run->statement = statement;
	const struct verb *verb = verb_find(&args);
	if (verb) {
		if (!run->dry && run->options->verbose)
			statement_tell(run, statement);
		verb->run(&args);
	}
	run->statement = outer;
}

void
run_fail(struct run *run, const struct token *token, const char *format, ...)
{
	char message[1024];
	va_list arguments;

	va_start(arguments, format);
	text_vformat(message, sizeof(message), format, arguments);
	va_end(arguments);
	if (!token && run->statement)
		token = &run->statement->tokens[0];
	run->failed = true;
	if (token)
		script_complain(&run->script, token->source, token->line, &run->error,
				"%s", message);
	else
		text_printf(&run->error, "%s: %s\n", run->script.name, message);
	if (!run->dry)
		text_printf(&run->error, "  at %.6f s\n",
			    (double)sim_now(run->world) / 1e6);
}

void
run_print(const struct run *run, const char *format, ...)
{
	struct text line = { 0 };
	va_list arguments;

	va_start(arguments, format);
	text_vprintf(&line, format, arguments);
	va_end(arguments);
	run->options->print(run->options->context, text_string(&line), line.length);
	text_fini(&line);
}

void
run_measure(struct run *run, const char *what, usec_t took)
{
	struct measure *measure = pool_alloc(run->pool, sizeof(*measure));

	measure->line = run->statement->tokens[0].line;
	measure->what = what;
	measure->took = took;
	list_push_back(&run->measures, &measure->link);
}

static void
statements_run(struct run *run, const struct list *statements)
{
	list_each(statement, statements, struct statement, link) {
		/* The dry run goes on, so that all mistakes are told at once. */
		if (run->failed && !run->dry)
			return;
		run_statement(run, statement);
	}
}

static const struct verb *
verb_find(struct args *args)
{
	const char *names[64];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(verb_tables); i++) {
		for (const struct verb *verb = verb_tables[i]; verb->name; verb++) {
			if (args_take(args, verb->name))
				return verb;
			assert(count < ARRAY_SIZE(names));
			names[count++] = verb->name;
		}
	}
	args_expected(args, "a statement", names, count);
	return NULL;
}

static void
statement_tell(const struct run *run, const struct statement *statement)
{
	struct text line = { 0 };

	for (unsigned i = 0; i < statement->count; i++) {
		const struct token *token = &statement->tokens[i];
		text_printf(&line, " %s",
			    token->kind == TOKEN_BLOCK ? "{ … }" : token->text);
	}
	run_print(run, "%12.6f ----%s\n", (double)sim_now(run->world) / 1e6,
		  text_string(&line));
	text_fini(&line);
}

static void
audit_due(struct run *run)
{
	uint64_t events = sim_event_count(run->world);

	if (!run->options->audit_every ||
	    events - run->audited < run->options->audit_every)
		return;
	run->audited = events;
	host_audit(run, true);
}
