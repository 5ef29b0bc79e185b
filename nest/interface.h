/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces as the world tells them; the inside of link.h, for the router alone.
 */
#ifndef NEST_INTERFACE_H
#define NEST_INTERFACE_H

#include <stdbool.h>
#include "nest/link.h"
#include "sysdep/sys.h"

struct router;

/* sys_handler callbacks; the context is the router. */
void interface_told(void *context, const struct sys_interface *sys, bool gone);
void interface_address_told(void *context, const struct sys_address *sys, bool gone);
void interface_scan_told(void *context);
/* Scans again; what is not told until its end is gone. */
void interface_rescan(struct router *router);
/* Frees all interfaces and links, telling nobody. */
void interface_free_all(struct router *router);
/* By name and addresses only (the router id's `from` pattern). */
bool interface_name_matches(const struct interface_pattern *pattern,
			    const struct interface *interface);
/* A transport ends: what was its interface is asked after, and gets a link of its own if
 * it is still there. */
void interface_give_back(struct transport *transport);

#endif
