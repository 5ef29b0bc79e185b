/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How keys and values are written for people.
 */
#ifndef LIB_READABLE_H
#define LIB_READABLE_H

#include <stddef.h>

struct out_item;
struct text;

/* A scalar with its unit: `3.2 s`, `12.5 kB`, `yes`; without a value `-`. */
void readable_value(struct text *to, const struct out_item *item);
/* Control characters and bytes that are no UTF-8 are shown as `\x1b`: names come from
 * peers, and a terminal obeys what it is sent. */
void readable_string(struct text *to, const char *string, size_t size);
/* router_id: `Router ID` */
void readable_key(struct text *to, const char *key);

#endif
