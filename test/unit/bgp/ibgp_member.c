/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who of the routers of an AS reflects, and who has a session with whom.
 */
#include "proto/bgp/ibgp_member.h"

#include "test/unit/unit.h"

#define ROUTERS 30

static struct addr
loopback(uint64_t number)
{
	return addr_from_u64(0xfd99ULL << 48, number);
}

/* As router `own` of so many sees it; heard of in another order by each. */
static struct ibgp_members
seen_by(uint64_t own, uint64_t count)
{
	struct ibgp_members members = { .count = 0 };
	for (uint64_t i = 0; i < count; i++) {
		uint64_t number = (i * 7 + own) % count;
		struct ibgp_member *member = ibgp_member_add(&members, loopback(number));
		member->is_there = true;
		member->is_own = number == own;
	}
	ibgp_members_relate(&members);
	return members;
}

static enum ibgp_relation
relation(const struct ibgp_members *members, uint64_t number)
{
	return ibgp_member_find(members, loopback(number))->relation;
}

START_TEST(up_to_twelve_all_are_peers)
{
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	struct ibgp_members members = seen_by(0, IBGP_MESH_MAX);
	ck_assert_uint_eq(ibgp_reflectors(&members, reflectors), 0);
	for (uint64_t i = 1; i < IBGP_MESH_MAX; i++)
		ck_assert_int_eq(relation(&members, i), IBGP_PEER);
	ck_assert_int_eq(relation(&members, 0), IBGP_STRANGER);
	ibgp_members_free(&members);
	members = seen_by(0, IBGP_MESH_MAX + 1);
	ck_assert_uint_eq(ibgp_reflectors(&members, reflectors), IBGP_REFLECTORS);
	ibgp_members_free(&members);
}
END_TEST

START_TEST(who_is_not_there_does_not_count)
{
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	struct ibgp_members members = seen_by(0, IBGP_MESH_MAX + 1);
	ibgp_member_find(&members, loopback(5))->is_there = false;
	ibgp_members_relate(&members);
	ck_assert_uint_eq(ibgp_reflectors(&members, reflectors), 0);
	ck_assert_int_eq(relation(&members, 5), IBGP_STRANGER);
	ck_assert_int_eq(relation(&members, 6), IBGP_PEER);
	ibgp_members_free(&members);
}
END_TEST

/* Whatever the order in which a router heard of the others. */
START_TEST(all_elect_the_same_two)
{
	struct ibgp_member *first[IBGP_REFLECTORS], *now[IBGP_REFLECTORS];
	struct ibgp_members one = seen_by(0, ROUTERS);
	ck_assert_uint_eq(ibgp_reflectors(&one, first), IBGP_REFLECTORS);
	ck_assert(!addr_equal(first[0]->addr, first[1]->addr));
	for (uint64_t own = 1; own < ROUTERS; own++) {
		struct ibgp_members other = seen_by(own, ROUTERS);
		ibgp_reflectors(&other, now);
		for (unsigned i = 0; i < IBGP_REFLECTORS; i++)
			ck_assert(addr_equal(first[i]->addr, now[i]->addr));
		ibgp_members_free(&other);
	}
	ibgp_members_free(&one);
}
END_TEST

/* Both ends agree on whether there is a session, and each has one with both reflectors.
 */
START_TEST(clients_have_sessions_with_reflectors_alone)
{
	struct ibgp_members views[ROUTERS];
	size_t peers = 0, clients = 0;
	for (uint64_t own = 0; own < ROUTERS; own++)
		views[own] = seen_by(own, ROUTERS);
	for (uint64_t a = 0; a < ROUTERS; a++)
		for (uint64_t b = 0; b < ROUTERS; b++) {
			enum ibgp_relation one = relation(&views[a], b);
			enum ibgp_relation other = relation(&views[b], a);
			ck_assert_int_eq(one == IBGP_STRANGER, other == IBGP_STRANGER);
			ck_assert(one != IBGP_CLIENT || other == IBGP_PEER);
			peers += one == IBGP_PEER;
			clients += one == IBGP_CLIENT;
		}
	ck_assert_uint_eq(clients, 2 * (ROUTERS - 2));
	ck_assert_uint_eq(peers, 2 * (ROUTERS - 2) + 2);
	for (uint64_t own = 0; own < ROUTERS; own++)
		ibgp_members_free(&views[own]);
}
END_TEST

/* The next one does; who is silent is called all the same, should it have its password
 * again. */
START_TEST(who_is_silent_does_not_reflect)
{
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	struct ibgp_members members = { .count = 0 };
	for (uint64_t i = 0; i < ROUTERS; i++)
		ibgp_member_add(&members, loopback(i))->is_there = true;
	members.list[0].is_silent = members.list[2].is_silent = true;
	members.list[20].is_own = true;
	ibgp_members_relate(&members);
	ck_assert_uint_eq(ibgp_reflectors(&members, reflectors), IBGP_REFLECTORS);
	ck_assert_ptr_eq(reflectors[0], &members.list[1]);
	ck_assert_ptr_eq(reflectors[1], &members.list[3]);
	for (unsigned i = 0; i < ROUTERS; i++)
		ck_assert_int_eq(members.list[i].relation,
				 i <= 3 ? IBGP_PEER : IBGP_STRANGER);
	members.list[20].is_own = false;
	members.list[3].is_own = true;
	ibgp_members_relate(&members);
	ck_assert_int_eq(members.list[1].relation, IBGP_PEER);
	ck_assert_int_eq(members.list[0].relation, IBGP_CLIENT);
	ck_assert_int_eq(members.list[20].relation, IBGP_CLIENT);
	ibgp_members_free(&members);
}
END_TEST

START_TEST(without_two_that_speak_all_are_called)
{
	struct ibgp_member *reflectors[IBGP_REFLECTORS];
	struct ibgp_members members = seen_by(0, ROUTERS);
	for (uint32_t i = 0; i < members.count; i++)
		members.list[i].is_silent = !members.list[i].is_own;
	ibgp_members_relate(&members);
	ck_assert_uint_eq(ibgp_reflectors(&members, reflectors), 1);
	for (uint64_t i = 1; i < ROUTERS; i++)
		ck_assert_int_ne(relation(&members, i), IBGP_STRANGER);
	ibgp_members_free(&members);
}
END_TEST

START_TEST(members_are_found_added_and_removed)
{
	struct ibgp_members members = seen_by(3, ROUTERS);
	ck_assert_uint_eq(members.count, ROUTERS);
	ck_assert_uint_eq(ibgp_members_there(&members), ROUTERS);
	for (uint64_t i = 0; i < ROUTERS; i++)
		ck_assert(addr_equal(ibgp_member_find(&members, loopback(i))->addr,
				     loopback(i)));
	for (uint64_t i = 0; i < ROUTERS; i += 2)
		ibgp_member_remove(&members, ibgp_member_find(&members, loopback(i)));
	ck_assert_uint_eq(members.count, ROUTERS / 2);
	ck_assert_ptr_null(ibgp_member_find(&members, loopback(0)));
	ck_assert_ptr_nonnull(ibgp_member_find(&members, loopback(1)));
	ck_assert_ptr_eq(ibgp_member_add(&members, loopback(1)),
			 ibgp_member_find(&members, loopback(1)));
	ibgp_members_free(&members);
}
END_TEST

START_TEST(an_address_is_of_the_prefix)
{
	struct prefix net = { .type = NET_IP6, .length = 61 };
	net.addr = addr_from_u64(0xfd99ULL << 48, 0);
	struct addr one = ibgp_address(&net, "one", 1);
	ck_assert(prefix_has_addr(&net, one));
	ck_assert(addr_equal(one, ibgp_address(&net, "one", 1)));
	ck_assert(!addr_equal(one, ibgp_address(&net, "two", 1)));
	ck_assert(!addr_equal(one, ibgp_address(&net, "one", 2)));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		up_to_twelve_all_are_peers,
		who_is_not_there_does_not_count,
		all_elect_the_same_two,
		clients_have_sessions_with_reflectors_alone,
		who_is_silent_does_not_reflect,
		without_two_that_speak_all_are_called,
		members_are_found_added_and_removed,
		an_address_is_of_the_prefix,
	};
	return unit_run("bgp/ibgp_member", tests, ARRAY_SIZE(tests), NULL, 0);
}
