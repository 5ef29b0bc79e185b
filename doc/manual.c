/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the manual of the configuration to standard output: `manual md LIST` (with the
 * table of BIRD's options, by the list of them) or `manual man`.  Fails if an option says
 * nothing about itself.
 */
#include "conf/manual.h"
#include "daemon/modules.h"
#include "doc/options.h"
#include "lib/text.h"
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	struct text text = { .text = NULL };
	bool man = argc > 1 && strcmp(argv[1], "man") == 0;
	size_t silent =
		manual_write(&text, man ? MANUAL_MAN : MANUAL_MARKDOWN, &modules_linked);
	if (argc > 2)
		options_write(&text, argv[2]);
	fputs(text_string(&text), stdout);
	text_fini(&text);
	if (silent > 0)
		fprintf(stderr, "%zu options or schemas have no text\n", silent);
	return silent > 0;
}
