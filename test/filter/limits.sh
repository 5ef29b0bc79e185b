#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Filter code beyond all measure: each is read, or refused by a limit that names itself; nothing crashes or hangs.
# quick
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
count=0 failed=0

times() { # text, number
	printf "%.0s$1" $(seq "$2")
}

expect() { # what, what is said (empty: it is right), code
	count=$((count + 1))
	printf 'router id 192.0.2.1;\n%s\n' "$3" > "$dir/conf"
	timeout 60 "$BUILD/daemon/meshd" -p -c "$dir/conf" > "$dir/said" 2>&1
	status=$?
	if [ -z "$2" ] && [ $status = 0 ] || { [ -n "$2" ] && [ $status = 1 ] && grep -q "error: .*$2" "$dir/said"; }; then
		echo "ok $count - $1"
	else
		failed=1
		echo "not ok $count - $1"
		cut -c1-200 "$dir/said" | sed 's/^/# /' | head -5
	fi
}

deep=10000
expect "parentheses" "nested more than 1000 deep" "define X = $(times '(' $deep)1$(times ')' $deep);"
expect "negations" "nested too deep: more than" "define X = $(times '!' $deep)true;"
expect "blocks" "nested more than 1000 deep" "filter f { $(times '{' $deep)$(times '}' $deep) accept; }"
expect "conditions" "nested too deep: more than" "filter f { $(times 'if true then ' $deep)accept; reject; }"
expect "alternatives" "nested too deep: more than" "filter f { $(times 'if net.len = 1 then reject; else ' $deep)accept; }"
expect "calls in calls" "nested more than 1000 deep" \
	"function g(int a) { return a; } filter f { int x = $(times 'g(' $deep)1$(times ')' $deep); accept; }"
expect "methods of methods" "nested more than 500 levels deep" \
	"filter f { ip x = 10.0.0.1; x = x$(times '.mask(8)' $deep); accept; }"
expect "cases in cases" "nested more than 1000 deep" \
	"filter f { $(times 'case net.len { 1: ' $deep)accept;$(times '}' $deep) reject; }"
expect "loops in loops" "nested too deep: more than" "filter f { $(times 'for int i in +empty+ do ' $deep)accept; reject; }"
expect "a long chain is not deep" "" "filter f { if $(times 'net.len > 5 && ' $deep)true then accept; reject; }"
expect "recursion without end" "more than 1000 calls deep" \
	"function g(int a) -> int { return g(a + 1); } define X = g(1);"
expect "a loop that takes too long" "takes too long: more than 1000000 steps" \
	"function p(int n) -> bgppath { bgppath x; if n > 0 then { x = p(n - 1); x.prepend(n); } return x; }
	function g() -> int { int n = 0; for int a in p(200) do for int b in p(200) do for int c in p(200) do n = n + 1; return n; }
	define X = g();"
expect "memory without end" "takes too much memory" \
	"function g(string s; int n) -> string { if n = 0 then return s; return g(s ++ s, n - 1); } define X = g(\"0123456789\", 40);"
expect "a set of a million numbers" "" "define X = [0$(seq -f ', %.0f' 3 3 2999997 | tr -d '\n')];"
expect "a set of a million prefixes" "" "define X = [10.0.0.0/24$(seq 1 999999 | awk '{
	printf ", %d.%d.%d.0/24", 20 + $1 / 65536, $1 / 256 % 256, $1 % 256 }')];"
expect "a set of two million numbers" "more than the limit of 128 MB" "define X = [0$(seq -f ', %.0f' 3 3 6000000 | tr -d '\n')];"
expect "a mask of a hundred thousand" "" "define X = [= $(times '1 ' 100000)=];"
expect "more variables than there are registers" "more than 1000 local variables" \
	"filter f { $(seq -f 'int x%.0f;' 1 1500 | tr '\n' ' ') accept; }"
expect "more code than fits" "more than the limit of 128 MB" \
	"filter f { $(times 'preference = 1; ' 1000001) accept; }"
echo "1..$count"
exit $failed
