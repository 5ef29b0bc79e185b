/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: requests by line, replies framed by line.
 *
 *   client: `text show route\n`, `json show route\n`, `complete sho ro\n`
 *   daemon: a greeting `meshd VERSION ready\n`, then per request lines that each begin
 * with one character: ' ' output follows as it is;  '.' end: ".0" good, ".1" failed
 * (errors were among the output)
 */
#ifndef NEST_CONTROL_H
#define NEST_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

struct router;

/* Listens at `path`; several may be open. */
int control_open(struct router *router, const char *path, uint32_t mode,
		 const char *group, bool restricted);
void control_close_all(struct router *router);

#endif
