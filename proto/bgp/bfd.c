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

bool
bgp_bfd_equal(const void *old, const void *new)
{
	const struct bgp_bfd *a = old, *b = new;
	return a->on == b->on && a->graceful == b->graceful &&
	       bfd_options_equal(&a->options, &b->options);
}

void
bgp_bfd_print(struct text *text, const void *field)
{
	const struct bgp_bfd *bfd = field;
	text_add(text, !bfd->on ? "off" : bfd->graceful ? "graceful" : "on");
}

static const struct conf_item bfd_items[] = {
	BFD_OPTION_ROWS(struct bgp_bfd, options, 0, 0, 0, 0),
	{ .pattern = "graceful",
	  .doc = "A failure is taken as a graceful restart of the neighbour.",
	  .type = CONF_CALL,
	  .offset = offsetof(struct bgp_bfd, graceful),
	  .size = sizeof(bool),
	  .take = bfd_graceful_take },
	{ 0 },
};

const struct conf_schema bgp_bfd_schema = {
	.name = "bgp bfd",
	.doc = "How BFD watches this neighbour; what is not said here, protocol bfd "
	       "says.",
	.size = sizeof(struct bgp_bfd),
	.items = bfd_items,
};
