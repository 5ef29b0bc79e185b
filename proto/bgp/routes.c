/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routes of a session: who does what when it comes and goes.
 */
#include "proto/bgp/routes.h"

void
bgp_routes_start(struct bgp *bgp)
{
	(void)bgp;
}

void
bgp_routes_up(struct bgp *bgp)
{
	(void)bgp;
}

void
bgp_routes_down(struct bgp *bgp, bool keeps)
{
	(void)bgp;
	(void)keeps;
}

void
bgp_routes_update(struct bgp *bgp, const uint8_t *body, size_t size)
{
	(void)bgp;
	(void)body;
	(void)size;
}

void
bgp_routes_refresh(struct bgp *bgp, enum bgp_family family, enum bgp_refresh kind)
{
	(void)bgp;
	(void)family;
	(void)kind;
}

void
bgp_routes_write(struct bgp *bgp)
{
	(void)bgp;
}
