/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers.  Each is a link, which is up while the peer answers: probes go out at every
 * keepalive, and only an answer proves that packets get there and back.
 *
 *                an answer, and the interface is up
 *        down ----------------------------------------> up
 *         ^                                              |
 *         '----------------------------------------------'
 *          no answer for 3.5 keepalives, or no interface
 */
#include "transport/plain/plain.h"

#include <string.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"

#define NAME_ROOM   256
#define MEMORY      8 /* Loss and round-trip time are averages over about so many. */
#define JITTER      8 /* Probes come up to an eighth of the keepalive earlier. */
#define LOSS_ALWAYS 65536

static void probe_fire(struct timer *timer);
static void silence_fire(struct timer *timer);
static void state_update(struct plain_peer *peer);

/* How long a peer may be silent. */
static usec_t
patience(const struct plain_peer *peer)
{
	return peer->config->keepalive * 7 / 2;
}

struct plain_peer *
plain_peer_new(struct plain *plain, const struct plain_peer_config *config)
{
	struct plain_peer *peer = pool_alloc(plain->transport.pool, sizeof(*peer));
	struct router *router = plain->transport.router;
	char name[NAME_ROOM];

	peer->plain = plain;
	text_format(name, sizeof(name), "%s/%s", plain->transport.name, config->name);
	peer->link = link_new(&plain->transport, name, NULL);
	peer->link->context = peer;
	peer->link->peer_name = mem_strdup(config->name);
	timer_init(&peer->probe, router, probe_fire);
	timer_init(&peer->silence, router, silence_fire);
	list_push_back(&plain->peers, &peer->list);
	plain_peer_configure(peer, config);
	plain_peer_interface(peer);
	timer_start(&peer->probe, 0);
	return peer;
}

void
plain_peer_free(struct plain_peer *peer)
{
	struct plain *plain = peer->plain;

	timer_stop(&peer->probe);
	timer_stop(&peer->silence);
	plain_routes_forget(plain, peer);
	link_gone(peer->link);
	list_remove(&peer->list);
	pool_release(plain->transport.pool, peer);
}

void
plain_peer_configure(struct plain_peer *peer, const struct plain_peer_config *config)
{
	const struct plain_peer_config *old = peer->config;
	struct plain *plain = peer->plain;

	for (uint32_t i = 0; old && i < old->addresses.count; i++)
		plain_route_clear(plain, &old->addresses.list[i], peer, true);
	peer->link->peer = addr_any;
	for (uint32_t i = 0; i < config->addresses.count; i++) {
		const struct prefix *net = &config->addresses.list[i];
		plain_route_set(plain, net, peer, true);
		if (net->length == 128 && addr_is_link_local(net->addr))
			peer->link->peer = net->addr;
	}
	/* One that has moved stays where it is, unless its place was rewritten. */
	if (!old || memcmp(&old->endpoint, &config->endpoint, sizeof(old->endpoint)) != 0)
		peer->endpoint = config->endpoint;
	peer->config = config;
	timer_start_earlier(&peer->probe, config->keepalive);
}

struct plain_peer *
plain_peer_find(const struct plain *plain, const char *name)
{
	list_each(peer, &plain->peers, struct plain_peer, list)
		if (!strcmp(peer->config->name, name))
			return peer;
	return NULL;
}

struct plain_peer *
plain_peer_of(const struct plain *plain, const struct plain_endpoint *from, uint16_t tag)
{
	list_each(peer, &plain->peers, struct plain_peer, list)
		if (peer->config->tag == tag &&
		    (peer->config->roaming ||
		     (addr_equal(peer->endpoint.addr, from->addr) &&
		      peer->endpoint.port == from->port)))
			return peer;
	return NULL;
}

void
plain_peer_interface(struct plain_peer *peer)
{
	link_set_interface(peer->link, peer->plain->interface);
	state_update(peer);
}

static void
state_update(struct plain_peer *peer)
{
	const struct interface *interface = peer->plain->interface;
	bool up = timer_is_running(&peer->silence) && interface &&
		  interface->sys.flags & SYS_IF_UP;

	if (up != peer->link->up)
		plain_trace(peer->plain, "%s is %s", peer->link->name,
			    up ? "up" : "down");
	link_set_up(peer->link, up);
}

static void
probe_fire(struct timer *timer)
{
	struct plain_peer *peer = container_of(timer, struct plain_peer, probe);
	struct router *router = timer->router;
	usec_t keepalive = peer->config->keepalive;
	const struct plain_packet probe = { .type = PLAIN_PROBE,
					    .clock = (uint64_t)router_now(router) };

	if (peer->link->up) {
		uint32_t lost = peer->answered ? 0 : LOSS_ALWAYS;
		peer->link->loss = (peer->link->loss * (MEMORY - 1) + lost) / MEMORY;
	}
	peer->answered = false;
	peer->plain->drops[plain_send(peer, &probe)]++;
	timer_start(timer,
		    router_jitter(router, keepalive - keepalive / JITTER, keepalive));
}

static void
silence_fire(struct timer *timer)
{
	struct plain_peer *peer = container_of(timer, struct plain_peer, silence);

	state_update(peer);
	peer->link->rtt = USEC_NEVER;
	peer->link->loss = 0;
}

static enum plain_drop
answer_take(struct plain_peer *peer, uint64_t clock, usec_t received)
{
	struct link *link = peer->link;
	usec_t now = router_now(link->router);

	if (clock > (uint64_t)now || now - (usec_t)clock > patience(peer))
		return PLAIN_STALE;
	usec_t rtt = MAX(received - (usec_t)clock, 0);
	link->rtt =
		link->rtt == USEC_NEVER ? rtt : (link->rtt * (MEMORY - 1) + rtt) / MEMORY;
	link->alive = received;
	peer->answered = true;
	timer_start(&peer->silence, patience(peer));
	state_update(peer);
	return PLAIN_GOOD;
}

enum plain_drop
plain_peer_probed(struct plain_peer *peer, const struct plain_packet *packet,
		  const struct plain_endpoint *from, usec_t received)
{
	const struct plain_packet answer = { .type = PLAIN_REPLY,
					     .clock = packet->clock };
	usec_t now = router_now(peer->link->router);

	peer->endpoint = *from;
	if (packet->type == PLAIN_REPLY)
		return answer_take(peer, packet->clock, received);
	/* Whoever has just come needn't wait for our next probe; but no storms. */
	if (!timer_is_running(&peer->silence) &&
	    timer_due(&peer->probe) - now > peer->config->keepalive / 2)
		timer_start(&peer->probe, 0);
	return plain_send(peer, &answer);
}
