/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that change something: protocols up and down, configuration, debugging, the
 * end.
 */
#include "nest/command_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/text.h"
#include "nest/bird/bird.h"
#include "nest/control_private.h"
#include "nest/mrt_log.h"
#include "nest/reply.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "nest/spawn.h"
#include "nest/transport.h"

/* ---- protocols ---- */

/* Calls `act` for each instance that a name, a "pattern" or `all` means. */
static int
instances_act(struct command_call *call,
	      void (*act)(struct command_call *, struct protocol *),
	      void (*act_transport)(struct command_call *, struct transport *))
{
	if (call->count == 0) {
		out_error(call->out,
			  "Which protocol? Give a name, a \"pattern\" or `all'");
		return -EINVAL;
	}
	bool all = !strcmp(call->words[0], "all") && !command_is_quoted(call, 0);
	const char *pattern = all ? "*" : call->words[0];
	unsigned met = 0;
	list_each_safe(transport, &call->router->transports, struct transport, link) {
		if (!act_transport || !text_matches(pattern, transport->name))
			continue;
		act_transport(call, transport);
		met++;
	}
	list_each_safe(protocol, &call->router->protocols, struct protocol, link) {
		if (!text_matches(pattern, protocol->name))
			continue;
		act(call, protocol);
		met++;
	}
	return met > 0 ? COMMAND_DONE
		       : command_no_protocol(call, pattern, command_is_name(call, 0));
}

static void
act_enable(struct command_call *call, struct protocol *protocol)
{
	bool running = protocol_is_running(protocol) && !protocol->disabled;
	protocol_enable(protocol);
	out_note_code(call->out, running ? REPLY_ALREADY_ENABLED : REPLY_ENABLED,
		      "%s: %s", protocol->name, running ? "already enabled" : "enabled");
}

/* Says so if that is all there is to it. */
static bool
is_disabled(struct command_call *call, const struct protocol *protocol)
{
	if (protocol->disabled)
		out_note_code(call->out, REPLY_ALREADY_DISABLED, "%s: already disabled",
			      protocol->name);
	return protocol->disabled;
}

static void
act_disable(struct command_call *call, struct protocol *protocol)
{
	if (is_disabled(call, protocol))
		return;
	protocol_disable(protocol, call->count > 1 ? call->words[1] : NULL);
	out_note_code(call->out, REPLY_DISABLED, "%s: disabled", protocol->name);
}

static void
act_restart(struct command_call *call, struct protocol *protocol)
{
	if (is_disabled(call, protocol))
		return;
	protocol_restart(protocol, call->count > 1 ? call->words[1] : NULL);
	out_note_code(call->out, REPLY_RESTARTED, "%s: restarted", protocol->name);
}

/* True: it is up, and so it does. */
static bool
instance_reload(struct protocol *protocol, bool in, bool out)
{
	list_each(channel, &protocol->channels, struct channel, link) {
		if (in && protocol->state == PROTOCOL_UP)
			channel_reimport(channel);
		if (out && channel->exports && protocol->state == PROTOCOL_UP)
			channel_refeed(channel);
	}
	return protocol->state == PROTOCOL_UP;
}

static void
act_reload(struct command_call *call, struct protocol *protocol)
{
	/* `reload in X` begins with the direction; the name follows. */
	const char *direction = call->words == call->state ? "" : call->words[-1];
	bool in = strcmp(direction, "out") != 0, out = strcmp(direction, "in") != 0;
	if (is_disabled(call, protocol))
		return;
	bool reloads = instance_reload(protocol, in, out);
	/* The neighbours of a range are its own. */
	list_each(spawn, &protocol->children, struct spawn, link)
		reloads |= instance_reload(spawn->child, in, out);
	if (!reloads) {
		out_note_code(call->out, REPLY_ALREADY_DISABLED, "%s: is not up",
			      protocol->name);
		return;
	}
	out_note_code(call->out, REPLY_RELOADING, "%s: reloading", protocol->name);
}

static void
act_enable_transport(struct command_call *call, struct transport *transport)
{
	transport_enable(transport);
	out_note_code(call->out, REPLY_ENABLED, "%s: enabled", transport->name);
}

static void
act_disable_transport(struct command_call *call, struct transport *transport)
{
	transport_disable(transport, call->count > 1 ? call->words[1] : NULL);
	out_note_code(call->out, REPLY_DISABLED, "%s: disabled", transport->name);
}

static void
act_restart_transport(struct command_call *call, struct transport *transport)
{
	transport_restart(transport, call->count > 1 ? call->words[1] : NULL);
	out_note_code(call->out, REPLY_RESTARTED, "%s: restarted", transport->name);
}

static int
run_enable(struct command_call *call)
{
	return instances_act(call, act_enable, act_enable_transport);
}

static int
run_disable(struct command_call *call)
{
	return instances_act(call, act_disable, act_disable_transport);
}

static int
run_restart(struct command_call *call)
{
	return instances_act(call, act_restart, act_restart_transport);
}

static int
run_reload(struct command_call *call)
{
	call->state = (void *)(uintptr_t)call->words;
	if (call->count > 1 &&
	    (!strcmp(call->words[0], "in") || !strcmp(call->words[0], "out"))) {
		call->words++;
		call->count--;
	}
	return instances_act(call, act_reload, NULL);
}

/* ---- debugging ---- */

static const struct conf_word debug_words[] = {
	{ "states", DEBUG_STATES },
	{ "routes", DEBUG_ROUTES },
	{ "filters", DEBUG_FILTERS },
	{ "interfaces", DEBUG_INTERFACES },
	{ "events", DEBUG_EVENTS },
	{ "packets", DEBUG_PACKETS },
	{ "all", DEBUG_ALL },
	{ "off", 0 },
	{ NULL, 0 },
};

static const struct conf_word mrtdump_words[] = {
	{ "states", MRT_STATES },
	{ "messages", MRT_MESSAGES },
	{ "sent", MRT_SENT },
	{ "all", MRT_ALL },
	{ "off", 0 },
	{ NULL, 0 },
};

/* The bits of the words after the name, with or without braces; -1 if one is unknown. */
static int
word_bits(struct command_call *call, const struct conf_word *words)
{
	unsigned bits = 0;
	for (size_t i = 1; i < call->count; i++) {
		const char *word = call->words[i];
		for (word += strspn(word, "{},"); *word; word += strspn(word, "{},")) {
			const struct conf_word *known = words;
			size_t length = strcspn(word, "{},");
			while (known->name && (strlen(known->name) != length ||
					       strncmp(known->name, word, length) != 0))
				known++;
			if (!known->name)
				return -1;
			bits |= known->value;
			word += length;
		}
	}
	return (int)bits;
}

static void
act_debug(struct command_call *call, struct protocol *protocol)
{
	protocol->debug = (unsigned)word_bits(call, debug_words);
	if (!call->bird)
		out_note(call->out, "%s: debugging %s", protocol->name,
			 protocol->debug ? "on" : "off");
}

static int
run_debug(struct command_call *call)
{
	if (call->count < 2 || word_bits(call, debug_words) < 0) {
		out_error(call->out, "debug NAME all | off | states routes filters "
				     "interfaces events packets");
		return -EINVAL;
	}
	return instances_act(call, act_debug, NULL);
}

static void
act_mrtdump(struct command_call *call, struct protocol *protocol)
{
	protocol->mrtdump = (unsigned)word_bits(call, mrtdump_words);
	if (!call->bird)
		out_note(call->out, "%s: MRT records %s", protocol->name,
			 protocol->mrtdump ? "on" : "off");
}

static int
run_mrtdump(struct command_call *call)
{
	if (call->count < 2 || word_bits(call, mrtdump_words) < 0) {
		out_error(call->out, "mrtdump NAME all | off | states messages sent");
		return -EINVAL;
	}
	return instances_act(call, act_mrtdump, NULL);
}

/* ---- configuration ---- */

#define UNDO_TIMEOUT (300 * USEC_S) /* BIRD's. */

/* `configure [check [all]|soft] ["file"] [timeout [N]]` */
struct configure_words {
	enum configure_mode mode;
	const char *path;
	usec_t undo_after;
};

static bool
configure_read(struct command_call *call, struct configure_words *words)
{
	for (size_t i = 0; i < call->count; i++) {
		const char *word = call->words[i];
		uint64_t seconds;
		if (!strcmp(word, "check")) {
			words->mode = CONFIGURE_CHECK;
		} else if (!strcmp(word, "all") && words->mode == CONFIGURE_CHECK) {
			words->mode = CONFIGURE_CHECK_ALL;
		} else if (!strcmp(word, "soft")) {
			words->mode = CONFIGURE_SOFT;
		} else if (!strcmp(word, "timeout")) {
			words->undo_after = UNDO_TIMEOUT;
			if (i + 1 < call->count &&
			    text_parse_u64(call->words[i + 1], strlen(call->words[i + 1]),
					   &seconds)) {
				words->undo_after = (usec_t)MIN(seconds, 86400u) * USEC_S;
				i++;
			}
		} else if (!words->path) {
			words->path = word;
		} else {
			return false;
		}
	}
	return true;
}

static int
run_configure(struct command_call *call)
{
	struct configure_words words = { .mode = CONFIGURE_COMMIT };
	if (!configure_read(call, &words)) {
		out_error(call->out,
			  "configure [check [all]|soft] [\"FILE\"] [timeout [SECONDS]]");
		return -EINVAL;
	}
	const struct router *router = call->router;
	const char *path = words.path                               ? words.path
			   : router->config && router->config->file ? router->config->file
								    : "nowhere";
	out_note_code(call->out, REPLY_READING, "Reading configuration from %s", path);
	int error = router->language->configure(call->router, words.path, words.mode,
						words.undo_after, call->out);
	if (error)
		return error;
	if (words.undo_after > 0)
		out_note_code(call->out, REPLY_UNDO_SCHEDULED,
			      "Undo scheduled in %" PRId64 " s",
			      words.undo_after / USEC_S);
	if (words.mode == CONFIGURE_CHECK || words.mode == CONFIGURE_CHECK_ALL)
		out_note_code(call->out, REPLY_CONFIGURATION_OK, "Configuration OK");
	else
		out_note_code(call->out, REPLY_RECONFIGURED, "Reconfigured");
	return COMMAND_DONE;
}

static int
run_configure_status(struct command_call *call)
{
	const struct router *router = call->router;
	usec_t undo = router->language->undo_due(router);
	out_object(call->out, "configuration");
	out_str(call->out, "file", router->config ? router->config->file : NULL);
	out_str(call->out, "state", undo != USEC_NEVER ? "not confirmed" : "in force");
	if (undo != USEC_NEVER)
		out_usec(call->out, "undo_in", MAX(undo - router_now(router), 0));
	out_object_end(call->out);
	return COMMAND_DONE;
}

static int
run_configure_undo(struct command_call *call)
{
	out_note_code(call->out, REPLY_UNDO, "Undo requested");
	int error = call->router->language->undo(call->router, call->out);
	if (error)
		return error;
	out_note_code(call->out, REPLY_RECONFIGURED, "Reconfigured");
	return COMMAND_DONE;
}

static int
run_configure_confirm(struct command_call *call)
{
	int error = call->router->language->confirm(call->router, call->out);
	if (error)
		return error;
	out_note_code(call->out, REPLY_CONFIRMED, "Reconfiguration confirmed");
	return COMMAND_DONE;
}

/* ---- the rest
 * ------------------------------------------------------------------------------------------
 */

static int
run_eval(struct command_call *call)
{
	return call->router->language->eval(call->router, call->rest, call->out);
}

static int
run_down(struct command_call *call)
{
	out_note_code(call->out, REPLY_SHUTDOWN, "Shutdown requested");
	router_shutdown(call->router);
	return COMMAND_DONE;
}

static int
run_graceful_restart(struct command_call *call)
{
	out_note_code(call->out, REPLY_GRACEFUL_RESTART, "Graceful restart requested");
	router_leave(call->router);
	return COMMAND_DONE;
}

#define WHICH "<protocol>|\"PATTERN\"|all"

const struct command action_commands[] = {
	{ .words = "configure undo",
	  .args = "",
	  .doc = "Goes back to the configuration before the last one.",
	  .changes = true,
	  .run = run_configure_undo },
	{ .words = "configure confirm",
	  .args = "",
	  .doc = "Keeps what `configure timeout` would undo.",
	  .changes = true,
	  .run = run_configure_confirm },
	{ .words = "configure status",
	  .args = "",
	  .doc = "Tells whether the configuration waits to be confirmed.",
	  .run = run_configure_status,
	  .bird = &bird_configure_status },
	{ .words = "configure",
	  .args = "[check [all]|soft] [\"FILE\"] [timeout [SECONDS]]",
	  .doc = "Reads the configuration again and applies what changed.",
	  .changes = true,
	  .run = run_configure },
	{ .words = "enable",
	  .args = WHICH,
	  .doc = "Starts protocols that were disabled.",
	  .changes = true,
	  .run = run_enable },
	{ .words = "disable",
	  .args = WHICH " [\"MESSAGE\"]",
	  .doc = "Stops protocols.",
	  .changes = true,
	  .run = run_disable },
	{ .words = "restart",
	  .args = WHICH " [\"MESSAGE\"]",
	  .doc = "Stops protocols and starts them again.",
	  .changes = true,
	  .run = run_restart },
	{ .words = "reload",
	  .args = "[in|out] " WHICH,
	  .doc = "Passes routes through the filters again.",
	  .changes = true,
	  .run = run_reload },
	{ .words = "debug",
	  .args = WHICH " all|off|states|routes|filters|interfaces|events|packets",
	  .doc = "Chooses what protocols write into the log.",
	  .changes = true,
	  .run = run_debug },
	{ .words = "mrtdump",
	  .args = WHICH " all|off|states|messages|sent",
	  .doc = "What of a protocol goes into the file of `mrtdump`, until it is "
		 "configured anew.",
	  .changes = true,
	  .run = run_mrtdump },
	{ .words = "eval",
	  .args = "EXPRESSION",
	  .doc = "Evaluates an expression of the filter language.",
	  .run = run_eval,
	  .code = REPLY_VALUE,
	  .bird = &bird_value },
	{ .words = "down",
	  .args = "",
	  .doc = "Ends the daemon in good order.",
	  .changes = true,
	  .run = run_down },
	{ .words = "graceful restart",
	  .args = "",
	  .doc = "Ends the daemon without a word: what is in the kernel stays for the "
		 "next.",
	  .changes = true,
	  .run = run_graceful_restart },
	{ .words = NULL },
};
