/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PDUs of RFC 8210 §5 and RFC 6810 §5, read and written.  One row per type says how long
 * it may be, so that no later reader meets a PDU of another length.
 */
#include "proto/rpki/packet.h"

#include "lib/macros.h"

#define FLAG_ANNOUNCES 1u

static const struct {
	const char *name; /* Null: no type of ours. */
	/* Bytes with the header, by version. */
	struct {
		uint16_t least, most; /* 0: not in this version. */
	} sizes[RTR_VERSION_MAX + 1];
} types[] = {
	[RTR_SERIAL_NOTIFY] = { "Serial Notify", { { 12, 12 }, { 12, 12 } } },
	[RTR_SERIAL_QUERY] = { "Serial Query", { { 12, 12 }, { 12, 12 } } },
	[RTR_RESET_QUERY] = { "Reset Query", { { 8, 8 }, { 8, 8 } } },
	[RTR_CACHE_RESPONSE] = { "Cache Response", { { 8, 8 }, { 8, 8 } } },
	[RTR_IP4_PREFIX] = { "IPv4 Prefix", { { 20, 20 }, { 20, 20 } } },
	[RTR_IP6_PREFIX] = { "IPv6 Prefix", { { 32, 32 }, { 32, 32 } } },
	[RTR_END_OF_DATA] = { "End of Data", { { 12, 12 }, { 24, 24 } } },
	[RTR_CACHE_RESET] = { "Cache Reset", { { 8, 8 }, { 8, 8 } } },
	[RTR_ROUTER_KEY] = { "Router Key", { { 0, 0 }, { 32, RTR_PDU_MAX } } },
	[RTR_ERROR_REPORT] = { "Error Report",
			       { { 16, RTR_PDU_MAX }, { 16, RTR_PDU_MAX } } },
};

static const char *const errors[] = {
	[RTR_CORRUPT_DATA] = "Corrupt Data",
	[RTR_INTERNAL_ERROR] = "Internal Error",
	[RTR_NO_DATA] = "No Data Available",
	[RTR_INVALID_REQUEST] = "Invalid Request",
	[RTR_UNSUPPORTED_VERSION] = "Unsupported Protocol Version",
	[RTR_UNSUPPORTED_TYPE] = "Unsupported PDU Type",
	[RTR_UNKNOWN_WITHDRAWAL] = "Withdrawal of Unknown Record",
	[RTR_DUPLICATE] = "Duplicate Announcement Received",
	[RTR_UNEXPECTED_VERSION] = "Unexpected Protocol Version",
};

static bool fail(struct rtr_failure *failure, enum rtr_error code, const char *text);
static bool prefix_read(struct wire_in *in, struct rtr_pdu *pdu,
			struct rtr_failure *failure);
static void key_read(struct wire_in *in, const struct rtr_header *header,
		     struct rtr_pdu *pdu);
static void report_read(struct wire_in *in, struct rtr_pdu *pdu);
static void prefix_write(struct wire_out *out, const struct rtr_pdu *pdu);
static void report_write(struct wire_out *out, const struct rtr_pdu *pdu);

void
rtr_header_read(const uint8_t bytes[static RTR_HEADER_SIZE], struct rtr_header *header)
{
	*header = (struct rtr_header){ .version = bytes[0],
				       .type = bytes[1],
				       .session = wire_load_u16(bytes + 2),
				       .length = wire_load_u32(bytes + 4) };
}

bool
rtr_header_check(const struct rtr_header *header, struct rtr_failure *failure)
{
	uint8_t version = MIN(header->version, RTR_VERSION_MAX);
	if (header->type >= ARRAY_SIZE(types) ||
	    types[header->type].sizes[version].most == 0)
		return fail(failure, RTR_UNSUPPORTED_TYPE, "its version has no such PDU");
	if (header->length < types[header->type].sizes[version].least ||
	    header->length > types[header->type].sizes[version].most)
		return fail(failure, RTR_CORRUPT_DATA,
			    "its length is not one of its type");
	return true;
}

bool
rtr_pdu_read(const uint8_t *bytes, size_t size, struct rtr_pdu *pdu,
	     struct rtr_failure *failure)
{
	struct rtr_header header;
	*pdu = (struct rtr_pdu){ .version = 0 };
	if (size < RTR_HEADER_SIZE)
		return fail(failure, RTR_CORRUPT_DATA, "it is shorter than its header");
	rtr_header_read(bytes, &header);
	pdu->version = header.version;
	pdu->type = header.type;
	if (!rtr_header_check(&header, failure))
		return false;
	if (header.length != size)
		return fail(failure, RTR_CORRUPT_DATA, "its length is not what came");
	struct wire_in in = wire_in(bytes + RTR_HEADER_SIZE, size - RTR_HEADER_SIZE);
	switch ((enum rtr_type)header.type) {
	case RTR_SERIAL_NOTIFY:
	case RTR_SERIAL_QUERY:
	case RTR_END_OF_DATA:
		pdu->session = header.session;
		pdu->serial = wire_get_u32(&in);
		if (wire_left(&in) > 0) {
			pdu->refresh = wire_get_u32(&in);
			pdu->retry = wire_get_u32(&in);
			pdu->expire = wire_get_u32(&in);
		}
		break;
	case RTR_CACHE_RESPONSE: pdu->session = header.session; break;
	case RTR_IP4_PREFIX:
	case RTR_IP6_PREFIX: return prefix_read(&in, pdu, failure);
	case RTR_ROUTER_KEY: key_read(&in, &header, pdu); break;
	case RTR_ERROR_REPORT:
		pdu->code = header.session;
		report_read(&in, pdu);
		break;
	case RTR_RESET_QUERY:
	case RTR_CACHE_RESET: break;
	}
	/* All that has parts of any length must end with them. */
	if (in.bad || wire_left(&in) > 0)
		return fail(failure, RTR_CORRUPT_DATA, "its parts don't make its length");
	return true;
}

void
rtr_pdu_write(struct wire_out *out, const struct rtr_pdu *pdu)
{
	uint8_t *start = wire_put_gap(out, RTR_HEADER_SIZE);
	uint16_t session = pdu->session;
	switch ((enum rtr_type)pdu->type) {
	case RTR_SERIAL_NOTIFY:
	case RTR_SERIAL_QUERY:
	case RTR_END_OF_DATA:
		wire_put_u32(out, pdu->serial);
		if (pdu->type != RTR_END_OF_DATA || pdu->version == 0)
			break;
		wire_put_u32(out, pdu->refresh);
		wire_put_u32(out, pdu->retry);
		wire_put_u32(out, pdu->expire);
		break;
	case RTR_CACHE_RESPONSE: break;
	case RTR_IP4_PREFIX:
	case RTR_IP6_PREFIX:
		session = 0;
		prefix_write(out, pdu);
		break;
	case RTR_ROUTER_KEY:
		session = (uint16_t)((pdu->announces ? FLAG_ANNOUNCES : 0) << 8);
		wire_put_bytes(out, pdu->key_id, RTR_KEY_ID_SIZE);
		wire_put_u32(out, pdu->roa.asn);
		wire_put_bytes(out, pdu->key, pdu->key_size);
		break;
	case RTR_ERROR_REPORT:
		session = pdu->code;
		report_write(out, pdu);
		break;
	case RTR_RESET_QUERY:
	case RTR_CACHE_RESET: session = 0; break;
	}
	if (out->full)
		return;
	start[0] = pdu->version;
	start[1] = pdu->type;
	wire_store_u16(start + 2, session);
	wire_store_u32(start + 4, (uint32_t)(out->at - start));
}

const char *
rtr_type_name(uint8_t type)
{
	const char *name = type < ARRAY_SIZE(types) ? types[type].name : NULL;
	return name ? name : "PDU of an unknown type";
}

const char *
rtr_error_name(uint16_t code)
{
	return code < ARRAY_SIZE(errors) ? errors[code] : "Unknown Error";
}

/* ---- parts ---- */

static bool
fail(struct rtr_failure *failure, enum rtr_error code, const char *text)
{
	*failure = (struct rtr_failure){ code, text };
	return false;
}

static bool
prefix_read(struct wire_in *in, struct rtr_pdu *pdu, struct rtr_failure *failure)
{
	bool is_ip4 = pdu->type == RTR_IP4_PREFIX;
	struct prefix *roa = &pdu->roa;
	roa->type = is_ip4 ? NET_ROA4 : NET_ROA6;
	pdu->announces = wire_get_u8(in) & FLAG_ANNOUNCES;
	roa->length = wire_get_u8(in);
	roa->max_length = wire_get_u8(in);
	wire_skip(in, 1);
	if (is_ip4)
		roa->addr = addr_from_ip4(wire_get_u32(in));
	else
		wire_get_bytes(in, roa->addr.bytes, sizeof(roa->addr.bytes));
	roa->asn = wire_get_u32(in);
	/* RFC 8210 §5.1: neither longer than an address nor less than the length. */
	if (roa->length > prefix_max_length(roa) ||
	    roa->max_length > prefix_max_length(roa) || roa->max_length < roa->length)
		return fail(failure, RTR_CORRUPT_DATA,
			    "its lengths are not those of a prefix");
	if (!addr_equal(addr_mask(roa->addr, prefix_offset(roa) + roa->length),
			roa->addr))
		return fail(failure, RTR_CORRUPT_DATA, "its prefix has host bits");
	return true;
}

/* RFC 8210 §5.10: the flags are where others have the session. */
static void
key_read(struct wire_in *in, const struct rtr_header *header, struct rtr_pdu *pdu)
{
	pdu->announces = header->session >> 8 & FLAG_ANNOUNCES;
	pdu->key_id = wire_get_view(in, RTR_KEY_ID_SIZE);
	pdu->roa.asn = wire_get_u32(in);
	pdu->key_size = wire_left(in);
	pdu->key = wire_get_view(in, pdu->key_size);
}

/* RFC 8210 §5.11. */
static void
report_read(struct wire_in *in, struct rtr_pdu *pdu)
{
	pdu->erroneous_size = wire_get_u32(in);
	pdu->erroneous = wire_get_view(in, pdu->erroneous_size);
	pdu->text_size = wire_get_u32(in);
	pdu->text = (const char *)wire_get_view(in, pdu->text_size);
	if (pdu->erroneous_size == 0)
		pdu->erroneous = NULL;
}

static void
prefix_write(struct wire_out *out, const struct rtr_pdu *pdu)
{
	const struct prefix *roa = &pdu->roa;
	wire_put_u8(out, pdu->announces ? FLAG_ANNOUNCES : 0);
	wire_put_u8(out, roa->length);
	wire_put_u8(out, roa->max_length);
	wire_put_u8(out, 0);
	if (pdu->type == RTR_IP4_PREFIX)
		wire_put_u32(out, addr_to_ip4(roa->addr));
	else
		wire_put_bytes(out, roa->addr.bytes, sizeof(roa->addr.bytes));
	wire_put_u32(out, roa->asn);
}

static void
report_write(struct wire_out *out, const struct rtr_pdu *pdu)
{
	wire_put_u32(out, (uint32_t)pdu->erroneous_size);
	wire_put_bytes(out, pdu->erroneous, pdu->erroneous_size);
	wire_put_u32(out, (uint32_t)pdu->text_size);
	wire_put_bytes(out, pdu->text, pdu->text_size);
}
