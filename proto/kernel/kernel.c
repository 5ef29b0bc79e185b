/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol kernel: class, configuration and life.
 */
#include "proto/kernel/kernel.h"

#include <inttypes.h>

#include "interface_version.h"
#include "lib/mem.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/module.h"

/* Tags of the patterns below. */
enum { TAG_SWITCH = 1, TAG_ALL, TAG_LIMIT };

static const char *
learn_take(struct conf_call *call)
{
	const struct conf_value *value = &call->values[0];
	((struct kernel_config *)call->config)->learn =
		value->tag == TAG_ALL ? KERNEL_LEARN_ALL
		: value->number != 0  ? KERNEL_LEARN_ALIEN
				      : KERNEL_LEARN_NONE;
	return NULL;
}

static void
learn_print(struct text *text, const void *field)
{
	static const char *const words[] = { "off", "on", "all" };
	text_add(text, words[*(const uint32_t *)field]);
}

static const char *
merge_take(struct conf_call *call)
{
	struct kernel_merge *merge = &((struct kernel_config *)call->config)->merge;
	merge->on = call->values[0].number != 0;
	merge->limit = MERGE_LIMIT;
	if (call->count == 1)
		return NULL;
	merge->limit = (uint32_t)call->values[1].number;
	call->culprit = 1;
	return call->values[1].number < 1 || call->values[1].number > UINT8_MAX
		       ? "1 to 255 hops are possible"
		       : NULL;
}

static bool
merge_equal(const void *old, const void *new)
{
	const struct kernel_merge *a = old, *b = new;
	return a->on == b->on && (!a->on || a->limit == b->limit);
}

static void
merge_print(struct text *text, const void *field)
{
	const struct kernel_merge *merge = field;
	text_printf(text, merge->on ? "on limit %u" : "off", merge->limit);
}

static const struct conf_item kernel_items[] = {
	{ .pattern = "scan time @",
	  .doc = "How often the table is read whole and compared, beside the kernel's "
		 "notices; 0: at the start only.",
	  .type = CONF_USEC,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct kernel_config, scan_time),
	  .max = 86400 * USEC_S,
	  .preset = 60 * USEC_S },
	{ .pattern = "persist @",
	  .doc = "Leaves the routes in the kernel when the daemon ends.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct kernel_config, persist) },
	{ .pattern = "learn ( <switch:1> | all:2 )",
	  .doc = "Imports the routes that other programs have put into the table; `all` "
		 "those the kernel has made itself as well. Preset: off.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct kernel_config, learn),
	  .size = sizeof(uint32_t),
	  .take = learn_take,
	  .print = learn_print },
	{ .pattern = "kernel table @",
	  .doc = "The number of the kernel's table; 254 is the main one.",
	  .type = CONF_U32,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct kernel_config, table),
	  .min = 1,
	  .max = UINT32_MAX,
	  .preset = 254 },
	{ .pattern = "metric @",
	  .doc = "The metric of our routes in the kernel; 0 takes each route's "
		 "krt_metric.",
	  .type = CONF_U32,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct kernel_config, metric),
	  .max = UINT32_MAX,
	  .preset = 32 },
	{ .pattern = "graceful restart @",
	  .doc = "Keeps the routes over a restart of the daemon: SIGTERM leaves them, "
		 "and "
		 "the sessions without a word, for the next one, and that changes none "
		 "until bgp has come back. `meshc down` removes them.",
	  .type = CONF_SWITCH,
	  .effect = CONF_LIVE,
	  .offset = offsetof(struct kernel_config, graceful_restart) },
	{ .pattern = "merge paths <switch:1> [limit <number:3>]",
	  .doc = "Joins routes that are equally good into one with several hops, at most "
		 "16 or what the limit says. Preset: off.",
	  .type = CONF_CALL,
	  .effect = CONF_RESTART,
	  .offset = offsetof(struct kernel_config, merge),
	  .take = merge_take,
	  .equal = merge_equal,
	  .print = merge_print },
	{ .pattern = "netlink rx buffer <number>",
	  .doc = "The receive buffer grows by itself here.",
	  .type = CONF_IGNORED },
	{ 0 }
};

static const struct conf_schema kernel_schema = {
	.name = "kernel",
	.doc = "Keeps a route table of the kernel in step with one of ours.",
	.size = sizeof(struct kernel_config),
	.items = kernel_items,
	.base = &protocol_schema,
};

static void
scan_due(struct timer *timer)
{
	kernel_scan_start(container_of(timer, struct kernel, scan));
}

/* All is told once more, so that what is left then is known to be void. */
static void
adopted_prune(struct kernel *kernel)
{
	if (!channel_is_told(kernel->channel)) {
		kernel_adopted_end(kernel, false);
		return;
	}
	kernel->prunes = true;
	channel_refeed(kernel->channel);
}

static void
adoption_over(struct timer *timer)
{
	struct kernel *kernel = container_of(timer, struct kernel, adoption);
	const struct channel *channel = kernel->channel;
	/* Nobody has told us anything yet; that wait is over at the same moment. */
	if (channel->defers && recovery_holds(timer->router, channel->config->type))
		timer_start(timer, USEC_S);
	else
		adopted_prune(kernel);
}

/* With the pool: nothing is to come from the kernel any more. */
static void
kernel_let_go(void *context)
{
	struct kernel *kernel = context;
	fib_unregister(&kernel->owner);
	kernel_explain_close(kernel);
	hash_fini(&kernel->adopted);
	mem_free(kernel->seen);
}

static int
kernel_start(struct protocol *protocol)
{
	struct kernel *kernel = (struct kernel *)protocol;
	struct router *router = protocol->router;
	kernel->channel = list_first(&protocol->channels, struct channel, link);
	channel_set_mode(kernel->channel,
			 kernel_config(kernel)->merge.on ? READER_MERGED : READER_BEST);
	kernel->pending =
		pool_alloc(protocol->pool, KERNEL_PENDING * sizeof(*kernel->pending));
	kernel->channel->defers = kernel_config(kernel)->graceful_restart;
	hash_init(&kernel->adopted);
	kernel_explain_open(kernel);
	timer_init(&kernel->scan, router, scan_due);
	kernel_scan_init(kernel);
	timer_init(&kernel->adoption, router, adoption_over);
	kernel->owner = (struct fib_owner){
		.table = kernel_config(kernel)->table,
		.families = NET_BIT(kernel->channel->config->type),
		.result = kernel_result,
		.scanned = kernel_scanned,
		.scan_done = kernel_scan_done,
		.event = kernel_event,
		.overrun = kernel_overrun,
	};
	fib_register(router, &kernel->owner);
	pool_on_free(protocol->pool, kernel_let_go, kernel);
	/* Up after the first scan: what is there already must be known before anything is
	 * told. */
	kernel_scan_start(kernel);
	return 0;
}

static void
kernel_abandon(struct protocol *protocol)
{
	struct kernel *kernel = (struct kernel *)protocol;
	timer_stop(&kernel->scan);
	kernel_scan_stop(kernel);
	timer_stop(&kernel->adoption);
	kernel_adopted_end(kernel, true);
}

static void
kernel_stop(struct protocol *protocol)
{
	struct kernel *kernel = (struct kernel *)protocol;
	const struct kernel_config *config = kernel_config(kernel);
	bool keep = config->persist ||
		    (config->graceful_restart && recovery_is_active(protocol->router));
	timer_stop(&kernel->scan);
	kernel_scan_stop(kernel);
	timer_stop(&kernel->adoption);
	kernel_adopted_end(kernel, keep);
	kernel->channel->drains = !keep;
}

static bool
kernel_leaves_remains(const struct protocol *protocol)
{
	return kernel_config((const struct kernel *)protocol)->graceful_restart;
}

static void
kernel_recovery_event(struct protocol *protocol)
{
	struct kernel *kernel = (struct kernel *)protocol;
	if (protocol->state != PROTOCOL_UP || kernel->adopted.count == 0 ||
	    !recovery_is_complete(protocol->router))
		return;
	adopted_prune(kernel);
}

static void
kernel_feed_end(struct protocol *protocol, struct channel *channel)
{
	struct kernel *kernel = (struct kernel *)protocol;
	(void)channel;
	if (kernel->prunes)
		kernel_adopted_end(kernel, false);
	kernel->prunes = false;
}

/* The deletions must have reached the kernel before the daemon ends. */
static bool
kernel_is_stopped(const struct protocol *protocol)
{
	const struct kernel *kernel = (const struct kernel *)protocol;
	return kernel->owner.queued == 0 && !kernel->purging;
}

static void
kernel_reconfigure(struct protocol *protocol, const void *old,
		   const struct conf_diff *diff)
{
	(void)old;
	(void)diff;
	struct kernel *kernel = (struct kernel *)protocol;
	usec_t scan_time = kernel_config(kernel)->scan_time;
	if (scan_time > 0)
		timer_start_earlier(&kernel->scan, scan_time);
	else
		timer_stop(&kernel->scan);
}

static void
kernel_show(const struct protocol *protocol, struct out *out)
{
	const struct kernel *kernel = (const struct kernel *)protocol;
	out_u64(out, "kernel_table", kernel_config(kernel)->table);
	out_u64(out, "waiting", kernel->owner.queued);
	out_u64(out, "refused", kernel->refused);
	out_u64(out, "lost_and_put_back", kernel->lost);
	out_u64(out, "removed_strays", kernel->removed);
	out_u64(out, "adopted", kernel->adopted_count);
	out_u64(out, "adopted_unconfirmed", kernel->adopted.count);
}

static void
kernel_check(void *config, struct conf_check *check)
{
	const struct kernel_config *kernel = config;
	const struct list *channels = &kernel->common.channels;
	if (kernel->scan_time > 0 && kernel->scan_time < USEC_S)
		conf_check_error(check, "`scan time` is 0 or at least 1 s");
	if (list_is_empty(channels) || channels->next->next != channels) {
		conf_check_error(check, "protocol kernel has one channel, ipv4, ipv6 or "
					"ipv6 sadr: write one protocol for each");
		return;
	}
	const struct channel_config *channel =
		list_first(channels, struct channel_config, link);
	if (channel->export == &filter_reject && kernel->learn == KERNEL_LEARN_NONE)
		conf_check_warning(check, "no route goes into the kernel, and none is "
					  "learned from it: `export all;` in the channel "
					  "is missing");
}

static int
kernel_route_compare(const struct contender *a, const struct contender *b)
{
	/* Of learned routes the kernel itself uses the one with the lowest metric. */
	uint32_t first = a->route->metric, second = b->route->metric;
	return first < second ? -1 : first > second;
}

static void
kernel_compare_explain(const struct table *table, const struct route *better,
		       const struct route *worse, struct text *text)
{
	(void)table;
	text_printf(text, "metric %" PRIu32 " against %" PRIu32, better->metric,
		    worse->metric);
}

static const struct protocol_class kernel_class = {
	.name = "kernel",
	.doc = "Keeps a route table of the kernel in step with one of ours.",
	.size = sizeof(struct kernel),
	.schema = &kernel_schema,
	.attrs = kernel_attrs,
	.families = NET_BIT(NET_IP4) | NET_BIT(NET_IP6) | NET_BIT(NET_IP6_SADR),
	.preference = 10,
	.source = RTS_INHERIT,
	.check = kernel_check,
	.start = kernel_start,
	.stop = kernel_stop,
	.abandon = kernel_abandon,
	.is_stopped = kernel_is_stopped,
	.reconfigure = kernel_reconfigure,
	.route_event = kernel_route_event,
	.feed_end = kernel_feed_end,
	.finds_remains = true,
	.leaves_remains = kernel_leaves_remains,
	.recovery_event = kernel_recovery_event,
	.route_compare = kernel_route_compare,
	.compare_explain = kernel_compare_explain,
	.explain_told = kernel_explain_told,
	.show = kernel_show,
};

static const struct protocol_class *const kernel_classes[] = { &kernel_class, NULL };

extern const struct module kernel_module;
const struct module kernel_module = {
	.magic = MODULE_MAGIC,
	.interface = INTERFACE_VERSION,
	.name = "kernel",
	.doc = "Keeps a route table of the kernel in step with one of ours.",
	.protocols = kernel_classes,
};
