/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the filter language.
 */
#ifndef CONF_RESERVED_H
#define CONF_RESERVED_H

struct reader;

/* The token of the last word in filter code: its own, or WORD. */
int reserved_token(struct reader *reader);

#endif
