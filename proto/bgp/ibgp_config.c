/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in `ibgp auto { … }` beside what may in protocol bgp, and what is wrong
 * with it as a whole.
 */
#include "proto/bgp/ibgp.h"

#include "lib/arena.h"
#include "lib/text.h"

#define IGP_CHANNEL    "igp"
#define IGP_PREFERENCE 240         /* As of protocol direct. */
#define IBGP_AS        4200000000u /* Of those for private use (RFC 6996). */

static const char *
prefix_take(struct conf_call *call)
{
	struct ibgp_config *config = call->config;
	config->loopbacks = call->values[0].prefix;
	config->has_loopbacks = true;
	call->culprit = 0;
	return config->loopbacks.type != NET_IP6 || config->loopbacks.length > 120
		       ? "the loopbacks are of an IPv6 prefix of at most /120"
		       : NULL;
}

static void
prefix_print(struct text *text, const void *field)
{
	char shown[PREFIX_TEXT];
	text_add(text, prefix_format(field, shown));
}

static const struct conf_item items[] = {
	{ .pattern = "prefix <prefix>",
	  .doc = "Where the loopbacks of all routers are; needed, the same everywhere, "
		 "and for nothing else.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct ibgp_config, loopbacks),
	  .size = sizeof(struct prefix),
	  .take = prefix_take,
	  .print = prefix_print },
	{ .pattern = "address @",
	  .doc = "Our loopback, of the prefix. Preset: made of the host's name and the "
		 "router id. The interface lo is given it, and loses it again at the end "
		 "unless it had it before; from Linux 5.18 on one that was killed leaves "
		 "it to the next to take away.",
	  .type = CONF_ADDR,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct ibgp_config, address) },
	{ .pattern = "settle time @",
	  .doc = "How long after a change of the loopbacks sessions follow.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct ibgp_config, settle),
	  .max = 3600 * USEC_S,
	  .preset = USEC_S },
	{ .pattern = "linger time @",
	  .doc = "How long sessions stay that are no longer needed, or whose loopback "
		 "is gone; and how long a session may be down before another router "
		 "reflects.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct ibgp_config, linger),
	  .min = USEC_S,
	  .max = 3600 * USEC_S,
	  .preset = 30 * USEC_S },
	{ 0 }
};

/* Who is there has a session soon, also behind an error. */
static void
preset(void *data)
{
	struct ibgp_config *config = data;
	config->bgp.connect_delay = USEC_S;
	config->bgp.error_wait =
		(struct bgp_error_wait){ .least = 2 * USEC_S, .most = 60 * USEC_S };
}

const struct conf_schema ibgp_schema = {
	.name = "ibgp",
	.doc = "The sessions within an AS, made by themselves (`ibgp auto { … }`). Up to "
	       "twelve routers have sessions with each other; of more, two that all "
	       "agree on reflect routes. Routes of BGP are never told to an IGP then, "
	       "whatever its export says. The options of protocol bgp are those of "
	       "the sessions; preset are `connect delay time` 1 and `error wait time` "
	       "2, 60.",
	.size = sizeof(struct ibgp_config),
	.items = items,
	.base = &bgp_schema,
	.init = preset,
};

/* Loopbacks come and go by it, in the table that next hops resolve in. */
static void
igp_channel_add(struct ibgp_config *config, struct arena *arena)
{
	struct channel_config *channel = arena_alloc(arena, sizeof(*channel));
	struct bgp_channel_config *more = arena_alloc(arena, sizeof(*more));
	channel->name = IGP_CHANNEL;
	channel->type = NET_IP6;
	channel->preference.said = true;
	channel->preference.value = IGP_PREFERENCE;
	list_each(own, &config->bgp.common.channels, struct channel_config, link) {
		const struct bgp_channel_config *terms = own->more;
		if (terms->igp_tables.names[1] != NULL)
			channel->table = terms->igp_tables.names[1];
		if (own->type == NET_IP6 && channel->table == NULL)
			channel->table = own->table;
	}
	more->stale_time = more->min_stale_time = more->max_stale_time = -1;
	channel->more = more;
	list_push_back(&config->bgp.common.channels, &channel->link);
}

static void
check_written(const struct ibgp_config *config, struct conf_check *check)
{
	const struct bgp_config *bgp = &config->bgp;
	if (!config->has_loopbacks)
		conf_check_error(check, "the loopbacks are missing: `prefix PREFIX;`");
	else if (!addr_is_any(config->address) &&
		 !prefix_has_addr(&config->loopbacks, config->address))
		conf_check_error(check, "our `address` is not of the prefix");
	if (bgp->password == NULL)
		conf_check_error(check, "the password is missing: `password \"…\";`; "
					"who has none must not become a neighbour");
	if (!addr_is_any(bgp->remote.addr) || bgp->remote.has_range ||
	    bgp->remote.as != 0 || bgp->remote.side != BGP_ANY_SIDE || bgp->rr_client)
		conf_check_error(check, "neighbours are found, not written, and so are "
					"reflectors");
	if (!addr_is_any(bgp->local.addr))
		conf_check_error(check, "our address is a loopback: `address ADDRESS;`");
}

void
ibgp_check(void *data, struct conf_check *check)
{
	struct ibgp_config *config = data;
	struct bgp_config *bgp = &config->bgp;
	check_written(config, check);
	if (bgp->password != NULL)
		bgp->authentication = BGP_AUTH_MD5;
	bgp->local.as = bgp->local.as != 0 ? bgp->local.as : IBGP_AS;
	bgp->remote = (struct bgp_remote){ .has_range = true,
					   .range = config->loopbacks,
					   .port = bgp->remote.port,
					   .side = BGP_INTERNAL };
	list_each(channel, &bgp->common.channels, struct channel_config, link) {
		struct bgp_channel_config *more = (void *)channel->more;
		channel->is_model = true;
		more->extended_next_hop = true;
		if (more->next_hop_self == BGP_WHOSE_UNSAID)
			more->next_hop_self = BGP_EBGPS;
	}
	bgp_check(bgp, check);
	igp_channel_add(config, check->arena);
}
