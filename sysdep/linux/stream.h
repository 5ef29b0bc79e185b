/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams, for those who make them: unix.c now, TCP when it comes.
 */
#ifndef SYSDEP_LINUX_STREAM_H
#define SYSDEP_LINUX_STREAM_H

#include "sysdep/linux/world.h"

/* A stream on a connected, non-blocking socket, which it owns from now on.  Nothing is
 * read before it is attached. */
struct sys_stream *linux_stream_new(struct world *world, int fd);
/* All of the world's. */
void linux_streams_free(struct world *world);

#endif
