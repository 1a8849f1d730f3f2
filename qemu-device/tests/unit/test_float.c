/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_float.c - floating point of atomics against oracles that share nothing
 * with it: the host's own arithmetic for f32 and f64, _Float16 of the compiler
 * for f16, and for f16 and bf16 double arithmetic that is rounded here.
 */
#include <math.h>
#include <string.h>

#include "mock.h"

/* ---- Formats, and the oracle ----------------------------------------- */

struct format {
    const char *name;
    unsigned int fraction; /* bits of it that are stored */
    unsigned int exponent;
};

static const struct format f16 = { "f16", 10, 5 };
static const struct format bf16 = { "bf16", 7, 8 };
static const struct format f32 = { "f32", 23, 8 };
static const struct format f64 = { "f64", 52, 11 };

static unsigned int bits_of(const struct format *t)
{
    return 1 + t->exponent + t->fraction;
}

static uint64_t sign_of(const struct format *t)
{
    return 1ull << (bits_of(t) - 1);
}

static uint64_t infinity(const struct format *t)
{
    return ((1ull << t->exponent) - 1) << t->fraction;
}

static uint64_t quiet(const struct format *t)
{
    return infinity(t) | 1ull << (t->fraction - 1);
}

static bool is_nan(const struct format *t, uint64_t bits)
{
    return (bits & ~sign_of(t)) > infinity(t);
}

static int bias(const struct format *t)
{
    return (1 << (t->exponent - 1)) - 1;
}

/* All of these formats are doubles, each number of them exactly */
static double decode(const struct format *t, uint64_t bits)
{
    uint64_t fraction = bits & ((1ull << t->fraction) - 1);
    int exponent = (bits & infinity(t)) >> t->fraction;
    double x;

    if (is_nan(t, bits)) {
        return NAN;
    }
    if ((bits & infinity(t)) == infinity(t)) {
        x = INFINITY;
    } else if (!exponent) {
        x = ldexp(fraction, 1 - bias(t) - t->fraction);
    } else {
        x = ldexp(fraction | 1ull << t->fraction,
                  exponent - bias(t) - t->fraction);
    }
    return bits & sign_of(t) ? -x : x;
}

/*
 * @x to the nearest, ties to even. A sum of two numbers that was rounded to a
 * double first comes out as if it had not been: double has more than twice the
 * bits of f16 and bf16, and what is subnormal there is exact in it.
 */
static uint64_t encode(const struct format *t, double x)
{
    uint64_t sign = signbit(x) ? sign_of(t) : 0;
    int exponent, least = 1 - bias(t), unit;
    uint64_t n;
    double scaled;

    if (isnan(x)) {
        return quiet(t);
    }
    if (isinf(x)) {
        return sign | infinity(t);
    }
    if (x == 0) {
        return sign;
    }
    x = fabs(x);
    exponent = ilogb(x);
    unit = (exponent < least ? least : exponent) - (int)t->fraction;
    scaled = ldexp(x, -unit);
    n = scaled;
    if (scaled - n > 0.5 || (scaled - n == 0.5 && n & 1)) {
        n++;
    }
    /* One more than all ones is the next exponent's first, in bits as well. */
    n += (uint64_t)(unit + (int)t->fraction - least) << t->fraction;
    return sign | (n > infinity(t) ? infinity(t) : n);
}

static uint64_t sum_by_oracle(const struct format *t, uint64_t a, uint64_t b)
{
    return encode(t, decode(t, a) + decode(t, b));
}

static bool less(const struct format *t, uint64_t a, uint64_t b)
{
    double x = decode(t, a), y = decode(t, b);

    return x < y || (x == 0 && y == 0 && signbit(x) && !signbit(y));
}

static uint64_t min_by_oracle(const struct format *t, uint64_t a, uint64_t b)
{
    if (is_nan(t, a) && is_nan(t, b)) {
        return quiet(t);
    }
    if (is_nan(t, a)) {
        return b;
    }
    return is_nan(t, b) || less(t, a, b) ? a : b;
}

static uint64_t max_by_oracle(const struct format *t, uint64_t a, uint64_t b)
{
    if (is_nan(t, a) && is_nan(t, b)) {
        return quiet(t);
    }
    if (is_nan(t, a)) {
        return b;
    }
    return is_nan(t, b) || less(t, b, a) ? a : b;
}

/* The host's own, of which only what is not a number is made canonical */
static uint64_t sum_by_host_32(uint64_t a, uint64_t b)
{
    volatile float x, y, sum;
    uint32_t a32 = a, b32 = b, bits;

    memcpy((void *)&x, &a32, 4);
    memcpy((void *)&y, &b32, 4);
    sum = x + y;
    memcpy(&bits, (void *)&sum, 4);
    return is_nan(&f32, bits) ? quiet(&f32) : bits;
}

static uint64_t sum_by_host_64(uint64_t a, uint64_t b)
{
    volatile double x, y, sum;
    uint64_t bits;

    memcpy((void *)&x, &a, 8);
    memcpy((void *)&y, &b, 8);
    sum = x + y;
    memcpy(&bits, (void *)&sum, 8);
    return is_nan(&f64, bits) ? quiet(&f64) : bits;
}

/* ---- Numbers --------------------------------------------------------- */

static uint64_t state;

static uint64_t random_64(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1d;
}

/*
 * Of each exponent many: any bits; or near @other, as sums of such lose bits,
 * or round; or a fraction that is all but ones or zeroes.
 */
static uint64_t random_bits(const struct format *t, uint64_t other)
{
    uint64_t all = sign_of(t) * 2 - 1, bits = random_64() & all;
    uint64_t fraction = (1ull << t->fraction) - 1;
    int exponent;

    switch (random_64() % 4) {
    case 0:
        exponent = (other & infinity(t)) >> t->fraction;
        exponent += (int)(random_64() % (2 * t->fraction + 7)) -
                    (int)t->fraction - 3;
        if (exponent < 0) {
            exponent = 0;
        }
        if (exponent > 2 * bias(t)) {
            exponent = 2 * bias(t);
        }
        bits &= ~infinity(t);
        return bits | (uint64_t)exponent << t->fraction;
    case 1:
        return (bits & ~fraction) | (random_64() % 3 & fraction);
    case 2:
        return (bits | fraction) - random_64() % 3;
    default:
        return bits;
    }
}

/* Of every kind: around zero, one, the edges of subnormal and of infinity */
static unsigned int specials(const struct format *t, uint64_t *into)
{
    const uint64_t least = 1ull << t->fraction;
    const uint64_t one = (uint64_t)bias(t) << t->fraction;
    /* Where a unit is 1, so that halves are ties */
    const uint64_t whole = (uint64_t)(bias(t) + t->fraction) << t->fraction;
    const uint64_t inf = infinity(t);
    const uint64_t list[] = {
        0,
        1,
        2,
        3,
        least / 2,
        least - 1,
        least,
        least + 1,
        2 * least - 1,
        2 * least,
        one - least,
        one - least + 1,
        one - 1,
        one,
        one + 1,
        one + least,
        whole - 1,
        whole,
        whole + 1,
        whole + 2,
        whole + 3,
        whole * 2 - one,
        inf - least - 1,
        inf - least,
        inf - least + 1,
        inf - 2,
        inf - 1,
        inf,
        inf + 1,
        inf + 2,
        inf + least / 2 - 1,
        quiet(t),
        quiet(t) + 1,
        inf + least - 1,
        /* Half a unit of the greatest, and the neighbours */
        inf - least * (t->fraction + 2),
        inf - least * (t->fraction + 2) + 1,
        inf - least * (t->fraction + 2) - 1,
    };
    unsigned int i, n = 0;

    for (i = 0; i < NVLF_COUNT(list); i++) {
        into[n++] = list[i] & (sign_of(t) - 1);
        into[n++] = (list[i] & (sign_of(t) - 1)) | sign_of(t);
    }
    return n;
}

#define SPECIALS 80

static void wrong(const struct format *t, const char *what, uint64_t a,
                  uint64_t b)
{
    if (tap_failures < TAP_FAILURES_SHOWN) {
        printf("# %s %s of 0x%" PRIx64 " and 0x%" PRIx64 "\n", t->name, what, a,
               b);
    }
}

/* ---- The oracle itself ----------------------------------------------- */

/* It and the host agree where the host has the format. */
static void the_oracle_is_good(void)
{
    uint64_t i;

    for (i = 0; i < 1 << 16; i++) {
        if (!is_nan(&f16, i)) {
            EQ(encode(&f16, decode(&f16, i)), i);
        }
        if (!is_nan(&bf16, i)) {
            EQ(encode(&bf16, decode(&bf16, i)), i);
        }
    }
    state = 1;
    for (i = 0; i < 200000; i++) {
        uint64_t a = random_bits(&f32, 0x3f800000);
        uint64_t b = random_bits(&f32, a);
        float host;
        uint32_t bits;

        /* Rounded once by each */
        host = decode(&f64, a << 32 | b);
        memcpy(&bits, &host, 4);
        EQ(encode(&f32, decode(&f64, a << 32 | b)),
           is_nan(&f32, bits) ? quiet(&f32) : bits);
        if (!EQ(sum_by_oracle(&f32, a, b), sum_by_host_32(a, b))) {
            wrong(&f32, "oracle", a, b);
        }
    }
    EQ(encode(&f16, 65519.999), 0x7bff);
    EQ(encode(&f16, 65520), 0x7c00);
    EQ(encode(&f16, ldexp(1, -25)), 0);
    EQ(encode(&f16, ldexp(1.0001, -25)), 1);
    EQ(encode(&f16, ldexp(3, -25)), 2);
    EQ(encode(&bf16, 1 + ldexp(1, -8)), 0x3f80);
    EQ(encode(&bf16, 1 + ldexp(3, -8)), 0x3f82);
}

/* ---- Words of one number --------------------------------------------- */

typedef uint64_t function(uint64_t old, uint64_t operand);

struct functions {
    const struct format *t;
    function *sum, *min, *max, *host;
};

static const struct functions single = { &f32, nvlf_f32_sum, nvlf_f32_min,
                                         nvlf_f32_max, sum_by_host_32 };
static const struct functions twice = { &f64, nvlf_f64_sum, nvlf_f64_min,
                                        nvlf_f64_max, sum_by_host_64 };

static void one_pair(const struct functions *f, uint64_t a, uint64_t b)
{
    if (!EQ(f->sum(a, b), f->host(a, b))) {
        wrong(f->t, "sum", a, b);
    }
    if (!EQ(f->min(a, b), min_by_oracle(f->t, a, b))) {
        wrong(f->t, "min", a, b);
    }
    if (!EQ(f->max(a, b), max_by_oracle(f->t, a, b))) {
        wrong(f->t, "max", a, b);
    }
}

static void pairs(const struct functions *f, unsigned int n)
{
    uint64_t s[SPECIALS], a, b;
    unsigned int i, j, count = specials(f->t, s);

    CHECK(count <= SPECIALS);
    for (i = 0; i < count; i++) {
        for (j = 0; j < count; j++) {
            one_pair(f, s[i], s[j]);
        }
    }
    state = 2;
    while (n--) {
        a = random_bits(f->t, s[n % count]);
        b = random_bits(f->t, a);
        one_pair(f, a, b);
    }
}

static void pairs_of_f32(void)
{
    pairs(&single, 500000);
}

static void pairs_of_f64(void)
{
    pairs(&twice, 500000);
}

/* By hand, to hang on no oracle */
static void by_hand(void)
{
    EQ(nvlf_f32_sum(0x80000000, 0x80000000), 0x80000000);
    EQ(nvlf_f32_sum(0x80000000, 0), 0);
    EQ(nvlf_f32_sum(0, 0x80000000), 0);
    EQ(nvlf_f32_sum(0xbf800000, 0x3f800000), 0);
    EQ(nvlf_f32_sum(0x007fffff, 0x00000001), 0x00800000);
    EQ(nvlf_f32_sum(0x00800000, 0x80000001), 0x007fffff);
    EQ(nvlf_f32_sum(0x7f800001, 0), 0x7fc00000);
    EQ(nvlf_f32_sum(0, 0xffffffff), 0x7fc00000);
    EQ(nvlf_f32_sum(0xff800000, 0x7f800000), 0x7fc00000);
    EQ(nvlf_f32_sum(0xff800000, 0xff7fffff), 0xff800000);
    /* Half a unit above the greatest is a tie, and goes to infinity. */
    EQ(nvlf_f32_sum(0x7f7fffff, 0x73000000), 0x7f800000);
    EQ(nvlf_f32_sum(0x7f7fffff, 0x72ffffff), 0x7f7fffff);
    EQ(nvlf_f32_min(0x80000000, 0), 0x80000000);
    EQ(nvlf_f32_min(0, 0x80000000), 0x80000000);
    EQ(nvlf_f32_max(0x80000000, 0), 0);
    EQ(nvlf_f32_max(0, 0x80000000), 0);
    EQ(nvlf_f32_min(0x7f800001, 0x7f800000), 0x7f800000);
    EQ(nvlf_f32_max(0xff800000, 0xffc00001), 0xff800000);
    EQ(nvlf_f32_max(0xffc00001, 0x7f800001), 0x7fc00000);
    EQ(nvlf_f64_sum(0xfff0000000000000, 0x7ff0000000000000),
       0x7ff8000000000000);
    EQ(nvlf_f64_sum(0x7ff0000000000001, 0), 0x7ff8000000000000);
    EQ(nvlf_f64_sum(1, 1), 2);
    EQ(nvlf_f64_min(0xfff8000000000001, 0x7ff0000000000001),
       0x7ff8000000000000);
    EQ(nvlf_f16x2_sum(0x7bff7bff, 0x4c004bff), 0x7c007bff);
    EQ(nvlf_f16x2_sum(0x00010001, 0x80018002), 0x00008001);
    EQ(nvlf_f16x2_sum(0x80008000, 0x80000000), 0x80000000);
    EQ(nvlf_f16x2_sum(0xfc017fff, 0x3c000000), 0x7e007e00);
    EQ(nvlf_bf16x2_sum(0x7f7f7f7f, 0x7b007aff), 0x7f807f7f);
    EQ(nvlf_bf16x2_sum(0x00010001, 0x80018002), 0x00008001);
    EQ(nvlf_bf16x2_sum(0xff817fff, 0x3f800000), 0x7fc07fc0);
    /* 1 + half a unit, to even both ways */
    EQ(nvlf_bf16x2_sum(0x3f803f81, 0x3b803b80), 0x3f803f82);
    EQ(nvlf_f16x2_sum(0x3c003c01, 0x10001000), 0x3c003c02);
}

/* ---- Words of two numbers -------------------------------------------- */

static const struct functions halves = { &f16, nvlf_f16x2_sum, nvlf_f16x2_min,
                                         nvlf_f16x2_max, NULL };
static const struct functions brains = { &bf16, nvlf_bf16x2_sum,
                                         nvlf_bf16x2_min, nvlf_bf16x2_max,
                                         NULL };

/* One in each half, each as if the other were not there */
static void two_pairs(const struct functions *f, uint64_t a, uint64_t b,
                      uint64_t c, uint64_t d)
{
    static const struct {
        const char *name;
        uint64_t (*oracle)(const struct format *t, uint64_t a, uint64_t b);
    } ops[] = {
        { "sum", sum_by_oracle },
        { "min", min_by_oracle },
        { "max", max_by_oracle },
    };
    function *const does[] = { f->sum, f->min, f->max };
    unsigned int i;

    for (i = 0; i < NVLF_COUNT(ops); i++) {
        uint64_t is = does[i](c << 16 | a, d << 16 | b);

        if (!EQ(is & 0xffff, ops[i].oracle(f->t, a, b))) {
            wrong(f->t, ops[i].name, a, b);
        }
        if (!EQ(is >> 16, ops[i].oracle(f->t, c, d))) {
            wrong(f->t, ops[i].name, c, d);
        }
    }
}

static void pairs_of_two(const struct functions *f, unsigned int n)
{
    uint64_t s[SPECIALS], a, b, c, d;
    unsigned int i, j, count = specials(f->t, s);

    for (i = 0; i < count; i++) {
        for (j = 0; j < count; j++) {
            two_pairs(f, s[i], s[j], s[j], s[(i + j) % count]);
        }
    }
    state = 3;
    while (n--) {
        a = random_bits(f->t, s[n % count]);
        b = random_bits(f->t, a);
        c = random_bits(f->t, s[n / 7 % count]);
        d = random_bits(f->t, c);
        two_pairs(f, a, b, c, d);
    }
}

static void pairs_of_f16(void)
{
    pairs_of_two(&halves, 300000);
}

static void pairs_of_bf16(void)
{
    pairs_of_two(&brains, 300000);
}

/* All numbers there are, with zeroes, themselves, and what they are not */
static void all_numbers(const struct functions *f)
{
    uint64_t sign = sign_of(f->t), i;

    for (i = 0; i < 1 << 16; i++) {
        uint64_t other = i ^ 0x5a5a, same;

        two_pairs(f, i, 0, other, sign);
        two_pairs(f, i, sign, other, 0);
        two_pairs(f, 0, i, sign, other);
        two_pairs(f, sign, i, 0, other);
        two_pairs(f, i, i, i, i ^ sign);
        two_pairs(f, i, quiet(f->t), quiet(f->t), i);
        two_pairs(f, i, i ^ 1, i ^ 1, i);
        /* As said in words: it stays, but for 0 + -0, and NaN of any kind */
        same = is_nan(f->t, i) ? quiet(f->t) : i;
        EQ(f->sum(i, sign), same);
        EQ(f->sum(i << 16 | sign, sign << 16 | i), same << 16 | same);
        EQ(f->sum(i, 0), i == sign ? 0 : same);
    }
}

static void all_f16(void)
{
    all_numbers(&halves);
}

static void all_bf16(void)
{
    all_numbers(&brains);
}

#ifdef __FLT16_MAX__

static uint64_t sum_by_compiler(uint64_t a, uint64_t b)
{
    volatile _Float16 x, y, sum;
    uint16_t a16 = a, b16 = b, bits;

    memcpy((void *)&x, &a16, 2);
    memcpy((void *)&y, &b16, 2);
    sum = x + y;
    memcpy(&bits, (void *)&sum, 2);
    return is_nan(&f16, bits) ? quiet(&f16) : bits;
}

static void f16_by_the_compiler(void)
{
    uint64_t a, b;
    unsigned int i;

    for (a = 0; a < 1 << 16; a++) {
        b = a << 16 | a;
        EQ(nvlf_f16x2_sum(b, 0x80000000),
           sum_by_compiler(a, 0x8000) << 16 | sum_by_compiler(a, 0));
        EQ(nvlf_f16x2_sum(0x80000000, b),
           sum_by_compiler(0x8000, a) << 16 | sum_by_compiler(0, a));
    }
    state = 4;
    for (i = 0; i < 500000; i++) {
        a = random_bits(&f16, 0x3c00);
        b = random_bits(&f16, a);
        if (!EQ(nvlf_f16x2_sum(a, b) & 0xffff, sum_by_compiler(a, b))) {
            wrong(&f16, "sum", a, b);
        }
    }
}

#endif

static const struct tap_test tests[] = {
    TAP_TEST(the_oracle_is_good),
    TAP_TEST(by_hand),
    TAP_TEST(pairs_of_f32),
    TAP_TEST(pairs_of_f64),
    TAP_TEST(pairs_of_f16),
    TAP_TEST(pairs_of_bf16),
    TAP_TEST(all_f16),
    TAP_TEST(all_bf16),
#ifdef __FLT16_MAX__
    TAP_TEST(f16_by_the_compiler),
#endif
};
TAP_MAIN(tests)
