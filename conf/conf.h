/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration language, as the daemon and the simulator give it to their routers.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "nest/config.h"

extern const struct language conf_language;

#endif
