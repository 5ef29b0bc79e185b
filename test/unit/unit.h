/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What unit tests share: running a list of tests, and numbers that look random but are
 * the same in every run.
 */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <check.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Runs `tests`, each a case of its own, and `aborting`, which must end in an assertion or
 * abort(). Returns what main() returns. */
static inline int
unit_run(const char *name, const TTest *const *tests, size_t count,
	 const TTest *const *aborting, size_t aborting_count)
{
	Suite *suite = suite_create(name);
	for (size_t i = 0; i < count + aborting_count; i++) {
		const TTest *test = i < count ? tests[i] : aborting[i - count];
		TCase *tcase = tcase_create(test->name);
		tcase_set_timeout(tcase, 60);
		if (i < count)
			tcase_add_test(tcase, test);
		else
			tcase_add_test_raise_signal(tcase, test, SIGABRT);
		suite_add_tcase(suite, tcase);
	}
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The next of the sequence that starts with any `*state`. */
static inline uint64_t
unit_random(uint64_t *state)
{
	uint64_t value = *state += 0x9e3779b97f4a7c15ULL;
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebULL;
	return value ^ value >> 31;
}

/* One of 0 … limit - 1. */
static inline uint32_t
unit_below(uint64_t *state, uint32_t limit)
{
	return (uint32_t)(unit_random(state) % limit);
}

#endif
