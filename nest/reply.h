/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of messages: the reply codes of BIRD's control protocol.  Commands give them to
 * what they say (out_note_code(), out_error_code()); programs of every protocol may go by
 * them.
 */
#ifndef NEST_REPLY_H
#define NEST_REPLY_H

enum reply {
	REPLY_OK = 0,
	REPLY_WELCOME = 1,
	/* Configuration. */
	REPLY_READING = 2,
	REPLY_RECONFIGURED = 3,
	REPLY_SHUTTING_DOWN = 6,
	REPLY_SHUTDOWN = 7,
	/* Protocols. */
	REPLY_ALREADY_DISABLED = 8,
	REPLY_DISABLED = 9,
	REPLY_ALREADY_ENABLED = 10,
	REPLY_ENABLED = 11,
	REPLY_RESTARTED = 12,
	REPLY_STATUS = 13,
	REPLY_COUNT = 14, /* The sum over several tables. */
	REPLY_RELOADING = 15,
	REPLY_RESTRICTED = 16,
	REPLY_CONFIRMED = 18,
	REPLY_NOTHING_TO_DO = 19,
	REPLY_CONFIGURATION_OK = 20,
	REPLY_UNDO = 21,
	REPLY_UNDO_SCHEDULED = 22,
	REPLY_VALUE = 23,
	REPLY_RECOVERY = 24,
	REPLY_GRACEFUL_RESTART = 25,
	/* Lines of tables. */
	REPLY_VERSION = 1000,
	REPLY_INTERFACE = 1001,
	REPLY_PROTOCOL = 1002,
	REPLY_ADDRESS = 1003,
	REPLY_INTERFACE_FLAGS = 1004,
	REPLY_INTERFACE_SUMMARY = 1005,
	REPLY_PROTOCOL_DETAILS = 1006,
	REPLY_ROUTE = 1007,
	REPLY_ROUTE_DETAILS = 1008,
	REPLY_STATIC = 1009,
	REPLY_SYMBOL = 1010,
	REPLY_TIMES = 1011,
	REPLY_ATTRIBUTE = 1012,
	REPLY_MEMORY = 1018,
	REPLY_BABEL_INTERFACE = 1023,
	REPLY_BABEL_NEIGHBOUR = 1024,
	REPLY_BABEL_ENTRY = 1025,
	REPLY_OTHER = 1099, /* Of a table that BIRD has not. */
	/* Above them. */
	REPLY_PROTOCOL_HEADING = 2002,
	REPLY_INTERFACE_HEADING = 2005,
	/* What went wrong while it was done. */
	REPLY_NOT_FOUND = 8001, /* Of a network. */
	REPLY_CONFIGURATION_WRONG = 8002,
	REPLY_NO_PROTOCOL = 8003, /* None matches. */
	REPLY_STOPPED = 8004,     /* By a new configuration. */
	REPLY_RELOAD_FAILED = 8006,
	REPLY_DENIED = 8007,
	REPLY_RUNTIME_ERROR = 8008, /* Of an expression. */
	REPLY_FAILED = 8099,        /* Something BIRD has no number for. */
	/* What was wrong with the request. */
	REPLY_TOO_LONG = 9000,
	REPLY_SYNTAX = 9001, /* Also: there is nothing of that name. */
	REPLY_WRONG_NAME = 9002,
};

#endif
