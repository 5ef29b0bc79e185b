/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of a BFD session (RFC 5880 §6.8.1), which protocol bfd has for its
 * interfaces and others for a neighbour of theirs.
 */
#ifndef NEST_BFD_OPTIONS_H
#define NEST_BFD_OPTIONS_H

#include "nest/schema.h"

/* 0: what protocol bfd says. */
struct bfd_options {
	usec_t min_rx, min_tx, idle_tx;
	uint32_t multiplier;
	bool passive;
};

#define BFD_TIME_ROW(words, config, member, value, text)               \
	{                                                              \
		.pattern = words " @", .doc = text, .type = CONF_USEC, \
		.offset = offsetof(config, member), .preset = value    \
	}
#define BFD_NO_AUTHENTICATION "Sessions of BFD are not authenticated here; leave it out."

/* The rows for a member `options` of `config`, with presets. */
#define BFD_OPTION_ROWS(config, options, rx, tx, idle, times)                        \
	BFD_TIME_ROW("min rx interval", config, options.min_rx, rx,                  \
		     "How often we are willing to receive."),                        \
		BFD_TIME_ROW("min tx interval", config, options.min_tx, tx,          \
			     "How often we are willing to send."),                   \
		BFD_TIME_ROW("idle tx interval", config, options.idle_tx, idle,      \
			     "How often we send while there is no session."),        \
		{ .pattern = "multiplier @",                                         \
		  .doc = "How many packets must be missing for the neighbour to be " \
			 "down.",                                                    \
		  .type = CONF_U32,                                                  \
		  .min = 1,                                                          \
		  .max = UINT8_MAX,                                                  \
		  .preset = times,                                                   \
		  .offset = offsetof(config, options.multiplier) },                  \
		{ .pattern = "passive @",                                            \
		  .doc = "Waits for the neighbour's packets before it sends any.",   \
		  .type = CONF_SWITCH,                                               \
		  .offset = offsetof(config, options.passive) },                     \
		{ .pattern = "authentication none",                                  \
		  .doc = "Packets are not authenticated.",                           \
		  .type = CONF_CALL,                                                 \
		  .take = bfd_authentication_take },                                 \
		{ .pattern = "authentication ( simple | [meticulous] keyed ( md5 | " \
			     "sha1 ) )",                                             \
		  .doc = BFD_NO_AUTHENTICATION,                                      \
		  .type = CONF_REFUSED },                                            \
		{ .pattern = "( password | key ) ( <string> | <bytes> ) [{]",        \
		  .doc = BFD_NO_AUTHENTICATION,                                      \
		  .type = CONF_REFUSED },                                            \
		{ .pattern = "passwords {",                                          \
		  .doc = BFD_NO_AUTHENTICATION,                                      \
		  .type = CONF_REFUSED },                                            \
	{                                                                            \
		.pattern = "interval <time>", .doc = "Both of them at once.",        \
		.type = CONF_CALL, .offset = offsetof(config, options.min_rx),       \
		.take = bfd_interval_take                                            \
	}

/* Sets min_rx and min_tx, which stand next to each other. */
const char *bfd_interval_take(struct conf_call *call);
/* `authentication none`: nothing to do. */
const char *bfd_authentication_take(struct conf_call *call);
bool bfd_options_equal(const struct bfd_options *a, const struct bfd_options *b);

#endif
