/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router Advertisements and Solicitations: RFC 4861 §4.1, §4.2 and §6.1.2.
 */
#include "proto/bgp/ra.h"

#define OPTION_UNIT 8 /* Octets that the length of an option counts. */

static const char *const drops[BGP_RA_DROPS] = {
	[BGP_RA_GOOD] = "",
	[BGP_RA_SOURCE] = "source is not link-local",
	[BGP_RA_LIMIT] = "wrong hop limit",
	[BGP_RA_CODE] = "wrong type or code",
	[BGP_RA_SHORT] = "too short",
	[BGP_RA_OPTION] = "option of wrong length",
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

enum bgp_ra_drop
bgp_ra_read(const struct sys_udp_packet *packet, struct bgp_ra *ra)
{
	struct wire_in in = wire_in(packet->bytes, packet->size);
	if (!addr_is_link_local(packet->source))
		return BGP_RA_SOURCE;
	if (packet->ttl != BGP_RA_HOPS)
		return BGP_RA_LIMIT;
	uint8_t type = wire_get_u8(&in), code = wire_get_u8(&in);
	wire_skip(&in, 4); /* Checksum, Cur Hop Limit, flags. */
	uint16_t lifetime = wire_get_u16(&in);
	wire_skip(&in, 8); /* Reachable Time, Retrans Timer. */
	if (in.bad)
		return BGP_RA_SHORT;
	if (type != BGP_RA_TYPE || code != 0)
		return BGP_RA_CODE;
	if (!options_are_whole(&in))
		return BGP_RA_OPTION;
	ra->lifetime = lifetime;
	return BGP_RA_GOOD;
}

/* RFC 4191 §2.2: the preference of no default router is 0, too. */
void
bgp_ra_write(struct wire_out *out)
{
	wire_put_u8(out, BGP_RA_TYPE);
	wire_put_u8(out, 0);
	wire_put_u16(out, 0); /* Checksum, the world's. */
	wire_put_u8(out, 0);  /* Cur Hop Limit: unspecified. */
	wire_put_u8(out, 0);
	wire_put_u16(out, 0); /* Router Lifetime */
	wire_put_u32(out, 0); /* Reachable Time and Retrans Timer: unspecified. */
	wire_put_u32(out, 0);
}

void
bgp_rs_write(struct wire_out *out)
{
	wire_put_u8(out, BGP_RS_TYPE);
	wire_put_u8(out, 0);
	wire_put_u16(out, 0);
	wire_put_u32(out, 0);
}

const char *
bgp_ra_drop_name(enum bgp_ra_drop drop)
{
	return drop < BGP_RA_DROPS ? drops[drop] : "";
}
