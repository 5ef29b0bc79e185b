/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared objects with a module in them.  They are never closed: the router keeps pointers
 * into them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include "directories.h"
#include "lib/text.h"
#include "sysdep/linux/world.h"

int
linux_module_open(struct sys *sys, const char *path, const void **module, char *error,
		  size_t size)
{
	char installed[512];

	(void)sys;
	/* A bare name is that of an installed module. */
	if (!strchr(path, '/') &&
	    text_format(installed, sizeof(installed), MESHD_MODULE_DIR "/%s.so", path))
		path = installed;
	/* NOW: a symbol that is missing is an error here, not a crash later. */
	void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!object) {
		const char *reason = dlerror();
		text_format(error, size, "%s", reason ? reason : "cannot be opened");
		return -ENOENT;
	}
	*module = dlsym(object, "meshd_module");
	if (!*module) {
		text_format(error, size,
			    "%s is no module of meshd: it has no meshd_module", path);
		dlclose(object);
		return -ENOEXEC;
	}
	return 0;
}

void
linux_module_list(struct sys *sys, void (*found)(void *context, const char *name),
		  void *context)
{
	glob_t paths = { 0 };

	(void)sys;
	if (glob(MESHD_MODULE_DIR "/*.so", 0, NULL, &paths) == 0)
		for (size_t i = 0; i < paths.gl_pathc; i++) {
			char *name = strrchr(paths.gl_pathv[i], '/') + 1;
			name[strlen(name) - strlen(".so")] = '\0';
			found(context, name);
		}
	globfree(&paths);
}
