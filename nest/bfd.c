/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests for BFD sessions, and who answers them.
 */
#include "nest/bfd.h"

#include "nest/router.h"
#include <assert.h>

static bool request_offer(struct router *router, struct bfd_request *request);
static void request_wait(struct bfd_request *request);

void
bfd_request_open(struct router *router, struct bfd_request *request)
{
	assert(request->changed && !request->provider);
	request_wait(request);
	request->former = BFD_ADMIN_DOWN;
	list_push_back(&router->bfd_requests, &request->link);
	request_offer(router, request);
}

void
bfd_request_close(struct bfd_request *request)
{
	struct bfd_provider *provider = request->provider;
	if (!request->link.next)
		return;
	if (provider)
		provider->drop(provider, request);
	request_wait(request);
	list_remove(&request->link);
}

void
bfd_request_update(struct bfd_request *request)
{
	if (request->provider)
		request->provider->update(request->provider, request);
}

const char *
bfd_state_name(enum bfd_state state)
{
	switch (state) {
	case BFD_ADMIN_DOWN: return "AdminDown";
	case BFD_DOWN: return "Down";
	case BFD_INIT: return "Init";
	case BFD_UP: return "Up";
	}
	return "";
}

void
bfd_provider_open(struct router *router, struct bfd_provider *provider)
{
	provider->router = router;
	list_push_back(&router->bfd_providers, &provider->link);
	bfd_provider_retry(provider);
}

void
bfd_provider_close(struct bfd_provider *provider)
{
	struct router *router = provider->router;
	if (provider->link.next == NULL)
		return;
	list_remove(&provider->link);
	/* Each is told of in turn, and may close itself and others by it: from the
	 * beginning again after each. */
	for (bool is_more = true; is_more;) {
		is_more = false;
		list_each(request, &router->bfd_requests, struct bfd_request, link) {
			if (request->provider != provider)
				continue;
			bfd_request_release(request);
			is_more = true;
			break;
		}
	}
}

void
bfd_provider_retry(struct bfd_provider *provider)
{
	list_each(request, &provider->router->bfd_requests, struct bfd_request, link)
		if (!request->provider)
			request_offer(provider->router, request);
}

void
bfd_request_release(struct bfd_request *request)
{
	struct bfd_provider *provider = request->provider;
	enum bfd_state former = request->state;
	provider->drop(provider, request);
	request_wait(request);
	request_offer(provider->router, request);
	if (request->state == former)
		return;
	request->former = former;
	request->changed(request);
}

void
bfd_request_tell(struct bfd_request *request, enum bfd_state state, uint8_t diagnostic)
{
	request->diagnostic = diagnostic;
	if (request->state == state)
		return;
	request->former = request->state;
	request->state = state;
	request->changed(request);
}

/* The first provider that takes it has it; false: it waits. */
static bool
request_offer(struct router *router, struct bfd_request *request)
{
	list_each(provider, &router->bfd_providers, struct bfd_provider, link) {
		if (!provider->take(provider, request))
			continue;
		request->provider = provider;
		return true;
	}
	return false;
}

static void
request_wait(struct bfd_request *request)
{
	request->provider = NULL;
	request->session = NULL;
	request->state = BFD_ADMIN_DOWN;
	request->diagnostic = BFD_DIAGNOSTIC_NONE;
}
