/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be read, but cannot be meant: things nobody uses, tables nobody fills,
 * channels that let nothing through, names that are all but right.  Warnings only; each
 * at the place of its cause, once.
 */
#include "conf/lint.h"

#include "conf/channels.h"
#include "conf/reader.h"
#include "filter/policy.h"
#include "lib/arena.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/filter.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include <ctype.h>
#include <string.h>

static void lint_named(struct reader *reader, const struct named *named,
		       const struct joins joins[NET_TYPES]);
static void tables_join(struct reader *reader, struct joins joins[NET_TYPES]);
static void lint_protocol(struct reader *reader, const struct protocol_config *protocol);
static void unused_found(void *context, const char *kind, const char *name,
			 const struct ast_place *place);
static bool differs_in_digits(const char *a, const char *b);
static void declared_below(struct reader *reader, struct complaint *complaint);

void
lint_config(struct reader *reader)
{
	/* Where something is wrong, what looks unused may be what was meant. */
	if (reader->complaints.errors == 0) {
		struct joins joins[NET_TYPES] = { 0 };
		tables_join(reader, joins);
		hash_each(named, &reader->named, struct named, node)
			lint_named(reader, named, joins);
		list_each(protocol, &reader->config->protocols, struct protocol_config,
			  link)
			lint_protocol(reader, protocol);
		policy_each_unused(reader->policy, unused_found, reader);
	}
	for (size_t i = 0; i < reader->complaints.count; i++)
		declared_below(reader, &reader->complaints.list[i]);
}

void
lint_interface(struct reader *reader, const char *name, const struct place *place)
{
	const struct router *router = reader->router;
	const char *names[256];
	size_t count = 0;
	if (router == NULL || name[strcspn(name, "*?")] != '\0' ||
	    interface_find(router, name) != NULL || link_find(router, name) != NULL)
		return;
	list_each(interface, &router->interfaces, struct interface, link)
		if (count < ARRAY_SIZE(names))
			names[count++] = interface->sys.name;
	list_each(link, &router->links, struct link, link)
		if (count < ARRAY_SIZE(names))
			names[count++] = link->name;
	const char *near = text_nearest(name, names, count);
	/* `eth1` is no misspelt `eth0`. */
	if (near == NULL || differs_in_digits(name, near))
		return;
	complain_warning(&reader->complaints, place,
			 arena_printf(reader->scratch, "did you mean `%s`?", near),
			 "there is no interface `%s` now", name);
}

const char *
lint_name(struct reader *reader, const char *name)
{
	complaints_about(&reader->complaints, name);
	if (named_find(reader, NAMED_PROTOCOL, name) != NULL)
		return arena_printf(reader->scratch,
				    "the name of a protocol is a string: \"%s\"", name);
	if (reader->router != NULL && interface_find(reader->router, name) != NULL)
		return arena_printf(reader->scratch,
				    "the name of an interface is a string: \"%s\"", name);
	if (named_find(reader, NAMED_TABLE, name) != NULL)
		return "a table has no value; `roa_check()` looks into one";
	if (strcmp(name, "not") == 0)
		return "`not` is written `!`";
	return NULL;
}

static void
lint_named(struct reader *reader, const struct named *named,
	   const struct joins joins[NET_TYPES])
{
	struct complaints *complaints = &reader->complaints;
	const struct place *place = &named->place;
	if (named->kind == NAMED_TEMPLATE && !named->used)
		complain_warning(complaints, place, NULL, "nobody uses this template");
	if (named->kind != NAMED_TABLE || named->table.implicit)
		return;
	const struct joins *own = &named->table.joins,
			   *typed = &joins[named->table.net_type];
	bool is_roa =
		named->table.net_type == NET_ROA4 || named->table.net_type == NET_ROA6;
	if (is_roa && !own->importing && !typed->importing)
		complain_warning(complaints, place,
				 "every `roa_check()` against it comes out as "
				 "ROA_UNKNOWN",
				 "no protocol fills this table");
	else if (!named->used && !own->any && !typed->any)
		complain_warning(complaints, place, NULL, "nobody uses this table");
}

/* What channels the tables have. A channel that names none is on all of its type. */
static void
tables_join(struct reader *reader, struct joins joins[NET_TYPES])
{
	list_each(protocol, &reader->config->protocols, struct protocol_config, link) {
		const struct channel_config *first =
			list_first(&protocol->channels, struct channel_config, link);
		list_each(channel, &protocol->channels, struct channel_config, link) {
			struct named *table =
				channel->table != NULL
					? named_find(reader, NAMED_TABLE, channel->table)
					: NULL;
			struct joins *at = table != NULL ? &table->table.joins
							 : &joins[channel->type];
			at->any = true;
			/* Of a pipe, what is imported here is exported there. */
			if (channel->import != &filter_reject || channel != first)
				at->importing = true;
		}
	}
}

static void
lint_protocol(struct reader *reader, const struct protocol_config *protocol)
{
	const struct protocol_class *class = protocol->class;
	bool is_single = class->channels == CHANNELS_ANY;
	list_each(channel, &protocol->channels, struct channel_config, link) {
		/* Who writes `export none` means it. */
		if (channel->import != &filter_reject ||
		    channel->export != &filter_reject || is_single ||
		    class->route_event == NULL || channels_say_export(reader, channel))
			continue;
		struct place place = channels_place(reader, channel);
		complain_warning(&reader->complaints, &place,
				 "without an `export` nothing is exported",
				 "this channel lets nothing through");
	}
}

static void
unused_found(void *context, const char *kind, const char *name,
	     const struct ast_place *place)
{
	struct reader *reader = context;
	struct source_place where = { .file = place->file,
				      .line = place->line,
				      .column = place->column };
	char *message =
		arena_printf(reader->scratch, "nobody uses the %s `%s`", kind, name);
	complain_at(&reader->complaints, true, &where, place->length, NULL, message);
}

static bool
differs_in_digits(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (isdigit((unsigned char)*a))
			a++;
		while (isdigit((unsigned char)*b))
			b++;
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
	}
}

/* What was not known where it was used may have come later. */
static void
declared_below(struct reader *reader, struct complaint *complaint)
{
	if (complaint->about == NULL)
		return;
	struct ast_place place;
	const char *kind = policy_place_of(reader->policy, complaint->about, &place);
	if (kind == NULL)
		return;
	bool same_file = place.file == complaint->place.file ||
			 (place.file != NULL && complaint->place.file != NULL &&
			  strcmp(place.file, complaint->place.file) == 0);
	complaint->hint = arena_printf(
		reader->scratch,
		"this %s is declared below, in line %u%s%s; put it first", kind,
		place.line, same_file ? "" : " of ", same_file ? "" : place.file);
}
