// The floor for anything between a host and a server: one poll loop that copies bytes both ways and examines none.
//   pump COMMAND [ARG…]
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { capacity = 256 << 10 };

struct direction {
  int from, to;
  char *bytes;
  size_t start, end;
};

// Returns 0 once the direction is over.
static int move(struct direction *one) {
  if (one->start == one->end) {
    ssize_t count = read(one->from, one->bytes, capacity);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0) return 0;
    one->start = 0;
    one->end = (size_t)count;
  }
  ssize_t count = write(one->to, one->bytes + one->start, one->end - one->start);
  if (count < 0) return errno == EAGAIN || errno == EINTR;
  one->start += (size_t)count;
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 2) return 64;
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) return 70;
  fcntl(input[1], F_SETPIPE_SZ, 1 << 20);
  fcntl(output[0], F_SETPIPE_SZ, 1 << 20);
  pid_t server = fork();
  if (server == 0) {
    dup2(input[0], 0);
    dup2(output[1], 1);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  close(input[0]);
  close(output[1]);
  signal(SIGPIPE, SIG_IGN);
  int ours[] = {0, 1, input[1], output[0]};
  for (int index = 0; index < 4; index++) fcntl(ours[index], F_SETFL, fcntl(ours[index], F_GETFL) | O_NONBLOCK);
  struct direction up = {0, input[1], malloc(capacity), 0, 0}, down = {output[0], 1, malloc(capacity), 0, 0};
  int up_is_open = 1;
  while (1) {
    struct pollfd requests[] = {
        {up_is_open ? (up.start == up.end ? up.from : up.to) : -1, up.start == up.end ? POLLIN : POLLOUT, 0},
        {down.start == down.end ? down.from : down.to, down.start == down.end ? POLLIN : POLLOUT, 0},
    };
    if (poll(requests, 2, -1) < 0) continue;
    if (requests[0].revents != 0 && !move(&up)) {
      close(up.to);
      up_is_open = 0;
    }
    if (requests[1].revents != 0 && !move(&down)) break;
  }
  int status = 0;
  waitpid(server, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
