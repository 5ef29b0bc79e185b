/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading UPDATE messages.  The whole message is looked at once; each fault raises the
 * action, none ends the reading but those that hide where prefixes are.
 */
#include "proto/bgp/update.h"

#include <assert.h>

#include "lib/macros.h"

/* One reading. */
struct reading {
	const struct bgp_codec *codec;
	struct bgp_update *update;
	struct wire_out block;
	/* Attributes of the message that are yet to be copied to the block as they are;
	 * null: there are none. */
	const uint8_t *run, *run_end;
	uint8_t last; /* The highest type in the block, or to be copied to it. */
	/* A LOCAL_PREF is to be added if none comes; none will come: before what is of a
	 * higher type. */
	bool local_pref_due, due_in_order;
	uint64_t awaited;      /* Types that may come yet: a bit for each. */
	uint64_t unawaited[4]; /* Those that did come and were not awaited. */
	bool has_other;        /* Any attribute but MP_UNREACH_NLRI. */
	struct addr next_hop;  /* Of NEXT_HOP. */
	bool has_next_hop;
	struct wire_in reach, unreach; /* Of the MP attributes; empty: none. */
	bool has_reach, has_unreach;
	struct wire_in as4_path;
	struct bgp_field as_path, as4_aggregator;
};

/* RFC 7606 §7 in a row for each type. */
struct rule {
	const char *name;
	uint8_t flags;           /* Optional and transitive. */
	uint8_t least, multiple; /* Bytes; multiple 0: of exactly `least`. */
	uint8_t action;          /* Where it is malformed. */
	bool internal;           /* Discarded if from another AS. */
};

#define WELL_KNOWN BGP_FLAG_TRANSITIVE
#define OPTIONAL   BGP_FLAG_OPTIONAL
#define TRANSITIVE (BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE)

/* In a set of types up to 63. */
#define TYPE(name) (UINT64_C(1) << BGP_ATTRIBUTE_##name)

static const struct rule rules[] = {
	[BGP_ATTRIBUTE_ORIGIN] = { "ORIGIN", WELL_KNOWN, 1, 0, BGP_WITHDRAW, false },
	[BGP_ATTRIBUTE_AS_PATH] = { "AS_PATH", WELL_KNOWN, 0, 1, BGP_WITHDRAW, false },
	[BGP_ATTRIBUTE_NEXT_HOP] = { "NEXT_HOP", WELL_KNOWN, 4, 0, BGP_WITHDRAW, false },
	[BGP_ATTRIBUTE_MED] = { "MULTI_EXIT_DISC", OPTIONAL, 4, 0, BGP_WITHDRAW, false },
	[BGP_ATTRIBUTE_LOCAL_PREF] = { "LOCAL_PREF", WELL_KNOWN, 4, 0, BGP_WITHDRAW,
				       true },
	[BGP_ATTRIBUTE_ATOMIC_AGGREGATE] = { "ATOMIC_AGGREGATE", WELL_KNOWN, 0, 0,
					     BGP_DISCARD, false },
	/* Of 6 or 8 bytes, see aggregator_take(). */
	[BGP_ATTRIBUTE_AGGREGATOR] = { "AGGREGATOR", TRANSITIVE, 6, 1, BGP_DISCARD,
				       false },
	[BGP_ATTRIBUTE_COMMUNITY] = { "COMMUNITIES", TRANSITIVE, 4, 4, BGP_WITHDRAW,
				      false },
	[BGP_ATTRIBUTE_ORIGINATOR_ID] = { "ORIGINATOR_ID", OPTIONAL, 4, 0, BGP_WITHDRAW,
					  true },
	[BGP_ATTRIBUTE_CLUSTER_LIST] = { "CLUSTER_LIST", OPTIONAL, 4, 4, BGP_WITHDRAW,
					 true },
	[BGP_ATTRIBUTE_MP_REACH] = { "MP_REACH_NLRI", OPTIONAL, 5, 1, BGP_RESET, false },
	[BGP_ATTRIBUTE_MP_UNREACH] = { "MP_UNREACH_NLRI", OPTIONAL, 3, 1, BGP_RESET,
				       false },
	[BGP_ATTRIBUTE_EXT_COMMUNITY] = { "EXTENDED_COMMUNITIES", TRANSITIVE, 8, 8,
					  BGP_WITHDRAW, false },
	[BGP_ATTRIBUTE_AS4_PATH] = { "AS4_PATH", TRANSITIVE, 6, 1, BGP_DISCARD, false },
	[BGP_ATTRIBUTE_AS4_AGGREGATOR] = { "AS4_AGGREGATOR", TRANSITIVE, 8, 0,
					   BGP_DISCARD, false },
	[BGP_ATTRIBUTE_AIGP] = { "AIGP", OPTIONAL, 3, 1, BGP_DISCARD, false },
	[BGP_ATTRIBUTE_LARGE_COMMUNITY] = { "LARGE_COMMUNITIES", TRANSITIVE, 12, 12,
					    BGP_WITHDRAW, false },
	[BGP_ATTRIBUTE_OTC] = { "ONLY_TO_CUSTOMER", TRANSITIVE, 4, 0, BGP_WITHDRAW,
				false },
};

static void fault(struct reading *reading, enum bgp_action action, enum bgp_fault what,
		  uint8_t attribute);
static void reset(struct reading *reading, enum bgp_fault what, uint8_t subcode,
		  uint8_t attribute);
static bool nlri_check(struct reading *reading, struct bgp_nlri *nlri, struct wire_in in,
		       enum bgp_family family, uint8_t attribute);
static void attributes_read(struct reading *reading, struct wire_in in);
static inline void attribute_read(struct reading *reading, struct bgp_field *field);
static void attribute_unawaited(struct reading *reading, struct bgp_field *field);
static bool flags_read(struct reading *reading, const struct rule *rule,
		       struct bgp_field *field);
static void malformed(struct reading *reading, const struct rule *rule,
		      enum bgp_fault what, uint8_t type);
static enum bgp_fault attribute_take(struct reading *reading,
				     const struct bgp_field *field);
static inline bool run_extend(struct reading *reading, const struct bgp_field *field);
static void run_end(struct reading *reading);
static void local_pref_put(struct reading *reading);
static inline void put_sorted(struct reading *reading, const struct bgp_field *field);
static uint8_t *put_made(struct reading *reading, const struct bgp_field *field);
static uint8_t *put_between(struct wire_out *out, const struct bgp_field *field);
static void list_put(struct reading *reading, const struct bgp_field *field);
static enum bgp_fault aggregator_take(struct reading *reading,
				      const struct bgp_field *field);
static bool aigp_is_good(const uint8_t *value, size_t size);
static bool path_is_good(const uint8_t *value, size_t size, unsigned as_size);
static void path_finish(struct reading *reading);
static void reach_read(struct reading *reading);
static bool next_hops_read(struct bgp_reach *reach, struct wire_in in, bool extended);
static void unreach_read(struct reading *reading);
static void ip4_read(struct reading *reading, struct wire_in withdrawn,
		     struct wire_in nlri);
static void whole_check(struct reading *reading);

/* All but what a count or a kind of action says is there: most messages have little of
 * it. */
static void
update_init(struct bgp_update *update, const uint8_t *block)
{
	update->action = BGP_ACCEPT;
	update->fault = BGP_FAULT_NONE;
	update->attribute = 0;
	update->failure.code = update->failure.subcode = 0;
	update->is_end = false;
	update->withdrawal_count = update->reach_count = 0;
	update->block = block;
	update->block_size = 0;
}

/* What is of use from there.  All of it is known. */
static inline uint64_t
types_awaited(const struct bgp_codec *codec)
{
	const uint64_t internal =
		TYPE(LOCAL_PREF) | TYPE(ORIGINATOR_ID) | TYPE(CLUSTER_LIST);
	uint64_t types = TYPE(ORIGIN) | TYPE(AS_PATH) | TYPE(NEXT_HOP) | TYPE(MED) |
			 TYPE(ATOMIC_AGGREGATE) | TYPE(AGGREGATOR) | TYPE(COMMUNITY) |
			 TYPE(MP_REACH) | TYPE(MP_UNREACH) | TYPE(EXT_COMMUNITY) |
			 TYPE(AS4_PATH) | TYPE(AS4_AGGREGATOR) | TYPE(LARGE_COMMUNITY) |
			 TYPE(OTC);
	types |= codec->external ? 0 : internal;
	types |= codec->local_pref ? TYPE(LOCAL_PREF) : 0;
	return types | (codec->aigp ? TYPE(AIGP) : 0);
}

/* Likewise, and `block` is the caller's. */
static void
reading_init(struct reading *reading, const struct bgp_codec *codec,
	     struct bgp_update *update)
{
	reading->codec = codec;
	reading->update = update;
	reading->run = reading->run_end = NULL;
	reading->last = 0;
	reading->local_pref_due = codec->external && codec->adds_local_pref;
	reading->due_in_order = reading->local_pref_due && !codec->local_pref;
	reading->awaited = types_awaited(codec);
	for (unsigned i = 0; i < ARRAY_SIZE(reading->unawaited); i++)
		reading->unawaited[i] = 0;
	reading->has_other = false;
	reading->next_hop = addr_any;
	reading->has_next_hop = reading->has_reach = reading->has_unreach = false;
	reading->as4_path = (struct wire_in){ .at = NULL };
	reading->as_path.value = reading->as4_aggregator.value = NULL;
}

void
bgp_update_read(const struct bgp_codec *codec, const uint8_t *body, size_t size,
		uint8_t *block, struct bgp_update *update)
{
	struct reading reading;
	struct wire_in in = wire_in(body, size);

	update_init(update, block);
	reading_init(&reading, codec, update);
	/* Behind it paths are made (path_finish). */
	reading.block = wire_out(block, BGP_BLOCK_ROOM(size) / 2);
	struct wire_in withdrawn = wire_get_sub(&in, wire_get_u16(&in));
	struct wire_in attributes = wire_get_sub(&in, wire_get_u16(&in));
	if (in.bad) { /* RFC 7606 §3(b) */
		reset(&reading, BGP_FAULT_LENGTHS, 1, 0);
		return;
	}
	if (size == 4) {
		update->is_end = true;
		update->end_family = BGP_IP4;
		return;
	}
	attributes_read(&reading, attributes);
	if (reading.local_pref_due && (reading.has_reach || wire_left(&in) > 0))
		local_pref_put(&reading);
	run_end(&reading);
	ip4_read(&reading, withdrawn, in);
	if (reading.has_reach)
		reach_read(&reading);
	if (reading.has_unreach)
		unreach_read(&reading);
	whole_check(&reading);
	path_finish(&reading);
	update->block_size = wire_used(&reading.block);
}

enum bgp_family
bgp_update_family(const uint8_t *body, size_t size)
{
	struct wire_in in = wire_in(body, size);
	struct wire_in withdrawn = wire_get_sub(&in, wire_get_u16(&in));
	struct wire_in attributes = wire_get_sub(&in, wire_get_u16(&in));
	enum bgp_family family = BGP_IP4;
	struct bgp_field field;
	if (wire_left(&withdrawn) > 0 || wire_left(&in) > 0)
		return BGP_IP4;
	while (bgp_block_next(&attributes, &field)) {
		bool has_family = field.type == BGP_ATTRIBUTE_MP_REACH ||
				  field.type == BGP_ATTRIBUTE_MP_UNREACH;
		if (has_family && field.size >= 3 &&
		    bgp_family_find(wire_load_u16(field.value), field.value[2], &family))
			break;
	}
	return family;
}

/* ---- prefixes ---- */

/* RFC 7606 §5.3 */
static bool
nlri_check(struct reading *reading, struct bgp_nlri *nlri, struct wire_in in,
	   enum bgp_family family, uint8_t attribute)
{
	unsigned most = family == BGP_IP4 ? 32 : 128;

	*nlri = (struct bgp_nlri){ .in = in,
				   .family = family,
				   .add_path = reading->codec->add_path[family] };
	size_t at = 0, size = wire_left(&in), head = nlri->add_path ? 4 : 0;
	while (at < size) {
		size_t length_at = at + head;
		unsigned length = length_at < size ? in.at[length_at] : UINT8_MAX;
		at = length_at + 1 + (length + 7) / 8;
		if (length > most || at > size) {
			reset(reading, BGP_FAULT_PREFIX, attribute ? 9 : 10, attribute);
			return false;
		}
	}
	return true;
}

/* ---- attributes ---- */

static void
attributes_read(struct reading *reading, struct wire_in in)
{
	struct bgp_field field;
	while (bgp_block_next(&in, &field)) {
		reading->has_other |= field.type != BGP_ATTRIBUTE_MP_UNREACH;
		attribute_read(reading, &field);
	}
	if (wire_left(&in) > 0) /* RFC 7606 §4 */
		fault(reading, BGP_WITHDRAW, BGP_FAULT_OVERRUN,
		      wire_left(&in) > 1 ? in.at[1] : 0);
}

static inline void
attribute_read(struct reading *reading, struct bgp_field *field)
{
	uint64_t bit = field->type < 64 ? UINT64_C(1) << field->type : 0;
	if ((reading->awaited & bit) == 0) {
		attribute_unawaited(reading, field);
		return;
	}
	const struct rule *rule = &rules[field->type];
	reading->awaited &= ~bit;
	if (field->flags != rule->flags && !flags_read(reading, rule, field))
		return;
	/* Most have a size of their own. */
	bool is_fit =
		field->size == rule->least ||
		(field->size > rule->least && rule->multiple != 0 &&
		 (rule->multiple == 1 || (uint32_t)field->size % rule->multiple == 0));
	enum bgp_fault what = is_fit ? attribute_take(reading, field) : BGP_FAULT_LENGTH;
	if (what != BGP_FAULT_NONE)
		malformed(reading, rule, what, field->type);
}

/* It came before, is of no use from this neighbour, or not known. */
NEVER_INLINE void
attribute_unawaited(struct reading *reading, struct bgp_field *field)
{
	uint64_t bit = UINT64_C(1) << field->type % 64;
	uint64_t *unawaited = &reading->unawaited[field->type / 64];
	bool is_known = bgp_attribute_name(field->type) != NULL;

	if ((is_known && (types_awaited(reading->codec) & bit) != 0) ||
	    (*unawaited & bit) != 0) { /* RFC 7606 §3(g) */
		if (field->type == BGP_ATTRIBUTE_MP_REACH ||
		    field->type == BGP_ATTRIBUTE_MP_UNREACH)
			reset(reading, BGP_FAULT_TWICE, 1, field->type);
		else
			fault(reading, BGP_DISCARD, BGP_FAULT_TWICE, field->type);
		return;
	}
	*unawaited |= bit;
	if (is_known) {
		assert(rules[field->type].internal || field->type == BGP_ATTRIBUTE_AIGP);
		if (rules[field->type].internal)
			fault(reading, BGP_DISCARD, BGP_FAULT_UNEXPECTED, field->type);
		return;
	}
	if (!(field->flags & BGP_FLAG_OPTIONAL)) {
		/* RFC 4271 §6.3 would reset; what is meant by it nobody can know, so the
		 * route is not used. */
		fault(reading, BGP_WITHDRAW, BGP_FAULT_UNKNOWN, field->type);
		return;
	}
	/* RFC 4271 §5: passed on as partial if transitive, else dropped in silence. */
	if (!(field->flags & BGP_FLAG_TRANSITIVE))
		return;
	field->flags = TRANSITIVE | BGP_FLAG_PARTIAL;
	put_sorted(reading, field);
}

/* Flags other than those of most become what is kept of them; false: they are wrong,
 * which was noted. */
NEVER_INLINE bool
flags_read(struct reading *reading, const struct rule *rule, struct bgp_field *field)
{
	if ((field->flags & TRANSITIVE) != rule->flags) {
		if (rule->action == BGP_RESET)
			reset(reading, BGP_FAULT_FLAGS, 4, field->type);
		else
			fault(reading, BGP_WITHDRAW, BGP_FAULT_FLAGS, field->type);
		return false;
	}
	uint8_t partial = rule->flags == TRANSITIVE ? BGP_FLAG_PARTIAL : 0;
	field->flags = rule->flags | (field->flags & partial);
	return true;
}

NEVER_INLINE void
malformed(struct reading *reading, const struct rule *rule, enum bgp_fault what,
	  uint8_t type)
{
	if (rule->action == BGP_RESET)
		reset(reading, what, 5, type);
	else
		fault(reading, (enum bgp_action)rule->action, what, type);
}

/* One whose flags are right and whose size may be; says what is wrong with its value. */
static enum bgp_fault
attribute_take(struct reading *reading, const struct bgp_field *field)
{
	switch (field->type) {
	case BGP_ATTRIBUTE_ORIGIN:
		if (field->value[0] > 2)
			return BGP_FAULT_VALUE;
		break;
	case BGP_ATTRIBUTE_AS_PATH:
		if (!path_is_good(field->value, field->size,
				  reading->codec->four_byte_as ? 4 : 2))
			return BGP_FAULT_VALUE;
		reading->as_path = *field;
		/* One of two bytes is put in when AS4_PATH is known. */
		if (!reading->codec->four_byte_as)
			return BGP_FAULT_NONE;
		break;
	case BGP_ATTRIBUTE_NEXT_HOP:
		reading->next_hop = addr_from_ip4(wire_load_u32(field->value));
		reading->has_next_hop = true;
		break;
	case BGP_ATTRIBUTE_LOCAL_PREF: reading->local_pref_due = false; break;
	case BGP_ATTRIBUTE_AGGREGATOR: return aggregator_take(reading, field);
	case BGP_ATTRIBUTE_COMMUNITY:
	case BGP_ATTRIBUTE_CLUSTER_LIST:
	case BGP_ATTRIBUTE_EXT_COMMUNITY:
	case BGP_ATTRIBUTE_LARGE_COMMUNITY:
		list_put(reading, field);
		return BGP_FAULT_NONE;
	case BGP_ATTRIBUTE_MP_REACH:
		reading->reach = wire_in(field->value, field->size);
		reading->has_reach = true;
		return BGP_FAULT_NONE;
	case BGP_ATTRIBUTE_MP_UNREACH:
		reading->unreach = wire_in(field->value, field->size);
		reading->has_unreach = true;
		return BGP_FAULT_NONE;
	case BGP_ATTRIBUTE_AS4_PATH:
		if (!path_is_good(field->value, field->size, 4))
			return BGP_FAULT_VALUE;
		/* RFC 6793 §4.1: of no use between two that know. */
		if (!reading->codec->four_byte_as)
			reading->as4_path = wire_in(field->value, field->size);
		return BGP_FAULT_NONE;
	case BGP_ATTRIBUTE_AS4_AGGREGATOR:
		if (!reading->codec->four_byte_as)
			reading->as4_aggregator = *field;
		return BGP_FAULT_NONE;
	case BGP_ATTRIBUTE_AIGP:
		if (!aigp_is_good(field->value, field->size))
			return BGP_FAULT_VALUE;
		break;
	default: break;
	}
	put_sorted(reading, field);
	return BGP_FAULT_NONE;
}

/* RFC 7311 §3: TLVs whose lengths include their heads. */
static bool
aigp_is_good(const uint8_t *value, size_t size)
{
	struct wire_in in = wire_in(value, size);
	while (wire_left(&in) > 0) {
		uint8_t type = wire_get_u8(&in);
		uint16_t length = wire_get_u16(&in);
		if (length < 3 || (type == 1 && length != 11))
			return false;
		wire_skip(&in, length - 3u);
	}
	return !in.bad;
}

/* RFC 7606 §7.2; of confederations' segments it is for the session to say whether they
 * may be there (RFC 5065 §5). */
static bool
path_is_good(const uint8_t *value, size_t size, unsigned as_size)
{
	struct wire_in in = wire_in(value, size);

	while (wire_left(&in) > 0) {
		uint8_t type = wire_get_u8(&in), count = wire_get_u8(&in);
		wire_skip(&in, (size_t)count * as_size);
		if (in.bad || type < 1 || type > 4 || count == 0)
			return false;
	}
	return true;
}

/* RFC 6793 §4.2.3; its AS4_AGGREGATOR replaces it in the end. */
static enum bgp_fault
aggregator_take(struct reading *reading, const struct bgp_field *field)
{
	struct bgp_field wide = *field;
	uint8_t value[8] = { 0 };
	if (field->size != (reading->codec->four_byte_as ? 8 : 6))
		return BGP_FAULT_LENGTH;
	if (!reading->codec->four_byte_as) {
		memcpy(value + 2, field->value, 6);
		wide.value = value;
		wide.size = sizeof(value);
	}
	put_made(reading, &wide);
	return BGP_FAULT_NONE;
}

static void
list_put(struct reading *reading, const struct bgp_field *field)
{
	uint8_t *value;
	if (run_extend(reading, field)) {
		run_end(reading);
		value = reading->block.full ? NULL : reading->block.at - field->size;
	} else {
		value = put_made(reading, field);
	}
	if (value != NULL)
		bgp_list_turn(value, field->size, field->type);
}

/* Nearly always attributes come in order and written as blocks have them: what follows
 * one another is copied at once.  False: this one is not such. */
static inline bool
run_extend(struct reading *reading, const struct bgp_field *field)
{
	bool is_long = field->size > 255;
	const uint8_t *at = field->value - BGP_FIELD_HEAD + (is_long ? 0 : 1);
	unsigned flags = field->flags | (is_long ? BGP_FLAG_EXTENDED : 0u);
	/* Where the length is longer than it need be, the type is elsewhere. */
	bool is_canonical = at[0] == flags && at[1] == field->type;
	if (!is_canonical || field->type <= reading->last)
		return false;
	if (reading->due_in_order && field->type > BGP_ATTRIBUTE_LOCAL_PREF)
		local_pref_put(reading);
	reading->last = field->type;
	if (at != reading->run_end) {
		run_end(reading);
		reading->run = at;
	}
	reading->run_end = field->value + field->size;
	return true;
}

/* Copies what is yet to be copied. */
static void
run_end(struct reading *reading)
{
	if (reading->run != NULL)
		wire_put_bytes(&reading->block, reading->run,
			       (size_t)(reading->run_end - reading->run));
	reading->run = reading->run_end = NULL;
}

static void
local_pref_put(struct reading *reading)
{
	uint8_t field[7] = { BGP_FLAG_TRANSITIVE, BGP_ATTRIBUTE_LOCAL_PREF, 4 };
	reading->local_pref_due = reading->due_in_order = false;
	wire_store_u32(field + 3, reading->codec->default_local_pref);
	if (reading->last > BGP_ATTRIBUTE_LOCAL_PREF) {
		put_made(reading,
			 &(struct bgp_field){ field[0], field[1], field + 3, 4 });
		return;
	}
	/* As it is in nearly all messages. */
	run_end(reading);
	wire_put_bytes(&reading->block, field, sizeof(field));
	reading->last = BGP_ATTRIBUTE_LOCAL_PREF;
}

/* An attribute of the message. */
static inline void
put_sorted(struct reading *reading, const struct bgp_field *field)
{
	if (!run_extend(reading, field))
		put_made(reading, field);
}

/* One that is not in the message as the block has it, or not in order.  Returns where its
 * value is, null: there is no room. */
static uint8_t *
put_made(struct reading *reading, const struct bgp_field *field)
{
	run_end(reading);
	if (field->type <= reading->last)
		return put_between(&reading->block, field);
	if (reading->due_in_order && field->type > BGP_ATTRIBUTE_LOCAL_PREF)
		local_pref_put(reading);
	reading->last = field->type;
	return bgp_field_write(&reading->block, field);
}

/* Makes room for it before those of higher types. */
static uint8_t *
put_between(struct wire_out *out, const struct bgp_field *field)
{
	size_t size = (field->size > 255 ? 4 : 3) + field->size;
	struct wire_in in = wire_in(out->start, wire_used(out));
	struct bgp_field other;
	const uint8_t *at = in.at;
	while (bgp_block_next(&in, &other) && other.type < field->type)
		at = in.at;
	size_t behind = (size_t)(out->at - at);
	uint8_t *to = out->start + (at - out->start);
	if (wire_put_gap(out, size) == NULL)
		return NULL;
	memmove(to + size, to, behind);
	struct wire_out hole = wire_out(to, size);
	return bgp_field_write(&hole, field);
}

/* ---- AS numbers of two bytes ---- */

/* How many AS numbers a path counts for (RFC 4271 §9.1.2.2, RFC 5065 §5.3). */
static unsigned
path_length(struct wire_in in, unsigned as_size)
{
	unsigned length = 0;

	while (wire_left(&in) > 0) {
		uint8_t type = wire_get_u8(&in), count = wire_get_u8(&in);
		wire_skip(&in, (size_t)count * as_size);
		length += type == 2 ? count : type == 1 ? 1 : 0;
	}
	return length;
}

/* Copies segments of a path of two-byte numbers as four-byte ones, up to `length`. */
static void
path_widen(struct wire_out *out, struct wire_in in, unsigned length)
{
	while (wire_left(&in) > 0) {
		uint8_t type = wire_get_u8(&in), count = wire_get_u8(&in);
		unsigned taken = count;
		if (type == 2)
			taken = MIN(count, length);
		else if (type == 1 && length == 0)
			taken = 0;
		length -= type == 2 ? taken : type == 1 && taken > 0 ? 1 : 0;
		if (taken > 0) {
			wire_put_u8(out, type);
			wire_put_u8(out, (uint8_t)taken);
		}
		for (unsigned i = 0; i < count; i++) {
			uint16_t as = wire_get_u16(&in);
			if (i < taken)
				wire_put_u32(out, as);
		}
	}
}

/* RFC 6793 §4.2.3: the path of a speaker that knows two bytes only, with what AS4_PATH
 * has kept of it. */
static void
path_finish(struct reading *reading)
{
	const struct bgp_field *path = &reading->as_path;
	struct bgp_update *update = reading->update;
	uint8_t *room = reading->block.end;
	size_t most = (size_t)(room - reading->block.start);
	struct bgp_field old;

	if (reading->codec->four_byte_as || path->value == NULL ||
	    update->action >= BGP_WITHDRAW)
		return;
	bool has_aggregator =
		bgp_block_find(reading->block.start, wire_used(&reading->block),
			       BGP_ATTRIBUTE_AGGREGATOR, &old);
	/* An AGGREGATOR that was made after AS4_AGGREGATOR: both of the latter are old.
	 */
	bool is_stale = has_aggregator && reading->as4_aggregator.value != NULL &&
			wire_load_u32(old.value) != BGP_AS_TRANS;
	struct wire_in narrow = wire_in(path->value, path->size);
	struct wire_out wide = wire_out(room, MIN(most, UINT16_MAX));
	unsigned length = path_length(narrow, 2),
		 known = path_length(reading->as4_path, 4);
	if (reading->as4_path.at == NULL || known > length || is_stale)
		known = 0;
	path_widen(&wide, narrow, length - known);
	if (known > 0)
		wire_put_bytes(&wide, reading->as4_path.at,
			       wire_left(&reading->as4_path));
	if (wide.full) {
		fault(reading, BGP_WITHDRAW, BGP_FAULT_LENGTH, BGP_ATTRIBUTE_AS_PATH);
		return;
	}
	put_made(reading, &(struct bgp_field){ .flags = path->flags,
					       .type = BGP_ATTRIBUTE_AS_PATH,
					       .value = room,
					       .size = wire_used(&wide) });
	if (has_aggregator && reading->as4_aggregator.value != NULL && !is_stale &&
	    bgp_block_find(reading->block.start, wire_used(&reading->block),
			   BGP_ATTRIBUTE_AGGREGATOR, &old))
		memcpy(reading->block.start + (old.value - reading->block.start),
		       reading->as4_aggregator.value, 8);
}

/* ---- prefixes of all families ---- */

static void
ip4_read(struct reading *reading, struct wire_in withdrawn, struct wire_in nlri)
{
	struct bgp_update *update = reading->update;

	if (wire_left(&withdrawn) > 0 &&
	    nlri_check(reading, &update->withdrawals[0], withdrawn, BGP_IP4, 0))
		update->withdrawal_count = 1;
	if (wire_left(&nlri) == 0 ||
	    !nlri_check(reading, &update->reaches[0].nlri, nlri, BGP_IP4, 0))
		return;
	update->reach_count = 1;
	update->reaches[0].next_hop = reading->next_hop;
	update->reaches[0].link_local = addr_any;
	update->reaches[0].is_multiprotocol = false;
	if (!reading->has_next_hop)
		fault(reading, BGP_WITHDRAW, BGP_FAULT_MISSING, BGP_ATTRIBUTE_NEXT_HOP);
}

/* RFC 4760 §3 */
static void
reach_read(struct reading *reading)
{
	struct bgp_update *update = reading->update;
	struct bgp_reach reach = { .is_multiprotocol = true };
	struct wire_in in = reading->reach;
	enum bgp_family family;
	uint16_t afi = wire_get_u16(&in);
	uint8_t safi = wire_get_u8(&in);
	struct wire_in next_hops = wire_get_sub(&in, wire_get_u8(&in));
	wire_skip(&in, 1); /* Reserved. */

	if (in.bad) {
		reset(reading, BGP_FAULT_LENGTH, 9, BGP_ATTRIBUTE_MP_REACH);
		return;
	}
	if (!bgp_family_find(afi, safi, &family))
		return; /* RFC 4760 §7: of a family that was not agreed on, ignored. */
	reach.nlri.family = family;
	if (!next_hops_read(&reach, next_hops, reading->codec->extended_next_hop)) {
		reset(reading, BGP_FAULT_NEXT_HOP, 9, BGP_ATTRIBUTE_MP_REACH);
		return;
	}
	if (!nlri_check(reading, &reach.nlri, in, family, BGP_ATTRIBUTE_MP_REACH))
		return;
	if (addr_is_any(reach.next_hop) && addr_is_any(reach.link_local))
		fault(reading, BGP_WITHDRAW, BGP_FAULT_NEXT_HOP, BGP_ATTRIBUTE_MP_REACH);
	update->reaches[update->reach_count++] = reach;
}

/* RFC 2545 §3, RFC 8950 §3, and what is met: a link-local address alone, after `::`, or
 * twice.  False: a length no next hop of the family has. */
static bool
next_hops_read(struct bgp_reach *reach, struct wire_in in, bool extended)
{
	bool is_ip4 = reach->nlri.family == BGP_IP4;
	size_t size = wire_left(&in);

	reach->next_hop = reach->link_local = addr_any;
	if (is_ip4 && size == 4) {
		reach->next_hop = addr_from_ip4(wire_get_u32(&in));
		return true;
	}
	if ((size != 16 && size != 32) || (is_ip4 && !extended))
		return false;
	while (wire_left(&in) > 0) {
		struct addr addr = addr_from_bytes(wire_get_view(&in, 16));
		if (addr_is_link_local(addr))
			reach->link_local = addr;
		else if (addr_is_any(reach->next_hop) && !addr_is_multicast(addr))
			reach->next_hop = addr;
	}
	return true;
}

static void
unreach_read(struct reading *reading)
{
	struct bgp_update *update = reading->update;
	struct wire_in in = reading->unreach;
	struct bgp_nlri nlri;
	enum bgp_family family;
	uint16_t afi = wire_get_u16(&in);
	uint8_t safi = wire_get_u8(&in);

	if (!bgp_family_find(afi, safi, &family) ||
	    !nlri_check(reading, &nlri, in, family, BGP_ATTRIBUTE_MP_UNREACH))
		return;
	if (wire_left(&in) > 0) {
		update->withdrawals[update->withdrawal_count++] = nlri;
	} else if (!reading->has_other && update->withdrawal_count == 0 &&
		   update->reach_count == 0) {
		update->is_end = true;
		update->end_family = family;
	}
}

/* What only the whole message shows. */
static void
whole_check(struct reading *reading)
{
	struct bgp_update *update = reading->update;
	bool has_nlri = reading->has_reach || update->reach_count > 0;

	/* RFC 7606 §3(d) */
	for (uint8_t type = BGP_ATTRIBUTE_ORIGIN; type <= BGP_ATTRIBUTE_AS_PATH; type++) {
		if (update->reach_count > 0 && (reading->awaited >> type & 1) != 0)
			fault(reading, BGP_WITHDRAW, BGP_FAULT_MISSING, type);
	}
	if (update->reach_count > 0 && !reading->codec->external &&
	    (reading->awaited & TYPE(LOCAL_PREF)) != 0)
		fault(reading, BGP_WITHDRAW, BGP_FAULT_MISSING, BGP_ATTRIBUTE_LOCAL_PREF);
	/* RFC 7606 §5.2 */
	if (!has_nlri && update->action == BGP_WITHDRAW)
		reset(reading, update->fault, 1, update->attribute);
}

/* ---- faults ---- */

static void
fault(struct reading *reading, enum bgp_action action, enum bgp_fault what,
      uint8_t attribute)
{
	struct bgp_update *update = reading->update;

	if (action <= update->action)
		return;
	update->action = action;
	update->fault = what;
	update->attribute = attribute;
}

static void
reset(struct reading *reading, enum bgp_fault what, uint8_t subcode, uint8_t attribute)
{
	struct bgp_update *update = reading->update;

	if (update->action == BGP_RESET)
		return;
	fault(reading, BGP_RESET, what, attribute);
	update->failure =
		(struct bgp_failure){ .code = BGP_ERROR_UPDATE, .subcode = subcode };
}

const char *
bgp_fault_name(enum bgp_fault fault)
{
	static const char *const names[BGP_FAULTS] = {
		[BGP_FAULT_NONE] = "nothing wrong",
		[BGP_FAULT_LENGTHS] = "lengths that exceed the message",
		[BGP_FAULT_OVERRUN] = "exceeds the attributes' length",
		[BGP_FAULT_PREFIX] = "malformed prefix",
		[BGP_FAULT_TWICE] = "more than once",
		[BGP_FAULT_FLAGS] = "wrong flags",
		[BGP_FAULT_LENGTH] = "wrong length",
		[BGP_FAULT_VALUE] = "malformed",
		[BGP_FAULT_UNEXPECTED] = "not expected from another AS",
		[BGP_FAULT_UNKNOWN] = "unknown, though marked as well-known",
		[BGP_FAULT_MISSING] = "missing",
		[BGP_FAULT_NEXT_HOP] = "impossible next hop",
	};
	return names[fault];
}

uint8_t
bgp_attribute_flags(uint8_t type)
{
	return type < ARRAY_SIZE(rules) && rules[type].name != NULL ? rules[type].flags
								    : TRANSITIVE;
}

const char *
bgp_attribute_name(uint8_t type)
{
	return type < ARRAY_SIZE(rules) ? rules[type].name : NULL;
}
