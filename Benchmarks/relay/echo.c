// A minimal MCP server: it answers each request by its id, and a call with a text.
//   echo RESULT_BYTES
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *text;
static size_t text_length;

static void write_all(const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(1, bytes, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      exit(1);
    }
    bytes += written;
    count -= (size_t)written;
  }
}

// The words of Benchmarks/relay/drive.c: plain text, as in a file or a page.
static void make_text(size_t count) {
  static const char *words[] = {"the ", "quarter ", "report ", "says ", "that ", "revenue ", "grew ", "by ", "12.5 ",
                                "percent, ", "while ", "costs ", "of ", "2048 ", "units ", "fell. ", "See ", "page ",
                                "7 ", "for ", "details; "};
  unsigned state = 7;
  text = malloc(count + 16);
  while (text_length < count) {
    state = state * 1103515245u + 12345u;
    const char *word = words[(state >> 16) % (sizeof words / sizeof *words)];
    size_t length = strlen(word);
    if (length > count - text_length) length = count - text_length;
    memcpy(text + text_length, word, length);
    text_length += length;
  }
}

static int holds(const char *line, size_t count, const char *wanted) {
  return memmem(line, count, wanted, strlen(wanted)) != NULL;
}

static void answer(const char *line, size_t count) {
  // The envelope is in the first bytes, whatever the size of the call; a rewritten line may have it last.
  size_t head = count < 512 ? count : 512;
  const char *id = memmem(line, head, "\"id\":", 5);
  if (id == NULL && count > head) id = memmem(line + count - head, head, "\"id\":", 5);
  if (id == NULL || !holds(line, count, "\"method\"")) return;
  id += 5;
  while (*id == ' ') id++;
  size_t id_length = strcspn(id, ",}");
  static char *out;
  if (out == NULL) out = malloc(text_length + 4096);
  size_t length = (size_t)sprintf(out, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":", (int)id_length, id);
  if (holds(line, head, "\"tools/call\"") || (count > head && holds(line + count - head, head, "\"tools/call\""))) {
    length += (size_t)sprintf(out + length, "{\"content\":[{\"type\":\"text\",\"text\":\"");
    memcpy(out + length, text, text_length);
    length += text_length;
    length += (size_t)sprintf(out + length, "\"}],\"isError\":false}}\n");
  } else if (holds(line, head, "\"initialize\"")) {
    length += (size_t)sprintf(out + length,
                              "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{"
                              "\"name\":\"echo\",\"version\":\"1\"}}}\n");
  } else if (holds(line, head, "\"tools/list\"")) {
    length += (size_t)sprintf(out + length,
                              "{\"tools\":[{\"name\":\"echo\",\"description\":\"Says it again\",\"inputSchema\":{\"type\":"
                              "\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}}]}}\n");
  } else {
    length += (size_t)sprintf(out + length, "{}}\n");
  }
  write_all(out, length);
}

int main(int argc, char **argv) {
  make_text(argc > 1 ? strtoul(argv[1], NULL, 10) : 100);
  size_t capacity = 1 << 20, held = 0, searched = 0;
  char *buffer = malloc(capacity);
  while (1) {
    if (held == capacity) buffer = realloc(buffer, capacity *= 2);
    ssize_t count = read(0, buffer + held, capacity - held);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    held += (size_t)count;
    size_t start = 0;
    char *newline;
    while ((newline = memchr(buffer + searched, '\n', held - searched)) != NULL) {
      answer(buffer + start, (size_t)(newline - buffer) - start);
      start = searched = (size_t)(newline - buffer) + 1;
    }
    memmove(buffer, buffer + start, held - start);
    held -= start;
    searched = held;
  }
}
