#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The dn42 wiki's BIRD 2 configuration, put together from its page, loads unmodified. The wiki has no licence that would let
# us keep it here: DN42_WIKI= says where a copy of its repository is (or the page alone).
page=${DN42_WIKI-}
[ -d "$page" ] && page=$page/howto/Bird2.md
if [ ! -f "$page" ]; then
	echo "1..0 # SKIP DN42_WIKI= names no copy of the wiki"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/peers"
# The first block is the configuration; those that name a neighbour are files of peers.
awk -v work="$work" '
	/^```/ && !inside { inside = /^```conf/ ? 1 : 2; text = ""; next }
	/^```/ { if (inside == 1 && text ~ /Variable header/) print text > (work "/bird.conf")
		if (inside == 1 && text ~ /<NEIGHBOR_NAME>/) print text > (work "/peers/" ++peers ".conf")
		inside = 0; next }
	inside { text = text $0 "\n" }' "$page"
for file in "$work"/peers/*; do
	number=${file##*/} number=${number%.conf}
	sed -i "s/<NEIGHBOR_NAME>/peer$number/; s/<NEIGHBOR_IP>/172.20.2.$number/; s/<NEIGHBOR_IPv6>/fe80::$number/
		s/<NEIGHBOR_ASN>/424242000$number/; s/<NEIGHBOR_INTERFACE>/wg$number/" "$file"
done
sed -i "s/<OWNAS>/4242421234/; s/<OWNIP>/172.20.1.1/; s/<OWNIPv6>/fd42:1234::1/; s/<OWNNET>/172.20.1.0\/26/
	s/<OWNNETv6>/fd42:1234::\/48/; s,/etc/bird/,$work/,g" "$work/bird.conf"
echo "route 172.20.1.0/26 max 29 as 4242421234;" > "$work/roa_dn42.conf"
echo "route fd42:1234::/48 max 64 as 4242421234;" > "$work/roa_dn42_v6.conf"
if output=$("$BUILD/daemon/meshd" -p -c "$work/bird.conf" 2>&1) && [ "$(grep -c warning <<< "$output")" -le 1 ]; then
	echo "ok 1 - the configuration loads, with the one warning that sessions are missing"
	echo "1..1"
	exit 0
fi
echo "not ok 1 - the configuration does not load"
printf '%s\n' "$output" | sed 's/^/# /'
echo "1..1"
exit 1
