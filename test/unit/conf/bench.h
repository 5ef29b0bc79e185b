/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router in the simulated world that is given configurations and commands.
 */
#ifndef TEST_CONF_BENCH_H
#define TEST_CONF_BENCH_H

#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/command.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include "test/unit/unit.h"
#include <string.h>

#define SECOND ((usec_t)1000000)

struct bench {
	struct sim_world *world;
	struct sim_node *node;
	struct router *router;
	struct text text; /* What was said last. */
};

static inline void
bench_take(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

static inline void
settle(struct bench *bench)
{
	sim_run(bench->world, sim_now(bench->world) + 2 * SECOND);
	router_audit(bench->router, AUDIT_FULL);
}

static inline void
configure(struct bench *bench, const char *config)
{
	text_reset(&bench->text);
	struct out *out = out_text_new(bench_take, &bench->text);
	int result = conf_language.configure_text(bench->router, config, strlen(config),
						  CONFIGURE_COMMIT, out);
	out_end(out);
	out_free(out);
	ck_assert_msg(result == 0, "%s", text_string(&bench->text));
	settle(bench);
}

/* A machine, and a router on it. */
static inline void
bench_world(struct bench *bench)
{
	*bench = (struct bench){ .world = sim_world_new(7) };
	bench->node = sim_node_new(bench->world, "one");
}

static inline void
bench_start(struct bench *bench)
{
	bench->router =
		router_new(sim_node_sys(bench->node), &modules_linked, &conf_language);
	sim_run(bench->world, SECOND);
}

static inline void
bench_open(struct bench *bench, const char *config)
{
	bench_world(bench);
	bench_start(bench);
	configure(bench, config);
}

static inline void
bench_close(struct bench *bench)
{
	router_free(bench->router);
	sim_world_free(bench->world);
	text_fini(&bench->text);
}

static inline const char *
command(struct bench *bench, const char *line)
{
	text_reset(&bench->text);
	struct command_call call = { .router = bench->router,
				     .out = out_json_new(bench_take, &bench->text),
				     .pool = pool_new(bench->router->pool, "test") };
	call.command = command_parse(&call, line);
	ck_assert_ptr_nonnull(call.command);
	while (command_run(&call) == COMMAND_MORE)
		;
	out_end(call.out);
	out_free(call.out);
	pool_free(call.pool);
	return text_string(&bench->text);
}

static inline void
check_says(struct bench *bench, const char *line, const char *part)
{
	const char *said = command(bench, line);
	ck_assert_msg(strstr(said, part) != NULL, "`%s` says\n%s\nwithout `%s`", line,
		      said, part);
}

#endif
