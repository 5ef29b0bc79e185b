/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes: what is too large to be inline.  The text of addresses is
 * addr_text.c.
 */
#include "lib/addr.h"

#include "lib/macros.h"
#include <assert.h>

static_assert(sizeof(struct prefix) == 40,
	      "no padding, so that prefixes compare bytewise");

const struct addr addr_any = { { 0 } };

static int order_u32(uint32_t a, uint32_t b);

bool
addr_is_link_local(struct addr addr)
{
	return addr_high(addr) >> 54 == 0xfe80 >> 6;
}

bool
addr_is_multicast(struct addr addr)
{
	if (addr_is_ip4(addr))
		return addr_to_ip4(addr) >> 28 == 0xe;
	return addr.bytes[0] == 0xff;
}

bool
addr_is_loopback(struct addr addr)
{
	if (addr_is_ip4(addr))
		return addr_to_ip4(addr) >> 24 == 127;
	return addr_high(addr) == 0 && addr_low(addr) == 1;
}

struct prefix
prefix_new(struct addr addr, unsigned length)
{
	return prefix_new_type(addr_is_ip4(addr) ? NET_IP4 : NET_IP6, addr, length);
}

struct prefix
prefix_new_type(enum net_type type, struct addr addr, unsigned length)
{
	struct prefix prefix = { .type = (uint8_t)type, .length = (uint8_t)length };
	assert(type == NET_IP4 || type == NET_IP6);
	assert(type == NET_IP6 || addr_is_ip4(addr));
	assert(length <= prefix_max_length(&prefix));
	prefix.addr = addr_mask(addr, prefix_offset(&prefix) + length);
	return prefix;
}

int
prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = order_u32(a->type, b->type);
	if (order == 0)
		order = addr_compare(a->addr, b->addr);
	if (order == 0)
		order = order_u32(a->length, b->length);
	if (order == 0)
		order = addr_compare(a->source, b->source);
	if (order == 0)
		order = order_u32(a->source_length, b->source_length);
	if (order == 0)
		order = order_u32(a->max_length, b->max_length);
	return order != 0 ? order : order_u32(a->asn, b->asn);
}

uint32_t
prefix_hash(const struct prefix *prefix, uint32_t seed)
{
	uint64_t rest = (uint64_t)prefix->type << 56 | (uint64_t)prefix->length << 48 |
			(uint64_t)prefix->source_length << 40 |
			(uint64_t)prefix->max_length << 32 | prefix->asn;
	/* First of all: what others choose must not undo itself before it is in. */
	uint64_t state =
		hash_mix(addr_low(prefix->addr) ^ rest * 0x9fb21c651e98df25ULL ^ seed);
	/* Not read for IPv4, where these words tell nothing apart. */
	if (!prefix_is_ip4(prefix))
		state = hash_mix(state ^ addr_high(prefix->addr));
	if (prefix->type == NET_IP6_SADR)
		state = hash_mix(hash_mix(state ^ addr_high(prefix->source)) ^
				 addr_low(prefix->source));
	return hash_u64(state);
}

bool
prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return prefix_is_ip4(outer) == prefix_is_ip4(inner) &&
	       outer->length <= inner->length &&
	       addr_common(outer->addr, inner->addr) >=
		       prefix_offset(outer) + outer->length;
}

bool
prefix_has_addr(const struct prefix *prefix, struct addr addr)
{
	return prefix_is_ip4(prefix) == addr_is_ip4(addr) &&
	       addr_common(prefix->addr, addr) >= prefix_offset(prefix) + prefix->length;
}

const char *
net_type_name(enum net_type type)
{
	static const char *const names[NET_TYPES] = {
		[NET_IP4] = "ipv4",  [NET_IP6] = "ipv6",  [NET_IP6_SADR] = "ipv6 sadr",
		[NET_ROA4] = "roa4", [NET_ROA6] = "roa6",
	};
	assert((unsigned)type < NET_TYPES);
	return names[type];
}

static int
order_u32(uint32_t a, uint32_t b)
{
	return a == b ? 0 : a < b ? -1 : 1;
}
