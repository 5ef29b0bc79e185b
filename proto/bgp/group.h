/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are told the same (nest/export_group.h): their UPDATEs are written
 * once, and go to each of them from the same memory.
 *
 * In a group are neighbours towards whom everything is alike that bgp_refusal() and
 * bgp_advertise() look at, but for the link they are on and the next hop we are there: of
 * that only the size is.  So what is told to one differs from what the others are told by
 *
 *   its own routes     withdrawn to it where it was told others
 *   our own next hop   marked in the chunk, and put there for each (chunk.h)
 *   other next hops    those of its link are told as they are, for which there may be a
 *                      version of its own (audience.h, bgp_next_hop_links())
 *   its own address    as a next hop: what has it is withdrawn
 */
#ifndef PROTO_BGP_GROUP_H
#define PROTO_BGP_GROUP_H

#include "nest/export_group.h"

/* Of the class. */
extern const struct export_group_ops bgp_group_ops;

#endif
