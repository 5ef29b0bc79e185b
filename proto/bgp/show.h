/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of sessions is shown: commands, and hooks of the class.
 */
#ifndef PROTO_BGP_SHOW_H
#define PROTO_BGP_SHOW_H

#include "nest/command.h"
#include "proto/bgp/bgp.h"

struct bird_node;
struct bird_reply;

extern const struct command bgp_commands[];
/* See struct protocol_class. */
void bgp_show(const struct protocol *protocol, struct out *out);
void bgp_bird_show(struct bird_reply *reply, const struct bird_node *row);
const char *bgp_status(const struct protocol *protocol);

#endif
