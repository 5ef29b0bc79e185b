/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a machine knows beside its network: settings under /proc/sys, and the calendar
 * (all nodes live in UTC).
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sim/world.h"
#include <errno.h>
#include <string.h>

struct setting {
	struct list link;
	char *name, *value; /* Owned. */
};

static struct setting *setting_find(const struct sim_node *node, const char *name);
static bool name_equal(const char *a, const char *b);

void
sim_setting_init(struct sim_node *node)
{
	sim_node_setting(node, "net.ipv4.ip_forward", "1");
	sim_node_setting(node, "net.ipv4.conf.all.rp_filter", "0");
	sim_node_setting(node, "net.ipv4.conf.default.rp_filter", "0");
	sim_node_setting(node, "net.ipv6.conf.all.forwarding", "1");
	sim_setting_boot(node);
}

void
sim_setting_boot(struct sim_node *node)
{
	char boot[32];

	text_format(boot, sizeof(boot), "boot-%u", ++node->boots);
	sim_node_setting(node, "kernel.random.boot_id", boot);
}

void
sim_setting_free(struct sim_node *node)
{
	list_each_safe(setting, &node->settings, struct setting, link) {
		mem_free(setting->name);
		mem_free(setting->value);
		mem_free(setting);
	}
	list_init(&node->settings);
}

void
sim_node_setting(struct sim_node *node, const char *name, const char *value)
{
	struct setting *setting = setting_find(node, name);

	if (!setting) {
		setting = mem_zalloc(sizeof(*setting));
		setting->name = mem_strdup(name);
		list_push_back(&node->settings, &setting->link);
	}
	mem_free(setting->value);
	setting->value = mem_strdup(value);
}

int
sim_setting_read(struct sys *sys, const char *name, char *value, size_t size)
{
	const struct setting *setting = setting_find(sim_node_cast(sys), name);

	if (!setting)
		return -ENOENT;
	return text_format(value, size, "%s", setting->value) ? 0 : -ENOSPC;
}

/* Days since 1970-01-01 to a date, by counting 400-year eras that begin on March 1st. */
void
sim_local_time(struct sys *sys, usec_t wall, struct sys_calendar *calendar)
{
	(void)sys;
	int64_t seconds = wall / USEC_S;
	int64_t days = seconds / 86400, rest = seconds % 86400;
	int64_t shifted = days + 719468;
	int64_t era = shifted / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			       day_of_era / 146096) /
			      365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;

	calendar->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	calendar->month = (int)(month < 10 ? month + 3 : month - 9);
	calendar->year = (int)(year_of_era + era * 400 + (calendar->month <= 2));
	calendar->hour = (int)(rest / 3600);
	calendar->minute = (int)(rest / 60 % 60);
	calendar->second = (int)(rest % 60);
	calendar->utc_offset = 0;
}

static struct setting *
setting_find(const struct sim_node *node, const char *name)
{
	list_each(setting, &node->settings, struct setting, link) {
		if (name_equal(setting->name, name))
			return setting;
	}
	return NULL;
}

/* Dots and slashes are the same. */
static bool
name_equal(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		bool separators = (*a == '.' || *a == '/') && (*b == '.' || *b == '/');
		if (*a != *b && !separators)
			return false;
	}
	return *a == *b;
}
