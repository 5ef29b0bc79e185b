/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements and Solicitations: RFC 4861 §4.1, §4.2 and §6.1.2.
 */
#include "proto/bgp/advert.h"

#define OPTION_UNIT 8 /* Octets that the length of an option counts. */

static const char *const drops[BGP_ADVERT_DROPS] = {
	[BGP_ADVERT_GOOD] = "",
	[BGP_ADVERT_SOURCE] = "source is not link-local",
	[BGP_ADVERT_LIMIT] = "wrong hop limit",
	[BGP_ADVERT_CODE] = "wrong type or code",
	[BGP_ADVERT_SHORT] = "too short",
	[BGP_ADVERT_OPTION] = "option of wrong length",
};

/* What the options are is nothing to us; an unknown one is skipped by its length. */
static bool
options_are_whole(struct wire_in *in)
{
	while (wire_left(in) > 0) {
		wire_skip(in, 1);
		size_t size = (size_t)wire_get_u8(in) * OPTION_UNIT;
		if (size == 0)
			return false;
		wire_skip(in, size - 2);
		if (in->bad)
			return false;
	}
	return true;
}

enum bgp_advert_drop
bgp_advert_read(const struct sys_udp_packet *packet, struct bgp_advert *advert)
{
	struct wire_in in = wire_in(packet->bytes, packet->size);
	if (addr_is_ip4(packet->source) || !addr_is_link_local(packet->source))
		return BGP_ADVERT_SOURCE;
	if (packet->ttl != BGP_ADVERT_HOPS)
		return BGP_ADVERT_LIMIT;
	uint8_t type = wire_get_u8(&in), code = wire_get_u8(&in);
	wire_skip(&in, 4); /* Checksum, Cur Hop Limit, flags. */
	uint16_t lifetime = wire_get_u16(&in);
	wire_skip(&in, 8); /* Reachable Time, Retrans Timer. */
	if (in.bad)
		return BGP_ADVERT_SHORT;
	if (type != BGP_ADVERT_TYPE || code != 0)
		return BGP_ADVERT_CODE;
	if (!options_are_whole(&in))
		return BGP_ADVERT_OPTION;
	advert->lifetime = lifetime;
	return BGP_ADVERT_GOOD;
}

/* RFC 4191 §2.2: the preference of no default router is 0, too. */
void
bgp_advert_write(struct wire_out *out)
{
	wire_put_u8(out, BGP_ADVERT_TYPE);
	wire_put_u8(out, 0);
	wire_put_u16(out, 0); /* Checksum, the world's. */
	wire_put_u8(out, 0);  /* Cur Hop Limit: unspecified. */
	wire_put_u8(out, 0);
	wire_put_u16(out, 0); /* Router Lifetime */
	wire_put_u32(out, 0); /* Reachable Time and Retrans Timer: unspecified. */
	wire_put_u32(out, 0);
}

void
bgp_solicit_write(struct wire_out *out)
{
	wire_put_u8(out, BGP_SOLICIT_TYPE);
	wire_put_u8(out, 0);
	wire_put_u16(out, 0);
	wire_put_u32(out, 0);
}

const char *
bgp_advert_drop_name(enum bgp_advert_drop drop)
{
	return drop < BGP_ADVERT_DROPS ? drops[drop] : "";
}
