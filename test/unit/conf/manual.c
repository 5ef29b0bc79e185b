/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manual: every row of every module says what it is for, and is in there.
 */
#include "conf/manual.h"

#include "daemon/modules.h"
#include "lib/text.h"
#include "nest/config.h"
#include "nest/module.h"
#include "nest/protocol.h"
#include "nest/schema.h"
#include "test/unit/unit.h"
#include <string.h>

START_TEST(every_option_has_its_words)
{
	struct text text = { .text = NULL };
	ck_assert_uint_eq(manual_write(&text, MANUAL_MARKDOWN, &modules_linked), 0);
	static const char *const lines[] = {
		"**`router id IPV4-ADDRESS`**",
		"**`hello interval TIME`**",
		"**`interface [-]\"PATTERN\" [PREFIX], … [{ … }]`**",
		"**`import (all|none|filter NAME|filter {…}|where CONDITION)`**",
		"## Protocol static",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(strstr(text_string(&text), lines[i]) != NULL, "%s",
			      lines[i]);
	text_fini(&text);
}
END_TEST

START_TEST(the_man_page_has_no_markup_of_the_other)
{
	struct text text = { .text = NULL };
	ck_assert_uint_eq(manual_write(&text, MANUAL_MAN, &modules_linked), 0);
	ck_assert_ptr_null(strstr(text_string(&text), "**"));
	ck_assert_ptr_null(strchr(text_string(&text), '`'));
	ck_assert_int_eq(strncmp(text_string(&text), ".TH", 3), 0);
	text_fini(&text);
}
END_TEST

/* A module with one option that has words, and one of everything that has none. */
START_TEST(what_says_nothing_is_counted)
{
	static const struct conf_item items[] = {
		{ .pattern = "spoken @", .doc = "Has words.", .type = CONF_U32 },
		{ .pattern = "silent @", .doc = "", .type = CONF_U32 },
		{ .pattern = "mute @", .type = CONF_U32 },
		{ 0 },
	};
	static const struct conf_schema schema = {
		.name = "toy",
		.doc = "Words.",
		.size = sizeof(struct protocol_config),
		.items = items,
		.base = &protocol_schema,
	};
	static const struct protocol_class class = { .name = "toy",
						     .doc = "",
						     .schema = &schema };
	static const struct protocol_class *const classes[] = { &class, NULL };
	static const struct module module = { .name = "toy",
					      .doc = "Words.",
					      .protocols = classes };
	static const struct module *const list[] = { &module };
	struct text text = { .text = NULL };
	ck_assert_uint_eq(manual_write(&text, MANUAL_MARKDOWN,
				       &(struct modules){ .list = list, .count = 1 }),
			  3);
	text_fini(&text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { every_option_has_its_words,
				       the_man_page_has_no_markup_of_the_other,
				       what_says_nothing_is_counted };
	return unit_run("conf/manual", tests, 3, NULL, 0);
}
