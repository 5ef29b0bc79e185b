/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Masquerading, as home routers do it: IPv4 packets that are forwarded out of an
 * interface get its address and a port of their own as source, and what comes back to
 * that port goes inside.  One mapping serves all destinations (RFC 4787 §4.1,
 * "endpoint-independent"); idle ones are forgotten.
 */
#include "lib/mem.h"
#include "sysdep/sim/world.h"

#define PORT_FIRST 20000 /* Below those that sockets are given. */
#define PORT_COUNT 10000

struct mapping {
	struct list link;
	struct addr inside;
	uint16_t inside_port, port;
	usec_t used;
};

struct sim_nat {
	struct list mappings;
	usec_t idle;   /* How long one lasts without a packet. */
	uint32_t next; /* Port, counted from PORT_FIRST. */
};

static void mapping_free(struct mapping *mapping);
static struct mapping *mapping_make(struct sim_nat *nat, struct addr inside,
				    uint16_t port);
static void expire(struct sim_nat *nat, usec_t now);
static bool outer_address(const struct sim_interface *interface, struct addr *addr);

void
sim_nat(struct sim_interface *interface, usec_t idle)
{
	sim_nat_free(interface);
	if (!idle)
		return;
	interface->nat = mem_zalloc(sizeof(*interface->nat));
	interface->nat->idle = idle;
	list_init(&interface->nat->mappings);
}

void
sim_nat_forget(struct sim_interface *interface)
{
	struct sim_nat *nat = interface->nat;

	if (!nat)
		return;
	list_each_safe(mapping, &nat->mappings, struct mapping, link)
		mapping_free(mapping);
}

void
sim_nat_free(struct sim_interface *interface)
{
	sim_nat_forget(interface);
	mem_free(interface->nat);
	interface->nat = NULL;
}

/* The packet is the caller's alone. */
void
sim_nat_out(struct sim_interface *out, struct sim_packet *packet)
{
	struct sim_nat *nat = out->nat;
	struct addr outer;

	if (!nat || !addr_is_ip4(packet->to) || !outer_address(out, &outer))
		return;
	expire(nat, out->node->world->now);
	struct mapping *mapping = NULL;
	list_each(known, &nat->mappings, struct mapping, link) {
		if (addr_equal(known->inside, packet->source) &&
		    known->inside_port == packet->source_port)
			mapping = known;
	}
	if (!mapping)
		mapping = mapping_make(nat, packet->source, packet->source_port);
	mapping->used = out->node->world->now;
	packet->source = outer;
	packet->source_port = mapping->port;
}

bool
sim_nat_in(struct sim_interface *at, struct sim_packet *packet)
{
	struct sim_nat *nat = at->nat;
	struct addr outer;

	if (!nat || !outer_address(at, &outer) || !addr_equal(outer, packet->to))
		return false;
	expire(nat, at->node->world->now);
	list_each(mapping, &nat->mappings, struct mapping, link) {
		if (mapping->port != packet->port)
			continue;
		mapping->used = at->node->world->now;
		packet->to = mapping->inside;
		packet->port = mapping->inside_port;
		return true;
	}
	return false;
}

static void
mapping_free(struct mapping *mapping)
{
	list_remove(&mapping->link);
	mem_free(mapping);
}

static struct mapping *
mapping_make(struct sim_nat *nat, struct addr inside, uint16_t port)
{
	struct mapping *mapping = mem_zalloc(sizeof(*mapping));

	mapping->inside = inside;
	mapping->inside_port = port;
	mapping->port = (uint16_t)(PORT_FIRST + nat->next++ % PORT_COUNT);
	list_push_back(&nat->mappings, &mapping->link);
	return mapping;
}

static void
expire(struct sim_nat *nat, usec_t now)
{
	list_each_safe(mapping, &nat->mappings, struct mapping, link) {
		if (now - mapping->used > nat->idle)
			mapping_free(mapping);
	}
}

static bool
outer_address(const struct sim_interface *interface, struct addr *addr)
{
	list_each(address, &interface->addresses, struct sim_address, link) {
		if (addr_is_ip4(address->info.addr)) {
			*addr = address->info.addr;
			return true;
		}
	}
	return false;
}
