#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A reload that is refused, or that changes nothing, leaves the router as it was, packet for packet: the trace of the
# whole network is the same as if nobody had asked. A change that is real must show, or this proves nothing.
# quick
set -eu
: "${SRC:=$(cd "$(dirname "$0")/../.." && pwd)}" "${BUILD:=$SRC/build}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

hash_with() { # NAME STATEMENT
	{
		sed -n '/^template/,/^}/p' "$SRC/test/sim/line.scn"
		echo 'addresses ip4 on'
		echo 'topology ring 5 template babel'
		echo 'expect converged within 10s'
		echo 'wait 7s'
		echo "$2"
		echo 'wait 20s'
		echo 'cut r1 r2'
		echo 'expect converged within 10s'
		echo 'wait 20s'
	} > "$dir/$1.scn"
	"$BUILD/sim/meshsim" --json "$dir/$1.scn" > "$dir/$1.json" || {
		cat "$dir/$1.json" >&2
		return 1
	}
	sed -n 's/.*"hash": "\([0-9a-f]*\)".*/\1/p' "$dir/$1.json"
}

never=$(hash_with never '')
refused=$(hash_with refused 'configure r3 refused { protocol babel { hello interval 1 s; }; define }')
same=$(hash_with same 'configure r3')
changed=$(hash_with changed 'restart r3')
echo "never $never, refused $refused, same $same, changed $changed"
[ -n "$never" ] && [ "$refused" = "$never" ] && [ "$same" = "$never" ] && [ "$changed" != "$never" ]
