/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time, the one timer (of the router's wake-up and the loop's timeouts), randomness, and
 * the host's name.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"

static usec_t clock_read(clockid_t clock);
static void timer_ready(void *context, unsigned events);

void
linux_clock_update(struct world *world)
{
	world->now = clock_read(CLOCK_MONOTONIC);
}

usec_t
linux_now(struct sys *sys)
{
	return world_of(sys)->now;
}

usec_t
linux_wall(struct sys *sys)
{
	(void)sys;
	return clock_read(CLOCK_REALTIME);
}

void
linux_local_time(struct sys *sys, usec_t wall, struct sys_calendar *calendar)
{
	/* Rounded down, also before 1970. */
	time_t seconds = (time_t)(wall / USEC_S - (wall % USEC_S < 0));
	struct tm tm = { 0 };

	(void)sys;
	localtime_r(&seconds, &tm);
	*calendar = (struct sys_calendar){
		.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec,
		.utc_offset = (int)(tm.tm_gmtoff / 60),
	};
}

void
linux_random(struct sys *sys, void *bytes, size_t size)
{
	struct world *world = world_of(sys);
	uint8_t *to = bytes;

	while (size) {
		if (!world->random.left) {
			/* Up to 256 bytes come whole once the kernel's pool is ready. */
			ssize_t got = getrandom(world->random.bytes,
						sizeof world->random.bytes, 0);
			if (got < 0)
				continue;
			world->random.left = (size_t)got;
		}
		size_t part = MIN(size, world->random.left);
		uint8_t *from = world->random.bytes + world->random.left - part;
		memcpy(to, from, part);
		explicit_bzero(from, part);
		world->random.left -= part;
		to += part;
		size -= part;
	}
}

void
linux_wake_at(struct sys *sys, usec_t due)
{
	world_of(sys)->wake.due = due;
}

bool
linux_wake_arm(struct world *world)
{
	usec_t due = MIN(world->wake.due, linux_loop_due(world->loop));

	if (due <= world->now)
		return true;
	/* A timer that is set too early rings once for nothing; that is cheaper than to
	 * set it again each time the wish moves. */
	if (due == USEC_NEVER || world->wake.armed <= due)
		return false;
	if (world->wake.fd < 0) {
		world->wake.fd =
			timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
		if (world->wake.fd < 0)
			return true;
		world->wake.watch = linux_watch_new(world->loop, world->wake.fd,
						    WATCH_READ, timer_ready, world);
	}
	struct itimerspec when = {
		.it_value = { .tv_sec = (time_t)(due / USEC_S),
			      .tv_nsec = (long)(due % USEC_S * 1000) },
	};
	timerfd_settime(world->wake.fd, TFD_TIMER_ABSTIME, &when, NULL);
	world->wake.armed = due;
	return false;
}

void
linux_wake_run(struct world *world)
{
	if (world->wake.due > world->now)
		return;
	world->wake.due = USEC_NEVER;
	if (world->handler && world->handler->wake)
		world->handler->wake(world->context);
}

void
linux_wake_free(struct world *world)
{
	linux_watch_free(world->wake.watch);
	if (world->wake.fd >= 0)
		close(world->wake.fd);
}

const char *
linux_hostname(struct sys *sys)
{
	struct world *world = world_of(sys);

	if (gethostname(world->hostname, sizeof world->hostname - 1) < 0)
		strcpy(world->hostname, "localhost");
	return world->hostname;
}

static usec_t
clock_read(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (usec_t)time.tv_sec * USEC_S + time.tv_nsec / 1000;
}

/* The wake-up itself follows in linux_wake_run(), after all that is ready. */
static void
timer_ready(void *context, unsigned events)
{
	struct world *world = context;
	uint64_t times;

	(void)events;
	if (read(world->wake.fd, &times, sizeof times) > 0)
		world->wake.armed = USEC_NEVER;
}
