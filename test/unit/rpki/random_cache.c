/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Caches that do at random what they may, and what they may not: notify, reset, forget,
 * break off, answer what was not asked, begin new sessions, are silent until all
 * expires.  Whatever was before, a router that is answered well has what the cache has.
 */
#include "test/unit/rpki/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "test/unit/unit.h"

#define ROAS    20u
#define SERIALS 64u

struct life {
	struct bench bench;
	uint64_t random;
	uint16_t session;
	uint32_t serial;
	bool has_lied;          /* It may have told other records than it has. */
	uint32_t first;         /* The oldest that it remembers. */
	uint32_t sets[SERIALS]; /* A bit for each number. */
};

static uint32_t
draw(struct life *life, uint32_t below)
{
	return unit_below(&life->random, below);
}

static uint32_t
set_now(const struct life *life)
{
	return life->sets[life->serial % SERIALS];
}

static void
change(struct life *life)
{
	uint32_t set = set_now(life) ^ 1u << draw(life, ROAS) ^ 1u << draw(life, ROAS);
	life->sets[++life->serial % SERIALS] = set;
	if (life->serial - life->first >= SERIALS)
		life->first = life->serial - SERIALS + 1;
}

/* Another session, with a serial number that is about to wrap. */
static void
restart(struct life *life)
{
	uint32_t set = set_now(life);
	life->session++;
	life->serial = life->first = UINT32_MAX - draw(life, 5);
	life->sets[life->serial % SERIALS] = set;
}

static void
config_use(struct life *life)
{
	static const char *const options[] = {
		TIMES,
		"refresh keep 30; retry keep 5; expire keep 600; ",
		"refresh 30; retry 5; expire 600; ",
		TIMES " min version 1;",
		"refresh keep 600; retry keep 5; expire keep 600; max version 1;",
	};
	static const char *const policies[] = { "", "import all;",
						"import where net.len > 3;" };
	char config[1024];
	snprintf(config, sizeof(config),
		 "router id 10.0.0.1; roa4 table r4; roa6 table r6; protocol device { }\n"
		 "protocol rpki k { roa4 { table r4; %s }; roa6 { table r6; }; remote "
		 "10.0.0.2; %s }\n",
		 policies[draw(life, ARRAY_SIZE(policies))],
		 options[draw(life, ARRAY_SIZE(options))]);
	configure(&life->bench, config);
}

/* ---- what the cache says ---- */

static void
end_say(struct life *life, uint32_t serial)
{
	say_pdu(&life->bench, (struct rtr_pdu){ .type = RTR_END_OF_DATA,
						.session = life->session,
						.serial = serial,
						.refresh = 1 + draw(life, 400),
						.retry = 1 + draw(life, 20),
						.expire = 1 + draw(life, 2000) });
}

/* What leads from one set to another, or a part of it. */
static void
response_say(struct life *life, uint32_t from, bool is_whole)
{
	uint32_t to = set_now(life);
	say_pdu(&life->bench,
		(struct rtr_pdu){ .type = RTR_CACHE_RESPONSE, .session = life->session });
	for (unsigned i = 0; i < ROAS; i++) {
		if (!is_whole && draw(life, 6) == 0)
			return;
		if ((from ^ to) >> i & 1)
			say_ip4(&life->bench, i, to >> i & 1);
	}
	if (is_whole)
		end_say(life, life->serial);
}

static void
query_answer(struct life *life, const struct rtr_pdu *query, bool is_whole)
{
	if (query->type == RTR_RESET_QUERY) {
		response_say(life, 0, is_whole);
	} else if (query->type == RTR_SERIAL_QUERY) {
		uint32_t age = life->serial - query->serial;
		if (query->session != life->session || age > life->serial - life->first)
			say_type(&life->bench, RTR_CACHE_RESET, 0);
		else
			response_say(life, life->sets[query->serial % SERIALS], is_whole);
	}
}

/* Answers all queries, well or by halves. */
static void
answer(struct life *life, bool is_whole)
{
	struct bench *bench = &life->bench;
	while (bench->stream != NULL && bench->heard.length >= RTR_HEADER_SIZE) {
		const uint8_t *bytes = (const uint8_t *)bench->heard.text;
		struct rtr_failure failure;
		struct rtr_header header;
		struct rtr_pdu pdu;
		rtr_header_read(bytes, &header);
		if (header.length > bench->heard.length)
			return;
		ck_assert(rtr_pdu_read(bytes, header.length, &pdu, &failure));
		query_answer(life, &pdu, is_whole);
		memmove(bench->heard.text, bench->heard.text + header.length,
			bench->heard.length - header.length);
		bench->heard.length -= header.length;
	}
}

static void
hang_up(struct bench *bench)
{
	if (bench->stream != NULL)
		bench->sys->class->stream_close(bench->stream);
	bench->stream = NULL;
}

static void
nonsense_say(struct life *life)
{
	struct bench *bench = &life->bench;
	unsigned what = draw(life, 10);
	life->has_lied |= what == 3 || what == 4 || what == 5 || what > 7;
	switch (what) {
	case 0: say_type(bench, RTR_SERIAL_NOTIFY, life->serial + draw(life, 3)); break;
	case 1: say_type(bench, RTR_CACHE_RESET, 0); break;
	case 2: say_report(bench, (enum rtr_error)draw(life, 10)); break;
	case 3: say_ip4(bench, draw(life, ROAS), draw(life, 2)); break;
	case 4: end_say(life, life->serial); break;
	case 5:
		say_pdu(bench, (struct rtr_pdu){ .type = RTR_CACHE_RESPONSE,
						 .session = life->session });
		break;
	case 6:
		say_pdu(bench, (struct rtr_pdu){ .type = RTR_SERIAL_NOTIFY,
						 .session = life->session,
						 .serial = life->serial });
		break;
	case 7: say_report(bench, RTR_NO_DATA); break;
	case 8: response_say(life, draw(life, 1u << ROAS), draw(life, 2)); break;
	default: {
		uint8_t bytes[12];
		for (unsigned i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)draw(life, draw(life, 2) ? 256 : 12);
		say(bench, bytes, draw(life, sizeof(bytes)) + 1);
	}
	}
}

static void
act(struct life *life)
{
	static const unsigned waits[] = { 0, 1, 1, 2, 5, 30, 120, 700, 2500 };
	struct bench *bench = &life->bench;
	bool is_heard = bench->stream != NULL;
	switch (draw(life, 14)) {
	case 0: config_use(life); break;
	case 1: hang_up(bench); break;
	case 2: restart(life); break;
	case 3:
	case 4:
		if (is_heard)
			nonsense_say(life);
		break;
	case 5: answer(life, false); break;
	case 6:
	case 7:
	case 8: answer(life, true); break;
	case 9:
	case 10: change(life); break;
	default: run(bench, waits[draw(life, ARRAY_SIZE(waits))]);
	}
	if (draw(life, 3) > 0)
		run(bench, draw(life, 2));
}

static void
live(uint64_t seed)
{
	struct life life = { .random = seed, .session = SESSION };
	for (unsigned i = 0; i < 8; i++)
		draw(&life, 2);
	life.sets[0] = draw(&life, 1u << ROAS);
	bench_open(&life.bench, CONFIG(TIMES));
	unsigned events = 10 + draw(&life, 200);
	while (events-- > 0)
		act(&life);
	hang_up(&life.bench);
	change(&life);
	if (life.has_lied)
		restart(&life);
	for (unsigned i = 0; i < 60; i++) {
		run(&life.bench, 20);
		answer(&life, true);
	}
	run(&life.bench, 1);
	uint32_t imported = channel_of(&life.bench, NET_ROA4)->imported;
	ck_assert_msg(imported == (uint32_t)__builtin_popcount(set_now(&life)),
		      "seed %" PRIu64 ": %u of %d", seed, imported,
		      __builtin_popcount(set_now(&life)));
	bench_close(&life.bench);
}

START_TEST(a_router_that_is_answered_well_has_what_the_cache_has)
{
	for (uint64_t seed = 1; seed <= 200; seed++)
		live(seed);
}
END_TEST

/* It has none, says so, and that there is news. */
START_TEST(a_cache_without_data_is_asked_once_a_second_at_most)
{
	struct bench bench;
	unsigned count = 0;
	bench_open(&bench, CONFIG(TIMES));
	usec_t end = sim_now(bench.world) + 10 * USEC_S;
	while (sim_now(bench.world) < end) {
		if (bench.heard.length > 0) {
			hear_type(&bench, RTR_RESET_QUERY);
			say_report(&bench, RTR_NO_DATA);
			say_type(&bench, RTR_SERIAL_NOTIFY, ++count);
		}
		sim_run(bench.world, sim_now(bench.world) + 10 * USEC_MS);
	}
	ck_assert_uint_ge(count, 9);
	ck_assert_uint_le(count, 12);
	bench_close(&bench);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_router_that_is_answered_well_has_what_the_cache_has,
		a_cache_without_data_is_asked_once_a_second_at_most,
	};
	return unit_run("rpki/random_cache", tests, ARRAY_SIZE(tests), NULL, 0);
}
