/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Babel routing protocol (RFC 8966): all data structures, and what each file offers
 * the others.
 *
 *	§3.1    output.c     aggregation, delays and pacing of what is sent
 *	§3.2.2  seqno.c      our sequence number, kept through crashes
 *	§3.2.3  interface.c  links we speak on; their Hello and Update timers
 *	§3.3    ack.c        acknowledgments given, and updates that ask for one
 *	§3.4    neighbour.c  Hello history, IHU, first words
 *	§A.1    doubt.c      who misses a Hello is asked whether it is there
 *	§A.2    cost.c       the cost of a link
 *	§3.5    route.c      acquisition, expiry
 *	§3.5.1  source.c     feasibility distances (and §3.7.3)
 *	§3.6    select.c     selection, hysteresis (§A.3), hold time (§3.5.4)
 *	§3.7    update.c     what we advertise; triggered updates and dumps
 *	§3.8    request.c    route and seqno requests
 *	§4      packet.c     the wire; packet_write.c
 *	§4      receive.c    who may speak to us, and dispatch
 *	§4      probe.c      how large packets may be
 *	-       bfd.c        BFD watches neighbours, where configured
 *	-       recovery.c   a restart that loses no packet
 *	-       entry.c      one prefix with all that is known of it
 *	-       babel.c      the class; config.c, show.c, audit.c
 *
 * How a change flows:
 *
 *	receive, timers, link events
 *	  > route.c: the entry is marked
 *	  > babel_settle(): select.c picks, channel_import()
 *	  > table and filters, route_event
 *	  > update.c: the advert changed, the entry goes to the end of babel->changes
 *	  > each interface sends what changed since it last did
 *
 * Nothing walks all entries for a change: marked entries are in babel->marked, changed
 * ones at the end of babel->changes, and each interface remembers the serial it has sent.
 */
#ifndef PROTO_BABEL_BABEL_H
#define PROTO_BABEL_BABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/addr.h"
#include "lib/hash.h"
#include "lib/list.h"
#include "nest/attr.h"
#include "nest/bfd.h"
#include "nest/channel.h"
#include "nest/command.h"
#include "nest/link.h"
#include "nest/protocol.h"
#include "nest/schema.h"
#include "nest/timer.h"
#include "proto/babel/packet.h"

struct attrs;
struct babel;
struct babel_entry;
struct babel_interface;
struct babel_neighbour;
struct babel_route;
struct out;
struct slab;
struct text;

/* ---- constants (RFC 8966 App. B where it has them) ---- */

#define BABEL_HELLO_INTERVAL (4 * USEC_S)
#define BABEL_UPDATE_HELLOS  4  /* Update interval, in Hello intervals. */
#define BABEL_IHU_HELLOS     3  /* IHU interval, in Hello intervals. */
#define BABEL_HISTORY        16 /* Hellos remembered of each kind (App. A.1). */
#define BABEL_COST_WIRED     96
#define BABEL_COST_WIRELESS  256
#define BABEL_SOURCE_GC      (180 * USEC_S)
#define BABEL_HOP_COUNT      127
/* RFC 8966 App. B suggests 2 s, doubled three times; an answer from ten hops away takes a
 * third of one. */
#define BABEL_REQUEST_TIMEOUT (300 * USEC_MS) /* At first; doubled at every resend. */
#define BABEL_REQUEST_RESENDS 5
#define BABEL_REQUEST_REPEAT  (250 * USEC_MS) /* Another of the same is a duplicate. */
#define BABEL_REQUEST_KEEP    (10 * USEC_S) /* How long a forwarded one is remembered. */
#define BABEL_COPIES_MAX      5 /* Of an update that asks for acknowledgment (§3.7.2). */
#define BABEL_ACK_NEIGHBOURS_MAX \
	16                    /* With more, updates are repeated instead (§3.7.2). */
#define BABEL_ACK_INTERVAL 20 /* Centiseconds a neighbour has to acknowledge. */
#define BABEL_ACK_TIMEOUT  (300 * USEC_MS) /* At first; doubled at every copy. */

/* More neighbours than that at a time are spoken to by multicast. */
#define BABEL_CROWD 4

/* What a peer can make grow ends here. */
#define BABEL_NEIGHBOURS_MAX    4096
#define BABEL_ENTRIES_MAX       (1u << 20)
#define BABEL_ROUTES_MAX        (1u << 21)
#define BABEL_ENTRY_SOURCES_MAX 256
#define BABEL_REQUESTS_MAX      16384

/* ---- configuration (config.c) ---- */

enum babel_link_type { BABEL_AUTO, BABEL_WIRED, BABEL_WIRELESS, BABEL_TUNNEL };
enum babel_split { BABEL_SPLIT_AUTO, BABEL_SPLIT_OFF, BABEL_SPLIT_ON };

/* `bfd` of an interface. */
struct babel_bfd {
	bool on;
	struct bfd_options options;
};

struct babel_interface_config {
	struct conf_interface common;
	uint32_t type;   /* enum babel_link_type */
	uint32_t rxcost; /* 0: by type. */
	uint32_t limit;  /* k of the last 16; 0: 2 of the last 3. */
	usec_t hello_interval;
	usec_t update_interval; /* 0: BABEL_UPDATE_HELLOS Hellos. */
	uint32_t port;
	uint32_t tx_class, tx_priority;
	uint32_t rx_buffer, tx_length;    /* 0: by MTU. */
	uint32_t split_horizon;           /* enum babel_split */
	uint32_t authentication;          /* Always none. */
	struct addr next_hop4, next_hop6; /* addr_any: the link's own. */
	struct babel_bfd bfd;
};

struct babel_config {
	struct protocol_config common;
	struct list interfaces; /* struct babel_interface_config */
	bool randomize_router_id;
	const char *state_directory;
};
extern const struct conf_schema babel_schema;

/* ---- output (output.c) ---- */

/* How soon a TLV must leave (RFC 8966 §3.1). */
enum babel_urgency {
	BABEL_LAZY,   /* With whatever goes next; at the latest half a Hello interval. */
	BABEL_SOON,   /* Some hundredths of a second, with others that come meanwhile. */
	BABEL_URGENT, /* At once, but for some jitter. */
};

/* Paces what others can cause: so many may come at once, more only one in each gap. */
struct babel_pace {
	usec_t spent; /* Up to then the gaps are used up. */
};

/* A packet being filled for the group of an interface or for one neighbour. */
struct babel_output {
	struct babel_interface *interface;
	struct addr to;  /* addr_any: the group. */
	uint8_t *packet; /* Null while there is none. */
	struct babel_writer writer;
	struct timer timer;
	enum babel_urgency urgency; /* What the timer was started for. */
	struct babel_ack_wait
		*wait;  /* The acknowledgment this packet asks for; null: none. */
	uint8_t copies; /* How often the updates being written were sent before. */
};

/* A walk over all entries that sends them to one output, in slices (update.c). */
struct babel_dump {
	struct list list; /* babel->dumps, while it runs. */
	struct babel_output *output;
	struct list *next;  /* The order of the next entry; null: not running. */
	struct timer timer; /* Of the next slice, or of the begin. */
	usec_t begun;       /* When the last one began; 0: never. */
	bool again;         /* Another follows when this one is over. */
};

/* ---- interface (interface.c) ---- */

/* RFC 8966 §3.2.3: a link we speak on. */
struct babel_interface {
	struct list list; /* babel->interfaces */
	struct babel *babel;
	struct link *link;
	const struct babel_interface_config *config;
	struct link_port *port;
	struct addr local;      /* The link-local address we started with. */
	struct addr local4;     /* The IPv4 next hop of the last dump. */
	struct list neighbours; /* struct babel_neighbour */
	struct list waits;      /* struct babel_ack_wait */
	struct babel_output output;
	struct babel_dump dump;
	struct timer hello_timer, update_timer, flush_timer;
	struct timer
		contact_timer; /* Neighbours wait for a word: babel_contact_fire(). */
	struct babel_pace flush_pace, greet_pace;
	usec_t hello_interval, update_interval;
	usec_t hello_last;    /* When the last scheduled Hello left. */
	uint64_t sent_serial; /* Changes up to this one have been sent here. */
	uint16_t hello_seqno; /* Of the next Multicast Hello. */
	uint8_t hello_count;  /* Counts to BABEL_IHU_HELLOS. */
	uint8_t hello_eager;  /* So many Hellos go early, for a new neighbour. */
	enum babel_link_type type;
	uint16_t rxcost;     /* Nominal, of a perfect link. */
	bool retracts;       /* The next updates begin with a retraction of everything. */
	bool retracts_again; /* So does the second Hello, if nothing was advertised. */
	bool split_horizon;
};

void babel_interfaces_update(struct babel *babel, struct link *link, bool gone);
/* babel->carrier: looks whether the links still have theirs. */
void babel_carrier_fire(struct timer *timer);
/* Something says that a link of ours may be gone: looks at all of them now. */
void babel_carrier_doubt(struct babel *babel);
/* After a new configuration: starts, stops and adapts what differs. */
void babel_interfaces_reconfigure(struct babel *babel);
void babel_interface_stop(struct babel_interface *interface);
struct babel_interface *babel_interface_of(const struct babel *babel,
					   const struct link *link);
/* Sends a few Hellos early, so that a new neighbour knows us soon. */
void babel_interface_greet(struct babel_interface *interface);
/* Says good-bye: a wildcard retraction and a last Hello. */
void babel_interface_farewell(struct babel_interface *interface);
/* The next hop we announce for a family; addr_any: we have none. */
struct addr babel_interface_next_hop(const struct babel_interface *interface, bool ip4);

/* ---- neighbour (neighbour.c, cost.c) ---- */

/* RFC 8966 App. A.1: one kind of Hello of one neighbour. */
struct babel_history {
	uint16_t received; /* Newest in bit 0. */
	uint16_t expected; /* The seqno of the next. */
	uint8_t count;     /* Hellos that could have come, up to BABEL_HISTORY. */
	bool known;        /* There was one at all. */
	bool promised;     /* One was scheduled; else `interval` is our own idea. */
	usec_t interval;   /* As last promised. */
	usec_t due; /* When the next counts as missed; USEC_NEVER: none came yet. */
};

/* Finds out how large packets may be (probe.c). */
struct babel_probe {
	struct babel_neighbour *neighbour;
	struct timer timer; /* Runs while an answer is awaited. */
	size_t size;        /* That is being tried; 0: a dump. */
	size_t limit;       /* Larger ones don't arrive; 0: none. */
	uint16_t opaque;
	uint8_t tries;
	bool known; /* It has answered. */
};

/* A Hello was missed: asks whether the neighbour is there (doubt.c). */
struct babel_doubt {
	struct babel_neighbour *neighbour;
	struct timer timer; /* Runs while an answer is awaited. */
	uint16_t opaque;
	uint8_t asked; /* So many questions. */
};

/* RFC 8966 §3.2.4. */
struct babel_neighbour {
	struct list list; /* In its interface. */
	struct babel_interface *interface;
	struct addr addr;
	struct list routes; /* struct babel_route: all it advertises. */
	struct list *last;  /* In `routes`: the one it told last, or the head. */
	struct babel_history multicast, unicast;
	struct timer timer;   /* The next missed Hello, or the end of the IHU. */
	usec_t ihu_due;       /* When txcost is void; USEC_NEVER: it is. */
	uint16_t txcost;      /* As its IHUs say. */
	uint16_t rxcost;      /* What our IHUs say, now. */
	uint16_t rxcost_sent; /* What the last one said. */
	uint16_t cost;        /* Of the link to it; BABEL_INFINITY: unusable. */
	bool ihu_wanted;      /* The next Hello carries an IHU for it. */
	bool ihu_urgent;      /* It gets one before. */
	bool routes_wanted;   /* It is to be asked for all its routes. */
	uint8_t routes_asked; /* How often it was. */
	bool acknowledges;    /* It has done so. */
	uint32_t route_count;
	struct babel_output output; /* Unicast. */
	struct babel_dump dump;
	struct babel_probe probe;
	struct babel_doubt doubt;
	struct bfd_request bfd; /* Watches it, if configured. */
	/* The attribute set of its last route: most have the same. */
	struct attrs *attrs;
	uint64_t attrs_router_id;
	struct addr attrs_next_hop;
};

/* bfd.c: `bfd [<switch>]` and its block. */
extern const struct conf_schema babel_bfd_schema;
const char *babel_bfd_take(struct conf_call *call);
bool babel_bfd_equal(const void *old, const void *new);
void babel_bfd_print(struct text *text, const void *field);
/* Watches the neighbour as configured, or no longer: it is heard, or options are others.
 */
void babel_bfd_look(struct babel_neighbour *neighbour);

struct babel_neighbour *babel_neighbour_find(const struct babel_interface *interface,
					     struct addr addr);
void babel_neighbour_hello(struct babel_interface *interface, struct addr addr,
			   const struct babel_hello *hello);
void babel_neighbour_ihu(struct babel_neighbour *neighbour, const struct babel_ihu *ihu);
void babel_neighbour_free(struct babel_neighbour *neighbour);
/* It didn't answer when a Hello was missed: the next one counts as missed, too.  May free
 * it. */
void babel_neighbour_missed(struct babel_neighbour *neighbour);
/* Puts an IHU for it into an output. */
void babel_neighbour_send_ihu(struct babel_neighbour *neighbour,
			      struct babel_output *output, enum babel_urgency urgency);
/* It must know at once whether we hear it. */
void babel_neighbour_tell_ihu(struct babel_neighbour *neighbour);
/* At a Hello: who has told no route is asked again, a few times. */
void babel_neighbours_ask_again(struct babel_interface *interface);
/* Timer of an interface: tells and asks those neighbours that wait for it. */
void babel_contact_fire(struct timer *timer);
/* Some of the newest Hellos were lost: IHUs go with each Hello. */
bool babel_neighbour_is_lossy(const struct babel_neighbour *neighbour);
/* Works out rxcost and cost again, and the metrics of its routes if it differs. */
void babel_neighbour_recost(struct babel_neighbour *neighbour);

void babel_history_hello(struct babel_history *history, const struct babel_hello *hello,
			 usec_t now);
/* The Hello that was due didn't come. */
void babel_history_miss(struct babel_history *history);
/* RFC 8966 App. A.1: so far off that the sender must have begun anew. */
bool babel_history_is_reset(const struct babel_history *history,
			    const struct babel_hello *hello);
uint16_t babel_cost_rx(const struct babel_neighbour *neighbour);
uint16_t babel_cost_link(const struct babel_neighbour *neighbour);
/* RFC 8966 §3.5.2: M(c, m) > m. */
uint16_t babel_metric_add(uint16_t cost, uint16_t metric);

/* ---- entries (entry.c) ---- */

/* Who a prefix comes from when we advertise it. */
enum babel_origin {
	BABEL_NOBODY,  /* We advertise nothing, or a retraction. */
	BABEL_OURSELF, /* Another protocol of this router. */
	BABEL_LEARNT   /* The selected route. */
};

/* What we advertise; only finite ones have all members. */
struct babel_advert {
	enum babel_origin origin;
	uint64_t router_id;
	uint16_t seqno, metric;
};

/*
 * One prefix.  Its state, told by what it has:
 *
 *	SELECTED  a route is selected
 *	HELD      none is, since a short while: unreachable (RFC 8966 §3.5.4)
 *	IDLE      neither; freed when nothing of it is left
 *
 *	(new)    -> SELECTED   a route becomes usable
 *	SELECTED -> SELECTED   another one is better, or left
 *	SELECTED -> HELD       the last usable one is lost
 *	HELD     -> SELECTED   a route becomes usable
 *	HELD     -> IDLE       the retraction is acknowledged by all, or the time is over
 *	IDLE     -> SELECTED   a route becomes usable
 *
 * Only babel_select() changes it (select.c); hold_end() there is the way out of HELD.
 */
struct babel_entry {
	struct hash_node node; /* babel->entries */
	struct prefix prefix;
	struct babel *babel;
	struct list routes;           /* struct babel_route */
	struct list sources;          /* struct babel_source */
	struct list requests;         /* struct babel_request */
	struct list acks;             /* struct babel_ack_item: sent, not acknowledged. */
	struct babel_route *selected; /* Null: none. */
	struct timer timer;           /* The earliest of all that expires in here. */
	usec_t held_until;            /* 0: not held. */
	usec_t recheck; /* When selection should look again (hysteresis); USEC_NEVER: not.
			 */
	usec_t linger;  /* Kept until then at least, so that every interface hears a
			   retraction. */
	/* As the table has it. */
	bool imported; /* A route. */
	bool imported_unreachable;
	bool import_due; /* The selected route or something the table sees of it changed.
			  */
	bool held;       /* HELD */
	bool unacked;    /* Somebody never acknowledged: only time ends the hold. */
	bool fresh_loss; /* The selected route was just lost: babel_request_starved(). */
	bool poison;     /* Split horizon hides it where it was advertised before: retract
			    there. */
	uint64_t lost_router_id; /* Of the route that was lost last. */
	/* What route_event said last, and what follows from it. */
	enum babel_origin origin;
	uint16_t export_metric; /* As the table and the filters have it. */
	uint64_t export_router_id;
	struct babel_advert advert; /* As last announced in babel->changes. */
	struct list marked;         /* babel->marked: selection must look at it. */
	struct list change;         /* babel->changes, by serial. */
	uint64_t change_serial;     /* Of its last change; 0: none. */
	uint64_t reliable_serial;   /* Of its last change that must reach everybody. */
};

/* Null if there is none. */
struct babel_entry *babel_entry_find(const struct babel *babel,
				     const struct prefix *prefix);
/* Made if there is none; null: BABEL_ENTRIES_MAX is reached. */
struct babel_entry *babel_entry_get(struct babel *babel, const struct prefix *prefix);
/* babel_settle() will select for it, and free it if nothing of it is left. */
void babel_entry_mark(struct babel_entry *entry);
/* The timer must not fire later than this. */
void babel_entry_wake(struct babel_entry *entry, usec_t due);
/* At once, with all it has; for the end of the instance. */
void babel_entry_free(struct babel_entry *entry);
/* Nobody would miss it. */
bool babel_entry_is_idle(const struct babel_entry *entry, usec_t now);
/* RFC 8966 App. C. */
bool babel_prefix_is_martian(const struct prefix *prefix);
/* The prefix as our channels know it (a sadr channel takes plain IPv6, too); its channel,
 * null if we have none. */
struct channel *babel_channel_of(const struct babel *babel, struct prefix *prefix);

/* ---- sources (source.c) ---- */

/* RFC 8966 §3.2.5: a feasibility distance. */
struct babel_source {
	struct list list; /* In its entry. */
	uint64_t router_id;
	uint16_t seqno, metric;
	usec_t expires;
};

struct babel_source *babel_source_find(const struct babel_entry *entry,
				       uint64_t router_id);
/* RFC 8966 §3.5.1. */
bool babel_is_feasible(const struct babel_entry *entry, uint64_t router_id,
		       uint16_t seqno, uint16_t metric);
/* RFC 8966 §3.7.3: before a finite update is sent. False: no room to remember it, so it
 * must not be. */
bool babel_source_sent(struct babel_entry *entry, uint64_t router_id, uint16_t seqno,
		       uint16_t metric);
/* We may have sent this before a crash: nothing but a newer seqno is feasible. */
void babel_source_distrust(struct babel_entry *entry, uint64_t router_id, uint16_t seqno);
/* Drops what is older than BABEL_SOURCE_GC; the time of the next. */
usec_t babel_sources_expire(struct babel_entry *entry, usec_t now);

/* ---- routes (route.c, select.c) ---- */

/* RFC 8966 §3.2.6.  A retracted route is freed at once: the hold time is its entry's. */
struct babel_route {
	struct list in_entry, in_neighbour;
	struct babel_entry *entry;
	struct babel_neighbour *neighbour;
	uint64_t router_id;
	struct addr next_hop;
	uint16_t seqno;
	uint16_t advertised; /* The neighbour's metric; finite. */
	uint16_t metric;     /* Ours: M(cost, advertised). */
	uint32_t smoothed;   /* 256 × the smoothed metric (App. A.3). */
	usec_t smoothed_at;
	usec_t expires;   /* USEC_NEVER: the update said it is not repeated. */
	usec_t ask;       /* When to ask for an update, shortly before. */
	usec_t interval;  /* The update interval it came with. */
	usec_t requested; /* When its neighbour was last asked for … */
	uint64_t requested_router_id;
	uint16_t requested_seqno; /* … this seqno of it. */
	/* The neighbour has begun anew and not repeated it: not to be selected, and not
	 * to be echoed to it. */
	bool unconfirmed;
};

/* RFC 8966 §3.5.3.  Says why nothing came of it. */
enum babel_drop babel_route_update(struct babel_neighbour *neighbour,
				   const struct babel_update *update);
/* Our metric of it, from the cost of the link as it is now. */
void babel_route_recost(struct babel_route *route);
void babel_route_free(struct babel_route *route);
struct babel_route *babel_route_of(const struct babel_entry *entry,
				   const struct babel_neighbour *neighbour);
bool babel_route_is_feasible(const struct babel_route *route);
/* The smoothed metric as of now. */
uint32_t babel_route_smoothed(const struct babel_route *route, usec_t now);
/* How long a neighbour may have a route by us that we no longer speak of. */
usec_t babel_hold_time(const struct babel *babel);
/* Selects for all marked entries and tells the tables. Called at the end of whatever
 * changed routes. */
void babel_settle(struct babel *babel);
/* All that was sent about this entry is acknowledged: the hold may end (RFC 8966 §3.5.4).
 */
void babel_hold_check(struct babel_entry *entry);
/* Announces all selected routes again (channel_import). */
void babel_reimport(struct protocol *protocol, struct channel *channel,
		    struct cover *which);
/* What it announces for one destination; see protocol_class. */
void babel_recall(struct protocol *protocol, struct channel *channel,
		  const struct prefix *net,
		  void (*heard)(void *context, const struct route_update *),
		  void *context);

/* ---- requests (request.c) ---- */

/* RFC 8966 §3.2.7. */
struct babel_request {
	struct list list; /* In its entry. */
	struct list all;  /* babel->requests */
	struct babel_entry *entry;
	/* Where the answer is wanted; null: here. */
	struct babel_interface *interface;
	uint64_t router_id;
	uint16_t seqno;
	uint8_t hop_count; /* As sent. */
	uint8_t resends;   /* How many more times, if nothing comes. */
	usec_t timeout;    /* Of the next resend. */
	bool sent;         /* Ours: there was somebody to ask. */
	struct timer timer;
};

void babel_request_seqno(struct babel_neighbour *neighbour,
			 const struct babel_seqno_request *request);
void babel_request_route(struct babel_neighbour *neighbour,
			 const struct babel_route_request *request);
/* RFC 8966 §3.8.2.1: all feasible routes are gone. */
void babel_request_starved(struct babel_entry *entry);
/* RFC 8966 §3.8.2.2: an unfeasible update, for the selected route or a better one than
 * that. */
void babel_request_unfeasible(struct babel_route *route, uint64_t router_id);
/* RFC 8966 §3.8.2.3: an update for a route that is about to expire. */
void babel_request_refresh(struct babel_route *route);
/* The advert changed: answers what it satisfies. */
void babel_requests_check(struct babel_entry *entry);
/* The seqno of this route has grown: pending requests that it doesn't satisfy yet are
 * sent again. */
void babel_requests_progress(struct babel_route *route);
/* Nobody waits for an answer on this interface any more. */
void babel_requests_forget(struct babel_interface *interface);
void babel_request_free(struct babel_request *request);

/* ---- updates (update.c) ---- */

/* What we would say of it now. */
struct babel_advert babel_advert_of(const struct babel_entry *entry);
/* Compares with what was announced last, and announces the difference if it is worth it.
 */
void babel_advert_update(struct babel_entry *entry);
/* Announces all that we originate again: our seqno was too old to be believed. */
void babel_adverts_renew(struct babel *babel);
void babel_route_event(struct protocol *protocol, struct channel *channel,
		       const struct route_change *changes, size_t count);
/* Sends entries to an output; sorts them. `copies`: how often this was done before;
 * reliable ones ask for acknowledgment. */
void babel_updates_send(struct babel_output *output, struct babel_entry **entries,
			size_t count, uint8_t copies, uint64_t reliable_after);
/* One update as an answer. */
void babel_update_reply(struct babel_output *output, struct babel_entry *entry);
/* A wildcard retraction. */
void babel_update_retract_all(struct babel_output *output, enum babel_urgency urgency);
/* A retraction of a prefix that we don't know. */
void babel_update_unknown(struct babel_output *output, const struct prefix *prefix);
void babel_dump_init(struct babel_dump *dump, struct babel_output *output);
void babel_dump_start(struct babel_dump *dump);
/* A neighbour wants one: by unicast, or to all where many want it at a time. */
void babel_dump_request(struct babel_neighbour *neighbour);
void babel_dump_stop(struct babel_dump *dump);
/* babel->kick: tells the interfaces that there are changes. */
void babel_kick_fire(struct timer *timer);
/* Timer of an interface: sends what changed. */
void babel_flush_fire(struct timer *timer);
/* Timer of an interface: the periodic dump. */
void babel_update_fire(struct timer *timer);

/* ---- acknowledgments (ack.c) ---- */

/* A packet whose arrival we want to know of. */
struct babel_ack_wait {
	struct list list; /* In its interface. */
	struct babel_interface *interface;
	struct list items; /* struct babel_ack_item */
	struct timer timer;
	struct addr *peers; /* Neighbours that have not acknowledged yet. */
	uint32_t peer_count;
	uint16_t opaque;
	uint8_t copies; /* Sent so far. */
	bool blind;     /* Too many neighbours: repeated without asking. */
};

/* An entry in such a packet. */
struct babel_ack_item {
	struct list in_wait, in_entry;
	struct babel_entry *entry;
	struct babel_ack_wait *wait;
};

void babel_ack_answer(struct babel_neighbour *neighbour,
		      const struct babel_ack_request *request);
/* False: it answers nothing we asked. */
bool babel_ack_received(struct babel_neighbour *neighbour, const struct babel_ack *ack);
/* The packet that is being written to this output shall be acknowledged; null if nobody
 * is there to. */
struct babel_ack_wait *babel_ack_open(struct babel_output *output);
void babel_ack_add(struct babel_ack_wait *wait, struct babel_entry *entry);
/* The packet left. */
void babel_ack_sent(struct babel_ack_wait *wait);
/* A neighbour is gone: nobody waits for it. */
void babel_ack_forget(struct babel_neighbour *neighbour);
void babel_ack_wait_free(struct babel_ack_wait *wait);
/* What is newer than it supersedes what was sent of this entry before. */
void babel_ack_supersede(struct babel_entry *entry);

/* ---- packet size (probe.c) ---- */

void babel_probe_init(struct babel_probe *probe, struct babel_neighbour *neighbour);
void babel_probe_fini(struct babel_probe *probe);
/* The link to the neighbour has become usable. */
void babel_probe_start(struct babel_neighbour *neighbour);
/* The packet that is about to be filled for all of them is large: who was probed has to
 * acknowledge it. */
void babel_probe_watch(struct babel_interface *interface);
/* An acknowledgment: true if it is for the probe. */
bool babel_probe_answered(struct babel_neighbour *neighbour, uint16_t opaque);

/* ---- missed Hellos (doubt.c) ---- */

void babel_doubt_init(struct babel_doubt *doubt, struct babel_neighbour *neighbour);
/* A Multicast Hello was missed. */
void babel_doubt_begin(struct babel_doubt *doubt);
/* The neighbour is there, or gone. */
void babel_doubt_end(struct babel_doubt *doubt);
/* An acknowledgment: true if it is the answer. */
bool babel_doubt_answered(struct babel_doubt *doubt, uint16_t opaque);

/* ---- output (output.c) ---- */

void babel_output_init(struct babel_output *output, struct babel_interface *interface,
		       struct addr to);
/* Throws away what was not sent. */
void babel_output_fini(struct babel_output *output);
/* Appends a TLV; sends the packet first if it is full. */
void babel_output_put(struct babel_output *output, const struct babel_tlv *tlv,
		      enum babel_urgency urgency);
/* Sends a packet to the group (addr_any) or one neighbour. */
void babel_send(struct babel_interface *interface, struct addr to, const void *packet,
		size_t size);
/* Sends what there is. */
void babel_output_flush(struct babel_output *output);
/* Sends the packet if it has no room for so many octets; then there is one that has. */
void babel_output_reserve(struct babel_output *output, size_t size);
/* A random delay that keeps to the urgency. */
usec_t babel_output_delay(const struct babel_interface *interface,
			  enum babel_urgency urgency);
/* The first time from `due` on that the pace allows. */
usec_t babel_pace_due(const struct babel_pace *pace, usec_t due, usec_t gap,
		      unsigned burst);
/* Another one comes now. */
void babel_pace_spend(struct babel_pace *pace, usec_t now, usec_t gap);
/* The largest packet for the interface. */
size_t babel_output_size(const struct babel_interface *interface);

/* ---- sequence number (seqno.c) ---- */

/* Loads or makes up our first seqno.  True if the last run crashed, and the kernel still
 * has its routes. */
bool babel_seqno_start(struct babel *babel);
/* We end in good order. */
void babel_seqno_stop(struct babel *babel);
/* RFC 8966 §3.2.2: one more. */
void babel_seqno_increase(struct babel *babel);
/* Somebody advertises a route of ours with this seqno. True if it is newer than ours:
 * then ours is newer again, and must be told. */
bool babel_seqno_seen(struct babel *babel, uint16_t seqno);

/* ---- after a crash (recovery.c) ---- */

enum babel_recovery { BABEL_RUNNING, BABEL_GATHERING, BABEL_ASKING };

void babel_recovery_start(struct babel *babel);
/* Neighbours may still have routes by us of which we have forgotten that we told them. */
bool babel_recovery_distrusts(const struct babel *babel);
/* babel->recovery_timer */
void babel_recovery_fire(struct timer *timer);
/* Before the first updates to an interface after recovery: retracts what was before. */
void babel_recovery_retract(struct babel_interface *interface);

/* ---- receive (receive.c) ---- */

void babel_receive(void *context, struct link_port *port,
		   const struct link_packet *packets, size_t count);
void babel_drop(struct babel *babel, enum babel_drop drop,
		const struct babel_interface *interface, struct addr from);

/* ---- the instance (babel.c, show.c) ---- */

struct babel {
	struct protocol protocol;
	uint64_t router_id;
	uint16_t seqno;
	uint16_t seqno_reserved;   /* On disk: all before it may have been used. */
	bool seqno_kept;           /* The file could be written. */
	uint16_t opaque;           /* Of the last acknowledgment request. */
	struct hash entries;       /* struct babel_entry by prefix, in order of making. */
	struct list interfaces;    /* struct babel_interface */
	struct list marked;        /* struct babel_entry: to be selected for. */
	struct list changes;       /* struct babel_entry, the newest change last. */
	struct list dumps;         /* struct babel_dump: under way. */
	struct list requests;      /* struct babel_request, by age. */
	uint64_t change_serial;    /* Of the newest. */
	enum babel_urgency wanted; /* Of changes the interfaces don't know of yet. */
	bool is_wanted;
	struct timer carrier;  /* Looks at the links that must not wait for the kernel. */
	usec_t carrier_looked; /* When it did last. */
	enum babel_recovery recovery;
	struct timer recovery_timer;
	usec_t recovery_due;   /* When answers are waited for no longer. */
	usec_t distrust_until; /* See babel_recovery_distrusts(). */
	struct timer kick;     /* Tells the interfaces. */
	struct slab *entry_slab, *route_slab, *source_slab, *request_slab, *item_slab;
	uint32_t route_count, request_count, neighbour_count;
	struct babel_entry **batch; /* For sorting what is sent. */
	uint64_t drops[BABEL_DROP_COUNT];
	usec_t drop_logged[BABEL_DROP_COUNT];
	uint64_t packets_received, packets_sent, send_errors;
};

extern const struct command babel_commands[];
extern const struct attr_class babel_attrs[];

enum babel_attr { BABEL_ATTR_METRIC, BABEL_ATTR_ROUTER_ID };

static inline struct babel *
babel_of(struct protocol *protocol)
{
	return container_of(protocol, struct babel, protocol);
}

usec_t babel_now(const struct babel *babel);
/* Uniform in [low, high]. */
usec_t babel_jitter(const struct babel *babel, usec_t low, usec_t high);
/* The instance's interface rows, in order. */
const struct babel_interface_config *babel_config_of(const struct babel *babel,
						     const struct link *link);
const struct babel_config *babel_config(const struct babel *babel);
/* 00:00:00:00:0a:00:00:01 */
#define BABEL_ID_TEXT 24
char *babel_id_format(uint64_t router_id, char text[static BABEL_ID_TEXT]);
void babel_show(const struct protocol *protocol, struct out *out);
/* For `why`; see protocol_class. */
bool babel_explain_known(const struct protocol *protocol, const struct channel *channel,
			 const struct prefix *net, struct out *out);
void babel_explain_told(const struct protocol *protocol, const struct channel *channel,
			const struct prefix *net, struct out *out);
/* Aborts on a broken invariant. */
void babel_audit(const struct protocol *protocol, enum audit_depth depth);

#endif
