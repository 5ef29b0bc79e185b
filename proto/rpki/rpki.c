/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol rpki (RFC 8210, RFC 6810): the life of an instance, and what it shows.
 */
#include "proto/rpki/rpki.h"

#include "interface_version.h"
#include "lib/out.h"
#include "nest/attr.h"
#include "nest/bird/bird.h"
#include "nest/module.h"
#include "nest/nexthop.h"
#include "nest/reply.h"
#include <inttypes.h>

static const struct {
	const char *left, *interval, *bird;
} intervals[RPKI_INTERVALS] = {
	[RPKI_REFRESH] = { "refresh_left", "refresh_interval", "Refresh timer" },
	[RPKI_RETRY] = { "retry_left", "retry_interval", "Retry timer" },
	[RPKI_EXPIRE] = { "expire_left", "expire_interval", "Expire timer" },
};

/* ---- life ---- */

static int
rpki_start(struct protocol *protocol)
{
	struct rpki *rpki = rpki_of(protocol);
	struct router *router = protocol->router;
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(router, NEXTHOP_NONE);
	draft.source = RTS_RPKI;
	rpki->attrs = attrs_intern(router, &draft);
	nexthop_release(router, draft.nexthop);
	attrs_draft_fini(&draft);
	rpki_records_init(&rpki->records, router->hash_seed);
	rpki_records_init(&rpki->fresh, router->hash_seed);
	job_init(&rpki->job, router, rpki_import_run);
	protocol_set_state(protocol, PROTOCOL_UP);
	rpki_session_start(rpki);
	return 0;
}

static void
rpki_stop(struct protocol *protocol)
{
	struct rpki *rpki = rpki_of(protocol);
	rpki_session_stop(rpki);
	rpki_import_fini(rpki);
	attrs_release(protocol->router, rpki->attrs, 1);
}

static void
rpki_reconfigure(struct protocol *protocol, const void *old, const struct conf_diff *diff)
{
	(void)old;
	(void)diff;
	rpki_session_reconfigure(rpki_of(protocol));
}

static void
rpki_reimport(struct protocol *protocol, struct channel *channel, struct cover *which)
{
	(void)channel;
	(void)which;
	rpki_import_again(rpki_of(protocol));
}

/* ---- showing ---- */

static const struct timer *
interval_timer(const struct rpki *rpki, enum rpki_interval_kind kind)
{
	switch (kind) {
	case RPKI_REFRESH: return &rpki->refresh;
	case RPKI_RETRY: return &rpki->retry;
	case RPKI_EXPIRE:
	case RPKI_INTERVALS: break;
	}
	return &rpki->expire;
}

static void
rpki_show(const struct protocol *protocol, struct out *out)
{
	const struct rpki *rpki = (const struct rpki *)protocol;
	const struct rpki_config *config = rpki_config(rpki);
	usec_t now = router_now(protocol->router);
	if (config->cache.name)
		out_str(out, "cache", config->cache.name);
	else
		out_addr(out, "cache", config->cache.addr);
	out_u64(out, "port", config->port);
	out_str(out, "status", rpki_session_name(rpki));
	out_str(out, "transport", "Unprotected over TCP");
	out_u64(out, "version", rpki->version);
	if (rpki->has_session) {
		out_u64(out, "session_id", rpki->session);
		out_u64(out, "serial", rpki->serial);
	}
	if (rpki->updated > 0)
		out_usec(out, "updated_ago", now - rpki->updated);
	out_u64(out, "records", rpki_records_count(&rpki->records));
	for (unsigned i = 0; i < RPKI_INTERVALS; i++) {
		enum rpki_interval_kind kind = (enum rpki_interval_kind)i;
		const struct timer *timer = interval_timer(rpki, kind);
		if (timer_is_running(timer))
			out_usec(out, intervals[i].left, timer_due(timer) - now);
		out_usec(out, intervals[i].interval, rpki_interval(rpki, kind));
	}
	out_u64(out, "connections", rpki->connections);
	out_u64(out, "resets", rpki->resets);
	out_u64(out, "changes", rpki->changes);
	out_u64(out, "reports_sent", rpki->reports_sent);
	out_u64(out, "reports_received", rpki->reports_received);
}

static const char *
rpki_status(const struct protocol *protocol)
{
	return rpki_session_name((const struct rpki *)protocol);
}

static void
number_line(struct bird_reply *reply, const struct bird_node *row, const char *key,
	    const char *label)
{
	if (bird_find(row, key))
		bird_line(reply, REPLY_PROTOCOL_DETAILS, "  %-17s %" PRIu64, label,
			  bird_number(row, key));
	else
		bird_line(reply, REPLY_PROTOCOL_DETAILS, "  %-17s ---", label);
}

static void
timer_line(struct bird_reply *reply, const struct bird_node *row, unsigned kind)
{
	struct text *line = bird_open(reply);
	const struct bird_node *left = bird_find(row, intervals[kind].left);
	text_printf(line, "  %-16s: ", intervals[kind].bird);
	if (left) {
		text_add_seconds(line, (usec_t)left->number, 3);
		text_printf(line, "/%" PRIu64,
			    bird_number(row, intervals[kind].interval) / USEC_S);
	} else {
		text_add(line, "---");
	}
	bird_say(reply, REPLY_PROTOCOL_DETAILS);
}

static void
bird_show(struct bird_reply *reply, const struct bird_node *row)
{
	static const char *const channels[] = { "roa4", "roa6" };
	const unsigned code = REPLY_PROTOCOL_DETAILS;
	const struct bird_node *ago = bird_find(row, "updated_ago");
	if (bird_find(row, "cache")) {
		bird_line(reply, code, "  %-17s %s",
			  "Cache server:", bird_string(row, "cache"));
		number_line(reply, row, "port", "Cache port:");
		bird_line(reply, code, "  %-17s %s",
			  "Status:", bird_string(row, "status"));
		bird_line(reply, code, "  %-17s %s",
			  "Transport:", bird_string(row, "transport"));
		number_line(reply, row, "version", "Protocol version:");
		number_line(reply, row, "session_id", "Session ID:");
		number_line(reply, row, "serial", "Serial number:");
		struct text *line = bird_open(reply);
		text_printf(line, "  %-17s ", "Last update:");
		if (ago) {
			text_add(line, "before ");
			text_add_seconds(line, (usec_t)ago->number, 3);
			text_add(line, " s");
		} else {
			text_add(line, "---");
		}
		bird_say(reply, code);
		for (unsigned i = 0; i < RPKI_INTERVALS; i++)
			timer_line(reply, row, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(channels); i++) {
		const struct bird_node *channel = bird_find(row, channels[i]);
		if (channel)
			bird_channel(reply, channel);
		else
			bird_line(reply, code, "  No %s channel", channels[i]);
	}
}

/* ---- the class ---- */

static const struct protocol_class rpki_class = {
	.name = "rpki",
	.doc = "Route origins from RPKI caches (RFC 8210).",
	.title = "RPKI",
	.size = sizeof(struct rpki),
	.schema = &rpki_schema,
	.families = NET_BIT(NET_ROA4) | NET_BIT(NET_ROA6),
	.preference = 100,
	.source = RTS_RPKI,
	.check = rpki_check,
	.start = rpki_start,
	.stop = rpki_stop,
	.reconfigure = rpki_reconfigure,
	.reimport = rpki_reimport,
	.show = rpki_show,
	.bird_show = bird_show,
	.status = rpki_status,
};

static const struct protocol_class *const rpki_classes[] = { &rpki_class, NULL };

extern const struct module rpki_module;
const struct module rpki_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "rpki",
	.doc = "Route origins from RPKI caches (RFC 8210).",
	.protocols = rpki_classes,
};
