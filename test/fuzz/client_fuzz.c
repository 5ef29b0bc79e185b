/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what a daemon says to the client: as a reply in pieces, which must come to
 * the same however it is cut, and as text drawn on a screen.
 */
#include "client/reply.h"
#include "client/screen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(void *context, enum reply_kind kind, const char *bytes, size_t size)
{
	if (kind == REPLY_OUTPUT)
		text_add_bytes(context, bytes, size);
}

/* What a reply given in pieces comes to; how much of it was taken. */
static size_t
reply_read(const char *bytes, size_t size, size_t piece, struct text *output)
{
	struct reply reply = { .ended = false };
	size_t taken = 0;
	while (taken < size && !reply.ended) {
		size_t give = piece < size - taken ? piece : size - taken;
		size_t got = reply_take(&reply, bytes + taken, give, take, output);
		if (got > give || (got < give && !reply.ended))
			abort();
		taken += got;
	}
	return taken;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text whole = { 0 }, cut = { 0 }, drawing = { 0 };
	struct screen screen, before;
	if (size < 3)
		return 0;
	const char *bytes = (const char *)data + 3;
	size -= 3;
	size_t taken = reply_read(bytes, size, size, &whole);
	if (reply_read(bytes, size, data[0] % 16 + 1u, &cut) != taken ||
	    whole.length != cut.length ||
	    (whole.length > 0 && memcmp(whole.text, cut.text, cut.length) != 0))
		abort();
	screen_init(&screen, data[1] % 40u, data[2] % 100u, text_string(&whole));
	screen_init(&before, data[2] % 40u, data[1] % 100u, text_string(&whole));
	screen_draw(&drawing, &screen, &before);
	screen_fini(&screen);
	screen_fini(&before);
	text_fini(&whole);
	text_fini(&cut);
	text_fini(&drawing);
	return 0;
}
