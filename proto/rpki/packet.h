/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PDUs between router and cache: bytes to structs and back (RFC 8210 §5, RFC 6810
 * §5).  Pure: no state, no allocation, reading through lib/wire.h.  Whether what was said
 * has its place in the conversation is for the session to decide.
 */
#ifndef PROTO_RPKI_PACKET_H
#define PROTO_RPKI_PACKET_H

#include "lib/addr.h"
#include "lib/wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RTR_VERSION_MAX 1 /* RFC 8210; 0 is RFC 6810. */
#define RTR_HEADER_SIZE 8
#define RTR_PDU_MAX     4096 /* Longer ones we take for an error; the RFC has no limit. */
#define RTR_KEY_ID_SIZE 20   /* RFC 8210 §5.10 */
#define RTR_TEXT_MAX    255  /* Of what we write into error reports, and log of theirs. */

enum rtr_type {
	RTR_SERIAL_NOTIFY = 0,
	RTR_SERIAL_QUERY = 1,
	RTR_RESET_QUERY = 2,
	RTR_CACHE_RESPONSE = 3,
	RTR_IP4_PREFIX = 4,
	RTR_IP6_PREFIX = 6,
	RTR_END_OF_DATA = 7,
	RTR_CACHE_RESET = 8,
	RTR_ROUTER_KEY = 9, /* From version 1 on. */
	RTR_ERROR_REPORT = 10
};

/* RFC 8210 §12. */
enum rtr_error {
	RTR_CORRUPT_DATA = 0,
	RTR_INTERNAL_ERROR = 1,
	RTR_NO_DATA = 2, /* The only one that is not fatal. */
	RTR_INVALID_REQUEST = 3,
	RTR_UNSUPPORTED_VERSION = 4,
	RTR_UNSUPPORTED_TYPE = 5,
	RTR_UNKNOWN_WITHDRAWAL = 6,
	RTR_DUPLICATE = 7,
	RTR_UNEXPECTED_VERSION = 8 /* From version 1 on. */
};

/* What is wrong with a PDU. */
struct rtr_failure {
	enum rtr_error code;
	const char *text; /* For people; a literal. */
};

struct rtr_header {
	uint8_t version, type;
	uint16_t session; /* The session's id, an error's code, or the flags of a key. */
	uint32_t length;  /* Of the whole PDU, with the header. */
};

/* A PDU; what its type has not is 0.  Pointers are into the bytes it was read from. */
struct rtr_pdu {
	uint8_t version;
	uint8_t type; /* enum rtr_type */
	uint16_t session;
	uint32_t serial;
	/* RTR_END_OF_DATA from version 1 on; seconds, as the cache said them. */
	uint32_t refresh, retry, expire;
	/* RTR_IP4_PREFIX, RTR_IP6_PREFIX, RTR_ROUTER_KEY */
	bool announces;    /* Else it withdraws. */
	struct prefix roa; /* NET_ROA4 or NET_ROA6; of a key its asn alone. */
	/* RTR_ROUTER_KEY */
	const uint8_t *key_id; /* RTR_KEY_ID_SIZE bytes. */
	const uint8_t *key;
	size_t key_size;
	/* RTR_ERROR_REPORT */
	uint16_t code;
	const uint8_t *erroneous; /* The PDU it is about; null: none in particular. */
	size_t erroneous_size;
	const char *text; /* Any bytes. */
	size_t text_size;
};

/* The header alone, of any bytes. */
void rtr_header_read(const uint8_t bytes[static RTR_HEADER_SIZE],
		     struct rtr_header *header);
/* A PDU can begin so: its type is one of its version (a version that we don't know is
 * taken for the highest) and its length one of its type, RTR_PDU_MAX at most. */
bool rtr_header_check(const struct rtr_header *header, struct rtr_failure *failure);
/* A whole PDU, of as many bytes as its header says.  False: it is none, see `failure`;
 * then only version and type of `pdu` are filled in. */
bool rtr_pdu_read(const uint8_t *bytes, size_t size, struct rtr_pdu *pdu,
		  struct rtr_failure *failure);
/* Adds the PDU; all of its type's fields count but lengths, which follow. */
void rtr_pdu_write(struct wire_out *out, const struct rtr_pdu *pdu);
/* "Serial Notify"; for other numbers, "PDU of an unknown type". */
const char *rtr_type_name(uint8_t type);
/* "Corrupt Data"; for other numbers, "Unknown Error". */
const char *rtr_error_name(uint16_t code);

#endif
