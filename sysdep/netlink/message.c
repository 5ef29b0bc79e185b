/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink framing, RFC 3549 §2: the bounds-checked walk over messages and attributes, the
 * writer, and the messages that belong to no subject: errors, ends of dumps, dump
 * requests.
 */
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include "lib/macros.h"
#include "sysdep/netlink/message.h"

#define ATTR_HEADER sizeof(struct nlattr)

static size_t padding(size_t size);
static size_t dump_header_size(uint16_t type);

const char *
netlink_reason_name(enum netlink_reason reason)
{
	static const char *const names[NETLINK_REASONS] = {
		[NETLINK_GOOD] = "good",
		[NETLINK_OTHER] = "not ours",
		[NETLINK_TRUNCATED] = "truncated",
		[NETLINK_BAD_LENGTH] = "bad length",
		[NETLINK_BAD_VALUE] = "bad value",
		[NETLINK_TOO_MANY] = "too many next hops or metrics",
	};

	return names[reason];
}

bool
netlink_get_message(struct wire_in *in, struct netlink_message *message)
{
	struct nlmsghdr header;

	if (in->bad || !wire_left(in))
		return false;
	wire_get_bytes(in, &header, sizeof header);
	if (in->bad || header.nlmsg_len < sizeof header) {
		in->bad = true;
		return false;
	}
	size_t size = header.nlmsg_len - sizeof header;
	message->type = header.nlmsg_type;
	message->flags = header.nlmsg_flags;
	message->sequence = header.nlmsg_seq;
	message->port = header.nlmsg_pid;
	message->body = wire_get_sub(in, size);
	/* The last message of a datagram may come without its padding. */
	wire_skip(in, MIN(padding(size), wire_left(in)));
	return !in->bad;
}

bool
netlink_get_attr(struct wire_in *in, struct netlink_attr *attr)
{
	if (in->bad || !wire_left(in))
		return false;
	size_t size = netlink_get_u16(in);
	/* Two flag bits lie above the type. */
	attr->type = netlink_get_u16(in) & 0x3fff;
	if (in->bad || size < ATTR_HEADER) {
		in->bad = true;
		return false;
	}
	attr->data = wire_get_sub(in, size - ATTR_HEADER);
	wire_skip(in, MIN(padding(size), wire_left(in)));
	return !in->bad;
}

uint16_t
netlink_get_u16(struct wire_in *in)
{
	uint16_t value;

	wire_get_bytes(in, &value, sizeof value);
	return value;
}

uint32_t
netlink_get_u32(struct wire_in *in)
{
	uint32_t value;

	wire_get_bytes(in, &value, sizeof value);
	return value;
}

bool
netlink_attr_u8(const struct netlink_attr *attr, uint8_t *value)
{
	struct wire_in in = attr->data;

	if (wire_left(&in) != sizeof(*value))
		return false;
	*value = wire_get_u8(&in);
	return true;
}

bool
netlink_attr_u32(const struct netlink_attr *attr, uint32_t *value)
{
	struct wire_in data = attr->data;

	if (wire_left(&data) != sizeof *value)
		return false;
	*value = netlink_get_u32(&data);
	return true;
}

enum netlink_reason
netlink_get_error(const struct netlink_message *message, int *error)
{
	struct wire_in body = message->body;

	*error = 0;
	if (message->type == NLMSG_DONE && !wire_left(&body))
		return NETLINK_GOOD;
	*error = (int)netlink_get_u32(&body);
	if (body.bad)
		return NETLINK_TRUNCATED;
	return *error > 0 ? NETLINK_BAD_VALUE : NETLINK_GOOD;
}

enum netlink_reason
netlink_get_dump(const struct netlink_message *message, struct netlink_dump *dump)
{
	size_t size = dump_header_size(message->type);
	struct wire_in body = message->body;
	struct netlink_attr attr;

	memset(dump, 0, sizeof *dump);
	if (!size)
		return NETLINK_OTHER;
	dump->type = message->type;
	dump->family = wire_get_u8(&body);
	wire_skip(&body, size - 1);
	while (netlink_get_attr(&body, &attr))
		if (message->type == RTM_GETROUTE && attr.type == RTA_TABLE &&
		    !netlink_attr_u32(&attr, &dump->table))
			return NETLINK_BAD_LENGTH;
	return body.bad ? NETLINK_TRUNCATED : NETLINK_GOOD;
}

uint8_t *
netlink_begin(struct wire_out *out, uint16_t type, uint16_t flags, uint32_t sequence,
	      uint32_t port)
{
	struct nlmsghdr header = {
		.nlmsg_type = type,
		.nlmsg_flags = flags,
		.nlmsg_seq = sequence,
		.nlmsg_pid = port,
	};
	uint8_t *start = wire_put_gap(out, sizeof header);

	if (start)
		memcpy(start, &header, sizeof header);
	return start;
}

bool
netlink_end(struct wire_out *out, uint8_t *start)
{
	if (out->full) {
		if (start)
			out->at = start;
		out->full = false;
		return false;
	}
	uint32_t size = (uint32_t)(out->at - start);
	memcpy(start + offsetof(struct nlmsghdr, nlmsg_len), &size, sizeof size);
	return true;
}

void
netlink_put_u16(struct wire_out *out, uint16_t value)
{
	wire_put_bytes(out, &value, sizeof value);
}

void
netlink_put_u32(struct wire_out *out, uint32_t value)
{
	wire_put_bytes(out, &value, sizeof value);
}

void
netlink_put_attr(struct wire_out *out, uint16_t type, const void *data, size_t size)
{
	static const uint8_t zeros[NLA_ALIGNTO] = { 0 };

	netlink_put_u16(out, (uint16_t)(ATTR_HEADER + size));
	netlink_put_u16(out, type);
	if (size)
		wire_put_bytes(out, data, size);
	wire_put_bytes(out, zeros, padding(size));
}

void
netlink_put_attr_u32(struct wire_out *out, uint16_t type, uint32_t value)
{
	netlink_put_attr(out, type, &value, sizeof value);
}

uint8_t *
netlink_nest_begin(struct wire_out *out, uint16_t type)
{
	uint8_t *start = wire_put_gap(out, ATTR_HEADER);

	if (start)
		memcpy(start + offsetof(struct nlattr, nla_type), &type, sizeof type);
	return start;
}

void
netlink_nest_end(struct wire_out *out, uint8_t *start)
{
	if (out->full)
		return;
	/* An attribute's length has 16 bits. */
	if (out->at - start > UINT16_MAX) {
		out->full = true;
		return;
	}
	uint16_t size = (uint16_t)(out->at - start);
	memcpy(start + offsetof(struct nlattr, nla_len), &size, sizeof size);
}

bool
netlink_put_error(struct wire_out *out, const struct netlink_message *request, int error)
{
	struct nlmsghdr head = {
		.nlmsg_len = (uint32_t)(sizeof head + wire_left(&request->body)),
		.nlmsg_type = request->type,
		.nlmsg_flags = request->flags,
		.nlmsg_seq = request->sequence,
		.nlmsg_pid = request->port,
	};
	uint8_t *start =
		netlink_begin(out, NLMSG_ERROR, 0, request->sequence, request->port);

	netlink_put_u32(out, (uint32_t)error);
	wire_put_bytes(out, &head, sizeof head);
	return netlink_end(out, start);
}

bool
netlink_put_done(struct wire_out *out, const struct netlink_message *request, int error)
{
	uint8_t *start = netlink_begin(out, NLMSG_DONE, NLM_F_MULTI, request->sequence,
				       request->port);

	netlink_put_u32(out, (uint32_t)error);
	return netlink_end(out, start);
}

bool
netlink_put_dump(struct wire_out *out, const struct netlink_dump *dump, uint32_t sequence)
{
	uint8_t *start =
		netlink_begin(out, dump->type, NLM_F_REQUEST | NLM_F_DUMP, sequence, 0);
	size_t size = dump_header_size(dump->type);
	uint8_t *header = wire_put_gap(out, size);

	if (header) {
		memset(header, 0, size);
		header[0] = dump->family;
	}
	/* Under NETLINK_GET_STRICT_CHK a kernel (4.20 and later) holds these against the
	 * routes; an older one ignores them, so the reader has to look again. */
	if (dump->type == RTM_GETROUTE && dump->table)
		netlink_put_attr_u32(out, RTA_TABLE, dump->table);
	return netlink_end(out, start);
}

/* Bytes up to the next multiple of 4. */
static size_t
padding(size_t size)
{
	return (0 - size) % NLMSG_ALIGNTO;
}

/* The fixed part of a dump request; 0: not a dump we make. */
static size_t
dump_header_size(uint16_t type)
{
	switch (type) {
	case RTM_GETLINK: return sizeof(struct ifinfomsg);
	case RTM_GETADDR: return sizeof(struct ifaddrmsg);
	case RTM_GETROUTE: return sizeof(struct rtmsg);
	}
	return 0;
}
