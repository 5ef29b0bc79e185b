/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BIRD's control protocol: what birdc speaks, and the programs that read BIRD's answers.
 *
 *   daemon: `0001 BIRD 2.0.12 ready.`
 *   client: a command
 *   daemon: `NNNN-text` and more lines, then `NNNN text`; a line that has the code of the
 * one before may begin with a blank instead.  `0000 ` ends what has no last line of its
 * own, 8xxx and 9xxx say what went wrong.  `+text` is a message of the log, at any time.
 *
 * Commands know nothing of this: they emit rows (lib/out.h), and a reply makes lines of
 * them.  What is left to say per command is its layout: how one row looks.  Without a
 * layout the columns of the table make the line, and the command's code is its number.
 */
#ifndef NEST_BIRD_BIRD_H
#define NEST_BIRD_BIRD_H

#include "lib/out.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bird_reply;
struct command_call;
struct router;
struct text;

/* The version whose layout this is: clients look at it before they read on. */
#define BIRD_VERSION "2.0.12"

/* Something emitted: a value, or a row, object, list or table with what is in it behind
 * it. */
struct bird_node {
	uint8_t event;      /* enum out_event */
	uint32_t size;      /* Nodes, with itself: the next one is so far. */
	const char *key;    /* Null in a list. */
	const char *string; /* OUT_STRING; null: no value. */
	uint64_t number;    /* OUT_U64, _I64, _BOOL, _USEC */
};

/* How what a command emits looks.  `row` is called with each row of a table and each
 * object or list at the top, whole; its key is the table's. */
struct bird_layout {
	void (*row)(struct bird_reply *reply, const struct bird_node *row);
};

/* The layouts of the core's commands. */
extern const struct bird_layout bird_status, bird_protocols, bird_interfaces, bird_memory,
	bird_symbols, bird_routes, bird_value, bird_configure_status;

/* ---- for layouts ---- */

/* What is in a node, one after the other; nothing is in null. */
#define bird_each(child, node)                                      \
	for (const struct bird_node *child = bird_first(node),      \
				    *child##_end = bird_end(child); \
	     child < child##_end; child += child->size)

static inline const struct bird_node *
bird_first(const struct bird_node *node)
{
	return node != NULL ? node + 1 : NULL;
}

/* Behind the last, by the first. */
static inline const struct bird_node *
bird_end(const struct bird_node *first)
{
	return first != NULL ? first - 1 + first[-1].size : NULL;
}

/* What the node has of that key; null: nothing. */
const struct bird_node *bird_find(const struct bird_node *node, const char *key);
/* A string or a name in it; "" if there is none. */
const char *bird_string(const struct bird_node *node, const char *key);
uint64_t bird_number(const struct bird_node *node, const char *key);
/* A line with this code.  More follow. */
void bird_line(struct bird_reply *reply, unsigned code, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* The same in two steps: an empty line to add to, and saying it. */
struct text *bird_open(struct bird_reply *reply);
void bird_say(struct bird_reply *reply, unsigned code);
/* The line that ends the reply, unless more follow after all. */
void bird_last(struct bird_reply *reply, unsigned code, const char *format, ...)
	PRINTF_LIKE(3, 4);
/* The line above rows, once for each table. */
bool bird_needs_heading(struct bird_reply *reply);
/* What is in a protocol's row is one of its channels. */
bool bird_is_channel(const struct bird_node *node);
/* The lines of a protocol's channel. */
void bird_channel(struct bird_reply *reply, const struct bird_node *channel);
/* A channel's limit, if it has that one. */
void bird_limit(struct bird_reply *reply, const struct bird_node *channel,
		const char *key, const char *label);
/* The lines of all channels of a protocol's row. */
void bird_channels(struct bird_reply *reply, const struct bird_node *row);
/* What a layout wants to know at the next row; a title empties it. */
struct text *bird_before(struct bird_reply *reply);
const struct command_call *bird_call(const struct bird_reply *reply);
/* It is one of the words behind the command's. */
bool bird_was_said(const struct bird_reply *reply, const char *word);
/* BIRD's name of a protocol: "BGP" of "bgp". */
void bird_title(const struct router *router, const char *protocol, struct text *to);
/* BIRD's name of a route's attribute: "BGP.as_path" of "bgp_path". */
const char *bird_attribute(struct bird_reply *reply, const char *name);

/* ---- for sessions ---- */

/* A renderer that adds whole lines to `to`; `call` gets its command later. */
struct out *bird_out_new(struct text *to, const struct command_call *call);
/* The command is over: the last line. */
void bird_out_finish(struct out *out, int status);

#endif
