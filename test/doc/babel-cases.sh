#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every hard case of Babel has a test, or says that it waits.
exec "$SRC/test/babel-table" --check
