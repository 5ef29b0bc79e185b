/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole configuration, typed: what conf/ makes of a text and the router runs by.  It
 * lives in one arena, is immutable once read, and is freed when no instance uses it and
 * it is not kept for `configure undo`.
 */
#ifndef NEST_CONFIG_H
#define NEST_CONFIG_H

#include "lib/list.h"
#include "nest/table.h"
#include "sysdep/sys.h"
#include <stdbool.h>
#include <stdint.h>

struct arena;
struct out;
struct router;

struct config_log {
	struct list link;
	struct sys_log_target target;
};

struct config_table {
	struct list link;
	struct table_config table;
	bool implicit; /* master4, master6: made because they are always there. */
};

/* How times are shown: `timeformat route|protocol|base|log`. */
struct config_timeformat {
	const char *format;  /* strftime-like with %f for fractions; null: iso. */
	const char *further; /* For times older than `limit`. */
	usec_t limit;
	uint8_t iso; /* 1 short, 2 long; with `digits` of fraction. */
	uint8_t digits;
};

struct config {
	struct arena *arena;
	const char *file; /* Where it was read from; null: from a text. */
	uint32_t uses;
	/* struct config_log; empty: stderr or syslog as the daemon says. */
	struct list logs;
	struct list tables;     /* struct config_table */
	struct list protocols;  /* struct protocol_config */
	struct list transports; /* struct transport_config */
	struct list modules;    /* Loaded by `load`. */
	struct list controls;   /* struct control_config */
	bool has_router_id;
	uint32_t router_id;
	struct list router_id_from; /* struct conf_interface; the last one counts. */
	const char *hostname;       /* Null: the system's. */
	unsigned debug_protocols, debug_channels, debug_commands;
	const char *mrtdump_file;   /* Null: none. */
	bool mrtdump_exact;         /* With microseconds. */
	unsigned mrtdump_protocols; /* enum mrt_what */
	usec_t graceful_restart_wait;
	usec_t watchdog_warning; /* 0: none. */
	struct config_timeformat timeformat_route, timeformat_protocol, timeformat_base,
		timeformat_log;
	usec_t loaded; /* Wall time. */
	void *kept;    /* The language's own: the policies, what may undo it. */
};

/* Uses are counted: in force, kept for undo, and one per instance that runs by it; the
 * last release frees it.  Both accept null. */
struct config *config_hold(struct config *config);
void config_release(struct router *router, struct config *config);

/* What can be done with a text or file: answered by conf/, called by nest (control
 * commands) and by daemon and sim. */
enum configure_mode {
	CONFIGURE_COMMIT,
	CONFIGURE_CHECK,
	CONFIGURE_CHECK_ALL, /* Also shows what stays the same. */
	CONFIGURE_SOFT
};

struct language {
	/* Reads the file (null: the one in use) and commits, or says in `complaints` what
	 * is wrong and changes nothing. CHECK also prints what would change.
	 * `undo_after`: > 0 undoes by itself after that time unless confirmed. 0 or
	 * -EINVAL. */
	int (*configure)(struct router *, const char *path, enum configure_mode,
			 usec_t undo_after, struct out *complaints);
	/* The same from a text. */
	int (*configure_text)(struct router *, const char *text, size_t size,
			      enum configure_mode, struct out *complaints);
	int (*undo)(struct router *, struct out *);
	int (*confirm)(struct router *, struct out *);
	/* When the configuration is undone unless confirmed; USEC_NEVER: stays. */
	usec_t (*undo_due)(const struct router *);
	/* A filter from the text of an expression (`show route where …`); freed by
	 * filter_free. */
	struct filter *(*filter_compile)(struct router *, const char *text, bool is_where,
					 struct out *complaints);
	void (*filter_free)(struct router *, struct filter *);
	/* A named filter of the configuration in force; null if there is none. */
	const struct filter *(*filter_find)(const struct router *, const char *name);
	/* `eval EXPR` */
	int (*eval)(struct router *, const char *text, struct out *);
	/* Names for `show symbols` and completion: one call each. */
	void (*symbols)(const struct router *,
			void (*found)(void *context, const char *kind, const char *name,
				      const char *where),
			void *context);
	void (*config_free)(struct config *);
};

#endif
