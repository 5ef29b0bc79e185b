/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol roa: keeps roa tables equal to files.  All files are read to their end before
 * anything changes; one that can't be read or understood leaves the tables as they are.
 * What is new is imported between the beginning and the end of a refresh, so that only
 * differences reach those who read the tables.
 *
 *            a file has changed            all is read            all is imported
 *   WAITING ---------------------> READING ------------> IMPORTING --------------->
 * WAITING ^                              |
 *      '------------------------------'  a file is missing or wrong
 */
#include "proto/roa/roa.h"

#include "interface_version.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/module.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "proto/roa/reader.h"
#include <assert.h>
#include <string.h>

#define BATCH      128
#define READ_BLOCK ((size_t)16 * 1024)

enum roa_stage { ROA_WAITING, ROA_READING, ROA_IMPORTING };

/* As much of an entry as is kept while files are read. */
struct roa_entry {
	struct addr addr;
	uint32_t asn;
	uint8_t type, length, max_length;
};

struct roa {
	struct protocol protocol;
	enum roa_stage stage;
	struct timer timer; /* The next look. */
	struct job job;
	bool again;    /* All is to be read once more, whatever the files look like. */
	uint64_t seen; /* Hash of the files' stamps when they were last read. */
	/* READING */
	const struct roa_file *file;
	struct sys_file *open; /* Null: the next one is to be opened. */
	struct roa_reader reader;
	/* READING, IMPORTING */
	struct roa_entry *entries; /* Owned. */
	size_t count, room, at;
	struct attrs *attrs;
	/* What is in the tables. */
	size_t entry_count;
	usec_t read_at; /* Monotonic; 0: never. */
	usec_t began, took;
};

static bool job_run(struct job *job, unsigned budget);
static void look_fire(struct timer *timer);
static void look(struct roa *roa);
static bool read_step(struct roa *roa);
static bool file_next(struct roa *roa);
static void read_fail(struct roa *roa, const char *format, ...) PRINTF_LIKE(2, 3);
static void read_end(struct roa *roa);
static bool import_step(struct roa *roa, unsigned budget);
static void import_end(struct roa *roa);
static void forget(struct roa *roa);

static struct roa *
roa_of(struct protocol *protocol)
{
	return (struct roa *)protocol;
}

static const struct roa_config *
roa_config(const struct roa *roa)
{
	return (const struct roa_config *)roa->protocol.config;
}

/* ---- life ---- */

static int
roa_start(struct protocol *protocol)
{
	struct roa *roa = roa_of(protocol);
	struct router *router = protocol->router;
	struct attrs_draft draft;
	timer_init(&roa->timer, router, look_fire);
	job_init(&roa->job, router, job_run);
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(router, NEXTHOP_NONE);
	draft.source = RTS_STATIC;
	roa->attrs = attrs_intern(router, &draft);
	nexthop_release(router, draft.nexthop);
	attrs_draft_fini(&draft);
	protocol_set_state(protocol, PROTOCOL_UP);
	look(roa);
	return 0;
}

static void
roa_stop(struct protocol *protocol)
{
	struct roa *roa = roa_of(protocol);
	timer_stop(&roa->timer);
	job_cancel(&roa->job);
	forget(roa);
	attrs_release(protocol->router, roa->attrs, 1);
}

static void
roa_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	struct roa *roa = roa_of(protocol);
	(void)channel;
	(void)which;
	roa->again = true;
	if (roa->stage == ROA_WAITING)
		look(roa);
}

static void
roa_reconfigure(struct protocol *protocol, const void *old, const struct conf_diff *diff)
{
	struct roa *roa = roa_of(protocol);
	(void)old;
	(void)diff;
	/* What is being read may be of files that are not named any more. */
	if (roa->stage == ROA_READING)
		forget(roa);
	if (roa->stage == ROA_WAITING)
		look(roa);
}

/* ---- looking ---- */

static void
look_fire(struct timer *timer)
{
	look(container_of(timer, struct roa, timer));
}

/* What the files look like; 0: one can't be looked at, which was told. */
static uint64_t
stamps_hash(struct roa *roa)
{
	struct sys *sys = roa->protocol.router->sys;
	uint64_t hash = 1;
	list_each(file, &roa_config(roa)->files, struct roa_file, link) {
		struct sys_file_stamp stamp = { 0 };
		int error = sys->class->file_stamp(sys, file->path, &stamp);
		if (error) {
			read_fail(roa, "%s: %s", file->path, text_error(error));
			return 0;
		}
		const uint64_t words[] = { stamp.size, stamp.serial,
					   (uint64_t)stamp.modified };
		hash = hash_bytes64(words, sizeof(words), hash);
		hash = hash_bytes64(file->path, strlen(file->path), hash);
	}
	return hash | 1;
}

static void
look(struct roa *roa)
{
	uint64_t now = stamps_hash(roa);
	timer_start(&roa->timer, roa_config(roa)->refresh);
	if (now == 0 || (now == roa->seen && !roa->again))
		return;
	roa->seen = now;
	roa->again = false;
	roa->stage = ROA_READING;
	roa->file = NULL;
	roa->began = router_now(roa->protocol.router);
	if (file_next(roa))
		job_schedule(&roa->job);
}

static bool
job_run(struct job *job, unsigned budget)
{
	struct roa *roa = container_of(job, struct roa, job);
	if (roa->stage == ROA_READING)
		return read_step(roa);
	return roa->stage == ROA_IMPORTING && import_step(roa, budget);
}

/* ---- reading ---- */

static void
entry_keep(void *context, const struct prefix *prefix)
{
	struct roa *roa = context;
	if (roa->count == roa->room) {
		roa->room = roa->room > 0 ? 2 * roa->room : 1024;
		roa->entries = mem_resize(roa->entries, roa->room, sizeof(*roa->entries));
	}
	roa->entries[roa->count++] =
		(struct roa_entry){ .addr = prefix->addr,
				    .asn = prefix->asn,
				    .type = prefix->type,
				    .length = prefix->length,
				    .max_length = prefix->max_length };
}

/* Opens the file behind the present one; false: there is none, and what follows was
 * done. */
static bool
file_next(struct roa *roa)
{
	struct sys *sys = roa->protocol.router->sys;
	const struct list *files = &roa_config(roa)->files;
	const struct list *next = roa->file != NULL ? roa->file->link.next : files->next;
	if (next == files) {
		read_end(roa);
		return roa->stage == ROA_IMPORTING;
	}
	roa->file = container_of(next, struct roa_file, link);
	int error = sys->class->file_open(sys, roa->file->path, &roa->open);
	if (error) {
		roa->open = NULL;
		read_fail(roa, "%s: %s", roa->file->path, text_error(error));
		return false;
	}
	roa_reader_init(&roa->reader, entry_keep, roa);
	return true;
}

static void
file_close(struct roa *roa)
{
	if (roa->open == NULL)
		return;
	roa->protocol.router->sys->class->file_close(roa->open);
	roa->open = NULL;
	roa_reader_fini(&roa->reader);
}

static bool
read_step(struct roa *roa)
{
	struct sys *sys = roa->protocol.router->sys;
	uint8_t bytes[READ_BLOCK];
	ptrdiff_t size = sys->class->file_read(roa->open, bytes, sizeof(bytes));
	if (size < 0) {
		read_fail(roa, "%s: %s", roa->file->path, text_error((int)size));
		return false;
	}
	bool good = size > 0 ? roa_reader_feed(&roa->reader, bytes, (size_t)size)
			     : roa_reader_end(&roa->reader);
	if (!good) {
		read_fail(roa, "%s:%u: %s", roa->file->path, roa->reader.line,
			  roa->reader.error);
		return false;
	}
	if (size > 0)
		return true;
	/* A file that is being written looks like this, and would take all away. */
	if (roa->reader.count == 0) {
		read_fail(roa, "%s: nothing is in it", roa->file->path);
		return false;
	}
	file_close(roa);
	return file_next(roa);
}

/* The tables stay as they are. */
static void
read_fail(struct roa *roa, const char *format, ...)
{
	char reason[512];
	va_list arguments;
	va_start(arguments, format);
	text_vformat(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	const char *before = roa->protocol.message;
	bool is_news = before == NULL || strcmp(before, reason) != 0;
	if (is_news && roa->entry_count > 0)
		protocol_log(&roa->protocol, LOG_ERROR,
			     "%s; the %zu entries of before are kept", reason,
			     roa->entry_count);
	else if (is_news)
		protocol_log(&roa->protocol, LOG_ERROR, "%s", reason);
	protocol_message(&roa->protocol, "%s", reason);
	roa->seen = 0;
	forget(roa);
}

static void
forget(struct roa *roa)
{
	file_close(roa);
	if (roa->stage == ROA_IMPORTING)
		import_end(roa);
	mem_free(roa->entries);
	roa->entries = NULL;
	roa->count = roa->room = roa->at = 0;
	roa->file = NULL;
	roa->stage = ROA_WAITING;
}

/* ---- importing ---- */

static void
read_end(struct roa *roa)
{
	protocol_message(&roa->protocol, NULL);
	roa->stage = ROA_IMPORTING;
	roa->at = 0;
	list_each(channel, &roa->protocol.channels, struct channel, link)
		if (channel->state != CHANNEL_DOWN)
			channel_refresh_begin(channel);
}

static void
import_flush(struct channel *channel, struct route_update *updates, size_t *count)
{
	if (*count > 0 && channel != NULL && channel->state != CHANNEL_DOWN)
		channel_import(channel, updates, *count);
	*count = 0;
}

static bool
import_step(struct roa *roa, unsigned budget)
{
	struct route_update updates[BATCH];
	struct prefix nets[BATCH];
	struct channel *channel = NULL;
	size_t count = 0, end = MIN(roa->at + budget, roa->count);
	for (; roa->at < end; roa->at++) {
		const struct roa_entry *entry = &roa->entries[roa->at];
		struct channel *of =
			protocol_channel(&roa->protocol, (enum net_type)entry->type);
		if (of != channel || count == BATCH)
			import_flush(channel, updates, &count);
		channel = of;
		nets[count] = (struct prefix){ .addr = entry->addr,
					       .type = entry->type,
					       .length = entry->length,
					       .max_length = entry->max_length,
					       .asn = entry->asn };
		updates[count] =
			(struct route_update){ .net = &nets[count], .attrs = roa->attrs };
		count++;
	}
	import_flush(channel, updates, &count);
	if (roa->at < roa->count)
		return true;
	roa->entry_count = roa->count;
	roa->read_at = router_now(roa->protocol.router);
	roa->took = roa->read_at - roa->began;
	protocol_trace(&roa->protocol, DEBUG_EVENTS, "Read %zu entries", roa->count);
	forget(roa);
	if (roa->again)
		look(roa);
	return false;
}

/* What was not imported again goes. */
static void
import_end(struct roa *roa)
{
	list_each(channel, &roa->protocol.channels, struct channel, link)
		if (channel->state != CHANNEL_DOWN)
			channel_refresh_end(channel);
}

/* ---- showing ---- */

static void
roa_show(const struct protocol *protocol, struct out *out)
{
	const struct roa *roa = (const struct roa *)protocol;
	out_list(out, "files");
	list_each(file, &roa_config(roa)->files, struct roa_file, link)
		out_str(out, NULL, file->path);
	out_list_end(out);
	out_u64(out, "entries", roa->entry_count);
	if (roa->read_at == 0)
		return;
	out_usec(out, "read ago", router_now(protocol->router) - roa->read_at);
	out_usec(out, "reading took", roa->took);
}

static const char *
roa_status(const struct protocol *protocol)
{
	const struct roa *roa = (const struct roa *)protocol;
	return roa->stage == ROA_WAITING ? NULL : "Reading";
}

static void
roa_check(void *data, struct conf_check *check)
{
	const struct roa_config *config = data;
	if (list_is_empty(&config->files))
		conf_check_error(check, "no file is named: `file \"PATH\";`");
}

static const struct protocol_class roa_class = {
	.name = "roa",
	.doc = "Keeps roa tables equal to files of route origin authorizations.",
	.size = sizeof(struct roa),
	.schema = &roa_schema,
	.families = NET_BIT(NET_ROA4) | NET_BIT(NET_ROA6),
	.preference = 200,
	.source = RTS_STATIC,
	.check = roa_check,
	.start = roa_start,
	.stop = roa_stop,
	.reconfigure = roa_reconfigure,
	.reimport = roa_reimport,
	.show = roa_show,
	.status = roa_status,
};

static const struct protocol_class *const roa_classes[] = { &roa_class, NULL };

extern const struct module roa_module;
const struct module roa_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "roa",
	.doc = "Route origin authorizations from files.",
	.protocols = roa_classes,
};
