/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all subscriptions tell alike, shared by subscribe.c (protocols and links) and
 * subscribe_route.c.
 */
#ifndef NEST_SUBSCRIBE_PRIVATE_H
#define NEST_SUBSCRIBE_PRIVATE_H

#include "lib/list.h"
#include "lib/out.h"
#include "nest/subscribe.h"

struct command_call;

/* Who is told. */
struct subscriber {
	struct list link; /* In the router. */
	enum subscribe_kind kind;
	struct command_call *call;
};

enum subscribe_event {
	EVENT_ADD,    /* It is there: from the beginning, or new. */
	EVENT_CHANGE, /* It is otherwise than told before. */
	EVENT_REMOVE,
	EVENT_READY, /* All that there was has been told; what follows are changes. */
};

/* Opens a table of events, whose rows go on with these columns, and wakes `call` from now
 * on. -ENOTSUP after out_error() where nobody can wait for them. */
int subscribe_begin(struct subscriber *subscriber, struct command_call *call,
		    enum subscribe_kind kind, const char *key,
		    const struct out_column *columns, size_t count);
void subscribe_end(struct subscriber *subscriber);
/* A row: when, and what. */
void subscribe_row(struct command_call *call, enum subscribe_event event);
/* All that there was has been told.  For programs a row, for people the moment the
 * columns get their widths. */
void subscribe_ready(struct command_call *call);

#endif
