/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OPEN and its capabilities (RFC 4271 §4.2, RFC 5492 §4, RFC 9072 §2).
 */
#include "proto/bgp/message.h"

#include "lib/macros.h"

#define PARAMETER_CAPABILITIES 2
#define PARAMETER_EXTENDED     255 /* RFC 9072 §2 */

/* Codes of capabilities. */
enum capability {
	CAPABILITY_FAMILY = 1,
	CAPABILITY_REFRESH = 2,
	CAPABILITY_NEXT_HOP = 5,
	CAPABILITY_EXTENDED_MESSAGES = 6,
	CAPABILITY_ROLE = 9,
	CAPABILITY_RESTART = 64,
	CAPABILITY_AS4 = 65,
	CAPABILITY_ADD_PATH = 69,
	CAPABILITY_ENHANCED_REFRESH = 70,
	CAPABILITY_LONG_LIVED = 71,
	CAPABILITY_HOSTNAME = 73,
	CAPABILITY_LINK_LOCAL_NEXT_HOP = 77,
	CAPABILITY_REFRESH_OLD = 128
};

#define RESTART_RESTARTED     0x8000
#define RESTART_NOTIFICATIONS 0x4000
#define RESTART_TIME          0x0fff
#define RESTART_FORWARDING    0x80

static bool parameters_read(struct wire_in *in, struct bgp_open *open,
			    struct bgp_failure *failure);
static bool capabilities_read(struct wire_in *in, struct bgp_capabilities *capabilities);
static void capability_read(uint8_t code, struct wire_in in, struct bgp_capabilities *to);
static void role_read(struct wire_in in, struct bgp_capabilities *to);
static void next_hop_read(struct wire_in in, struct bgp_capabilities *to);
static void restart_read(struct wire_in in, struct bgp_capabilities *to);
static void long_lived_read(struct wire_in in, struct bgp_capabilities *to);
static void add_path_read(struct wire_in in, struct bgp_capabilities *to);
static void hostname_read(struct wire_in in, struct bgp_capabilities *to);
static void capabilities_write(struct wire_out *out, const struct bgp_capabilities *from);
static void restart_write(struct wire_out *out, const struct bgp_capabilities *from);
static void long_lived_write(struct wire_out *out, const struct bgp_capabilities *from);
static void add_path_write(struct wire_out *out, const struct bgp_capabilities *from);
static void hostname_write(struct wire_out *out, const struct bgp_capabilities *from);

bool
bgp_open_read(const uint8_t *body, size_t size, struct bgp_open *open,
	      struct bgp_failure *failure)
{
	static const uint8_t our_version[2] = { 0, BGP_VERSION };
	struct wire_in in = wire_in(body, size);

	*open = (struct bgp_open){ 0 };
	*failure = (struct bgp_failure){ .code = BGP_ERROR_OPEN };
	uint8_t version = wire_get_u8(&in);
	open->as = wire_get_u16(&in);
	open->hold = wire_get_u16(&in);
	open->id = wire_get_u32(&in);
	if (version != BGP_VERSION && !in.bad) {
		failure->subcode = BGP_OPEN_VERSION;
		failure->data = our_version;
		failure->size = sizeof(our_version);
		return false;
	}
	if (!parameters_read(&in, open, failure))
		return false;
	if (open->capabilities.four_byte_as)
		open->as = open->capabilities.as;
	if (open->as == 0) /* RFC 7607 §2 */
		failure->subcode = BGP_OPEN_AS;
	else if (open->id == 0) /* RFC 6286 §2.2 */
		failure->subcode = BGP_OPEN_IDENTIFIER;
	else if (open->hold == 1 || open->hold == 2) /* RFC 4271 §6.2 */
		failure->subcode = BGP_OPEN_HOLD;
	else
		*failure = (struct bgp_failure){ 0 };
	return failure->code == 0;
}

/* What is left must be the optional parameters, whole. */
static bool
parameters_read(struct wire_in *in, struct bgp_open *open, struct bgp_failure *failure)
{
	size_t size = wire_get_u8(in);
	bool is_extended =
		size > 0 && wire_left(in) >= 3 && in->at[0] == PARAMETER_EXTENDED;

	if (is_extended) {
		wire_skip(in, 1);
		size = wire_get_u16(in);
	}
	if (in->bad || wire_left(in) != size)
		return false;
	while (wire_left(in) > 0) {
		uint8_t type = wire_get_u8(in);
		size_t length = is_extended ? wire_get_u16(in) : wire_get_u8(in);
		struct wire_in value = wire_get_sub(in, length);
		if (in->bad)
			return false;
		if (type != PARAMETER_CAPABILITIES) {
			failure->subcode = BGP_OPEN_PARAMETER;
			return false;
		}
		if (!capabilities_read(&value, &open->capabilities))
			return false;
	}
	return true;
}

static bool
capabilities_read(struct wire_in *in, struct bgp_capabilities *capabilities)
{
	capabilities->any = true;
	while (wire_left(in) > 0) {
		uint8_t code = wire_get_u8(in);
		size_t length = wire_get_u8(in);
		struct wire_in value = wire_get_sub(in, length);
		if (in->bad)
			return false;
		capability_read(code, value, capabilities);
	}
	return true;
}

static void
capability_read(uint8_t code, struct wire_in in, struct bgp_capabilities *to)
{
	enum bgp_family family;
	size_t size = wire_left(&in);

	switch (code) {
	case CAPABILITY_FAMILY:
		if (size != 4)
			break;
		to->has_families = true;
		if (bgp_family_find(wire_load_u16(in.at), in.at[3], &family))
			to->families[family] = true;
		break;
	case CAPABILITY_REFRESH:
	case CAPABILITY_REFRESH_OLD: to->refresh = true; break;
	case CAPABILITY_ENHANCED_REFRESH: to->enhanced_refresh = true; break;
	case CAPABILITY_EXTENDED_MESSAGES: to->extended_messages = true; break;
	case CAPABILITY_LINK_LOCAL_NEXT_HOP: to->link_local_next_hop = true; break;
	case CAPABILITY_NEXT_HOP: next_hop_read(in, to); break;
	case CAPABILITY_ROLE: role_read(in, to); break;
	case CAPABILITY_RESTART: restart_read(in, to); break;
	case CAPABILITY_LONG_LIVED: long_lived_read(in, to); break;
	case CAPABILITY_ADD_PATH: add_path_read(in, to); break;
	case CAPABILITY_HOSTNAME: hostname_read(in, to); break;
	case CAPABILITY_AS4:
		if (size != 4)
			break;
		to->four_byte_as = true;
		to->as = wire_load_u32(in.at);
		break;
	default: break;
	}
}

/* RFC 9234 §4.2: the same one twice is once. */
static void
role_read(struct wire_in in, struct bgp_capabilities *to)
{
	if (wire_left(&in) != 1)
		return;
	to->has_roles |= to->has_role && to->role != in.at[0];
	to->has_role = true;
	to->role = in.at[0];
}

/* RFC 8950 §4: triples of AFI, SAFI and the AFI of next hops. */
static void
next_hop_read(struct wire_in in, struct bgp_capabilities *to)
{
	while (wire_left(&in) >= 6) {
		uint16_t afi = wire_get_u16(&in), safi = wire_get_u16(&in);
		uint16_t by = wire_get_u16(&in);
		if (afi == bgp_family_afi(BGP_IP4) && safi == BGP_SAFI_UNICAST &&
		    by == bgp_family_afi(BGP_IP6))
			to->extended_next_hop = true;
	}
}

/* RFC 4724 §3: the last of several counts. */
static void
restart_read(struct wire_in in, struct bgp_capabilities *to)
{
	if (wire_left(&in) < 2)
		return;
	uint16_t flags = wire_get_u16(&in);
	to->restart = true;
	to->restarted = (flags & RESTART_RESTARTED) != 0;
	to->notifications = (flags & RESTART_NOTIFICATIONS) != 0;
	to->restart_time = flags & RESTART_TIME;
	memset(to->restarts, 0, sizeof(to->restarts));
	while (wire_left(&in) >= 4) {
		enum bgp_family family;
		uint16_t afi = wire_get_u16(&in);
		uint8_t safi = wire_get_u8(&in), bits = wire_get_u8(&in);
		if (bgp_family_find(afi, safi, &family))
			to->restarts[family] = (struct bgp_restart_family){
				.is_there = true,
				.forwarding = (bits & RESTART_FORWARDING) != 0,
			};
	}
}

/* RFC 9494 §4.1 */
static void
long_lived_read(struct wire_in in, struct bgp_capabilities *to)
{
	to->long_lived = true;
	memset(to->stale, 0, sizeof(to->stale));
	while (wire_left(&in) >= 7) {
		enum bgp_family family;
		uint16_t afi = wire_get_u16(&in);
		uint8_t safi = wire_get_u8(&in);
		uint32_t bits = wire_get_u32(&in);
		if (bgp_family_find(afi, safi, &family))
			to->stale[family] = (struct bgp_restart_family){
				.is_there = true,
				.forwarding = (bits >> 24 & RESTART_FORWARDING) != 0,
				.time = bits & 0xffffff,
			};
	}
}

/* RFC 7911 §4: of an unknown mode, the family is passed over. */
static void
add_path_read(struct wire_in in, struct bgp_capabilities *to)
{
	while (wire_left(&in) >= 4) {
		enum bgp_family family;
		uint16_t afi = wire_get_u16(&in);
		uint8_t safi = wire_get_u8(&in), mode = wire_get_u8(&in);
		if (bgp_family_find(afi, safi, &family) && mode >= 1 && mode <= 3)
			to->add_path[family] = mode;
	}
}

static void
hostname_read(struct wire_in in, struct bgp_capabilities *to)
{
	uint8_t host_size = wire_get_u8(&in);
	const uint8_t *host = wire_get_view(&in, host_size);
	uint8_t domain_size = wire_get_u8(&in);
	const uint8_t *domain = wire_get_view(&in, domain_size);
	if (in.bad)
		return;
	to->host = (const char *)host;
	to->host_size = host_size;
	to->domain = (const char *)domain;
	to->domain_size = domain_size;
}

/* ---- writing ---- */

void
bgp_open_write(struct wire_out *out, const struct bgp_open *open)
{
	uint8_t *start = out->at, bytes[BGP_MESSAGE_MAX];
	struct wire_out capabilities = wire_out(bytes, sizeof(bytes));

	bgp_message_begin(out, BGP_OPEN);
	wire_put_u8(out, BGP_VERSION);
	wire_put_u16(out, open->as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)open->as);
	wire_put_u16(out, open->hold);
	wire_put_u32(out, open->id);
	if (open->capabilities.any)
		capabilities_write(&capabilities, &open->capabilities);
	size_t size = wire_used(&capabilities);
	if (size == 0) {
		wire_put_u8(out, 0);
	} else if (size + 2 <= 255) {
		wire_put_u8(out, (uint8_t)(size + 2));
		wire_put_u8(out, PARAMETER_CAPABILITIES);
		wire_put_u8(out, (uint8_t)size);
	} else {
		wire_put_u8(out, 255);
		wire_put_u8(out, PARAMETER_EXTENDED);
		wire_put_u16(out, (uint16_t)(size + 3));
		wire_put_u8(out, PARAMETER_CAPABILITIES);
		wire_put_u16(out, (uint16_t)size);
	}
	wire_put_bytes(out, bytes, size);
	bgp_message_end(out, start);
}

static void
flag_write(struct wire_out *out, enum capability code, bool is_set)
{
	if (!is_set)
		return;
	wire_put_u8(out, (uint8_t)code);
	wire_put_u8(out, 0);
}

static void
family_write(struct wire_out *out, enum bgp_family family)
{
	wire_put_u16(out, bgp_family_afi(family));
	wire_put_u8(out, BGP_SAFI_UNICAST);
}

static void
capabilities_write(struct wire_out *out, const struct bgp_capabilities *from)
{
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++) {
		if (!from->families[family])
			continue;
		wire_put_u16(out, CAPABILITY_FAMILY << 8 | 4);
		wire_put_u16(out, bgp_family_afi(family));
		wire_put_u16(out, BGP_SAFI_UNICAST);
	}
	flag_write(out, CAPABILITY_REFRESH, from->refresh);
	if (from->extended_next_hop) {
		wire_put_u16(out, CAPABILITY_NEXT_HOP << 8 | 6);
		wire_put_u16(out, bgp_family_afi(BGP_IP4));
		wire_put_u16(out, BGP_SAFI_UNICAST);
		wire_put_u16(out, bgp_family_afi(BGP_IP6));
	}
	flag_write(out, CAPABILITY_EXTENDED_MESSAGES, from->extended_messages);
	if (from->has_role) {
		wire_put_u16(out, CAPABILITY_ROLE << 8 | 1);
		wire_put_u8(out, from->role);
	}
	if (from->restart)
		restart_write(out, from);
	if (from->four_byte_as) {
		wire_put_u16(out, CAPABILITY_AS4 << 8 | 4);
		wire_put_u32(out, from->as);
	}
	add_path_write(out, from);
	flag_write(out, CAPABILITY_ENHANCED_REFRESH, from->enhanced_refresh);
	if (from->long_lived)
		long_lived_write(out, from);
	if (from->host_size > 0)
		hostname_write(out, from);
	flag_write(out, CAPABILITY_LINK_LOCAL_NEXT_HOP, from->link_local_next_hop);
}

/* Its length is filled in once it is known. */
static uint8_t *
long_begin(struct wire_out *out, enum capability code)
{
	wire_put_u8(out, (uint8_t)code);
	return wire_put_gap(out, 1);
}

static void
long_end(struct wire_out *out, uint8_t *length)
{
	if (length != NULL && !out->full)
		*length = (uint8_t)(out->at - length - 1);
}

static void
restart_write(struct wire_out *out, const struct bgp_capabilities *from)
{
	uint8_t *length = long_begin(out, CAPABILITY_RESTART);
	wire_put_u16(out, (uint16_t)((from->restarted ? RESTART_RESTARTED : 0) |
				     (from->notifications ? RESTART_NOTIFICATIONS : 0) |
				     MIN(from->restart_time, RESTART_TIME)));
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++) {
		if (!from->restarts[family].is_there)
			continue;
		family_write(out, family);
		wire_put_u8(out,
			    from->restarts[family].forwarding ? RESTART_FORWARDING : 0);
	}
	long_end(out, length);
}

static void
long_lived_write(struct wire_out *out, const struct bgp_capabilities *from)
{
	uint8_t *length = long_begin(out, CAPABILITY_LONG_LIVED);
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++) {
		const struct bgp_restart_family *stale = &from->stale[family];
		if (!stale->is_there)
			continue;
		family_write(out, family);
		wire_put_u32(out, (stale->forwarding ? (uint32_t)RESTART_FORWARDING << 24
						     : 0) |
					  MIN(stale->time, 0xffffffu));
	}
	long_end(out, length);
}

static void
add_path_write(struct wire_out *out, const struct bgp_capabilities *from)
{
	if (!from->add_path[BGP_IP4] && !from->add_path[BGP_IP6])
		return;
	uint8_t *length = long_begin(out, CAPABILITY_ADD_PATH);
	for (enum bgp_family family = BGP_IP4; family < BGP_FAMILIES; family++) {
		if (!from->add_path[family])
			continue;
		family_write(out, family);
		wire_put_u8(out, from->add_path[family]);
	}
	long_end(out, length);
}

static void
hostname_write(struct wire_out *out, const struct bgp_capabilities *from)
{
	uint8_t host_size = MIN(from->host_size, 64),
		domain_size = MIN(from->domain_size, 64);
	uint8_t *length = long_begin(out, CAPABILITY_HOSTNAME);
	wire_put_u8(out, host_size);
	wire_put_bytes(out, from->host, host_size);
	wire_put_u8(out, domain_size);
	wire_put_bytes(out, from->domain, domain_size);
	long_end(out, length);
}
