/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The filter language as a tree, as the grammar builds it.  Nothing is resolved or typed
 * here: a name is a word with a place, whether it turns out to be a local, a constant, an
 * attribute, an enum member, a function or a table.  The checker (check.h) decides, says
 * all that is wrong at once, and policy.h compiles what is right.
 *
 * Nodes live in an arena that may be reset as soon as a declaration has been handed to
 * the policy.
 *
 * Grammar sketch.  WORD is any identifier or 'quoted name'; only these are reserved in
 * filter code:
 *
 *	if then else case for in do return accept reject print printn true false
 *
 * and these are contextual: `set` (after a type name), `from`, `max`, `as` (after a
 * prefix literal), `unknown`, `empty`, `enum` (before the name of one).  All else that
 *looks like a keyword in BIRD is a WORD: type names, attributes, methods, `defined`,
 *`unset`, `roa_check`, `add`, `delete`, `filter`, `prepend`, `format`, `append`,
 *`from_hex`, `bt_assert`, `rt`, `ro`, `generic`, RTS_*, …
 *
 *	filter WORD locals { statements }	ast_filter(): policy_add_filter()
 *	filter { statements }			the same: policy_compile_filter()
 *	where expr				policy_compile_where()
 *	function WORD ( params ) [-> type] locals { statements }
 *						ast_function(): policy_add_function()
 *	define WORD = expr ;			policy_define()
 *	route … { statements }			ast_block(): policy_compile_block()
 *	  params: type WORD, by `,` or `;`	list of ast_local(type, word, null)
 *	  locals: type WORD ;			the same
 *	  type: WORD | WORD set			ast_type()
 *	        enum WORD | enum WORD set	ast_enum_type()
 *
 *	statements				ast_append(list, statement); may be null
 *	{ statements }				ast_block()
 *	type WORD [= expr] ;			ast_local()
 *	WORD = expr ;				ast_assign(ast_name(), expr)
 *	if expr then s [else s]			ast_if()
 *	case expr { items: ss … else: ss }	ast_case(), ast_arm(); items as of a set
 *	for [type] WORD in expr do s		ast_for()
 *	return [expr] ;				ast_return()
 *	accept [exprs] ; reject [exprs] ;	ast_accept(), ast_reject()
 *	error [exprs] ;				ast_fail(); a word elsewhere
 *	print exprs ; printn exprs ;		ast_print()
 *	expr ;					ast_expression()
 *	;					null
 *
 * Expressions, weakest first; binary ones associate to the left.
 *
 *	expr || expr, expr && expr		ast_binary(); of one strength, as in BIRD
 *	= != < <= > >= ~ !~			the same; no chains
 *	+ - ++
 *	* /
 *	! expr, - expr				ast_unary()
 *	expr . WORD [( exprs )]			ast_method()
 *	( expr )				ast_parens()
 *	( expr , expr [, expr] )		ast_tuple(): pair, ec, lc
 *	( unknown expr , expr , expr )		ast_tuple_unknown()
 *	5, 1.2.3.4, 10.0.0.0/8, "…", hex:…	ast_literal(); sadr and roa prefixes too
 *	+empty+ -empty- --empty-- ---empty---	ast_empty(VALUE_PATH …)
 *	[ items ], []				ast_set()
 *	[= items =]				ast_mask()
 *	WORD, WORD ( [exprs] )			ast_name(), ast_call()
 *
 * Set items; the elements are literals, WORDs, ( expr ) or tuples, so that + and - can
 * follow them.
 *
 *	atom, atom .. atom			as it is, ast_range()
 *	atom +, atom -, atom { expr, expr }	ast_pattern()
 *	( element , element [, element] )	ast_tuple() of expr, range, ast_any()
 *
 * Mask items: ast_any(), ast_one(), ast_loop(), atoms, ranges of atoms, sets.
 */
#ifndef FILTER_AST_H
#define FILTER_AST_H

#include "lib/macros.h"
#include "nest/value.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Where something was written. */
struct ast_place {
	const char *file; /* Lives as long as the configuration; null: a line typed by
			     hand. */
	uint32_t line;    /* From 1. */
	uint16_t column, length; /* From 1; characters the caret covers, at least 1. */
};

enum ast_severity { AST_ERROR, AST_WARNING };

/* Called once per problem.  `hint` may be null: a sentence that says what to do ("did you
 * mean `x`?"). */
typedef void ast_complain(void *context, enum ast_severity severity,
			  const struct ast_place *place, const char *text,
			  const char *hint);

/* What the constructors build with. */
struct ast {
	struct arena *arena; /* For the nodes. */
	ast_complain *complain;
	void *context;   /* Of `complain`. */
	unsigned errors; /* Complaints that were errors. */
	bool too_deep;   /* Said once per reset. */
};

enum ast_kind {
	/* Expressions. */
	AST_LITERAL,
	AST_EMPTY,
	AST_NAME,
	AST_PARENS,
	AST_UNARY,
	AST_BINARY,
	AST_LOGIC, /* && and ||, a chain of them flattened: children are a list. */
	AST_METHOD,
	AST_CALL,
	AST_TUPLE,
	AST_SET,
	AST_MASK,
	/* Only inside sets, masks and case arms. */
	AST_RANGE,
	AST_ANY,
	AST_ONE,
	AST_LOOP,
	AST_PATTERN,
	/* Statements. */
	AST_BLOCK,
	AST_LOCAL,
	AST_ASSIGN,
	AST_IF,
	AST_CASE,
	AST_ARM,
	AST_FOR,
	AST_RETURN,
	AST_ACCEPT,
	AST_REJECT, /* what: by an error. */
	AST_PRINT,
	AST_EXPRESSION,
	/* The rest. */
	AST_LIST,
	AST_TYPE
};

enum ast_operator {
	AST_OR,
	AST_AND,
	AST_EQ,
	AST_NE,
	AST_LT,
	AST_LE,
	AST_GT,
	AST_GE,
	AST_MATCH,
	AST_NOT_MATCH,
	AST_CONCAT,
	AST_ADD,
	AST_SUB,
	AST_MUL,
	AST_DIV,
	AST_NOT,
	AST_MINUS
};

/* Suffix of a prefix in a set. */
enum ast_pattern_kind { AST_LONGER, AST_SHORTER, AST_LENGTHS };

/* Deeper nesting is an error: checker and compiler walk the tree by recursion. */
#define AST_DEPTH_LIMIT 500

/* A static type. */
struct ast_type {
	uint8_t base;    /* enum value_type; VALUE_VOID: none or not known. */
	uint8_t kind;    /* enum value_kind of an enum, or of a set's enum elements. */
	uint8_t element; /* enum value_type of a set's elements; VALUE_VOID: of any
			    (`[]`). */
};

struct ast_node {
	uint8_t kind; /* enum ast_kind */
	uint8_t what; /* enum ast_operator, ast_pattern_kind, VALUE_*; flags of some
			 kinds. */
	uint16_t depth;
	struct ast_type
		type;  /* AST_TYPE, AST_LOCAL: as written; expressions: by the checker. */
	uint8_t flags; /* The checker's. */
	struct ast_place place;
	struct ast_node *next; /* In the list it is in. */
	union {
		struct ast_node *child[3]; /* Null where something optional is missing. */
		const struct value *value; /* AST_LITERAL, which has nothing below. */
		struct {                   /* AST_LIST */
			struct ast_node *first, *last;
			size_t count;
		};
	};
	const char *name;    /* AST_NAME, AST_METHOD, AST_CALL, AST_LOCAL, AST_FOR */
	const void *meaning; /* The checker's: what the name stands for. */
	uint32_t number;     /* The checker's. */
};

/* A function or filter as declared. */
struct ast_function {
	const char *name;       /* Null: an inline filter. */
	struct ast_place place; /* Of the name. */
	bool is_filter;
	bool has_type;               /* `-> type` was written. */
	struct ast_type type;        /* What it returns. */
	struct ast_node *parameters; /* AST_LIST of AST_LOCAL; null: none. */
	struct ast_node *locals;     /* The same: old-style declarations. */
	struct ast_node *body;       /* AST_BLOCK */
};

void ast_init(struct ast *ast, struct arena *arena, ast_complain *complain,
	      void *context);
/* An error or warning at a place; errors are counted. */
void ast_error(struct ast *ast, const struct ast_place *place, const char *hint,
	       const char *format, ...) PRINTF_LIKE(4, 5);
void ast_warn(struct ast *ast, const struct ast_place *place, const char *hint,
	      const char *format, ...) PRINTF_LIKE(4, 5);

/* Lists: `list` null makes one; `item` null adds nothing. Returns the list. */
struct ast_node *ast_append(struct ast *ast, struct ast_node *list,
			    struct ast_node *item);

/* Names given to constructors are copied. A place is the operator's, the name's or the
 * first token's, as reads best under a caret.  Null children are errors already reported:
 * the constructor then returns null too. */
/* The value is kept, not copied: it lives in the tree's arena, too. */
struct ast_node *ast_literal(struct ast *ast, struct ast_place place,
			     const struct value *value);
struct ast_node *ast_int(struct ast *ast, struct ast_place place, uint32_t number);
struct ast_node *ast_bool(struct ast *ast, struct ast_place place, bool truth);
struct ast_node *ast_string(struct ast *ast, struct ast_place place, const char *text,
			    size_t size);
/* Of the text of bytes in hex: an optional `hex:`, then pairs of digits with or without
 * colons between. */
struct ast_node *ast_bytes(struct ast *ast, struct ast_place place, const char *text,
			   size_t length);
struct ast_node *ast_empty(struct ast *ast, struct ast_place place, enum value_type type);
struct ast_node *ast_name(struct ast *ast, struct ast_place place, const char *name);
struct ast_node *ast_parens(struct ast *ast, struct ast_place place,
			    struct ast_node *expr);
struct ast_node *ast_unary(struct ast *ast, struct ast_place place,
			   enum ast_operator sign, struct ast_node *expr);
struct ast_node *ast_binary(struct ast *ast, struct ast_place place,
			    enum ast_operator sign, struct ast_node *left,
			    struct ast_node *right);
/* `arguments`: null without any; `has_parens` tells `x.len` from `x.len()`. */
struct ast_node *ast_method(struct ast *ast, struct ast_place place,
			    struct ast_node *object, const char *name,
			    struct ast_node *arguments, bool has_parens);
struct ast_node *ast_call(struct ast *ast, struct ast_place place, const char *name,
			  struct ast_node *arguments);
struct ast_node *ast_tuple(struct ast *ast, struct ast_place place,
			   struct ast_node *elements);
struct ast_node *ast_tuple_unknown(struct ast *ast, struct ast_place place,
				   struct ast_node *elements);
struct ast_node *ast_set(struct ast *ast, struct ast_place place, struct ast_node *items);
struct ast_node *ast_mask(struct ast *ast, struct ast_place place,
			  struct ast_node *items);
struct ast_node *ast_range(struct ast *ast, struct ast_place place, struct ast_node *low,
			   struct ast_node *high);
struct ast_node *ast_any(struct ast *ast, struct ast_place place);
struct ast_node *ast_one(struct ast *ast, struct ast_place place);
struct ast_node *ast_loop(struct ast *ast, struct ast_place place);
/* `low` and `high` only with AST_LENGTHS. */
struct ast_node *ast_pattern(struct ast *ast, struct ast_place place,
			     struct ast_node *prefix, enum ast_pattern_kind kind,
			     struct ast_node *low, struct ast_node *high);

struct ast_node *ast_block(struct ast *ast, struct ast_place place,
			   struct ast_node *statements);
/* Whether it names a type, as `int` does. */
bool ast_names_type(const char *name);
/* A type name; an unknown one is an error with a suggestion, and null. */
struct ast_node *ast_type(struct ast *ast, struct ast_place place, const char *name,
			  bool is_set);
/* `enum NAME`, and a set of these. */
struct ast_node *ast_enum_type(struct ast *ast, struct ast_place place, const char *name,
			       bool is_set);
struct ast_node *ast_local(struct ast *ast, struct ast_place place, struct ast_node *type,
			   const char *name, struct ast_node *value);
struct ast_node *ast_assign(struct ast *ast, struct ast_place place,
			    struct ast_node *target, struct ast_node *value);
struct ast_node *ast_if(struct ast *ast, struct ast_place place,
			struct ast_node *condition, struct ast_node *then,
			struct ast_node *otherwise);
struct ast_node *ast_case(struct ast *ast, struct ast_place place, struct ast_node *expr,
			  struct ast_node *arms);
struct ast_node *ast_arm(struct ast *ast, struct ast_place place, struct ast_node *items,
			 struct ast_node *statements);
struct ast_node *ast_for(struct ast *ast, struct ast_place place, struct ast_node *type,
			 const char *name, struct ast_node *expr, struct ast_node *body);
struct ast_node *ast_return(struct ast *ast, struct ast_place place,
			    struct ast_node *expr);
struct ast_node *ast_accept(struct ast *ast, struct ast_place place,
			    struct ast_node *messages);
struct ast_node *ast_reject(struct ast *ast, struct ast_place place,
			    struct ast_node *messages);
/* `error …;`: the route is rejected by a run-time error. */
struct ast_node *ast_fail(struct ast *ast, struct ast_place place,
			  struct ast_node *messages);
/* `newline`: print, else printn. */
struct ast_node *ast_print(struct ast *ast, struct ast_place place,
			   struct ast_node *expressions, bool newline);
struct ast_node *ast_expression(struct ast *ast, struct ast_place place,
				struct ast_node *expr);

/* `name` null: inline. Arguments after it: lists of AST_LOCAL or null, the AST_BLOCK. */
struct ast_function *ast_filter(struct ast *ast, struct ast_place place, const char *name,
				struct ast_node *locals, struct ast_node *body);
/* `type`: AST_TYPE, null: not written. */
struct ast_function *ast_function(struct ast *ast, struct ast_place place,
				  const char *name, struct ast_node *parameters,
				  struct ast_node *type, struct ast_node *locals,
				  struct ast_node *body);

/* ---- what is built ---- */

/* The expression that stands in any parentheses around it: itself, if there are none. */
const struct ast_node *ast_inner(const struct ast_node *expr);
/* Its type, and that of what stands in its parentheses. */
void ast_retype(struct ast_node *expr, struct ast_type type);

#endif
