#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Configurations in the manner of public ones load: no errors, and no warnings but of what this build has not. Where BIRD
# is installed, they are held to be its language: it must read them too, but for those whose head says that they need a
# later BIRD than Debian's.
cd "$SRC/test/conf/public" || exit 1
PATH=$PATH:/usr/sbin
count=0 bad=0
tell() { # whether title output
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		printf '%s\n' "$3" | sed 's/^/# /'
		bad=1
	fi
}
for file in *.conf; do
	output=$("$BUILD/daemon/meshd" -p -c "$file" 2>&1)
	tell $? "$file" "$output"
	command -v bird > /dev/null || continue
	grep -q '^# bird 2\.1' "$file" && continue
	output=$(bird -p -c "$file" 2>&1)
	tell $? "$file in BIRD" "$output"
done
echo "1..$count"
exit $bad
