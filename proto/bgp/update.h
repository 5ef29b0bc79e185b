/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UPDATE messages (RFC 4271 §4.3, RFC 4760 §3, RFC 7911 §3) with the error handling of
 * RFC 7606.  Pure: no state, no allocation.
 *
 * Reading gives prefixes to be walked in place, next hops, and the attributes as a
 * *block*: what routes keep of them.  A block is wire form again, but canonical, so that
 * equal attributes are equal bytes: sorted by type, each once, lengths as short as they
 * can be, AS numbers of four bytes, AS4_PATH and AS4_AGGREGATOR merged in (RFC 6793
 * §4.2.3), without MP_REACH_NLRI and MP_UNREACH_NLRI, the numbers in lists of communities
 * and clusters in the host's byte order.  NEXT_HOP is in it whatever the family: 4 bytes,
 * or 16 (global or link-local), or 32 (global, then link-local).
 */
#ifndef PROTO_BGP_UPDATE_H
#define PROTO_BGP_UPDATE_H

#include "lib/addr.h"
#include "proto/bgp/message.h"

/* Types of attributes (RFC 4271 §4.3 and later). */
enum bgp_attribute {
	BGP_ATTRIBUTE_ORIGIN = 1,
	BGP_ATTRIBUTE_AS_PATH,
	BGP_ATTRIBUTE_NEXT_HOP,
	BGP_ATTRIBUTE_MED,
	BGP_ATTRIBUTE_LOCAL_PREF,
	BGP_ATTRIBUTE_ATOMIC_AGGREGATE,
	BGP_ATTRIBUTE_AGGREGATOR,
	BGP_ATTRIBUTE_COMMUNITY,     /* RFC 1997 */
	BGP_ATTRIBUTE_ORIGINATOR_ID, /* RFC 4456 §8 */
	BGP_ATTRIBUTE_CLUSTER_LIST,
	BGP_ATTRIBUTE_MP_REACH = 14, /* RFC 4760 */
	BGP_ATTRIBUTE_MP_UNREACH,
	BGP_ATTRIBUTE_EXT_COMMUNITY, /* RFC 4360 */
	BGP_ATTRIBUTE_AS4_PATH,      /* RFC 6793 §3 */
	BGP_ATTRIBUTE_AS4_AGGREGATOR,
	BGP_ATTRIBUTE_AIGP = 26,            /* RFC 7311 */
	BGP_ATTRIBUTE_LARGE_COMMUNITY = 32, /* RFC 8092 */
	BGP_ATTRIBUTE_OTC = 35              /* RFC 9234 §5 */
};

enum {
	BGP_FLAG_OPTIONAL = 0x80,
	BGP_FLAG_TRANSITIVE = 0x40,
	BGP_FLAG_PARTIAL = 0x20,
	BGP_FLAG_EXTENDED = 0x10 /* The length has two bytes. */
};

/* How what comes is read: as both sides have agreed on, and as our own options say. */
struct bgp_codec {
	bool four_byte_as;
	bool external;   /* The other side is of another AS: not of our confederation. */
	bool local_pref; /* Its LOCAL_PREF is taken all the same. */
	bool add_path[BGP_FAMILIES]; /* Prefixes come with path identifiers. */
	bool extended_next_hop;      /* RFC 8950 */
	bool aigp;                   /* RFC 7311 §3.2: accepted here. */
	/* Routes of another AS get this one, if they are to have one at all. */
	bool adds_local_pref;
	uint32_t default_local_pref;
};

/* Prefixes in wire form, which are known to be well-formed. */
struct bgp_nlri {
	struct wire_in in;
	enum bgp_family family;
	bool add_path;
};

/* The address of so many bits at `bytes`, which may end with them and follow their
 * number. What is behind them in their last byte means nothing (RFC 4271 §4.3). */
static inline struct addr
bgp_nlri_ip4(const uint8_t *bytes, const uint8_t *end, unsigned length)
{
	uint32_t number = 0;
	if (end - bytes >= 4)
		number = wire_load_u32(bytes);
	else if (end - bytes == 3) /* Most of those at a message's end. */
		number = wire_load_u32(bytes - 1) << 8;
	else
		for (unsigned shift = 24; bytes < end; bytes++, shift -= 8)
			number |= (uint32_t)*bytes << shift;
	return addr_from_ip4(number & (uint32_t)(UINT64_C(0xffffffff00000000) >> length));
}

static inline struct addr
bgp_nlri_ip6(const uint8_t *bytes, unsigned length)
{
	struct addr addr = { .bytes = { 0 } };
	unsigned size = (length + 7) / 8;
	if (size > 0)
		memcpy(addr.bytes, bytes, size);
	if (length % 8 != 0)
		addr.bytes[size - 1] &= (uint8_t)(0xff00u >> length % 8);
	return addr;
}

/* The next one, false at the end.  Of `prefix` what those of BGP have not stays as it is:
 * zero.  The path identifier is 0 where there are none. */
static inline bool
bgp_nlri_next(struct bgp_nlri *nlri, struct prefix *prefix, uint32_t *path_id)
{
	const uint8_t *at = nlri->in.at, *end = nlri->in.end;
	if (at == end)
		return false;
	*path_id = 0;
	if (nlri->add_path) {
		*path_id = wire_load_u32(at);
		at += 4;
	}
	unsigned length = *at++;
	nlri->in.at = at + (length + 7) / 8;
	prefix->length = (uint8_t)length;
	if (nlri->family == BGP_IP4) {
		prefix->type = NET_IP4;
		prefix->addr = bgp_nlri_ip4(at, end, length);
	} else {
		prefix->type = NET_IP6;
		prefix->addr = bgp_nlri_ip6(at, length);
	}
	return true;
}

/* Prefixes that are reached by a next hop. */
struct bgp_reach {
	struct bgp_nlri nlri;
	/* IPv4, or IPv6 that is not link-local; addr_any: none. */
	struct addr next_hop;
	struct addr link_local; /* addr_any: none. */
	bool is_multiprotocol;  /* Of MP_REACH_NLRI; else of the message's end. */
};

/* RFC 7606 §2, from weakest to strongest. */
enum bgp_action { BGP_ACCEPT, BGP_DISCARD, BGP_WITHDRAW, BGP_RESET };

/* What is wrong with an attribute, or the message. */
enum bgp_fault {
	BGP_FAULT_NONE,
	BGP_FAULT_LENGTHS, /* Of withdrawn routes or attributes exceed the message. */
	BGP_FAULT_OVERRUN, /* An attribute ends behind the attributes' end. */
	BGP_FAULT_PREFIX,  /* A prefix is too long, or not whole. */
	BGP_FAULT_TWICE,   /* It was there before. */
	BGP_FAULT_FLAGS,   /* Optional and transitive are not as specified. */
	BGP_FAULT_LENGTH,
	BGP_FAULT_VALUE,
	BGP_FAULT_UNEXPECTED, /* Not from this neighbour. */
	BGP_FAULT_UNKNOWN,    /* Well-known, they say, but not to us. */
	BGP_FAULT_MISSING,    /* Mandatory, and not there. */
	BGP_FAULT_NEXT_HOP,   /* A next hop no route can have. */
	BGP_FAULTS
};

struct bgp_update {
	/* The strongest of all faults, with its first cause.  BGP_WITHDRAW: what is in
	 * `reaches` is withdrawn. */
	enum bgp_action action;
	enum bgp_fault fault;
	uint8_t attribute;          /* The type it is about; 0: none. */
	struct bgp_failure failure; /* Of BGP_RESET. */
	/* A mark that all was told (RFC 4724 §2), of this family; nothing else then. */
	bool is_end;
	enum bgp_family end_family;
	struct bgp_nlri withdrawals[2];
	struct bgp_reach reaches[2];
	unsigned withdrawal_count, reach_count;
	/* In the room that was given, with LOCAL_PREF where the codec adds it.  NEXT_HOP
	 * is that of IPv4 prefixes behind the attributes; for those of MP_REACH_NLRI see
	 * bgp_reach_block(). */
	const uint8_t *block;
	size_t block_size;
};

/* Room that is enough to read a message of that size: its block takes half of it at most,
 * with AS numbers of two bytes as four and LOCAL_PREF, which is shorter than what stands
 * before the attributes twice; the other half is for a path on its way there. */
#define BGP_BLOCK_ROOM(size) (4 * (size))

/* Reads the body of an UPDATE; `block` has BGP_BLOCK_ROOM(size).  Never fails: `action`
 * says what to do.  Prefixes and next hops point into the body. */
void bgp_update_read(const struct bgp_codec *codec, const uint8_t *body, size_t size,
		     uint8_t *block, struct bgp_update *update);
/* Of which family the prefixes of an UPDATE's body are, without reading them; of two: one
 * of them. */
enum bgp_family bgp_update_family(const uint8_t *body, size_t size);
/* The block with the next hops of this reach, which is what its routes keep: the
 * message's own where it has them, else written to `room`. */
const uint8_t *bgp_reach_block(struct wire_out *room, const struct bgp_update *update,
			       const struct bgp_reach *reach, size_t *size);
/* "wrong length", for the log. */
const char *bgp_fault_name(enum bgp_fault fault);
/* The name of an attribute type ("AS_PATH"), null for others. */
const char *bgp_attribute_name(uint8_t type);

/* ---- blocks ---- */

#define BGP_FIELD_HEAD 4 /* Flags, type and a length of two bytes. */

/* An attribute in a block. */
struct bgp_field {
	uint8_t flags, type;
	const uint8_t *value;
	size_t size;
};

/* Optional and transitive, as the type is defined; BGP_FLAG_TRANSITIVE too for types we
 * don't know. */
uint8_t bgp_attribute_flags(uint8_t type);
/* Turns the numbers of a list of communities or clusters, or all lists of a block, from
 * the host's byte order into the wire's, or back; does nothing for other types. */
void bgp_list_turn(uint8_t *value, size_t size, uint8_t type);
void bgp_block_turn(uint8_t *block, size_t size);

/* The next attribute; false at the end. */
static inline bool
bgp_block_next(struct wire_in *in, struct bgp_field *field)
{
	const uint8_t *at = in->at;
	size_t left = wire_left(in), head = BGP_FIELD_HEAD - 1;
	if (left < head)
		return false;
	field->flags = at[0];
	field->type = at[1];
	field->size = at[2];
	if ((at[0] & BGP_FLAG_EXTENDED) != 0) {
		head = BGP_FIELD_HEAD;
		field->size = left < head ? left : wire_load_u16(at + 2);
	}
	if (left < head + field->size)
		return false;
	field->value = at + head;
	in->at = at + head + field->size;
	return true;
}

/* Where its attributes are, for who asks for several of the types up to BGP_LOOK_MAX. */
#define BGP_LOOK_MAX 63
struct bgp_block_look {
	const uint8_t *block;
	uint64_t has;                  /* A bit for each type. */
	uint32_t at[BGP_LOOK_MAX + 1]; /* Of those that it has. */
};
void bgp_block_look(const uint8_t *block, size_t size, struct bgp_block_look *look);
static inline bool
bgp_look_has(const struct bgp_block_look *look, uint8_t type)
{
	return (look->has >> type & 1) != 0;
}
/* It has that one. */
static inline struct bgp_field
bgp_look_field(const struct bgp_block_look *look, uint8_t type)
{
	const uint8_t *at = look->block + look->at[type];
	bool is_long = (at[0] & BGP_FLAG_EXTENDED) != 0;
	return (struct bgp_field){ at[0], type,
				   at + (is_long ? BGP_FIELD_HEAD : BGP_FIELD_HEAD - 1),
				   is_long ? wire_load_u16(at + 2) : at[2] };
}

/* False: it has none of that type, and `field` is as it was. */
bool bgp_block_find(const uint8_t *block, size_t size, uint8_t type,
		    struct bgp_field *field);
/* A list of communities or clusters as blocks have it: this is one of them. */
bool bgp_list_has(const struct bgp_field *list, uint32_t wanted);
/* Writes one attribute, with the length as short as it can be; returns where its value
 * is, null: there is no room. */
uint8_t *bgp_field_write(struct wire_out *out, const struct bgp_field *field);
/* Copies the block with the attribute replaced or added at its place; `value` null: left
 * out. */
void bgp_block_replace(struct wire_out *out, const uint8_t *block, size_t size,
		       const struct bgp_field *field);

#endif
