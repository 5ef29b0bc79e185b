/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that change something: protocols up and down, configuration, debugging, the
 * end.
 */
#include "nest/command_private.h"

#include <errno.h>
#include <string.h>

#include "lib/text.h"
#include "nest/router.h"
#include "nest/schema.h"
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
	const char *pattern = !strcmp(call->words[0], "all") ? "*" : call->words[0];
	unsigned met = 0;
	list_each_safe(protocol, &call->router->protocols, struct protocol, link) {
		if (!text_matches(pattern, protocol->name))
			continue;
		act(call, protocol);
		met++;
	}
	list_each_safe(transport, &call->router->transports, struct transport, link) {
		if (!act_transport || !text_matches(pattern, transport->name))
			continue;
		act_transport(call, transport);
		met++;
	}
	if (met == 0) {
		out_error(call->out, "No protocol matches `%s'", call->words[0]);
		return -ENOENT;
	}
	return COMMAND_DONE;
}

static void
act_enable(struct command_call *call, struct protocol *protocol)
{
	bool running = protocol_is_running(protocol) && !protocol->disabled;
	protocol_enable(protocol);
	out_note(call->out, "%s: %s", protocol->name,
		 running ? "already enabled" : "enabled");
}

static void
act_disable(struct command_call *call, struct protocol *protocol)
{
	bool was = protocol->disabled;
	protocol_disable(protocol, call->count > 1 ? call->words[1] : NULL);
	out_note(call->out, "%s: %s", protocol->name,
		 was ? "already disabled" : "disabled");
}

static void
act_restart(struct command_call *call, struct protocol *protocol)
{
	bool disabled = protocol->disabled;
	protocol_restart(protocol, call->count > 1 ? call->words[1] : NULL);
	out_note(call->out, "%s: %s", protocol->name,
		 disabled ? "already disabled" : "restarted");
}

static void
act_reload(struct command_call *call, struct protocol *protocol)
{
	/* `reload in X` begins with the direction; the name follows. */
	const char *direction = call->words == call->state ? "" : call->words[-1];
	bool in = strcmp(direction, "out") != 0, out = strcmp(direction, "in") != 0;
	if (protocol->state != PROTOCOL_UP) {
		out_note(call->out, "%s: not up", protocol->name);
		return;
	}
	list_each(channel, &protocol->channels, struct channel, link) {
		if (in)
			channel_reimport(channel);
		if (out && channel->exports)
			channel_refeed(channel);
	}
	out_note(call->out, "%s: reloading", protocol->name);
}

static void
act_enable_transport(struct command_call *call, struct transport *transport)
{
	transport_enable(transport);
	out_note(call->out, "%s: enabled", transport->name);
}

static void
act_disable_transport(struct command_call *call, struct transport *transport)
{
	transport_disable(transport, call->count > 1 ? call->words[1] : NULL);
	out_note(call->out, "%s: disabled", transport->name);
}

static void
act_restart_transport(struct command_call *call, struct transport *transport)
{
	transport_restart(transport, call->count > 1 ? call->words[1] : NULL);
	out_note(call->out, "%s: restarted", transport->name);
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

/* The bits of the words after the name; -1 if one is unknown. */
static int
debug_bits(struct command_call *call)
{
	unsigned bits = 0;
	for (size_t i = 1; i < call->count; i++) {
		const char *word = call->words[i];
		const struct conf_word *known = debug_words;
		if (!strcmp(word, "{") || !strcmp(word, "}") || !strcmp(word, ","))
			continue;
		size_t length = strcspn(word, ",");
		while (known->name && (strlen(known->name) != length ||
				       strncmp(known->name, word, length) != 0))
			known++;
		if (!known->name)
			return -1;
		bits |= known->value;
	}
	return (int)bits;
}

static void
act_debug(struct command_call *call, struct protocol *protocol)
{
	protocol->debug = (unsigned)debug_bits(call);
	out_note(call->out, "%s: debugging %s", protocol->name,
		 protocol->debug ? "on" : "off");
}

static int
run_debug(struct command_call *call)
{
	if (call->count < 2 || debug_bits(call) < 0) {
		out_error(call->out, "debug NAME all | off | states routes filters "
				     "interfaces events packets");
		return -EINVAL;
	}
	return instances_act(call, act_debug, NULL);
}

/* ---- configuration ---- */

#define UNDO_TIMEOUT (300 * USEC_S) /* BIRD's. */

/* `configure [check|soft] ["file"] [timeout [N]]` */
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
			  "configure [check|soft] [\"FILE\"] [timeout [SECONDS]]");
		return -EINVAL;
	}
	if (call->restricted && words.mode != CONFIGURE_CHECK)
		return -EPERM;
	return call->router->language->configure(call->router, words.path, words.mode,
						 words.undo_after, call->out);
}

static int
run_configure_undo(struct command_call *call)
{
	return call->router->language->undo(call->router, call->out);
}

static int
run_configure_confirm(struct command_call *call)
{
	return call->router->language->confirm(call->router, call->out);
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
	out_note(call->out, "Shutdown requested");
	router_shutdown(call->router);
	return COMMAND_DONE;
}

const struct command action_commands[] = {
	{ "configure undo", "", "Goes back to the configuration before the last one.",
	  true, run_configure_undo, 21 },
	{ "configure confirm", "", "Keeps what `configure timeout` would undo.", true,
	  run_configure_confirm, 18 },
	{ "configure", "[check|soft] [\"FILE\"] [timeout [SECONDS]]",
	  "Reads the configuration again and applies what changed.", true, run_configure,
	  3 },
	{ "enable", "<protocol>|\"PATTERN\"|all", "Starts protocols that were disabled.",
	  true, run_enable, 11 },
	{ "disable", "<protocol>|\"PATTERN\"|all [\"MESSAGE\"]", "Stops protocols.", true,
	  run_disable, 9 },
	{ "restart", "<protocol>|\"PATTERN\"|all",
	  "Stops protocols and starts them again.", true, run_restart, 12 },
	{ "reload", "[in|out] <protocol>|\"PATTERN\"|all",
	  "Passes routes through the filters again.", true, run_reload, 15 },
	{ "debug",
	  "<protocol>|\"PATTERN\"|all "
	  "all|off|states|routes|filters|interfaces|events|packets",
	  "Chooses what protocols write into the log.", true, run_debug, 0 },
	{ "eval", "EXPRESSION", "Evaluates an expression of the filter language.", false,
	  run_eval, 23 },
	{ "down", "", "Ends the daemon in good order.", true, run_down, 7 },
	{ NULL, NULL, NULL, false, NULL, 0 },
};
