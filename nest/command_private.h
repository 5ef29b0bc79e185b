/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core's command tables, and walking all of them.
 */
#ifndef NEST_COMMAND_PRIVATE_H
#define NEST_COMMAND_PRIVATE_H

#include "nest/command.h"

extern const struct command show_commands[];       /* show.c: what there is */
extern const struct command show_route_commands[]; /* show_route.c */
extern const struct command action_commands[];     /* actions.c: what changes something */
extern const struct command session_commands[];    /* session_commands.c */
extern const struct command help_commands[];       /* help.c */
extern const struct command subscribe_commands[];  /* subscribe.c */
extern const struct command subscribe_route_commands[];
extern const struct command why_commands[]; /* why.c */

struct module;
struct router;

/* The core's commands and those of some modules; stops when `visit` says false. */
void command_each_of(const struct module *const *modules, size_t count,
		     bool (*visit)(void *, const struct command *), void *context);
/* All commands of a router. */
void command_each(const struct router *router,
		  bool (*visit)(void *, const struct command *), void *context);

/* words[i] stood in quotes. */
bool command_is_quoted(const struct command_call *call, size_t i);
/* words[i] can only be a name: neither in quotes nor with * or ?. */
bool command_is_name(const struct command_call *call, size_t i);
/* Says that there is no protocol of this name, or that none matches the pattern; returns
 * -ENOENT. */
int command_no_protocol(struct command_call *call, const char *word, bool is_name);
/* How times are shown to who asks: `configured`, unless the connection has its own. */
const struct config_timeformat *command_timeformat(
	const struct command_call *call, const struct config_timeformat *configured);

#endif
