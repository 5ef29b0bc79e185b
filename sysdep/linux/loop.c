/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop: tasks, waiting, readiness and signals.  The only file that knows libevent,
 * which does no more than report what is ready: how long to wait is for the one timer in
 * clock.c.  So no struct timeval is handed to libevent, which on a machine of 32 bits may
 * have been built with another one than we are.
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include "lib/heap.h"
#include "lib/mem.h"
#include "sysdep/linux/world.h"

struct loop {
	struct world *world;
	struct event_base *base;
	struct list tasks;
	struct heap limits;       /* Of the watches with a timeout. */
	struct event *signals[4]; /* Null until linux_loop_signals(). */
};

struct watch {
	struct loop *loop;
	struct event event;
	struct heap_entry limit;
	usec_t timeout; /* Before it is late; < 0: never. */
	watch_ready *ready;
	void *context;
};

static void watch_called(evutil_socket_t fd, short what, void *context);
static void signal_called(evutil_socket_t number, short what, void *context);
static void limit_start(struct watch *watch);
static void limits_run(struct loop *loop);

struct loop *
linux_loop_new(struct world *world)
{
	struct event_config *config = event_config_new();
	struct loop *loop = mem_zalloc(sizeof *loop);

	if (!config)
		goto fail;
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK |
					      EVENT_BASE_FLAG_IGNORE_ENV |
					      EVENT_BASE_FLAG_NO_CACHE_TIME);
	loop->base = event_base_new_with_config(config);
	event_config_free(config);
	if (!loop->base)
		goto fail;
	assert(event_get_struct_event_size() <= sizeof(struct event));
	loop->world = world;
	list_init(&loop->tasks);
	heap_init(&loop->limits);
	return loop;
fail:
	mem_free(loop);
	errno = ENOMEM;
	return NULL;
}

void
linux_loop_free(struct loop *loop)
{
	if (!loop)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(loop->signals); i++)
		if (loop->signals[i])
			event_free(loop->signals[i]);
	event_base_free(loop->base);
	heap_fini(&loop->limits);
	mem_free(loop);
}

void
linux_loop_signals(struct loop *loop)
{
	static const int numbers[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR1 };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (loop->signals[i])
			continue;
		loop->signals[i] =
			evsignal_new(loop->base, numbers[i], signal_called, loop);
		if (loop->signals[i])
			event_add(loop->signals[i], NULL);
	}
}

bool
linux_loop_tasks(struct loop *loop)
{
	bool any = !list_is_empty(&loop->tasks);

	struct list end;
	struct task *task;

	list_push_back(&loop->tasks, &end);
	while (loop->tasks.next != &end) {
		task = container_of(loop->tasks.next, struct task, link);
		list_remove(&task->link);
		task->run(task->context);
	}
	list_remove(&end);
	return any;
}

void
linux_loop_turn(struct loop *loop, bool wait)
{
	int flags = EVLOOP_ONCE;

	linux_clock_update(loop->world);
	linux_loop_tasks(loop);
	if (loop->world->quit)
		return;
	if (linux_wake_arm(loop->world) || !list_is_empty(&loop->tasks) || !wait)
		flags = EVLOOP_NONBLOCK;
	event_base_loop(loop->base, flags);
	linux_clock_update(loop->world);
	limits_run(loop);
	linux_wake_run(loop->world);
}

usec_t
linux_loop_due(const struct loop *loop)
{
	const struct heap_entry *first = heap_first(&loop->limits);

	return first ? first->due : USEC_NEVER;
}

struct watch *
linux_watch_new(struct loop *loop, int fd, unsigned events, watch_ready *ready,
		void *context)
{
	struct watch *watch = mem_zalloc(sizeof *watch);

	watch->loop = loop;
	watch->ready = ready;
	watch->context = context;
	event_assign(&watch->event, loop->base, fd, EV_PERSIST, watch_called, watch);
	linux_watch_set(watch, events, -1);
	return watch;
}

void
linux_watch_set(struct watch *watch, unsigned events, usec_t timeout)
{
	short what = EV_PERSIST;

	watch->timeout = timeout;
	limit_start(watch);
	if (events & WATCH_READ)
		what |= EV_READ;
	if (events & WATCH_WRITE)
		what |= EV_WRITE;
	if (what == event_get_events(&watch->event) &&
	    event_pending(&watch->event, what & (EV_READ | EV_WRITE), NULL))
		return;
	event_del(&watch->event);
	event_assign(&watch->event, watch->loop->base, event_get_fd(&watch->event), what,
		     watch_called, watch);
	if (events)
		event_add(&watch->event, NULL);
}

void
linux_watch_free(struct watch *watch)
{
	if (!watch)
		return;
	event_del(&watch->event);
	heap_remove(&watch->loop->limits, &watch->limit);
	mem_free(watch);
}

void
linux_task_init(struct task *task, void (*run)(void *), void *context)
{
	list_init(&task->link);
	task->run = run;
	task->context = context;
}

void
linux_task_defer(struct loop *loop, struct task *task)
{
	if (list_is_empty(&task->link))
		list_push_back(&loop->tasks, &task->link);
}

void
linux_task_cancel(struct task *task)
{
	list_remove(&task->link);
}

static void
watch_called(evutil_socket_t fd, short what, void *context)
{
	struct watch *watch = context;
	unsigned events = 0;

	(void)fd;
	if (what & EV_READ)
		events |= WATCH_READ;
	if (what & EV_WRITE)
		events |= WATCH_WRITE;
	linux_clock_update(watch->loop->world);
	limit_start(watch);
	watch->ready(watch->context, events);
}

static void
signal_called(evutil_socket_t number, short what, void *context)
{
	struct loop *loop = context;
	struct world *world = loop->world;
	enum sys_signal signal = number == SIGHUP    ? SYS_SIGNAL_RECONFIGURE
				 : number == SIGUSR1 ? SYS_SIGNAL_DUMP
						     : SYS_SIGNAL_SHUTDOWN;

	(void)what;
	linux_clock_update(world);
	if (world->options.signalled)
		world->options.signalled(world->options.context, signal, false);
	if (world->handler && world->handler->signal)
		world->handler->signal(world->context, signal);
	if (world->options.signalled)
		world->options.signalled(world->options.context, signal, true);
}

/* From now on, or never. */
static void
limit_start(struct watch *watch)
{
	struct loop *loop = watch->loop;

	if (watch->timeout < 0)
		heap_remove(&loop->limits, &watch->limit);
	else
		heap_put(&loop->limits, &watch->limit, loop->world->now + watch->timeout);
}

static void
limits_run(struct loop *loop)
{
	while (linux_loop_due(loop) <= loop->world->now) {
		struct watch *watch =
			container_of(heap_first(&loop->limits), struct watch, limit);
		watch->timeout = -1;
		limit_start(watch);
		watch->ready(watch->context, WATCH_LATE);
	}
}
