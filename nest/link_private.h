/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of link.h, shared by interface.c, link.c and link_port.c.
 */
#ifndef NEST_LINK_PRIVATE_H
#define NEST_LINK_PRIVATE_H

#include "nest/link.h"

/* A link in the router's list, down and with nothing known. */
struct link *link_make(struct router *router, const char *name);
/* At the end of the router only: whoever holds it is gone too. */
void link_free(struct link *link);
/* Looks for `local` and `local4` among the interface's addresses anew; true if one
 * changed. */
bool link_addresses_update(struct link *link);
/* Closes all ports; nobody may use them any more. */
void link_ports_free(struct link *link);

#endif
