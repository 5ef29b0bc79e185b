/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The channels of a configuration that is being read, and the tables they name.
 */
#ifndef CONF_CHANNELS_H
#define CONF_CHANNELS_H

#include "conf/complaint.h"
#include "conf/rows.h"
#include <stdbool.h>

struct block;
struct channel_config;
struct protocol_class;
struct protocol_config;
struct reader;

/* One of this net type (-1: the first that the class can have), in no list. */
struct channel_config *channels_new(struct reader *reader,
				    const struct protocol_class *class, int type);
/* A statement of the type's words in a protocol; false after a complaint. */
bool channels_open(struct reader *reader, const struct rows_match *match,
		   struct block *block);
/* It stands at this place. */
void channels_opened(struct reader *reader, struct channel_config *channel,
		     const struct place *place);
/* Those of an instance that stand whether they are written or not. */
void channels_preset(struct reader *reader, struct protocol_config *config,
		     const struct place *place);
/* The protocol's block is closed: the one channel whose rows stood in it becomes its. */
void channels_own(struct reader *reader, struct block *block);
/* A row was filled, of a channel's if it is not null. */
void channels_stored(struct reader *reader, const struct rows_match *match,
		     const struct channel_config *channel);
/* Its export policy was written, and is no preset. */
bool channels_say_export(const struct reader *reader,
			 const struct channel_config *channel);
/* Where a channel was opened, or its table named. */
struct place channels_place(const struct reader *reader,
			    const struct channel_config *channel);
/* All tables that are named are there, and of the types of those who name them. */
void channels_check(struct reader *reader);

#endif
