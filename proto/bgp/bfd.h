/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BFD for a neighbour (RFC 5882): its rows, and the session that watches.
 */
#ifndef PROTO_BGP_BFD_H
#define PROTO_BGP_BFD_H

#include "nest/schema.h"

struct bgp_session;
struct text;

/* `bfd ( <switch:1> | graceful:2 )` and its block. */
extern const struct conf_schema bgp_bfd_schema;
const char *bgp_bfd_take(struct conf_call *call);
bool bgp_bfd_equal(const void *old, const void *new);
void bgp_bfd_print(struct text *text, const void *field);

/* Watches the neighbour as configured, or no longer: the session or the options are
 * others. */
void bgp_bfd_look(struct bgp_session *session);

#endif
