/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements of any bytes: reading never steps outside.  The first byte is the
 * hop limit, but 255 for a 0.
 */
#include "proto/bgp/advert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgp_advert advert = { .lifetime = 0 };
	if (size == 0)
		return 0;
	struct sys_udp_packet packet = {
		.source = { .bytes = { 0xfe, 0x80, [15] = 1 } },
		.ttl = data[0] == 0 ? BGP_ADVERT_HOPS : data[0],
		.bytes = data + 1,
		.size = size - 1,
	};
	enum bgp_advert_drop drop = bgp_advert_read(&packet, &advert);
	if (drop >= BGP_ADVERT_DROPS || (drop != BGP_ADVERT_GOOD && advert.lifetime != 0))
		abort();
	if (drop == BGP_ADVERT_GOOD &&
	    (size - 1 < BGP_ADVERT_SIZE || (size - 1) % 8 != 0))
		abort();
	return 0;
}
