/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configurations of any text, read and committed to a router that runs; after a form feed
 * comes a second one that takes the first one's place.  `?` in front: an expression, `!`:
 * a filter block, `&`: a condition.  Nothing crashes, and where a configuration was
 * accepted, the same one again would change nothing.
 */
#include "conf/conf.h"
#include "daemon/modules.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/router.h"
#include "sysdep/sim/sim.h"
#include <stdlib.h>
#include <string.h>

#define MOMENT ((usec_t)100000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
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

static int
read_text(struct router *router, const char *text, size_t size, enum configure_mode mode,
	  struct text *said)
{
	text_reset(said);
	struct out *out = out_text_new(take, said);
	int result = conf_language.configure_text(router, text, size, mode, out);
	out_end(out);
	out_free(out);
	return result;
}

/* What is accepted when it is only looked at is accepted, and then is the same. */
static bool
configure(struct sim_world *world, struct router *router, const char *text, size_t size)
{
	struct text said = { 0 };
	int looked = read_text(router, text, size, CONFIGURE_CHECK_ALL, &said);
	int result = read_text(router, text, size, CONFIGURE_COMMIT, &said);
	if (looked != result)
		abort();
	if (result == 0) {
		sim_run(world, sim_now(world) + MOMENT);
		router_audit(router, AUDIT_FULL);
		if (read_text(router, text, size, CONFIGURE_CHECK, &said) != 0 ||
		    strstr(text_string(&said), "Nothing would change") == NULL ||
		    read_text(router, text, size, CONFIGURE_COMMIT, &said) != 0)
			abort();
	}
	text_fini(&said);
	return result == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sim_world *world = sim_world_new(1);
	struct sim_node *node = sim_node_new(world, "fuzz");
	struct router *router =
		router_new(sim_node_sys(node), &modules_linked, &conf_language);
	struct text said = { 0 };
	struct out *out = out_text_new(take, &said);
	sim_file_put(node, "a", "define A = 1;\n", 14);
	sim_run(world, MOMENT);
	char *text = malloc(size + 1);
	memcpy(text, data, size);
	text[size] = '\0';
	char *second = memchr(text, '\f', size);
	size_t first_size = second != NULL ? (size_t)(second - text) : size;
	if (size > 0 && strchr("?!&", text[0]) != NULL && text[0] != '\0')
		expression(router, text[0], text + 1, out);
	else if (configure(world, router, text, first_size) && second != NULL)
		configure(world, router, second + 1, size - first_size - 1);
	out_end(out);
	out_free(out);
	text_fini(&said);
	router_free(router);
	sim_world_free(world);
	free(text);
	return 0;
}
