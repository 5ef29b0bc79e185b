/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Privileges: whom the daemon runs as, and the few rights it keeps: CAP_NET_ADMIN
 * (routes, interfaces), CAP_NET_RAW (sockets bound to interfaces) and
 * CAP_NET_BIND_SERVICE (low ports).
 */
#ifndef DAEMON_PRIVILEGE_H
#define DAEMON_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whom to become. */
struct privilege {
	bool change; /* Else only rights are given up. */
	uid_t user;
	gid_t group;
	char user_name[64];
	char group_name[64]; /* Who may command the daemon; empty: root alone. */
	/* Something the log is to say once there is one; empty: nothing. */
	char remark[256];
};

/*
 * Decides whom to become from -u and -g (either may be null).  Without -u a daemon that
 * was started by root becomes `meshd`, or `nobody` if there is no such user; it stays
 * root where the user is not mapped (in a user namespace), and where that user couldn't
 * read `config_path`, and says so in `remark`.  A user or group that was asked for and
 * can't be is an error: false, with the reason on stderr.
 */
bool privilege_choose(struct privilege *privilege, const char *user, const char *group,
		      const char *config_path);
/* Gives the directory of `path` to the user if it is ours alone: made if missing. */
void privilege_directory(const struct privilege *privilege, const char *path);
/* Becomes it, for good.  `debug`: the process may be traced and dump core.  False, with
 * the reason on stderr. */
bool privilege_drop(struct privilege *privilege, bool debug);

#endif
