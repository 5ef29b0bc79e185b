/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of addresses and prefixes, both ways: IPv4 dotted, IPv6 read as RFC 4291 §2.2
 * and written as RFC 5952 §4 and §5 say.  Written by hand because configurations bring
 * them by the hundred thousand.
 */
#include "lib/addr.h"

#define WORDS 8 /* 16-bit groups of an IPv6 address. */

/* The text still to be read. */
struct cursor {
	const char *at, *end;
};

/* The longest run of zero words, at least two: shown as `::`. */
struct gap {
	unsigned start, end; /* Equal: none. */
};

static bool read_ip4(struct cursor *in, uint32_t *value);
static bool read_ip6(struct cursor *in, struct addr *addr);
static bool read_group(struct cursor *in, uint16_t words[static WORDS], unsigned *count,
		       bool *dotted);
static bool read_hex(struct cursor *in, uint16_t *value);
static bool read_decimal(struct cursor *in, unsigned most, unsigned *value);
static bool read_char(struct cursor *in, char character);
static bool looks_ip6(const struct cursor *in);
static int hex_value(char digit);
static struct addr words_join(const uint16_t words[static WORDS], unsigned count,
			      unsigned gap);
static char *write_net(char *to, bool ip4, struct addr addr, unsigned length);
static char *write_ip4(char *to, uint32_t value);
static char *write_ip6(char *to, struct addr addr);
static char *write_hex(char *to, unsigned value);
static char *write_decimal(char *to, uint32_t value);
static struct gap gap_find(const uint16_t words[static WORDS]);

char *
addr_format(struct addr addr, char text[static ADDR_TEXT])
{
	char *end = addr_is_ip4(addr) ? write_ip4(text, addr_to_ip4(addr))
				      : write_ip6(text, addr);
	*end = '\0';
	return text;
}

bool
addr_parse(const char *text, size_t length, struct addr *addr)
{
	struct cursor in = { .at = text, .end = text + length };
	uint32_t ip4 = 0;
	if (looks_ip6(&in))
		return read_ip6(&in, addr) && in.at == in.end;
	if (!read_ip4(&in, &ip4) || in.at != in.end)
		return false;
	*addr = addr_from_ip4(ip4);
	return true;
}

char *
prefix_format(const struct prefix *prefix, char text[static PREFIX_TEXT])
{
	bool ip4 = prefix_is_ip4(prefix);
	char *at = write_net(text, ip4, prefix->addr, prefix->length);
	switch ((enum net_type)prefix->type) {
	case NET_IP4:
	case NET_IP6:
	case NET_TYPES: break;
	case NET_IP6_SADR:
		memcpy(at, " from ", 6);
		at = write_net(at + 6, false, prefix->source, prefix->source_length);
		break;
	case NET_ROA4:
	case NET_ROA6:
		*at = '-';
		at = write_decimal(at + 1, prefix->max_length);
		memcpy(at, " AS", 3);
		at = write_decimal(at + 3, prefix->asn);
		break;
	}
	*at = '\0';
	return text;
}

bool
prefix_parse(const char *text, size_t length, struct prefix *prefix, bool *host_bits)
{
	struct cursor in = { .at = text, .end = text + length };
	struct addr addr = addr_any;
	enum net_type type = NET_IP4;
	uint32_t ip4 = 0;
	unsigned bits = 0;
	*host_bits = false;
	if (looks_ip6(&in)) {
		type = NET_IP6;
		if (!read_ip6(&in, &addr))
			return false;
	} else {
		if (!read_ip4(&in, &ip4))
			return false;
		addr = addr_from_ip4(ip4);
	}
	if (!read_char(&in, '/') ||
	    !read_decimal(&in, type == NET_IP4 ? 32 : 128, &bits) || in.at != in.end)
		return false;
	*prefix = prefix_new_type(type, addr, bits);
	*host_bits = !addr_equal(prefix->addr, addr);
	return !*host_bits;
}

/* A colon within the first five characters: every IPv6 address has one there, no IPv4
 * has. */
static bool
looks_ip6(const struct cursor *in)
{
	for (const char *at = in->at; at < in->end && at < in->at + 5; at++)
		if (*at == ':')
			return true;
	return false;
}

static bool
read_ip4(struct cursor *in, uint32_t *value)
{
	uint32_t result = 0;
	for (unsigned i = 0; i < 4; i++) {
		unsigned part = 0;
		if (i > 0 && !read_char(in, '.'))
			return false;
		if (!read_decimal(in, 255, &part))
			return false;
		result = result << 8 | part;
	}
	*value = result;
	return true;
}

static bool
read_ip6(struct cursor *in, struct addr *addr)
{
	uint16_t words[WORDS] = { 0 };
	unsigned count = 0, gap = WORDS;
	bool gap_seen = false, dotted = false;
	while (!dotted) {
		if (in->end - in->at >= 2 && in->at[0] == ':' && in->at[1] == ':') {
			if (gap_seen)
				return false;
			gap_seen = true;
			gap = count;
			in->at += 2;
			/* The gap may be the end. */
			if (in->at == in->end || hex_value(*in->at) < 0)
				break;
		} else if (count > 0 && !read_char(in, ':')) {
			break;
		}
		if (!read_group(in, words, &count, &dotted))
			return false;
	}
	if (gap_seen ? count == WORDS : count < WORDS)
		return false;
	*addr = words_join(words, count, gap);
	return true;
}

/* One group, or the dotted IPv4 address that may stand for the last two. */
static bool
read_group(struct cursor *in, uint16_t words[static WORDS], unsigned *count, bool *dotted)
{
	struct cursor back = *in;
	uint32_t ip4 = 0;
	if (*count == WORDS || !read_hex(in, &words[*count]))
		return false;
	if (in->at == in->end || *in->at != '.') {
		++*count;
		return true;
	}
	*in = back;
	*dotted = true;
	if (*count > WORDS - 2 || !read_ip4(in, &ip4))
		return false;
	words[(*count)++] = (uint16_t)(ip4 >> 16);
	words[(*count)++] = (uint16_t)ip4;
	return true;
}

/* One to four hexadecimal digits. */
static bool
read_hex(struct cursor *in, uint16_t *value)
{
	unsigned result = 0, digits = 0;
	while (in->at < in->end && hex_value(*in->at) >= 0) {
		if (++digits > 4)
			return false;
		result = result << 4 | (unsigned)hex_value(*in->at++);
	}
	*value = (uint16_t)result;
	return digits > 0;
}

/* A decimal number up to `most`, without leading zeros. */
static bool
read_decimal(struct cursor *in, unsigned most, unsigned *value)
{
	const char *start = in->at;
	unsigned result = 0;
	while (in->at < in->end && *in->at >= '0' && *in->at <= '9') {
		result = result * 10 + (unsigned)(*in->at++ - '0');
		if (result > most || (*start == '0' && in->at - start > 1))
			return false;
	}
	*value = result;
	return in->at > start;
}

static bool
read_char(struct cursor *in, char character)
{
	if (in->at == in->end || *in->at != character)
		return false;
	in->at++;
	return true;
}

static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	/* Folds upper case onto lower; nothing else lands between a and f. */
	int letter = digit | 0x20;
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* The words before `gap` at the start, those behind it at the end. */
static struct addr
words_join(const uint16_t words[static WORDS], unsigned count, unsigned gap)
{
	struct addr addr = addr_any;
	for (unsigned i = 0; i < count; i++)
		wire_store_u16(addr.bytes + 2 * (i < gap ? i : i + WORDS - count),
			       words[i]);
	return addr;
}

static char *
write_net(char *to, bool ip4, struct addr addr, unsigned length)
{
	to = ip4 ? write_ip4(to, addr_to_ip4(addr)) : write_ip6(to, addr);
	*to++ = '/';
	return write_decimal(to, length);
}

static char *
write_ip4(char *to, uint32_t value)
{
	for (unsigned shift = 24;; shift -= 8) {
		to = write_decimal(to, value >> shift & 0xff);
		if (shift == 0)
			return to;
		*to++ = '.';
	}
}

static char *
write_ip6(char *to, struct addr addr)
{
	uint16_t words[WORDS];
	for (unsigned i = 0; i < WORDS; i++)
		words[i] = wire_load_u16(addr.bytes + 2 * i);
	/* RFC 5952 §5: where the address is known to embed IPv4, show it dotted: mapped
	 * and compatible ones (RFC 4291 §2.5.5). */
	bool mapped = addr_is_ip4(addr);
	bool dotted = mapped || (addr_high(addr) == 0 && addr_low(addr) >> 32 == 0 &&
				 addr_low(addr) > 0xffff);
	struct gap gap = dotted ? (struct gap){ .start = 0, .end = mapped ? 5 : 6 }
				: gap_find(words);
	unsigned count = dotted ? 6 : WORDS;
	for (unsigned i = 0; i < count;) {
		if (i == gap.start && gap.end > gap.start) {
			*to++ = ':';
			*to++ = ':';
			i = gap.end;
			continue;
		}
		if (i > 0 && i != gap.end)
			*to++ = ':';
		to = write_hex(to, words[i++]);
	}
	if (!dotted)
		return to;
	if (mapped)
		*to++ = ':';
	return write_ip4(to, (uint32_t)addr_low(addr));
}

/* RFC 5952 §4.2: the longest run of at least two zero groups, the first of equals. */
static struct gap
gap_find(const uint16_t words[static WORDS])
{
	struct gap best = { .start = 0, .end = 1 };
	for (unsigned i = 0; i < WORDS; i++) {
		unsigned start = i;
		while (i < WORDS && words[i] == 0)
			i++;
		if (i - start > best.end - best.start)
			best = (struct gap){ .start = start, .end = i };
	}
	return best.end - best.start >= 2 ? best
					  : (struct gap){ .start = WORDS, .end = WORDS };
}

static char *
write_hex(char *to, unsigned value)
{
	unsigned shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0;
	for (;; shift -= 4) {
		*to++ = "0123456789abcdef"[value >> shift & 0xf];
		if (shift == 0)
			return to;
	}
}

static char *
write_decimal(char *to, uint32_t value)
{
	char digits[10];
	unsigned count = 0;
	do {
		digits[count++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (count > 0)
		*to++ = digits[--count];
	return to;
}
