/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meshsim: runs scenarios with one or many seeds, tells how they went, and how to see a
 * failure again.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/mem.h"
#include "sim/oracle.h"
#include "sim/run.h"

/* What the command line asks for. */
struct wish {
	struct run_options options;
	uint64_t first, last; /* Seeds. */
	bool json, quiet, progress;
	const char *program;
	double started, shown; /* Wall time in seconds, of this run and of the last
				  progress line. */
	uint64_t passed, failed;
};

static void memory_keep(void);
static int usage(FILE *to, int status);
static int statements_list(void);
static bool options_read(struct wish *wish, int argc, char **argv);
static bool seeds_read(struct wish *wish, const char *text);
static char *file_read(const char *name);
static void scenario_run(struct wish *wish, const char *name, const char *text,
			 uint64_t seed);
static void result_tell(const struct wish *wish, const struct run *run, uint64_t seed);
static void result_json(const struct wish *wish, const struct run *run, uint64_t seed);
static void print(void *context, const char *bytes, size_t size);
static void progress(void *context, const struct run *run);
static double wall_seconds(void);

int
main(int argc, char **argv)
{
	struct wish wish = { .first = 1,
			     .last = 1,
			     .program = argv[0],
			     .options = { .audit_every = 100000,
					  .modules = &modules_linked,
					  .language = &conf_language,
					  .print = print } };

	wish.options.context = &wish;
	memory_keep();
	if (!options_read(&wish, argc, argv))
		return usage(stderr, 2);
	if (optind == argc)
		return usage(stderr, 2);
	for (int i = optind; i < argc; i++) {
		char *text = file_read(argv[i]);
		if (!text)
			return 2;
		for (uint64_t seed = wish.first; seed <= wish.last; seed++)
			scenario_run(&wish, argv[i], text, seed);
		mem_free(text);
	}
	if (wish.passed + wish.failed > 1 && !wish.json)
		printf("%" PRIu64 " passed, %" PRIu64 " failed\n", wish.passed,
		       wish.failed);
	return wish.failed ? 1 : 0;
}

/* Hundreds of routers take and give back all the time: to let the system have it in
 * between is a quarter of what a run takes. */
static void
memory_keep(void)
{
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TOP_PAD, 16 << 20);
}

static int
usage(FILE *to, int status)
{
	fputs("usage: meshsim [options] SCENARIO…\n"
	      "  --seed N       run with this seed (default 1)\n"
	      "  --seeds A..B   run with each of these seeds\n"
	      "  --replay       show all there is to see: --verbose --trace\n"
	      "  --verbose      tell each statement and what the routers log\n"
	      "  --trace        tell each event\n"
	      "  --audit N      audit all routers in full every N events (default "
	      "100000)\n"
	      "  --json         one line of JSON per run\n"
	      "  --quiet        tell failures only\n"
	      "  --statements   list what a scenario can say\n",
	      to);
	return status;
}

static int
statements_list(void)
{
	for (size_t i = 0; i < VERB_TABLES; i++) {
		for (const struct verb *verb = verb_tables[i]; verb->name; verb++)
			printf("%-10s %s\n", verb->name, verb->usage);
	}
	return 0;
}

static bool
options_read(struct wish *wish, int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seeds", required_argument, NULL, 's' },
		{ "replay", no_argument, NULL, 'r' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "trace", no_argument, NULL, 't' },
		{ "audit", required_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "statements", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "s:vtja:qh", options, NULL)) != -1) {
		switch (option) {
		case 's':
			if (!seeds_read(wish, optarg))
				return false;
			break;
		case 'r': wish->options.verbose = wish->options.trace = true; break;
		case 'v': wish->options.verbose = true; break;
		case 't': wish->options.trace = true; break;
		case 'a': wish->options.audit_every = strtoull(optarg, NULL, 10); break;
		case 'j': wish->json = true; break;
		case 'q': wish->quiet = true; break;
		case 'l': exit(statements_list());
		case 'h': exit(usage(stdout, 0));
		default: return false;
		}
	}
	if (isatty(STDERR_FILENO) && !wish->json && !wish->options.verbose)
		wish->options.progress = progress;
	return true;
}

static bool
seeds_read(struct wish *wish, const char *text)
{
	char *end;

	errno = 0;
	wish->first = wish->last = strtoull(text, &end, 10);
	if (strncmp(end, "..", 2) == 0)
		wish->last = strtoull(end + 2, &end, 10);
	if (*end || errno || wish->last < wish->first) {
		fprintf(stderr, "%s: not a seed or range of seeds: %s\n", wish->program,
			text);
		return false;
	}
	return true;
}

static char *
file_read(const char *name)
{
	FILE *file = fopen(name, "rb");
	char *text = NULL;
	size_t size = 0;

	if (!file) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return NULL;
	}
	for (size_t got = 1; got;) {
		text = mem_resize(text, size + 65536, 1);
		got = fread(text + size, 1, 65535, file);
		size += got;
	}
	fclose(file);
	text[size] = '\0';
	return text;
}

static void
scenario_run(struct wish *wish, const char *name, const char *text, uint64_t seed)
{
	struct run run;

	wish->options.seed = seed;
	wish->started = wish->shown = wall_seconds();
	run_init(&run, &wish->options);
	bool good = run_scenario(&run, name, text);
	wish->passed += good;
	wish->failed += !good;
	if (wish->options.progress && wish->shown > wish->started)
		fputs("\r\033[K", stderr);
	if (wish->json)
		result_json(wish, &run, seed);
	else
		result_tell(wish, &run, seed);
	fflush(stdout);
	run_fini(&run);
}

static void
result_tell(const struct wish *wish, const struct run *run, uint64_t seed)
{
	if (run->failed) {
		fputs(text_string(&run->error), stdout);
		printf("FAIL %s seed %" PRIu64
		       "\n  see it again: %s --replay --seed %" PRIu64 " %s\n",
		       run->script.name, seed, wish->program, seed, run->script.name);
		return;
	}
	if (wish->quiet)
		return;
	printf("pass %s seed %" PRIu64 ": %u checks, %.1f s simulated, %" PRIu64
	       " events, hash %016" PRIx64 ", %.2f s\n",
	       run->script.name, seed, run->checks, (double)sim_now(run->world) / 1e6,
	       sim_event_count(run->world), sim_hash(run->world),
	       wall_seconds() - wish->started);
	list_each(measure, &run->measures, struct measure, link)
		printf("  line %u: %s after %.3f s\n", measure->line, measure->what,
		       (double)measure->took / 1e6);
}

static void
result_json(const struct wish *wish, const struct run *run, uint64_t seed)
{
	struct text line = { 0 };

	text_printf(&line,
		    "{\"scenario\": \"%s\", \"seed\": %" PRIu64
		    ", \"passed\": %s, \"checks\": %u, "
		    "\"simulated\": %.6f, \"wall\": %.3f, \"events\": %" PRIu64
		    ", \"hash\": \"%016" PRIx64 "\", \"routers\": %u, \"loops\": %" PRIu64
		    ", \"changes\": %" PRIu64 ", \"measures\": [",
		    run->script.name, seed, run->failed ? "false" : "true", run->checks,
		    (double)sim_now(run->world) / 1e6, wall_seconds() - wish->started,
		    sim_event_count(run->world), sim_hash(run->world),
		    sim_node_count(run->world), oracle_loop_count(run->oracle),
		    oracle_change_count(run->oracle));
	const char *separator = "";
	list_each(measure, &run->measures, struct measure, link) {
		text_printf(&line,
			    "%s{\"line\": %u, \"what\": \"%s\", \"seconds\": %.6f}",
			    separator, measure->line, measure->what,
			    (double)measure->took / 1e6);
		separator = ", ";
	}
	text_add(&line, "], \"error\": \"");
	for (const char *at = text_string(&run->error); *at; at++) {
		if (*at == '\n')
			text_add(&line, "\\n");
		else if (*at == '"' || *at == '\\')
			text_printf(&line, "\\%c", *at);
		else if (*at == '\t')
			text_add(&line, "\\t");
		else
			text_add_char(&line, *at);
	}
	printf("%s\"}\n", text_string(&line));
	text_fini(&line);
}

static void
print(void *context, const char *bytes, size_t size)
{
	(void)context;
	fwrite(bytes, 1, size, stdout);
}

/* One line that is written over, for people who wait. */
static void
progress(void *context, const struct run *run)
{
	struct wish *wish = context;
	double now = wall_seconds();

	if (now - wish->shown < 0.2)
		return;
	wish->shown = now;
	fprintf(stderr, "\r\033[K%s: %.1f s simulated, %" PRIu64 " events, %.0f s",
		run->script.name, (double)sim_now(run->world) / 1e6,
		sim_event_count(run->world), now - wish->started);
}

static double
wall_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
