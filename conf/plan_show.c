/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plan would do, for `configure check`: what becomes of each instance, the options
 * that differ with what they were and will be, and how many routes that touches.
 */
#include "conf/plan.h"

#include "conf/print.h"
#include "lib/arena.h"
#include "lib/macros.h"
#include "lib/out.h"
#include "lib/text.h"
#include "nest/channel.h"
#include "nest/config_schema.h"
#include "nest/filter.h"
#include "nest/link.h"
#include "nest/protocol.h"
#include "nest/router.h"
#include "nest/transport.h"
#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* What is shown, and how far. */
struct show {
	const struct plan *plan;
	struct out *out;
	bool all;      /* Also what stays the same. */
	bool begun;    /* There was a row. */
	unsigned same; /* Not shown, for nothing changes. */
};

/* Routes that are touched. */
struct touch {
	uint64_t import;    /* Pass the import policy again. */
	uint64_t export;    /* Pass the export policy again. */
	uint64_t withdrawn; /* Vanish from tables. */
	uint64_t told;      /* The protocol's peers hear of their end. */
	uint64_t offered;   /* Pass the export policy of what is new. */
	uint64_t links;     /* Of a transport, that go down. */
	bool restarts;      /* What is withdrawn is announced again. */
};

/* One thing that changes. */
struct row {
	const char *kind, *name, *effect;
	const struct diff_line *lines;
	struct touch touch;
	bool router_id; /* It is restarted for another id of the router. */
};

static void globals_show(struct show *show);
static void tables_show(struct show *show);
static void steps_show(struct show *show);
static const struct config_table *table_named(const struct config *config,
					      const char *name);
static void protocol_row(const struct plan *plan, const struct step *step,
			 struct row *row);
static void protocol_goes(const struct protocol *protocol, struct touch *touch);
static void protocol_stays(const struct protocol *protocol, const struct step *step,
			   struct row *row);
static uint64_t offered_to(const struct plan *plan,
			   const struct protocol_config *protocol);
static uint64_t table_routes(const struct table *table, bool all);
static bool router_id_changes(const struct plan *plan);
static void transport_row(const struct plan *plan, const struct step *step,
			  struct row *row);
static void row_show(struct show *show, const struct row *row);
static void row_structured(struct out *out, const struct row *row);
static void row_text(struct out *out, const struct row *row);
static void touch_text(const struct touch *touch, struct text *text);
static void change_show(struct out *out, const struct diff_line *line);
static bool change_note(const struct diff_line *line, struct text *note);
static void field_text(struct text *text, const struct conf_item *item,
		       const void *field);

void
plan_show(const struct plan *plan, bool all, struct out *out)
{
	struct show show = { .plan = plan, .out = out, .all = all };
	globals_show(&show);
	tables_show(&show);
	steps_show(&show);
	if (show.begun)
		out_table_end(out);
	if (out->class->is_structured)
		return;
	if (!show.begun)
		out_note(out, "Nothing would change");
	else if (!all)
		out_note(out, "%u stay as they are", show.same);
}

static void
globals_show(struct show *show)
{
	const struct plan *plan = show->plan;
	struct diff diff;
	diff_structs(&diff, plan->arena, &config_schema, plan->old, plan->new);
	row_show(show, &(struct row){ .kind = "router",
				      .name = "",
				      .effect = diff_effect_name(&diff),
				      .lines = diff.lines });
}

static void
tables_show(struct show *show)
{
	const struct plan *plan = show->plan;
	list_each(old, &plan->old->tables, struct config_table, link) {
		struct row row = { .kind = "table",
				   .name = old->table.name,
				   .effect = "REMOVE" };
		if (table_named(plan->new, old->table.name) == NULL)
			row_show(show, &row);
	}
	list_each(new, &plan->new->tables, struct config_table, link) {
		const struct config_table *old = table_named(plan->old, new->table.name);
		struct row row = { .kind = "table",
				   .name = new->table.name,
				   .effect = "ADD" };
		struct diff diff;
		if (old != NULL) {
			diff_structs(&diff, plan->arena, &table_schema, old, new);
			/* Tables are never made anew: all their options are applied as
			 * they are. */
			row.effect = diff.conf.same ? "SAME" : "LIVE";
			row.lines = diff.lines;
		}
		row_show(show, &row);
	}
}

static const struct config_table *
table_named(const struct config *config, const char *name)
{
	list_each(table, &config->tables, struct config_table, link)
		if (strcmp(table->table.name, name) == 0)
			return table;
	return NULL;
}

static void
steps_show(struct show *show)
{
	const struct plan *plan = show->plan;
	for (const struct step *step = plan->first; step != NULL; step = step->next) {
		struct row row = { .lines = step->diff.lines };
		if (step->old != NULL || step->new != NULL)
			protocol_row(plan, step, &row);
		else
			transport_row(plan, step, &row);
		row_show(show, &row);
	}
}

/* ---- instances
 * ----------------------------------------------------------------------------- */

static void
protocol_row(const struct plan *plan, const struct step *step, struct row *row)
{
	const struct protocol_config *config = step->new ? step->new : step->old;
	const struct protocol *protocol =
		step->old ? plan_protocol(plan->router, step->old) : NULL;
	row->kind = "protocol";
	row->name = config->name;
	row->effect = diff_effect_name(&step->diff);
	if (step->old == NULL) {
		row->effect = "ADD";
		row->touch.offered = config->disabled ? 0 : offered_to(plan, config);
	} else if (step->new == NULL) {
		row->effect = "REMOVE";
		protocol_goes(protocol, &row->touch);
	} else if (protocol != NULL) {
		bool is_restarted =
			!step->diff.conf.same && step->diff.conf.effect == CONF_RESTART;
		row->router_id = !is_restarted && config->class->uses_router_id &&
				 !config->has_router_id &&
				 protocol_is_running(protocol) && router_id_changes(plan);
		if (is_restarted || row->router_id) {
			row->effect = "RESTART";
			row->touch.restarts = true;
			protocol_goes(protocol, &row->touch);
		} else if (!step->diff.conf.same) {
			protocol_stays(protocol, step, row);
		}
	}
}

/* It is stopped, and perhaps started again. */
static void
protocol_goes(const struct protocol *protocol, struct touch *touch)
{
	if (protocol == NULL)
		return;
	list_each(channel, &protocol->channels, struct channel, link) {
		touch->withdrawn += channel->imported;
		touch->told += channel->exported;
	}
}

/* Its channels look again at what their policies are changed for. */
static void
protocol_stays(const struct protocol *protocol, const struct step *step, struct row *row)
{
	struct touch *touch = &row->touch;
	bool refeeds = step->diff.own_effect == CONF_REFEED;
	list_each(channel, &protocol->channels, struct channel, link) {
		const struct channel_config *config =
			channel_config_find(step->new, channel);
		struct channel_effect effect = { refeeds, refeeds };
		if (channel->state == CHANNEL_DOWN || config == NULL)
			continue;
		if (!refeeds)
			effect = channel_effect_of(channel, config);
		/* Who can't announce again is restarted. */
		touch->restarts |= effect.import && protocol->class->reimport == NULL;
		if (effect.import)
			touch->import += channel->imported + channel->filtered;
		bool exports = channel->exports && (channel->exported > 0 ||
						    config->export != &filter_reject);
		if (effect.export && exports)
			touch->export +=
				table_routes(channel->table, channel->mode == READER_ANY);
	}
	if (touch->restarts) {
		*touch = (struct touch){ .restarts = true };
		row->effect = "RESTART";
		protocol_goes(protocol, touch);
	}
}

/* What a new instance's channels will be given to judge. */
static uint64_t
offered_to(const struct plan *plan, const struct protocol_config *protocol)
{
	uint64_t offered = 0;
	list_each(channel, &protocol->channels, struct channel_config, link) {
		const struct table *table = router_table(plan->router, channel->table,
							 (enum net_type)channel->type);
		if (table != NULL && table_type(table) == channel->type &&
		    channel->export != &filter_reject &&
		    protocol->class->route_event != NULL)
			offered += table_routes(table, false);
	}
	return offered;
}

/* The destinations, or all routes to them. */
static uint64_t
table_routes(const struct table *table, bool all)
{
	struct table_counts counts;
	table_count(table, &counts);
	return all ? counts.routes : counts.nodes;
}

static bool
router_id_changes(const struct plan *plan)
{
	return plan->new->has_router_id && plan->router->router_id != 0 &&
	       plan->router->router_id != plan->new->router_id;
}

static void
transport_row(const struct plan *plan, const struct step *step, struct row *row)
{
	const struct transport_config *old = step->old_transport,
				      *new = step->new_transport;
	assert(old != NULL || new != NULL);
	const struct transport *transport =
		old != NULL ? plan_transport(plan->router, old) : NULL;
	row->kind = "transport";
	row->name = new != NULL ? new->name : old->name;
	row->effect = old == NULL   ? "ADD"
		      : new == NULL ? "REMOVE"
				    : diff_effect_name(&step->diff);
	bool goes =
		strcmp(row->effect, "RESTART") == 0 || strcmp(row->effect, "REMOVE") == 0;
	list_each(link, &plan->router->links, struct link, link)
		row->touch.links += goes && transport != NULL &&
				    link->transport == transport && link->up;
}

/* ---- one row
 * ------------------------------------------------------------------------------- */

static void
row_show(struct show *show, const struct row *row)
{
	static const struct out_column columns[] = {
		{ .key = "kind", .title = "Kind", .width = 9 },
		{ .key = "name", .title = "Name", .width = 10 },
		{ .key = "effect", .title = "Effect", .width = 7 },
		{ .key = "routes", .title = "Routes" },
	};
	struct out *out = show->out;
	if (!show->all && strcmp(row->effect, "SAME") == 0) {
		show->same++;
		return;
	}
	if (!show->begun)
		out_table(out, "changes", columns, ARRAY_SIZE(columns));
	show->begun = true;
	out_row(out);
	out_str(out, "kind", row->kind);
	out_str(out, "name", row->name);
	out_str(out, "effect", row->effect);
	if (out->class->is_structured)
		row_structured(out, row);
	else
		row_text(out, row);
}

static void
row_structured(struct out *out, const struct row *row)
{
	const struct touch *touch = &row->touch;
	out_detail(out);
	out_u64(out, "import_again", touch->import);
	out_u64(out, "export_again", touch->export);
	out_u64(out, "withdrawn", touch->withdrawn);
	out_u64(out, "taken_back", touch->told);
	out_u64(out, "offered", touch->offered);
	out_u64(out, "links_down", touch->links);
	out_bool(out, "router_id_changes", row->router_id);
	out_list(out, "changes");
	for (const struct diff_line *line = row->lines; line != NULL; line = line->next)
		change_show(out, line);
	out_list_end(out);
	out_detail_end(out);
}

static void
row_text(struct out *out, const struct row *row)
{
	struct text text = { .text = NULL };
	touch_text(&row->touch, &text);
	out_str(out, "routes", text_string(&text));
	text_fini(&text);
	out_detail(out);
	if (row->router_id)
		out_note(out, "the router id changes");
	for (const struct diff_line *line = row->lines; line != NULL; line = line->next)
		change_show(out, line);
	out_detail_end(out);
}

static void
touch_text(const struct touch *touch, struct text *text)
{
	const struct {
		uint64_t count;
		const char *words;
	} parts[] = {
		{ touch->withdrawn,
		  touch->restarts ? "withdrawn and announced again" : "withdrawn" },
		{ touch->told, touch->restarts ? "told again" : "taken back" },
		{ touch->import, "imported again" },
		{ touch->export, "judged again for export" },
		{ touch->offered, "judged for export" },
		{ touch->links, "links go down" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].count > 0)
			text_printf(text, "%s%" PRIu64 " %s",
				    text->length > 0 ? ", " : "", parts[i].count,
				    parts[i].words);
}

/* "interface "eth*": hello interval: 4 s -> 2 s" */
static void
change_show(struct out *out, const struct diff_line *line)
{
	struct text option = { .text = NULL }, old = { .text = NULL },
		    new = { .text = NULL }, note = { .text = NULL };
	diff_line_text(line, &option);
	if (line->old != NULL && !change_note(line, &note)) {
		field_text(&old, line->item, line->old);
		field_text(&new, line->item, line->new);
		if (strcmp(text_string(&old), text_string(&new)) == 0)
			text_add(&note, line->item->type == CONF_FILTER
						? "its code changed"
						: "changed");
	}
	if (out->class->is_structured) {
		out_object(out, NULL);
		out_str(out, "option", text_string(&option));
		if (line->old != NULL && old.length > 0) {
			out_str(out, "old", text_string(&old));
			out_str(out, "new", text_string(&new));
		}
		if (note.length > 0)
			out_str(out, "change", text_string(&note));
		out_object_end(out);
	} else if (note.length > 0) {
		out_note(out, "%s: %s%s%s", text_string(&option), text_string(&old),
			 old.length > 0 ? ", " : "", text_string(&note));
	} else if (line->old != NULL) {
		out_note(out, "%s: %s -> %s", text_string(&option), text_string(&old),
			 text_string(&new));
	} else {
		out_note(out, "%s", text_string(&option));
	}
	text_fini(&option);
	text_fini(&old);
	text_fini(&new);
	text_fini(&note);
}

/* What changed, where values can't be shown; false: they can. */
static bool
change_note(const struct diff_line *line, struct text *note)
{
	const struct conf_item *item = line->item;
	if (item->type == CONF_CALL && item->print_change != NULL) {
		item->print_change(note, line->old, line->new);
		return true;
	}
	if (item->type != CONF_SECRET && (item->type != CONF_CALL || item->print != NULL))
		return false;
	text_add(note, "changed");
	return true;
}

static void
field_text(struct text *text, const struct conf_item *item, const void *field)
{
	bool is_string = item->type == CONF_STRING || item->type == CONF_NAME ||
			 item->type == CONF_TABLE;
	/* What cannot be written is what was not written. */
	bool is_unset = item->type == CONF_U32 && item->min > 0 &&
			*(const uint32_t *)field < (uint64_t)item->min;
	if (is_unset || (is_string && *(const char *const *)field == NULL))
		text_add(text, "none");
	else if (item->type == CONF_KEYWORD)
		text_add(text, *(const uint32_t *)field == (uint32_t)item->preset
				       ? "on"
				       : "off");
	else
		print_value(text, item, field);
	if (text->length == 0)
		text_add(text, "none");
}
