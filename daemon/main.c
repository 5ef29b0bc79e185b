/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meshd: joins the Linux world, the modules and the language into a router, and runs it.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "daemon/filter_test.h"
#include "daemon/host.h"
#include "daemon/modules.h"
#include "daemon/options.h"
#include "daemon/privilege.h"
#include "daemon/process.h"
#include "lib/out.h"
#include "nest/control.h"
#include "nest/router.h"
#include "nest/timer.h"
#include "sysdep/linux/linux.h"

#define LARGE_BLOCK (128 * 1024)

struct daemon {
	struct options options;
	struct privilege privilege;
	struct background background;
	int pid_fd; /* -1: no pid file. */
	struct sys *sys;
	struct router *router;
	struct timer host_timer;
	bool stopping; /* Was told to once. */
};

static int daemon_check(struct daemon *daemon);
static bool daemon_start(struct daemon *daemon);
static bool daemon_configure(struct daemon *daemon);
static void daemon_end(struct daemon *daemon);
static bool router_make(struct daemon *daemon);
static bool control_make(struct daemon *daemon);
static void host_timer_fired(struct timer *timer);
static void signalled(void *context, enum sys_signal signal, bool done);
static void file_write(void *context, const char *bytes, size_t size);

int
main(int argc, char **argv)
{
	struct daemon daemon = { .background = { .fd = -1 }, .pid_fd = -1 };
	int status;

	if (!options_parse(&daemon.options, argc, argv, &status))
		return status;
	/* A configuration is large blocks that are freed together, when the next one has
	 * taken their place: they go back to the system, whatever was freed before. */
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
	if (daemon.options.parse_only)
		return daemon_check(&daemon);
	if (daemon.options.test_path)
		return filter_test(daemon.options.test_path);
	status = EXIT_FAILURE;
	if (daemon_start(&daemon))
		status = linux_run(daemon.sys);
	daemon_end(&daemon);
	return status;
}

/* -p: reads the configuration, says what is wrong with it, touches nothing. */
static int
daemon_check(struct daemon *daemon)
{
	const struct options *options = &daemon->options;

	daemon->options.foreground = true;
	if (!router_make(daemon))
		return EXIT_FAILURE;
	struct out *out = options->json ? out_json_new(file_write, stdout)
					: out_text_new(file_write, stderr);
	int error = daemon->router->language->configure(
		daemon->router, options->config_path, CONFIGURE_CHECK, 0, out);
	out_free(out);
	daemon_end(daemon);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Everything up to the first configuration; false: it went wrong, and was said on stderr.
 * What only root can do comes before the rights are given up, and reading the
 * configuration after, since it has to be read again later. */
static bool
daemon_start(struct daemon *daemon)
{
	struct options *options = &daemon->options;
	int error;

	if (!privilege_choose(&daemon->privilege, options->user, options->group,
			      options->config_path))
		return false;
	if (!options->foreground && (error = background_enter(&daemon->background)) < 0) {
		fprintf(stderr, "meshd: can't go into the background: %s\n",
			strerror(-error));
		return false;
	}
	if (!router_make(daemon) || !control_make(daemon))
		return false;
	/* Whoever hears that we run may send one at once. */
	linux_signals(daemon->sys);
	if (options->pid_path && (daemon->pid_fd = pid_write(options->pid_path)) < 0)
		return false;
	if (!privilege_drop(&daemon->privilege, options->debug))
		return false;
	if (!daemon_configure(daemon))
		return false;
	if (daemon->privilege.remark[0])
		router_log(daemon->router, LOG_WARNING, "%s", daemon->privilege.remark);
	/* By then the protocols run. */
	timer_init(&daemon->host_timer, daemon->router, host_timer_fired);
	timer_start(&daemon->host_timer, USEC_S);
	background_done(&daemon->background);
	notify_send("READY=1");
	return true;
}

static bool
daemon_configure(struct daemon *daemon)
{
	struct router *router = daemon->router;
	struct out *out = out_text_new(file_write, stderr);

	router->recovery.asked = daemon->options.recover;
	int error = router->language->configure(router, daemon->options.config_path,
						CONFIGURE_COMMIT, 0, out);
	out_free(out);
	return !error;
}

static void
daemon_end(struct daemon *daemon)
{
	router_free(daemon->router);
	linux_free(daemon->sys);
	pid_remove(daemon->options.pid_path, daemon->pid_fd);
}

static bool
router_make(struct daemon *daemon)
{
	const struct linux_options options = {
		.log_syslog = !daemon->options.foreground,
		.debug_stderr = daemon->options.debug,
		.debug_path = daemon->options.debug_path,
		.signalled = signalled,
		.context = daemon,
	};

	daemon->sys = linux_new(&options);
	if (!daemon->sys) {
		fprintf(stderr, "meshd: can't make an event loop: %s\n", strerror(errno));
		return false;
	}
	daemon->router = router_new(daemon->sys, &modules_linked, &conf_language);
	return true;
}

static bool
control_make(struct daemon *daemon)
{
	const char *path = daemon->options.control_path;
	const char *group = daemon->privilege.group_name;

	privilege_directory(&daemon->privilege, path);
	int error =
		control_open(daemon->router, path, 0660, *group ? group : NULL, false);
	if (error == -EADDRINUSE)
		fprintf(stderr, "meshd: another daemon answers on %s\n", path);
	else if (error)
		fprintf(stderr, "meshd: can't open the control socket %s: %s\n", path,
			strerror(-error));
	return !error;
}

static void
host_timer_fired(struct timer *timer)
{
	host_check(timer->router);
}

/* What the service manager wants to know; the router does the rest. */
static void
signalled(void *context, enum sys_signal signal, bool done)
{
	struct daemon *daemon = context;
	struct timespec now;
	char text[64];

	switch (signal) {
	case SYS_SIGNAL_SHUTDOWN:
		if (done)
			break;
		/* Whoever says it twice doesn't want to wait for good-byes. */
		if (daemon->stopping)
			daemon->sys->class->quit(daemon->sys, EXIT_FAILURE);
		daemon->stopping = true;
		notify_send("STOPPING=1");
		break;
	case SYS_SIGNAL_RECONFIGURE:
		clock_gettime(CLOCK_MONOTONIC, &now);
		snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld",
			 now.tv_sec * 1000000LL + now.tv_nsec / 1000);
		notify_send(done ? "READY=1" : text);
		break;
	case SYS_SIGNAL_DUMP: break;
	}
}

static void
file_write(void *context, const char *bytes, size_t size)
{
	fwrite(bytes, 1, size, context);
}
