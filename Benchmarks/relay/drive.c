// A host that calls one tool over and over, and measures round trips, CPU, memory and start. Prints one JSON object.
//   drive [-n CALLS] [-w WARM_UP] [-k IN_FLIGHT] [-b ARGUMENT_BYTES] [-s] COMMAND [ARG…]
// With -s it only starts the command, waits for the first answer and ends the command, CALLS times.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int to_peer, from_peer;
static pid_t peer;
static char *in;
static size_t in_capacity = 1 << 20, in_held, in_searched;

static void fail(const char *what) {
  fprintf(stderr, "drive: %s\n", what);
  if (peer > 0) kill(peer, SIGKILL);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void start(char **command) {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) fail("pipe");
  peer = fork();
  if (peer == 0) {
    dup2(input[0], 0);
    dup2(output[1], 1);
    execvp(command[0], command);
    _exit(127);
  }
  close(input[0]);
  close(output[1]);
  to_peer = input[1];
  from_peer = output[0];
  fcntl(to_peer, F_SETFL, O_NONBLOCK);
  fcntl(from_peer, F_SETFL, O_NONBLOCK);
  in_held = in_searched = 0;
}

static void finish(void) {
  close(to_peer);
  for (int waited = 0; waitpid(peer, NULL, WNOHANG) == 0; waited++) {
    usleep(1000);
    if (waited == 3000) kill(peer, SIGKILL);
  }
  close(from_peer);
}

// The bytes to write, as a queue of one buffer.
static char *out;
static size_t out_capacity, out_start, out_end;

static void queue(const char *bytes, size_t count) {
  if (out_start == out_end) out_start = out_end = 0;
  if (out_end + count > out_capacity) {
    memmove(out, out + out_start, out_end - out_start);
    out_end -= out_start;
    out_start = 0;
    if (out_end + count > out_capacity) out = realloc(out, out_capacity = 2 * (out_end + count));
  }
  memcpy(out + out_end, bytes, count);
  out_end += count;
}

static void flush_out(void) {
  while (out_start < out_end) {
    ssize_t count = write(to_peer, out + out_start, out_end - out_start);
    if (count < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      fail("it reads no longer");
    }
    out_start += (size_t)count;
  }
}

// Calls `take` for each line that has arrived; waits for at least one byte, or for room to write.
static void turn(void (*take)(const char *line, size_t count)) {
  flush_out();
  struct pollfd requests[] = {{from_peer, POLLIN, 0}, {out_start < out_end ? to_peer : -1, POLLOUT, 0}};
  int ready = poll(requests, 2, 20000);
  if (ready == 0) fail("no answer within 20 seconds");
  if (requests[0].revents == 0) return;
  if (in_held == in_capacity) in = realloc(in, in_capacity *= 2);
  ssize_t count = read(from_peer, in + in_held, in_capacity - in_held);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) fail("it ended");
  in_held += (size_t)count;
  size_t begin = 0;
  char *newline;
  while ((newline = memchr(in + in_searched, '\n', in_held - in_searched)) != NULL) {
    take(in + begin, (size_t)(newline - in) - begin);
    begin = in_searched = (size_t)(newline - in) + 1;
  }
  memmove(in, in + begin, in_held - begin);
  in_held -= begin;
  in_searched = in_held;
}

static uint64_t *sent_at, *took;
static long answered, refused, offset;

static void take_answer(const char *line, size_t count) {
  uint64_t at = now();
  size_t head = count < 512 ? count : 512;
  const char *id = memmem(line, head, "\"id\":", 5);
  if (id == NULL) id = memmem(line + count - head, head, "\"id\":", 5);
  if (id == NULL) return;
  long number = strtol(id + 5, NULL, 10) - offset;
  if (number < 0) return;
  took[number] = at - sent_at[number];
  if (memmem(line, count, "\"result\"", 8) == NULL || memmem(line + count - head, head, "\"isError\":true", 14) != NULL)
    refused++;
  answered++;
}

static int first_came;
static void take_first(const char *line, size_t count) {
  if (memmem(line, count, "\"id\"", 4) != NULL) first_came = 1;
}

static const char *hello =
    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
    "\"capabilities\":{},\"clientInfo\":{\"name\":\"drive\",\"version\":\"1\"}}}\n";
static const char *initialized = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";

static void greet(void) {
  first_came = 0;
  queue(hello, strlen(hello));
  while (!first_came) turn(take_first);
}

static char *argument;
static void make_argument(size_t count) {
  static const char *words[] = {"write ", "this ", "into ", "section ", "4 ", "of ", "the ", "plan: ", "budget ",
                                "2026, ", "draft ", "three; ", "owner ", "finance ", "team. ", "Next ", "review ", "in ",
                                "14 ", "days, "};
  unsigned state = 11;
  size_t length = 0;
  argument = malloc(count + 1);
  while (length < count) {
    state = state * 1103515245u + 12345u;
    const char *word = words[(state >> 16) % (sizeof words / sizeof *words)];
    size_t part = strlen(word);
    if (part > count - length) part = count - length;
    memcpy(argument + length, word, part);
    length += part;
  }
  argument[count] = 0;
}

static void call(long number) {
  static char *line;
  static size_t length;
  static char head[200];
  if (line == NULL) {
    line = malloc(strlen(argument) + 100);
    length = (size_t)sprintf(line, ",\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{\"text\":\"%s\"}}}\n",
                             argument);
  }
  int count = sprintf(head, "{\"jsonrpc\":\"2.0\",\"id\":%ld", number + offset);
  sent_at[number] = now();
  queue(head, (size_t)count);
  queue(line, length);
}

static int compare(const void *a, const void *b) {
  uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
  return first < second ? -1 : first > second;
}

// What the processes beneath this one used and hold; the server, which is called `echo`, is counted separately.
struct usage {
  uint64_t cpu, server_cpu;
  long resident, proportional, processes;
};

static uint64_t cpu_of(pid_t process) {
  char path[80], text[200];
  uint64_t sum = 0;
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *tasks = opendir(path);
  struct dirent *entry;
  while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
    char file[400];
    if (entry->d_name[0] == '.') continue;
    snprintf(file, sizeof file, "%s/%s/schedstat", path, entry->d_name);
    FILE *stream = fopen(file, "r");
    if (stream == NULL) continue;
    if (fgets(text, sizeof text, stream) != NULL) sum += strtoull(text, NULL, 10);
    fclose(stream);
  }
  if (tasks != NULL) closedir(tasks);
  return sum;
}

static long field_of(pid_t process, const char *name, const char *field) {
  char path[80], text[300];
  long value = 0;
  snprintf(path, sizeof path, "/proc/%d/%s", process, name);
  FILE *stream = fopen(path, "r");
  if (stream == NULL) return 0;
  while (fgets(text, sizeof text, stream) != NULL)
    if (strncmp(text, field, strlen(field)) == 0) value = strtol(text + strlen(field), NULL, 10);
  fclose(stream);
  return value;
}

static void add(pid_t process, struct usage *usage) {
  char path[80], name[64] = "";
  snprintf(path, sizeof path, "/proc/%d/comm", process);
  FILE *stream = fopen(path, "r");
  if (stream == NULL) return;
  if (fgets(name, sizeof name, stream) == NULL) name[0] = 0;
  fclose(stream);
  if (strcmp(name, "echo\n") == 0) {
    usage->server_cpu += cpu_of(process);
  } else {
    usage->cpu += cpu_of(process);
    long resident = field_of(process, "status", "VmRSS:");
    usage->processes++;
    if (resident > usage->resident) usage->resident = resident;
    usage->proportional += field_of(process, "smaps_rollup", "Pss:");
  }
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *tasks = opendir(path);
  struct dirent *entry;
  while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
    char file[400];
    if (entry->d_name[0] == '.') continue;
    snprintf(file, sizeof file, "%s/%s/children", path, entry->d_name);
    FILE *children = fopen(file, "r");
    int child;
    if (children == NULL) continue;
    while (fscanf(children, "%d", &child) == 1) add(child, usage);
    fclose(children);
  }
  if (tasks != NULL) closedir(tasks);
}

static struct usage usage(void) {
  struct usage result = {0};
  add(peer, &result);
  return result;
}

int main(int argc, char **argv) {
  long calls = 1000, warm_up = 200, in_flight = 1, bytes = 900;
  int starts = 0, option;
  while ((option = getopt(argc, argv, "+n:w:k:b:s")) != -1) switch (option) {
      case 'n': calls = atol(optarg); break;
      case 'w': warm_up = atol(optarg); break;
      case 'k': in_flight = atol(optarg); break;
      case 'b': bytes = atol(optarg); break;
      case 's': starts = 1; break;
      default: return 64;
    }
  if (optind >= argc) return 64;
  signal(SIGPIPE, SIG_IGN);
  in = malloc(in_capacity);
  took = calloc((size_t)(calls + warm_up), sizeof *took);
  sent_at = calloc((size_t)(calls + warm_up), sizeof *sent_at);
  if (starts) {
    for (long index = 0; index < calls; index++) {
      uint64_t begin = now();
      start(argv + optind);
      greet();
      took[index] = now() - begin;
      finish();
    }
    qsort(took, (size_t)calls, sizeof *took, compare);
    printf("{\"starts\":%ld,\"start_p50_us\":%.1f,\"start_p99_us\":%.1f}\n", calls, took[calls / 2] / 1e3,
           took[calls * 99 / 100] / 1e3);
    return 0;
  }

  start(argv + optind);
  greet();
  queue(initialized, strlen(initialized));
  make_argument((size_t)bytes);
  usleep(300000);
  struct usage resting = usage(), before = resting;
  offset = 1;
  uint64_t begin = 0;
  long total = calls + warm_up;
  for (long next = 0; answered < total;) {
    if (begin == 0 && answered >= warm_up) {
      before = usage();
      begin = now();
    }
    // The warm-up ends with nothing in flight.
    long until = begin == 0 ? warm_up : total;
    while (next < until && next - answered < in_flight) call(next++);
    turn(take_answer);
  }
  uint64_t wall = now() - begin;
  struct usage after = usage();
  qsort(took + warm_up, (size_t)calls, sizeof *took, compare);
  uint64_t *sorted = took + warm_up;
  printf(
      "{\"calls\":%ld,\"in_flight\":%ld,\"argument_bytes\":%ld,\"refused\":%ld,\"p50_us\":%.2f,\"p90_us\":%.2f,"
      "\"p99_us\":%.2f,\"wall_us_per_call\":%.2f,\"cpu_us_per_call\":%.2f,\"server_cpu_us_per_call\":%.2f,"
      "\"resting_kb\":%ld,\"resident_kb\":%ld,\"proportional_kb\":%ld,\"processes\":%ld}\n",
      calls, in_flight, bytes, refused, sorted[calls / 2] / 1e3, sorted[calls * 9 / 10] / 1e3,
      sorted[calls * 99 / 100] / 1e3, wall / 1e3 / calls, (after.cpu - before.cpu) / 1e3 / calls,
      (after.server_cpu - before.server_cpu) / 1e3 / calls, resting.resident, after.resident, after.proportional,
      after.processes);
  fflush(stdout);
  finish();
  return 0;
}
