/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules linked into the program: configure writes modules.c, which defines this,
 * from --with-modules.
 */
#ifndef DAEMON_MODULES_H
#define DAEMON_MODULES_H

#include "nest/module.h"

/* What daemon and simulator hand to router_new(); empty where modules are shared objects.
 */
extern const struct modules modules_linked;

#endif
