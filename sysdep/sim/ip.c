/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a machine sends packets of its own: by which interface, from which address.
 */
#include "sysdep/sim/world.h"
#include <errno.h>

int
sim_ip_out(const struct sim_node *node, uint32_t index, struct addr to,
	   struct sim_interface **out, struct addr *next)
{
	struct sim_hop hop;

	*next = to;
	*out = index ? sim_interface_at(node, index) : NULL;
	if (index && !*out)
		return -ENODEV;
	if (!*out) {
		if (addr_is_multicast(to) || addr_is_link_local(to))
			return -EINVAL;
		sim_forward(node, to, addr_any, sim_dest_match(node->world, to), 0, &hop);
		if (hop.verdict == SIM_LOCAL)
			hop.interface = sim_interface_at(node, 1);
		else if (hop.verdict == SIM_VIA)
			*next = hop.gateway;
		else if (hop.verdict != SIM_ON_LINK)
			return hop.verdict == SIM_BLACKHOLE ? -EINVAL : -ENETUNREACH;
		*out = hop.interface;
	}
	return (*out)->info.flags & SYS_IF_UP ? 0 : -ENETDOWN;
}

int
sim_ip_source(const struct sim_node *node, const struct sim_interface *out,
	      struct addr to, struct addr *source)
{
	bool ip4 = addr_is_ip4(to);
	bool local = addr_is_link_local(to) || addr_is_multicast(to);

	if (!addr_is_any(*source))
		return sim_node_owns(node, *source) ? 0 : -EINVAL;
	bool found = false;
	list_each(address, &out->addresses, struct sim_address, link) {
		const struct sys_address *info = &address->info;
		if (addr_is_ip4(info->addr) != ip4 || info->flags & SYS_ADDRESS_TENTATIVE)
			continue;
		if (!ip4 && addr_is_link_local(info->addr) != local)
			continue;
		/* Rather the one whose network it is. */
		if (!found || prefix_has_addr(&info->prefix, to))
			*source = info->addr;
		found = true;
	}
	if (found)
		return 0;
	list_each(interface, &node->kernel.interfaces, struct sim_interface, link) {
		list_each(address, &interface->addresses, struct sim_address, link) {
			struct addr addr = address->info.addr;
			if (local || addr_is_ip4(addr) != ip4 ||
			    addr_is_link_local(addr) || addr_is_loopback(addr))
				continue;
			*source = addr;
			return 0;
		}
	}
	return -EADDRNOTAVAIL;
}

void
sim_ip_send(struct sim_interface *out, struct addr next, struct sim_packet *packet)
{
	if (addr_is_multicast(packet->to)) {
		sim_segment_send(out, NULL, packet);
		return;
	}
	if (sim_node_owns(out->node, packet->to)) {
		sim_segment_loop(out, packet);
		return;
	}
	sim_segment_send_via(out, next, packet);
}
