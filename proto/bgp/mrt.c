/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is heard of a neighbour, and how the session changes its state, as records of type
 * BGP4MP (RFC 6396 §4.4, RFC 8050 §3).
 */
#include "nest/mrt_log.h"
#include "nest/router.h"
#include "proto/bgp/session_private.h"

/* RFC 6396 §4.4, RFC 8050 §3 */
enum {
	MESSAGE = 1,
	MESSAGE_AS4 = 4,
	STATE_CHANGE_AS4 = 5,
	MESSAGE_ADD_PATH = 8,
	MESSAGE_AS4_ADD_PATH = 9
};

/* §4.4.2: AS numbers, interface, family, addresses. */
#define HEAD_MAX 48

static void
head_write(struct wire_out *out, const struct bgp *bgp, const struct sys_tcp_ends *ends,
	   bool four_byte_as)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_agreed *agreed = bgp_agreed(bgp);
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

void
bgp_mrt_message(const struct bgp_fsm *fsm, enum bgp_type type, const uint8_t *body,
		size_t size)
{
	const struct bgp *bgp = fsm->session->bgp;
	struct router *router = bgp->protocol.router;
	uint8_t head[HEAD_MAX + BGP_HEADER_SIZE];
	struct wire_out out = wire_out(head, sizeof(head));
	struct sys_tcp_ends ends;
	if (!mrt_log_wants(&bgp->protocol, MRT_MESSAGES))
		return;
	router->sys->class->tcp_ends(fsm->connection.stream, &ends);
	/* Until both have said what they can, no message has AS numbers in it. */
	const struct bgp_codec *codec =
		fsm->state >= BGP_OPEN_CONFIRM ? &fsm->agreed.codec : NULL;
	bool four_byte_as = codec == NULL || codec->four_byte_as;
	bool add_path = codec != NULL && type == BGP_UPDATE &&
			(codec->add_path[BGP_IP4] || codec->add_path[BGP_IP6]);
	head_write(&out, bgp, &ends, four_byte_as);
	wire_put_u64(&out, UINT64_MAX);
	wire_put_u64(&out, UINT64_MAX);
	wire_put_u16(&out, (uint16_t)(BGP_HEADER_SIZE + size));
	wire_put_u8(&out, (uint8_t)type);
	mrt_log_add(router,
		    add_path ? four_byte_as ? MESSAGE_AS4_ADD_PATH : MESSAGE_ADD_PATH
		    : four_byte_as ? MESSAGE_AS4
				   : MESSAGE,
		    head, wire_used(&out), body, size);
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
	head_write(&out, bgp, &ends, true);
	/* §4.4.1: from 1 on, in RFC 4271's order. */
	wire_put_u16(&out, (uint16_t)(former + 1));
	wire_put_u16(&out, (uint16_t)(state + 1));
	mrt_log_add(bgp->protocol.router, STATE_CHANGE_AS4, head, wire_used(&out), NULL,
		    0);
}
