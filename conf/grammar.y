/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of configurations: statements of words and values, with or without a block, whose
 * meaning is the rows' (nest/schema.h), and the filter language, of which it makes trees
 * (filter/ast.h).  It is fixed: no module adds to it, and outside of filter code it knows
 * no word.  How the lexer tells the two apart: lexer.c.
 */
%code requires {
#include "conf/reader.h"
}

%code provides {
int grammar_lex(GRAMMAR_STYPE *value, struct reader *reader);
}

%code {
static void grammar_error(struct reader *reader, const char *message);

#include "conf/code.h"
#include "conf/expect.h"
#include "conf/rehearse.h"
#include "lib/arena.h"
#include <string.h>

#define AST (&reader->ast)

/* A case as it is read: labels and statements come in one list. */
struct arms {
	struct ast_node *list;
	struct ast_node *items, *statements; /* Of the arm being read. */
	struct ast_place place;
	bool open;
};
static struct arms *arms_new(struct reader *reader);
static struct arms *arms_label(struct reader *reader, struct arms *arms,
			       const struct ast_place *place, struct ast_node *items);
static struct arms *arms_add(struct reader *reader, struct arms *arms,
			     struct ast_node *statement);
static struct ast_node *arms_end(struct reader *reader, struct arms *arms);
static struct ast_node *roa_literal(struct reader *reader, struct lexed *prefix,
				    const struct lexed *length, const struct lexed *asn);
static struct ast_node *time_literal(struct reader *reader, struct lexed *number,
				     const struct lexed *unit);
static struct ast_node *sadr_literal(struct reader *reader, struct lexed *prefix,
				     const struct lexed *source);
}

%define api.pure full
%define api.prefix {grammar_}
%define parse.error custom
%define parse.lac full
%param { struct reader *reader }
%expect 0

%union {
	struct lexed *token;
	struct ast_node *node;
	struct ast_function *function;
	struct arms *arms;
}

/* Made by the scanner. */
%token <token> WORD "a word" QUOTED "a 'name'" NUMBER "a number" STRING "a string"
%token <token> ADDRESS "an address" PREFIX "a prefix" BYTES "bytes" STRANGE "nonsense"
%token <token> NOT_EQUAL "`!=`" AT_MOST "`<=`" AT_LEAST "`>=`" AND "`&&`" OR "`||`"
%token <token> NO_MATCH "`!~`" CONCAT "`++`" UP_TO "`..`" ARROW "`->`"
%token <token> MASK_OPEN "`[=`" MASK_CLOSE "`=]`"
%token <token> EMPTY_PATH "`+empty+`" EMPTY_CLIST "`-empty-`" EMPTY_ECLIST "`--empty--`"
%token <token> EMPTY_LCLIST "`---empty---`"
/* Made by the lexer. */
%token ITEM "a word or value" FILTER_OPEN WHERE_OPEN
%token START_EXPRESSION START_FILTER
%token DEFINE "`define`" FILTER "`filter`" FUNCTION "`function`" EVAL "`eval`"
%token ATTRIBUTE "`attribute`" TEST_SUITE "`bt_test_suite`" TEST_SAME "`bt_test_same`"
%token <token> IF "`if`" THEN "`then`" ELSE "`else`" ELSE_LABEL "`else:`" CASE "`case`"
%token <token> FOR "`for`" IN "`in`" DO "`do`" RETURN "`return`" ACCEPT "`accept`"
%token <token> REJECT "`reject`" FAIL "`error`" PRINT "`print`" PRINTN "`printn`" TRUE "`true`"
%token <token> FALSE "`false`" SET "`set`" FROM "`from`" MAX "`max`" AS "`as`"
%token <token> UNIT "a unit of time" ENUM "`enum`" UNKNOWN "`unknown`" LENGTHS_OPEN "`{` of lengths"
%token <token> ';' '{' '}' '(' ')' ',' '=' '<' '>' '~' '!' '+' '-' '*' '/' '.' ':' '?' '[' ']'

%type <token> name
%type <node> expr term atom literal tuple element elements args exprs
%type <node> item items mask mask_item type body block statements_in statement_in
%type <node> parameters parameter locals result
%type <function> filter function
%type <arms> arms

%left OR AND
%nonassoc '=' NOT_EQUAL '<' AT_MOST '>' AT_LEAST '~' NO_MATCH
%left '+' '-' CONCAT
%left '*' '/'
%precedence NEGATION
%precedence THEN
%precedence ELSE

%%

text
	: statements
	| START_EXPRESSION expr { reader->result = $2; }
	| START_FILTER block { reader->result = $2; }
	;

/* ---- statements of rows ------------------------------------------------------------------- */

statements
	: %empty
	| statements statement
	;

statement
	: ';' { reader_statement_end(reader); }
	| pieces ';' { reader_statement_end(reader); }
	| pieces WHERE_OPEN expr ';' { code_take_where(reader, $3); reader_statement_end(reader); }
	| pieces WHERE_OPEN error ';' { yyerrok; reader_statement_drop(reader); }
	| pieces '{' { reader_block_open(reader); } statements '}' { reader_block_close(reader); }
	| DEFINE name '=' expr ';' { code_define(reader, $2, $4); }
	| DEFINE error ';' { yyerrok; }
	| DEFINE name '=' error ';' { yyerrok; code_define(reader, $2, NULL); }
	| EVAL expr ';' { code_eval(reader, $2); }
	| EVAL error ';' { yyerrok; }
	| ATTRIBUTE type name ';' { code_attribute(reader, $2, $3); }
	| ATTRIBUTE name NUMBER type name ';' { code_attribute_of(reader, $2, $3, $4, $5); }
	| ATTRIBUTE error ';' { yyerrok; }
	| TEST_SUITE '(' name ',' STRING ')' ';' { rehearse_suite(reader, $3, $5); }
	| TEST_SUITE error ';' { yyerrok; }
	| TEST_SAME '(' name ',' name ',' NUMBER ')' ';' { rehearse_same(reader, $3, $5, $7); }
	| TEST_SAME error ';' { yyerrok; }
	| FILTER filter { code_function(reader, $2); }
	| FILTER error '}' { yyerrok; }
	| FILTER error ';' { yyerrok; }
	| FUNCTION function { code_function(reader, $2); }
	| FUNCTION error '}' { yyerrok; }
	| FUNCTION error ';' { yyerrok; }
	/* Where brackets are in such disorder that nobody knows what is being read. */
	| error ';' { yyerrok; lexer_reset(reader); }
	| error '}' { yyerrok; lexer_reset(reader); }
	;

pieces
	: piece
	| pieces piece
	;

piece
	: ITEM /* One or more. */
	| '(' expr ')' { code_take_value(reader, $2); }
	| '(' error ')' { yyerrok; code_take_value(reader, NULL); }
	| FILTER_OPEN body { code_take_body(reader, $2); }
	;

/* ---- filter code --------------------------------------------------------------------------- */

filter
	: name locals block { $$ = ast_filter(AST, $1->place, $1->word, $2, $3); }
	;

function
	: name '(' parameters ')' result locals block {
		$$ = ast_function(AST, $1->place, $1->word, $3, $5, $6, $7);
	}
	;

parameters
	: %empty { $$ = NULL; }
	| parameter { $$ = ast_append(AST, NULL, $1); }
	| parameters ',' parameter { $$ = ast_append(AST, $1, $3); }
	| parameters ';' parameter { $$ = ast_append(AST, $1, $3); }
	;

parameter
	: type name { $$ = ast_local(AST, $2->place, $1, $2->word, NULL); }
	| name {
		if (ast_names_type($1->word))
			ast_error(AST, &$1->place, NULL, "a parameter has a name: `%s …`", $1->word);
		else
			ast_error(AST, &$1->place, NULL, "a parameter has a type: `int %s`, say",
				  $1->word);
		$$ = ast_local(AST, $1->place, NULL, $1->word, NULL);
	}
	;

result
	: %empty { $$ = NULL; }
	| ARROW type { $$ = $2; }
	;

locals
	: %empty { $$ = NULL; }
	| locals type name ';' {
		$$ = ast_append(AST, $1, ast_local(AST, $3->place, $2, $3->word, NULL));
	}
	;

type
	: name { $$ = ast_type(AST, $1->place, $1->word, false); }
	| name SET { $$ = ast_type(AST, $1->place, $1->word, true); }
	| ENUM name { $$ = ast_enum_type(AST, $1->place, $2->word, false); }
	| ENUM name SET { $$ = ast_enum_type(AST, $1->place, $2->word, true); }
	;

name
	: WORD
	| QUOTED
	;

block
	: '{' { reader->lexer.in_body = true; } body { $$ = ast_block(AST, $1->place, $3); }
	;

/* A block behind its `{`. */
body
	: statements_in '}'
	| statements_in error '}' { yyerrok; $$ = $1; }
	;

statements_in
	: %empty { $$ = NULL; }
	| statements_in statement_in { $$ = ast_append(AST, $1, $2); }
	| statements_in error ';' { yyerrok; $$ = $1; }
	;

statement_in
	: ';' { $$ = NULL; }
	| block
	| type name ';' { $$ = ast_local(AST, $2->place, $1, $2->word, NULL); }
	| type name '=' expr ';' { $$ = ast_local(AST, $2->place, $1, $2->word, $4); }
	| term '=' expr ';' { $$ = ast_assign(AST, $2->place, $1, $3); }
	| term ';' { $$ = $1 ? ast_expression(AST, $1->place, $1) : NULL; }
	| IF expr THEN statement_in %prec THEN { $$ = ast_if(AST, $1->place, $2, $4, NULL); }
	| IF expr THEN statement_in ELSE statement_in { $$ = ast_if(AST, $1->place, $2, $4, $6); }
	| CASE expr '{' arms '}' { $$ = ast_case(AST, $1->place, $2, arms_end(reader, $4)); }
	| CASE expr '{' arms error '}' { yyerrok; $$ = NULL; }
	| FOR type name IN expr DO statement_in {
		$$ = ast_for(AST, $1->place, $2, $3->word, $5, $7);
	}
	| FOR name IN expr DO statement_in {
		$$ = ast_for(AST, $1->place, NULL, $2->word, $4, $6);
	}
	| RETURN ';' { $$ = ast_return(AST, $1->place, NULL); }
	| RETURN expr ';' { $$ = ast_return(AST, $1->place, $2); }
	| ACCEPT ';' { $$ = ast_accept(AST, $1->place, NULL); }
	| ACCEPT exprs ';' { $$ = ast_accept(AST, $1->place, $2); }
	| REJECT ';' { $$ = ast_reject(AST, $1->place, NULL); }
	| REJECT exprs ';' { $$ = ast_reject(AST, $1->place, $2); }
	| FAIL ';' { $$ = ast_fail(AST, $1->place, NULL); }
	| FAIL exprs ';' { $$ = ast_fail(AST, $1->place, $2); }
	| PRINT exprs ';' { $$ = ast_print(AST, $1->place, $2, true); }
	| PRINTN exprs ';' { $$ = ast_print(AST, $1->place, $2, false); }
	;

arms
	: %empty { $$ = arms_new(reader); }
	| arms items ':' { $$ = arms_label(reader, $1, &$3->place, $2); }
	| arms ELSE_LABEL ':' { $$ = arms_label(reader, $1, &$2->place, NULL); }
	| arms statement_in { $$ = arms_add(reader, $1, $2); }
	| arms error ';' { yyerrok; $$ = $1; }
	;

exprs
	: expr { $$ = ast_append(AST, NULL, $1); }
	| exprs ',' expr { $$ = ast_append(AST, $1, $3); }
	;

args
	: %empty { $$ = NULL; }
	| exprs
	;

expr
	: term
	| expr OR expr { $$ = ast_binary(AST, $2->place, AST_OR, $1, $3); }
	| expr AND expr { $$ = ast_binary(AST, $2->place, AST_AND, $1, $3); }
	| expr '=' expr { $$ = ast_binary(AST, $2->place, AST_EQ, $1, $3); }
	| expr NOT_EQUAL expr { $$ = ast_binary(AST, $2->place, AST_NE, $1, $3); }
	| expr '<' expr { $$ = ast_binary(AST, $2->place, AST_LT, $1, $3); }
	| expr AT_MOST expr { $$ = ast_binary(AST, $2->place, AST_LE, $1, $3); }
	| expr '>' expr { $$ = ast_binary(AST, $2->place, AST_GT, $1, $3); }
	| expr AT_LEAST expr { $$ = ast_binary(AST, $2->place, AST_GE, $1, $3); }
	| expr '~' expr { $$ = ast_binary(AST, $2->place, AST_MATCH, $1, $3); }
	| expr NO_MATCH expr { $$ = ast_binary(AST, $2->place, AST_NOT_MATCH, $1, $3); }
	| expr CONCAT expr { $$ = ast_binary(AST, $2->place, AST_CONCAT, $1, $3); }
	| expr '+' expr { $$ = ast_binary(AST, $2->place, AST_ADD, $1, $3); }
	| expr '-' expr { $$ = ast_binary(AST, $2->place, AST_SUB, $1, $3); }
	| expr '*' expr { $$ = ast_binary(AST, $2->place, AST_MUL, $1, $3); }
	| expr '/' expr { $$ = ast_binary(AST, $2->place, AST_DIV, $1, $3); }
	| '!' expr %prec NEGATION { $$ = ast_unary(AST, $1->place, AST_NOT, $2); }
	| '-' expr %prec NEGATION { $$ = ast_unary(AST, $1->place, AST_MINUS, $2); }
	;

term
	: atom
	| name '(' args ')' { $$ = ast_call(AST, $1->place, $1->word, $3); }
	| term '.' name { $$ = ast_method(AST, $3->place, $1, $3->word, NULL, false); }
	| term '.' name '(' args ')' { $$ = ast_method(AST, $3->place, $1, $3->word, $5, true); }
	| '[' ']' { $$ = ast_set(AST, $1->place, NULL); }
	| '[' items ']' { $$ = ast_set(AST, $1->place, $2); }
	| MASK_OPEN mask MASK_CLOSE { $$ = ast_mask(AST, $1->place, $2); }
	| EMPTY_PATH { $$ = ast_empty(AST, $1->place, VALUE_PATH); }
	| EMPTY_CLIST { $$ = ast_empty(AST, $1->place, VALUE_CLIST); }
	| EMPTY_ECLIST { $$ = ast_empty(AST, $1->place, VALUE_ECLIST); }
	| EMPTY_LCLIST { $$ = ast_empty(AST, $1->place, VALUE_LCLIST); }
	;

/* What may also stand in a set. */
atom
	: literal
	| name { $$ = ast_name(AST, $1->place, $1->word); }
	| '(' expr ')' { $$ = ast_parens(AST, $1->place, $2); }
	| tuple
	;

literal
	: NUMBER { $$ = ast_literal(AST, $1->place, &$1->value); }
	| NUMBER UNIT { $$ = time_literal(reader, $1, $2); }
	| STRING { $$ = ast_string(AST, $1->place, $1->value.bytes, $1->value.size); }
	| BYTES { $$ = ast_bytes(AST, $1->place, $1->value.bytes, $1->value.size); }
	| ADDRESS { $$ = ast_literal(AST, $1->place, &$1->value); }
	| PREFIX { $$ = ast_literal(AST, $1->place, &$1->value); }
	| PREFIX FROM PREFIX { $$ = sadr_literal(reader, $1, $3); }
	| PREFIX MAX NUMBER AS NUMBER { $$ = roa_literal(reader, $1, $3, $5); }
	| TRUE { $$ = ast_bool(AST, $1->place, true); }
	| FALSE { $$ = ast_bool(AST, $1->place, false); }
	;

tuple
	: '(' element ',' elements ')' {
		struct ast_node *list = ast_append(AST, NULL, $2);
		for (struct ast_node *node = $4 ? $4->first : NULL, *next; node; node = next) {
			next = node->next;
			list = ast_append(AST, list, node);
		}
		$$ = ast_tuple(AST, $1->place, list);
	}
	| '(' UNKNOWN expr ',' expr ',' element ')' {
		struct ast_node *list = ast_append(AST, NULL, $3);
		list = ast_append(AST, list, $5);
		$$ = ast_tuple_unknown(AST, $1->place, ast_append(AST, list, $7));
	}
	;

elements
	: element { $$ = ast_append(AST, NULL, $1); }
	| elements ',' element { $$ = ast_append(AST, $1, $3); }
	;

element
	: expr
	| expr UP_TO expr { $$ = ast_range(AST, $2->place, $1, $3); }
	| '*' { $$ = ast_any(AST, $1->place); }
	;

items
	: item { $$ = ast_append(AST, NULL, $1); }
	| items ',' item { $$ = ast_append(AST, $1, $3); }
	;

item
	: atom
	| atom UP_TO atom { $$ = ast_range(AST, $2->place, $1, $3); }
	| atom '+' { $$ = ast_pattern(AST, $2->place, $1, AST_LONGER, NULL, NULL); }
	| atom '-' { $$ = ast_pattern(AST, $2->place, $1, AST_SHORTER, NULL, NULL); }
	| atom LENGTHS_OPEN expr ',' expr '}' {
		$$ = ast_pattern(AST, $2->place, $1, AST_LENGTHS, $3, $5);
	}
	;

mask
	: %empty { $$ = NULL; }
	| mask mask_item { $$ = ast_append(AST, $1, $2); }
	;

mask_item
	: '*' { $$ = ast_any(AST, $1->place); }
	| '?' { $$ = ast_one(AST, $1->place); }
	| '+' { $$ = ast_loop(AST, $1->place); }
	| atom
	| atom UP_TO atom { $$ = ast_range(AST, $2->place, $1, $3); }
	| '[' items ']' { $$ = ast_set(AST, $1->place, $2); }
	| '[' ']' { $$ = ast_set(AST, $1->place, NULL); }
	;

%%

/* What stands where it can't. */
static int
yyreport_syntax_error(const yypcontext_t *context, struct reader *reader)
{
	yysymbol_kind_t expected[YYNTOKENS];
	const char *names[YYNTOKENS];
	int count = yypcontext_expected_tokens(context, expected, YYNTOKENS);
	bool ends_before = false;
	size_t shown = 0;
	for (int i = 0; i < count; i++) {
		ends_before |= strcmp(yysymbol_name(expected[i]), "';'") == 0;
		/* The word of a type, and the unit of a number, stand nearly everywhere. */
		if (expected[i] != YYSYMBOL_ENUM && expected[i] != YYSYMBOL_UNIT)
			names[shown++] = yysymbol_name(expected[i]);
	}
	reader_unexpected(reader, yypcontext_token(context) == YYSYMBOL_YYEOF, ends_before,
			  expect_tokens(reader, names, shown));
	return 0;
}

/* Bison's own trouble: only its stack can run out. */
static void
grammar_error(struct reader *reader, const char *message)
{
	(void)message;
	reader_complain(reader, NULL, "nested too deep: more than %d parts are open",
			YYMAXDEPTH);
	reader->aborted = true;
}

static struct arms *
arms_new(struct reader *reader)
{
	return arena_alloc(reader->trees, sizeof(struct arms));
}

static struct arms *
arms_label(struct reader *reader, struct arms *arms, const struct ast_place *place,
	   struct ast_node *items)
{
	arms_end(reader, arms);
	arms->items = items;
	arms->place = *place;
	arms->open = true;
	return arms;
}

static struct arms *
arms_add(struct reader *reader, struct arms *arms, struct ast_node *statement)
{
	if (!arms->open && statement != NULL)
		ast_error(AST, &statement->place, "begin it with values and `:`, or `else:`",
			  "this statement of `case` is behind no label");
	arms->statements = ast_append(AST, arms->statements, statement);
	return arms;
}

/* The arms so far; the one being read is complete. */
static struct ast_node *
arms_end(struct reader *reader, struct arms *arms)
{
	if (arms->open)
		arms->list = ast_append(AST, arms->list,
					ast_arm(AST, arms->place, arms->items, arms->statements));
	arms->open = false;
	arms->statements = NULL;
	return arms->list;
}

/* In microseconds, as link.rtt is. */
static struct ast_node *
time_literal(struct reader *reader, struct lexed *number, const struct lexed *unit)
{
	uint32_t factor = *unit->word == 'u' ? 1 : *unit->word == 'm' ? 1000 : 1000000;
	if (number->value.number > UINT32_MAX / factor)
		ast_error(AST, &number->place, NULL, "this time is too long");
	number->value.number *= factor;
	return ast_literal(AST, number->place, &number->value);
}

static struct ast_node *
sadr_literal(struct reader *reader, struct lexed *prefix, const struct lexed *source)
{
	struct prefix *net = &prefix->value.prefix;
	const struct prefix *from = &source->value.prefix;
	if (net->type != NET_IP6 || from->type != NET_IP6) {
		ast_error(AST, &source->place, NULL, "only IPv6 prefixes have a source prefix");
		return NULL;
	}
	net->type = NET_IP6_SADR;
	net->source = from->addr;
	net->source_length = from->length;
	return ast_literal(AST, prefix->place, &prefix->value);
}

static struct ast_node *
roa_literal(struct reader *reader, struct lexed *prefix, const struct lexed *length,
	    const struct lexed *asn)
{
	struct prefix *net = &prefix->value.prefix;
	if (length->value.number < net->length || length->value.number > prefix_max_length(net)) {
		ast_error(AST, &length->place, NULL, "the maximum length must be from %u to %u",
			  net->length, prefix_max_length(net));
		return NULL;
	}
	net->type = net->type == NET_IP4 ? NET_ROA4 : NET_ROA6;
	net->max_length = (uint8_t)length->value.number;
	net->asn = asn->value.number;
	return ast_literal(AST, prefix->place, &prefix->value);
}
