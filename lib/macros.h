/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few macros and integer types everything shares.
 */
#ifndef LIB_MACROS_H
#define LIB_MACROS_H

#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#if defined(__GNUC__)
#define PRINTF_LIKE(text_at, first_at) __attribute__((format(printf, text_at, first_at)))
#else
#define PRINTF_LIKE(text_at, first_at)
#endif

/* Too small to be called, or asked by hot callers for less than it can tell. */
#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif
/* Taken seldom: its caller, which is hot, does not keep registers for it. */
#if defined(__GNUC__)
#define NEVER_INLINE static __attribute__((noinline))
#else
#define NEVER_INLINE static
#endif
/* One that only fetches from memory what is read soon: where it is not inlined early it
 * has no effect that gcc sees, and is left out. */
#define PREFETCH_INLINE ALWAYS_INLINE

/* Microseconds; monotonic unless the name says `wall` (then since 1970-01-01 UTC). */
typedef int64_t usec_t;
#define USEC_NEVER INT64_MAX
#define USEC_MS    ((usec_t)1000)
#define USEC_S     ((usec_t)1000000)

#endif
