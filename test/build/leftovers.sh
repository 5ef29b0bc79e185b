#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# However tests end, passed, failed, or stopped with the suite or by its limit of time, nothing of theirs stays in /tmp.
# quick
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export TMPDIR=$dir/tmp BUILD=$dir/build
mkdir -p "$TMPDIR" "$BUILD" "$dir/test/trial" "$dir/test/late"
cp "$SRC/test/suite" "$dir/test/"
count=0 failed=0

check() { # what, a command
	count=$((count + 1))
	if "${@:2}"; then echo "ok $count - $1"; else failed=1 && echo "not ok $count - $1"; fi
}
is_clean() { [ -z "$(ls -A "$TMPDIR")" ]; }

# Leaves a folder, and is deaf to what ends others.
cat > "$dir/test/trial/deaf.sh" << END
#!/bin/bash
# quick
trap '' TERM
mktemp -d -t left.XXXXXX > "$dir/started"
[ ! -e "$dir/goes-on" ] || while :; do sleep 1; done
END
sed 's/^# quick$/# timeout: 1/' "$dir/test/trial/deaf.sh" > "$dir/test/late/deaf.sh"
sed -i 's/timeout -k 10/timeout -k 1/' "$dir/test/suite"
chmod +x "$dir"/test/*/deaf.sh

"$dir/test/suite" trial > "$dir/said" 2>&1
check "a test that passes leaves nothing" is_clean
check "it had left something to clear away" grep -q "^$TMPDIR/.*left" "$dir/started"
touch "$dir/goes-on"
"$dir/test/suite" late > "$dir/said" 2>&1
check "a test that takes too long is stopped" grep -q FAIL "$dir/said"
check "and leaves nothing" is_clean
rm "$dir/started"
"$dir/test/suite" trial > "$dir/said" 2>&1 &
deadline=$((SECONDS + 60))
until [ -s "$dir/started" ] || [ $SECONDS -ge $deadline ]; do sleep 0.05; done
kill $!
wait $!
check "a suite that is stopped leaves nothing" is_clean
echo "1..$count"
exit $failed
