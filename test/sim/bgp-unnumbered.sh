#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# BGP in networks whose routers are found by each other (test/sim/bgp/unnumbered.py): churn, killed daemons, interfaces that
# are renamed, taken down, left out, given other addresses.
# quick
set -u
scenario=$(mktemp)
trap 'rm -f "$scenario" "$scenario.out"' EXIT
for ((seed = 1; seed <= ${SEEDS:-15}; seed++)); do
	python3 "$SRC/test/sim/bgp/unnumbered.py" 12 "$seed" > "$scenario" || exit 1
	"$BUILD/sim/meshsim" --seed "$seed" "$scenario" > "$scenario.out" 2>&1 && continue
	grep -v '^  line' "$scenario.out"
	echo "again: unnumbered.py 12 $seed > x.scn; meshsim --seed $seed x.scn"
	exit 1
done
echo "$((seed - 1)) runs"
