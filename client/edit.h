/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line editor: history, completion with what the daemon knows, help on `?`.
 */
#ifndef CLIENT_EDIT_H
#define CLIENT_EDIT_H

#include "client/session.h"

struct edit;

struct edit *edit_new(struct session *session);
void edit_free(struct edit *edit); /* Saves the history.  Accepts null. */
/* The next line, trimmed; null at the end of input.  Good until the next call. */
const char *edit_read(struct edit *edit);

#endif
