/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configurations of any text, read and committed to a router twice; `?` in front: an
 * expression, `!`: a filter block, `&`: a condition.  Nothing crashes, and what was
 * accepted once is accepted again.
 */
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
drop(void *context, const char *bytes, size_t size)
{
	(void)context, (void)bytes, (void)size;
}

static void
expression(struct router *router, char kind, const char *text, struct out *out)
{
	if (kind == '?')
		conf_language.eval(router, text, out);
	else
		conf_language.filter_free(
			router,
			conf_language.filter_compile(router, text, kind == '&', out));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_world *world = sim_world_new(1);
	struct sim_node *node = sim_node_new(world, "fuzz");
	struct router *router =
		router_new(sim_node_sys(node), &modules_linked, &conf_language);
	struct out *out = out_text_new(drop, NULL);
	sim_file_put(node, "a", "define A = 1;\n", 14);
	char *text = malloc(size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	if (size > 0 && strchr("?!&", text[0]) != NULL && text[0] != '\0') {
		expression(router, text[0], text + 1, out);
	} else if (router_configure(router, text, size, out) == 0) {
		if (router_configure(router, text, size, out) != 0)
			abort();
	}
	out_end(out);
	out_free(out);
	router_free(router);
	sim_world_free(world);
	free(text);
	return 0;
}
