#if __has_include(<zstd.h>)
#include <zstd.h>
#else
#error "<zstd.h> is missing: `apt install libzstd-dev`, or `brew install zstd`"
#endif
