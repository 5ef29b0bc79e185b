/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line editor: history, completion, help on `?`.
 */
#ifndef CLIENT_EDIT_H
#define CLIENT_EDIT_H

#include "client/session.h"

struct edit;

/* Completes with what the session's daemon knows. */
struct edit *edit_new(struct session *session);
void edit_free(struct edit *edit); /* Accepts null. */

enum edit_result { EDIT_LINE, EDIT_CANCELLED /* By Ctrl-C. */, EDIT_END };
/* The next line, trimmed, with those joined that end in a backslash. Good until the next
 * call. */
enum edit_result edit_read(struct edit *edit, const char **line);

#endif
