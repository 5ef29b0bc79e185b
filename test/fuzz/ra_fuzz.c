/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements of any bytes: reading never steps outside.  The first byte is the
 * hop limit, but 255 for a 0.
 */
#include "proto/bgp/ra.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_ra ra = { .lifetime = 0 };
	if (size == 0)
		return 0;
	struct sys_udp_packet packet = {
		.source = { .bytes = { 0xfe, 0x80, [15] = 1 } },
		.ttl = data[0] == 0 ? BGP_RA_HOPS : data[0],
		.bytes = data + 1,
		.size = size - 1,
	};
	enum bgp_ra_drop drop = bgp_ra_read(&packet, &ra);
	if (drop >= BGP_RA_DROPS || (drop != BGP_RA_GOOD && ra.lifetime != 0))
		abort();
	if (drop == BGP_RA_GOOD && (size - 1 < BGP_RA_SIZE || (size - 1) % 8 != 0))
		abort();
	return 0;
}
