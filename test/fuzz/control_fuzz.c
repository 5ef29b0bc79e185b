/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes to a control socket: the first says to which (even: native, odd: BIRD's), the
 * others are sent as they are; 0xff lets the router run, 0xfe stops reading or goes on.
 * Whatever comes, replies keep their form, in BIRD's protocol there is one for each
 * request, and the router is sound afterwards.
 */
#include "test/unit/nest/console.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char config[] =
	"router id 10.0.0.1;\n"
	"define N = 3;\n"
	"filter f { if net.len > 20 then reject; accept; }\n"
	"function g(int x) { return x * N; }\n"
	"ipv4 table side;\n"
	"roa4 table r4;\n"
	"protocol device { }\n"
	"protocol static s { ipv4 { import filter f; import keep filtered; };\n"
	"	route 10.0.0.0/8 blackhole { krt_metric = 5; };\n"
	"	route 10.1.0.0/16 unreachable; route 10.1.1.0/24 prohibit; }\n"
	"protocol static t { ipv6; route 2001:db8::/32 recursive fe80::1; }\n"
	"protocol static r { roa4 { table r4; }; route 10.0.0.0/8 max 24 as 65000; }\n"
	"protocol pipe p { table master4; peer table side; }\n"
	"protocol babel b { ipv4 { export all; }; interface \"none\"; }\n"
	"protocol kernel k { ipv4 { export where net.len = 8; }; }\n";

static bool
is_code(const char *line, size_t length)
{
	for (unsigned i = 0; i < 4; i++)
		if (i >= length || line[i] < '0' || line[i] > '9')
			return false;
	return length > 4 && (line[4] == ' ' || line[4] == '-');
}

/* How many replies ended in what was heard; aborts at a line of no form. */
static size_t
replies_check(const struct client *client, bool bird)
{
	const char *at = text_string(&client->heard), *end = at + client->heard.length;
	/* The greeting has its own. */
	const char *newline = memchr(at, '\n', client->heard.length);
	size_t ended = 0;
	for (at = newline ? newline + 1 : end; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			abort();
		size_t length = (size_t)(newline - at);
		bool is_last = bird ? is_code(at, length) && at[4] == ' '
				    : length == 2 && at[0] == '.';
		if (!is_last && *at != ' ' && *at != (bird ? '+' : '!') &&
		    !(bird && is_code(at, length)))
			abort();
		ended += is_last;
	}
	return ended;
}

/* Sends all; how many lines that were. */
static size_t
lines_send(struct client *client, const uint8_t *data, size_t size)
{
	size_t lines = 0;
	bool paused = false;
	for (size_t i = 0; i < size; i++) {
		if (data[i] == 0xff) {
			console_run(client->console);
		} else if (data[i] == 0xfe) {
			paused = !paused;
			client_pause(client, paused);
		} else {
			lines += data[i] == '\n';
			client_send(client, (const char *)&data[i], 1);
		}
	}
	client_pause(client, false);
	return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct console console;
	struct client client;
	if (size == 0)
		return 0;
	bool bird = data[0] & 1;
	console_open(&console, config);
	client_open(&client, &console, bird ? CONSOLE_BIRD : CONSOLE_NATIVE);
	size_t lines = lines_send(&client, data + 1, size - 1);
	sim_run(console.world, sim_now(console.world) + USEC_S);
	size_t replies = replies_check(&client, bird);
	if (bird && !console.quit && replies != lines)
		abort();
	router_audit(console.router, AUDIT_FULL);
	client_close(&client);
	console_close(&console);
	return 0;
}
