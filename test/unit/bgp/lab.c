/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The laboratory: world, routers and scripted neighbours.
 */
#include "test/unit/bgp/lab.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "nest/command.h"
#include "test/unit/deaf.h"

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "laboratory: %s\n", what);
	abort();
}

static void
take(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

/* ---- world ---- */

static void
logged(void *context, struct sim_node *node, enum log_class class, const char *line)
{
	struct lab *lab = context;
	(void)class;
	for (unsigned i = 0; i < lab->router_count; i++)
		if (lab->routers[i].node == node)
			text_printf(&lab->routers[i].log, "%s\n", line);
}

static const struct sim_observer observer = { .log = logged };

struct lab *
lab_new(uint64_t seed)
{
	struct lab *lab = mem_zalloc(sizeof(*lab));
	struct sim_quality quality = { .delay = USEC_MS };
	lab->world = sim_world_new(seed);
	lab->lan = sim_segment_new(lab->world, "lan", false);
	sim_segment_quality(lab->lan, &quality);
	sim_observe(lab->world, &observer, lab);
	return lab;
}

void
lab_free(struct lab *lab)
{
	for (unsigned i = 0; i < lab->router_count; i++) {
		struct lab_router *router = &lab->routers[i];
		router_audit(router->router, AUDIT_FULL);
		router_free(router->router);
		text_fini(&router->said);
		text_fini(&router->log);
	}
	for (unsigned i = 0; i < lab->peer_count; i++) {
		struct lab_peer *peer = &lab->peers[i];
		sim_node_kill(peer->node);
		sim_node_settle(peer->node);
		text_fini(&peer->bytes);
		mem_free(peer->heard);
	}
	sim_world_free(lab->world);
	mem_free(lab);
}

void
lab_run(struct lab *lab, usec_t time)
{
	sim_run(lab->world, sim_now(lab->world) + time);
}

/* ---- routers ---- */

static void
configure(struct lab_router *router, const char *config, enum configure_mode mode)
{
	struct text whole = { .text = NULL };
	char shown[ADDR_TEXT];
	text_printf(&whole, "router id %s;\n%s", addr_format(router->addr, shown),
		    config);
	text_reset(&router->said);
	struct out *out = out_text_new(take, &router->said);
	int result = conf_language.configure_text(router->router, text_string(&whole),
						  whole.length, mode, out);
	out_end(out);
	out_free(out);
	text_fini(&whole);
	must(result == 0, text_string(&router->said));
}

void
lab_configure(struct lab_router *router, const char *config)
{
	configure(router, config, CONFIGURE_COMMIT);
}

void
lab_configure_soft(struct lab_router *router, const char *config)
{
	configure(router, config, CONFIGURE_SOFT);
}

struct lab_router *
lab_router_add(struct lab *lab, unsigned number, const char *config)
{
	struct lab_router *router = &lab->routers[lab->router_count++];
	char name[16];
	must(lab->router_count <= LAB_ROUTERS, "too many routers");
	text_format(name, sizeof(name), "r%u", number);
	router->lab = lab;
	router->node = sim_node_new(lab->world, name);
	router->interface = sim_interface_new(router->node, "eth0", 0, lab->lan);
	router->addr = addr_from_ip4(0x0a000000 + number);
	must(sim_address_add(router->interface, router->addr, 24, 0) == 0, "no address");
	router->router =
		router_new(sim_node_sys(router->node), &modules_linked, &conf_language);
	lab_run(lab, USEC_S / 10);
	lab_configure(router, config);
	return router;
}

static void
wire_plug(struct lab_router *router, struct sim_segment *wire, unsigned number,
	  uint8_t end)
{
	struct addr local = {
		.bytes = { 0xfe,
			   0x80, [13] = (uint8_t)(0xa0 + end), [15] = (uint8_t)number }
	};
	struct sim_interface *interface =
		sim_interface_new(router->node, sim_segment_name(wire), 0, wire);
	must(sim_address_add(interface, addr_from_ip4(0x0a010000 + number * 256 + end),
			     24, 0) == 0 &&
		     sim_address_add(interface, local, 64, 0) == 0,
	     "no address");
}

void
lab_wire(struct lab_router *one, struct lab_router *other, unsigned number)
{
	struct sim_quality quality = { .delay = USEC_MS };
	char name[8];
	text_format(name, sizeof(name), "w%u", number);
	struct sim_segment *wire = sim_segment_new(one->lab->world, name, true);
	sim_segment_quality(wire, &quality);
	wire_plug(one, wire, number, 1);
	wire_plug(other, wire, number, 2);
}

void
lab_router_restart(struct lab_router *router, const char *config, bool asked)
{
	sim_node_kill(router->node);
	router_free(router->router);
	sim_node_settle(router->node);
	lab_run(router->lab, USEC_S / 10);
	router->router =
		router_new(sim_node_sys(router->node), &modules_linked, &conf_language);
	router->router->recovery.asked = asked;
	lab_run(router->lab, USEC_S / 10);
	lab_configure(router, config);
}

const char *
lab_command(struct lab_router *router, const char *line)
{
	text_reset(&router->said);
	struct command_call call = { .router = router->router,
				     .out = out_json_new(take, &router->said),
				     .pool = pool_new(router->router->pool, "test") };
	call.command = command_parse(&call, line);
	if (call.command)
		while (command_run(&call) == COMMAND_MORE)
			;
	out_end(call.out);
	out_free(call.out);
	pool_free(call.pool);
	lab_run(router->lab, 0);
	return text_string(&router->said);
}

void
lab_says(struct lab_router *router, const char *line, const char *part)
{
	const char *said = lab_command(router, line);
	if (strstr(said, part) == NULL) {
		fprintf(stderr, "`%s` says\n%s\nwithout `%s`", line, said, part);
		abort();
	}
}

struct bgp *
lab_bgp(struct lab_router *router, const char *name)
{
	struct protocol *protocol = protocol_find(router->router, name);
	must(protocol != NULL, name);
	return bgp_of(protocol);
}

enum bgp_state
lab_state(struct lab_router *router, const char *name)
{
	return bgp_state(lab_bgp(router, name));
}

unsigned
lab_logged(const struct lab_router *router, const char *part)
{
	unsigned count = 0;
	for (const char *at = text_string(&router->log); (at = strstr(at, part)) != NULL;
	     at++)
		count++;
	return count;
}

/* ---- scripted neighbours ---- */

static void
message_keep(struct lab_peer *peer, const uint8_t *bytes, size_t size)
{
	peer->heard_count %= LAB_HEARD;
	struct lab_message *message = &peer->heard[peer->heard_count++];
	*message = (struct lab_message){ .when = sim_now(peer->lab->world),
					 .type = (enum bgp_type)bytes[18],
					 .size = size - BGP_HEADER_SIZE };
	memcpy(message->body, bytes + BGP_HEADER_SIZE,
	       MIN(message->size, sizeof(message->body)));
	if (message->type == BGP_NOTIFICATION) {
		message->code = message->body[0];
		message->subcode = message->body[1];
	}
}

static void
receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	struct lab_peer *peer = context;
	if (stream != peer->stream)
		return;
	text_add_bytes(&peer->bytes, bytes, size);
	for (;;) {
		const uint8_t *at = (const uint8_t *)peer->bytes.text;
		struct bgp_failure failure;
		if (peer->bytes.length < BGP_HEADER_SIZE)
			return;
		size_t length = bgp_header_read(at, BGP_EXTENDED_MAX, &failure);
		/* All that the router says must be good. */
		must(length > 0, "a message that is none");
		if (peer->bytes.length < length)
			return;
		message_keep(peer, at, length);
		memmove(peer->bytes.text, peer->bytes.text + length,
			peer->bytes.length - length);
		peer->bytes.length -= length;
	}
}

static void
closed(void *context, struct sys_stream *stream, int error)
{
	struct lab_peer *peer = context;
	peer->closed++;
	peer->error = error;
	peer->sys->class->stream_close(stream);
	if (peer->stream == stream)
		peer->stream = NULL;
}

static const struct sys_stream_ops ops = { .receive = receive, .closed = closed };

static void
accepted(void *context, struct sys_stream *stream)
{
	struct lab_peer *peer = context;
	peer->accepted++;
	peer->stream = stream;
	text_reset(&peer->bytes);
	peer->sys->class->stream_attach(stream, &ops, peer);
}

struct lab_peer *
lab_peer_add(struct lab *lab, unsigned number)
{
	struct lab_peer *peer = &lab->peers[lab->peer_count++];
	char name[16];
	text_format(name, sizeof(name), "p%u", number);
	peer->lab = lab;
	peer->node = sim_node_new(lab->world, name);
	peer->sys = sim_node_sys(peer->node);
	peer->sys->class->attach(peer->sys, &deaf_handler, peer);
	peer->interface = sim_interface_new(peer->node, "eth0", 0, lab->lan);
	peer->addr = addr_from_ip4(0x0a000000 + number);
	peer->heard = mem_resize(NULL, LAB_HEARD, sizeof(*peer->heard));
	must(sim_address_add(peer->interface, peer->addr, 24, 0) == 0, "no address");
	return peer;
}

void
lab_peer_listen(struct lab_peer *peer)
{
	struct sys_tcp_args args = { .local = peer->addr,
				     .local_port = BGP_PORT,
				     .priority = -1 };
	must(peer->sys->class->tcp_listen(peer->sys, &args, accepted, peer,
					  &peer->listener) == 0,
	     "cannot listen");
}

void
lab_peer_call(struct lab_peer *peer, const struct lab_router *router, const char *key)
{
	struct sys_tcp_args args = { .local = peer->addr,
				     .remote = router->addr,
				     .remote_port = BGP_PORT,
				     .md5_key = key,
				     .priority = -1 };
	text_reset(&peer->bytes);
	must(peer->sys->class->tcp_connect(peer->sys, &args, &ops, peer, &peer->stream) ==
		     0,
	     "cannot connect");
	lab_run(peer->lab, USEC_S / 10);
}

void
lab_peer_hang_up(struct lab_peer *peer)
{
	peer->sys->class->stream_close(peer->stream);
	peer->stream = NULL;
	lab_run(peer->lab, USEC_S / 10);
}

void
lab_peer_reboot(struct lab_peer *peer)
{
	sim_node_kill(peer->node);
	sim_node_power(peer->node, false);
	sim_node_settle(peer->node);
	peer->stream = NULL;
	peer->listener = NULL;
	sim_node_power(peer->node, true);
	peer->sys->class->attach(peer->sys, &deaf_handler, peer);
}

void
lab_say_bytes(struct lab_peer *peer, const void *bytes, size_t size)
{
	must(peer->stream != NULL, "no connection");
	peer->sys->class->stream_send(peer->stream, bytes, size);
	lab_run(peer->lab, USEC_S / 10);
}

struct bgp_open
lab_open(const struct lab_peer *peer, uint32_t as)
{
	return (struct bgp_open){
		.as = as,
		.hold = 90,
		.id = addr_to_ip4(peer->addr),
		.capabilities = { .any = true,
				  .families = { [BGP_IP4] = true },
				  .has_families = true,
				  .refresh = true,
				  .four_byte_as = true,
				  .as = as },
	};
}

void
lab_say_open(struct lab_peer *peer, const struct bgp_open *open)
{
	uint8_t bytes[BGP_MESSAGE_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_open_write(&out, open);
	lab_say_bytes(peer, bytes, wire_used(&out));
}

void
lab_say_keepalive(struct lab_peer *peer)
{
	uint8_t bytes[BGP_HEADER_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_keepalive_write(&out);
	lab_say_bytes(peer, bytes, sizeof(bytes));
}

void
lab_say_notification(struct lab_peer *peer, uint8_t code, uint8_t subcode,
		     const char *text)
{
	uint8_t bytes[BGP_MESSAGE_MAX], data[256];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	struct bgp_failure failure = { .code = code, .subcode = subcode, .data = data };
	if (text != NULL) {
		data[0] = (uint8_t)strlen(text);
		memcpy(data + 1, text, data[0]);
		failure.size = 1 + data[0];
	}
	bgp_notification_write(&out, &failure);
	lab_say_bytes(peer, bytes, wire_used(&out));
}

void
lab_say_update(struct lab_peer *peer, const void *body, size_t size)
{
	uint8_t bytes[BGP_MESSAGE_MAX];
	assert(size <= sizeof(bytes) - BGP_HEADER_SIZE);
	memset(bytes, 0xff, 16);
	wire_store_u16(bytes + 16, (uint16_t)(BGP_HEADER_SIZE + size));
	bytes[18] = BGP_UPDATE;
	memcpy(bytes + BGP_HEADER_SIZE, body, size);
	lab_say_bytes(peer, bytes, BGP_HEADER_SIZE + size);
}

struct lab_scene
lab_scene_new(const char *config, bool is_enhanced)
{
	struct lab_scene scene = { .lab = lab_new(1) };
	scene.router = lab_router_add(scene.lab, 1, config);
	scene.peer = lab_peer_add(scene.lab, 2);
	lab_run(scene.lab, USEC_S);
	struct bgp_open open = lab_open(scene.peer, 65002);
	open.hold = 0;
	open.capabilities.enhanced_refresh = is_enhanced;
	lab_peer_establish_as(scene.peer, scene.router, &open);
	assert(lab_state(scene.router, "two") == BGP_ESTABLISHED);
	return scene;
}

void
lab_say_route(struct lab_peer *peer, uint8_t second)
{
	uint8_t body[] = { 0, 0,    0,    20,   0x40, 1, 1,  0, 0x40, 2, 6,  2,  1,     0,
			   0, 0xfd, 0xea, 0x40, 3,    4, 10, 0, 0,    2, 16, 10, second };
	lab_say_update(peer, body, sizeof(body));
}

void
lab_say_refresh(struct lab_peer *peer, enum bgp_refresh kind)
{
	uint8_t bytes[BGP_HEADER_SIZE + 4];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_refresh_write(&out, BGP_IP4, kind);
	lab_say_bytes(peer, bytes, wire_used(&out));
}

void
lab_peer_establish(struct lab_peer *peer, const struct lab_router *router)
{
	struct bgp_open open = lab_open(peer, 65002);
	lab_peer_establish_as(peer, router, &open);
}

void
lab_peer_establish_as(struct lab_peer *peer, const struct lab_router *router,
		      const struct bgp_open *open)
{
	lab_peer_call(peer, router, NULL);
	lab_say_open(peer, open);
	lab_say_keepalive(peer);
}

bool
lab_has_route(struct lab_router *router, const char *net, const char *with)
{
	char line[64];
	snprintf(line, sizeof(line), "show route %s all", net);
	const char *said = lab_command(router, line);
	return strstr(said, net) != NULL && strstr(said, with) != NULL;
}

const struct lab_message *
lab_last(const struct lab_peer *peer, enum bgp_type type)
{
	for (size_t i = peer->heard_count; i > 0; i--)
		if (peer->heard[i - 1].type == type)
			return &peer->heard[i - 1];
	return NULL;
}

unsigned
lab_count(const struct lab_peer *peer, enum bgp_type type)
{
	unsigned count = 0;
	for (size_t i = 0; i < peer->heard_count; i++)
		count += peer->heard[i].type == type;
	return count;
}

bool
lab_heard(const struct lab_peer *peer, uint8_t code, uint8_t subcode)
{
	const struct lab_message *last = lab_last(peer, BGP_NOTIFICATION);
	return last && last->code == code && last->subcode == subcode;
}
