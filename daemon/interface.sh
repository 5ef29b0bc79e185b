#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints interface_version.h: interface.sh SRCDIR HEADER... The version is a hash over names and contents of the
# installed headers, so a module built against others is refused instead of crashing.
set -eu
cd "$1"
shift
LC_ALL=C
export LC_ALL

hash=$(for header in $(printf '%s\n' "$@" | sort); do
	echo "$header"
	cat "$header"
done | sha256sum | cut -c 1-16)

cat << EOF
/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Generated: the version of the interface between meshd and its modules, a hash of the installed headers. */
#ifndef INTERFACE_VERSION
#define INTERFACE_VERSION "$hash"
#endif
EOF
