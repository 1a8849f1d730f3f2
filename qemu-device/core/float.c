/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * float.c - arithmetic of the engine on floating point numbers, given as their
 * bits: f64, f32, and the two halves of words of f16 or bf16.
 *
 * The host computes in f64 and f32 as IEEE 754 has it. The narrow formats are
 * computed in f32 and rounded once more: f32 has more than twice their digits
 * and two, so that the sum of two comes out as if it were rounded once.
 *
 * What is not a number has one form, the quiet one with no payload. The lesser
 * and the greater of a number and what is none is the number, and -0 is less
 * than +0: IEEE 754-2019's minimumNumber and maximumNumber.
 */
#include <string.h>

#include "nvlf_internal.h"

#define F64_NAN  0x7ff8000000000000ull
#define F32_NAN  0x7fc00000u
#define F16_NAN  0x7e00u
#define F16_INF  0x7c00u
#define BF16_NAN 0x7fc0u

/* The least f16 that there is, of which all subnormal ones are multiples */
#define F16_LEAST (1.0f / (1 << 24))

/* Exponents of f32 and f16 differ by this much, in place */
#define F16_BIAS (112u << 23)

static double f64_of(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint64_t f64_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return value != value ? F64_NAN : bits;
}

static float f32_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint32_t f32_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return value != value ? F32_NAN : bits;
}

static float f16_of(uint16_t bits)
{
    uint32_t sign = (bits & 0x8000u) << 16;
    uint32_t rest = bits & 0x7fffu;

    if (rest >= F16_INF) {
        return f32_of(sign | 0x7f800000 | (rest & 0x3ff) << 13);
    }
    if (rest < 0x400) {
        return f32_of(sign | f32_bits(rest * F16_LEAST));
    }
    return f32_of(sign | ((rest << 13) + F16_BIAS));
}

static uint16_t f16_bits(float value)
{
    uint32_t bits = f32_bits(value);
    uint32_t sign = bits >> 16 & 0x8000;
    uint32_t rest = bits & 0x7fffffff;

    if (value != value) {
        return F16_NAN;
    }
    if (rest < 0x38800000) {
        /* Subnormal: adding 2^23 leaves what is to be kept in the low bits. */
        return sign | (f32_bits(f32_of(rest) / F16_LEAST + (1 << 23)) & 0x7ff);
    }
    if (rest >= 0x47800000) {
        return sign | F16_INF;
    }
    rest -= F16_BIAS;
    rest += 0xfff + (rest >> 13 & 1);
    return sign | rest >> 13;
}

static float bf16_of(uint16_t bits)
{
    return f32_of((uint32_t)bits << 16);
}

static uint16_t bf16_bits(float value)
{
    uint32_t bits = f32_bits(value);

    if (value != value) {
        return BF16_NAN;
    }
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/* What a narrow format takes to be computed in f32 */
struct narrow {
    float (*of)(uint16_t bits);
    uint16_t (*bits)(float value);
};

static const struct narrow f16 = { f16_of, f16_bits };
static const struct narrow bf16 = { bf16_of, bf16_bits };

/* Does @a come before @b, with numbers before what is none? */
static bool f64_less(double a, double b)
{
    if (a != a || b != b) {
        return b != b && a == a;
    }
    return a < b || (a == b && (f64_bits(a) >> 63) > (f64_bits(b) >> 63));
}

static double f64_min(double a, double b)
{
    return f64_less(b, a) ? b : a;
}

/* Numbers come before what is none here as well. */
static double f64_max(double a, double b)
{
    if (a != a || b != b) {
        return a != a ? b : a;
    }
    return f64_less(a, b) ? b : a;
}

static double f64_sum(double a, double b)
{
    return a + b;
}

/* f32 is exact in f64, but for sums. */
static float f32_min(float a, float b)
{
    return f64_min(a, b);
}

static float f32_max(float a, float b)
{
    return f64_max(a, b);
}

static float f32_sum(float a, float b)
{
    return a + b;
}

static uint64_t pair(const struct narrow *n, float (*op)(float a, float b),
                     uint64_t old, uint64_t operand)
{
    uint64_t word = 0;
    unsigned int at;

    for (at = 0; at < 32; at += 16) {
        float value = op(n->of(old >> at), n->of(operand >> at));

        word |= (uint64_t)n->bits(value) << at;
    }
    return word;
}

/* What atomic.c has in its table: the new word of @old and @operand */
#define DEFINE_FLOAT(op) \
    uint64_t nvlf_f64_##op(uint64_t old, uint64_t operand) \
    { \
        return f64_bits(f64_##op(f64_of(old), f64_of(operand))); \
    } \
    uint64_t nvlf_f32_##op(uint64_t old, uint64_t operand) \
    { \
        return f32_bits(f32_##op(f32_of(old), f32_of(operand))); \
    } \
    uint64_t nvlf_f16x2_##op(uint64_t old, uint64_t operand) \
    { \
        return pair(&f16, f32_##op, old, operand); \
    } \
    uint64_t nvlf_bf16x2_##op(uint64_t old, uint64_t operand) \
    { \
        return pair(&bf16, f32_##op, old, operand); \
    }

DEFINE_FLOAT(sum)
DEFINE_FLOAT(min)
DEFINE_FLOAT(max)
