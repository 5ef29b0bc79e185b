/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The laboratory: world, router and scripted peers.
 */
#include "test/unit/babel/lab.h"

#include <check.h>
#include <string.h>
#include "interface_version.h"
#include "lib/mem.h"
#include "nest/nexthop.h"
#include "nest/table.h"

#define HELLO_INTERVAL  100 /* Centiseconds. */
#define UPDATE_INTERVAL 400

static const struct addr group = { { 0xff, 0x02, [13] = 1, [15] = 6 } };

extern const struct module babel_module;

/* ---- a protocol that announces what a test says ---- */

static int
origin_start(struct protocol *protocol)
{
	protocol_set_state(protocol, PROTOCOL_UP);
	return 0;
}

static const struct protocol_class origin_class = {
	.name = "origin",
	.doc = "Announces what a test says.",
	.size = sizeof(struct protocol),
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6),
	.preference = 200,
	.source = RTS_STATIC,
	.start = origin_start,
};

static const struct protocol_class *const origin_classes[] = { &origin_class, NULL };

static const struct module origin_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "origin",
	.doc = "Announces what a test says.",
	.protocols = origin_classes,
};

static const struct module *const module_list[] = { &babel_module, &origin_module };
static const struct modules modules = { .list = module_list, .count = 2 };

static void
config_free(struct config *config)
{
	(void)config;
}

static const struct language language = { .config_free = config_free };

struct prefix
lab_net(const char *text)
{
	struct prefix prefix;
	bool host_bits = false;

	ck_assert_msg(prefix_parse(text, strlen(text), &prefix, &host_bits), "%s", text);
	return prefix;
}

void
lab_originate(struct lab *lab, const char *text, bool there)
{
	struct prefix net = lab_net(text);
	struct channel *channel = protocol_channel(lab->origin, (enum net_type)net.type);
	struct nexthop *nexthop = nexthop_special(lab->router, NEXTHOP_BLACKHOLE);
	struct attrs_draft draft;
	struct attrs *attrs;

	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop;
	attrs = attrs_intern(lab->router, &draft);
	attrs_draft_fini(&draft);
	channel_import(
		channel,
		&(struct route_update){ .net = &net, .attrs = there ? attrs : NULL }, 1);
	attrs_release(lab->router, attrs, 1);
	nexthop_release(lab->router, nexthop);
	router_kick(lab->router, router_now(lab->router));
	lab_run(lab, 0);
}

/* ---- peers ---- */

static void
peer_heard(struct lab_peer *peer, const struct babel_tlv *tlv, bool unicast)
{
	struct lab *lab = peer->lab;

	ck_assert_uint_lt(peer->heard_count, LAB_HEARD);
	peer->heard[peer->heard_count++] = (struct lab_heard){ .when = lab_now(lab),
							       .unicast = unicast,
							       .tlv = *tlv };
	if (tlv->type == BABEL_TLV_ACK_REQUEST && peer->acks) {
		struct babel_tlv ack = { .type = BABEL_TLV_ACK,
					 .ack = { .opaque = tlv->ack_request.opaque } };
		lab_say(peer, &ack);
	}
}

static void
peer_receive(void *context, struct sys_udp *udp, const struct sys_udp_packet *packets,
	     size_t count)
{
	struct lab_peer *peer = context;

	(void)udp;
	for (size_t i = 0; i < count; i++) {
		struct babel_reader reader;
		struct babel_tlv tlv;
		enum babel_drop drop;

		/* All that the router says must be good. */
		ck_assert_int_eq(babel_reader_open(&reader, packets[i].bytes,
						   packets[i].size, packets[i].source),
				 BABEL_DROP_NONE);
		ck_assert_uint_le(packets[i].size, 1500 - 48);
		ck_assert_uint_eq(packets[i].source_port, BABEL_PORT);
		peer->packets++;
		while (babel_reader_next(&reader, &tlv, &drop)) {
			ck_assert_str_eq(babel_drop_name(drop), "none");
			peer_heard(peer, &tlv,
				   !addr_is_multicast(packets[i].destination));
		}
	}
}

static const struct sys_udp_ops udp_ops = { .receive = peer_receive };

static void
ignore(void *context)
{
	(void)context;
}

static void
ignore_interface(void *context, const struct sys_interface *interface, bool gone)
{
	(void)context;
	(void)interface;
	(void)gone;
}

static void
ignore_address(void *context, const struct sys_address *address, bool gone)
{
	(void)context;
	(void)address;
	(void)gone;
}

static const struct sys_handler peer_handler = { .wake = ignore,
						 .interface_event = ignore_interface,
						 .address_event = ignore_address,
						 .interface_scan_done = ignore };

static struct addr
link_local_of(const struct sim_interface *interface)
{
	const struct sys_address *address = NULL;

	while ((address = sim_address_next(interface, address)))
		if (addr_is_link_local(address->addr))
			return address->addr;
	ck_abort_msg("no link-local address");
}

static void
peer_tick(struct sim_timer *timer)
{
	struct lab_peer *peer = container_of(timer, struct lab_peer, timer);

	if (peer->alive) {
		lab_say_hello(peer, peer->hello_seqno++, HELLO_INTERVAL, false);
		lab_say_ihu(peer, peer->rxcost);
	}
	sim_timer_start(peer->lab->world, timer, lab_now(peer->lab) + USEC_S);
}

struct lab_peer *
lab_peer_add(struct lab *lab, uint32_t flags)
{
	struct lab_peer *peer = &lab->peers[lab->peer_count];
	struct sys_udp_args args = {
		.port = BABEL_PORT, .group = group, .ttl = 1, .reuse = true
	};
	struct sim_quality quality = { .delay = 100 };
	char name[8] = "p0";
	struct sys *sys;

	ck_assert_uint_lt(lab->peer_count, LAB_PEERS);
	name[1] = (char)('0' + lab->peer_count++);
	peer->lab = lab;
	peer->rxcost = 96;
	peer->acks = true;
	peer->heard = mem_resize(NULL, LAB_HEARD, sizeof(*peer->heard));
	peer->node = sim_node_new(lab->world, name);
	peer->segment = sim_segment_new(lab->world, name, true);
	sim_segment_quality(peer->segment, &quality);
	peer->interface = sim_interface_new(peer->node, "eth0", flags, peer->segment);
	peer->router_interface = sim_interface_new(lab->node, name, flags, peer->segment);
	sys = sim_node_sys(peer->node);
	sys->class->attach(sys, &peer_handler, peer);
	args.index = sim_interface_info(peer->interface)->index;
	ck_assert_int_eq(sys->class->udp_open(sys, &args, &udp_ops, peer, &peer->udp), 0);
	peer->addr = link_local_of(peer->interface);
	peer->router_addr = link_local_of(peer->router_interface);
	sim_timer_init(&peer->timer, peer_tick);
	sim_timer_start(lab->world, &peer->timer,
			lab_now(lab) + USEC_S / 4 * lab->peer_count);
	return peer;
}

void
lab_say_bytes(struct lab_peer *peer, const void *bytes, size_t size)
{
	struct sys *sys = sim_node_sys(peer->node);

	ck_assert_int_eq(sys->class->udp_send(
				 peer->udp, sim_interface_info(peer->interface)->index,
				 peer->addr, peer->router_addr, BABEL_PORT, bytes, size),
			 0);
}

void
lab_say(struct lab_peer *peer, const struct babel_tlv *tlv)
{
	uint8_t packet[512];
	struct babel_writer writer;

	babel_writer_open(&writer, packet, sizeof(packet), peer->addr);
	ck_assert(babel_write_tlv(&writer, tlv));
	lab_say_bytes(peer, packet, babel_writer_close(&writer));
}

void
lab_say_hello(struct lab_peer *peer, uint16_t seqno, uint16_t interval, bool unicast)
{
	struct babel_tlv tlv = {
		.type = BABEL_TLV_HELLO,
		.hello = { .seqno = seqno, .interval = interval, .unicast = unicast }
	};

	lab_say(peer, &tlv);
}

void
lab_say_ihu(struct lab_peer *peer, uint16_t rxcost)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_IHU,
				 .ihu = { .addr = peer->router_addr,
					  .rxcost = rxcost,
					  .interval = 3 * HELLO_INTERVAL } };

	lab_say(peer, &tlv);
}

void
lab_say_update(struct lab_peer *peer, const char *net, uint64_t router_id, uint16_t seqno,
	       uint16_t metric)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_UPDATE,
				 .update = { .prefix = lab_net(net),
					     .router_id = router_id,
					     .seqno = seqno,
					     .metric = metric,
					     .interval = UPDATE_INTERVAL } };

	if (prefix_is_ip4(&tlv.update.prefix))
		tlv.update.next_hop = addr_from_ip4(0x0a630001);
	lab_say(peer, &tlv);
}

void
lab_say_request(struct lab_peer *peer, const char *net, uint64_t router_id,
		uint16_t seqno, uint8_t hop_count)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_SEQNO_REQUEST,
				 .seqno_request = { .prefix = lab_net(net),
						    .router_id = router_id,
						    .seqno = seqno,
						    .hop_count = hop_count } };

	lab_say(peer, &tlv);
}

void
lab_say_route_request(struct lab_peer *peer, const char *net)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_ROUTE_REQUEST,
				 .route_request = { .wildcard = net == NULL } };

	if (net)
		tlv.route_request.prefix = lab_net(net);
	lab_say(peer, &tlv);
}

void
lab_forget(struct lab_peer *peer)
{
	peer->heard_count = 0;
	peer->packets = 0;
}

static const struct prefix *
tlv_prefix(const struct babel_tlv *tlv)
{
	switch (tlv->type) {
	case BABEL_TLV_UPDATE: return &tlv->update.prefix;
	case BABEL_TLV_ROUTE_REQUEST: return &tlv->route_request.prefix;
	case BABEL_TLV_SEQNO_REQUEST: return &tlv->seqno_request.prefix;
	default: return NULL;
	}
}

static bool
tlv_matches(const struct babel_tlv *tlv, enum babel_tlv_type type, const char *net)
{
	const struct prefix *prefix = tlv_prefix(tlv);
	struct prefix wanted;

	if (tlv->type != type)
		return false;
	if (!net || !prefix)
		return true;
	wanted = lab_net(net);
	return prefix_equal(prefix, &wanted);
}

const struct babel_update *
lab_update(const struct lab_peer *peer, const char *net)
{
	for (size_t i = peer->heard_count; i > 0; i--)
		if (tlv_matches(&peer->heard[i - 1].tlv, BABEL_TLV_UPDATE, net))
			return &peer->heard[i - 1].tlv.update;
	return NULL;
}

unsigned
lab_count(const struct lab_peer *peer, enum babel_tlv_type type, const char *net)
{
	unsigned count = 0;

	for (size_t i = 0; i < peer->heard_count; i++)
		count += tlv_matches(&peer->heard[i].tlv, type, net);
	return count;
}

const struct lab_heard *
lab_last(const struct lab_peer *peer, enum babel_tlv_type type)
{
	for (size_t i = peer->heard_count; i > 0; i--)
		if (peer->heard[i - 1].tlv.type == type)
			return &peer->heard[i - 1];
	return NULL;
}

/* ---- the router ---- */

static void
channels_make(struct lab *lab, struct protocol_config *config)
{
	static const enum net_type types[] = { NET_IP4, NET_IP6 };

	list_init(&config->channels);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct channel_config *channel = &lab->channels[lab->channel_count++];

		channel->type = (uint8_t)types[i];
		list_push_back(&config->channels, &channel->link);
	}
}

struct lab *
lab_new(void)
{
	struct lab *lab = mem_zalloc(sizeof(*lab));
	struct babel_config *config = &lab->babel_config;

	lab->world = sim_world_new(1);
	lab->node = sim_node_new(lab->world, "r");
	config->common.name = "babel1";
	config->common.has_router_id = true;
	config->common.router_id = 0x0a000001;
	config->state_directory = "/var/lib/meshd";
	channels_make(lab, &config->common);
	list_init(&config->interfaces);
	lab->interface_config = (struct babel_interface_config){
		.common.patterns = &lab->pattern,
		.hello_interval = USEC_S,
		.update_interval = 4 * USEC_S,
		.port = BABEL_PORT,
	};
	list_push_back(&config->interfaces, &lab->interface_config.common.link);
	lab->origin_config.class = &origin_class;
	lab->origin_config.name = "origin1";
	channels_make(lab, &lab->origin_config);
	return lab;
}

static void
router_make(struct lab *lab)
{
	struct table_config tables[] = { { .name = "master4", .type = NET_IP4 },
					 { .name = "master6", .type = NET_IP6 } };

	lab->router = router_new(sim_node_sys(lab->node), &modules, &language);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		router_table_add(lab->router, &tables[i]);
	lab_run(lab, USEC_S / 100);
	lab->babel_config.common.class = module_find_protocol(lab->router, "babel");
	lab->origin = protocol_new(lab->router, &lab->origin_config);
	lab->babel = babel_of(protocol_new(lab->router, &lab->babel_config.common));
	protocol_enable(lab->origin);
	protocol_enable(&lab->babel->protocol);
	ck_assert_int_eq(lab->babel->protocol.state, PROTOCOL_UP);
}

void
lab_start(struct lab *lab)
{
	router_make(lab);
	lab_run(lab, 0);
}

static void
router_kill(struct lab *lab)
{
	if (!lab->router)
		return;
	sim_node_kill(lab->node);
	router_free(lab->router);
	lab->router = NULL;
	lab->babel = NULL;
	sim_node_settle(lab->node);
}

void
lab_restart(struct lab *lab)
{
	router_kill(lab);
	lab_start(lab);
}

void
lab_free(struct lab *lab)
{
	router_kill(lab);
	for (unsigned i = 0; i < lab->peer_count; i++) {
		sim_timer_stop(lab->world, &lab->peers[i].timer);
		sim_node_kill(lab->peers[i].node);
		mem_free(lab->peers[i].heard);
	}
	sim_world_free(lab->world);
	mem_free(lab);
}

usec_t
lab_now(const struct lab *lab)
{
	return sim_now(lab->world);
}

void
lab_run(struct lab *lab, usec_t time)
{
	usec_t until = lab_now(lab) + time;

	while (sim_due(lab->world) <= until) {
		sim_step(lab->world);
		if (lab->babel)
			babel_audit(&lab->babel->protocol, AUDIT_FULL);
	}
	sim_run(lab->world, until);
}

void
lab_meet(struct lab *lab)
{
	if (!lab->router)
		lab_start(lab);
	for (unsigned i = 0; i < lab->peer_count; i++)
		lab->peers[i].alive = true;
	lab_run(lab, 4 * USEC_S);
	for (unsigned i = 0; i < lab->peer_count; i++) {
		ck_assert_ptr_nonnull(lab_neighbour(&lab->peers[i]));
		ck_assert_uint_ne(lab_neighbour(&lab->peers[i])->cost, BABEL_INFINITY);
		lab_forget(&lab->peers[i]);
	}
}

struct babel_neighbour *
lab_neighbour(struct lab_peer *peer)
{
	list_each(interface, &peer->lab->babel->interfaces, struct babel_interface,
		  list) {
		struct babel_neighbour *neighbour =
			babel_neighbour_find(interface, peer->addr);

		if (neighbour)
			return neighbour;
	}
	return NULL;
}

struct babel_entry *
lab_entry(struct lab *lab, const char *text)
{
	struct prefix net = lab_net(text);

	return babel_entry_find(lab->babel, &net);
}

struct lab_peer *
lab_selected(struct lab *lab, const char *text)
{
	struct babel_entry *entry = lab_entry(lab, text);

	for (unsigned i = 0; entry && entry->selected && i < lab->peer_count; i++)
		if (lab_neighbour(&lab->peers[i]) == entry->selected->neighbour)
			return &lab->peers[i];
	return NULL;
}

static const struct route *
best_of(struct lab *lab, const char *text, const struct table **table)
{
	struct prefix net = lab_net(text);
	node_handle node;

	*table = router_table(lab->router, NULL, (enum net_type)net.type);
	node = table_find(*table, &net);
	return node ? table_node_best(*table, node) : NULL;
}

bool
lab_is_unreachable(struct lab *lab, const char *text)
{
	const struct table *table;
	const struct route *route = best_of(lab, text, &table);

	return route &&
	       table_route_attrs(table, route)->nexthop->kind == NEXTHOP_UNREACHABLE;
}

bool
lab_has_route(struct lab *lab, const char *text)
{
	const struct table *table;

	return best_of(lab, text, &table) != NULL;
}
