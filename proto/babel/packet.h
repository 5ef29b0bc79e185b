/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Babel packet codec: bytes to TLVs and back (RFC 8966 §4, RFC 9079 §7).  Pure: it
 * keeps no state but that of one packet, allocates nothing and reads through lib/wire.h
 * only.  What a TLV means is decided elsewhere; here ends what can be said of it from its
 * packet alone.
 *
 * Reading:  babel_reader_open(), then babel_reader_next() until it says false.
 * Writing:  babel_writer_open(), babel_write_…(), babel_writer_close().
 */
#ifndef PROTO_BABEL_PACKET_H
#define PROTO_BABEL_PACKET_H

#include "lib/addr.h"
#include "lib/wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BABEL_PORT        6696
#define BABEL_MAGIC       42
#define BABEL_VERSION     2
#define BABEL_HEADER_SIZE 4
#define BABEL_INFINITY    0xffff /* Metric and cost of what can't be reached. */
#define BABEL_INTERVAL_ONCE                                                            \
	0xffff                    /* Update interval: not repeated (RFC 8966 §4.6.9). \
				   */
#define BABEL_INTERVAL_MAX 0xfffe /* Largest other interval, in centiseconds. */

/* RFC 8966 §4.1.4: address encodings. */
enum babel_ae {
	BABEL_AE_WILDCARD = 0,
	BABEL_AE_IP4 = 1,
	BABEL_AE_IP6 = 2,
	BABEL_AE_LINK_LOCAL = 3,
	BABEL_AE_COUNT
};

/* RFC 8966 §4.6. */
enum babel_tlv_type {
	BABEL_TLV_PAD1 = 0,
	BABEL_TLV_PADN = 1,
	BABEL_TLV_ACK_REQUEST = 2,
	BABEL_TLV_ACK = 3,
	BABEL_TLV_HELLO = 4,
	BABEL_TLV_IHU = 5,
	BABEL_TLV_ROUTER_ID = 6,
	BABEL_TLV_NEXT_HOP = 7,
	BABEL_TLV_UPDATE = 8,
	BABEL_TLV_ROUTE_REQUEST = 9,
	BABEL_TLV_SEQNO_REQUEST = 10
};

#define BABEL_FLAG_HELLO_UNICAST    0x8000 /* RFC 8966 §4.6.5 */
#define BABEL_FLAG_UPDATE_PREFIX    0x80 /* RFC 8966 §4.6.9: sets the default prefix. */
#define BABEL_FLAG_UPDATE_ROUTER_ID 0x40 /* RFC 8966 §4.6.9: sets the router-id. */
#define BABEL_SUBTLV_SOURCE_PREFIX  128  /* RFC 9079 §7.1 */
#define BABEL_SUBTLV_MANDATORY      0x80 /* RFC 8966 §4.4 */

/* Why a packet or a TLV was not used.  The codec names those up to BABEL_DROP_CODEC_LAST,
 * the protocol the rest; babel_drop_name() has the words. */
enum babel_drop {
	BABEL_DROP_NONE,
	/* The whole packet (RFC 8966 §4.2). */
	BABEL_DROP_HEADER,      /* Shorter than its header. */
	BABEL_DROP_MAGIC,       /* First octet is not 42. */
	BABEL_DROP_VERSION,     /* Second octet is not 2. */
	BABEL_DROP_BODY_LENGTH, /* The body is longer than the packet. */
	/* One TLV. */
	BABEL_DROP_TLV_OVERRUN, /* Reaches over the end of the body; the rest is lost,
				   too. */
	BABEL_DROP_TLV_UNKNOWN, /* A type we don't know (RFC 8966 §4.3). */
	BABEL_DROP_TLV_SHORT,   /* Shorter than its fixed fields or its address. */
	BABEL_DROP_SUBTLV,      /* A sub-TLV reaches over the end of its TLV. */
	BABEL_DROP_SUBTLV_MANDATORY, /* An unknown mandatory sub-TLV (RFC 8966 §4.4). */
	BABEL_DROP_AE,       /* An address encoding that is unknown or forbidden here. */
	BABEL_DROP_INTERVAL, /* An interval of 0 where that is forbidden. */
	BABEL_DROP_PREFIX_LENGTH, /* Longer than an address of its family. */
	BABEL_DROP_OMITTED, /* More octets omitted than the prefix has, or may have. */
	BABEL_DROP_DEFAULT_PREFIX, /* Octets omitted, but no Update before to take them
				      from. */
	BABEL_DROP_ROUTER_ID,      /* None known, or all zeroes, or all ones. */
	BABEL_DROP_NEXT_HOP,       /* None known for the family. */
	BABEL_DROP_WILDCARD, /* AE 0 with a finite metric, a length or a source prefix. */
	BABEL_DROP_HOP_COUNT,     /* A request with hop count 0. */
	BABEL_DROP_SOURCE_PREFIX, /* Bad, repeated or misplaced source prefix (RFC 9079
				     §7.1). */
	BABEL_DROP_CODEC_LAST = BABEL_DROP_SOURCE_PREFIX,
	/* Named by the protocol, counted in the same place. */
	BABEL_DROP_SOURCE_ADDRESS, /* The sender's address is not link-local (RFC 8966
				      §4). */
	BABEL_DROP_SOURCE_PORT,    /* The sender's port is not ours (RFC 8966 §4). */
	BABEL_DROP_OWN,            /* Our own packet, looped back. */
	BABEL_DROP_NEIGHBOUR,      /* Routes of somebody who never said Hello. */
	BABEL_DROP_NEIGHBOUR_LIMIT,
	BABEL_DROP_ROUTE_LIMIT,
	BABEL_DROP_SOURCE_LIMIT,
	BABEL_DROP_REQUEST_LIMIT,
	BABEL_DROP_MARTIAN,       /* A prefix no mesh may carry (RFC 8966 App. C). */
	BABEL_DROP_OWN_ROUTER_ID, /* Our own route, echoed. */
	BABEL_DROP_FAMILY,        /* No channel for this net type. */
	BABEL_DROP_UNFEASIBLE, /* Unfeasible, for the selected route (RFC 8966 §3.5.3). */
	BABEL_DROP_ACK_UNKNOWN, /* Acknowledges nothing we asked for. */
	BABEL_DROP_REQUEST_DUPLICATE,
	BABEL_DROP_COUNT
};

struct babel_ack_request {
	uint16_t opaque;
	uint16_t interval; /* Centiseconds, never 0. */
};

struct babel_ack {
	uint16_t opaque;
};

struct babel_hello {
	bool unicast; /* Counts in the Unicast Hello history. */
	uint16_t seqno;
	uint16_t interval; /* Centiseconds; 0: unscheduled. */
};

struct babel_ihu {
	bool wildcard;    /* AE 0: to whoever reads it. */
	struct addr addr; /* Else: the interface that is meant. */
	uint16_t rxcost;
	uint16_t interval; /* Centiseconds, never 0. */
};

struct babel_update {
	bool wildcard; /* AE 0: retracts all routes of the sender; only metric is set. */
	struct prefix prefix; /* NET_IP4, NET_IP6 or NET_IP6_SADR. */
	uint64_t router_id;   /* 0 in a retraction without one. */
	struct addr next_hop; /* addr_any in a retraction without one. */
	uint16_t interval; /* Centiseconds, never 0; BABEL_INTERVAL_ONCE: not repeated. */
	uint16_t seqno;
	uint16_t metric; /* BABEL_INFINITY: a retraction. */
};

struct babel_route_request {
	bool wildcard; /* AE 0: a full dump. */
	struct prefix prefix;
};

struct babel_seqno_request {
	struct prefix prefix;
	uint64_t router_id;
	uint16_t seqno;
	uint8_t hop_count; /* Never 0. */
};

/* One TLV, with all that the packet says about it resolved. */
struct babel_tlv {
	uint8_t type; /* enum babel_tlv_type, never a pad, a Router-Id or a Next Hop */
	union {
		struct babel_ack_request ack_request;
		struct babel_ack ack;
		struct babel_hello hello;
		struct babel_ihu ihu;
		struct babel_update update;
		struct babel_route_request route_request;
		struct babel_seqno_request seqno_request;
	};
};

/* RFC 8966 §4.5: what earlier TLVs of a packet imply for later ones; reader and writer
 * keep the same. */
struct babel_parser_state {
	struct addr
		prefix[BABEL_AE_COUNT]; /* The default prefix, per address encoding. */
	bool has_prefix[BABEL_AE_COUNT];
	struct addr next_hop4, next_hop6; /* addr_any: undefined. */
	uint64_t router_id;               /* 0: undefined. */
};

struct babel_reader {
	struct wire_in body;
	struct babel_parser_state state;
};

/* Starts to read a packet that came from `source`.  Anything but BABEL_DROP_NONE means
 * that the packet must be ignored.  `packet` must stay until reading is over; the trailer
 * is ignored (RFC 8966 §4.2). */
enum babel_drop babel_reader_open(struct babel_reader *reader, const void *packet,
				  size_t size, struct addr source);
/* The next TLV that means something to the protocol; false at the end of the body.  If
 * `*drop` is not BABEL_DROP_NONE, this TLV must be ignored and `*tlv` has its type only.
 */
bool babel_reader_next(struct babel_reader *reader, struct babel_tlv *tlv,
		       enum babel_drop *drop);

struct babel_writer {
	struct wire_out out;
	struct addr source; /* The address the packet will come from. */
	struct babel_parser_state state;
};

/* Starts to write a packet of at most `size` (at least 64) bytes, to be sent from
 * `source`. */
void babel_writer_open(struct babel_writer *writer, void *packet, size_t size,
		       struct addr source);
/* Any of those below, by its type. */
bool babel_write_tlv(struct babel_writer *writer, const struct babel_tlv *tlv);
/* Each appends one TLV, and the Router-Id and Next Hop TLVs it depends on.  False, and
 * nothing changed, if there is no room.  No TLV ever carries more than one sub-TLV. */
bool babel_write_ack_request(struct babel_writer *writer,
			     const struct babel_ack_request *request);
bool babel_write_ack(struct babel_writer *writer, const struct babel_ack *ack);
bool babel_write_hello(struct babel_writer *writer, const struct babel_hello *hello);
bool babel_write_ihu(struct babel_writer *writer, const struct babel_ihu *ihu);
/* A next hop of addr_any stands for the packet's source; IPv4 needs one, but for
 * retractions.  A router-id is needed but for retractions.  Updates sorted by router-id,
 * then by prefix, take the fewest octets. */
bool babel_write_update(struct babel_writer *writer, const struct babel_update *update);
bool babel_write_route_request(struct babel_writer *writer,
			       const struct babel_route_request *request);
bool babel_write_seqno_request(struct babel_writer *writer,
			       const struct babel_seqno_request *request);
/* Fills the rest of the packet with PadN TLVs (RFC 8966 §4.6.2). */
void babel_write_padding(struct babel_writer *writer);
/* Completes the header.  The packet's size; 0 if it has no TLV. */
size_t babel_writer_close(struct babel_writer *writer);
/* Nothing was written yet. */
bool babel_writer_is_empty(const struct babel_writer *writer);

/* The most octets one update can take, with its Router-Id and Next Hop TLVs. */
#define BABEL_UPDATE_SIZE_MAX  (12 + 20 + 2 + 10 + 16 + 2 + 1 + 16)
#define BABEL_ACK_REQUEST_SIZE 8

/* RFC 8966 §3.2.1: a is less than b, modulo 2^16. */
static inline bool
babel_seqno_is_less(uint16_t a, uint16_t b)
{
	return a != b && ((uint16_t)(b - a) & 0x8000) == 0;
}

/* RFC 8966 §4.1.3. */
static inline bool
babel_router_id_is_valid(uint64_t router_id)
{
	return router_id != 0 && router_id != UINT64_MAX;
}

extern const struct addr babel_link_local; /* fe80::, of the prefix that AE 3 implies. */
/* RFC 8966 §4.6.9: what the Router-Id flag of an update means. */
uint64_t babel_router_id_from_prefix(const struct prefix *prefix);
/* A word for a drop reason, as `show` and the log have it: "body length". */
const char *babel_drop_name(enum babel_drop drop);

#endif
