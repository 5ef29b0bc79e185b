/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps: which tables, who their peers are, what a route's record holds.  Tables that
 * follow one another under the same file name share the file.
 */
#include "proto/mrt/dump.h"

#include "lib/mem.h"
#include "nest/channel.h"
#include "nest/config.h"
#include "nest/nexthop.h"
#include "nest/router.h"
#include "nest/show_time.h"
#include <errno.h>
#include <string.h>

#define RECORD_ROOM 4096u
#define SOURCES     ((size_t)UINT16_MAX + 1)

void
mrt_dump_init(struct mrt_dump *dump, struct router *router, const struct mrt_order *order)
{
	*dump = (struct mrt_dump){ .router = router, .order = *order };
	dump->wall = router->sys->class->wall(router->sys);
	dump->record_room = RECORD_ROOM;
	dump->record = mem_alloc(dump->record_room);
	dump->peer_of = mem_zalloc(SOURCES * sizeof(*dump->peer_of));
}

void
mrt_dump_fini(struct mrt_dump *dump)
{
	text_fini(&dump->file);
	text_fini(&dump->path);
	text_fini(&dump->view);
	mem_free(dump->record);
	mem_free(dump->peers);
	mem_free(dump->peer_of);
}

static uint32_t
dump_seconds(const struct mrt_dump *dump)
{
	return (uint32_t)(dump->wall / USEC_S);
}

/* ---- files ---- */

/* `%N` is the table; every other field is one of time. */
static void
path_make(const struct mrt_dump *dump, const char *table, struct text *path)
{
	char field[3] = "%", moment[TIME_TEXT];
	const struct config_timeformat format = { .format = field };

	for (const char *at = dump->order.filename; *at != '\0'; at++) {
		if (*at != '%' || at[1] == '\0')
			text_add_char(path, *at);
		else if (*++at == 'N')
			text_add(path, table);
		else {
			field[1] = *at;
			text_add(path,
				 time_format(dump->router, &format, dump->wall, moment));
		}
	}
}

static void
file_write(struct mrt_dump *dump)
{
	struct sys *sys = dump->router->sys;
	const char *path = text_string(&dump->path);

	if (dump->file.length == 0)
		return;
	int error = sys->class->file_write(sys, path, text_string(&dump->file),
					   dump->file.length);
	if (error) {
		router_log(dump->router, LOG_ERROR, "MRT dump to %s: %s", path,
			   mrt_dump_error(error));
		dump->error = dump->error ? dump->error : error;
	} else
		dump->files++;
	text_fini(&dump->file);
	dump->file = (struct text){ 0 };
}

const char *
mrt_dump_error(int error)
{
	return error == -ESPIPE
		       ? "It is a pipe or a device, not a file: write to a file, "
			 "which may be read from once it is there"
		       : text_error(error);
}

/* ---- records ---- */

/* Writes the record that `write` makes, with as much room as that takes. */
static void
record_put(struct mrt_dump *dump, void (*write)(struct mrt_dump *, struct wire_out *))
{
	for (;;) {
		struct wire_out out = wire_out(dump->record, dump->record_room);
		write(dump, &out);
		if (!out.full) {
			text_add_bytes(&dump->file, (const char *)dump->record,
				       wire_used(&out));
			return;
		}
		dump->record_room *= 2;
		dump->record = mem_resize(dump->record, dump->record_room, 1);
	}
}

static void
peers_write(struct mrt_dump *dump, struct wire_out *out)
{
	mrt_peers_write(out, dump_seconds(dump), dump->router->router_id,
			text_string(&dump->view), dump->peers, dump->peer_count);
}

/* ---- peers ---- */

/* Who announces what comes from the channel; false: nobody who has an AS. */
static bool
peer_of_channel(const struct channel *channel, struct mrt_peer *peer)
{
	struct protocol *protocol = channel != NULL ? channel->protocol : NULL;
	struct protocol_neighbour neighbour;
	struct route_draft draft = { .channel = channel };

	/* Other classes' neighbours are a route's own, and in no AS. */
	if (protocol == NULL || protocol->class->source != RTS_BGP ||
	    protocol->class->neighbour == NULL)
		return false;
	draft.router = protocol->router;
	if (!protocol->class->neighbour(protocol, &draft, &neighbour))
		return false;
	*peer = (struct mrt_peer){ .addr = neighbour.addr, .asn = neighbour.asn };
	return true;
}

static bool
peer_equal(const struct mrt_peer *a, const struct mrt_peer *b)
{
	return addr_equal(a->addr, b->addr) && a->asn == b->asn;
}

static uint16_t
peer_add(struct mrt_dump *dump, const struct mrt_peer *peer)
{
	for (uint16_t i = 1; i < dump->peer_count; i++) {
		if (peer_equal(&dump->peers[i], peer))
			return i;
	}
	if (dump->peer_count == UINT16_MAX)
		return 0;
	dump->peers[dump->peer_count] = *peer;
	return dump->peer_count++;
}

/* All that have routes in the table now; who comes while it is dumped is nobody. */
static void
peers_find(struct mrt_dump *dump, const struct table *table)
{
	size_t room = 1;
	struct mrt_peer peer;

	for (size_t i = 1; i < SOURCES; i++)
		room += table_source(table, (uint16_t)i).channel != NULL;
	dump->peers = mem_resize(dump->peers, room, sizeof(*dump->peers));
	dump->peers[0] = (struct mrt_peer){ 0 };
	dump->peer_count = 1;
	for (size_t i = 1; i < SOURCES; i++) {
		struct channel *channel = table_source(table, (uint16_t)i).channel;
		dump->peer_of[i] =
			peer_of_channel(channel, &peer) ? peer_add(dump, &peer) : 0;
	}
}

/* The number of a source may be another's by now. */
static uint16_t
route_peer(const struct mrt_dump *dump, const struct table *table,
	   const struct route *route)
{
	struct mrt_peer peer;
	uint16_t index = dump->peer_of[route->source];

	if (!peer_of_channel(table_source_of(table, route).channel, &peer) ||
	    !peer_equal(&peer, &dump->peers[index]))
		return 0;
	return index;
}

/* ---- routes ---- */

static const struct table *
table_now(const struct mrt_dump *dump)
{
	list_each(entry, &dump->router->tables, struct table_entry, link) {
		if (strcmp(table_name(entry->table), dump->name) == 0)
			return entry->table;
	}
	return NULL;
}

static bool
is_accepted(const struct mrt_dump *dump, const struct table *table,
	    const struct route *route, const struct prefix *net)
{
	const struct filter *filter = dump->order.filter;
	struct route_source_id source = table_source_of(table, route);
	enum filter_verdict verdict = FILTER_ACCEPT;
	struct attrs_draft scratch;
	struct route_draft draft = { .router = dump->router,
				     .net = net,
				     .attrs = table_route_attrs(table, route),
				     .scratch = &scratch,
				     .metric = route->metric,
				     .path_id = source.path_id,
				     .channel = source.channel };

	if (route->flags & (ROUTE_FILTERED | ROUTE_DEAD))
		return false;
	if (filter == NULL)
		return true;
	attrs_draft_init(&scratch, NULL);
	filter->class->run(filter, &draft, 1, &verdict);
	attrs_draft_fini(&scratch);
	return verdict == FILTER_ACCEPT;
}

/* What a route is said to have that has no attributes of its own: incomplete origin, no
 * path, and its next hop. */
static void
attributes_make(struct wire_out *out, const struct attrs *attrs)
{
	const struct nexthop *nexthop = attrs->nexthop;
	struct addr gateway =
		nexthop->hop_count > 0 ? nexthop->hops[0].gateway : nexthop->gateway;

	wire_put_bytes(out, "\x40\x01\x01\x02\x40\x02\x00", 7);
	if (addr_is_any(gateway))
		return;
	if (addr_is_ip4(gateway)) {
		wire_put_bytes(out, "\x40\x03\x04", 3);
		wire_put_u32(out, addr_to_ip4(gateway));
	} else {
		wire_put_bytes(out, "\x80\x0e\x11\x10", 4);
		wire_put_bytes(out, gateway.bytes, 16);
	}
}

static uint32_t
route_changed(const struct mrt_dump *dump, const struct route *route)
{
	const struct router *router = dump->router;

	return (uint32_t)((router->started + router->wall_offset) / USEC_S +
			  route->changed);
}

static void
entry_put(struct mrt_dump *dump, const struct table *table, const struct route *route,
	  struct mrt_rib *rib)
{
	const struct attrs *attrs = table_route_attrs(table, route);
	uint8_t *entry = mrt_entry_begin(rib, route_peer(dump, table, route),
					 route_changed(dump, route),
					 table_source_of(table, route).path_id);

	if (!protocol_attributes_dump(dump->router, attrs, rib->out))
		attributes_make(rib->out, attrs);
	mrt_entry_end(rib, entry);
}

static bool
has_path_ids(const struct table *table, node_handle node)
{
	route_handle handle = table_node_first(table, node);

	for (; handle != 0; handle = table_route(table, handle)->next) {
		if (table_source_of(table, table_route(table, handle)).path_id != 0)
			return true;
	}
	return false;
}

static void
node_write(struct mrt_dump *dump, struct wire_out *out)
{
	const struct table *table = table_now(dump);
	bool add_path = dump->order.always_add_path || has_path_ids(table, dump->node);
	struct prefix net;

	table_node_prefix(table, dump->node, &net);
	struct mrt_rib rib =
		mrt_rib_begin(out, dump_seconds(dump), dump->sequence, &net, add_path);
	route_handle handle = table_node_first(table, dump->node);
	while (handle != 0 && rib.count < UINT16_MAX && !out->full) {
		const struct route *route = table_route(table, handle);
		if (is_accepted(dump, table, route, &net))
			entry_put(dump, table, route, &rib);
		handle = route->next;
	}
	if (rib.count > 0 || out->full)
		mrt_rib_end(&rib);
	else
		*out = wire_out(dump->record, dump->record_room);
	if (out->full || rib.count == 0)
		return;
	dump->routes += rib.count;
	dump->sequence++;
}

/* ---- tables ---- */

static bool
is_wanted(const struct mrt_dump *dump, const struct table *table)
{
	enum net_type type = table_type(table);

	if (type != NET_IP4 && type != NET_IP6)
		return false;
	return dump->order.table != NULL
		       ? strcmp(dump->order.table, table_name(table)) == 0
		       : text_matches(dump->order.tables, table_name(table));
}

/* The next table that is wanted, from `position` on. */
static const struct table *
table_next(struct mrt_dump *dump)
{
	unsigned position = 0;

	list_each(entry, &dump->router->tables, struct table_entry, link) {
		if (position++ < dump->position)
			continue;
		dump->position = position;
		if (is_wanted(dump, entry->table))
			return entry->table;
	}
	return NULL;
}

static bool
table_begin(struct mrt_dump *dump)
{
	const struct table *table = table_next(dump);
	struct text path = { 0 };

	if (table == NULL) {
		file_write(dump);
		return false;
	}
	path_make(dump, table_name(table), &path);
	if (strcmp(text_string(&path), text_string(&dump->path)) != 0)
		file_write(dump);
	text_fini(&dump->path);
	dump->path = path;
	text_reset(&dump->view);
	text_add(&dump->view, table_name(table));
	dump->name = text_string(&dump->view);
	dump->node = 0;
	dump->sequence = 0;
	peers_find(dump, table);
	record_put(dump, peers_write);
	return true;
}

bool
mrt_dump_step(struct mrt_dump *dump, unsigned budget)
{
	if (dump->name == NULL)
		return table_begin(dump);
	const struct table *table = table_now(dump);
	for (; table != NULL && budget > 0; budget--) {
		dump->node = table_walk(table, dump->node);
		if (dump->node == 0)
			break;
		record_put(dump, node_write);
	}
	if (table == NULL || dump->node == 0)
		dump->name = NULL;
	return true;
}
