/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulator's random numbers: splitmix64 for seeding, xoshiro256** for drawing.
 */
#include "sysdep/sim/random.h"

static uint64_t splitmix(uint64_t *state);
static uint64_t rotate(uint64_t value, unsigned by);

void
sim_random_init(struct sim_random *random, uint64_t seed, uint64_t stream)
{
	uint64_t mixer = seed;
	uint64_t start = splitmix(&mixer);

	mixer = start ^ (stream * 0xd1342543de82ef95ULL);
	for (unsigned i = 0; i < 4; i++)
		random->state[i] = splitmix(&mixer);
}

uint64_t
sim_random_u64(struct sim_random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate(s[3], 45);
	return result;
}

uint32_t
sim_random_below(struct sim_random *random, uint32_t bound)
{
	uint64_t high = sim_random_u64(random) >> 32;

	return (uint32_t)((high * bound) >> 32);
}

bool
sim_random_chance(struct sim_random *random, uint32_t ppm)
{
	if (ppm == 0 || ppm >= SIM_PPM)
		return ppm != 0;
	return sim_random_below(random, SIM_PPM) < ppm;
}

static uint64_t
splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t
rotate(uint64_t value, unsigned by)
{
	return (value << by) | (value >> (64 - by));
}
