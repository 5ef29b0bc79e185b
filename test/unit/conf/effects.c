/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of tables, channels and the router do what they say.
 */
#include "test/unit/conf/bench.h"

#include "nest/channel.h"

static struct channel *
channel_of(struct bench *bench, const char *name)
{
	struct protocol *protocol = protocol_find(bench->router, name);
	ck_assert_ptr_nonnull(protocol);
	return protocol_channel(protocol, NET_IP4);
}

static void
pass(struct bench *bench, usec_t time)
{
	sim_run(bench->world, sim_now(bench->world) + time);
}

/* ---- tables of recursive next hops ---- */

#define TABLES                                                                   \
	"router id 10.0.0.1;\n"                                                  \
	"ipv4 table own; ipv4 table igp;\n"                                      \
	"protocol static m { ipv4; route 192.0.2.0/24 blackhole; }\n"            \
	"protocol static o { ipv4 { table own; }; route 192.0.2.0/24 prohibit; " \
	"}\n"                                                                    \
	"protocol static i { ipv4 { table igp; }; route 192.0.2.0/24 "           \
	"unreachable; }\n"

START_TEST(recursive_next_hops_resolve_in_the_channels_table)
{
	struct bench bench;
	bench_open(&bench, TABLES "protocol static r { ipv4 { table own; };"
				  " route 10.0.0.0/8 recursive 192.0.2.1; }\n");
	check_says(&bench, "show route protocol r table own", "\"via\":\"prohibit");
	bench_close(&bench);
}
END_TEST

START_TEST(or_in_the_igp_table_of_their_family)
{
	struct bench bench;
	bench_open(&bench, TABLES "protocol static r { ipv4 { table own; };"
				  " igp table master6; igp table igp;"
				  " route 10.0.0.0/8 recursive 192.0.2.1; }\n");
	check_says(&bench, "show route protocol r table own", "\"via\":\"unreachable");
	bench_close(&bench);
}
END_TEST

/* ---- numbers that are 0 ---- */

START_TEST(a_preference_of_0_is_one)
{
	struct bench bench;
	bench_open(&bench,
		   "router id 10.0.0.1;\n"
		   "protocol static low { ipv4 { preference 0; }; route 10.0.0.0/8 "
		   "blackhole; }\n"
		   "protocol static high { ipv4 { preference 1; }; route 10.0.0.0/8 "
		   "prohibit; }\n");
	check_says(&bench, "show route protocol low", "\"info\":\"(0)\"");
	check_says(&bench, "show route", "\"via\":\"prohibited\"");
	/* And is another than none. */
	configure(&bench, "router id 10.0.0.1;\n"
			  "protocol static low { ipv4; route 10.0.0.0/8 blackhole; }\n");
	check_says(&bench, "show route protocol low", "\"info\":\"(200)\"");
	bench_close(&bench);
}
END_TEST

START_TEST(a_limit_of_0_lets_nothing_in)
{
	struct bench bench;
	bench_open(&bench, "router id 10.0.0.1;\n"
			   "protocol static s { ipv4 { import limit 0 action block; };"
			   " route 10.0.0.0/8 blackhole; }\n");
	ck_assert_uint_eq(channel_of(&bench, "s")->imported, 0);
	configure(&bench, "router id 10.0.0.1;\n"
			  "protocol static s { ipv4 { import limit off; };"
			  " route 10.0.0.0/8 blackhole; }\n");
	ck_assert_uint_eq(channel_of(&bench, "s")->imported, 1);
	bench_close(&bench);
}
END_TEST

/* ---- router id ---- */

START_TEST(the_router_id_comes_from_interfaces_that_match)
{
	struct bench bench;
	bench_world(&bench);
	static const char *const names[] = { "eth0", "eth1", "wan0" };
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		sim_address_add(sim_interface_new(bench.node, names[i], 0, NULL),
				addr_from_ip4(0x0a000001 + i), 24, 0);
	bench.router =
		router_new(sim_node_sys(bench.node), &modules_linked, &conf_language);
	configure(&bench, "router id from -\"eth0\", \"eth*\";\n");
	ck_assert_uint_eq(bench.router->router_id, 0x0a000002);
	bench_close(&bench);
}
END_TEST

/* ---- settle times ---- */

#define VALIDATED                                                                  \
	"router id 10.0.0.1;\n"                                                    \
	"roa4 table r { min settle time 3 s; max settle time 10 s; };\n"           \
	"protocol static v { disabled; roa4 { table r; }; route 10.0.0.0/8 max 8 " \
	"as 1; }\n"                                                                \
	"protocol static w { disabled; roa4 { table r; }; route 11.0.0.0/8 max 8 " \
	"as 1; }\n"                                                                \
	"protocol static s { ipv4 { import where roa_check(r, net, 1) = "          \
	"ROA_VALID; }; route 10.0.0.0/8 blackhole; }\n"

START_TEST(a_change_of_a_roa_table_waits_for_the_next_one)
{
	struct bench bench;
	bench_open(&bench, VALIDATED);
	const struct channel *channel = channel_of(&bench, "s");
	command(&bench, "enable v");
	pass(&bench, 2 * SECOND);
	ck_assert_uint_eq(channel->imported, 0);
	pass(&bench, 2 * SECOND);
	ck_assert_uint_eq(channel->imported, 1);
	bench_close(&bench);
}
END_TEST

START_TEST(but_not_for_ever)
{
	struct bench bench;
	bench_open(&bench, VALIDATED);
	const struct channel *channel = channel_of(&bench, "s");
	unsigned seconds = 0;
	command(&bench, "enable v");
	for (; seconds < 30 && channel->imported == 0; seconds++) {
		command(&bench, seconds % 2 == 0 ? "enable w" : "disable w");
		pass(&bench, SECOND);
	}
	ck_assert_uint_ge(seconds, 9);
	ck_assert_uint_le(seconds, 11);
	bench_close(&bench);
}
END_TEST

/* ---- attributes of the kernel ---- */

START_TEST(bits_of_kernel_metrics_have_names)
{
	struct bench bench;
	bench_open(&bench,
		   "router id 10.0.0.1;\n"
		   "protocol static s { ipv4; route 10.0.0.0/8 blackhole {"
		   " krt_lock_mtu = true; krt_lock_sstresh = true; krt_lock_rtt = false;"
		   " krt_feature_ecn = true; krt_sstresh = 7; krt_congctl = \"bbr\";"
		   " if krt_lock_ssthresh && !krt_lock_window then krt_mtu = 1400;"
		   " unset(krt_lock_sstresh); }; }\n");
	static const char *const parts[] = {
		"\"krt_lock\":\"4\"",     "\"krt_features\":\"1\"",
		"\"krt_ssthresh\":\"7\"", "\"krt_congctl\":\"bbr\"",
		"\"krt_mtu\":\"1400\"",
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		check_says(&bench, "show route all", parts[i]);
	bench_close(&bench);
}
END_TEST

/* ---- names of iproute2 ---- */

START_TEST(names_of_iproute2_are_constants)
{
	static const char tables[] = "# of the host\n255\tlocal\n0xfe main # ours\n"
				     "100 my-table\n99999999999 large\nword x\n7\n"
				     "200 last";
	struct bench bench;
	bench_world(&bench);
	sim_file_put(bench.node, "/etc/iproute2/rt_tables", tables, sizeof(tables) - 1);
	sim_file_put(bench.node, "/etc/iproute2/rt_tables.d/more.conf", "201 more\n", 9);
	sim_file_put(bench.node, "/usr/share/iproute2/rt_tables", "1 main\n2 new\n", 13);
	sim_file_put(bench.node, "/etc/iproute2/rt_protos", "77 meshd\n256 big\n", 17);
	bench_start(&bench);
	configure(&bench, "router id 10.0.0.1;\n"
			  "protocol kernel k { ipv4 { export where krt_source != "
			  "ipp_meshd; }; kernel table ipt_my_table; }\n");
	static const struct {
		const char *line, *value;
	} rows[] = {
		{ "eval ipt_local", "255" }, { "eval ipt_main", "254" },
		{ "eval ipt_last", "200" },  { "eval ipt_more", "201" },
		{ "eval ipt_new", "2" },     { "eval ipp_meshd", "77" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_says(&bench, rows[i].line, rows[i].value);
	check_says(&bench, "eval ipt_large", "not known");
	check_says(&bench, "eval ipp_big", "not known");
	bench_close(&bench);
}
END_TEST

/* ---- watchdog ---- */

/* A world in which each look at the clock takes time. */
struct slow_world {
	struct sys_class class;
	const struct sys_class *fast;
};

static struct slow_world slow;
static unsigned warnings;

static usec_t
slow_now(struct sys *sys)
{
	static usec_t lost;
	lost += SECOND;
	return slow.fast->now(sys) + lost;
}

static void
slow_log(struct sys *sys, enum log_class class, const char *when, const char *line)
{
	(void)sys;
	(void)when;
	warnings += class == LOG_WARNING && strstr(line, "main loop") != NULL;
}

START_TEST(a_long_turn_is_warned_about)
{
	struct bench bench;
	bench_open(&bench, "router id 10.0.0.1; watchdog warning 500 ms;\n");
	struct sys *sys = bench.router->sys;
	slow.fast = sys->class;
	slow.class = *sys->class;
	slow.class.now = slow_now;
	slow.class.log = slow_log;
	sys->class = &slow.class;
	router_run(bench.router);
	ck_assert_uint_eq(warnings, 1);
	sys->class = slow.fast;
	configure(&bench, "router id 10.0.0.1; watchdog warning 0;\n");
	sys->class = &slow.class;
	router_run(bench.router);
	ck_assert_uint_eq(warnings, 1);
	sys->class = slow.fast;
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		recursive_next_hops_resolve_in_the_channels_table,
		or_in_the_igp_table_of_their_family,
		a_preference_of_0_is_one,
		a_limit_of_0_lets_nothing_in,
		the_router_id_comes_from_interfaces_that_match,
		a_change_of_a_roa_table_waits_for_the_next_one,
		but_not_for_ever,
		bits_of_kernel_metrics_have_names,
		names_of_iproute2_are_constants,
		a_long_turn_is_warned_about,
	};
	return unit_run("conf/effects", tests, ARRAY_SIZE(tests), NULL, 0);
}
