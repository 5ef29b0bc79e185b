/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the address sanitizer is built in, as both compilers say it, and what it is to
 * be told of memory that is not allocated one by one.
 */
#ifndef LIB_SANITIZER_H
#define LIB_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZER_IS_ON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZER_IS_ON 1
#endif
#endif

#ifdef SANITIZER_IS_ON
#include <sanitizer/asan_interface.h>
#else
#define SANITIZER_IS_ON                          0
#define ASAN_POISON_MEMORY_REGION(begin, size)   ((void)(begin), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(begin, size) ((void)(begin), (void)(size))
#endif

#endif
