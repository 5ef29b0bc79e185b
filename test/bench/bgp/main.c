/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers CELL SCALE ADDRESS: plays the peers of the daemon at ADDRESS, which waits for
 * them: blasters 10.9.1.N of AS 65000+N, sinks 10.9.2.N of AS 65100+N; where ADDRESS is
 * link-local, blasters fe80::1:N on its interface, or on that and N.  SCALE divides the
 * sizes.  Says "open" once all sessions are, then takes commands, one a line, and answers
 * each by lines `NAME VALUE` and "done":
 *
 *   load        send all; seconds until the last prefix came to a sink
 *   check       "wrong ..." where a sink's table is not the expected one
 *   gone        end the blasters' sessions; seconds until all is withdrawn
 *   wait R W    until sinks were told R prefixes more, and W withdrawn; when (the
 *               monotonic clock), and how many it were in the end
 *   churn       send again and again until the next line
 *
 * peers CELL SCALE list: the prefixes of the cell, each with its origin.
 * peers floor SCALE -: the blaster straight into the sink, what this program itself
 * needs.
 */
#include "test/bench/bgp/peer.h"
#include "test/bench/bgp/sink.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LIMIT 180.0 /* Seconds, of a command. */
#define QUIET 0.3   /* Without anything: it is over. */

struct cell {
	const char *name;
	unsigned blasters, sinks, feeds; /* Feeds of each blaster. */
	struct feed_plan plan;
	bool link_local, both; /* Blasters are sinks, too. */
	bool own_links;        /* Each peer has a link to itself. */
	bool add_path, forgets, no_communities;
};

static const struct cell cells[] = {
	{ .name = "full",
	  .blasters = 1,
	  .sinks = 1,
	  .feeds = 1,
	  .plan = { 1000000, 200000, 1 } },
	{ .name = "floor",
	  .blasters = 1,
	  .sinks = 1,
	  .feeds = 1,
	  .plan = { 1000000, 200000, 1 } },
	{ .name = "fan",
	  .blasters = 1,
	  .sinks = 20,
	  .feeds = 1,
	  .plan = { 200000, 0, 2 } },
	{ .name = "ten",
	  .blasters = 10,
	  .sinks = 1,
	  .feeds = 1,
	  .plan = { 100000, 0, 3 } },
	{ .name = "dn42",
	  .blasters = 30,
	  .feeds = 1,
	  .plan = { 1350, 1350, 4 },
	  .link_local = true,
	  .both = true,
	  .no_communities = true },
	{ .name = "tunnels",
	  .blasters = 30,
	  .feeds = 1,
	  .plan = { 1350, 1350, 4 },
	  .link_local = true,
	  .own_links = true,
	  .both = true,
	  .no_communities = true },
	{ .name = "collector",
	  .blasters = 1,
	  .feeds = 2700,
	  .plan = { 1350, 0, 5 },
	  .add_path = true },
	{ .name = "cli",
	  .blasters = 1,
	  .sinks = 1,
	  .feeds = 2,
	  .plan = { 1000000, 200000, 1 },
	  .forgets = true },
	{ .name = "roa",
	  .blasters = 1,
	  .sinks = 1,
	  .feeds = 1,
	  .plan = { 1000000, 200000, 1 } },
};

struct bench {
	struct cell cell;
	struct feed_nets *nets;
	unsigned count, first_sink; /* Of the peers. */
	struct peer *peers;
	unsigned feed_count; /* Blaster by blaster. */
	const struct feed **feeds;
};

/* ---- making ---- */

static void
feeds_make(struct bench *bench)
{
	const struct cell *cell = &bench->cell;

	bench->feeds = calloc(cell->blasters * cell->feeds, sizeof(*bench->feeds));
	for (unsigned i = 0; i < cell->blasters * cell->feeds; i++) {
		unsigned number = i / cell->feeds + 1, path_id = i % cell->feeds + 1;
		struct feed_view view = { .number = number,
					  .as = 65000 + number,
					  .path_id = path_id,
					  .add_path = cell->add_path,
					  .link_local = cell->link_local,
					  .seed = path_id,
					  .no_communities = cell->no_communities };
		bench->feeds[bench->feed_count++] = feed_new(bench->nets, &view);
	}
}

/* The daemon's, where that peer sees it. */
static const char *
remote_address(const struct cell *cell, unsigned number, const char *remote)
{
	char *text = malloc(64);

	if (!cell->own_links)
		return remote;
	snprintf(text, 64, "%s%u", remote, number);
	return text;
}

static const char *
peer_address(const struct cell *cell, bool is_blaster, unsigned number,
	     const char *remote)
{
	char *text = malloc(64);

	if (cell->link_local)
		snprintf(text, 64, "fe80::1:%x%s", number, strchr(remote, '%'));
	else
		snprintf(text, 64, "10.9.%d.%u", is_blaster ? 1 : 2, number);
	return text;
}

static void
peers_make(struct bench *bench, const char *remote)
{
	const struct cell *cell = &bench->cell;

	bench->count = cell->blasters + cell->sinks;
	bench->first_sink = cell->both ? 0 : cell->blasters;
	bench->peers = calloc(bench->count, sizeof(*bench->peers));
	for (unsigned i = 0; i < bench->count; i++) {
		bool is_blaster = i < cell->blasters;
		unsigned number = is_blaster ? i + 1 : i - cell->blasters + 1;
		const char *daemon = remote_address(cell, number, remote);
		bench->peers[i] = (struct peer){
			.local = peer_address(cell, is_blaster, number, daemon),
			.remote = daemon,
			.as = (is_blaster ? 65000 : 65100) + number,
			.router_id = (is_blaster ? 0x0a090100 : 0x0a090200) + number,
			.feeds = is_blaster ? bench->feeds + i * cell->feeds : NULL,
			.feed_count = is_blaster ? cell->feeds : 0,
			.wants_ip4 = cell->plan.ip4 > 0,
			.wants_ip6 = cell->plan.ip6 > 0,
			.add_path = cell->add_path,
			.extended_next_hop = cell->link_local,
			.forgets = cell->forgets,
			.fd = -1
		};
	}
}

/* ---- commands ---- */

struct told {
	uint64_t reached, withdrawn, updates;
	double last;
};

static struct told
told(const struct bench *bench)
{
	struct told sum = { 0 };

	for (unsigned i = bench->first_sink; i < bench->count; i++) {
		const struct peer *peer = &bench->peers[i];
		sum.reached += peer->reached;
		sum.withdrawn += peer->withdrawn;
		sum.updates += peer->updates;
		if (peer->last > sum.last)
			sum.last = peer->last;
	}
	return sum;
}

static bool
is_sending(const struct bench *bench)
{
	for (unsigned i = 0; i < bench->cell.blasters; i++) {
		if (bench->peers[i].is_sending)
			return true;
	}
	return false;
}

static void
sending_set(struct bench *bench, bool is_endless)
{
	for (unsigned i = 0; i < bench->cell.blasters; i++) {
		bench->peers[i].is_sending = true;
		bench->peers[i].is_endless = is_endless;
	}
}

/* Until the sinks were told so many prefixes, all is sent, and nothing comes any more;
 * when the last one came (or, where there are no sinks, when the last was sent). */
static double
run(struct bench *bench, uint64_t reached, uint64_t withdrawn)
{
	double started = peer_now(), active = started;

	while (peer_now() - started < LIMIT) {
		if (peers_step(bench->peers, bench->count, 0.05))
			active = peer_now();
		struct told now = told(bench);
		if (now.reached >= reached && now.withdrawn >= withdrawn &&
		    !is_sending(bench) && peer_now() - active > QUIET)
			break;
	}
	return bench->first_sink < bench->count ? told(bench).last : active;
}

static void
load(struct bench *bench)
{
	double started = peer_now();
	uint64_t before = told(bench).updates;

	sending_set(bench, false);
	/* Of those who send themselves one can't say how much they are told. */
	uint64_t wanted = (uint64_t)bench->nets->count * bench->cell.sinks;
	printf("load %.4f\n", run(bench, wanted, 0) - started);
	printf("updates %" PRIu64 "\n", told(bench).updates - before);
}

static void
gone(struct bench *bench)
{
	double started = peer_now();

	for (unsigned i = 0; i < bench->cell.blasters; i++)
		peer_close(&bench->peers[i]);
	uint64_t wanted = (uint64_t)bench->nets->count * bench->cell.sinks;
	printf("gone %.4f\n", run(bench, 0, wanted) - started);
}

static void
check(struct bench *bench)
{
	for (unsigned i = bench->first_sink; i < bench->count; i++) {
		const struct peer *peer = &bench->peers[i];
		const struct feed *own = peer->feeds != NULL ? peer->feeds[0] : NULL;
		struct sink_table table =
			sink_table(peer, own, bench->feeds, bench->feed_count);
		if (table.missing > 0 || table.foreign > 0 || table.wrong > 0)
			printf("wrong %s: of %u prefixes %u missing, %u foreign, %u "
			       "with other attributes\n",
			       peer->local, bench->nets->count, table.missing,
			       table.foreign, table.wrong);
	}
}

static void
wait_told(struct bench *bench, const char *line)
{
	struct told before = told(bench), after;
	uint64_t reached, withdrawn;

	if (sscanf(line, "%" SCNu64 " %" SCNu64, &reached, &withdrawn) != 2)
		exit(2);
	double last = run(bench, before.reached + reached, before.withdrawn + withdrawn);
	after = told(bench);
	printf("last %.6f\n", last);
	printf("reached %" PRIu64 "\n", after.reached - before.reached);
	printf("withdrawn %" PRIu64 "\n", after.withdrawn - before.withdrawn);
}

static bool
line_waits(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };

	return poll(&input, 1, 0) > 0;
}

static void
churn(struct bench *bench)
{
	uint64_t before = told(bench).reached;
	double started = peer_now();

	sending_set(bench, true);
	while (!line_waits())
		peers_step(bench->peers, bench->count, 0.05);
	printf("told_per_s %.0f\n",
	       (double)(told(bench).reached - before) / (peer_now() - started));
}

static void
commands_run(struct bench *bench)
{
	char line[64];

	puts("open");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "load") == 0)
			load(bench);
		else if (strcmp(line, "gone") == 0)
			gone(bench);
		else if (strcmp(line, "check") == 0)
			check(bench);
		else if (strcmp(line, "churn") == 0)
			churn(bench);
		else if (strncmp(line, "wait ", 5) == 0)
			wait_told(bench, line + 5);
		puts("done");
		fflush(stdout);
	}
}

/* ---- modes ---- */

static void
list(const struct bench *bench)
{
	const struct feed_nets *nets = bench->nets;
	uint32_t *groups = feed_groups_of(nets);
	char text[INET6_ADDRSTRLEN];

	for (uint32_t i = 0; i < nets->count; i++) {
		const struct feed_prefix *prefix = &nets->prefixes[i];
		inet_ntop(prefix->is_ip6 ? AF_INET6 : AF_INET, prefix->bytes, text,
			  sizeof(text));
		printf("%s/%u %u\n", text, prefix->length, feed_origin(nets, groups[i]));
	}
	free(groups);
}

/* The blaster's bytes reach the sink over a pair of sockets. */
static void
floor_open(struct bench *bench)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0)
		exit(1);
	bench->peers[0].fd = pair[0];
	bench->peers[1].fd = pair[1];
	bench->peers[1].is_direct = true;
	peer_prepare(&bench->peers[0]);
	peer_prepare(&bench->peers[1]);
}

static bool
cell_find(const char *name, unsigned scale, struct cell *cell)
{
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		if (strcmp(cells[i].name, name) != 0)
			continue;
		*cell = cells[i];
		if (cell->add_path)
			cell->feeds /= scale;
		else {
			cell->plan.ip4 /= scale;
			cell->plan.ip6 /= scale;
		}
		return true;
	}
	return false;
}

int
main(int argc, char **argv)
{
	struct bench bench = { 0 };
	long scale = argc == 4 ? strtol(argv[2], NULL, 10) : 0;

	if (scale <= 0 || !cell_find(argv[1], (unsigned)scale, &bench.cell)) {
		fprintf(stderr, "usage: peers CELL SCALE ADDRESS|list\n");
		return 2;
	}
	bench.nets = feed_nets_new(&bench.cell.plan);
	if (strcmp(argv[3], "list") == 0) {
		list(&bench);
		return 0;
	}
	feeds_make(&bench);
	peers_make(&bench, argv[3]);
	if (strcmp(bench.cell.name, "floor") == 0)
		floor_open(&bench);
	else {
		peers_open(bench.peers, bench.count, peer_now() + 60);
		/* Sinks are sent what there is: nothing yet. */
		run(&bench, 0, 0);
	}
	commands_run(&bench);
	return 0;
}
