/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routers of an AS, in their order, and what they are to us.
 */
#include "proto/bgp/ibgp_member.h"

#include <string.h>

#include "lib/hash.h"
#include "lib/mem.h"

/* The hash spreads the work; the address decides between equal ones. */
static int
compare(const struct ibgp_member *member, uint64_t order, struct addr addr)
{
	if (member->order != order)
		return member->order < order ? -1 : 1;
	return memcmp(member->addr.bytes, addr.bytes, sizeof(addr.bytes));
}

static uint64_t
order_of(struct addr addr)
{
	return hash_bytes64(addr.bytes, sizeof(addr.bytes), 0);
}

/* The first that is not before it. */
static uint32_t
place_of(const struct ibgp_members *members, uint64_t order, struct addr addr)
{
	uint32_t low = 0, high = members->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (compare(&members->list[middle], order, addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct ibgp_member *
ibgp_member_find(const struct ibgp_members *members, struct addr addr)
{
	uint32_t place = place_of(members, order_of(addr), addr);
	return place < members->count && addr_equal(members->list[place].addr, addr)
		       ? &members->list[place]
		       : NULL;
}

struct ibgp_member *
ibgp_member_add(struct ibgp_members *members, struct addr addr)
{
	uint64_t order = order_of(addr);
	uint32_t place = place_of(members, order, addr);
	struct ibgp_member *member = ibgp_member_find(members, addr);
	if (member != NULL)
		return member;
	if (members->count == members->room) {
		members->room = MAX(16, 2 * members->room);
		members->list = mem_resize(members->list, members->room,
					   sizeof(members->list[0]));
	}
	member = &members->list[place];
	memmove(member + 1, member, (members->count - place) * sizeof(*member));
	members->count++;
	*member = (struct ibgp_member){ .addr = addr, .order = order };
	return member;
}

void
ibgp_member_remove(struct ibgp_members *members, struct ibgp_member *member)
{
	size_t behind = (size_t)(&members->list[members->count] - member) - 1;
	memmove(member, member + 1, behind * sizeof(*member));
	members->count--;
}

void
ibgp_members_free(struct ibgp_members *members)
{
	mem_free(members->list);
	*members = (struct ibgp_members){ .list = NULL };
}

uint32_t
ibgp_members_there(const struct ibgp_members *members)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < members->count; i++)
		count += members->list[i].is_there;
	return count;
}

/* ---- who is what ---- */

unsigned
ibgp_reflectors(const struct ibgp_members *members,
		struct ibgp_member *reflectors[static IBGP_REFLECTORS])
{
	unsigned found = 0;
	if (ibgp_members_there(members) <= IBGP_MESH_MAX)
		return 0;
	for (uint32_t i = 0; i < members->count && found < IBGP_REFLECTORS; i++) {
		struct ibgp_member *member = &members->list[i];
		if (member->is_there && !member->is_silent)
			reflectors[found++] = member;
	}
	return found;
}

/* Who is silent and would reflect if it were not is called on all the same. */
void
ibgp_members_relate(struct ibgp_members *members)
{
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	unsigned found = ibgp_reflectors(members, reflectors);
	bool reflects = false;
	const struct ibgp_member *last = NULL;
	for (unsigned i = 0; i < found; i++)
		reflects |= reflectors[i]->is_own;
	if (found == IBGP_REFLECTORS)
		last = reflectors[IBGP_REFLECTORS - 1];
	for (uint32_t i = 0; i < members->count; i++) {
		struct ibgp_member *member = &members->list[i];
		bool is_called = last == NULL || member <= last;
		member->relation = reflects    ? IBGP_CLIENT
				   : is_called ? IBGP_PEER
					       : IBGP_STRANGER;
	}
	for (unsigned i = 0; i < found; i++)
		reflectors[i]->relation = IBGP_PEER;
	for (uint32_t i = 0; i < members->count; i++)
		if (!members->list[i].is_there || members->list[i].is_own)
			members->list[i].relation = IBGP_STRANGER;
}

struct addr
ibgp_address(const struct prefix *loopbacks, const char *hostname, uint32_t router_id)
{
	struct addr addr = loopbacks->addr;
	uint64_t low = hash_bytes64(hostname, strlen(hostname), router_id);
	uint64_t high = hash_mix(low + 1);
	for (unsigned bit = loopbacks->length; bit < 128; bit++) {
		uint64_t half = bit < 64 ? high : low;
		if ((half >> (63 - bit % 64) & 1) != 0)
			addr.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	return addr;
}
