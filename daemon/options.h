/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of meshd.
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config_path;  /* -c */
	const char *control_path; /* -s */
	const char *pid_path;     /* -P; null: none. */
	const char *debug_path;   /* -D; null: none. */
	const char *user;         /* -u; null: chosen by privilege_drop(). */
	const char *group;        /* -g; null: the user's. */
	bool foreground;          /* -f, -d, -p */
	bool debug;               /* -d: all of the log to stderr as well. */
	bool parse_only;          /* -p */
	const char *test_path;    /* --filter-test; null: not. */
	bool json;                /* --json */
	bool recover;             /* -R */
};

/* Reads the command line; its strings are used in place.  True: go on; false: end the
 * process with *status. */
bool options_parse(struct options *options, int argc, char **argv, int *status);

#endif
