/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scripted cache, and what is looked at in the router.
 */
#include "test/unit/rpki/bench.h"

#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "test/unit/deaf.h"
#include <check.h>
#include <string.h>

#define PORT 323

/* ---- the cache ---- */

static void
cache_receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	(void)stream;
	text_add_bytes(&((struct bench *)context)->heard, bytes, size);
}

static void
cache_drained(void *context, struct sys_stream *stream)
{
	(void)context;
	(void)stream;
}

static void
cache_closed(void *context, struct sys_stream *stream, int error)
{
	struct bench *bench = context;
	(void)error;
	bench->sys->class->stream_close(stream);
	if (stream == bench->stream)
		bench->stream = NULL;
}

static const struct sys_stream_ops cache_ops = { cache_receive, cache_drained,
						 cache_closed, NULL };

static void
cache_accept(void *context, struct sys_stream *stream)
{
	struct bench *bench = context;
	bench->stream = stream;
	bench->connections++;
	text_reset(&bench->heard);
	bench->sys->class->stream_attach(stream, &cache_ops, bench);
}

void
say(struct bench *bench, const void *bytes, size_t size)
{
	ck_assert_ptr_nonnull(bench->stream);
	bench->sys->class->stream_send(bench->stream, bytes, size);
}

void
say_pdu(struct bench *bench, struct rtr_pdu pdu)
{
	uint8_t bytes[RTR_PDU_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	pdu.version = bench->version;
	rtr_pdu_write(&out, &pdu);
	say(bench, bytes, wire_used(&out));
}

void
say_response(struct bench *bench)
{
	say_pdu(bench,
		(struct rtr_pdu){ .type = RTR_CACHE_RESPONSE, .session = SESSION });
}

/* 10.NUMBER.0.0/16 up to 24 of AS 64496. */
void
say_ip4(struct bench *bench, unsigned number, bool announces)
{
	struct prefix roa = { .addr = addr_from_ip4(0x0a000000 | number << 16),
			      .type = NET_ROA4,
			      .length = 16,
			      .max_length = 24,
			      .asn = 64496 };
	say_pdu(bench, (struct rtr_pdu){ .type = RTR_IP4_PREFIX,
					 .announces = announces,
					 .roa = roa });
}

static void
say_ip6(struct bench *bench, bool announces)
{
	struct prefix roa = {
		.type = NET_ROA6, .length = 8, .max_length = 64, .asn = 64496
	};
	roa.addr.bytes[0] = 0xfd;
	say_pdu(bench, (struct rtr_pdu){ .type = RTR_IP6_PREFIX,
					 .announces = announces,
					 .roa = roa });
}

void
say_end(struct bench *bench, uint32_t serial)
{
	say_pdu(bench, (struct rtr_pdu){ .type = RTR_END_OF_DATA,
					 .session = SESSION,
					 .serial = serial,
					 .refresh = 300,
					 .retry = 60,
					 .expire = 900 });
}

void
say_type(struct bench *bench, enum rtr_type type, uint32_t serial)
{
	say_pdu(bench, (struct rtr_pdu){ .type = (uint8_t)type,
					 .session = SESSION,
					 .serial = serial });
}

void
say_report(struct bench *bench, enum rtr_error code)
{
	say_pdu(bench, (struct rtr_pdu){ .type = RTR_ERROR_REPORT,
					 .code = (uint16_t)code,
					 .text = "so there",
					 .text_size = 8 });
}

/* ---- what the router does ---- */

void
run(struct bench *bench, unsigned seconds)
{
	sim_run(bench->world, sim_now(bench->world) + seconds * USEC_S);
	router_audit(bench->router, AUDIT_FULL);
}

/* The next PDU of the router; its pointers are good until the one after. */
static struct rtr_pdu
hear(struct bench *bench)
{
	static uint8_t bytes[RTR_PDU_MAX];
	struct rtr_failure failure;
	struct rtr_header header;
	struct rtr_pdu pdu;
	ck_assert_uint_ge(bench->heard.length, RTR_HEADER_SIZE);
	rtr_header_read((const uint8_t *)bench->heard.text, &header);
	ck_assert_uint_le(header.length, bench->heard.length);
	memcpy(bytes, bench->heard.text, header.length);
	memmove(bench->heard.text, bench->heard.text + header.length,
		bench->heard.length - header.length);
	bench->heard.length -= header.length;
	ck_assert(rtr_pdu_read(bytes, header.length, &pdu, &failure));
	return pdu;
}

void
hear_type(struct bench *bench, enum rtr_type type)
{
	struct rtr_pdu pdu = hear(bench);
	ck_assert_str_eq(rtr_type_name(pdu.type), rtr_type_name((uint8_t)type));
	ck_assert_uint_eq(pdu.version, bench->version);
}

void
hear_serial(struct bench *bench, uint32_t serial)
{
	struct rtr_pdu pdu = hear(bench);
	ck_assert_int_eq(pdu.type, RTR_SERIAL_QUERY);
	ck_assert_uint_eq(pdu.session, SESSION);
	ck_assert_uint_eq(pdu.serial, serial);
}

/* The session ended by this report about a PDU of that type. */
void
hear_report(struct bench *bench, enum rtr_error code, int type)
{
	struct rtr_pdu pdu = hear(bench);
	ck_assert_int_eq(pdu.type, RTR_ERROR_REPORT);
	ck_assert_str_eq(rtr_error_name(pdu.code), rtr_error_name((uint16_t)code));
	ck_assert_uint_ge(pdu.erroneous_size, RTR_HEADER_SIZE);
	ck_assert_int_eq(pdu.erroneous[1], type);
	ck_assert_uint_gt(pdu.text_size, 0);
	ck_assert_ptr_null(bench->stream);
}

const struct channel *
channel_of(struct bench *bench, enum net_type type)
{
	return protocol_channel(protocol_find(bench->router, "k"), type);
}

void
holds(struct bench *bench, unsigned roa4, unsigned roa6)
{
	ck_assert_uint_eq(channel_of(bench, NET_ROA4)->imported, roa4);
	ck_assert_uint_eq(channel_of(bench, NET_ROA6)->imported, roa6);
}

void
status_is(struct bench *bench, const char *expected)
{
	const struct protocol *protocol = protocol_find(bench->router, "k");
	ck_assert_str_eq(protocol->class->status(protocol), expected);
}

void
configure(struct bench *bench, const char *config)
{
	text_reset(&bench->text);
	struct out *out = out_text_new(out_to_text, &bench->text);
	sim_file_put(bench->node, "/etc/meshd.conf", config, strlen(config));
	int result = conf_language.configure(bench->router, "/etc/meshd.conf",
					     CONFIGURE_COMMIT, 0, out);
	out_end(out);
	out_free(out);
	ck_assert_msg(result == 0, "%s", text_string(&bench->text));
	run(bench, 2);
}

static void
cache_listen(struct bench *bench)
{
	struct sys_listener *listener;
	const struct sys_tcp_args args = { .local = addr_from_ip4(0x0a000002),
					   .local_port = PORT,
					   .priority = -1 };
	ck_assert_int_eq(bench->sys->class->tcp_listen(bench->sys, &args, cache_accept,
						       bench, &listener),
			 0);
}

void
bench_open(struct bench *bench, const char *config)
{
	*bench = (struct bench){ .world = sim_world_new(7), .version = 1 };
	bench->segment = sim_segment_new(bench->world, "cable", true);
	bench->cache = sim_node_new(bench->world, "cache");
	bench->sys = sim_node_sys(bench->cache);
	bench->sys->class->attach(bench->sys, &deaf_handler, bench);
	bench->wire = sim_interface_new(bench->cache, "eth0", 0, bench->segment);
	sim_address_add(bench->wire, addr_from_ip4(0x0a000002), 24, 0);
	bench->node = sim_node_new(bench->world, "router");
	struct sim_interface *interface =
		sim_interface_new(bench->node, "eth0", 0, bench->segment);
	sim_address_add(interface, addr_from_ip4(0x0a000001), 24, 0);
	bench->router =
		router_new(sim_node_sys(bench->node), &modules_linked, &conf_language);
	cache_listen(bench);
	run(bench, 1);
	configure(bench, config);
}

void
bench_close(struct bench *bench)
{
	router_free(bench->router);
	sim_node_kill(bench->cache);
	sim_node_settle(bench->cache);
	sim_world_free(bench->world);
	text_fini(&bench->text);
	text_fini(&bench->heard);
}

void
bench_synchronize(struct bench *bench, const char *config)
{
	bench_open(bench, config);
	hear_type(bench, RTR_RESET_QUERY);
	say_response(bench);
	say_ip4(bench, 1, true);
	say_ip4(bench, 2, true);
	say_ip6(bench, true);
	run(bench, 1);
	holds(bench, 0, 0);
	say_end(bench, 1);
	run(bench, 1);
	holds(bench, 2, 1);
	status_is(bench, "Established");
}
