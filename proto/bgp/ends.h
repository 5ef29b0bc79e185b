/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both ends of a session as they are written: `local`, `neighbor` and what may be behind
 * them, in the shapes that their rows (config.c) can't say.
 */
#ifndef PROTO_BGP_ENDS_H
#define PROTO_BGP_ENDS_H

#include "proto/bgp/bgp.h"

/* How rows are written, with the tags that the functions below know. */
#define BGP_LOCAL_PATTERN "local [<addr%:1>] [( port <number:3> | as <number:4> )...]"
#define BGP_REMOTE_PATTERN                                                  \
	"neighbor [( <addr%:1> | range <prefix:2> )] [( port <number:3> | " \
	"as <number:4> | internal:5 | external:6 | onlink:7 )...]"
#define BGP_FOUND_PATTERN                                                  \
	"neighbor interface [-:8] <string:9> [( , [-:8] <string:9> )...] " \
	"[( port <number:3> | as <number:4> | internal:5 | external:6 )...]"

/* Hooks of rows, see nest/schema.h: of `local`; */
const char *bgp_local_take(struct conf_call *call);
void bgp_local_print(struct text *text, const void *field);
/* of `neighbor`, a struct bgp_remote; */
const char *bgp_remote_take(struct conf_call *call);
void bgp_remote_print(struct text *text, const void *field);
/* of `neighbor interface`, a list of struct interface_pattern. */
bool bgp_interfaces_equal(const void *old, const void *new);
void bgp_interfaces_print(struct text *text, const void *field);

#endif
