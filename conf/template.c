/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a protocol is `from`: the text of a template's block, or of another protocol's, is
 * read again in its place, and first of all what that is from.
 */
#include "conf/template.h"

#include "conf/expect.h"
#include "conf/reader.h"
#include "nest/protocol.h"

/* What `from` names, if it can be that of the instance; null after a complaint. */
static struct named *
base_find(struct reader *reader, const struct conf_value *from, const struct named *named)
{
	struct place place = value_place(reader, from);
	struct named *base = named_find(reader, NAMED_TEMPLATE, from->word);
	if (base == NULL)
		base = named_find(reader, NAMED_PROTOCOL, from->word);
	if (base == NULL) {
		complain(&reader->complaints, &place,
			 expect_named(reader, NAMED_TEMPLATE, from->word),
			 "there is no template `%s`", from->word);
		return NULL;
	}
	if (base->is_bad)
		return NULL;
	if (base->block.class != named->block.class) {
		complain(&reader->complaints, &place, NULL,
			 "`%s` is for protocol %s, not %s", from->word,
			 base->block.class->name, named->block.class->name);
		return NULL;
	}
	if (base == named) {
		complain(&reader->complaints, &place, NULL, "`%s` is from itself",
			 from->word);
		return NULL;
	}
	return base;
}

/* Whose bodies an instance is from, the nearest first, can all be read. */
static bool
bodies_are_whole(struct reader *reader, const struct named *base,
		 const struct place *place)
{
	unsigned depth = 0;
	for (const struct named *at = base; at != NULL; at = at->block.from) {
		if (at->block.body.length == 0) {
			complain(
				&reader->complaints, place, NULL,
				"`%s` cannot be taken over: its block begins and ends in "
				"different files",
				at->name);
			return false;
		}
		if (++depth > TEMPLATE_DEPTH) {
			complain(&reader->complaints, place, NULL,
				 "templates are nested more than %d deep",
				 TEMPLATE_DEPTH);
			return false;
		}
	}
	return true;
}

/* Nor is it so much that nobody can have meant it. */
static bool
is_within_limit(struct reader *reader, const struct named *base,
		const struct place *place)
{
	for (const struct named *at = base; at != NULL; at = at->block.from)
		reader->replayed += at->block.body.length;
	if (reader->replayed <= REPLAY_LIMIT)
		return true;
	complain(&reader->complaints, place, NULL,
		 "templates are taken over more than the limit of %d MB in all",
		 (int)(REPLAY_LIMIT >> 20));
	return false;
}

bool
template_replay(struct reader *reader, const struct conf_value *from, struct named *named)
{
	struct place place = value_place(reader, from);
	struct named *base = base_find(reader, from, named);
	if (base == NULL)
		return false;
	named->block.from = base;
	if (!bodies_are_whole(reader, base, &place))
		return false;
	base->used = true;
	if (!is_within_limit(reader, base, &place))
		return false;
	for (const struct named *at = base; at != NULL; at = at->block.from)
		scanner_replay(&reader->scanner, at->block.body.source,
			       at->block.body.offset, at->block.body.length - 1);
	return true;
}

/* ---- the block of an instance ---- */

void
template_begin(struct reader *reader, struct named *named)
{
	named->block.body = scanner_place(&reader->scanner);
	named->block.body.offset++;
}

void
template_end(struct reader *reader, struct named *named)
{
	/* The text between the braces, one longer so that an empty one is not none. */
	const struct piece *end = &reader->scanner.piece;
	bool whole = end->source == named->block.body.source && end->mark == '}' &&
		     end->offset >= named->block.body.offset;
	named->block.body.length = whole ? end->offset - named->block.body.offset + 1 : 0;
}
