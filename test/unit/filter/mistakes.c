/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the checker says of mistakes: where, what, and what may have been meant; all of
 * them at once, none twice.
 */
#include "test/unit/filter/lab.h"
#include "test/unit/unit.h"

static unsigned
count_of(const char *text, const char *piece)
{
	unsigned count = 0;
	while ((text = strstr(text, piece)) != NULL) {
		text += strlen(piece);
		count++;
	}
	return count;
}

static const struct {
	const char *text;
	const char *says[4]; /* All of them. */
	unsigned errors, warnings;
} mistakes[] = {
	{ "filter f { if net.len then accept; reject; }",
	  { "condition of `if` must be of type bool, this is int" },
	  1,
	  0 },
	{ "filter f { if 1 then accept; reject; }",
	  { "compare it with something" },
	  1,
	  0 },
	{ "filter f int x; { x = true; y = 5; x.foo; accept; }",
	  { "the value must be of type int, this is bool", "`y` is not known",
	    "int has no method `foo`" },
	  3,
	  0 },
	{ "filter f { int lenght = 1; if lenth = 2 then reject; accept; }",
	  { "did you mean `lenght`?" },
	  1,
	  0 },
	{ "filter f { preferense = 5; accept; }",
	  { "did you mean `preference`?" },
	  1,
	  0 },
	{ "filter f { bgp_path.prepnd(5); accept; }",
	  { "did you mean `.prepend`?" },
	  1,
	  0 },
	{ "filter f { if source = RTS_BABL then accept; reject; }",
	  { "did you mean `RTS_BABEL`?" },
	  1,
	  0 },
	{ "function f(int a; ip b) { return a; } filter g { bgp_med = f(1); accept; }",
	  { "`f` takes 2 arguments, here are 1" },
	  1,
	  0 },
	{ "function f(int a; ip b) { return a; } filter g { bgp_med = f(1.2.3.4, 1); "
	  "accept; }",
	  { "argument `a` of `f` must be of type int, this is ip",
	    "argument `b` of `f` must be of type ip, this is int" },
	  2,
	  0 },
	{ "function is_own() { return true; } filter g { if is_onw() then accept; "
	  "reject; }",
	  { "there is no function `is_onw`", "did you mean `is_own`?" },
	  1,
	  0 },
	{ "function f() { return 1; } filter g { bgp_med = f; accept; }",
	  { "`f` is a function, not a value", "call it: f()" },
	  1,
	  0 },
	{ "function f(int x) { if x = 1 then return 1; return true; }",
	  { "this function returns int, here is bool",
	    "the `return` in line 1 has a value of type int" },
	  1,
	  0 },
	{ "function f(int x) { if x = 1 then return; return 2; }",
	  { "this function returns int, here is no value",
	    "the `return` in line 1 has a value of type int" },
	  1,
	  0 },
	{ "function f(int x) { if x = 1 then return 2; return; }",
	  { "this function returns int, here is no value" },
	  1,
	  0 },
	{ "function p() { print 1; } function f(int x) { if x = 1 then return p(); "
	  "return 2; }",
	  { "this function returns int, here is no value" },
	  1,
	  0 },
	{ "function f(int x) { if x = 1 then return [1]; if x = 2 then return []; "
	  "return [10.0.0.0/8]; }",
	  { "this function returns int set, here is prefix set" },
	  1,
	  0 },
	{ "function f() -> bool { return 1; }",
	  { "the result must be of type bool, this is int" },
	  1,
	  0 },
	{ "function f() -> bool { if net.len = 1 then return true; }",
	  { "the end of function `f` can be reached without return" },
	  0,
	  1 },
	{ "function f() { bgp_med = 1; } filter g { bgp_local_pref = f() + 1; accept; }",
	  { "this has no value" },
	  1,
	  0 },
	{ "filter f { return 5; }",
	  { "`return` outside of a function", "use accept" },
	  1,
	  0 },
	{ "filter f { if net.len = 1 then accept; }",
	  { "the end of filter `f` can be reached without accept or reject" },
	  0,
	  1 },
	{ "filter f { accept; preference = 5; preference = 6; }",
	  { "this is never reached" },
	  0,
	  1 },
	{ "filter f { if net.len = 1 then accept; else reject; print 1; }",
	  { "this is never reached" },
	  0,
	  1 },
	{ "filter f { net = 1.0.0.0/8; lab_fixed = 5; accept; }",
	  { "`net` can't be assigned", "`lab_fixed` can be read only" },
	  2,
	  0 },
	{ "filter f { unset(net); unset(lab_fixed); accept; }",
	  { "only attributes can be unset", "`lab_fixed` can be read only" },
	  2,
	  0 },
	{ "filter f { net.len; bgp_path.len; accept; }",
	  { "the result of `.len` is not used", "`.len` gives int, which `bgp_path`" },
	  2,
	  0 },
	{ "filter f { defined(bgp_med); accept; }", { "this has no effect" }, 1, 0 },
	{ "filter f { case net.len { 1: accept; 1..5: reject; } reject; }",
	  { "two cases have 1 in common" },
	  1,
	  0 },
	{ "filter f { case net.len { 1.2.3.4: accept; } reject; }",
	  { "the cases are of type ip, the expression is of type int" },
	  1,
	  0 },
	{ "filter f { case net { [1.0.0.0/8]: accept; } reject; }", { NULL }, 1, 0 },
	{ "filter f { for int x in net do accept; reject; }",
	  { "`for` walks a bgppath, clist, eclist or lclist, this is prefix" },
	  1,
	  0 },
	{ "filter f { for pair x in bgp_path do accept; reject; }",
	  { "the elements are of type int, not pair" },
	  1,
	  0 },
	{ "filter f int x; int x; { accept; }",
	  { "`x` is already declared in this block" },
	  1,
	  0 },
	{ "filter f { strng x = \"a\"; accept; }",
	  { "`strng` is not a type", "did you mean" },
	  1,
	  0 },
	{ "filter f { bool set s; accept; }",
	  { "there are no sets of type bool" },
	  1,
	  0 },
	{ "function f(int n) { if net.len > n then reject; }"
	  "filter g { if f(8) then accept; }",
	  { "the condition of `if` must be of type bool, this is nothing",
	    "end each way through the function in accept, reject or a `return`" },
	  1,
	  0 },
	{ "function f() { accept; } filter g { f(); print 1; }",
	  { "this is never reached" },
	  0,
	  1 },
	{ "define X = 1; define X = 2;", { "`X` is already defined, in line 1" }, 1, 0 },
	{ "define X = 1 / 0; filter f { bgp_med = X; accept; }",
	  { "division by zero" },
	  1,
	  0 },
	{ "define X = net.len;",
	  { "there is no route here that `net` could be of" },
	  1,
	  0 },
	{ "filter f { if net ~ [10.0.0.0/8{33,34}] then accept; reject; }",
	  { "invalid lengths {33,34}: they go from 0 to 32" },
	  1,
	  0 },
	{ "filter f { if net ~ [10.0.0.0/8, 2001:db8::/32] then accept; reject; }",
	  { "can't be in one set: make two" },
	  1,
	  0 },
	{ "filter f int x; { x = 1; if 5 ~ [1..x] then accept; reject; }",
	  { "in a set only constants are allowed" },
	  1,
	  0 },
	{ "filter f { if bgp_community ~ (1,2) then accept; reject; }",
	  { "the element comes first: exchange the sides" },
	  1,
	  0 },
	{ "filter f { if roa_check(nowhere) = ROA_VALID then accept; reject; }",
	  { "`nowhere` is not a table" },
	  1,
	  0 },
	{ "ipv4 table t; filter f { if roa_check(t) = ROA_VALID then accept; reject; }",
	  { "table `t` is not a roa4 or roa6 table" },
	  1,
	  0 },
	{ "filter f { if net.type = RTS_BGP then accept; reject; }",
	  { "enum NET and enum RTS are never equal" },
	  0,
	  1 },
	{ "filter f { if bgp_med = 1 || net.len = 2 && preference = 3 then accept; "
	  "reject; }",
	  { "both operators are of one strength", "write parentheses" },
	  0,
	  1 },
	{ "filter f { if net.len > 8 then reject; preference = 5; reject; }",
	  { "filter `f` accepts nothing" },
	  0,
	  1 },
	{ "filter f { }", { "filter `f` accepts nothing" }, 0, 1 },
	{ "filter f { print 1; reject; }", { NULL }, 0, 0 },
	{ "filter f { if 1 > 2 then accept; reject; }",
	  { "this condition is always false", "filter `f` accepts nothing" },
	  0,
	  2 },
	{ "define DEBUG = false; filter f { if DEBUG then print 1; accept; }",
	  { NULL },
	  0,
	  0 },
	{ "function g() { accept; } filter f { g(); reject; }",
	  { "never reached" },
	  0,
	  1 },
	{ "function g() { accept; } filter f { if net.len = 1 then g(); reject; }",
	  { NULL },
	  0,
	  0 },
	{ "function g() { accept; } filter f { reject; g(); }",
	  { "never reached", "filter `f` accepts nothing" },
	  0,
	  2 },
	{ "filter f { if net.len > 128 then accept; if 0 <= net.len then accept; }",
	  { "never true: the number is from 0 to 128",
	    "always true: the number is from 0 to 128", "the end of filter" },
	  0,
	  3 },
	{ "filter f { case net.len { 129, 200..300: accept; 5: accept; else: accept; } }",
	  { "this case is never met: the number is from 0 to 128" },
	  0,
	  1 },
	{ "filter f { if net.len > 8 then; accept; }",
	  { "the `;` ends this `if`" },
	  0,
	  1 },
	{ "function f(int a) { return f(a); }",
	  { "what `f` returns is not known: it only calls itself", "say its type" },
	  1,
	  0 },
	{ "function f(int a) { if a > 9 then return; return f(a + 1); }",
	  { "what `f` returns is not known: it only calls itself", "say its type" },
	  1,
	  0 },
};

START_TEST(mistakes_are_named_with_place_and_remedy)
{
	for (unsigned i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct lab lab;
		bool good = lab_open(&lab, mistakes[i].text);
		const char *said = text_string(&lab.said);
		/* Most of these lines use nothing they declare. */
		unsigned unused = count_of(said, "nobody uses") +
				  count_of(said, "no protocol fills");
		ck_assert_msg(good == (mistakes[i].errors == 0), "%s\n%s",
			      mistakes[i].text, said);
		ck_assert_msg(count_of(said, ": error: ") == mistakes[i].errors &&
				      count_of(said, ": warning: ") - unused ==
					      mistakes[i].warnings,
			      "%s\n%s", mistakes[i].text, said);
		for (unsigned j = 0; j < 4 && mistakes[i].says[j]; j++)
			ck_assert_msg(strstr(said, mistakes[i].says[j]) != NULL,
				      "%s\nshould say: %s\nsays: %s", mistakes[i].text,
				      mistakes[i].says[j], said);
		lab_close(&lab);
	}
}
END_TEST

/* A mistake in a declaration is reported there, not at its uses. */
START_TEST(what_depends_on_a_mistake_is_not_blamed)
{
	struct lab lab;
	ck_assert(!lab_open(&lab,
			    "define A = nothing_like_it;\n"
			    "function f(int x) -> int { return A + y; }\n"
			    "filter g { bgp_med = f(A) + A; accept; }\n"
			    "filter h { if g then accept; if f(1) = A then reject; }\n"));
	ck_assert_uint_eq(count_of(text_string(&lab.said), ": error: "), 2);
	lab_close(&lab);
}
END_TEST

START_TEST(seven_mistakes_give_seven_reports)
{
	struct lab lab;
	struct text text = { 0 };
	for (unsigned i = 0; i < 7; i++)
		text_printf(&text, "filter f%u { bgp_med = true; accept; }\n", i);
	ck_assert(!lab_open(&lab, text_string(&text)));
	for (unsigned i = 1; i <= 7; i++) {
		char place[32];
		text_format(place, sizeof(place), "line %u, column ", i);
		ck_assert_uint_eq(count_of(text_string(&lab.said), place), 1);
	}
	text_fini(&text);
	lab_close(&lab);
}
END_TEST

/* A function that calls itself before its type is known is checked again, but not
 * complained about twice. */
START_TEST(recursion_is_inferred_quietly)
{
	struct lab lab;
	ck_assert(lab_open(&lab,
			   "function f(int n) { if n > 1 then { int m = f(n - 1) + 1; "
			   "return m; print 1; } return 1; }"));
	ck_assert_uint_eq(count_of(text_string(&lab.said), "never reached"), 1);
	ck_assert_str_eq(lab_eval(&lab, "f(5)"), "5");
	lab_close(&lab);
	ck_assert(!lab_open(&lab,
			    "function f(int n) { if n > 1 then return f(n - 1) + true; "
			    "return 1; }"));
	ck_assert_uint_eq(count_of(text_string(&lab.said), ": error: "), 1);
	lab_close(&lab);
}
END_TEST

/* Of several results one may be of a type that the others are of, too, wherever it
 * stands. */
START_TEST(a_result_is_of_the_widest_type)
{
	static const struct {
		const char *function, *call, *value;
	} results[] = {
		{ "function f(int x) { if x = 1 then return []; return [1, 2]; }",
		  "1 ~ f(2)", "TRUE" },
		{ "function f(int x) { if x = 1 then return []; return [1, 2]; }",
		  "1 ~ f(1)", "FALSE" },
		{ "function f(int x) { if x = 1 then return []; "
		  "return [10.0.0.0/8+]; }",
		  "10.1.0.0/16 ~ f(2)", "TRUE" },
		{ "function f(int x) { if x = 1 then return []; "
		  "return [10.0.0.0/8+]; }",
		  "10.1.0.0/16 ~ f(1)", "FALSE" },
		{ "function q() -> quad { return 1.2.3.4; } "
		  "function f(int x) { if x = 1 then return 1.1.1.1; return q(); } "
		  "function g(quad a) { return a = 1.1.1.1; }",
		  "g(f(1))", "TRUE" },
		{ "function q() -> quad { return 1.2.3.4; } "
		  "function f(int x) { if x = 1 then return q(); return 1.1.1.1; } "
		  "function g(quad a) { return a = 1.1.1.1; }",
		  "g(f(2))", "TRUE" },
		{ "function e() { reject; } "
		  "function f(int x) { if x = 1 then return e(); return 5; }",
		  "f(2) + 1", "6" },
		{ "function f(int x) { if x = 1 then return []; "
		  "if x = 2 then return f(1); return [7]; }",
		  "7 ~ f(3)", "TRUE" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		struct lab lab;
		ck_assert_msg(lab_open(&lab, results[i].function), "%s",
			      text_string(&lab.said));
		ck_assert_str_eq(lab_eval(&lab, results[i].call), results[i].value);
		lab_close(&lab);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		mistakes_are_named_with_place_and_remedy,
		what_depends_on_a_mistake_is_not_blamed,
		seven_mistakes_give_seven_reports,
		recursion_is_inferred_quietly,
		a_result_is_of_the_widest_type,
	};
	return unit_run("filter mistakes", tests, ARRAY_SIZE(tests), NULL, 0);
}
