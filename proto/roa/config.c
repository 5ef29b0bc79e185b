/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in `protocol roa { … }`.
 */
#include "proto/roa/roa.h"

#include "lib/arena.h"
#include "lib/text.h"
#include <string.h>

static const char *
file_take(struct conf_call *call)
{
	struct roa_config *config = call->config;
	const char *path = call->values[0].word;
	list_each(file, &config->files, struct roa_file, link)
		if (strcmp(file->path, path) == 0)
			return "this file was named before";
	struct roa_file *file = arena_alloc(call->arena, sizeof(*file));
	file->path = path;
	list_push_back(&config->files, &file->link);
	return NULL;
}

static bool
files_equal(const void *old, const void *new)
{
	const struct list *a = old, *b = new;
	const struct list *at = a->next, *other = b->next;
	for (; at != a && other != b; at = at->next, other = other->next)
		if (strcmp(container_of(at, struct roa_file, link)->path,
			   container_of(other, struct roa_file, link)->path) != 0)
			return false;
	return at == a && other == b;
}

static void
files_print(struct text *text, const void *field)
{
	const char *separator = "";
	list_each(file, (const struct list *)field, struct roa_file, link) {
		text_printf(text, "%s\"%s\"", separator, file->path);
		separator = ", ";
	}
}

static void
roa_init(void *config)
{
	list_init(&((struct roa_config *)config)->files);
}

static const struct conf_item roa_items[] = {
	{ .pattern = "file <string>",
	  .doc = "A file of origin authorizations: lines `route P max N as A;`, or JSON "
		 "with an "
		 "array \"roas\" as validators and registries publish it. Several are "
		 "possible; "
		 "together they are what the tables get.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct roa_config, files),
	  .take = file_take,
	  .equal = files_equal,
	  .print = files_print },
	{ .pattern = "refresh @",
	  .doc = "How often the files are looked at; they are read where one of them has "
		 "changed, and only what differs changes in the tables.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct roa_config, refresh),
	  .min = USEC_S,
	  .max = 86400 * USEC_S,
	  .preset = 60 * USEC_S },
	{ 0 }
};

const struct conf_schema roa_schema = {
	.name = "roa",
	.doc = "Route origin authorizations from files, for `roa_check()`.",
	.size = sizeof(struct roa_config),
	.items = roa_items,
	.base = &protocol_schema,
	.init = roa_init,
};
