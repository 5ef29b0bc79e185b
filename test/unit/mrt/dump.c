/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol mrt in a running router: which files appear when, and what routes' records
 * hold.
 */
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include "test/unit/unit.h"
#include <errno.h>
#include <string.h>

#define TABLES                                                    \
	"router id 10.0.0.1; protocol device { }\n"               \
	"protocol static s { ipv4;"                               \
	" route 10.9.0.0/16 blackhole { bgp_path.prepend(65010);" \
	" bgp_community.add((65001,7)); };"                       \
	" route 10.8.0.0/16 blackhole; }\n"                       \
	"protocol static six { ipv6; route fd01::/16 blackhole; }\n"

struct bench {
	struct sim_world *world;
	struct sim_node *node;
	struct router *router;
	struct text text;
};

static void
run(struct bench *bench, unsigned seconds)
{
	sim_run(bench->world, sim_now(bench->world) + seconds * USEC_S);
	router_audit(bench->router, AUDIT_FULL);
}

static void
bench_open(struct bench *bench, const char *config)
{
	*bench = (struct bench){ .world = sim_world_new(7) };
	bench->node = sim_node_new(bench->world, "one");
	bench->router =
		router_new(sim_node_sys(bench->node), &modules_linked, &conf_language);
	run(bench, 1);
	struct out *out = out_text_new(out_to_text, &bench->text);
	sim_file_put(bench->node, "/etc/meshd.conf", config, strlen(config));
	int result = conf_language.configure(bench->router, "/etc/meshd.conf",
					     CONFIGURE_COMMIT, 0, out);
	out_end(out);
	out_free(out);
	ck_assert_msg(result == 0, "%s", text_string(&bench->text));
}

static void
bench_close(struct bench *bench)
{
	router_free(bench->router);
	sim_world_free(bench->world);
	text_fini(&bench->text);
}

static bool
has_file(const struct bench *bench, const char *path)
{
	size_t size;
	return sim_file_get(bench->node, path, &size) != NULL;
}

static bool
file_has(const struct bench *bench, const char *path, const char *bytes, size_t size)
{
	size_t length;
	const uint8_t *file = sim_file_get(bench->node, path, &length);
	ck_assert(file != NULL);
	for (size_t at = 0; at + size <= length; at++) {
		if (memcmp(file + at, bytes, size) == 0)
			return true;
	}
	return false;
}
#define FILE_HAS(bench, path, bytes) file_has(bench, path, bytes, sizeof(bytes) - 1)

START_TEST(attributes_are_in_wire_form)
{
	struct bench bench;
	bench_open(&bench, TABLES
		   "protocol mrt { table master4; filename \"/d/%N\"; period 5; }\n");
	run(&bench, 3);
	ck_assert(!has_file(&bench, "/d/master4"));
	run(&bench, 4);
	/* AS_PATH 65010; COMMUNITY (65001,7). */
	ck_assert(FILE_HAS(&bench, "/d/master4", "\2\6\2\1\0\0\xfd\xf2"));
	ck_assert(FILE_HAS(&bench, "/d/master4", "\xc0\10\4\xfd\xe9\0\7"));
	/* 10.8.0.0/16, which has none: one entry of nobody, incomplete, no path. */
	ck_assert(FILE_HAS(&bench, "/d/master4", "\20\12\10\0\1\0\0"));
	ck_assert(FILE_HAS(&bench, "/d/master4", "\0\7\x40\1\1\2\x40\2\0"));
	bench_close(&bench);
}
END_TEST

START_TEST(pattern_gives_a_file_for_each_table_or_one_for_all)
{
	struct bench bench;
	bench_open(
		&bench, TABLES
		"protocol mrt { table \"*\"; filename \"/d/%N\"; period 2; }\n"
		"protocol mrt { table \"master*\"; filename \"/d/all\"; period 2; }\n");
	run(&bench, 6);
	ck_assert(has_file(&bench, "/d/master4"));
	ck_assert(FILE_HAS(&bench, "/d/master6", "\20\xfd\1\0\1"));
	ck_assert(FILE_HAS(&bench, "/d/all", "\20\xfd\1\0\1"));
	ck_assert(FILE_HAS(&bench, "/d/all", "\20\12\10\0\1"));
	bench_close(&bench);
}
END_TEST

START_TEST(filter_chooses_routes)
{
	struct bench bench;
	bench_open(&bench,
		   TABLES "protocol mrt { table master4; where net ~ [ 10.8.0.0/16 "
			  "]; filename \"/d/few\"; period 2; }\n");
	run(&bench, 6);
	ck_assert(FILE_HAS(&bench, "/d/few", "\20\12\10\0\1"));
	ck_assert(!FILE_HAS(&bench, "/d/few", "\20\12\11\0\1"));
	bench_close(&bench);
}
END_TEST

START_TEST(refused_file_is_told_and_tried_again)
{
	struct bench bench;
	bench_open(&bench, TABLES
		   "protocol mrt m { table master4; filename \"/d/x\"; period 2; }\n");
	sim_file_refuse(bench.node, -28);
	run(&bench, 5);
	ck_assert(!has_file(&bench, "/d/x"));
	sim_file_refuse(bench.node, 0);
	run(&bench, 5);
	ck_assert(has_file(&bench, "/d/x"));
	bench_close(&bench);
}
END_TEST

static void
line_take(void *context, struct sim_node *node, enum log_class class, const char *line)
{
	(void)node;
	(void)class;
	text_add(context, line);
}

START_TEST(what_is_no_file_is_told_with_a_way_out)
{
	static const struct sim_observer observer = { .log = line_take };
	struct bench bench;
	struct text lines = { 0 };
	bench_open(&bench, TABLES
		   "protocol mrt m { table master4; filename \"/d/x\"; period 2; }\n");
	sim_observe(bench.world, &observer, &lines);
	sim_file_refuse(bench.node, -ESPIPE);
	run(&bench, 3);
	ck_assert_ptr_nonnull(strstr(text_string(&lines),
				     "MRT dump to /d/x: It is a pipe or a device, not a "
				     "file: "));
	text_fini(&lines);
	bench_close(&bench);
}
END_TEST

START_TEST(stopped_protocol_writes_no_more)
{
	struct bench bench;
	bench_open(&bench, TABLES
		   "protocol mrt m { table master4; filename \"/d/x\"; period 5; }\n");
	run(&bench, 2);
	protocol_disable(protocol_find(bench.router, "m"), NULL);
	run(&bench, 20);
	ck_assert(!has_file(&bench, "/d/x"));
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		attributes_are_in_wire_form,
		pattern_gives_a_file_for_each_table_or_one_for_all,
		filter_chooses_routes,
		refused_file_is_told_and_tried_again,
		what_is_no_file_is_told_with_a_way_out,
		stopped_protocol_writes_no_more,
	};
	return unit_run("mrt dump", tests, ARRAY_SIZE(tests), NULL, 0);
}
