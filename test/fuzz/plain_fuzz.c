/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams of any bytes to transport plain: reading never steps outside, and what was
 * accepted is the same when it is written again.
 */
#include "transport/plain/packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plain_packet packet;
	struct addr to;

	plain_packet_destination(data, size, &to);
	if (plain_packet_read(data, size, &packet) != PLAIN_GOOD)
		return 0;
	uint8_t *again = malloc(size);
	if (!again || plain_packet_write(&packet, again, size) != size ||
	    memcmp(again, data, size) != 0)
		abort();
	free(again);
	return 0;
}
