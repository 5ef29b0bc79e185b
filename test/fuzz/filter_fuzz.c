/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filter source of any text: it is refused, or else loads the same a second time, and
 * each filter ends over a route with a verdict, twice the same one.
 */
#include "conf/commit.h"
#include "filter/suite.h"
#include "test/unit/filter/lab.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pair {
	struct lab *a, *b;
};

static void
filter_try(void *context, const char *kind, const char *name, const char *where)
{
	struct pair *pair = context;
	(void)where;
	if (strcmp(kind, "filter") != 0)
		return;
	const struct filter *a = conf_language.filter_find(pair->a->router, name);
	const struct filter *b = conf_language.filter_find(pair->b->router, name);
	if (!a || !b || !filter_equal(a, b))
		abort();
	if (lab_run(pair->a, name) != lab_run(pair->b, name))
		abort();
	a->class->reads(a);
	lab_route_reset(pair->a);
	struct filter_decision decision;
	filter_decide(a, &pair->a->route, &decision);
	filter_decision_fini(&decision);
	lab_route_reset(pair->a);
	lab_route_reset(pair->b);
}

static void
unheard(void *context, const struct suite_report *report)
{
	(void)context;
	(void)report;
}

static void
unread(void *context, const char *line)
{
	(void)context;
	(void)line;
}

/* As --filter-test reads it, mistakes left out, and as an expression typed by hand. */
static void
suites_try(struct lab *lab, const struct text *text)
{
	const struct reader_args args = { .router = lab->router,
					  .pool = lab->router->pool,
					  .text = text_string(text),
					  .size = text->length,
					  .is_lenient = true };
	const struct suite_listener listener = { .done = unheard, .said = unread };
	struct config *config = reader_read(&args, lab->out);
	if (config) {
		config_hold(config);
		policy_run_suites(((struct conf_kept *)config->kept)->policy, &listener);
		config_release(lab->router, config);
	}
	lab_eval(lab, text_string(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lab a, b;
	struct text text = { 0 };
	text_add_bytes(&text, (const char *)data, size);
	if (lab_open(&a, text_string(&text))) {
		struct pair pair = { &a, &b };
		if (!lab_open(&b, text_string(&text)))
			abort();
		conf_language.symbols(a.router, filter_try, &pair);
		lab_close(&b);
	}
	suites_try(&a, &text);
	lab_close(&a);
	text_fini(&text);
	return 0;
}
