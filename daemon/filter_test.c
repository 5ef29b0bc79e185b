/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running the tests of the filter language.
 */
#include "daemon/filter_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/rehearse.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "sysdep/linux/linux.h"

/* For the tables to be filled. */
#define PATIENCE (60 * USEC_S)

struct counts {
	unsigned suites, passed, failed, unsupported;
	struct tally tally; /* Of all suites. */
	struct tally routes;
};

static bool tables_fill(struct sys *sys, const struct router *router);
static bool tables_are_full(const struct router *router);
static void routes_report(struct counts *counts);
static void suite_done(void *context, const struct suite_report *report);
static void suite_said(void *context, const char *line);
static bool fills_tables(const struct protocol_class *class);
static void file_write(void *context, const char *bytes, size_t size);

int
filter_test(const char *path)
{
	struct counts counts = { 0 };
	const struct suite_listener listener = { suite_done, suite_said, &counts };
	const struct linux_options options = { 0 };
	struct sys *sys = linux_new(&options);

	if (!sys) {
		perror("meshd: can't make an event loop");
		return EXIT_FAILURE;
	}
	struct router *router = router_new(sys, &modules_linked, &conf_language);
	struct out *out = out_text_new(file_write, stderr);
	bool good = !rehearse(router, path, &counts.routes, fills_tables, out);
	out_free(out);
	if (good && !tables_fill(sys, router)) {
		fputs("meshd: the tables don't come to rest\n", stderr);
		good = false;
	}
	if (good) {
		routes_report(&counts);
		rehearse_run(router, &listener);
		printf("1..%u\n# suites: %u passed, %u failed, %u unsupported; "
		       "assertions: %u held, %u failed\n",
		       counts.suites, counts.passed, counts.failed, counts.unsupported,
		       counts.tally.held, counts.tally.failed);
	}
	router_free(router);
	linux_free(sys);
	return good && !counts.failed && counts.passed ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Only tables are touched by these. */
static bool
fills_tables(const struct protocol_class *class)
{
	return !strcmp(class->name, "static") || !strcmp(class->name, "pipe");
}

static bool
tables_fill(struct sys *sys, const struct router *router)
{
	usec_t deadline = router_now(router) + PATIENCE;

	while (!tables_are_full(router)) {
		if (router_now(router) > deadline)
			return false;
		linux_run_once(sys, true);
	}
	return true;
}

static bool
tables_are_full(const struct router *router)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		if (protocol->state != PROTOCOL_UP)
			return false;
	return list_is_empty(&router->jobs);
}

/* Filters that the routes of the file passed may assert, too. */
static void
routes_report(struct counts *counts)
{
	struct suite_report report = { .what = "Filters of the file's own routes",
				       .end = SUITE_PASSED };

	report.tally = counts->routes;
	if (report.tally.failed)
		report.end = SUITE_FAILED;
	if (report.tally.failed || report.tally.held)
		suite_done(counts, &report);
}

static void
suite_done(void *context, const struct suite_report *report)
{
	struct counts *counts = context;
	unsigned all = report->tally.held + report->tally.failed;

	counts->suites++;
	counts->tally.held += report->tally.held;
	counts->tally.failed += report->tally.failed;
	switch (report->end) {
	case SUITE_PASSED:
		counts->passed++;
		printf("ok %u - %s: %u\n", counts->suites, report->what, all);
		break;
	case SUITE_FAILED:
		counts->failed++;
		printf("not ok %u - %s: %u of %u failed%s%s\n", counts->suites,
		       report->what, report->tally.failed, all,
		       report->reason ? ": " : "", report->reason ? report->reason : "");
		break;
	case SUITE_UNSUPPORTED:
		counts->unsupported++;
		printf("ok %u - %s # SKIP unsupported: %s (line %u)\n", counts->suites,
		       report->what, report->reason, report->place.line);
		break;
	}
}

static void
suite_said(void *context, const char *line)
{
	(void)context;
	printf("# %s\n", line);
}

static void
file_write(void *context, const char *bytes, size_t size)
{
	fwrite(bytes, 1, size, context);
}
