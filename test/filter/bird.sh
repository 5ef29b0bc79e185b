#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# BIRD's own tests of its filter language, run by meshd. They are not ours, so they are fetched each time and not kept:
# BIRD_SRC names an unpacked source of BIRD, or else Debian's source package is taken. Every suite must pass but those
# of what we have not (they are skipped), and every assertion but those that bird-changed gives a reason for.
# timeout: 900
set -u
here=$SRC/test/filter
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

skip() {
	echo "$*"
	exit 77
}

# Debian's source package, by the archives this machine uses, and nothing of the machine's own state changed by it.
fetch() {
	local options=(-qq -o "Dir::Etc::SourceList=$dir/sources" -o Dir::Etc::SourceParts=/dev/null
		-o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root
		-o Acquire::http::Timeout=20 -o Acquire::Retries=1)
	command -v apt-get > /dev/null || skip "no BIRD_SRC is given and there is no apt-get"
	# shellcheck disable=SC2016
	apt-get indextargets --format 'deb-src $(SITE) $(RELEASE) $(COMPONENT)' \
		'Identifier: Packages' 'Origin: Debian' 'Component: main' | sort -u > "$dir/sources"
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/source"
	{
		apt-get "${options[@]}" update && cd "$dir/source" &&
			apt-get "${options[@]}" --download-only source bird2
	} > "$dir/log" 2>&1 || skip "no BIRD_SRC is given and BIRD's source package cannot be fetched"
	tar xf bird2_*.orig.tar.* || exit 1
	BIRD_SRC=$(echo "$dir"/source/bird*-*[0-9])
}

if [ -z "${BIRD_SRC-}" ]; then
	fetch
else
	BIRD_SRC=$(cd "$BIRD_SRC" && pwd) || exit 1
fi
version=$(sed -n '1s/^Version \([0-9.]*\).*/\1/p' "$BIRD_SRC/NEWS")
config=$BIRD_SRC/filter/test.conf
[ -f "$config" ] || exit 1

"$BUILD/daemon/meshd" --filter-test "$config" > "$dir/said" 2> "$dir/complaints"
grep -q '^1\.\.' "$dir/said" || {
	cat "$dir/complaints" "$dir/said"
	exit 1
}

# What bird-changed says of this version: `VERSION suite NAME: reason` and `VERSION line N: reason`.
awk -v version="$version" -v path="$config" '
	FNR == NR {
		if ($1 != version)
			next
		what = $2
		sub(/^[^ ]+ [^ ]+ /, "")
		name = reason = $0
		sub(/: .*/, "", name)
		sub(/^[^:]*: /, "", reason)
		if (what == "suite")
			suites[name] = reason
		else
			lines[name] = reason
		known++
		next
	}
	function verdict(good, text) {
		print (good ? "ok " : "not ok ") ++count " - " text
	}
	index($0, "# " path ":") == 1 && /assertion failed/ {
		split(substr($0, length(path) + 4), place, ":")
		if (place[1] in lines)
			met[place[1]] = 1
		else
			unlisted = unlisted "\n" $0
		next
	}
	/^# suites:/ { summary = $0 }
	/^#/ { print; next }
	/^(not )?ok / {
		name = $0
		sub(/^(not )?ok [0-9]+ - /, "", name)
		sub(/: [0-9]+( of [0-9]+ failed.*)?$/, "", name)
		if (name ~ / # SKIP/) {
			why = name
			sub(/.*# SKIP /, "", why)
			sub(/ # SKIP.*/, "", name)
			if (name in suites) {
				skipped[name] = 1
				print "ok " ++count " - " name " # SKIP " suites[name]
			} else
				verdict(0, name ": " why)
		} else {
			verdict(!unlisted && ($0 !~ /^not/ || $0 !~ /it did not reach/), name)
			if (unlisted)
				print substr(unlisted, 2)
		}
		unlisted = ""
	}
	END {
		for (line in lines)
			if (!(line in met))
				verdict(0, "line " line " is listed as changed and holds")
			else
				print "# line " line ": " lines[line]
		for (name in suites)
			if (!(name in skipped))
				verdict(0, "suite " name " is listed as unsupported and is not")
		if (!known)
			verdict(0, "bird-changed knows nothing of BIRD " version)
		print "1.." count
	}' "$here/bird-changed" "$dir/said"
