/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router with protocol rpki, and a cache on the same cable that says and does what the
 * tests want.  What must hold for that fails the test.
 */
#ifndef TEST_UNIT_RPKI_BENCH_H
#define TEST_UNIT_RPKI_BENCH_H

#include "lib/text.h"
#include "nest/router.h"
#include "proto/rpki/packet.h"
#include "sysdep/sim/sim.h"

#define SESSION 0x1234

#define CONFIG(options)                                                           \
	"router id 10.0.0.1; roa4 table r4; roa6 table r6; protocol device { }\n" \
	"protocol rpki k { roa4 { table r4; }; roa6 { table r6; };"               \
	" remote 10.0.0.2; " options "}\n"
#define TIMES "refresh keep 100; retry keep 20; expire keep 1000;"

struct bench {
	struct sim_world *world;
	struct sim_segment *segment;
	struct sim_node *node, *cache;
	struct sim_interface *wire; /* Of the cache. */
	struct sys *sys;            /* The same. */
	struct router *router;
	struct sys_stream *stream; /* Null: nobody is connected. */
	unsigned connections;
	uint8_t version;
	struct text heard; /* What the router said and was not looked at yet. */
	struct text text;
};

/* Opens with that configuration, a second later; a session that asks is the test's. */
void bench_open(struct bench *bench, const char *config);
/* Opens, and the session stands with serial 1: 10.1.0.0/16, 10.2.0.0/16, fd00::/8. */
void bench_synchronize(struct bench *bench, const char *config);
void bench_close(struct bench *bench);
void configure(struct bench *bench, const char *config);
void run(struct bench *bench, unsigned seconds);

/* ---- what the cache says: to who is connected ---- */

void say(struct bench *bench, const void *bytes, size_t size);
void say_pdu(struct bench *bench, struct rtr_pdu pdu);
void say_response(struct bench *bench);
/* 10.`number`.0.0/16 */
void say_ip4(struct bench *bench, unsigned number, bool announces);
void say_end(struct bench *bench, uint32_t serial);
void say_type(struct bench *bench, enum rtr_type type, uint32_t serial);
void say_report(struct bench *bench, enum rtr_error code);

/* ---- what it hears: that comes next, and is this ---- */

void hear_type(struct bench *bench, enum rtr_type type);
void hear_serial(struct bench *bench, uint32_t serial);
/* `type`: of the PDU that it is about. The connection ends with it. */
void hear_report(struct bench *bench, enum rtr_error code, int type);

/* ---- what the router has ---- */

const struct channel *channel_of(struct bench *bench, enum net_type type);
void holds(struct bench *bench, unsigned roa4, unsigned roa6);
void status_is(struct bench *bench, const char *expected);

#endif
