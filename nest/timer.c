/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers and jobs: the queues that router_run() works off.
 */
#include "nest/timer.h"

#include <assert.h>

#include "nest/router.h"

void
timer_init(struct timer *timer, struct router *router, void (*fire)(struct timer *))
{
	assert(fire);
	timer->entry = (struct heap_entry){ .due = USEC_NEVER };
	timer->router = router;
	timer->fire = fire;
}

void
timer_start(struct timer *timer, usec_t delay)
{
	timer_start_at(timer, router_now(timer->router) + delay);
}

void
timer_start_at(struct timer *timer, usec_t due)
{
	heap_put(&timer->router->timers, &timer->entry, due);
	router_kick(timer->router, due);
}

void
timer_start_earlier(struct timer *timer, usec_t delay)
{
	usec_t due = router_now(timer->router) + delay;
	if (!timer_is_running(timer) || due < timer->entry.due)
		timer_start_at(timer, due);
}

void
timer_stop(struct timer *timer)
{
	if (timer_is_running(timer))
		heap_remove(&timer->router->timers, &timer->entry);
}

bool
timer_is_running(const struct timer *timer)
{
	return heap_has(&timer->router->timers, &timer->entry);
}

usec_t
timer_due(const struct timer *timer)
{
	return timer_is_running(timer) ? timer->entry.due : USEC_NEVER;
}

void
job_init(struct job *job, struct router *router, bool (*run)(struct job *, unsigned))
{
	assert(run);
	list_init(&job->link);
	job->router = router;
	job->run = run;
}

void
job_schedule(struct job *job)
{
	if (job_is_scheduled(job))
		return;
	list_push_back(&job->router->jobs, &job->link);
	router_kick(job->router, router_now(job->router));
}

void
job_schedule_idle(struct job *job)
{
	if (job_is_scheduled(job))
		return;
	list_push_back(&job->router->idle_jobs, &job->link);
	router_kick(job->router, router_now(job->router));
}

void
job_cancel(struct job *job)
{
	list_remove(&job->link);
}

bool
job_is_scheduled(const struct job *job)
{
	return !list_is_empty(&job->link);
}
