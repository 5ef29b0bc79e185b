/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans and commits: which instance goes on under which configuration, in which order
 * things begin and end.  A plan is made on the side; a commit can't fail.
 */
#include "conf/commit.h"

#include "conf/plan.h"
#include "filter/policy.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/out.h"
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/config_schema.h"
#include "nest/mrt_log.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/spawn.h"
#include "nest/transport.h"
#include <string.h>

#define SWEEP_EVERY (USEC_S / 5)
#define LOG_TARGETS 16

/* How an old configuration is found to be the same instance's: by its name; because
 * nothing differs; for two without names of their own, because least does. */
enum likeness { LIKE_NAME, LIKE_SAME, LIKE_LEAST };

static bool tables_check(const struct plan *plan, struct out *complaints);
static void match_protocols(struct plan *plan);
static void match_transports(struct plan *plan);
static const struct protocol_config *match(struct step **list,
					   const struct protocol_config *new,
					   enum likeness how);
static struct step *step_add(struct plan *plan);
static void tables_commit(struct plan *plan);
static void tables_sweep(struct timer *timer);
static bool table_is_used(const struct router *router, const struct table *table);
static void step_commit(struct plan *plan, const struct step *step, bool soft);
static void protocol_commit(struct plan *plan, const struct step *step, bool soft);
static void transport_commit(struct plan *plan, const struct step *step);
static void channels_soften(struct protocol *protocol, const struct protocol_config *new);
static void channels_renew(struct protocol *protocol);
static void order_protocols(struct router *router);
static void globals_commit(struct plan *plan);

struct plan *
plan_new(struct pool *pool, struct router *router, struct config *new,
	 struct out *complaints)
{
	struct plan *plan = pool_alloc(pool, sizeof(*plan));
	*plan = (struct plan){ .router = router,
			       .old = router->config,
			       .new = new,
			       .arena = arena_new(pool) };
	if (!tables_check(plan, complaints))
		return NULL;
	match_transports(plan);
	match_protocols(plan);
	return plan;
}

void
plan_commit(struct plan *plan, bool soft)
{
	struct router *router = plan->router;
	struct conf_kept *kept = plan->new->kept;
	if (plan->old != NULL)
		commit_forget(plan->old);
	kept->router = router;
	router->config = config_hold(plan->new);
	globals_commit(plan);
	mrt_log_move(router, plan->old != NULL ? plan->old->mrtdump_file : NULL);
	tables_commit(plan);
	policy_bind(kept->policy, router);
	for (const struct step *step = plan->first; step != NULL; step = step->next)
		step_commit(plan, step, soft);
	order_protocols(router);
	router->last_configured = router->sys->class->wall(router->sys);
	router_id_update(router);
	recovery_begin(router);
	timer_init(&kept->sweep, router, tables_sweep);
	kept->has_timers = true;
	tables_sweep(&kept->sweep);
}

void
commit_forget(struct config *config)
{
	struct conf_kept *kept = config->kept;
	if (!kept->has_timers)
		return;
	timer_stop(&kept->sweep);
	if (kept->undo.router != NULL)
		timer_stop(&kept->undo);
}

/* ---- planning
 * ------------------------------------------------------------------------------ */

/* A table that is in use cannot become one of another type. */
static bool
tables_check(const struct plan *plan, struct out *complaints)
{
	bool good = true;
	list_each(table, &plan->new->tables, struct config_table, link) {
		const struct table *old =
			router_table(plan->router, table->table.name, table->table.type);
		if (old == NULL || table_type(old) == table->table.type)
			continue;
		good = false;
		out_error(complaints,
			  "table `%s` is %s and cannot become %s while the router runs; "
			  "give the new one another name",
			  table->table.name, net_type_name(table_type(old)),
			  net_type_name(table->table.type));
	}
	return good;
}

static void
match_protocols(struct plan *plan)
{
	struct step *removals = NULL, **last = &removals, *first = NULL;
	list_each(new, &plan->new->protocols, struct protocol_config, link) {
		struct step *step = step_add(plan);
		step->new = new;
		first = first != NULL ? first : step;
	}
	if (plan->old == NULL)
		return;
	list_each(old, &plan->old->protocols, struct protocol_config, link) {
		*last = arena_alloc(plan->arena, sizeof(**last));
		(*last)->old = old;
		last = &(*last)->next;
	}
	for (enum likeness how = LIKE_NAME; how <= LIKE_LEAST; how++)
		for (struct step *step = first; step != NULL; step = step->next)
			if (step->old == NULL)
				step->old = match(&removals, step->new, how);
	for (struct step *step = first; step != NULL; step = step->next)
		if (step->old != NULL)
			diff_protocols(&step->diff, plan->arena, step->old, step->new);
	/* Who goes makes room before anybody comes. */
	for (last = &removals; *last != NULL; last = &(*last)->next)
		;
	*last = plan->first;
	plan->first = removals;
}

/* Takes the old configuration of the same instance out of the list. */
static const struct protocol_config *
match(struct step **list, const struct protocol_config *new, enum likeness how)
{
	struct step **best = NULL;
	enum conf_effect best_effect = CONF_RESTART;
	for (struct step **at = list; *at != NULL; at = &(*at)->next) {
		const struct protocol_config *old = (*at)->old;
		struct diff diff;
		if (old->class != new->class)
			continue;
		if (how == LIKE_NAME && !old->generated && !new->generated &&
		    strcmp(old->name, new->name) == 0) {
			best = at;
			break;
		}
		if (how == LIKE_NAME ||
		    (how == LIKE_LEAST && !(old->generated && new->generated)))
			continue;
		diff_protocols(&diff, NULL, old, new);
		if (diff.conf.same) {
			best = at;
			break;
		}
		if (how == LIKE_LEAST &&
		    (best == NULL || diff.conf.effect < best_effect)) {
			best = at;
			best_effect = diff.conf.effect;
		}
	}
	if (best == NULL)
		return NULL;
	const struct protocol_config *found = (*best)->old;
	*best = (*best)->next;
	return found;
}

static void
match_transports(struct plan *plan)
{
	if (plan->old != NULL)
		list_each(old, &plan->old->transports, struct transport_config, link) {
			bool stays = false;
			list_each(new, &plan->new->transports, struct transport_config,
				  link)
				stays |= old->class ==
					 new->class &&strcmp(old->name, new->name) == 0;
			if (!stays)
				step_add(plan)->old_transport = old;
		}
	list_each(new, &plan->new->transports, struct transport_config, link) {
		struct step *step = step_add(plan);
		step->new_transport = new;
		if (plan->old == NULL)
			continue;
		list_each(old, &plan->old->transports, struct transport_config, link)
			if (old->class == new->class &&strcmp(old->name, new->name) ==
			    0) {
				step->old_transport = old;
				diff_transports(&step->diff, plan->arena, old, new);
			}
	}
}

static struct step *
step_add(struct plan *plan)
{
	struct step *step = arena_alloc(plan->arena, sizeof(*step));
	if (plan->last != NULL)
		plan->last->next = step;
	else
		plan->first = step;
	plan->last = step;
	return step;
}

/* ---- committing
 * ------------------------------------------------------------------------------ */

static void
tables_commit(struct plan *plan)
{
	struct router *router = plan->router;
	/* What nobody wants any more is swept later; till then nothing reads its options.
	 */
	list_each(entry, &router->tables, struct table_entry, link)
		entry->config = NULL;
	list_each(table, &plan->new->tables, struct config_table, link) {
		bool found = false;
		list_each(entry, &router->tables, struct table_entry, link)
			if (strcmp(table_name(entry->table), table->table.name) == 0) {
				entry->config = &table->table;
				table_configure(entry->table, entry->config);
				found = true;
			}
		if (!found)
			router_table_add(router, &table->table);
	}
}

/* Frees the tables that are out of the configuration and empty of channels. */
static void
tables_sweep(struct timer *timer)
{
	struct router *router = timer->router;
	bool more = false;
	list_each_safe(entry, &router->tables, struct table_entry, link) {
		if (entry->config != NULL)
			continue;
		if (table_is_used(router, entry->table))
			more = true;
		else
			router_table_remove(router, entry->table);
	}
	if (more)
		timer_start(timer, SWEEP_EVERY);
}

static bool
table_is_used(const struct router *router, const struct table *table)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		list_each(channel, &protocol->channels, struct channel, link)
			if (channel_uses(channel, table))
				return true;
	return false;
}

static void
step_commit(struct plan *plan, const struct step *step, bool soft)
{
	if (step->old != NULL || step->new != NULL)
		protocol_commit(plan, step, soft);
	else
		transport_commit(plan, step);
}

static void
protocol_commit(struct plan *plan, const struct step *step, bool soft)
{
	struct router *router = plan->router;
	struct protocol *protocol = step->old ? plan_protocol(router, step->old) : NULL;
	if (step->new == NULL) {
		if (protocol != NULL)
			protocol_remove(protocol);
		return;
	}
	if (protocol == NULL) {
		protocol = protocol_new(router, step->new);
		if (!protocol->disabled)
			protocol_enable(protocol);
		return;
	}
	bool restarts = !step->diff.conf.same && step->diff.conf.effect == CONF_RESTART;
	if (soft && !restarts && protocol->next == NULL) {
		channels_soften(protocol, step->new);
		list_each(spawn, &protocol->children, struct spawn, link)
			if (!spawn->child->removing)
				channels_soften(spawn->child, step->new);
	}
	protocol_reconfigure(protocol, step->new, &step->diff.conf);
	if (step->diff.conf.same || step->diff.conf.effect == CONF_RESTART ||
	    step->diff.own_effect != CONF_REFEED)
		return;
	channels_renew(protocol);
	list_each(spawn, &protocol->children, struct spawn, link)
		if (!spawn->child->removing)
			channels_renew(spawn->child);
}

static void
transport_commit(struct plan *plan, const struct step *step)
{
	struct router *router = plan->router;
	struct transport *transport =
		step->old_transport ? plan_transport(router, step->old_transport) : NULL;
	if (step->new_transport == NULL) {
		if (transport != NULL)
			transport_remove(transport);
	} else if (transport == NULL) {
		transport = transport_new(router, step->new_transport);
		if (!transport->disabled)
			transport_enable(transport);
	} else {
		transport_reconfigure(transport, step->new_transport, &step->diff.conf);
	}
}

/* The instance that runs by a configuration, or will. */
struct protocol *
plan_protocol(const struct router *router, const struct protocol_config *config)
{
	list_each(protocol, &router->protocols, struct protocol, link)
		if (!protocol->removing &&
		    (protocol->next != NULL ? protocol->next : protocol->config) ==
			    config)
			return protocol;
	return NULL;
}

struct transport *
plan_transport(const struct router *router, const struct transport_config *config)
{
	list_each(transport, &router->transports, struct transport, link)
		if (transport->config == config)
			return transport;
	return NULL;
}

/* Puts the new policies in place before anybody compares them with the old ones. */
static void
channels_soften(struct protocol *protocol, const struct protocol_config *new)
{
	list_each(channel, &protocol->channels, struct channel, link) {
		const struct channel_config *config = channel_config_find(new, channel);
		if (config != NULL)
			channel_soften(channel, config);
	}
}

/* An option of the whole instance may judge all routes otherwise, both ways. */
static void
channels_renew(struct protocol *protocol)
{
	if (protocol->state != PROTOCOL_UP)
		return;
	list_each(channel, &protocol->channels, struct channel, link) {
		channel_renew(channel);
		if (channel->exports)
			channel_refeed(channel);
	}
}

/* The router's list in the configuration's order; who is being removed stays in front. */
static void
order_protocols(struct router *router)
{
	list_each(config, &router->config->protocols, struct protocol_config, link) {
		struct protocol *protocol = plan_protocol(router, config);
		if (protocol == NULL)
			continue;
		list_remove(&protocol->link);
		list_push_back(&router->protocols, &protocol->link);
		spawn_order(protocol);
	}
}

static void
globals_commit(struct plan *plan)
{
	struct sys_log_target targets[LOG_TARGETS];
	struct sys *sys = plan->router->sys;
	size_t count = 0;
	list_each(log, &plan->new->logs, struct config_log, link)
		if (count < LOG_TARGETS)
			targets[count++] = log->target;
	/* None now and none before: the world logs as the daemon told it to. */
	if (count == 0 && (plan->old == NULL || list_is_empty(&plan->old->logs)))
		return;
	int error = sys->class->log_open(sys, targets, count);
	if (error < 0)
		router_log(plan->router, LOG_ERROR, "Cannot open the log: %s",
			   text_error(error));
}
