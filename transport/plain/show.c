/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `show protocols all NAME` says of a plain transport.
 */
#include "transport/plain/plain.h"

#include "lib/out.h"

static void
peer_show(struct out *out, const struct plain_peer *peer)
{
	const struct link *link = peer->link;
	char text[ADDR_TEXT];

	out_row(out);
	out_str(out, "peer", peer->config->name);
	out_printf(out, "endpoint", "%s port %u", addr_format(peer->endpoint.addr, text),
		   peer->endpoint.port);
	out_str(out, "state", link->up ? "up" : "down");
	if (link->rtt == USEC_NEVER)
		out_str(out, "rtt_us", NULL);
	else
		out_u64_unit(out, "rtt_us", (uint64_t)link->rtt, "us");
	out_printf(out, "loss", "%u %%", link->loss * 100 / 65536);
	out_u64(out, "sent", peer->sent.packets);
	out_u64(out, "sent_bytes", peer->sent.bytes);
	out_u64(out, "received", peer->received.packets);
	out_u64(out, "received_bytes", peer->received.bytes);
}

void
plain_show(const struct transport *transport, struct out *out)
{
	static const struct out_column columns[] = {
		{ .key = "peer", .title = "Peer" },
		{ .key = "endpoint", .title = "Endpoint" },
		{ .key = "state", .title = "State" },
		{ .key = "rtt_us", .title = "RTT", .align = OUT_RIGHT },
		{ .key = "loss", .title = "Loss", .align = OUT_RIGHT },
		{ .key = "sent", .title = "Sent", .align = OUT_RIGHT },
		{ .key = "sent_bytes", .title = "Bytes", .align = OUT_RIGHT },
		{ .key = "received", .title = "Received", .align = OUT_RIGHT },
		{ .key = "received_bytes", .title = "Bytes", .align = OUT_RIGHT },
	};
	const struct plain *plain = (const struct plain *)transport;

	out_u64(out, "port", plain_config(plain)->local.port);
	out_table(out, "peers", columns, ARRAY_SIZE(columns));
	list_each(peer, &plain->peers, struct plain_peer, list)
		peer_show(out, peer);
	out_table_end(out);
	out_object(out, "dropped");
	for (unsigned i = PLAIN_GOOD + 1; i < PLAIN_DROPS; i++)
		if (plain->drops[i])
			out_u64(out, plain_drop_name((enum plain_drop)i),
				plain->drops[i]);
	out_object_end(out);
}
