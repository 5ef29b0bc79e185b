/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts: a machine of the world with a router on it; starting, killing, configuring and
 * asking it, and all that the world reports of it.
 */
#include "sim/run.h"
#include <string.h>
#include "lib/mem.h"
#include "lib/pool.h"
#include "nest/command.h"
#include "nest/router.h"
#include "sim/oracle.h"

#define AUDITED_ALWAYS 32 /* Routers; of more, each looks at itself more rarely. */
#define CONFIG_PATH    "/etc/meshd.conf"

static void config_expand(const struct host *host, const char *config, struct text *text);
static bool variable_add(const struct host *host, const char *name, size_t length,
			 struct text *text);
static void text_write(void *context, const char *bytes, size_t size);
static void told_trace(void *context, const struct sim_event *event);
static void told_log(void *context, struct sim_node *node, enum log_class class,
		     const char *line);
static void told_fib(void *context, struct sim_node *node, struct sim_dest *dest);
static void told_links(void *context, struct sim_node *node);
static void told_handled(void *context, struct sim_node *node);
static void told_quit(void *context, struct sim_node *node, int status);
static void told_probe(void *context, struct sim_node *node, uint64_t cookie);
static void told_hops(void *context, struct sim_node *node,
		      const struct sys_udp_packet *packet);

const struct sim_observer host_observer = {
	.log = told_log,
	.fib_changed = told_fib,
	.links_changed = told_links,
	.handled = told_handled,
	.quit = told_quit,
	.hops_exceeded = told_hops,
	.probe_arrived = told_probe,
};

const struct sim_observer host_observer_tracing = {
	.trace = told_trace,
	.log = told_log,
	.fib_changed = told_fib,
	.links_changed = told_links,
	.handled = told_handled,
	.quit = told_quit,
	.hops_exceeded = told_hops,
	.probe_arrived = told_probe,
};

struct host *
host_new(struct run *run, const char *name, const char *config)
{
	struct host *host = mem_zalloc(sizeof(*host));

	host->run = run;
	host->config = mem_strdup(config);
	host->node = sim_node_new(run->world, name);
	sim_node_data_set(host->node, host);
	return host;
}

void
host_free(struct host *host)
{
	host_kill(host);
	for (unsigned i = 0; i < RUN_LINES; i++)
		mem_free(host->lines[i]);
	mem_free(host->config);
	mem_free(host);
}

struct host *
host_of(const struct sim_node *node)
{
	return sim_node_data(node);
}

struct host *
host_next(const struct run *run, const struct host *previous)
{
	struct sim_node *node =
		sim_node_next(run->world, previous ? previous->node : NULL);

	return node ? host_of(node) : NULL;
}

bool
host_start(struct host *host, struct text *error)
{
	const struct run_options *options = host->run->options;

	if (host->router)
		return true;
	sim_node_power(host->node, true);
	host->quit = false;
	host->router =
		router_new(sim_node_sys(host->node), options->modules, options->language);
	oracle_links_changed(host->run->oracle);
	return host_configure(host, NULL, error);
}

void
host_kill(struct host *host)
{
	if (!host->router)
		return;
	sim_node_kill(host->node);
	router_free(host->router);
	host->router = NULL;
	sim_node_settle(host->node);
	oracle_links_changed(host->run->oracle);
}

/* What is refused is taken off the disk again, so that a restart finds what was good. */
bool
host_configure(struct host *host, const char *config, struct text *error)
{
	const struct language *language = host->run->options->language;
	struct text text = { 0 };

	config_expand(host, config ? config : host->config, &text);
	sim_file_put(host->node, CONFIG_PATH, text_string(&text), text.length);
	struct out *out = out_text_new(text_write, error);
	int result =
		language->configure(host->router, CONFIG_PATH, CONFIGURE_COMMIT, 0, out);
	out_free(out);
	text_reset(&text);
	if (config && result == 0) {
		char *taken = mem_strdup(config);
		mem_free(host->config);
		host->config = taken;
	} else if (config) {
		config_expand(host, host->config, &text);
		sim_file_put(host->node, CONFIG_PATH, text_string(&text), text.length);
	}
	text_fini(&text);
	return result == 0;
}

bool
host_command(struct host *host, const char *line, bool json, struct text *output)
{
	struct out *out = json ? out_json_new(text_write, output)
			       : out_text_new(text_write, output);
	struct pool *pool = pool_new(NULL, "command");
	struct command_call call = { .router = host->router, .out = out, .pool = pool };
	int result = -1;

	if (!host->router)
		out_error(out, "the router does not run");
	else if (command_parse(&call, line))
		while ((result = command_run(&call)) == COMMAND_MORE)
			;
	out_end(out);
	bool good = result == COMMAND_DONE && out->errors == 0;
	out_free(out);
	pool_free(pool);
	return good;
}

void
host_reap(struct run *run)
{
	for (struct host *host = NULL; (host = host_next(run, host));) {
		if (host->quit && host->router)
			host_kill(host);
	}
	run->quits = 0;
}

void
host_audit(struct run *run, bool full)
{
	for (struct host *host = NULL; (host = host_next(run, host));) {
		if (!host->router || (!full && !host->changed))
			continue;
		host->changed = false;
		router_audit(host->router, full ? AUDIT_FULL : AUDIT_LIGHT);
	}
}

/* $NAME, $N (its number from 1), $HI and $LO (the number's bytes), and what `let`
 * defined; $$ is a dollar. */
static void
config_expand(const struct host *host, const char *config, struct text *text)
{
	const char *at = config;

	while (*at) {
		size_t plain = strcspn(at, "$");
		text_add_bytes(text, at, plain);
		at += plain;
		if (!*at)
			break;
		at++;
		size_t length = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
		if (*at == '$')
			length = 1;
		if (!variable_add(host, at, length, text)) {
			text_add_char(text, '$');
			text_add_bytes(text, at, length);
		}
		at += length;
	}
}

static bool
variable_add(const struct host *host, const char *name, size_t length, struct text *text)
{
	uint32_t id = sim_node_id(host->node);
	char word[32];

	if (!text_format(word, sizeof(word), "%.*s", (int)length, name))
		return false;
	list_each(variable, &host->run->variables, struct variable, link) {
		if (strcmp(variable->name, word) == 0) {
			text_add(text, variable->value);
			return true;
		}
	}
	if (strcmp(word, "NAME") == 0)
		text_add(text, sim_node_name(host->node));
	else if (strcmp(word, "N") == 0)
		text_printf(text, "%u", id);
	else if (strcmp(word, "HI") == 0)
		text_printf(text, "%u", id >> 8);
	else if (strcmp(word, "LO") == 0)
		text_printf(text, "%u", id & 0xff);
	else if (strcmp(word, "$") == 0)
		text_add_char(text, '$');
	else
		return false;
	return true;
}

static void
text_write(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

static void
told_trace(void *context, const struct sim_event *event)
{
	static const char *const kinds[SIM_KINDS] = { "wake",   "packet", "lost",
						      "stream", "kernel", "route",
						      "event",  "scan",   "overrun",
						      "signal", "action" };
	struct run *run = context;
	struct text line = { 0 };

	text_printf(&line, "%12.6f %s %s", (double)event->when / 1e6,
		    event->node ? sim_node_name(event->node) : "-", kinds[event->kind]);
	if (event->from)
		text_printf(&line, " from %s", sim_node_name(event->from));
	if (event->what)
		text_printf(&line, " %s", event->what);
	const uint8_t *bytes = event->bytes;
	for (size_t i = 0; i < event->size && i < 64; i++)
		text_printf(&line, "%s%02x", i % 4 ? "" : " ", bytes[i]);
	if (event->size > 64)
		text_printf(&line, " … %zu bytes", event->size);
	text_add_char(&line, '\n');
	run->options->print(run->options->context, text_string(&line), line.length);
	text_fini(&line);
}

static void
told_log(void *context, struct sim_node *node, enum log_class class, const char *line)
{
	struct run *run = context;
	struct host *host = host_of(node);
	char **place = &host->lines[host->line_count++ % RUN_LINES];

	mem_free(*place);
	*place = mem_strdup(line);
	if (run->options->verbose)
		run_print(run, "%12.6f %s: %s\n", (double)sim_now(run->world) / 1e6,
			  sim_node_name(node), line);
	if (class == LOG_BUG)
		run_fail(run, NULL, "%s found a bug: %s", sim_node_name(node), line);
}

static void
told_fib(void *context, struct sim_node *node, struct sim_dest *dest)
{
	struct run *run = context;

	run->last_change = sim_now(run->world);
	oracle_fib_changed(run->oracle, node, dest);
}

static void
told_links(void *context, struct sim_node *node)
{
	struct run *run = context;

	(void)node;
	oracle_links_changed(run->oracle);
}

static void
told_handled(void *context, struct sim_node *node)
{
	struct host *host = host_of(node);

	const struct run *run = context;
	uint32_t interval = 1 + sim_node_count(run->world) / AUDITED_ALWAYS;

	host->changed = true;
	if (host->router && ++host->handled % interval == 0)
		router_audit(host->router, AUDIT_LIGHT);
}

static void
told_quit(void *context, struct sim_node *node, int status)
{
	struct run *run = context;
	struct host *host = host_of(node);

	host->quit = true;
	host->quit_status = status;
	run->quits++;
}

static void
told_hops(void *context, struct sim_node *node, const struct sys_udp_packet *packet)
{
	struct run *run = context;

	oracle_hops_exceeded(run->oracle, node, packet);
}

static void
told_probe(void *context, struct sim_node *node, uint64_t cookie)
{
	probe_arrived(context, node, cookie);
}
