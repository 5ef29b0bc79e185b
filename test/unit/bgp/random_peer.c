/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours that do at random what they may, and what they may not: announce, withdraw,
 * mark refreshes and ends out of turn, break and cut sessions, restart, say other
 * OPENs.  Whatever was before, in the end a neighbour's routes are those it said last,
 * and a router behind ours has the best of them.
 */
#include "test/unit/bgp/lab.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/unit.h"

#define PEERS 2u
#define NETS  10u
#define IDS   3u

/* What it has said in the session it has; 0: nothing. */
struct said {
	uint32_t community;
	bool is_stale; /* Not since the refresh began. */
};

struct speaker {
	struct lab_peer *peer;
	unsigned number; /* Last of its addresses. */
	uint32_t as;
	bool refreshes[BGP_FAMILIES], has_ids, is_enhanced, has_ip6;
	bool has_ended[BGP_FAMILIES]; /* No refresh begins before (RFC 7313 §4). */
	struct said said[NETS][IDS];
};

#define BEHIND                                                                           \
	"protocol bgp before { local as 65009; neighbor 10.0.0.1 as 65001; hold time "   \
	"9; "                                                                            \
	"passive; graceful restart on; error wait time 1, 1; ipv4 { import all; export " \
	"none; add paths rx; }; ipv6 { import all; export none; add paths rx; }; }\n"

struct life {
	struct lab *lab;
	struct lab_router *router, *behind;
	struct speaker speakers[PEERS];
	uint64_t random;
	uint32_t community;
	unsigned config;
};

static uint32_t
draw(struct life *life, uint32_t below)
{
	return unit_below(&life->random, below);
}

/* ---- configurations ---- */

static void
config_use(struct life *life, unsigned which)
{
	struct text text = { .text = NULL }, channel = { .text = NULL };
	life->config = which;
	text_printf(&text,
		    "template bgp all { local as 65001; error wait time 1, 1; graceful "
		    "restart %s; %s%s}\n",
		    which & 1 ? "on" : "aware",
		    which & 2 ? "long lived graceful restart on; " : "",
		    which & 4 ? "graceful restart stale time 7; " : "");
	text_printf(&channel, "{ import %s; export all; %s%s%s };",
		    which & 8 ? "filter { bgp_local_pref = 120; accept; }" : "all",
		    which & 16 ? "import table on; " : "",
		    which & 32 ? "import keep filtered on; " : "",
		    which & 64 ? "add paths on; " : "");
	for (unsigned i = 0; i < PEERS; i++)
		text_printf(&text,
			    "protocol bgp p%u from all { neighbor 10.0.0.%u external; "
			    "passive; hold time 0; ipv4 %s ipv6 %s }\n",
			    i, i + 2, text_string(&channel), text_string(&channel));
	text_reset(&channel);
	text_printf(&channel, "{ import all; export all; %s};",
		    which & 128 ? "add paths on; " : "");
	text_printf(
		&text,
		"protocol bgp behind from all { neighbor 10.0.0.9 as 65009; hold time "
		"9; ipv4 %s ipv6 %s }\n",
		text_string(&channel), text_string(&channel));
	text_fini(&channel);
	lab_configure(life->router, text_string(&text));
	text_fini(&text);
}

/* ---- what neighbours say ---- */

static void
forget(struct speaker *speaker)
{
	memset(speaker->said, 0, sizeof(speaker->said));
	memset(speaker->refreshes, 0, sizeof(speaker->refreshes));
}

static enum bgp_family
family_of(unsigned net)
{
	return net < NETS / 2 ? BGP_IP4 : BGP_IP6;
}

static const char *
net_text(unsigned net, char text[static 32])
{
	snprintf(text, 32, family_of(net) == BGP_IP4 ? "10.8.%u.0/24" : "fd08:%u::/32",
		 net);
	return text;
}

static void
prefix_put(const struct speaker *speaker, struct wire_out *out, unsigned net, unsigned id)
{
	if (speaker->has_ids)
		/* The last that is taken as it is, and the first that is not. */
		wire_put_u32(out, id == 0 ? 0 : 4094 + id);
	if (family_of(net) == BGP_IP4)
		wire_put_bytes(out, (uint8_t[4]){ 24, 10, 8, (uint8_t)net }, 4);
	else
		wire_put_bytes(out, (uint8_t[5]){ 32, 0xfd, 8, 0, (uint8_t)net }, 5);
}

static uint8_t *
field_begin(struct wire_out *out, uint8_t type)
{
	wire_put_u8(out, BGP_FLAG_OPTIONAL);
	wire_put_u8(out, type);
	uint8_t *size = wire_put_gap(out, 1);
	wire_put_u16(out, 2);
	wire_put_u8(out, BGP_SAFI_UNICAST);
	return size;
}

static void
field_end(const struct wire_out *out, uint8_t *size)
{
	*size = (uint8_t)(out->at - size - 1);
}

/* Of IPv6. */
static void
unreach_put(const struct speaker *speaker, struct wire_out *out, unsigned net,
	    unsigned id)
{
	uint8_t *size = field_begin(out, BGP_ATTRIBUTE_MP_UNREACH);
	prefix_put(speaker, out, net, id);
	field_end(out, size);
}

static void
reach_put(const struct speaker *speaker, struct wire_out *out, unsigned net, unsigned id)
{
	uint8_t *size = field_begin(out, BGP_ATTRIBUTE_MP_REACH);
	const uint8_t hop[16] = { 0xfd, 0x99, [15] = (uint8_t)speaker->number };
	wire_put_u8(out, sizeof(hop));
	wire_put_bytes(out, hop, sizeof(hop));
	wire_put_u8(out, 0);
	prefix_put(speaker, out, net, id);
	field_end(out, size);
}

static void
attributes_put(struct life *life, const struct speaker *speaker, struct wire_out *out)
{
	const uint8_t head[] = { 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1 };
	const uint8_t hop[] = { 0x40, 3, 4, 10, 0, 0, (uint8_t)speaker->number };
	const uint8_t list[] = { 0xc0, 8, 4 };
	wire_put_bytes(out, head, sizeof(head));
	wire_put_u32(out, speaker->as);
	wire_put_bytes(out, hop, sizeof(hop));
	wire_put_bytes(out, list, sizeof(list));
	wire_put_u32(out, 77u << 16 | ++life->community);
}

static void
update_say(struct life *life, struct speaker *speaker, unsigned net, unsigned id,
	   bool withdraws, bool announces)
{
	uint8_t bytes[160];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bool is_ip4 = family_of(net) == BGP_IP4;
	if (!is_ip4 && !speaker->has_ip6)
		return;
	uint8_t *size = wire_put_gap(&out, 2);
	if (withdraws && is_ip4)
		prefix_put(speaker, &out, net, id);
	wire_store_u16(size, (uint16_t)(out.at - size - 2));
	size = wire_put_gap(&out, 2);
	if (announces && !is_ip4)
		reach_put(speaker, &out, net, id);
	if (withdraws && !is_ip4)
		unreach_put(speaker, &out, net, id);
	if (announces)
		attributes_put(life, speaker, &out);
	wire_store_u16(size, (uint16_t)(out.at - size - 2));
	if (announces && is_ip4)
		prefix_put(speaker, &out, net, id);
	speaker->said[net][id] =
		(struct said){ announces ? 77u << 16 | life->community : 0, false };
	lab_say_update(speaker->peer, bytes, wire_used(&out));
}

static void
end_say(struct speaker *speaker, enum bgp_family family)
{
	static const uint8_t ip4[4], ip6[] = { 0, 0, 0, 6, 0x80, 15, 3, 0, 2, 1 };
	speaker->has_ended[family] = true;
	if (family == BGP_IP4)
		lab_say_update(speaker->peer, ip4, sizeof(ip4));
	else
		lab_say_update(speaker->peer, ip6, sizeof(ip6));
}

static void
refresh_heed(struct speaker *speaker, enum bgp_family family, enum bgp_refresh kind)
{
	for (unsigned net = 0; net < NETS; net++)
		for (unsigned id = 0; id < IDS && family_of(net) == family; id++) {
			struct said *said = &speaker->said[net][id];
			if (kind == BGP_REFRESH_BEGIN)
				said->is_stale = true;
			else if (speaker->refreshes[family] && said->is_stale)
				said->community = 0;
		}
	speaker->refreshes[family] = kind == BGP_REFRESH_BEGIN;
}

static void
refresh_say(struct speaker *speaker, enum bgp_family family, enum bgp_refresh kind)
{
	uint8_t bytes[BGP_HEADER_SIZE + 4];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	bgp_refresh_write(&out, family, kind);
	lab_say_bytes(speaker->peer, bytes, wire_used(&out));
	if (speaker->is_enhanced && kind != BGP_REFRESH_ASK &&
	    (family == BGP_IP4 || speaker->has_ip6) &&
	    (kind == BGP_REFRESH_END || speaker->has_ended[family]))
		refresh_heed(speaker, family, kind);
}

static void
connect(struct life *life, struct speaker *speaker)
{
	speaker->as = 65000 + speaker->number + 100 * draw(life, 3);
	struct bgp_open open = lab_open(speaker->peer, speaker->as);
	unsigned how = draw(life, 256), more = draw(life, 64);
	open.hold = 0;
	open.capabilities.restart = how & 3;
	speaker->has_ended[BGP_IP4] = speaker->has_ended[BGP_IP6] = !(how & 3);
	open.capabilities.families[BGP_IP6] = speaker->has_ip6 = draw(life, 4) > 0;
	open.capabilities.restarts[BGP_IP4].is_there = how & 12;
	open.capabilities.restarts[BGP_IP4].forwarding = how & 48;
	open.capabilities.restart_time = how & 64 ? 20 : 5;
	open.capabilities.notifications = how & 128;
	open.capabilities.long_lived = more & 1;
	open.capabilities.stale[BGP_IP4] = (struct bgp_restart_family){
		.is_there = true, .forwarding = more & 2, .time = more & 4 ? 30 : 6
	};
	open.capabilities.restarts[BGP_IP6] = open.capabilities.restarts[BGP_IP4];
	open.capabilities.restarts[BGP_IP6].is_there ^= draw(life, 4) == 0;
	open.capabilities.stale[BGP_IP6] = open.capabilities.stale[BGP_IP4];
	open.capabilities.enhanced_refresh = speaker->is_enhanced = more & 8;
	open.capabilities.add_path[BGP_IP4] = open.capabilities.add_path[BGP_IP6] =
		more & 16 ? 3 : 0;
	speaker->has_ids = more & 16 && life->config & 64;
	if ((more & 32) != 0)
		open.id = 0x0a010000u + draw(life, 200);
	forget(speaker);
	speaker->has_ids = more & 16 && life->config & 64;
	lab_peer_call(speaker->peer, life->router, NULL);
	if (speaker->peer->stream != NULL)
		lab_say_open(speaker->peer, &open);
	if (speaker->peer->stream != NULL)
		lab_say_keepalive(speaker->peer);
}

static bool
is_up(const struct life *life, const struct speaker *speaker)
{
	char name[8];
	snprintf(name, sizeof(name), "p%u", speaker->number - 2);
	return speaker->peer->stream != NULL &&
	       lab_state(life->router, name) == BGP_ESTABLISHED;
}

static void
speaker_act(struct life *life, struct speaker *speaker)
{
	unsigned net = draw(life, NETS), id = speaker->has_ids ? draw(life, IDS) : 0;
	enum bgp_family family = family_of(draw(life, NETS));
	if (!is_up(life, speaker)) {
		if (draw(life, 2) == 0)
			connect(life, speaker);
		else
			lab_run(life->lab, draw(life, 3000) * USEC_MS);
		return;
	}
	switch (draw(life, 24)) {
	case 0: lab_peer_hang_up(speaker->peer); break;
	case 1: lab_peer_reboot(speaker->peer); break;
	case 2:
		lab_say_notification(speaker->peer, (uint8_t)draw(life, 10),
				     (uint8_t)draw(life, 12), NULL);
		break;
	case 3: refresh_say(speaker, family, BGP_REFRESH_BEGIN); break;
	case 4:
	case 5: refresh_say(speaker, family, BGP_REFRESH_END); break;
	case 6: refresh_say(speaker, family, BGP_REFRESH_ASK); break;
	case 7: end_say(speaker, family); break;
	case 8: {
		struct bgp_open open = lab_open(speaker->peer, speaker->as);
		if (draw(life, 4) == 0)
			lab_say_open(speaker->peer, &open);
		break;
	}
	case 9: connect(life, speaker); break;
	case 10:
	case 11:
	case 12:
	case 13: update_say(life, speaker, net, id, true, false); break;
	case 14: update_say(life, speaker, net, id, true, true); break;
	default: update_say(life, speaker, net, id, false, true);
	}
}

static void
operator_act(struct life *life)
{
	static const char *const lines[] = {
		"reload p0",    "reload in p1",   "reload out behind",  "restart behind",
		"disable p0",   "enable p0",      "restart p1",         "show route all",
		"reload in p0", "reload out all", "show protocols all",
	};
	if (draw(life, 3) == 0)
		config_use(life, draw(life, 2) ? life->config ^ 1u << draw(life, 8)
					       : draw(life, 256));
	else
		lab_command(life->router, lines[draw(life, ARRAY_SIZE(lines))]);
}

/* The router behind ours goes, or the way to it, for some time. */
static void
behind_act(struct life *life)
{
	switch (draw(life, 4)) {
	case 0: lab_router_restart(life->behind, BEHIND, draw(life, 2)); break;
	case 1: lab_command(life->behind, "restart before"); break;
	default:
		sim_node_group(life->behind->node, 1);
		lab_run(life->lab, draw(life, 20000) * USEC_MS);
		sim_node_group(life->behind->node, 0);
	}
}

/* ---- in the end ---- */

static void
must(struct life *life, uint64_t seed, bool holds, const char *what, unsigned number)
{
	if (holds)
		return;
	fprintf(stderr, "seed %" PRIu64 ": %s %u (config %u)\n", seed, what, number,
		life->config);
	fprintf(stderr, "%s\n", text_string(&life->router->log));
	fprintf(stderr, "%s\n", lab_command(life->router, "show route all"));
	fprintf(stderr, "%s\n", lab_command(life->behind, "show route all"));
	abort();
}

static void
settle(struct life *life, uint64_t seed)
{
	for (unsigned i = 0; i < PEERS; i++) {
		struct speaker *speaker = &life->speakers[i];
		for (unsigned try = 0; !is_up(life, speaker) && try < 50; try++) {
			/* A session may stand that it has lost hold of. */
			lab_peer_reboot(speaker->peer);
			connect(life, speaker);
			lab_run(life->lab, 2 * USEC_S);
		}
		must(life, seed, is_up(life, speaker), "not up", i);
		for (unsigned net = 0; net < NETS; net++)
			for (unsigned id = 0; id < IDS; id++)
				if (speaker->said[net][id].is_stale &&
				    speaker->said[net][id].community != 0)
					update_say(life, speaker, net, id, false, true);
		for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++) {
			end_say(speaker, family);
			refresh_say(speaker, family, BGP_REFRESH_END);
		}
	}
	lab_run(life->lab, 60 * USEC_S);
}

static uint32_t
imported(struct lab_router *router, const char *name)
{
	const struct protocol *protocol = &lab_bgp(router, name)->protocol;
	return protocol_channel(protocol, NET_IP4)->imported +
	       protocol_channel(protocol, NET_IP6)->imported;
}

static void
compare(struct life *life, uint64_t seed)
{
	unsigned nets = 0, paths = 0;
	char line[80], with[64], text[32];
	bool has[NETS] = { false };
	for (unsigned i = 0; i < PEERS; i++) {
		struct speaker *speaker = &life->speakers[i];
		unsigned count = 0;
		must(life, seed, is_up(life, speaker), "went down", i);
		for (unsigned net = 0; net < NETS; net++)
			for (unsigned id = 0; id < IDS; id++) {
				uint32_t community = speaker->said[net][id].community;
				if (community == 0)
					continue;
				count++;
				has[net] = true;
				snprintf(line, sizeof(line),
					 "show route %s protocol p%u all",
					 net_text(net, text), i);
				snprintf(with, sizeof(with), "\"(77,%u)\"",
					 community & 0xffff);
				const char *said = lab_command(life->router, line);
				must(life, seed, strstr(said, with) != NULL, "lost",
				     community & 0xffff);
			}
		snprintf(line, sizeof(line), "p%u", i);
		must(life, seed, imported(life->router, line) == count, "too many of", i);
		paths += count;
	}
	for (unsigned net = 0; net < NETS; net++)
		nets += has[net];
	must(life, seed,
	     imported(life->behind, "before") == (life->config & 128 ? paths : nets),
	     "behind it there are", imported(life->behind, "before"));
	for (unsigned net = 0; net < NETS; net++) {
		if (!has[net])
			continue;
		snprintf(line, sizeof(line), "show route primary %s all",
			 net_text(net, text));
		const char *at = strstr(lab_command(life->router, line), "\"(77,");
		must(life, seed, at != NULL, "no best", net);
		snprintf(with, sizeof(with), "%.*s", (int)(strchr(at, ')') - at), at);
		snprintf(line, sizeof(line), "show route %s all", net_text(net, text));
		must(life, seed, strstr(lab_command(life->behind, line), with) != NULL,
		     "another is behind it", net);
	}
}

static void
addr_add(struct lab_router *router, uint8_t number)
{
	struct addr addr = { .bytes = { 0xfd, 0x99, [15] = number } };
	ck_assert_int_eq(sim_address_add(router->interface, addr, 64, 0), 0);
}

static void
live(uint64_t seed)
{
	struct life life = { .lab = lab_new(seed), .random = seed };
	life.router = lab_router_add(life.lab, 1, "");
	addr_add(life.router, 1);
	for (unsigned i = 0; i < 8; i++)
		draw(&life, 2);
	config_use(&life, draw(&life, 256));
	life.behind = lab_router_add(life.lab, 9, BEHIND);
	addr_add(life.behind, 9);
	for (unsigned i = 0; i < PEERS; i++)
		life.speakers[i] =
			(struct speaker){ .peer = lab_peer_add(life.lab, i + 2),
					  .number = i + 2 };
	lab_run(life.lab, 5 * USEC_S);
	unsigned events = 20 + draw(&life, 200);
	while (events-- > 0) {
		unsigned what = draw(&life, 40);
		if (what < 3)
			operator_act(&life);
		else if (what == 6)
			behind_act(&life);
		else if (what < 6)
			lab_run(life.lab,
				draw(&life, what == 3 ? 40000 : 2000) * USEC_MS);
		else
			speaker_act(&life, &life.speakers[draw(&life, PEERS)]);
	}
	lab_command(life.router, "enable p0");
	lab_run(life.lab, 5 * USEC_S);
	settle(&life, seed);
	compare(&life, seed);
	lab_free(life.lab);
}

START_TEST(what_was_said_last_counts)
{
	for (uint64_t seed = 1; seed <= 200; seed++)
		live(seed);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { what_was_said_last_counts };
	return unit_run("bgp/random_peer", tests, ARRAY_SIZE(tests), NULL, 0);
}
