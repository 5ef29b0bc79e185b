/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a protocol is `from`: its text is read again.
 */
#ifndef CONF_TEMPLATE_H
#define CONF_TEMPLATE_H

#include <stdbool.h>

struct conf_value;
struct named;
struct reader;

/* The block of a protocol or template begins, and ends: its text, to be read again. */
void template_begin(struct reader *reader, struct named *named);
void template_end(struct reader *reader, struct named *named);
/* What `from` names is read before anything else, for the one of that name.
 * False after a complaint. */
bool template_replay(struct reader *reader, const struct conf_value *from,
		     struct named *named);

#endif
