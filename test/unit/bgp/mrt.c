/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MRT records of sessions: what one router has sent is what the other has heard, message
 * for message, whoever else is told the same.
 */
#include "test/unit/bgp/lab.h"

#include <errno.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/export_group.h"
#include "nest/mrt_log.h"
#include "proto/bgp/rib.h"
#include "test/unit/unit.h"

#define CHANNEL "ipv4 { import all; export all; }; "
#define ONE(options)                                                              \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; " options \
	" " CHANNEL "}\n"
#define TWO(options)                                                              \
	"protocol bgp one { local as 65002; neighbor 10.0.0.1 as 65001; " options \
	" " CHANNEL "}\n"
#define LOG(what) "mrtdump \"/log\"; mrtdump protocols " what ";\n"
#define ALL       "{ states, messages, sent }"

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
	struct log log = { .bytes = NULL };
	size_t size = 0;
	ptrdiff_t got = 1;
	if (sys->class->file_open(sys, "/log", &file) == 0) {
		for (; got > 0; size += (size_t)got) {
			size_t room = 2 * (size + 4096);
			log.bytes = mem_resize(log.bytes, room, 1);
			got = sys->class->file_read(file, log.bytes + size, room - size);
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
is_sent(const struct record *record)
{
	return record->subtype == 6 || record->subtype == 7 || record->subtype == 10 ||
	       record->subtype == 11;
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
	ck_assert(record->size >= BGP_HEADER_SIZE &&
		  wire_load_u64(record->message) == UINT64_MAX &&
		  wire_load_u64(record->message + 8) == UINT64_MAX &&
		  wire_load_u16(record->message + 16) == record->size);
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

/* The next message to or from that neighbour. */
static bool
log_find(struct log *log, struct record *record, bool sent, struct addr addr)
{
	while (log_next(log, record))
		if (record->subtype != STATE_CHANGE_AS4 && is_sent(record) == sent &&
		    addr_equal(record->addr, addr))
			return true;
	return false;
}

static enum bgp_type
type_of(const struct record *record)
{
	return (enum bgp_type)record->message[18];
}

/* So many messages of the type. */
static unsigned
log_count(const struct lab_router *router, bool sent, struct addr addr,
	  enum bgp_type type)
{
	struct log log = log_open(router);
	struct record record;
	unsigned count = 0;
	while (log_find(&log, &record, sent, addr))
		count += type_of(&record) == type;
	mem_free(log.bytes);
	return count;
}

/* One end of a session. */
struct end {
	const struct lab_router *router;
	struct addr addr;
};

/* What `from` has sent is all that `to` has heard, and how many messages that is. */
static unsigned
ends_compare(struct end from, struct end to)
{
	struct log sent = log_open(from.router), heard = log_open(to.router);
	struct record here, there;
	unsigned count = 0;
	while (log_find(&sent, &here, true, to.addr)) {
		ck_assert(log_find(&heard, &there, false, from.addr));
		ck_assert(addr_equal(here.own_addr, from.addr));
		ck_assert_uint_eq(here.own_as, there.as);
		ck_assert_uint_eq(here.as, there.own_as);
		ck_assert_uint_eq(here.size, there.size);
		ck_assert_mem_eq(here.message, there.message, here.size);
		/* 6 of 1, 7 of 4, 10 of 8, 11 of 9 */
		ck_assert_uint_eq(is_of_four_bytes(here.subtype),
				  is_of_four_bytes(there.subtype));
		ck_assert_uint_eq(here.subtype >= 10, there.subtype >= 8);
		count++;
	}
	ck_assert(!log_find(&heard, &there, false, from.addr));
	mem_free(sent.bytes);
	mem_free(heard.bytes);
	return count;
}

/* ---- two routers ---- */

struct pair {
	struct lab *lab;
	struct lab_router *one, *two;
	struct end ends[2];
};

/* The second one is passive: a connection that makes way for another may end with
 * messages in it that nobody reads. */
static struct pair
pair_new(const char *one, const char *two)
{
	struct pair pair = { .lab = lab_new(1) };
	pair.one = lab_router_add(pair.lab, 1, one);
	pair.two = lab_router_add(pair.lab, 2, two);
	pair.ends[0] = (struct end){ pair.one, pair.one->addr };
	pair.ends[1] = (struct end){ pair.two, pair.two->addr };
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
	ck_assert_uint_eq(log_count(pair.one, true, pair.two->addr, BGP_OPEN), 0);
	lab_says(pair.one, "mrtdump all off", "MRT records off");
	lab_command(pair.one, "restart all");
	lab_run(pair.lab, 20 * USEC_S);
	ck_assert_uint_eq(log_size(pair.one), size);
	lab_says(pair.one, "mrtdump all sent", "MRT records on");
	lab_command(pair.one, "restart all");
	lab_run(pair.lab, 20 * USEC_S);
	ck_assert_uint_ge(log_count(pair.one, true, pair.two->addr, BGP_OPEN), 1);
	lab_free(pair.lab);
}
END_TEST

START_TEST(each_type_of_message_is_logged_as_it_is_sent)
{
	struct pair pair =
		pair_new(LOG(ALL) ONE("direct;"), LOG(ALL) TWO("direct; passive;"));
	lab_configure(pair.one,
		      LOG(ALL) "protocol static s { ipv4; "
			       "route 10.9.0.0/24 blackhole; }\n" ONE("direct;"));
	lab_run(pair.lab, 200 * USEC_S);
	lab_command(pair.one, "reload in two");
	lab_run(pair.lab, USEC_S);
	lab_command(pair.one, "disable two \"good night\"");
	lab_run(pair.lab, USEC_S);
	for (enum bgp_type type = BGP_OPEN; type <= BGP_ROUTE_REFRESH; type++)
		ck_assert_uint_ge(log_count(pair.one, true, pair.two->addr, type), 1);
	ck_assert_uint_eq(log_count(pair.one, true, pair.two->addr, BGP_NOTIFICATION), 1);
	ck_assert_uint_ge(ends_compare(pair.ends[0], pair.ends[1]), 8);
	ck_assert_uint_ge(ends_compare(pair.ends[1], pair.ends[0]), 4);
	lab_free(pair.lab);
}
END_TEST

/* The records say how wide the AS numbers in the messages are, and so are theirs. */
START_TEST(a_session_of_two_byte_numbers_has_such_records)
{
	static const char routes[] =
		LOG(ALL) "protocol static s { ipv4; route 10.9.0.0/24 blackhole; }\n" ONE(
			"direct; enable as4 off;");
	struct pair pair = pair_new(routes, LOG(ALL) TWO("direct; passive;"));
	struct log log = log_open(pair.one);
	struct record record;
	unsigned updates = 0;
	while (log_find(&log, &record, true, pair.two->addr)) {
		ck_assert_uint_eq(record.subtype, type_of(&record) == BGP_OPEN ? 7 : 6);
		ck_assert_uint_eq(record.as, 65002);
		ck_assert_uint_eq(record.own_as, 65001);
		updates += type_of(&record) == BGP_UPDATE;
	}
	ck_assert_uint_ge(updates, 2);
	mem_free(log.bytes);
	ck_assert_uint_ge(ends_compare(pair.ends[0], pair.ends[1]), 3);
	ck_assert_uint_ge(ends_compare(pair.ends[1], pair.ends[0]), 3);
	lab_free(pair.lab);
}
END_TEST

#define PATHS(name, own, addr, as, more)                                         \
	LOG(ALL)                                                                 \
	"protocol static s4 { ipv4; route 10." own ".0.0/16 blackhole; }\n"      \
	"protocol static s6 { ipv6; route fd0" own "::/32 blackhole; }\n"        \
	"protocol bgp " name " { local as 6500" own "; neighbor " addr " as " as \
	"; direct; " more " "                                                    \
	"ipv4 { import all; export all; add paths on; }; "                       \
	"ipv6 { import all; export all; next hop address fd00::" own "; }; }\n"

/* RFC 8050 §3: a reader must know whether there are path identifiers, which one family
 * may have and the other not. */
START_TEST(messages_with_path_identifiers_are_told_from_others)
{
	struct pair pair = pair_new(PATHS("two", "1", "10.0.0.2", "65002", ""),
				    PATHS("one", "2", "10.0.0.1", "65001", "passive;"));
	struct log log = log_open(pair.one);
	struct record record;
	unsigned with = 0, without = 0;
	while (log_find(&log, &record, true, pair.two->addr)) {
		const uint8_t *body = record.message + BGP_HEADER_SIZE;
		size_t size = record.size - BGP_HEADER_SIZE;
		if (type_of(&record) != BGP_UPDATE) {
			ck_assert_uint_eq(record.subtype, 7);
			continue;
		}
		bool is_ip4 = bgp_update_family(body, size) == BGP_IP4;
		ck_assert_uint_eq(record.subtype, is_ip4 ? 11 : 7);
		/* The identifier is before the prefix, which is the last. */
		if (is_ip4 && size > 4)
			ck_assert_mem_eq(body + size - 3, "\x10\x0a\x01", 3);
		with += is_ip4 && size > 4;
		without += !is_ip4;
	}
	ck_assert_uint_ge(with, 1);
	ck_assert_uint_ge(without, 2); /* A route, and the mark behind it. */
	mem_free(log.bytes);
	ck_assert_uint_ge(ends_compare(pair.ends[0], pair.ends[1]), 3);
	ck_assert_uint_ge(ends_compare(pair.ends[1], pair.ends[0]), 3);
	lab_free(pair.lab);
}
END_TEST

/* ---- groups ---- */

#define MEMBERS 3
#define ROUTES  200 /* Each a message for itself. */

static void
hub_configure(struct lab_router *hub, unsigned routes)
{
	struct text text = { .text = NULL };
	text_add(&text, LOG("sent") "protocol static s { ipv4;\n");
	for (unsigned i = 0; i < routes; i++)
		text_printf(&text,
			    "route 10.9.%u.0/24 blackhole { "
			    "bgp_community.add((65000,%u)); };\n",
			    i, i);
	text_add(&text, "}\n");
	for (unsigned i = 0; i < MEMBERS; i++)
		text_printf(&text,
			    "protocol bgp m%u { local as 65001; passive; direct; "
			    "neighbor 10.1.%u.2 as %u; " CHANNEL "}\n",
			    i, i, 65002 + i);
	lab_configure(hub, text_string(&text));
	text_fini(&text);
}

static void
member_configure(struct lab_router *member, unsigned who, bool has_route)
{
	struct text text = { .text = NULL };
	text_printf(&text,
		    LOG("messages") "%s"
				    "protocol bgp hub { local as %u; direct; "
				    "connect delay time 1; "
				    "neighbor 10.1.%u.1 as 65001; " CHANNEL "}\n",
		    has_route ? "protocol static s { ipv4; route 10.9.50.0/24 blackhole; "
				"}\n"
			      : "",
		    65002 + who, who);
	lab_configure(member, text_string(&text));
	text_fini(&text);
}

/* Its NEXT_HOP is the hub's address on the wire to that member. */
static void
next_hops_check(const struct lab_router *hub, unsigned who)
{
	const struct addr hop = addr_from_ip4(0x0a010001 + who * 256);
	struct log log = log_open(hub);
	struct record record;
	unsigned count = 0;
	while (log_find(&log, &record, true, addr_from_ip4(0x0a010002 + who * 256))) {
		struct bgp_field field;
		if (type_of(&record) != BGP_UPDATE || record.size < 40)
			continue;
		const uint8_t *body = record.message + BGP_HEADER_SIZE;
		ck_assert(bgp_block_find(body + 4, wire_load_u16(body + 2),
					 BGP_ATTRIBUTE_NEXT_HOP, &field));
		ck_assert_uint_eq(wire_load_u32(field.value), addr_to_ip4(hop));
		count++;
	}
	ck_assert_uint_ge(count, ROUTES - 1);
	mem_free(log.bytes);
}

/* A chunk of many messages goes to all of a group, to each with another next hop, and
 * without what is its own. */
START_TEST(members_of_a_group_have_records_of_what_each_was_told)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, ""), *members[MEMBERS];
	for (unsigned i = 0; i < MEMBERS; i++) {
		members[i] = lab_router_add(lab, i + 2, "");
		lab_wire(hub, members[i], i);
	}
	lab_run(lab, USEC_S / 10);
	hub_configure(hub, 0);
	for (unsigned i = 0; i < MEMBERS; i++)
		member_configure(members[i], i, i == 0);
	lab_run(lab, 10 * USEC_S);
	const struct channel *channel =
		protocol_channel(&lab_bgp(hub, "m0")->protocol, NET_IP4);
	ck_assert_uint_eq(export_group_size(channel), MEMBERS);
	hub_configure(hub, ROUTES);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(export_group_size(channel), MEMBERS);
	member_configure(members[0], 0, false);
	lab_run(lab, USEC_S);
	for (unsigned i = 0; i < MEMBERS; i++) {
		struct end here = { hub, addr_from_ip4(0x0a010001 + i * 256) },
			   there = { members[i], addr_from_ip4(0x0a010002 + i * 256) };
		ck_assert_uint_ge(ends_compare(here, there), ROUTES);
		next_hops_check(hub, i);
	}
	lab_free(lab);
}
END_TEST

/* ---- ends ---- */

#define MANY 1500
#define LARGE                                                                     \
	"protocol bgp two { local as 65001; neighbor 10.0.0.2 as 65002; direct; " \
	"ipv4 { import all; export filter large; }; }\n"

/* Router one has much to tell, more than is under way at once: each route is a message
 * of some 400 bytes. */
static void
many_configure(const struct pair *pair)
{
	struct text text = { .text = NULL };
	text_add(&text, LOG(ALL) "filter large {\n");
	for (unsigned i = 0; i < 30; i++)
		text_printf(&text, "bgp_large_community.add((65000,%u,1));\n", i);
	text_add(&text, "accept;\n}\nprotocol static s { ipv4;\n");
	for (unsigned i = 0; i < MANY; i++)
		text_printf(&text, "route 10.%u.%u.0/24 blackhole { bgp_med = %u; };\n",
			    100 + i / 256, i % 256, i);
	text_add(&text, "}\n" LARGE);
	lab_configure(pair->one, text_string(&text));
	text_fini(&text);
}

/* The last of them is half out, and is sent to its end before the NOTIFICATION; what is
 * behind it was never sent. */
START_TEST(what_waits_when_a_session_ends_was_not_sent)
{
	struct pair pair = pair_new("filter large { accept; }\n" LOG(ALL) LARGE,
				    LOG(ALL) TWO("direct; passive;"));
	sim_node_deafen(pair.two->node, true);
	many_configure(&pair);
	lab_run(pair.lab, 2 * USEC_S);
	const struct bgp_connection *connection =
		&lab_bgp(pair.one, "two")->session->established->connection;
	ck_assert_uint_gt(connection->sent, 0);
	lab_command(pair.one, "disable two");
	lab_run(pair.lab, USEC_S);
	sim_node_deafen(pair.two->node, false);
	lab_run(pair.lab, USEC_S);
	unsigned updates = log_count(pair.one, true, pair.two->addr, BGP_UPDATE);
	ck_assert_uint_gt(updates, 100);
	ck_assert_uint_lt(updates, MANY);
	ck_assert_uint_eq(log_count(pair.two, false, pair.one->addr, BGP_NOTIFICATION),
			  1);
	ck_assert_uint_gt(ends_compare(pair.ends[0], pair.ends[1]), updates);
	lab_free(pair.lab);
}
END_TEST

/* RFC 4724 §5: another connection while the session stands, refused with a
 * NOTIFICATION. */
START_TEST(a_refused_connection_has_a_record)
{
	struct lab *lab = lab_new(1);
	struct lab_router *router =
		lab_router_add(lab, 1, LOG(ALL) ONE("direct; passive;"));
	struct lab_peer *peer = lab_peer_add(lab, 2);
	lab_run(lab, USEC_S);
	lab_peer_establish(peer, router);
	lab_run(lab, 30 * USEC_S);
	ck_assert_int_eq(lab_state(router, "two"), BGP_ESTABLISHED);
	lab_peer_call(peer, router, NULL);
	lab_run(lab, USEC_S);
	ck_assert(lab_heard(peer, BGP_ERROR_CEASE, 7));
	ck_assert_int_eq(lab_state(router, "two"), BGP_ESTABLISHED);
	ck_assert_uint_eq(log_count(router, true, peer->addr, BGP_NOTIFICATION), 1);
	lab_free(lab);
}
END_TEST

/* ---- the file ---- */

#define BURST ((size_t)3 * MRT_LOG_MOST / 1000)

/* More may be to be written in one turn than waits in memory. */
START_TEST(a_burst_loses_no_record)
{
	static const uint8_t body[1000];
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, LOG(ALL));
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

/* Of a pipe's reader: whole records of `size`, numbered in their first byte, one behind
 * the other but for a gap; how many. */
static unsigned
numbered_check(const struct lab_router *router, size_t size, unsigned *gaps)
{
	struct log log = log_open(router);
	unsigned count = 0;
	uint8_t next = 0;
	while (wire_left(&log.in) > 0) {
		wire_skip(&log.in, 8);
		ck_assert_uint_eq(wire_get_u32(&log.in), size);
		const uint8_t *body = wire_get_view(&log.in, size);
		ck_assert_ptr_nonnull(body);
		*gaps += body[0] != next;
		next = (uint8_t)(body[0] + 1);
		count++;
	}
	mem_free(log.bytes);
	return count;
}

START_TEST(a_pipe_gets_whole_records)
{
	uint8_t body[100] = { 0 };
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, LOG("all"));
	unsigned gaps = 0;
	/* Full in a record's header, and in its body; until it is read nothing goes. */
	static const size_t rooms[] = { 0, 112 * 3 + 5, 0, 60, 112 * 40 };
	for (uint8_t i = 0; i < ARRAY_SIZE(rooms) * 4; i++) {
		body[0] = i;
		sim_file_pipe(router->node, i % 4 == 0 ? rooms[i / 4] : 0);
		mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
		lab_run(lab, USEC_S);
	}
	sim_file_pipe(router->node, 112 * 40);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(numbered_check(router, sizeof(body), &gaps), 20);
	ck_assert_uint_eq(gaps, 0);
	ck_assert_uint_eq(lab_logged(router, "MRT records"), 0);
	lab_free(lab);
}
END_TEST

/* More waits when it is opened than it has room for. */
START_TEST(a_pipe_gets_what_it_has_room_for_from_the_first_write_on)
{
	uint8_t body[1000] = { 0 };
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, LOG("all"));
	unsigned gaps = 0;
	sim_file_pipe(router->node, 50000);
	for (uint8_t i = 0; i < 200; i++) {
		body[0] = i;
		mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
	}
	lab_run(lab, USEC_MS); /* Nothing is tried again so soon. */
	ck_assert_uint_gt(numbered_check(router, sizeof(body), &gaps), 0);
	sim_file_pipe(router->node, SIZE_MAX);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(numbered_check(router, sizeof(body), &gaps), 200);
	ck_assert_uint_eq(gaps, 0);
	lab_free(lab);
}
END_TEST

START_TEST(what_a_slow_reader_loses_is_said_once)
{
	static uint8_t body[60000];
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, LOG("all"));
	unsigned gaps = 0, count = MRT_LOG_MOST / sizeof(body);
	char lost[64];
	for (unsigned i = 0; i < 2 * count; i++) {
		body[0] = (uint8_t)i;
		sim_file_pipe(router->node, 1000);
		mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
		lab_run(lab, USEC_S / 10);
	}
	ck_assert_uint_eq(lab_logged(router, "Cannot write MRT records to /log"), 1);
	ck_assert_uint_eq(lab_logged(router, "records were lost"), 0);
	sim_file_pipe(router->node, SIZE_MAX);
	lab_run(lab, USEC_S);
	body[0]++;
	mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
	lab_run(lab, USEC_S);
	unsigned got = numbered_check(router, sizeof(body), &gaps);
	ck_assert_uint_ge(got, count);
	ck_assert_uint_lt(got, 2 * count);
	text_format(lost, sizeof(lost), "%u MRT records were lost", 2 * count + 1 - got);
	ck_assert_uint_eq(lab_logged(router, lost), 1);
	ck_assert_uint_eq(lab_logged(router, "records were lost"), 1);
	ck_assert_uint_eq(lab_logged(router, "Cannot write MRT records to /log"), 1);
	lab_free(lab);
}
END_TEST

/* Whoever reads it next is to find the beginning of a record. */
START_TEST(behind_a_reader_that_left_a_record_is_begun)
{
	uint8_t body[100] = { 0 };
	struct lab *lab = lab_new(1);
	struct lab_router *router = lab_router_add(lab, 1, LOG("all"));
	unsigned gaps = 0;
	sim_file_pipe(router->node, 50);
	mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
	lab_run(lab, USEC_S);
	sim_file_refuse(router->node, -ENXIO);
	lab_run(lab, USEC_S);
	sim_file_remove(router->node, "/log");
	sim_file_refuse(router->node, 0);
	sim_file_pipe(router->node, SIZE_MAX);
	mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(numbered_check(router, sizeof(body), &gaps), 1);
	ck_assert_uint_eq(lab_logged(router, "nobody reads it"), 1);
	ck_assert_uint_eq(lab_logged(router, "1 MRT records were lost"), 1);
	lab_free(lab);
}
END_TEST

START_TEST(what_a_full_pipe_did_not_take_goes_into_the_next_file)
{
	uint8_t body[100] = { 0 };
	struct lab *lab = lab_new(1);
	struct lab_router *router =
		lab_router_add(lab, 1, "mrtdump \"/pipe\"; mrtdump protocols all;\n");
	unsigned gaps = 0;
	sim_file_pipe(router->node, 50);
	for (uint8_t i = 0; i < 2; i++) {
		body[0] = i;
		mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
	}
	lab_run(lab, USEC_S);
	lab_configure(router, LOG("all"));
	sim_file_pipe(router->node, SIZE_MAX);
	lab_run(lab, USEC_S);
	ck_assert_uint_eq(numbered_check(router, sizeof(body), &gaps), 2);
	ck_assert_uint_eq(gaps, 0);
	ck_assert_uint_eq(lab_logged(router, "MRT records"), 0);
	lab_free(lab);
}
END_TEST

START_TEST(a_pipe_that_is_no_more_the_configured_one_is_closed)
{
	static const char *const others[] = { "", LOG("all") };
	static const char before[] = "mrtdump \"/pipe\"; mrtdump protocols all;\n";
	static const uint8_t body[100];
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
		struct lab *lab = lab_new(1);
		struct lab_router *router = lab_router_add(lab, 1, before);
		sim_file_pipe(router->node, SIZE_MAX);
		mrt_log_add(router->router, 4, NULL, 0, body, sizeof(body));
		lab_run(lab, USEC_S);
		lab_configure(router, "mrtdump \"/pipe\";\n");
		ck_assert(sim_file_pipe_is_open(router->node));
		lab_configure(router, others[i]);
		ck_assert(!sim_file_pipe_is_open(router->node));
		lab_free(lab);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_heard_is_logged,
		what_is_logged_may_be_chosen_by_a_command,
		each_type_of_message_is_logged_as_it_is_sent,
		a_session_of_two_byte_numbers_has_such_records,
		messages_with_path_identifiers_are_told_from_others,
		members_of_a_group_have_records_of_what_each_was_told,
		what_waits_when_a_session_ends_was_not_sent,
		a_refused_connection_has_a_record,
		a_burst_loses_no_record,
		records_that_could_not_be_written_are_counted,
		a_pipe_gets_whole_records,
		a_pipe_gets_what_it_has_room_for_from_the_first_write_on,
		what_a_slow_reader_loses_is_said_once,
		behind_a_reader_that_left_a_record_is_begun,
		what_a_full_pipe_did_not_take_goes_into_the_next_file,
		a_pipe_that_is_no_more_the_configured_one_is_closed,
	};
	return unit_run("bgp/mrt", tests, ARRAY_SIZE(tests), NULL, 0);
}
