/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filters run over a route: verdicts, attributes, statements, calls, and all the ways a
 * run can fail without taking anything else with it.
 */
#include "test/unit/filter/lab.h"
#include "test/unit/unit.h"

static attr_id
attr_named(const struct lab *lab, const char *name)
{
	attr_id id = attr_find(lab->router, name);
	ck_assert_uint_ne(id, ATTR_NONE);
	return id;
}

static uint32_t
number_of(const struct lab *lab, const char *name)
{
	struct value value;
	ck_assert(route_draft_get(&lab->route, attr_named(lab, name), &value));
	return value.number;
}

/* The text of an attribute of the route. */
static const char *
text_of(struct lab *lab, const char *name)
{
	struct value value = { .type = VALUE_VOID };
	if (!route_draft_get(&lab->route, attr_named(lab, name), &value))
		return "none";
	text_reset(&lab->said);
	filter_value_format(&value, &lab->said);
	return text_string(&lab->said);
}

static void
open_good(struct lab *lab, const char *text)
{
	bool good = lab_open(lab, text);
	ck_assert_msg(good, "%s", text_string(&lab->said));
}

START_TEST(accept_reject_and_the_end_give_verdicts)
{
	struct lab lab;
	open_good(&lab, "filter a { accept; } filter r { reject; } filter e { }"
			"filter f { if net.len > 20 then accept; reject; }");
	ck_assert_int_eq(lab_run(&lab, "a"), FILTER_ACCEPT);
	ck_assert_int_eq(lab_run(&lab, "r"), FILTER_REJECT);
	ck_assert_int_eq(lab_run(&lab, "e"), FILTER_REJECT);
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	lab.net = fake_prefix("10.0.0.0/8");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_REJECT);
	lab_close(&lab);
}
END_TEST

START_TEST(nothing_is_copied_before_the_first_write)
{
	struct lab lab;
	open_good(&lab, "filter r { if preference = 100 then accept; reject; }"
			"filter w { preference = 7; accept; }");
	ck_assert_int_eq(lab_run(&lab, "r"), FILTER_ACCEPT);
	ck_assert_ptr_null(lab.route.changed);
	ck_assert_int_eq(lab_run(&lab, "w"), FILTER_ACCEPT);
	ck_assert_ptr_nonnull(lab.route.changed);
	ck_assert_uint_eq(number_of(&lab, "preference"), 7);
	lab_close(&lab);
}
END_TEST

START_TEST(attributes_are_set_read_and_unset)
{
	struct lab lab;
	open_good(&lab,
		  "filter f {"
		  "  bgp_med = 50; bgp_local_pref = bgp_med * 2 + 1;"
		  "  bgp_community.add((1,2)); bgp_community.add((3,4));"
		  "  bgp_path.prepend(7); bgp_path.prepend(8);"
		  "  lab_string = \"x\" ++ \"y\"; lab_bool = true; lab_ip = 1.2.3.4;"
		  "  lab_quad = 5.6.7.8; bgp_origin = ORIGIN_EGP;"
		  "  bgp_ext_community.add((rt,1,2)); bgp_large_community.add((1,2,3));"
		  "  accept; }"
		  "filter u { unset(bgp_med); bgp_community.delete((1,2));"
		  "  if defined(bgp_med) then reject; accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_uint_eq(number_of(&lab, "bgp_local_pref"), 101);
	ck_assert_str_eq(text_of(&lab, "bgp_community"), "(clist (1,2) (3,4))");
	ck_assert_str_eq(text_of(&lab, "bgp_path"), "(path 8 7)");
	ck_assert_str_eq(text_of(&lab, "lab_string"), "xy");
	ck_assert_str_eq(text_of(&lab, "lab_bool"), "TRUE");
	ck_assert_str_eq(text_of(&lab, "lab_ip"), "1.2.3.4");
	ck_assert_str_eq(text_of(&lab, "lab_quad"), "5.6.7.8");
	ck_assert_str_eq(text_of(&lab, "bgp_origin"), "(enum 31)1");
	ck_assert_str_eq(text_of(&lab, "bgp_ext_community"), "(eclist (rt, 1, 2))");
	ck_assert_str_eq(text_of(&lab, "bgp_large_community"), "(lclist (1, 2, 3))");
	ck_assert_int_eq(lab_run(&lab, "u"), FILTER_ACCEPT);
	ck_assert_str_eq(text_of(&lab, "bgp_med"), "none");
	ck_assert_str_eq(text_of(&lab, "bgp_community"), "(clist (3,4))");
	lab_close(&lab);
}
END_TEST

/* A value read before the attribute changed again keeps what it was. */
START_TEST(values_outlive_changes_of_their_attribute)
{
	struct lab lab;
	open_good(&lab,
		  "filter f bgppath before; clist old; {"
		  "  bgp_path.prepend(1); before = bgp_path; bgp_community.add((1,1));"
		  "  old = bgp_community;"
		  "  for int i in before.prepend(2).prepend(3) do {"
		  "    bgp_path.prepend(i + 100); bgp_community.add((i, i)); }"
		  "  if before.len = 1 && before.first = 1 && old = add(-empty-, (1,1))"
		  "    && bgp_path.len = 4 && bgp_community.len = 3 then accept;"
		  "  reject; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	lab_close(&lab);
}
END_TEST

START_TEST(undefined_attributes_are_what_bird_makes_of_them)
{
	struct lab lab;
	/* Unequal to everything, less than everything, false of defined(); lists are
	 * empty. */
	open_good(&lab,
		  "filter f { if bgp_med = 5 || bgp_med > 0 then reject;"
		  "  if bgp_med != 5 && bgp_med < 1 && !defined(bgp_med)"
		  "    && bgp_path.len = 0 && bgp_path = +empty+ && !defined(bgp_path)"
		  "    && bgp_community !~ [(*,*)] then accept; reject; }"
		  "filter add { bgp_med = bgp_med + 1; accept; }"
		  "filter copy { bgp_med = bgp_local_pref; accept; }"
		  "filter match { if lab_string ~ \"*\" then accept; reject; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_int_eq(lab_run(&lab, "add"), FILTER_ERROR);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "this route has no `bgp_med`"));
	ck_assert_int_eq(lab_run(&lab, "copy"), FILTER_ERROR);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "`bgp_local_pref`"));
	ck_assert_int_eq(lab_run(&lab, "match"), FILTER_ERROR);
	lab_close(&lab);
}
END_TEST

START_TEST(undefined_variables_are_not_used)
{
	struct lab lab;
	open_good(&lab,
		  "filter f { int x; if x = 5 then reject; if defined(x) then reject;"
		  "  x = 5; if x = 5 && defined(x) then accept; reject; }"
		  "filter g { int x; x = x + 1; accept; }"
		  "function nothing(int a) -> int { if a > 1 then return a; }"
		  "filter h { bgp_med = nothing(1); accept; }"
		  "filter i { bgp_med = nothing(2); accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_int_eq(lab_run(&lab, "g"), FILTER_ERROR);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "`x` has no value here"));
	ck_assert_int_eq(lab_run(&lab, "h"), FILTER_ERROR);
	ck_assert_ptr_nonnull(
		strstr(lab.fake.last_log, "function `nothing` returned nothing"));
	ck_assert_int_eq(lab_run(&lab, "i"), FILTER_ACCEPT);
	lab_close(&lab);
}
END_TEST

START_TEST(failures_name_their_line_and_the_route)
{
	struct lab lab;
	open_good(&lab,
		  "filter f\nint zero;\n{\n  zero = 0;\n  bgp_med =\n    7 / zero;\n"
		  "  accept;\n}\n");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ERROR);
	ck_assert_ptr_nonnull(
		strstr(lab.fake.last_log, "filter f, 6:7: division by zero"));
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "10.1.2.0/24 is rejected"));
	lab_close(&lab);
}
END_TEST

/* One line for a batch, not one per route. */
START_TEST(failures_of_a_batch_are_logged_once)
{
	struct lab lab;
	enum { COUNT = 20 };
	struct route_draft routes[COUNT];
	enum filter_verdict verdicts[COUNT];
	open_good(&lab, "filter f { bgp_med = 1 / (net.len - 24); accept; }");
	for (unsigned i = 0; i < COUNT; i++)
		routes[i] = lab.route;
	const struct filter *filter = conf_language.filter_find(lab.router, "f");
	lab_hush(&lab);
	filter->class->run(filter, routes, COUNT, verdicts);
	for (unsigned i = 0; i < COUNT; i++)
		ck_assert_int_eq(verdicts[i], FILTER_ERROR);
	ck_assert_uint_eq(lab.fake.logs, 1);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "19 more routes"));
	lab_close(&lab);
}
END_TEST

START_TEST(endless_recursion_and_loops_are_stopped)
{
	struct lab lab;
	open_good(&lab,
		  "function f(int x) -> int { return f(x + 1); }"
		  "filter deep { bgp_med = f(1); accept; }"
		  /* Not deep, but 2^60 calls. */
		  "function g(int x) -> int { if x = 0 then return 1;"
		  "  return g(x - 1) + g(x - 1); }"
		  "filter wide { bgp_med = g(60); accept; }"
		  "function h(string s; int n) -> string { if n = 0 then return s;"
		  "  return h(s ++ s, n - 1); }"
		  "filter fat { lab_string = h(\"0123456789abcdef\", 40); accept; }");
	ck_assert_int_eq(lab_run(&lab, "deep"), FILTER_ERROR);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "calls deep"));
	ck_assert_int_eq(lab_run(&lab, "wide"), FILTER_ERROR);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "takes too long"));
	ck_assert_int_eq(lab_run(&lab, "fat"), FILTER_ERROR);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "too much memory"));
	lab_close(&lab);
}
END_TEST

START_TEST(functions_call_themselves_and_each_other)
{
	struct lab lab;
	open_good(&lab, "function factorial(int n) { if n < 2 then return 1;"
			"  return n * factorial(n - 1); }"
			"function fib(int n) -> int { if n < 2 then return n;"
			"  return fib(n - 1) + fib(n - 2); }"
			"function sum(int a; int b, int c) { int s = a + b; s = s + c; "
			"return s; }"
			"function own(prefix p) { return p ~ [10.0.0.0/8+]; }"
			"function tag(int n) { bgp_community.add((64512, n)); }"
			"function decide() { if own(net) then accept; reject; }"
			"filter f { bgp_med = factorial(6); bgp_local_pref = fib(15);"
			"  if sum(sum(1, 2, 3), 4, sum(5, 6, 7)) != 28 then reject;"
			"  tag(5); tag(6); decide(); }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_uint_eq(number_of(&lab, "bgp_med"), 720);
	ck_assert_uint_eq(number_of(&lab, "bgp_local_pref"), 610);
	ck_assert_str_eq(text_of(&lab, "bgp_community"), "(clist (64512,5) (64512,6))");
	lab_close(&lab);
}
END_TEST

/* More frames and registers than lie within the evaluator. */
START_TEST(deep_calls_keep_their_variables)
{
	struct lab lab;
	open_good(&lab, "function down(int n) -> int { int a = n + 1; int b = n + 2;"
			"  int c = n + 3; bgppath p = +empty+.prepend(n); int r = 0;"
			"  if n > 0 then r = down(n - 1);"
			"  if a != n + 1 || b != n + 2 || c != n + 3 || p.first != n "
			"then return 0;"
			"  return r + 1; }"
			"filter f { if down(900) = 901 then accept; reject; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	lab_close(&lab);
}
END_TEST

START_TEST(if_and_case_choose)
{
	struct lab lab;
	open_good(&lab,
		  "function word(int x) -> string { case x {"
		  "  1: return \"one\"; 2, 4..6: return \"few\";"
		  "  100..200: { return \"many\"; } else: return \"?\"; } }"
		  "function chain(int x) -> int { if x < 10 then return 1;"
		  "  else if x < 20 then return 2; else if x < 30 then return 3; else "
		  "return 4; }"
		  "function pairs(pair p) -> int { case p { (1,1): return 1; (2,*): "
		  "return 2;"
		  "  (3,4..9): return 3; } return 0; }"
		  "function addrs(ip a) -> int { case a { 1.1.1.1: return 1;"
		  "  2.0.0.0 .. 2.0.0.9: return 2; ::1 : return 6; } return 0; }"
		  "function nothing(int x) { case x { 1: bgp_med = 1; } }"
		  "filter f { bt_assert(word(1) = \"one\"); bt_assert(word(2) = \"few\");"
		  "  bt_assert(word(3) = \"?\"); bt_assert(word(5) = \"few\");"
		  "  bt_assert(word(150) = \"many\"); bt_assert(word(201) = \"?\");"
		  "  bt_assert(chain(5) = 1); bt_assert(chain(15) = 2); "
		  "bt_assert(chain(25) = 3);"
		  "  bt_assert(chain(35) = 4); bt_assert(pairs((1,1)) = 1);"
		  "  bt_assert(pairs((2,77)) = 2); bt_assert(pairs((3,3)) = 0);"
		  "  bt_assert(pairs((3,9)) = 3); bt_assert(addrs(1.1.1.1) = 1);"
		  "  bt_assert(addrs(2.0.0.5) = 2); bt_assert(addrs(::1) = 6);"
		  "  bt_assert(addrs(::2) = 0); nothing(5); bt_assert(!defined(bgp_med));"
		  "  nothing(1); bt_assert(bgp_med = 1);"
		  "  case source { RTS_STATIC: reject; RTS_UNKNOWN: accept; } reject; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "");
	lab_close(&lab);
}
END_TEST

START_TEST(for_walks_lists)
{
	struct lab lab;
	open_good(&lab,
		  "filter f int sum; pair last; {"
		  "  sum = 0; bgp_path.prepend(1); bgp_path.prepend(2); "
		  "bgp_path.prepend(3);"
		  "  for int asn in bgp_path do sum = sum * 10 + asn;"
		  "  bt_assert(sum = 321);"
		  "  bgp_community.add((1,2)); bgp_community.add((3,4));"
		  "  for pair c in bgp_community do { if c.asn = 1 then bgp_med = "
		  "c.data; last = c; }"
		  "  bt_assert(bgp_med = 2); bt_assert(last = (3,4));"
		  "  for c in bgp_community do for d in bgp_community do sum = sum + 1;"
		  "  bt_assert(sum = 325);"
		  "  bgp_large_community.add((1,2,3));"
		  "  for lc c in bgp_large_community do bt_assert(c.data2 = 3);"
		  "  bgp_ext_community.add((rt,1,3));"
		  "  for ec c in bgp_ext_community do bt_assert(c = (rt,1,3));"
		  "  for i in +empty+ do reject;"
		  "  accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "");
	lab_close(&lab);
}
END_TEST

START_TEST(locals_live_in_their_block)
{
	struct lab lab;
	open_good(
		&lab,
		"filter f int x; { x = 1; { int x = 2; bt_assert(x = 2);"
		"  { int x = x + 1; bt_assert(x = 3); } bt_assert(x = 2); }"
		"  bt_assert(x = 1); if true then { int y = 5; x = y; } bt_assert(x = 5);"
		"  { int z = 1; x = z; } { int w; bt_assert(!defined(w)); }"
		"  accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "");
	lab_close(&lab);
}
END_TEST

/* Both sides of && and || only if they are needed. */
START_TEST(logic_stops_as_soon_as_it_knows)
{
	struct lab lab;
	open_good(&lab,
		  "function boom() -> bool { bgp_med = bgp_med + 1; return true; }"
		  "filter f { bgp_med = 0; if false && boom() then reject;"
		  "  if true || boom() then bgp_local_pref = 1;"
		  "  bool b = net.len = 24 || boom(); bt_assert(b);"
		  "  b = net.len = 23 && boom(); bt_assert(!b); bt_assert(bgp_med = 0);"
		  "  b = !(net.len = 23 && boom()) && (net.len = 24 || boom()); "
		  "bt_assert(b);"
		  "  if net.len = 24 && boom() then bt_assert(bgp_med = 1); accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "");
	lab_close(&lab);
}
END_TEST

START_TEST(printing_goes_to_the_log_in_lines)
{
	struct lab lab;
	open_good(&lab,
		  "filter f { printn \"a\"; printn 1; print \"b\", net, \" \", bgp_med;"
		  "  accept; } filter g { reject \"why \", 5; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_uint_eq(lab.fake.logs, 1);
	ck_assert_str_eq(lab.fake.last_log, "a1b10.1.2.0/24 (void)");
	ck_assert_int_eq(lab_run(&lab, "g"), FILTER_REJECT);
	ck_assert_str_eq(lab.fake.last_log, "why 5");
	lab_close(&lab);
}
END_TEST

/* Masks, pairs and communities of values that are known only now. */
/* Whoever types an expression sees what it prints, and tables that are there. */
START_TEST(error_rejects_and_says_where)
{
	struct lab lab;
	open_good(&lab,
		  "filter f { int error = 5; error = error + 1; if error = 6 then\n"
		  "error \"six: \", net; accept; }"
		  "function error(int a) { return a; } filter g { error(5); accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ERROR);
	ck_assert_uint_eq(lab.fake.logs, 2);
	ck_assert_str_eq(lab.fake.last_log,
			 "filter f, 2:1: error; 10.1.2.0/24 is rejected");
	ck_assert_int_eq(lab_run(&lab, "g"), FILTER_ACCEPT);
	lab_close(&lab);
}
END_TEST

START_TEST(eval_shows_what_is_printed)
{
	struct lab lab;
	ck_assert(lab_open(
		&lab, "roa4 table r4;\n"
		      "function f(int a) { print \"a is \", a; print 2; return a; }\n"
		      "function g() { print \"nothing\"; }\n"));
	lab_hush(&lab);
	ck_assert_int_eq(conf_language.eval(lab.router, "f(5) + 1", lab.out), 0);
	out_end(lab.out);
	ck_assert_str_eq(text_string(&lab.said), "a is 5\n2\n6\n");
	lab_hush(&lab);
	ck_assert_int_eq(conf_language.eval(lab.router, "g()", lab.out), 0);
	out_end(lab.out);
	ck_assert_str_eq(text_string(&lab.said), "nothing\n(void)\n");
	ck_assert_str_eq(lab_eval(&lab, "roa_check(r4, 10.0.0.0/8, 1)"), "(enum 34)0");
	lab_close(&lab);
	/* What a configuration computes is for the log. */
	ck_assert(lab_open(&lab, "function f() { print \"seen\"; return 1; }\n"
				 "define X = f();"));
	ck_assert_str_eq(lab.fake.last_log, "seen");
	lab_close(&lab);
}
END_TEST

START_TEST(constructors_compute)
{
	struct lab lab;
	open_good(
		&lab,
		"filter f int a; int set s; { a = 2; s = [5..9];"
		"  bgp_path = +empty+.prepend(7).prepend(2).prepend(1);"
		"  bt_assert(bgp_path ~ [= 1 a s =]); bt_assert(bgp_path !~ [= a 1 s =]);"
		"  bt_assert(bgp_path ~ [= * (a + 5) =]);"
		"  bt_assert((a, a + 1) = (2,3)); bt_assert((rt, a, 5) = (rt, 2, 5));"
		"  bt_assert((a, a, a) = (2,2,2));"
		"  bgp_community.add((a, 1)); bt_assert((2,1) ~ bgp_community);"
		"  bgpmask m = [= a * =]; bt_assert(bgp_path !~ m); accept; }"
		"filter big int a; { a = 70000; bgp_community.add((a, 1)); accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "");
	ck_assert_int_eq(lab_run(&lab, "big"), FILTER_ERROR);
	ck_assert_ptr_nonnull(strstr(lab.fake.last_log, "does not fit into a pair"));
	lab_close(&lab);
}
END_TEST

START_TEST(constants_work_everywhere)
{
	struct lab lab;
	open_good(
		&lab,
		"define OWN = 10.0.0.0/8; define LOW = 3; define NETS = [OWN{16,24}, "
		"11.0.0.0/8+];"
		"define AS = 64512; define TAG = (AS - 1, LOW);"
		"define MASK = [= * AS =]; define TEXT = \"own \" ++ format(OWN);"
		"function twice(int x) -> int { return x * 2; } define SIX = twice(LOW);"
		"filter f { bt_assert(net ~ NETS); bt_assert(net ~ [OWN+]); "
		"bt_assert(net ~ OWN);"
		"  bt_assert(net !~ [OWN]); bt_assert(SIX = 6); bt_assert(TAG = (64511, "
		"3));"
		"  bgp_path.prepend(AS); bt_assert(bgp_path ~ MASK);"
		"  bt_assert(bgp_path ~ [= AS =]); bt_assert(TEXT = \"own 10.0.0.0/8\");"
		"  bt_assert(5 ~ [LOW..(twice(LOW))]); bt_assert((64511, 3) ~ [TAG]); "
		"accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "");
	lab_close(&lab);
}
END_TEST

/* A configuration of someone with BGP loads here: what nobody has reads as undefined. */
START_TEST(attributes_of_absent_protocols_are_harmless)
{
	struct lab lab;
	open_good(&lab, "filter f { if ospf_metric1 > 5 then reject; krt_mtu = 1400;"
			"  krt_prefsrc = 1.2.3.4; unset(rip_metric);"
			"  if defined(rip_metric) then reject; accept; }");
	ck_assert_ptr_nonnull(strstr(text_string(&lab.said),
				     "no protocol here has the attribute `krt_mtu`"));
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	lab_close(&lab);
}
END_TEST

START_TEST(attributes_can_be_declared)
{
	struct lab lab;
	open_good(&lab,
		  "attribute int weight_of_mine; attribute bgppath my_path;"
		  "attribute lclist my_list; attribute lc my_lc; attribute prefix my_net;"
		  "filter f { bt_assert(!defined(weight_of_mine)); weight_of_mine = 7;"
		  "  bt_assert(weight_of_mine + 1 = 8); my_path.prepend(5);"
		  "  my_list.add((1,2,3)); my_lc = (4,5,6); my_net = 10.0.0.0/8;"
		  "  bt_assert(my_path ~ [= 5 =]); bt_assert((1,2,3) ~ my_list);"
		  "  bt_assert(my_lc.data1 = 5); bt_assert(net ~ my_net);"
		  "  unset(my_lc); bt_assert(!defined(my_lc)); accept; }");
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "");
	ck_assert_uint_eq(number_of(&lab, "weight_of_mine"), 7);
	lab_close(&lab);
}
END_TEST

static int
configure(struct lab *lab, const char *text)
{
	lab_hush(lab);
	int result = conf_language.configure_text(lab->router, text, strlen(text),
						  CONFIGURE_COMMIT, lab->out);
	out_end(lab->out);
	return result;
}

/* What a configuration does not declare its filters don't know, and a type can be mended.
 */
START_TEST(declared_attributes_go_with_their_declaration)
{
	struct lab lab;
	open_good(&lab, "attribute int mine; filter f { mine = 7; accept; }");
	ck_assert_int_eq(
		configure(&lab, "router id 1.2.3.4; filter f { mine = 7; accept; }"),
		-EINVAL);
	ck_assert_ptr_nonnull(strstr(text_string(&lab.said), "`mine` is not known"));
	ck_assert_int_eq(configure(&lab, "router id 1.2.3.4; attribute string mine;"
					 "filter f { mine = \"x\"; accept; }"),
			 0);
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	lab_route_reset(&lab);
	ck_assert_int_eq(configure(&lab, "router id 1.2.3.4; attribute int mine;"
					 "filter f { mine = 1; accept; }"),
			 0);
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	ck_assert_int_eq(configure(&lab, "router id 1.2.3.4; attribute int set mine;"),
			 -EINVAL);
	ck_assert_int_eq(configure(&lab, "router id 1.2.3.4; attribute nt mine;"),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(text_string(&lab.said), "did you mean `int`?"));
	lab_close(&lab);
}
END_TEST

/* BIRD's users write `import where judge(20);` with functions that decide themselves. */
START_TEST(a_function_that_decides_stands_for_any_value)
{
	struct lab lab;
	open_good(&lab, "function judge(int most) {"
			"  if net.len > most then reject; accept; }"
			"function never() { reject; }"
			"filter a { if judge(24) then reject; reject; }"
			"filter b { if net.len > 100 && never() then accept; judge(23); }"
			"filter c { judge(24); }");
	ck_assert_ptr_null(strstr(text_string(&lab.said), "can be reached"));
	ck_assert_int_eq(lab_run(&lab, "a"), FILTER_ACCEPT);
	ck_assert_int_eq(lab_run(&lab, "b"), FILTER_REJECT);
	ck_assert_int_eq(lab_run(&lab, "c"), FILTER_ACCEPT);
	lab_close(&lab);
}
END_TEST

/* Both places are named, and the other declarations are good. */
START_TEST(a_second_declaration_is_refused)
{
	struct lab lab;
	open_good(&lab, "attribute int mine;");
	ck_assert_int_eq(configure(&lab,
				   "router id 1.2.3.4;\nattribute int mine;\n"
				   "attribute string other;\nattribute int mine;\n"),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(text_string(&lab.said),
				     "line 4, column 15: error: `mine` is already "
				     "defined, in line 2"));
	ck_assert_ptr_null(strstr(text_string(&lab.said), "other"));
	lab_close(&lab);
}
END_TEST

static void
attributes_declare(struct text *text, const char *name, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		text_printf(text, "attribute int %s%u;\n", name, i);
}

/* However many were refused, and if all that was wrong is below them. */
START_TEST(a_refused_configuration_leaves_no_attributes)
{
	struct lab lab;
	struct text text = { 0 };
	open_good(&lab, "attribute int mine; filter f { mine = 7; accept; }");
	for (unsigned round = 0; round < 7; round++) {
		char name[8];
		text_format(name, sizeof(name), "r%ux", round);
		text_reset(&text);
		text_add(&text, "router id 1.2.3.4;\n");
		attributes_declare(&text, name, 10000);
		text_add(&text, "protocol nonsense;\n");
		ck_assert_int_eq(configure(&lab, text_string(&text)), -EINVAL);
		ck_assert_ptr_null(strstr(text_string(&lab.said), "too many"));
	}
	ck_assert_int_eq(configure(&lab, "router id 1.2.3.4; attribute int other;"
					 "filter f { other = 1; accept; }"),
			 0);
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	text_fini(&text);
	lab_close(&lab);
}
END_TEST

/* What declared the last of them goes on. */
START_TEST(attributes_without_end_are_refused)
{
	struct lab lab;
	struct text text = { 0 };
	open_good(&lab, "attribute int mine; filter f { mine = 7; accept; }");
	text_add(&text, "router id 1.2.3.4;\n");
	attributes_declare(&text, "a", ATTR_MOST);
	ck_assert_int_eq(configure(&lab, text_string(&text)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(text_string(&lab.said),
				     " is one attribute too many: a router has at most "
				     "16384"));
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	text_fini(&text);
	lab_close(&lab);
}
END_TEST

/* What the link of the next hop is, and who is at the other end. */
static bool
lab_neighbour(const struct protocol *protocol, const struct route_draft *route,
	      struct protocol_neighbour *neighbour)
{
	(void)protocol;
	neighbour->asn = route->peer ? 64513 : 64512;
	return true;
}

START_TEST(links_and_neighbours_have_attributes)
{
	static const char text[] =
		"filter f { if defined(link.rtt) && link.rtt > 20 ms then reject;"
		" if link.name = \"lab0\" && link.mtu = 1500 && !link.wireless then "
		"accept;"
		" reject; }\n"
		"filter g { print link.peer, \" \", link.loss, \" \", neighbor.asn; "
		"accept; }\n"
		"filter h { if neighbor.asn = 64513 then accept; reject; }\n";
	struct protocol_class class = { .name = "lab",
					.doc = "",
					.neighbour = lab_neighbour };
	struct protocol protocol = { .class = &class };
	struct channel channel = { .protocol = &protocol };
	struct lab lab;
	open_good(&lab, text);
	/* Over no link. */
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_REJECT);
	struct link *link = fake_link(&lab.fake, "lab0");
	struct nexthop *nexthop = nexthop_direct(lab.router, link);
	link->mtu = 1500;
	attrs_release(lab.router, lab.attrs, 1);
	lab.attrs = fake_attrs(lab.router, nexthop, 100);
	lab.route.attrs = lab.attrs;
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	link->rtt = 20 * USEC_MS;
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_ACCEPT);
	link->rtt++;
	ck_assert_int_eq(lab_run(&lab, "f"), FILTER_REJECT);
	link->loss = 1;
	lab.route.channel = &channel;
	ck_assert_int_eq(lab_run(&lab, "g"), FILTER_ACCEPT);
	ck_assert_str_eq(lab.fake.last_log, "(void) 1 64512");
	ck_assert_int_eq(lab_run(&lab, "h"), FILTER_REJECT);
	lab.route.peer = &channel;
	ck_assert_int_eq(lab_run(&lab, "h"), FILTER_ACCEPT);
	/* So one run does not serve several peers. */
	const struct filter *filter = conf_language.filter_find(lab.router, "h");
	ck_assert(filter->class->reads(filter)->peer);
	filter = conf_language.filter_find(lab.router, "f");
	ck_assert(!filter->class->reads(filter)->peer);
	lab.route.channel = lab.route.peer = NULL;
	lab_close(&lab);
}
END_TEST

START_TEST(where_is_a_filter)
{
	struct lab lab;
	open_good(&lab, "");
	const char *texts[] = { "net ~ [10.0.0.0/8+] && preference = 100",
				"net.len > 24 || source = RTS_STATIC",
				"bgp_med + 1 = 2" };
	const enum filter_verdict wanted[] = { FILTER_ACCEPT, FILTER_REJECT,
					       FILTER_ERROR };
	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
		enum filter_verdict verdict;
		struct filter *filter =
			conf_language.filter_compile(lab.router, texts[i], true, lab.out);
		ck_assert_ptr_nonnull(filter);
		filter->class->run(filter, &lab.route, 1, &verdict);
		ck_assert_int_eq(verdict, wanted[i]);
		conf_language.filter_free(lab.router, filter);
	}
	lab_close(&lab);
}
END_TEST

START_TEST(explain_names_the_line_that_decided)
{
	struct lab lab;
	open_good(&lab, "filter f {\n  if net.len = 24 then\n    reject;\n  accept;\n}");
	const struct filter *filter = conf_language.filter_find(lab.router, "f");
	struct filter_decision decision;
	filter_decide(filter, &lab.route, &decision);
	ck_assert_int_eq(decision.verdict, FILTER_REJECT);
	ck_assert_str_eq(text_string(&decision.how), "rejected");
	ck_assert_str_eq(text_string(&decision.where), "3:5");
	filter_decision_fini(&decision);
	filter_decide(NULL, &lab.route, &decision);
	ck_assert_int_eq(decision.verdict, FILTER_ACCEPT);
	filter_decision_fini(&decision);
	filter_decide(&filter_reject, &lab.route, &decision);
	ck_assert_int_eq(decision.verdict, FILTER_REJECT);
	filter_decision_fini(&decision);
	lab_close(&lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		accept_reject_and_the_end_give_verdicts,
		nothing_is_copied_before_the_first_write,
		attributes_are_set_read_and_unset,
		values_outlive_changes_of_their_attribute,
		undefined_attributes_are_what_bird_makes_of_them,
		undefined_variables_are_not_used,
		failures_name_their_line_and_the_route,
		failures_of_a_batch_are_logged_once,
		endless_recursion_and_loops_are_stopped,
		functions_call_themselves_and_each_other,
		deep_calls_keep_their_variables,
		if_and_case_choose,
		for_walks_lists,
		locals_live_in_their_block,
		logic_stops_as_soon_as_it_knows,
		printing_goes_to_the_log_in_lines,
		error_rejects_and_says_where,
		eval_shows_what_is_printed,
		constructors_compute,
		constants_work_everywhere,
		attributes_of_absent_protocols_are_harmless,
		attributes_can_be_declared,
		declared_attributes_go_with_their_declaration,
		a_function_that_decides_stands_for_any_value,
		a_second_declaration_is_refused,
		a_refused_configuration_leaves_no_attributes,
		attributes_without_end_are_refused,
		links_and_neighbours_have_attributes,
		where_is_a_filter,
		explain_names_the_line_that_decided,
	};
	return unit_run("filter run", tests, ARRAY_SIZE(tests), NULL, 0);
}
