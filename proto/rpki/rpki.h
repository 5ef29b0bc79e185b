/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol rpki: what its files share.
 *
 *   packet.c    PDUs, pure
 *   records.c   what the cache has told, and what a response changes of it
 *   session.c   the conversation with the cache: connection, queries, responses, times
 *   import.c    what was told into the tables
 *   rpki.c      life of the instance, what it shows
 *   config.c    rows
 */
#ifndef PROTO_RPKI_RPKI_H
#define PROTO_RPKI_RPKI_H

#include "lib/text.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/schema.h"
#include "proto/rpki/packet.h"
#include "proto/rpki/records.h"

struct cover;

/* ---- configuration ---- */

/* Where the cache is. */
struct rpki_cache {
	const char *name; /* Null: by its address. */
	struct addr addr; /* addr_any: the name is none. */
};

/* RFC 8210 §6 */
struct rpki_interval {
	usec_t time;
	bool keep; /* Whatever the cache says. */
};

enum rpki_interval_kind { RPKI_REFRESH, RPKI_RETRY, RPKI_EXPIRE, RPKI_INTERVALS };

enum rpki_authentication { RPKI_AUTH_NONE, RPKI_AUTH_MD5 };

struct rpki_tcp {
	uint32_t authentication;
	const char *password;
};

struct rpki_config {
	struct protocol_config common;
	struct rpki_cache cache;
	uint32_t port;
	struct addr local;
	struct rpki_interval intervals[RPKI_INTERVALS];
	bool ignore_max_length;
	uint32_t min_version, max_version;
	struct rpki_tcp tcp;
};

extern const struct conf_schema rpki_schema;
void rpki_check(void *config, struct conf_check *check);
/* The time, cut to what RFC 8210 §6 allows. */
usec_t rpki_interval_fit(enum rpki_interval_kind kind, usec_t time);

/* ---- the instance ---- */

/*
 *         connected       Cache Response         End of Data           all imported
 *  CONNECTING ---> ASKED ---------------> RECEIVING -------> IMPORTING -----.
 *      ^          ^  |  ^                                                   v
 *      |  retry   |  |  '------------------ refresh, Serial Notify --- SYNCHRONIZED
 *      |          |  | No Data Available
 *    IDLE         '--+---> NO_DATA
 *      ^        retry'
 *      '--- the connection is lost, or the cache broke the rules: from every state
 */
enum rpki_state {
	RPKI_IDLE,
	RPKI_CONNECTING,
	RPKI_ASKED,
	RPKI_RECEIVING,
	RPKI_IMPORTING,
	RPKI_SYNCHRONIZED,
	RPKI_NO_DATA
};

/* Walks of records into the tables, one at a time. */
enum rpki_walk {
	RPKI_WALK_NONE,
	RPKI_WALK_CHANGES, /* What a serial query's response changed. */
	RPKI_WALK_FRESH,   /* All of a reset query's response; the rest goes. */
	RPKI_WALK_AGAIN    /* All that is held, for policies that judge anew. */
};

struct rpki {
	struct protocol protocol;
	/* The connection. */
	enum rpki_state state;
	struct sys_stream *stream; /* Null: RPKI_IDLE. */
	struct sys_lookup *lookup; /* Of the cache's name; null: none is under way. */
	struct addr found[SYS_NAME_ADDRS]; /* By that name. */
	size_t found_count, found_at;      /* How many, and the next to be tried. */
	struct text unread; /* Bytes that make no whole PDU yet, or must wait. */
	uint8_t version;    /* What we speak in it. */
	bool is_agreed;     /* The cache has answered in this version. */
	bool is_broken;     /* Somebody broke the rules: why it ended. */
	bool is_another;    /* The session is another one: all that is held goes. */
	uint64_t closings;  /* Tells connections apart. */
	/* The query under way, and its response. */
	bool is_reset;
	uint16_t response_session;
	usec_t asked;
	bool was_notified; /* There may be more than it brings. */
	/* What the cache said last. */
	bool has_session; /* A serial query can be asked. */
	uint16_t session;
	uint8_t session_version;
	uint32_t serial;
	usec_t said[RPKI_INTERVALS]; /* 0: nothing. */
	usec_t updated;              /* When it was whole; monotonic; 0: never. */
	struct timer refresh, retry, expire;
	struct timer answer; /* The cache is silent for too long. */
	/* Records. */
	struct rpki_records records;
	struct rpki_records fresh; /* Of a reset query's response under way. */
	/* The walk into the tables. */
	struct job job;
	enum rpki_walk walk;
	uint32_t at;
	bool again;   /* RPKI_WALK_AGAIN is to follow. */
	bool waiting; /* A response is whole and follows the walk. */
	struct attrs *attrs;
	/* Counted since the start. */
	uint64_t connections, resets, changes, reports_sent, reports_received;
};

static inline struct rpki *
rpki_of(struct protocol *protocol)
{
	return (struct rpki *)protocol;
}

static inline const struct rpki_config *
rpki_config(const struct rpki *rpki)
{
	return (const struct rpki_config *)rpki->protocol.config;
}

/* ---- session.c ---- */

/* Asks for a connection at once. */
void rpki_session_start(struct rpki *rpki);
/* Closes the connection and stops all timers; records stay. */
void rpki_session_stop(struct rpki *rpki);
/* Timers follow the configuration. */
void rpki_session_reconfigure(struct rpki *rpki);
/* All that a response brought is in the tables. */
void rpki_session_imported(struct rpki *rpki);
/* The time in force: the configuration's, or what the cache said. */
usec_t rpki_interval(const struct rpki *rpki, enum rpki_interval_kind kind);
/* BIRD's word for what the session does. */
const char *rpki_session_name(const struct rpki *rpki);

/* ---- import.c ---- */

/* The response is whole: what it changes goes into the tables, and
 * rpki_session_imported() is called behind the last. */
void rpki_import_response(struct rpki *rpki);
/* All that is held is imported again. */
void rpki_import_again(struct rpki *rpki);
/* A response is on its way into the tables. */
bool rpki_import_is_busy(const struct rpki *rpki);
/* Takes all out of the tables and forgets it. */
void rpki_import_flush(struct rpki *rpki);
/* Drops what the response under way has said. */
void rpki_import_undo(struct rpki *rpki);
bool rpki_import_run(struct job *job, unsigned budget);
/* Stops the walk and forgets all; the tables are the channels' care. */
void rpki_import_fini(struct rpki *rpki);

#endif
