/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children: instances that a running instance makes of itself, one for each neighbour it
 * meets (a BGP neighbour that calls from a range, or is found on a link).
 *
 * A child is an instance as any other: it has a name, is shown, disabled, restarted.  Its
 * configuration is made by its parent's class (child_configure) of the parent's, and made
 * anew whenever the parent takes a new one.  It ends with its parent's run: what stops
 * the parent removes its children, and the parent is down when they are gone.
 */
#ifndef NEST_SPAWN_H
#define NEST_SPAWN_H

#include "nest/protocol.h"

struct arena;

/* What ties a child to its parent. */
struct spawn {
	struct list link; /* In the parent's children, oldest first. */
	struct protocol *child;
	struct protocol *parent; /* Null: gone at once (protocol_free_all()). */
	void *detail;            /* See spawn_new(). */
	size_t detail_size;
};

#define SPAWN_BARE UINT32_MAX /* Instead of digits: only BASE, if that is free. */

/* A child of a running instance, DOWN; goes up by protocol_enable(), goes away by
 * protocol_remove().  Called BASE and the lowest free number of at least so many digits;
 * where BASE itself is wanted and taken, "BASE.1".
 * `detail`, which is copied, is what the parent's class makes its configuration by. */
struct protocol *spawn_new(struct protocol *parent, const char *base, unsigned digits,
			   const void *detail, size_t size);
/* Another detail, of the same size: the child takes the configuration it leads to; `diff`
 * says what differs in it and what that costs. */
void spawn_change(struct protocol *child, const void *detail,
		  const struct conf_diff *diff);
/* Null: it is no child. */
struct protocol *spawn_parent(const struct protocol *protocol);
const void *spawn_detail(const struct protocol *child);
/* Children, also those that are about to go. */
uint32_t spawn_count(const struct protocol *parent);

/* For child_configure(): a copy of a configuration with lists of channels of its own, to
 * be changed; enabled, without a name yet. */
void *spawn_config_copy(struct arena *arena, const struct protocol_config *model);

/* ---- for the nest and conf ---- */

/* The state of an instance is another: the running parent of a child is told. */
void spawn_tell(struct protocol *protocol);
/* The parent stops: so do its children, for good. */
void spawn_remove_all(struct protocol *parent);
/* The parent has a new configuration, without a restart. */
void spawn_reconfigure_all(struct protocol *parent, const struct conf_diff *diff);
/* The instance is freed: who is tied to it is so no more. */
void spawn_untie(struct protocol *protocol);
/* A configured instance takes the name: a child that has it gets another. */
void spawn_rename(struct router *router, const char *name);
/* Puts the children behind their parent in the router's list. */
void spawn_order(struct protocol *parent);

#endif
