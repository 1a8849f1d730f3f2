/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * atomic.c - remote atomics on a word of HBM.
 *
 * Guest CPUs store to the same word through windows and BARs, and under KVM or
 * multi-threaded TCG their atomics are host atomics: so are these, never a
 * read and a write. Where the host has no lock-free 64-bit atomics the device
 * must not be built.
 */
#include "nvlf_internal.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "words and descriptors are little-endian");
_Static_assert(__atomic_always_lock_free(8, NULL),
               "a library's lock would not keep guest CPUs out");

/*
 * The operation @d on @word, which is aligned to d->width, 4 or 8. @old gets
 * what was there before. Returns whether the word was written.
 */
bool nvlf_atomic(void *word, const struct trn4_desc *d, uint64_t *old)
{
    uint32_t *w32 = word, expected32 = d->compare;
    uint64_t *w64 = word, expected64 = d->compare;
    bool wide = d->width == 8;
    bool swapped;

    switch (d->atomic) {
    case TRN4_ATOMIC_ADD:
        *old = wide ? __atomic_fetch_add(w64, d->operand, __ATOMIC_SEQ_CST)
                    : __atomic_fetch_add(w32, d->operand, __ATOMIC_SEQ_CST);
        return true;
    case TRN4_ATOMIC_SWAP:
        *old = wide ? __atomic_exchange_n(w64, d->operand, __ATOMIC_SEQ_CST)
                    : __atomic_exchange_n(w32, d->operand, __ATOMIC_SEQ_CST);
        return true;
    default:
        if (wide) {
            swapped = __atomic_compare_exchange_n(w64, &expected64, d->operand,
                                                  false, __ATOMIC_SEQ_CST,
                                                  __ATOMIC_SEQ_CST);
            *old = expected64;
        } else {
            swapped = __atomic_compare_exchange_n(w32, &expected32, d->operand,
                                                  false, __ATOMIC_SEQ_CST,
                                                  __ATOMIC_SEQ_CST);
            *old = expected32;
        }
        return swapped;
    }
}
