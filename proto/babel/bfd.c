/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The option `bfd` of an interface, and the BFD session that watches a neighbour there
 * (RFC 5882 §4): from when both hear each other until the neighbour is gone.  Where BFD
 * finds that it can't be reached any more, that is no doubt but the end of it.
 */
#include "proto/babel/babel.h"

#include "lib/text.h"
#include "nest/router.h"

const char *
babel_bfd_take(struct conf_call *call)
{
	struct babel_bfd *bfd = &((struct babel_interface_config *)call->config)->bfd;

	bfd->on = call->count == 0 || call->values[0].number != 0;
	return NULL;
}

bool
babel_bfd_equal(const void *old, const void *new)
{
	const struct babel_bfd *a = old, *b = new;

	return a->on == b->on && bfd_options_equal(&a->options, &b->options);
}

void
babel_bfd_print(struct text *text, const void *field)
{
	text_add(text, ((const struct babel_bfd *)field)->on ? "on" : "off");
}

static const struct conf_item items[] = {
	BFD_OPTION_ROWS(struct babel_bfd, options, 0, 0, 0, 0),
	{ 0 },
};

const struct conf_schema babel_bfd_schema = {
	.name = "babel bfd",
	.doc = "How BFD watches the neighbours of an interface; what is not said here, "
	       "protocol bfd says.",
	.size = sizeof(struct babel_bfd),
	.items = items,
};

/* ---- watching ---- */

static void
watch_changed(struct bfd_request *request)
{
	struct babel_neighbour *neighbour =
		container_of(request, struct babel_neighbour, bfd);
	struct babel *babel = neighbour->interface->babel;
	char shown[ADDR_TEXT];

	/* RFC 5882 §3.2: what never was up, or is so on purpose, tells nothing. */
	if (request->former != BFD_UP || request->state != BFD_DOWN)
		return;
	protocol_log(&babel->protocol, LOG_INFO,
		     "Neighbour %s on %s is gone: BFD session down",
		     addr_format(neighbour->addr, shown),
		     neighbour->interface->link->name);
	babel_neighbour_free(neighbour);
	babel_settle(babel);
}

void
babel_bfd_look(struct babel_neighbour *neighbour)
{
	const struct babel_interface *interface = neighbour->interface;
	const struct babel_bfd *config = &interface->config->bfd;
	struct bfd_request *request = &neighbour->bfd;

	if (!config->on) {
		bfd_request_close(request);
		return;
	}
	if (bfd_request_is_open(request)) {
		if (bfd_options_equal(&request->options, &config->options))
			return;
		request->options = config->options;
		bfd_request_update(request);
		return;
	}
	if (neighbour->cost == BABEL_INFINITY)
		return;
	request->options = config->options;
	request->addr = neighbour->addr;
	request->local = interface->local;
	request->index = interface->link->interface != NULL
				 ? interface->link->interface->sys.index
				 : 0;
	request->changed = watch_changed;
	bfd_request_open(interface->babel->protocol.router, request);
}
