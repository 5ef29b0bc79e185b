/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of the host is in the way of a router.
 */
#ifndef DAEMON_HOST_H
#define DAEMON_HOST_H

struct router;

/* Warns in the log where packets would not be forwarded by the routes that the router
 * puts into the kernel: forwarding off, strict reverse path filters.  Says nothing if it
 * puts none there. */
void host_check(struct router *router);

#endif
