/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Community lists: values of type clist, eclist, lclist, elements of 4, 8 or 12 bytes in
 * host order.  The order of elements is kept; adding what is there already changes
 * nothing.  Pure: a new list is made in the scratch memory given, an unchanged one is
 * returned as it came.
 */
#ifndef FILTER_COMMUNITY_H
#define FILTER_COMMUNITY_H

#include "filter/scratch.h"
#include "nest/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct set;

/* The type of the elements of a list type: VALUE_PAIR, VALUE_EC, VALUE_LC. */
enum value_type community_element(enum value_type list);
uint32_t community_count(const struct value *list);
/* The element at `index`; false behind the last. */
bool community_at(const struct value *list, uint32_t index, struct value *element);
/* An element may be given as a pair, quad, int or IPv4 address for a clist. */
bool community_has(const struct value *list, const struct value *element);
bool community_has_any(const struct value *list, const struct set *set);
struct value community_add(struct scratch *scratch, const struct value *list,
			   const struct value *element);
struct value community_remove(struct scratch *scratch, const struct value *list,
			      const struct value *element);
/* Those of `other` that are missing, behind. */
struct value community_union(struct scratch *scratch, const struct value *list,
			     const struct value *other);
/* Keeps (drops, if `keep` is false) what is in the set, or in the list. */
struct value community_filter_set(struct scratch *scratch, const struct value *list,
				  const struct set *set, bool keep);
struct value community_filter_list(struct scratch *scratch, const struct value *list,
				   const struct value *other, bool keep);
/* The least or greatest element, all zero of an empty list. */
struct value community_extreme(const struct value *list, bool greatest);

/* Kinds of extended communities: type and subtype without the bits that say what the key
 * is (RFC 4360 §3). */
enum { EC_RT = 0x0002, EC_RO = 0x0003, EC_GENERIC = 0xffff };
/* How large the second number may be beside this key. */
uint32_t ec_value_limit(unsigned kind, uint32_t key, bool is_address);
/* The community; `value` is within the limit. */
uint64_t ec_make(unsigned kind, uint32_t key, bool is_address, uint32_t value);

#endif
