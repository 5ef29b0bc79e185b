/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The router's modules: built-in ones, and shared objects loaded by the configuration.  A
 * module is never unloaded.
 */
#include "nest/module.h"

#include <errno.h>
#include <string.h>

#include "interface_version.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "nest/attr.h"
#include "nest/router.h"
#include "nest/transport.h"

void
module_add(struct router *router, const struct module *module)
{
	size_t count = router->module_count;
	router->modules =
		mem_resize(router->modules, count + 1, sizeof(*router->modules));
	router->modules[count] = module;
	router->module_count = count + 1;
	for (const struct protocol_class *const *class = module->protocols;
	     class && *class; class ++)
		if ((*class)->attrs)
			attr_register(router, (*class)->attrs);
}

void
module_free_all(struct router *router)
{
	mem_free(router->modules);
	router->modules = NULL;
	router->module_count = 0;
}

const struct protocol_class *
module_find_protocol(const struct router *router, const char *name)
{
	for (size_t i = 0; i < router->module_count; i++) {
		const struct protocol_class *const *class = router->modules[i]->protocols;
		for (; class && *class; class ++)
			if (!strcmp((*class)->name, name))
				return *class;
	}
	return NULL;
}

const struct transport_class *
module_find_transport(const struct router *router, const char *name)
{
	for (size_t i = 0; i < router->module_count; i++) {
		const struct transport_class *const *class =
			router->modules[i]->transports;
		for (; class && *class; class ++)
			if (!strcmp((*class)->name, name))
				return *class;
	}
	return NULL;
}

static uint32_t
module_attributes(const struct module *module)
{
	uint32_t count = 0;
	const struct protocol_class *const *class = module->protocols;
	for (; class && *class; class ++)
		for (const struct attr_class *attr = (*class)->attrs; attr && attr->name;
		     attr++)
			count++;
	return count;
}

/* Null, or what is wrong with a module that was just opened. */
static const char *
module_complaint(const struct router *router, const struct module *module)
{
	if (module->magic != MODULE_MAGIC)
		return "is not a meshd module";
	if (strcmp(module->interface, INTERFACE_VERSION) != 0)
		return "was built for another version of meshd; build it again with the "
		       "headers of this one";
	if (!attr_has_room(router, module_attributes(module)))
		return "has more attributes than there is room for; declare fewer, and "
		       "start meshd anew";
	return NULL;
}

int
module_load(struct router *router, const char *name, char *error, size_t size)
{
	const void *opened = NULL;
	int status =
		router->sys->class->module_open(router->sys, name, &opened, error, size);
	if (status)
		return status;
	const struct module *module = opened;
	for (size_t i = 0; i < router->module_count; i++)
		if (router->modules[i] == module)
			return 0;
	const char *complaint = module_complaint(router, module);
	for (size_t i = 0; i < router->module_count && !complaint; i++)
		if (!strcmp(router->modules[i]->name, module->name))
			complaint = "has the name of a module that is loaded already";
	if (complaint) {
		text_format(error, size, "module \"%s\" %s", name, complaint);
		return -EINVAL;
	}
	module_add(router, module);
	return 0;
}
