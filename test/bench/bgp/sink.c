/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sinks: UPDATEs applied in the order they came.
 */
#include "test/bench/bgp/sink.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 5

struct mark {
	uint64_t mark;
	unsigned length; /* Of the path behind the daemon's AS. */
};

struct made {
	const struct feed_nets *nets;
	struct mark *marks;
	uint32_t *paths; /* How many, by prefix. */
	uint32_t foreign;
	bool no_communities;
};

static struct mark
attributes_mark(const struct made *made, const struct peer_update *update, unsigned skip)
{
	const uint8_t *communities = NULL;
	size_t communities_size = 0;
	uint32_t path[256];
	unsigned count = 0;
	uint8_t origin = 0;

	for (const uint8_t *at = update->attributes; at < update->attributes_end;) {
		struct peer_attribute attribute = peer_attribute_next(&at);
		const uint8_t *value = attribute.value;
		if (attribute.type == 1)
			origin = value[0];
		if (attribute.type == 2 && value < attribute.end) {
			for (; count < value[1]; count++)
				path[count] = peer_get_u32(value + 2 + 4 * count);
		}
		if (attribute.type == 8 && !made->no_communities) {
			communities = value;
			communities_size = (size_t)(attribute.end - value);
		}
	}
	if (count < skip)
		return (struct mark){ 0 };
	return (struct mark){ feed_mark(origin, path + skip, count - skip, communities,
					communities_size),
			      count - skip };
}

/* `mark` null: withdrawn. */
static void
nlri_apply(struct made *made, const uint8_t *at, const uint8_t *end, bool is_ip6,
	   bool add_path, const struct mark *mark)
{
	while (at < end) {
		struct feed_prefix prefix = { .is_ip6 = is_ip6 };
		if (add_path && !is_ip6)
			at += 4;
		prefix.length = *at++;
		memcpy(prefix.bytes, at, (prefix.length + 7u) / 8);
		at += (prefix.length + 7) / 8;
		uint32_t index = feed_net_find(made->nets, &prefix);
		if (index == UINT32_MAX)
			made->foreign++;
		else if (mark != NULL) {
			made->marks[index] = *mark;
			made->paths[index] = add_path ? made->paths[index] + 1 : 1;
		} else if (made->paths[index] > 0)
			made->paths[index]--;
	}
}

static void
update_apply(struct made *made, const struct peer_update *update, const struct peer *sink)
{
	struct mark mark = attributes_mark(made, update, sink->is_direct ? 0 : 1);
	bool add_path = sink->add_path;

	nlri_apply(made, update->withdrawn, update->withdrawn_end, false, add_path, NULL);
	for (const uint8_t *at = update->attributes; at < update->attributes_end;) {
		struct peer_attribute attribute = peer_attribute_next(&at);
		const uint8_t *value = attribute.value;
		if (attribute.type == 14)
			nlri_apply(made, value + 5 + value[3], attribute.end,
				   value[1] == 2, add_path, &mark);
		if (attribute.type == 15)
			nlri_apply(made, value + 3, attribute.end, value[1] == 2,
				   add_path, NULL);
	}
	nlri_apply(made, update->attributes_end, update->end, false, add_path, &mark);
}

static void
all_apply(struct made *made, const struct peer *sink)
{
	for (size_t at = 0; at < sink->at;) {
		const uint8_t *message = sink->got + at;
		unsigned size = peer_get_u16(message + 16);
		if (message[18] == 2) {
			struct peer_update update =
				peer_update_of(message + 19, size - 19);
			update_apply(made, &update, sink);
		}
		at += size;
	}
}

static unsigned
shortest(const struct feed *const *feeds, unsigned feed_count, uint32_t group)
{
	unsigned length = 255;

	for (unsigned i = 0; i < feed_count; i++) {
		if (feeds[i]->lengths[group] < length)
			length = feeds[i]->lengths[group];
	}
	return length;
}

static bool
is_told(const struct feed *const *feeds, unsigned feed_count, uint32_t group,
	const struct mark *mark)
{
	for (unsigned i = 0; i < feed_count; i++) {
		if (feeds[i]->marks[group] == mark->mark)
			return true;
	}
	return false;
}

static void
missing_say(const struct peer *sink, const struct feed_prefix *prefix)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(prefix->is_ip6 ? AF_INET6 : AF_INET, prefix->bytes, text, sizeof(text));
	fprintf(stderr, "%s: missing %s/%u\n", sink->local, text, prefix->length);
}

struct sink_table
sink_table(const struct peer *sink, const struct feed *own,
	   const struct feed *const *feeds, unsigned feed_count)
{
	const struct feed_nets *nets = feeds[0]->nets;
	struct made made = { .nets = nets,
			     .no_communities = feeds[0]->view.no_communities };
	struct sink_table table = { 0 };
	uint32_t *groups = feed_groups_of(nets);
	uint32_t wanted = sink->add_path ? feed_count : 1;

	made.marks = calloc(nets->count, sizeof(*made.marks));
	made.paths = calloc(nets->count, sizeof(*made.paths));
	all_apply(&made, sink);
	for (uint32_t i = 0; i < nets->count; i++) {
		unsigned best = shortest(feeds, feed_count, groups[i]);
		bool is_own = own != NULL && own->lengths[groups[i]] == best;
		if (made.paths[i] < wanted && !is_own && table.missing++ < SHOWN)
			missing_say(sink, &nets->prefixes[i]);
		if (made.paths[i] == 0)
			continue;
		if (!is_told(feeds, feed_count, groups[i], &made.marks[i]) ||
		    (!sink->add_path && made.marks[i].length != best))
			table.wrong++;
	}
	table.foreign = made.foreign;
	free(made.marks);
	free(made.paths);
	free(groups);
	return table;
}
