#ifndef CZ_DIGEST_H
#define CZ_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/// An incremental SHA-256 (FIPS 180-4): room for the state of the library that computes it, and nothing to free.
typedef struct {
  uint64_t words[16];
} cz_sha256;

void cz_sha256_start(cz_sha256 *state);
void cz_sha256_add(cz_sha256 *state, const uint8_t *bytes, size_t count);
void cz_sha256_finish(cz_sha256 *state, uint8_t digest[32]);

#endif
