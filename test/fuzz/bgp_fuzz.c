/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BGP messages of any bytes: the first says what was agreed on, the rest is a message.
 * Reading never steps outside, what was accepted as a block is canonical and has the
 * LOCAL_PREF it is to get, the family that is seen at a glance is in the message, and an
 * OPEN that was read is the same after it was written and read again.
 */
#include "lib/macros.h"
#include "proto/bgp/update.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
update_walk(struct bgp_update *update)
{
	struct wire_in in = wire_in(update->block, update->block_size);
	struct bgp_field field;
	struct prefix prefix = { 0 };
	uint32_t id;

	for (int last = -1; bgp_block_next(&in, &field); last = field.type) {
		if (field.type <= last)
			abort();
	}
	if (wire_left(&in) > 0)
		abort();
	for (unsigned i = 0; i < update->withdrawal_count; i++) {
		while (bgp_nlri_next(&update->withdrawals[i], &prefix, &id))
			;
	}
	for (unsigned i = 0; i < update->reach_count; i++) {
		while (bgp_nlri_next(&update->reaches[i].nlri, &prefix, &id))
			;
	}
}

/* Looking for all at once finds what looking for each does. */
static void
look_check(const struct bgp_update *update)
{
	struct bgp_block_look look;
	struct bgp_field field;

	bgp_block_look(update->block, update->block_size, &look);
	for (uint8_t type = 0; type <= BGP_LOOK_MAX; type++) {
		bool has =
			bgp_block_find(update->block, update->block_size, type, &field);
		if (has != bgp_look_has(&look, type))
			abort();
		if (!has)
			continue;
		struct bgp_field seen = bgp_look_field(&look, type);
		if (seen.flags != field.flags || seen.value != field.value ||
		    seen.size != field.size)
			abort();
	}
}

static void
family_check(const struct bgp_update *update, const uint8_t *body, size_t size)
{
	bool has[BGP_FAMILIES] = { false };

	if (update->is_end)
		has[update->end_family] = true;
	for (unsigned i = 0; i < update->withdrawal_count; i++)
		has[update->withdrawals[i].family] = true;
	for (unsigned i = 0; i < update->reach_count; i++)
		has[update->reaches[i].nlri.family] = true;
	if ((has[BGP_IP4] || has[BGP_IP6]) && !has[bgp_update_family(body, size)])
		abort();
}

static void
update_try(const struct bgp_codec *codec, const uint8_t *body, size_t size)
{
	/* What must be enough, but for no bytes at all. */
	uint8_t *block = malloc(MAX(BGP_BLOCK_ROOM(size), 1));
	struct bgp_update update;
	struct bgp_field field;

	bgp_update_read(codec, body, size, block, &update);
	if (update.action < BGP_WITHDRAW && update.reach_count > 0 && codec->external &&
	    codec->adds_local_pref &&
	    !bgp_block_find(update.block, update.block_size, BGP_ATTRIBUTE_LOCAL_PREF,
			    &field))
		abort();
	if (update.action != BGP_RESET) {
		family_check(&update, body, size);
		update_walk(&update);
		look_check(&update);
	} else {
		bgp_update_family(body, size);
	}
	free(block);
}

static void
open_try(const uint8_t *body, size_t size)
{
	uint8_t bytes[2 * BGP_MESSAGE_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	struct bgp_failure failure;
	struct bgp_open open, again;

	if (!bgp_open_read(body, size, &open, &failure))
		return;
	bgp_open_write(&out, &open);
	if (out.full ||
	    !bgp_open_read(bytes + BGP_HEADER_SIZE, wire_used(&out) - BGP_HEADER_SIZE,
			   &again, &failure) ||
	    again.as != open.as || again.id != open.id ||
	    again.capabilities.refresh != open.capabilities.refresh)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t said = size > 0 ? data[0] : 0;
	const struct bgp_codec codec = { .four_byte_as = said & 1,
					 .external = said & 2,
					 .extended_next_hop = said & 4,
					 .aigp = said & 8,
					 .add_path = { said & 16, said & 32 },
					 .local_pref = said & 128,
					 .adds_local_pref = said & 64,
					 .default_local_pref = 100 };
	struct bgp_failure failure;
	enum bgp_family family;
	enum bgp_refresh kind;
	char text[BGP_TEXT_MAX + 1];

	if (size < 1 + BGP_HEADER_SIZE)
		return 0;
	const uint8_t *body = data + 1 + BGP_HEADER_SIZE;
	size_t left = size - 1 - BGP_HEADER_SIZE;
	bgp_header_read(data + 1, BGP_EXTENDED_MAX, &failure);
	switch (data[BGP_HEADER_SIZE]) {
	case BGP_OPEN: open_try(body, left); break;
	case BGP_UPDATE: update_try(&codec, body, left); break;
	case BGP_NOTIFICATION:
		bgp_notification_read(body, left, &failure);
		bgp_shutdown_text(&failure, text);
		break;
	case BGP_ROUTE_REFRESH:
		bgp_refresh_read(body, left, &family, &kind, &failure);
		break;
	default: break;
	}
	return 0;
}
