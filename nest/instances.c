/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instances over the turns of a command: held by name.
 */
#include "nest/instances.h"

#include "lib/pool.h"
#include "nest/command.h"
#include "nest/protocol.h"
#include "nest/router.h"

void
instances_begin(struct instances *instances, const struct command_call *call,
		instances_meant *is_meant)
{
	const struct list *protocols = &call->router->protocols;
	uint32_t count = 0;
	list_each(protocol, protocols, struct protocol, link)
		count += is_meant(call, protocol);
	*instances = (struct instances){ .is_meant = is_meant };
	instances->names = pool_alloc(call->pool, count * sizeof(*instances->names));
	list_each(protocol, protocols, struct protocol, link)
		if (is_meant(call, protocol))
			instances->names[instances->count++] =
				pool_strdup(call->pool, protocol->name);
}

struct protocol *
instances_now(struct instances *instances, const struct command_call *call)
{
	for (; instances->at < instances->count; instances->at++) {
		struct protocol *protocol =
			protocol_find(call->router, instances->names[instances->at]);
		if (protocol != NULL && instances->is_meant(call, protocol))
			return protocol;
	}
	return NULL;
}

struct protocol *
instances_next(struct instances *instances, const struct command_call *call)
{
	instances->at += instances->at < instances->count;
	return instances_now(instances, call);
}
