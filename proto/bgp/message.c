/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Framing, NOTIFICATION, KEEPALIVE and ROUTE-REFRESH, and the words for what went wrong.
 */
#include "proto/bgp/message.h"

#include "lib/macros.h"
#include "lib/text.h"

#define AFI_IP4 1
#define AFI_IP6 2

static const char *failure_name(const struct bgp_failure *failure);
static size_t length_least(uint8_t type);

/* ---- framing ---- */

size_t
bgp_header_read(const uint8_t header[static BGP_HEADER_SIZE], size_t max,
		struct bgp_failure *failure)
{
	uint16_t length = wire_load_u16(header + 16);
	uint8_t type = header[18];
	bool is_fixed = type == BGP_KEEPALIVE || type == BGP_ROUTE_REFRESH;

	*failure = (struct bgp_failure){ .code = BGP_ERROR_HEADER };
	if ((wire_load_u64(header) & wire_load_u64(header + 8)) != UINT64_MAX) {
		failure->subcode = BGP_HEADER_MARKER;
		return 0;
	}
	/* RFC 8654 §3: OPEN and KEEPALIVE stay as short as they were. */
	if (type == BGP_OPEN || type == BGP_KEEPALIVE)
		max = BGP_MESSAGE_MAX;
	if (length < BGP_HEADER_SIZE || length > max || length < length_least(type) ||
	    (is_fixed && type == BGP_KEEPALIVE && length != BGP_HEADER_SIZE)) {
		failure->subcode = BGP_HEADER_LENGTH;
		failure->data = header + 16;
		failure->size = 2;
		return 0;
	}
	if (type < BGP_OPEN || type > BGP_ROUTE_REFRESH) {
		failure->subcode = BGP_HEADER_TYPE;
		failure->data = header + 18;
		failure->size = 1;
		return 0;
	}
	*failure = (struct bgp_failure){ 0 };
	return length;
}

/* RFC 4271 §6.1 */
static size_t
length_least(uint8_t type)
{
	switch (type) {
	case BGP_OPEN: return 29;
	case BGP_UPDATE: return 23;
	case BGP_NOTIFICATION: return 21;
	case BGP_ROUTE_REFRESH: return 19; /* RFC 7313 §5 has an error of its own. */
	default: return BGP_HEADER_SIZE;
	}
}

void
bgp_message_begin(struct wire_out *out, enum bgp_type type)
{
	uint8_t *gap = wire_put_gap(out, BGP_HEADER_SIZE);
	if (gap == NULL)
		return;
	memset(gap, 0xff, 16);
	wire_store_u16(gap + 16, BGP_HEADER_SIZE);
	gap[18] = (uint8_t)type;
}

void
bgp_message_end(struct wire_out *out, uint8_t *start)
{
	if (!out->full)
		wire_store_u16(start + 16, (uint16_t)(out->at - start));
}

/* ---- the small ones ---- */

bool
bgp_refresh_read(const uint8_t *body, size_t size, enum bgp_family *family,
		 enum bgp_refresh *kind, struct bgp_failure *failure)
{
	*failure = (struct bgp_failure){ 0 };
	if (size != 4) {
		/* RFC 7313 §5: only of the subtypes it defines. */
		if (size < 4 || body[2] == BGP_REFRESH_BEGIN ||
		    body[2] == BGP_REFRESH_END)
			*failure = (struct bgp_failure){ .code = BGP_ERROR_REFRESH,
							 .subcode = 1 };
		return false;
	}
	if (body[2] > BGP_REFRESH_END)
		return false;
	*kind = (enum bgp_refresh)body[2];
	return bgp_family_find(wire_load_u16(body), body[3], family);
}

void
bgp_refresh_write(struct wire_out *out, enum bgp_family family, enum bgp_refresh kind)
{
	uint8_t *start = out->at;
	bgp_message_begin(out, BGP_ROUTE_REFRESH);
	wire_put_u16(out, bgp_family_afi(family));
	wire_put_u8(out, (uint8_t)kind);
	wire_put_u8(out, BGP_SAFI_UNICAST);
	bgp_message_end(out, start);
}

void
bgp_notification_read(const uint8_t *body, size_t size, struct bgp_failure *failure)
{
	struct wire_in in = wire_in(body, size);
	failure->code = wire_get_u8(&in);
	failure->subcode = wire_get_u8(&in);
	failure->size = wire_left(&in);
	failure->data = in.at;
}

void
bgp_notification_write(struct wire_out *out, const struct bgp_failure *failure)
{
	uint8_t *start = out->at;
	size_t most = BGP_MESSAGE_MAX - BGP_HEADER_SIZE - 2;
	bgp_message_begin(out, BGP_NOTIFICATION);
	wire_put_u8(out, failure->code);
	wire_put_u8(out, failure->subcode);
	wire_put_bytes(out, failure->data, MIN(failure->size, most));
	bgp_message_end(out, start);
}

void
bgp_keepalive_write(struct wire_out *out)
{
	bgp_message_begin(out, BGP_KEEPALIVE);
}

uint16_t
bgp_family_afi(enum bgp_family family)
{
	return family == BGP_IP4 ? AFI_IP4 : AFI_IP6;
}

bool
bgp_family_find(uint16_t afi, uint8_t safi, enum bgp_family *family)
{
	if (safi != BGP_SAFI_UNICAST || (afi != AFI_IP4 && afi != AFI_IP6))
		return false;
	*family = afi == AFI_IP4 ? BGP_IP4 : BGP_IP6;
	return true;
}

/* ---- words ---- */

void
bgp_failure_format(const struct bgp_failure *failure, struct text *text)
{
	static const char *const codes[] = { NULL,
					     "Invalid message header",
					     "Invalid OPEN message",
					     "Invalid UPDATE message",
					     "Hold timer expired",
					     "Unexpected message",
					     "Cease",
					     "Invalid ROUTE-REFRESH message",
					     "Send hold timer expired" };
	const char *name = failure_name(failure);

	if (name != NULL)
		text_add(text, name);
	else if (failure->code > 0 && failure->code < ARRAY_SIZE(codes))
		text_add(text, codes[failure->code]);
	else
		text_printf(text, "Error %u", failure->code);
	if (name == NULL && failure->subcode != 0)
		text_printf(text, ", subcode %u", failure->subcode);
}

/* What is more telling than the code alone. */
static const char *
failure_name(const struct bgp_failure *failure)
{
	static const struct {
		uint8_t code, subcode;
		const char *name;
	} names[] = {
		{ BGP_ERROR_HEADER, 1, "Connection not synchronized" },
		{ BGP_ERROR_HEADER, 2, "Bad message length" },
		{ BGP_ERROR_HEADER, 3, "Bad message type" },
		{ BGP_ERROR_OPEN, 1, "Unsupported version number" },
		{ BGP_ERROR_OPEN, 2, "Bad peer AS" },
		{ BGP_ERROR_OPEN, 3, "Bad BGP identifier" },
		{ BGP_ERROR_OPEN, 4, "Unsupported optional parameter" },
		{ BGP_ERROR_OPEN, 5, "Authentication failure" },
		{ BGP_ERROR_OPEN, 6, "Unacceptable hold time" },
		{ BGP_ERROR_OPEN, 7, "Required capability missing" },
		{ BGP_ERROR_OPEN, 11, "Role mismatch" },
		{ BGP_ERROR_UPDATE, 1, "Malformed attribute list" },
		{ BGP_ERROR_UPDATE, 2, "Unrecognized well-known attribute" },
		{ BGP_ERROR_UPDATE, 3, "Missing mandatory attribute" },
		{ BGP_ERROR_UPDATE, 4, "Invalid attribute flags" },
		{ BGP_ERROR_UPDATE, 5, "Invalid attribute length" },
		{ BGP_ERROR_UPDATE, 6, "Invalid ORIGIN attribute" },
		{ BGP_ERROR_UPDATE, 7, "AS routing loop" },
		{ BGP_ERROR_UPDATE, 8, "Invalid NEXT_HOP attribute" },
		{ BGP_ERROR_UPDATE, 9, "Optional attribute error" },
		{ BGP_ERROR_UPDATE, 10, "Invalid network field" },
		{ BGP_ERROR_UPDATE, 11, "Malformed AS_PATH" },
		{ BGP_ERROR_FSM, 1, "Unexpected message in OpenSent" },
		{ BGP_ERROR_FSM, 2, "Unexpected message in OpenConfirm" },
		{ BGP_ERROR_FSM, 3, "Unexpected message in Established" },
		{ BGP_ERROR_CEASE, BGP_CEASE_PREFIX_LIMIT,
		  "Maximum number of prefixes reached" },
		{ BGP_ERROR_CEASE, BGP_CEASE_SHUTDOWN, "Administrative shutdown" },
		{ BGP_ERROR_CEASE, BGP_CEASE_DECONFIGURED, "Peer de-configured" },
		{ BGP_ERROR_CEASE, BGP_CEASE_RESET, "Administrative reset" },
		{ BGP_ERROR_CEASE, BGP_CEASE_REJECTED, "Connection rejected" },
		{ BGP_ERROR_CEASE, BGP_CEASE_CHANGE, "Other configuration change" },
		{ BGP_ERROR_CEASE, BGP_CEASE_COLLISION,
		  "Connection collision resolution" },
		{ BGP_ERROR_CEASE, BGP_CEASE_RESOURCES, "Out of resources" },
		{ BGP_ERROR_CEASE, BGP_CEASE_HARD_RESET, "Hard reset" },
		{ BGP_ERROR_CEASE, BGP_CEASE_BFD_DOWN, "BFD session down" },
		{ BGP_ERROR_REFRESH, 1, "Invalid ROUTE-REFRESH message length" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].code == failure->code &&
		    names[i].subcode == failure->subcode)
			return names[i].name;
	}
	return NULL;
}

bool
bgp_cease_has_text(unsigned subcode)
{
	return subcode == BGP_CEASE_SHUTDOWN || subcode == BGP_CEASE_RESET;
}

size_t
bgp_shutdown_text(const struct bgp_failure *failure, char text[BGP_TEXT_MAX + 1])
{
	size_t size;

	text[0] = '\0';
	if (failure->code != BGP_ERROR_CEASE || !bgp_cease_has_text(failure->subcode) ||
	    failure->size < 2)
		return 0;
	size = failure->data[0];
	if (size == 0 || size + 1 > failure->size)
		return 0;
	return text_printable(text, (const char *)failure->data + 1, size);
}
