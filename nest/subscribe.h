/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subscriptions: commands that tell the present state and then what changes of it, until
 * their client has had enough.  What is told is a state, not a history: who does not read
 * is told the newest one later.
 */
#ifndef NEST_SUBSCRIBE_H
#define NEST_SUBSCRIBE_H

struct router;

enum subscribe_kind {
	SUBSCRIBE_PROTOCOLS, /* And transports. */
	SUBSCRIBE_LINKS,
	SUBSCRIBE_TABLES /* Which tables there are; routes are in their journals. */
};

/* One of these came or went, or looks otherwise in `show protocols` or `show links`.  May
 * be called at any time; subscribers look for themselves, later. */
void subscribe_changed(struct router *router, enum subscribe_kind kind);

#endif
