/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which filters mean the same, and what they say they read: what reloads and export
 * groups go by.
 */
#include "test/unit/filter/lab.h"
#include "test/unit/unit.h"

static const struct filter *
filter_named(struct lab *lab, const char *name)
{
	const struct filter *filter = conf_language.filter_find(lab->router, name);
	ck_assert_ptr_nonnull(filter);
	return filter;
}

static const struct {
	const char *a, *b; /* The rest of a configuration with `filter f`. */
	bool equal;
} pairs[] = {
	{ "filter f { accept; }", "filter f { reject; }", false },
	{ "filter f { if net.len > 5 then accept; reject; }",
	  "# A comment.\nfilter f\n{\n\tif ( net.len > 5 )\n\tthen { accept; "
	  "}\n\treject;\n}",
	  true },
	{ "filter f int x; { x = 1; bgp_med = x; accept; }",
	  "filter f int why; { why = 1; bgp_med = why; accept; }", true },
	{ "filter f { bgp_med = 5; accept; }",
	  "define N = 2 + 3; filter f { bgp_med = N; accept; }", true },
	{ "filter f { bgp_med = 5; accept; }", "filter f { bgp_med = 6; accept; }",
	  false },
	{ "filter f { bgp_med = 5; accept; }", "filter f { bgp_local_pref = 5; accept; }",
	  false },
	{ "filter f { if net ~ [10.0.0.0/8+, 11.0.0.0/8] then accept; reject; }",
	  "filter f { if net ~ [11.0.0.0/8, 10.0.0.0/8{8,32}] then accept; reject; }",
	  true },
	{ "filter f { if net ~ [10.0.0.0/8+] then accept; reject; }",
	  "filter f { if net ~ [10.0.0.0/8] then accept; reject; }", false },
	{ "filter f { if preference ~ [1..3, 7] then accept; reject; }",
	  "filter f { if preference ~ [7, 1..2, 2..3] then accept; reject; }", true },
	{ "filter f { if bgp_path ~ [= * 1 =] then accept; reject; }",
	  "filter f { if bgp_path ~ [= 1 * =] then accept; reject; }", false },
	{ "function t(int x) { return x + 1; } filter f { bgp_med = t(1); accept; }",
	  "function u(int y) -> int { return y + 1; } filter f { bgp_med = u(1); accept; "
	  "}",
	  true },
	{ "function t(int x) { return x + 1; } filter f { bgp_med = t(1); accept; }",
	  "function t(int x) { return x + 2; } filter f { bgp_med = t(1); accept; }",
	  false },
	{ "function t(int x) { if x = 0 then return 1; return t(x - 1); }"
	  "filter f { bgp_med = t(1); accept; }",
	  "function u(int x) { if x = 0 then return 1; return u(x - 1); }"
	  "filter f { bgp_med = u(1); accept; }",
	  true },
	{ "function t(int x) { if x = 0 then return 1; return t(x - 1); }"
	  "filter f { bgp_med = t(1); accept; }",
	  "function u(int x) { if x = 0 then return 2; return u(x - 1); }"
	  "filter f { bgp_med = u(1); accept; }",
	  false },
	{ "filter f { case net.len { 1: accept; 2: reject; } reject; }",
	  "filter f { case net.len { 1: accept; 3: reject; } reject; }", false },
	{ "filter f { case net.len { 1: accept; 2: reject; } reject; }",
	  "filter f { case net.len { 2: accept; 1: reject; } reject; }", false },
	{ "roa4 table r; filter f { if roa_check(r, net, 1) = ROA_VALID then accept; "
	  "reject; }",
	  "roa4 table q; filter f { if roa_check(q, net, 1) = ROA_VALID then accept; "
	  "reject; }",
	  false },
	{ "filter f { print \"a\"; accept; }", "filter f { print \"b\"; accept; }",
	  false },
	{ "filter f { print \"a\"; accept; }", "filter f { printn \"a\"; accept; }",
	  false },
};

START_TEST(filters_are_equal_by_meaning)
{
	for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct lab a, b;
		ck_assert_msg(lab_open(&a, pairs[i].a), "%s", text_string(&a.said));
		ck_assert_msg(lab_open(&b, pairs[i].b), "%s", text_string(&b.said));
		const struct filter *one = filter_named(&a, "f");
		const struct filter *other = filter_named(&b, "f");
		ck_assert_msg(filter_equal(one, other) == pairs[i].equal, "%s\n%s",
			      pairs[i].a, pairs[i].b);
		ck_assert_msg(filter_equal(other, one) == pairs[i].equal, "%s\n%s",
			      pairs[i].a, pairs[i].b);
		lab_close(&a);
		lab_close(&b);
	}
}
END_TEST

static bool
reads_attr(const struct lab *lab, const struct filter_reads *reads, const char *name)
{
	attr_id id = attr_find(lab->router, name);
	for (size_t i = 0; i < reads->attr_count; i++)
		if (reads->attrs[i] == id)
			return true;
	return false;
}

START_TEST(filters_say_what_they_read)
{
	struct lab lab;
	ck_assert_msg(
		lab_open(&lab,
			 "roa4 table r; function g() -> bool { return bgp_med = 1 &&"
			 "  roa_check(r, 10.0.0.0/8, 5) = ROA_VALID; }"
			 "filter none { preference = 5; accept; }"
			 "filter net_only { if net ~ [10.0.0.0/8] then accept; reject; }"
			 "filter deep { if g() && source = RTS_BABEL then accept; "
			 "reject; }"
			 "filter loud { print 1; accept; }"
			 "filter own { if roa_check(r, net, 1) = ROA_VALID then accept; "
			 "reject; }"
			 "filter defined_only { if defined(bgp_path) then accept; "
			 "reject; }"),
		"%s", text_string(&lab.said));
	const struct filter *filter = filter_named(&lab, "none");
	const struct filter_reads *reads = filter->class->reads(filter);
	ck_assert(!reads->net && !reads->peer && !reads->effects && !reads->metric);
	ck_assert(reads->writes);
	ck_assert_uint_eq(reads->attr_count, 0);
	filter = filter_named(&lab, "net_only");
	reads = filter->class->reads(filter);
	ck_assert(reads->net && reads->attr_count == 0);
	ck_assert(!reads->writes);
	filter = filter_named(&lab, "deep");
	reads = filter->class->reads(filter);
	ck_assert(!reads->net);
	ck_assert_uint_eq(reads->attr_count, 2);
	ck_assert(reads->attrs[0] < reads->attrs[1]);
	ck_assert(reads_attr(&lab, reads, "bgp_med"));
	ck_assert(reads_attr(&lab, reads, "source"));
	ck_assert_uint_eq(reads->roa_count, 1);
	ck_assert_ptr_eq(reads->roa[0], router_table(lab.router, "r", NET_ROA4));
	ck_assert(reads->roa_elsewhere);
	filter = filter_named(&lab, "own");
	reads = filter->class->reads(filter);
	ck_assert(reads->net && !reads->roa_elsewhere && reads->roa_count == 1);
	filter = filter_named(&lab, "loud");
	ck_assert(filter->class->reads(filter)->effects);
	filter = filter_named(&lab, "defined_only");
	ck_assert(reads_attr(&lab, filter->class->reads(filter), "bgp_path"));
	lab_close(&lab);
}
END_TEST

/* ---- origins
 * ----------------------------------------------------------------------------- */

static void
roa_add(struct lab *lab, struct table *table, uint16_t source, const char *net,
	unsigned max_length, uint32_t asn)
{
	struct prefix prefix = fake_prefix(net);
	bool is_ip4 = prefix.type == NET_IP4;
	prefix.type = is_ip4 ? NET_ROA4 : NET_ROA6;
	prefix.max_length = (uint8_t)max_length;
	prefix.asn = asn;
	attrs_hold(lab->attrs, 1);
	table_update(table, source, &prefix, lab->attrs, 0, 0);
}

START_TEST(origins_are_checked)
{
	static const struct {
		const char *check, *state;
	} checks[] = {
		{ "r4, 10.0.0.0/8, 1", "ROA_VALID" },
		{ "r4, 10.1.0.0/16, 1", "ROA_VALID" },
		{ "r4, 10.1.0.0/17, 1", "ROA_INVALID" },
		{ "r4, 10.1.0.0/16, 2", "ROA_VALID" },
		{ "r4, 10.2.0.0/16, 2", "ROA_INVALID" },
		{ "r4, 11.0.0.0/8, 1", "ROA_UNKNOWN" },
		{ "r4, 0.0.0.0/0, 1", "ROA_UNKNOWN" },
		{ "r4, 12.0.0.0/8, 0", "ROA_INVALID" },
		{ "r4, 2001:db8::/32, 1", "ROA_UNKNOWN" },
		{ "r6, 2001:db8:1::/48, 7", "ROA_VALID" },
		{ "r6, 2001:db8:1::/48, 8", "ROA_INVALID" },
		{ "r6, 2001:db9::/32, 7", "ROA_UNKNOWN" },
	};
	struct lab lab;
	struct text text = { 0 };
	text_add(&text, "roa4 table r4; roa6 table r6; filter f {");
	for (unsigned i = 0; i < ARRAY_SIZE(checks); i++)
		text_printf(&text, "if roa_check(%s) != %s then reject %u;",
			    checks[i].check, checks[i].state, i);
	text_add(&text,
		 "accept; } filter implicit { bgp_path.prepend(1);"
		 "if roa_check(r4) = ROA_VALID then accept; reject; }"
		 "filter pathless { if roa_check(r4) = ROA_VALID then accept; reject; }");
	ck_assert_msg(lab_open(&lab, text_string(&text)), "%s", text_string(&lab.said));
	struct table *r4 = router_table(lab.router, "r4", NET_ROA4);
	struct table *r6 = router_table(lab.router, "r6", NET_ROA6);
	uint16_t s4 = table_source_new(r4, NULL, 0), s6 = table_source_new(r6, NULL, 0);
	roa_add(&lab, r4, s4, "10.0.0.0/8", 16, 1);
	roa_add(&lab, r4, s4, "10.1.0.0/16", 16, 2);
	roa_add(&lab, r4, s4, "10.1.0.0/16", 24, 3);
	roa_add(&lab, r4, s4, "12.0.0.0/8", 32, 0);
	roa_add(&lab, r6, s6, "2001:db8::/32", 48, 7);
	enum filter_verdict verdict = lab_run(&lab, "f");
	ck_assert_msg(verdict == FILTER_ACCEPT, "check %s", lab.fake.last_log);
	ck_assert_int_eq(lab_run(&lab, "pathless"), FILTER_ERROR);
	ck_assert_int_eq(lab_run(&lab, "implicit"), FILTER_REJECT); /* 10.1.2.0/24 */
	lab.net = fake_prefix("10.1.0.0/16");
	lab_route_reset(&lab);
	ck_assert_int_eq(lab_run(&lab, "implicit"), FILTER_ACCEPT);
	table_source_sweep(r4, s4, 0, &(unsigned){ 100 });
	table_source_sweep(r6, s6, 0, &(unsigned){ 100 });
	table_source_free(r4, s4);
	table_source_free(r6, s6);
	text_fini(&text);
	lab_close(&lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		filters_are_equal_by_meaning,
		filters_say_what_they_read,
		origins_are_checked,
	};
	return unit_run("filter equal", tests, ARRAY_SIZE(tests), NULL, 0);
}
