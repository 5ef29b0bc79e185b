/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden configurations: each test/conf/NAME.conf, and those of its folder `broken`, is
 * read and what comes of it (complaints, then the typed configuration) compared with
 * NAME.ok.  `golden --update` writes the .ok files anew.  Beside the real modules there
 * is a protocol `remember` whose rows only remember what they captured: the pattern
 * notation is held by what BIRD's users write.
 */
#define _POSIX_C_SOURCE 200809L
#include "conf/commit.h"
#include "conf/conf.h"
#include "conf/print.h"
#include "conf/reader.h"
#include "daemon/modules.h"
#include "interface_version.h"
#include "lib/arena.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/module.h"
#include "nest/router.h"
#include "proto/static/static.h"
#include "sysdep/sim/sim.h"
#include "test/unit/conf/bird_rows.h"
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDER "test/conf"
#define FILES  200

/* All of the test: read once, used by each case. */
struct golden {
	char *names[FILES];
	size_t count;
};

static void files_put(struct sim_node *node, const char *folder);
static char *file_read(const char *path, size_t *size);
static void names_find(struct golden *golden);
static char *result_of(const char *name);
static void static_print(struct text *text, const struct config *config);
static void text_take(void *context, const char *bytes, size_t size);
static bool is_told_apart(const char *name);

/* The cases, set by main() before the first runs. */
static struct golden golden;

START_TEST(what_is_read_is_as_expected)
{
	const char *name = golden.names[_i];
	char path[300];
	size_t size;
	snprintf(path, sizeof(path), FOLDER "/%s.ok", name);
	char *expected = file_read(path, &size);
	ck_assert_msg(expected != NULL, "%s is missing; make update-golden", path);
	char *result = result_of(name);
	ck_assert_msg(strcmp(result, expected) == 0, "%s.conf gives\n%s\nbut %s says\n%s",
		      name, result, path, expected);
	free(expected);
	free(result);
}
END_TEST

int
main(int argc, char **argv)
{
	names_find(&golden);
	if (argc > 1 && strcmp(argv[1], "--update") == 0) {
		for (size_t i = 0; i < golden.count; i++) {
			char path[300];
			snprintf(path, sizeof(path), FOLDER "/%s.ok", golden.names[i]);
			char *result = result_of(golden.names[i]);
			FILE *file = fopen(path, "w");
			fputs(result, file);
			fclose(file);
			free(result);
		}
		return EXIT_SUCCESS;
	}
	if (argc > 1 && is_told_apart(argv[1]))
		return EXIT_SUCCESS;
	Suite *suite = suite_create("conf/golden");
	TCase *tcase = tcase_create("golden");
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, what_is_read_is_as_expected, 0, (int)golden.count);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0 || golden.count == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* `golden NAME` shows one. */
static bool
is_told_apart(const char *name)
{
	for (size_t i = 0; i < golden.count; i++)
		if (strcmp(golden.names[i], name) == 0) {
			char *result = result_of(name);
			fputs(result, stdout);
			free(result);
			return true;
		}
	return false;
}

/* ---- reading -------------------------------------------------------------------------
 */

static char *
result_of(const char *name)
{
	struct text text = { .text = NULL };
	struct sim_world *world = sim_world_new(1);
	struct sim_node *node = sim_node_new(world, "golden");
	files_put(node, "");
	struct modules modules = modules_linked;
	struct router *router = router_new(sim_node_sys(node), &modules, &conf_language);
	module_add(router, &bird_rows_module);
	char path[300];
	snprintf(path, sizeof(path), "%s.conf", name);
	struct out *out = out_text_new(text_take, &text);
	struct reader_args args = { .router = router,
				    .pool = router->pool,
				    .path = path };
	struct config *config = reader_read(&args, out);
	out_end(out);
	out_free(out);
	if (config != NULL) {
		print_config(&text, config);
		static_print(&text, config);
		bird_rows_print(&text, config);
		config_hold(config);
		config_release(router, config);
	}
	router_free(router);
	sim_world_free(world);
	char *copy = strdup(text_string(&text));
	text_fini(&text);
	return copy;
}

static void
text_take(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

/* Routes are the module's own business: as it unpacks them. */
static void
static_print(struct text *text, const struct config *config)
{
	list_each(protocol, &config->protocols, struct protocol_config, link) {
		if (strcmp(protocol->class->name, "static") != 0)
			continue;
		const struct static_config *own = (const struct static_config *)protocol;
		struct static_cursor cursor = static_routes_begin(&own->routes);
		struct static_route route;
		char net[PREFIX_TEXT], gateway[ADDR_TEXT];
		while (static_routes_next(&cursor, &route)) {
			const struct static_target *target = own->routes.targets;
			while (target->index != route.target)
				target = target->next;
			text_printf(text, "%s: %s kind %u%s", protocol->name,
				    prefix_format(&route.net, net), target->kind,
				    target->attrs != NULL ? " { … }" : "");
			for (size_t i = 0; i < target->hop_count; i++)
				text_printf(text, " via %s%%%s weight %u%s",
					    addr_format(target->hops[i].gateway, gateway),
					    target->hops[i].interface != NULL ?
						    target->hops[i].interface :
						    "",
					    target->hops[i].weight,
					    target->hops[i].onlink ? " onlink" : "");
			text_add_char(text, '\n');
		}
	}
}

/* ---- files
 * ----------------------------------------------------------------------------- */

/* The whole folder, as files of the simulated machine. */
static void
files_put(struct sim_node *node, const char *folder)
{
	char path[600];
	snprintf(path, sizeof(path), FOLDER "/%s", folder);
	DIR *directory = opendir(path);
	if (directory == NULL)
		abort();
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		char name[300];
		struct stat status;
		snprintf(name, sizeof(name), "%s%s%s", folder, *folder != '\0' ? "/" : "",
			 entry->d_name);
		snprintf(path, sizeof(path), FOLDER "/%s", name);
		if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
			files_put(node, name);
			continue;
		}
		size_t size;
		char *bytes = file_read(path, &size);
		sim_file_put(node, name, bytes, size);
		free(bytes);
	}
	closedir(directory);
}

static char *
file_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	*size = (size_t)ftell(file);
	rewind(file);
	char *bytes = malloc(*size + 1);
	if (fread(bytes, 1, *size, file) != *size)
		abort();
	bytes[*size] = '\0';
	fclose(file);
	return bytes;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Those of a folder of FOLDER, "" or "name/". */
static void
names_add(struct golden *found, const char *folder)
{
	char path[300];
	snprintf(path, sizeof(path), FOLDER "/%s", folder);
	DIR *directory = opendir(path);
	if (directory == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		size_t length = strlen(entry->d_name);
		if (length < 6 || strcmp(entry->d_name + length - 5, ".conf") != 0 ||
		    found->count == FILES)
			continue;
		snprintf(path, sizeof(path), "%s%.*s", folder, (int)(length - 5),
			 entry->d_name);
		found->names[found->count++] = strdup(path);
	}
	closedir(directory);
}

static void
names_find(struct golden *found)
{
	names_add(found, "");
	names_add(found, "broken/");
	qsort(found->names, found->count, sizeof(*found->names), compare);
}
