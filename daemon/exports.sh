#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the linker's list of what meshd exports to shared modules: exports.sh SRCDIR "HEADERS" ARCHIVE...
# That is each global symbol of the archives which an installed header names.
set -eu
srcdir=$1
headers=$2
shift 2
LC_ALL=C
export LC_ALL

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for header in $headers; do
	cat "$srcdir/$header"
done | tr -c 'A-Za-z0-9_' '\n' | sort -u > "$work/named"
"${NM:-nm}" -g --defined-only "$@" 2> /dev/null | awk 'NF == 3 && $2 ~ /[TRDBVW]/ { print $3 }' | sort -u > "$work/defined"

echo '{'
comm -12 "$work/named" "$work/defined" | sed 's/.*/	&;/'
echo '};'
