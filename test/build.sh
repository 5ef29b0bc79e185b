#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The other ways to build: modules as shared objects (each shows one symbol and asks for nothing that meshd doesn't
# export), and choices of modules, one of them for small boards, which must be small. `make check` leaves it out.
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
CC=$(sed -n 's/^CC = //p' "$BUILD/Makefile")
modules=$(sed -n 's/^m4_define(\[MESHD_MODULES\], \[\(.*\)\])$/\1/p' "$SRC/configure.ac")
count=0 bad=0

result() { # status title
	count=$((count + 1))
	[ "$1" = 0 ] && echo "ok $count - $2" && return
	echo "not ok $count - $2"
	bad=1
}
build() { # configure arguments
	cd "$dir" && "$SRC/configure" -q --enable-werror "CC=$CC" "CFLAGS=${flags--O1}" "$@" > log 2>&1 && make -s -j"$(nproc)" >> log 2>&1 &&
		return
	tail -n 20 log | sed 's/^/# /'
	return 1
}

build --enable-shared-modules "--prefix=$dir/root"
result $? "modules as shared objects build"
make -s -C "$dir" install > "$dir/log" 2>&1
cat > "$dir/load.conf" << 'TEXT'
load "device";
load "static";
router id 1.1.1.1;
protocol device { }
protocol static { ipv4; route 10.0.0.0/8 blackhole; }
TEXT
"$dir/root/sbin/meshd" -p -c "$dir/load.conf" >> "$dir/log" 2>&1
result $? "installed modules are loaded by name"
sed -i '/load "static"/d' "$dir/load.conf"
! "$dir/root/sbin/meshd" -p -c "$dir/load.conf" > "$dir/log" 2>&1 && grep -q 'no protocol .static.' "$dir/log" &&
	grep -q '^ *.load "static";. brings it in$' "$dir/log"
result $? "what is not loaded is not available, and it is said how it is loaded"
sed -i 's/protocol static/protocol statik/' "$dir/load.conf"
! "$dir/root/sbin/meshd" -p -c "$dir/load.conf" > "$dir/log" 2>&1 && grep -q '^ *did you mean .static.?$' "$dir/log"
result $? "nor is what is misspelt"
for module in $modules; do
	so=$(find "$dir/proto" "$dir/transport" -name "$module.so" 2> /dev/null)
	[ -n "$so" ] && [ "$(nm -D -g --defined-only "$so" | awk '{ print $NF }')" = meshd_module ]
	result $? "$module.so shows meshd_module and nothing else"
	unmet=
	if [ -n "$so" ] && [ -f "$dir/exports.list" ]; then
		for name in $(nm -D -u "$so" | awk '$1 == "U" { print $2 }' | grep -v '@'); do
			grep -q "^	$name;$" "$dir/exports.list" || unmet="$unmet $name"
		done
	fi
	[ -z "$unmet" ]
	result $? "$module.so takes from meshd only what it exports$unmet"
done
rm -rf "${dir:?}"/*

first=${modules%% *}
build "--with-modules=$first" && grep -q "${first}_module" "$dir/modules.c" &&
	[ "$(grep -c '^extern' "$dir/modules.c")" = 1 ]
result $? "--with-modules=$first builds with that module alone"
rm -rf "${dir:?}"/*

small="babel device direct kernel pipe plain static"
flags=-g build "--with-modules=$small" && strip "$dir/daemon/meshd" &&
	size=$(stat -c %s "$dir/daemon/meshd") && [ "$size" -le 700000 ]
result $? "a daemon for small boards ($small) has at most 700 kB: ${size-none} B"
! "$SRC/configure" -q --with-modules=nonsense > "$dir/log" 2>&1 && grep -q 'no module called nonsense' "$dir/log"
result $? "an unknown module is refused by name"
echo "1..$count"
exit $bad
