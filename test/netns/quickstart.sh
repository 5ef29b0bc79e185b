#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# quickstart shows what it promises, and leaves nothing behind: neither at its end, nor stopped in the middle, nor when
# something fails.  The network is its own, drawn in quickstart.
# quick
set -u
demo='' programs=''
# shellcheck source=test/netns/quickstart.inc
. "$SRC/test/netns/quickstart.inc"

soon() { # command...: holds within thirty seconds
	local end=$((SECONDS + 30))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}
start() { # its process is $!; signals as a terminal's foreground process has them
	env --default-signal=INT "$SRC/quickstart" > "$said" 2>&1 &
}
quickstart_of_user() { PATH=/usr/local/bin:/usr/bin:/bin quickstart; }
refused() { ! quickstart "$@"; }
nobody() { ! runs meshd; }
# 128 + the signal, or what its trap says.
stops() { # SIGNAL
	kill -"$1" "$running" && wait "$running"
	[ $? = 130 ]
}

check "it runs to its end, also by the PATH of an ordinary user" quickstart_of_user
check "each device has found both others" says 'router 4/4  nas 4/4  laptop 4/4'
check "a cut moves the ping" says 'The ping went on by the router after [0-9]* ms'
check "the networks come by BGP" says '192.168.3.0/24 .* ibgp1.[12] '
check "over the other cable" says 'fd77:3::/64 *fe80::[^ ]* to-router'
check "nothing is left" gone

for signal in INT TERM HUP; do
	start
	running=$!
	check "before $signal the daemons run" soon runs meshd
	check "$signal stops it" stops $signal
	check "nothing is left" soon gone
done

start
running=$!
check "before $signal the ping runs" soon runs ping
check "INT stops it while it pings, too" stops INT
check "nothing is left" soon gone

check "--stay ends well" quickstart --stay
check "the daemons are there" runs meshd
check "a second start is refused" refused
check "with the reason" says 'running already'
check "--enter is a shell on a device" eval 'echo "ip -o link" | SHELL=/bin/sh quickstart --enter nas'
check "that has its cables" says to-laptop
check "--stop ends it" quickstart --stop
check "nothing is left" soon gone
check "--stop again says so" eval 'quickstart --stop && says "nothing is running"'

mkdir "$state" && sleep 1000 &
sleeper=$!
soon test -d "$state"
echo $sleeper > "$state/pid"
check "a number that is another process's now is left alone" eval 'quickstart --stop && kill -0 $sleeper'
kill $sleeper

printf '#!/bin/sh\necho broken >&2; exit 1\n' > "$here/meshd" && chmod +x "$here/meshd"
rm "$here/build/daemon" && mkdir "$here/build/daemon" && cp "$here/meshd" "$here/build/daemon/meshd"
ln -s "$SRC/quickstart" "$here/quickstart"
check "a daemon that does not start is a failure" refused
check "that names it" says 'meshd on [a-z]* has ended'
check "with what it said" says 'broken'
check "and so with --stay" refused --stay
check "nothing but its logs is left" eval 'nobody && [ -s "$state/nas.log" ] && [ ! -e "$state/pid" ]'
echo "1..$number"
exit $failed
