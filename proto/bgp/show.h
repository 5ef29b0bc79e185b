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
void bgp_channel_show(const struct channel *channel, struct out *out);
const char *bgp_status(const struct protocol *protocol);
/* bird_show.c */
void bgp_bird_show(struct bird_reply *reply, const struct bird_node *row);

/* ---- for other commands ---- */

/* There is an instance, running or not. */
bool bgp_is_there(const struct router *router);

/* The instance that is named; null: complained. */
const struct bgp *bgp_named(struct command_call *call, const char *name);
enum out_tone bgp_tone(const struct bgp *bgp);
/* A NOTIFICATION, if there was one. */
void bgp_notice_show(struct out *out, const char *key, const struct protocol *protocol,
		     const struct bgp_notice *notice);
/* What a session that is not established waits for. */
void bgp_waiting_show(struct out *out, const struct bgp *bgp);

/* problem.c: `show bgp peer X problem` */
int bgp_problem_run(struct command_call *call);
/* flap_show.c: `show bgp flaps [X]` */
int bgp_flaps_run(struct command_call *call);
/* group_show.c: `show bgp groups` */
int bgp_groups_run(struct command_call *call);

#endif
