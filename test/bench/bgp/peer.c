/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions as simple as can be (RFC 4271): no timers, a KEEPALIVE answers a KEEPALIVE, no
 * errors but the end.
 */
#include "test/bench/bgp/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PEERS_MAX 64
#define GOT_ROOM  ((size_t)1 << 31) /* Reserved; touched as it fills. */
#define READ_MOST ((size_t)1 << 20)
#define HEADER    19

enum { TYPE_OPEN = 1, TYPE_UPDATE, TYPE_NOTIFICATION, TYPE_KEEPALIVE };

static void
die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

double
peer_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- opening ---- */

static struct addrinfo *
address_of(const char *text)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *info;

	if (getaddrinfo(text, NULL, &hints, &info) != 0) {
		fprintf(stderr, "%s: no address\n", text);
		exit(1);
	}
	return info;
}

static int
peer_connect(const struct peer *peer)
{
	struct addrinfo *local = address_of(peer->local);
	struct addrinfo *remote = address_of(peer->remote);
	int fd = socket(local->ai_family, SOCK_STREAM, 0), one = 1;

	if (bind(fd, local->ai_addr, local->ai_addrlen) < 0)
		die(peer->local);
	/* At the same place in both families. */
	((struct sockaddr_in *)(void *)remote->ai_addr)->sin_port = htons(179);
	if (connect(fd, remote->ai_addr, remote->ai_addrlen) < 0) {
		close(fd);
		fd = -1;
	} else
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	freeaddrinfo(local);
	freeaddrinfo(remote);
	return fd;
}

static uint8_t *
put_bytes(uint8_t *to, const void *bytes, size_t size)
{
	memcpy(to, bytes, size);
	return to + size;
}

static uint8_t *
put_u32(uint8_t *to, uint32_t value)
{
	*to++ = (uint8_t)(value >> 24);
	*to++ = (uint8_t)(value >> 16);
	*to++ = (uint8_t)(value >> 8);
	*to++ = (uint8_t)value;
	return to;
}

/* RFC 5492: families, four-byte AS numbers, and what the cell asks for. */
static uint8_t *
capabilities_put(const struct peer *peer, uint8_t *to)
{
	uint8_t *length;

	*to++ = 2;
	length = to++;
	if (peer->wants_ip4)
		to = put_bytes(to, (const uint8_t[]){ 1, 4, 0, 1, 0, 1 }, 6);
	if (peer->wants_ip6)
		to = put_bytes(to, (const uint8_t[]){ 1, 4, 0, 2, 0, 1 }, 6);
	to = put_bytes(to, (const uint8_t[]){ 65, 4 }, 2);
	to = put_u32(to, peer->as);
	if (peer->extended_next_hop) /* RFC 8950: IPv4 by IPv6. */
		to = put_bytes(to, (const uint8_t[]){ 5, 6, 0, 1, 0, 1, 0, 2 }, 8);
	if (peer->add_path) /* RFC 7911: both ways. */
		to = put_bytes(to, (const uint8_t[]){ 69, 4, 0, 1, 1, 3 }, 6);
	*length = (uint8_t)(to - length - 1);
	return to;
}

static void
open_send(const struct peer *peer)
{
	uint8_t message[128], *end;

	memset(message, 0xff, 16);
	message[16] = 0;
	message[18] = TYPE_OPEN;
	message[19] = 4;
	message[20] = (uint8_t)(peer->as >> 8);
	message[21] = (uint8_t)peer->as;
	message[22] = 0; /* The hold time: longer than any cell. */
	message[23] = 240;
	put_u32(message + 24, peer->router_id);
	end = capabilities_put(peer, message + 29);
	message[28] = (uint8_t)(end - message - 29);
	message[17] = (uint8_t)(end - message);
	if (write(peer->fd, message, (size_t)(end - message)) != end - message)
		die("OPEN");
}

static void
keepalive_send(const struct peer *peer)
{
	uint8_t message[HEADER];

	memset(message, 0xff, 16);
	message[16] = 0;
	message[17] = HEADER;
	message[18] = TYPE_KEEPALIVE;
	if (write(peer->fd, message, sizeof(message)) < 0 && errno != EAGAIN)
		die("KEEPALIVE");
}

/* One whole message; its type, 0: the end. */
static int
message_read(int fd)
{
	uint8_t message[65536];
	size_t have = 0, want = HEADER;

	while (have < want) {
		ssize_t got = read(fd, message + have, want - have);
		if (got <= 0)
			return 0;
		have += (size_t)got;
		if (have == HEADER)
			want = peer_get_u16(message + 16);
	}
	return message[18];
}

static bool
peer_shake(struct peer *peer)
{
	peer->fd = peer_connect(peer);
	if (peer->fd < 0)
		return false;
	open_send(peer);
	for (;;) {
		int type = message_read(peer->fd);
		if (type == TYPE_OPEN)
			keepalive_send(peer);
		else if (type == TYPE_KEEPALIVE)
			break;
		else {
			peer_close(peer);
			return false;
		}
	}
	return true;
}

void
peer_prepare(struct peer *peer)
{
	peer->got = mmap(NULL, GOT_ROOM, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (peer->got == MAP_FAILED)
		die("mmap");
}

void
peers_open(struct peer *peers, unsigned count, double deadline)
{
	for (unsigned i = 0; i < count; i++) {
		struct peer *peer = &peers[i];
		peer_prepare(peer);
		while (!peer_shake(peer)) {
			if (peer_now() > deadline) {
				fprintf(stderr, "%s: no session\n", peer->local);
				exit(1);
			}
			nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
		}
		peer->is_open = true;
		fcntl(peer->fd, F_SETFL, O_NONBLOCK);
	}
}

void
peer_close(struct peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
}

/* ---- messages ---- */

unsigned
peer_get_u16(const uint8_t *from)
{
	return (unsigned)from[0] << 8 | from[1];
}

uint32_t
peer_get_u32(const uint8_t *from)
{
	return (uint32_t)peer_get_u16(from) << 16 | peer_get_u16(from + 2);
}

struct peer_update
peer_update_of(const uint8_t *body, size_t size)
{
	struct peer_update update = { .withdrawn = body + 2, .end = body + size };

	update.withdrawn_end = update.withdrawn + peer_get_u16(body);
	update.attributes = update.withdrawn_end + 2;
	update.attributes_end = update.attributes + peer_get_u16(update.withdrawn_end);
	return update;
}

struct peer_attribute
peer_attribute_next(const uint8_t **at)
{
	bool is_long = (*at)[0] & 0x10;
	struct peer_attribute attribute = { .type = (*at)[1],
					    .value = *at + (is_long ? 4 : 3) };

	*at = attribute.end =
		attribute.value + (is_long ? peer_get_u16(*at + 2) : (*at)[2]);
	return attribute;
}

static unsigned
nlri_count(const uint8_t *at, const uint8_t *end, bool add_path)
{
	unsigned count = 0;

	while (at < end) {
		if (add_path)
			at += 4;
		at += 1 + (*at + 7) / 8;
		count++;
	}
	return count;
}

static void
update_count(struct peer *peer, const uint8_t *body, size_t size)
{
	struct peer_update update = peer_update_of(body, size);
	uint64_t before = peer->reached + peer->withdrawn;

	peer->withdrawn +=
		nlri_count(update.withdrawn, update.withdrawn_end, peer->add_path);
	peer->reached += nlri_count(update.attributes_end, update.end, peer->add_path);
	for (const uint8_t *at = update.attributes; at < update.attributes_end;) {
		struct peer_attribute attribute = peer_attribute_next(&at);
		const uint8_t *value = attribute.value;
		bool add_path = peer->add_path && attribute.type >= 14 && value[1] == 1;
		if (attribute.type == 14)
			peer->reached +=
				nlri_count(value + 5 + value[3], attribute.end, add_path);
		if (attribute.type == 15)
			peer->withdrawn += nlri_count(value + 3, attribute.end, add_path);
	}
	if (peer->reached + peer->withdrawn != before)
		peer->last = peer_now();
	peer->updates++;
}

/* ---- running ---- */

static void
message_handle(struct peer *peer, const uint8_t *message, size_t size)
{
	if (size < HEADER) {
		fprintf(stderr, "%s: a message of %zu bytes\n", peer->local, size);
		exit(1);
	}
	if (message[18] == TYPE_UPDATE)
		update_count(peer, message + HEADER, size - HEADER);
	if (message[18] == TYPE_NOTIFICATION) {
		fprintf(stderr, "%s: NOTIFICATION %u/%u\n", peer->local, message[19],
			message[20]);
		exit(1);
	}
	/* While a feed is being sent it is in the middle of a message. */
	if (message[18] == TYPE_KEEPALIVE && !peer->is_sending)
		keepalive_send(peer);
}

static bool
peer_receive(struct peer *peer)
{
	ssize_t got = read(peer->fd, peer->got + peer->size, READ_MOST);

	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0) {
		fprintf(stderr, "%s: the session ended\n", peer->local);
		exit(1);
	}
	peer->size += (size_t)got;
	while (peer->size - peer->at >= HEADER) {
		const uint8_t *message = peer->got + peer->at;
		unsigned size = peer_get_u16(message + 16);
		if (peer->size - peer->at < size)
			break;
		message_handle(peer, message, size);
		peer->at += size;
	}
	if (peer->forgets) {
		memmove(peer->got, peer->got + peer->at, peer->size - peer->at);
		peer->size -= peer->at;
		peer->at = 0;
	}
	if (peer->size + READ_MOST > GOT_ROOM)
		die("too much");
	return true;
}

static void
peer_send(struct peer *peer)
{
	const struct feed *feed = peer->feeds[peer->feed];
	ssize_t sent = write(peer->fd, feed->bytes + peer->sent, feed->size - peer->sent);

	if (sent < 0 && errno != EAGAIN)
		die(peer->local);
	if (sent > 0)
		peer->sent += (size_t)sent;
	if (peer->sent < feed->size)
		return;
	peer->sent = 0;
	peer->feed++;
	if (peer->feed < peer->feed_count)
		return;
	peer->feed = 0;
	peer->is_sending = peer->is_endless;
}

bool
peers_step(struct peer *peers, unsigned count, double wait)
{
	struct pollfd polls[PEERS_MAX];
	bool happened = false;

	for (unsigned i = 0; i < count; i++)
		polls[i] = (struct pollfd){
			.fd = peers[i].fd,
			.events = (short)(POLLIN | (peers[i].is_sending ? POLLOUT : 0)),
		};
	if (poll(polls, count, (int)(wait * 1000)) <= 0)
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (polls[i].revents & POLLOUT)
			peer_send(&peers[i]);
		if (polls[i].revents & (POLLIN | POLLHUP | POLLERR))
			happened |= peer_receive(&peers[i]);
		happened |= (polls[i].revents & POLLOUT) != 0;
	}
	return happened;
}
