/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is heard of a neighbour and what is sent to it, and how the session changes its
 * state, as records of type BGP4MP (RFC 6396 §4.4, RFC 8050 §3).
 */
#include "proto/bgp/mrt.h"

#include "nest/mrt_log.h"
#include "nest/router.h"
#include "proto/bgp/session_private.h"

/* RFC 6396 §4.4.4 */
#define STATE_CHANGE_AS4 5

/* Of a message (RFC 6396 §4.4, RFC 8050 §3): LOCAL is what was sent. */
static const uint16_t subtypes[][2][2] = {
	/* MESSAGE, _AS4; _ADDPATH, _AS4_ADDPATH */
	[BGP_MRT_HEARD] = { { 1, 4 }, { 8, 9 } },
	[BGP_MRT_SENT] = { { 6, 7 }, { 10, 11 } },
};

/* §4.4.2: AS numbers, interface, family, addresses. */
#define HEAD_MAX 48

/* `agreed`: with this neighbour; null: it isn't known yet. */
static void
head_write(struct wire_out *out, const struct bgp *bgp, const struct bgp_agreed *agreed,
	   const struct sys_tcp_ends *ends, bool four_byte_as)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	uint32_t as = agreed != NULL ? agreed->as : config->terms.remote_as;
	bool is_ip4 = addr_is_ip4(ends->remote);
	const struct addr ends_of[] = { ends->remote, ends->local };
	if (four_byte_as) {
		wire_put_u32(out, as);
		wire_put_u32(out, config->local.as);
	} else {
		wire_put_u16(out, (uint16_t)(as > UINT16_MAX ? BGP_AS_TRANS : as));
		wire_put_u16(out, (uint16_t)(config->local.as > UINT16_MAX
						     ? BGP_AS_TRANS
						     : config->local.as));
	}
	wire_put_u16(out, (uint16_t)(bgp->session != NULL ? bgp->session->index : 0));
	wire_put_u16(out, is_ip4 ? 1 : 2);
	for (size_t i = 0; i < ARRAY_SIZE(ends_of); i++)
		if (is_ip4)
			wire_put_u32(out, addr_is_ip4(ends_of[i])
						  ? addr_to_ip4(ends_of[i])
						  : 0);
		else
			wire_put_bytes(out, ends_of[i].bytes, 16);
}

/* RFC 8050 §3: of one family there may be identifiers, of the other none. */
static bool
has_path_ids(const struct bgp_agreed *agreed, const struct bgp_mrt_message *message)
{
	if (agreed == NULL || message->type != BGP_UPDATE)
		return false;
	const bool *families =
		message->way == BGP_MRT_SENT ? agreed->add_path : agreed->codec.add_path;
	return families[bgp_update_family(message->body, message->size)];
}

static void
message_add(const struct bgp *bgp, const struct bgp_agreed *agreed,
	    const struct sys_tcp_ends *ends, const struct bgp_mrt_message *message)
{
	uint8_t head[HEAD_MAX + BGP_HEADER_SIZE];
	struct wire_out out = wire_out(head, sizeof(head));
	/* Until both have said what they can, no message has AS numbers in it. */
	bool four_byte_as =
		agreed == NULL || message->type == BGP_OPEN || agreed->four_byte_as;
	bool has_ids = has_path_ids(agreed, message);
	head_write(&out, bgp, agreed != NULL ? agreed : bgp_agreed(bgp), ends,
		   four_byte_as);
	wire_put_u64(&out, UINT64_MAX);
	wire_put_u64(&out, UINT64_MAX);
	wire_put_u16(&out, (uint16_t)(BGP_HEADER_SIZE + message->size));
	wire_put_u8(&out, (uint8_t)message->type);
	mrt_log_add(bgp->protocol.router, subtypes[message->way][has_ids][four_byte_as],
		    head, wire_used(&out), message->body, message->size);
}

bool
bgp_mrt_wants(const struct bgp *bgp, enum bgp_mrt_way way)
{
	return mrt_log_wants(&bgp->protocol,
			     way == BGP_MRT_SENT ? MRT_SENT : MRT_MESSAGES);
}

void
bgp_mrt_message(const struct bgp_fsm *fsm, const struct bgp_mrt_message *message)
{
	const struct bgp *bgp = fsm->session->bgp;
	if (bgp_mrt_wants(bgp, message->way))
		message_add(bgp, fsm->state >= BGP_OPEN_CONFIRM ? &fsm->agreed : NULL,
			    &fsm->ends, message);
}

void
bgp_mrt_refusal(const struct bgp *bgp, const struct sys_stream *stream,
		const struct bgp_failure *why)
{
	const uint8_t body[] = { why->code, why->subcode };
	struct sys_tcp_ends ends;
	if (!bgp_mrt_wants(bgp, BGP_MRT_SENT))
		return;
	bgp->protocol.router->sys->class->tcp_ends(stream, &ends);
	const struct bgp_mrt_message message = { BGP_MRT_SENT, BGP_NOTIFICATION, body,
						 sizeof(body) };
	message_add(bgp, NULL, &ends, &message);
}

void
bgp_mrt_state(struct bgp *bgp)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
	uint8_t head[HEAD_MAX + 4], former = bgp->history.state;
	uint8_t state = (uint8_t)bgp_state(bgp);
	struct wire_out out = wire_out(head, sizeof(head));
	struct sys_tcp_ends ends = { .local = config->local.addr,
				     .remote = config->remote.addr };
	bgp->history.state = state;
	if (state == former || !mrt_log_wants(&bgp->protocol, MRT_STATES))
		return;
	if (agreed != NULL)
		ends = agreed->ends;
	head_write(&out, bgp, agreed, &ends, true);
	/* §4.4.1: from 1 on, in RFC 4271's order. */
	wire_put_u16(&out, (uint16_t)(former + 1));
	wire_put_u16(&out, (uint16_t)(state + 1));
	mrt_log_add(bgp->protocol.router, STATE_CHANGE_AS4, head, wire_used(&out), NULL,
		    0);
}
