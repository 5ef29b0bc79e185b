/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a place in a text is: each answer against counting from the start.
 */
#include "conf/source.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/pool.h"
#include "test/unit/unit.h"
#include <string.h>

struct texts {
	struct pool *pool;
	struct sources sources;
};

static void
texts_open(struct texts *texts)
{
	texts->pool = pool_new(NULL, "test");
	sources_init(&texts->sources, arena_new(texts->pool));
}

static void
texts_close(struct texts *texts)
{
	sources_fini(&texts->sources);
	pool_free(texts->pool);
}

static unsigned
texts_add(struct texts *texts, const char *text)
{
	return (unsigned)source_add_text(&texts->sources, text, strlen(text));
}

static void
check_place(struct texts *texts, unsigned index, const char *text, uint32_t offset)
{
	uint32_t line = 1, column = 1, start;
	for (uint32_t i = 0; i < offset; i++) {
		column = text[i] == '\n' ? 1 : column + 1;
		line += text[i] == '\n';
	}
	struct source_place place = source_place(&texts->sources, index, offset);
	ck_assert_uint_eq(source_line(&texts->sources, index, offset), line);
	ck_assert_uint_eq(place.line, line);
	ck_assert_uint_eq(place.column, column);
	ck_assert(source_line_start(&texts->sources, index, line, &start));
	ck_assert_uint_eq(start, offset - column + 1);
}

/* Empty, without a last line end, with one, with CRLF, of line ends alone. */
static const char *const samples[] = {
	"",
	"\n",
	"one",
	"one\n",
	"\n\n\none\n\n",
	"one\r\n\r\ntwo\r\n",
	"protocol static {\n\troute 10.0.0.0/8 blackhole {\n\t\tpreference = 7;\n\t};\n}",
};

START_TEST(each_place_is_told_in_any_order)
{
	struct texts texts;
	texts_open(&texts);
	uint64_t random = 1;
	unsigned indices[ARRAY_SIZE(samples)];
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		indices[i] = texts_add(&texts, samples[i]);
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		uint32_t size = (uint32_t)strlen(samples[i]);
		for (uint32_t offset = 0; offset <= size; offset++)
			check_place(&texts, indices[i], samples[i], offset);
		for (uint32_t offset = size + 1; offset-- > 0;)
			check_place(&texts, indices[i], samples[i], offset);
	}
	/* From one text to another and back, as an include and its file do. */
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t which = unit_below(&random, ARRAY_SIZE(samples));
		uint32_t size = (uint32_t)strlen(samples[which]);
		check_place(&texts, indices[which], samples[which],
			    unit_below(&random, size + 1));
	}
	texts_close(&texts);
}
END_TEST

START_TEST(lines_that_are_not_there_have_no_start)
{
	struct texts texts;
	uint32_t start;
	texts_open(&texts);
	unsigned index = texts_add(&texts, "one\ntwo\n");
	ck_assert(!source_line_start(&texts.sources, index, 0, &start));
	ck_assert(source_line_start(&texts.sources, index, 3, &start));
	ck_assert_uint_eq(start, 8);
	ck_assert(!source_line_start(&texts.sources, index, 4, &start));
	texts_close(&texts);
}
END_TEST

/* Or a configuration of n routes with bodies takes time that grows with n². */
START_TEST(the_text_is_read_once)
{
	static const char text[] = "one\ntwo\nthree\nfour\n";
	struct texts texts;
	texts_open(&texts);
	unsigned index = texts_add(&texts, text);
	check_place(&texts, index, text, 9);
	/* Whoever looked again would see one line. */
	memset(texts.sources.list[index].text, ' ', sizeof(text) - 1);
	for (uint32_t offset = sizeof(text); offset-- > 0;)
		check_place(&texts, index, text, offset);
	texts_close(&texts);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_place_is_told_in_any_order,
		lines_that_are_not_there_have_no_start,
		the_text_is_read_once,
	};
	return unit_run("conf/source", tests, sizeof(tests) / sizeof(*tests), NULL, 0);
}
