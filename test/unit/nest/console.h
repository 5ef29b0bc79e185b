/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router in a simulated world with a control socket of each protocol, and clients that
 * talk to it: what tests of control sessions run in.
 */
#ifndef TEST_UNIT_NEST_CONSOLE_H
#define TEST_UNIT_NEST_CONSOLE_H

#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/control.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONSOLE_NATIVE "/run/native"
#define CONSOLE_BIRD   "/run/bird"

struct console {
	struct sim_world *world;
	struct sim_node *node;
	struct router *router;
	bool quit;
};

/* A connection; what it heard. */
struct client {
	struct console *console;
	struct sys_stream *stream;
	struct text heard;
	bool is_closed; /* By the router. */
};

static inline void
console_told_quit(void *context, struct sim_node *node, int status)
{
	(void)node;
	(void)status;
	((struct console *)context)->quit = true;
}

static const struct sim_observer console_observer = { .quit = console_told_quit };

/* Everything that is due, and what follows from it within a hundredth of a second. */
static inline void
console_run(struct console *console)
{
	sim_run(console->world, sim_now(console->world) + 10 * USEC_MS);
}

/* Aborts if the configuration is refused. */
static inline void
console_open(struct console *console, const char *config)
{
	struct text text = { .text = NULL }, complaints = { .text = NULL };
	*console = (struct console){ .world = sim_world_new(1) };
	sim_observe(console->world, &console_observer, console);
	console->node = sim_node_new(console->world, "host");
	console->router =
		router_new(sim_node_sys(console->node), &modules_linked, &conf_language);
	text_printf(&text,
		    "cli \"" CONSOLE_NATIVE "\";\n"
		    "cli \"" CONSOLE_BIRD "\" { protocol bird; }\n%s",
		    config);
	struct out *out = out_text_new(out_to_text, &complaints);
	if (router_configure(console->router, text.text, text.length, out) != 0) {
		fputs(text_string(&complaints), stderr);
		abort();
	}
	out_free(out);
	text_fini(&text);
	text_fini(&complaints);
	sim_run(console->world, USEC_S);
}

static inline void
console_close(struct console *console)
{
	sim_node_kill(console->node);
	router_free(console->router);
	sim_node_settle(console->node);
	sim_world_free(console->world);
}

static inline void
client_receive(void *context, struct sys_stream *stream, const void *bytes, size_t size)
{
	(void)stream;
	text_add_bytes(&((struct client *)context)->heard, bytes, size);
}

static inline void
client_drained(void *context, struct sys_stream *stream)
{
	(void)context;
	(void)stream;
}

static inline void
client_closed(void *context, struct sys_stream *stream, int error)
{
	struct client *client = context;
	(void)error;
	client->is_closed = true;
	client->stream = NULL;
	sim_node_sys(client->console->node)->class->stream_close(stream);
}

static const struct sys_stream_ops client_ops = { .receive = client_receive,
						  .drained = client_drained,
						  .closed = client_closed };

/* Connects, and hears the greeting. */
static inline void
client_open(struct client *client, struct console *console, const char *path)
{
	*client = (struct client){ .console = console };
	if (sim_stream_connect(console->node, path, &client_ops, client,
			       &client->stream) != 0)
		abort();
	console_run(console);
}

static inline void
client_send(struct client *client, const char *bytes, size_t size)
{
	struct sys *sys = sim_node_sys(client->console->node);
	if (client->stream)
		sys->class->stream_send(client->stream, bytes, size);
}

/* Stops reading, or goes on. */
static inline void
client_pause(struct client *client, bool paused)
{
	struct sys *sys = sim_node_sys(client->console->node);
	if (client->stream)
		sys->class->stream_pause(client->stream, paused);
}

/* What is answered to a line. */
static inline const char *
client_ask(struct client *client, const char *line)
{
	text_reset(&client->heard);
	client_send(client, line, strlen(line));
	client_send(client, "\n", 1);
	console_run(client->console);
	return text_string(&client->heard);
}

static inline void
client_close(struct client *client)
{
	struct sys *sys = sim_node_sys(client->console->node);
	if (client->stream)
		sys->class->stream_close(client->stream);
	text_fini(&client->heard);
}

#endif
