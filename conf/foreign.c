/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocols of BIRD that are not ours.
 */
#include "conf/foreign.h"

#include <stddef.h>
#include <string.h>

const struct foreign_protocol foreign_protocols[] = {
	{ "ospf", "babel does this job" },
	{ "rip", "babel does this job" },
	{ "radv", "radvd, dnsmasq or systemd-networkd announce prefixes to hosts" },
	{ "aggregator", "a static route announces the sum of many" },
	{ "bmp", "`meshc --json show route` tells what BMP would" },
	{ "l3vpn", "tables of their own and pipes keep networks apart" },
	{ "evpn", "the kernel's VXLAN devices join bridges" },
	{ "bridge", "the kernel's bridges learn by themselves" },
	{ "perf", "`make bench` measures" },
	{ "snmp", "`meshc --json` gives what programs read" },
	/* Ours, where a build was made without them. */
	{ "bgp", "this build was made without its module" },
	{ "rpki", "this build was made without its module" },
	{ "bfd", "this build was made without its module" },
	{ "mrt", "this build was made without its module" },
	{ NULL, NULL },
};

const struct foreign_protocol *
foreign_find(const char *name)
{
	for (const struct foreign_protocol *at = foreign_protocols; at->name; at++)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}
