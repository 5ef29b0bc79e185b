/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language as the nest calls it: configure, undo, filters and expressions typed by
 * hand.
 */
#include "conf/commit.h"
#include "conf/conf.h"
#include "conf/reader.h"
#include "filter/policy.h"
#include "lib/arena.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/control.h"
#include "nest/filter.h"
#include "nest/reply.h"
#include "nest/router.h"
#include "nest/value.h"
#include <errno.h>
#include <string.h>

/* A filter typed by hand: the compiled one with the memory it lives in. */
struct typed_filter {
	struct filter base;
	const struct filter *inner;
	struct pool *pool;
};

/* Complaints of a reconfiguration nobody waits for go to the log. */
struct log_out {
	struct router *router;
	struct text line;
};

static int configure(struct router *router, const char *path, enum configure_mode mode,
		     usec_t undo_after, struct out *complaints);
static int configure_text(struct router *router, const char *text, size_t size,
			  enum configure_mode mode, struct out *complaints);
static int read_and_apply(struct router *router, const struct reader_args *args,
			  enum configure_mode mode, usec_t undo_after,
			  struct out *complaints);
static int apply(struct router *router, struct config *new, enum configure_mode mode,
		 struct out *out);
static void undo_start(struct router *router, usec_t after);
static void undo_fire(struct timer *timer);
static usec_t undo_due(const struct router *router);
static int undo(struct router *router, struct out *out);
static int confirm(struct router *router, struct out *out);
static struct filter *filter_compile(struct router *router, const char *text,
				     bool is_where, struct out *complaints);
static void filter_free(struct router *router, struct filter *filter);
static const struct filter *filter_find(const struct router *router, const char *name);
static int eval(struct router *router, const char *text, struct out *out);
static void symbols(const struct router *router,
		    void (*found)(void *context, const char *kind, const char *name,
				  const char *where),
		    void *context);
static void config_free(struct config *config);
static struct out *log_out_new(struct log_out *log, struct router *router);
static void log_out_end(struct log_out *log, struct out *out);

const struct language conf_language = {
	.configure = configure,
	.configure_text = configure_text,
	.undo = undo,
	.confirm = confirm,
	.undo_due = undo_due,
	.filter_compile = filter_compile,
	.filter_free = filter_free,
	.filter_find = filter_find,
	.eval = eval,
	.symbols = symbols,
	.config_free = config_free,
};

/* ---- configure
 * ----------------------------------------------------------------------------- */

static int
configure(struct router *router, const char *path, enum configure_mode mode,
	  usec_t undo_after, struct out *complaints)
{
	if (path == NULL && router->config != NULL)
		path = router->config->file;
	struct log_out log;
	struct out *out = complaints != NULL ? complaints : log_out_new(&log, router);
	int result = -EINVAL;
	if (path != NULL)
		result = read_and_apply(router,
					&(struct reader_args){ .router = router,
							       .pool = router->pool,
							       .path = path },
					mode, undo_after, out);
	else
		out_error(out, "there is no configuration file to read again");
	if (complaints == NULL)
		log_out_end(&log, out);
	return result;
}

static int
configure_text(struct router *router, const char *text, size_t size,
	       enum configure_mode mode, struct out *complaints)
{
	const struct reader_args args = {
		.router = router, .pool = router->pool, .text = text, .size = size
	};
	struct log_out log;
	struct out *out = complaints != NULL ? complaints : log_out_new(&log, router);
	int result = read_and_apply(router, &args, mode, 0, out);
	if (complaints == NULL)
		log_out_end(&log, out);
	return result;
}

static int
read_and_apply(struct router *router, const struct reader_args *args,
	       enum configure_mode mode, usec_t undo_after, struct out *complaints)
{
	if (router->shutting_down) {
		out_error_code(complaints, REPLY_SHUTTING_DOWN,
			       "the router is shutting down");
		return -EINVAL;
	}
	uint32_t attrs_before = attr_count(router);
	struct config *new = reader_read(args, complaints);
	if (new == NULL) {
		attr_forget_since(router, attrs_before);
		text_format(router->last_error, sizeof(router->last_error),
			    "the configuration %s was refused",
			    args->path != NULL ? args->path : "text");
		return -EINVAL;
	}
	config_hold(new);
	struct config *old = router->config;
	int result = apply(router, new, mode, complaints);
	bool committed =
		result == 0 && mode != CONFIGURE_CHECK && mode != CONFIGURE_CHECK_ALL;
	if (committed) {
		config_release(router, router->undo);
		router->undo = old;
		router->last_error[0] = '\0';
		if (undo_after > 0 && old != NULL)
			undo_start(router, undo_after);
	}
	config_release(router, new);
	if (!committed)
		attr_forget_since(router, attrs_before);
	return result;
}

/* Plans, and does it or says what would be done.  The configuration before stays held. */
static int
apply(struct router *router, struct config *new, enum configure_mode mode,
      struct out *out)
{
	struct pool *pool = pool_new(router->pool, "plan");
	struct plan *plan = plan_new(pool, router, new, out);
	int result = plan != NULL && control_check(new, out) ? 0 : -EINVAL;
	/* Before the first configuration everything would be new. */
	bool checks = mode == CONFIGURE_CHECK || mode == CONFIGURE_CHECK_ALL;
	if (result == 0 && checks) {
		if (router->config != NULL)
			plan_show(plan, mode == CONFIGURE_CHECK_ALL, out);
	} else if (result == 0 && control_prepare(router, new, out)) {
		plan_commit(plan, mode == CONFIGURE_SOFT);
		control_commit(router, new);
	} else {
		result = -EINVAL;
	}
	pool_free(pool);
	return result;
}

/* ---- undo
 * ---------------------------------------------------------------------------------- */

static void
undo_start(struct router *router, usec_t after)
{
	struct conf_kept *kept = router->config->kept;
	timer_init(&kept->undo, router, undo_fire);
	timer_start(&kept->undo, after);
}

static void
undo_fire(struct timer *timer)
{
	struct router *router = timer->router;
	router_log(router, LOG_WARNING,
		   "The configuration was not confirmed in time, going back");
	struct log_out log;
	struct out *out = log_out_new(&log, router);
	undo(router, out);
	log_out_end(&log, out);
}

static int
undo(struct router *router, struct out *out)
{
	struct config *back = router->undo, *now = router->config;
	if (back == NULL) {
		out_error_code(out, REPLY_NOTHING_TO_DO,
			       "there is nothing to go back to");
		return -EINVAL;
	}
	int result = apply(router, back, CONFIGURE_COMMIT, out);
	if (result < 0)
		return result;
	router->undo = NULL;
	config_release(router, back);
	config_release(router, now);
	return 0;
}

static usec_t
undo_due(const struct router *router)
{
	const struct conf_kept *kept =
		router->config != NULL ? router->config->kept : NULL;
	bool is_set = kept != NULL && kept->undo.router != NULL;
	return is_set ? timer_due(&kept->undo) : USEC_NEVER;
}

static int
confirm(struct router *router, struct out *out)
{
	if (undo_due(router) == USEC_NEVER) {
		out_error_code(out, REPLY_NOTHING_TO_DO, "there is nothing to confirm");
		return -EINVAL;
	}
	struct conf_kept *kept = router->config->kept;
	timer_stop(&kept->undo);
	return 0;
}

static void
config_free(struct config *config)
{
	commit_forget(config);
	arena_free(config->arena);
}

/* ---- filters and expressions typed by hand
 * --------------------------------------------------- */

static void
typed_run(const struct filter *filter, struct route_draft *routes, size_t count,
	  enum filter_verdict *verdicts)
{
	const struct filter *inner = ((const struct typed_filter *)filter)->inner;
	inner->class->run(inner, routes, count, verdicts);
}

static bool
typed_equal(const struct filter *a, const struct filter *b)
{
	return a == b;
}

static const struct filter_reads *
typed_reads(const struct filter *filter)
{
	const struct filter *inner = ((const struct typed_filter *)filter)->inner;
	return inner->class->reads(inner);
}

static void
typed_explain(const struct filter *filter, struct route_draft *route,
	      struct filter_decision *decision)
{
	const struct filter *inner = ((const struct typed_filter *)filter)->inner;
	inner->class->explain(inner, route, decision);
}

static const struct filter_class typed_class = {
	.run = typed_run,
	.equal = typed_equal,
	.reads = typed_reads,
	.explain = typed_explain,
};

static struct filter *
filter_compile(struct router *router, const char *text, bool is_where,
	       struct out *complaints)
{
	struct pool *pool = pool_new(router->pool, "filter");
	const struct reader_args args = {
		.router = router, .pool = pool, .text = text, .size = strlen(text)
	};
	const struct filter *inner = reader_filter(&args, is_where, complaints);
	if (inner == NULL) {
		pool_free(pool);
		return NULL;
	}
	struct typed_filter *typed = pool_alloc(pool, sizeof(*typed));
	*typed = (struct typed_filter){ .base = { .class = &typed_class },
					.inner = inner,
					.pool = pool };
	return &typed->base;
}

static void
filter_free(struct router *router, struct filter *filter)
{
	(void)router;
	if (filter != NULL)
		pool_free(container_of(filter, struct typed_filter, base)->pool);
}

static const struct filter *
filter_find(const struct router *router, const char *name)
{
	const struct conf_kept *own =
		router->config != NULL ? router->config->kept : NULL;
	return own != NULL ? policy_find_filter(own->policy, name) : NULL;
}

static int
eval(struct router *router, const char *text, struct out *out)
{
	struct pool *pool = pool_new(router->pool, "eval");
	const struct reader_args args = {
		.router = router, .pool = pool, .text = text, .size = strlen(text)
	};
	struct value value;
	int result = -EINVAL;
	if (reader_value(&args, &value, out)) {
		struct text shown = { .text = NULL };
		filter_value_format(&value, &shown);
		if (out->class->is_structured) {
			out_object(out, "eval");
			out_str(out, "type", value_type_name(value.type));
			out_str(out, "value", text_string(&shown));
			out_object_end(out);
		} else {
			out_note(out, "%s", text_string(&shown));
		}
		text_fini(&shown);
		result = 0;
	}
	pool_free(pool);
	return result;
}

/* ---- symbols
 * ----------------------------------------------------------------------------------- */

struct symbol_call {
	void (*found)(void *context, const char *kind, const char *name,
		      const char *where);
	void *context;
};

static void
policy_found(void *context, const char *kind, const char *name,
	     const struct ast_place *place)
{
	const struct symbol_call *call = context;
	char where[256] = "";
	if (place != NULL && place->file != NULL)
		text_format(where, sizeof(where), "%s:%u", place->file, place->line);
	call->found(call->context, kind, name, where);
}

static void
symbols(const struct router *router,
	void (*found)(void *context, const char *kind, const char *name,
		      const char *where),
	void *context)
{
	const struct config *config = router->config;
	if (config == NULL)
		return;
	const struct conf_kept *own = config->kept;
	struct symbol_call call = { .found = found, .context = context };
	policy_each(own->policy, policy_found, &call);
	list_each(table, &config->tables, struct config_table, link)
		found(context, "routing table", table->table.name, "");
	list_each(protocol, &config->protocols, struct protocol_config, link) {
		char where[256] = "";
		if (protocol->file != NULL)
			text_format(where, sizeof(where), "%s:%u", protocol->file,
				    protocol->line);
		found(context, "protocol", protocol->name, where);
	}
}

/* ---- the log
 * --------------------------------------------------------------------------------------
 */

static void
log_write(void *context, const char *bytes, size_t size)
{
	struct log_out *log = context;
	text_add_bytes(&log->line, bytes, size);
}

static struct out *
log_out_new(struct log_out *log, struct router *router)
{
	*log = (struct log_out){ .router = router };
	return out_text_new(log_write, log);
}

static void
log_out_end(struct log_out *log, struct out *out)
{
	out_end(out);
	for (const char *line = text_string(&log->line); *line != '\0';) {
		size_t length = strcspn(line, "\n");
		router_log(log->router, out->errors > 0 ? LOG_ERROR : LOG_WARNING, "%.*s",
			   (int)length, line);
		line += length + (line[length] == '\n');
	}
	text_fini(&log->line);
	out_free(out);
}
