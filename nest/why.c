/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `why`: explains a destination, or why a protocol is told of it or not.
 */
#include "nest/command_private.h"

#include <errno.h>
#include <string.h>

#include "lib/out.h"
#include "nest/channel.h"
#include "nest/explain.h"
#include "nest/protocol.h"
#include "nest/router.h"

/* What was asked. */
struct question {
	struct command_call *call;
	struct prefix net;
	bool is_address;        /* The longest match is meant. */
	struct protocol *to;    /* Null: all that can be said. */
	const char *table_name; /* Null: all that have something. */
	unsigned answers;
};

static int
net_read(struct question *question, const char *word)
{
	struct addr addr;
	bool host_bits = false;
	char cut[PREFIX_TEXT];
	size_t length = strlen(word);
	if (addr_parse(word, length, &addr)) {
		question->net = prefix_new(addr, addr_is_ip4(addr) ? 32 : 128);
		question->is_address = true;
		return 0;
	}
	if (prefix_parse(word, length, &question->net, &host_bits))
		return 0;
	if (host_bits)
		out_error(question->call->out, "%s has host bits set; did you mean %s?",
			  word, prefix_format(&question->net, cut));
	else
		out_error(question->call->out, "`%s' is neither a prefix nor an address",
			  word);
	return -EINVAL;
}

static int
to_read(struct question *question, const char *name)
{
	question->to = protocol_find(question->call->router, name);
	return question->to ? 0 : command_no_protocol(question->call, name, true);
}

/* `PREFIX [[not exported] to PROTOCOL] [table TABLE]` */
static int
question_read(struct question *question)
{
	const struct command_call *call = question->call;
	int error = call->count > 0 ? net_read(question, call->words[0]) : -EINVAL;
	if (call->count == 0)
		out_error(call->out, "Which destination? Give a prefix or an address");
	for (size_t i = 1; i < call->count && !error; i++) {
		const char *word = call->words[i];
		const char *next = i + 1 < call->count ? call->words[i + 1] : NULL;
		if (!strcmp(word, "not") || !strcmp(word, "exported"))
			continue;
		if (!next || (strcmp(word, "to") != 0 && strcmp(word, "table") != 0)) {
			out_error(call->out, "why PREFIX [to PROTOCOL] [table TABLE]");
			return -EINVAL;
		}
		if (!strcmp(word, "to"))
			error = to_read(question, next);
		else
			question->table_name = next;
		i++;
	}
	return error;
}

static bool
is_on(const struct protocol *protocol, const struct table *table)
{
	list_each(channel, &protocol->channels, struct channel, link)
		if (channel->table == table)
			return true;
	return false;
}

/* Whether a table is asked about: that of the name; of the protocol; else those that have
 * something, and the default one in any case. */
static bool
is_asked(const struct question *question, struct explanation *explanation)
{
	struct table *table = explanation->table;
	enum net_type type = table_type(table);
	if (type == NET_ROA4 || type == NET_ROA6 ||
	    (type == NET_IP4) != prefix_is_ip4(&question->net))
		return false;
	explanation->asked = question->net;
	explanation->asked.type = (uint8_t)type;
	explain_find(explanation, question->is_address);
	if (question->table_name)
		return !strcmp(table_name(table), question->table_name);
	if (question->to)
		return is_on(question->to, table);
	return explanation->node != 0 ||
	       table == router_table(question->call->router, NULL, type);
}

static int
why(struct command_call *call)
{
	struct question question = { .call = call };
	int error = question_read(&question);
	if (error)
		return error;
	list_each(entry, &call->router->tables, struct table_entry, link) {
		struct explanation explanation = { .call = call, .table = entry->table };
		if (!is_asked(&question, &explanation))
			continue;
		question.answers++;
		if (question.to)
			explain_to(&explanation, question.to);
		else
			explain_all(&explanation);
	}
	if (question.answers > 0)
		return COMMAND_DONE;
	if (question.table_name)
		out_error(call->out, "There is no table `%s' for such a prefix",
			  question.table_name);
	else
		out_error(call->out, "%s has no channel for such a prefix",
			  question.to ? question.to->name : "Nobody");
	return -ENOENT;
}

const struct command why_commands[] = {
	{ .words = "why",
	  .args = "<prefix> [to <protocol>] [table <table>]",
	  .doc = "Explains a destination: who let it in, what is best by which step, "
		 "where "
		 "it leads, who is told.",
	  .run = why },
	{ .words = NULL },
};
