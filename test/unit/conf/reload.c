/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reconfiguring a running router: what didn't change isn't touched, what did is touched
 * no more than needed, what fails changes nothing; undo; expressions typed by hand.
 */
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/channel.h"
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

static void
take(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

static void
bench_open(struct bench *bench)
{
	*bench = (struct bench){ .world = sim_world_new(7) };
	bench->node = sim_node_new(bench->world, "one");
	bench->router =
		router_new(sim_node_sys(bench->node), &modules_linked, &conf_language);
	sim_run(bench->world, SECOND);
}

static void
bench_close(struct bench *bench)
{
	router_free(bench->router);
	sim_world_free(bench->world);
	text_fini(&bench->text);
}

static void
settle(struct bench *bench)
{
	sim_run(bench->world, sim_now(bench->world) + 2 * SECOND);
	router_audit(bench->router, AUDIT_FULL);
}

static int
try_at_once(struct bench *bench, const char *config, enum configure_mode mode,
	    usec_t undo_after)
{
	text_reset(&bench->text);
	struct out *out = out_text_new(take, &bench->text);
	sim_file_put(bench->node, "/etc/meshd.conf", config, strlen(config));
	int result = conf_language.configure(bench->router, "/etc/meshd.conf", mode,
					     undo_after, out);
	out_end(out);
	out_free(out);
	return result;
}

static int
try_mode(struct bench *bench, const char *config, enum configure_mode mode,
	 usec_t undo_after)
{
	int result = try_at_once(bench, config, mode, undo_after);
	settle(bench);
	return result;
}

static void
configure(struct bench *bench, const char *config)
{
	ck_assert_msg(try_mode(bench, config, CONFIGURE_COMMIT, 0) == 0, "%s",
		      text_string(&bench->text));
}

static struct protocol *
named(struct bench *bench, const char *name)
{
	struct protocol *protocol = protocol_find(bench->router, name);
	ck_assert_msg(protocol != NULL, "%s is missing", name);
	return protocol;
}

static struct channel *
channel(struct bench *bench, const char *name)
{
	return protocol_channel(named(bench, name), NET_IP4);
}

#define BASE                                                         \
	"router id 10.0.0.1;\n"                                      \
	"protocol device { }\n"                                      \
	"protocol static s { ipv4; route 10.0.0.0/8 blackhole;"      \
	" route 10.1.0.0/16 blackhole; route 10.2.0.0/16 blackhole;" \
	" route 10.99.0.0/16 via 192.168.77.1; }\n"                  \
	"protocol kernel k { ipv4 { export all; }; }\n"

START_TEST(the_same_again_touches_nothing)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	const struct protocol *s = named(&bench, "s"), *k = named(&bench, "k");
	usec_t since = s->since;
	uint64_t imported = channel(&bench, "s")->import_updates.received;
	uint64_t exported = channel(&bench, "k")->export_updates.accepted;
	ck_assert_uint_eq(exported, 3);
	configure(&bench, BASE);
	ck_assert_ptr_eq(named(&bench, "s"), s);
	ck_assert_ptr_eq(named(&bench, "k"), k);
	ck_assert_int_eq(s->since, since);
	ck_assert_uint_eq(channel(&bench, "s")->import_updates.received, imported);
	ck_assert_uint_eq(channel(&bench, "k")->export_updates.accepted, exported);
	bench_close(&bench);
}
END_TEST

START_TEST(a_description_restarts_nothing)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	usec_t since = named(&bench, "s")->since;
	configure(&bench, BASE "protocol direct { ipv4; }\n");
	configure(&bench, "router id 10.0.0.1;\n"
			  "protocol static s { ipv4 { import limit 7; };"
			  " description \"x\"; route 10.0.0.0/8 blackhole; }\n");
	ck_assert_int_eq(named(&bench, "s")->since, since);
	ck_assert_str_eq(named(&bench, "s")->config->description, "x");
	ck_assert_uint_eq(channel(&bench, "s")->imported, 1);
	ck_assert_ptr_null(protocol_find(bench.router, "k"));
	bench_close(&bench);
}
END_TEST

START_TEST(one_changed_line_is_one_update)
{
	struct bench bench;
	bench_open(&bench);
	struct text text = { .text = NULL };
	text_add(&text, "protocol kernel k { ipv4 { export all; }; }\n"
			"protocol static s { ipv4;\n");
	for (unsigned i = 0; i < 1000; i++)
		text_printf(&text, "route 10.%u.%u.0/24 blackhole;\n", i / 256, i % 256);
	text_add(&text, "}\n");
	configure(&bench, text_string(&text));
	uint64_t before = channel(&bench, "k")->export_updates.accepted;
	ck_assert_uint_eq(before, 1000);
	char *line = strstr(text.text, "10.2.7.0/24 blackhole  ");
	line = strstr(text.text, "10.2.7.0/24");
	memcpy(line, "10.9.7.0/24", strlen("10.9.7.0/24"));
	configure(&bench, text_string(&text));
	ck_assert_uint_eq(channel(&bench, "k")->export_updates.accepted, before + 1);
	ck_assert_uint_eq(channel(&bench, "k")->export_withdraws.accepted, 1);
	text_fini(&text);
	bench_close(&bench);
}
END_TEST

START_TEST(what_fails_changes_nothing)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	const struct config *config = bench.router->config;
	ck_assert_int_lt(
		try_mode(&bench, BASE "protocol nonsense { }\n", CONFIGURE_COMMIT, 0), 0);
	ck_assert_ptr_nonnull(strstr(text_string(&bench.text), "nonsense"));
	ck_assert_ptr_eq(bench.router->config, config);
	ck_assert_int_lt(
		try_mode(&bench, "roa4 table master4x; ipv4 { ", CONFIGURE_COMMIT, 0), 0);
	ck_assert_ptr_eq(bench.router->config, config);
	ck_assert_int_lt(try_mode(&bench, "", CONFIGURE_COMMIT, 0) +
				 conf_language.configure(bench.router, "/nowhere",
							 CONFIGURE_COMMIT, 0, NULL),
			 0);
	bench_close(&bench);
}
END_TEST

START_TEST(a_table_that_changes_its_type_is_refused)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, "ipv4 table t; protocol static s { ipv4 { table t; }; }");
	ck_assert_int_lt(try_mode(&bench, "ipv6 table t;", CONFIGURE_COMMIT, 0), 0);
	ck_assert_ptr_nonnull(named(&bench, "s"));
	bench_close(&bench);
}
END_TEST

START_TEST(unnamed_instances_are_known_by_what_they_are)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, "protocol static { ipv4; route 10.1.0.0/16 blackhole; }\n"
			  "protocol static { ipv4; route 10.2.0.0/16 blackhole; }\n");
	const struct protocol *one = named(&bench, "static1");
	const struct protocol *two = named(&bench, "static2");
	usec_t since_one = one->since, since_two = two->since;
	configure(&bench, "protocol static { ipv4; route 10.0.0.0/16 blackhole; }\n"
			  "protocol static { ipv4; route 10.1.0.0/16 blackhole; }\n"
			  "protocol static { ipv4; route 10.2.0.0/16 blackhole; }\n");
	ck_assert_ptr_eq(named(&bench, "static2"), one);
	ck_assert_ptr_eq(named(&bench, "static3"), two);
	ck_assert_int_eq(one->since, since_one);
	ck_assert_int_eq(two->since, since_two);
	bench_close(&bench);
}
END_TEST

START_TEST(a_name_given_later_keeps_the_instance)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, "protocol static { ipv4; route 10.1.0.0/16 blackhole; }\n");
	const struct protocol *one = named(&bench, "static1");
	configure(&bench,
		  "protocol static mine { ipv4; route 10.1.0.0/16 blackhole; }\n");
	ck_assert_ptr_eq(named(&bench, "mine"), one);
	bench_close(&bench);
}
END_TEST

START_TEST(another_table_restarts_one_instance_alone)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	usec_t since_s = named(&bench, "s")->since, since_k = named(&bench, "k")->since;
	configure(&bench, "router id 10.0.0.1;\nprotocol device { }\nipv4 table t;\n"
			  "protocol static s { ipv4 { table t; };"
			  " route 10.0.0.0/8 blackhole; }\n"
			  "protocol kernel k { ipv4 { export all; }; }\n");
	ck_assert_int_gt(named(&bench, "s")->since, since_s);
	ck_assert_int_eq(named(&bench, "k")->since, since_k);
	ck_assert_str_eq(table_name(channel(&bench, "s")->table), "t");
	ck_assert_uint_eq(channel(&bench, "s")->imported, 1);
	/* And back: the table goes. */
	configure(&bench, BASE);
	ck_assert_ptr_null(router_table(bench.router, "t", NET_IP4));
	ck_assert_uint_eq(channel(&bench, "s")->imported, 3);
	bench_close(&bench);
}
END_TEST

#define FILTERED(policy)                                   \
	"protocol static s { ipv4 { import " policy "; };" \
	" route 10.0.0.0/8 blackhole; route 11.0.0.0/8 blackhole; }\n"

START_TEST(what_is_configured_while_an_instance_stops_is_what_it_starts_by)
{
	static const char *const configs[] = {
		"router id 10.0.0.1;\nprotocol kernel k { ipv6; }\n",
		"router id 10.0.0.1;\nprotocol kernel k { description \"x\"; ipv6; }\n",
		"router id 10.0.0.1;\nprotocol kernel k { ipv6; description \"y\"; }\n",
	};
	static const enum configure_mode modes[] = { CONFIGURE_COMMIT, CONFIGURE_SOFT };
	for (size_t which = 0; which < ARRAY_SIZE(modes); which++) {
		struct bench bench;
		bench_open(&bench);
		configure(&bench, "router id 10.0.0.1;\nprotocol kernel k { ipv4; }\n");
		for (size_t i = 0; i < ARRAY_SIZE(configs); i++)
			ck_assert_int_eq(try_at_once(&bench, configs[i], modes[which], 0),
					 0);
		settle(&bench);
		const struct protocol *k = named(&bench, "k");
		ck_assert_int_eq(k->state, PROTOCOL_UP);
		ck_assert_str_eq(k->config->description, "y");
		ck_assert_ptr_nonnull(protocol_channel(named(&bench, "k"), NET_IP6));
		ck_assert_ptr_null(protocol_channel(named(&bench, "k"), NET_IP4));
		unsigned count = 0;
		list_each(protocol, &bench.router->protocols, struct protocol, link)
			count++;
		ck_assert_uint_eq(count, 1);
		bench_close(&bench);
	}
}
END_TEST

/* By the configuration, or by hand. */
START_TEST(what_is_disabled_while_it_stops_can_be_enabled)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, "router id 10.0.0.1;\nprotocol kernel k { ipv4; }\n");
	try_at_once(&bench, "router id 10.0.0.1;\nprotocol kernel k { ipv6; }\n",
		    CONFIGURE_COMMIT, 0);
	protocol_disable(named(&bench, "k"), NULL);
	settle(&bench);
	ck_assert_int_eq(named(&bench, "k")->state, PROTOCOL_DOWN);
	ck_assert(named(&bench, "k")->disabled);
	protocol_enable(named(&bench, "k"));
	settle(&bench);
	ck_assert_int_eq(named(&bench, "k")->state, PROTOCOL_UP);
	try_at_once(&bench,
		    "router id 10.0.0.1;\nprotocol kernel k { disabled; ipv4; }\n",
		    CONFIGURE_COMMIT, 0);
	ck_assert(named(&bench, "k")->disabled);
	protocol_enable(named(&bench, "k"));
	settle(&bench);
	ck_assert_int_eq(named(&bench, "k")->state, PROTOCOL_UP);
	bench_close(&bench);
}
END_TEST

START_TEST(a_changed_filter_is_applied_without_a_restart)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, FILTERED("all"));
	usec_t since = named(&bench, "s")->since;
	ck_assert_uint_eq(channel(&bench, "s")->imported, 2);
	configure(&bench, FILTERED("where net ~ [ 10.0.0.0/8 ]"));
	ck_assert_uint_eq(channel(&bench, "s")->imported, 1);
	ck_assert_int_eq(named(&bench, "s")->since, since);
	/* The same meaning in other words of the same tree. */
	uint64_t seen = channel(&bench, "s")->import_updates.received;
	configure(&bench, FILTERED("where  net~[10.0.0.0/8]"));
	ck_assert_uint_eq(channel(&bench, "s")->import_updates.received, seen);
	bench_close(&bench);
}
END_TEST

#define TOLD(policy, more)                                                \
	"router id 10.0.0.1;\nprotocol device { }\n"                      \
	"protocol static s { ipv4;"                                       \
	" route 10.0.0.0/8 blackhole; route 10.1.0.0/16 blackhole;"       \
	" route 11.0.0.0/8 blackhole; }\n"                                \
	"protocol kernel k { ipv4 { export filter { " policy " }; }; }\n" \
	"protocol babel b { ipv4 { export filter { " policy more " }; };" \
	" interface \"eth*\" { type wired; }; }\n"

START_TEST(a_policy_in_other_words_tells_nothing_again)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, TOLD("if net ~ 10.0.0.0/8 then accept;", ""));
	struct channel *k = channel(&bench, "k"), *b = channel(&bench, "b");
	ck_assert_uint_eq(k->export_updates.accepted, 2);
	ck_assert_uint_eq(b->export_updates.accepted, 2);
	configure(&bench, TOLD("if ! (net ~ 10.0.0.0/8) then reject; accept;", ""));
	ck_assert_uint_eq(k->export_reviews, 3);
	ck_assert_uint_eq(k->export_updates.accepted, 2);
	ck_assert_uint_eq(b->export_updates.accepted, 2);
	/* A filter that writes, in words that write nothing new. */
	configure(&bench, TOLD("if net ~ 10.0.0.0/8 then { preference = 10; accept; }",
			       " reject;"));
	ck_assert_uint_eq(k->export_updates.accepted, 4);
	configure(&bench, TOLD("preference = 9 + 1; if net ~ 10.0.0.0/8 then accept;",
			       " reject;"));
	ck_assert_uint_eq(k->export_updates.accepted, 4);
	ck_assert_uint_eq(b->export_updates.accepted, 4);
	ck_assert_uint_eq(k->export_withdraws.accepted, 0);
	/* And one that lets one more out. */
	configure(&bench, TOLD("preference = 10; if net !~ [10.1.0.0/16] then accept;",
			       " reject;"));
	ck_assert_uint_eq(k->export_updates.accepted, 5);
	ck_assert_uint_eq(k->export_withdraws.accepted, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(a_former_policy_is_compared_though_its_roa_table_is_gone)
{
#define ROA_TOLD(tables, policy)                                           \
	tables "protocol static s { ipv4; route 10.0.0.0/8 blackhole; }\n" \
	       "protocol kernel k { ipv4 { export filter { " policy " }; }; }\n"
	struct bench bench;
	bench_open(&bench);
	configure(&bench, ROA_TOLD("roa4 table r;\n",
				   "if roa_check(r, net, 1) = ROA_INVALID then "
				   "reject; preference = 10; accept;"));
	struct channel *k = channel(&bench, "k");
	ck_assert_uint_eq(k->export_updates.accepted, 1);
	configure(&bench, ROA_TOLD("", "preference = 10; accept;"));
	ck_assert_uint_eq(k->export_updates.accepted, 1);
	ck_assert_ptr_null(router_table(bench.router, "r", NET_ROA4));
	bench_close(&bench);
}
END_TEST

static void
roa_configure(struct bench *bench, const char *entries)
{
	struct text text = { .text = NULL };
	text_printf(
		&text,
		"roa4 table r;\n"
		"protocol static v { roa4 { table r; }; %s }\n"
		"filter f { if roa_check(r, net, 1) = ROA_INVALID then reject; accept; "
		"}\n"
		"protocol kernel k { ipv4 { export filter f; }; }\n"
		"protocol static s { ipv4 { import filter f; };\n",
		entries);
	for (unsigned i = 0; i < 1000; i++)
		text_printf(&text, "route 10.%u.%u.0/24 blackhole;\n", i / 256, i % 256);
	text_add(&text, "}\nprotocol static t { ipv4;\n");
	for (unsigned i = 0; i < 1000; i++)
		text_printf(&text, "route 20.%u.%u.0/24 blackhole;\n", i / 256, i % 256);
	text_add(&text, "}\n");
	configure(bench, text_string(&text));
	sim_run(bench->world, sim_now(bench->world) + 30 * SECOND);
	router_audit(bench->router, AUDIT_FULL);
	text_fini(&text);
}

START_TEST(a_roa_entry_touches_the_routes_it_covers)
{
	struct bench bench;
	bench_open(&bench);
	roa_configure(&bench, "");
	const struct channel *s = channel(&bench, "s"), *k = channel(&bench, "k");
	ck_assert_uint_eq(s->imported, 1000);
	ck_assert_uint_eq(k->exported, 2000);
	uint64_t received = s->import_updates.received;
	uint64_t judged = k->export_updates.received;
	roa_configure(&bench,
		      "route 10.1.7.0/24 max 24 as 2; route 20.1.0.0/22 max 24 as 2;");
	ck_assert_uint_eq(s->imported, 999);
	ck_assert_uint_eq(k->exported, 1995);
	ck_assert_uint_eq(s->import_updates.received, received + 1);
	/* At most: one is gone before it is looked at. */
	ck_assert_uint_le(k->export_updates.received, judged + 5);
	ck_assert_uint_le(k->export_reviews, 5);
	roa_configure(&bench, "");
	ck_assert_uint_eq(s->imported, 1000);
	ck_assert_uint_eq(k->exported, 2000);
	/* A new policy for imports is applied to all of a long list in pieces. */
	channel_reimport(channel(&bench, "s"));
	settle(&bench);
	ck_assert_uint_eq(s->imported, 1000);
	ck_assert_uint_eq(s->import_updates.received, received + 2 + 1000);
	bench_close(&bench);
}
END_TEST

START_TEST(soft_leaves_filtered_routes_alone)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, FILTERED("all"));
	ck_assert_int_eq(try_mode(&bench, FILTERED("none"), CONFIGURE_SOFT, 0), 0);
	ck_assert_uint_eq(channel(&bench, "s")->imported, 2);
	channel_reimport(channel(&bench, "s"));
	settle(&bench);
	ck_assert_uint_eq(channel(&bench, "s")->imported, 0);
	bench_close(&bench);
}
END_TEST

START_TEST(check_says_what_would_be_done_and_does_nothing)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	const struct config *config = bench.router->config;
	ck_assert_int_eq(
		try_mode(&bench,
			 "router id 10.0.0.1;\nprotocol device { scan time 20; }\n"
			 "protocol static s { ipv4 { import none; }; description \"d\"; "
			 "}\n"
			 "protocol direct { ipv4; }\n",
			 CONFIGURE_CHECK, 0),
		0);
	ck_assert_ptr_eq(bench.router->config, config);
	const char *said = text_string(&bench.text);
	ck_assert_msg(strstr(said, "REMOVE") != NULL && strstr(said, "ADD") != NULL &&
			      strstr(said, "LIVE") != NULL &&
			      strstr(said, "REFEED") != NULL,
		      "%s", said);
	ck_assert_msg(strstr(said, "scan time") != NULL &&
			      strstr(said, "description") != NULL &&
			      strstr(said, "ipv4: import") != NULL,
		      "%s", said);
	bench_close(&bench);
}
END_TEST

/* Says what a configuration would change, and checks that nothing was. */
static void
would(struct bench *bench, const char *config, const char *const *says, size_t count)
{
	const struct config *before = bench->router->config;
	ck_assert_int_eq(try_mode(bench, config, CONFIGURE_CHECK, 0), 0);
	ck_assert_ptr_eq(bench->router->config, before);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(strstr(text_string(&bench->text), says[i]) != NULL,
			      "should say: %s\nsays: %s", says[i],
			      text_string(&bench->text));
}

#define ROUTES(rest)                                                       \
	"protocol static s { ipv4 {" rest "}; route 10.0.0.0/8 blackhole;" \
	" route 10.1.0.0/16 blackhole; route 10.2.0.0/16 blackhole; }\n"
#define KERNEL(rest) "protocol kernel k { " rest " }\n"
#define KERNEL_SAME  KERNEL("ipv4 { export all; };")

START_TEST(check_tells_values_and_routes)
{
	static const char base[] = "router id 10.0.0.1;\n" ROUTES("") KERNEL_SAME;
	static const struct {
		const char *config, *says[5];
	} cases[] = {
		{ "router id 10.0.0.1;\n" ROUTES("") KERNEL_SAME,
		  { "Nothing would change" } },
		{ "router id 10.0.0.1;\n" ROUTES("preference 150;") KERNEL_SAME,
		  { "REFEED", "ipv4: preference: none -> 150", "3 imported again" } },
		{ "router id 10.0.0.1;\n" ROUTES("import where net.len > 8;") KERNEL_SAME,
		  { "REFEED", "ipv4: import: all -> filter { … }", "3 imported again" } },
		{ "router id 10.0.0.1;\n" ROUTES("")
			  KERNEL("ipv4 { export where net.len > 8; };"),
		  { "REFEED", "ipv4: export: all -> filter { … }",
		    "3 judged again for export" } },
		{ "router id 10.0.0.1;\n" ROUTES("")
			  KERNEL("scan time 7; ipv4 { export all; };"),
		  { "LIVE", "scan time: 60 s -> 7 s" } },
		{ "router id 10.0.0.1;\n" ROUTES("")
			  KERNEL("metric 5; description \"d\"; ipv4 { export all; };"),
		  { "RESTART", "metric: 32 -> 5", "description: none -> \"d\"",
		    "3 told again" } },
		{ "router id 10.0.0.1;\n" ROUTES(""), { "REMOVE", "3 taken back" } },
		{ "router id 10.0.0.1;\n" KERNEL_SAME, { "REMOVE", "3 withdrawn" } },
		{ "router id 10.0.0.1;\n" ROUTES("") KERNEL_SAME
		  "protocol kernel l { ipv4 { export all; }; kernel table 7; }\n",
		  { "ADD", "3 judged for export" } },
		{ "router id 10.0.0.2;\n" ROUTES("") KERNEL_SAME,
		  { "router id: 10.0.0.1 -> 10.0.0.2" } },
		{ "router id 10.0.0.1;\nprotocol static s { ipv4; route 10.0.0.0/8 "
		  "blackhole; route 10.1.0.0/16 unreachable; route 10.3.0.0/16 "
		  "blackhole; route 10.4.0.0/16 blackhole; }\n" KERNEL_SAME,
		  { "LIVE", "route: 2 added, 1 removed, 1 changed" } },
	};
	struct bench bench;
	bench_open(&bench);
	configure(&bench, base);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t count = 0;
		while (count < 5 && cases[i].says[count] != NULL)
			count++;
		would(&bench, cases[i].config, cases[i].says, count);
	}
	bench_close(&bench);
}
END_TEST

/* Who takes its id from the router is restarted with another one. */
START_TEST(check_tells_who_depends_on_the_router_id)
{
	static const char *const says[] = { "RESTART", "the router id changes" };
	struct bench bench;
	bench_open(&bench);
	configure(&bench, "router id 10.0.0.1;\n"
			  "protocol babel b { ipv4; interface \"x\"; }\n");
	would(&bench,
	      "router id 10.0.0.2;\nprotocol babel b { ipv4; interface \"x\"; }\n", says,
	      ARRAY_SIZE(says));
	bench_close(&bench);
}
END_TEST

static int
call(struct bench *bench, int (*function)(struct router *, struct out *))
{
	text_reset(&bench->text);
	struct out *out = out_text_new(take, &bench->text);
	int result = function(bench->router, out);
	out_end(out);
	out_free(out);
	settle(bench);
	return result;
}

START_TEST(undo_goes_back_once)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	ck_assert_int_lt(call(&bench, conf_language.undo), 0);
	configure(&bench, FILTERED("all"));
	ck_assert_ptr_null(protocol_find(bench.router, "k"));
	ck_assert_int_eq(call(&bench, conf_language.undo), 0);
	ck_assert_ptr_nonnull(protocol_find(bench.router, "k"));
	ck_assert_uint_eq(channel(&bench, "s")->imported, 3);
	ck_assert_int_lt(call(&bench, conf_language.undo), 0);
	bench_close(&bench);
}
END_TEST

START_TEST(what_is_not_confirmed_is_undone)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	ck_assert_int_eq(try_mode(&bench, FILTERED("all"), CONFIGURE_COMMIT, 60 * SECOND),
			 0);
	sim_run(bench.world, sim_now(bench.world) + 50 * SECOND);
	ck_assert_ptr_null(protocol_find(bench.router, "k"));
	sim_run(bench.world, sim_now(bench.world) + 20 * SECOND);
	ck_assert_ptr_nonnull(protocol_find(bench.router, "k"));
	ck_assert_int_lt(call(&bench, conf_language.confirm), 0);
	bench_close(&bench);
}
END_TEST

START_TEST(what_is_confirmed_stays)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	ck_assert_int_eq(try_mode(&bench, FILTERED("all"), CONFIGURE_COMMIT, 60 * SECOND),
			 0);
	ck_assert_int_eq(call(&bench, conf_language.confirm), 0);
	sim_run(bench.world, sim_now(bench.world) + 100 * SECOND);
	ck_assert_ptr_null(protocol_find(bench.router, "k"));
	ck_assert_int_eq(call(&bench, conf_language.undo), 0);
	ck_assert_ptr_nonnull(protocol_find(bench.router, "k"));
	bench_close(&bench);
}
END_TEST

START_TEST(a_later_configuration_ends_the_wait_for_confirmation)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	ck_assert_int_eq(try_mode(&bench, FILTERED("all"), CONFIGURE_COMMIT, 60 * SECOND),
			 0);
	configure(&bench, FILTERED("none"));
	sim_run(bench.world, sim_now(bench.world) + 100 * SECOND);
	ck_assert_ptr_null(protocol_find(bench.router, "k"));
	bench_close(&bench);
}
END_TEST

START_TEST(memory_stays_the_same_over_reloads)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, BASE);
	configure(&bench, BASE);
	size_t before = pool_size(bench.router->pool);
	for (unsigned i = 0; i < 10; i++)
		configure(&bench, i % 2 ? BASE : FILTERED("none"));
	configure(&bench, BASE);
	configure(&bench, BASE);
	ck_assert_uint_eq(pool_size(bench.router->pool), before);
	bench_close(&bench);
}
END_TEST

START_TEST(expressions_see_the_names_of_the_configuration)
{
	static const struct {
		const char *text, *value; /* Null: a mistake. */
	} table[] = {
		{ "1 + 2 * 3", "7" },  { "OWN", "10.0.0.0/8" },
		{ "twice(21)", "42" }, { "10.1.0.0/16 ~ OWN", "TRUE" },
		{ "1 +", NULL },       { "nothing", NULL },
		{ "1; 2", NULL },      { "", NULL },
		{ "((((", NULL },
	};
	struct bench bench;
	bench_open(&bench);
	configure(&bench, "define OWN = 10.0.0.0/8;\n"
			  "function twice(int x) { return x * 2; }\n" BASE);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		text_reset(&bench.text);
		struct out *out = out_text_new(take, &bench.text);
		int result = conf_language.eval(bench.router, table[i].text, out);
		out_end(out);
		out_free(out);
		ck_assert_msg((result == 0) == (table[i].value != NULL), "%s: %s",
			      table[i].text, text_string(&bench.text));
		if (table[i].value != NULL)
			ck_assert_msg(strncmp(text_string(&bench.text), table[i].value,
					      strlen(table[i].value)) == 0,
				      "%s: %s", table[i].text, text_string(&bench.text));
	}
	bench_close(&bench);
}
END_TEST

START_TEST(filters_are_typed_by_hand)
{
	struct bench bench;
	bench_open(&bench);
	configure(&bench, "define OWN = 10.0.0.0/8;\nfilter f { accept; }\n" BASE);
	struct out *out = out_text_new(take, &bench.text);
	struct filter *filter =
		conf_language.filter_compile(bench.router, "net ~ OWN", true, out);
	ck_assert_ptr_nonnull(filter);
	ck_assert(filter->class->reads(filter)->net);
	conf_language.filter_free(bench.router, filter);
	filter = conf_language.filter_compile(
		bench.router, "{ if net ~ OWN then accept; }", false, out);
	ck_assert_ptr_nonnull(filter);
	conf_language.filter_free(bench.router, filter);
	ck_assert_ptr_null(
		conf_language.filter_compile(bench.router, "net ~ OWM", true, out));
	ck_assert_ptr_null(conf_language.filter_compile(bench.router, "}", true, out));
	ck_assert_ptr_nonnull(conf_language.filter_find(bench.router, "f"));
	ck_assert_ptr_null(conf_language.filter_find(bench.router, "g"));
	out_end(out);
	out_free(out);
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_same_again_touches_nothing,
		a_description_restarts_nothing,
		one_changed_line_is_one_update,
		what_fails_changes_nothing,
		a_table_that_changes_its_type_is_refused,
		unnamed_instances_are_known_by_what_they_are,
		a_name_given_later_keeps_the_instance,
		another_table_restarts_one_instance_alone,
		what_is_configured_while_an_instance_stops_is_what_it_starts_by,
		what_is_disabled_while_it_stops_can_be_enabled,
		a_changed_filter_is_applied_without_a_restart,
		a_policy_in_other_words_tells_nothing_again,
		a_former_policy_is_compared_though_its_roa_table_is_gone,
		a_roa_entry_touches_the_routes_it_covers,
		soft_leaves_filtered_routes_alone,
		check_says_what_would_be_done_and_does_nothing,
		check_tells_values_and_routes,
		check_tells_who_depends_on_the_router_id,
		undo_goes_back_once,
		what_is_not_confirmed_is_undone,
		what_is_confirmed_stays,
		a_later_configuration_ends_the_wait_for_confirmation,
		memory_stays_the_same_over_reloads,
		expressions_see_the_names_of_the_configuration,
		filters_are_typed_by_hand,
	};
	return unit_run("conf/reload", tests, sizeof(tests) / sizeof(tests[0]), NULL, 0);
}
