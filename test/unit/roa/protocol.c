/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol roa in a running router: tables follow files, only differences are told, and a
 * file that is missing, empty or wrong changes nothing.
 */
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include "test/unit/unit.h"
#include <stdio.h>
#include <string.h>

#define CONFIG                                                                    \
	"router id 10.0.0.1; roa4 table r4; roa6 table r6; protocol device { }\n" \
	"protocol roa r { roa4 { table r4; }; roa6 { table r6; };"                \
	" file \"/lib/a\"; file \"/lib/b\"; refresh 10 s; }\n"                    \
	"ipv4 table checked;\n"                                                   \
	"protocol static s { ipv4 { import filter { if roa_check(r4, net, 1) = "  \
	"ROA_INVALID then reject; accept; }; };"                                  \
	" route 10.0.0.0/8 blackhole; route 11.0.0.0/8 blackhole; }\n"

struct bench {
	struct sim_world *world;
	struct sim_node *node;
	struct router *router;
	struct text text;
};

static void
file_put(struct bench *bench, const char *path, const char *content)
{
	sim_file_put(bench->node, path, content, strlen(content));
}

static void
run(struct bench *bench, unsigned seconds)
{
	sim_run(bench->world, sim_now(bench->world) + seconds * USEC_S);
	router_audit(bench->router, AUDIT_FULL);
}

static void
configure(struct bench *bench, const char *config)
{
	text_reset(&bench->text);
	struct out *out = out_text_new(out_to_text, &bench->text);
	file_put(bench, "/etc/meshd.conf", config);
	int result = conf_language.configure(bench->router, "/etc/meshd.conf",
					     CONFIGURE_COMMIT, 0, out);
	out_end(out);
	out_free(out);
	ck_assert_msg(result == 0, "%s", text_string(&bench->text));
	run(bench, 2);
}

static void
bench_open(struct bench *bench)
{
	*bench = (struct bench){ .world = sim_world_new(7) };
	bench->node = sim_node_new(bench->world, "one");
	bench->router =
		router_new(sim_node_sys(bench->node), &modules_linked, &conf_language);
	file_put(bench, "/lib/a", "route 10.0.0.0/8 max 24 as 1;\n");
	file_put(bench, "/lib/b",
		 "{\"roas\":[{\"prefix\":\"fd00::/8\",\"asn\":\"AS2\"}]}");
	run(bench, 1);
	configure(bench, CONFIG);
}

static void
bench_close(struct bench *bench)
{
	router_free(bench->router);
	sim_world_free(bench->world);
	text_fini(&bench->text);
}

static const struct channel *
channel_of(struct bench *bench, const char *name, enum net_type type)
{
	return protocol_channel(protocol_find(bench->router, name), type);
}

static void
holds(struct bench *bench, unsigned roa4, unsigned roa6)
{
	ck_assert_uint_eq(channel_of(bench, "r", NET_ROA4)->imported, roa4);
	ck_assert_uint_eq(channel_of(bench, "r", NET_ROA6)->imported, roa6);
}

START_TEST(tables_follow_files_and_only_differences_are_told)
{
	struct bench bench;
	bench_open(&bench);
	holds(&bench, 1, 1);
	file_put(&bench, "/lib/a",
		 "route 10.0.0.0/8 max 24 as 1;\nroute 12.0.0.0/8 as 3;\n");
	run(&bench, 12);
	holds(&bench, 2, 1);
	const struct channel *channel = channel_of(&bench, "r", NET_ROA4);
	ck_assert_uint_eq(channel->import_updates.accepted, 2);
	file_put(&bench, "/lib/a", "route 12.0.0.0/8 as 3;\n");
	run(&bench, 12);
	holds(&bench, 1, 1);
	ck_assert_uint_eq(channel->import_updates.accepted, 2);
	bench_close(&bench);
}
END_TEST

START_TEST(a_file_that_did_not_change_is_not_read_again)
{
	struct bench bench;
	bench_open(&bench);
	uint64_t received = channel_of(&bench, "r", NET_ROA4)->import_updates.received;
	run(&bench, 100);
	ck_assert_uint_eq(channel_of(&bench, "r", NET_ROA4)->import_updates.received,
			  received);
	bench_close(&bench);
}
END_TEST

START_TEST(what_cannot_be_read_changes_nothing)
{
	static const char *const bad[] = { "", "# only a comment\n",
					   "route 10.0.0.0/8 max 24 as 1;\nrubbish;\n",
					   "{\"roas\":[{\"prefix\":\"10.0.0.0/8\"" };
	struct bench bench;
	bench_open(&bench);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		file_put(&bench, "/lib/a", bad[i]);
		run(&bench, 12);
		holds(&bench, 1, 1);
		ck_assert_ptr_nonnull(
			strstr(protocol_find(bench.router, "r")->message, "/lib/a"));
	}
	sim_file_remove(bench.node, "/lib/a");
	run(&bench, 12);
	holds(&bench, 1, 1);
	file_put(&bench, "/lib/a", "route 12.0.0.0/8 as 3;\nroute 13.0.0.0/8 as 3;\n");
	run(&bench, 12);
	holds(&bench, 2, 1);
	ck_assert_ptr_null(protocol_find(bench.router, "r")->message);
	bench_close(&bench);
}
END_TEST

START_TEST(routes_are_judged_anew_where_an_entry_changed)
{
	struct bench bench;
	bench_open(&bench);
	const struct channel *checked = channel_of(&bench, "s", NET_IP4);
	ck_assert_uint_eq(checked->imported, 2);
	file_put(&bench, "/lib/a",
		 "route 10.0.0.0/8 max 24 as 1;\nroute 11.0.0.0/8 as 9;\n");
	run(&bench, 15);
	ck_assert_uint_eq(checked->imported, 1);
	file_put(&bench, "/lib/a", "route 10.0.0.0/8 max 24 as 1;\n");
	run(&bench, 15);
	ck_assert_uint_eq(checked->imported, 2);
	bench_close(&bench);
}
END_TEST

START_TEST(files_are_added_and_left_out_by_a_reload)
{
	struct bench bench;
	bench_open(&bench);
	usec_t since = protocol_find(bench.router, "r")->since;
	configure(
		&bench,
		"router id 10.0.0.1; roa4 table r4; roa6 table r6; protocol device { }\n"
		"protocol roa r { roa4 { table r4; }; roa6 { table r6; };"
		" file \"/lib/a\"; refresh 10 s; }\n");
	holds(&bench, 1, 0);
	configure(&bench, CONFIG);
	holds(&bench, 1, 1);
	ck_assert_int_eq(protocol_find(bench.router, "r")->since, since);
	bench_close(&bench);
}
END_TEST

START_TEST(many_entries_are_read_in_pieces)
{
	struct bench bench;
	struct text file = { 0 };
	bench_open(&bench);
	for (unsigned i = 0; i < 20000; i++)
		text_printf(&file, "route 10.%u.%u.0/24 max 24 as %u;\n", i >> 8, i & 255,
			    i);
	file_put(&bench, "/lib/a", text_string(&file));
	run(&bench, 15);
	holds(&bench, 20000, 1);
	text_fini(&file);
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		tables_follow_files_and_only_differences_are_told,
		a_file_that_did_not_change_is_not_read_again,
		what_cannot_be_read_changes_nothing,
		routes_are_judged_anew_where_an_entry_changed,
		files_are_added_and_left_out_by_a_reload,
		many_entries_are_read_in_pieces,
	};

	return unit_run("roa protocol", tests, ARRAY_SIZE(tests), NULL, 0);
}
