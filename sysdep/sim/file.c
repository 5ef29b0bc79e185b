/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a machine, in memory.  They outlive the router and the power: file_write()
 * is on disk when it returns.
 */
#include "lib/mem.h"
#include "lib/text.h"
#include "sysdep/sim/world.h"
#include <errno.h>
#include <string.h>

/* A file's content; readers hold it while it is replaced. */
struct content {
	uint32_t uses;
	usec_t written; /* World time. */
	size_t size;
	uint8_t bytes[];
};

struct file {
	struct list link; /* Sorted by path. */
	char *path;       /* Owned. */
	struct content *content;
};

struct sys_file {
	struct content *content;
	size_t at;
};

static struct file *file_find(const struct sim_node *node, const char *path);
static void content_release(struct content *content);

void
sim_file_put(struct sim_node *node, const char *path, const void *bytes, size_t size)
{
	struct file *file = file_find(node, path);

	if (!file) {
		file = mem_zalloc(sizeof(*file));
		file->path = mem_strdup(path);
		struct list *at = node->files.next;
		while (at != &node->files &&
		       strcmp(container_of(at, struct file, link)->path, path) < 0)
			at = at->next;
		list_insert_before(at, &file->link);
	}
	content_release(file->content);
	file->content = mem_alloc(sizeof(*file->content) + size);
	file->content->uses = 1;
	file->content->size = size;
	file->content->written = node->world->now;
	if (size)
		memcpy(file->content->bytes, bytes, size);
}

const void *
sim_file_get(const struct sim_node *node, const char *path, size_t *size)
{
	const struct file *file = file_find(node, path);

	*size = file ? file->content->size : 0;
	return file ? file->content->bytes : NULL;
}

void
sim_file_remove(struct sim_node *node, const char *pattern)
{
	list_each_safe(file, &node->files, struct file, link) {
		if (!text_matches(pattern, file->path))
			continue;
		list_remove(&file->link);
		content_release(file->content);
		mem_free(file->path);
		mem_free(file);
	}
}

void
sim_file_refuse(struct sim_node *node, int error)
{
	node->file_error = error;
}

void
sim_file_pipe(struct sim_node *node, size_t room)
{
	node->has_pipes = true;
	node->pipe_room = room;
}

bool
sim_file_pipe_is_open(const struct sim_node *node)
{
	return node->pipe.is_open;
}

void
sim_file_free(struct sim_node *node)
{
	sim_file_remove(node, "*");
}

int
sim_file_open(struct sys *sys, const char *path, struct sys_file **file)
{
	struct file *found = file_find(sim_node_cast(sys), path);

	*file = NULL;
	if (!found)
		return -ENOENT;
	*file = mem_zalloc(sizeof(**file));
	(*file)->content = found->content;
	found->content->uses++;
	return 0;
}

ptrdiff_t
sim_file_read(struct sys_file *file, void *bytes, size_t size)
{
	size_t left = file->content->size - file->at;
	size_t count = MIN(size, left);

	if (count)
		memcpy(bytes, file->content->bytes + file->at, count);
	file->at += count;
	return (ptrdiff_t)count;
}

void
sim_file_close(struct sys_file *file)
{
	if (!file)
		return;
	content_release(file->content);
	mem_free(file);
}

int
sim_file_stamp(struct sys *sys, const char *path, struct sys_file_stamp *stamp)
{
	const struct sim_node *node = sim_node_cast(sys);
	const struct file *file = file_find(node, path);

	if (!file)
		return -ENOENT;
	*stamp = (struct sys_file_stamp){
		.size = file->content->size,
		.serial = hash_bytes64(file->content->bytes, file->content->size, 0),
		.modified = file->content->written + node->wall,
	};
	return 0;
}

int
sim_file_write(struct sys *sys, const char *path, const void *bytes, size_t size)
{
	struct sim_node *node = sim_node_cast(sys);

	if (node->file_error || node->dead)
		return node->file_error;
	sim_file_put(node, path, bytes, size);
	return 0;
}

ptrdiff_t
sim_file_append(struct sys *sys, const char *path, struct sys_pipe **pipe,
		const void *bytes, size_t size)
{
	struct sim_node *node = sim_node_cast(sys);
	const struct file *file = file_find(node, path);
	size_t before = file != NULL ? file->content->size : 0;

	if (node->file_error)
		return node->file_error;
	if (node->dead)
		return (ptrdiff_t)size;
	if (node->has_pipes) {
		*pipe = &node->pipe;
		node->pipe.is_open = true;
		if (size > node->pipe_room)
			return 0;
		node->pipe_room -= size;
	}
	uint8_t *whole = mem_alloc(before + size);
	if (before > 0)
		memcpy(whole, file->content->bytes, before);
	memcpy(whole + before, bytes, size);
	sim_file_put(node, path, whole, before + size);
	mem_free(whole);
	return (ptrdiff_t)size;
}

/* Ours stay open by themselves. */
void
sim_pipe_close(struct sys_pipe *pipe)
{
	if (pipe)
		pipe->is_open = false;
}

/* A directory is there when a file below it is. */
int
sim_file_glob(struct sys *sys, const char *pattern, void (*found)(void *, const char *),
	      void *context)
{
	struct sim_node *node = sim_node_cast(sys);
	const char *slash = strrchr(pattern, '/');
	size_t length = slash ? (size_t)(slash - pattern) + 1 : 0;
	bool there = length <= 1;

	list_each_safe(file, &node->files, struct file, link) {
		there |= strncmp(file->path, pattern, length) == 0;
		if (text_matches(pattern, file->path) &&
		    !strchr(file->path + length, '/'))
			found(context, file->path);
	}
	return there ? 0 : -ENOENT;
}

static struct file *
file_find(const struct sim_node *node, const char *path)
{
	list_each(file, &node->files, struct file, link) {
		if (strcmp(file->path, path) == 0)
			return file;
	}
	return NULL;
}

static void
content_release(struct content *content)
{
	if (content && --content->uses == 0)
		mem_free(content);
}
