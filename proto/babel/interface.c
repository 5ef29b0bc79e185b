/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The links Babel speaks on: RFC 8966 §3.2.3.  Which they are (interface patterns, links
 * that come and go), their Hello and Update timers, and what is said first and last.
 */
#include "proto/babel/babel.h"

#include <string.h>
#include "lib/pool.h"
#include "lib/text.h"
#include "nest/router.h"

#define EAGER_HELLOS      2               /* Two make a link usable by 2-out-of-3. */
#define GREET_GAP         (200 * USEC_MS) /* So often we greet, but for the first few. */
#define GREET_BURST       5
#define JITTER            8  /* Hellos and updates go up to 1/8 of the interval early. */
#define FAREWELL_INTERVAL 10 /* Centiseconds in our last Hello. */
/* The kernel may tell of a lost carrier up to a second late (interface_check in
 * sysdep/sys.h). Where Hellos come at least every two seconds that is too long, and we
 * look ourselves: so often in a Hello interval, but never sooner than after the pause,
 * nor at more than one link in each gap; with so many links that this takes as long as
 * the kernel may, we don't. */
#define CARRIER_PATIENCE (2 * USEC_S)
#define CARRIER_LOOKS    5
#define CARRIER_PAUSE    (100 * USEC_MS)
#define CARRIER_GAP      (5 * USEC_MS)
#define CARRIER_LATE     USEC_S

/* RFC 8966 §5: ff02::1:6. */
static const struct addr babel_group = { { 0xff, 0x02, [13] = 1, [15] = 6 } };

static void hello_fire(struct timer *timer);

static const struct link_port_ops port_ops = { .receive = babel_receive };

struct babel_interface *
babel_interface_of(const struct babel *babel, const struct link *link)
{
	list_each(interface, &babel->interfaces, struct babel_interface, list)
		if (interface->link == link)
			return interface;
	return NULL;
}

struct addr
babel_interface_next_hop(const struct babel_interface *interface, bool ip4)
{
	const struct babel_interface_config *config = interface->config;

	if (!ip4)
		return addr_is_any(config->next_hop6) ? interface->local
						      : config->next_hop6;
	return addr_is_any(config->next_hop4) ? interface->link->local4
					      : config->next_hop4;
}

/* What follows from the configuration and what the link is. */
static void
interface_adapt(struct babel_interface *interface,
		const struct babel_interface_config *config)
{
	const struct link *link = interface->link;

	interface->config = config;
	interface->type = (enum babel_link_type)config->type;
	if (interface->type == BABEL_AUTO)
		interface->type = link->wireless ? BABEL_WIRELESS
				  : link->tunnel ? BABEL_TUNNEL
						 : BABEL_WIRED;
	interface->rxcost = interface->type == BABEL_WIRELESS ? BABEL_COST_WIRELESS
							      : BABEL_COST_WIRED;
	if (config->rxcost)
		interface->rxcost = (uint16_t)config->rxcost;
	/* RFC 8966 §3.7.4: only where the link is known to be symmetric and transitive.
	 */
	interface->split_horizon =
		config->split_horizon == BABEL_SPLIT_ON ||
		(config->split_horizon == BABEL_SPLIT_AUTO && !link->multi_access);
	interface->hello_interval = config->hello_interval;
	interface->update_interval =
		config->update_interval ? config->update_interval
					: BABEL_UPDATE_HELLOS * config->hello_interval;
	interface->update_interval =
		MIN(interface->update_interval, BABEL_INTERVAL_MAX * 10 * USEC_MS);
}

static int
interface_open(struct babel_interface *interface)
{
	const struct babel_interface_config *config = interface->config;
	struct link_port_args args = {
		.port = (uint16_t)config->port,
		.group = babel_group,
		.tos = (uint8_t)config->tx_class,
		.priority = (int8_t)config->tx_priority,
		.receive_buffer = config->rx_buffer,
	};

	return link_port_open(interface->link, &args, &port_ops, interface,
			      &interface->port);
}

/* Takes back what we may have said in a former life (after a crash that has to wait:
 * recovery.c).  Who is there is asked for its routes as soon as it is known. */
static void
interface_introduce(struct babel_interface *interface)
{
	struct babel *babel = interface->babel;

	if (babel->recovery == BABEL_RUNNING) {
		babel_update_retract_all(&interface->output, BABEL_LAZY);
		interface->retracts_again = true;
	}
	interface->hello_eager = EAGER_HELLOS;
	timer_start(&interface->hello_timer, babel_output_delay(interface, BABEL_URGENT));
	timer_start(&interface->update_timer,
		    babel_jitter(babel, 0, interface->update_interval / JITTER));
}

static void
interface_start(struct babel *babel, struct link *link,
		const struct babel_interface_config *config)
{
	struct babel_interface *interface =
		pool_alloc(babel->protocol.pool, sizeof(*interface));
	struct router *router = babel->protocol.router;
	int error;

	interface->babel = babel;
	interface->link = link;
	interface->local = link->local;
	interface->hello_seqno = (uint16_t)router_random(router, UINT16_MAX);
	interface->sent_serial = babel->change_serial;
	list_init(&interface->neighbours);
	list_init(&interface->waits);
	interface_adapt(interface, config);
	interface->local4 = babel_interface_next_hop(interface, true);
	error = interface_open(interface);
	if (error) {
		protocol_log(&babel->protocol, LOG_ERROR,
			     "Cannot open a socket on %s: %s", link->name,
			     text_error(error));
		pool_release(babel->protocol.pool, interface);
		return;
	}
	babel_output_init(&interface->output, interface, addr_any);
	babel_dump_init(&interface->dump, &interface->output);
	timer_init(&interface->hello_timer, router, hello_fire);
	timer_init(&interface->update_timer, router, babel_update_fire);
	timer_init(&interface->flush_timer, router, babel_flush_fire);
	timer_init(&interface->contact_timer, router, babel_contact_fire);
	list_push_back(&babel->interfaces, &interface->list);
	protocol_trace(&babel->protocol, DEBUG_INTERFACES, "Speaking on %s", link->name);
	interface_introduce(interface);
}

void
babel_interface_stop(struct babel_interface *interface)
{
	struct babel *babel = interface->babel;

	protocol_trace(&babel->protocol, DEBUG_INTERFACES, "No longer on %s",
		       interface->link->name);
	list_each_safe(neighbour, &interface->neighbours, struct babel_neighbour, list)
		babel_neighbour_free(neighbour);
	list_each_safe(wait, &interface->waits, struct babel_ack_wait, list)
		babel_ack_wait_free(wait);
	babel_requests_forget(interface);
	babel_dump_stop(&interface->dump);
	babel_output_fini(&interface->output);
	timer_stop(&interface->hello_timer);
	timer_stop(&interface->update_timer);
	timer_stop(&interface->flush_timer);
	timer_stop(&interface->contact_timer);
	link_port_close(interface->port);
	list_remove(&interface->list);
	pool_release(babel->protocol.pool, interface);
}

/* Nothing of it can be kept: another socket or another address of ours. */
static bool
must_reopen(const struct babel_interface *interface,
	    const struct babel_interface_config *config)
{
	const struct babel_interface_config *old = interface->config;

	return !addr_equal(interface->local, interface->link->local) ||
	       old->port != config->port || old->tx_class != config->tx_class ||
	       old->tx_priority != config->tx_priority ||
	       old->rx_buffer != config->rx_buffer;
}

static void
interface_reconfigure(struct babel_interface *interface,
		      const struct babel_interface_config *config)
{
	usec_t hello = interface->hello_interval;

	interface_adapt(interface, config);
	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list) {
		babel_neighbour_recost(neighbour);
		/* Theirs is reckoned in our Hello intervals. */
		neighbour->ihu_wanted |= hello != interface->hello_interval;
	}
	/* RFC 8966 §3.4.1: when the interval has grown, a Hello follows at once. */
	if (hello != interface->hello_interval)
		timer_start(&interface->hello_timer, 0);
	timer_start_earlier(&interface->update_timer, interface->update_interval);
}

/* T-40: routes that were announced with the former IPv4 next hop are so again, with the
 * new one. */
static void
interface_check_next_hop(struct babel_interface *interface)
{
	struct addr next_hop = babel_interface_next_hop(interface, true);

	if (addr_equal(next_hop, interface->local4))
		return;
	interface->local4 = next_hop;
	timer_start_earlier(&interface->update_timer,
			    babel_output_delay(interface, BABEL_SOON));
}

/* ---- the carrier ---- */

/* A tunnel has none to lose. */
static bool
interface_has_carrier(const struct babel_interface *interface)
{
	return !interface->link->transport && !interface->link->tunnel;
}

/* Between two looks at all of them. */
static usec_t
carrier_pause(const struct babel *babel)
{
	usec_t round = 0;

	list_each(interface, &babel->interfaces, struct babel_interface, list)
		if (interface_has_carrier(interface))
			round += CARRIER_GAP;
	return MAX(round, CARRIER_PAUSE);
}

static void
carrier_arm(struct babel *babel)
{
	usec_t hello = USEC_NEVER, pause;

	list_each(interface, &babel->interfaces, struct babel_interface, list)
		if (interface_has_carrier(interface))
			hello = MIN(hello, interface->hello_interval);
	pause = MAX(hello / CARRIER_LOOKS, carrier_pause(babel));
	if (hello <= CARRIER_PATIENCE && pause < CARRIER_LATE)
		timer_start_earlier(&babel->carrier, pause);
	else
		timer_stop(&babel->carrier);
}

void
babel_carrier_fire(struct timer *timer)
{
	struct babel *babel = container_of(timer, struct babel, carrier);

	babel->carrier_looked = babel_now(babel);
	list_each(interface, &babel->interfaces, struct babel_interface, list)
		if (interface_has_carrier(interface))
			link_check(interface->link);
	carrier_arm(babel);
}

void
babel_carrier_doubt(struct babel *babel)
{
	usec_t now = babel_now(babel);
	usec_t due = MAX(babel->carrier_looked + carrier_pause(babel), now);

	timer_start_earlier(&babel->carrier, due - now);
}

/* ---- which links ---- */

void
babel_interfaces_update(struct babel *babel, struct link *link, bool gone)
{
	struct babel_interface *interface = babel_interface_of(babel, link);
	const struct babel_interface_config *config = babel_config_of(babel, link);
	/* Without a link-local address nobody could answer; it may come later. */
	bool wanted = !gone && link->up && config && !link->loopback &&
		      !addr_is_any(link->local);

	if (interface && wanted && !must_reopen(interface, config)) {
		if (interface->config != config)
			interface_reconfigure(interface, config);
		interface_check_next_hop(interface);
		carrier_arm(babel);
		return;
	}
	if (interface)
		babel_interface_stop(interface);
	if (wanted)
		interface_start(babel, link, config);
	carrier_arm(babel);
}

void
babel_interfaces_reconfigure(struct babel *babel)
{
	list_each_safe(link, &babel->protocol.router->links, struct link, link) {
		struct babel_interface *interface = babel_interface_of(babel, link);

		if (interface && !babel_config_of(babel, link))
			babel_interface_farewell(interface);
		babel_interfaces_update(babel, link, link->gone);
	}
}

void
babel_interface_greet(struct babel_interface *interface)
{
	usec_t now = babel_now(interface->babel);
	usec_t due = now + babel_output_delay(interface, BABEL_URGENT);

	due = babel_pace_due(&interface->greet_pace, due, GREET_GAP, GREET_BURST);
	if (interface->hello_eager < EAGER_HELLOS)
		babel_pace_spend(&interface->greet_pace, due, GREET_GAP);
	timer_start_earlier(&interface->hello_timer, due - now);
	interface->hello_eager = EAGER_HELLOS;
}

static void
hello_put(struct babel_interface *interface, uint16_t interval)
{
	struct babel_tlv tlv = { .type = BABEL_TLV_HELLO,
				 .hello = { .seqno = interface->hello_seqno,
					    .interval = interval } };

	/* RFC 8966 §4.6.5: every Hello increments the counter. */
	interface->hello_seqno++;
	babel_output_put(&interface->output, &tlv, BABEL_URGENT);
}

/* RFC 8966 App. B: with every Hello on lossy links, else with every third. */
static void
ihus_put(struct babel_interface *interface)
{
	bool all = interface->hello_count == 0;

	interface->hello_count =
		(uint8_t)((interface->hello_count + 1) % BABEL_IHU_HELLOS);
	list_each(neighbour, &interface->neighbours, struct babel_neighbour, list)
		if (all || neighbour->ihu_wanted || babel_neighbour_is_lossy(neighbour))
			babel_neighbour_send_ihu(neighbour, &interface->output,
						 BABEL_URGENT);
}

static void
hello_fire(struct timer *timer)
{
	struct babel_interface *interface =
		container_of(timer, struct babel_interface, hello_timer);
	struct babel *babel = interface->babel;
	usec_t interval = interface->hello_interval;
	usec_t next = babel_jitter(babel, interval - interval / JITTER, interval);

	hello_put(interface, (uint16_t)(interval / (10 * USEC_MS)));
	if (interface->retracts_again && interface->hello_eager < EAGER_HELLOS) {
		interface->retracts_again = false;
		babel_update_retract_all(&interface->output, BABEL_URGENT);
	}
	ihus_put(interface);
	babel_output_flush(&interface->output);
	babel_neighbours_ask_again(interface);
	interface->hello_last = babel_now(babel);
	if (interface->hello_eager > 0) {
		interface->hello_eager--;
		if (interface->hello_eager > 0)
			next = babel_output_delay(interface, BABEL_URGENT);
	}
	timer_start(timer, next);
}

void
babel_interface_farewell(struct babel_interface *interface)
{
	hello_put(interface, FAREWELL_INTERVAL);
	babel_update_retract_all(&interface->output, BABEL_URGENT);
	babel_output_flush(&interface->output);
}
