/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's names for numbers of the kernel's routes, as iproute2 keeps them: constants
 * of every configuration.
 */
#ifndef CONF_NAMES_H
#define CONF_NAMES_H

struct policy;
struct sys;

/* Defines ipp_* (protocols), ipr_* (realms), ips_* (scopes) and ipt_* (tables) by the
 * files there are; what is no letter or digit in a name becomes `_`. */
void names_define(struct policy *policy, struct sys *sys);

#endif
