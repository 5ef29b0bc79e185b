/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of route origin authorizations: both forms, in pieces of every size, and what is
 * wrong with bad ones, at its line.
 */
#include "lib/macros.h"
#include "proto/roa/reader.h"
#include "test/unit/unit.h"
#include <string.h>

static void
entry_add(void *context, const struct prefix *roa)
{
	char text[PREFIX_TEXT];
	text_printf(context, "%s\n", prefix_format(roa, text));
}

/* Reads in pieces of `piece` bytes; what came, or "LINE: ERROR" behind it. */
static void
read_in(const char *file, size_t piece, struct text *result)
{
	struct roa_reader reader;
	bool good = true;
	size_t left = strlen(file);
	text_reset(result);
	roa_reader_init(&reader, entry_add, result);
	for (const char *at = file; good && left > 0;) {
		size_t size = MIN(left, piece);
		good = roa_reader_feed(&reader, at, size);
		at += size;
		left -= size;
	}
	if (!good || !roa_reader_end(&reader))
		text_printf(result, "%u: %s", reader.line, reader.error);
	roa_reader_fini(&reader);
}

static void
all_pieces(const char *file, const char *expected)
{
	struct text result = { 0 };
	for (size_t piece = 1; piece <= strlen(file) + 1; piece++) {
		read_in(file, piece, &result);
		ck_assert_str_eq(text_string(&result), expected);
	}
	text_fini(&result);
}

START_TEST(lines_are_read_as_bird_writes_them)
{
	all_pieces("# a comment; with a mark\n"
		   "route 10.0.0.0/8 max 24 as 64496;\n"
		   "\n"
		   "\troute fd00::/8 max 64 as 4242420000 ; # why not\r\n"
		   "route 172.20.0.0/14 as 0; route 1.2.3.4/32 max 32 as 1;",
		   "10.0.0.0/8-24 AS64496\n"
		   "fd00::/8-64 AS4242420000\n"
		   "172.20.0.0/14-14 AS0\n"
		   "1.2.3.4/32-32 AS1\n");
}
END_TEST

START_TEST(json_is_read_as_validators_write_it)
{
	all_pieces("{\n"
		   " \"metadata\": { \"counts\": 3, \"list\": [1, [2]], \"s\": \"}\" },\n"
		   " \"number\": 12345,\n"
		   " \"roas\": [\n"
		   "  { \"prefix\": \"10.0.0.0/8\", \"maxLength\": 24, \"asn\": "
		   "\"AS64496\",\n"
		   "    \"ta\": \"dn42\" },\n"
		   "  { \"asn\": 4242420000, \"prefix\": \"fd00::/8\", \"maxLength\": 64 "
		   "},\n"
		   "  { \"prefix\": \"172.20.0.0/14\", \"asn\": \"0\" }\n"
		   " ],\n"
		   " \"empty\": {}, \"none\": []\n"
		   "}\n",
		   "10.0.0.0/8-24 AS64496\n"
		   "fd00::/8-64 AS4242420000\n"
		   "172.20.0.0/14-14 AS0\n");
	all_pieces("{\"roas\":[]}", "");
}
END_TEST

START_TEST(what_is_wrong_is_said_at_its_line)
{
	static const struct {
		const char *file, *error;
	} files[] = {
		{ "route 10.0.0.0/8 max 24 as 1;\nroute 10.1.0.0/8 as 1;",
		  "10.0.0.0/8-24 AS1\n2: `10.1.0.0/8` has host bits" },
		{ "route 10.0.0.0/8 max 7 as 1;",
		  "1: max length 7 of 10.0.0.0/8 is not within 8..32" },
		{ "route 10.0.0.0/8 max 33 as 1;",
		  "1: max length 33 of 10.0.0.0/8 is not within 8..32" },
		{ "\n\nroute 10.0.0.0/8 max 24 as 1",
		  "3: `;` is missing behind `route 10.0.0.0/8 max 24 as 1`" },
		{ "route 10.0.0.0/8 as 4294967296;",
		  "1: the AS number of 10.0.0.0/8 is more than 32 bits" },
		{ "route 10.0.0.0/8 as x;", "1: `x` is no AS number" },
		{ "roa 10.0.0.0/8 as 1;",
		  "1: expected `route PREFIX max LENGTH as NUMBER;`, found `roa "
		  "10.0.0.0/8 as 1`" },
		{ "<html>", "1: `;` is missing behind `<html>`" },
		{ "{\"roas\":[{\"asn\":1}]}", "1: entry 1 has no \"prefix\"" },
		{ "{\"roas\":[\n{\"prefix\":\"10.0.0.0/8\",\"asn\":\"ASx\"}]}",
		  "2: \"asn\" of 10.0.0.0/8 is no AS number" },
		{ "{\"roas\":[\n\n{\"prefix\":\"10.0.0.0/8\",\"maxLength\":\"24\"}]}",
		  "3: \"maxLength\" of 10.0.0.0/8 is no number" },
		{ "{\"roas\":{}}", "1: \"roas\" is no array" },
		{ "{\"roas\":[", "1: the JSON text ends too early" },
		{ "{}", "1: the JSON text has no array \"roas\"" },
		{ "{\"roas\":[]} x", "1: no JSON: `x` is not expected" },
		{ "{\"roas\":[],}", "1: no JSON: a key is expected" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct text result = { 0 };
		read_in(files[i].file, 100000, &result);
		if (i == 15) /* What jansson says of a value that is none. */
			ck_assert_ptr_nonnull(
				strstr(text_string(&result), "1: no JSON: "));
		else
			ck_assert_str_eq(text_string(&result), files[i].error);
		text_fini(&result);
	}
}
END_TEST

START_TEST(a_file_cut_anywhere_is_never_taken_for_whole_json)
{
	static const char file[] =
		"{ \"a\": 12, \"roas\": [ { \"prefix\": \"10.0.0.0/8\", "
		"\"asn\": 1 } ] }";
	for (size_t cut = 1; cut < strlen(file); cut++) {
		char copy[sizeof(file)];
		struct text result = { 0 };
		memcpy(copy, file, cut);
		copy[cut] = '\0';
		read_in(copy, 7, &result);
		ck_assert_ptr_nonnull(strchr(text_string(&result), ':'));
		ck_assert(strstr(text_string(&result), "1: ") != NULL);
		text_fini(&result);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		lines_are_read_as_bird_writes_them,
		json_is_read_as_validators_write_it,
		what_is_wrong_is_said_at_its_line,
		a_file_cut_anywhere_is_never_taken_for_whole_json,
	};

	return unit_run("roa reader", tests, ARRAY_SIZE(tests), NULL, 0);
}
