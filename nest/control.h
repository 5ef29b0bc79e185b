/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control sockets: requests by line, replies framed by line.
 *
 * The native protocol (doc/control.md) begins with a greeting, `meshd VERSION ready`.
 *   client: `text LINE`, `json LINE`, `csv LINE`: runs a command, in the form wanted;
 *           `subscribe …`: `json subscribe …`; `complete LINE`: what may follow;
 *           `set width COLUMNS`, `set colour on|off`: of text; `stop`: ends the request
 *           before it, without a reply of its own
 *   daemon: for each request lines that begin with one character: ' ' output follows as
 *           it is; '!' a line of an error (where the form has none of its own); '.' the
 *           end, ".0" good, ".1" failed
 *
 * BIRD's, for birdc and whatever else speaks it, is bird/bird.h's.
 */
#ifndef NEST_CONTROL_H
#define NEST_CONTROL_H

#include "lib/list.h"
#include "sysdep/sys.h"
#include <stdbool.h>
#include <stdint.h>

struct conf_call;
struct conf_schema;
struct config;
struct out;
struct router;

enum control_protocol { CONTROL_NATIVE, CONTROL_BIRD };

/* A socket that the configuration asks for: `cli "PATH" { … }`. */
struct control_config {
	struct list link; /* In the configuration. */
	const char *path;
	uint32_t protocol; /* enum control_protocol */
	bool restricted;   /* Only commands that show are allowed. */
	uint32_t line;     /* Where it stands, for messages. */
	const char *file;  /* Null: in no file. */
};
/* Its rows, and what stands before them. */
extern const struct conf_schema control_schema;
const char *control_take(struct conf_call *call);

/* Listens at `path`, in the native protocol; several may be open. The first one's mode
 * and group are those of the configured sockets, too. */
int control_open(struct router *router, const char *path, uint32_t mode,
		 const char *group, bool restricted);
/* False, and said to `complaints`, if a path stands twice. */
bool control_check(const struct config *config, struct out *complaints);
/* Opens the sockets that `config` has and the router has not; false, and said to
 * `complaints`, if one of them can't be opened.  Either of the next two must follow. */
bool control_prepare(struct router *router, const struct config *config,
		     struct out *complaints);
/* The sockets of `config` are in force: new ones take connections, those that are not in
 * it are closed once their sessions have answered, the others go on as they now shall. */
void control_commit(struct router *router, const struct config *config);
/* Closes what was prepared. */
void control_abandon(struct router *router);
void control_close_all(struct router *router);
/* A message was logged: sessions that asked for it are told. */
void control_logged(const struct router *router, enum log_class class, const char *line);

#endif
