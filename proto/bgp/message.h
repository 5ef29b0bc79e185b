/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BGP's messages but UPDATE (update.h): bytes to structs and back (RFC 4271 §4, RFC 5492
 * §4, RFC 2918 §3, RFC 7313 §3.2).  Pure: no state, no allocation, reading through
 * lib/wire.h.  Whether what was said is acceptable is for the session to decide; here
 * ends what the message alone shows.
 */
#ifndef PROTO_BGP_MESSAGE_H
#define PROTO_BGP_MESSAGE_H

#include "lib/addr.h"
#include "lib/wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

#define BGP_VERSION      4
#define BGP_HEADER_SIZE  19
#define BGP_MESSAGE_MAX  4096  /* RFC 4271 §4.1 */
#define BGP_EXTENDED_MAX 65535 /* RFC 8654 §3 */
#define BGP_SAFI_UNICAST 1     /* RFC 4760 §6 */
#define BGP_AS_TRANS     23456 /* RFC 6793 §9 */
#define BGP_TEXT_MAX     255   /* Of host names and shutdown messages. */

enum bgp_type {
	BGP_OPEN = 1,
	BGP_UPDATE,
	BGP_NOTIFICATION,
	BGP_KEEPALIVE,
	BGP_ROUTE_REFRESH /* RFC 2918 */
};

/* The address families we speak; index of arrays. */
enum bgp_family { BGP_IP4, BGP_IP6, BGP_FAMILIES };

/* RFC 4271 §4.5, §6; RFC 7313 §5; RFC 9687 §3.4. */
enum bgp_error_code {
	BGP_ERROR_HEADER = 1,
	BGP_ERROR_OPEN,
	BGP_ERROR_UPDATE,
	BGP_ERROR_HOLD,
	BGP_ERROR_FSM,
	BGP_ERROR_CEASE,
	BGP_ERROR_REFRESH,
	BGP_ERROR_SEND_HOLD
};

enum bgp_header_error {
	BGP_HEADER_MARKER = 1, /* Not synchronized. */
	BGP_HEADER_LENGTH,
	BGP_HEADER_TYPE
};

enum bgp_open_error {
	BGP_OPEN_VERSION = 1,
	BGP_OPEN_AS,
	BGP_OPEN_IDENTIFIER,
	BGP_OPEN_PARAMETER,
	BGP_OPEN_HOLD = 6,
	BGP_OPEN_CAPABILITY, /* RFC 5492 §5 */
	BGP_OPEN_ROLE = 11   /* RFC 9234 §4.2 */
};

/* RFC 4486 §4 */
enum bgp_cease {
	BGP_CEASE, /* Unspecified. */
	BGP_CEASE_PREFIX_LIMIT,
	BGP_CEASE_SHUTDOWN,
	BGP_CEASE_DECONFIGURED,
	BGP_CEASE_RESET,
	BGP_CEASE_REJECTED,
	BGP_CEASE_CHANGE,
	BGP_CEASE_COLLISION,
	BGP_CEASE_RESOURCES,
	BGP_CEASE_HARD_RESET, /* RFC 8538 §3 */
	BGP_CEASE_BFD_DOWN    /* RFC 9384 §3 */
};

/* What a NOTIFICATION says, in either direction; no failure: code 0.  The data is
 * borrowed, of the message that was read or static. */
struct bgp_failure {
	uint8_t code, subcode;
	const uint8_t *data;
	size_t size;
};

/* "Cease: Administrative Shutdown"; a number where there is no name. */
void bgp_failure_format(const struct bgp_failure *failure, struct text *text);
/* What an operator said may be behind it (RFC 9003 §2). */
bool bgp_cease_has_text(unsigned subcode);
/* The text of an administrative shutdown or reset (RFC 9003 §2), as it may be logged: no
 * more than BGP_TEXT_MAX bytes, what isn't printable or UTF-8 replaced; its length, 0:
 * none.
 */
size_t bgp_shutdown_text(const struct bgp_failure *failure, char text[BGP_TEXT_MAX + 1]);

/* ---- framing ---- */

/* The length of the message whose BGP_HEADER_SIZE bytes these are, or 0 and why it can't
 * be one: marker, length for its type, type.  `max`: BGP_MESSAGE_MAX or, once both sides
 * said so, BGP_EXTENDED_MAX (never for OPEN and KEEPALIVE). */
size_t bgp_header_read(const uint8_t header[static BGP_HEADER_SIZE], size_t max,
		       struct bgp_failure *failure);
/* Begins a message; its length is filled in by bgp_message_end(). */
void bgp_message_begin(struct wire_out *out, enum bgp_type type);
/* The message that was begun at `start` is whole. */
void bgp_message_end(struct wire_out *out, uint8_t *start);

/* ---- OPEN ---- */

/* ADD-PATH (RFC 7911 §4). */
enum { BGP_ADD_PATH_RECEIVE = 1, BGP_ADD_PATH_SEND = 2 };

/* Restart of a family (RFC 4724 §3, RFC 9494 §4.1). */
struct bgp_restart_family {
	bool is_there;
	bool forwarding; /* Its forwarding state was kept. */
	uint32_t time;   /* Long-lived: seconds its routes may stay. */
};

/* Capabilities, as sent or received. */
struct bgp_capabilities {
	bool any;                       /* Something was said at all. */
	bool families[BGP_FAMILIES];    /* RFC 4760 §8 */
	bool has_families;              /* Any at all, also ones we don't speak. */
	bool refresh;                   /* RFC 2918 §2 */
	bool enhanced_refresh;          /* RFC 7313 §3.1 */
	bool extended_messages;         /* RFC 8654 §4 */
	bool extended_next_hop;         /* RFC 8950 §4: IPv4 routes by way of IPv6. */
	bool link_local_next_hop;       /* Capability 77: 16 bytes of it will do. */
	bool four_byte_as;              /* RFC 6793 §3 */
	uint32_t as;                    /* Of four_byte_as. */
	uint8_t add_path[BGP_FAMILIES]; /* As the sender sees it. */
	bool has_role, has_roles; /* One; several different ones (RFC 9234 §4.2). */
	uint8_t role;
	bool restart;          /* Graceful (RFC 4724 §3). */
	bool restarted;        /* R: it has just restarted. */
	bool notifications;    /* N: NOTIFICATIONs keep routes, too (RFC 8538 §2). */
	uint16_t restart_time; /* Seconds. */
	struct bgp_restart_family restarts[BGP_FAMILIES];
	bool long_lived; /* RFC 9494 §4.1 */
	struct bgp_restart_family stale[BGP_FAMILIES];
	/* draft-walton-bgp-hostname-capability; not terminated, as they came. */
	const char *host, *domain;
	uint8_t host_size, domain_size;
};

struct bgp_open {
	uint32_t as;   /* That of four bytes, where it was said. */
	uint16_t hold; /* Seconds. */
	uint32_t id;
	struct bgp_capabilities capabilities;
};

/* Reads the body of an OPEN.  False: why not.  Unknown capabilities are passed over; so
 * are known ones of a wrong length. */
bool bgp_open_read(const uint8_t *body, size_t size, struct bgp_open *open,
		   struct bgp_failure *failure);
/* Writes the whole message.  Capabilities are left out where `any` is false. */
void bgp_open_write(struct wire_out *out, const struct bgp_open *open);

/* ---- the small ones ---- */

/* RFC 7313 §3.2: subtypes of ROUTE-REFRESH. */
enum bgp_refresh { BGP_REFRESH_ASK, BGP_REFRESH_BEGIN, BGP_REFRESH_END };

/* False: of a family or subtype we don't know, to be ignored; or `failure` says what is
 * wrong (RFC 7313 §5). */
bool bgp_refresh_read(const uint8_t *body, size_t size, enum bgp_family *family,
		      enum bgp_refresh *kind, struct bgp_failure *failure);
void bgp_refresh_write(struct wire_out *out, enum bgp_family family,
		       enum bgp_refresh kind);
/* A body of any length; what is shorter than two bytes never gets past the header. */
void bgp_notification_read(const uint8_t *body, size_t size, struct bgp_failure *failure);
void bgp_notification_write(struct wire_out *out, const struct bgp_failure *failure);
void bgp_keepalive_write(struct wire_out *out);

/* The AFI and SAFI (RFC 4760 §3); and back, false: another. */
uint16_t bgp_family_afi(enum bgp_family family);
bool bgp_family_find(uint16_t afi, uint8_t safi, enum bgp_family *family);

#endif
