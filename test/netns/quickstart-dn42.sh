#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `quickstart dn42` shows what it promises and leaves nothing behind; its network is drawn in doc/examples/dn42/demo.
# quick
set -u
ip link add probe0 type veth peer name probe1 2> /dev/null || { echo "this kernel has no veth"; exit 77; }
ip link del probe0
for program in ping bird; do
	command -v $program > /dev/null || { echo "there is no $program"; exit 77; }
done
here=$(mktemp -d /tmp/quickstart.XXXXXX) || exit 1
mkdir "$here/build" && ln -s "$BUILD/client" "$BUILD/daemon" "$here/build"
state=$here/build/quickstart said=$here/said
number=0 failed=0
trap 'BUILD=$here/build "$SRC/quickstart" dn42 --stop > /dev/null; rm -rf "$here"' EXIT
export BUILD=$here/build

check() { # what command...
	local what=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $what"
	else
		failed=1
		echo "not ok $number - $what"
		sed 's/^/# /' "$said"
	fi
}
quickstart() { "$SRC/quickstart" dn42 "$@" > "$said" 2>&1; }
says() { grep -qe "$1" "$said"; }
gone() { ! pgrep 'meshd|bird' > /dev/null && [ ! -e "$state" ] && [ -z "$(ls /run/netns 2> /dev/null)" ]; }

check "it runs to its end" quickstart
check "IPv4 goes by a link-local next hop" says '172.20.2.0/27 *fe80::1002 tunnel'
check "so does IPv6" says 'fd42:1002::/48 *fe80::1002 tunnel'
check "a route of the wrong origin is refused, with the reason" says 'roa: 172.20.66.0/24 of AS 4242421002'
check "packets go from end to end" says '3 packets transmitted, 3 received'
check "nothing is left" gone
check "--stay ends well" quickstart --stay
check "and says how to look around" says '--enter meshd'
check "both daemons are there" eval 'pgrep meshd > /dev/null && pgrep bird > /dev/null'
check "--stop ends it" quickstart --stop
check "nothing is left" gone
echo "1..$number"
exit $failed
