/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time, the wake-up, randomness and signals of the Linux world.
 */
#include "lib/macros.h"
#include "sysdep/linux/world.h"
#include "test/unit/unit.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct seen {
	struct sys *sys;
	unsigned wakes, turns;
	usec_t woken[16];
	usec_t again; /* Asks for another wake-up so much later; 0: doesn't. */
	enum sys_signal signals[4];
	unsigned signal_count;
	char told[64];
};

static void
wake(void *context)
{
	struct seen *seen = context;

	seen->woken[seen->wakes++ % 16] = seen->sys->class->now(seen->sys);
	if (seen->wakes >= 5)
		seen->sys->class->quit(seen->sys, 3);
	else if (seen->again)
		seen->sys->class->wake_at(seen->sys,
					  seen->sys->class->now(seen->sys) + seen->again);
}

static void
signal_told(void *context, enum sys_signal signal)
{
	struct seen *seen = context;

	seen->signals[seen->signal_count++ % 4] = signal;
	strcat(seen->told, "told ");
	if (signal == SYS_SIGNAL_SHUTDOWN)
		seen->sys->class->quit(seen->sys, 0);
}

static void
signalled(void *context, enum sys_signal signal, bool done)
{
	struct seen *seen = context;

	(void)signal;
	strcat(seen->told, done ? "after " : "before ");
}

static const struct sys_handler handler = { .wake = wake, .signal = signal_told };

static void
open_world(struct seen *seen)
{
	const struct linux_options options = { .signalled = signalled, .context = seen };

	memset(seen, 0, sizeof *seen);
	seen->sys = linux_new(&options);
	ck_assert_ptr_nonnull(seen->sys);
	seen->sys->class->attach(seen->sys, &handler, seen);
}

START_TEST(wake_ups_come_when_they_are_due_and_never_before)
{
	struct seen seen;
	open_world(&seen);
	usec_t start = seen.sys->class->now(seen.sys);

	seen.again = 3 * USEC_MS;
	seen.sys->class->wake_at(seen.sys, start + 3 * USEC_MS);
	ck_assert_int_eq(linux_run(seen.sys), 3);
	ck_assert_uint_eq(seen.wakes, 5);
	for (unsigned i = 0; i < 5; i++) {
		usec_t due = (i ? seen.woken[i - 1] : start) + 3 * USEC_MS;
		ck_assert_int_ge(seen.woken[i], due);
		ck_assert_int_lt(seen.woken[i], due + USEC_S);
	}
	linux_free(seen.sys);
}
END_TEST

START_TEST(a_wish_that_moves_replaces_the_one_before)
{
	struct seen seen;
	open_world(&seen);
	usec_t start, soon = 5 * USEC_MS;

	/* Earlier, later, and earlier again than what the timer may be set to; the first
	 * wish has not come true when it is replaced, however slow the machine. */
	do {
		seen.wakes = 0;
		start = seen.sys->class->now(seen.sys);
		seen.sys->class->wake_at(seen.sys, start + soon);
		linux_run_once(seen.sys, false);
		soon *= 2;
	} while (seen.wakes);
	seen.sys->class->wake_at(seen.sys, start + 4 * soon);
	while (!seen.wakes)
		linux_run_once(seen.sys, true);
	ck_assert_int_ge(seen.woken[0], start + 4 * soon);
	seen.sys->class->wake_at(seen.sys, USEC_NEVER);
	linux_run_once(seen.sys, false);
	seen.sys->class->wake_at(seen.sys, start);
	linux_run_once(seen.sys, true);
	ck_assert_uint_eq(seen.wakes, 2);
	linux_run_once(seen.sys, false);
	ck_assert_uint_eq(seen.wakes, 2);
	linux_free(seen.sys);
}
END_TEST

START_TEST(signals_are_told_and_the_service_manager_around_them)
{
	struct seen seen;
	open_world(&seen);

	/* They are taken from the moment the loop runs. */
	seen.sys->class->wake_at(seen.sys, 0);
	seen.again = 1;
	linux_run(seen.sys);
	linux_free(seen.sys);
	open_world(&seen);
	struct sys *sys = seen.sys;
	pid_t child = fork();
	if (child == 0) {
		static const int numbers[] = { SIGHUP, SIGUSR1, SIGTERM };
		for (unsigned i = 0; i < 3; i++) {
			struct timespec pause = { .tv_nsec = 20000000 };
			nanosleep(&pause, NULL);
			kill(getppid(), numbers[i]);
		}
		_exit(0);
	}
	ck_assert_int_eq(linux_run(sys), 0);
	ck_assert_uint_eq(seen.signal_count, 3);
	ck_assert_int_eq(seen.signals[0], SYS_SIGNAL_RECONFIGURE);
	ck_assert_int_eq(seen.signals[1], SYS_SIGNAL_DUMP);
	ck_assert_int_eq(seen.signals[2], SYS_SIGNAL_SHUTDOWN);
	ck_assert_int_eq(strncmp(seen.told, "before told after before", 24), 0);
	linux_free(sys);
}
END_TEST

START_TEST(randomness_does_not_repeat)
{
	struct sys *sys = linux_new(NULL);
	uint8_t draws[64][8], large[1000], zero[8] = { 0 };

	for (unsigned i = 0; i < 64; i++) {
		sys->class->random(sys, draws[i], 8);
		ck_assert_mem_ne(draws[i], zero, 8);
		for (unsigned j = 0; j < i; j++)
			ck_assert_mem_ne(draws[i], draws[j], 8);
	}
	memset(large, 0, sizeof large);
	sys->class->random(sys, large, sizeof large);
	for (unsigned i = 0; i + 8 <= sizeof large; i += 8)
		ck_assert_mem_ne(large + i, zero, 8);
	linux_free(sys);
}
END_TEST

START_TEST(the_host_has_its_name)
{
	struct sys *sys = linux_new(NULL);
	char name[256] = "";

	ck_assert_int_eq(gethostname(name, sizeof name - 1), 0);
	ck_assert_str_eq(sys->class->hostname(sys), name);
	linux_free(sys);
}
END_TEST

START_TEST(local_time_is_broken_down_before_1970_and_after_2038)
{
	struct sys *sys;
	struct sys_calendar at;

	setenv("TZ", "UTC-2", 1);
	tzset();
	sys = linux_new(NULL);
	sys->class->local_time(sys, 0, &at);
	ck_assert_int_eq(at.year, 1970);
	ck_assert_int_eq(at.month, 1);
	ck_assert_int_eq(at.day, 1);
	ck_assert_int_eq(at.hour, 2);
	ck_assert_int_eq(at.utc_offset, 120);
	sys->class->local_time(sys, -1, &at);
	ck_assert_int_eq(at.hour, 1);
	ck_assert_int_eq(at.second, 59);
	/* After what a time_t of 32 bits can tell. */
	sys->class->local_time(sys, INT64_C(4102444800) * USEC_S, &at);
	ck_assert_int_eq(at.year, 2100);
	linux_free(sys);
}
END_TEST

struct late {
	unsigned times, readings;
	usec_t at;
	struct world *world;
	int fd;
};

static void
late_ready(void *context, unsigned events)
{
	struct late *late = context;
	char byte;

	late->at = linux_now(&late->world->sys);
	if (events == WATCH_LATE)
		late->times++;
	else if (read(late->fd, &byte, 1) == 1)
		late->readings++;
}

START_TEST(a_watch_is_late_once_and_never_before_its_timeout)
{
	struct sys *sys = linux_new(NULL);
	struct late late = { .world = world_of(sys) };
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	late.fd = ends[0];
	linux_clock_update(late.world);
	usec_t start = linux_now(sys);
	struct watch *watch =
		linux_watch_new(late.world->loop, late.fd, 0, late_ready, &late);
	linux_watch_set(watch, WATCH_READ, 40 * USEC_MS);
	while (late.times == 0)
		linux_run_once(sys, true);
	ck_assert_int_ge(late.at, start + 40 * USEC_MS);
	ck_assert_int_eq(linux_loop_due(late.world->loop), USEC_NEVER);
	ck_assert_uint_eq(late.times, 1);

	/* What comes in time starts it anew. */
	linux_watch_set(watch, WATCH_READ, 60 * USEC_S);
	usec_t due = linux_loop_due(late.world->loop);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	while (late.readings == 0)
		linux_run_once(sys, true);
	ck_assert_int_gt(linux_loop_due(late.world->loop), due);
	linux_watch_free(watch);
	ck_assert_int_eq(linux_loop_due(late.world->loop), USEC_NEVER);
	ck_assert_uint_eq(late.times, 1);
	close(ends[0]);
	close(ends[1]);
	linux_free(sys);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		wake_ups_come_when_they_are_due_and_never_before,
		a_wish_that_moves_replaces_the_one_before,
		signals_are_told_and_the_service_manager_around_them,
		randomness_does_not_repeat,
		the_host_has_its_name,
		local_time_is_broken_down_before_1970_and_after_2038,
		a_watch_is_late_once_and_never_before_its_timeout,
	};
	return unit_run("linux/loop", tests, ARRAY_SIZE(tests), NULL, 0);
}
