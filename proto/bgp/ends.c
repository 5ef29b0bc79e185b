/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `local` and `neighbor`: words to fields, and back.
 */
#include "proto/bgp/ends.h"

#include "lib/arena.h"
#include "lib/text.h"
#include "nest/link.h"

#define AS_MAX UINT32_MAX

/* Tags of the patterns. */
enum {
	TAG_ADDR = 1,
	TAG_RANGE,
	TAG_PORT,
	TAG_AS,
	TAG_INTERNAL,
	TAG_EXTERNAL,
	TAG_ONLINK,
	TAG_BUT,
	TAG_INTERFACE
};

/* A port or an AS number; null if it is one. */
static const char *
end_take(const struct conf_value *value, uint32_t *as, uint32_t *port)
{
	if (value->tag == TAG_PORT) {
		*port = (uint32_t)value->number;
		return value->number < 1 || value->number > UINT16_MAX
			       ? "a port is 1 to 65535"
			       : NULL;
	}
	*as = (uint32_t)value->number;
	return value->number > AS_MAX ? "an AS number has 32 bits" : NULL;
}

const char *
bgp_local_take(struct conf_call *call)
{
	struct bgp_config *config = call->config;
	for (size_t i = 0; i < call->count; i++) {
		const struct conf_value *value = &call->values[i];
		call->culprit = i;
		if (value->tag == TAG_ADDR) {
			config->local.addr = value->addr;
			config->interface = value->word ? value->word : config->interface;
			continue;
		}
		const char *problem =
			end_take(value, &config->local.as, &config->local.port);
		if (problem)
			return problem;
	}
	return NULL;
}

/* Its address, the range neighbours may connect from, or where neighbours are found. */
static const char *
remote_addr_take(struct bgp_config *config, const struct conf_value *value)
{
	struct bgp_remote *remote = &config->remote;
	bool is_more = value->tag == TAG_INTERFACE && remote->is_found;
	if ((!addr_is_any(remote->addr) || remote->has_range) && !is_more)
		return "there is a neighbour already; each has an instance of its own";
	if (value->tag == TAG_INTERFACE) {
		static const struct addr link_local = { .bytes = { 0xfe, 0x80 } };
		remote->range = prefix_new(link_local, 10);
		remote->has_range = remote->is_found = true;
		return NULL;
	}
	if (value->tag == TAG_RANGE) {
		remote->range = value->prefix;
		remote->has_range = true;
		return NULL;
	}
	remote->addr = value->addr;
	config->interface = value->word ? value->word : config->interface;
	return NULL;
}

/* Behind those there are already. */
static void
interface_take(struct conf_call *call, const char *name, bool exclude)
{
	struct bgp_config *config = call->config;
	struct interface_pattern *pattern = arena_alloc(call->arena, sizeof(*pattern)),
				 **end = &config->interfaces;
	pattern->name = name;
	pattern->exclude = exclude;
	while (*end != NULL)
		end = &(*end)->next;
	*end = pattern;
}

const char *
bgp_remote_take(struct conf_call *call)
{
	struct bgp_config *config = call->config;
	struct bgp_remote *remote = &config->remote;
	const char *problem = NULL;
	for (size_t i = 0; i < call->count && !problem; i++) {
		const struct conf_value *value = &call->values[i];
		call->culprit = i;
		switch (value->tag) {
		case TAG_ADDR:
		case TAG_RANGE: problem = remote_addr_take(config, value); break;
		case TAG_INTERNAL: remote->side = BGP_INTERNAL; break;
		case TAG_EXTERNAL: remote->side = BGP_EXTERNAL; break;
		case TAG_ONLINK: config->onlink = true; break;
		case TAG_BUT: break;
		case TAG_INTERFACE:
			problem = remote_addr_take(config, value);
			interface_take(call, value->word,
				       i > 0 && value[-1].tag == TAG_BUT);
			break;
		default: problem = end_take(value, &remote->as, &remote->port); break;
		}
	}
	return problem;
}

static void
end_print(struct text *text, struct addr addr, uint32_t port, uint32_t as)
{
	char shown[ADDR_TEXT];
	const char *joint = "";
	if (!addr_is_any(addr)) {
		text_add(text, addr_format(addr, shown));
		joint = " ";
	}
	if (port != BGP_PORT) {
		text_printf(text, "%sport %u", joint, port);
		joint = " ";
	}
	if (as != 0)
		text_printf(text, "%sas %u", joint, as);
}

void
bgp_local_print(struct text *text, const void *field)
{
	const struct bgp_local *local = field;
	end_print(text, local->addr, local->port, local->as);
}

void
bgp_remote_print(struct text *text, const void *field)
{
	static const char *const sides[] = { "", "internal", "external" };
	const struct bgp_remote *remote = field;
	char shown[PREFIX_TEXT];
	size_t begin = text->length;
	if (remote->has_range && !remote->is_found)
		text_printf(text, "range %s%s", prefix_format(&remote->range, shown),
			    remote->as != 0 ? " " : "");
	end_print(text, remote->addr, remote->port, remote->as);
	if (remote->side != BGP_ANY_SIDE)
		text_printf(text, "%s%s", text->length > begin ? " " : "",
			    sides[remote->side]);
}

bool
bgp_interfaces_equal(const void *old, const void *new)
{
	return interface_pattern_equal(*(struct interface_pattern *const *)old,
				       *(struct interface_pattern *const *)new);
}

void
bgp_interfaces_print(struct text *text, const void *field)
{
	const char *joint = "";
	for (const struct interface_pattern *pattern =
		     *(struct interface_pattern *const *)field;
	     pattern != NULL; pattern = pattern->next) {
		text_printf(text, "%s%s\"%s\"", joint, pattern->exclude ? "-" : "",
			    pattern->name);
		joint = ", ";
	}
}
