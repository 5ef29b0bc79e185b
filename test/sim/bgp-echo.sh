#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `expect no echo` sees a route with the router's own AS: there is none, until a policy writes it into the path.
# quick
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

passes_with() { # WHAT THE IMPORT POLICY DOES
	cat > "$dir/echo.scn" <<- END
		addresses ip4 on
		router a {
			router id 1;
			protocol device { }
			protocol direct { ipv4; interface "lo"; }
			protocol bgp { local as 65001; neighbor fe80::2:2%eth0 as 65002; connect delay time 1;
				ipv4 { import none; export all; extended next hop; }; }
		}
		router b {
			router id 2;
			protocol device { }
			protocol kernel { ipv4 { export all; }; }
			protocol bgp { local as 65002; neighbor fe80::1:2%eth0 as 65001; connect delay time 1;
				ipv4 { import filter { $1 accept; }; export none; extended next hop; }; }
		}
		link a b
		expect route b 10.0.1.1/32 within 10s
		expect no echo
	END
	"$BUILD/sim/meshsim" "$dir/echo.scn" > "$dir/out" 2>&1
}

passes_with "" || { cat "$dir/out" && exit 1; }
passes_with "bgp_path.prepend(65003);" || { cat "$dir/out" && exit 1; }
! passes_with "bgp_path.prepend(65002);" && grep "b holds a route to 10.0.1.1/32 from bgp1 with its own AS in the path" "$dir/out"
