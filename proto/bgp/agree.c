/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OPENs: ours from the configuration, and whether the neighbour's goes with it (RFC 4271
 * §6.2, RFC 5492 §3).
 */
#include "proto/bgp/agree.h"

#include <string.h>

#include "nest/config.h"
#include "nest/router.h"

const struct bgp_channel_config *
bgp_channel_of(const struct bgp *bgp, enum bgp_family family)
{
	static const enum net_type types[BGP_FAMILIES] = {
		[BGP_IP4] = NET_IP4, [BGP_IP6] = NET_IP6
	};
	const struct channel *channel = protocol_channel(&bgp->protocol, types[family]);
	return channel ? channel->config->more : NULL;
}

/* ---- ours ---- */

/* RFC 5065 §4.1: outside of a confederation its number is ours. */
static uint32_t
public_as(const struct bgp_config *config)
{
	return config->confederation && !config->terms.interior ? config->confederation
								: config->local.as;
}

static void
host_add(const struct bgp *bgp, struct bgp_capabilities *to)
{
	const struct router *router = bgp->protocol.router;
	const char *host = bgp->protocol.config->hostname;
	if (host == NULL && router->config)
		host = router->config->hostname;
	if (host == NULL)
		host = router->sys->class->hostname(router->sys);
	to->host = host;
	to->host_size = (uint8_t)MIN(strlen(host), 64);
}

bool
bgp_keeps_for(const struct bgp *bgp, const struct bgp_channel_config *channel)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	return config->terms.graceful_restart == BGP_ON &&
	       channel->terms.graceful_restart && config->capabilities;
}

/* RFC 4724 §3, RFC 8538 §4: what was forwarded in the session before is so still. */
static bool
forwards_still(const struct bgp *bgp)
{
	return bgp->protocol.router->recovery.remains ||
	       bgp->history.established_count > 0;
}

/* What each channel brings. */
static void
family_add(const struct bgp *bgp, enum bgp_family family, struct bgp_capabilities *to)
{
	static const uint8_t modes[] = {
		[BGP_PATHS_RX] = BGP_ADD_PATH_RECEIVE,
		[BGP_PATHS_TX] = BGP_ADD_PATH_SEND,
		[BGP_PATHS_BOTH] = BGP_ADD_PATH_RECEIVE | BGP_ADD_PATH_SEND,
	};
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_channel_config *channel = bgp_channel_of(bgp, family);
	if (channel == NULL)
		return;
	to->families[family] = to->has_families = true;
	to->add_path[family] = modes[channel->add_paths];
	if (family == BGP_IP4)
		to->extended_next_hop = channel->extended_next_hop;
	to->restarts[family] = (struct bgp_restart_family){
		.is_there = bgp_keeps_for(bgp, channel),
		.forwarding = forwards_still(bgp),
	};
	to->stale[family] = (struct bgp_restart_family){
		.is_there =
			config->terms.long_lived == BGP_ON && channel->terms.long_lived,
		.forwarding = forwards_still(bgp),
		.time = (uint32_t)(channel->terms.stale_time / USEC_S),
	};
}

void
bgp_open_make(const struct bgp *bgp, struct bgp_open *open)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	const struct bgp_terms *terms = &config->terms;
	struct bgp_capabilities *to = &open->capabilities;
	bool keeps = terms->graceful_restart == BGP_ON;
	*open = (struct bgp_open){
		.as = public_as(config),
		.hold = (uint16_t)(config->hold / USEC_S),
		.id = protocol_router_id(&bgp->protocol),
		.capabilities = {
			.any = config->capabilities,
			.refresh = config->route_refresh,
			.enhanced_refresh =
				config->route_refresh && config->enhanced_refresh,
			.extended_messages = config->extended_messages,
			.link_local_next_hop = terms->direct,
			.four_byte_as = config->as4,
			.as = public_as(config),
			.has_role = config->role != BGP_ROLE_UNSAID,
			.role = (uint8_t)(config->role - BGP_ROLE_PROVIDER),
			.restart = terms->graceful_restart != BGP_OFF,
			.restarted = keeps && recovery_is_active(bgp->protocol.router),
			/* RFC 8538 §2: also of who only helps. */
			.notifications = true,
			.restart_time =
				keeps ? (uint16_t)(config->restart_time / USEC_S) : 0,
			.long_lived = terms->long_lived != BGP_OFF,
		},
	};
	if (!config->capabilities)
		to->four_byte_as = to->restart = false;
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++)
		family_add(bgp, family, to);
	if (config->advertise_hostname)
		host_add(bgp, to);
}

/* ---- both ---- */

struct meeting {
	const struct bgp *bgp;
	const struct bgp_open *ours, *theirs;
	struct bgp_failure *failure;
	const char **what;
};

/* False, with the reason. */
static bool
refuse(const struct meeting *meeting, enum bgp_open_error subcode, const char *what)
{
	*meeting->failure = (struct bgp_failure){ .code = BGP_ERROR_OPEN,
						  .subcode = (uint8_t)subcode };
	*meeting->what = what;
	return false;
}

static bool
who_fits(const struct meeting *meeting)
{
	const struct bgp_config *config = bgp_config(&meeting->bgp->protocol);
	const struct bgp_open *theirs = meeting->theirs;
	uint32_t wanted = config->terms.remote_as;
	if (wanted != 0 && theirs->as != wanted)
		return refuse(meeting, BGP_OPEN_AS, "another AS than configured");
	if (wanted == 0 && theirs->as == config->local.as)
		return refuse(meeting, BGP_OPEN_AS, "our own AS, from an external one");
	/* RFC 6286 §2.1: unique within an AS. */
	if (theirs->id == meeting->ours->id && theirs->as == config->local.as)
		return refuse(meeting, BGP_OPEN_IDENTIFIER, "our own router id");
	return true;
}

/* RFC 9234 §4.2, table 2; both as on the wire. */
static bool
role_fits(const struct meeting *meeting)
{
	static const uint8_t opposites[] = { 3, 2, 1, 0, 4 };
	const struct bgp_config *config = bgp_config(&meeting->bgp->protocol);
	const struct bgp_capabilities *ours = &meeting->ours->capabilities;
	const struct bgp_capabilities *theirs = &meeting->theirs->capabilities;
	if (!ours->has_role)
		return true;
	if (theirs->has_roles)
		return refuse(meeting, BGP_OPEN_ROLE, "several roles");
	if (!theirs->has_role)
		return !config->require_roles ||
		       refuse(meeting, BGP_OPEN_ROLE, "a role is required");
	if (theirs->role >= ARRAY_SIZE(opposites) ||
	    opposites[theirs->role] != ours->role)
		return refuse(meeting, BGP_OPEN_ROLE, "the roles do not fit");
	return true;
}

/* What the configuration insists on. */
static bool
session_requires(const struct meeting *meeting)
{
	const struct bgp_config *config = bgp_config(&meeting->bgp->protocol);
	const struct bgp_capabilities *theirs = &meeting->theirs->capabilities;
	const struct {
		bool is_required, is_there;
		const char *what;
	} pairs[] = {
		{ config->require_as4, theirs->four_byte_as, "as4 is required" },
		{ config->require_refresh, theirs->refresh, "route refresh is required" },
		{ config->require_enhanced_refresh, theirs->enhanced_refresh,
		  "enhanced route refresh is required" },
		{ config->require_extended_messages, theirs->extended_messages,
		  "extended messages are required" },
		{ config->require_hostname, theirs->host_size > 0,
		  "a hostname is required" },
		{ config->require_graceful_restart, theirs->restart,
		  "graceful restart is required" },
		{ config->require_long_lived, theirs->long_lived,
		  "long-lived graceful restart is required" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i].is_required && !pairs[i].is_there)
			return refuse(meeting, BGP_OPEN_CAPABILITY, pairs[i].what);
	return true;
}

static bool
channel_requires(const struct meeting *meeting, enum bgp_family family,
		 const struct bgp_agreed *agreed)
{
	const struct bgp_channel_config *channel = bgp_channel_of(meeting->bgp, family);
	if (channel == NULL)
		return true;
	if (!agreed->families[family])
		return !channel->mandatory ||
		       refuse(meeting, BGP_OPEN_CAPABILITY,
			      "the family of a mandatory channel is missing");
	if (family == BGP_IP4 && channel->require_extended_next_hop &&
	    !meeting->theirs->capabilities.extended_next_hop)
		return refuse(meeting, BGP_OPEN_CAPABILITY,
			      "extended next hop is required");
	if (channel->require_add_paths && !agreed->codec.add_path[family] &&
	    !agreed->add_path[family])
		return refuse(meeting, BGP_OPEN_CAPABILITY, "add paths is required");
	return true;
}

/* RFC 4760 §8: who says nothing of families speaks IPv4. */
static bool
speaks(const struct bgp_open *open, enum bgp_family family)
{
	return open->capabilities.has_families && open->capabilities.any
		       ? open->capabilities.families[family]
		       : family == BGP_IP4;
}

/* RFC 9494 §4.2: how long stale routes are kept is ours to bound. */
static void
stale_agree(const struct bgp_channel_terms *terms,
	    const struct bgp_restart_family *theirs, struct bgp_restart_family *agreed)
{
	usec_t time = theirs->time * USEC_S;
	*agreed = *theirs;
	agreed->time =
		(uint32_t)(MIN(MAX(time, terms->min_stale_time), terms->max_stale_time) /
			   USEC_S);
}

static void
family_agree(const struct meeting *meeting, enum bgp_family family,
	     struct bgp_agreed *agreed)
{
	const struct bgp_capabilities *ours = &meeting->ours->capabilities;
	const struct bgp_capabilities *theirs = &meeting->theirs->capabilities;
	const struct bgp_channel_config *channel = bgp_channel_of(meeting->bgp, family);
	uint8_t our_paths = ours->any ? ours->add_path[family] : 0;
	uint8_t their_paths = theirs->add_path[family];
	if (channel == NULL || !speaks(meeting->ours, family) ||
	    !speaks(meeting->theirs, family))
		return;
	agreed->families[family] = true;
	/* RFC 7911 §4: each way needs one that sends and one that takes. */
	agreed->codec.add_path[family] =
		our_paths & BGP_ADD_PATH_RECEIVE && their_paths & BGP_ADD_PATH_SEND;
	agreed->add_path[family] =
		our_paths & BGP_ADD_PATH_SEND && their_paths & BGP_ADD_PATH_RECEIVE;
	if (agreed->restart)
		agreed->restarts[family] = theirs->restarts[family];
	if (agreed->restart && agreed->long_lived)
		stale_agree(&channel->terms, &theirs->stale[family],
			    &agreed->stale[family]);
}

/* RFC 4271 §4.2: the shorter hold time counts; what hangs on it shrinks with it. */
static bool
times_agree(const struct meeting *meeting, struct bgp_agreed *agreed)
{
	const struct bgp_config *config = bgp_config(&meeting->bgp->protocol);
	usec_t hold = MIN(config->hold, meeting->theirs->hold * USEC_S);
	agreed->hold = hold;
	agreed->keepalive =
		config->keepalive && config->hold
			? hold / USEC_MS * config->keepalive / config->hold * USEC_MS
			: hold / 3;
	if (hold < config->min_hold)
		return refuse(meeting, BGP_OPEN_HOLD, "shorter than `min hold time`");
	if (agreed->keepalive < config->min_keepalive)
		return refuse(meeting, BGP_OPEN_HOLD,
			      "shorter than `min keepalive time`");
	return true;
}

static void
capabilities_agree(const struct meeting *meeting, struct bgp_agreed *agreed)
{
	const struct bgp_config *config = bgp_config(&meeting->bgp->protocol);
	const struct bgp_capabilities *ours = &meeting->ours->capabilities;
	const struct bgp_capabilities *theirs = &meeting->theirs->capabilities;
	bool extended = ours->any && ours->extended_messages && theirs->extended_messages;
	*agreed = (struct bgp_agreed){
		.codec = {
			.four_byte_as = ours->four_byte_as && theirs->four_byte_as,
			.external = !config->terms.interior,
			.extended_next_hop = ours->any && ours->extended_next_hop,
		},
		.four_byte_as = ours->four_byte_as && theirs->four_byte_as,
		.extended_next_hop = ours->any && ours->extended_next_hop &&
				     theirs->extended_next_hop,
		.link_local_next_hop = theirs->link_local_next_hop,
		.refresh = ours->any && ours->refresh && theirs->refresh,
		.enhanced_refresh = ours->any && ours->enhanced_refresh &&
				    theirs->enhanced_refresh,
		.message_max = extended ? BGP_EXTENDED_MAX : BGP_MESSAGE_MAX,
		.as = meeting->theirs->as,
		.id = meeting->theirs->id,
		.restart = ours->restart && theirs->restart,
		.restarted = theirs->restarted,
		.long_lived = ours->any && ours->long_lived && theirs->long_lived,
		.notifications = ours->restart && theirs->restart &&
				 theirs->notifications,
		.restart_time = MIN(MAX(theirs->restart_time * USEC_S,
					config->min_restart_time),
				    config->max_restart_time),
	};
}

bool
bgp_agree(const struct bgp *bgp, const struct bgp_open *ours,
	  const struct bgp_open *theirs, struct bgp_agreed *agreed,
	  struct bgp_failure *failure, const char **what)
{
	const struct meeting meeting = { bgp, ours, theirs, failure, what };
	capabilities_agree(&meeting, agreed);
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++)
		family_agree(&meeting, family, agreed);
	if (!who_fits(&meeting) || !times_agree(&meeting, agreed) ||
	    !role_fits(&meeting) || !session_requires(&meeting))
		return false;
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++)
		if (!channel_requires(&meeting, family, agreed))
			return false;
	bgp_agree_anew(bgp, agreed);
	return agreed->families[BGP_IP4] || agreed->families[BGP_IP6] ||
	       refuse(&meeting, BGP_OPEN_CAPABILITY, "no common address family");
}

void
bgp_agree_anew(const struct bgp *bgp, struct bgp_agreed *agreed)
{
	const struct bgp_config *config = bgp_config(&bgp->protocol);
	agreed->send_hold = config->send_hold < 0 ? 2 * agreed->hold : config->send_hold;
	agreed->codec.local_pref = config->allow_local_pref;
}
