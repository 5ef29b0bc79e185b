/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Explicit requests: RFC 8966 §3.8.  Answering and forwarding those of others, sending
 * our own, and the table of pending seqno requests (§3.2.7), which hangs in the entries.
 */
#include "proto/babel/babel.h"

#include "lib/slab.h"
#include "nest/router.h"

static void request_fire(struct timer *timer);

/* ---- the table ---- */

static struct babel_request *
request_find_own(const struct babel_entry *entry, uint64_t router_id)
{
	list_each(request, &entry->requests, struct babel_request, list)
		if (request->router_id == router_id && !request->interface)
			return request;
	return NULL;
}

static struct babel_request *
request_new(struct babel_entry *entry, uint64_t router_id, uint16_t seqno)
{
	struct babel *babel = entry->babel;
	struct babel_request *request;

	if (babel->request_count >= BABEL_REQUESTS_MAX) {
		babel->drops[BABEL_DROP_REQUEST_LIMIT]++;
		return NULL;
	}
	request = slab_alloc(babel->request_slab);
	request->entry = entry;
	request->router_id = router_id;
	request->seqno = seqno;
	timer_init(&request->timer, babel->protocol.router, request_fire);
	timer_start(&request->timer, BABEL_REQUEST_KEEP);
	list_push_back(&entry->requests, &request->list);
	list_push_back(&babel->requests, &request->all);
	babel->request_count++;
	return request;
}

void
babel_request_free(struct babel_request *request)
{
	struct babel *babel = request->entry->babel;

	timer_stop(&request->timer);
	list_remove(&request->list);
	list_remove(&request->all);
	babel_entry_mark(request->entry);
	babel->request_count--;
	slab_release(babel->request_slab, request);
}

void
babel_requests_forget(struct babel_interface *interface)
{
	list_each_safe(request, &interface->babel->requests, struct babel_request, all)
		if (request->interface == interface)
			babel_request_free(request);
}

void
babel_requests_check(struct babel_entry *entry)
{
	struct babel_advert advert = babel_advert_of(entry);

	if (advert.metric == BABEL_INFINITY)
		return;
	list_each_safe(request, &entry->requests, struct babel_request, list) {
		/* RFC 8966 §3.8.1.2: another router-id, or a seqno no less than what is
		 * asked for. */
		if (advert.router_id == request->router_id &&
		    babel_seqno_is_less(advert.seqno, request->seqno))
			continue;
		/* All on that interface may have wanted it; their requests were not
		 * forwarded as well. */
		if (request->interface)
			babel_update_reply(&request->interface->output, entry);
		babel_request_free(request);
	}
}

/* ---- theirs ---- */

void
babel_request_route(struct babel_neighbour *neighbour,
		    const struct babel_route_request *request)
{
	struct babel *babel = neighbour->interface->babel;
	struct prefix prefix = request->prefix;
	struct babel_entry *entry;

	if (request->wildcard) {
		/* RFC 8966 §3.8.1.1: a full dump, rate-limited. Who asks may be new: an
		 * IHU helps it. */
		babel_neighbour_tell_ihu(neighbour);
		babel_dump_request(neighbour);
		return;
	}
	/* RFC 8966 §3.8.1.1: an update, or else a retraction. */
	entry = babel_channel_of(babel, &prefix) ? babel_entry_find(babel, &prefix)
						 : NULL;
	if (entry)
		babel_update_reply(&neighbour->output, entry);
	else
		babel_update_unknown(&neighbour->output, &request->prefix);
}

/* RFC 8966 §3.8.1.2: the best feasible route not through who asks, else the best of the
 * others.  The selected one before all: only its new seqno is what we would advertise. */
static struct babel_route *
route_to_forward(const struct babel_entry *entry, const struct babel_neighbour *neighbour)
{
	struct babel_route *best = NULL;
	bool best_feasible = false;

	if (entry->selected && entry->selected->neighbour != neighbour)
		return entry->selected;
	list_each(route, &entry->routes, struct babel_route, in_entry) {
		bool feasible = babel_route_is_feasible(route);

		if (route->neighbour == neighbour ||
		    route->neighbour->cost == BABEL_INFINITY)
			continue;
		if (!best || (feasible && !best_feasible) ||
		    (feasible == best_feasible && route->metric < best->metric)) {
			best = route;
			best_feasible = feasible;
		}
	}
	return best;
}

/* One line on the way of a request. */
static void
request_trace(const struct babel_entry *entry, const char *what, uint64_t router_id,
	      uint16_t seqno, struct addr peer)
{
	char net[PREFIX_TEXT], id[BABEL_ID_TEXT], addr[ADDR_TEXT];

	if (!(entry->babel->protocol.debug & DEBUG_EVENTS))
		return;
	protocol_trace(&entry->babel->protocol, DEBUG_EVENTS,
		       "%s %s a request for seqno %u of %s by %s", what,
		       addr_format(peer, addr), seqno, prefix_format(&entry->prefix, net),
		       babel_id_format(router_id, id));
}

/* The neighbour of this route was asked for as much a short while ago. */
static bool
route_was_asked(const struct babel_route *route, uint64_t router_id, uint16_t seqno)
{
	usec_t now = babel_now(route->entry->babel);

	return route->requested && now < route->requested + BABEL_REQUEST_REPEAT &&
	       route->requested_router_id == router_id &&
	       !babel_seqno_is_less(route->requested_seqno, seqno);
}

/* Asks the neighbour that has this route. */
static void
request_send(struct babel_route *route, uint64_t router_id, uint16_t seqno,
	     uint8_t hop_count)
{
	struct babel_output *output = &route->neighbour->output;
	struct babel_tlv tlv = { .type = BABEL_TLV_SEQNO_REQUEST,
				 .seqno_request = { .prefix = route->entry->prefix,
						    .router_id = router_id,
						    .seqno = seqno,
						    .hop_count = hop_count } };

	route->requested = babel_now(route->entry->babel);
	route->requested_router_id = router_id;
	route->requested_seqno = seqno;
	request_trace(route->entry, "Sent", router_id, seqno, output->to);
	babel_output_put(output, &tlv, BABEL_URGENT);
}

/* Whoever asks on this interface is told when the answer comes. */
static bool
request_remember(struct babel_neighbour *neighbour, struct babel_entry *entry,
		 const struct babel_seqno_request *asked)
{
	struct babel_request *request;

	list_each(other, &entry->requests, struct babel_request, list)
		if (other->router_id == asked->router_id &&
		    other->interface == neighbour->interface &&
		    !babel_seqno_is_less(other->seqno, asked->seqno))
			return true;
	request = request_new(entry, asked->router_id, asked->seqno);
	if (!request)
		return false;
	request->interface = neighbour->interface;
	request->hop_count = (uint8_t)(asked->hop_count - 1);
	return true;
}

static void
request_forward(struct babel_neighbour *neighbour, struct babel_entry *entry,
		const struct babel_seqno_request *asked)
{
	struct babel_route *route = route_to_forward(entry, neighbour);

	if (!route || !request_remember(neighbour, entry, asked))
		return;
	/* RFC 8966 §3.8.1.2: redundant if it was sent already. What we sent to somebody
	 * else (or would have, had we known this route) brings no answer from here. */
	if (route_was_asked(route, asked->router_id, asked->seqno))
		entry->babel->drops[BABEL_DROP_REQUEST_DUPLICATE]++;
	/* Never sent again by us: that would multiply; who asked repeats it. */
	else
		request_send(route, asked->router_id, asked->seqno,
			     (uint8_t)(asked->hop_count - 1));
}

void
babel_request_seqno(struct babel_neighbour *neighbour,
		    const struct babel_seqno_request *asked)
{
	struct babel *babel = neighbour->interface->babel;
	struct prefix prefix = asked->prefix;
	struct babel_entry *entry = babel_channel_of(babel, &prefix)
					    ? babel_entry_find(babel, &prefix)
					    : NULL;
	struct babel_advert advert;

	if (!entry)
		return;
	request_trace(entry, "Got from", asked->router_id, asked->seqno, neighbour->addr);
	advert = babel_advert_of(entry);
	/* RFC 8966 §3.8.1.2: only what we advertise. */
	if (advert.metric == BABEL_INFINITY)
		return;
	if (advert.router_id != asked->router_id ||
	    !babel_seqno_is_less(advert.seqno, asked->seqno)) {
		babel_update_reply(&neighbour->output, entry);
	} else if (asked->router_id == babel->router_id) {
		/* RFC 8966 §3.8.1.2: by one and no more, however far ahead it asks. */
		babel_seqno_increase(babel);
		babel_update_reply(&neighbour->interface->output, entry);
		/* Somebody has lost the way to us, perhaps by a link of ours. */
		babel_carrier_doubt(babel);
	} else if (asked->hop_count >= 2) {
		request_forward(neighbour, entry, asked);
	}
}

/* ---- ours ---- */

/* RFC 8966 §3.8.2.1: the value in the source table plus one. */
static bool
seqno_wanted(const struct babel_entry *entry, uint64_t router_id, uint16_t *seqno)
{
	const struct babel_source *source = babel_source_find(entry, router_id);

	if (source)
		*seqno = (uint16_t)(source->seqno + 1);
	return source != NULL;
}

/* To every neighbour that has a route, though none is usable: RFC 8966 §3.8.2.1 wants at
 * least one of them, and better all. */
static void
request_send_all(struct babel_request *request)
{
	list_each(route, &request->entry->routes, struct babel_route, in_entry)
		if (route->neighbour->cost != BABEL_INFINITY) {
			request_send(route, request->router_id, request->seqno,
				     BABEL_HOP_COUNT);
			request->sent = true;
		}
}

static void
request_begin(struct babel_request *request, uint16_t seqno)
{
	request->seqno = seqno;
	request->hop_count = BABEL_HOP_COUNT;
	request->sent = false;
	request->resends = BABEL_REQUEST_RESENDS;
	request->timeout = BABEL_REQUEST_TIMEOUT;
	timer_start(&request->timer, request->timeout);
}

/* The pending request for this seqno, made if there is none; it is repeated until there
 * is a route, or enough of it. Null: too many are pending. */
static struct babel_request *
request_pend(struct babel_entry *entry, uint64_t router_id, uint16_t seqno)
{
	struct babel_request *request = request_find_own(entry, router_id);

	if (!request)
		request = request_new(entry, router_id, seqno);
	else if (request->sent && request->seqno == seqno)
		return request;
	if (request)
		request_begin(request, seqno);
	return request;
}

/* RFC 8966 §3.8.1.2: a source that lost its seqno grows it by one for each request, so it
 * takes as many as it is behind.  Each needs an answer to the one before, so they don't
 * multiply. */
void
babel_requests_progress(struct babel_route *route)
{
	list_each(request, &route->entry->requests, struct babel_request, list)
		if (request->router_id == route->router_id &&
		    route->neighbour->cost != BABEL_INFINITY &&
		    babel_seqno_is_less(route->seqno, request->seqno)) {
			request_send(route, request->router_id, request->seqno,
				     request->hop_count);
			return;
		}
}

static void
request_originate(struct babel_entry *entry, uint64_t router_id)
{
	struct babel_request *request = NULL;
	uint16_t seqno;

	if (seqno_wanted(entry, router_id, &seqno))
		request = request_pend(entry, router_id, seqno);
	if (request)
		request_send_all(request);
}

void
babel_request_starved(struct babel_entry *entry)
{
	request_originate(entry, entry->lost_router_id);
	/* T-07: the routes that are left may come from another router, which must hear of
	 * it, too. */
	list_each(route, &entry->routes, struct babel_route, in_entry)
		if (route->router_id != entry->lost_router_id &&
		    !request_find_own(entry, route->router_id))
			request_originate(entry, route->router_id);
}

void
babel_request_unfeasible(struct babel_route *route, uint64_t router_id)
{
	struct babel_entry *entry = route->entry;
	const struct babel_route *selected = entry->selected;
	struct babel_request *request;
	uint16_t seqno;

	/* RFC 8966 §3.8.2.2: for the selected route, or one that would be preferred. */
	if (selected && selected != route && selected->metric <= route->metric)
		return;
	if (route->neighbour->cost == BABEL_INFINITY ||
	    !seqno_wanted(entry, router_id, &seqno) ||
	    route_was_asked(route, router_id, seqno))
		return;
	/* Without any other route it is repeated; else the next update of the neighbour
	 * brings us here again. */
	request = selected ? NULL : request_pend(entry, router_id, seqno);
	if (!selected && !request)
		return;
	request_send(route, router_id, seqno, BABEL_HOP_COUNT);
	if (request)
		request->sent = true;
}

void
babel_request_refresh(struct babel_route *route)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_ROUTE_REQUEST,
				 .route_request = { .prefix = route->entry->prefix } };

	babel_output_put(&route->neighbour->output, &tlv, BABEL_URGENT);
}

static void
request_fire(struct timer *timer)
{
	struct babel_request *request = container_of(timer, struct babel_request, timer);
	struct babel *babel = request->entry->babel;

	if (request->resends > 0 && !request->entry->selected) {
		request->resends--;
		request->timeout *= 2;
		request_send_all(request);
		timer_start(timer, request->timeout);
	} else {
		babel_request_free(request);
	}
	babel_settle(babel);
}
