#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Generated expressions, functions among them, to the `eval` of the BIRD that is installed and to ours: the same text or
# the same kind of error, but for what the file `differences` lists with its reason. Another seed each week; SEED=N and
# COUNT=N choose, BIRD=path asks another BIRD (METHODS=0.5 for a new one: x.add(y) is as common as add(x, y) then).
# quick
# timeout: 900
set -u
: "${BIRD=$(command -v bird)}"
[ -n "$BIRD" ] || {
	echo "BIRD is not installed"
	exit 77
}
case $QUICK in
yes) count=3000 functions=60 ;;
*) count=25000 functions=200 ;;
esac
exec python3 "$SRC/test/filter/differential.py" --bird "$BIRD" --seed "${SEED-$(date +%G%V)}" \
	--count "${COUNT-$count}" --functions "$functions" --methods "${METHODS-0.01}"
