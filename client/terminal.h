/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The conversation with a person at a terminal.
 */
#ifndef CLIENT_TERMINAL_H
#define CLIENT_TERMINAL_H

#include "client/client.h"

/* Asks for lines until the end; the exit status. */
int terminal_run(struct client *client);

#endif
