/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /etc/iproute2/rt_protos and its like: lines of a number and a name.
 */
#include "conf/names.h"

#include <string.h>

#include "filter/policy.h"
#include "lib/text.h"
#include "nest/value.h"
#include "sysdep/sys.h"

#define FOLDERS    2
#define FILE_MOST  65536
#define NAME_ROOM  64
#define NAME_BLANK " \t\r"

struct reading {
	struct policy *policy;
	struct sys *sys;
	const char *prefix;
	uint64_t most;
};

static void file_read(void *context, const char *path);
static void line_read(const struct reading *reading, const char *line, size_t length);

void
names_define(struct policy *policy, struct sys *sys)
{
	static const char *const folders[FOLDERS] = { "/etc/iproute2",
						      "/usr/share/iproute2" };
	static const struct {
		const char *file, *prefix;
		uint64_t most;
	} kinds[] = {
		{ "rt_protos", "ipp_", UINT8_MAX },
		{ "rt_realms", "ipr_", UINT32_MAX },
		{ "rt_scopes", "ips_", UINT8_MAX },
		{ "rt_tables", "ipt_", UINT32_MAX },
	};
	char path[80];
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		/* The first to define a name keeps it. */
		for (size_t j = 0; j < FOLDERS; j++) {
			struct reading reading = { policy, sys, kinds[i].prefix,
						   kinds[i].most };
			text_format(path, sizeof(path), "%s/%s", folders[j],
				    kinds[i].file);
			file_read(&reading, path);
			text_format(path, sizeof(path), "%s/%s.d/*.conf", folders[j],
				    kinds[i].file);
			sys->class->file_glob(sys, path, file_read, &reading);
		}
}

/* What can't be read has no names. */
static void
file_read(void *context, const char *path)
{
	const struct reading *reading = context;
	const struct sys_class *class = reading->sys->class;
	struct sys_file *file;
	if (class->file_open(reading->sys, path, &file) < 0)
		return;
	char line[512];
	size_t length = 0, total = 0;
	char bytes[512];
	ptrdiff_t size;
	while (total < FILE_MOST &&
	       (size = class->file_read(file, bytes, sizeof(bytes))) > 0)
		for (ptrdiff_t i = 0; i < size; i++, total++) {
			if (bytes[i] == '\n') {
				line_read(reading, line, length);
				length = 0;
			} else if (length < sizeof(line) - 1) {
				line[length++] = bytes[i];
			}
		}
	line_read(reading, line, length);
	class->file_close(file);
}

/* `254 main`, `0xfe main # …` */
static void
line_read(const struct reading *reading, const char *line, size_t length)
{
	char words[512], name[NAME_ROOM];
	struct value value = { .type = VALUE_INT };
	uint64_t number;
	memcpy(words, line, length);
	words[length] = '\0';
	words[strcspn(words, "#")] = '\0';
	const char *first = words + strspn(words, NAME_BLANK);
	size_t first_length = strcspn(first, NAME_BLANK);
	const char *second = first + first_length;
	second += strspn(second, NAME_BLANK);
	size_t second_length = strcspn(second, NAME_BLANK);
	if (first_length == 0 || second_length == 0 ||
	    !text_parse_u64(first, first_length, &number) || number > reading->most ||
	    !text_format(name, sizeof(name), "%s%.*s", reading->prefix,
			 (int)second_length, second))
		return;
	for (char *at = name; *at != '\0'; at++)
		if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		      (*at >= '0' && *at <= '9')))
			*at = '_';
	value.number = (uint32_t)number;
	policy_define_value(reading->policy, name, &value);
}
