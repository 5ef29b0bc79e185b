/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast tables are: 1.0 M IPv4 and 0.2 M IPv6 prefixes in many attribute sets into the tables, told to one protocol, and
 * withdrawn; CPU seconds and bytes.  `table [prefixes]`.  Not a test: nothing here fails.
 */
#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { BATCH = 128, PER_SET = 5 };

struct counter {
	struct protocol protocol;
	uint64_t told, withdrawn;
};

static void
counter_event(struct protocol *protocol, struct channel *channel,
	      const struct route_change *changes, size_t count)
{
	struct counter *counter = (struct counter *)protocol;
	(void)channel;
	for (size_t i = 0; i < count; i++) {
		counter->told += changes[i].attrs != NULL;
		counter->withdrawn += changes[i].attrs == NULL;
	}
}

static const struct protocol_class source_class = {
	.name = "source",
	.size = sizeof(struct protocol),
	.preference = 100,
	.source = RTS_BGP,
	.start = fake_start,
};

static const struct protocol_class counter_class = {
	.name = "counter",
	.size = sizeof(struct counter),
	.start = fake_start,
	.route_event = counter_event,
};

static double
cpu(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long
resident(void)
{
	long pages = 0, dummy;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file == NULL || fscanf(file, "%ld %ld", &dummy, &pages) != 2)
		pages = 0;
	if (file != NULL)
		fclose(file);
	return pages * 4;
}

static uint32_t
scramble(uint32_t number)
{
	number *= 2654435761u;
	return number ^ number >> 15;
}

struct feed {
	struct prefix *nets;
	uint32_t count;
	struct attrs **sets;
};

static void
feed_make(struct feed *feed, enum net_type type, uint32_t count)
{
	feed->nets = calloc(count, sizeof(feed->nets[0]));
	feed->count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct prefix *net = &feed->nets[i];
		net->type = (uint8_t)type;
		if (type == NET_IP4) {
			net->length = 24;
			net->addr = addr_from_ip4((1u << 24) + (scramble(i) % (200u << 16) << 8 | 0));
			net->addr = addr_mask(net->addr, 96 + 24);
		} else {
			net->length = 48;
			net->addr = addr_from_u64(UINT64_C(0x2001) << 48 |
							  (uint64_t)scramble(i) << 16,
						  0);
		}
	}
}

/* Sets are made outside of what is measured: interning is measured alone. */
static void
sets_make(struct feed *feed, struct router *router, struct link *link)
{
	uint32_t count = feed->count / PER_SET + 1;
	feed->sets = calloc(count, sizeof(feed->sets[0]));
	attr_id id = ATTR_FROM;
	for (uint32_t i = 0; i < count; i++) {
		struct attrs_draft draft;
		attrs_draft_init(&draft, NULL);
		draft.nexthop = nexthop_gateway(router, link, addr_from_ip4(0x0a000000 + i % 16), 0);
		draft.preference = 100;
		draft.source = RTS_BGP;
		struct value value = { .type = VALUE_IP };
		value.addr = addr_from_ip4(i + 1);
		attrs_draft_set(&draft, id, &value);
		feed->sets[i] = attrs_intern(router, &draft);
		attrs_draft_fini(&draft);
		nexthop_release(router, draft.nexthop);
	}
}

static void
feed_import(const struct feed *feed, struct channel *channel, bool withdraw)
{
	struct route_update updates[BATCH];
	for (uint32_t i = 0; i < feed->count;) {
		size_t count = 0;
		for (; count < BATCH && i < feed->count; i++, count++)
			updates[count] = (struct route_update){
				.net = &feed->nets[i],
				.attrs = withdraw ? NULL : feed->sets[i / PER_SET],
			};
		channel_import(channel, updates, count);
	}
}

static double last_cpu;
static long last_resident;

static void
report(const char *what)
{
	double now = cpu();
	long memory = resident();
	printf("%-34s %7.3f s %8.1f MB\n", what, now - last_cpu,
	       (double)(memory - last_resident) / 1024.0);
	last_cpu = cpu();
	last_resident = memory;
}

static uint32_t
nodes_of(const struct table *table)
{
	struct table_counts counts;
	table_count(table, &counts);
	return counts.nodes;
}

int
main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000;
	struct fake fake;
	struct router *router = fake_open(&fake);
	struct table *tables[2] = { fake_table(&fake, "master4", NET_IP4),
				    fake_table(&fake, "master6", NET_IP6) };
	struct link *link = fake_link(&fake, "eth0");
	struct feed feeds[2];
	feed_make(&feeds[0], NET_IP4, count);
	feed_make(&feeds[1], NET_IP6, count / 5);
	struct fake_instance sources[2], counters[2], silent[2];
	for (unsigned i = 0; i < 2; i++) {
		fake_instance_init(&sources[i], &source_class, i ? "source6" : "source4",
				   tables[i]);
		fake_instance_init(&counters[i], &counter_class,
				   i ? "counter6" : "counter4", tables[i]);
		fake_instance_init(&silent[i], &source_class, i ? "s6" : "s4", tables[i]);
		fake_instance_start(&sources[i], &fake);
		fake_instance_start(&silent[i], &fake);
	}
	last_cpu = cpu();
	last_resident = resident();
	sets_make(&feeds[0], router, link);
	sets_make(&feeds[1], router, link);
	report("intern");
	feed_import(&feeds[0], sources[0].channel, false);
	feed_import(&feeds[1], sources[1].channel, false);
	report("insert, nobody reads");
	printf("  %u and %u nodes\n", nodes_of(tables[0]), nodes_of(tables[1]));
	for (unsigned i = 0; i < 2; i++)
		fake_instance_start(&counters[i], &fake);
	fake_settle(&fake);
	report("feed to a new reader");
	feed_import(&feeds[0], sources[0].channel, true);
	feed_import(&feeds[1], sources[1].channel, true);
	report("withdraw one by one");
	fake_settle(&fake);
	report("tell the withdrawals");
	feed_import(&feeds[0], sources[0].channel, false);
	feed_import(&feeds[1], sources[1].channel, false);
	report("insert again, journalled");
	fake_settle(&fake);
	report("tell");
	feed_import(&feeds[0], silent[0].channel, false);
	feed_import(&feeds[1], silent[1].channel, false);
	report("a second route to each");
	fake_settle(&fake);
	report("tell");
	link_set_up(link, false);
	fake_settle(&fake);
	report("the link of all goes down");
	link_set_up(link, true);
	fake_settle(&fake);
	report("and up");
	protocol_disable(sources[0].protocol, NULL);
	protocol_disable(sources[1].protocol, NULL);
	fake_settle(&fake);
	report("the source stops");
	const struct counter *counter = (struct counter *)counters[0].protocol;
	printf("told %llu, withdrawn %llu of IPv4\n", (unsigned long long)counter->told,
	       (unsigned long long)counter->withdrawn);
	for (unsigned i = 0; i < 2; i++) {
		struct table_counts counts;
		table_count(tables[i], &counts);
		printf("%s: %u nodes, %u routes, %.1f bytes a route\n",
		       table_name(tables[i]), counts.nodes, counts.routes,
		       (double)counts.bytes / counts.routes);
	}
	return 0;
}
