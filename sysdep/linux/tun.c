/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TUN devices: interfaces whose packets are read and written here instead of on a wire.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/if_tun.h>
#include <unistd.h>
#include "lib/mem.h"
#include "sysdep/linux/world.h"

#define BATCH       16 /* Packets told at once. */
#define BATCHES     8  /* Of these in one turn of the loop, so that others get theirs. */
#define PACKET_ROOM 65536 /* The longest there is: somebody may raise the MTU. */

struct sys_tun {
	struct list link; /* world->tuns */
	struct watch *watch;
	int fd;
	bool busy;   /* In a callback of ours. */
	bool closed; /* By its user while busy; freed after. */
	const struct sys_tun_ops *ops;
	void *context;
	struct sys_tun_packet packets[BATCH];
	uint8_t *bytes; /* Room for a batch; what no packet has reached is never touched.
			 */
};

static int device_open(const char *name, uint32_t *index);
static void tun_ready(void *context, unsigned events);
static size_t batch_read(struct sys_tun *tun, int *error);

int
linux_tun_open(struct sys *sys, const char *name, uint32_t mtu,
	       const struct sys_tun_ops *ops, void *context, struct sys_tun **made)
{
	struct world *world = world_of(sys);
	uint32_t index = 0;
	int fd = device_open(name, &index);
	int error = fd < 0 ? fd : linux_interface_setup(index, mtu);

	if (error) {
		if (fd >= 0)
			close(fd);
		return error;
	}
	struct sys_tun *tun = mem_zalloc(sizeof *tun);
	tun->fd = fd;
	tun->ops = ops;
	tun->context = context;
	tun->bytes = mem_alloc((size_t)BATCH * PACKET_ROOM);
	tun->watch = linux_watch_new(world->loop, fd, WATCH_READ, tun_ready, tun);
	list_push_back(&world->tuns, &tun->link);
	*made = tun;
	return 0;
}

int
linux_tun_write(struct sys_tun *tun, const void *bytes, size_t size)
{
	ssize_t written;

	do
		written = write(tun->fd, bytes, size);
	while (written < 0 && errno == EINTR);
	return written < 0 ? -errno : 0;
}

void
linux_tun_close(struct sys_tun *tun)
{
	if (!tun)
		return;
	tun->closed = true;
	if (tun->busy)
		return;
	list_remove(&tun->link);
	linux_watch_free(tun->watch);
	close(tun->fd);
	mem_free(tun->bytes);
	mem_free(tun);
}

void
linux_tun_free(struct world *world)
{
	list_each_safe(tun, &world->tuns, struct sys_tun, link)
		linux_tun_close(tun);
}

/* A new device, or a persistent one nobody has open.  The descriptor or a negative errno.
 */
static int
device_open(const char *name, uint32_t *index)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd, error = 0;

	if (strlen(name) >= sizeof request.ifr_name)
		return -ENAMETOOLONG;
	memcpy(request.ifr_name, name, strlen(name) + 1);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		error = -errno;
	else if (!(*index = if_nametoindex(name)))
		error = -ENODEV;
	if (!error)
		return fd;
	close(fd);
	return error;
}

static void
tun_ready(void *context, unsigned events)
{
	struct sys_tun *tun = context;
	int error = 0;

	(void)events;
	tun->busy = true;
	for (int i = 0; i < BATCHES && !tun->closed && !error; i++) {
		size_t count = batch_read(tun, &error);
		if (count)
			tun->ops->receive(tun->context, tun, tun->packets, count);
	}
	if (!tun->closed && error && error != -EAGAIN) {
		linux_watch_set(tun->watch, 0, -1);
		tun->ops->lost(tun->context, tun, error);
	}
	tun->busy = false;
	if (tun->closed)
		linux_tun_close(tun);
}

/* `error` is set when there are no more. */
static size_t
batch_read(struct sys_tun *tun, int *error)
{
	size_t count = 0;

	while (count < BATCH) {
		uint8_t *bytes = tun->bytes + count * PACKET_ROOM;
		ssize_t size = read(tun->fd, bytes, PACKET_ROOM);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0) {
			*error = -errno;
			break;
		}
		tun->packets[count++] =
			(struct sys_tun_packet){ .bytes = bytes, .size = (size_t)size };
	}
	return count;
}
