/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inside of attr.h, shared by the files attr*.c and filter_run.c.
 */
#ifndef NEST_ATTR_PRIVATE_H
#define NEST_ATTR_PRIVATE_H

#include "nest/attr.h"

/* The rows of enum core_attr. */
extern const struct attr_class attr_core_classes[];
/* Those from ATTR_LINK_NAME on. */
extern const struct attr_class attr_peer_classes[];

void attrs_open(struct router *router);
void attrs_close(struct router *router);
/* The bytes behind the entries, in their order, and how many they are. */
const uint8_t *attrs_bytes(const struct attrs *attrs);
uint32_t attrs_bytes_size(const struct attrs *attrs);
/* Where the bytes of an entry may start. */
static inline uint32_t
attr_aligned(uint32_t size)
{
	return (size + 3) & ~3u;
}

/* The entry of a route under way, whatever the class' hooks say. */
bool route_draft_entry(const struct route_draft *route, attr_id id, struct value *value);

/* An entry and the bytes it points into as a value, and back: the bytes of a value that
 * has them, null and size 0 for those that are a number. */
void attr_load(const struct attr *entry, const uint8_t *bytes, struct value *value);
const void *attr_bytes(const struct value *value, uint32_t *size);
/* The place of `id` among sorted entries: the first that is not lower. */
uint16_t attr_place(const struct attr *entries, uint16_t count, attr_id id);

/* One more use of a set at hand. */
static inline struct attrs *
attrs_use(const struct attrs *attrs)
{
	return attrs_hold((struct attrs *)(uintptr_t)attrs, 1);
}

#endif
