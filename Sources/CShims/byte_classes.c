#include "CShims.h"

#include <stdbool.h>

// Compiler vectors as long as a block: they become whatever the CPU has for comparing many bytes at a time. If one
// executable is for CPUs of several generations, it holds a variant for each.
typedef uint8_t block __attribute__((ext_vector_type(64)));
typedef bool block_bits __attribute__((ext_vector_type(64)));

#define IS_IN(bytes, first, count) ((block)(((bytes) - (uint8_t)(first)) < (uint8_t)(count)))
#define IS(bytes, byte) ((block)((bytes) == (uint8_t)(byte)))

static inline __attribute__((always_inline)) uint64_t bits(const block *mask) {
  block_bits bits = __builtin_convertvector(*mask, block_bits);
  uint64_t word;
  memcpy(&word, &bits, sizeof word);
  return word;
}

static inline __attribute__((always_inline)) uint8_t classify(const uint8_t *bytes, uint64_t *words, size_t stride) {
  block text;
  memcpy(&text, bytes, sizeof text);
  block digits = IS_IN(text, '0', 10);
  block capitals = digits | IS_IN(text, 'A', 26);
  block plus = IS(text, '+');
  block tokens = digits | IS_IN(text | 0x20, 'a', 26) | plus | IS_IN(text, '-', 3) | IS(text, '=') | IS(text, '_') |
                 IS(text, '~');
  block dashed = digits | IS_IN(text, '-', 2);
  block grouped =
      digits | plus | IS(text, '-') | IS_IN(text, '(', 2) | IS_IN(text, 0x09, 5) | IS_IN(text, 0x1c, 5);
  block marks = capitals | dashed | IS(text, ':') | IS(text, '=') | IS(text, '_') | IS(text, 'z');
  block beyond = IS_IN(text, 0x80, 0x80);
  const block *kinds[CZ_BYTE_KINDS] = {&digits, &capitals, &tokens, &dashed, &grouped, &marks};
  for (size_t kind = 0; kind < CZ_BYTE_KINDS; kind++) words[kind * stride] = bits(kinds[kind]);
  return bits(&beyond) != 0;
}

static inline __attribute__((always_inline)) int classify_all(const uint8_t *bytes, size_t count, uint64_t *words) {
  uint8_t beyond = 0;
  size_t full = count / 64;
  size_t stride = (count + 63) / 64;
  for (size_t number = 0; number < full; number++) beyond |= classify(bytes + 64 * number, words + number, stride);
  if (count % 64 > 0) {
    uint8_t rest[64] = {0};
    memcpy(rest, bytes + 64 * full, count % 64);
    beyond |= classify(rest, words + full, stride);
  }
  return !beyond;
}

// What the C library found out about the CPU when it started. To ask the CPU itself, as the compiler's own way of choosing
// a variant does at each start, takes 60 µs in a virtual machine, which answers in the CPU's place.
#if defined(__x86_64__) && defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 33)
#include <sys/platform/x86.h>
#define FEATURES_ARE_KNOWN
#endif
#endif

#ifdef FEATURES_ARE_KNOWN
#define FOR(features) __attribute__((target(features)))
FOR("avx512bw") static int classify_avx512(const uint8_t *bytes, size_t count, uint64_t *words) {
  return classify_all(bytes, count, words);
}
FOR("avx2") static int classify_avx2(const uint8_t *bytes, size_t count, uint64_t *words) {
  return classify_all(bytes, count, words);
}
#endif

int cz_classify(const uint8_t *bytes, size_t count, uint64_t *words) {
#ifdef FEATURES_ARE_KNOWN
  if (CPU_FEATURE_ACTIVE(AVX512BW)) return classify_avx512(bytes, count, words);
  if (CPU_FEATURE_ACTIVE(AVX2)) return classify_avx2(bytes, count, words);
#endif
  return classify_all(bytes, count, words);
}
