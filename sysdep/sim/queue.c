/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue between a router and its kernel: requests to carry out, answers and
 * notifications to be told, in order, each after its latency; notifications that find no
 * room are lost and make an overrun.
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "lib/wire.h"
#include "sysdep/sim/world.h"

static void message_free(struct sim_node *node, struct sim_message *message);
static void queue_fire(struct sim_timer *timer);
static void queue_arm(struct sim_node *node);
static void dispatch(struct sim_node *node, struct sim_message *message);
static void change_run(struct sim_node *node, const struct sim_message *message);
static int refusal_find(struct sim_node *node, const struct prefix *net);
static void interfaces_tell(struct sim_node *node);
static void routes_tell(struct sim_node *node, const struct sim_message *message);
static void message_trace(struct sim_node *node, enum sim_kind kind, const char *what,
			  const void *bytes, size_t size);
static void interface_trace(struct sim_node *node, const struct sys_interface *interface,
			    bool gone);
static void signal_trace(struct sim_node *node, enum sys_signal signal);
static void route_trace(struct sim_node *node, const struct sim_message *message,
			int error);

void
sim_kernel_init(struct sim_node *node)
{
	struct sim_kernel *kernel = &node->kernel;

	kernel->faults = (struct sim_kernel_faults){
		.latency = 50, .notice = 100, .notices = 4096, .silent_down = true
	};
	store_init(&kernel->routes, sizeof(struct sim_route));
	list_init(&kernel->queue);
	list_init(&kernel->refusals);
	list_init(&kernel->interfaces);
	kernel->next_index = 1;
	sim_timer_init(&kernel->timer, queue_fire);
	sim_interface_init(node);
}

void
sim_kernel_fini(struct sim_node *node)
{
	sim_kernel_forget(node);
	sim_kernel_refuse(node, NULL, 0, 0);
	sim_interface_free(node);
	sim_routes_free(node);
}

void
sim_kernel_forget(struct sim_node *node)
{
	struct sim_kernel *kernel = &node->kernel;

	list_each_safe(message, &kernel->queue, struct sim_message, link)
		message_free(node, message);
	kernel->unread = 0;
	kernel->losing = 0;
	kernel->overrun = false;
	sim_timer_stop(node->world, &kernel->timer);
}

struct sim_kernel_faults *
sim_kernel_faults(struct sim_node *node)
{
	return &node->kernel.faults;
}

void
sim_kernel_refuse(struct sim_node *node, const struct prefix *net, int error,
		  uint32_t count)
{
	if (!error) {
		list_each_safe(refusal, &node->kernel.refusals, struct sim_refusal,
			       link) {
			list_remove(&refusal->link);
			mem_free(refusal);
		}
		return;
	}
	struct sim_refusal *refusal = mem_zalloc(sizeof(*refusal));
	refusal->all = !net;
	if (net)
		refusal->net = *net;
	refusal->error = error;
	refusal->count = count;
	list_push_back(&node->kernel.refusals, &refusal->link);
}

void
sim_kernel_overrun(struct sim_node *node, uint32_t count)
{
	node->kernel.losing += count;
}

void
sim_fib_queue(struct sys *sys, const struct fib_change *changes, size_t count)
{
	struct sim_node *node = sim_node_cast(sys);

	for (size_t i = 0; i < count && !node->dead; i++) {
		struct sim_message *message = sim_message_new(node, SIM_MESSAGE_CHANGE);
		message->op = changes[i].op;
		message->cookie = changes[i].cookie;
		sim_message_route(node, message, &changes[i].route,
				  changes[i].op == FIB_DELETE);
		sim_message_post(node, message);
	}
}

void
sim_fib_scan(struct sys *sys, uint32_t table, uint32_t families)
{
	struct sim_node *node = sim_node_cast(sys);

	if (node->dead)
		return;
	struct sim_message *message = sim_message_new(node, SIM_MESSAGE_FIB_SCAN);
	message->table = table;
	message->families = families;
	sim_message_post(node, message);
}

struct sim_message *
sim_message_new(struct sim_node *node, enum sim_message_kind kind)
{
	struct sim_message *message = slab_alloc(node->world->messages);

	message->kind = kind;
	list_init(&message->link);
	return message;
}

void
sim_message_route(struct sim_node *node, struct sim_message *message,
		  const struct fib_route *from, bool gone)
{
	const struct fib_route *route = sim_codec_route(node->world->codec, from, gone);
	struct fib_route *copy = &message->route;

	*copy = *route;
	copy->nexthops = &message->hop;
	if (route->nexthop_count == 1)
		message->hop = route->nexthops[0];
	else if (route->nexthop_count > 1)
		copy->nexthops = mem_dup(route->nexthops,
					 route->nexthop_count * sizeof(*route->nexthops));
	if (route->metric_count)
		copy->metrics = mem_dup(route->metrics,
					route->metric_count * sizeof(*route->metrics));
}

static void
message_free(struct sim_node *node, struct sim_message *message)
{
	list_remove(&message->link);
	if (message->route.nexthop_count > 1)
		mem_free((void *)(uintptr_t)message->route.nexthops);
	if (message->route.metric_count)
		mem_free((void *)(uintptr_t)message->route.metrics);
	slab_release(node->world->messages, message);
}

void
sim_message_post(struct sim_node *node, struct sim_message *message)
{
	struct sim_kernel *kernel = &node->kernel;
	bool notice = message->kind >= SIM_MESSAGE_INTERFACE;
	usec_t due = node->world->now +
		     (notice ? kernel->faults.notice : kernel->faults.latency);
	bool empty = list_is_empty(&kernel->queue);

	if (!empty) {
		struct list *last = kernel->queue.previous;
		due = MAX(due, container_of(last, struct sim_message, link)->due);
	}
	message->due = due;
	list_push_back(&kernel->queue, &message->link);
	if (empty)
		queue_arm(node);
}

void
sim_message_notify(struct sim_node *node, struct sim_message *message)
{
	struct sim_kernel *kernel = &node->kernel;

	if (!node->handler) {
		message_free(node, message);
		return;
	}
	if (!kernel->losing && kernel->unread < kernel->faults.notices) {
		kernel->unread++;
		sim_message_post(node, message);
		return;
	}
	message_free(node, message);
	if (kernel->losing)
		kernel->losing--;
	if (!kernel->overrun) {
		kernel->overrun = true;
		sim_message_post(node, sim_message_new(node, SIM_MESSAGE_OVERRUN));
	}
}

static void
queue_arm(struct sim_node *node)
{
	const struct sim_message *first =
		list_first(&node->kernel.queue, struct sim_message, link);

	if (first)
		sim_timer_start(node->world, &node->kernel.timer, first->due);
}

static void
queue_fire(struct sim_timer *timer)
{
	struct sim_node *node = container_of(timer, struct sim_node, kernel.timer);
	struct sim_message *message;

	while ((message = list_first(&node->kernel.queue, struct sim_message, link)) &&
	       message->due <= node->world->now) {
		list_remove(&message->link);
		if (node->handler)
			dispatch(node, message);
		message_free(node, message);
	}
	queue_arm(node);
}

static void
dispatch(struct sim_node *node, struct sim_message *message)
{
	const struct sys_handler *handler = node->handler;
	struct sim_kernel *kernel = &node->kernel;

	switch (message->kind) {
	case SIM_MESSAGE_CHANGE: change_run(node, message); break;
	case SIM_MESSAGE_FIB_SCAN: routes_tell(node, message); break;
	case SIM_MESSAGE_INTERFACE_SCAN: interfaces_tell(node); break;
	case SIM_MESSAGE_INTERFACE:
		kernel->unread--;
		interface_trace(node, &message->interface, message->gone);
		handler->interface_event(node->context, &message->interface,
					 message->gone);
		break;
	case SIM_MESSAGE_ADDRESS:
		kernel->unread--;
		message_trace(node, SIM_INTERFACE,
			      message->gone ? "address gone" : "address",
			      &message->address.addr, sizeof(message->address.addr));
		handler->address_event(node->context, &message->address, message->gone);
		break;
	case SIM_MESSAGE_FIB:
		kernel->unread--;
		route_trace(node, message, 0);
		handler->fib_event(node->context, &message->route, message->gone);
		break;
	case SIM_MESSAGE_OVERRUN:
		kernel->overrun = false;
		message_trace(node, SIM_OVERRUN, "overrun", NULL, 0);
		handler->overrun(node->context);
		break;
	case SIM_MESSAGE_SIGNAL:
		signal_trace(node, message->signal);
		handler->signal(node->context, message->signal);
		break;
	}
	sim_node_handled(node);
}

static void
change_run(struct sim_node *node, const struct sim_message *message)
{
	int error = refusal_find(node, &message->route.net);

	if (!error && message->op == FIB_REPLACE)
		error = sim_route_put(node, &message->route);
	else if (!error)
		error = sim_route_delete(node, &message->route, false, NULL);
	route_trace(node, message, error);
	node->handler->fib_result(node->context, message->cookie, error);
}

static int
refusal_find(struct sim_node *node, const struct prefix *net)
{
	list_each(refusal, &node->kernel.refusals, struct sim_refusal, link) {
		if (!refusal->all && !prefix_covers(&refusal->net, net))
			continue;
		int error = refusal->error;
		if (--refusal->count == 0) {
			list_remove(&refusal->link);
			mem_free(refusal);
		}
		return error;
	}
	return 0;
}

static void
interfaces_tell(struct sim_node *node)
{
	const struct sys_handler *handler = node->handler;

	message_trace(node, SIM_SCAN, "interfaces", NULL, 0);
	list_each(interface, &node->kernel.interfaces, struct sim_interface, link) {
		if (interface->removed)
			continue;
		struct sys_interface info = interface->info;
		sim_codec_interface(node->world->codec, &info, false);
		handler->interface_event(node->context, &info, false);
		list_each(address, &interface->addresses, struct sim_address, link) {
			struct sys_address told = address->info;
			sim_codec_address(node->world->codec, &told, false);
			handler->address_event(node->context, &told, false);
		}
	}
	handler->interface_scan_done(node->context);
}

static void
routes_tell(struct sim_node *node, const struct sim_message *message)
{
	message_trace(node, SIM_SCAN, "routes", NULL, 0);
	for (uint32_t dest = 0; dest < node->kernel.dest_room; dest++) {
		struct fib_route route;
		uint32_t at = node->kernel.by_dest[dest];
		while (at) {
			struct sim_route *found = sim_route_at(node, at);
			at = found->next;
			sim_route_export(node, found, &route);
			if (route.table == message->table &&
			    (message->families & NET_BIT(route.net.type)))
				node->handler->fib_scanned(
					node->context, sim_codec_route(node->world->codec,
								       &route, false));
		}
	}
	node->handler->fib_scan_done(node->context, 0);
}

static void
message_trace(struct sim_node *node, enum sim_kind kind, const char *what,
	      const void *bytes, size_t size)
{
	struct sim_event event = {
		.when = node->world->now, .kind = kind, .node = node, .what = what
	};

	sim_trace(node->world, &event, size ? hash_bytes64(bytes, size, 1) : 0);
}

/* Byte by byte: a trace is the same on every machine. */
static void
interface_trace(struct sim_node *node, const struct sys_interface *interface, bool gone)
{
	uint8_t bytes[SYS_NAME + 4 * sizeof(uint32_t)];
	struct wire_out out = wire_out(bytes, sizeof(bytes));

	wire_put_bytes(&out, interface->name, sizeof(interface->name));
	wire_put_u32(&out, interface->index);
	wire_put_u32(&out, interface->flags);
	wire_put_u32(&out, interface->mtu);
	wire_put_u32(&out, interface->master);
	message_trace(node, SIM_INTERFACE, gone ? "interface gone" : "interface", bytes,
		      sizeof(bytes));
}

static void
signal_trace(struct sim_node *node, enum sys_signal signal)
{
	uint8_t byte = (uint8_t)signal;

	message_trace(node, SIM_SIGNAL, "signal", &byte, sizeof(byte));
}

static void
route_trace(struct sim_node *node, const struct sim_message *message, int error)
{
	const struct fib_route *route = &message->route;
	const struct sim_observer *observer = node->world->observer;
	bool change = message->kind == SIM_MESSAGE_CHANGE;
	bool removes = change ? message->op == FIB_DELETE : message->gone;
	char what[PREFIX_TEXT + ADDR_TEXT + 64], net[PREFIX_TEXT], via[ADDR_TEXT] = "";
	uint64_t hash = prefix_hash(&route->net, (uint32_t)error);

	hash = hash << 32 | route->metric << 1 | removes;
	for (unsigned i = 0; i < route->nexthop_count; i++)
		hash = hash_bytes64(route->nexthops[i].gateway.bytes, 16,
				    hash + route->nexthops[i].index);
	if (observer && observer->trace) {
		prefix_format(&route->net, net);
		if (route->nexthop_count)
			addr_format(route->nexthops[0].gateway, via);
		text_format(what, sizeof(what), "%s %s via %s table %u metric %u: %d",
			    removes ? "delete" : "replace", net, via, route->table,
			    route->metric, error);
	}
	sim_trace(
		node->world,
		&(struct sim_event){ .when = node->world->now,
				     .kind = change ? SIM_FIB : SIM_FIB_EVENT,
				     .node = node,
				     .what = observer && observer->trace ? what : NULL },
		hash);
}
