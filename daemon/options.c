/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of meshd: bird's letters, so that hands and scripts need not learn.
 */
#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directories.h"

static const char usage[] =
	"usage: meshd [options]\n"
	"  -c FILE    configuration (" MESHD_CONFIG_FILE ")\n"
	"  -s SOCKET  control socket (" MESHD_CONTROL_SOCKET ")\n"
	"  -P FILE    write the process number there\n"
	"  -l         meshd.conf and meshd.ctl in the current directory\n"
	"  -p         only read the configuration and say what is wrong with it\n"
	"  --json     with -p: say it in JSON\n"
	"  --filter-test FILE\n"
	"             run the tests (bt_test_suite) of that configuration, and nothing "
	"else\n"
	"  -f         stay in the foreground\n"
	"  -d         the same, with all messages on stderr\n"
	"  -D FILE    all messages to this file as well\n"
	"  -R         take over the kernel's routes of the process before (graceful "
	"recovery)\n"
	"  -u USER    run as this user (default: meshd, or else nobody; root stays "
	"root)\n"
	"  -g GROUP   and this group, which may also use the control socket\n"
	"  -h, --help, --version\n";

enum { OPTION_JSON = 256, OPTION_FILTER_TEST, OPTION_VERSION };

static bool option_take(struct options *options, int letter, bool *local, int *status);

bool
options_parse(struct options *options, int argc, char **argv, int *status)
{
	static const struct option words[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, OPTION_JSON },
		{ "filter-test", required_argument, NULL, OPTION_FILTER_TEST },
		{ "version", no_argument, NULL, OPTION_VERSION },
		{ 0 },
	};
	bool local = false;
	int letter;

	memset(options, 0, sizeof *options);
	while ((letter = getopt_long(argc, argv, "c:s:P:lpfdD:Ru:g:h", words, NULL)) >= 0)
		if (!option_take(options, letter, &local, status))
			return false;
	if (optind < argc) {
		fprintf(stderr, "meshd: what is '%s'? Try meshd -h\n", argv[optind]);
		*status = 2;
		return false;
	}
	if (!options->config_path)
		options->config_path = local ? "meshd.conf" : MESHD_CONFIG_FILE;
	if (!options->control_path)
		options->control_path = local ? "meshd.ctl" : MESHD_CONTROL_SOCKET;
	return true;
}

static bool
option_take(struct options *options, int letter, bool *local, int *status)
{
	*status = EXIT_SUCCESS;
	switch (letter) {
	case 'c': options->config_path = optarg; return true;
	case 's': options->control_path = optarg; return true;
	case 'P': options->pid_path = optarg; return true;
	case 'l': *local = true; return true;
	case 'p': options->parse_only = true; return true;
	case OPTION_JSON: options->json = true; return true;
	case OPTION_FILTER_TEST: options->test_path = optarg; return true;
	case 'f': options->foreground = true; return true;
	case 'd': options->debug = options->foreground = true; return true;
	case 'D': options->debug_path = optarg; return true;
	case 'R': options->recover = true; return true;
	case 'u': options->user = optarg; return true;
	case 'g': options->group = optarg; return true;
	case 'h': fputs(usage, stdout); return false;
	case OPTION_VERSION: puts("meshd " PACKAGE_VERSION); return false;
	}
	fputs("Try meshd -h\n", stderr);
	*status = 2;
	return false;
}
