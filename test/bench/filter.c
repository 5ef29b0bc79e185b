/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What evaluating a filter takes, per route: the policies of `make bench`, run over
 *routes in memory, without a table around them.
 *
 *	filter [ROUTES [POLICY]]	nanoseconds per route of each policy; under
 *callgrind (of one), instructions
 */
#define _POSIX_C_SOURCE 200809L
#include "test/unit/filter/lab.h"
#include "lib/wire.h"
#include "nest/table.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH   64
#define PER_SET 1000 /* Routes that have their attributes in common. */
#define SETS    100
#define ORIGINS 400000

static const char *const policies[][2] = {
	{ "empty", "accept;" },
	{ "prefix set", "if net ~ PREFIXES then accept; reject;" },
	{ "path, community",
	  "if bgp_path.len > 12 then reject; if bgp_path ~ [= * 64999 * =] then reject;"
	  "if (65000, 13) ~ bgp_community then reject;"
	  "if bgp_path.last = 65123 then bgp_local_pref = 50;"
	  "bgp_community.delete([(65000, 100..200)]); bgp_community.add((65000, 666));"
	  "bgp_path.prepend(65000); accept;" },
	{ "roa_check",
	  "if roa_check(r4, net, bgp_path.last) = ROA_INVALID then reject; accept;" },
	{ "numbers", "int a = net.len; if a < 8 || a > 24 then reject; a = a * 2 + 1;"
		     "if a = 49 && source = RTS_UNKNOWN then preference = 120; accept;" },
	{ "call", "if small(net.len) && !small(net.len + 20) then accept; reject;" },
};

/* The /24 of a route. */
static struct prefix
net_of(unsigned number)
{
	uint32_t addr = (20u << 24) + (number << 8);
	return prefix_new_type(NET_IP4, addr_from_ip4(addr), 24);
}

static void
config_write(struct text *text)
{
	char net[PREFIX_TEXT];
	text_add(text, "roa4 table r4; function small(int n) -> bool { return n <= 24; }"
		       "define PREFIXES = [ 10.0.0.0/8");
	for (unsigned i = 0; i < 5000; i++) {
		struct prefix prefix = net_of(i * 20);
		text_printf(text, ", %s, 200.%u.%u.0/24{24,28}",
			    prefix_format(&prefix, net), i >> 8 & 255, i & 255);
	}
	text_add(text, "];\n");
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++)
		text_printf(text, "filter f%zu { %s }\n", i, policies[i][1]);
}

static const struct protocol_class entries_class = {
	.name = "entries",
	.doc = "Fills a roa table.",
	.size = sizeof(struct protocol),
	.families = NET_BIT(NET_ROA4),
	.start = fake_start,
};

static void
origins_fill(struct lab *lab, struct fake_instance *instance)
{
	struct table *table = router_table(lab->router, "r4", NET_ROA4);
	struct attrs *attrs = fake_attrs(
		lab->router, nexthop_special(lab->router, NEXTHOP_BLACKHOLE), 100);
	fake_instance_init(instance, &entries_class, "entries", table);
	fake_instance_start(instance, &lab->fake);
	for (unsigned i = 0; i < ORIGINS; i++) {
		struct prefix net = net_of(2 * i);
		net.type = NET_ROA4;
		net.max_length = 24;
		net.asn = 65000 + i % 7;
		struct route_update update = { .net = &net, .attrs = attrs };
		channel_import(instance->channel, &update, 1);
	}
	attrs_release(lab->router, attrs, 1);
}

/* With a path of three and two communities. */
static struct attrs *
attrs_make(struct lab *lab, uint32_t number)
{
	struct attrs_draft draft;
	uint8_t path[14] = { 2, 3 };
	uint32_t asns[3] = { 64600, 64512 + number % 97, 65000 + number % 7 };
	uint32_t list[2] = { 65000u << 16 | number % 250, 64600u << 16 | number };
	for (unsigned i = 0; i < 3; i++)
		wire_store_u32(path + 2 + 4 * (size_t)i, asns[i]);
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(lab->router, NEXTHOP_BLACKHOLE);
	struct value value = { .type = VALUE_PATH };
	value.bytes = path;
	value.size = sizeof(path);
	attrs_draft_set(&draft, attr_find(lab->router, "bgp_path"), &value);
	value.type = VALUE_CLIST;
	value.bytes = list;
	value.size = sizeof(list);
	attrs_draft_set(&draft, attr_find(lab->router, "bgp_community"), &value);
	struct attrs *attrs = attrs_intern(lab->router, &draft);
	nexthop_release(lab->router, draft.nexthop);
	attrs_draft_fini(&draft);
	return attrs;
}

/* Runs over the routes in batches, as channels do, and counts those accepted. */
static unsigned
routes_run(struct lab *lab, const struct filter *filter, struct attrs **sets,
	   unsigned routes)
{
	static const struct route_draft none;
	struct route_draft drafts[BATCH];
	struct attrs_draft scratch[BATCH];
	struct prefix nets[BATCH];
	enum filter_verdict verdicts[BATCH];
	unsigned accepted = 0;
	for (unsigned first = 0; first < routes; first += BATCH) {
		unsigned count = MIN((unsigned)BATCH, routes - first);
		for (unsigned i = 0; i < count; i++) {
			nets[i] = net_of(first + i);
			drafts[i] = none;
			drafts[i].router = lab->router;
			drafts[i].net = &nets[i];
			drafts[i].attrs = sets[(first + i) / PER_SET % SETS];
			drafts[i].scratch = &scratch[i];
		}
		filter->class->run(filter, drafts, count, verdicts);
		for (unsigned i = 0; i < count; i++) {
			accepted += verdicts[i] == FILTER_ACCEPT;
			if (drafts[i].changed)
				attrs_draft_fini(drafts[i].changed);
		}
	}
	return accepted;
}

static double
seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	unsigned routes = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000000;
	struct text config = { 0 };
	struct lab lab;
	struct fake_instance instance;
	struct attrs *sets[SETS];
	config_write(&config);
	if (!lab_open(&lab, text_string(&config))) {
		fputs(text_string(&lab.said), stderr);
		return 1;
	}
	for (uint32_t i = 0; i < SETS; i++)
		sets[i] = attrs_make(&lab, i);
	bool has_origins = false;
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		char name[8];
		if (argc > 2 && strcmp(argv[2], policies[i][0]) != 0)
			continue;
		if (!has_origins && strcmp(policies[i][0], "roa_check") == 0) {
			origins_fill(&lab, &instance);
			has_origins = true;
		}
		snprintf(name, sizeof(name), "f%zu", i);
		const struct filter *filter = conf_language.filter_find(lab.router, name);
		double started = seconds_now();
		unsigned accepted = routes_run(&lab, filter, sets, routes);
		printf("%-18s %7.1f ns  %u accepted\n", policies[i][0],
		       (seconds_now() - started) * 1e9 / routes, accepted);
	}
	for (uint32_t i = 0; i < SETS; i++)
		attrs_release(lab.router, sets[i], 1);
	text_fini(&config);
	lab_close(&lab);
	return 0;
}
