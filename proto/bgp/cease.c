/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cease: which subcode, and the data behind it.
 */
#include "proto/bgp/cease.h"

#include <string.h>

#include "lib/text.h"
#include "nest/router.h"
#include "nest/spawn.h"

#define CEASE(subcode_)                                        \
	{                                                      \
		.code = BGP_ERROR_CEASE, .subcode = (subcode_) \
	}

const struct bgp_failure bgp_cease_rejected = CEASE(BGP_CEASE_REJECTED),
			 bgp_cease_change = CEASE(BGP_CEASE_CHANGE),
			 bgp_cease_collision = CEASE(BGP_CEASE_COLLISION),
			 bgp_cease_bfd_down = CEASE(BGP_CEASE_BFD_DOWN);

bool
bgp_cease_is_hard(const struct bgp_failure *failure)
{
	return failure->code == BGP_ERROR_CEASE &&
	       failure->subcode == BGP_CEASE_HARD_RESET;
}

struct bgp_failure
bgp_cease_inner(const struct bgp_failure *failure)
{
	if (!bgp_cease_is_hard(failure) || failure->size < 2)
		return *failure;
	return (struct bgp_failure){ .code = failure->data[0],
				     .subcode = failure->data[1],
				     .data = failure->data + 2,
				     .size = failure->size - 2 };
}

/* ---- why an instance stops ---- */

/* Who stops: a child may do because its parent does. */
static const struct protocol *
who_stops(const struct protocol *protocol)
{
	const struct protocol *parent = spawn_parent(protocol);
	return parent != NULL && parent->state == PROTOCOL_STOPPING ? parent : protocol;
}

/* RFC 4486 §4: the nest's state says it. */
static enum bgp_cease
reason_of(const struct protocol *protocol)
{
	list_each(channel, &protocol->channels, struct channel, link)
		if (channel_is_beyond_limit(channel))
			return BGP_CEASE_PREFIX_LIMIT;
	protocol = who_stops(protocol);
	if (protocol->removing && !protocol->router->shutting_down)
		return BGP_CEASE_DECONFIGURED;
	if (protocol->disabled || protocol->removing)
		return BGP_CEASE_SHUTDOWN;
	return protocol->next != NULL ? BGP_CEASE_CHANGE : BGP_CEASE_RESET;
}

/* RFC 9003 §2: what an operator said, cut where a character ends. */
static size_t
text_put(const char *message, uint8_t *to)
{
	size_t length = 0, taken;
	uint32_t rune;
	if (message == NULL)
		return 0;
	while ((taken = text_utf8(message + length, strlen(message + length), &rune)) >
		       0 &&
	       length + taken <= BGP_TEXT_MAX)
		length += taken;
	to[0] = (uint8_t)length;
	memcpy(to + 1, message, length);
	return length > 0 ? 1 + length : 0;
}

void
bgp_parting_fill(struct bgp_parting *parting, const struct protocol *protocol,
		 bool notifications)
{
	enum bgp_cease reason = reason_of(protocol);
	uint8_t *at = parting->data;
	/* RFC 8538 §5.1: there will be no session again soon. */
	bool is_final = reason == BGP_CEASE_PREFIX_LIMIT ||
			reason == BGP_CEASE_SHUTDOWN || reason == BGP_CEASE_DECONFIGURED;
	/* RFC 8538 §3.1: or the neighbour would keep our routes. */
	bool is_hard = is_final && notifications;
	if (is_hard) {
		*at++ = BGP_ERROR_CEASE;
		*at++ = (uint8_t)reason;
	}
	if (bgp_cease_has_text(reason))
		at += text_put(who_stops(protocol)->message, at);
	parting->failure = (struct bgp_failure){
		.code = BGP_ERROR_CEASE,
		.subcode = (uint8_t)(is_hard ? BGP_CEASE_HARD_RESET : reason),
		.data = parting->data,
		.size = (size_t)(at - parting->data)
	};
}
