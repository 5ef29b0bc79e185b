/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast tables are: 1.0 M IPv4 and 0.2 M IPv6 prefixes in many attribute sets into the
 * tables, told to one protocol, and withdrawn; CPU seconds and bytes, and the longest
 * turn of the router in ms.  `table [prefixes [steps]]`.  Not a test: nothing here fails.
 */
#include "nest/table_private.h"
#include "test/unit/nest/fake.h"
#include <limits.h>
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
			net->addr = addr_from_ip4((1u << 24) +
						  (scramble(i) % (200u << 16) << 8 | 0));
			net->addr = addr_mask(net->addr, 96 + 24);
		} else {
			net->length = 48;
			net->addr = addr_from_u64(
				UINT64_C(0x2001) << 48 | (uint64_t)scramble(i) << 16, 0);
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
		draft.nexthop = nexthop_gateway(router, link,
						addr_from_ip4(0x0a000000 + i % 16), 0);
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

/* What was used when the last line was written. */
struct meter {
	double cpu, longest; /* `longest`: of the turns since. */
	long resident;
};

static void
report(struct meter *meter, const char *what)
{
	double now = cpu();
	long memory = resident();
	printf("%-34s %7.3f s %8.1f MB", what, now - meter->cpu,
	       (double)(memory - meter->resident) / 1024.0);
	if (meter->longest > 0)
		printf(" %8.2f ms", meter->longest * 1000);
	printf("\n");
	meter->longest = 0;
	meter->cpu = cpu();
	meter->resident = memory;
}

struct bench {
	struct fake fake;
	struct meter meter;
	struct link *link;
	struct table *tables[2];
	struct feed feeds[2];
	struct fake_instance sources[2], others[2], counters[2];
};

static void
bench_open(struct bench *bench, uint32_t count)
{
	fake_open(&bench->fake);
	bench->link = fake_link(&bench->fake, "eth0");
	for (unsigned i = 0; i < 2; i++) {
		enum net_type type = i ? NET_IP6 : NET_IP4;
		bench->tables[i] =
			fake_table(&bench->fake, i ? "master6" : "master4", type);
		feed_make(&bench->feeds[i], type, i ? count / 5 : count);
		fake_instance_init(&bench->sources[i], &source_class,
				   i ? "source6" : "source4", bench->tables[i]);
		fake_instance_init(&bench->others[i], &source_class,
				   i ? "other6" : "other4", bench->tables[i]);
		fake_instance_init(&bench->counters[i], &counter_class,
				   i ? "counter6" : "counter4", bench->tables[i]);
		fake_instance_start(&bench->sources[i], &bench->fake);
		fake_instance_start(&bench->others[i], &bench->fake);
	}
	bench->meter = (struct meter){ .cpu = cpu(), .resident = resident() };
	for (unsigned i = 0; i < 2; i++)
		sets_make(&bench->feeds[i], bench->fake.router, bench->link);
	report(&bench->meter, "intern the sets");
}

static void
settle(struct bench *bench)
{
	while (router_due(bench->fake.router) <= bench->fake.now) {
		double before = cpu();
		router_run(bench->fake.router);
		bench->meter.longest = MAX(bench->meter.longest, cpu() - before);
	}
}

/* Two lines: what the table costs, and telling it. */
static void
bench_import(struct bench *bench, struct fake_instance *from, bool withdraw,
	     const char *what)
{
	for (unsigned i = 0; i < 2; i++)
		feed_import(&bench->feeds[i], from[i].channel, withdraw);
	report(&bench->meter, what);
	settle(bench);
	report(&bench->meter, "  tell");
}

static void
bench_settle(struct bench *bench, const char *what)
{
	settle(bench);
	report(&bench->meter, what);
}

static void
bench_sizes(const struct bench *bench)
{
	for (unsigned i = 0; i < 2; i++) {
		struct table_counts counts;
		table_count(bench->tables[i], &counts);
		printf("%s: %u nodes, %u routes, %.1f bytes a route\n",
		       table_name(bench->tables[i]), counts.nodes, counts.routes,
		       (double)counts.bytes / counts.routes);
	}
}

/* The steps, each with the state that the one before left. */
static void
bench_run(struct bench *bench, unsigned steps)
{
	for (unsigned step = 0; step < steps; step++) {
		switch (step) {
		case 0:
			bench_import(bench, bench->sources, false, "insert, no reader");
			bench_sizes(bench);
			break;
		case 1:
			for (unsigned i = 0; i < 2; i++)
				fake_instance_start(&bench->counters[i], &bench->fake);
			bench_settle(bench, "feed a new reader");
			break;
		case 2:
			bench_import(bench, bench->sources, true, "withdraw, one reader");
			break;
		case 3:
			bench_import(bench, bench->sources, false, "insert, one reader");
			break;
		case 4:
			bench_import(bench, bench->others, false,
				     "a second route to each");
			break;
		case 5:
			link_set_up(bench->link, false);
			bench_settle(bench, "the link of all goes down");
			break;
		case 6:
			link_set_up(bench->link, true);
			bench_settle(bench, "and up");
			break;
		case 7:
			for (unsigned i = 0; i < 2; i++)
				channel_reorder(bench->sources[i].channel);
			bench_settle(bench, "a source is ordered anew");
			break;
		case 8:
			for (unsigned i = 0; i < 2; i++) {
				channel_refresh_begin(bench->sources[i].channel);
				channel_refresh_again(bench->sources[i].channel, true);
			}
			bench_import(bench, bench->sources, false,
				     "announced while it is doomed");
			break;
		case 9:
			for (unsigned i = 0; i < 2; i++)
				protocol_disable(bench->sources[i].protocol, NULL);
			bench_settle(bench, "a source stops");
			bench_sizes(bench);
			break;
		default: return;
		}
	}
}

int
main(int argc, char **argv)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	bench_open(bench, argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000);
	bench_run(bench, argc > 2 ? (unsigned)atoi(argv[2]) : UINT_MAX);
	return 0;
}
