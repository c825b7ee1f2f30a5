#include "CCurlShims.h"

#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <malloc/malloc.h>
#define usable_size malloc_size
#else
#include <malloc.h>
#define usable_size malloc_usable_size
#endif

// MARK: Memory

// Through a volatile pointer, so that the compiler can't tell that nobody reads it.
static void wipe(void *memory, size_t count) {
  volatile char *byte = memory;
  for (; count > 0; count--) *byte++ = 0;
}

static void free_wiped(void *memory) {
  if (!memory) return;
  wipe(memory, usable_size(memory));
  free(memory);
}

static void *reallocate_wiped(void *memory, size_t count) {
  if (!memory) return malloc(count);
  size_t old = usable_size(memory);
  if (count && count <= old && count > old / 2) return memory;
  void *moved = malloc(count ? count : 1);
  if (!moved) return NULL;
  memcpy(moved, memory, old < count ? old : count);
  free_wiped(memory);
  return moved;
}

CURLcode cz_curl_global_init(void) {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free_wiped, reallocate_wiped, strdup, calloc);
}

// MARK: Options

CURLcode cz_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

CURLcode cz_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

CURLcode cz_curl_set_text(CURL *handle, CURLoption option, const char *text) {
  return curl_easy_setopt(handle, option, text);
}

CURLcode cz_curl_set_pointer(CURL *handle, CURLoption option, const void *pointer) {
  return curl_easy_setopt(handle, option, pointer);
}

CURLcode cz_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
  return curl_easy_setopt(handle, option, list);
}

CURLcode cz_curl_set_receiver(CURL *handle, CURLoption option, size_t (*receive)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(handle, option, receive);
}

CURLcode cz_curl_set_progress(
    CURL *handle, int (*progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t)) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
}

long cz_curl_status(CURL *handle) {
  long status = 0;
  return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

void cz_curl_free_secret_list(struct curl_slist *list) {
  for (struct curl_slist *item = list; item; item = item->next) {
    wipe(item->data, strlen(item->data));
  }
  curl_slist_free_all(list);
}
