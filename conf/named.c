/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of a configuration that is being read.
 */
#include "conf/named.h"

#include "conf/reader.h"
#include "lib/arena.h"
#include <string.h>

struct named *
named_find(const struct reader *reader, enum named_kind kind, const char *name)
{
	uint32_t key = hash_bytes(name, strlen(name), (uint32_t)kind);
	for (struct hash_node *node = hash_find(&reader->named, key); node != NULL;
	     node = hash_find_next(node)) {
		struct named *named = container_of(node, struct named, node);
		if (named->kind == kind && strcmp(named->name, name) == 0)
			return named;
	}
	return NULL;
}

struct named *
named_add(struct reader *reader, enum named_kind kind, const char *name,
	  const struct place *place)
{
	static const char *const kinds[] = { "protocol", "template", "table",
					     "transport" };
	const struct named *old = named_find(reader, kind, name);
	if (old != NULL) {
		struct source_place where = source_place(
			&reader->sources, old->place.source, old->place.offset);
		bool same_file = old->place.source == place->source;
		const char *hint =
			old->kind == NAMED_TABLE && old->table.implicit
				? "this one is always there"
				: arena_printf(reader->scratch,
					       "the first one is in line %u%s%s",
					       where.line, same_file ? "" : " of ",
					       same_file ? "" : where.file);
		complain(&reader->complaints, place, hint, "there is a %s `%s` already",
			 kinds[kind], name);
		return NULL;
	}
	struct named *named = arena_alloc(reader->scratch, sizeof(*named));
	named->kind = (uint8_t)kind;
	named->name = name;
	named->place = *place;
	hash_insert(&reader->named, &named->node,
		    hash_bytes(name, strlen(name), (uint32_t)kind));
	return named;
}
