/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main() of fuzz targets outside a fuzzing build: it feeds each file of the folders
 * and files it is given to the target once. A file that crashes the target crashes the
 * replay, after its name was printed.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		exit(1);
	}
	size_t room = 1 << 20, size = 0, got;
	uint8_t *data = malloc(room);
	while (data && (got = fread(data + size, 1, room - size, file)) > 0) {
		size += got;
		if (size == room)
			data = realloc(data, room *= 2);
	}
	fclose(file);
	if (!data)
		exit(1);
	uint8_t *exact =
		malloc(size ? size : 1); /* so that reading past the end is noticed */
	if (!exact)
		exit(1);
	memcpy(exact, data, size);
	free(data);
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 1;
}

static size_t
replay_path(const char *path)
{
	struct stat about;
	if (stat(path, &about)) {
		perror(path);
		exit(1);
	}
	if (!S_ISDIR(about.st_mode))
		return replay_file(path);
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	size_t replayed = 0;
	for (int i = 0; i < count; i++) {
		char inner[4096];
		snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			replayed += replay_path(inner);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return replayed;
}

int
main(int argc, char **argv)
{
	size_t replayed = 0;
	for (int i = 1; i < argc; i++)
		replayed += replay_path(argv[i]);
	printf("%zu inputs replayed\n", replayed);
	return replayed == 0; /* an empty corpus tests nothing */
}
