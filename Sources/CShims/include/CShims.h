#ifndef CZ_SHIMS_H
#define CZ_SHIMS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/// The index of the first `byte` in bytes[start..<end], or -1. memchr(3) is an order of magnitude faster than a loop.
static inline ptrdiff_t cz_find_byte(const uint8_t *bytes, size_t start, size_t end, uint8_t byte) {
  const uint8_t *found = memchr(bytes + start, byte, end - start);
  return found ? found - bytes : -1;
}

/// Skips bytes of a JSON string that are ASCII and neither a control character, a quote nor a backslash: sixteen at a
/// time, up to the first that is not. May stop within the last fifteen bytes before `end`.
static inline size_t cz_skip_plain(const uint8_t *bytes, size_t start, size_t end) {
  typedef uint8_t block __attribute__((ext_vector_type(16)));
  typedef int8_t signed_block __attribute__((ext_vector_type(16)));
  typedef _Bool block_bits __attribute__((ext_vector_type(16)));
  while (end - start >= sizeof(block)) {
    block text;
    memcpy(&text, bytes + start, sizeof text);
    // Bytes beyond ASCII are negative here, so one comparison finds them and the control characters.
    block is_special = (block)(text == (uint8_t)'"') | (block)(text == (uint8_t)'\\') |
                       (block)((signed_block)text < (int8_t)0x20);
    block_bits bits = __builtin_convertvector(is_special, block_bits);
    uint16_t word;
    memcpy(&word, &bits, sizeof word);
    if (word) return start + (size_t)__builtin_ctz(word);
    start += sizeof text;
  }
  return start;
}

/// The kinds of bytes that `cz_classify` tells apart, in the order that it writes them in:
/// - digits: 0 to 9
/// - capitals: 0 to 9, A to Z
/// - tokens: 0 to 9, letters, and + - . / = _ ~
/// - dashed: 0 to 9, - and .
/// - grouped: 0 to 9, white space, and ( ) + -
/// - marks: 0 to 9, A to Z, z, and - . : = _ which are rare in prose and frequent in secrets
enum { CZ_BYTE_KINDS = 6 };

/// Classifies bytes: for each kind in turn, writes one bit per byte, 64 to a word, the first byte in the lowest bit;
/// bits beyond the last byte are 0. `words` has room for CZ_BYTE_KINDS times the words that `count` bits take, the last
/// one possibly in part. Returns whether all bytes are ASCII.
int cz_classify(const uint8_t *bytes, size_t count, uint64_t *words);

/// Opens, in place of each of the descriptors 0 to 2 that is closed, one that gives nothing and keeps nothing.
void cz_reserve_standard_descriptors(void);

/// Creates a pipe whose ends are closed on exec. Returns 0, or an errno.
int cz_pipe(int *read_end, int *write_end);

/// Creates a connected pair of stream sockets, closed on exec. Returns 0, or an errno.
int cz_socket_pair(int *first, int *second);

int cz_set_nonblocking(int descriptor);

/// Asks for a larger pipe buffer, if the system has such a call; a refusal does no harm.
void cz_grow_pipe(int descriptor, int bytes);

/// The bytes in a pipe that nobody has read yet, or -1 where that can't be told; for either end.
int cz_unread_bytes(int descriptor);

/// The arguments of this process and a null pointer, as main gets them; null where the C library does not tell.
char *const *cz_arguments(void);

/// fork(2), which Swift hides. The caller must have one thread.
pid_t cz_fork(void);

/// Makes this process the parent of every descendant whose own parent dies, or stops that. Does nothing if the system
/// can't. Returns whether it was so before.
int cz_adopt_orphans(int adopts);

/// Has the system continue this process, should it be stopped, when its parent dies. Does nothing if the system can't.
void cz_continue_without_parent(void);

/// A program to start, found by the PATH of its environment. A file that is not a program is run by the shell.
struct cz_program {
  char *const *argv;
  /// Its whole environment, or null for ours.
  char *const *environment;
  /// Its working directory, or null for ours.
  const char *directory;
  /// Become its descriptors 0 and 1.
  int input, output;
  /// A bit (1 << signal) for each signal that it ignores; all others get their default action. None is blocked.
  uint64_t ignored_signals;
  /// Whether it leads a process group of its own.
  int leads_group;
  /// The signal that it gets when the thread that started it ends; on Linux only.
  int death_signal;
};

/// Starts a program. Returns 0 and a process id, or an errno.
int cz_spawn(const struct cz_program *program, pid_t *process);

/// A forked process that waits to become a program.
struct cz_held {
  pid_t process;
  int release, report;
};

/// The first half of `cz_spawn`, which takes most of its time: forks the process, which runs nothing of the program yet.
/// Returns 0 or an errno.
int cz_hold(const struct cz_program *program, struct cz_held *held);

/// The second half: the process becomes the program, or exits if `starts` is 0. To be called once per held process.
/// Returns 0 or an errno.
int cz_release(struct cz_held held, int starts);

/// Starts a program that lives on by itself: in a session of its own, with nothing of ours open. Returns 0 once it is
/// on its way, or an errno. The caller has one thread.
int cz_spawn_detached(char *const argv[]);

/// Whether a child has ended and waits to be reaped.
int cz_has_ended(pid_t process);

/// Blocks all signals for the calling thread, so that they go to the program's own threads.
void cz_block_signals(void);

/// The environment of this process.
char *const *cz_environment(void);

/// Unblocks every signal, for us and for the server: a host that starts us from a thread of a pool may have blocked
/// them all, and then neither could be asked to end.
void cz_unblock_signals(void);

/// Installs a handler that writes the signal's number, as one byte, to a pipe. Signals ignored on entry stay so.
int cz_forward_signal(int signal, int pipe);
void cz_ignore_signal(int signal);

/// Gives a signal its default action.
void cz_restore_signal(int signal);

/// A bit (1 << signal) for each signal that is ignored.
uint64_t cz_ignored_signals(void);

/// The parent of a process, or -1 for one that has ended or if /proc is of another PID namespace.
pid_t cz_parent(pid_t process);

/// Lists all processes that have not ended, each with its parent, as far as they fit. Returns their number, or -1.
int cz_processes(pid_t *processes, pid_t *parents, int capacity);

/// read(2), retried when a signal interrupts it.
ssize_t cz_read(int descriptor, void *bytes, size_t count);

/// Sends without blocking and without SIGPIPE on a socket; as send(2).
ssize_t cz_send_nonblocking(int socket, const void *bytes, size_t count);

/// Reopens a pipe or terminal, so that making it nonblocking affects nobody else. Returns a descriptor, or -1.
int cz_reopen_nonblocking(int descriptor);

/// 0 regular file or other, 1 pipe, 2 socket, 3 terminal.
int cz_descriptor_kind(int descriptor);

/// The path of this executable; its length, or -1.
ssize_t cz_executable_path(char *path, size_t capacity);

/// Overwrites bytes in a way that no compiler optimizes away.
void cz_wipe(void *bytes, size_t count);

#endif
