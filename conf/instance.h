/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instances: the statements that open protocols, templates of them and transports, and
 * the ends of their blocks.
 */
#ifndef CONF_INSTANCE_H
#define CONF_INSTANCE_H

#include <stdbool.h>

struct block;
struct reader;
struct rows_match;

/* A statement's rows (statement.h): `block` is filled in for what follows, and the
 * instance is known by its name from here on. False after a complaint. */
bool instance_protocol_open(struct reader *reader, const struct rows_match *match,
			    struct block *block);
bool instance_template_open(struct reader *reader, const struct rows_match *match,
			    struct block *block);
bool instance_transport_open(struct reader *reader, const struct rows_match *match,
			     struct block *block);
/* The block is read: what is to be right of it as a whole is checked, and the instance
 * joins the configuration; a template doesn't. */
void instance_protocol_close(struct reader *reader, struct block *block);
void instance_transport_close(struct reader *reader, struct block *block);

#endif
