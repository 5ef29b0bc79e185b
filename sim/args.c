/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a statement as what they stand for: times, chances, addresses, routers,
 * links.
 */
#include "sim/run.h"
#include <errno.h>
#include <string.h>
#include "lib/arena.h"
#include "lib/pool.h"

/* Something that was declared, so that a later mention can be checked before the run. */
struct name {
	struct list link;
	const char *name;
	bool is_host;
};

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit time_units[] = {
	{ "us", 1 },         { "ms", 1000 },      { "s", 1000000 },
	{ "min", 60000000 }, { "h", 3600000000 },
};
static const struct unit ppm_units[] = { { "%", 10000 }, { "ppm", 1 } };

static const struct {
	const char *name;
	int number;
} errnos[] = {
	{ "EPERM", EPERM },
	{ "ENOMEM", ENOMEM },
	{ "EINVAL", EINVAL },
	{ "EEXIST", EEXIST },
	{ "ESRCH", ESRCH },
	{ "ENETUNREACH", ENETUNREACH },
	{ "EHOSTUNREACH", EHOSTUNREACH },
	{ "EBUSY", EBUSY },
	{ "ENOSPC", ENOSPC },
	{ "ENETDOWN", ENETDOWN },
	{ "ENODEV", ENODEV },
	{ "EIO", EIO },
};

static bool is_declared(const struct run *run, const char *name, bool is_host);
static bool unit_read(const char *word, const struct unit *units, size_t count,
		      uint64_t *value);
static struct sim_interface *interface_in(const struct sim_segment *segment,
					  const struct host *host);
static bool link_between(struct args *args, struct args_link *link, const struct host *a,
			 const struct host *b);

struct args
args_of(struct run *run, const struct statement *statement, unsigned skip)
{
	return (struct args){ .run = run,
			      .at = statement->tokens + skip,
			      .end = statement->tokens + statement->count };
}

bool
args_take(struct args *args, const char *word)
{
	if (args->bad || args->at == args->end || args->at->kind != TOKEN_WORD ||
	    strcmp(args->at->text, word) != 0)
		return false;
	args->at++;
	return true;
}

bool
args_is_over(const struct args *args)
{
	return args->bad || args->at == args->end;
}

void
args_complain(struct args *args, const char *format, ...)
{
	char message[512];
	va_list arguments;

	if (args->bad)
		return;
	args->bad = true;
	va_start(arguments, format);
	text_vformat(message, sizeof(message), format, arguments);
	va_end(arguments);
	struct token end = args->end[-1];
	if (args->at == args->end) {
		end.source += end.length + (end.kind == TOKEN_WORD ? 0 : 2);
		run_fail(args->run, &end, "%s, but the statement ends here", message);
	} else {
		run_fail(args->run, args->at, "%s", message);
	}
}

void
args_expected(struct args *args, const char *what, const char *const *candidates,
	      size_t count)
{
	const char *near = NULL;

	if (!args->bad && args->at < args->end)
		near = text_nearest(args->at->text, candidates, count);
	if (near)
		args_complain(args, "expected %s; did you mean `%s`?", what, near);
	else
		args_complain(args, "expected %s", what);
}

bool
args_ready(struct args *args)
{
	if (!args->bad && args->at < args->end)
		args_complain(args, "expected the end of the statement");
	return !args->bad && !args->run->dry;
}

const char *
args_word(struct args *args, const char *what)
{
	if (args_is_over(args) || args->at->kind != TOKEN_WORD) {
		args_complain(args, "expected %s", what);
		return NULL;
	}
	return args->at++->text;
}

const char *
args_string(struct args *args, const char *what)
{
	if (args_is_over(args) || args->at->kind == TOKEN_BLOCK) {
		args_complain(args, "expected %s", what);
		return NULL;
	}
	return args->at++->text;
}

const struct token *
args_block(struct args *args)
{
	if (args_is_over(args) || args->at->kind != TOKEN_BLOCK) {
		args_complain(args, "expected a block { … }");
		return NULL;
	}
	return args->at++;
}

usec_t
args_time(struct args *args)
{
	uint64_t value = 0;

	if (args_is_over(args) ||
	    !unit_read(args->at->text, time_units, ARRAY_SIZE(time_units), &value))
		args_complain(args, "expected a time, like 500ms, 30s or 5min");
	else
		args->at++;
	return (usec_t)value;
}

uint32_t
args_ppm(struct args *args)
{
	uint64_t value = 0;

	if (args_is_over(args) ||
	    !unit_read(args->at->text, ppm_units, ARRAY_SIZE(ppm_units), &value) ||
	    value > SIM_PPM)
		args_complain(args, "expected a share, like 5%% or 100ppm");
	else
		args->at++;
	return (uint32_t)value;
}

uint64_t
args_number(struct args *args, const char *what)
{
	uint64_t value = 0;

	if (args_is_over(args) ||
	    !text_parse_u64(args->at->text, args->at->length, &value))
		args_complain(args, "expected %s", what);
	else
		args->at++;
	return value;
}

bool
args_switch(struct args *args)
{
	static const char *const words[] = { "on", "off" };

	if (args_take(args, "on"))
		return true;
	if (!args_take(args, "off"))
		args_expected(args, "on or off", words, ARRAY_SIZE(words));
	return false;
}

struct addr
args_addr(struct args *args)
{
	struct addr addr = addr_any;

	if (args_is_over(args) || !addr_parse(args->at->text, args->at->length, &addr))
		args_complain(args, "expected an address");
	else
		args->at++;
	return addr;
}

struct prefix
args_prefix(struct args *args)
{
	struct prefix prefix = { .length = 0 };
	bool host_bits = false;

	if (args_is_over(args) ||
	    !prefix_parse(args->at->text, args->at->length, &prefix, &host_bits))
		args_complain(args, host_bits ? "this prefix has bits behind its length"
					      : "expected a prefix, like 10.0.0.0/8");
	else
		args->at++;
	return prefix;
}

int
args_errno(struct args *args)
{
	const char *names[ARRAY_SIZE(errnos)];

	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++) {
		names[i] = errnos[i].name;
		if (args_take(args, names[i]))
			return -errnos[i].number;
	}
	args_expected(args, "the name of an error, like EPERM", names, ARRAY_SIZE(names));
	return -EPERM;
}

struct host *
args_host(struct args *args)
{
	const char *names[64];
	size_t count = 0;

	if (args_at_host(args)) {
		const char *name = args->at++->text;
		if (args->run->dry)
			return NULL;
		struct sim_node *node = sim_node_find(args->run->world, name);
		if (node)
			return host_of(node);
		args->at--;
		args_complain(args, "there is no router %s yet", name);
		return NULL;
	}
	list_each(name, &args->run->names, struct name, link) {
		if (name->is_host && count < ARRAY_SIZE(names))
			names[count++] = name->name;
	}
	args_expected(args, "the name of a router", names, count);
	return NULL;
}

bool
args_at_host(const struct args *args)
{
	return !args_is_over(args) && args->at->kind == TOKEN_WORD &&
	       is_declared(args->run, args->at->text, true);
}

struct sim_interface *
args_interface(struct args *args, const struct host *host)
{
	const char *name = args_word(args, "the name of an interface");

	if (!name || args->run->dry || args->bad)
		return NULL;
	struct sim_interface *interface = sim_interface_find(host->node, name);
	if (!interface) {
		args->at--;
		args_complain(args, "%s has no interface %s", sim_node_name(host->node),
			      name);
	}
	return interface;
}

bool
args_quality(struct args *args, struct sim_quality *quality)
{
	if (args_take(args, "delay"))
		quality->delay = args_time(args);
	else if (args_take(args, "jitter"))
		quality->jitter = args_time(args);
	else if (args_take(args, "loss"))
		quality->loss = args_ppm(args);
	else if (args_take(args, "duplicate"))
		quality->duplicate = args_ppm(args);
	else if (args_take(args, "reorder"))
		quality->reorder = args_ppm(args);
	else if (args_take(args, "mtu"))
		quality->mtu = (uint32_t)args_number(args, "a size in bytes");
	else
		return false;
	return true;
}

struct args_link
args_link(struct args *args)
{
	struct args_link link = { .segment = NULL };
	struct run *run = args->run;

	if (args_at_host(args)) {
		const struct host *a = args_host(args);
		link.one_way = args_take(args, "to");
		const struct host *b = args_host(args);
		if (!args->bad && !run->dry)
			link_between(args, &link, a, b);
		return link;
	}
	if (args_is_over(args) || !is_declared(run, args->at->text, false)) {
		args_complain(args, "expected two routers, or the name of a link or LAN");
		return link;
	}
	const char *name = args->at++->text;
	const struct host *member = args_at_host(args) ? args_host(args) : NULL;
	if (args->bad || run->dry)
		return link;
	link.segment = sim_segment_find(run->world, name);
	if (member && !(link.a = interface_in(link.segment, member)))
		args_complain(args, "%s is not on %s", sim_node_name(member->node), name);
	return link;
}

void
args_declare(struct run *run, const char *word, bool is_host)
{
	if (is_declared(run, word, is_host))
		return;
	struct name *name = pool_alloc(run->pool, sizeof(*name));
	name->name = pool_strdup(run->pool, word);
	name->is_host = is_host;
	list_push_back(&run->names, &name->link);
}

/* Cheap for routers that live: a scenario may have thousands. */
static bool
is_declared(const struct run *run, const char *name, bool is_host)
{
	if (is_host && sim_node_find(run->world, name))
		return true;
	list_each(known, &run->names, struct name, link) {
		if (known->is_host == is_host && strcmp(known->name, name) == 0)
			return true;
	}
	return false;
}

/* A number with up to six decimals, and its unit right behind it. */
static bool
unit_read(const char *word, const struct unit *units, size_t count, uint64_t *value)
{
	uint64_t whole = 0, scale = 1;
	const char *at = word;
	bool fraction = false;

	for (; (*at >= '0' && *at <= '9') || (*at == '.' && !fraction); at++) {
		if (*at == '.') {
			fraction = true;
			continue;
		}
		whole = whole * 10 + (uint64_t)(*at - '0');
		scale *= fraction ? 10 : 1;
		if (scale > 1000000 || whole > (uint64_t)1 << 40)
			return false;
	}
	for (size_t i = 0; i < count && at != word; i++) {
		if (strcmp(at, units[i].name) == 0) {
			*value = whole * units[i].factor / scale;
			return true;
		}
	}
	return false;
}

static struct sim_interface *
interface_in(const struct sim_segment *segment, const struct host *host)
{
	for (struct sim_interface *at = NULL; (at = sim_segment_member(segment, at));) {
		if (sim_interface_node(at) == host->node)
			return at;
	}
	return NULL;
}

/* The first segment both are on. */
static bool
link_between(struct args *args, struct args_link *link, const struct host *a,
	     const struct host *b)
{
	for (struct sim_interface *at = NULL; (at = sim_interface_next(a->node, at));) {
		struct sim_segment *segment = sim_interface_segment(at);
		struct sim_interface *other = segment ? interface_in(segment, b) : NULL;
		if (other && other != at) {
			link->segment = segment;
			link->a = at;
			link->b = other;
			return true;
		}
	}
	args->at--;
	args_complain(args, "%s and %s are not linked", sim_node_name(a->node),
		      sim_node_name(b->node));
	return false;
}
