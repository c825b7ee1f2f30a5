#include "CShims.h"

#include <stdbool.h>

// Vectors of the compiler's own: on every CPU they become what it has for comparing sixteen bytes at a time.
typedef uint8_t bytes16 __attribute__((ext_vector_type(16)));
typedef bool bits16 __attribute__((ext_vector_type(16)));

static inline bytes16 is_in(bytes16 bytes, uint8_t first, uint8_t count) {
  return (bytes16)((bytes - first) < (bytes16)count);
}

static inline uint64_t bits(bytes16 mask) {
  bits16 bits = __builtin_convertvector(mask, bits16);
  uint16_t word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

static inline uint8_t classify(const uint8_t *bytes, cz_byte_classes *classes) {
  cz_byte_classes result = {0, 0, 0, 0, 0};
  bytes16 seen = 0;
  for (int part = 0; part < 4; part++) {
    bytes16 chunk;
    memcpy(&chunk, bytes + 16 * part, sizeof chunk);
    seen |= chunk;
    bytes16 digits = is_in(chunk, '0', 10);
    bytes16 letters = is_in(chunk | 0x20, 'a', 26);
    bytes16 capitals = is_in(chunk, 'A', 26);
    bytes16 plus = (bytes16)(chunk == '+');
    bytes16 dash_dot = is_in(chunk, '-', 2);
    bytes16 tokens = digits | letters | plus | is_in(chunk, '-', 3) | (bytes16)(chunk == '=') |
                     (bytes16)(chunk == '_') | (bytes16)(chunk == '~');
    bytes16 grouped = digits | plus | (bytes16)(chunk == '-') | is_in(chunk, '(', 2) | is_in(chunk, 0x09, 5) | is_in(chunk, 0x1c, 5);
    int shift = 16 * part;
    result.digits |= bits(digits) << shift;
    result.capitals |= bits(digits | capitals) << shift;
    result.tokens |= bits(tokens) << shift;
    result.dashed |= bits(digits | dash_dot) << shift;
    result.grouped |= bits(grouped) << shift;
  }
  *classes = result;
  uint8_t all = 0;
  for (int place = 0; place < 16; place++) all |= seen[place];
  return all;
}

int cz_classify(const uint8_t *bytes, size_t count, cz_byte_classes *classes) {
  uint8_t seen = 0;
  size_t blocks = count / 64;
  for (size_t block = 0; block < blocks; block++) seen |= classify(bytes + 64 * block, classes + block);
  if (count % 64 > 0) {
    uint8_t rest[64] = {0};
    memcpy(rest, bytes + 64 * blocks, count % 64);
    seen |= classify(rest, classes + blocks);
  }
  return seen < 0x80;
}
