/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options `bfd` of a BGP neighbour.
 */
#include "proto/bgp/bgp.h"

#include "lib/text.h"

const char *
bgp_bfd_take(struct conf_call *call)
{
	struct bgp_bfd *bfd = &((struct bgp_config *)call->config)->bfd;
	bfd->on = call->count == 0 || call->values[0].tag == BGP_TAG_AWARE ||
		  call->values[0].number != 0;
	if (call->count > 0 && call->values[0].tag == BGP_TAG_AWARE)
		bfd->graceful = true;
	/* What a template said of it goes with it. */
	if (!bfd->on)
		*bfd = (struct bgp_bfd){ .on = false };
	return NULL;
}

static const char *
bfd_graceful_take(struct conf_call *call)
{
	((struct bgp_bfd *)call->config)->graceful = true;
	return NULL;
}

/* What is written and says only what is so anyhow. */
static const char *
bfd_nothing_take(struct conf_call *call)
{
	(void)call;
	return NULL;
}

static const char *
bfd_interval_take(struct conf_call *call)
{
	struct bgp_bfd *bfd = call->config;
	bfd->min_rx = bfd->min_tx = (usec_t)call->values[0].number;
	return NULL;
}

bool
bgp_bfd_equal(const void *old, const void *new)
{
	const struct bgp_bfd *a = old, *b = new;
	return a->on == b->on && a->graceful == b->graceful && a->passive == b->passive &&
	       a->min_rx == b->min_rx && a->min_tx == b->min_tx &&
	       a->idle_tx == b->idle_tx && a->multiplier == b->multiplier;
}

void
bgp_bfd_print(struct text *text, const void *field)
{
	const struct bgp_bfd *bfd = field;
	text_add(text, !bfd->on ? "off" : bfd->graceful ? "graceful" : "on");
}

#define BFD_TIME(words, member, text)                                  \
	{                                                              \
		.pattern = words " @", .doc = text, .type = CONF_USEC, \
		.offset = offsetof(struct bgp_bfd, member),            \
	}
#define BFD_AUTHENTICATION "Sessions of BFD are not authenticated here; leave it out."

static const struct conf_item bfd_items[] = {
	{ .pattern = "interval <time>",
	  .doc = "How often packets come and go at most.",
	  .type = CONF_CALL,
	  .offset = offsetof(struct bgp_bfd, min_rx),
	  .size = sizeof(usec_t),
	  .take = bfd_interval_take },
	BFD_TIME("min rx interval", min_rx, "How often we are willing to receive."),
	BFD_TIME("min tx interval", min_tx, "How often we are willing to send."),
	BFD_TIME("idle tx interval", idle_tx,
		 "How often we send while there is no session."),
	{ .pattern = "multiplier @",
	  .doc = "How many packets must be missing for the neighbour to be down.",
	  .type = CONF_U32,
	  .min = 1,
	  .max = UINT8_MAX,
	  .offset = offsetof(struct bgp_bfd, multiplier) },
	{ .pattern = "passive @",
	  .doc = "Waits for the neighbour's packets before it sends any.",
	  .type = CONF_SWITCH,
	  .offset = offsetof(struct bgp_bfd, passive) },
	{ .pattern = "graceful",
	  .doc = "A failure is taken as a graceful restart of the neighbour.",
	  .type = CONF_CALL,
	  .offset = offsetof(struct bgp_bfd, graceful),
	  .size = sizeof(bool),
	  .take = bfd_graceful_take },
	{ .pattern = "authentication none",
	  .doc = "Packets are not authenticated.",
	  .type = CONF_CALL,
	  .take = bfd_nothing_take },
	{ .pattern = "authentication ( simple | [meticulous] keyed ( md5 | sha1 ) )",
	  .doc = BFD_AUTHENTICATION,
	  .type = CONF_REFUSED },
	{ .pattern = "( password | key ) ( <string> | <bytes> ) [{]",
	  .doc = BFD_AUTHENTICATION,
	  .type = CONF_REFUSED },
	{ .pattern = "passwords {", .doc = BFD_AUTHENTICATION, .type = CONF_REFUSED },
	{ 0 },
};

const struct conf_schema bgp_bfd_schema = {
	.name = "bgp bfd",
	.doc = "How BFD watches this neighbour; what is not said here, protocol bfd "
	       "says.",
	.size = sizeof(struct bgp_bfd),
	.items = bfd_items,
};
