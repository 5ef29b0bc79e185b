/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces and addresses: told whole when asked, and each change.  Keeps what was last
 * told of each interface, so that the many notifications that change nothing we hold stay
 * here, and interfaces that went unseen (after an overrun) can be told as gone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/wireless.h>
#include <unistd.h>
#include "lib/hash.h"
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/linux/world.h"
#include "sysdep/netlink/interface.h"

#define SCAN_TRIES 5 /* How often a scan that was torn by changes is done again. */

struct known {
	struct hash_node node; /* By index. */
	struct sys_interface interface;
	uint32_t round; /* The last scan that saw it. */
};

struct interfaces {
	struct world *world;
	struct hash known;
	uint32_t round; /* Scans so far. */
	unsigned tries; /* Of the scan under way. */
	bool scanning, again;
};

static void scan_begin(struct interfaces *interfaces);
static void scan_told(struct scan *scan, const struct netlink_message *message);
static void links_done(struct scan *scan, int error);
static void addresses_done(struct scan *scan, int error);
static void scan_finish(struct interfaces *interfaces);
static bool interface_take(struct interfaces *interfaces,
			   const struct netlink_message *message, bool scanned);
static bool address_take(struct interfaces *interfaces,
			 const struct netlink_message *message);
static void interface_tell(struct interfaces *interfaces,
			   const struct sys_interface *interface, bool gone);
static struct known *known_find(struct interfaces *interfaces, uint32_t index);
static void known_free(struct interfaces *interfaces, struct known *known);
static bool interface_is_wireless(const char *name);

struct interfaces *
linux_interfaces_new(struct world *world)
{
	struct interfaces *interfaces = mem_zalloc(sizeof *interfaces);

	interfaces->world = world;
	hash_init(&interfaces->known);
	return interfaces;
}

void
linux_interfaces_free(struct interfaces *interfaces)
{
	hash_each(known, &interfaces->known, struct known, node)
		known_free(interfaces, known);
	hash_fini(&interfaces->known);
	mem_free(interfaces);
}

void
linux_interface_scan(struct sys *sys)
{
	struct world *world = world_of(sys);
	struct interfaces *interfaces = world->interfaces;

	/* Listen first: what changes while we scan is told after. */
	linux_events_interfaces(world);
	if (interfaces->scanning) {
		interfaces->again = true;
		return;
	}
	interfaces->scanning = true;
	interfaces->tries = 0;
	scan_begin(interfaces);
}

void
linux_interface_check(struct sys *sys, uint32_t index)
{
	linux_events_ask(world_of(sys), index);
}

bool
linux_interface_message(struct world *world, const struct netlink_message *message)
{
	if (message->type == RTM_NEWLINK || message->type == RTM_DELLINK)
		return interface_take(world->interfaces, message, false);
	return address_take(world->interfaces, message);
}

static void
scan_begin(struct interfaces *interfaces)
{
	struct scan scan = {
		.dump = { .type = RTM_GETLINK, .family = AF_UNSPEC },
		.told = scan_told,
		.done = links_done,
	};

	interfaces->round++;
	linux_scan_queue(interfaces->world, &scan);
}

static void
scan_told(struct scan *scan, const struct netlink_message *message)
{
	struct interfaces *interfaces = scan->world->interfaces;

	if (message->type == RTM_NEWLINK)
		interface_take(interfaces, message, true);
	else
		address_take(interfaces, message);
}

static void
links_done(struct scan *scan, int error)
{
	struct interfaces *interfaces = scan->world->interfaces;
	struct scan addresses = {
		.dump = { .type = RTM_GETADDR, .family = AF_UNSPEC },
		.told = scan_told,
		.done = addresses_done,
	};

	if (error == -EINTR && ++interfaces->tries < SCAN_TRIES) {
		scan_begin(interfaces);
		return;
	}
	if (!error)
		hash_each(known, &interfaces->known, struct known, node)
			if (known->round != interfaces->round) {
				interface_tell(interfaces, &known->interface, true);
				known_free(interfaces, known);
			}
	linux_scan_queue(scan->world, &addresses);
}

static void
addresses_done(struct scan *scan, int error)
{
	struct interfaces *interfaces = scan->world->interfaces;

	if (error == -EINTR && ++interfaces->tries < SCAN_TRIES) {
		scan_begin(interfaces);
		return;
	}
	scan_finish(interfaces);
}

static void
scan_finish(struct interfaces *interfaces)
{
	struct world *world = interfaces->world;
	bool again = interfaces->again;

	interfaces->scanning = interfaces->again = false;
	if (world->handler && world->handler->interface_scan_done)
		world->handler->interface_scan_done(world->context);
	if (again)
		linux_interface_scan(&world->sys);
}

/* True if IPv4 routes may have gone with it. */
static bool
interface_take(struct interfaces *interfaces, const struct netlink_message *message,
	       bool scanned)
{
	struct sys_interface now;

	if (netlink_get_interface(message, &now) != NETLINK_GOOD)
		return false;
	struct known *known = known_find(interfaces, now.index);
	bool was_up = known && known->interface.flags & SYS_IF_UP;
	if (message->type == RTM_DELLINK) {
		interface_tell(interfaces, known ? &known->interface : &now, true);
		if (known)
			known_free(interfaces, known);
		return was_up;
	}
	if (known && !strcmp(known->interface.name, now.name))
		now.flags |= known->interface.flags & SYS_IF_WIRELESS;
	else if (!(now.flags & (SYS_IF_LOOPBACK | SYS_IF_TUNNEL)) &&
		 interface_is_wireless(now.name))
		now.flags |= SYS_IF_WIRELESS;
	bool same = known && !memcmp(&known->interface, &now, sizeof now);
	if (!known) {
		known = mem_zalloc(sizeof *known);
		hash_insert(&interfaces->known, &known->node, hash_u64(now.index));
	}
	known->interface = now;
	if (scanned)
		known->round = interfaces->round;
	if (scanned || !same)
		interface_tell(interfaces, &now, false);
	return was_up && !(now.flags & SYS_IF_UP);
}

static bool
address_take(struct interfaces *interfaces, const struct netlink_message *message)
{
	struct world *world = interfaces->world;
	struct sys_address address;
	bool gone = message->type == RTM_DELADDR;

	if (netlink_get_address(message, &address) != NETLINK_GOOD)
		return false;
	if (world->handler && world->handler->address_event)
		world->handler->address_event(world->context, &address, gone);
	return gone && address.prefix.type == NET_IP4;
}

static void
interface_tell(struct interfaces *interfaces, const struct sys_interface *interface,
	       bool gone)
{
	struct world *world = interfaces->world;
	struct sys_interface copy = *interface;

	if (world->handler && world->handler->interface_event)
		world->handler->interface_event(world->context, &copy, gone);
}

static struct known *
known_find(struct interfaces *interfaces, uint32_t index)
{
	struct hash_node *node = hash_find(&interfaces->known, hash_u64(index));

	for (; node; node = hash_find_next(node)) {
		struct known *known = container_of(node, struct known, node);
		if (known->interface.index == index)
			return known;
	}
	return NULL;
}

static void
known_free(struct interfaces *interfaces, struct known *known)
{
	hash_remove(&interfaces->known, &known->node);
	mem_free(known);
}

/* A radio has a phy; drivers of the old interface answer the old question. */
static bool
interface_is_wireless(const char *name)
{
	char path[64];
	struct stat stat_of;
	struct iwreq request = { 0 };

	if (text_format(path, sizeof path, "/sys/class/net/%s/phy80211", name) &&
	    stat(path, &stat_of) == 0)
		return true;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	memcpy(request.ifr_name, name, strlen(name) + 1);
	bool is = ioctl(fd, SIOCGIWNAME, &request) == 0;
	close(fd);
	return is;
}
