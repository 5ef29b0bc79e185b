/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of global options and of tables.
 */
#include "nest/config_schema.h"

#include "lib/arena.h"
#include "lib/text.h"
#include "nest/config.h"
#include "nest/control.h"
#include "nest/mrt_log.h"
#include "nest/protocol.h"
#include <string.h>

static const char *log_take(struct conf_call *call);
static const char *router_id_take(struct conf_call *call);
static const char *timeformat_take(struct conf_call *call);
static void config_init(void *config);
static bool logs_equal(const void *old, const void *new);
static void logs_print(struct text *text, const void *field);
static void router_id_print(struct text *text, const void *field);
static bool timeformats_equal(const void *old, const void *new);
static void timeformats_print(struct text *text, const void *field);
static bool controls_equal(const void *old, const void *new);
static void control_print(struct text *text, const void *control);
static bool texts_equal(const char *a, const char *b);

const struct conf_word debug_words[] = {
	{ "states", DEBUG_STATES },
	{ "routes", DEBUG_ROUTES },
	{ "filters", DEBUG_FILTERS },
	{ "interfaces", DEBUG_INTERFACES },
	{ "events", DEBUG_EVENTS },
	{ "packets", DEBUG_PACKETS },
	{ NULL, 0 },
};

const struct conf_word mrtdump_words[] = {
	{ "states", MRT_STATES },
	{ "messages", MRT_MESSAGES },
	{ "sent", MRT_SENT },
	{ NULL, 0 },
};

/* ---- global options ---- */

/* Tags of the patterns below; log classes from LOG_FIRST on in the order of enum
 * log_class. */
enum {
	LOG_FILE_NAME = 1,
	LOG_LIMIT,
	LOG_BACKUP,
	LOG_SYSLOG,
	LOG_NAME,
	LOG_STDERR,
	LOG_ALL = 9,
	LOG_FIRST = 10
};

#define LOG_WORD                                                                 \
	"( debug:10 | trace:11 | info:12 | remote:13 | warning:14 | error:15 | " \
	"auth:16 | fatal:17 | bug:18 )"

#define DEBUG_ROW(pattern_text, member, doc_text)                               \
	{                                                                       \
		.pattern = pattern_text, .doc = doc_text, .type = CONF_FLAGS,   \
		.offset = offsetof(struct config, member), .more = debug_words, \
	}

static const struct conf_schema router_id_from_schema = {
	.name = "router id from",
	.doc = "The interfaces whose addresses are looked at.",
	.size = sizeof(struct conf_interface),
};

static const struct conf_item config_items[] = {
	{ .pattern = "log udp ( <addr> | <string> ) [port <number>] ( all | { " LOG_WORD
		     " [ ( , " LOG_WORD " )... ] } )",
	  .doc = "Nothing is sent over the network; syslog forwards what it gets.",
	  .type = CONF_IGNORED },
	{ .pattern = "log ( <string:1> [ <number:2> <string:3> ] | syslog:4 [ name "
		     "<name:5> ] | stderr:6 ) ( all:9 | { " LOG_WORD " [ ( , " LOG_WORD
		     " )... ] } )",
	  .doc = "Where messages go: a file (with a size in bytes at which it is moved "
		 "to the backup), syslog or standard error, and which classes. May stand "
		 "several times.",
	  .type = CONF_CALL,
	  .offset = offsetof(struct config, logs),
	  .equal = logs_equal,
	  .print = logs_print,
	  .take = log_take },
	{ .pattern = "router id <ip4>",
	  .doc = "Our identity in routing protocols, an IPv4 address. Without it, the "
		 "lowest IPv4 address of an interface.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct config, router_id),
	  .size = sizeof(uint32_t),
	  .print = router_id_print,
	  .take = router_id_take },
	{ .pattern = "router id from @",
	  .doc = "Takes the router id from interfaces that match.",
	  .type = CONF_INTERFACES,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct config, router_id_from),
	  .more = &router_id_from_schema },
	{ .pattern = "hostname @",
	  .doc = "Our name; preset: the system's.",
	  .type = CONF_STRING,
	  .offset = offsetof(struct config, hostname) },
	DEBUG_ROW("debug protocols @", debug_protocols,
		  "What all protocols write to the log."),
	DEBUG_ROW("debug channels @", debug_channels,
		  "What all channels write to the log."),
	{ .pattern = "debug tables @",
	  .doc = "What goes into tables and out of them is told by `debug channels`.",
	  .type = CONF_IGNORED },
	{ .pattern = "debug commands @",
	  .doc = "Logs connections to the control socket (1) and commands (2).",
	  .type = CONF_U32,
	  .offset = offsetof(struct config, debug_commands) },
	{ .pattern = "debug latency <switch>",
	  .doc = "Nothing here runs long enough; long walks are done in pieces.",
	  .type = CONF_IGNORED },
	{ .pattern = "debug latency limit <time>",
	  .doc = "Nothing here runs long enough; long walks are done in pieces.",
	  .type = CONF_IGNORED },
	{ .pattern = "watchdog warning @",
	  .doc = "Warns when one turn of the main loop took longer.",
	  .type = CONF_USEC,
	  .preset = 5 * USEC_S,
	  .offset = offsetof(struct config, watchdog_warning) },
	{ .pattern = "watchdog timeout <time>",
	  .doc = "The daemon does not end itself; `watchdog warning` tells of long "
		 "turns.",
	  .type = CONF_IGNORED },
	{ .pattern = "graceful restart wait @",
	  .doc = "How long routes adopted at a restart are kept unless a protocol "
		 "confirms them.",
	  .type = CONF_USEC,
	  .preset = 240 * USEC_S,
	  .offset = offsetof(struct config, graceful_restart_wait) },
	{ .pattern = "timeformat ( route:1 | protocol:2 | base:3 | log:4 ) ( <string:5> "
		     "[ <number:6> <string:7> ] | iso ( short:8 | long:9 ) "
		     "[ ( ms:10 | us:11 ) ] )",
	  .doc = "How times are shown: a strftime format (with a second one for times "
		 "older than so many seconds), or ISO 8601.",
	  .type = CONF_CALL,
	  .offset = offsetof(struct config, timeformat_route),
	  .equal = timeformats_equal,
	  .print = timeformats_print,
	  .take = timeformat_take },
	{ .pattern = "mrtdump @",
	  .doc = "A file to which MRT records (RFC 6396) of what protocols hear and "
		 "say are appended; it may be moved away at any time. Or a named pipe: "
		 "who reads it gets whole records from then on; what comes while nobody "
		 "does is lost, and the log says how much.",
	  .type = CONF_STRING,
	  .offset = offsetof(struct config, mrtdump_file) },
	{ .pattern = "mrtdump protocols @",
	  .doc = "Of which there are records, for all instances: changes of the states "
		 "of BGP's sessions; messages that are received; messages that are sent, "
		 "as BGP4MP_MESSAGE_AS4_LOCAL and such, each as this neighbour gets it. "
		 "A message is sent when the system has taken all of it. What still "
		 "waits when a session ends was not; what was the neighbour may not "
		 "have read, if the session ended then. `all` is what it is in BIRD, "
		 "states and messages: some programs take what was sent for received.",
	  .type = CONF_FLAGS,
	  .max = MRT_ALL,
	  .offset = offsetof(struct config, mrtdump_protocols),
	  .more = mrtdump_words },
	{ .pattern = "mrtdump microseconds @",
	  .doc = "Records have their time to the microsecond (type BGP4MP_ET), which "
		 "some programs don't read.",
	  .type = CONF_SWITCH,
	  .offset = offsetof(struct config, mrtdump_exact) },
	{ .pattern = "mpls domain <name> [{]",
	  .doc = "MPLS is not available here.",
	  .type = CONF_REFUSED },
	{ .pattern = "threads <number>",
	  .doc = "Routing needs one thread; those of transports are counted there.",
	  .type = CONF_IGNORED },
	{ .pattern = "cli <string> [{]",
	  .doc = "A further control socket, with the rights of the daemon's own.",
	  .type = CONF_BLOCKS,
	  .offset = offsetof(struct config, controls),
	  .more = &control_schema,
	  .take = control_take,
	  .equal = controls_equal,
	  .print = control_print },
	{ 0 },
};

const struct conf_schema config_schema = {
	.name = "global",
	.doc = "Options of the whole router.",
	.size = sizeof(struct config),
	.items = config_items,
	.init = config_init,
};

static void
config_init(void *data)
{
	struct config *config = data;
	list_init(&config->logs);
	list_init(&config->tables);
	list_init(&config->protocols);
	list_init(&config->transports);
	list_init(&config->modules);
	list_init(&config->controls);
	const struct config_timeformat short_ms = { .iso = 1, .digits = 3 };
	const struct config_timeformat long_ms = { .iso = 2, .digits = 3 };
	config->timeformat_route = config->timeformat_protocol = short_ms;
	config->timeformat_base = config->timeformat_log = long_ms;
}

static const char *
log_take(struct conf_call *call)
{
	struct config *config = call->config;
	struct config_log *log = arena_alloc(call->arena, sizeof(*log));
	struct sys_log_target *target = &log->target;
	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		switch (value->tag) {
		case LOG_FILE_NAME:
			target->kind = SYS_LOG_FILE;
			target->path = value->word;
			break;
		case LOG_LIMIT: target->limit = value->number; break;
		case LOG_BACKUP: target->backup = value->word; break;
		case LOG_SYSLOG: target->kind = SYS_LOG_SYSLOG; break;
		case LOG_NAME: target->path = value->word; break;
		case LOG_STDERR: target->kind = SYS_LOG_STDERR; break;
		case LOG_ALL: target->classes = (1u << LOG_CLASSES) - 1; break;
		default: target->classes |= 1u << (value->tag - LOG_FIRST); break;
		}
	}
	list_push_back(&config->logs, &log->link);
	return NULL;
}

static const char *
router_id_take(struct conf_call *call)
{
	struct config *config = call->config;
	const struct conf_value *value = &call->values[0];
	config->has_router_id = true;
	config->router_id = (uint32_t)value->number;
	if (value->number == 0 || value->number > UINT32_MAX) {
		call->culprit = 0;
		return "a router id is an IPv4 address or a number that is not 0";
	}
	return NULL;
}

static const char *
timeformat_take(struct conf_call *call)
{
	struct config *config = call->config;
	struct config_timeformat *const formats[] = { &config->timeformat_route,
						      &config->timeformat_protocol,
						      &config->timeformat_base,
						      &config->timeformat_log };
	struct config_timeformat *format = formats[call->values[0].tag - 1];
	*format = (struct config_timeformat){ .digits = 0 };
	for (size_t i = 1; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		switch (value->tag) {
		case 5: format->format = value->word; break;
		case 6:
			format->limit = (usec_t)(value->number % 1000000000) * USEC_S;
			break;
		case 7: format->further = value->word; break;
		case 8: format->iso = 1; break;
		case 9: format->iso = 2; break;
		case 10: format->digits = 3; break;
		case 11: format->digits = 6; break;
		}
	}
	return NULL;
}

static bool
logs_equal(const void *old, const void *new)
{
	const struct list *a = ((const struct list *)old)->next;
	const struct list *b = ((const struct list *)new)->next;
	for (; a != old && b != new; a = a->next, b = b->next) {
		const struct sys_log_target *x =
			&container_of(a, const struct config_log, link)->target;
		const struct sys_log_target *y =
			&container_of(b, const struct config_log, link)->target;
		if (x->kind != y->kind || x->classes != y->classes ||
		    x->limit != y->limit || !texts_equal(x->path, y->path) ||
		    !texts_equal(x->backup, y->backup))
			return false;
	}
	return a == old && b == new;
}

static void
logs_print(struct text *text, const void *field)
{
	static const char *const kinds[] = { "stderr", "syslog", "file" };
	const struct list *logs = field;
	const char *joint = "";
	for (const struct list *at = logs->next; at != logs; at = at->next) {
		const struct sys_log_target *target =
			&container_of(at, const struct config_log, link)->target;
		text_printf(text, "%s%s", joint, kinds[target->kind]);
		joint = ", ";
		if (target->path != NULL)
			text_printf(text, " \"%s\"", target->path);
		if (target->backup != NULL)
			text_printf(text, " %llu \"%s\"",
				    (unsigned long long)target->limit, target->backup);
		text_printf(text, " classes 0x%x", target->classes);
	}
}

static void
router_id_print(struct text *text, const void *field)
{
	char id[ADDR_TEXT];
	addr_format(addr_from_ip4(*(const uint32_t *)field), id);
	text_printf(text, "%s", id);
}

static bool
timeformats_equal(const void *old, const void *new)
{
	const struct config_timeformat *a = old, *b = new;
	for (size_t i = 0; i < 4; i++)
		if (a[i].iso != b[i].iso || a[i].digits != b[i].digits ||
		    a[i].limit != b[i].limit || !texts_equal(a[i].format, b[i].format) ||
		    !texts_equal(a[i].further, b[i].further))
			return false;
	return true;
}

static void
timeformats_print(struct text *text, const void *field)
{
	static const char *const kinds[] = { "route", "protocol", "base", "log" };
	const struct config_timeformat *formats = field;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct config_timeformat *format = &formats[i];
		text_printf(text, "%s%s", i > 0 ? ", " : "", kinds[i]);
		if (format->format != NULL)
			text_printf(text, " \"%s\"", format->format);
		else
			text_printf(text, " iso %s %u",
				    format->iso == 1 ? "short" : "long", format->digits);
		if (format->further != NULL)
			text_printf(text, " %lld s \"%s\"",
				    (long long)(format->limit / USEC_S), format->further);
	}
}

static bool
controls_equal(const void *old, const void *new)
{
	const struct control_config *a = old, *b = new;
	return !strcmp(a->path, b->path);
}

static void
control_print(struct text *text, const void *control)
{
	text_printf(text, "\"%s\"", ((const struct control_config *)control)->path);
}

static bool
texts_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* ---- tables ---- */

static const struct conf_item table_items[] = {
	{ .pattern = "sorted @",
	  .doc = "The routes of a net are always in order, the best first.",
	  .type = CONF_IGNORED },
	{ .pattern = "trie @",
	  .doc = "The longest match is found without one: only lengths that are there "
		 "are "
		 "tried.",
	  .type = CONF_IGNORED },
	{ .pattern = "min settle time @",
	  .doc = "Of a roa table: how long it must have been at rest before routes that "
		 "its changed entries cover are judged again.",
	  .type = CONF_USEC,
	  .preset = 1 * USEC_S,
	  .offset = offsetof(struct config_table, table.min_settle) },
	{ .pattern = "max settle time @",
	  .doc = "Of a roa table: the longest that a change waits for it to come to "
		 "rest.",
	  .type = CONF_USEC,
	  .preset = 20 * USEC_S,
	  .offset = offsetof(struct config_table, table.max_settle) },
	{ .pattern = "gc threshold @",
	  .doc = "Nets without routes are given back as soon as everybody has heard.",
	  .type = CONF_IGNORED },
	{ .pattern = "gc period @",
	  .doc = "Nets without routes are given back as soon as everybody has heard.",
	  .type = CONF_IGNORED },
	{ .pattern = "debug @",
	  .doc = "What goes into tables and out of them is told by `debug channels`.",
	  .type = CONF_IGNORED },
	{ 0 },
};

const struct conf_schema table_schema = {
	.name = "table",
	.doc = "Options of a route table.",
	.size = sizeof(struct config_table),
	.items = table_items,
};
