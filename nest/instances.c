/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instances over the turns of a command, held by name; and what is said where those that
 * are asked for are not there.
 */
#include "nest/instances.h"

#include "lib/pool.h"
#include "lib/text.h"
#include "nest/bird/bird.h"
#include "nest/command.h"
#include "nest/protocol.h"
#include "nest/reply.h"
#include "nest/router.h"
#include <errno.h>
#include <string.h>

#define LISTED 10u /* So many names are said at most. */

void
instances_begin(struct instances *instances, const struct command_call *call,
		instances_meant *is_meant)
{
	const struct list *protocols = &call->router->protocols;
	uint32_t count = 0;
	list_each(protocol, protocols, struct protocol, link)
		count += is_meant(call, protocol);
	*instances = (struct instances){ .is_meant = is_meant };
	instances->names = pool_alloc(call->pool, count * sizeof(*instances->names));
	list_each(protocol, protocols, struct protocol, link)
		if (is_meant(call, protocol))
			instances->names[instances->count++] =
				pool_strdup(call->pool, protocol->name);
}

struct protocol *
instances_now(struct instances *instances, const struct command_call *call)
{
	for (; instances->at < instances->count; instances->at++) {
		struct protocol *protocol =
			protocol_find(call->router, instances->names[instances->at]);
		if (protocol != NULL && instances->is_meant(call, protocol))
			return protocol;
	}
	return NULL;
}

struct protocol *
instances_next(struct instances *instances, const struct command_call *call)
{
	instances->at += instances->at < instances->count;
	return instances_now(instances, call);
}

static bool
is_of(const struct protocol *protocol, const char *class)
{
	return strcmp(protocol->class->name, class) == 0;
}

/* "; did you mean `one'?", or "; there are `one', `two'" */
static void
others_add(struct text *text, const struct router *router, const char *class,
	   const char *name)
{
	const char *names[LISTED];
	size_t count = 0;
	list_each(protocol, &router->protocols, struct protocol, link)
		if (is_of(protocol, class) && count++ < LISTED)
			names[count - 1] = protocol->name;
	const char *nearest = text_nearest(name, names, MIN(count, LISTED));
	if (nearest != NULL) {
		text_printf(text, "; did you mean `%s'?", nearest);
		return;
	}
	text_add(text, count > 1 ? "; there are" : count > 0 ? "; there is" : "");
	for (size_t i = 0; i < MIN(count, LISTED); i++)
		text_printf(text, "%s `%s'", i > 0 ? "," : "", names[i]);
	if (count > LISTED)
		text_printf(text, " and %zu others", count - LISTED);
}

struct protocol *
instances_named(struct command_call *call, const char *class, const char *name)
{
	struct protocol *protocol = protocol_find(call->router, name);
	if (protocol != NULL && is_of(protocol, class))
		return protocol;
	struct text text = { 0 };
	if (protocol != NULL)
		text_printf(&text, "`%s' is a protocol %s, not %s", name,
			    protocol->class->name, class);
	else
		text_printf(&text, "There is no protocol %s `%s'", class, name);
	others_add(&text, call->router, class, name);
	out_error_code(call->out, REPLY_SYNTAX, "%s", text_string(&text));
	text_fini(&text);
	return NULL;
}

int
instances_none(const struct command_call *call, const char *class, const char *table,
	       const struct out_column *columns, size_t count)
{
	if (call->bird) {
		struct text title = { 0 };
		bird_title(call->router, class, &title);
		out_error_code(call->out, REPLY_SYNTAX, "There is no %s protocol running",
			       text_string(&title));
		text_fini(&title);
		return -ENOENT;
	}
	if (!call->out->class->is_structured) {
		out_note(call->out, "No protocol %s runs", class);
	} else if (table != NULL) {
		out_table(call->out, table, columns, count);
		out_table_end(call->out);
	}
	return COMMAND_DONE;
}
