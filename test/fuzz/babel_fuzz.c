/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Babel packets of any bytes: reading never steps outside, and an update that was
 * accepted is the same after it was written and read again.
 */
#include "proto/babel/packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr source = { { 0xfe, 0x80, [15] = 1 } };
	struct babel_reader reader, again;
	struct babel_tlv tlv, copy;
	enum babel_drop drop;

	if (babel_reader_open(&reader, data, size, source) != BABEL_DROP_NONE)
		return 0;
	while (babel_reader_next(&reader, &tlv, &drop)) {
		uint8_t packet[128];
		struct babel_writer writer;

		if (drop != BABEL_DROP_NONE || tlv.type != BABEL_TLV_UPDATE)
			continue;
		babel_writer_open(&writer, packet, sizeof(packet), source);
		if (!babel_write_update(&writer, &tlv.update) ||
		    babel_reader_open(&again, packet, babel_writer_close(&writer),
				      source) ||
		    !babel_reader_next(&again, &copy, &drop) || drop != BABEL_DROP_NONE ||
		    !prefix_equal(&copy.update.prefix, &tlv.update.prefix) ||
		    copy.update.metric != tlv.update.metric)
			abort();
	}
	return 0;
}
