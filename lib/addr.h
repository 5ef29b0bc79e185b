/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes: representation, comparison, text.  IPv4 addresses are kept as
 * IPv4-mapped IPv6 (::ffff:a.b.c.d); a prefix says its family itself (`type`), so a real
 * mapped IPv6 prefix is never taken for an IPv4 one.
 */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include "lib/hash.h"
#include "lib/wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct addr {
	uint8_t bytes[16];
};

/* Net types: what a table holds.  The order is shown to users nowhere, but fixed. */
enum net_type {
	NET_IP4,
	NET_IP6,
	NET_IP6_SADR, /* Destination and source prefix, RFC 9079. */
	NET_ROA4,     /* Prefix, maximum length, origin AS. */
	NET_ROA6,
	NET_TYPES
};
#define NET_BIT(type) (1u << (type))

/* One destination of any net type.  Unused members are zero, so that prefixes compare
 * bytewise. */
struct prefix {
	struct addr addr;      /* Host bits are zero. */
	struct addr source;    /* NET_IP6_SADR: the source prefix; else zero. */
	uint8_t type;          /* enum net_type */
	uint8_t length;        /* 0..32 for IPv4, else 0..128. */
	uint8_t source_length; /* NET_IP6_SADR */
	uint8_t max_length;    /* NET_ROA4, NET_ROA6 */
	uint32_t asn;          /* NET_ROA4, NET_ROA6 */
};

#define ADDR_TEXT   64  /* Longest text of an address with scope, and its end. */
#define PREFIX_TEXT 128 /* The same of a prefix. */

extern const struct addr addr_any; /* :: */

/* The address as two numbers, the first 64 bits and the rest. */
static inline uint64_t
addr_high(struct addr addr)
{
	return wire_load_u64(addr.bytes);
}

static inline uint64_t
addr_low(struct addr addr)
{
	return wire_load_u64(addr.bytes + 8);
}

static inline struct addr
addr_from_u64(uint64_t high, uint64_t low)
{
	struct addr addr;
	wire_store_u64(addr.bytes, high);
	wire_store_u64(addr.bytes + 8, low);
	return addr;
}

static inline struct addr
addr_from_ip4(uint32_t host_order)
{
	return addr_from_u64(0, 0xffff00000000ULL | host_order);
}

static inline struct addr
addr_from_bytes(const uint8_t bytes[static 16])
{
	struct addr addr;
	memcpy(addr.bytes, bytes, sizeof(addr.bytes));
	return addr;
}

static inline bool
addr_is_ip4(struct addr addr)
{
	return addr_high(addr) == 0 && addr_low(addr) >> 32 == 0xffff;
}

/* Only for addr_is_ip4() addresses; host order. */
static inline uint32_t
addr_to_ip4(struct addr addr)
{
	return (uint32_t)addr_low(addr);
}

/* :: or 0.0.0.0 */
static inline bool
addr_is_any(struct addr addr)
{
	uint64_t low = addr_low(addr);
	return addr_high(addr) == 0 && (low == 0 || low == 0xffff00000000ULL);
}

/* fe80::/10: it says nothing without its link.  Nothing of 169.254.0.0/16 is: an address
 * of that is found by its prefix as others are, by the kernel and by BIRD, too; clouds
 * and dn42 number links from it. */
bool addr_is_link_local(struct addr addr);
bool addr_is_multicast(struct addr addr); /* ff00::/8, 224.0.0.0/4 */
bool addr_is_loopback(struct addr addr);  /* ::1, 127.0.0.0/8 */

static inline bool
addr_equal(struct addr a, struct addr b)
{
	return ((addr_high(a) ^ addr_high(b)) | (addr_low(a) ^ addr_low(b))) == 0;
}

/* Negative, 0 or positive: by the 128-bit number, so every IPv4 address comes after ::.
 */
static inline int
addr_compare(struct addr a, struct addr b)
{
	uint64_t a_high = addr_high(a), b_high = addr_high(b);
	if (a_high != b_high)
		return a_high < b_high ? -1 : 1;
	uint64_t a_low = addr_low(a), b_low = addr_low(b);
	return a_low == b_low ? 0 : a_low < b_low ? -1 : 1;
}

static inline uint32_t
addr_hash(struct addr addr, uint32_t seed)
{
	return hash_u64(hash_mix(addr_high(addr) ^ seed) ^ addr_low(addr));
}

/* Bit `index` (0..127) counted from the highest bit of the 128. */
static inline unsigned
addr_bit(struct addr addr, unsigned index)
{
	return (unsigned)addr.bytes[index >> 3] >> (7 - (index & 7)) & 1u;
}

/* The first `length` (0..128) of 128 bits, the rest zero. */
static inline struct addr
addr_mask(struct addr addr, unsigned length)
{
	uint64_t high = addr_high(addr), low = addr_low(addr);
	if (length <= 64) {
		low = 0;
		high = length > 0 ? high & ~UINT64_C(0) << (64 - length) : 0;
	} else {
		low &= ~UINT64_C(0) << (128 - length);
	}
	return addr_from_u64(high, low);
}

/* The number of leading bits (of 128) both share. */
static inline unsigned
addr_common(struct addr a, struct addr b)
{
	uint64_t high = addr_high(a) ^ addr_high(b);
	if (high != 0)
		return (unsigned)__builtin_clzll(high);
	uint64_t low = addr_low(a) ^ addr_low(b);
	return low != 0 ? 64 + (unsigned)__builtin_clzll(low) : 128;
}

/* IPv6 in the form of RFC 5952, IPv4 dotted.  Returns `text`. */
char *addr_format(struct addr addr, char text[static ADDR_TEXT]);
/* Reads exactly `length` characters; false if they are no address.  Strict: four decimal
 * parts without leading zeros, or RFC 4291 §2.2; no scope, no blanks. */
bool addr_parse(const char *text, size_t length, struct addr *addr);

/* A plain prefix of an address (its family decides the type and the range of `length`);
 * host bits are cut. */
struct prefix prefix_new(struct addr addr, unsigned length);
/* The same of the given type, NET_IP4 or NET_IP6, so that a mapped IPv6 prefix can be
 * had. */
struct prefix prefix_new_type(enum net_type type, struct addr addr, unsigned length);

/* The destination is IPv4. */
static inline bool
prefix_is_ip4(const struct prefix *prefix)
{
	return prefix->type == NET_IP4 || prefix->type == NET_ROA4;
}

/* The offset of a prefix's first bit in its 128-bit address: 96 for IPv4, else 0. */
static inline unsigned
prefix_offset(const struct prefix *prefix)
{
	return prefix_is_ip4(prefix) ? 96 : 0;
}

/* The longest a prefix of this type can be: 32 or 128. */
static inline unsigned
prefix_max_length(const struct prefix *prefix)
{
	return prefix_is_ip4(prefix) ? 32 : 128;
}

static inline bool
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* A total order: type, address, length, source, source length, max length, asn. */
int prefix_compare(const struct prefix *a, const struct prefix *b);
/* The same on every machine. */
uint32_t prefix_hash(const struct prefix *prefix, uint32_t seed);
/* `inner` lies in `outer` (destination parts only; families must agree). */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
/* `addr` is of the prefix's family and lies in it. */
bool prefix_has_addr(const struct prefix *prefix, struct addr addr);
/* As BIRD writes it: `10.0.0.0/8`, `2001:db8::/32 from 2001:db8:1::/48`, `10.0.0.0/8-24
 * AS65000`. */
char *prefix_format(const struct prefix *prefix, char text[static PREFIX_TEXT]);
/* `address/length` of exactly `length` characters, IPv4 or IPv6; false if it is none, and
 * also where host bits are set (then `*host_bits` is true and the prefix is filled in,
 * cut). */
bool prefix_parse(const char *text, size_t length, struct prefix *prefix,
		  bool *host_bits);
/* ipv4, ipv6, ipv6 sadr, roa4, roa6 */
const char *net_type_name(enum net_type type);

#endif
