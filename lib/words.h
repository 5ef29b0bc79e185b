/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of commands: which row a line means, and what may follow it.  Rows come from
 * wherever the caller has them; a word may be cut to any beginning that no other word
 * has, an exact word beats longer ones.
 */
#ifndef LIB_WORDS_H
#define LIB_WORDS_H

#include "lib/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_MOST  64 /* In a line; the last one is all that is left. */
#define WORDS_DEPTH 8  /* Of a command. */
#define WORDS_ARG   48 /* Characters of a single word, with its end. */

/* One command.  The strings must outlive what is found by them. */
struct words_row {
	/* "show babel neighbours"; a word may have spellings: "neighbours|neighbors". */
	const char *words;
	/* What follows, as help shows it: "NUMBER <table>|all [count] [for|in <prefix>]".
	 * A blank goes on, `|` stands between what may stand in one place; what is in
	 * brackets may be left out, and comes in any order behind the rest.  `<kind>` is
	 * a name of this kind, capitals and quotes are what can't be completed. */
	const char *args;
	const char *doc;   /* One sentence. */
	const void *owner; /* The caller's. */
};

struct words_source {
	/* Visits all rows, until `visit` says false. */
	void (*each)(const struct words_source *,
		     bool (*visit)(void *context, const struct words_row *),
		     void *context);
};

/* A line in words.  Strings in quotes are one, without them. */
struct words_line {
	const char *words[WORDS_MOST];
	const char *starts[WORDS_MOST]; /* Where each stands in the line. */
	unsigned count;
	uint64_t quoted; /* Bit i: word i stood in quotes. */
	char *memory;    /* Of the words. */
};

/* False: an open quote; the words before are there.  Freed with
 * words_fini() either way. */
bool words_split(struct words_line *line, const char *text);
void words_fini(struct words_line *line);

struct words_found {
	/* The settled words, spelled out as the row has them first; not terminated. */
	const char *settled[WORDS_DEPTH];
	size_t lengths[WORDS_DEPTH];
	unsigned count;
	bool complete; /* A command ends with them: */
	struct words_row row;
	bool ambiguous;      /* The next word of the line may be several. */
	struct text choices; /* What could come next: "routes, protocols"; if ambiguous,
				these. */
	char nearest[WORDS_ARG]; /* Of them to the next word of the line; "": none. */
};

/* Takes words as far as rows have them.  Freed with words_found_fini(). */
void words_find(const struct words_source *source, const struct words_line *line,
		struct words_found *found);
void words_found_fini(struct words_found *found);

/* Tells whom a candidate that begins with what is typed. */
struct words_offer {
	void (*word)(void *context, const char *word, const char *doc);
	/* All names of a kind, `<kind>`, beginning with `partial`; null: none are
	 * known. */
	void (*names)(void *context, const char *kind, const char *partial);
	void *context;
};
/* What may stand at the end of `text`: the rest of its last word, or after a blank the
 * next one. */
void words_complete(const struct words_source *source, const char *text,
		    const struct words_offer *offer);
/* ---- args ---- */

enum words_arg { WORDS_NONE, WORDS_EXACT, WORDS_PREFIX, WORDS_AMBIGUOUS };
/* Whether args have `word`, or one that begins with it: that is in `full` then. */
enum words_arg words_arg_find(const char *args, const char *word, char full[WORDS_ARG]);
/* The word of args that `word` may have meant to be; false if none comes near. */
bool words_arg_nearest(const char *args, const char *word, char nearest[WORDS_ARG]);
/* Visits each `<kind>` of args, until `visit` says false. */
void words_arg_kinds(const char *args, bool (*visit)(void *context, const char *kind),
		     void *context);

/* Words with only the first of their spellings: "show route". */
void words_spell(struct text *to, const char *words);

#endif
