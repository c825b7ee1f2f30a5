// The width has to be chosen before the header is read.
#define PCRE2_CODE_UNIT_WIDTH 8
#if __has_include(<pcre2.h>)
#include <pcre2.h>
#else
#error "<pcre2.h> is missing: `apt install libpcre2-dev`, or `brew install pcre2`"
#endif
