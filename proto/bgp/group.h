/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are told the same (nest/export_group.h): their UPDATEs are written
 * once, and go to each of them from the same memory.
 *
 * In a group are neighbours towards whom everything is alike that bgp_refusal() and
 * bgp_advertise() look at.  What is left for one of them is its own routes, which are
 * withdrawn to it where it was told others, and routes whose next hop it is itself.
 */
#ifndef PROTO_BGP_GROUP_H
#define PROTO_BGP_GROUP_H

#include "nest/export_group.h"

/* Of the class. */
extern const struct export_group_ops bgp_group_ops;

#endif
