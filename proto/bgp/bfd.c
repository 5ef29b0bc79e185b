/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options `bfd` of a BGP neighbour, and the BFD session that watches an established
 * one (RFC 5882 §4.2).
 */
#include "proto/bgp/bfd.h"

#include "lib/text.h"
#include "proto/bgp/session_private.h"

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

/* ---- watching ---- */

static void
watch_changed(struct bfd_request *request)
{
	struct bgp_session *session = container_of(request, struct bgp_session, bfd);
	/* RFC 5882 §3.2: what never was up, or is so on purpose, tells nothing. */
	if (request->former == BFD_UP && request->state == BFD_DOWN)
		bgp_session_unreachable(session);
}

void
bgp_bfd_look(struct bgp_session *session)
{
	const struct bgp_bfd *config = &bgp_config(&session->bgp->protocol)->bfd;
	struct bfd_request *request = &session->bfd;
	bool is_open = bfd_request_is_open(request);
	if (!config->on || session->established == NULL) {
		bfd_request_close(request);
		return;
	}
	if (is_open && bfd_options_equal(&request->options, &config->options))
		return;
	request->options = config->options;
	if (is_open) {
		bfd_request_update(request);
		return;
	}
	const struct bgp_agreed *agreed = &session->established->agreed;
	bool is_direct = bgp_config(&session->bgp->protocol)->terms.direct;
	request->addr = agreed->ends.remote;
	request->local = agreed->ends.local;
	request->multihop = !is_direct;
	request->index = is_direct ? session->index : 0;
	request->changed = watch_changed;
	bfd_request_open(session->bgp->protocol.router, request);
}
