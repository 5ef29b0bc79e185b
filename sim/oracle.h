/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The oracles: they follow the virtual kernels' tables, not the routers' word.  At each
 * change of a forwarding table: does it close a loop?  On demand: does everything that is
 * originated reach everybody who is connected to it, and is what is gone given up?
 */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "sim/run.h"

struct oracle;

struct oracle *oracle_new(struct run *run);
void oracle_free(struct oracle *oracle);
/* The node is an origin of the prefix (there may be several: anycast). */
void oracle_origin(struct oracle *oracle, struct sim_node *node,
		   const struct prefix *net);
/* No longer. */
void oracle_origin_remove(struct oracle *oracle, struct sim_node *node,
			  const struct prefix *net);
/* The first prefix a node is the origin of; false if there is none. */
bool oracle_origin_of(const struct oracle *oracle, const struct sim_node *node,
		      struct prefix *net);
/* What the world tells. */
void oracle_fib_changed(struct oracle *oracle, struct sim_node *node,
			struct sim_dest *dest);
void oracle_links_changed(struct oracle *oracle);
void oracle_hops_exceeded(struct oracle *oracle, struct sim_node *node,
			  const struct sys_udp_packet *packet);
/* Looks for loops to any known destination from anywhere: fails the run if there is one.
 */
void oracle_loops(struct oracle *oracle);
/* The end of a good run: the last look at everything. */
void oracle_end(struct oracle *oracle);
/* Every connected router forwards to an origin of every prefix, and no router forwards
 * into nothing. Else the first case against it is written to `why`. */
bool oracle_converged(struct oracle *oracle, struct text *why);
/* The way of a packet from `from` to `to`: names, then how it ended; true if it reached
 * an owner or origin. */
bool oracle_path(struct oracle *oracle, const struct sim_node *from,
		 const struct prefix *to, const struct sim_node **nodes, size_t *count,
		 struct text *end);
/* A running router holds a BGP route that has been there before: with its own AS, an own
 * cluster or itself as the originator (RFC 4271 §9.1.2, RFC 4456 §8).  The first one is
 * written to `why`. (echo.c) */
bool oracle_echoes(const struct run *run, struct text *why);
/* Loops seen so far. */
uint64_t oracle_loop_count(const struct oracle *oracle);
/* Changes of forwarding tables so far. */
uint64_t oracle_change_count(const struct oracle *oracle);

#endif
