/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connecting to the daemon, and telling a person what to do where that fails.
 */
#ifndef CLIENT_CONNECT_H
#define CLIENT_CONNECT_H

#include "lib/text.h"

/* A connected socket, or -1 with what is wrong and what to do about it in `why`. */
int connect_to(const char *path, struct text *why);
/* What a greeting that isn't ours says: `why` gets it; false if it is ours. */
bool connect_is_foreign(const char *path, const char *greeting, struct text *why);

#endif
