/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements that make a machine's kernel, disk or clock misbehave.
 */
#include <errno.h>
#include <string.h>
#include "sim/run.h"

#define MAIN_TABLE       254
#define NAT_IDLE         (120 * USEC_S)
#define FOREIGN_PROTOCOL 4 /* "static" in rt_protos. */

static void verb_kernel(struct args *args);
static void verb_nat(struct args *args);
static void verb_disk(struct args *args);
static void verb_setting(struct args *args);
static void verb_clock(struct args *args);
static void verb_signal(struct args *args);

const struct verb kernel_verbs[] = {
	{ "kernel",
	  "ROUTER drop-routes [silently] | delete P [silently] | add P via ADDRESS dev "
	  "IF|"
	  "unreachable [metric N] | refuse P|all ERROR [times N] | accept | overrun [N] "
	  "| "
	  "latency T | notice T | carrier T | room N | silent-down on|off",
	  verb_kernel },
	{ "nat", "ROUTER INTERFACE on [idle TIME] | off | forget", verb_nat },
	{ "disk", "ROUTER full|ok", verb_disk },
	{ "setting", "ROUTER NAME VALUE", verb_setting },
	{ "clock", "ROUTER forward|back TIME", verb_clock },
	{ "signal", "ROUTER reconfigure|shutdown|dump", verb_signal },
	{ 0 },
};

static void kernel_delete(struct args *args, struct host *host);
static void kernel_add(struct args *args, struct host *host);
static void kernel_refuse(struct args *args, struct host *host);
static bool kernel_tune(struct args *args, struct host *host);

static void
verb_kernel(struct args *args)
{
	static const char *const words[] = { "drop-routes", "delete",     "add",
					     "refuse",      "accept",     "overrun",
					     "latency",     "notice",     "carrier",
					     "room",        "silent-down" };
	struct host *host = args_host(args);

	if (args_take(args, "drop-routes")) {
		bool told = !args_take(args, "silently");
		if (args_ready(args))
			sim_kernel_flush(host->node, false, told);
	} else if (args_take(args, "delete")) {
		kernel_delete(args, host);
	} else if (args_take(args, "add")) {
		kernel_add(args, host);
	} else if (args_take(args, "refuse")) {
		kernel_refuse(args, host);
	} else if (args_take(args, "accept")) {
		if (args_ready(args))
			sim_kernel_refuse(host->node, NULL, 0, 0);
	} else if (args_take(args, "overrun")) {
		uint64_t count = args_is_over(args) ? 1 : args_number(args, "a number");
		if (args_ready(args))
			sim_kernel_overrun(host->node, (uint32_t)count);
	} else if (!kernel_tune(args, host)) {
		args_expected(args, "what happens to the kernel", words,
			      ARRAY_SIZE(words));
	}
}

static void
kernel_delete(struct args *args, struct host *host)
{
	struct prefix net = args_prefix(args);
	bool told = !args_take(args, "silently");

	if (!args_ready(args))
		return;
	int error = sim_kernel_route_remove(host->node, MAIN_TABLE, &net, told);
	if (error)
		run_fail(args->run, NULL, "the kernel of %s refuses: %s",
			 sim_node_name(host->node), text_error(error));
}

static void
kernel_add(struct args *args, struct host *host)
{
	struct fib_nexthop hop = { .weight = 1 };
	struct fib_route route = { .net = args_prefix(args),
				   .table = MAIN_TABLE,
				   .protocol = FOREIGN_PROTOCOL,
				   .dest = FIB_UNREACHABLE,
				   .nexthops = &hop };

	if (args_take(args, "via")) {
		hop.gateway = args_addr(args);
		if (!args_take(args, "dev"))
			args_complain(args, "expected dev");
		struct sim_interface *interface = args_interface(args, host);
		route.dest = FIB_UNICAST;
		route.nexthop_count = 1;
		if (interface)
			hop.index = sim_interface_info(interface)->index;
	} else if (!args_take(args, "unreachable")) {
		args_complain(args, "expected via or unreachable");
	}
	if (args_take(args, "metric"))
		route.metric = (uint32_t)args_number(args, "a metric");
	if (!args_ready(args))
		return;
	int error = sim_kernel_route_add(host->node, &route);
	if (error)
		run_fail(args->run, NULL, "the kernel of %s refuses: %s",
			 sim_node_name(host->node), text_error(error));
}

static void
kernel_refuse(struct args *args, struct host *host)
{
	bool all = args_take(args, "all");
	struct prefix net = { 0 };
	uint64_t count = UINT32_MAX;

	if (!all)
		net = args_prefix(args);
	int error = args_errno(args);
	if (args_take(args, "times"))
		count = args_number(args, "a number");
	if (args_ready(args))
		sim_kernel_refuse(host->node, all ? NULL : &net, error, (uint32_t)count);
}

static bool
kernel_tune(struct args *args, struct host *host)
{
	struct sim_kernel_faults ignored = { 0 };
	struct sim_kernel_faults *faults = &ignored;

	if (host)
		faults = sim_kernel_faults(host->node);
	if (args_take(args, "latency"))
		faults->latency = args_time(args);
	else if (args_take(args, "notice"))
		faults->notice = args_time(args);
	else if (args_take(args, "carrier"))
		faults->carrier = args_time(args);
	else if (args_take(args, "room"))
		faults->notices =
			(uint32_t)args_number(args, "a number of notifications");
	else if (args_take(args, "silent-down"))
		faults->silent_down = args_switch(args);
	else
		return false;
	args_ready(args);
	return true;
}

static void
verb_nat(struct args *args)
{
	struct host *host = args_host(args);
	struct sim_interface *interface = args_interface(args, host);
	bool forget = args_take(args, "forget");
	usec_t idle = NAT_IDLE;

	if (!forget && !args_switch(args))
		idle = 0;
	else if (args_take(args, "idle"))
		idle = args_time(args);
	if (!args_ready(args))
		return;
	if (forget)
		sim_nat_forget(interface);
	else
		sim_nat(interface, idle);
}

static void
verb_disk(struct args *args)
{
	struct host *host = args_host(args);
	bool full = args_take(args, "full");

	if (!full && !args_take(args, "ok"))
		args_complain(args, "expected full or ok");
	if (args_ready(args))
		sim_file_refuse(host->node, full ? -ENOSPC : 0);
}

static void
verb_setting(struct args *args)
{
	struct host *host = args_host(args);
	const char *name = args_word(args, "the name of a setting");
	const char *value = args_string(args, "a value");

	if (args_ready(args))
		sim_node_setting(host->node, name, value);
}

static void
verb_clock(struct args *args)
{
	struct host *host = args_host(args);
	bool back = args_take(args, "back");

	if (!back && !args_take(args, "forward"))
		args_complain(args, "expected forward or back");
	usec_t by = args_time(args);
	if (args_ready(args))
		sim_node_wall_jump(host->node, back ? -by : by);
}

static void
verb_signal(struct args *args)
{
	struct host *host = args_host(args);
	enum sys_signal signal = SYS_SIGNAL_RECONFIGURE;

	if (args_take(args, "shutdown"))
		signal = SYS_SIGNAL_SHUTDOWN;
	else if (args_take(args, "dump"))
		signal = SYS_SIGNAL_DUMP;
	else if (!args_take(args, "reconfigure"))
		args_complain(args, "expected reconfigure, shutdown or dump");
	if (args_ready(args) && host->router)
		sim_node_signal(host->node, signal);
}
