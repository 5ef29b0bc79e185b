#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs into an empty folder and looks at it as a user does who writes a module: every header compiles by itself,
# pkg-config finds them, a one-file module links and asks for nothing that meshd doesn't export; then uninstalls.
set -u
into=$(mktemp -d)
trap 'rm -rf "$into"' EXIT
count=0 bad=0
check() { # title, command...
	local title=$1 output
	shift
	count=$((count + 1))
	if output=$("$@" 2>&1); then
		echo "ok $count - $title"
	else
		echo "not ok $count - $title"
		printf '%s\n' "$output" | sed 's/^/# /'
		bad=1
	fi
}
value() { sed -n "s/^$1 = //p" "$BUILD/Makefile"; }
CC=$(value CC)
prefix=$(value prefix)

make -s --no-print-directory -C "$BUILD" install DESTDIR="$into" > "$into/log" 2>&1 || { cat "$into/log" && exit 1; }
rm "$into/log"
top=$into$prefix

check "meshd.pc is installed" test -f "$top/lib/pkgconfig/meshd.pc"
for shell in bash-completion/completions/meshc zsh/vendor-completions/_meshc fish/vendor_completions.d/meshc.fish; do
	check "completion is installed: $shell" test -s "$top/share/$shell"
done
commands=$(sed -n 's/^\t{ "\([^"|]*\).*", ".*/\1/p' "$BUILD/client/commands.c")
check "the commands are many" test "$(echo "$commands" | wc -l)" -gt 20
while read -r command; do
	check "meshc(1) and the manual have: $command" eval \
		'grep -q "^.Ic $command" "$top/share/man/man1/meshc.1" && grep -q "^- .$command" "$top"/share/doc/*/manual.md'
done <<< "$commands"
check "the systemd unit is installed" test -f "$top/lib/systemd/system/meshd.service"
number=$(sed -n 's/^#define FIB_PROTOCOL_MESHD \([0-9]*\).*/\1/p' "$SRC/sysdep/sys.h")
check "rt_protos names the protocol number of sys.h ($number)" \
	grep -q "^$number	meshd$" "$top/etc/iproute2/rt_protos.d/meshd.conf"
for capability in CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE; do
	check "the unit keeps $capability" grep -q "^AmbientCapabilities=.*$capability" "$top/lib/systemd/system/meshd.service"
done
check "the unit's paths are whole" test -z "$(grep '[$@]{\?[a-z]*dir\|[$]{' "$top/lib/systemd/system/meshd.service")"
if command -v systemd-analyze > /dev/null; then
	sed "s|$prefix/s\?bin/|$into&|" "$top/lib/systemd/system/meshd.service" > "$into/meshd.service"
	check "systemd finds nothing wrong with the unit" test -z "$(systemd-analyze verify --man=no "$into/meshd.service" 2>&1)"
	rm "$into/meshd.service"
fi
check "the unit keeps no other capability" test "$(sed -n 's/^CapabilityBoundingSet=//p' \
	"$top/lib/systemd/system/meshd.service" | wc -w)" = 3
for program in $(make -s --no-print-directory -C "$BUILD" list-programs); do
	check "$program is installed" test -n "$(find "$top/bin" "$top/sbin" -name "$(basename "$program")" -perm -111 2> /dev/null)"
done
flags() { PKG_CONFIG_SYSROOT_DIR=$into PKG_CONFIG_PATH=$top/lib/pkgconfig pkg-config "$@" meshd; }
check "pkg-config finds meshd" flags --exists
warnings="-std=c11 -Wall -Wextra -Wshadow -Wmissing-prototypes -Werror"
for header in $(cd "$top/include/meshd" && find . -name '*.h' | sed 's|^\./||' | sort); do
	echo "#include \"$header\"" > "$into/alone.c"
	# shellcheck disable=SC2046,SC2086
	check "$header compiles by itself" $CC $warnings $(flags --cflags) -fsyntax-only "$into/alone.c"
done
rm -f "$into/alone.c"

cat > "$into/toy.c" << 'EOF'
#include "interface_version.h"
#include "lib/mem.h"
#include "nest/module.h"

extern const struct module meshd_module;
void *toy_new(void);

void *
toy_new(void)
{
	return mem_alloc(1);
}

const struct module meshd_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "toy",
	.doc = "Nothing.",
};
EOF
# shellcheck disable=SC2046,SC2086
check "a one-file module builds outside the tree" \
	$CC $warnings $(flags --cflags) -shared -fPIC -o "$into/toy.so" "$into/toy.c"
if [ -f "$BUILD/exports.list" ]; then
	unmet() { # what the module needs that neither libc's start-up nor meshd has
		nm -D -u "$into/toy.so" | awk '$1 == "U" { print $2 }' | grep -v '@' | while read -r name; do
			grep -q "^	$name;$" "$BUILD/exports.list" || echo "$name"
		done
	}
	check "what it takes from meshd is exported" test -z "$(unmet)"
fi
rm -f "$into"/toy.*

make -s --no-print-directory -C "$BUILD" uninstall DESTDIR="$into" > /dev/null 2>&1
check "uninstalling leaves no file" test -z "$(find "$into" -type f)"
echo "1..$count"
exit $bad
