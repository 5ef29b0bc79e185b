/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol bfd: which sessions there are, because somebody asks for them (nest/bfd.h),
 * and the packets to and from them (RFC 5881, RFC 5883).
 */
#include "proto/bfd/bfd.h"

#include "interface_version.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "nest/module.h"
#include <errno.h>

#define PORT_SINGLE_HOP 3784   /* RFC 5881 §4 */
#define PORT_MULTIHOP   4784   /* RFC 5883 §5 */
#define PORT_FIRST      49152u /* RFC 5881 §4: ports that we send from. */
#define PORT_COUNT      16384u
#define PORT_TRIES      16
#define TTL             255  /* RFC 5881 §5 */
#define PRIORITY        7    /* Of what is sent: before the rest. */
#define TOS             0xc0 /* CS6 */
#define TOLD_MOST       20u  /* Lines about a neighbour a minute. */
#define TOLD_TIME       (60 * USEC_S)

/* A session that the configuration asks for. */
struct bfd_wanted {
	struct list link;
	struct bfd_request request;
};

static int sockets_open(struct bfd *bfd);
static void receive_close(struct bfd *bfd);
static void sockets_close(struct bfd *bfd);
static void packets_receive(void *context, struct sys_udp *udp,
			    const struct sys_udp_packet *packets, size_t count);
static void wanted_open(struct bfd *bfd);
static void wanted_close(struct bfd *bfd);
static void wanted_changed(struct bfd_request *request);
static bool provider_take(struct bfd_provider *provider, struct bfd_request *request);
static void provider_drop(struct bfd_provider *provider, struct bfd_request *request);
static void provider_update(struct bfd_provider *provider, struct bfd_request *request);
static struct bfd_neighbour *neighbour_get(struct bfd *bfd,
					   const struct bfd_neighbour *key);
static void neighbour_options(const struct bfd_neighbour *neighbour,
			      struct bfd_options *options);
static void neighbour_free(struct bfd_neighbour *neighbour);
static void session_send(struct bfd_session *session, const struct bfd_packet *packet);
static void session_changed(struct bfd_session *session);
static void quiet_fire(struct timer *timer);
static bool reap_run(struct job *job, unsigned budget);

/* ---- life ---- */

static int
bfd_start(struct protocol *protocol)
{
	struct bfd *bfd = bfd_of(protocol);
	hash_init(&bfd->neighbours);
	hash_init(&bfd->ends);
	list_init(&bfd->wanted);
	job_init(&bfd->reap, protocol->router, reap_run);
	int error = sockets_open(bfd);
	if (error) {
		sockets_close(bfd);
		return error;
	}
	protocol_set_state(protocol, PROTOCOL_UP);
	bfd->provider.take = provider_take;
	bfd->provider.drop = provider_drop;
	bfd->provider.update = provider_update;
	bfd_provider_open(protocol->router, &bfd->provider);
	wanted_open(bfd);
	return 0;
}

/* Nothing is left of it. */
static void
bfd_end(struct bfd *bfd)
{
	hash_each(neighbour, &bfd->neighbours, struct bfd_neighbour, node)
		neighbour_free(neighbour);
	job_cancel(&bfd->reap);
	hash_fini(&bfd->neighbours);
	hash_fini(&bfd->ends);
	sockets_close(bfd);
}

/* Neighbours hear of it for a while; the ports are free for another instance. */
static void
bfd_stop(struct protocol *protocol)
{
	struct bfd *bfd = bfd_of(protocol);
	wanted_close(bfd);
	bfd->stopping = true;
	hash_each(neighbour, &bfd->neighbours, struct bfd_neighbour, node)
		bfd_session_stop(&neighbour->session);
	bfd_provider_close(&bfd->provider);
	receive_close(bfd);
	job_schedule(&bfd->reap);
}

static bool
bfd_is_stopped(const struct protocol *protocol)
{
	return !((const struct bfd *)protocol)->stopping;
}

/* A router that leaves for a restart has not failed: its neighbours are told once, as
 * nobody is left to repeat it. */
static void
bfd_abandon(struct protocol *protocol)
{
	struct bfd *bfd = bfd_of(protocol);
	wanted_close(bfd);
	hash_each(neighbour, &bfd->neighbours, struct bfd_neighbour, node)
		bfd_session_stop(&neighbour->session);
	bfd_provider_close(&bfd->provider);
	bfd_end(bfd);
}

static void
bfd_reconfigure(struct protocol *protocol, const void *old, const struct conf_diff *diff)
{
	struct bfd *bfd = bfd_of(protocol);
	(void)old;
	(void)diff;
	/* A session that is asked for again before it is reaped goes on. */
	wanted_close(bfd);
	wanted_open(bfd);
	hash_each(neighbour, &bfd->neighbours, struct bfd_neighbour, node) {
		struct bfd_options options;
		neighbour_options(neighbour, &options);
		bfd_session_options(&neighbour->session, &options);
	}
	bfd_provider_retry(&bfd->provider);
}

/* What waited for an interface or an address may have it now. */
static void
bfd_link_event(struct protocol *protocol, struct link *link, enum link_event event)
{
	struct bfd *bfd = bfd_of(protocol);
	(void)link;
	if (event == LINK_UP || event == LINK_CHANGED)
		bfd_provider_retry(&bfd->provider);
}

static void
bfd_address_event(struct protocol *protocol, struct interface *interface,
		  const struct sys_address *address, bool gone)
{
	(void)interface;
	(void)address;
	if (!gone)
		bfd_provider_retry(&bfd_of(protocol)->provider);
}

/* ---- sockets ---- */

static const struct sys_udp_ops socket_ops = { .receive = packets_receive };

static void
packets_ignore(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
	       size_t count)
{
	(void)context;
	(void)udp;
	(void)packets;
	(void)count;
}

static const struct sys_udp_ops send_ops = { .receive = packets_ignore };

static int
send_open(struct bfd *bfd, unsigned family, struct addr any)
{
	struct router *router = bfd->protocol.router;
	struct sys_udp_args args = {
		.local = any, .ttl = TTL, .tos = TOS, .priority = PRIORITY
	};
	int error = -EADDRINUSE;
	for (unsigned i = 0; i < PORT_TRIES && error == -EADDRINUSE; i++) {
		args.port = (uint16_t)(PORT_FIRST + router_random(router, PORT_COUNT));
		error = router->sys->class->udp_open(router->sys, &args, &send_ops, bfd,
						     &bfd->send[family]);
	}
	if (error)
		bfd->send[family] = NULL;
	return error;
}

/* Without IPv6 there are sessions over IPv4 all the same. */
static int
sockets_open(struct bfd *bfd)
{
	struct sys *sys = bfd->protocol.router->sys;
	for (unsigned family = 0; family < 2; family++) {
		struct addr any = family == 0 ? addr_from_ip4(0) : addr_any;
		for (unsigned hops = 0; hops < BFD_HOPS; hops++) {
			struct bfd_socket *socket = &bfd->receive[family][hops];
			struct sys_udp_args args = {
				.local = any,
				.port = hops == BFD_SINGLE_HOP ? PORT_SINGLE_HOP
							       : PORT_MULTIHOP,
				.ttl = TTL,
				.priority = -1,
				.tells_ttl = true,
			};
			*socket = (struct bfd_socket){ .bfd = bfd, .hops = hops };
			int error = sys->class->udp_open(sys, &args, &socket_ops, socket,
							 &socket->udp);
			if (!error)
				continue;
			socket->udp = NULL;
			if (family == 0 || error == -EADDRINUSE)
				return error;
		}
		int error = send_open(bfd, family, any);
		if (error && family == 0)
			return error;
	}
	return 0;
}

static void
receive_close(struct bfd *bfd)
{
	struct sys *sys = bfd->protocol.router->sys;
	for (unsigned family = 0; family < 2; family++)
		for (unsigned hops = 0; hops < BFD_HOPS; hops++) {
			sys->class->udp_close(bfd->receive[family][hops].udp);
			bfd->receive[family][hops].udp = NULL;
		}
}

static void
sockets_close(struct bfd *bfd)
{
	struct sys *sys = bfd->protocol.router->sys;
	receive_close(bfd);
	for (unsigned family = 0; family < 2; family++) {
		sys->class->udp_close(bfd->send[family]);
		bfd->send[family] = NULL;
	}
}

static bool
neighbour_is(const struct bfd_neighbour *neighbour, const struct bfd_neighbour *key)
{
	return addr_equal(neighbour->addr, key->addr) &&
	       addr_equal(neighbour->local, key->local) &&
	       neighbour->index == key->index && neighbour->multihop == key->multihop;
}

static uint32_t
ends_hash(const struct bfd *bfd, const struct bfd_neighbour *key)
{
	uint32_t seed = bfd->protocol.router->hash_seed ^ key->index ^ key->multihop;
	uint32_t hash = hash_bytes(key->addr.bytes, sizeof(key->addr.bytes), seed);
	return hash_bytes(key->local.bytes, sizeof(key->local.bytes), hash);
}

/* RFC 5880 §6.8.6: by the discriminator where it is known, else by the addresses. */
static struct bfd_neighbour *
neighbour_find(const struct bfd *bfd, const struct bfd_neighbour *key,
	       uint32_t discriminator)
{
	struct hash_node *node;
	if (discriminator != 0) {
		node = hash_find(&bfd->neighbours, discriminator);
		struct bfd_neighbour *neighbour =
			node ? container_of(node, struct bfd_neighbour, node) : NULL;
		return neighbour && neighbour_is(neighbour, key) ? neighbour : NULL;
	}
	for (node = hash_find(&bfd->ends, ends_hash(bfd, key)); node;
	     node = hash_find_next(node)) {
		struct bfd_neighbour *neighbour =
			container_of(node, struct bfd_neighbour, ends);
		if (neighbour_is(neighbour, key))
			return neighbour;
	}
	return NULL;
}

static enum bfd_drop
packet_take(const struct bfd_socket *socket, const struct sys_udp_packet *datagram)
{
	struct bfd_packet packet;
	bool multihop = socket->hops == BFD_MULTIHOP;
	const struct bfd_neighbour key = { .addr = datagram->source,
					   .local = datagram->destination,
					   .index = multihop ? 0 : datagram->index,
					   .multihop = multihop };
	/* RFC 5881 §5. */
	if (!multihop && datagram->ttl != TTL)
		return BFD_DROP_TTL;
	enum bfd_drop drop = bfd_packet_read(datagram->bytes, datagram->size, &packet);
	if (drop != BFD_DROP_NONE)
		return drop;
	struct bfd_neighbour *neighbour =
		neighbour_find(socket->bfd, &key, packet.your_discriminator);
	if (!neighbour || neighbour->session.state == BFD_ADMIN_DOWN)
		return BFD_DROP_SESSION;
	bfd_session_receive(&neighbour->session, &packet);
	return BFD_DROP_NONE;
}

static void
packets_receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
		size_t count)
{
	struct bfd_socket *socket = context;
	(void)udp;
	for (size_t i = 0; i < count; i++)
		socket->bfd->drops[packet_take(socket, &packets[i])]++;
}

static void
session_send(struct bfd_session *session, const struct bfd_packet *packet)
{
	struct bfd_neighbour *neighbour =
		container_of(session, struct bfd_neighbour, session);
	struct bfd *bfd = neighbour->bfd;
	struct sys_udp *udp = bfd->send[addr_is_ip4(neighbour->addr) ? 0 : 1];
	uint8_t bytes[BFD_PACKET_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bfd_packet_write(&out, packet);
	/* One that can't be sent is one that is lost. */
	if (udp)
		bfd->protocol.router->sys->class->udp_send(
			udp, neighbour->index, neighbour->local, neighbour->addr,
			neighbour->multihop ? PORT_MULTIHOP : PORT_SINGLE_HOP, bytes,
			wire_used(&out));
}

/* ---- what the configuration asks for ---- */

static void
wanted_open(struct bfd *bfd)
{
	struct router *router = bfd->protocol.router;
	list_each(neighbor, &bfd_config(bfd)->neighbors, struct bfd_neighbor_config,
		  link) {
		struct bfd_wanted *wanted = mem_zalloc(sizeof(*wanted));
		struct interface *interface =
			neighbor->interface ? interface_find(router, neighbor->interface)
					    : NULL;
		wanted->request.addr = neighbor->addr;
		wanted->request.local = neighbor->local;
		wanted->request.index = interface ? interface->sys.index : 0;
		wanted->request.multihop = neighbor->multihop;
		wanted->request.changed = wanted_changed;
		list_push_back(&bfd->wanted, &wanted->link);
		bfd_request_open(router, &wanted->request);
	}
}

static void
wanted_close(struct bfd *bfd)
{
	list_each_safe(wanted, &bfd->wanted, struct bfd_wanted, link) {
		bfd_request_close(&wanted->request);
		list_remove(&wanted->link);
		mem_free(wanted);
	}
}

static void
wanted_changed(struct bfd_request *request)
{
	(void)request;
}

/* ---- requests ---- */

static struct addr
local_of(const struct link *link, struct addr addr)
{
	if (addr_is_link_local(addr))
		return link->local;
	list_each(address, &link->interface->addresses, struct interface_address, link)
		if (prefix_has_addr(&address->sys.prefix, addr))
			return address->sys.addr;
	return addr_is_ip4(addr) ? link->local4 : addr_any;
}

/* False: there is no way to it yet. */
static bool
key_make(struct bfd *bfd, const struct bfd_request *request, struct bfd_neighbour *key)
{
	struct router *router = bfd->protocol.router;
	const struct bfd_accept *accept = &bfd_config(bfd)->accept;
	*key = (struct bfd_neighbour){ .addr = request->addr,
				       .local = request->local,
				       .multihop = request->multihop };
	if (addr_is_ip4(key->addr) ? !accept->ip4 : !accept->ip6)
		return false;
	if (key->multihop)
		return accept->multihop && !addr_is_any(key->local);
	struct interface *interface = interface_at(router, request->index);
	struct link *link = interface ? interface->own_link
				      : link_of_addr(router, request->addr, NULL);
	if (!accept->direct || !link || !link->interface)
		return false;
	key->index = link->interface->sys.index;
	if (addr_is_any(key->local))
		key->local = local_of(link, key->addr);
	return !addr_is_any(key->local);
}

/* RFC 5882 §3.2: that the neighbour disabled it is no failure of the way. */
static enum bfd_state
state_told(const struct bfd_session *session)
{
	return session->state == BFD_DOWN && session->remote_state == BFD_ADMIN_DOWN
		       ? BFD_ADMIN_DOWN
		       : session->state;
}

static bool
provider_take(struct bfd_provider *provider, struct bfd_request *request)
{
	struct bfd *bfd = container_of(provider, struct bfd, provider);
	struct bfd_neighbour key;
	struct bfd_options options;
	if (!key_make(bfd, request, &key))
		return false;
	struct bfd_neighbour *neighbour = neighbour_get(bfd, &key);
	request->session = neighbour;
	request->state = state_told(&neighbour->session);
	request->diagnostic = neighbour->session.diagnostic;
	neighbour_options(neighbour, &options);
	bfd_session_options(&neighbour->session, &options);
	return true;
}

static void
provider_drop(struct bfd_provider *provider, struct bfd_request *request)
{
	(void)request;
	job_schedule(&container_of(provider, struct bfd, provider)->reap);
}

static void
provider_update(struct bfd_provider *provider, struct bfd_request *request)
{
	struct bfd_neighbour *neighbour = request->session;
	struct bfd_options options;
	(void)provider;
	neighbour_options(neighbour, &options);
	bfd_session_options(&neighbour->session, &options);
}

/* ---- neighbours ---- */

uint32_t
bfd_neighbour_uses(const struct bfd_neighbour *neighbour)
{
	uint32_t uses = 0;
	list_each(request, &neighbour->bfd->protocol.router->bfd_requests,
		  struct bfd_request, link)
		uses += request->session == neighbour;
	return uses;
}

/* One that is being left, by this instance or by another that stops, is met anew: it
 * would take the AdminDown of the former session for that of the new one, and be down by
 * turns. */
static void
neighbour_forget(const struct bfd *bfd, const struct bfd_neighbour *key)
{
	list_each(protocol, &bfd->protocol.router->protocols, struct protocol, link) {
		struct bfd *one = bfd_of(protocol);
		if (protocol->class->commands != bfd_commands ||
		    (one != bfd && !one->stopping))
			continue;
		struct bfd_neighbour *neighbour = neighbour_find(one, key, 0);
		if (!neighbour || neighbour->session.state != BFD_ADMIN_DOWN)
			continue;
		neighbour_free(neighbour);
		job_schedule(&one->reap);
	}
}

static struct bfd_neighbour *
neighbour_get(struct bfd *bfd, const struct bfd_neighbour *key)
{
	struct router *router = bfd->protocol.router;
	struct bfd_neighbour *neighbour = neighbour_find(bfd, key, 0);
	uint32_t discriminator;
	struct bfd_options options;
	if (neighbour && neighbour->session.state != BFD_ADMIN_DOWN)
		return neighbour;
	neighbour_forget(bfd, key);
	do
		discriminator = (uint32_t)sys_random(router->sys, sizeof(discriminator));
	while (discriminator == 0 || hash_find(&bfd->neighbours, discriminator));
	neighbour = mem_dup(key, sizeof(*key));
	neighbour->bfd = bfd;
	neighbour->session.send = session_send;
	neighbour->session.changed = session_changed;
	timer_init(&neighbour->quiet, router, quiet_fire);
	hash_insert(&bfd->neighbours, &neighbour->node, discriminator);
	hash_insert(&bfd->ends, &neighbour->ends, ends_hash(bfd, key));
	neighbour_options(neighbour, &options);
	bfd_session_start(&neighbour->session, router, &options, discriminator);
	return neighbour;
}

static void
neighbour_free(struct bfd_neighbour *neighbour)
{
	timer_stop(&neighbour->quiet);
	bfd_session_end(&neighbour->session);
	hash_remove(&neighbour->bfd->neighbours, &neighbour->node);
	hash_remove(&neighbour->bfd->ends, &neighbour->ends);
	mem_free(neighbour);
}

static const struct bfd_options *
options_configured(const struct bfd_neighbour *neighbour)
{
	const struct bfd_config *config = bfd_config(neighbour->bfd);
	struct interface *interface =
		interface_at(neighbour->bfd->protocol.router, neighbour->index);
	if (!neighbour->multihop && interface && interface->own_link)
		list_each(block, &config->interfaces, struct bfd_interface_config,
			  common.link)
			if (interface_pattern_matches(block->common.patterns,
						      interface->own_link))
				return &block->options;
	return &config->multihop.options;
}

static usec_t
least(usec_t now, usec_t asked)
{
	return asked != 0 && (now == 0 || asked < now) ? asked : now;
}

/* What the configuration says, unless those who ask say something: then the fastest of
 * them, and the most patient. */
static void
neighbour_options(const struct bfd_neighbour *neighbour, struct bfd_options *options)
{
	const struct bfd_options *configured = options_configured(neighbour);
	struct bfd_options asked = { .passive = true };
	bool is_passive = false;
	list_each(request, &neighbour->bfd->protocol.router->bfd_requests,
		  struct bfd_request, link) {
		const struct bfd_options *by = &request->options;
		if (request->session != neighbour)
			continue;
		asked.min_rx = least(asked.min_rx, by->min_rx);
		asked.min_tx = least(asked.min_tx, by->min_tx);
		asked.idle_tx = least(asked.idle_tx, by->idle_tx);
		asked.multiplier = MAX(asked.multiplier, by->multiplier);
		asked.passive &= by->passive;
		is_passive = asked.passive;
	}
	*options = *configured;
	options->min_rx = asked.min_rx ? asked.min_rx : options->min_rx;
	options->min_tx = asked.min_tx ? asked.min_tx : options->min_tx;
	options->idle_tx = asked.idle_tx ? asked.idle_tx : options->idle_tx;
	options->multiplier = asked.multiplier ? asked.multiplier : options->multiplier;
	options->passive |= is_passive;
	/* As they are in packets; 0 is reserved. */
	options->min_rx = MIN(MAX(options->min_rx, 1), UINT32_MAX);
	options->min_tx = MIN(MAX(options->min_tx, 1), UINT32_MAX);
	options->idle_tx = MIN(options->idle_tx, UINT32_MAX);
}

/* One that changes without end writes no lines without end; the last is what it is then.
 */
static void
change_log(struct bfd_neighbour *neighbour)
{
	const struct protocol *protocol = &neighbour->bfd->protocol;
	usec_t now = router_now(protocol->router);
	char addr[ADDR_TEXT];
	if (timer_is_running(&neighbour->quiet))
		return;
	if (now - neighbour->told_since >= TOLD_TIME) {
		neighbour->told_since = now;
		neighbour->told = 0;
	}
	addr_format(neighbour->addr, addr);
	if (neighbour->told++ < TOLD_MOST) {
		protocol_log(protocol, LOG_INFO, "Session with %s is %s", addr,
			     bfd_state_name(neighbour->session.state));
		return;
	}
	protocol_log(protocol, LOG_WARNING,
		     "Session with %s changes so often that no more is said of it for a "
		     "minute",
		     addr);
	timer_start(&neighbour->quiet, TOLD_TIME);
}

static void
quiet_fire(struct timer *timer)
{
	struct bfd_neighbour *neighbour =
		container_of(timer, struct bfd_neighbour, quiet);
	neighbour->told = 0;
	neighbour->told_since = router_now(neighbour->bfd->protocol.router);
	change_log(neighbour);
}

/* Each is told once; it may open and close requests by that. */
static void
session_changed(struct bfd_session *session)
{
	struct bfd_neighbour *neighbour =
		container_of(session, struct bfd_neighbour, session);
	struct bfd *bfd = neighbour->bfd;
	enum bfd_state state = state_told(session);
	if (bfd_session_is_over(session)) {
		job_schedule(&bfd->reap);
		return;
	}
	change_log(neighbour);
	for (bool is_more = true; is_more;) {
		is_more = false;
		list_each(request, &bfd->protocol.router->bfd_requests,
			  struct bfd_request, link) {
			if (request->session != neighbour || request->state == state)
				continue;
			bfd_request_tell(request, state, session->diagnostic);
			is_more = true;
			break;
		}
	}
}

/* Those that nobody asks for any more; what the rest wants may be less now. */
static bool
reap_run(struct job *job, unsigned budget)
{
	struct bfd *bfd = container_of(job, struct bfd, reap);
	(void)budget;
	hash_each(neighbour, &bfd->neighbours, struct bfd_neighbour, node) {
		struct bfd_options options;
		if (bfd_neighbour_uses(neighbour) == 0) {
			bfd_session_stop(&neighbour->session);
			if (bfd_session_is_over(&neighbour->session))
				neighbour_free(neighbour);
			continue;
		}
		neighbour_options(neighbour, &options);
		bfd_session_options(&neighbour->session, &options);
	}
	if (bfd->stopping && bfd->neighbours.count == 0) {
		bfd->stopping = false;
		bfd_end(bfd);
		protocol_channel_flushed(&bfd->protocol);
	}
	return false;
}

/* ---- showing ---- */

static void
bfd_show(const struct protocol *protocol, struct out *out)
{
	const struct bfd *bfd = (const struct bfd *)protocol;
	uint32_t up = 0;
	hash_each(neighbour, &bfd->neighbours, struct bfd_neighbour, node)
		up += neighbour->session.state == BFD_UP;
	out_u64(out, "sessions", bfd->neighbours.count);
	out_u64(out, "sessions_up", up);
	for (unsigned i = BFD_DROP_NONE + 1; i < BFD_DROP_COUNT; i++)
		if (bfd->drops[i] > 0)
			out_u64(out, bfd_drop_name((enum bfd_drop)i), bfd->drops[i]);
}

static const struct protocol_class bfd_class = {
	.name = "bfd",
	.doc = "Bidirectional Forwarding Detection (RFC 5880).",
	.title = "BFD",
	.size = sizeof(struct bfd),
	.schema = &bfd_schema,
	.commands = bfd_commands,
	.start = bfd_start,
	.stop = bfd_stop,
	.abandon = bfd_abandon,
	.is_stopped = bfd_is_stopped,
	.reconfigure = bfd_reconfigure,
	.link_event = bfd_link_event,
	.address_event = bfd_address_event,
	.show = bfd_show,
};

static const struct protocol_class *const bfd_classes[] = { &bfd_class, NULL };

extern const struct module bfd_module;
const struct module bfd_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "bfd",
	.doc = "Bidirectional Forwarding Detection (RFC 5880).",
	.protocols = bfd_classes,
};
