/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers and jobs of a router.  A timer fires once at its time; equal times fire in the
 * order they were started.  A job is a long walk cut into pieces: it runs with a budget,
 * so that no big table stalls a keepalive.  Both are embedded in their owners and called
 * from router_run() alone.
 */
#ifndef NEST_TIMER_H
#define NEST_TIMER_H

#include "lib/heap.h"
#include "lib/list.h"
#include <stdbool.h>

struct router;

struct timer {
	struct heap_entry entry;
	struct router *router;
	void (*fire)(struct timer *); /* Stopped when called; may start itself again. */
};

void timer_init(struct timer *timer, struct router *router, void (*fire)(struct timer *));
/* (Re)starts: fires `delay` from now. */
void timer_start(struct timer *timer, usec_t delay);
/* (Re)starts: fires at `due`. */
void timer_start_at(struct timer *timer, usec_t due);
/* Starts, or brings forward: never makes it fire later than it would. */
void timer_start_earlier(struct timer *timer, usec_t delay);
void timer_stop(struct timer *timer);
bool timer_is_running(const struct timer *timer);
/* When it fires; USEC_NEVER if stopped. */
usec_t timer_due(const struct timer *timer);

#define JOB_BUDGET \
	512 /* Items (routes, packets …) a job handles before others get their turn. */

struct job {
	struct list link;
	struct router *router;
	/* Handles up to `budget` items; true: there is more to do, call again soon. */
	bool (*run)(struct job *, unsigned budget);
};

void job_init(struct job *job, struct router *router,
	      bool (*run)(struct job *, unsigned));
/* Jobs take turns in the order they were scheduled; scheduling twice is scheduling once.
 */
void job_schedule(struct job *job);
/* For what nobody waits for, as tidying up behind others: its turn comes where no other
 * job has one. */
void job_schedule_idle(struct job *job);
void job_cancel(struct job *job);
bool job_is_scheduled(const struct job *job);

#endif
