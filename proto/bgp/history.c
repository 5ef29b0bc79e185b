/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is remembered of a neighbour: the last NOTIFICATION in either direction and the
 * last error, in words.
 */
#include "proto/bgp/history.h"

#include <string.h>

#include "lib/text.h"
#include "nest/router.h"

/* "Administrative shutdown: gone fishing" */
static void
notice_fill(struct bgp *bgp, struct bgp_notice *notice, const struct bgp_failure *failure,
	    const char *what)
{
	char said[BGP_TEXT_MAX + 1];
	struct text words = { .text = NULL };
	bgp_failure_format(failure, &words);
	if (what == NULL && bgp_shutdown_text(failure, said) > 0)
		what = said;
	if (what != NULL)
		text_printf(&words, ": %s", what);
	text_format(notice->words, sizeof(notice->words), "%s", text_string(&words));
	notice->when = router_now(bgp->protocol.router);
	notice->code = failure->code;
	notice->subcode = failure->subcode;
	text_fini(&words);
}

void
bgp_history_sent(struct bgp *bgp, const struct bgp_failure *failure, const char *what)
{
	notice_fill(bgp, &bgp->history.sent, failure, what);
	if (failure->code == BGP_ERROR_CEASE)
		return;
	bgp->history.blame = BGP_BLAME_SENT;
	protocol_log(&bgp->protocol, LOG_REMOTE, "Error: %s", bgp->history.sent.words);
}

void
bgp_history_received(struct bgp *bgp, const struct bgp_failure *failure)
{
	notice_fill(bgp, &bgp->history.received, failure, NULL);
	bgp->history.blame = BGP_BLAME_RECEIVED;
	protocol_log(&bgp->protocol, LOG_REMOTE, "Received: %s",
		     bgp->history.received.words);
}

void
bgp_history_trouble(struct bgp *bgp, int error, const char *what)
{
	struct bgp_history *history = &bgp->history;
	history->blame = error ? BGP_BLAME_SOCKET : BGP_BLAME_MISC;
	text_format(history->trouble, sizeof(history->trouble), "%s",
		    error ? text_error(error) : what);
}

const char *
bgp_blame_class(const struct bgp *bgp)
{
	switch ((enum bgp_blame)bgp->history.blame) {
	case BGP_BLAME_NOBODY: break;
	case BGP_BLAME_MISC: return "Error: ";
	case BGP_BLAME_SOCKET: return "Socket: ";
	case BGP_BLAME_RECEIVED: return "Received: ";
	case BGP_BLAME_SENT: return "BGP Error: ";
	}
	return "";
}

const char *
bgp_blame_words(const struct bgp *bgp)
{
	const struct bgp_history *history = &bgp->history;
	switch ((enum bgp_blame)history->blame) {
	case BGP_BLAME_NOBODY: break;
	case BGP_BLAME_MISC:
	case BGP_BLAME_SOCKET: return history->trouble;
	case BGP_BLAME_RECEIVED: return history->received.words;
	case BGP_BLAME_SENT: return history->sent.words;
	}
	return "";
}
