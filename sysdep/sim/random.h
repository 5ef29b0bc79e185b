/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulator's random numbers: xoshiro256**, seeded by splitmix64 from the one seed
 * and a stream number.  Every node and every segment draws from a stream of its own, so a
 * draw more in one place changes nothing elsewhere.  Not for secrets.
 */
#ifndef SYSDEP_SIM_RANDOM_H
#define SYSDEP_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct sim_random {
	uint64_t state[4];
};

#define SIM_PPM                                                                 \
	1000000u /* A certainty, in the parts per million chances are given in. \
		  */

/* Equal seed and stream give equal numbers. */
void sim_random_init(struct sim_random *random, uint64_t seed, uint64_t stream);
uint64_t sim_random_u64(struct sim_random *random);
/* 0 … bound - 1; 0 for a bound of 0. */
uint32_t sim_random_below(struct sim_random *random, uint32_t bound);
/* True in `ppm` of a million draws; draws nothing for 0 and for SIM_PPM. */
bool sim_random_chance(struct sim_random *random, uint32_t ppm);

#endif
