/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manual of the configuration, made of the rows that read it.
 */
#ifndef CONF_MANUAL_H
#define CONF_MANUAL_H

#include <stddef.h>

struct modules;
struct text;

enum manual_form { MANUAL_MARKDOWN, MANUAL_MAN };

/* Adds the whole manual. Returns how many rows and schemas say nothing about themselves:
 * there should be none. */
size_t manual_write(struct text *text, enum manual_form form,
		    const struct modules *modules);

#endif
