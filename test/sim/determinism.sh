#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same seed gives the same trace: in two runs (with address space randomisation), and under every compiler there is
# a current build of.
# quick
set -eu
: "${SRC:=$(cd "$(dirname "$0")/../.." && pwd)}" "${BUILD:=$SRC/build}"

hashes() { # build seed
	"$1/sim/meshsim" --seed "$2" --json "$SRC/test/sim/weather.scn" | sed -n 's/.*"hash": "\([0-9a-f]*\)".*/\1/p'
}

# An old build may be of other sources.
is_current() { # program
	local newer
	newer=$(cd "$SRC" && find lib sysdep nest filter conf proto transport sim -name '*.[chly]' -newer "$1" -print -quit)
	[ -z "$newer" ]
}

for seed in 1 2; do
	first=$(hashes "$BUILD" $seed)
	second=$(hashes "$BUILD" $seed)
	if [ -z "$first" ] || [ "$first" != "$second" ]; then
		echo "seed $seed: two runs gave $first and $second"
		exit 1
	fi
	for other in "$SRC"/build*/sim/meshsim; do
		[ -x "$other" ] || continue
		dir=${other%/sim/meshsim}
		[ "$dir" -ef "$BUILD" ] && continue
		is_current "$other" || continue
		third=$(hashes "$dir" $seed)
		if [ "$first" != "$third" ]; then
			echo "seed $seed: $BUILD gave $first, $dir gave $third"
			exit 1
		fi
	done
	echo "seed $seed: $first"
done
