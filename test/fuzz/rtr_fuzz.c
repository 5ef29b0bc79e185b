/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cache might send, of any bytes: reading never steps outside, and a PDU that was
 * read is the same after it was written and read again.  Prefixes go into records, too,
 * with an undo at each end of data.
 */
#include "proto/rpki/packet.h"
#include "proto/rpki/records.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
pdu_try(const struct rtr_pdu *pdu, uint32_t size, struct rpki_records *records)
{
	uint8_t bytes[RTR_PDU_MAX];
	struct wire_out out = wire_out(bytes, sizeof(bytes));
	struct rtr_failure failure;
	struct rtr_pdu again;

	rtr_pdu_write(&out, pdu);
	if (out.full || wire_used(&out) != size ||
	    !rtr_pdu_read(bytes, size, &again, &failure) || again.serial != pdu->serial ||
	    !prefix_equal(&again.roa, &pdu->roa) || again.text_size != pdu->text_size)
		abort();
	if (pdu->type == RTR_IP4_PREFIX || pdu->type == RTR_IP6_PREFIX)
		rpki_records_change(records, &pdu->roa, pdu->announces);
	if (pdu->type == RTR_END_OF_DATA)
		rpki_records_undo(records);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpki_records records;
	struct rtr_failure failure;
	struct rtr_header header;
	struct rtr_pdu pdu;

	rpki_records_init(&records, 1);
	while (size >= RTR_HEADER_SIZE) {
		rtr_header_read(data, &header);
		if (!rtr_header_check(&header, &failure) || header.length > size)
			break;
		if (rtr_pdu_read(data, header.length, &pdu, &failure))
			pdu_try(&pdu, header.length, &records);
		data += header.length;
		size -= header.length;
	}
	/* The rest is none, or is not whole. */
	rtr_pdu_read(data, size, &pdu, &failure);
	rpki_records_fini(&records);
	return 0;
}
