/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router with attributes of all types for the tests of filters, and the configuration
 * language in front of them: expressions to texts, filters over single routes.
 */
#ifndef TEST_UNIT_FILTER_LAB_H
#define TEST_UNIT_FILTER_LAB_H

#include "conf/conf.h"
#include "conf/reader.h"
#include "lib/arena.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/filter.h"
#include "test/unit/nest/fake.h"
#include <errno.h>

static const struct attr_class lab_attrs[] = {
	{ .name = "bgp_path", .doc = "A path.", .type = VALUE_PATH },
	{ .name = "bgp_community", .doc = "A list.", .type = VALUE_CLIST },
	{ .name = "bgp_ext_community", .doc = "A list.", .type = VALUE_ECLIST },
	{ .name = "bgp_large_community", .doc = "A list.", .type = VALUE_LCLIST },
	{ .name = "bgp_med", .doc = "A number.", .type = VALUE_INT },
	{ .name = "bgp_local_pref", .doc = "A number.", .type = VALUE_INT },
	{ .name = "bgp_origin",
	  .doc = "A word.",
	  .type = VALUE_ENUM,
	  .kind = KIND_ORIGIN },
	{ .name = "lab_string", .doc = "A text.", .type = VALUE_STRING },
	{ .name = "lab_bool", .doc = "A truth.", .type = VALUE_BOOL },
	{ .name = "lab_ip", .doc = "An address.", .type = VALUE_IP },
	{ .name = "lab_quad", .doc = "An identifier.", .type = VALUE_QUAD },
	{ .name = "lab_fixed",
	  .doc = "A number.",
	  .type = VALUE_INT,
	  .flags = ATTR_READ_ONLY },
	{ .name = NULL },
};

static const struct protocol_class lab_protocol = {
	.name = "lab",
	.doc = "Brings attributes.",
	.size = sizeof(struct protocol),
	.attrs = lab_attrs,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6),
	.start = fake_start,
};
static const struct protocol_class *const lab_protocols[] = { &lab_protocol, NULL };
static const struct module lab_module = { .magic = MODULE_MAGIC,
					  .interface = INTERFACE_VERSION,
					  .name = "lab",
					  .doc = "For tests.",
					  .protocols = lab_protocols };
static const struct module *const lab_module_list[] = { &lab_module };
static const struct modules lab_modules = { .list = lab_module_list, .count = 1 };

/* A world without files. */
static inline int
lab_file_open(struct sys *sys, const char *path, struct sys_file **file)
{
	(void)sys;
	(void)path;
	(void)file;
	return -ENOENT;
}

static inline int
lab_file_glob(struct sys *sys, const char *pattern,
	      void (*found)(void *context, const char *path), void *context)
{
	(void)sys;
	(void)pattern;
	(void)found;
	(void)context;
	return -ENOENT;
}

static inline int
lab_module_open(struct sys *sys, const char *path, const void **module, char *error,
		size_t size)
{
	(void)sys;
	(void)module;
	text_format(error, size, "%s: there are none here", path);
	return -ENOENT;
}

static inline void
lab_modules_find(struct sys *sys, void (*found)(void *context, const char *name),
		 void *context)
{
	(void)sys;
	(void)found;
	(void)context;
}

static inline int
lab_unix_listen(struct sys *sys, const char *path, uint32_t mode, const char *group,
		sys_accept *accept, void *context, struct sys_listener **listener)
{
	(void)sys;
	(void)path;
	(void)mode;
	(void)group;
	(void)accept;
	(void)context;
	(void)listener;
	return -EACCES;
}

static inline int
lab_log_open(struct sys *sys, const struct sys_log_target *targets, size_t count)
{
	(void)sys;
	(void)targets;
	(void)count;
	return 0;
}

static inline const char *
lab_hostname(struct sys *sys)
{
	(void)sys;
	return "lab";
}

static const struct sys_class lab_class = {
	.name = "lab",
	.attach = fake_attach,
	.now = fake_now,
	.wall = fake_now,
	.random = fake_random,
	.wake_at = fake_wake_at,
	.log = fake_log,
	.log_open = lab_log_open,
	.hostname = lab_hostname,
	.file_open = lab_file_open,
	.file_glob = lab_file_glob,
	.module_open = lab_module_open,
	.module_list = lab_modules_find,
	.unix_listen = lab_unix_listen,
	.interface_scan = fake_scan,
	.quit = fake_quit,
};

struct lab {
	struct fake fake;
	struct router *router;
	struct pool *pool;
	struct out *out;
	struct text said; /* Complaints and answers since lab_hush(). */
	/* The route filters run over. */
	struct route_draft route;
	struct attrs_draft scratch;
	struct attrs *attrs;
	struct prefix net;
};

static inline void
lab_write(void *context, const char *bytes, size_t size)
{
	text_add_bytes(context, bytes, size);
}

static inline void
lab_hush(struct lab *lab)
{
	out_end(lab->out);
	text_reset(&lab->said);
	lab->fake.logs = 0;
	lab->fake.last_log[0] = '\0';
}

/* A router configured with `text`; what was wrong with it is in lab->said. False: it was
 * refused. */
static inline bool
lab_open(struct lab *lab, const char *text)
{
	*lab = (struct lab){ .fake = { .sys = { &lab_class }, .now = 5 * USEC_S } };
	lab->router = router_new(&lab->fake.sys, &lab_modules, &conf_language);
	lab->fake.router = lab->router;
	lab->router->interfaces_known = true;
	lab->pool = pool_new(NULL, "lab");
	lab->out = out_text_new(lab_write, &lab->said);
	lab->attrs = fake_attrs(lab->router,
				nexthop_special(lab->router, NEXTHOP_BLACKHOLE), 100);
	lab->net = fake_prefix("10.1.2.0/24");
	lab->route = (struct route_draft){ .router = lab->router,
					   .net = &lab->net,
					   .attrs = lab->attrs,
					   .scratch = &lab->scratch };
	/* On the first line, so that lines keep their numbers. */
	struct text config = { 0 };
	text_printf(&config, "router id 1.2.3.4; %s", text);
	int result =
		conf_language.configure_text(lab->router, text_string(&config),
					     config.length, CONFIGURE_COMMIT, lab->out);
	text_fini(&config);
	out_end(lab->out);
	return result == 0;
}

static inline void
lab_route_reset(struct lab *lab)
{
	if (lab->route.changed)
		attrs_draft_fini(lab->route.changed);
	lab->route.changed = NULL;
}

static inline void
lab_close(struct lab *lab)
{
	lab_route_reset(lab);
	attrs_release(lab->router, lab->attrs, 1);
	out_free(lab->out);
	text_fini(&lab->said);
	fake_close(&lab->fake);
	pool_free(lab->pool);
}

/* The text of the value of `expression`; complaints begin with `!`. Good until the next
 * call. */
static inline const char *
lab_eval(struct lab *lab, const char *expression)
{
	const struct reader_args args = { .router = lab->router,
					  .pool = lab->pool,
					  .text = expression,
					  .size = strlen(expression),
					  .is_expression = true };
	struct value value;
	lab_hush(lab);
	text_add_char(&lab->said, '!');
	if (!reader_value(&args, &value, lab->out)) {
		out_end(lab->out);
		return text_string(&lab->said);
	}
	text_reset(&lab->said);
	filter_value_format(&value, &lab->said);
	return text_string(&lab->said);
}

/* Runs a named filter over the route, as it is now. */
static inline enum filter_verdict
lab_run(struct lab *lab, const char *name)
{
	const struct filter *filter = conf_language.filter_find(lab->router, name);
	enum filter_verdict verdict;
	assert(filter != NULL);
	lab_hush(lab);
	filter->class->run(filter, &lab->route, 1, &verdict);
	return verdict;
}

#endif
