/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router: making, running and ending it.  What the world tells arrives here and is
 * handed on to interfaces (interface.c) and the kernel's tables (fib.c).
 */
#include "nest/router.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "lib/mem.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/control.h"
#include "nest/fib.h"
#include "nest/interface.h"
#include "nest/mrt_log.h"
#include "nest/nexthop.h"
#include "nest/recent.h"
#include "nest/show_time.h"
#include "nest/subscribe.h"
#include "nest/transport.h"

/* More than this is a clock that was set. */
#define WALL_DRIFT (50 * USEC_MS)

static void router_woken(void *context);
static void router_signal(void *context, enum sys_signal signal);
static void router_overrun(void *context);
static void router_fib_lost(void *context);

static const struct sys_handler handler = {
	.wake = router_woken,
	.interface_event = interface_told,
	.address_event = interface_address_told,
	.interface_scan_done = interface_scan_told,
	.fib_result = fib_result_told,
	.fib_scanned = fib_scanned_told,
	.fib_scan_done = fib_scan_done_told,
	.fib_event = fib_event_told,
	.overrun = router_overrun,
	.fib_lost = router_fib_lost,
	.signal = router_signal,
};

static void
modules_take(struct router *router, const struct modules *modules)
{
	router->modules = mem_resize(NULL, modules->count + 1, sizeof(*router->modules));
	for (size_t i = 0; i < modules->count; i++)
		module_add(router, modules->list[i]);
}

/* The two clocks are read one after the other, and the wall's is slewed: a moment must
 * not be shown otherwise each time for that. */
static void
wall_follow(struct router *router)
{
	usec_t offset = router->sys->class->wall(router->sys) - router_now(router);
	usec_t drift = offset - router->wall_offset;
	if (drift > WALL_DRIFT || drift < -WALL_DRIFT)
		router->wall_offset = offset;
}

struct router *
router_new(struct sys *sys, const struct modules *modules,
	   const struct language *language)
{
	struct router *router = mem_zalloc(sizeof(*router));
	router->sys = sys;
	router->language = language;
	router->pool = pool_new(NULL, "router");
	router->armed = USEC_NEVER;
	heap_init(&router->timers);
	list_init(&router->jobs);
	list_init(&router->idle_jobs);
	list_init(&router->tables);
	list_init(&router->protocols);
	list_init(&router->transports);
	list_init(&router->interfaces);
	list_init(&router->links);
	list_init(&router->subscribers);
	list_init(&router->bfd_requests);
	list_init(&router->bfd_providers);
	list_init(&router->fib_owners);
	recovery_init(router);
	hash_init(&router->bindings);
	sys->class->attach(sys, &handler, router);
	router->hash_seed = (uint32_t)sys_random(sys, sizeof(router->hash_seed));
	router->started = router_now(router);
	wall_follow(router);
	attr_open(router);
	nexthop_open(router);
	modules_take(router, modules);
	sys->class->interface_scan(sys);
	return router;
}

void
router_free(struct router *router)
{
	if (!router)
		return;
	control_close_all(router);
	protocol_free_all(router);
	transport_free_all(router);
	list_each_safe(entry, &router->tables, struct table_entry, link)
		router_table_remove(router, entry->table);
	attr_close(router);
	nexthop_close(router);
	interface_free_all(router);
	mrt_log_free(router);
	config_release(router, router->undo);
	config_release(router, router->config);
	module_free_all(router);
	recent_free(router);
	hash_fini(&router->bindings);
	heap_fini(&router->timers);
	pool_free(router->pool);
	mem_free(router);
}

/* Fires what is due now; a timer that starts itself anew for now waits for the next run.
 */
static void
timers_run(struct router *router)
{
	usec_t now = router_now(router);
	uint64_t newest = router->timers.serial;
	struct heap_entry *entry;
	while ((entry = heap_first(&router->timers)) && entry->due <= now &&
	       entry->serial <= newest) {
		heap_remove(&router->timers, entry);
		struct timer *timer = container_of(entry, struct timer, entry);
		timer->fire(timer);
	}
}

/* Those that nobody waits for, one a round. */
static void
idle_job_run(struct router *router)
{
	struct job *job = list_first(&router->idle_jobs, struct job, link);
	if (job == NULL)
		return;
	list_remove(&job->link);
	if (job->run(job, JOB_BUDGET))
		job_schedule_idle(job);
}

/* One turn for each job that was scheduled when the round began. */
static void
jobs_run(struct router *router)
{
	struct list round;
	list_init(&round);
	if (list_is_empty(&router->jobs))
		idle_job_run(router);
	while (!list_is_empty(&router->jobs)) {
		struct list *first = router->jobs.next;
		list_remove(first);
		list_push_back(&round, first);
	}
	while (!list_is_empty(&round)) {
		struct job *job = container_of(round.next, struct job, link);
		list_remove(&job->link);
		if (job->run(job, JOB_BUDGET))
			job_schedule(job);
	}
}

/* `watchdog warning` */
static void
watchdog_look(const struct router *router, usec_t took)
{
	usec_t most = router->config ? router->config->watchdog_warning : 0;
	if (most > 0 && took > most)
		router_log(
			router, LOG_WARNING,
			"One turn of the main loop took %lld ms, more than the %lld ms "
			"of `watchdog warning`",
			(long long)(took / USEC_MS), (long long)(most / USEC_MS));
}

void
router_run(struct router *router)
{
	usec_t began = router_now(router);
	wall_follow(router);
	router->armed = 0; /* What becomes due meanwhile is asked for once, below. */
	timers_run(router);
	jobs_run(router);
	watchdog_look(router, router_now(router) - began);
	router->armed = USEC_NEVER;
	usec_t due = router_due(router);
	if (due != USEC_NEVER)
		router_kick(router, due);
}

usec_t
router_due(const struct router *router)
{
	if (!list_is_empty(&router->jobs) || !list_is_empty(&router->idle_jobs))
		return router_now(router);
	const struct heap_entry *first = heap_first(&router->timers);
	return first ? first->due : USEC_NEVER;
}

void
router_kick(struct router *router, usec_t due)
{
	if (due >= router->armed)
		return;
	router->armed = due;
	router->sys->class->wake_at(router->sys, due);
}

static void
router_woken(void *context)
{
	router_run(context);
}

int
router_configure(struct router *router, const char *text, size_t size,
		 struct out *complaints)
{
	return router->language->configure_text(router, text, size, CONFIGURE_COMMIT,
						complaints);
}

void
router_shutdown(struct router *router)
{
	if (router->shutting_down)
		return;
	router->shutting_down = true;
	router_log(router, LOG_INFO, "Shutting down");
	protocol_stop_all(router);
	router_settle(router);
}

void
router_leave(struct router *router)
{
	router_log(router, LOG_INFO, "Leaving for a restart");
	router->sys->class->quit(router->sys, 0);
}

void
router_settle(struct router *router)
{
	if (router->shutting_down && list_is_empty(&router->protocols)) {
		transport_free_all(router);
		router->sys->class->quit(router->sys, 0);
	}
}

static void
router_signal(void *context, enum sys_signal signal)
{
	struct router *router = context;
	switch (signal) {
	case SYS_SIGNAL_RECONFIGURE:
		router_log(router, LOG_INFO, "Reconfiguring on signal");
		router->language->configure(router, NULL, CONFIGURE_COMMIT, 0, NULL);
		break;
	case SYS_SIGNAL_SHUTDOWN:
		/* The second time for good. */
		if (recovery_is_prepared(router) && !router->shutting_down)
			router_leave(router);
		else
			router_shutdown(router);
		break;
	case SYS_SIGNAL_DUMP:
		router_audit(router, AUDIT_FULL);
		router_log(router, LOG_INFO, "Audit finished, all is consistent");
		break;
	}
}

static void
router_overrun(void *context)
{
	struct router *router = context;
	router_log(router, LOG_WARNING,
		   "The kernel dropped notifications, scanning again");
	interface_rescan(router);
	fib_overrun_told(router);
}

static void
router_fib_lost(void *context)
{
	fib_overrun_told(context);
}

uint32_t
router_random(struct router *router, uint32_t bound)
{
	assert(bound > 0);
	return (uint32_t)((sys_random(router->sys, sizeof(uint32_t)) * bound) >> 32);
}

usec_t
router_jitter(struct router *router, usec_t low, usec_t high)
{
	assert(low <= high && high - low < UINT32_MAX);
	return low + (usec_t)router_random(router, (uint32_t)(high - low + 1));
}

/* By `timeformat log`; null: in full, as it is unless said otherwise. */
static const char *
log_time(const struct router *router, char text[static TIME_TEXT])
{
	if (!router->config)
		return NULL;
	const struct config_timeformat *format = &router->config->timeformat_log;
	if (format->iso == 2 && format->digits == 3)
		return NULL;
	return time_format(router, format, router->sys->class->wall(router->sys), text);
}

void
router_log(const struct router *router, enum log_class class, const char *format, ...)
{
	char line[1024], when[TIME_TEXT];
	va_list arguments;
	va_start(arguments, format);
	text_vformat(line, sizeof(line), format, arguments);
	va_end(arguments);
	router->sys->class->log(router->sys, class, log_time(router, when), line);
	control_logged(router, class, line);
}

struct table *
router_table_add(struct router *router, const struct table_config *config)
{
	struct table_entry *entry = mem_zalloc(sizeof(*entry));
	entry->config = config;
	entry->table = table_new(router, config);
	list_push_back(&router->tables, &entry->link);
	subscribe_changed(router, SUBSCRIBE_TABLES);
	return entry->table;
}

void
router_table_remove(struct router *router, struct table *table)
{
	list_each_safe(entry, &router->tables, struct table_entry, link) {
		if (entry->table != table)
			continue;
		list_remove(&entry->link);
		table_free(table);
		mem_free(entry);
		subscribe_changed(router, SUBSCRIBE_TABLES);
		return;
	}
}

struct table *
router_table(const struct router *router, const char *name, enum net_type type)
{
	list_each(entry, &router->tables, struct table_entry, link)
		if (name ? !strcmp(table_name(entry->table), name)
			 : table_type(entry->table) == type)
			return entry->table;
	return NULL;
}

void
router_audit(const struct router *router, enum audit_depth depth)
{
	if (depth == AUDIT_FULL)
		list_each(entry, &router->tables, struct table_entry, link)
			table_audit(entry->table);
	list_each(protocol, &router->protocols, struct protocol, link) {
		list_each(channel, &protocol->channels, struct channel, link)
			if (depth == AUDIT_FULL)
				channel_audit(channel);
		if (protocol->class->audit && protocol->state == PROTOCOL_UP)
			protocol->class->audit(protocol, depth);
	}
	list_each(transport, &router->transports, struct transport, link)
		if (transport->class->audit && transport->state == PROTOCOL_UP)
			transport->class->audit(transport, depth);
}
