/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and prefixes of any text: reading never steps outside, and what was accepted
 * is the same after it was written and read again.
 */
#include "lib/addr.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	char text[PREFIX_TEXT];
	struct addr addr, addr_again;
	struct prefix prefix, prefix_again;
	bool host_bits = false;
	if (addr_parse(bytes, size, &addr)) {
		addr_format(addr, text);
		if (!addr_parse(text, strlen(text), &addr_again) ||
		    !addr_equal(addr, addr_again))
			abort();
	}
	if (prefix_parse(bytes, size, &prefix, &host_bits) || host_bits) {
		prefix_format(&prefix, text);
		if (!prefix_parse(text, strlen(text), &prefix_again, &host_bits) ||
		    !prefix_equal(&prefix, &prefix_again))
			abort();
	}
	return 0;
}
