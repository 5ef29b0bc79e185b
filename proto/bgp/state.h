/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of an instance as others see it: that of the connection which is farthest
 * (RFC 4271 §8.2.2).  Its connections, attempts and restarts tell here what changes.
 */
#ifndef PROTO_BGP_STATE_H
#define PROTO_BGP_STATE_H

struct bgp;
struct bgp_session;

enum bgp_state {
	BGP_IDLE,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPEN_SENT,
	BGP_OPEN_CONFIRM,
	BGP_ESTABLISHED
};

enum bgp_state bgp_state(const struct bgp *bgp);
/* "Established" */
const char *bgp_state_name(enum bgp_state state);
/* It may be another one, or the last error may be: tells who looks. */
void bgp_state_changed(const struct bgp_session *session);
/* The instance begins anew; or is over for good, where it is for this session alone. */
void bgp_state_again(const struct bgp_session *session);

#endif
