/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host of the simulated world that no router runs on: what the world tells is ignored.
 */
#ifndef TEST_UNIT_DEAF_H
#define TEST_UNIT_DEAF_H

#include "sysdep/sys.h"

static inline void
deaf_nothing(void *context)
{
	(void)context;
}

static inline void
deaf_interface(void *context, const struct sys_interface *interface, bool gone)
{
	(void)context;
	(void)interface;
	(void)gone;
}

static inline void
deaf_address(void *context, const struct sys_address *address, bool gone)
{
	(void)context;
	(void)address;
	(void)gone;
}

static const struct sys_handler deaf_handler = { .wake = deaf_nothing,
						 .interface_event = deaf_interface,
						 .address_event = deaf_address,
						 .interface_scan_done = deaf_nothing,
						 .fib_lost = deaf_nothing };

#endif
