/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Differences of lists of blocks: blocks are known by their names, not by where they
 * stand.
 */
#include "conf/diff.h"
#include "lib/arena.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/link.h"
#include "test/unit/unit.h"
#include <stdio.h>
#include <string.h>

struct block {
	struct list link;
	const char *name;
	uint32_t cheap, dear;
};

struct whole {
	struct list named, numbered;
};

static bool
block_equal(const void *old, const void *new)
{
	return strcmp(((const struct block *)old)->name,
		      ((const struct block *)new)->name) == 0;
}

static void
block_print(struct text *text, const void *field)
{
	text_add(text, ((const struct block *)field)->name);
}

static const struct conf_item block_items[] = {
	{ .pattern = "cheap @",
	  .type = CONF_U32,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct block, cheap) },
	{ .pattern = "dear @",
	  .type = CONF_U32,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct block, dear) },
	{ .pattern = NULL },
};

static const struct conf_schema block_schema = { .name = "block",
						 .size = sizeof(struct block),
						 .items = block_items };

static const struct conf_item whole_items[] = {
	{ .pattern = "named <name> {",
	  .type = CONF_BLOCKS,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct whole, named),
	  .more = &block_schema,
	  .equal = block_equal,
	  .print = block_print },
	{ .pattern = "numbered {",
	  .type = CONF_BLOCKS,
	  .effect = CONF_REFEED,
	  .offset = offsetof(struct whole, numbered),
	  .more = &block_schema },
	{ .pattern = NULL },
};

static const struct conf_schema whole_schema = { .name = "whole",
						 .size = sizeof(struct whole),
						 .items = whole_items };

struct bench {
	struct pool *pool;
	struct arena *arena;
	struct diff diff;
	struct text text;
};

static void
bench_open(struct bench *bench)
{
	*bench = (struct bench){ .pool = pool_new(NULL, "diff") };
	bench->arena = arena_new(bench->pool);
}

static void
bench_close(struct bench *bench)
{
	text_fini(&bench->text);
	pool_free(bench->pool);
}

/* "a=1,2 b=3,4": blocks with what is cheap and what is dear. */
static void
blocks_read(struct bench *bench, struct list *list, const char *text)
{
	char name[16];
	unsigned cheap, dear;
	int used;
	list_init(list);
	for (; sscanf(text, " %15[^=]=%u,%u%n", name, &cheap, &dear, &used) == 3;
	     text += used) {
		struct block *block = arena_alloc(bench->arena, sizeof(*block));
		block->name = arena_strdup(bench->arena, name);
		block->cheap = cheap;
		block->dear = dear;
		list_push_back(list, &block->link);
	}
}

static void
check(const char *old, const char *new, bool is_named, const char *effect,
      const char *lines)
{
	struct bench bench;
	struct whole a, b;
	bench_open(&bench);
	blocks_read(&bench, &a.named, is_named ? old : "");
	blocks_read(&bench, &b.named, is_named ? new : "");
	blocks_read(&bench, &a.numbered, is_named ? "" : old);
	blocks_read(&bench, &b.numbered, is_named ? "" : new);
	diff_structs(&bench.diff, bench.arena, &whole_schema, &a, &b);
	for (const struct diff_line *line = bench.diff.lines; line; line = line->next) {
		text_add(&bench.text, line == bench.diff.lines ? "" : ", ");
		diff_line_text(line, &bench.text);
	}
	ck_assert_str_eq(diff_effect_name(&bench.diff), effect);
	ck_assert_str_eq(text_string(&bench.text), lines);
	/* As much is known without lines. */
	diff_structs(&bench.diff, NULL, &whole_schema, &a, &b);
	ck_assert_str_eq(diff_effect_name(&bench.diff), effect);
	bench_close(&bench);
}

START_TEST(named_blocks_are_compared_with_those_of_their_name)
{
	check("a=1,1 b=2,2 c=3,3", "a=1,1 b=2,2 c=3,3", true, "SAME", "");
	check("a=1,1 b=2,2 c=3,3", "a=1,1 b=5,2 c=3,3", true, "LIVE", "named b: cheap");
	check("a=1,1 b=2,2", "a=1,7 b=2,2", true, "RESTART", "named a: dear");
}
END_TEST

START_TEST(the_order_of_named_blocks_means_nothing)
{
	check("a=1,1 b=2,2 c=3,3", "c=3,3 a=1,1 b=2,2", true, "SAME", "");
	check("a=1,1 b=2,2 c=3,3", "c=3,9 b=2,2 a=1,1", true, "RESTART", "named c: dear");
}
END_TEST

START_TEST(a_block_more_or_less_is_no_change_of_the_others)
{
	check("b=2,2 c=3,3", "a=1,1 b=2,2 c=3,3", true, "LIVE", "named a: added");
	check("a=1,1 b=2,2 c=3,3", "b=2,2 c=3,3", true, "LIVE", "named a: removed");
	check("", "a=1,1", true, "LIVE", "named a: added");
	check("a=1,1", "", true, "LIVE", "named a: removed");
	/* And a dear change is not hidden by it. */
	check("b=2,2 c=3,3", "a=1,1 b=2,2 c=3,4", true, "RESTART",
	      "named a: added, named c: dear");
}
END_TEST

START_TEST(of_equal_names_each_has_one_partner)
{
	check("a=1,1 a=2,2", "a=1,1 a=2,2", true, "SAME", "");
	check("a=1,1", "a=1,1 a=2,2", true, "LIVE", "named a: added");
	check("a=1,1 a=2,2", "a=1,1", true, "LIVE", "named a: removed");
}
END_TEST

START_TEST(blocks_without_names_are_compared_by_place)
{
	check("a=1,1 b=2,2", "a=1,1 c=2,2", false, "SAME", "");
	check("a=1,1 b=2,2", "a=1,1 b=3,2", false, "LIVE", "numbered 2: cheap");
	check("a=1,1", "a=1,1 b=3,2", false, "REFEED", "numbered 2: added");
	check("a=1,1 b=3,2", "a=1,1", false, "REFEED", "numbered 2: removed");
}
END_TEST

/* What an interface block begins with; `patterns` of one name. */
struct link_block {
	struct conf_interface interface;
	struct interface_pattern pattern;
	uint32_t cheap;
};

static void
link_blocks_read(struct bench *bench, struct list *list, const char *names)
{
	list_init(list);
	for (; *names != '\0'; names++) {
		struct link_block *block = arena_alloc(bench->arena, sizeof(*block));
		block->pattern.name = arena_strndup(bench->arena, names, 1);
		block->interface.patterns = &block->pattern;
		list_push_back(list, &block->interface.link);
	}
}

static void
check_interfaces(const char *old, const char *new, const char *effect, const char *lines)
{
	static const struct conf_schema inner = { .name = "interface",
						  .size = sizeof(struct link_block) };
	static const struct conf_item items[] = { { .pattern = "interface @ [{]",
						    .type = CONF_INTERFACES,
						    .effect = CONF_REFEED,
						    .more = &inner },
						  { .pattern = NULL } };
	static const struct conf_schema schema = { .name = "whole",
						   .size = sizeof(struct list),
						   .items = items };
	struct bench bench;
	struct list a, b;
	bench_open(&bench);
	link_blocks_read(&bench, &a, old);
	link_blocks_read(&bench, &b, new);
	diff_structs(&bench.diff, bench.arena, &schema, &a, &b);
	for (const struct diff_line *line = bench.diff.lines; line; line = line->next)
		diff_line_text(line, &bench.text);
	ck_assert_str_eq(diff_effect_name(&bench.diff), effect);
	ck_assert_str_eq(text_string(&bench.text), lines);
	bench_close(&bench);
}

START_TEST(the_order_of_interfaces_decides_and_is_a_change)
{
	check_interfaces("abc", "abc", "SAME", "");
	check_interfaces("abc", "acb", "REFEED", "interface order");
	check_interfaces("abc", "xabc", "REFEED", "interface \"x\": added");
	check_interfaces("abc", "ac", "REFEED", "interface \"b\": removed");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		named_blocks_are_compared_with_those_of_their_name,
		the_order_of_named_blocks_means_nothing,
		a_block_more_or_less_is_no_change_of_the_others,
		of_equal_names_each_has_one_partner,
		blocks_without_names_are_compared_by_place,
		the_order_of_interfaces_decides_and_is_a_change,
	};
	return unit_run("conf/diff", tests, sizeof(tests) / sizeof(tests[0]), NULL, 0);
}
