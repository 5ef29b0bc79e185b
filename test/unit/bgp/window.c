/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows: how much is in one before it is to be sent.
 */
#include "test/unit/bgp/lab.h"

#include "nest/attr.h"
#include "nest/nexthop.h"
#include "proto/bgp/rib.h"
#include "proto/bgp/writer.h"
#include "test/unit/unit.h"

static struct attrs *
attrs_of(struct router *router, uint16_t preference)
{
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(router, NEXTHOP_BLACKHOLE);
	draft.preference = preference;
	struct attrs *attrs = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	nexthop_release(router, draft.nexthop);
	return attrs;
}

/* Puts changes until it is full: how many, each with a set of its own; `nets`: of so many
 * prefixes in turns. */
static unsigned
fill(struct router *router, struct bgp_window *window, unsigned nets)
{
	unsigned count = 0;
	for (; !bgp_window_is_full(window) && count < 5000; count++) {
		struct attrs *attrs = attrs_of(router, (uint16_t)(count + 1));
		struct prefix net =
			prefix_new(addr_from_ip4(10u << 24 | count % nets), 32);
		struct bgp_window_item item = { .net = &net, .given.attrs = attrs };
		bgp_window_put(window, &item);
		attrs_release(router, attrs, 1);
	}
	return count;
}

START_TEST(a_window_is_full_of_prefixes_or_of_sets)
{
	struct lab *lab = lab_new(1);
	struct router *router = lab_router_add(lab, 1, "")->router;
	static const unsigned nets[] = { 5000, 600, 1 };
	for (size_t i = 0; i < ARRAY_SIZE(nets); i++) {
		struct bgp_window *window = bgp_window_new(router);
		ck_assert_uint_eq(fill(router, window, nets[i]), 1024);
		bgp_window_free(window);
	}
	ck_assert_uint_eq(attrs_count(router, NULL), 0);
	lab_free(lab);
}
END_TEST

/* ---- a group on several links ---- */

/* What was written for it. */
struct tally {
	unsigned chunks, skips;
};

struct counting {
	struct bgp_writer writer;
	struct tally tally;
};

static void
chunk_count(struct bgp_writer *writer, struct bgp_chunk *chunk)
{
	struct counting *counting = container_of(writer, struct counting, writer);
	(void)chunk;
	counting->tally.chunks++;
	counting->tally.skips += writer->skip_count;
}

#define PEER(name, addr)                                                               \
	"protocol bgp " name " { local as 65001; neighbor " addr " as 65002; direct; " \
	"passive; ipv4 { import all; export all; }; }\n"
#define BACK(addr)                                                                \
	"protocol bgp one { local as 65002; neighbor " addr " as 65001; direct; " \
	"connect delay time 1; ipv4 { import all; export all; }; }\n"

static const struct channel *
channel_of(struct lab_router *router, const char *name)
{
	return protocol_channel(&lab_bgp(router, name)->protocol, NET_IP4);
}

static struct bgp_recipient
recipient_of(struct lab_router *router, const char *name, uint16_t number)
{
	const struct bgp_rib *rib = bgp_rib_of(channel_of(router, name));
	ck_assert_int_eq(lab_state(router, name), BGP_ESTABLISHED);
	return (struct bgp_recipient){ rib, bgp_agreed(rib->bgp)->link, number };
}

/* Routes of many sets that one on the LAN told, to it and to one over a wire. */
START_TEST(versions_for_several_links_share_few_chunks)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, "");
	lab_router_add(lab, 2, BACK("10.0.0.1"));
	struct lab_router *wired = lab_router_add(lab, 3, "");
	lab_wire(hub, wired, 0);
	lab_configure(wired, BACK("10.1.0.1"));
	lab_configure(hub, PEER("near", "10.0.0.2") PEER("wired", "10.1.0.2"));
	lab_run(lab, 10 * USEC_S);
	struct bgp_recipient recipients[] = { recipient_of(hub, "near", 1),
					      recipient_of(hub, "wired", 2) };
	const struct bgp_audience audience = { recipients, 2, true };
	struct counting counting = { .tally.chunks = 0 };
	bgp_writer_init(&counting.writer, recipients[0].rib, false);
	struct bgp_window *window = bgp_window_new(hub->router);
	for (unsigned i = 0; i < 200; i++) {
		struct attrs *attrs = attrs_of(hub->router, (uint16_t)(i + 1));
		struct prefix net = prefix_new(addr_from_ip4(10u << 24 | i), 32);
		struct bgp_window_item item = {
			.net = &net,
			.given = { .attrs = attrs, .from = channel_of(hub, "near") },
		};
		bgp_window_put(window, &item);
		attrs_release(hub->router, attrs, 1);
	}
	counting.writer.audience = &audience;
	counting.writer.send = chunk_count;
	bgp_writer_window(&counting.writer, window);
	bgp_writer_end(&counting.writer);
	bgp_window_free(window);
	ck_assert_uint_eq(counting.tally.chunks, 1);
	ck_assert_uint_eq(counting.tally.skips, 2);
	lab_free(lab);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_window_is_full_of_prefixes_or_of_sets,
		versions_for_several_links_share_few_chunks,
	};
	return unit_run("window", tests, ARRAY_SIZE(tests), NULL, 0);
}
