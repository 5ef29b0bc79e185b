/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon as a process: going into the background, the pid file, and what the service
 * manager is told.
 */
#ifndef DAEMON_PROCESS_H
#define DAEMON_PROCESS_H

#include <stdbool.h>

/* The way back to the terminal of a process that went into the background. */
struct background {
	int fd; /* -1: in the foreground. */
};

/* Goes into the background: the caller goes on as another process, without a controlling
 * terminal but still with its stderr; the first one waits for background_done(), or ends
 * with status 1 when this one ends before.  0 or a negative errno. */
int background_enter(struct background *background);
/* The start is over: the first process ends with status 0, and stdin, stdout and stderr
 * lead nowhere from now on.  No effect in the foreground. */
void background_done(struct background *background);

/* Writes our number into `path`; the open file, or -1 and the reason on stderr. */
int pid_write(const char *path);
/* Removes it, or at least empties it.  No effect without one (-1). */
void pid_remove(const char *path, int fd);

/* Tells the service manager ("READY=1"), if there is one (sd_notify(3)). */
void notify_send(const char *state);

#endif
