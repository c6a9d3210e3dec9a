/* Loaded before the libraries of a program that a test starts: the disk is slow and the time of day is another one,
 * as long as a file says so. The file, named by FAULTS, holds two numbers of 64 bits: how many microseconds each
 * sync takes longer, and how many nanoseconds the time of day is ahead. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct faults {
    volatile int64_t sync_microseconds;
    volatile int64_t clock_nanoseconds;
};

static const struct faults *told(void)
{
    static const struct faults none;
    static const struct faults *volatile page;
    if (page)
        return page;
    const char *path = getenv("FAULTS");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = file < 0 ? MAP_FAILED : mmap(0, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0)
        close(file);
    page = mapped == MAP_FAILED ? &none : mapped;
    return page;
}

static void wait_for_disk(void)
{
    int64_t longer = told()->sync_microseconds;
    struct timespec rest = {longer / 1000000, longer % 1000000 * 1000};
    if (longer > 0)
        nanosleep(&rest, 0);
}

int fsync(int file)
{
    wait_for_disk();
    return syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    wait_for_disk();
    return syscall(SYS_fdatasync, file);
}

static void move_time(struct timespec *at)
{
    int64_t ahead = told()->clock_nanoseconds;
    int64_t nanoseconds = at->tv_nsec + ahead % 1000000000;
    int64_t carried = nanoseconds >= 1000000000 ? 1 : nanoseconds < 0 ? -1 : 0;
    at->tv_sec += ahead / 1000000000 + carried;
    at->tv_nsec = nanoseconds - carried * 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
    static int (*volatile real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int outcome = real(clock, at);
    if (outcome == 0 && clock == CLOCK_REALTIME)
        move_time(at);
    return outcome;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    int outcome = clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return outcome;
}
