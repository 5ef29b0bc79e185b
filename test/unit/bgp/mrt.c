/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MRT records of sessions.
 */
#include "test/unit/bgp/lab.h"

#include <errno.h>
#include <string.h>

#include "lib/mem.h"
#include "nest/mrt_log.h"
#include "test/unit/unit.h"

#define CHANNEL "ipv4 { import all; export all; }; "
#define ONE(options)                                                              \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; " options \
	" " CHANNEL "}\n"
#define TWO(options)                                                              \
	"protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; " options \
	" " CHANNEL "}\n"
#define LOG(what) "mrtdump \"/log\"; mrtdump protocols " what ";\n"

/* ---- reading logs ---- */

enum { STATE_CHANGE_AS4 = 5 };

/* Of a message. */
struct record {
	unsigned subtype;
	uint32_t as, own_as;
	struct addr addr, own_addr;
	const uint8_t *message; /* Of the log. */
	size_t size;
};

struct log {
	uint8_t *bytes;
	struct wire_in in;
};

static struct log
log_open(const struct lab_router *router)
{
	struct sys *sys = router->router->sys;
	struct sys_file *file;
	uint8_t bytes[4096];
	struct log log = { .bytes = NULL };
	size_t size = 0;
	if (sys->class->file_open(sys, "/log", &file) == 0) {
		ptrdiff_t got;
		while ((got = sys->class->file_read(file, bytes, sizeof(bytes))) > 0) {
			log.bytes = mem_resize(log.bytes, size + (size_t)got, 1);
			memcpy(log.bytes + size, bytes, (size_t)got);
			size += (size_t)got;
		}
		sys->class->file_close(file);
	}
	log.in = wire_in(log.bytes, size);
	return log;
}

static size_t
log_size(const struct lab_router *router)
{
	struct log log = log_open(router);
	size_t size = wire_left(&log.in);
	mem_free(log.bytes);
	return size;
}

static bool
is_of_four_bytes(unsigned subtype)
{
	return subtype == 4 || subtype == 5 || subtype == 7 || subtype == 9 ||
	       subtype == 11;
}

/* RFC 6396 §4.4.2: one message, whole, and nothing behind it. */
static void
message_read(struct wire_in *in, struct record *record)
{
	bool is_four = is_of_four_bytes(record->subtype);
	record->as = is_four ? wire_get_u32(in) : wire_get_u16(in);
	record->own_as = is_four ? wire_get_u32(in) : wire_get_u16(in);
	wire_skip(in, 2);
	ck_assert_uint_eq(wire_get_u16(in), 1);
	record->addr = addr_from_ip4(wire_get_u32(in));
	record->own_addr = addr_from_ip4(wire_get_u32(in));
	record->message = in->at;
	record->size = wire_left(in);
	if (record->subtype == STATE_CHANGE_AS4) {
		ck_assert_uint_eq(record->size, 4);
		return;
	}
	ck_assert_uint_ge(record->size, BGP_HEADER_SIZE);
	for (unsigned i = 0; i < 16; i++)
		ck_assert_uint_eq(record->message[i], 0xff);
	ck_assert_uint_eq(wire_load_u16(record->message + 16), record->size);
}

static bool
log_next(struct log *log, struct record *record)
{
	if (wire_left(&log->in) == 0)
		return false;
	wire_skip(&log->in, 4);
	ck_assert_uint_eq(wire_get_u16(&log->in), MRT_BGP4MP);
	record->subtype = wire_get_u16(&log->in);
	struct wire_in in = wire_get_sub(&log->in, wire_get_u32(&log->in));
	ck_assert(!log->in.bad);
	message_read(&in, record);
	ck_assert(!in.bad);
	return true;
}

/* ---- two routers ---- */

struct pair {
	struct lab *lab;
	struct lab_router *one, *two;
};

static struct pair
pair_new(const char *one, const char *two)
{
	struct pair pair = { .lab = lab_new(1) };
	pair.one = lab_router_add(pair.lab, 1, one);
	pair.two = lab_router_add(pair.lab, 2, two);
	lab_run(pair.lab, 10 * USEC_S);
	ck_assert_int_eq(lab_state(pair.one, "two"), BGP_ESTABLISHED);
	return pair;
}

/* RFC 6396 §4.4: a record for each message and each state. */
START_TEST(what_is_heard_is_logged)
{
	struct pair pair = pair_new(LOG("all") ONE("direct;"), TWO("direct;"));
	struct log log = log_open(pair.one);
	struct record record;
	unsigned messages = 0, states = 0;
	while (log_next(&log, &record)) {
		ck_assert(record.subtype == 4 || record.subtype == STATE_CHANGE_AS4);
		messages += record.subtype == 4;
		states += record.subtype == STATE_CHANGE_AS4;
	}
	/* OPEN, KEEPALIVE, and the mark of the end of routes, at least. */
	ck_assert_uint_ge(messages, 3);
	ck_assert_uint_ge(states, 3);
	mem_free(log.bytes);
	lab_free(pair.lab);
}
END_TEST

START_TEST(what_is_logged_may_be_chosen_by_a_command)
{
	struct pair pair = pair_new("mrtdump \"/log\";\n" ONE("direct;"), TWO("direct;"));
	ck_assert_uint_eq(log_size(pair.one), 0);
	lab_says(pair.one, "mrtdump all nonsense", "mrtdump NAME all");
	lab_says(pair.one, "mrtdump all messages", "MRT records on");
	lab_command(pair.one, "restart all");
	lab_run(pair.lab, 20 * USEC_S);
	size_t size = log_size(pair.one);
	ck_assert_uint_gt(size, 0);
	lab_says(pair.one, "mrtdump all off", "MRT records off");
	lab_command(pair.one, "restart all");
	lab_run(pair.lab, 20 * USEC_S);
	ck_assert_uint_eq(log_size(pair.one), size);
	lab_free(pair.lab);
}
END_TEST

/* ---- the file ---- */

#define BURST ((size_t)3 * MRT_LOG_MOST / 1000)

/* More may be to be written in one turn than waits in memory. */
START_TEST(a_burst_loses_no_record)
{
	static const uint8_t body[1000];
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, LOG("all"));
	for (size_t i = 0; i < BURST; i++)
		mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(log_size(router), BURST * (12 + sizeof(body)));
	lab_free(lab);
}
END_TEST

START_TEST(records_that_could_not_be_written_are_counted)
{
	static const uint8_t body[30];
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, LOG("all"));
	sim_file_refuse(router->node, -ENOSPC);
	for (unsigned i = 0; i < 20; i++) {
		mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
		lab_run(lab, USEC_S / 10);
	}
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(lab_logged(router, "Cannot write MRT records to /log"), 1);
	sim_file_refuse(router->node, 0);
	mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(lab_logged(router, "20 MRT records were lost"), 1);
	ck_assert_uint_eq(log_size(router), 12 + sizeof(body));
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_heard_is_logged,
		what_is_logged_may_be_chosen_by_a_command,
		a_burst_loses_no_record,
		records_that_could_not_be_written_are_counted,
	};
	return unit_run("bgp/mrt", tests, ARRAY_SIZE(tests), NULL, 0);
}
