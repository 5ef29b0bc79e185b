/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What UDP and TCP sockets have in common: names of IPv4 and IPv6 in one struct, options.
 */
#ifndef SYSDEP_LINUX_SOCKET_H
#define SYSDEP_LINUX_SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include "lib/addr.h"

/* Fills in the name, which has room for either family; its size. `index`: the interface
 * of a link-local or multicast address. */
socklen_t linux_name_put(struct sockaddr_in6 *name, bool ip4, struct addr addr,
			 uint16_t port, uint32_t index);
struct addr linux_name_get(const struct sockaddr_in6 *name, uint16_t *port);
/* 0 or a negative errno. */
int linux_option_set(int fd, int level, int name, int value);

#endif
