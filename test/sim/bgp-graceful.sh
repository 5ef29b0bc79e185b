#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Daemons that are killed at random moments and restart gracefully (RFC 4724; test/sim/bgp/graceful.py has the network):
# one after the other without a packet lost, then both at once.
# quick
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for ((seed = 1; seed <= ${SEEDS:-20}; seed++)); do
	python3 "$SRC/test/sim/bgp/graceful.py" "$seed" > "$dir/graceful.scn" || exit 1
	if ! "$BUILD/sim/meshsim" --seed "$seed" "$dir/graceful.scn" > "$dir/out" 2>&1; then
		grep -v '^  line' "$dir/out"
		echo "again: graceful.py $seed > x.scn; meshsim --seed $seed x.scn"
		exit 1
	fi
done
echo "$((seed - 1)) runs"
