/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where what the daemon says goes: the standard output, or a pager if it is longer than
 * the screen.
 */
#ifndef CLIENT_OUTPUT_H
#define CLIENT_OUTPUT_H

#include "client/session.h"
#include <stdbool.h>
#include <stdio.h>

struct output;

/* `paged`: more than a screen goes through the pager. */
struct output *output_new(bool paged);
/* Everything is out, and the pager has ended.  Accepts null. */
void output_free(struct output *output);
/* To be given to session_request(); errors go to the standard error, but for a paged
 * output, where they stand among the rest. */
struct session_sink output_sink(struct output *output);

struct screen_size {
	unsigned rows, columns; /* 0: the standard output is no terminal. */
};
struct screen_size screen_size(void);

#endif
