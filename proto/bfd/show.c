/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show bfd sessions`.
 */
#include "proto/bfd/bfd.h"

#include "lib/out.h"
#include "nest/command.h"
#include "nest/config.h"
#include "nest/instances.h"
#include "nest/show_time.h"
#include <errno.h>
#include <string.h>

static const struct out_column columns[] = {
	{ "address", "IP address", 25, OUT_LEFT },
	{ "interface", "Interface", 10, OUT_LEFT },
	{ "state", "State", 10, OUT_LEFT },
	{ "since", "Since", 12, OUT_LEFT },
	{ "interval", "Interval", 8, OUT_RIGHT },
	{ "timeout", "Timeout", 8, OUT_RIGHT },
};

static const struct config_timeformat *
since_format(const struct command_call *call)
{
	const struct config *config = call->router->config;
	if (call->timeformat)
		return call->timeformat;
	return config ? &config->timeformat_protocol : NULL;
}

static void
seconds_show(struct out *out, const char *key, usec_t time)
{
	out_printf(out, key, "%lld.%03lld", (long long)(time / USEC_S),
		   (long long)(time % USEC_S / USEC_MS));
}

static void
session_show(const struct command_call *call, const struct bfd_neighbour *neighbour)
{
	static const enum out_tone tones[] = { [BFD_ADMIN_DOWN] = OUT_PLAIN,
					       [BFD_DOWN] = OUT_BAD,
					       [BFD_INIT] = OUT_WAIT,
					       [BFD_UP] = OUT_GOOD };
	const struct bfd_session *session = &neighbour->session;
	const struct interface *interface = interface_at(call->router, neighbour->index);
	char text[TIME_TEXT];
	out_row(call->out);
	out_addr(call->out, "address", neighbour->addr);
	out_str(call->out, "interface", interface ? interface->sys.name : "---");
	out_state(call->out, "state", bfd_state_name(session->state),
		  tones[session->state]);
	out_str(call->out, "since",
		time_format_monotonic(call->router, since_format(call), session->since,
				      text));
	seconds_show(call->out, "interval", MAX(session->min_tx, session->remote_min_rx));
	seconds_show(call->out, "timeout", bfd_session_detection(session));
	out_detail(call->out);
	out_addr(call->out, "local", neighbour->local);
	out_bool(call->out, "multihop", neighbour->multihop);
	out_u64(call->out, "discriminator", session->local_discriminator);
	out_u64(call->out, "remote_discriminator", session->remote_discriminator);
	out_str(call->out, "remote_state", bfd_state_name(session->remote_state));
	out_u64(call->out, "diagnostic", session->diagnostic);
	out_u64(call->out, "requests", bfd_neighbour_uses(neighbour));
	out_u64(call->out, "sent", session->packets_sent);
	out_u64(call->out, "received", session->packets_received);
	out_u64(call->out, "failures", session->failures);
	out_detail_end(call->out);
}

static int
show_sessions(struct command_call *call)
{
	const char *name = call->count > 0 ? call->words[0] : NULL;
	bool any = false;
	if (name && !instances_named(call, "bfd", name))
		return -ENOENT;
	list_each(protocol, &call->router->protocols, struct protocol, link) {
		if (protocol->class->commands != bfd_commands ||
		    (name && strcmp(name, protocol->name) != 0) ||
		    protocol->state != PROTOCOL_UP)
			continue;
		any = true;
		out_title(call->out, "%s:", protocol->name);
		out_table(call->out, "bfd_sessions", columns, ARRAY_SIZE(columns));
		hash_each(neighbour, &bfd_of(protocol)->neighbours, struct bfd_neighbour,
			  node)
			session_show(call, neighbour);
		out_table_end(call->out);
	}
	return any ? COMMAND_DONE
		   : instances_none(call, "bfd", "bfd_sessions", columns,
				    ARRAY_SIZE(columns));
}

const struct command bfd_commands[] = {
	{ .words = "show bfd sessions",
	  .args = "[<protocol>]",
	  .doc = "With whom there are sessions, and what holds in them.",
	  .run = show_sessions,
	  .code = 1020 },
	{ .words = NULL },
};
