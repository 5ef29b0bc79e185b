/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that are told as one: a hub with members around it, on a LAN or each on a
 * wire.  What holds for a group must hold for the same neighbours told one by one: the
 * same town is played twice, once with `debug { routes }`, which keeps channels out of
 * groups.
 */
#include "test/unit/bgp/lab.h"

#include <stdio.h>
#include <string.h>

#include "nest/channel_private.h"
#include "nest/export_group.h"
#include "nest/nexthop.h"
#include "nest/table.h"
#include "proto/bgp/rib.h"
#include "test/unit/unit.h"

#define MEMBERS 6
#define NETS    24

/* Where the members are; to some even numbers are on the LAN, odd ones on wires. */
enum plan { ON_LAN, ON_WIRES, ON_BOTH, BY_LINK_LOCAL, PLANS };

struct town {
	struct lab *lab;
	enum plan plan;
	struct lab_router *hub, *members[MEMBERS];
	bool is_alone;
	uint32_t announced[MEMBERS + 1]; /* A bit for each net; the last: the hub's. */
	uint32_t version[MEMBERS + 1];
	uint32_t special;         /* Members with another policy. */
	uint32_t without_hub_hop; /* Members that are told the hub as next hop. */
	uint32_t diverted;        /* Members that are told another address for it. */
	bool without_extended;    /* IPv4 goes by IPv4 though sessions are over IPv6. */
	const char *first_words;  /* Of the session with the first; null: none. */
	const char *all_words;    /* Of all channels; null: none. */
};

/* ---- the town ---- */

static bool
is_wired(const struct town *town, unsigned who)
{
	return town->plan == ON_BOTH ? who % 2 != 0 : town->plan != ON_LAN;
}

static void
member_addr_write(const struct town *town, unsigned who, struct text *text)
{
	text_printf(text, is_wired(town, who) ? "10.1.%u.2" : "10.0.0.%u",
		    is_wired(town, who) ? who : who + 2);
}

static void
nets_write(const struct town *town, unsigned who, struct text *text)
{
	uint32_t version = town->version[who];
	text_add(text, "protocol static s { ipv4;\n");
	for (unsigned net = 0; net < NETS; net++) {
		if ((town->announced[who] >> net & 1) == 0)
			continue;
		text_printf(text, "\troute 10.9.%u.0/24 ", net);
		/* Some of the hub's lead to a member, who can't be told so. */
		if (who == MEMBERS && net % 4 == 0) {
			text_add(text, "via ");
			member_addr_write(town, net % MEMBERS, text);
		} else {
			text_add(text, "blackhole");
		}
		text_add(text, " {");
		for (unsigned i = 0; i < (version + who + net * 7) % 4; i++)
			text_add(text, " bgp_path.prepend(65099);");
		text_printf(text, " bgp_community.add((65000,%u)); };\n", version % 5);
	}
	text_add(text, "}\n");
}

static const char *
channel_words(const struct town *town)
{
	bool is_extended = town->plan == BY_LINK_LOCAL && !town->without_extended;
	return is_extended ? "extended next hop;" : "";
}

static void
session_write(const char *name, unsigned own_as, unsigned other_as, struct text *text)
{
	text_printf(text,
		    "protocol bgp %s { local as %u; direct; connect delay time 1; error "
		    "wait time 1,1; neighbor as %u; ",
		    name, own_as, other_as);
}

static void
member_configure(const struct town *town, unsigned who)
{
	struct text text = { .text = NULL };
	nets_write(town, who, &text);
	session_write("hub", 65002 + who, 65001, &text);
	if (town->plan == BY_LINK_LOCAL)
		text_printf(&text, "neighbor fe80::a1:%x%%'w%u';", who, who);
	else if (is_wired(town, who))
		text_printf(&text, "neighbor 10.1.%u.1;", who);
	else
		text_add(&text, "neighbor 10.0.0.1;");
	text_printf(&text,
		    " allow local as; debug { routes }; "
		    "ipv4 { import all; export all; %s }; }\n",
		    channel_words(town));
	lab_configure(town->members[who], text_string(&text));
	text_fini(&text);
}

static void
hub_write(const struct town *town, struct text *text)
{
	nets_write(town, MEMBERS, text);
	text_add(text, "filter special { if bgp_path ~ [= * 65003 * =] then reject; "
		       "bgp_med = 7; accept; }\n");
	for (unsigned i = 0; i < MEMBERS; i++) {
		char name[8];
		snprintf(name, sizeof(name), "m%u", i);
		session_write(name, 65001, 65002 + i, text);
		if (i == 0 && town->first_words != NULL)
			text_add(text, town->first_words);
		text_add(text, "neighbor ");
		if (town->plan == BY_LINK_LOCAL)
			text_printf(text, "fe80::a2:%x%%'w%u'", i, i);
		else
			member_addr_write(town, i, text);
		text_printf(text, "; %s ipv4 { import all; export %s; %s %s %s %s }; }\n",
			    town->is_alone ? "debug { routes };" : "",
			    (town->special >> i & 1) != 0 ? "filter special" : "all",
			    (town->without_hub_hop >> i & 1) != 0 ? "next hop self;" : "",
			    (town->diverted >> i & 1) == 0 ? ""
			    : town->plan == BY_LINK_LOCAL  ? "next hop address fd09::77;"
							  : "next hop address 10.0.0.77;",
			    town->all_words != NULL ? town->all_words : "",
			    channel_words(town));
	}
}

static void
hub_configure(const struct town *town)
{
	struct text text = { .text = NULL };
	hub_write(town, &text);
	lab_configure(town->hub, text_string(&text));
	text_fini(&text);
}

static struct town
town_new(enum plan plan, bool is_alone, uint32_t announced)
{
	struct town town = { .lab = lab_new(1), .plan = plan, .is_alone = is_alone };
	for (unsigned i = 0; i <= MEMBERS; i++)
		town.announced[i] = announced;
	town.hub = lab_router_add(town.lab, 1, "");
	for (unsigned i = 0; i < MEMBERS; i++) {
		town.members[i] = lab_router_add(town.lab, i + 2, "");
		if (is_wired(&town, i))
			lab_wire(town.hub, town.members[i], i);
	}
	lab_run(town.lab, USEC_S / 10);
	hub_configure(&town);
	for (unsigned i = 0; i < MEMBERS; i++)
		member_configure(&town, i);
	return town;
}

static struct channel *
channel_of(const struct town *town, unsigned who)
{
	char name[8];
	snprintf(name, sizeof(name), "m%u", who);
	return protocol_channel(&lab_bgp(town->hub, name)->protocol, NET_IP4);
}

static uint32_t
group_size(const struct town *town, unsigned who)
{
	return export_group_size(channel_of(town, who));
}

static void
town_audit(const struct town *town)
{
	router_audit(town->hub->router, AUDIT_FULL);
}

static void
route_write(const struct table *table, const struct route *route, attr_id base,
	    struct text *text)
{
	struct value block;
	if (!bgp_block_of(table_route_attrs(table, route), base, &block))
		return;
	for (size_t i = 0; i < block.size; i++)
		text_printf(text, " %02x", ((const uint8_t *)block.bytes)[i]);
}

/* The routes a member has of the hub, with all their attributes. */
static void
heard_write(struct lab_router *member, struct text *text)
{
	struct protocol *protocol = protocol_find(member->router, "hub");
	const struct channel *channel = protocol_channel(protocol, NET_IP4);
	const struct table *table = channel->table;
	for (unsigned net = 0; net < NETS; net++) {
		struct prefix prefix = { .type = NET_IP4, .length = 24 };
		prefix.addr = addr_from_ip4(0x0a090000 + net * 256);
		node_handle node = table_find(table, &prefix);
		route_handle handle = node != 0 ? table_node_first(table, node) : 0;
		for (; handle != 0; handle = table_route(table, handle)->next) {
			const struct route *route = table_route(table, handle);
			if ((route->flags & ROUTE_DEAD) != 0 ||
			    table_source_of(table, route).channel != channel)
				continue;
			text_printf(text, "10.9.%u.0/24", net);
			route_write(table, route, protocol->attr_base, text);
			text_add(text, "\n");
		}
	}
}

static bool
has_heard(const struct town *town, unsigned who, const char *net)
{
	struct text heard = { .text = NULL };
	heard_write(town->members[who], &heard);
	bool has = strstr(text_string(&heard), net) != NULL;
	text_fini(&heard);
	return has;
}

static void
member_compare(const struct town *one, const struct town *other, unsigned who)
{
	struct text a = { .text = NULL }, b = { .text = NULL };
	heard_write(one->members[who], &a);
	heard_write(other->members[who], &b);
	if (strcmp(text_string(&a), text_string(&b)) != 0)
		printf("as one:\n%salone:\n%s", text_string(&a), text_string(&b));
	ck_assert(strcmp(text_string(&a), text_string(&b)) == 0);
	text_fini(&a);
	text_fini(&b);
	ck_assert_uint_eq(channel_of(one, who)->exported,
			  channel_of(other, who)->exported);
}

/* ---- life of a group ---- */

START_TEST(those_alike_are_told_as_one)
{
	struct town town = town_new(ON_LAN, false, 0x3f);
	lab_run(town.lab, 10 * USEC_S);
	for (unsigned i = 0; i < MEMBERS; i++)
		ck_assert_uint_eq(group_size(&town, i), MEMBERS);
	lab_says(town.hub, "show bgp groups",
		 "\"group\":\"m0\",\"name\":\"m5\",\"channel\":\"ipv4\",\"members\":6,"
		 "\"exported\":6,\"behind\":0,\"queued\":0,\"state\":\"in step\"");
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

START_TEST(links_keep_nobody_apart)
{
	for (enum plan plan = ON_WIRES; plan < PLANS; plan++) {
		struct town town = town_new(plan, false, 0x3f);
		lab_run(town.lab, 10 * USEC_S);
		for (unsigned i = 0; i < MEMBERS; i++)
			ck_assert_uint_eq(group_size(&town, i), MEMBERS);
		town_audit(&town);
		lab_free(town.lab);
	}
}
END_TEST

/* Each is told the hub's address on its own link, but where the next hop is there. */
START_TEST(each_is_told_the_next_hop_of_its_link)
{
	struct town town = town_new(ON_BOTH, false, 0);
	town.announced[2] = 1 << 2;
	town.announced[MEMBERS] = 1 << 1;
	lab_run(town.lab, 10 * USEC_S);
	member_configure(&town, 2);
	hub_configure(&town);
	lab_run(town.lab, USEC_S);
	for (unsigned i = 0; i < MEMBERS; i++) {
		char own[24];
		snprintf(own, sizeof(own), i % 2 != 0 ? "10.1.%u.1" : "10.0.0.1", i);
		ck_assert_uint_eq(group_size(&town, i), MEMBERS);
		ck_assert(lab_has_route(town.members[i], "10.9.1.0/24", own));
		if (i != 2)
			ck_assert(lab_has_route(town.members[i], "10.9.2.0/24",
						i % 2 != 0 ? own : "10.0.0.4"));
	}
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

/* A link-local address alone takes less than one behind a global one. */
START_TEST(a_next_hop_of_another_size_is_told_apart)
{
	struct town town = town_new(BY_LINK_LOCAL, false, 0x3f);
	lab_run(town.lab, 10 * USEC_S);
	town.diverted = 1 << 1;
	hub_configure(&town);
	lab_run(town.lab, USEC_S);
	ck_assert_uint_eq(group_size(&town, 1), 1);
	ck_assert_uint_eq(group_size(&town, 0), MEMBERS - 1);
	town.plan = ON_WIRES;
	town.diverted = 0;
	for (unsigned i = 0; i < MEMBERS; i++)
		member_configure(&town, i);
	hub_configure(&town);
	lab_run(town.lab, 10 * USEC_S);
	town.diverted = 1 << 1;
	hub_configure(&town);
	lab_run(town.lab, USEC_S);
	ck_assert_uint_eq(group_size(&town, 1), MEMBERS);
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

/* The session is over link-local addresses, so it stays; the routes go by the new one. */
START_TEST(another_address_of_ours_is_told)
{
	struct town town = town_new(BY_LINK_LOCAL, false, 0);
	const char *net = "10.9.1.0/24";
	town.announced[MEMBERS] = 1 << 1;
	town.without_extended = true;
	for (unsigned i = 0; i < MEMBERS; i++)
		member_configure(&town, i);
	hub_configure(&town);
	lab_run(town.lab, 10 * USEC_S);
	struct sim_interface *wire = sim_interface_find(town.hub->node, "w0");
	ck_assert_uint_eq(group_size(&town, 0), MEMBERS);
	ck_assert(lab_has_route(town.members[0], net, "10.1.0.1"));
	ck_assert_int_eq(sim_address_add(wire, addr_from_ip4(0x0a010009), 24, 0), 0);
	ck_assert_int_eq(sim_address_remove(wire, addr_from_ip4(0x0a010001)), 0);
	lab_run(town.lab, USEC_S);
	ck_assert(lab_has_route(town.members[0], net, "10.1.0.9"));
	ck_assert(lab_has_route(town.members[1], net, "10.1.1.1"));
	/* None is left, and the next one is another. */
	ck_assert_int_eq(sim_address_remove(wire, addr_from_ip4(0x0a010009)), 0);
	lab_run(town.lab, USEC_S);
	ck_assert(!has_heard(&town, 0, net));
	ck_assert(has_heard(&town, 1, net));
	lab_says(town.hub, "show bgp peer m0 problem",
		 "\"next_hop\":\"no address of ours serves");
	ck_assert_int_eq(sim_address_add(wire, addr_from_ip4(0x0a01000a), 24, 0), 0);
	lab_run(town.lab, 10 * USEC_S);
	ck_assert(lab_has_route(town.members[0], net, "10.1.0.10"));
	ck_assert_uint_eq(group_size(&town, 0), MEMBERS);
	ck_assert_uint_eq(lab_bgp(town.hub, "m0")->history.established_count, 1);
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

START_TEST(another_address_leaves_the_group)
{
	struct town town = town_new(BY_LINK_LOCAL, false, 0x3f);
	lab_run(town.lab, 10 * USEC_S);
	for (uint8_t end = 0; end < 2; end++) {
		struct addr addr = { .bytes = { 0xfd, [15] = (uint8_t)(9 + end) } };
		struct lab_router *router = end == 0 ? town.hub : town.members[0];
		struct sim_interface *wire = sim_interface_find(router->node, "w0");
		ck_assert_int_eq(sim_address_add(wire, addr, 64, 0), 0);
	}
	town.announced[MEMBERS] = 0x7e;
	hub_configure(&town);
	lab_run(town.lab, USEC_S);
	lab_says(town.hub, "show protocols all m0", "\"next_hop\":\"fd00::9\"");
	ck_assert_uint_eq(group_size(&town, 0), 1);
	ck_assert_uint_eq(group_size(&town, 1), MEMBERS - 1);
	for (unsigned i = 0; i < MEMBERS; i++)
		ck_assert(has_heard(&town, i, "10.9.6.0/24"));
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

/* RFC 7311 §3.4: who is told us as the next hop is told another metric. */
START_TEST(next_hops_that_add_a_metric_are_told_apart)
{
	struct town town = town_new(ON_BOTH, false, 0x3f);
	lab_run(town.lab, 10 * USEC_S);
	ck_assert_uint_eq(group_size(&town, 0), MEMBERS);
	town.all_words = "aigp on;";
	hub_configure(&town);
	lab_run(town.lab, 10 * USEC_S);
	for (unsigned i = 0; i < MEMBERS; i++)
		ck_assert_uint_eq(group_size(&town, i), i % 2 != 0 ? 1 : MEMBERS / 2);
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

START_TEST(a_member_is_not_told_its_own_route)
{
	struct town town = town_new(ON_LAN, false, 0);
	lab_run(town.lab, 10 * USEC_S);
	town.announced[2] = 1;
	member_configure(&town, 2);
	lab_run(town.lab, USEC_S);
	ck_assert_uint_eq(group_size(&town, 2), MEMBERS);
	for (unsigned i = 0; i < MEMBERS; i++)
		ck_assert_uint_eq(channel_of(&town, i)->exported, i != 2);
	/* Another one has it as well, which is better or worse: one owner at a time. */
	town.announced[3] = 1;
	member_configure(&town, 3);
	lab_run(town.lab, USEC_S);
	ck_assert_uint_eq(channel_of(&town, 2)->exported + channel_of(&town, 3)->exported,
			  1);
	ck_assert_uint_eq(channel_of(&town, 0)->exported, 1);
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

#define PLAIN(name, number)                                               \
	"protocol bgp " name " { local as 65001; neighbor 10.0.0." number \
	" as 65002; passive; direct; ipv4 { import all; export all; }; }\n"
#define BLACKHOLE "protocol static s { ipv4; route 10.9.4.0/24 blackhole; }\n"
#define PLAINS    PLAIN("a", "8") PLAIN("b", "9")

/* The member whose address the next hop is hears a withdrawal instead. */
START_TEST(nobody_is_told_to_go_by_itself)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(lab, 1, PLAINS);
	struct lab_peer *a = lab_peer_add(lab, 8), *b = lab_peer_add(lab, 9);
	lab_peer_establish(a, hub);
	lab_peer_establish(b, hub);
	lab_run(lab, 5 * USEC_S);
	const struct channel *channel =
		protocol_channel(&lab_bgp(hub, "a")->protocol, NET_IP4);
	ck_assert_uint_eq(export_group_size(channel), 2);
	lab_configure(
		hub,
		"protocol static s { ipv4; route 10.9.4.0/24 via 10.0.0.9; }\n" PLAINS);
	lab_run(lab, USEC_S);
	/* Another configuration does not part them. */
	ck_assert_uint_eq(export_group_size(channel), 2);
	static const uint8_t withdrawal[] = { 0, 4, 24, 10, 9, 4, 0, 0 };
	ck_assert_uint_eq(lab_last(a, BGP_UPDATE)->body[1], 0);
	ck_assert_uint_eq(lab_last(b, BGP_UPDATE)->size, sizeof(withdrawal));
	ck_assert(memcmp(lab_last(b, BGP_UPDATE)->body, withdrawal, sizeof(withdrawal)) ==
		  0);
	lab_free(lab);
}
END_TEST

START_TEST(another_policy_leaves_the_group)
{
	struct town town = town_new(ON_LAN, false, 0xff);
	lab_run(town.lab, 10 * USEC_S);
	town.special = 1 << 1 | 1 << 4;
	hub_configure(&town);
	lab_run(town.lab, 5 * USEC_S);
	ck_assert_uint_eq(group_size(&town, 1), 2);
	ck_assert_uint_eq(group_size(&town, 4), 2);
	ck_assert_uint_eq(group_size(&town, 0), MEMBERS - 2);
	town.special = 0;
	town.without_hub_hop = 1 << 3;
	hub_configure(&town);
	lab_run(town.lab, 5 * USEC_S);
	ck_assert_uint_eq(group_size(&town, 3), 1);
	ck_assert_uint_eq(group_size(&town, 1), MEMBERS - 1);
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

/* The group reads, and what it tells waits. */
static void
group_read(const struct channel *member)
{
	struct export_group *group = member->private->group;
	group->job.run(&group->job, JOB_BUDGET);
}

static void
blackhole_import(struct channel *channel, const struct prefix *net)
{
	struct router *router = channel->protocol->router;
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(router, NEXTHOP_BLACKHOLE);
	draft.source = RTS_BGP;
	struct route_update update = { .net = net };
	update.attrs = attrs_intern(router, &draft);
	channel_import(channel, &update, 1);
	attrs_release(router, update.attrs, 1);
	nexthop_release(router, draft.nexthop);
	attrs_draft_fini(&draft);
}

/* Withdrawn for all and then the member's own, before either was sent: the member must
 * learn the first. */
START_TEST(what_waited_is_withdrawn_from_an_owner)
{
	struct town town = town_new(ON_LAN, false, 0);
	town.announced[MEMBERS] = 2;
	hub_configure(&town);
	lab_run(town.lab, 10 * USEC_S);
	ck_assert(has_heard(&town, 2, "10.9.1.0/24"));
	struct prefix net = { .type = NET_IP4, .length = 24 };
	net.addr = addr_from_ip4(0x0a090100);
	struct route_update update = { .net = &net };
	struct protocol *statics = protocol_find(town.hub->router, "s");
	channel_import(protocol_channel(statics, NET_IP4), &update, 1);
	group_read(channel_of(&town, 0));
	blackhole_import(channel_of(&town, 2), &net);
	group_read(channel_of(&town, 0));
	lab_run(town.lab, USEC_S);
	ck_assert(!has_heard(&town, 2, "10.9.1.0/24"));
	ck_assert(has_heard(&town, 1, "10.9.1.0/24"));
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

/* NEXT_HOP is behind an ORIGIN and an AS_PATH of one AS. */
static uint32_t
next_hop_of(const struct lab_message *update)
{
	ck_assert_uint_ge(update->size, 24);
	return wire_load_u32(update->body + 20);
}

#define OTHERWISE(name, number)                                                        \
	"protocol bgp " name " { local as 65001; neighbor 10.0.0." number              \
	" as 65002; passive; direct; ipv4 { import all; export all; next hop address " \
	"10.0.0.77; }; }\n"

/* What waits for all is written as it was told, not as one of them wants it now. */
START_TEST(another_configuration_of_one_is_nothing_to_the_others)
{
	static const char *const others[] = { OTHERWISE("a", "8") PLAIN("b", "9"),
					      PLAIN("a", "8") OTHERWISE("b", "9") };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct lab *lab = lab_new(1);
		struct lab_router *hub = lab_router_add(lab, 1, BLACKHOLE PLAINS);
		struct lab_peer *a = lab_peer_add(lab, 8), *b = lab_peer_add(lab, 9);
		struct prefix net = { .type = NET_IP4, .length = 24 };
		struct text config = { .text = NULL };
		lab_peer_establish(a, hub);
		lab_peer_establish(b, hub);
		lab_run(lab, 5 * USEC_S);
		const struct channel *channel =
			protocol_channel(&lab_bgp(hub, "a")->protocol, NET_IP4);
		ck_assert_ptr_nonnull(channel->private->group);
		struct protocol *statics = protocol_find(hub->router, "s");
		net.addr = addr_from_ip4(0x0a090500);
		blackhole_import(protocol_channel(statics, NET_IP4), &net);
		group_read(channel);
		text_printf(&config, BLACKHOLE "%s", others[i]);
		lab_configure(hub, text_string(&config));
		lab_run(lab, 5 * USEC_S);
		text_fini(&config);
		ck_assert_uint_eq(next_hop_of(lab_last(a, BGP_UPDATE)),
				  i == 0 ? 0x0a00004d : 0x0a000001);
		ck_assert_uint_eq(next_hop_of(lab_last(b, BGP_UPDATE)),
				  i == 1 ? 0x0a00004d : 0x0a000001);
		lab_free(lab);
	}
}
END_TEST

#define VALID(name, number)                                                             \
	"protocol bgp " name " { local as 65001; neighbor 10.0.0." number               \
	" as 65002; passive; direct; ipv4 { import all; rpki reload off; export where " \
	"roa_check(r4, net, 65009) != ROA_INVALID; }; }\n"

/* What either was told before is not the same, and nobody tells them anything new. */
START_TEST(two_that_do_not_fit_stay_alone)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(
		lab, 1,
		"roa4 table r4;\nprotocol static s { ipv4; route 10.9.4.0/24 blackhole; "
		"}\n"
		"protocol static entries { disabled; roa4 { table r4; }; "
		"route 10.9.4.0/24 max 24 as 65010; }\n" VALID("a", "8") VALID("b", "9"));
	struct lab_peer *a = lab_peer_add(lab, 8), *b = lab_peer_add(lab, 9);
	const struct channel *channels[] = {
		protocol_channel(&lab_bgp(hub, "a")->protocol, NET_IP4),
		protocol_channel(&lab_bgp(hub, "b")->protocol, NET_IP4),
	};
	lab_peer_establish(a, hub);
	lab_run(lab, USEC_S);
	lab_command(hub, "enable entries");
	lab_run(lab, USEC_S);
	lab_peer_establish(b, hub);
	lab_run(lab, 5 * USEC_S);
	ck_assert_uint_eq(channels[0]->exported, 1);
	ck_assert_uint_eq(channels[1]->exported, 0);
	ck_assert_uint_eq(export_group_size(channels[0]), 1);
	lab_command(hub, "reload out a");
	lab_run(lab, 5 * USEC_S);
	ck_assert_uint_eq(export_group_size(channels[0]), 2);
	lab_free(lab);
}
END_TEST

/* RFC 9494 §4.3 binds who has heard of it. */
START_TEST(who_has_no_long_lived_restarts_is_told_apart)
{
	struct lab *lab = lab_new(1);
	struct lab_router *hub = lab_router_add(
		lab, 1,
		"protocol static s { ipv4; route 10.9.4.0/24 blackhole { "
		"bgp_community.add((65535, 6)); }; }\n"
		"protocol bgp a { local as 65001; neighbor 10.0.0.8 as 65002; passive; "
		"direct; long lived graceful restart off; "
		"ipv4 { import all; export all; }; }\n" PLAIN("b", "9"));
	struct lab_peer *a = lab_peer_add(lab, 8), *b = lab_peer_add(lab, 9);
	lab_peer_establish(a, hub);
	lab_peer_establish(b, hub);
	lab_run(lab, 5 * USEC_S);
	for (const char *name = "a"; name != NULL; name = *name == 'a' ? "b" : NULL) {
		const struct channel *channel =
			protocol_channel(&lab_bgp(hub, name)->protocol, NET_IP4);
		ck_assert_uint_eq(channel->exported, *name == 'a');
		ck_assert_uint_eq(export_group_size(channel), 1);
	}
	lab_free(lab);
}
END_TEST

static void
queue_fill(struct bgp *bgp, unsigned chunks)
{
	struct bgp_chunk *chunk = bgp_chunk_new(BGP_MESSAGE_MAX);
	struct wire_out out = wire_out(chunk->bytes, BGP_MESSAGE_MAX);
	while (wire_room(&out) >= BGP_HEADER_SIZE)
		bgp_keepalive_write(&out);
	chunk->size = (uint32_t)wire_used(&out);
	struct bgp_piece whole = bgp_chunk_whole(chunk);
	for (unsigned i = 0; i < chunks; i++)
		bgp_session_send(bgp, &whole);
	bgp_chunk_release(chunk);
}

static void
reading_pause(struct town *town, unsigned who, bool is_paused)
{
	struct bgp *bgp = lab_bgp(town->members[who], "hub");
	struct sys *sys = town->members[who]->router->sys;
	sys->class->stream_pause(bgp->session->established->connection.stream, is_paused);
}

/* Its connection takes no more, but its queue would. */
static void
stream_fill(struct town *town, unsigned who)
{
	char name[8];
	snprintf(name, sizeof(name), "m%u", who);
	struct bgp *bgp = lab_bgp(town->hub, name);
	reading_pause(town, who, true);
	while (!bgp->session->established->connection.blocked) {
		queue_fill(bgp, 1);
		lab_run(town->lab, 0);
	}
	ck_assert(bgp_session_has_room(bgp));
}

/* What two are late to take is written to them by and by, when others have had it. */
START_TEST(who_is_late_is_told_its_own_next_hop)
{
	struct town town = town_new(ON_WIRES, false, 0);
	lab_run(town.lab, 10 * USEC_S);
	stream_fill(&town, 1);
	stream_fill(&town, 3);
	for (unsigned i = 0; i < MEMBERS; i++) {
		struct prefix net = { .type = NET_IP4, .length = 24 };
		net.addr = addr_from_ip4(0x0a090000 + i * 256);
		blackhole_import(channel_of(&town, i), &net);
	}
	group_read(channel_of(&town, 0));
	lab_run(town.lab, USEC_S);
	ck_assert_uint_eq(group_size(&town, 1), MEMBERS);
	ck_assert(has_heard(&town, 5, "10.9.0.0/24"));
	ck_assert(!has_heard(&town, 1, "10.9.0.0/24"));
	reading_pause(&town, 1, false);
	reading_pause(&town, 3, false);
	lab_run(town.lab, USEC_S);
	for (unsigned i = 0; i < MEMBERS * MEMBERS; i++) {
		char net[24], own[24];
		snprintf(net, sizeof(net), "10.9.%u.0/24", i / MEMBERS);
		snprintf(own, sizeof(own), "10.1.%u.1", i % MEMBERS);
		if (i / MEMBERS != i % MEMBERS)
			ck_assert(lab_has_route(town.members[i % MEMBERS], net, own));
	}
	lab_free(town.lab);
}
END_TEST

START_TEST(a_slow_member_delays_no_other)
{
	struct town town = town_new(ON_LAN, false, 0x0f);
	lab_run(town.lab, 10 * USEC_S);
	reading_pause(&town, 1, true);
	/* More than a session and a connection take. */
	queue_fill(lab_bgp(town.hub, "m1"), 1024);
	/* The member's own say is heard; what the hub has must reach all others. */
	town.announced[MEMBERS] = 0xffff00;
	hub_configure(&town);
	lab_run(town.lab, USEC_S);
	lab_says(town.hub, "show bgp groups", "\"state\":\"waits for the neighbour\"");
	town.announced[2] = 0;
	member_configure(&town, 2);
	lab_run(town.lab, USEC_S);
	ck_assert_uint_eq(group_size(&town, 1), 1);
	ck_assert_uint_eq(group_size(&town, 0), MEMBERS - 1);
	ck_assert(has_heard(&town, 0, "10.9.23.0/24"));
	ck_assert(!has_heard(&town, 1, "10.9.23.0/24"));
	/* It catches up, and is one of them again. */
	reading_pause(&town, 1, false);
	lab_run(town.lab, 5 * USEC_S);
	ck_assert(has_heard(&town, 1, "10.9.23.0/24"));
	ck_assert_uint_eq(group_size(&town, 1), MEMBERS);
	town_audit(&town);
	lab_free(town.lab);
}
END_TEST

/* ---- against neighbours told one by one ---- */

/* One thing happens, the same in all towns for the same number. */
static void
town_step(struct town *town, uint64_t chance)
{
	unsigned who = unit_below(&chance, MEMBERS);
	char line[32];
	switch (unit_below(&chance, 13)) {
	case 0: town->special ^= 1u << who; break;
	case 1: town->without_hub_hop ^= 1u << who; break;
	case 2:
		town->announced[MEMBERS] = unit_below(&chance, 1u << NETS);
		town->version[MEMBERS]++;
		break;
	case 3:
	case 4:
		snprintf(line, sizeof(line), "%s m%u",
			 unit_below(&chance, 2) != 0 ? "restart" : "reload out", who);
		lab_command(town->hub, line);
		return;
	case 5:
		snprintf(line, sizeof(line), "restart hub");
		lab_command(town->members[who], line);
		return;
	case 6: town->diverted ^= 1u << who; break;
	default:
		town->announced[who] = unit_below(&chance, 1u << NETS);
		town->version[who] += unit_below(&chance, 3);
		member_configure(town, who);
		return;
	}
	hub_configure(town);
}

static void
towns_play(enum plan plan, uint64_t chance)
{
	struct town one = town_new(plan, false, 0xff00ff);
	struct town other = town_new(plan, true, 0xff00ff);
	unsigned grouped = 0;
	for (unsigned round = 0; round < 12; round++) {
		for (unsigned i = unit_below(&chance, 6); i > 0; i--) {
			uint64_t step = chance;
			usec_t wait =
				unit_below(&chance, 4) != 0
					? (usec_t)unit_below(&chance, 20) * USEC_MS
					: (usec_t)unit_below(&chance, 3000) * USEC_MS;
			town_step(&one, step);
			town_step(&other, step);
			lab_run(one.lab, wait);
			lab_run(other.lab, wait);
			town_audit(&one);
		}
		lab_run(one.lab, 15 * USEC_S);
		lab_run(other.lab, 15 * USEC_S);
		town_audit(&one);
		town_audit(&other);
		for (unsigned i = 0; i < MEMBERS; i++) {
			grouped += group_size(&one, i) > 1;
			ck_assert_uint_eq(group_size(&other, i), 1);
			member_compare(&one, &other, i);
		}
	}
	ck_assert_uint_gt(grouped, 0);
	lab_free(one.lab);
	lab_free(other.lab);
}

START_TEST(a_group_is_told_what_each_would_be)
{
	for (uint64_t seed = 1; seed <= 16; seed++)
		towns_play((enum plan)(seed % PLANS), seed);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		those_alike_are_told_as_one,
		links_keep_nobody_apart,
		each_is_told_the_next_hop_of_its_link,
		a_next_hop_of_another_size_is_told_apart,
		another_address_of_ours_is_told,
		another_address_leaves_the_group,
		next_hops_that_add_a_metric_are_told_apart,
		a_member_is_not_told_its_own_route,
		nobody_is_told_to_go_by_itself,
		another_policy_leaves_the_group,
		what_waited_is_withdrawn_from_an_owner,
		another_configuration_of_one_is_nothing_to_the_others,
		two_that_do_not_fit_stay_alone,
		who_has_no_long_lived_restarts_is_told_apart,
		who_is_late_is_told_its_own_next_hop,
		a_slow_member_delays_no_other,
		a_group_is_told_what_each_would_be,
	};
	return unit_run("bgp/group", tests, ARRAY_SIZE(tests), NULL, 0);
}
