/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values: what a route attribute holds and a filter computes with.  A value borrows the
 * memory it points at; whoever keeps one longer copies it.
 */
#ifndef NEST_VALUE_H
#define NEST_VALUE_H

#include "lib/addr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

enum value_type {
	VALUE_VOID, /* Undefined. */
	VALUE_BOOL,
	VALUE_INT,    /* 32 bit unsigned. */
	VALUE_PAIR,   /* Two 16 bit halves in `number`. */
	VALUE_QUAD,   /* Router id: four bytes in `number`. */
	VALUE_STRING, /* `bytes`, not terminated. */
	VALUE_BYTES,
	VALUE_IP,
	VALUE_PREFIX,
	VALUE_ENUM, /* `kind` says which. */
	VALUE_EC,   /* Extended community in `wide`. */
	VALUE_LC,   /* Large community: three numbers. */
	VALUE_PATH, /* AS path in wire form (RFC 4271 §4.3, four-byte AS numbers), in
		       `bytes`. */
	VALUE_PATH_MASK,
	VALUE_CLIST,  /* Communities, four bytes each, host order, in `bytes`. */
	VALUE_ECLIST, /* Eight bytes each. */
	VALUE_LCLIST, /* Twelve bytes each. */
	VALUE_ID, /* 64 bit identifier shown as xx:xx:…:xx (Babel router-id), in `wide`.
		   */
	VALUE_SET, /* Of the filter language: a set of any element type. */
	VALUE_PREFIX_SET,
	VALUE_TYPES
};

/* Kinds of VALUE_ENUM; names of members are in value.c. */
enum value_kind {
	KIND_RTS,
	KIND_RTD,
	KIND_ROA,
	KIND_NET,
	KIND_SCOPE,
	KIND_ORIGIN,
	VALUE_KINDS
};

struct value {
	uint8_t type; /* enum value_type */
	uint8_t kind; /* enum value_kind, for VALUE_ENUM. */
	union {
		bool truth;
		uint32_t number;
		uint64_t wide;
		struct addr addr;
		struct prefix prefix;
		uint32_t large[3];
		struct {
			const void *bytes;
			uint32_t size;
		};
		const void *set; /* Owned by the filter language. */
	};
};

/* BIRD's number of the scope that routes have if nothing sets another one. */
enum { SCOPE_UNIVERSE = 4 };

/* Where a route comes from, BIRD's RTS_* numbers. */
enum route_source {
	RTS_UNKNOWN,
	RTS_STATIC,
	RTS_INHERIT,
	RTS_DEVICE,
	RTS_STATIC_DEVICE,
	RTS_REDIRECT,
	RTS_RIP,
	RTS_OSPF,
	RTS_OSPF_IA,
	RTS_OSPF_EXT1,
	RTS_OSPF_EXT2,
	RTS_BGP,
	RTS_PIPE,
	RTS_BABEL,
	RTS_RPKI,
	RTS_PERF,
	RTS_L3VPN,
	RTS_AGGREGATED,
	RTS_RADV,
	RTS_BRIDGE,
	RTS_EVPN,
	RTS_MESH /* Ours. */
};

/* What a route does with packets, BIRD's RTD_* numbers. */
enum route_dest { RTD_NONE, RTD_UNICAST, RTD_BLACKHOLE, RTD_UNREACHABLE, RTD_PROHIBIT };

/* The text BIRD 2.19 gives the value in when a filter prints it; enum members by name. */
void value_format(const struct value *value, struct text *text);
/* The same without the `(path …)`, `(clist …)` around lists: as `show route all` has
 * them. */
void value_format_plain(const struct value *value, struct text *text);
bool value_equal(const struct value *a, const struct value *b);
/* "int", "ip", …; for an enum its kind's. */
const char *value_type_name(enum value_type type);
/* The name of a member ("RTS_BABEL"), null if there is none of that number. */
const char *value_enum_name(enum value_kind kind, uint32_t number);
/* NET_IP4 … of a net type; members have BIRD's numbers. */
struct value value_of_net_type(enum net_type type);
/* The member of that name, over all kinds; false if there is none. */
bool value_enum_find(const char *name, struct value *value);

#endif
