/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word.h - plain 8-byte loads and stores of memory that others change, too.
 */
#ifndef SELFTESTS_WORD_H
#define SELFTESTS_WORD_H

#include <linux/types.h>
#include <stddef.h>

static inline __u64 word_get(const void *base, size_t index)
{
	return __atomic_load_n((const __u64 *)base + index, __ATOMIC_RELAXED);
}

static inline void word_set(void *base, size_t index, __u64 value)
{
	__atomic_store_n((__u64 *)base + index, value, __ATOMIC_RELAXED);
}

/*
 * Between accesses of memory that is mapped write-combining, as HBM and windows
 * are: stores before it come before those behind it, and so do loads. A store
 * and a load behind it may still pass one another.
 */
static inline void word_barrier(void)
{
#ifdef __x86_64__
	__asm__ volatile("sfence\n\tlfence" ::: "memory");
#else
	__atomic_thread_fence(__ATOMIC_ACQ_REL);
#endif
}

#endif /* SELFTESTS_WORD_H */
