/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream-x86_64.c - stores past the caches, by what every such processor has.
 */
#include <emmintrin.h>
#include <string.h>

#include "nvlf_internal.h"

void nvlf_stream(uint8_t *dst, const uint8_t *src, uint64_t n)
{
    uint64_t head = -(uintptr_t)dst % 16;

    if (n < 64 + head) {
        memcpy(dst, src, n);
        return;
    }
    memcpy(dst, src, head);
    for (dst += head, src += head, n -= head; n >= 64;
         dst += 64, src += 64, n -= 64) {
        const __m128i *from = (const __m128i *)src;
        __m128i *to = (__m128i *)dst;
        __m128i a = _mm_loadu_si128(from), b = _mm_loadu_si128(from + 1),
                c = _mm_loadu_si128(from + 2), d = _mm_loadu_si128(from + 3);

        _mm_stream_si128(to, a);
        _mm_stream_si128(to + 1, b);
        _mm_stream_si128(to + 2, c);
        _mm_stream_si128(to + 3, d);
    }
    memcpy(dst, src, n);
    /* Such stores are ordered with no other, before this. */
    _mm_sfence();
}
