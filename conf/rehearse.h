/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rehearsals: a configuration is read for the tests in it (filter/suite.h).  What is
 * wrong with it is complained about and left out, and so is all that would touch the
 * world.
 */
#ifndef CONF_REHEARSE_H
#define CONF_REHEARSE_H

#include "filter/suite.h"
#include "nest/config.h"

struct lexed;
struct out;
struct protocol_class;
struct reader;
struct router;

/* Puts the file's tables in force, and of its protocols those `wanted` says.  Assertions
 * of filters that routes pass from now on are counted in `tally`, which outlives the
 * router.  0, or -EINVAL if nothing of it could be used. */
int rehearse(struct router *router, const char *path, struct tally *tally,
	     bool (*wanted)(const struct protocol_class *class), struct out *complaints);
/* Runs the suites; then reads the file again and says, as one more, whether all its
 * functions and filters are the same as before. */
void rehearse_run(struct router *router, const struct suite_listener *listener);
/* The grammar read `bt_test_suite(function, "what");` or `bt_test_same(a, b, wanted);` */
void rehearse_suite(struct reader *reader, const struct lexed *function,
		    const struct lexed *what);
void rehearse_same(struct reader *reader, const struct lexed *a, const struct lexed *b,
		   const struct lexed *wanted);

#endif
