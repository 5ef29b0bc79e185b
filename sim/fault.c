/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements that break things and mend them: links, partitions, machines.
 */
#include <string.h>
#include "sim/oracle.h"
#include "sim/run.h"

#define STATE_FILES "/var/*" /* What `crash` without `keeping state` loses. */

static void verb_cut(struct args *args);
static void verb_silence(struct args *args);
static void verb_heal(struct args *args);
static void verb_set(struct args *args);
static void verb_partition(struct args *args);
static void verb_interface(struct args *args);
static void verb_crash(struct args *args);
static void verb_kill(struct args *args);
static void verb_deaf(struct args *args);
static void verb_stop(struct args *args);
static void verb_start(struct args *args);
static void verb_restart(struct args *args);
static void verb_churn(struct args *args);

const struct verb fault_verbs[] = {
	{ "cut", "A B | LINK [A] | N%", verb_cut },
	{ "silence", "A [to] B | LINK [A] | N%", verb_silence },
	{ "heal", "[A B | LINK [A]]", verb_heal },
	{ "set", "A [to] B | LINK; delay … loss …", verb_set },
	{ "partition", "ROUTER…", verb_partition },
	{ "interface", "ROUTER NAME up|down|remove|mtu N|rename NAME", verb_interface },
	{ "crash", "ROUTER [keeping state]", verb_crash },
	{ "kill", "ROUTER", verb_kill },
	{ "deaf", "ROUTER on|off", verb_deaf },
	{ "stop", "ROUTER", verb_stop },
	{ "start", "ROUTER", verb_start },
	{ "restart", "ROUTER", verb_restart },
	{ "churn", "TIME every TIME [cut] [silence] [crash] [loss N%]", verb_churn },
	{ 0 },
};

/* What is done to one direction of a link, or to one plug. */
struct deed {
	bool plug, plugged;         /* Plug in or out. */
	bool quiet, silent;         /* Set silence. */
	bool restore;               /* As the link was made. */
	const struct args *quality; /* Apply these options. */
};

static void deed_do(struct run *run, const struct args_link *link,
		    const struct deed *deed);
static void deed_pair(struct sim_segment *segment, struct sim_interface *from,
		      struct sim_interface *to, const struct deed *deed);
static void deed_share(struct args *args, const struct deed *deed);
static void deed_random(struct run *run, const struct deed *deed);
static void mend_random(struct run *run);
static void crash_random(struct run *run);
static struct sim_segment *segment_random(struct run *run);
static void start_all(struct run *run);
static void heal_all(struct run *run);
static void crash(struct host *host, bool keeping);

static bool
at_share(const struct args *args)
{
	return !args_is_over(args) && args->at->kind == TOKEN_WORD && args->at->length &&
	       args->at->text[args->at->length - 1] == '%';
}

static void
verb_cut(struct args *args)
{
	struct deed deed = { .plug = true };

	if (at_share(args)) {
		deed_share(args, &deed);
		return;
	}
	struct args_link link = args_link(args);
	if (args_ready(args))
		deed_do(args->run, &link, &deed);
}

static void
verb_silence(struct args *args)
{
	struct deed deed = { .quiet = true, .silent = true };

	if (at_share(args)) {
		deed_share(args, &deed);
		return;
	}
	struct args_link link = args_link(args);
	if (args_ready(args))
		deed_do(args->run, &link, &deed);
}

static void
verb_heal(struct args *args)
{
	struct deed deed = { .plug = true, .plugged = true, .restore = true };

	if (args_is_over(args)) {
		if (args_ready(args))
			heal_all(args->run);
		return;
	}
	struct args_link link = args_link(args);
	if (args_ready(args))
		deed_do(args->run, &link, &deed);
}

static void
verb_set(struct args *args)
{
	struct args_link link = args_link(args);
	struct args options = *args;
	struct sim_quality ignored = { 0 };

	while (args_quality(args, &ignored))
		;
	if (args_ready(args)) {
		struct deed deed = { .quality = &options };
		deed_do(args->run, &link, &deed);
	}
}

/* The named routers hear each other only. */
static void
verb_partition(struct args *args)
{
	const struct token *first = args->at;

	do {
		args_host(args);
	} while (!args_is_over(args));
	const struct token *last = args->at;
	for (; args_ready(args) && first < last; first++)
		sim_node_group(sim_node_find(args->run->world, first->text), 1);
	oracle_links_changed(args->run->oracle);
}

static void
verb_interface(struct args *args)
{
	static const char *const words[] = { "up", "down", "remove", "mtu", "rename" };
	struct run *run = args->run;
	struct host *host = args_host(args);
	struct sim_interface *interface = args_interface(args, host);
	const char *what = args_word(args, "what to do");
	size_t which = 0;

	while (what && which < ARRAY_SIZE(words) && strcmp(what, words[which]) != 0)
		which++;
	if (which == ARRAY_SIZE(words)) {
		args->at--;
		args_expected(args, "what to do", words, ARRAY_SIZE(words));
	}
	uint64_t mtu = which == 3 ? args_number(args, "a size in bytes") : 0;
	const char *name = which == 4 ? args_word(args, "a name") : NULL;
	if (!args_ready(args))
		return;
	if (which <= 1)
		sim_interface_up(interface, which == 0);
	else if (which == 2)
		sim_interface_remove(interface);
	else if (which == 3)
		sim_interface_mtu(interface, (uint32_t)mtu);
	else
		sim_interface_rename(interface, name);
	oracle_links_changed(run->oracle);
}

static void
verb_crash(struct args *args)
{
	struct host *host = args_host(args);
	bool keeping = args_take(args, "keeping");

	if (keeping && !args_take(args, "state"))
		args_complain(args, "expected state");
	if (args_ready(args))
		crash(host, keeping);
}

static void
verb_kill(struct args *args)
{
	struct host *host = args_host(args);

	if (args_ready(args))
		host_kill(host);
}

/* Its daemon reads no more from its streams. */
static void
verb_deaf(struct args *args)
{
	struct host *host = args_host(args);
	bool deaf = args_switch(args);

	if (args_ready(args))
		sim_node_deafen(host->node, deaf);
}

static void
verb_stop(struct args *args)
{
	struct host *host = args_host(args);

	if (args_ready(args) && host->router)
		sim_node_signal(host->node, SYS_SIGNAL_SHUTDOWN);
}

static void
verb_start(struct args *args)
{
	struct host *host = args_host(args);

	if (args_ready(args) && !host_start(host, &args->run->error))
		run_fail(args->run, NULL, "%s refuses its configuration",
			 sim_node_name(host->node));
}

static void
verb_restart(struct args *args)
{
	struct host *host = args_host(args);

	if (!args_ready(args))
		return;
	host_kill(host);
	if (!host_start(host, &args->run->error))
		run_fail(args->run, NULL, "%s refuses its configuration",
			 sim_node_name(host->node));
}

/* Random faults and their repair for a while; all is healed in the end. */
static void
verb_churn(struct args *args)
{
	struct run *run = args->run;
	struct sim_random *random = sim_world_random(run->world);
	struct deed deeds[3];
	size_t count = 0;
	bool crashes = false;
	usec_t end = sim_now(run->world) + args_time(args);

	if (!args_take(args, "every"))
		args_complain(args, "expected every");
	usec_t every = args_time(args);
	struct args options = *args;
	struct sim_quality ignored = { 0 };
	for (bool more = true; more && !args->bad;) {
		if (count < ARRAY_SIZE(deeds) && args_take(args, "cut"))
			deeds[count++] = (struct deed){ .plug = true };
		else if (count < ARRAY_SIZE(deeds) && args_take(args, "silence"))
			deeds[count++] = (struct deed){ .quiet = true, .silent = true };
		else if (args_take(args, "crash"))
			crashes = true;
		else {
			options = *args;
			more = args_quality(args, &ignored);
			if (more && count < ARRAY_SIZE(deeds))
				deeds[count++] = (struct deed){ .quality = &options };
		}
	}
	if (!args_ready(args))
		return;
	while (!run->failed && sim_now(run->world) + every <= end) {
		uint32_t kinds = (uint32_t)count + crashes;
		uint32_t kind = sim_random_below(random, kinds + 1);
		if (kind < count)
			deed_random(run, &deeds[kind]);
		else if (kind < kinds)
			crash_random(run);
		else
			mend_random(run);
		run_until(run, sim_now(run->world) + every);
	}
	heal_all(run);
	start_all(run);
}

static void
deed_do(struct run *run, const struct args_link *link, const struct deed *deed)
{
	struct sim_segment *segment = link->segment;

	for (struct sim_interface *a = NULL; (a = sim_segment_member(segment, a));) {
		if (link->a && a != link->a && a != link->b)
			continue;
		bool pair_on_lan = link->b && !sim_segment_is_cable(segment);
		if (deed->plug && !pair_on_lan)
			sim_interface_plug(a, deed->plugged);
		for (struct sim_interface *b = NULL;
		     (b = sim_segment_member(segment, b));) {
			bool meant = a != b && (!link->b || b == link->a || b == link->b);
			if (!meant || (link->one_way && a != link->a))
				continue;
			deed_pair(segment, a, b, deed);
			if (!link->b && link->a)
				deed_pair(segment, b, a, deed);
			/* Two of a LAN have no carrier of their own to lose. */
			struct deed instead = { .quiet = true, .silent = !deed->plugged };
			if (deed->plug && pair_on_lan)
				deed_pair(segment, a, b, &instead);
		}
	}
	oracle_links_changed(run->oracle);
}

static void
deed_pair(struct sim_segment *segment, struct sim_interface *from,
	  struct sim_interface *to, const struct deed *deed)
{
	bool silent = sim_segment_between(segment, from, to)->silent;

	if (deed->restore)
		sim_segment_restore(segment, from, to);
	if (deed->quiet && silent != deed->silent)
		sim_segment_pair(segment, from, to)->silent = deed->silent;
	if (deed->quality) {
		struct args options = *deed->quality;
		struct sim_quality *quality = sim_segment_pair(segment, from, to);
		while (args_quality(&options, quality))
			;
	}
}

/* A share of all links, drawn at random. */
static void
deed_share(struct args *args, const struct deed *deed)
{
	struct run *run = args->run;
	uint32_t share = args_ppm(args);
	uint32_t total = 0, wanted;

	if (!args_ready(args))
		return;
	for (struct sim_segment *at = NULL; (at = sim_segment_next(run->world, at));)
		total += sim_segment_is_cable(at);
	wanted = (uint32_t)((uint64_t)total * share / SIM_PPM);
	/* Takes each with the chance that makes it come out even. */
	for (struct sim_segment *at = NULL;
	     wanted && (at = sim_segment_next(run->world, at));) {
		if (!sim_segment_is_cable(at))
			continue;
		struct args_link link = { .segment = at };
		if (sim_random_below(sim_world_random(run->world), total--) < wanted) {
			wanted--;
			deed_do(run, &link, deed);
		}
	}
}

static void
deed_random(struct run *run, const struct deed *deed)
{
	struct sim_segment *segment = segment_random(run);

	if (segment) {
		struct args_link link = { .segment = segment };
		deed_do(run, &link, deed);
	}
}

static void
mend_random(struct run *run)
{
	static const struct deed mend = { .plug = true,
					  .plugged = true,
					  .restore = true };

	/* Most links are whole: try a few. */
	for (unsigned i = 0; i < 8; i++)
		deed_random(run, &mend);
	start_all(run);
}

static struct sim_segment *
segment_random(struct run *run)
{
	uint32_t count = 0;
	struct sim_segment *at = NULL;

	while ((at = sim_segment_next(run->world, at)))
		count++;
	uint32_t skip = sim_random_below(sim_world_random(run->world), count);
	for (at = sim_segment_next(run->world, NULL); at && skip; skip--)
		at = sim_segment_next(run->world, at);
	return at;
}

static void
crash_random(struct run *run)
{
	struct sim_random *random = sim_world_random(run->world);
	uint32_t skip = sim_random_below(random, sim_node_count(run->world));
	bool keeping = sim_random_chance(random, SIM_PPM / 2);
	struct host *host = host_next(run, NULL);

	for (; host && skip; skip--)
		host = host_next(run, host);
	if (host)
		crash(host, keeping);
}

static void
start_all(struct run *run)
{
	for (struct host *host = NULL; !run->failed && (host = host_next(run, host));) {
		if (!host->router && !host->quit && !host_start(host, &run->error))
			run_fail(run, NULL, "%s refuses its configuration",
				 sim_node_name(host->node));
	}
}

static void
heal_all(struct run *run)
{
	static const struct deed mend = { .plug = true,
					  .plugged = true,
					  .restore = true };

	for (struct sim_segment *at = NULL; (at = sim_segment_next(run->world, at));) {
		struct args_link link = { .segment = at };
		deed_do(run, &link, &mend);
	}
	for (struct host *host = NULL; (host = host_next(run, host));)
		sim_node_group(host->node, 0);
	oracle_links_changed(run->oracle);
}

static void
crash(struct host *host, bool keeping)
{
	host_kill(host);
	sim_node_power(host->node, false);
	if (!keeping)
		sim_file_remove(host->node, STATE_FILES);
	oracle_links_changed(host->run->oracle);
}
