/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands as far as the client knows them: its own, and those the daemon of the same
 * build has, from the same rows as there (commands.c is generated).
 */
#ifndef CLIENT_COMMANDS_H
#define CLIENT_COMMANDS_H

#include "lib/words.h"

/* Ends with null words. */
extern const struct words_row daemon_rows[];

enum client_command { CLIENT_WATCH, CLIENT_WATCH_EVENTS, CLIENT_QUIT };
/* The client's own; `owner` points at their enum client_command. */
extern const struct words_row client_rows[];

/* Both. */
extern const struct words_source all_commands;
/* The client's alone. */
extern const struct words_source client_commands;

#endif
