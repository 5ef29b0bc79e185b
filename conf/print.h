/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed values and structs back to text, as a person would write them.
 */
#ifndef CONF_PRINT_H
#define CONF_PRINT_H

#include "nest/schema.h"
#include <stdbool.h>
#include <stddef.h>

struct config;
struct text;

/* The value at `field`; secrets and what only its module understands as `…`. */
void print_value(struct text *text, const struct conf_item *item, const void *field);
/* What a pattern begins with, up to its first value. */
void print_words(struct text *text, const char *pattern);
/* What stands between the words of a row and the block, one of several, with a blank in
 * front; false: nothing does. */
bool print_block_name(struct text *text, const struct conf_item *item, const void *block);
/* `4 s`, `500 ms` */
void print_time(struct text *text, usec_t time);
/* A whole configuration: each option that is not at its preset, one in a line. */
void print_config(struct text *text, const struct config *config);

#endif
