#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# meshd as a process: into the background and out, its files, its rights, its signals, and that the kernel's routes
# follow. One namespace, a veth pair to have an interface with a neighbour:  n0 (10.1.0.1/24) ---- n1
# quick
set -u
meshd=$BUILD/daemon/meshd meshc=$BUILD/client/meshc
[ -x "$meshd" ] || { echo "meshd is not built"; exit 77; }
ip link add n0 type veth peer name n1 2> /dev/null || { echo "this kernel has no veth"; exit 77; }
ip addr add 10.1.0.1/24 dev n0 && ip link set n0 up && ip link set n1 up
here=$(mktemp -d /tmp/meshd-daemon.XXXXXX) && chmod 755 "$here" && cd "$here" || exit 1
number=0 failed=0
# shellcheck disable=SC2154
trap 'for p in *.pid; do [ ! -s "$p" ] || kill "$(cat "$p")"; done 2> /dev/null; cd /; rm -rf "$here"' EXIT

check() { # what command...
	local what=$1
	shift
	number=$((number + 1))
	if "$@" > output 2>&1; then
		echo "ok $number - $what"
	else
		failed=1
		echo "not ok $number - $what"
		sed 's/^/# /' output
	fi
}
soon() { # command...: holds within ten seconds
	local end=$((SECONDS + 10))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}
fails() { ! "$@"; }
status_is() { # status command...
	local want=$1
	shift
	"$@"
	local got=$?
	[ $got = "$want" ] || { echo "status $got"; return 1; }
}
route_is() { ip route show table all | grep -q "^$1.* proto 77\|^blackhole $1.* proto 77\|^$1.* proto meshd\|^blackhole $1.* proto meshd"; }
gone() { ! kill -0 "$1" 2> /dev/null; }
line() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }

cat > good.conf <<'END'
router id 10.1.0.1;
protocol device {}
protocol kernel { ipv4 { export all; }; }
protocol static { ipv4; route 10.9.0.0/16 via 10.1.0.7; route 10.10.0.0/16 blackhole; }
END
sed 's/blackhole/backhole/' good.conf > bad.conf
chmod 644 good.conf bad.conf

check "a good configuration is found good" "$meshd" -p -c good.conf
check "a bad one isn't, and its place is told" bash -c "! $meshd -p -c bad.conf 2> said && grep -q 'bad.conf:4:' said"
check "and in JSON on request" bash -c "! $meshd -p --json -c bad.conf > said && grep -q '\"error\"' said"
check "checking leaves no socket behind" test ! -e /run/meshd
check "a missing configuration is told" bash -c "! $meshd -c none.conf 2> said && grep -q none.conf said"
check "a mistake keeps the daemon from starting, with status 1" status_is 1 "$meshd" -c bad.conf
check "an unknown option has status 2" status_is 2 "$meshd" --nonsense
check "an unknown user is refused" bash -c "! $meshd -c good.conf -u 'no such user' 2> said && grep -q 'no such user' said"

check "it goes into the background once it runs" "$meshd" -c good.conf -P a.pid
pid=$(cat a.pid)
check "and answers at once" "$meshc" show status
check "its routes get into the kernel" soon route_is 10.9.0.0/16
check "it has no terminal" test "$(awk '{print $7}' "/proc/$pid/stat")" = 0
check "forwarding that is off is told" bash -c "$meshd -f -c good.conf -s other.ctl -P other.pid 2> said & sleep 0; for i in \$(seq 200); do grep -q 'forwards no IPv4' said && break; sleep 0.05; done; kill \$(cat other.pid); grep -q 'forwards no IPv4' said"
check "a second one is refused" bash -c "! $meshd -f -c good.conf 2> said && grep -q 'another daemon' said"
if [ "$(awk 'END { print NR, $3 }' /proc/self/uid_map)" = "1 4294967295" ]; then
	check "root has become somebody else" test "$(line Uid | cut -f1)" != 0
	check "and keeps three rights" test "$(line CapPrm)" = 0000000000003400
else
	check "an unmapped user is not become" test "$(line Uid | cut -f1)" = 0
	check "and what isn't needed is given up" test "$(line CapPrm)" = 0000000000003402
fi
check "and may not get more" test "$(line NoNewPrivs)" = 1
check "the socket is not for everybody" test "$(stat -c %a /run/meshd/meshd.ctl)" = 660
ip route del 10.9.0.0/16
check "what somebody deletes comes back" soon route_is 10.9.0.0/16
ip link set n0 down
check "an interface that goes takes its route" soon fails route_is 10.9.0.0/16
check "and no other" route_is 10.10.0.0/16
ip link set n0 up
check "which comes back with it" soon route_is 10.9.0.0/16
sed -i 's/10.10.0.0/10.11.0.0/' good.conf
kill -HUP "$pid"
check "SIGHUP reads the configuration again" soon route_is 10.11.0.0/16
check "and takes back what it no longer says" soon fails route_is 10.10.0.0/16
cp bad.conf good.conf
kill -HUP "$pid"
check "one with a mistake changes nothing" soon route_is 10.11.0.0/16
kill -USR1 "$pid"
check "it is still there after SIGUSR1" "$meshc" show status
kill -TERM "$pid"
check "SIGTERM ends it" soon gone "$pid"
check "its routes are gone" fails route_is 10.9.0.0/16
check "its socket is gone" test ! -e /run/meshd/meshd.ctl
check "its number is gone" test ! -s a.pid

sed 's/backhole/blackhole/' bad.conf > meshd.conf
"$meshd" -l -f -u root -D debug.log -P b.pid 2> stderr &
check "-l looks in the current directory" soon test -S meshd.ctl
pid=$(cat b.pid)
check "-u root stays root" test "$(line Uid | cut -f1)" = 0
check "routes are there" soon route_is 10.9.0.0/16
kill -KILL "$pid"
wait 2> /dev/null
check "they outlive the daemon" route_is 10.9.0.0/16
echo 'timeformat log "the hour is %H";' >> meshd.conf
"$meshd" -l -d -R -P b.pid 2> stderr &
check "the next daemon takes the dead one's place" soon "$meshc" -s meshd.ctl show status
check "and all of its log is on stderr" test -s stderr
check "with times as the configuration wants them" grep -q "^the hour is [0-9][0-9] <[A-Z]*> " stderr
kill -TERM "$(cat b.pid)"
wait

# With a user of its own; the sandbox's /etc is a copy where it matters.
cp /etc/passwd passwd && echo "meshd:x:4242:4243::/:/bin/false" >> passwd
cp /etc/group group && printf 'meshd:x:4243:\noperators:x:4244:\n' >> group
mount --bind passwd /etc/passwd && mount --bind group /etc/group
run() { # option...: starts it with these
	"$meshd" -c "$here/meshd.conf" -s "$here/own/meshd.ctl" -P c.pid "$@" && pid=$(cat c.pid)
}
end() {
	kill -TERM "$pid" && soon gone "$pid"
}
if [ "$(awk 'END { print NR, $3 }' /proc/self/uid_map)" = "1 4294967295" ]; then
	check "a user meshd is taken where there is one" run
	check "with its group" test "$(line Uid | cut -f1) $(line Gid | cut -f1)" = "4242 4243"
	check "which may use the socket" test "$(stat -c '%G %a' own/meshd.ctl)" = "meshd 660"
	check "in a directory of its own" test "$(stat -c %U own)" = meshd
	check "and it goes" end
	check "without leaving its socket" test ! -e own/meshd.ctl
	check "-u and -g choose others" run -u nobody -g operators
	check "by name" test "$(line Uid | cut -f1) $(line Gid | cut -f1)" = "$(id -u nobody) 4244"
	check "with that group at the socket" test "$(stat -c %G own/meshd.ctl)" = operators
	check "and go" end
	chmod 600 meshd.conf
	check "root stays where the configuration is only for root" run
	check "and can read it" test "$(line Uid | cut -f1)" = 0
	check "and goes, too" end
	chmod 644 meshd.conf
fi

check "the service manager is told" env BUILD="$BUILD" python3 - "$meshd" <<'END'
import os, signal, socket, subprocess, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify"), s.settimeout(10), os.chmod("notify", 0o777)
env = dict(os.environ, NOTIFY_SOCKET=os.path.abspath("notify"))
p = subprocess.Popen([sys.argv[1], "-l", "-f"], env=env)
def told(): return s.recv(1000).decode().split("\n")[0]
assert told() == "READY=1"
p.send_signal(signal.SIGHUP)
assert (told(), told()) == ("RELOADING=1", "READY=1")
p.send_signal(signal.SIGTERM)
assert told() == "STOPPING=1"
assert p.wait(10) == 0
END
echo "1..$number"
exit $failed
