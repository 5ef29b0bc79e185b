/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be read, but cannot be meant.
 */
#ifndef CONF_LINT_H
#define CONF_LINT_H

#include "conf/complaint.h"

struct reader;

/* Of the whole configuration, which has been read. */
void lint_config(struct reader *reader);
/* A name in a list of interfaces that is all but the name of one there is. */
void lint_interface(struct reader *reader, const char *name, const struct place *place);
/* A name that filter code does not know, about to be complained of: what it may have been
 * meant to be, or null. */
const char *lint_name(struct reader *reader, const char *name);

#endif
