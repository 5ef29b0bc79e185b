/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of route origin authorizations of any bytes: read whole and in two pieces, cut
 * where the first byte says, they give the same entries or the same error.
 */
#include "proto/roa/reader.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
entry_mix(void *context, const struct prefix *roa)
{
	uint64_t *mixed = context;
	*mixed = *mixed * 31 + roa->asn + roa->length + roa->max_length * 7u;
}

static bool
file_read(const uint8_t *data, size_t size, size_t cut, uint64_t *mixed)
{
	struct roa_reader reader;
	*mixed = 0;
	roa_reader_init(&reader, entry_mix, mixed);
	bool good = roa_reader_feed(&reader, data, cut) &&
		    roa_reader_feed(&reader, data + cut, size - cut) &&
		    roa_reader_end(&reader);
	roa_reader_fini(&reader);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole, pieces;
	if (size < 2)
		return 0;
	size_t cut = data[0] % size;
	bool good = file_read(data + 1, size - 1, 0, &whole);
	if (good != file_read(data + 1, size - 1, cut < size - 1 ? cut : 0, &pieces) ||
	    (good && whole != pieces))
		abort();
	return 0;
}
