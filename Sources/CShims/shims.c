#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CShims.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __APPLE__
#include <libproc.h>
#include <mach-o/dyld.h>
#endif

extern char **environ;

void cz_reserve_standard_descriptors(void) {
  for (int descriptor = 0; descriptor < 3; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // open(2) returns the lowest free number, which is this one. Opened for the wrong direction, the descriptor fails
    // as a closed one does.
    if (open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY) != descriptor) return;
  }
}

int cz_pipe(int *read_end, int *write_end) {
  int ends[2];
#ifdef __linux__
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
#else
  if (pipe(ends) != 0) return errno;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#endif
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

int cz_socket_pair(int *first, int *second) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return errno;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  *first = ends[0];
  *second = ends[1];
  return 0;
}

int cz_set_nonblocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ? errno : 0;
}

void cz_grow_pipe(int descriptor, int bytes) {
#ifdef F_SETPIPE_SZ
  (void)fcntl(descriptor, F_SETPIPE_SZ, bytes);
#else
  (void)descriptor;
  (void)bytes;
#endif
}

int cz_unread_bytes(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 ? count : -1;
}

pid_t cz_fork(void) { return fork(); }

int cz_adopt_orphans(int adopts) {
  int before = 0;
#ifdef __linux__
  prctl(PR_GET_CHILD_SUBREAPER, &before, 0, 0, 0);
  prctl(PR_SET_CHILD_SUBREAPER, adopts, 0, 0, 0);
#else
  (void)adopts;
#endif
  return before;
}

void cz_continue_without_parent(void) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGCONT, 0, 0, 0);
#endif
}

// MARK: Arguments

static char *const *arguments;

#if defined(__GLIBC__) || defined(__APPLE__)
// These two C libraries call what runs before main as they call main.
__attribute__((constructor)) static void keep_arguments(int count, char *const *values) {
  (void)count;
  arguments = values;
}
#endif

char *const *cz_arguments(void) { return arguments; }

// MARK: Signals

static volatile int signal_pipe = -1;

void cz_unblock_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void write_signal(int number) {
  int saved = errno;
  unsigned char byte = (unsigned char)number;
  // A full pipe already holds more than enough to wake its reader.
  ssize_t written = write(signal_pipe, &byte, 1);
  (void)written;
  errno = saved;
}

int cz_forward_signal(int number, int pipe) {
  struct sigaction action;
  if (sigaction(number, NULL, &action) != 0) return errno;
  // Whoever started us under nohup(1) wants its signal ignored.
  if (action.sa_handler == SIG_IGN && number != SIGCHLD) return 0;
  signal_pipe = pipe;
  memset(&action, 0, sizeof action);
  action.sa_handler = write_signal;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  return sigaction(number, &action, NULL) != 0 ? errno : 0;
}

void cz_ignore_signal(int number) { signal(number, SIG_IGN); }

void cz_restore_signal(int number) { signal(number, SIG_DFL); }

uint64_t cz_ignored_signals(void) {
  uint64_t ignored = 0;
  for (int number = 1; number < 64; number++) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN) ignored |= 1ULL << number;
  }
  return ignored;
}

// MARK: Processes

// In the child: becomes the program. Returns only if that fails. The parent may have many threads, any of which may hold
// a lock that is never released here, so only async-signal-safe functions are called.
static void become(const struct cz_program *program) {
  if (program->leads_group && setpgid(0, 0) != 0) return;
  if (dup2(program->input, 0) < 0 || dup2(program->output, 1) < 0) return;
  // A descriptor that had the right number already still has its close-on-exec flag.
  fcntl(0, F_SETFD, 0);
  fcntl(1, F_SETFD, 0);
  if (program->directory && chdir(program->directory) != 0) return;
  for (int number = 1; number < 64; number++) {
    signal(number, program->ignored_signals >> number & 1 ? SIG_IGN : SIG_DFL);
  }
  cz_unblock_signals();
  if (program->environment) environ = (char **)program->environment;
  execvp(program->argv[0], program->argv);
}

int cz_hold(const struct cz_program *program, struct cz_held *held) {
  int wait, report;
  int failed = cz_socket_pair(&wait, &held->release);
  if (failed) return failed;
  failed = cz_pipe(&held->report, &report);
  if (failed) {
    close(wait);
    close(held->release);
    return failed;
  }
  // A signal handler of the parent's must not run in the child.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid();
  held->process = fork();
  if (held->process == 0) {
#ifdef __linux__
    // This precedes the look at the parent, which may be gone already.
    prctl(PR_SET_PDEATHSIG, program->death_signal, 0, 0, 0);
    if (getppid() != parent) _exit(127);
#else
    (void)parent;
#endif
    close(held->release);
    unsigned char byte;
    if (cz_read(wait, &byte, 1) == 1) become(program);
    int number = errno;
    ssize_t written = write(report, &number, sizeof number);
    (void)written;
    _exit(127);
  }
  if (held->process < 0) failed = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(wait);
  close(report);
  if (failed) {
    close(held->release);
    close(held->report);
  }
  return failed;
}

int cz_release(struct cz_held held, int starts) {
  int failed = 0;
  // A child that is not told to start reads end of file and exits. One that died before this shows below.
  if (starts) cz_send_nonblocking(held.release, "", 1);
  close(held.release);
  // End of file on this pipe means that the child has become the program.
  if (cz_read(held.report, &failed, sizeof failed) > 0) {
    while (waitpid(held.process, NULL, 0) < 0 && errno == EINTR) {}
  }
  close(held.report);
  return failed;
}

int cz_spawn(const struct cz_program *program, pid_t *process) {
  struct cz_held held;
  int failed = cz_hold(program, &held);
  if (failed) return failed;
  *process = held.process;
  return cz_release(held, 1);
}

int cz_spawn_detached(char *const argv[]) {
  int adopts = cz_adopt_orphans(0);
  pid_t child = fork();
  int failed = child < 0 ? errno : 0;
  if (child != 0) {
    int status;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    cz_adopt_orphans(adopts);
    return failed;
  }
  // After two forks, the process is nobody's child and can't acquire a terminal again.
  if (setsid() < 0 || fork() != 0) _exit(0);
  int null = open("/dev/null", O_RDWR);
  for (int descriptor = 0; descriptor < 3; descriptor++) dup2(null, descriptor);
  int limit = (int)sysconf(_SC_OPEN_MAX);
  for (int descriptor = 3; descriptor < (limit > 0 && limit < 4096 ? limit : 4096); descriptor++) close(descriptor);
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  execv(argv[0], argv);
  _exit(127);
}

int cz_has_ended(pid_t process) {
  siginfo_t status;
  memset(&status, 0, sizeof status);
  // If somebody else has reaped the child, there is nothing to wait for either.
  if (waitid(P_PID, (id_t)process, &status, WEXITED | WNOHANG | WNOWAIT) != 0) return errno != EINTR;
  return status.si_pid == process;
}

void cz_block_signals(void) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
}

char *const *cz_environment(void) { return environ; }

#ifdef __linux__
// The parent of a process, from the fourth field of /proc/PID/stat; the second may hold anything up to the last ")". -1
// for one that waits to be reaped, but not for one whose first thread has ended before others: it looks the same but for
// the number of its threads, and may do anything.
static pid_t parent_of(pid_t process) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -1;
  ssize_t count = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (count <= 0) return -1;
  text[count] = 0;
  const char *end = strrchr(text, ')');
  const char *format = " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d";
  int parent, threads;
  char state;
  if (!end || sscanf(end + 1, format, &state, &parent, &threads) != 3) return -1;
  return state != 'Z' || threads > 1 ? parent : -1;
}

// Whether /proc numbers processes as we do: that of another PID namespace speaks of others.
static int lists_ours(void) {
  char text[32];
  ssize_t count = readlink("/proc/self", text, sizeof text - 1);
  text[count > 0 ? count : 0] = 0;
  return atoi(text) == getpid();
}
#elif defined(__APPLE__)
static pid_t parent_of(pid_t process) {
  struct proc_bsdshortinfo info;
  int count = proc_pidinfo(process, PROC_PIDT_SHORTBSDINFO, 0, &info, sizeof info);
  return count == sizeof info ? (pid_t)info.pbsi_ppid : -1;
}

static int lists_ours(void) { return 1; }
#endif

pid_t cz_parent(pid_t process) { return lists_ours() ? parent_of(process) : -1; }

int cz_processes(pid_t *processes, pid_t *parents, int capacity) {
  int count = 0;
#ifdef __linux__
  DIR *directory = lists_ours() ? opendir("/proc") : NULL;
  if (!directory) return -1;
  struct dirent *entry;
  while (count < capacity && (entry = readdir(directory))) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    processes[count] = atoi(entry->d_name);
    parents[count] = parent_of(processes[count]);
    if (parents[count] > 0) count++;
  }
  closedir(directory);
#elif defined(__APPLE__)
  int listed = proc_listallpids(processes, capacity * (int)sizeof(pid_t));
  for (int index = 0; index < listed; index++) {
    processes[count] = processes[index];
    parents[count] = parent_of(processes[count]);
    if (parents[count] > 0) count++;
  }
#endif
  return count;
}

// MARK: Input and output

ssize_t cz_read(int descriptor, void *bytes, size_t count) {
  ssize_t taken;
  do taken = read(descriptor, bytes, count);
  while (taken < 0 && errno == EINTR);
  return taken;
}

ssize_t cz_send_nonblocking(int socket, const void *bytes, size_t count) {
#ifdef MSG_NOSIGNAL
  return send(socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
#else
  return send(socket, bytes, count, MSG_DONTWAIT);
#endif
}

int cz_reopen_nonblocking(int descriptor) {
#ifdef __linux__
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
#else
  (void)descriptor;
  return -1;
#endif
}

int cz_descriptor_kind(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return 0;
  if (S_ISFIFO(status.st_mode)) return 1;
  if (S_ISSOCK(status.st_mode)) return 2;
  return isatty(descriptor) ? 3 : 0;
}

ssize_t cz_executable_path(char *path, size_t capacity) {
#ifdef __linux__
  return readlink("/proc/self/exe", path, capacity);
#elif defined(__APPLE__)
  uint32_t size = (uint32_t)capacity;
  return _NSGetExecutablePath(path, &size) == 0 ? (ssize_t)strlen(path) : -1;
#else
  return -1;
#endif
}

void cz_wipe(void *bytes, size_t count) {
  volatile unsigned char *byte = bytes;
  while (count--) *byte++ = 0;
}
