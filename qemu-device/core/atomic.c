/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * atomic.c - remote atomics on words of HBM.
 *
 * Guest CPUs store to the same word through windows and BARs, and under KVM or
 * multi-threaded TCG their atomics are host atomics: so are these, never a
 * read and a write. What is computed is a function of the word as it was; the
 * result is put there by compare-and-swap, and computed anew where somebody
 * was faster. Where the host has no lock-free atomics of 64 bits and no
 * compare-and-swap of 128 the device must not be built: see hw/meson.build.
 */
#include "nvlf_internal.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "words and descriptors are little-endian");
_Static_assert(__atomic_always_lock_free(8, NULL),
               "a library's lock would not keep guest CPUs out");

/* ---- What is computed -------------------------------------------------- */

/* The new word; narrow ones come with zeroes above, and keep their size. */
typedef uint64_t compute(uint64_t old, uint64_t operand);

static uint64_t add(uint64_t old, uint64_t operand)
{
    return old + operand;
}

static uint64_t sub(uint64_t old, uint64_t operand)
{
    return old - operand;
}

static uint64_t inc(uint64_t old, uint64_t operand)
{
    return old >= operand ? 0 : old + 1;
}

static uint64_t dec(uint64_t old, uint64_t operand)
{
    return !old || old > operand ? operand : old - 1;
}

static uint64_t min(uint64_t old, uint64_t operand)
{
    return old < operand ? old : operand;
}

static uint64_t max(uint64_t old, uint64_t operand)
{
    return old > operand ? old : operand;
}

static uint64_t min_s32(uint64_t old, uint64_t operand)
{
    return (int32_t)old < (int32_t)operand ? old : operand;
}

static uint64_t max_s32(uint64_t old, uint64_t operand)
{
    return (int32_t)old > (int32_t)operand ? old : operand;
}

static uint64_t min_s64(uint64_t old, uint64_t operand)
{
    return (int64_t)old < (int64_t)operand ? old : operand;
}

static uint64_t max_s64(uint64_t old, uint64_t operand)
{
    return (int64_t)old > (int64_t)operand ? old : operand;
}

static uint64_t bit_and(uint64_t old, uint64_t operand)
{
    return old & operand;
}

static uint64_t bit_or(uint64_t old, uint64_t operand)
{
    return old | operand;
}

static uint64_t bit_xor(uint64_t old, uint64_t operand)
{
    return old ^ operand;
}

/* CAS as well, where it is to store; wide words are not computed but put. */
static uint64_t swap(uint64_t old, uint64_t operand)
{
    return operand;
}

/* Which operation there is on which type, and how */
/* clang-format off */
static compute *const computes[TRN4_ATOMICS][TRN4_TYPES] = {
    [TRN4_ATOMIC_ADD] = {
        [TRN4_TYPE_U32] = add,
        [TRN4_TYPE_U64] = add,
        [TRN4_TYPE_F32] = nvlf_f32_sum,
        [TRN4_TYPE_F64] = nvlf_f64_sum,
        [TRN4_TYPE_F16X2] = nvlf_f16x2_sum,
        [TRN4_TYPE_BF16X2] = nvlf_bf16x2_sum,
        [TRN4_TYPE_F32X4] = nvlf_f32_sum,
    },
    [TRN4_ATOMIC_SWAP] = {
        [TRN4_TYPE_U32] = swap,
        [TRN4_TYPE_U64] = swap,
        [TRN4_TYPE_U128] = swap,
    },
    [TRN4_ATOMIC_CAS] = {
        [TRN4_TYPE_U32] = swap,
        [TRN4_TYPE_U64] = swap,
        [TRN4_TYPE_U128] = swap,
    },
    [TRN4_ATOMIC_SUB] = {
        [TRN4_TYPE_U32] = sub,
        [TRN4_TYPE_U64] = sub,
    },
    [TRN4_ATOMIC_INC] = {
        [TRN4_TYPE_U32] = inc,
        [TRN4_TYPE_U64] = inc,
    },
    [TRN4_ATOMIC_DEC] = {
        [TRN4_TYPE_U32] = dec,
        [TRN4_TYPE_U64] = dec,
    },
    [TRN4_ATOMIC_MIN] = {
        [TRN4_TYPE_U32] = min,
        [TRN4_TYPE_U64] = min,
        [TRN4_TYPE_S32] = min_s32,
        [TRN4_TYPE_S64] = min_s64,
        [TRN4_TYPE_F32] = nvlf_f32_min,
        [TRN4_TYPE_F64] = nvlf_f64_min,
        [TRN4_TYPE_F16X2] = nvlf_f16x2_min,
        [TRN4_TYPE_BF16X2] = nvlf_bf16x2_min,
    },
    [TRN4_ATOMIC_MAX] = {
        [TRN4_TYPE_U32] = max,
        [TRN4_TYPE_U64] = max,
        [TRN4_TYPE_S32] = max_s32,
        [TRN4_TYPE_S64] = max_s64,
        [TRN4_TYPE_F32] = nvlf_f32_max,
        [TRN4_TYPE_F64] = nvlf_f64_max,
        [TRN4_TYPE_F16X2] = nvlf_f16x2_max,
        [TRN4_TYPE_BF16X2] = nvlf_bf16x2_max,
    },
    [TRN4_ATOMIC_AND] = {
        [TRN4_TYPE_U32] = bit_and,
        [TRN4_TYPE_U64] = bit_and,
    },
    [TRN4_ATOMIC_OR] = {
        [TRN4_TYPE_U32] = bit_or,
        [TRN4_TYPE_U64] = bit_or,
    },
    [TRN4_ATOMIC_XOR] = {
        [TRN4_TYPE_U32] = bit_xor,
        [TRN4_TYPE_U64] = bit_xor,
    },
};
/* clang-format on */

/* Bytes of each type, and of the words that it changes each as a whole */
static const struct {
    uint8_t size;
    uint8_t word;
} types[TRN4_TYPES] = {
    [TRN4_TYPE_U32] = { 4, 4 },    [TRN4_TYPE_U64] = { 8, 8 },
    [TRN4_TYPE_U128] = { 16, 16 }, [TRN4_TYPE_S32] = { 4, 4 },
    [TRN4_TYPE_S64] = { 8, 8 },    [TRN4_TYPE_F32] = { 4, 4 },
    [TRN4_TYPE_F64] = { 8, 8 },    [TRN4_TYPE_F16X2] = { 4, 4 },
    [TRN4_TYPE_BF16X2] = { 4, 4 }, [TRN4_TYPE_F32X4] = { 16, 4 },
};

/* The types that operation @kind works on, a bit for each */
uint32_t nvlf_atomic_types(unsigned int kind)
{
    uint32_t set = 0;
    unsigned int t;

    for (t = 0; kind < TRN4_ATOMICS && t < TRN4_TYPES; t++) {
        if (computes[kind][t]) {
            set |= 1u << t;
        }
    }
    return set;
}

/* Bytes of a word of @type, which is one of enum trn4_type */
unsigned int nvlf_atomic_size(unsigned int type)
{
    return types[type].size;
}

/* ---- How it gets there ------------------------------------------------- */

/* A word, its operands and what it was before */
struct word {
    void *ptr;
    compute *compute;
    bool compares;
    uint64_t operand[2];
    uint64_t compare[2];
    uint64_t old[2];
};

static bool apply_32(struct word *w)
{
    uint32_t *ptr = w->ptr, old = __atomic_load_n(ptr, __ATOMIC_SEQ_CST), new;
    bool stores;

    do {
        stores = !w->compares || old == w->compare[0];
        new = w->compute(old, w->operand[0]);
    } while (stores &&
             !__atomic_compare_exchange_n(ptr, &old, new, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    w->old[0] = old;
    return stores;
}

static bool apply_64(struct word *w)
{
    uint64_t *ptr = w->ptr, old = __atomic_load_n(ptr, __ATOMIC_SEQ_CST), new;
    bool stores;

    do {
        stores = !w->compares || old == w->compare[0];
        new = w->compute(old, w->operand[0]);
    } while (stores &&
             !__atomic_compare_exchange_n(ptr, &old, new, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    w->old[0] = old;
    return stores;
}

static unsigned __int128 wide(const uint64_t half[2])
{
    return (unsigned __int128)half[1] << 64 | half[0];
}

/*
 * By the older builtin: the newer one calls a library, which may take a lock.
 * What is there is guessed at first, and then known.
 */
static bool apply_128(struct word *w)
{
    unsigned __int128 guess = wide(w->compare), old;

    for (;;) {
        old = __sync_val_compare_and_swap((unsigned __int128 *)w->ptr, guess,
                                          wide(w->operand));
        if (old == guess || w->compares) {
            break;
        }
        guess = old;
    }
    w->old[0] = old;
    w->old[1] = old >> 64;
    return old == guess;
}

/* Each of the words by itself; the 16 bytes change at no one moment. */
static bool apply_32x4(struct word *w)
{
    const struct word all = *w;
    unsigned int i;

    w->old[0] = 0;
    w->old[1] = 0;
    for (i = 0; i < 4; i++) {
        struct word one = {
            .ptr = (uint32_t *)all.ptr + i,
            .compute = all.compute,
            .operand = { (uint32_t)(all.operand[i / 2] >> i % 2 * 32) },
        };

        apply_32(&one);
        w->old[i / 2] |= one.old[0] << i % 2 * 32;
    }
    return true;
}

/*
 * The operation @d, which was found good, on the word at @ptr. @old gets what
 * was there before. Returns whether anything was written.
 */
bool nvlf_atomic(void *ptr, const struct trn4_desc *d, uint64_t old[2])
{
    struct word w = {
        .ptr = ptr,
        .compute = computes[d->kind][d->type],
        .compares = d->kind == TRN4_ATOMIC_CAS,
        .operand = { d->atomic.operand[0], d->atomic.operand[1] },
        .compare = { d->atomic.compare[0], d->atomic.compare[1] },
    };
    bool stored;

    if (types[d->type].size != types[d->type].word) {
        stored = apply_32x4(&w);
    } else if (types[d->type].word == 16) {
        stored = apply_128(&w);
    } else if (types[d->type].word == 8) {
        stored = apply_64(&w);
    } else {
        stored = apply_32(&w);
    }
    old[0] = w.old[0];
    old[1] = w.old[1];
    return stored;
}
