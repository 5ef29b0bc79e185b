/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in `protocol bgp { … }`, named as BIRD names it.
 */
#include "proto/bgp/bgp.h"

#include <string.h>

#include "lib/text.h"
#include "proto/bgp/bfd.h"
#include "proto/bgp/ends.h"
#include "proto/bgp/message.h"

#define AT(member)   .offset = offsetof(struct bgp_config, member)
#define STALE_MAX    (((usec_t)1 << 24) - 1) /* RFC 9494 §3: 24 bits of seconds. */
#define RESTART_MAX  4095                    /* RFC 4724 §3: 12 bits of seconds. */
#define TIME_LONGEST 65535                   /* RFC 4271 §4.2: 16 bits of seconds. */

/* Tags of the patterns below. */
enum { TAG_DIRECT = 1, TAG_MULTIHOP, TAG_HOPS };
enum { TAG_CEASE = 10 }; /* And its enum bgp_cease. */
#define CEASES_NAMED (BGP_CEASE_RESOURCES + 1)

static const struct conf_word roles[] = {
	{ "provider", BGP_ROLE_PROVIDER },   { "rs_server", BGP_ROLE_RS_SERVER },
	{ "rs_client", BGP_ROLE_RS_CLIENT }, { "customer", BGP_ROLE_CUSTOMER },
	{ "peer", BGP_ROLE_PEER },           { NULL, 0 },
};

static const struct conf_word authentications[] = {
	{ "none", BGP_AUTH_NONE },
	{ "md5", BGP_AUTH_MD5 },
	{ NULL, 0 },
};

static const char *const cease_names[CEASES_NAMED] = {
	[BGP_CEASE] = "cease",
	[BGP_CEASE_PREFIX_LIMIT] = "prefix limit hit",
	[BGP_CEASE_SHUTDOWN] = "administrative shutdown",
	[BGP_CEASE_DECONFIGURED] = "peer deconfigured",
	[BGP_CEASE_RESET] = "administrative reset",
	[BGP_CEASE_REJECTED] = "connection rejected",
	[BGP_CEASE_CHANGE] = "configuration change",
	[BGP_CEASE_COLLISION] = "connection collision",
	[BGP_CEASE_RESOURCES] = "out of resources",
};

/* In their order, tagged from TAG_CEASE on. */
#define CEASES                                                                       \
	"( cease:10 | prefix limit hit:11 | administrative shutdown:12 | "           \
	"peer deconfigured:13 | administrative reset:14 | connection rejected:15 | " \
	"configuration change:16 | connection collision:17 | out of resources:18 )"

/* ---- rows with a shape of their own; those of both ends are in ends.c ---------------
 */

static const char *
distance_take(struct conf_call *call)
{
	struct bgp_distance_config *distance =
		&((struct bgp_config *)call->config)->distance;
	if (call->values[0].tag == TAG_DIRECT) {
		*distance = (struct bgp_distance_config){ .kind = BGP_DIRECT };
		return NULL;
	}
	uint64_t hops = call->count > 1 ? call->values[1].number : BGP_HOPS_MAX;
	*distance = (struct bgp_distance_config){ .kind = BGP_MULTIHOP,
						  .hops = (uint32_t)hops };
	call->culprit = 1;
	return hops < 1 || hops > UINT8_MAX ? "1 to 255 hops are possible" : NULL;
}

static void
distance_print(struct text *text, const void *field)
{
	const struct bgp_distance_config *distance = field;
	if (distance->kind == BGP_DIRECT)
		text_add(text, "direct");
	else
		text_printf(text, "multihop %u", distance->hops);
}

const char *
bgp_switch_take(struct conf_call *call)
{
	uint32_t *field = (uint32_t *)(void *)((char *)call->config + call->item->offset);
	*field = call->values[0].tag == BGP_TAG_AWARE ? BGP_AWARE
		 : call->values[0].number != 0        ? BGP_ON
						      : BGP_OFF;
	return NULL;
}

void
bgp_switch_print(struct text *text, const void *field)
{
	static const char *const words[] = { "", "off", "on", "aware" };
	text_add(text, words[*(const uint32_t *)field]);
}

static const char *
error_wait_take(struct conf_call *call)
{
	struct bgp_config *config = call->config;
	config->error_wait = (struct bgp_error_wait){
		.least = (usec_t)call->values[0].number,
		.most = (usec_t)call->values[1].number,
	};
	return NULL;
}

static void
error_wait_print(struct text *text, const void *field)
{
	const struct bgp_error_wait *wait = field;
	text_printf(text, "%lld s, %lld s", (long long)(wait->least / USEC_S),
		    (long long)(wait->most / USEC_S));
}

/* A switch: all but collisions, which are no error. */
static const char *
cease_take(struct conf_call *call)
{
	struct bgp_config *config = call->config;
	uint32_t all = (1u << CEASES_NAMED) - 1 - (1u << BGP_CEASE_COLLISION);
	config->disable_after_cease = 0;
	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		if (value->tag >= TAG_CEASE)
			config->disable_after_cease |= 1u << (value->tag - TAG_CEASE);
		else
			config->disable_after_cease = value->number ? all : 0;
	}
	return NULL;
}

static void
cease_print(struct text *text, const void *field)
{
	uint32_t mask = *(const uint32_t *)field;
	const char *joint = "{ ";
	for (unsigned i = 0; i < CEASES_NAMED; i++)
		if (mask & 1u << i) {
			text_printf(text, "%s%s", joint, cease_names[i]);
			joint = ", ";
		}
	text_add(text, mask ? " }" : "off");
}

static const char *
allow_local_as_take(struct conf_call *call)
{
	struct bgp_config *config = call->config;
	uint64_t times = call->count > 0 ? call->values[0].number : UINT32_MAX;
	config->allow_local_as = (uint32_t)MIN(times, UINT32_MAX);
	return NULL;
}

static void
allow_local_as_print(struct text *text, const void *field)
{
	uint32_t times = *(const uint32_t *)field;
	if (times == UINT32_MAX)
		text_add(text, "any number of times");
	else
		text_printf(text, "%u", times);
}

static const char *
dynamic_name_take(struct conf_call *call)
{
	struct bgp_config *config = call->config;
	const char *name = call->values[0].word;
	call->culprit = 0;
	config->dynamic_name = name;
	config->has_dynamic_name = true;
	for (; *name != '\0'; name++)
		if (*name == '%')
			return "the name has no `%`; a number is put behind it";
	return NULL;
}

static bool
dynamic_name_equal(const void *old, const void *new)
{
	return strcmp(*(const char *const *)old, *(const char *const *)new) == 0;
}

static void
dynamic_name_print(struct text *text, const void *field)
{
	text_printf(text, "\"%s\"", *(const char *const *)field);
}

static const struct conf_schema range_schema = {
	.name = "bgp interface range",
	.doc = "The interfaces neighbours may connect over.",
	.size = sizeof(struct conf_interface),
};

/* ---- rows ---------------------------------------------------------------------------
 */

#define SWITCH(words, member, cost, on, text)                                            \
	{                                                                                \
		.pattern = words " @", .doc = text, .type = CONF_SWITCH, .effect = cost, \
		AT(member), .preset = on                                                 \
	}
#define TIME(words, member, cost, seconds, longest, text)                              \
	{                                                                              \
		.pattern = words " @", .doc = text, .type = CONF_USEC, .effect = cost, \
		AT(member), .preset = (seconds)*USEC_S, .max = (longest)*USEC_S        \
	}
#define NUMBER(words, member, cost, number, text)                                     \
	{                                                                             \
		.pattern = words " @", .doc = text, .type = CONF_U32, .effect = cost, \
		AT(member), .preset = number                                          \
	}
#define TIMES_MAX 1000000000 /* Seconds, where no wire says less. */

static const struct conf_item items[] = {
	/* Who, and over what. */
	{ .pattern = BGP_LOCAL_PATTERN,
	  .doc = "Our address, port and AS number in this session. The AS number is "
		 "needed; the address is the system's choice, the port 179.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  AT(local),
	  .size = sizeof(struct bgp_local),
	  .take = bgp_local_take,
	  .print = bgp_local_print },
	{ .pattern = "source address @",
	  .doc = "Our address in this session, as `local ADDRESS` says.",
	  .type = CONF_ADDR,
	  .effect = CONF_RESTART,
	  AT(local.addr) },
	{ .pattern = BGP_REMOTE_PATTERN,
	  .doc = "The neighbour: its address (with the interface behind `%` if it is a "
		 "link-local one), port and AS number; instead of the number, whether it "
		 "is of our AS (`internal`) or of any other (`external`). With a `range` "
		 "whoever connects from it becomes a neighbour.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  AT(remote),
	  .size = sizeof(struct bgp_remote),
	  .take = bgp_remote_take,
	  .print = bgp_remote_print },
	{ .pattern = BGP_FOUND_PATTERN,
	  .doc = "Neighbours are found, by their link-local addresses, on the interfaces "
		 "with such names (`-\"eth9\", \"eth*\"`), each of which leads to one "
		 "neighbour or few. Router Advertisements tell each other: ours, one in "
		 "10 s, make no host use us, but on a link where another program on this "
		 "host advertises it as a default router they take that back. A "
		 "neighbour "
		 "that is found, or that connects, has an instance of its own, named "
		 "NAME."
		 "INTERFACE unless `dynamic name` says otherwise, until it is silent for "
		 "30 s (or as long as it said) and without a session. IPv4 routes have "
		 "IPv6 next hops (`extended next hop`).",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  AT(interfaces),
	  .take = bgp_remote_take,
	  .equal = bgp_interfaces_equal,
	  .print = bgp_interfaces_print },
	{ .pattern = "interface @",
	  .doc = "The interface the neighbour is on; needed for link-local addresses.",
	  .type = CONF_NAME,
	  .effect = CONF_RESTART,
	  AT(interface) },
	{ .pattern = "interface range @",
	  .doc = "The interfaces neighbours from a range may connect over.",
	  .type = CONF_INTERFACES,
	  .effect = CONF_RESTART,
	  AT(interface_ranges),
	  .more = &range_schema },
	SWITCH("onlink", onlink, CONF_RESTART, 0,
	       "The neighbour is on the interface, whatever the addresses say."),
	{ .pattern = "( direct:1 | multihop:2 [<number:3>] )",
	  .doc = "Whether the neighbour is on a common link, or how many hops away; "
		 "`multihop` alone is 64. Preset: direct to another AS, multihop within "
		 "ours.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  AT(distance),
	  .size = sizeof(struct bgp_distance_config),
	  .take = distance_take,
	  .print = distance_print },
	SWITCH("strict bind", strict_bind, CONF_RESTART, 0,
	       "Listens at our address only, rather than at all of them."),
	SWITCH("free bind", free_bind, CONF_RESTART, 0,
	       "Listens at our address even while no interface has it."),
	{ .pattern = "check link <switch:1>",
	  .doc = "The session ends with the carrier of its interface. Preset: on if "
		 "direct.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  AT(check_link),
	  .size = sizeof(uint32_t),
	  .take = bgp_switch_take,
	  .print = bgp_switch_print },
	SWITCH("ttl security", ttl_security, CONF_RESTART, 0,
	       "Takes only packets that came no further than they may (RFC 5082); both "
	       "ends need it."),
	SWITCH("passive", passive, CONF_LIVE, 0, "Waits for the neighbour to connect."),
	{ .pattern = "bfd ( <switch:1> | graceful:2 )",
	  .doc = "Watches the neighbour by BFD; `graceful` takes a failure as a restart.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  AT(bfd),
	  .take = bgp_bfd_take,
	  .equal = bgp_bfd_equal,
	  .print = bgp_bfd_print },
	{ .pattern = "bfd {",
	  .doc = "The same with options for this neighbour.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  AT(bfd),
	  .take = bgp_bfd_take,
	  .equal = bgp_bfd_equal,
	  .print = bgp_bfd_print,
	  .more = &bgp_bfd_schema },
	{ .pattern = "authentication @",
	  .doc = "`md5` signs each segment with the password (RFC 2385).",
	  .type = CONF_ENUM,
	  .effect = CONF_RESTART,
	  AT(authentication),
	  .more = authentications },
	{ .pattern = "authentication ao",
	  .doc = "TCP-AO (RFC 5925) is not available; use `authentication md5` and a "
		 "password, or a transport that encrypts.",
	  .type = CONF_REFUSED },
	{ .pattern = "keys {",
	  .doc = "TCP-AO (RFC 5925) is not available; use `authentication md5` and a "
		 "password, or a transport that encrypts.",
	  .type = CONF_REFUSED },
	{ .pattern = "password @",
	  .doc = "The password of `authentication md5`.",
	  .type = CONF_SECRET,
	  .effect = CONF_RESTART,
	  AT(password) },
	{ .pattern = "setkey @",
	  .doc = "Linux keeps the password with the socket; there is no other place.",
	  .type = CONF_IGNORED },
	{ .pattern = "dynamic name <string>",
	  .doc = "The name of instances for neighbours from a range, before their "
		 "number; preset: dynbgp. Also those for neighbours found on a link.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  AT(dynamic_name),
	  .take = dynamic_name_take,
	  .equal = dynamic_name_equal,
	  .print = dynamic_name_print },
	{ .pattern = "dynamic name digits @",
	  .doc = "How many digits such a number has at least.",
	  .type = CONF_U32,
	  .effect = CONF_LIVE,
	  AT(dynamic_digits),
	  .max = 10 },
	{ .pattern = "dynamic limit @",
	  .doc = "How many such instances there may be at the same time.",
	  .type = CONF_U32,
	  .effect = CONF_LIVE,
	  AT(dynamic_limit),
	  .min = 1,
	  .max = 100000,
	  .preset = 1000 },

	/* What we are to each other. */
	SWITCH("rr client", rr_client, CONF_REFEED, 0,
	       "The neighbour is a client of ours: routes from within our AS are "
	       "reflected to it, and its own to others (RFC 4456)."),
	{ .pattern = "rr cluster id @",
	  .doc = "The cluster of such clients; preset: the router id. With a neighbour "
		 "that is none: from it nothing is taken that this cluster has reflected "
		 "(RFC 4456 §8).",
	  .type = CONF_IP4,
	  .effect = CONF_REFEED,
	  AT(rr_cluster_id) },
	SWITCH("rs client", rs_client, CONF_REFEED, 0,
	       "We are a route server for the neighbour: next hop, path and MED stay as "
	       "they are (RFC 7947)."),
	NUMBER("confederation", confederation, CONF_RESTART, 0,
	       "The AS number of the confederation we are in (RFC 5065)."),
	SWITCH("confederation member", confederation_member, CONF_RESTART, 0,
	       "The neighbour's AS is in the same confederation."),
	{ .pattern = "local role @",
	  .doc = "What we are to the neighbour, so that routes don't leak (RFC 9234).",
	  .type = CONF_ENUM,
	  .effect = CONF_RESTART,
	  AT(role),
	  .more = roles },
	SWITCH("require roles", require_roles, CONF_LIVE, 0,
	       "The neighbour must say its role too."),

	/* Capabilities. */
	SWITCH("capabilities", capabilities, CONF_RESTART, 1,
	       "Tells the neighbour what we can do (RFC 5492)."),
	SWITCH("enable as4", as4, CONF_RESTART, 1, "AS numbers of 32 bits (RFC 6793)."),
	SWITCH("enable route refresh", route_refresh, CONF_RESTART, 1,
	       "The neighbour may ask for all routes again (RFC 2918)."),
	SWITCH("enable enhanced route refresh", enhanced_refresh, CONF_RESTART, 1,
	       "Begin and end of such an answer are marked (RFC 7313)."),
	SWITCH("enable extended messages", extended_messages, CONF_RESTART, 0,
	       "Messages of up to 65535 octets (RFC 8654)."),
	SWITCH("advertise hostname", advertise_hostname, CONF_RESTART, 0,
	       "Tells the neighbour our host name."),
	SWITCH("require as4", require_as4, CONF_LIVE, 0,
	       "No session without AS numbers of 32 bits."),
	SWITCH("require route refresh", require_refresh, CONF_LIVE, 0,
	       "No session without route refresh."),
	SWITCH("require enhanced route refresh", require_enhanced_refresh, CONF_LIVE, 0,
	       "No session without enhanced route refresh."),
	SWITCH("require extended messages", require_extended_messages, CONF_LIVE, 0,
	       "No session without extended messages."),
	SWITCH("require hostname", require_hostname, CONF_LIVE, 0,
	       "No session with a neighbour that does not say its host name."),
	SWITCH("require graceful restart", require_graceful_restart, CONF_LIVE, 0,
	       "No session without graceful restart."),
	SWITCH("require long lived graceful restart", require_long_lived, CONF_LIVE, 0,
	       "No session without long-lived graceful restart."),
	{ .pattern = "graceful restart ( <switch:1> | aware:2 )",
	  .doc = "Routes live through a restart of the session (RFC 4724); `aware` "
		 "helps the neighbour and does not do so ourselves.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  AT(graceful_restart),
	  .size = sizeof(uint32_t),
	  .take = bgp_switch_take,
	  .print = bgp_switch_print },
	TIME("graceful restart time", restart_time, CONF_RESTART, 120, RESTART_MAX,
	     "How long the neighbour is asked to keep our routes."),
	TIME("min graceful restart time", min_restart_time, CONF_LIVE, 0, RESTART_MAX,
	     "The least we keep the neighbour's, whatever it asks."),
	TIME("max graceful restart time", max_restart_time, CONF_LIVE, RESTART_MAX,
	     RESTART_MAX, "The most."),
	TIME("graceful restart stale time", stale_wait, CONF_LIVE, 360, STALE_MAX,
	     "How long a neighbour that is back may take to tell all its routes again; "
	     "then those it has not told go (RFC 8538)."),
	{ .pattern = "long lived graceful restart ( <switch:1> | aware:2 )",
	  .doc = "Stale routes are kept as a last resort (RFC 9494). Preset: `aware` "
		 "where graceful restart is not off.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  AT(long_lived),
	  .size = sizeof(uint32_t),
	  .take = bgp_switch_take,
	  .print = bgp_switch_print },
	TIME("long lived stale time", stale_time, CONF_RESTART, 3600, STALE_MAX,
	     "How long the neighbour is asked to keep stale routes of ours."),
	TIME("min long lived stale time", min_stale_time, CONF_LIVE, 0, STALE_MAX,
	     "The least we keep the neighbour's."),
	TIME("max long lived stale time", max_stale_time, CONF_LIVE, STALE_MAX, STALE_MAX,
	     "The most."),

	/* Timers. */
	TIME("hold time", hold, CONF_LIVE, 240, TIME_LONGEST,
	     "How long the neighbour may be silent, 0 or at least 3 s; the lower of both "
	     "ends counts, from the next session on."),
	TIME("min hold time", min_hold, CONF_LIVE, 0, TIME_LONGEST,
	     "The shortest hold time we take from the neighbour."),
	TIME("startup hold time", startup_hold, CONF_LIVE, 240, TIMES_MAX,
	     "The hold time until the neighbour's is known."),
	TIME("keepalive time", keepalive, CONF_LIVE, 0, TIME_LONGEST,
	     "How often we say that we are there; 0 is a third of the hold time."),
	TIME("min keepalive time", min_keepalive, CONF_LIVE, 0, TIME_LONGEST,
	     "The shortest such time we take, whatever the hold time comes to."),
	TIME("send hold time", send_hold, CONF_LIVE, 0, TIMES_MAX,
	     "How long the neighbour may not read what we send (RFC 9687); 0 is for "
	     "ever. Preset: twice the hold time."),
	TIME("connect delay time", connect_delay, CONF_LIVE, 5, TIMES_MAX,
	     "How long we wait for the neighbour to connect before we do."),
	TIME("start delay time", connect_delay, CONF_LIVE, 5, TIMES_MAX,
	     "The old name of `connect delay time`."),
	TIME("connect retry time", connect_retry, CONF_LIVE, 120, TIMES_MAX,
	     "How long an attempt to connect may take before the next."),
	{ .pattern = "error wait time <time:1> , <time:2>",
	  .doc = "How long we wait after an error; doubled at each, up to the second "
		 "time. Preset: 60, 300.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  AT(error_wait),
	  .size = sizeof(struct bgp_error_wait),
	  .take = error_wait_take,
	  .print = error_wait_print },
	TIME("error forget time", error_forget, CONF_LIVE, 300, TIMES_MAX,
	     "How long after an error it is forgotten."),
	SWITCH("flap damping", damping.on, CONF_LIVE, 0,
	       "Routes that come and go too often are out of use until they rest (RFC "
	       "2439, RFC 7196). Counted are flaps always: `show bgp flaps`."),
	{ .pattern = "flap suppress threshold @",
	  .doc = "The penalty above which a route is damped; a withdrawal costs 1000, "
		 "another attribute 500. RFC 7196 wants at least 6000, and 12000 where "
		 "care is taken.",
	  .type = CONF_U32,
	  .effect = CONF_LIVE,
	  AT(damping.suppress),
	  .min = 1,
	  .max = 50000,
	  .preset = 6000 },
	{ .pattern = "flap reuse threshold @",
	  .doc = "The penalty below which it is in use again.",
	  .type = CONF_U32,
	  .effect = CONF_LIVE,
	  AT(damping.reuse),
	  .min = 1,
	  .max = 50000,
	  .preset = 750 },
	{ .pattern = "flap half life @",
	  .doc = "The time in which a penalty halves.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  AT(damping.half_life),
	  .min = USEC_S,
	  .max = 86400 * USEC_S,
	  .preset = 900 * USEC_S },
	TIME("flap max suppress time", damping.most, CONF_LIVE, 3600, 86400,
	     "The longest time a route is damped."),
	TIME("periodic refresh time", refresh_time, CONF_LIVE, 86400, TIMES_MAX,
	     "How often a neighbour that marks the beginning and end of it (RFC 7313) is "
	     "asked for all its routes, up to a quarter of the time earlier; what it no "
	     "longer has then goes. 0 is never."),
	SWITCH("disable after error", disable_after_error, CONF_LIVE, 0,
	       "An error disables the instance rather than making it wait."),
	{ .pattern = "disable after cease ( <switch:1> | { " CEASES " [( , " CEASES
		     " )...] } )",
	  .doc = "A neighbour that ends the session for one of these reasons disables "
		 "the instance; `on` is all but a collision.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  AT(disable_after_cease),
	  .size = sizeof(uint32_t),
	  .take = cease_take,
	  .print = cease_print },
	{ .pattern = "disable rx @",
	  .doc = "It is there to test BIRD with.",
	  .type = CONF_IGNORED },

	/* What comes in, and which is best. */
	SWITCH("interpret communities", interpret_communities, CONF_REFEED, 1,
	       "no-export, no-advertise and the like are obeyed (RFC 1997)."),
	{ .pattern = "allow local as [<number>]",
	  .doc = "Takes routes with our own AS in their path, up to so many times or "
		 "however often; loops are for you to prevent.",
	  .type = CONF_CALL,
	  .effect = CONF_REFEED,
	  AT(allow_local_as),
	  .size = sizeof(uint32_t),
	  .take = allow_local_as_take,
	  .print = allow_local_as_print },
	SWITCH("allow bgp_local_pref", allow_local_pref, CONF_REFEED, 0,
	       "Keeps a local preference another AS sent."),
	SWITCH("allow bgp_med", allow_med, CONF_REFEED, 0,
	       "Passes the MED on that another AS sent."),
	SWITCH("allow as sets", allow_as_sets, CONF_REFEED, 0,
	       "Takes routes with sets in their path (RFC 9774 wants none)."),
	SWITCH("enforce first as", enforce_first_as, CONF_REFEED, 0,
	       "The neighbour's AS must be the first of the path."),
	SWITCH("path metric", path_metric, CONF_REFEED, 1, "The shorter path is better."),
	SWITCH("med metric", med_metric, CONF_REFEED, 0,
	       "MEDs of different neighbouring ASes are compared."),
	SWITCH("igp metric", igp_metric, CONF_REFEED, 1,
	       "The nearer next hop is better."),
	SWITCH("prefer older", prefer_older, CONF_REFEED, 0,
	       "Of equally good routes the older one stays (RFC 5004)."),
	SWITCH("deterministic med", deterministic_med, CONF_REFEED, 0,
	       "MEDs are compared in an order that does not depend on arrival; here they "
	       "always are."),
	NUMBER("default bgp_med", default_med, CONF_REFEED, 0,
	       "The MED of routes that came without one."),
	NUMBER("default bgp_local_pref", default_local_pref, CONF_REFEED,
	       BGP_DEFAULT_LOCAL_PREF,
	       "The local preference of routes that came without one."),
	{ 0 },
};

static void
preset(void *data)
{
	struct bgp_config *config = data;
	config->local.port = config->remote.port = BGP_PORT;
	config->graceful_restart = BGP_AWARE;
	config->send_hold = -1;
	config->dynamic_name = "dynbgp";
	config->error_wait =
		(struct bgp_error_wait){ .least = 60 * USEC_S, .most = 300 * USEC_S };
}

const struct conf_schema bgp_schema = {
	.name = "bgp",
	.doc = "The Border Gateway Protocol (RFC 4271).",
	.size = sizeof(struct bgp_config),
	.items = items,
	.base = &protocol_schema,
	.init = preset,
};
