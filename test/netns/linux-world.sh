#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The Linux world against the running kernel: routes, interfaces, UDP. The drawing is in linux_world.c.
# quick
[ -x "$BUILD/test/netns/linux_world" ] || { echo "built without check"; exit 77; }
ip link add probe0 type veth peer name probe1 2> /dev/null || { echo "this kernel has no veth"; exit 77; }
ip link del probe0
exec "$BUILD/test/netns/linux_world"
