/* Stands between a process and the calls that touch its files: counts them, makes the n-th fail or kills the process
 * there, and writes what was really done to a trace. It is loaded with LD_PRELOAD and told what to do through the
 * fault_* functions; only files under the root are looked at. It works for any SQLite, one linked into an extension
 * module too, because all of them call the C library. One thread at a time: the jobs of the fault tests have only one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, READ = 2, WRITE = 4, SYNC = 8, TRUNCATE = 16, NAME = 32, LOCK = 64, MAP = 128, SYNC_FOLDER = 256 };
enum { NOTHING, FAIL, KILL_BEFORE, KILL_AFTER, KILL_HALFWAY };
enum { T_CREATE = 1, T_WRITE, T_TRUNCATE, T_SYNC, T_SYNC_FAILED, T_UNLINK, T_RENAME, T_MKDIR, T_MARK };
#define FILES 4096

static char root[PATH_MAX];
static char *names[FILES];
static int trace_fd = -1, classes, kind, error, sticky, nth, count, hits;

void fault_root(const char *path) { snprintf(root, sizeof root, "%s", path); }
int fault_count(void) { return count; }
int fault_hits(void) { return hits; }

void fault_arm(int which, int n, int what, int number, int stays) {
    classes = which, nth = n, kind = what, error = number, sticky = stays, count = 0, hits = 0;
}

static int inside(const char *path) {
    size_t length = strlen(root);
    return length && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static const char *name_of(int fd) { return fd >= 0 && fd < FILES ? names[fd] : NULL; }

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* What is to happen to this call: NOTHING, FAIL, KILL_AFTER or KILL_HALFWAY. */
static int gate(int which) {
    if (!(which & classes)) return NOTHING;
    count++;
    if (!nth || count < nth || (count > nth && !sticky)) return NOTHING;
    hits++;
    if (kind == KILL_BEFORE) die();
    if (kind == FAIL) errno = error;
    return kind;
}

static void note(int what, const char *path, int64_t offset, const void *data, size_t length) {
    if (trace_fd < 0) return;
    struct { uint32_t what, path, length, unused; int64_t offset; } head = {what, strlen(path), length, 0, offset};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)data, length}};
    if (writev(trace_fd, parts, 3) != (ssize_t)(sizeof head + head.path + length)) die();
}

void fault_trace(const char *path) {
    trace_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (trace_fd < 0) die();
}

void fault_mark(const char *text) { note(T_MARK, text, 0, NULL, 0); }

static int open_file(const char *path, int flags, mode_t mode) {
    if (!inside(path)) return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    int fate = gate(OPEN);
    if (fate == FAIL) return -1;
    int made = (flags & O_CREAT) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < FILES) {
        free(names[fd]);
        names[fd] = strdup(path);
        if (made) note(T_CREATE, path, 0, NULL, 0);
        if (!made && (flags & O_TRUNC)) note(T_TRUNCATE, path, 0, NULL, 0);
    }
    if (fate) die();
    return fd;
}

#define OPEN_LIKE(name) \
    int name(const char *path, int flags, ...) { \
        va_list rest; \
        va_start(rest, flags); \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
        va_end(rest); \
        return open_file(path, flags, mode); \
    }
OPEN_LIKE(open)
OPEN_LIKE(open64)

int close(int fd) {
    if (name_of(fd)) {
        free(names[fd]);
        names[fd] = NULL;
    }
    return (int)syscall(SYS_close, fd);
}

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset, int positioned) {
    const char *name = name_of(fd);
    int fate = name ? gate(WRITE) : NOTHING;
    if (fate == FAIL) return -1;
    if (name && !positioned) {
        struct stat status;
        int appends = fcntl(fd, F_GETFL) & O_APPEND;
        offset = appends && fstat(fd, &status) == 0 ? status.st_size : lseek(fd, 0, SEEK_CUR);
    }
    size_t part = fate == KILL_HALFWAY ? length / 2 : length;
    ssize_t done = positioned ? syscall(SYS_pwrite64, fd, data, part, offset) : syscall(SYS_write, fd, data, part);
    if (name && done > 0) note(T_WRITE, name, offset, data, done);
    if (fate) die();
    return done;
}

ssize_t write(int fd, const void *data, size_t length) { return write_at(fd, data, length, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return write_at(fd, data, length, at, 1); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) { return write_at(fd, data, length, at, 1); }

static ssize_t read_at(int fd, void *data, size_t length, off_t offset, int positioned) {
    int fate = name_of(fd) ? gate(READ) : NOTHING;
    if (fate == FAIL) return -1;
    if (fate) die();
    return positioned ? syscall(SYS_pread64, fd, data, length, offset) : syscall(SYS_read, fd, data, length);
}

ssize_t read(int fd, void *data, size_t length) { return read_at(fd, data, length, 0, 0); }
ssize_t pread(int fd, void *data, size_t length, off_t at) { return read_at(fd, data, length, at, 1); }
ssize_t pread64(int fd, void *data, size_t length, off64_t at) { return read_at(fd, data, length, at, 1); }

static int sync_file(int fd, long call) {
    const char *name = name_of(fd);
    struct stat status;
    int folder = name && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
    int fate = name ? gate(folder ? SYNC_FOLDER : SYNC) : NOTHING;
    if (fate == FAIL) {
        note(T_SYNC_FAILED, name, 0, NULL, 0);
        return -1;
    }
    int done = (int)syscall(call, fd);
    if (name && done == 0) note(T_SYNC, name, 0, NULL, 0);
    if (fate) die();
    return done;
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

static int truncate_file(int fd, off_t length) {
    const char *name = name_of(fd);
    int fate = name ? gate(TRUNCATE) : NOTHING;
    if (fate == FAIL) return -1;
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (name && done == 0) note(T_TRUNCATE, name, length, NULL, 0);
    if (fate) die();
    return done;
}

int ftruncate(int fd, off_t length) { return truncate_file(fd, length); }
int ftruncate64(int fd, off64_t length) { return truncate_file(fd, length); }

/* The calls that change names, each with what it leaves in the trace. */
static int named(const char *path, int what, long call, const char *target, mode_t mode) {
    int mine = inside(path);
    int fate = mine ? gate(NAME) : NOTHING;
    if (fate == FAIL) return -1;
    int done;
    if (call == SYS_renameat2) done = (int)syscall(call, AT_FDCWD, path, AT_FDCWD, target, 0);
    else if (call == SYS_mkdirat) done = (int)syscall(call, AT_FDCWD, path, mode);
    else done = (int)syscall(call, AT_FDCWD, path, 0);
    if (mine && done == 0) note(what, path, 0, target, target ? strlen(target) : 0);
    if (fate) die();
    return done;
}

int unlink(const char *path) { return named(path, T_UNLINK, SYS_unlinkat, NULL, 0); }
int rename(const char *path, const char *target) { return named(path, T_RENAME, SYS_renameat2, target, 0); }
int mkdir(const char *path, mode_t mode) { return named(path, T_MKDIR, SYS_mkdirat, NULL, mode); }

static int control(int fd, int command, void *argument) {
    /* Giving a lock back never fails on a local disk. */
    int locks = (command == F_SETLK || command == F_SETLKW) && ((struct flock *)argument)->l_type != F_UNLCK;
    int fate = locks && name_of(fd) ? gate(LOCK) : NOTHING;
    if (fate == FAIL) return -1;
    int done = (int)syscall(SYS_fcntl, fd, command, argument);
    if (fate) die();
    return done;
}

#define CONTROL_LIKE(name) \
    int name(int fd, int command, ...) { \
        va_list rest; \
        va_start(rest, command); \
        void *argument = va_arg(rest, void *); \
        va_end(rest); \
        return control(fd, command, argument); \
    }
CONTROL_LIKE(fcntl)
CONTROL_LIKE(fcntl64)

static void *map(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
    int fate = name_of(fd) ? gate(MAP) : NOTHING;
    if (fate == FAIL) return MAP_FAILED;
    if (fate) die();
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

void *mmap(void *a, size_t n, int p, int f, int fd, off_t at) { return map(a, n, p, f, fd, at); }
void *mmap64(void *a, size_t n, int p, int f, int fd, off64_t at) { return map(a, n, p, f, fd, at); }
