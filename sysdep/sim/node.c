/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes: one machine each, and the `struct sys` of its router: clocks, randomness,
 * wake-up, log, settings, the life and death of the router.  What has files of its own
 * (sockets, kernel, files) is only joined here.
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sim/world.h"
#include <assert.h>
#include <errno.h>
#include <string.h>

/* So many wake-ups without the clock moving mean that a router asks for ever more of
 * them. */
#define SPIN_LIMIT 100000

static void node_attach(struct sys *sys, const struct sys_handler *handler,
			void *context);
static usec_t node_now(struct sys *sys);
static usec_t node_wall(struct sys *sys);
static void node_random(struct sys *sys, void *bytes, size_t size);
static void node_wake_at(struct sys *sys, usec_t due);
static void node_log(struct sys *sys, enum log_class class, const char *when,
		     const char *line);
static int node_log_open(struct sys *sys, const struct sys_log_target *targets,
			 size_t count);
static const char *node_hostname(struct sys *sys);
static void node_module_list(struct sys *sys,
			     void (*found)(void *context, const char *name),
			     void *context);
static int node_module_open(struct sys *sys, const char *path, const void **module,
			    char *error, size_t size);
static void node_quit(struct sys *sys, int status);
static void wake_fire(struct sim_timer *timer);

const struct sys_class sim_class = {
	.name = "sim",
	.attach = node_attach,
	.now = node_now,
	.wall = node_wall,
	.local_time = sim_local_time,
	.random = node_random,
	.wake_at = node_wake_at,
	.log = node_log,
	.log_open = node_log_open,
	.hostname = node_hostname,
	.interface_scan = sim_interface_scan,
	.interface_check = sim_interface_check,
	.setting_read = sim_setting_read,
	.fib_queue = sim_fib_queue,
	.fib_scan = sim_fib_scan,
	.udp_open = sim_udp_open,
	.udp_send = sim_udp_send,
	.udp_close = sim_udp_close,
	.tun_open = sim_tun_open,
	.tun_write = sim_tun_write,
	.tun_close = sim_tun_close,
	.address_add = sim_tun_address_add,
	.address_remove = sim_tun_address_remove,
	.unix_listen = sim_unix_listen,
	.listener_close = sim_listener_close,
	.stream_attach = sim_stream_attach,
	.stream_send = sim_stream_send,
	.stream_write = sim_stream_write,
	.stream_pause = sim_stream_pause,
	.stream_close = sim_stream_close,
	.tcp_listen = sim_tcp_listen,
	.tcp_md5 = sim_tcp_md5,
	.tcp_connect = sim_tcp_connect,
	.tcp_ends = sim_tcp_ends,
	.tcp_limit = sim_tcp_limit,
	.name_find = sim_name_find,
	.name_forget = sim_name_forget,
	.file_open = sim_file_open,
	.file_read = sim_file_read,
	.file_close = sim_file_close,
	.file_stamp = sim_file_stamp,
	.file_write = sim_file_write,
	.file_append = sim_file_append,
	.pipe_close = sim_pipe_close,
	.file_glob = sim_file_glob,
	.module_open = node_module_open,
	.module_list = node_module_list,
	.quit = node_quit,
};

struct sim_node *
sim_node_new(struct sim_world *world, const char *name)
{
	struct sim_node *node = mem_zalloc(sizeof(*node));

	assert(strlen(name) < SIM_NAME && !sim_node_find(world, name));
	node->sys.class = &sim_class;
	node->world = world;
	node->id = ++world->node_count;
	text_format(node->name, sizeof(node->name), "%s", name);
	node->powered = true;
	node->next_port = 32768;
	list_push_back(&world->nodes, &node->link);
	hash_insert(&world->node_names, &node->name_node,
		    hash_bytes(name, strlen(name), 0));
	sim_random_init(&node->random, world->seed, node->id);
	uint32_t spread = (uint32_t)(SIM_CLOCK_SPREAD / USEC_MS);
	node->clock = (1 + (usec_t)sim_random_below(&node->random, spread)) * USEC_MS;
	node->wall = SIM_WALL_START;
	sim_timer_init(&node->wake, wake_fire);
	list_init(&node->sockets);
	list_init(&node->listeners);
	list_init(&node->streams);
	list_init(&node->files);
	list_init(&node->settings);
	sim_setting_init(node);
	sim_kernel_init(node);
	return node;
}

/* The router is gone already. */
void
sim_node_free(struct sim_node *node)
{
	if (node->handler)
		sim_node_kill(node);
	sim_node_settle(node);
	sim_stream_free(node);
	sim_kernel_fini(node);
	sim_file_free(node);
	sim_setting_free(node);
	hash_remove(&node->world->node_names, &node->name_node);
	list_remove(&node->link);
	mem_free(node);
}

struct sim_node *
sim_node_find(const struct sim_world *world, const char *name)
{
	struct hash_node *found =
		hash_find(&world->node_names, hash_bytes(name, strlen(name), 0));

	for (; found; found = hash_find_next(found)) {
		struct sim_node *node = container_of(found, struct sim_node, name_node);
		if (strcmp(node->name, name) == 0)
			return node;
	}
	return NULL;
}

struct sim_node *
sim_node_next(const struct sim_world *world, const struct sim_node *previous)
{
	const struct list *at = previous ? previous->link.next : world->nodes.next;

	return at == &world->nodes ? NULL : container_of(at, struct sim_node, link);
}

const char *
sim_node_name(const struct sim_node *node)
{
	return node->name;
}

uint32_t
sim_node_id(const struct sim_node *node)
{
	return node->id;
}

uint32_t
sim_node_count(const struct sim_world *world)
{
	return world->node_count;
}

struct sim_world *
sim_node_world(const struct sim_node *node)
{
	return node->world;
}

void *
sim_node_data(const struct sim_node *node)
{
	return node->data;
}

void
sim_node_data_set(struct sim_node *node, void *data)
{
	node->data = data;
}

struct sys *
sim_node_sys(struct sim_node *node)
{
	return &node->sys;
}

struct sim_node *
sim_node_of(struct sys *sys)
{
	assert(sys->class == &sim_class);
	return sim_node_cast(sys);
}

bool
sim_node_is_running(const struct sim_node *node)
{
	return node->handler != NULL;
}

void
sim_node_kill(struct sim_node *node)
{
	node->handler = NULL;
	node->dead = true;
	sim_timer_stop(node->world, &node->wake);
	sim_kernel_forget(node);
}

void
sim_node_settle(struct sim_node *node)
{
	sim_udp_kill(node);
	sim_tun_kill(node);
	sim_stream_kill(node);
	node->dead = false;
}

void
sim_node_power(struct sim_node *node, bool on)
{
	assert(!node->handler);
	if (node->powered == on)
		return;
	node->powered = on;
	if (on)
		sim_setting_boot(node);
	else {
		sim_kernel_flush(node, true, false);
		sim_tcp_power_off(node);
	}
	list_each(interface, &node->kernel.interfaces, struct sim_interface, link)
		sim_interface_refresh(interface);
}

bool
sim_node_is_powered(const struct sim_node *node)
{
	return node->powered;
}

void
sim_node_signal(struct sim_node *node, enum sys_signal signal)
{
	struct sim_message *message = sim_message_new(node, SIM_MESSAGE_SIGNAL);

	message->signal = signal;
	sim_message_post(node, message);
}

void
sim_node_wall_jump(struct sim_node *node, usec_t by)
{
	node->wall += by;
}

void
sim_node_group(struct sim_node *node, uint32_t group)
{
	node->group = group;
}

usec_t
sim_node_time(const struct sim_node *node)
{
	return node->world->now + node->clock;
}

void
sim_node_handled(struct sim_node *node)
{
	const struct sim_observer *observer = node->world->observer;

	if (observer && observer->handled)
		observer->handled(node->world->observer_context, node);
}

static void
node_attach(struct sys *sys, const struct sys_handler *handler, void *context)
{
	struct sim_node *node = sim_node_cast(sys);

	assert(!node->handler && !node->dead && node->powered);
	node->handler = handler;
	node->context = context;
}

static usec_t
node_now(struct sys *sys)
{
	return sim_node_time(sim_node_cast(sys));
}

static usec_t
node_wall(struct sys *sys)
{
	struct sim_node *node = sim_node_cast(sys);

	return node->world->now + node->wall;
}

static void
node_random(struct sys *sys, void *bytes, size_t size)
{
	struct sim_node *node = sim_node_cast(sys);
	uint8_t *to = bytes;

	while (size) {
		uint64_t value = sim_random_u64(&node->random);
		for (unsigned i = 0; i < 8 && size; i++, size--, value >>= 8)
			*to++ = (uint8_t)value;
	}
}

static void
node_wake_at(struct sys *sys, usec_t due)
{
	struct sim_node *node = sim_node_cast(sys);

	if (node->dead)
		return;
	if (due == USEC_NEVER)
		sim_timer_stop(node->world, &node->wake);
	else
		sim_timer_start(node->world, &node->wake, due - node->clock);
}

static void
wake_fire(struct sim_timer *timer)
{
	struct sim_node *node = container_of(timer, struct sim_node, wake);
	struct sim_world *world = node->world;

	if (!node->handler)
		return;
	sim_trace(
		world,
		&(struct sim_event){ .when = world->now, .kind = SIM_WAKE, .node = node },
		0);
	node->spin_count = node->spin_time == world->now ? node->spin_count + 1 : 0;
	node->spin_time = world->now;
	assert(node->spin_count < SPIN_LIMIT &&
	       "a router wakes for ever without time passing");
	node->handler->wake(node->context);
	sim_node_handled(node);
}

static void
node_log(struct sys *sys, enum log_class class, const char *when, const char *line)
{
	struct sim_node *node = sim_node_cast(sys);
	const struct sim_observer *observer = node->world->observer;

	(void)when;
	if (!node->dead && observer && observer->log)
		observer->log(node->world->observer_context, node, class, line);
}

/* All lines go to the observer, whatever the targets. */
static int
node_log_open(struct sys *sys, const struct sys_log_target *targets, size_t count)
{
	(void)sys;
	(void)targets;
	(void)count;
	return 0;
}

static const char *
node_hostname(struct sys *sys)
{
	return sim_node_cast(sys)->name;
}

static void
node_module_list(struct sys *sys, void (*found)(void *context, const char *name),
		 void *context)
{
	(void)sys;
	(void)found;
	(void)context;
}

static int
node_module_open(struct sys *sys, const char *path, const void **module, char *error,
		 size_t size)
{
	(void)sys;
	*module = NULL;
	text_format(error, size, "%s: modules can't be loaded in the simulator", path);
	return -ENOSYS;
}

static void
node_quit(struct sys *sys, int status)
{
	struct sim_node *node = sim_node_cast(sys);
	const struct sim_observer *observer = node->world->observer;

	if (!node->dead && observer && observer->quit)
		observer->quit(node->world->observer_context, node, status);
}
