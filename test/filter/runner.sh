#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What `meshd --filter-test` says of suites that pass, fail, end early, or use what is not here; and its exit status.
# quick
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
count=0 failed=0

check() { # what, expected, got
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		failed=1
		echo "not ok $count - $1"
		printf '# expected:\n%s\n# got:\n%s\n' "$2" "$3" | sed 's/^[^#]/#   &/'
	fi
}

run() { # file: what it says without the file's folder, and the exit status
	"$BUILD/daemon/meshd" --filter-test "$dir/$1" 2> "$dir/complaints" | sed "s,$dir/,,"
	echo "status ${PIPESTATUS[0]}"
}

cat > "$dir/mixed.conf" << 'END'
define number = 3;
function good() { bt_assert(number = 3); bt_assert(1 < 2); accept; }
function wrong(int given) { bt_assert(number + given = 5); bt_assert([1] != [1]); bt_assert(2 ~ [1]); }
function calls() { wrong(1); bt_assert(true); }
function ends() { bt_assert(true); int zero = 0; bt_assert(1 / zero = 1); }
function refuses() { reject "no"; }
function exotic() { rd x = 1:2; }
function above() { exotic(); }
bt_test_suite(good, "good");
bt_test_suite(calls, "calls");
bt_test_suite(ends, "ends");
bt_test_suite(refuses, "refuses");
bt_test_suite(exotic, "exotic");
bt_test_suite(above, "above");
bt_test_suite(absent, "absent");
bt_test_same(good, good, 1);
bt_test_same(good, ends, 1);
END
check "each way a suite ends" "\
ok 1 - good: 2
# mixed.conf:3:29: assertion failed: 4 = 5
# mixed.conf:3:60: assertion failed
# mixed.conf:3:83: assertion failed
not ok 2 - calls: 3 of 4 failed
# mixed.conf:5:62: division by zero
not ok 3 - ends: 0 of 1 failed: it did not reach its end
# no
# mixed.conf:6:22: reject
not ok 4 - refuses: 0 of 0 failed: it did not reach its end
ok 5 - exotic # SKIP unsupported: \`rd\` is not a type (line 13)
ok 6 - above # SKIP unsupported: it calls what is unsupported (line 14)
ok 7 - absent # SKIP unsupported: there is no such function (line 15)
ok 8 - good and good are the same: 0
not ok 9 - good and ends are the same: 0 of 0 failed: they differ
ok 10 - Functions and filters are the same when the file is read again: 5
1..10
# suites: 3 passed, 4 failed, 3 unsupported; assertions: 9 held, 3 failed
status 1" "$(run mixed.conf)"
check "what is unsupported is explained" 1 "$(grep -c '7:.*error: `rd` is not a type' "$dir/complaints")"

cat > "$dir/routes.conf" << 'END'
roa4 table origins;
filter entries { bt_assert(net.maxlen = 24); bt_assert(net.asn != 3); accept; }
protocol static { roa4 { table origins; import filter entries; };
	route 10.0.0.0/8 max 24 as 1; route 10.0.0.0/8 max 24 as 3; }
protocol kernel { ipv4 { export all; }; }
protocol static { ipv4 { import filter { rd x; }; }; route 1.0.0.0/8 blackhole; }
function looks() { bt_assert(roa_check(origins, 10.0.0.0/16, 1) = ROA_VALID); }
bt_test_suite(looks, "tables are full");
END
check "filters of routes assert, too, and the rest of a wrong file is used" "\
not ok 1 - Filters of the file's own routes: 1 of 4 failed
ok 2 - tables are full: 1
ok 3 - Functions and filters are the same when the file is read again: 2
1..3
# suites: 2 passed, 1 failed, 0 unsupported; assertions: 6 held, 1 failed
status 1" "$(run routes.conf)"

echo 'function f() { bt_assert(true); } bt_test_suite(f, "f");' > "$dir/good.conf"
check "a good file" "status 0" "$(run good.conf | tail -n 1)"
check "no file" "status 1" "$(run none.conf)"

echo "1..$count"
exit $failed
