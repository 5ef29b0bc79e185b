#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The protocol that doc/hacking.md writes: its text is built against the installed headers, outside the tree, and the daemon
# loads it; routes go from it and to it.
set -u
into=$(mktemp -d)
daemon=
trap 'kill $daemon 2> /dev/null; wait; rm -rf "$into"' EXIT
fail() {
	echo "$*"
	cat "$into"/log 2> /dev/null
	exit 1
}

make -s --no-print-directory -C "$BUILD" install DESTDIR="$into/root" > "$into/install.log" 2>&1 || fail "cannot install"
prefix=$(sed -n 's/^prefix = //p' "$BUILD/Makefile")
flags=$(PKG_CONFIG_SYSROOT_DIR=$into/root PKG_CONFIG_PATH=$into/root$prefix/lib/pkgconfig pkg-config --cflags meshd)
cc=$(sed -n 's/^CC = //p' "$BUILD/Makefile")
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$SRC/doc/hacking.md" > "$into/blink.c"
[ "$(wc -l < "$into/blink.c")" -le 120 ] || fail "the text says 100 lines"
# shellcheck disable=SC2086
$cc -std=c11 -Wall -Wextra -Wmissing-prototypes -Werror -shared -fPIC $flags -o "$into/blink.so" "$into/blink.c" ||
	fail "the text does not compile"

cat > "$into/conf" << TEXT
router id 1.1.1.1;
load "$into/blink.so";
protocol device { }
protocol static { ipv4; route 10.1.0.0/16 blackhole; }
protocol blink {
	prefix 10.99.0.0/16;
	period 200 ms;
	ipv4 { import all; export all; };
}
TEXT
"$BUILD/daemon/meshd" -f -c "$into/conf" -s "$into/ctl" > "$into/log" 2>&1 &
daemon=$!
meshc() { "$BUILD/client/meshc" -s "$into/ctl" "$@"; }
until_seen() { # pattern command...
	local pattern=$1 tries=0
	shift
	until meshc "$@" 2> /dev/null | grep -q "$pattern"; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "\`$*' never showed $pattern: $(meshc "$@" 2>&1)"
		sleep 0.05
	done
}
until_seen '^blink1 .* up ' show protocols
until_seen '10\.99\.0\.0/16.*blink1' show route
until_seen 'Heard: *[1-9]' show protocols all blink1
tries=0
while meshc show route 10.99.0.0/16 > /dev/null 2>&1; do # it is taken back again
	tries=$((tries + 1))
	[ $tries -lt 200 ] || fail "the route stays"
	sleep 0.02
done
grep -q 'another version' "$into/log" && fail "the version was complained about"

sed 's/INTERFACE_VERSION/"0000"/' "$into/blink.c" > "$into/other.c"
# shellcheck disable=SC2086
$cc -std=c11 -shared -fPIC $flags -o "$into/other.so" "$into/other.c" || fail "cannot build the other one"
echo "load \"$into/other.so\";" > "$into/other.conf"
"$BUILD/daemon/meshd" -p -c "$into/other.conf" > "$into/other.log" 2>&1 && fail "a module for another version was loaded"
grep -q 'another version' "$into/other.log" || fail "no plain error: $(cat "$into/other.log")"
