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
extern const struct command help_commands[];       /* help.c */

struct module;
struct router;

/* The core's commands and those of some modules; stops when `visit` says false. */
void command_each_of(const struct module *const *modules, size_t count,
		     bool (*visit)(void *, const struct command *), void *context);
/* All commands of a router. */
void command_each(const struct router *router,
		  bool (*visit)(void *, const struct command *), void *context);

#endif
