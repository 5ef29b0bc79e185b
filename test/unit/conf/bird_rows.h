/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A protocol `bgp` that only remembers what its rows captured.
 */
#ifndef TEST_UNIT_CONF_BIRD_ROWS_H
#define TEST_UNIT_CONF_BIRD_ROWS_H

#include "nest/module.h"

struct config;
struct text;

extern const struct module bird_rows_module;
/* What was captured, a line per statement. */
void bird_rows_print(struct text *text, const struct config *config);

#endif
