/* SPDX-License-Identifier: MIT */
#include "safe_file.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool safe_file_open(struct safe_file *file, const char *path)
{
    *file = (struct safe_file){0};
    if (strcmp(path, "-") == 0) {
        file->stream = stdout;
        return true;
    }
    if (asprintf(&file->partial, "%s.partial", path) < 0) {
        file->partial = NULL;
        errno = ENOMEM;
        return false;
    }
    int fd = open(file->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        file->stream = fdopen(fd, "w");
    file->path = strdup(path);
    if (file->stream && file->path)
        return true;
    int code = errno;
    if (fd < 0) {
        free(file->partial);
        file->partial = NULL;
    }
    safe_file_abandon(file);
    errno = code;
    return false;
}

/* The rename itself must survive a power cut too. */
static void sync_folder_of(char *path)
{
    int folder = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

bool safe_file_commit(struct safe_file *file)
{
    bool good = fflush(file->stream) == 0 && !ferror(file->stream);

    if (!file->partial)
        return good;
    good = good && fsync(fileno(file->stream)) == 0;
    good = fclose(file->stream) == 0 && good;
    file->stream = NULL;
    good = good && rename(file->partial, file->path) == 0;
    int code = errno;
    if (good) {
        free(file->partial);
        file->partial = NULL;
        sync_folder_of(file->path);
    }
    safe_file_abandon(file);
    errno = code;
    return good;
}

void safe_file_abandon(struct safe_file *file)
{
    if (file->partial)
        unlink(file->partial);
    if (file->stream && file->stream != stdout)
        fclose(file->stream);
    free(file->partial);
    free(file->path);
    *file = (struct safe_file){0};
}
