/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of a scenario with one seed: the world, the routers in it, what was observed,
 * and the statements' way to all that.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "lib/out.h"
#include "lib/text.h"
#include "nest/config.h"
#include "nest/module.h"
#include "sim/script.h"
#include "sysdep/sim/sim.h"

struct run;
struct oracle;
struct router;
struct verb;

#define RUN_LINES 256 /* Log lines that are remembered of each router. */

/* What a run is made with. */
struct run_options {
	uint64_t seed;
	bool verbose;         /* Tell each statement, and what routers log. */
	bool trace;           /* Tell each event. */
	uint64_t audit_every; /* All routers are audited in full every so many events; 0:
				 only at the end. */
	const struct modules *modules;
	const struct language *language;
	/* Gets pieces of text for people. */
	void (*print)(void *context, const char *bytes, size_t size);
	/* Called now and then, for a progress display; may be null. */
	void (*progress)(void *context, const struct run *run);
	void *context;
};

/* A machine and the router on it. */
struct host {
	struct run *run;
	struct sim_node *node;
	struct router *router;  /* Null: not running. */
	char *config;           /* Owned; variables not replaced yet. */
	char *lines[RUN_LINES]; /* Log, a ring. Owned. */
	unsigned line_count;    /* Ever. */
	unsigned mark;          /* Line count when `expect log` began to count. */
	bool quit;              /* It asked to end. */
	int quit_status;
	uint32_t handled; /* Callbacks so far. */
	bool changed;     /* It has handled something since its last audit. */
};

/* A named text for configurations. */
struct template
{
	struct list link;
	const char *name, *text;
};

/* `let`: a variable in configurations. */
struct variable {
	struct list link;
	const char *name, *value;
};

/* Something measured, for the summary. */
struct measure {
	struct list link;
	unsigned line;
	const char *what;
	usec_t took;
};

struct run {
	const struct run_options *options;
	struct script script;
	struct pool *pool;
	struct sim_world *world;
	struct oracle *oracle;
	struct list templates, variables, measures, probes;
	struct list names; /* Declared routers and segments, for the dry run. */
	bool dry;          /* Only checking what is written. */
	bool failed;
	struct text error;                 /* Why. */
	unsigned checks;                   /* Expectations that held. */
	bool loops_allowed, loops_asked;   /* Statements say or ask so. */
	bool ip4, ip6;                     /* `addresses`: new routers get some. */
	uint64_t audited;                  /* Event count at the last full audit. */
	unsigned quits;                    /* Hosts with `quit` set. */
	usec_t last_change;                /* When a kernel's forwarding last changed. */
	const struct statement *statement; /* Under execution. */
	unsigned depth;                    /* Of blocks. */
};

/* Executes the whole scenario; false: it failed, `error` says why.  `text` must outlive
 * the run. */
bool run_scenario(struct run *run, const char *name, const char *text);
void run_init(struct run *run, const struct run_options *options);
void run_fini(struct run *run);
/* Lets the world go on until this time (or a failure). */
void run_until(struct run *run, usec_t until);
/* Handles one event. */
void run_step(struct run *run);
/* Splits and executes the text of a block. */
void run_block(struct run *run, const struct token *block);
void run_statement(struct run *run, const struct statement *statement);
/* Fails at a token (null: at the statement's first). */
void run_fail(struct run *run, const struct token *token, const char *format, ...)
	PRINTF_LIKE(3, 4);
void run_print(const struct run *run, const char *format, ...) PRINTF_LIKE(2, 3);
void run_measure(struct run *run, const char *what, usec_t took);

/* ---- hosts (host.c)
 * -------------------------------------------------------------------- */

struct host *host_new(struct run *run, const char *name, const char *config);
void host_free(struct host *host);
struct host *host_of(const struct sim_node *node);
struct host *host_next(const struct run *run, const struct host *previous);
/* Makes a router and configures it.  False: it refused; the complaint is in `error`. */
bool host_start(struct host *host, struct text *error);
/* `kill -9`. */
void host_kill(struct host *host);
/* Configures the running router anew, `config` replaces the text. */
bool host_configure(struct host *host, const char *config, struct text *error);
/* Runs a command of the control socket; what it says is added to `output`. False: it
 * failed. */
bool host_command(struct host *host, const char *line, bool json, struct text *output);
/* After a step: frees routers that have asked to end. */
void host_reap(struct run *run);
void host_audit(struct run *run, bool full);
extern const struct sim_observer host_observer, host_observer_tracing;

/* ---- probes (probe.c) ---------------------------------------------------------------
 */

struct probe_result {
	uint64_t sent, lost;
	usec_t gap; /* The longest time nothing arrived. */
};

/* False: there is no such probe. */
bool probe_result(const struct run *run, const struct host *from, const struct host *to,
		  struct probe_result *result);
void probe_arrived(struct run *run, const struct sim_node *node, uint64_t cookie);
void probe_free_all(struct run *run);

/* ---- arguments of statements (args.c)
 * ---------------------------------------------------- */

/* Reads the tokens of a statement in order; after the first complaint everything is false
 * or null. */
struct args {
	struct run *run;
	const struct token *at, *end;
	bool bad;
};

struct args args_of(struct run *run, const struct statement *statement, unsigned skip);
/* The next token is this word: takes it. */
bool args_take(struct args *args, const char *word);
bool args_is_over(const struct args *args);
/* Complains at the next token (or the end). */
void args_complain(struct args *args, const char *format, ...) PRINTF_LIKE(2, 3);
/* Complains about the next word; suggests the nearest of `candidates`. */
void args_expected(struct args *args, const char *what, const char *const *candidates,
		   size_t count);
/* True if all was read and nothing was wrong, and it is not the dry run. */
bool args_ready(struct args *args);
const char *args_word(struct args *args, const char *what);
const char *args_string(struct args *args, const char *what); /* Or a word. */
const struct token *args_block(struct args *args);
usec_t args_time(struct args *args);
uint32_t args_ppm(struct args *args); /* `5%`, `0.01%` */
uint64_t args_number(struct args *args, const char *what);
bool args_switch(struct args *args); /* on, off */
struct addr args_addr(struct args *args);
struct prefix args_prefix(struct args *args);
/* A negative errno from its name. */
int args_errno(struct args *args);
/* A router that exists (in the dry run: one that is declared; the result is null then).
 */
struct host *args_host(struct args *args);
struct sim_interface *args_interface(struct args *args, const struct host *host);
/* The next word names a declared router. */
bool args_at_host(const struct args *args);
/* delay, jitter, loss, duplicate, reorder, mtu, silent: false if the next word is none of
 * them. */
bool args_quality(struct args *args, struct sim_quality *quality);

/* Where a fault strikes: `A B`, `A to B`, `SEGMENT`, `SEGMENT A`. */
struct args_link {
	struct sim_segment *segment;
	struct sim_interface *a, *b; /* Of A and B; null: all. */
	bool one_way;                /* Only from a to b. */
};
struct args_link args_link(struct args *args);
/* A router or a link of this name is made by the scenario. */
void args_declare(struct run *run, const char *name, bool is_host);

/* ---- statements
 * ---------------------------------------------------------------------------- */

struct verb {
	const char *name;
	const char *usage; /* What follows it. */
	void (*run)(struct args *args);
};

extern const struct verb topology_verbs[];
extern const struct verb fault_verbs[];
extern const struct verb kernel_verbs[];
extern const struct verb flow_verbs[];
extern const struct verb expect_verbs[];
extern const struct verb probe_verbs[];
/* All of the above. */
#define VERB_TABLES 6
extern const struct verb *const verb_tables[VERB_TABLES];
/* A new router with the default configuration and addresses, started. */
struct host *topology_host(struct run *run, const char *name, const char *config);

#endif
