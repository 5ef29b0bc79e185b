/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interface and address messages of rtnetlink (RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR,
 * RTM_DELADDR) from and to struct sys_interface and struct sys_address.  Pure, as
 * message.h.  RFC 3549 §2.3.3.
 */
#ifndef SYSDEP_NETLINK_INTERFACE_H
#define SYSDEP_NETLINK_INTERFACE_H

#include "sysdep/netlink/message.h"
#include "sysdep/sys.h"

/* Reads an interface.  SYS_IF_WIRELESS is never set: the message doesn't tell.
 * NETLINK_OTHER: it is about a bridge port, not about the interface. */
enum netlink_reason netlink_get_interface(const struct netlink_message *message,
					  struct sys_interface *interface);
enum netlink_reason netlink_get_address(const struct netlink_message *message,
					struct sys_address *address);

/* Writes RTM_GETLINK for one interface, to be answered by one message without statistics.
 */
bool netlink_put_interface_request(struct wire_out *out, uint32_t index);
/* Write RTM_NEWLINK or RTM_DELLINK, RTM_NEWADDR or RTM_DELADDR, as a kernel does; false
 * if there was no room, nothing is written then. */
bool netlink_put_interface(struct wire_out *out, uint16_t type, uint16_t flags,
			   uint32_t sequence, uint32_t port,
			   const struct sys_interface *interface);
bool netlink_put_address(struct wire_out *out, uint16_t type, uint16_t flags,
			 uint32_t sequence, uint32_t port,
			 const struct sys_address *address);

#endif
