/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes: representation, comparison, text.  IPv4 addresses are kept as
 * IPv4-mapped IPv6 (::ffff:a.b.c.d); a prefix says its family itself (`type`), so a real mapped
 * IPv6 prefix is never taken for an IPv4 one.
 */
#ifndef LIB_ADDR_H
#define LIB_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr {
	uint8_t bytes[16];
};

/* Net types: what a table holds.  The order is shown to users nowhere, but fixed. */
enum net_type {
	NET_IP4,
	NET_IP6,
	NET_IP6_SADR, /* Destination and source prefix, RFC 9079. */
	NET_ROA4, /* Prefix, maximum length, origin AS. */
	NET_ROA6,
	NET_TYPES
};
#define NET_BIT(type) (1u << (type))

/* One destination of any net type.  Unused members are zero, so that prefixes compare bytewise. */
struct prefix {
	struct addr addr; /* Host bits are zero. */
	struct addr source; /* NET_IP6_SADR: the source prefix; else zero. */
	uint8_t type; /* enum net_type */
	uint8_t length; /* 0..32 for IPv4, else 0..128. */
	uint8_t source_length; /* NET_IP6_SADR */
	uint8_t max_length; /* NET_ROA4, NET_ROA6 */
	uint32_t asn; /* NET_ROA4, NET_ROA6 */
};

#define ADDR_TEXT   64 /* Longest text of an address with scope, and its end. */
#define PREFIX_TEXT 128 /* The same of a prefix. */

extern const struct addr addr_any; /* :: */

struct addr addr_from_ip4(uint32_t host_order);
struct addr addr_from_bytes(const uint8_t bytes[static 16]);
/* Only for addr_is_ip4() addresses; host order. */
uint32_t addr_to_ip4(struct addr addr);
bool addr_is_ip4(struct addr addr);
bool addr_is_any(struct addr addr); /* :: or 0.0.0.0 */
bool addr_is_link_local(struct addr addr); /* fe80::/10, 169.254/16 */
bool addr_is_multicast(struct addr addr);
bool addr_is_loopback(struct addr addr);
bool addr_equal(struct addr a, struct addr b);
int addr_compare(struct addr a, struct addr b);
/* Bit `index` counted from the highest bit of the 128. */
unsigned addr_bit(struct addr addr, unsigned index);
/* The first `length` of 128 bits, the rest zero. */
struct addr addr_mask(struct addr addr, unsigned length);
/* The number of leading bits (of 128) both share. */
unsigned addr_common(struct addr a, struct addr b);
/* IPv6 in the form of RFC 5952, IPv4 dotted.  Returns `text`. */
char *addr_format(struct addr addr, char text[static ADDR_TEXT]);
/* Reads exactly `length` characters; false if they are no address. */
bool addr_parse(const char *text, size_t length, struct addr *addr);

/* A plain prefix of an address (its family decides the type); host bits are cut. */
struct prefix prefix_new(struct addr addr, unsigned length);
/* The offset of a prefix's first bit in its 128-bit address: 96 for IPv4, else 0. */
unsigned prefix_offset(const struct prefix *prefix);
unsigned prefix_max_length(const struct prefix *prefix); /* 32 or 128 */
bool prefix_is_ip4(const struct prefix *prefix);
bool prefix_equal(const struct prefix *a, const struct prefix *b);
/* A total order: type, address, length, source, source length, max length, asn. */
int prefix_compare(const struct prefix *a, const struct prefix *b);
uint32_t prefix_hash(const struct prefix *prefix, uint32_t seed);
/* `inner` lies in `outer` (destination parts only; families must agree). */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
bool prefix_has_addr(const struct prefix *prefix, struct addr addr);
/* As BIRD writes it: `10.0.0.0/8`, `2001:db8::/32 from 2001:db8:1::/48`, `10.0.0.0/8-24 AS65000`. */
char *prefix_format(const struct prefix *prefix, char text[static PREFIX_TEXT]);
/* `address/length` of exactly `length` characters, IPv4 or IPv6; false if it is none, and also
 * where host bits are set (then `*host_bits` is true and the prefix is filled in, cut). */
bool
prefix_parse(const char *text, size_t length, struct prefix *prefix, bool *host_bits);
/* ipv4, ipv6, ipv6 sadr, roa4, roa6 */
const char *net_type_name(enum net_type type);

#endif
