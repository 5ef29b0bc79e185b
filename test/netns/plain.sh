#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Babel over transport plain: three routers that share no network but UDP between their addresses.
#
#             b
#   192.0.2.0/30 \ 192.0.2.4/30      each line a veth pair without any routing,
#       /          \                 and a plain link with a peer at each end
#      a ---------- c
#       192.0.2.8/30
#
# quick
: 2> /dev/null <> /dev/net/tun || { echo "/dev/net/tun can't be opened"; exit 77; }
[ -x "$BUILD/daemon/meshd" ] || { echo "there is no meshd"; exit 77; }

count=0
check() { # name, command: waits for it to succeed
	local name=$1 end=$((${EPOCHREALTIME/./} + 15000000))
	shift
	count=$((count + 1))
	until "$@" > /run/check 2>&1; do
		if [ ${EPOCHREALTIME/./} -ge $end ]; then
			echo "not ok $count - $name"
			tail -n 20 /run/check /run/?.log | sed 's/^/# /'
			return
		fi
		read -rt 0.05 <> /run/never
	done
	echo "ok $count - $name ($((15000 - (end - ${EPOCHREALTIME/./}) / 1000)) ms)"
}
mkfifo /run/never

meshc() { "$BUILD/client/meshc" -s "/run/$1.ctl" "${@:2}"; }
ping_from() { ip netns exec "$1" ping -c 1 -W 1 "${@:2}"; }
route_via() { ip -n "$1" route get "$2" | grep -q "via $3 "; }
link_is() { meshc "$1" show links "plain0/$2" | grep -q "plain0 *$3 "; }
no_route() { ! ip -n "$1" route get "$2"; }

cable() { # node node network: the first address is the first node's
	ip link add "$1$2" netns "$1" type veth peer name "$2$1" netns "$2"
	ip -n "$1" addr add "192.0.2.$(($3 + 1))/30" dev "$1$2"
	ip -n "$2" addr add "192.0.2.$(($3 + 2))/30" dev "$2$1"
	ip -n "$1" link set "$1$2" up
	ip -n "$2" link set "$2$1" up
}

node() { # name number peers
	ip netns exec "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	cat > "/run/$1.conf" <<-END
		router id 10.9.0.$2;
		log stderr all;
		debug protocols { states, interfaces };
		protocol device { }
		protocol direct { ipv4; ipv6; interface "plain0"; }
		protocol kernel { ipv4 { export where source = RTS_BABEL; }; }
		protocol kernel { ipv6 { export where source = RTS_BABEL; }; }
		transport plain plain0 {
			debug all;
			address 10.9.0.$2;
			address 2001:db8:9::$2;
			$3
		}
		protocol babel {
			ipv4 { import all; export all; };
			ipv6 { import all; export all; };
			interface "plain0/*" { hello interval 500 ms; };
		}
	END
	ip netns exec "$1" "$BUILD/daemon/meshd" -u root -f -c "/run/$1.conf" -s "/run/$1.ctl" 2> "/run/$1.log" &
}

peer() { # name, the last number of its address
	echo "peer $1 { endpoint 192.0.2.$2 port 7477; keepalive 100 ms; }"
}

for n in a b c; do
	ip netns add $n
	ip -n $n link set lo up
done
cable a b 0
cable b c 4
cable a c 8
node a 1 "$(peer b 2) $(peer c 10)"
node b 2 "$(peer a 1) $(peer c 6)"
node c 3 "$(peer b 5) $(peer a 9)"
pids=$(jobs -p)

check "a link is up on both ends" eval "link_is a b up && link_is b a up"
check "babel finds the direct path" route_via a 10.9.0.3 10.9.0.3
check "IPv4 passes" ping_from a -I 10.9.0.1 10.9.0.3
check "IPv6 passes" ping_from a 2001:db8:9::3
check "large packets pass in fragments" ping_from a -s 3000 10.9.0.3
ip -n a link set ac down
check "the link is down when the peer is silent" link_is a c down
check "the other path is found" route_via a 10.9.0.3 10.9.0.2
check "IPv4 passes by the middle" ping_from a 10.9.0.3
check "IPv6 passes by the middle" ping_from a 2001:db8:9::3
ip -n b link set bc down
check "what can't be reached has no route" no_route a 10.9.0.3
ip -n b link set bc up
check "it is reached again" ping_from a 10.9.0.3
meshc b restart plain0 > /dev/null
check "a restarted transport passes packets" ping_from a 10.9.0.3
ip -n c link del plain0
check "an interface that is deleted comes back" ping_from a 10.9.0.3
sed -i 's/peer c .*/description "b alone";/' /run/a.conf
meshc a configure > /run/configured
check "a peer that is configured away has no link" eval "! meshc a show links | grep plain0/c"
check "the others keep theirs" eval "link_is a b up && ! grep 'plain0/b is down' /run/a.log"
check "packets still pass" ping_from a 10.9.0.3
# shellcheck disable=SC2086
kill $pids
ended() { # as they should, and with nothing to say for a sanitizer
	local pid bad=0
	for pid in $pids; do wait "$pid" || bad=1; done
	return $bad
}
check "the routers end in good order" ended
check "the interfaces are gone with the routers" eval "! ip -n a link show plain0 && ! ip -n b link show plain0"
echo "1..$count"
