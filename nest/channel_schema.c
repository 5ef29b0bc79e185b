/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options every channel has.
 */
#include "nest/channel.h"

#include "nest/protocol.h"
#include "nest/schema.h"
#include <string.h>

/* Tags of the pattern of limits. */
enum { TAG_KIND, TAG_OFF, TAG_COUNT, TAG_ACTION };

static const char *
limit_take(struct conf_call *call)
{
	static const char *const kinds[] = { "receive", "import", "export" };
	static const char *const actions[] = { "warn", "block", "restart", "disable" };
	struct channel_config *config = call->config;
	struct limit limit = { .action = LIMIT_DISABLE };
	unsigned kind = 0;
	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		if (value->tag == TAG_KIND) {
			while (strcmp(kinds[kind], value->word) != 0)
				kind++;
		} else if (value->tag == TAG_ACTION) {
			limit.action = 0;
			while (strcmp(actions[limit.action], value->word) != 0)
				limit.action++;
		} else if (value->tag == TAG_COUNT) {
			call->culprit = i;
			if (value->number > UINT32_MAX - 1)
				return "a limit has 32 bits";
			limit.count = (uint32_t)value->number;
		}
	}
	config->limits[kind] = limit;
	return NULL;
}

static void
channel_config_init(void *config)
{
	((struct channel_config *)config)->export = &filter_reject;
}

static const struct conf_word debug_words[] = {
	{ "states", DEBUG_STATES },
	{ "routes", DEBUG_ROUTES },
	{ "filters", DEBUG_FILTERS },
	{ "events", DEBUG_EVENTS },
	{ NULL, 0 },
};

static const struct conf_item channel_items[] = {
	{ .pattern = "table @",
	  .doc = "The table to connect to; the default table of the net type if not "
		 "given.",
	  .type = CONF_NAME,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct channel_config, table) },
	{ .pattern = "preference @",
	  .doc = "The preference of imported routes; the protocol's own if not given.",
	  .type = CONF_U32,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct channel_config, preference),
	  .min = 1,
	  .max = UINT16_MAX },
	{ .pattern = "import @",
	  .doc = "Which routes of the protocol go into the table; all if not given.",
	  .type = CONF_FILTER,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct channel_config, import) },
	{ .pattern = "export @",
	  .doc = "Which routes of the table the protocol is told; none if not given.",
	  .type = CONF_FILTER,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct channel_config, export) },
	{ .pattern = "import keep filtered @",
	  .doc = "Keeps what the import filter refused, to be shown.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct channel_config, keep_filtered) },
	{ .pattern = "( receive:0 | import:0 | export:0 ) limit "
		     "( off:1 | <number:2> [ action ( warn:3 | block:3 | restart:3 | "
		     "disable:3 ) ] )",
	  .doc = "At most so many routes are received, imported or exported; if there "
		 "are more, that "
		 "is logged and they are blocked, or the protocol is restarted or "
		 "disabled.",
	  .type = CONF_CALL,
	  .effect = CONF_LIVE,
	  .take = limit_take,
	  .offset = offsetof(struct channel_config, limits),
	  .size = sizeof(struct limit) * LIMIT_KINDS },
	{ .pattern = "rpki reload @",
	  .doc = "Judges routes anew when the roa tables their filters read change.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct channel_config, rpki_reload),
	  .preset = 1 },
	{ .pattern = "debug @",
	  .doc = "What of the channel goes into the log.",
	  .type = CONF_FLAGS,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct channel_config, debug),
	  .more = debug_words },
	{ .pattern = NULL },
};

const struct conf_schema channel_schema = {
	.name = "channel",
	.doc = "The joint between a protocol and a table, one for each net type.",
	.size = sizeof(struct channel_config),
	.items = channel_items,
	.init = channel_config_init,
};
