/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a configuration of bgp as a whole, and what follows from one that is
 * right.
 */
#include "proto/bgp/bgp.h"

#include "lib/text.h"
#include "nest/config.h"
#include "nest/filter.h"
#include "proto/bgp/flap.h"
#include "proto/bgp/listen.h"
#include <string.h>

static void no_policy_run(const struct filter *filter, struct route_draft *routes,
			  size_t count, enum filter_verdict *verdicts);

/* Stands in a channel for a policy that was not written; never runs. */
static const struct filter_class no_policy_class = { .run = no_policy_run };
static const struct filter no_policy = { .class = &no_policy_class };

static void
no_policy_run(const struct filter *filter, struct route_draft *routes, size_t count,
	      enum filter_verdict *verdicts)
{
	(void)filter;
	(void)routes;
	for (size_t i = 0; i < count; i++)
		verdicts[i] = FILTER_REJECT;
}

void
bgp_channel_preset(struct channel_config *channel)
{
	channel->import = channel->export = &no_policy;
}

/* ---- who ----------------------------------------------------------------------------
 */

static bool
is_link_local(const struct bgp_config *config)
{
	return addr_is_link_local(config->local.addr) ||
	       addr_is_link_local(config->remote.addr);
}

static void
check_sides(const struct bgp_config *config, struct conf_check *check)
{
	const struct bgp_terms *terms = &config->terms;
	if (config->local.as == 0)
		conf_check_error(check, "our AS number is missing: `local as NUMBER;`");
	if (addr_is_any(config->remote.addr) && !config->remote.has_range)
		conf_check_error(check, "the neighbour is missing: `neighbor ADDRESS as "
					"NUMBER;`");
	if (terms->remote_as == 0 && config->remote.side == BGP_ANY_SIDE)
		conf_check_error(check,
				 "the neighbour's AS number is missing: `neighbor as "
				 "NUMBER;`, or `internal` or `external`");
	if (config->remote.side == BGP_INTERNAL && !terms->internal)
		conf_check_error(check,
				 "an `internal` neighbour is of our AS %u, not of %u",
				 config->local.as, terms->remote_as);
	if (config->remote.side == BGP_EXTERNAL && terms->internal)
		conf_check_error(check, "an `external` neighbour is not of our AS %u",
				 config->local.as);
	if (terms->remote_as > UINT16_MAX && !(config->capabilities && config->as4))
		conf_check_error(check, "AS %u needs `capabilities` and `enable as4`",
				 terms->remote_as);
	if (config->confederation_member && config->confederation == 0)
		conf_check_error(check, "a confederation member needs the number of the "
					"confederation: `confederation NUMBER;`");
	if (!addr_is_any(config->local.addr) && !addr_is_any(config->remote.addr) &&
	    addr_is_ip4(config->local.addr) != addr_is_ip4(config->remote.addr))
		conf_check_warning(check,
				   "our address and the neighbour's are not of the "
				   "same family: there will be no session");
}

static void
check_roles(const struct bgp_config *config, struct conf_check *check)
{
	const struct bgp_terms *terms = &config->terms;
	if (config->rr_client && !terms->internal)
		conf_check_error(check,
				 "only a neighbour of our own AS is a `rr client`");
	if (config->rs_client && terms->internal)
		conf_check_error(check,
				 "only a neighbour of another AS is a `rs client`");
	if (config->enforce_first_as && terms->internal)
		conf_check_error(check, "`enforce first as` is for neighbours of another "
					"AS");
	if (config->role != BGP_ROLE_UNSAID && terms->internal)
		conf_check_error(check, "`local role` is for neighbours of another AS");
	else if (config->role != BGP_ROLE_UNSAID && terms->interior)
		conf_check_warning(check,
				   "a role is not meant for use within a confederation");
	if (config->require_roles && config->role == BGP_ROLE_UNSAID)
		conf_check_error(check, "`require roles` needs our own: `local role`");
}

/* ---- how ----------------------------------------------------------------------------
 */

static void
check_way(const struct bgp_config *config, struct conf_check *check)
{
	bool ranges = !list_is_empty(&config->interface_ranges);
	bool bound = config->interface != NULL || ranges;
	if (is_link_local(config) && config->interface == NULL &&
	    !config->remote.is_found)
		conf_check_error(check, "a link-local address needs its interface: "
					"`neighbor ADDRESS%%INTERFACE`, or `interface`");
	if (config->interface != NULL && ranges)
		conf_check_error(check, "`interface` and `interface range` exclude each "
					"other");
	if (ranges && !config->strict_bind)
		conf_check_error(check, "`interface range` needs `strict bind`");
	if (config->strict_bind && addr_is_any(config->local.addr) && !bound)
		conf_check_error(check,
				 "`strict bind` needs our address or an interface");
	if (config->remote.is_found && bound)
		conf_check_error(check,
				 "`interface` and `neighbor interface` exclude each "
				 "other");
	if (config->remote.is_found && !addr_is_any(config->local.addr) &&
	    !addr_is_link_local(config->local.addr))
		conf_check_error(check, "who is found on a link is spoken to from a "
					"link-local address");
	if (config->onlink && config->interface == NULL && !ranges && !config->passive &&
	    !addr_is_any(config->remote.addr))
		conf_check_error(check, "`onlink` needs the interface");
}

static void
check_multihop(const struct bgp_config *config, struct conf_check *check)
{
	if (config->terms.direct)
		return;
	if (is_link_local(config))
		conf_check_error(check,
				 "a link-local address cannot be several hops away; "
				 "write `direct`");
	if (config->interface != NULL || !list_is_empty(&config->interface_ranges))
		conf_check_error(check,
				 "a neighbour several hops away is on no interface; "
				 "write `direct`");
	if (config->remote.is_found)
		conf_check_error(check, "a neighbour found on a link is not several hops "
					"away");
	if (config->check_link == BGP_ON)
		conf_check_error(check, "`check link` needs a direct session");
	if (config->onlink)
		conf_check_error(check, "`onlink` needs a direct session");
	if (config->bfd.on && addr_is_any(config->local.addr))
		conf_check_error(check,
				 "BFD over several hops needs our address: `source "
				 "address`");
}

static void
check_password(const struct bgp_config *config, struct conf_check *check)
{
	if (config->password != NULL && config->authentication == BGP_AUTH_NONE)
		conf_check_warning(check,
				   "a password without `authentication md5`, which "
				   "is taken as said");
	if (config->password == NULL && config->authentication == BGP_AUTH_MD5)
		conf_check_error(check, "`authentication md5` needs a `password`");
}

static bool
text_equal(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* As listeners are shared: by what they are bound to. */
static bool
shares_listener(const struct bgp_config *a, const struct bgp_config *b)
{
	if (a->local.port != b->local.port || a->strict_bind != b->strict_bind ||
	    a->free_bind != b->free_bind)
		return false;
	return !a->strict_bind || (addr_equal(a->local.addr, b->local.addr) &&
				   text_equal(a->interface, b->interface));
}

/* It is called, and never calls. */
static bool
only_waits(const struct bgp_config *config)
{
	return config->passive || config->remote.has_range;
}

/* RFC 2385, as systems have it: a listener has one key for an address or a range.  Who
 * calls the neighbour has a socket for that, with its own key; and who is found on a link
 * gets an instance with one before it calls. */
static bool
keys_conflict(const struct bgp_config *config, const struct bgp_config *other)
{
	if (text_equal(config->password, other->password)) /* Most: both have none. */
		return false;
	struct prefix peer = bgp_key_peer(config), others = bgp_key_peer(other);
	return prefix_equal(&peer, &others) && shares_listener(config, other) &&
	       !config->remote.is_found && !other->remote.is_found &&
	       !config->common.disabled && !other->common.disabled;
}

/* One of them waits for calls that the other's key may keep out. */
static bool
is_one_deaf(const struct bgp_config *config, const struct bgp_config *other)
{
	return (only_waits(config) && other->password != NULL) ||
	       (only_waits(other) && config->password != NULL);
}

static void
conflict_say(const struct bgp_config *config, const struct bgp_config *other,
	     struct conf_check *check)
{
	struct prefix peer = bgp_key_peer(config);
	char net[PREFIX_TEXT];
	bool is_deaf = is_one_deaf(config, other);
	(is_deaf ? conf_check_error : conf_check_warning)(
		check,
		"`%s` (%s:%u) has another password for %s, or none, and the system keeps "
		"one for both: connections from there would reach %s; give both the same "
		"password, or each `strict bind` and an interface or address of its own",
		other->common.name, other->common.file, other->common.line,
		prefix_format(&peer, net),
		is_deaf ? "only one of the two"
			: "one of the two, the other has those of its own");
}

/* The others are those above; of many conflicts the worst is said. */
static void
check_others(const struct bgp_config *config, struct conf_check *check)
{
	const struct bgp_config *worst = NULL;
	list_each(common, &config->common.whole->protocols, struct protocol_config,
		  link) {
		const struct bgp_config *other = (const struct bgp_config *)common;
		if (other == config)
			break;
		if (common->class != config->common.class ||
		    !keys_conflict(config, other))
			continue;
		if (worst == NULL ||
		    (!is_one_deaf(config, worst) && is_one_deaf(config, other)))
			worst = other;
	}
	if (worst != NULL)
		conflict_say(config, worst, check);
}

/* ---- capabilities and timers ---------------------------------------------------------
 */

static void
check_required(const struct bgp_config *config, struct conf_check *check)
{
	const struct {
		bool required, is_there;
		const char *what;
	} pairs[] = {
		{ config->require_enhanced_refresh,
		  config->route_refresh && config->enhanced_refresh,
		  "enhanced route refresh" },
		{ config->require_as4, config->as4, "as4" },
		{ config->require_extended_messages, config->extended_messages,
		  "extended messages" },
		{ config->require_graceful_restart,
		  config->terms.graceful_restart != BGP_OFF, "graceful restart" },
		{ config->require_long_lived, config->terms.long_lived != BGP_OFF,
		  "long lived graceful restart" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (pairs[i].required && !pairs[i].is_there)
			conf_check_warning(check, "`%s` is required, but not enabled",
					   pairs[i].what);
	if (config->terms.graceful_restart == BGP_OFF &&
	    config->terms.long_lived != BGP_OFF)
		conf_check_error(check, "`long lived graceful restart` needs `graceful "
					"restart`");
}

static void
check_order(struct conf_check *check, usec_t low, usec_t high, const char *what)
{
	if (low > high)
		conf_check_error(check, "`min %s` is more than `max %s`", what, what);
}

static void
check_times(const struct bgp_config *config, struct conf_check *check)
{
	if (config->hold != 0 && config->hold < 3 * USEC_S)
		conf_check_error(check,
				 "`hold time` is 0 or at least 3 s (RFC 4271 §4.2)");
	if (config->keepalive > config->hold)
		conf_check_error(check, "`keepalive time` is more than `hold time`");
	else if (config->keepalive > config->hold / 2)
		conf_check_warning(
			check, "`keepalive time` should be at most half of `hold time`");
	if (config->send_hold > 0 && config->send_hold < config->hold)
		conf_check_error(check, "`send hold time` is 0 or at least `hold time`");
	if (config->min_hold > config->hold)
		conf_check_error(check, "`min hold time` is more than `hold time`");
	if (config->min_keepalive > config->terms.keepalive)
		conf_check_error(check,
				 "`min keepalive time` is more than `keepalive time`");
	if (config->error_wait.least > config->error_wait.most)
		conf_check_warning(check,
				   "the second `error wait time` is the shorter one");
	check_order(check, config->min_restart_time, config->max_restart_time,
		    "graceful restart time");
	check_order(check, config->min_stale_time, config->max_stale_time,
		    "long lived stale time");
}

/* ---- channels ------------------------------------------------------------------------
 */

/* RFC 8212 §2: towards another AS, nothing is announced or taken without a policy; we
 * want it written. */
static void
check_policy(const struct filter **policy, const struct filter *interior,
	     const char *word, const struct channel_config *channel,
	     const struct bgp_terms *terms, struct conf_check *check)
{
	if (*policy != &no_policy)
		return;
	*policy = interior;
	if (!terms->interior)
		conf_check_error(
			check,
			"channel %s has no %s policy, which another AS must not "
			"go without (RFC 8212): write `%s none;`, `%s all;`, `%s "
			"filter NAME;` or `%s where CONDITION;`",
			net_type_name((enum net_type)channel->type), word, word, word,
			word, word);
}

static void
channel_terms(const struct bgp_config *config, struct bgp_channel_config *channel)
{
	const struct bgp_terms *session = &config->terms;
	struct bgp_channel_terms *terms = &channel->terms;
	uint32_t keep = channel->next_hop_keep;
	if (keep == BGP_WHOSE_UNSAID)
		keep = config->rr_client   ? BGP_IBGPS
		       : config->rs_client ? BGP_ALLS
					   : BGP_NONES;
	terms->next_hop_keep = (uint8_t)keep;
	terms->gateway = (uint8_t)(channel->gateway  ? channel->gateway
				   : session->direct ? BGP_GATEWAY_DIRECT
						     : BGP_GATEWAY_RECURSIVE);
	terms->prefer =
		(uint8_t)(channel->prefer                        ? channel->prefer
			  : terms->gateway == BGP_GATEWAY_DIRECT ? BGP_PREFER_GLOBAL
								 : BGP_PREFER_LOCAL);
	terms->graceful_restart = channel->graceful_restart
					  ? channel->graceful_restart == BGP_ON
					  : session->graceful_restart == BGP_ON;
	terms->long_lived = channel->long_lived ? channel->long_lived == BGP_ON
						: session->long_lived == BGP_ON;
	terms->aigp = channel->aigp ? channel->aigp != BGP_AIGP_OFF : session->interior;
	terms->stale_time =
		channel->stale_time >= 0 ? channel->stale_time : config->stale_time;
	terms->min_stale_time = channel->min_stale_time >= 0 ? channel->min_stale_time
							     : config->min_stale_time;
	terms->max_stale_time = channel->max_stale_time >= 0 ? channel->max_stale_time
							     : config->max_stale_time;
}

static void
check_channel(const struct bgp_config *config, struct channel_config *common,
	      struct conf_check *check)
{
	struct bgp_channel_config *channel = (void *)common->more;
	const struct bgp_channel_terms *terms = &channel->terms;
	check_policy(&common->import, NULL, "import", common, &config->terms, check);
	check_policy(&common->export, &filter_reject, "export", common, &config->terms,
		     check);
	/* A limit that restarts goes by what was said about errors. */
	if (config->disable_after_error &&
	    common->limits[LIMIT_IMPORT].action == LIMIT_RESTART)
		common->limits[LIMIT_IMPORT].action = LIMIT_DISABLE;
	channel_terms(config, channel);
	/* There may be no other addresses on the link than link-local ones. */
	channel->extended_next_hop |= config->remote.is_found && common->type == NET_IP4;
	if (!config->terms.direct && terms->gateway == BGP_GATEWAY_DIRECT)
		conf_check_error(check, "`gateway direct` needs a direct session");
	if (channel->require_extended_next_hop && !channel->extended_next_hop)
		conf_check_warning(check, "`extended next hop` is required, but not "
					  "enabled");
	if (channel->require_extended_next_hop && common->type != NET_IP4)
		conf_check_warning(check,
				   "`require extended next hop` means something in "
				   "ipv4 channels only");
	if (channel->require_add_paths && channel->add_paths == BGP_PATHS_OFF)
		conf_check_warning(check, "`add paths` is required, but not enabled");
	check_order(check, terms->min_stale_time, terms->max_stale_time,
		    "long lived stale time");
}

/* ---- the whole ------------------------------------------------------------------------
 */

static void
terms_fill(struct bgp_config *config)
{
	struct bgp_terms *terms = &config->terms;
	bool ours = config->remote.as == 0 && config->remote.side == BGP_INTERNAL;
	terms->remote_as = ours ? config->local.as : config->remote.as;
	terms->internal = terms->remote_as != 0 && terms->remote_as == config->local.as;
	terms->interior = terms->internal || config->confederation_member;
	terms->direct = config->distance.kind == BGP_DIRECT ||
			(config->distance.kind == BGP_DISTANCE_UNSAID &&
			 (!terms->internal || config->remote.is_found));
	terms->hops = terms->direct ? 1
		      : config->distance.kind == BGP_MULTIHOP
			      ? (uint8_t)config->distance.hops
			      : BGP_HOPS_MAX;
	terms->check_link =
		config->check_link ? config->check_link == BGP_ON : terms->direct;
	terms->graceful_restart = (uint8_t)config->graceful_restart;
	terms->long_lived = (uint8_t)(config->long_lived ? config->long_lived
				      : terms->graceful_restart == BGP_OFF ? BGP_OFF
									   : BGP_AWARE);
	terms->md5 = config->password != NULL;
	terms->send_hold = config->send_hold < 0 ? 2 * config->hold : config->send_hold;
	terms->keepalive = config->keepalive ? config->keepalive : config->hold / 3;
}

static void
check_damping(const struct bgp_config *config, struct conf_check *check)
{
	const struct bgp_damping *damping = &config->damping;
	if (!damping->on)
		return;
	if (damping->reuse >= damping->suppress)
		conf_check_error(check,
				 "`flap reuse threshold` %u must be below `flap "
				 "suppress threshold` %u",
				 damping->reuse, damping->suppress);
	else if (bgp_flap_ceiling(damping) <= damping->suppress)
		conf_check_error(check,
				 "no penalty gets above `flap suppress threshold` %u: "
				 "within `flap max suppress time` %u is the most that "
				 "falls below `flap reuse threshold`",
				 damping->suppress, bgp_flap_ceiling(damping));
}

void
bgp_check(void *data, struct conf_check *check)
{
	struct bgp_config *config = data;
	terms_fill(config);
	check_sides(config, check);
	check_roles(config, check);
	check_way(config, check);
	check_multihop(config, check);
	check_password(config, check);
	check_others(config, check);
	check_required(config, check);
	check_times(config, check);
	check_damping(config, check);
	list_each(channel, &config->common.channels, struct channel_config, link)
		check_channel(config, channel, check);
}
