/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of the kernel that keep packets from following the routes: people look for
 * days for what one line at the start could have told them.
 */
#include "daemon/host.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "nest/fib.h"
#include "nest/router.h"

#define FILTERS "/proc/sys/net/ipv4/conf/"
#define STRICT  1 /* rp_filter; 2: loose. */

struct filters {
	struct router *router;
	int all; /* The least that every interface has. */
	unsigned count;
	struct text names;
};

static uint32_t families_used(const struct router *router);
static int setting(const struct router *router, const char *name);
static void filters_check(struct router *router);
static void filter_found(void *context, const char *path);

void
host_check(struct router *router)
{
	uint32_t families = families_used(router);

	if (families & NET_BIT(NET_IP4)) {
		if (setting(router, "net.ipv4.ip_forward") == 0)
			router_log(
				router, LOG_WARNING,
				"This host forwards no IPv4: net.ipv4.ip_forward is 0");
		filters_check(router);
	}
	if (families & (NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR)) &&
	    setting(router, "net.ipv6.conf.all.forwarding") == 0)
		router_log(
			router, LOG_WARNING,
			"This host forwards no IPv6: net.ipv6.conf.all.forwarding is 0");
}

/* The net types that are put into the kernel. */
static uint32_t
families_used(const struct router *router)
{
	uint32_t families = 0;

	list_each(owner, &router->fib_owners, struct fib_owner, link)
		families |= owner->families;
	return families;
}

/* -1: there is none. */
static int
setting(const struct router *router, const char *name)
{
	struct sys *sys = router->sys;
	char value[16];

	return sys->class->setting_read(sys, name, value, sizeof value) ? -1
									: atoi(value);
}

/* A mesh answers by other ways than packets came: the strict filter of RFC 3704 §2.2
 * drops those.  The stronger setting of an interface and of all counts. */
static void
filters_check(struct router *router)
{
	struct filters filters = { .router = router };

	filters.all = setting(router, "net.ipv4.conf.all.rp_filter");
	router->sys->class->file_glob(router->sys, FILTERS "*/rp_filter", filter_found,
				      &filters);
	if (filters.count)
		router_log(router, LOG_WARNING,
			   "The strict reverse path filter drops packets that come by "
			   "another way than the best: set net.ipv4.conf.*.rp_filter "
			   "to 0 or 2 (%s%s)",
			   text_string(&filters.names), filters.count > 8 ? ", ..." : "");
	text_fini(&filters.names);
}

static void
filter_found(void *context, const char *path)
{
	struct filters *filters = context;
	const char *name = path + strlen(FILTERS);
	int length = (int)strcspn(name, "/"), own;
	char key[128];

	if (!strncmp(name, "all/", 4) || !strncmp(name, "default/", 8) ||
	    !strncmp(name, "lo/", 3))
		return;
	text_format(key, sizeof key, "net/ipv4/conf/%.*s/rp_filter", length, name);
	own = setting(filters->router, key);
	if (MAX(own, filters->all) != STRICT)
		return;
	if (filters->count++ < 8)
		text_printf(&filters->names, "%s%.*s", filters->count > 1 ? ", " : "",
			    length, name);
}
