/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rehearsals.
 */
#include "conf/rehearse.h"
#include "conf/commit.h"
#include "conf/reader.h"
#include "lib/arena.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <errno.h>
#include <string.h>

static struct config *read_leniently(struct router *router, const char *path,
				     struct out *complaints);
static void same_again(struct router *router, const struct suite_listener *listener);

int
rehearse(struct router *router, const char *path, struct tally *tally,
	 bool (*wanted)(const struct protocol_class *class), struct out *complaints)
{
	struct config *config = read_leniently(router, path, complaints);
	if (config == NULL)
		return -EINVAL;
	config_hold(config);
	list_init(&config->logs);
	list_init(&config->transports);
	list_each_safe(protocol, &config->protocols, struct protocol_config, link)
		if (!wanted(protocol->class))
			list_remove(&protocol->link);
	struct conf_kept *kept = config->kept;
	policy_set_tally(kept->policy, tally);
	struct pool *pool = pool_new(router->pool, "plan");
	struct plan *plan = plan_new(pool, router, config, complaints);
	if (plan != NULL)
		plan_commit(plan, false);
	pool_free(pool);
	config_release(router, config);
	return plan != NULL ? 0 : -EINVAL;
}

void
rehearse_run(struct router *router, const struct suite_listener *listener)
{
	const struct conf_kept *kept = router->config->kept;
	policy_run_suites(kept->policy, listener);
	same_again(router, listener);
}

static struct config *
read_leniently(struct router *router, const char *path, struct out *complaints)
{
	const struct reader_args args = {
		.router = router, .pool = router->pool, .path = path, .is_lenient = true
	};
	return reader_read(&args, complaints);
}

/* ---- reading again ----------------------------------------------------------------- */

struct again {
	const struct suite_listener *listener;
	struct suite_report *report;
};

static void
again_differs(void *context, const char *name)
{
	struct again *again = context;
	again->listener->said(again->listener->context, name);
	again->report->tally.failed++;
	again->report->end = SUITE_FAILED;
	again->report->reason = "these are not";
}

static void
unheard(void *context, const char *bytes, size_t size)
{
	(void)context;
	(void)bytes;
	(void)size;
}

static void
same_again(struct router *router, const struct suite_listener *listener)
{
	const struct conf_kept *kept = router->config->kept;
	struct suite_report report = { .what = "Functions and filters are the same when "
					       "the file is read again",
				       .end = SUITE_PASSED };
	struct again again = { .listener = listener, .report = &report };
	struct out *out = out_text_new(unheard, NULL);
	struct config *config = read_leniently(router, router->config->file, out);
	out_free(out);
	if (config == NULL) {
		report.end = SUITE_FAILED;
		report.reason = "it could not be read";
	} else {
		const struct conf_kept *other = config->kept;
		size_t count = policy_compare(kept->policy, other->policy, again_differs,
					      &again);
		report.tally.held = (unsigned)count - report.tally.failed;
		config_hold(config);
		config_release(router, config);
	}
	listener->done(listener->context, &report);
}

/* ---- the statements ---------------------------------------------------------------- */

void
rehearse_suite(struct reader *reader, const struct lexed *function,
	       const struct lexed *what)
{
	const struct value *text = &what->value;
	policy_add_suite(reader->policy, &function->place, function->word,
			 arena_strndup(reader->trees, text->bytes, text->size));
	arena_reset(reader->trees);
}

void
rehearse_same(struct reader *reader, const struct lexed *a, const struct lexed *b,
	      const struct lexed *wanted)
{
	policy_add_same(reader->policy, &a->place, a->word, b->word,
			wanted->value.number != 0);
	arena_reset(reader->trees);
}
