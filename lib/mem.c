/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one caller of malloc.  A failed allocation aborts: there is nothing sensible a
 * router can do half-way through an update, and the supervisor restarts it with a clean
 * state.
 */
#include "lib/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *mem_check(void *memory);

void *
mem_alloc(size_t size)
{
	return mem_check(malloc(size > 0 ? size : 1));
}

void *
mem_zalloc(size_t size)
{
	return mem_check(calloc(1, size > 0 ? size : 1));
}

void *
mem_resize(void *old, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / size)
		abort();
	size_t bytes = count * size;
	return mem_check(realloc(old, bytes > 0 ? bytes : 1));
}

void *
mem_dup(const void *from, size_t size)
{
	void *copy = mem_alloc(size);
	if (size > 0)
		memcpy(copy, from, size);
	return copy;
}

char *
mem_strdup(const char *from)
{
	return mem_dup(from, strlen(from) + 1);
}

void
mem_free(void *memory)
{
	free(memory);
}

static void *
mem_check(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}
