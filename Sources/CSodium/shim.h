#if __has_include(<sodium.h>)
#include <sodium.h>
#else
#error "<sodium.h> is missing: `apt install libsodium-dev`, or `brew install libsodium`"
#endif
