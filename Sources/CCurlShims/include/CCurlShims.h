#ifndef CZ_CURL_SHIMS_H
#define CZ_CURL_SHIMS_H

#include <curl/curl.h>

/// Initializes libcurl so that it overwrites memory before freeing it, since keys pass through its buffers. If libcurl
/// is already initialized in this process, it goes on as it was.
CURLcode cz_curl_global_init(void);

// Swift can't call variadic functions such as curl_easy_setopt(3), so there is one function for each kind of value.

CURLcode cz_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode cz_curl_set_size(CURL *handle, CURLoption option, curl_off_t value);

/// The text is copied.
CURLcode cz_curl_set_text(CURL *handle, CURLoption option, const char *text);

/// For data, and for the first argument of callbacks. Nothing is copied.
CURLcode cz_curl_set_pointer(CURL *handle, CURLoption option, const void *pointer);
CURLcode cz_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *list);

/// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION.
CURLcode cz_curl_set_receiver(CURL *handle, CURLoption option, size_t (*receive)(char *, size_t, size_t, void *));
CURLcode cz_curl_set_progress(
    CURL *handle, int (*progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t));

/// The status of the last answer; 0 if there was none.
long cz_curl_status(CURL *handle);

/// Overwrites the texts of a list, one of which holds a key, and frees it.
void cz_curl_free_secret_list(struct curl_slist *list);

#endif
