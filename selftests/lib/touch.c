// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * touch.c - loads and stores that report SIGBUS and SIGSEGV as errors.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

#include "touch.h"
#include "word.h"

/* Where this thread goes on after a fault; valid while armed is set */
static __thread sigjmp_buf landing;
static __thread int armed;

/* Stays where it is between the instructions around it */
static void arm(int on)
{
	__atomic_store_n(&armed, on, __ATOMIC_SEQ_CST);
}

static void fault(int sig)
{
	if (!__atomic_load_n(&armed, __ATOMIC_SEQ_CST)) {
		/* Not ours: let the instruction fault again and end us. */
		signal(sig, SIG_DFL);
		return;
	}
	arm(0);
	siglongjmp(landing, sig);
}

/**
 * touch_begin() - take SIGBUS and SIGSEGV over
 *
 * To be called once in a process, before the first touch. Children of fork()
 * have it, too.
 *
 * Return: 0 or a negative errno.
 */
int touch_begin(void)
{
	struct sigaction action = { .sa_handler = fault };

	if (sigaction(SIGBUS, &action, NULL) ||
	    sigaction(SIGSEGV, &action, NULL))
		return -errno;
	return 0;
}

/**
 * touch_load() - load 8 bytes
 * @at: where
 * @value: what was there; kept as it is after a fault
 *
 * Return: 0, or the signal that the load raised.
 */
int touch_load(const void *at, __u64 *value)
{
	int sig = sigsetjmp(landing, 1);

	if (sig)
		return sig;
	arm(1);
	*value = word_get(at, 0);
	arm(0);
	return 0;
}

/**
 * touch_store() - store 8 bytes
 * @at: where
 * @value: what
 *
 * Return: 0, or the signal that the store raised.
 */
int touch_store(void *at, __u64 value)
{
	int sig = sigsetjmp(landing, 1);

	if (sig)
		return sig;
	arm(1);
	word_set(at, 0, value);
	arm(0);
	return 0;
}

/* The signal that a load raises, or 0 */
int touch_kind(const void *at)
{
	__u64 value;

	return touch_load(at, &value);
}

/* The signal that a store raises, or 0 */
int touch_kind_write(void *at)
{
	return touch_store(at, 0x5afe5afe5afe5afeull);
}
