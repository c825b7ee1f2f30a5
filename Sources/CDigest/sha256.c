#include "CDigest.h"

// OpenSSL's block functions and Apple's use the CPU's own instructions for SHA-256 if it has them, five to ten times
// faster than portable code. OpenSSL deprecates these functions in favor of EVP, which would bring its providers along:
// ten times the code of the whole relay, set up at each start. They have no other fault.
#ifdef __APPLE__
#include <CommonCrypto/CommonDigest.h>
typedef CC_SHA256_CTX library_state;
#define library_start CC_SHA256_Init
#define library_add(state, bytes, count)                                            \
  for (size_t rest = count; rest > 0;) {                                            \
    CC_LONG part = rest > UINT32_MAX ? UINT32_MAX : (CC_LONG)rest;                  \
    CC_SHA256_Update(state, bytes + (count - rest), part);                          \
    rest -= part;                                                                   \
  }
#define library_finish CC_SHA256_Final
#else
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
typedef SHA256_CTX library_state;
#define library_start SHA256_Init
#define library_add SHA256_Update
#define library_finish SHA256_Final
#endif

_Static_assert(sizeof(library_state) <= sizeof(cz_sha256), "the state has room");
_Static_assert(_Alignof(library_state) <= _Alignof(cz_sha256), "the state is aligned");

void cz_sha256_start(cz_sha256 *state) { library_start((library_state *)state); }

void cz_sha256_add(cz_sha256 *state, const uint8_t *bytes, size_t count) {
  library_add((library_state *)state, bytes, count);
}

void cz_sha256_finish(cz_sha256 *state, uint8_t digest[32]) { library_finish(digest, (library_state *)state); }
