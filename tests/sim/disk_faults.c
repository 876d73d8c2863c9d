/* SPDX-License-Identifier: MIT */
#include "disk_faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct {
    int errno_code; /* 0: no fault */
    enum disk_call call;
    unsigned calls_left;
} fault;

void disk_faults_begin(enum disk_call call, unsigned calls, int errno_code)
{
    fault.errno_code = errno_code;
    fault.call = call;
    fault.calls_left = calls;
}

void disk_faults_end(void)
{
    fault.errno_code = 0;
}

static bool fails(enum disk_call call)
{
    if (!fault.errno_code || call < fault.call)
        return false;
    if (call == fault.call && fault.calls_left > 0) {
        fault.calls_left--;
        return false;
    }
    fault.call = DISK_WRITE; /* and what comes after it */
    fault.calls_left = 0;
    errno = fault.errno_code;
    return true;
}

/* LMDB opens the file once more for this page. */
static enum disk_call call_of(int fd)
{
    return fcntl(fd, F_GETFL) & O_DSYNC ? DISK_META : DISK_WRITE;
}

/* ISO C converts no object pointer into one of a function. */
static void find(const char *name, void *ret_function, size_t size)
{
    void *address = dlsym(RTLD_NEXT, name);
    memcpy(ret_function, &address, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (fails(call_of(fd)))
        return -1;
    if (!real)
        find("pwrite", &real, sizeof real);
    return real(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    static ssize_t (*real)(int, const struct iovec *, int);
    if (fails(DISK_WRITE))
        return -1;
    if (!real)
        find("writev", &real, sizeof real);
    return real(fd, parts, count);
}

int fdatasync(int fd)
{
    static int (*real)(int);
    if (fails(DISK_SYNC))
        return -1;
    if (!real)
        find("fdatasync", &real, sizeof real);
    return real(fd);
}
