/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as text: BIRD's `iso short|long [ms|us]` and its strftime-like formats with %f
 * for fractions.
 */
#include "nest/show_time.h"

#include "lib/text.h"
#include "nest/router.h"

struct time_writer {
	const struct sys_calendar *calendar;
	usec_t fraction; /* Microseconds within the second. */
	char *at, *end;
};

static void
put(struct time_writer *writer, char character)
{
	if (writer->at + 1 < writer->end)
		*writer->at++ = character;
	*writer->at = '\0';
}

static void
put_number(struct time_writer *writer, unsigned number, unsigned digits)
{
	unsigned power = 1;
	for (unsigned i = 1; i < digits; i++)
		power *= 10;
	for (; power > 0; power /= 10)
		put(writer, (char)('0' + number / power % 10));
}

static void
put_fraction(struct time_writer *writer, unsigned digits)
{
	usec_t fraction = writer->fraction;
	for (unsigned i = digits; i < 6; i++)
		fraction /= 10;
	put_number(writer, (unsigned)fraction, digits);
}

static void put_format(struct time_writer *writer, const char *format);

static void
put_field(struct time_writer *writer, char field)
{
	const struct sys_calendar *c = writer->calendar;
	switch (field) {
	case 'Y': put_number(writer, (unsigned)c->year, 4); break;
	case 'y': put_number(writer, (unsigned)c->year % 100, 2); break;
	case 'm': put_number(writer, (unsigned)c->month, 2); break;
	case 'd': put_number(writer, (unsigned)c->day, 2); break;
	case 'H': put_number(writer, (unsigned)c->hour, 2); break;
	case 'M': put_number(writer, (unsigned)c->minute, 2); break;
	case 'S': put_number(writer, (unsigned)c->second, 2); break;
	case 'f': put_fraction(writer, 6); break;
	case 'F': put_format(writer, "%Y-%m-%d"); break;
	case 'T': put_format(writer, "%H:%M:%S"); break;
	case 'R': put_format(writer, "%H:%M"); break;
	default: put(writer, field);
	}
}

/* %3f is three digits of the fraction. The formats that call this again have no further
 * level below them. */
static void
put_format(struct time_writer *writer, const char *format)
{
	for (; *format; format++) {
		if (*format != '%' || !format[1]) {
			put(writer, *format);
		} else if (format[1] >= '1' && format[1] <= '6' && format[2] == 'f') {
			put_fraction(writer, (unsigned)(format[1] - '0'));
			format += 2;
		} else {
			put_field(writer, *++format);
		}
	}
}

static void
put_iso(struct time_writer *writer, bool date, bool clock, unsigned digits)
{
	if (date)
		put_format(writer, "%F");
	if (date && clock)
		put(writer, ' ');
	if (clock)
		put_format(writer, "%T");
	if (clock && digits > 0) {
		put(writer, '.');
		put_fraction(writer, digits);
	}
}

char *
time_format(const struct router *router, const struct config_timeformat *format,
	    usec_t wall, char text[static TIME_TEXT])
{
	static const struct config_timeformat iso_long = { .iso = 2, .digits = 3 };
	struct sys *sys = router->sys;
	struct sys_calendar calendar;
	sys->class->local_time(sys, wall, &calendar);
	struct time_writer writer = { .calendar = &calendar,
				      .fraction = wall % USEC_S,
				      .at = text,
				      .end = text + TIME_TEXT };
	text[0] = '\0';
	if (!format)
		format = &iso_long;
	usec_t age = sys->class->wall(sys) - wall;
	if (format->format)
		put_format(&writer, format->further && age > format->limit
					    ? format->further
					    : format->format);
	else if (format->iso == 2)
		put_iso(&writer, true, true, format->digits);
	else
		/* Short: the clock while it is of today, then the date. */
		put_iso(&writer, age >= 20 * 3600 * USEC_S, age < 20 * 3600 * USEC_S,
			format->digits);
	return text;
}

char *
time_format_monotonic(const struct router *router, const struct config_timeformat *format,
		      usec_t moment, char text[static TIME_TEXT])
{
	return time_format(router, format, router->wall_offset + moment, text);
}
