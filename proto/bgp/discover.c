/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours found on links: Router Advertisements out and in (RFC 4861 §6), and who is
 * a neighbour for how long.  What a child runs by is made in dynamic.c.
 */
#include "proto/bgp/discover.h"

#include "lib/mem.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/router.h"
#include "proto/bgp/dynamic.h"
#include "proto/bgp/ra.h"
#include "proto/bgp/session_private.h"

/* RFC 4861 §10: MIN_DELAY_BETWEEN_RAS and MAX_INITIAL_RTR_ADVERTISEMENTS; then, as
 * others do who look for neighbours. */
#define TELL_LEAST    (3 * USEC_S)
#define TELL_FIRST    3
#define TELL_INTERVAL (10 * USEC_S)
#define SILENCE       (3 * TELL_INTERVAL) /* Of who says no longer lifetime. */
#define FULL_INTERVAL (60 * USEC_S)       /* Between two lines about the limit. */

static const struct addr all_nodes = { .bytes = { 0xff, 0x02, [15] = 1 } };
static const struct addr all_routers = { .bytes = { 0xff, 0x02, [15] = 2 } };

/* A link on which we advertise and listen. */
struct watch {
	struct list list;
	struct bgp *bgp;
	struct link *link;
	struct sys_udp *udp; /* Null: it could not be opened yet. */
	struct timer tell;   /* The next advertisement. */
	usec_t told;         /* The last one; 0: none yet. */
	uint64_t sent, heard, dropped[BGP_RA_DROPS];
	bool cannot; /* Something does not work there, and it was said. */
};

/* A router that was heard or has connected, and has a child. */
struct found {
	struct list list;
	struct bgp *bgp;
	struct link *link;
	struct addr addr;
	struct timer silent;
};

struct bgp_discover {
	struct list watches; /* struct watch */
	struct list found;   /* struct found */
	usec_t full_told;    /* When the limit was complained of; 0: never. */
};

static struct bgp_dynamic
met_of(const struct link *link, struct addr addr)
{
	struct bgp_dynamic met = { .addr = addr };
	text_format(met.link, sizeof(met.link), "%s", link->name);
	return met;
}

static struct found *
found_on(const struct bgp_discover *discover, const struct link *link, struct addr addr)
{
	list_each(found, &discover->found, struct found, list)
		if (found->link == link && addr_equal(found->addr, addr))
			return found;
	return NULL;
}

static bool
is_any_found_on(const struct bgp_discover *discover, const struct link *link)
{
	list_each(found, &discover->found, struct found, list)
		if (found->link == link)
			return true;
	return false;
}

static struct protocol *
child_of(const struct found *found)
{
	struct bgp_dynamic met = met_of(found->link, found->addr);
	return bgp_dynamic_child(&found->bgp->protocol, &met);
}

/* ---- who is a neighbour, and for how long ---- */

static void
found_free(struct found *found)
{
	timer_stop(&found->silent);
	list_remove(&found->list);
	mem_free(found);
}

static void
found_forget(struct found *found, const char *why)
{
	struct protocol *child = child_of(found);
	char shown[ADDR_TEXT];
	protocol_log(&found->bgp->protocol, LOG_INFO, "Neighbour %s%%%s is gone: %s",
		     addr_format(found->addr, shown), found->link->name, why);
	if (child != NULL)
		protocol_remove(child);
	found_free(found);
}

/* Somebody wants its instance: a session stands or may come back, or it was disabled. */
static bool
is_wanted(struct protocol *child)
{
	const struct bgp *bgp = bgp_of(child);
	return child->disabled || bgp_agreed(bgp) != NULL ||
	       (bgp->session != NULL && bgp->session->restart.is_awaited);
}

static void
silent_fire(struct timer *timer)
{
	struct found *found = container_of(timer, struct found, silent);
	struct protocol *child = child_of(found);
	if (child != NULL && is_wanted(child))
		timer_start(timer, SILENCE);
	else
		found_forget(found, "it is silent");
}

/* Tells it of us soon, that it need not wait for its turn. */
static void
watch_hurry(const struct bgp_discover *discover, const struct link *link)
{
	list_each(watch, &discover->watches, struct watch, list)
		if (watch->link == link)
			timer_start_earlier(
				&watch->tell,
				MAX(watch->told + TELL_LEAST - router_now(link->router),
				    0));
}

static void
full_tell(struct bgp *bgp, const char *why)
{
	struct bgp_discover *discover = bgp->discover;
	usec_t now = router_now(bgp->protocol.router);
	if (discover->full_told != 0 && now - discover->full_told < FULL_INTERVAL)
		return;
	discover->full_told = now;
	protocol_log(&bgp->protocol, LOG_WARNING, "A router was heard, but %s", why);
}

/* Null, and `why`: there can't be another one. */
static struct found *
found_new(struct bgp *bgp, struct link *link, struct addr addr, const char **why)
{
	struct bgp_dynamic met = met_of(link, addr);
	struct found *found;
	char shown[ADDR_TEXT];
	struct protocol *child = bgp_dynamic_child_new(&bgp->protocol, &met, why);
	if (child == NULL)
		return NULL;
	protocol_log(&bgp->protocol, LOG_INFO, "Neighbour %s%%%s was found: %s",
		     addr_format(addr, shown), link->name, child->name);
	found = mem_zalloc(sizeof(*found));
	found->bgp = bgp;
	found->link = link;
	found->addr = addr;
	timer_init(&found->silent, bgp->protocol.router, silent_fire);
	list_push_back(&bgp->discover->found, &found->list);
	watch_hurry(bgp->discover, link);
	return found;
}

static struct found *
found_heard(struct bgp *bgp, struct link *link, struct addr addr, usec_t lifetime,
	    const char **why)
{
	struct found *found = found_on(bgp->discover, link, addr);
	if (found == NULL)
		found = found_new(bgp, link, addr, why);
	if (found != NULL)
		timer_start(&found->silent, MAX(lifetime, SILENCE));
	return found;
}

struct bgp_session *
bgp_discover_meet(struct protocol *protocol, struct link *link, struct addr addr,
		  const char **why)
{
	const struct found *found = found_heard(bgp_of(protocol), link, addr, 0, why);
	struct protocol *child = found != NULL ? child_of(found) : NULL;
	if (child == NULL)
		return NULL;
	*why = "its instance does not run";
	return protocol_is_running(child) ? bgp_of(child)->session : NULL;
}

/* ---- advertisements ---- */

static void
ra_heard(struct watch *watch, const struct sys_udp_packet *packet)
{
	struct bgp *bgp = watch->bgp;
	struct bgp_ra ra;
	const char *why = NULL;
	enum bgp_ra_drop drop = bgp_ra_read(packet, &ra);
	if (drop != BGP_RA_GOOD) {
		watch->dropped[drop]++;
		protocol_trace(&bgp->protocol, DEBUG_PACKETS,
			       "Advertisement on %s discarded: %s", watch->link->name,
			       bgp_ra_drop_name(drop));
		return;
	}
	if (link_has_addr(watch->link, packet->source) ||
	    bgp_dynamic_is_anothers(&bgp->protocol, packet->source, watch->link->name))
		return;
	watch->heard++;
	if (found_heard(bgp, watch->link, packet->source, ra.lifetime * USEC_S, &why) ==
	    NULL)
		full_tell(bgp, why);
}

static void
ras_receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
	    size_t count)
{
	struct watch *watch = context;
	(void)udp;
	for (size_t i = 0; i < count; i++)
		ra_heard(watch, &packets[i]);
}

static const struct sys_udp_ops ra_ops = { .receive = ras_receive };

/* What does not work is said once. */
static void
watch_result(struct watch *watch, int error)
{
	if (error != 0 && !watch->cannot)
		protocol_log(&watch->bgp->protocol, LOG_ERROR,
			     "Cannot look for neighbours on %s: %s", watch->link->name,
			     text_error(error));
	watch->cannot = error != 0;
}

static int
watch_open(struct watch *watch)
{
	const struct link *link = watch->link;
	struct sys *sys = link->router->sys;
	struct sys_udp_args args = {
		.local = addr_any,
		.index = link->interface->sys.index,
		.group = all_nodes,
		.ttl = BGP_RA_HOPS,
		.tells_ttl = true,
		.icmp6_type = BGP_RA_TYPE,
	};
	if (watch->udp != NULL)
		return 0;
	return sys->class->udp_open(sys, &args, &ra_ops, watch, &watch->udp);
}

static int
watch_send(const struct watch *watch, struct addr group,
	   void (*write)(struct wire_out *out))
{
	const struct link *link = watch->link;
	uint8_t bytes[BGP_RA_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	write(&out);
	return link->router->sys->class->udp_send(watch->udp, link->interface->sys.index,
						  link->local, group, 0, bytes,
						  wire_used(&out));
}

/* As long as nobody is found, who advertises seldom is asked to do so. */
static int
watch_tell(struct watch *watch)
{
	int error = watch_open(watch);
	if (error == 0)
		error = watch_send(watch, all_nodes, bgp_ra_write);
	if (error == 0 && !is_any_found_on(watch->bgp->discover, watch->link))
		error = watch_send(watch, all_routers, bgp_rs_write);
	return error;
}

static void
tell_fire(struct timer *timer)
{
	struct watch *watch = container_of(timer, struct watch, tell);
	int error = watch_tell(watch);
	watch_result(watch, error);
	watch->sent += error == 0;
	watch->told = router_now(timer->router);
	timer_start(timer, watch->sent < TELL_FIRST
				   ? TELL_LEAST
				   : router_jitter(timer->router, TELL_INTERVAL * 3 / 4,
						   TELL_INTERVAL));
}

/* ---- where ---- */

static void
watch_free(struct watch *watch)
{
	timer_stop(&watch->tell);
	watch->link->router->sys->class->udp_close(watch->udp);
	list_remove(&watch->list);
	mem_free(watch);
}

static void
watch_new(struct bgp *bgp, struct link *link)
{
	struct watch *watch = mem_zalloc(sizeof(*watch));
	watch->bgp = bgp;
	watch->link = link;
	timer_init(&watch->tell, bgp->protocol.router, tell_fire);
	list_push_back(&bgp->discover->watches, &watch->list);
	watch_result(watch, watch_open(watch));
	timer_start(&watch->tell, 0);
}

bool
bgp_discover_covers(const struct protocol *protocol, const struct link *link)
{
	const struct bgp_config *config = bgp_config(protocol);
	return config->remote.is_found && link != NULL && !link->gone &&
	       !link->loopback && interface_pattern_matches(config->interfaces, link);
}

static bool
is_to_watch(const struct bgp *bgp, const struct link *link)
{
	return bgp_discover_covers(&bgp->protocol, link) && link->up &&
	       link->transport == NULL && link->interface != NULL &&
	       !addr_is_any(link->local);
}

static bool
is_watched(const struct bgp_discover *discover, const struct link *link)
{
	list_each(watch, &discover->watches, struct watch, list)
		if (watch->link == link)
			return true;
	return false;
}

void
bgp_discover_look(struct bgp *bgp)
{
	struct bgp_discover *discover = bgp->discover;
	if (discover == NULL)
		return;
	list_each_safe(watch, &discover->watches, struct watch, list)
		if (!is_to_watch(bgp, watch->link))
			watch_free(watch);
	list_each_safe(found, &discover->found, struct found, list)
		if (!bgp_discover_covers(&bgp->protocol, found->link))
			found_forget(found, "its link is not looked at any more");
	list_each(link, &bgp->protocol.router->links, struct link, link)
		if (is_to_watch(bgp, link) && !is_watched(discover, link))
			watch_new(bgp, link);
}

/* ---- life ---- */

void
bgp_discover_start(struct bgp *bgp)
{
	if (!bgp_config(&bgp->protocol)->remote.is_found)
		return;
	bgp->discover = mem_zalloc(sizeof(*bgp->discover));
	list_init(&bgp->discover->watches);
	list_init(&bgp->discover->found);
	bgp_discover_look(bgp);
}

void
bgp_discover_stop(struct bgp *bgp)
{
	struct bgp_discover *discover = bgp->discover;
	if (discover == NULL)
		return;
	list_each_safe(watch, &discover->watches, struct watch, list)
		watch_free(watch);
	list_each_safe(found, &discover->found, struct found, list)
		found_free(found);
	mem_free(discover);
	bgp->discover = NULL;
}

/* ---- what others see ---- */

static const struct out_column columns[] = {
	{ "link", "Link", 12, OUT_LEFT },
	{ "sent", "Sent", 6, OUT_RIGHT },
	{ "heard", "Heard", 6, OUT_RIGHT },
	{ "discarded", "Discarded", 9, OUT_RIGHT },
	{ "neighbours", "Neighbours", 10, OUT_RIGHT },
	{ "discarded_mostly_for", "For", 0, OUT_LEFT },
};

static void
watch_show(const struct watch *watch, struct out *out)
{
	uint64_t dropped = 0, neighbours = 0;
	enum bgp_ra_drop most = BGP_RA_GOOD;
	for (enum bgp_ra_drop drop = BGP_RA_GOOD; drop < BGP_RA_DROPS; drop++) {
		dropped += watch->dropped[drop];
		if (watch->dropped[drop] > watch->dropped[most])
			most = drop;
	}
	list_each(found, &watch->bgp->discover->found, struct found, list)
		neighbours += found->link == watch->link;
	out_row(out);
	out_str(out, "link", watch->link->name);
	out_u64(out, "sent", watch->sent);
	out_u64(out, "heard", watch->heard);
	out_u64(out, "discarded", dropped);
	out_u64(out, "neighbours", neighbours);
	out_str(out, "discarded_mostly_for", bgp_ra_drop_name(most));
}

const char *
bgp_discover_reason(const struct bgp *bgp)
{
	if (list_is_empty(&bgp->discover->watches))
		return "no interface of such a name is up and has a link-local address";
	return "no router was heard on its links, and none has connected";
}

void
bgp_discover_show(const struct bgp *bgp, struct out *out)
{
	if (bgp->discover == NULL)
		return;
	out_table(out, "advertisements", columns, ARRAY_SIZE(columns));
	list_each(watch, &bgp->discover->watches, struct watch, list)
		watch_show(watch, out);
	out_table_end(out);
}
