#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same seed gives the same trace under gcc and under clang. What the other compiler makes is built where
# `test/run --cc` would build it.
# timeout: 1800
set -eu
cd "$SRC"
. test/prepare
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

CC=$(sed -n 's/^CC = //p' "$BUILD/Makefile")
case $CC in *clang*) other=gcc folder=build ;; *) other=clang folder=build-clang ;; esac
command -v $other > /dev/null || { echo "$other is not installed" && exit 77; }
build_ensure $folder all --enable-werror CC=$other || exit 1

# Each quick scenario, and two with a hundred routers.
all() {
	test/sim/hashes "$1/sim/meshsim" 1..5
	test/sim/hashes "$1/sim/meshsim" 1..1 test/sim/storm.scn test/sim/hour.scn
}
all "$BUILD" > "$dir/ours"
all "$folder" > "$dir/theirs"
diff "$dir/ours" "$dir/theirs" || { echo "$CC (<) and $other (>) differ" && exit 1; }
echo "$(wc -l < "$dir/ours") hashes the same under $CC and $other"
[ "$(wc -l < "$dir/ours")" -ge 100 ]
