#if __has_include(<curl/curl.h>)
#include <curl/curl.h>
#else
#error "<curl/curl.h> is missing: `apt install libcurl4-openssl-dev`, or `brew install curl`"
#endif
