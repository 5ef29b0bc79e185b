/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions in BIRD's control protocol: codes and lines, the state of a connection, and
 * clients that don't read or go away.
 */
#include "test/unit/nest/console.h"

#include "lib/pool.h"
#include "nest/bird/bird.h"
#include "nest/command.h"
#include "nest/reply.h"
#include "test/unit/unit.h"

static const char config[] = "router id 10.0.0.1;\n"
			     "timeformat route \"time\";\n"
			     "timeformat protocol \"time\";\n"
			     "protocol device { }\n"
			     "protocol static one { ipv4; route 10.0.0.0/8 blackhole; }\n"
			     "protocol static two { ipv4; route 10.0.0.0/8 unreachable;\n"
			     "	route 10.1.0.0/16 prohibit; }\n";

static struct console console;
static struct client client;

static void
open_all(void)
{
	console_open(&console, config);
	client_open(&client, &console, CONSOLE_BIRD);
}

static void
close_all(void)
{
	client_close(&client);
	console_close(&console);
}

START_TEST(the_greeting_is_birds)
{
	open_all();
	ck_assert_str_eq(text_string(&client.heard), "0001 BIRD 2.0.12 ready.\n");
	close_all();
}
END_TEST

START_TEST(lines_have_codes_once_and_the_last_has_a_blank)
{
	open_all();
	ck_assert_str_eq(client_ask(&client, "show route"),
			 "1007-Table master4:\n"
			 " 10.0.0.0/8           blackhole [one time] * (200)\n"
			 "                      unreachable [two time] (200)\n"
			 " 10.1.0.0/16          prohibited [two time] * (200)\n"
			 "0000 \n");
	ck_assert_str_eq(client_ask(&client, "show route 10.1.0.0/16 all"),
			 "1007-Table master4:\n"
			 " 10.1.0.0/16          prohibited [two time] * (200)\n"
			 "1008-\tType: static univ\n"
			 "0000 \n");
	ck_assert_str_eq(client_ask(&client, "eval 1 + 1"), "0023 2\n");
	close_all();
}
END_TEST

START_TEST(words_may_be_cut_and_lines_end_as_on_any_system)
{
	open_all();
	ck_assert_str_eq(client_ask(&client, "  sh  rou  count\r"),
			 "1007-3 of 3 routes for 2 networks in table master4\n"
			 " 0 of 0 routes for 0 networks in table master6\n"
			 "0014 Total: 3 of 3 routes for 2 networks in 2 tables\n");
	close_all();
}
END_TEST

/* A table knows how many routes it has, whatever their number; where they are counted one
 * by one it is the same. */
START_TEST(a_count_takes_no_walk)
{
	struct text text = { .text = NULL };
	text_add(
		&text,
		"router id 10.0.0.1;\nprotocol static one { ipv4 { import keep filtered; "
		"import where net.len < 32 || net.ip.mask(31) = 10.9.0.2; };\n");
	for (unsigned i = 0; i < 2000; i++)
		text_printf(&text, "\troute 10.9.%u.%u/32 blackhole;\n", i / 250,
			    i % 250);
	text_add(&text, "}\n"
			"protocol static two { ipv4; route 10.9.0.2/32 unreachable;\n"
			"\troute 10.9.1.0/32 recursive 10.7.7.7; }\n");
	console_open(&console, text_string(&text));
	client_open(&client, &console, CONSOLE_BIRD);
	static const char *const counts[] = {
		"show route count table master4",
		"show route where true count table master4"
	};
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		ck_assert_str_eq(client_ask(&client, counts[i]),
				 "1007-4 of 4 routes for 3 networks in table master4\n"
				 "0000 \n");
	struct text said = { .text = NULL };
	struct command_call call = { .router = console.router,
				     .out = out_text_new(out_to_text, &said),
				     .pool = pool_new(console.router->pool, "test") };
	call.command = command_parse(&call, "show route count");
	ck_assert_int_eq(command_run(&call), COMMAND_DONE);
	out_free(call.out);
	pool_free(call.pool);
	text_fini(&said);
	text_fini(&text);
	close_all();
}
END_TEST

START_TEST(a_recovery_is_in_the_status)
{
	open_all();
	struct recovery *recovery = &console.router->recovery;
	ck_assert_ptr_null(strstr(client_ask(&client, "show status"), "recover"));
	recovery->phase = RECOVERY_WAITING;
	recovery->awaited[NET_IP4] = 2;
	recovery->waits = 50 * USEC_S;
	timer_start(&recovery->wait, 40 * USEC_S);
	const char *said = client_ask(&client, "show status");
	ck_assert_ptr_nonnull(strstr(said, "0024-Graceful restart recovery in progress\n"
					   "   Waiting for 2 channels to recover\n"
					   "   Wait timer is 39.999/50\n"
					   "0013 Daemon is up and running\n"));
	recovery->phase = RECOVERY_OVER;
	recovery->awaited[NET_IP4] = 0;
	timer_stop(&recovery->wait);
	close_all();
}
END_TEST

START_TEST(words_behind_an_expression_are_read_however_long_it_is)
{
	struct text line = { .text = NULL };
	open_all();
	text_add(&line, "show route where net.len = 16");
	for (unsigned i = 0; i < 100; i++)
		text_add(&line, " || net.len = 17");
	text_add(&line, " count table master4");
	ck_assert_str_eq(client_ask(&client, text_string(&line)),
			 "1007-1 of 3 routes for 2 networks in table master4\n"
			 "0000 \n");
	ck_assert_str_eq(
		client_ask(&client, "show route where proto = \"count all\" count"),
		"1007-0 of 3 routes for 2 networks in table master4\n"
		" 0 of 0 routes for 0 networks in table master6\n"
		"0014 Total: 0 of 3 routes for 2 networks in 2 tables\n");
	text_fini(&line);
	close_all();
}
END_TEST

START_TEST(what_is_wrong_has_a_code)
{
	open_all();
	ck_assert_str_eq(client_ask(&client, ""), "9001 A command is expected\n");
	ck_assert_str_eq(client_ask(&client, "nonsense"),
			 "9001 There is no command `nonsense'; `help' lists them\n");
	ck_assert_str_eq(client_ask(&client, "show route 10.2.0.0/16"),
			 "8001 Network not found\n");
	ck_assert_str_eq(client_ask(&client, "show protocols \"x*\""),
			 "8003 No protocols match\n");
	ck_assert_str_eq(client_ask(&client, "show route \"open"),
			 "9001 The line has an open quote\n");
	close_all();
}
END_TEST

START_TEST(a_line_that_is_too_long_is_refused_in_its_turn)
{
	open_all();
	char *line = malloc(100000);
	memset(line, 'x', 100000);
	text_reset(&client.heard);
	client_send(&client, "eval 1\n", 7);
	client_send(&client, line, 100000);
	client_send(&client, "\neval 2\n", 8);
	console_run(&console);
	ck_assert_str_eq(text_string(&client.heard),
			 "0023 1\n9000 Command too long\n0023 2\n");
	free(line);
	close_all();
}
END_TEST

START_TEST(a_message_of_several_lines_has_codes_on_all)
{
	struct text text = { .text = NULL };
	struct command_call call = { .router = NULL };
	struct out *out = bird_out_new(&text, &call);
	out_note_code(out, REPLY_READING, "one\ntwo");
	out_error_code(out, REPLY_CONFIGURATION_WRONG, "three");
	out_error_code(out, REPLY_CONFIGURATION_WRONG, "four\nfive");
	bird_out_finish(out, -1);
	ck_assert_str_eq(text_string(&text), "0002-one\n two\n"
					     "8002-three\n four\n8002 five\n");
	out_free(out);
	text_fini(&text);
}
END_TEST

START_TEST(who_is_restricted_stays_so)
{
	open_all();
	ck_assert_str_eq(client_ask(&client, "restrict"), "0016 Access restricted\n");
	const char *refused = client_ask(&client, "disable one");
	ck_assert(strncmp(refused, "8007 ", 5) == 0);
	ck_assert_str_eq(client_ask(&client, "eval 1"), "0023 1\n");
	struct client other;
	client_open(&other, &console, CONSOLE_BIRD);
	ck_assert_str_eq(client_ask(&other, "disable one"),
			 "0009-one: disabled\n0000 \n");
	client_close(&other);
	close_all();
}
END_TEST

START_TEST(times_are_shown_as_the_connection_wants)
{
	open_all();
	ck_assert_str_eq(client_ask(&client, "timeformat \"now\""), "0000 \n");
	ck_assert_str_eq(client_ask(&client, "show route 10.1.0.0/16"),
			 "1007-Table master4:\n"
			 " 10.1.0.0/16          prohibited [two now] * (200)\n"
			 "0000 \n");
	ck_assert_str_eq(client_ask(&client, "timeformat iso long us"), "0000 \n");
	ck_assert_ptr_nonnull(strstr(client_ask(&client, "show status"),
				     "Last reboot on 2027-01-15 08:00:00.000000\n"));
	ck_assert(strncmp(client_ask(&client, "timeformat later"), "9001 ", 5) == 0);
	ck_assert(strncmp(client_ask(&client, "timeformat \"%T\" x \"%F\""), "9001 ",
			  5) == 0);
	close_all();
}
END_TEST

START_TEST(messages_of_the_log_are_told_to_who_asked)
{
	struct client other;
	open_all();
	client_open(&other, &console, CONSOLE_BIRD);
	ck_assert_str_eq(client_ask(&other, "echo { info, warning } 256"), "0000 \n");
	text_reset(&other.heard);
	router_log(console.router, LOG_INFO, "first");
	router_log(console.router, LOG_DEBUG, "not asked for");
	console_run(&console);
	ck_assert_str_eq(text_string(&other.heard), "+first\n");
	ck_assert_str_eq(client_ask(&client, "eval 1"), "0023 1\n");
	/* While nothing is read, so much waits and no more. */
	text_reset(&other.heard);
	for (unsigned i = 0; i < 100; i++)
		router_log(console.router, LOG_WARNING, "a message of some length");
	console_run(&console);
	ck_assert_ptr_nonnull(strstr(text_string(&other.heard), " messages lost>\n"));
	ck_assert_uint_lt(other.heard.length, 400);
	ck_assert_str_eq(client_ask(&other, "echo off"), "0000 \n");
	text_reset(&other.heard);
	router_log(console.router, LOG_INFO, "second");
	console_run(&console);
	ck_assert_str_eq(text_string(&other.heard), "");
	client_close(&other);
	close_all();
}
END_TEST

START_TEST(a_long_reply_waits_for_who_does_not_read)
{
	struct client other;
	struct text text = { .text = NULL };
	text_add(&text, "protocol static many { ipv4;\n");
	for (unsigned i = 0; i < 20000; i++)
		text_printf(&text, "route 10.%u.%u.0/24 blackhole;\n", i / 256, i % 256);
	text_add(&text, "}\n");
	console_open(&console, text_string(&text));
	client_open(&client, &console, CONSOLE_BIRD);
	client_open(&other, &console, CONSOLE_BIRD);
	client_pause(&client, true);
	client_send(&client, "show route\n", 11);
	console_run(&console);
	console_run(&console);
	ck_assert_str_eq(client_ask(&other, "eval 1"), "0023 1\n");
	ck_assert_str_eq(text_string(&client.heard), "0001 BIRD 2.0.12 ready.\n");
	client_pause(&client, false);
	sim_run(console.world, sim_now(console.world) + 10 * USEC_S);
	ck_assert_uint_gt(client.heard.length, 20000 * 50);
	ck_assert_ptr_nonnull(strstr(client.heard.text, "\n0000 \n"));
	client_close(&other);
	text_fini(&text);
	close_all();
}
END_TEST

START_TEST(a_client_that_goes_away_harms_nobody)
{
	struct client other;
	open_all();
	for (unsigned i = 0; i < 20; i++) {
		client_open(&other, &console, i % 2 ? CONSOLE_BIRD : CONSOLE_NATIVE);
		client_send(&other, "show route all\nshow protocols all\necho all\nsho",
			    46);
		if (i % 4 < 2)
			console_run(&console);
		client_close(&other);
	}
	ck_assert_str_eq(client_ask(&client, "eval 1"), "0023 1\n");
	close_all();
}
END_TEST

START_TEST(the_daemon_ends_when_told_to)
{
	open_all();
	ck_assert_str_eq(client_ask(&client, "graceful restart"),
			 "0025 Graceful restart requested\n");
	ck_assert(console.quit);
	close_all();
	open_all();
	ck_assert_str_eq(client_ask(&client, "down"), "0007 Shutdown requested\n");
	ck_assert(console.quit);
	close_all();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_greeting_is_birds,
		lines_have_codes_once_and_the_last_has_a_blank,
		words_may_be_cut_and_lines_end_as_on_any_system,
		a_count_takes_no_walk,
		a_recovery_is_in_the_status,
		words_behind_an_expression_are_read_however_long_it_is,
		what_is_wrong_has_a_code,
		a_line_that_is_too_long_is_refused_in_its_turn,
		a_message_of_several_lines_has_codes_on_all,
		who_is_restricted_stays_so,
		times_are_shown_as_the_connection_wants,
		messages_of_the_log_are_told_to_who_asked,
		a_long_reply_waits_for_who_does_not_read,
		a_client_that_goes_away_harms_nobody,
		the_daemon_ends_when_told_to,
	};
	return unit_run("bird", tests, ARRAY_SIZE(tests), NULL, 0);
}
