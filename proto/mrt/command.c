/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mrt dump table NAME to "FILE" [where CONDITION]`, as in birdc.
 */
#include "proto/mrt/dump.h"

#include "lib/pool.h"
#include "nest/command.h"
#include "nest/config.h"
#include "nest/module.h"
#include "nest/router.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define STEP 4096 /* Prefixes per call. */

struct asked {
	struct mrt_dump dump;
	struct router *router;
	struct filter *compiled; /* Null: none. */
};

static void
asked_free(void *context)
{
	struct asked *asked = context;

	mrt_dump_fini(&asked->dump);
	if (asked->compiled != NULL)
		asked->router->language->filter_free(asked->router, asked->compiled);
}

/* What stands behind the word `where`, which is not in quotes; null: there is none. */
static const char *
condition_find(const char *rest)
{
	bool is_quoted = false;

	for (const char *at = rest; *at != '\0'; at++) {
		is_quoted ^= *at == '"';
		if (!is_quoted && strncmp(at, " where ", 7) == 0)
			return at + 7;
	}
	return NULL;
}

/* `table NAME to "FILE"`, and a condition or the end.  False: it is something else. */
static bool
order_read(const struct command_call *call, struct mrt_order *order)
{
	const char *const *words = call->words;

	if (call->count < 4 || strcmp(words[0], "table") != 0 ||
	    strcmp(words[2], "to") != 0)
		return false;
	if (call->count > 4 && strcmp(words[4], "where") != 0)
		return false;
	bool is_pattern = (call->quoted & 1 << 1) != 0;
	*order = (struct mrt_order){
		.table = is_pattern ? NULL : pool_strdup(call->pool, words[1]),
		.tables = is_pattern ? pool_strdup(call->pool, words[1]) : NULL,
		.filename = pool_strdup(call->pool, words[3])
	};
	return true;
}

static int
asked_begin(struct command_call *call)
{
	struct router *router = call->router;
	struct mrt_order order;
	struct filter *compiled = NULL;

	if (!order_read(call, &order)) {
		out_error(call->out, "Expected: mrt dump table NAME to \"FILE\" "
				     "[where CONDITION]");
		return -EINVAL;
	}
	if (order.table != NULL && router_table(router, order.table, NET_IP4) == NULL &&
	    router_table(router, order.table, NET_IP6) == NULL)
		return command_missing(call, "table", order.table);
	if (call->count > 4) {
		const char *condition = condition_find(call->rest);
		compiled = router->language->filter_compile(
			router, condition != NULL ? condition : "", true, call->out);
		if (compiled == NULL)
			return -EINVAL;
	}
	struct asked *asked = pool_alloc(call->pool, sizeof(*asked));
	order.filter = asked->compiled = compiled;
	asked->router = router;
	mrt_dump_init(&asked->dump, router, &order);
	pool_on_free(call->pool, asked_free, asked);
	call->state = asked;
	return 0;
}

static int
dump_command(struct command_call *call)
{
	int error = call->state == NULL ? asked_begin(call) : 0;

	if (error)
		return error;
	struct asked *asked = call->state;
	struct mrt_dump *dump = &asked->dump;
	if (mrt_dump_step(dump, STEP))
		return COMMAND_MORE;
	if (dump->error) {
		out_error(call->out, "%s: %s", text_string(&dump->path),
			  mrt_dump_error(dump->error));
		return dump->error;
	}
	out_note(call->out, "Wrote %" PRIu64 " routes into %u files", dump->routes,
		 dump->files);
	return COMMAND_DONE;
}

const struct command mrt_commands[] = {
	{ .words = "mrt dump",
	  .args = "table <table>|\"PATTERN\" to \"FILE\" [where CONDITION]",
	  .doc = "Writes tables to MRT files (RFC 6396).",
	  .changes = true,
	  .run = dump_command,
	  .code = 13 },
	{ 0 },
};
