/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of `cli` blocks: further control sockets.
 */
#include "nest/control.h"

#include "lib/out.h"
#include "nest/config.h"
#include "nest/reply.h"
#include "nest/schema.h"
#include <string.h>

#define PATH_MOST 107 /* What fits into the address of a Unix socket. */

static const struct conf_word protocol_words[] = {
	{ "native", CONTROL_NATIVE },
	{ "bird", CONTROL_BIRD },
	{ NULL, 0 },
};

static const struct conf_item control_items[] = {
	{ .pattern = "protocol @",
	  .doc = "What is spoken there: `native` to meshc, `bird` to birdc and to "
		 "programs "
		 "that read BIRD's answers.",
	  .type = CONF_ENUM,
	  .offset = offsetof(struct control_config, protocol),
	  .more = protocol_words },
	{ .pattern = "restrict @",
	  .doc = "Only commands that show are allowed.",
	  .type = CONF_SWITCH,
	  .offset = offsetof(struct control_config, restricted) },
	{ 0 },
};

const struct conf_schema control_schema = {
	.name = "cli",
	.doc = "A further control socket.",
	.size = sizeof(struct control_config),
	.items = control_items,
};

const char *
control_take(struct conf_call *call)
{
	struct control_config *config = call->config;
	config->path = call->values[0].word;
	config->line = call->line;
	config->file = call->file;
	call->culprit = 0;
	if (config->path[0] != '/')
		return "the path of a control socket begins with `/`";
	if (strlen(config->path) > PATH_MOST)
		return "the path of a control socket has at most 107 characters";
	return NULL;
}

static const struct control_config *
first_of_path(const struct config *config, const char *path)
{
	list_each(one, &config->controls, struct control_config, link)
		if (!strcmp(one->path, path))
			return one;
	return NULL;
}

bool
control_check(const struct config *config, struct out *complaints)
{
	bool good = true;
	list_each(one, &config->controls, struct control_config, link) {
		const struct control_config *first = first_of_path(config, one->path);
		if (first == one)
			continue;
		out_error_code(
			complaints, REPLY_CONFIGURATION_WRONG,
			"%s:%u: error: the control socket \"%s\" is there already, in "
			"line %u",
			one->file ? one->file : "line", one->line, one->path,
			first->line);
		good = false;
	}
	return good;
}
