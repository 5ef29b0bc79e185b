/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands: table rows.  `run` emits structured rows and cannot print; the connection
 * renders text or JSON. Words may be abbreviated to any unique prefix; parameters are
 * completed with live names.
 */
#ifndef NEST_COMMAND_H
#define NEST_COMMAND_H

#include "lib/out.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bird_layout;
struct command_call;
struct config_timeformat;
struct pool;
struct router;
struct session;
struct show_since;

enum {
	COMMAND_DONE = 0,
	COMMAND_MORE = 1, /* Call again when there is room for output. */
	COMMAND_WAIT = 2  /* Call again after `wake`; it may be called before that, too.
			     Ends when the client says so. */
};

struct command {
	/* "show babel neighbours"; a word may have spellings: "neighbours|neighbors". */
	const char *words;
	/* What follows, as lib/words.h has it and help shows it: "[<protocol>]"; "" none.
	 * Kinds of names: protocol, table, interface, link, filter, symbol. */
	const char *args;
	const char *doc; /* One sentence. */
	bool changes;    /* Changes state: refused on a restricted connection. */
	/* COMMAND_DONE, COMMAND_MORE, COMMAND_WAIT, or a negative errno after
	 * out_error(). */
	int (*run)(struct command_call *);
	/* In BIRD's control protocol: the code of its lines (0: BIRD has none), and how
	 * its rows look (null: as their columns say). */
	uint16_t code;
	const struct bird_layout *bird;
};

struct command_call {
	struct router *router;
	struct out *out;
	const struct command *command;
	/* What follows the command's words, split; strings unquoted. */
	const char *const *words;
	size_t count;
	const char *rest; /* The same unsplit: for expressions. */
	/* For `state`; freed after COMMAND_DONE, or when the command is broken off. */
	struct pool *pool;
	void *state; /* Null at the first call; the command's own across COMMAND_MORE. */
	bool restricted;
	/* For one that waits: there is something to tell.  Null where nobody can wait. */
	void (*wake)(struct command_call *);
	bool bird;       /* Asked in BIRD's protocol: what isn't said is as in BIRD. */
	uint64_t quoted; /* Bit i: words[i] stood in quotes. */
	struct session *session; /* Who asks; null: no connection. */
	/* Of all times shown; null: as configured for each kind. */
	const struct config_timeformat *timeformat;
	struct show_since *since; /* The last time of a route that was shown. */
};

/* Finds the command of a line, over the core's and all modules' tables; abbreviations
 * allowed. On failure says what was wrong and near (out_error) and returns null. `call`
 * gets command, words, rest; memory from call->pool. */
const struct command *command_parse(struct command_call *call, const char *line);
/* Runs to the end or to COMMAND_MORE. */
int command_run(struct command_call *call);
/* Complains that there is no `kind` ("protocol", "table", …) of this name, and which one
 * may be meant: -ENOENT. */
int command_missing(struct command_call *call, const char *kind, const char *name);
/* What may stand at the end of `line` (for TAB and `?`): one call per candidate. */
void command_complete(struct router *router, const char *line,
		      void (*candidate)(void *context, const char *word, const char *doc),
		      void *context);

#endif
