/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams and listeners, for those who make them: unix.c and tcp.c.
 */
#ifndef SYSDEP_LINUX_STREAM_H
#define SYSDEP_LINUX_STREAM_H

#include <sys/stat.h>
#include "sysdep/linux/world.h"

/* A stream on a connected, non-blocking socket, which it owns from now on.  Nothing is
 * read before it is attached. */
struct sys_stream *linux_stream_new(struct world *world, int fd);
/* Its connection is under way: connected() or closed() will be called. */
void linux_stream_connecting(struct sys_stream *stream);
int linux_stream_fd(const struct sys_stream *stream);
/* All of the world's. */
void linux_streams_free(struct world *world);

/* A listener on a non-blocking socket that listens, which it owns from now on. */
struct sys_listener *linux_listener_new(struct world *world, int fd, sys_accept *accept,
					void *context);
/* It has a place in the file system, which goes with it. */
void linux_listener_place(struct sys_listener *listener, const char *path,
			  const struct stat *stat_of);
int linux_listener_fd(const struct sys_listener *listener);

#endif
