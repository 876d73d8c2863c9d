/* SPDX-License-Identifier: MIT
 * For LD_PRELOAD: each fdatasync(), fsync() and msync() takes 5 ms more, as on a slow disk; homes on a RAM disk then
 * cost the same at every run.  LMDB calls fdatasync() once for each commit. */
#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void wait_5_ms(void)
{
    struct timespec time = {.tv_nsec = 5000000};
    nanosleep(&time, NULL);
}

/* ISO C converts no object pointer into one of a function. */
static void find(const char *name, void *ret_function, size_t size)
{
    void *address = dlsym(RTLD_NEXT, name);
    memcpy(ret_function, &address, size);
}

int fdatasync(int fd)
{
    int (*real)(int);

    find("fdatasync", &real, sizeof real);
    wait_5_ms();
    return real(fd);
}

int fsync(int fd)
{
    int (*real)(int);

    find("fsync", &real, sizeof real);
    wait_5_ms();
    return real(fd);
}

int msync(void *address, size_t size, int flags)
{
    int (*real)(void *, size_t, int);

    find("msync", &real, sizeof real);
    wait_5_ms();
    return real(address, size, flags);
}
