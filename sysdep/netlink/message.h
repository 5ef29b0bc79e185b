/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink framing: messages and attributes in and out of byte buffers, RFC 3549 §2. Pure:
 * no socket, no state, no Linux call, only the kernel's numbers; the Linux world talks to
 * the kernel through it and the simulator's kernel answers through it.  All fields are in
 * host order. What stands inside route and interface messages is in route.h and
 * interface.h.
 */
#ifndef SYSDEP_NETLINK_MESSAGE_H
#define SYSDEP_NETLINK_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/wire.h"

/* What became of a message that was read. */
enum netlink_reason {
	NETLINK_GOOD,
	NETLINK_OTHER, /* Well formed, but nothing we hold (a cached or local route, MPLS
			  …). */
	NETLINK_TRUNCATED, /* The fixed header or an attribute ends behind the message. */
	NETLINK_BAD_LENGTH, /* An attribute or prefix of a length that can't be. */
	NETLINK_BAD_VALUE,  /* An unknown or missing value. */
	NETLINK_TOO_MANY,   /* More next hops or metrics than we hold. */
	NETLINK_REASONS
};

/* One message in place. */
struct netlink_message {
	uint16_t type, flags;
	uint32_t sequence;
	uint32_t port; /* Who asked for or caused it; 0: the kernel. */
	struct wire_in body;
};

/* One attribute in place; the flag bits of the type are cut. */
struct netlink_attr {
	uint16_t type;
	struct wire_in data;
};

/* What the kernel is asked to tell whole. */
struct netlink_dump {
	uint16_t type;  /* RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE */
	uint8_t family; /* AF_UNSPEC: all */
	uint32_t table; /* RTM_GETROUTE; 0: all */
};

/* "bad length" and the like. */
const char *netlink_reason_name(enum netlink_reason reason);

/* Takes the next message off a datagram.  False at its end, and also where the rest is no
 * message (then in->bad is set). */
bool netlink_get_message(struct wire_in *in, struct netlink_message *message);
/* Takes the next attribute off a body or a nest.  False at the end; in->bad as above. */
bool netlink_get_attr(struct wire_in *in, struct netlink_attr *attr);
/* Fields in host order; zero and in->bad where there is none. */
uint16_t netlink_get_u16(struct wire_in *in);
uint32_t netlink_get_u32(struct wire_in *in);
/* An attribute that is exactly one number; false if its size says otherwise. */
bool netlink_attr_u8(const struct netlink_attr *attr, uint8_t *value);
bool netlink_attr_u32(const struct netlink_attr *attr, uint32_t *value);

/* NLMSG_ERROR: the errno (0: acknowledged; else negative).  NLMSG_DONE may carry one as
 * well. */
enum netlink_reason netlink_get_error(const struct netlink_message *message, int *error);
enum netlink_reason netlink_get_dump(const struct netlink_message *message,
				     struct netlink_dump *dump);

/* Begins a message; its place (null: no room), to be handed to netlink_end(). */
uint8_t *netlink_begin(struct wire_out *out, uint16_t type, uint16_t flags,
		       uint32_t sequence, uint32_t port);
/* Fills in the length.  If something didn't fit, takes the whole message back and returns
 * false; `out` is then as before netlink_begin(). */
bool netlink_end(struct wire_out *out, uint8_t *start);
void netlink_put_u16(struct wire_out *out, uint16_t value);
void netlink_put_u32(struct wire_out *out, uint32_t value);
void netlink_put_attr(struct wire_out *out, uint16_t type, const void *data, size_t size);
void netlink_put_attr_u32(struct wire_out *out, uint16_t type, uint32_t value);
/* Attributes written between these two stand inside attribute `type`. */
uint8_t *netlink_nest_begin(struct wire_out *out, uint16_t type);
void netlink_nest_end(struct wire_out *out, uint8_t *start);

/* The answers and requests of the above; false if there was no room. */
bool netlink_put_error(struct wire_out *out, const struct netlink_message *request,
		       int error);
bool netlink_put_done(struct wire_out *out, const struct netlink_message *request,
		      int error);
bool netlink_put_dump(struct wire_out *out, const struct netlink_dump *dump,
		      uint32_t sequence);

#endif
