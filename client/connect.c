/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connecting, and finding out why that fails: who may, what is there, what runs.
 */
#include "client/connect.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "directories.h"
#include "lib/mem.h"

static const char *
user_name(uid_t user)
{
	const struct passwd *entry = getpwuid(user);
	return entry ? entry->pw_name : "this user";
}

/* The user is a member by the group's list, or by his own. */
static bool
group_has(const struct group *group, const char *user)
{
	for (char **member = group->gr_mem; *member; member++)
		if (!strcmp(*member, user))
			return true;
	const struct passwd *entry = getpwnam(user);
	return entry && entry->pw_gid == group->gr_gid;
}

/* The socket is for its owner and a group. */
static void
explain_group(const char *path, const struct stat *about, struct text *why)
{
	const struct group *group = getgrgid(about->st_gid);
	const char *user = user_name(geteuid());
	text_printf(why, "%s is not for %s", path, user);
	if (!group || !(about->st_mode & S_IWGRP))
		text_printf(why, ": be root, or %s", user_name(about->st_uid));
	else if (about->st_gid == 0)
		text_add(why, ": be root; or start meshd with `-g GROUP', and be in "
			      "that group");
	else if (group_has(group, user))
		text_printf(why,
			    ": it is for the group %s, which you are in since this "
			    "login began: log in again, or type `newgrp %s'",
			    group->gr_name, group->gr_name);
	else
		text_printf(why,
			    ": be root or in the group %s (`usermod -aG %s %s', then "
			    "log in again)",
			    group->gr_name, group->gr_name, user);
}

/* Which folder on the way can't be entered; null if all can. */
static char *
closed_folder(const char *path)
{
	char *part = mem_strdup(path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (access(part, X_OK) < 0 && errno == EACCES)
			return part;
		*slash = '/';
	}
	mem_free(part);
	return NULL;
}

static void
explain_denied(const char *path, struct text *why)
{
	struct stat about;
	char *folder = closed_folder(path);
	if (folder)
		text_printf(why, "%s may not look into %s, where the socket is: be root",
			    user_name(geteuid()), folder);
	else if (stat(path, &about) == 0)
		explain_group(path, &about, why);
	else
		text_printf(why, "%s is not for %s: be root", path, user_name(geteuid()));
	mem_free(folder);
}

/* How one is started, and where else one may be. */
static void
explain_start(const char *path, struct text *why)
{
	if (!strcmp(path, MESHD_CONTROL_SOCKET))
		text_add(why, "\nStart it with `systemctl start meshd', or in the "
			      "foreground with `meshd -f'");
	else
		text_printf(why, "\nStart one there with `meshd -c FILE -s %s'", path);
	if (access("meshd.ctl", F_OK) == 0 && strcmp(path, "meshd.ctl") != 0)
		text_add(why, "; there is a socket in this directory, for `meshc -l'");
	else if (access(MESHD_CONTROL_SOCKET, F_OK) == 0 &&
		 strcmp(path, MESHD_CONTROL_SOCKET) != 0)
		text_add(why, "; there is one at " MESHD_CONTROL_SOCKET
			      ", which is taken without -s");
	else if (!strcmp(path, MESHD_CONTROL_SOCKET))
		text_add(why, "; `-s SOCKET' asks one that listens elsewhere");
}

static void
explain(const char *path, int error, struct text *why)
{
	struct stat about;
	bool is_there = stat(path, &about) == 0;
	switch (error) {
	case ENOENT:
		text_printf(why, "meshd is not running: there is no %s", path);
		explain_start(path, why);
		break;
	case ECONNREFUSED:
		if (is_there && !S_ISSOCK(about.st_mode)) {
			text_printf(why, "%s is no socket", path);
			break;
		}
		text_printf(why, "meshd is not running: nobody listens at %s", path);
		explain_start(path, why);
		break;
	case EACCES:
	case EPERM: explain_denied(path, why); break;
	case ENAMETOOLONG:
		text_printf(why, "The path of the socket is too long: %s", path);
		break;
	case EAGAIN:
		text_printf(why,
			    "meshd doesn't take connections at %s: it is busy or "
			    "stopped",
			    path);
		break;
	default: text_printf(why, "cannot connect to %s: %s", path, text_error(error));
	}
}

int
connect_to(const char *path, struct text *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address.sun_path)) {
		explain(path, ENAMETOOLONG, why);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	explain(path, errno, why);
	if (fd >= 0)
		close(fd);
	return -1;
}

bool
connect_is_foreign(const char *path, const char *greeting, struct text *why)
{
	if (!strncmp(greeting, "0001 ", 5))
		text_printf(why, "%s speaks BIRD's protocol: birdc -s %s", path, path);
	else if (strncmp(greeting, "meshd ", 6) != 0)
		text_printf(why, "%s is not meshd's: it says `%s'", path, greeting);
	else if (strstr(greeting, " busy"))
		text_printf(why, "%s: %s", path, greeting);
	else
		return false;
	return true;
}
