#if __has_include(<openssl/sha.h>)
#include <openssl/sha.h>
#else
#error "<openssl/sha.h> is missing: `apt install libssl-dev`, or `brew install openssl`"
#endif
