/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows every channel has.
 */
#include "nest/channel.h"

#include "lib/text.h"
#include "nest/config_schema.h"
#include "nest/schema.h"

static const char *preference_take(struct conf_call *call);
static void preference_print(struct text *text, const void *field);
static bool preference_equal(const void *old, const void *new);
static const char *limit_take(struct conf_call *call);
static void limit_print(struct text *text, const void *field);
static void channel_init(void *config);

/* Tags of the limits' pattern. */
enum { LIMIT_OFF = 1, LIMIT_COUNT, LIMIT_FIRST_ACTION };

#define LIMIT_ROW(words, kind, doc_text)                                               \
	{                                                                              \
		.pattern = words " limit ( off:1 | <number:2> [ action ( warn:3 | "    \
				 "block:4 | restart:5 | disable:6 ) ] )",              \
		.doc = doc_text, .type = CONF_CALL, .effect = CONF_LIVE,               \
		.offset = offsetof(struct channel_config, limits) +                    \
			  kind * sizeof(struct limit),                                 \
		.size = sizeof(struct limit), .take = limit_take, .print = limit_print \
	}

static const struct conf_item channel_items[] = {
	{ .pattern = "table @",
	  .doc = "The table; preset: the first one of the channel's type.",
	  .type = CONF_TABLE,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct channel_config, table) },
	{ .pattern = "preference <number>",
	  .doc = "How much the routes are preferred to those of other protocols, 0 to "
		 "65535; preset: the protocol's.",
	  .type = CONF_CALL,
	  .effect = CONF_REFEED,
	  .offset = offsetof(struct channel_config, preference),
	  .take = preference_take,
	  .equal = preference_equal,
	  .print = preference_print },
	{ .pattern = "import @",
	  .doc = "The policy for routes from the protocol into the table; preset: all.",
	  .type = CONF_FILTER,
	  .effect = CONF_REFEED,
	  .offset = offsetof(struct channel_config, import) },
	{ .pattern = "export @",
	  .doc = "The policy for routes from the table to the protocol; preset: none, in "
		 "a "
		 "pipe all.",
	  .type = CONF_FILTER,
	  .effect = CONF_REFEED,
	  .offset = offsetof(struct channel_config, export) },
	{ .pattern = "import keep filtered @",
	  .doc = "Keeps routes the import policy refused, to be shown.",
	  .type = CONF_SWITCH,
	  .effect = CONF_REFEED,
	  .offset = offsetof(struct channel_config, keep_filtered) },
	LIMIT_ROW(
		"receive", LIMIT_RECEIVE,
		"The most routes taken from the protocol, before the import policy, and "
		"what happens beyond; preset: no limit, action disable."),
	LIMIT_ROW("import", LIMIT_IMPORT,
		  "The most routes taken from the protocol, after the import policy, and "
		  "what happens beyond; preset: no limit, action disable."),
	LIMIT_ROW(
		"export", LIMIT_EXPORT,
		"The most routes told to the protocol, and what happens beyond; preset: "
		"no limit, action disable."),
	{ .pattern = "rpki reload @",
	  .doc = "Looks at routes again when a roa table the policy reads has changed.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .preset = 1,
	  .offset = offsetof(struct channel_config, rpki_reload) },
	{ .pattern = "debug @",
	  .doc = "What the channel writes to the log.",
	  .type = CONF_FLAGS,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct channel_config, debug),
	  .more = debug_words },
	{ 0 },
};

const struct conf_schema channel_schema = {
	.name = "channel",
	.doc = "Options of every channel.",
	.size = sizeof(struct channel_config),
	.items = channel_items,
	.init = channel_init,
};

static void
channel_init(void *data)
{
	struct channel_config *config = data;
	config->export = &filter_reject;
}

static const char *
preference_take(struct conf_call *call)
{
	struct channel_config *config = call->config;
	uint64_t number = call->values[0].number;
	config->preference =
		(struct channel_preference){ .said = true, .value = (uint16_t)number };
	call->culprit = 0;
	return number > UINT16_MAX ? "a preference is 0 to 65535" : NULL;
}

static void
preference_print(struct text *text, const void *field)
{
	const struct channel_preference *preference = field;
	if (preference->said)
		text_printf(text, "%u", preference->value);
	else
		text_add(text, "none");
}

static bool
preference_equal(const void *old, const void *new)
{
	const struct channel_preference *a = old, *b = new;
	return a->said == b->said && a->value == b->value;
}

static const char *
limit_take(struct conf_call *call)
{
	struct limit *limit =
		(struct limit *)(void *)((char *)call->config + call->item->offset);
	*limit = (struct limit){ .action = LIMIT_DISABLE };
	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		if (value->tag == LIMIT_COUNT) {
			limit->on = true;
			limit->count = (uint32_t)value->number;
			if (value->number <= UINT32_MAX)
				continue;
			call->culprit = i;
			return "this number is too large";
		}
		if (value->tag >= LIMIT_FIRST_ACTION)
			limit->action = (uint32_t)value->tag - LIMIT_FIRST_ACTION;
	}
	return NULL;
}

static void
limit_print(struct text *text, const void *field)
{
	static const char *const actions[] = { "warn", "block", "restart", "disable" };
	const struct limit *limit = field;
	if (!limit->on)
		text_add(text, "off");
	else
		text_printf(text, "%u action %s", limit->count, actions[limit->action]);
}
