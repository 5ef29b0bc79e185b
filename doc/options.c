/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads statements of BIRD's language, each in the place its section says, with a router
 * in the simulated world.
 */
#include "doc/options.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/reader.h"
#include "daemon/modules.h"
#include "lib/arena.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"

/* What stands around the statements of a section; `%s` is the statement. */
struct section {
	const char *name, *around;
};

#define BGP_PEER "local as 65000; neighbor 10.0.0.2 as 65001; "
#define POLICY   "import all; export none; "

static const struct section sections[] = {
	{ "global", "\n%s\n" },
	{ "types", "\n%s\n" },
	{ "table", "ipv4 table t {\n%s\n}" },
	{ "protocol", "protocol direct { ipv4;\n%s\n}" },
	{ "channels", "ipv6 sadr table s; protocol static {\n%s\n}" },
	{ "channel", "protocol direct { ipv4 {\n%s\n}; }" },
	{ "kernel", "protocol kernel { ipv4 { export all; };\n%s\n}" },
	{ "device", "protocol device {\n%s\n}" },
	{ "direct", "protocol direct { ipv4;\n%s\n}" },
	{ "static", "protocol static { ipv4;\n%s\n}" },
	{ "static roa", "roa4 table r; protocol static { roa4;\n%s\n}" },
	{ "static sadr", "ipv6 sadr table s; protocol static { ipv6 sadr;\n%s\n}" },
	{ "pipe", "ipv4 table t; protocol pipe { table master4; peer table t;\n%s\n}" },
	{ "babel", "protocol babel { ipv6;\n%s\n}" },
	{ "babel interface", "protocol babel { ipv6; interface \"eth0\" {\n%s\n}; }" },
	{ "bgp", "protocol bgp { " BGP_PEER "ipv4 { " POLICY "};\n%s\n}" },
	{ "bgp within the AS", "protocol bgp { local as 65000; ipv4;\n%s\n}" },
	{ "bgp range", "protocol bgp { local as 65000; ipv4 { " POLICY "};\n%s\n}" },
	{ "bgp bfd", "protocol bgp { " BGP_PEER "ipv4 { " POLICY "}; bfd {\n%s\n}; }" },
	{ "bgp channels", "protocol bgp { " BGP_PEER "\n%s\n}" },
	{ "bgp channel", "protocol bgp { " BGP_PEER "ipv4 { " POLICY "\n%s\n}; }" },
	{ "bfd", "protocol bfd {\n%s\n}" },
	{ "bfd interface", "protocol bfd { interface \"eth0\" {\n%s\n}; }" },
	{ "rpki", "roa4 table r; protocol rpki { roa4; remote 10.0.0.1;\n%s\n}" },
	{ "mrt", "protocol mrt { table master4; filename \"x\"; period 1;\n%s\n}" },
	{ "attributes", "filter f { if defined(\n%s\n) then accept; reject; }" },
	{ "members", "roa4 table r; filter f { if\n%s\nthen accept; reject; }" },
};

#define STATEMENT_LINE 2 /* In each of them. */

/* Takes complaints as they are emitted. */
struct complaint_out {
	struct out out;
	struct arena *arena;
	const char *severity, *message, *hint;
	uint64_t line;
	enum option_status found;
	const char *reason;
};

static const char *
around(const char *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (strcmp(sections[i].name, section) == 0)
			return sections[i].around;
	/* A protocol's whole block. */
	return "\n%s\n";
}

/* One complaint is whole. */
static void
judge(struct complaint_out *to)
{
	bool is_error = strcmp(to->severity, "error") == 0;
	bool refuses = strstr(to->message, "not available here") != NULL;
	bool ignores = strstr(to->message, "does nothing here") != NULL ||
		       strstr(to->message, "this build") != NULL ||
		       strstr(to->message, "no protocol here has") != NULL;
	enum option_status found = !is_error && ignores && to->line == STATEMENT_LINE
					   ? OPTION_IGNORED
				   : !is_error ? OPTION_TAKEN
				   : refuses   ? OPTION_REFUSED
					       : OPTION_UNKNOWN;
	/* Refused means: by this sentence and no other. */
	if (found == OPTION_TAKEN)
		return;
	if (to->found != OPTION_TAKEN)
		found = OPTION_UNKNOWN;
	to->found = found;
	to->reason = arena_strdup(to->arena, to->hint != NULL && found != OPTION_UNKNOWN
						     ? to->hint
						     : to->message);
}

static void
complaint_emit(struct out *out, const struct out_item *item)
{
	struct complaint_out *to = (struct complaint_out *)out;
	if (item->event == OUT_OBJECT) {
		to->severity = to->message = "";
		to->hint = NULL;
		to->line = 0;
	} else if (item->event == OUT_OBJECT_END) {
		judge(to);
	} else if (item->event == OUT_U64 && strcmp(item->key, "line") == 0) {
		to->line = item->u64;
	} else if (item->event == OUT_STRING && item->string != NULL) {
		char *copy = arena_strdup(to->arena, item->string);
		if (strcmp(item->key, "severity") == 0)
			to->severity = copy;
		else if (strcmp(item->key, "message") == 0)
			to->message = copy;
		else if (strcmp(item->key, "hint") == 0)
			to->hint = copy;
	}
}

static void
complaint_free(struct out *out)
{
	(void)out;
}

static const struct out_class complaint_class = {
	.emit = complaint_emit,
	.free = complaint_free,
	.is_structured = true,
};

static void
option_read(struct option *option, struct arena *arena)
{
	struct complaint_out to = { .out = { .class = &complaint_class },
				    .arena = arena };
	struct sim_world *world = sim_world_new(1);
	struct router *router = router_new(sim_node_sys(sim_node_new(world, "manual")),
					   &modules_linked, &conf_language);
	char *text = arena_printf(arena, around(option->section), option->statement);
	struct reader_args args = {
		.router = router, .pool = router->pool, .text = text, .size = strlen(text)
	};
	struct config *config = reader_read(&args, &to.out);
	if (config != NULL) {
		config_hold(config);
		config_release(router, config);
	}
	router_free(router);
	sim_world_free(world);
	option->found = to.found;
	option->reason = to.found != OPTION_TAKEN ? to.reason : NULL;
}

bool
options_each(const char *path, void (*each)(void *context, const struct option *option),
	     void *context)
{
	static const char signs[] = {
		[OPTION_TAKEN] = '+', [OPTION_IGNORED] = '~', [OPTION_REFUSED] = '-'
	};
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	struct pool *pool = pool_new(NULL, "options");
	struct arena *arena = arena_new(pool);
	struct option option = { .section = "" };
	for (char line[2000]; fgets(line, sizeof(line), file) != NULL;) {
		line[strcspn(line, "\n")] = '\0';
		option.line++;
		if (line[0] == '[')
			option.section =
				arena_strndup(arena, line + 1, strcspn(line + 1, "]"));
		const char *sign = memchr(signs, line[0], sizeof(signs));
		if (line[0] == '\0' || sign == NULL)
			continue;
		option.statement = arena_strdup(arena, line + 2);
		option.said = (enum option_status)(sign - signs);
		option_read(&option, arena);
		each(context, &option);
	}
	fclose(file);
	pool_free(pool);
	return true;
}

/* ---- the table ------------------------------------------------------------------------
 */

struct writing {
	struct text *text;
	char section[64];
	size_t wrong;
};

static void
cell_add(struct text *text, const char *string)
{
	for (; *string != '\0'; string++) {
		if (*string == '|')
			text_add_char(text, '\\');
		text_add_char(text, *string);
	}
}

static void
option_write(void *context, const struct option *option)
{
	static const char *const words[] = { "yes", "ignored", "no", "wrong" };
	struct writing *writing = context;
	if (strcmp(writing->section, option->section) != 0) {
		text_format(writing->section, sizeof(writing->section), "%s",
			    option->section);
		text_printf(writing->text,
			    "\n### %s\n\n| Option | Here | Why, and what instead |\n"
			    "|---|---|---|\n",
			    option->section);
	}
	writing->wrong += option->found != option->said;
	text_add(writing->text, "| `");
	cell_add(writing->text, option->statement);
	text_printf(writing->text, "` | %s | ", words[option->found]);
	if (option->reason != NULL)
		cell_add(writing->text, option->reason);
	text_add(writing->text, " |\n");
}

size_t
options_write(struct text *text, const char *path)
{
	struct writing writing = { .text = text };
	text_add(text,
		 "## BIRD's options\n\nAll that BIRD 2.19 knows, a statement each, and "
		 "what becomes of it here: each was read while this was written. What "
		 "is ignored is warned about once, at its first place.\n");
	if (!options_each(path, option_write, &writing))
		return 1;
	return writing.wrong;
}
