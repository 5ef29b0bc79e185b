/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams of any bytes to protocol bfd: reading never steps outside, and what was
 * accepted is the same after it was written and read again.
 */
#include "proto/bfd/packet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[BFD_PACKET_SIZE];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	struct bfd_packet packet, again;

	if (bfd_packet_read(data, size, &packet) != BFD_DROP_NONE)
		return 0;
	bfd_packet_write(&out, &packet);
	if (out.full ||
	    bfd_packet_read(bytes, wire_used(&out), &again) != BFD_DROP_NONE ||
	    again.state != packet.state || again.poll != packet.poll ||
	    again.my_discriminator != packet.my_discriminator ||
	    again.required_min_rx != packet.required_min_rx)
		abort();
	return 0;
}
