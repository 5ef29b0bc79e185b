/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The real world: answers struct sys_class with Linux.  One loop, one thread.
 */
#ifndef SYSDEP_LINUX_LINUX_H
#define SYSDEP_LINUX_LINUX_H

#include <stdbool.h>
#include "sysdep/sys.h"

struct linux_options {
	bool log_syslog;   /* Where no target is configured: syslog, not stderr. */
	bool debug_stderr; /* Everything goes to stderr as well, whatever log_open() says.
			    */
	const char *debug_path; /* The same, to this file; null: no. */
	/* Called before a signal is told, and after (done); may be null. */
	void (*signalled)(void *context, enum sys_signal, bool done);
	void *context;
};

/* A world whose callbacks go to whom attach() names later.  No socket is opened before it
 * is asked for.  Null (errno set) if the loop can't be made.  Freed with linux_free(). */
struct sys *linux_new(const struct linux_options *options);
/* From now on signals wait for the loop (linux_run() does it too). */
void linux_signals(struct sys *sys);
/* Runs until quit() and returns its status. */
int linux_run(struct sys *sys);
/* Does what is due; if that is nothing, waits for it, or not. True until quit(). */
bool linux_run_once(struct sys *sys, bool wait);
/* Closes whatever is still open.  Accepts null. */
void linux_free(struct sys *sys);

#endif
