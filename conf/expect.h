/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes wrong with pieces: what was expected instead, and what comes near.
 */
#ifndef CONF_EXPECT_H
#define CONF_EXPECT_H

#include "conf/named.h"
#include "conf/piece.h"
#include <stddef.h>

struct reader;

/* The piece fits no row. */
void expect_complain(struct reader *reader, const struct piece *piece);
/* The statement ends too early. */
void expect_complain_end(struct reader *reader);
/* "did you mean `x`?" in scratch memory, null if nothing comes near. */
const char *expect_nearest(struct reader *reader, const char *word,
			   const char *const *candidates, size_t count);
/* The same for a protocol or transport there is not, modules that are installed but not
 * loaded being candidates too; for the very name of one, how it is loaded. */
const char *expect_class(struct reader *reader, const char *word,
			 const char *const *candidates, size_t count);
/* The same over names of a kind. */
const char *expect_named(struct reader *reader, enum named_kind kind, const char *word);

const char *expect_filter(struct reader *reader, const char *word);
/* "expected `;` or an operator", of the names of the grammar's tokens; null if there are
 * too many for anybody to read. */
const char *expect_tokens(struct reader *reader, const char *const *names, size_t count);

#endif
