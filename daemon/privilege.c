/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Privileges: the user is changed with the three capabilities kept, by the system calls
 * themselves (libcap would be a library for two calls).
 */
#include "daemon/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/macros.h"
#include "lib/sanitizer.h"

#define KEPT (1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW | 1u << CAP_NET_BIND_SERVICE)

static bool user_find(struct privilege *privilege, const char *name);
static void group_name_set(struct privilege *privilege, const struct group *entry);
static bool group_find(struct privilege *privilege, const char *name);
static bool user_choose(struct privilege *privilege, const char *config_path);
static bool id_is_mapped(const char *map, unsigned long id);
static bool user_may_read(const struct privilege *privilege, const char *path);
static bool user_become(const struct privilege *privilege);
static bool capabilities_keep(uint32_t kept, bool *has_admin);
static void bounding_drop(void);

bool
privilege_choose(struct privilege *privilege, const char *user, const char *group,
		 const char *config_path)
{
	memset(privilege, 0, sizeof *privilege);
	privilege->user = geteuid();
	privilege->group = getegid();
	if (user && !user_find(privilege, user)) {
		fprintf(stderr, "meshd: there is no user %s\n", user);
		return false;
	}
	if (!user && geteuid() == 0)
		user_choose(privilege, config_path);
	if (group && !group_find(privilege, group)) {
		fprintf(stderr, "meshd: there is no group %s\n", group);
		return false;
	}
	privilege->change = privilege->user != geteuid() || privilege->group != getegid();
	return true;
}

void
privilege_directory(const struct privilege *privilege, const char *path)
{
	char copy[256];

	if (strlen(path) >= sizeof copy)
		return;
	strcpy(copy, path);
	const char *directory = dirname(copy);
	/* One that is there may be anybody's, and keeps its owner. */
	if (mkdir(directory, 0755) == 0 && privilege->change)
		(void)!chown(directory, privilege->user, privilege->group);
}

bool
privilege_drop(struct privilege *privilege, bool debug)
{
	bool has_admin;

	bounding_drop();
	if (privilege->change && !user_become(privilege))
		return false;
	/* Whoever chose root expects it to reach the files of others. */
	uint32_t kept = privilege->user == 0 ? KEPT | 1u << CAP_DAC_OVERRIDE : KEPT;
	if (!capabilities_keep(kept, &has_admin)) {
		fprintf(stderr, "meshd: can't set capabilities: %s\n", strerror(errno));
		return false;
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* There are keys in our memory: no core, no tracing by the same user.  The leak
	 * check of the sanitizer traces the process itself. */
	prctl(PR_SET_DUMPABLE, debug || SANITIZER_IS_ON ? 1 : 0, 0, 0, 0);
	if (!has_admin && !privilege->remark[0])
		snprintf(privilege->remark, sizeof privilege->remark,
			 "Started without the right to change routes (CAP_NET_ADMIN)");
	return true;
}

static bool
user_find(struct privilege *privilege, const char *name)
{
	const struct passwd *entry = getpwnam(name);
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (!entry && *name && !*end)
		entry = getpwuid((uid_t)number);
	if (!entry)
		return false;
	privilege->user = entry->pw_uid;
	privilege->group = entry->pw_gid;
	snprintf(privilege->user_name, sizeof privilege->user_name, "%s", entry->pw_name);
	/* Whoever is in the daemon's group may command it; everybody's group is no such.
	 */
	if (strcmp(name, "nobody") != 0)
		group_name_set(privilege, getgrgid(entry->pw_gid));
	return true;
}

static bool
group_find(struct privilege *privilege, const char *name)
{
	const struct group *entry = getgrnam(name);
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (!entry && *name && !*end)
		entry = getgrgid((gid_t)number);
	if (!entry)
		return false;
	privilege->group = entry->gr_gid;
	group_name_set(privilege, entry);
	return true;
}

static void
group_name_set(struct privilege *privilege, const struct group *entry)
{
	snprintf(privilege->group_name, sizeof privilege->group_name, "%s",
		 entry ? entry->gr_name : "");
}

/* The user that root becomes without being told; false: root stays. */
static bool
user_choose(struct privilege *privilege, const char *config_path)
{
	struct privilege chosen = *privilege;
	const char *reason = NULL;

	if (!user_find(&chosen, "meshd") && !user_find(&chosen, "nobody"))
		reason = "there is neither a user meshd nor nobody";
	else if (!id_is_mapped("/proc/self/uid_map", chosen.user) ||
		 !id_is_mapped("/proc/self/gid_map", chosen.group))
		reason = "that user is not mapped in this user namespace";
	else if (!user_may_read(&chosen, config_path))
		reason = "that user couldn't read the configuration";
	if (!reason) {
		*privilege = chosen;
		return true;
	}
	snprintf(privilege->remark, sizeof privilege->remark,
		 "Staying root%s%s (%s), with the capabilities needed only; -u says whom "
		 "to "
		 "become",
		 chosen.user_name[0] ? ", not becoming " : "", chosen.user_name, reason);
	return false;
}

/* Lines of `inside outside count`; a missing map maps all. */
static bool
id_is_mapped(const char *map, unsigned long id)
{
	unsigned long inside, outside, count;
	FILE *file = fopen(map, "re");
	bool found = !file;

	while (file && !found &&
	       fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3)
		found = id >= inside && id - inside < count;
	if (file)
		fclose(file);
	return found;
}

/* Tries it as that user; the real user stays root, so the way back is open. */
static bool
user_may_read(const struct privilege *privilege, const char *path)
{
	gid_t groups[64];
	int count = getgroups(ARRAY_SIZE(groups), groups);
	bool may = false;

	if (count < 0 || setgroups(0, NULL) < 0)
		return false;
	if (setegid(privilege->group) == 0 && seteuid(privilege->user) == 0) {
		int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		/* What isn't there is an error that is told elsewhere. */
		may = fd >= 0 || errno == ENOENT;
		if (fd >= 0)
			close(fd);
	}
	if (seteuid(0) < 0 || setegid(getgid()) < 0 ||
	    setgroups((size_t)count, groups) < 0)
		return false;
	return may;
}

static bool
user_become(const struct privilege *privilege)
{
	const char *step = "keep capabilities";
	bool root = geteuid() == 0;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		goto fail;
	step = "set groups";
	if (root &&
	    (privilege->user_name[0] ? initgroups(privilege->user_name, privilege->group)
				     : setgroups(0, NULL)) < 0)
		goto fail;
	step = "change the group";
	if (setresgid(privilege->group, privilege->group, privilege->group) < 0)
		goto fail;
	step = "change the user";
	if (setresuid(privilege->user, privilege->user, privilege->user) < 0)
		goto fail;
	return true;
fail:
	fprintf(stderr, "meshd: can't %s: %s\n", step, strerror(errno));
	return false;
}

/* Of what we have, keeps what we need. */
static bool
capabilities_keep(uint32_t kept, bool *has_admin)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return false;
	data[0].permitted &= kept;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	data[1] = (struct __user_cap_data_struct){ 0 };
	*has_admin = data[0].effective & 1u << CAP_NET_ADMIN;
	return syscall(SYS_capset, &header, data) == 0;
}

/* So that nothing we might ever run gets more.  Needs CAP_SETPCAP; without it there is
 * not much to give up. */
static void
bounding_drop(void)
{
	for (unsigned long capability = 0;
	     prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (capability >= 32 ||
		    !((KEPT | 1u << CAP_DAC_OVERRIDE) & 1u << capability))
			prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}
