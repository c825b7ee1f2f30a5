// Runs a command, and all that it starts, by a time of day that can be stepped while it runs. Linux.
//   clock FILE COMMAND [ARG…]
// FILE holds the step in seconds, as decimal digits; it is read anew whenever somebody asks for the time. Clocks that
// never go back stay as they are. So do times that the kernel writes itself: those of files, say.
//
// Who starts a program tells it, in the vector behind its environment, where the kernel's code is that gives the time
// without a call. That entry is taken away, so that programs ask the kernel, statically linked ones too. A filter stops
// them where they ask for the time of day, and nowhere else; what the kernel has answered is then changed.
//
// Ends as the command ends, once all that it started has ended; with 71 where the system does not let it do its work.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
// Behind that of the C library, which it would break.
#include <linux/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *file;

static void fail(const char *what) {
  fprintf(stderr, "clock: %s: %s\n", what, strerror(errno));
  _exit(71);
}

static int64_t step(void) {
  int64_t seconds = 0;
  FILE *stream = fopen(file, "re");
  if (!stream) return 0;
  if (fscanf(stream, "%" SCNd64, &seconds) != 1) seconds = 0;
  fclose(stream);
  return seconds;
}

// MARK: In the process that becomes the command

#define IF_CALL(number, then) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), then
#define STOP BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)
#define PASS BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

// For the kernel: stop before calls that give the time of day. Little-endian: the lower half of an argument is first.
static void filter(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef SYS_time
      IF_CALL(SYS_time, STOP),
#endif
      IF_CALL(SYS_gettimeofday, STOP),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 1, 0),
      PASS,
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
      IF_CALL(CLOCK_REALTIME, STOP),
      IF_CALL(CLOCK_REALTIME_COARSE, STOP),
      PASS,
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no new privileges");
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) fail("seccomp");
}

// MARK: In the process that watches

static void transfer(pid_t process, uint64_t address, void *bytes, size_t count, int writes) {
  struct iovec own = {bytes, count}, others = {(void *)(uintptr_t)address, count};
  ssize_t done = writes ? process_vm_writev(process, &own, 1, &others, 1, 0)
                        : process_vm_readv(process, &own, 1, &others, 1, 0);
  // One that was killed meanwhile has no memory.
  if (done != (ssize_t)count && errno != ESRCH) fail("memory of the command");
}

static uint64_t word(pid_t process, uint64_t address) {
  uint64_t value = 0;
  transfer(process, address, &value, sizeof value, 0);
  return value;
}

// A new program is about to start: on its stack stand the count of arguments, these, 0, the environment, 0, the vector.
static void hide_fast_clock(pid_t process) {
  struct ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, &info) <= 0) {
    if (errno != ESRCH) fail("the stack of the command");
    return;
  }
  uint64_t place = info.stack_pointer + 8 * (word(process, info.stack_pointer) + 2);
  while (word(process, place) != 0) place += 8;
  for (place += 8; word(process, place) != AT_NULL; place += 16) {
    uint64_t ignored = AT_IGNORE;
    if (word(process, place) == AT_SYSINFO_EHDR) transfer(process, place, &ignored, sizeof ignored, 1);
  }
}

// Stands before a call that gives the time of day: lets the kernel answer, and changes the answer.
static void answer(pid_t process) {
  struct ptrace_syscall_info call, result;
  int status;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof call, &call) <= 0) return;
  if (ptrace(PTRACE_SYSCALL, process, 0, 0) != 0) return;
  // Nothing comes between but its death, which is left for the loop below to hear of.
  siginfo_t what;
  if (waitid(P_PID, (id_t)process, &what, WEXITED | WSTOPPED | WNOWAIT | __WALL) != 0) return;
  if (what.si_code != CLD_TRAPPED || waitpid(process, &status, __WALL) != process || !WIFSTOPPED(status)) return;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof result, &result) <= 0 ||
      result.op != PTRACE_SYSCALL_INFO_EXIT || result.exit.is_error)
    return;
  int64_t seconds = step();
  int is_clock = call.seccomp.nr == SYS_clock_gettime;
  uint64_t place = call.seccomp.args[is_clock ? 1 : 0];
  // All three write the seconds first, 64 bits of them.
  if (place) {
    int64_t time = (int64_t)word(process, place) + seconds;
    transfer(process, place, &time, sizeof time, 1);
  }
#ifdef SYS_time
  struct user_regs_struct registers;
  if (call.seccomp.nr == SYS_time && ptrace(PTRACE_GETREGS, process, 0, &registers) == 0) {
    registers.rax += (uint64_t)seconds;
    ptrace(PTRACE_SETREGS, process, 0, &registers);
  }
#endif
}

static void go_on(pid_t process, int status) {
  int signal = WSTOPSIG(status);
  switch (status >> 16) {
    case 0:
      ptrace(PTRACE_CONT, process, 0, signal & 0x80 ? 0 : signal);
      return;
    case PTRACE_EVENT_STOP:
      // New ones stop so too, by SIGTRAP. One that a signal has stopped stays so.
      ptrace(signal == SIGTRAP ? PTRACE_CONT : PTRACE_LISTEN, process, 0, 0);
      return;
    case PTRACE_EVENT_EXEC:
      hide_fast_clock(process);
      break;
    case PTRACE_EVENT_SECCOMP:
      answer(process);
      break;
  }
  ptrace(PTRACE_CONT, process, 0, 0);
}

int main(int count, char **words) {
  if (count < 3) {
    fprintf(stderr, "clock FILE COMMAND [ARG…]\n");
    return 64;
  }
  file = words[1];
  pid_t command = fork();
  if (command < 0) fail("fork");
  if (command == 0) {
    raise(SIGSTOP);
    filter();
    execvp(words[2], words + 2);
    fail(words[2]);
  }
  // The ends of pipes are the command's alone.
  close(0);
  close(1);
  int status, ending = 0;
  if (waitpid(command, &status, WUNTRACED) != command || !WIFSTOPPED(status)) fail("the command does not start");
  long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC |
                 PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  if (ptrace(PTRACE_SEIZE, command, 0, options) != 0) {
    kill(command, SIGKILL);
    fail("ptrace");
  }
  kill(command, SIGCONT);
  for (;;) {
    pid_t process = waitpid(-1, &status, __WALL);
    if (process < 0 && errno == EINTR) continue;
    if (process < 0) break;
    if (WIFSTOPPED(status)) {
      go_on(process, status);
    } else if (process == command) {
      ending = status;
    }
  }
  return WIFSIGNALED(ending) ? 128 + WTERMSIG(ending) : WEXITSTATUS(ending);
}
