/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a configuration lives.
 */
#include "nest/config.h"

#include <assert.h>

#include "nest/router.h"

struct config *
config_hold(struct config *config)
{
	if (config)
		config->uses++;
	return config;
}

void
config_release(struct router *router, struct config *config)
{
	if (!config)
		return;
	assert(config->uses > 0);
	if (--config->uses == 0)
		router->language->config_free(config);
}
