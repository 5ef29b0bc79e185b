/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What BIRD 2.19 has and we have not: its protocols by name, each with what does the job
 * here.  Where one of them stands, the whole block is passed over behind one sentence.
 */
#ifndef CONF_FOREIGN_H
#define CONF_FOREIGN_H

struct foreign_protocol {
	const char *name;
	const char *instead; /* Completes "protocol NAME is not available here". */
};

/* Ends with a null name. */
extern const struct foreign_protocol foreign_protocols[];
/* Null: BIRD has none of that name either. */
const struct foreign_protocol *foreign_find(const char *name);

#endif
