/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy language within a configuration: its declarations, and the pieces of
 * statements that are values, filters or conditions in it.
 */
#ifndef CONF_CODE_H
#define CONF_CODE_H

#include "conf/complaint.h"
#include "conf/piece.h"
#include "filter/ast.h"
#include <stdbool.h>

struct lexed;
struct reader;

/* There is a reader: makes its policy. */
void code_begin(struct reader *reader);
/* The piece, a word, becomes the value of the constant it names.  False: it names none,
 * or one that no row takes. */
bool code_constant(struct reader *reader, struct piece *piece);

/* A piece that filter code made: the value of `( expr )`, a filter block, an expression
 * after `where`. Null: a mistake that was reported. */
void code_take_value(struct reader *reader, struct ast_node *expr);
void code_take_body(struct reader *reader, struct ast_node *block);
void code_take_where(struct reader *reader, struct ast_node *expr);
/* What begins at a place (`{` of a filter block, or `where`) was compiled before, the
 * text being read again for a template: it is taken as a piece. */
bool code_take_again(struct reader *reader, enum piece_kind kind,
		     const struct place *place);
/* Declarations; any part may be null after a mistake. */
void code_define(struct reader *reader, const struct lexed *name, struct ast_node *expr);
void code_function(struct reader *reader, struct ast_function *function);
void code_eval(struct reader *reader, struct ast_node *expr);
void code_attribute(struct reader *reader, struct ast_node *type,
		    const struct lexed *name);
/* `attribute bgp 42 bytestring NAME;` */
void code_attribute_of(struct reader *reader, const struct lexed *protocol,
		       const struct lexed *number, struct ast_node *type,
		       const struct lexed *name);

#endif
