/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `meshd --filter-test FILE`: runs the tests that are written in the filter language.
 */
#ifndef DAEMON_FILTER_TEST_H
#define DAEMON_FILTER_TEST_H

/* Reads the file, fills its tables by its static protocols and pipes, and runs its
 * suites. Nothing of the host is changed.  Says what came of it on stdout, as TAP (a test
 * for each suite; one whose function is wrong or uses what is not here is skipped); what
 * is wrong with the file goes to stderr.  Returns the exit status: 0 if nothing failed.
 */
int filter_test(const char *path);

#endif
