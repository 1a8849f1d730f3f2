// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * beside_test.c - processes that use windows, while others on the same memory,
 * beside them in the apertures, come and go: nothing of that is seen by them.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>
#include "rig.h"
#include "touch.h"
#include "word.h"

#define USERS   3
#define ROUNDS  240
#define SECONDS 120 /* as in Makefile */
/* Of a user: one page that stays as it is, and one that it writes */
#define SHARE (2 * PAGE)
#define WORDS (PAGE / 8)
/* Looked at between two stores */
#define STEP 512

/* Shared with the users */
struct state {
	int stop;
	struct {
		__u64 loops;
		int error; /* a negative errno; -EBADMSG: wrong data */
	} users[USERS];
};

FIXTURE(beside)
{
	struct rig rig;
	int owner, user;
	struct bo bo; /* SHARE of it for each */
	struct grant grant[USERS];
	pid_t child[USERS];
	struct state *state;
};

FIXTURE_SETUP(beside)
{
	unsigned int i;

	if (rig_begin(&self->rig, 2) == -ENODEV)
		SKIP(return, RIG_NEEDS, 2);
	ASSERT_EQ(0, self->rig.error)
	{
		TH_LOG("%s", self->rig.nl.text);
	}
	ASSERT_EQ(0, touch_begin());
	self->owner = self->rig.fd[0];
	self->user = self->rig.fd[1];
	self->state = mmap(NULL, sizeof(*self->state), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->state);
	ASSERT_EQ(0, bo_make(self->owner, USERS * SHARE, 0, &self->bo));
	fill_pattern(self->bo.map, USERS * SHARE, 9);
	for (i = 0; i < USERS; i++)
		ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, RIGHT_RW,
					i * SHARE, SHARE, &self->grant[i]));
}

FIXTURE_TEARDOWN(beside)
{
	unsigned int i;

	for (i = 0; i < USERS; i++)
		if (self->child[i] > 0)
			kill(self->child[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	rig_end(&self->rig);
}

/* What is there by way of a window is what its owner has. */
static bool same(const void *window, const void *memory, size_t at)
{
	size_t i;

	for (i = at; i < at + STEP; i++)
		if (word_get(window, i) != word_get(memory, i))
			return false;
	return true;
}

/*
 * On a file of its own, by a window that it may write to and by one that it may
 * not. A fault ends it.
 */
static int use(struct state *state, unsigned int number,
	       const struct accel *accel, const struct grant *grant,
	       const char *memory)
{
	int fd = accel_open(accel), ret;
	__u32 rw, ro;
	char *write, *read;
	__u64 i;

	if (fd < 0)
		return fd;
	ret = window_map(fd, grant, 0, 0, RIGHT_RW, &rw);
	if (!ret)
		ret = window_map(fd, grant, 0, 0, RIGHT_R, &ro);
	if (ret)
		return ret;
	write = gem_map(fd, rw, SHARE, PROT_READ | PROT_WRITE);
	read = gem_map(fd, ro, SHARE, PROT_READ);
	if (write == MAP_FAILED || read == MAP_FAILED)
		return -ENOMEM;
	for (i = 0; !__atomic_load_n(&state->stop, __ATOMIC_RELAXED); i++) {
		size_t at = i * STEP % WORDS;

		if (!same(write, memory, at) || !same(read, memory, at))
			return -EBADMSG;
		word_set(write + PAGE, at, i);
		word_barrier();
		if (word_get(read + PAGE, at) != i ||
		    word_get(memory + PAGE, at) != i)
			return -EBADMSG;
		__atomic_store_n(&state->users[number].loops, i + 1,
				 __ATOMIC_RELEASE);
	}
	return 0;
}

static __u64 loops(const struct state *state, unsigned int number)
{
	return __atomic_load_n(&state->users[number].loops, __ATOMIC_ACQUIRE);
}

/* Until a user has gone on; it may have ended. */
static void see_go_on(const struct state *state, unsigned int number,
		      pid_t child)
{
	__u64 before = loops(state, number);
	siginfo_t info = {};

	while (loops(state, number) == before && !info.si_pid &&
	       !waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT))
		sched_yield();
}

/*
 * A window that comes and goes: by being given up, or because the owner takes
 * the grant back. It is over pages that others have windows on, too.
 */
TEST_F_TIMEOUT(beside, windows_that_come_and_go, SECONDS)
{
	__u64 before[USERS];
	unsigned int i, r;
	int status;

	for (i = 0; i < USERS; i++) {
		self->child[i] = fork();
		ASSERT_LE(0, self->child[i]);
		if (!self->child[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			signal(SIGBUS, SIG_DFL);
			self->state->users[i].error =
				use(self->state, i, &self->rig.accels[1],
				    &self->grant[i], self->bo.map + i * SHARE);
			_exit(0);
		}
	}
	for (i = 0; i < USERS; i++)
		see_go_on(self->state, i, self->child[i]);
	for (i = 0; i < USERS; i++)
		before[i] = loops(self->state, i);

	for (r = 0; r < ROUNDS; r++) {
		__u32 rights = r & 1 ? RIGHT_R : RIGHT_RW, handle;
		__u64 pages = 1 + r % 3, first = r % (2 * USERS - 2);
		const char *memory = self->bo.map + first * PAGE;
		struct grant grant;
		char *map;

		ASSERT_EQ(0, grant_make(self->owner, self->bo.handle, rights,
					first * PAGE, pages * PAGE, &grant));
		ASSERT_EQ(0, window_map(self->user, &grant, 0, 0, rights,
					&handle));
		map = gem_map(self->user, handle, pages * PAGE, PROT_READ);
		ASSERT_NE(MAP_FAILED, map);
		ASSERT_EQ(0, touch_kind(map));
		/* Such as nobody writes to */
		if (first % 2 == 0)
			ASSERT_TRUE(same(map, memory, 0));
		if (r & 2) {
			ASSERT_EQ(0, grant_revoke(self->owner, grant.handle));
			ASSERT_EQ(SIGBUS, touch_kind(map));
			ASSERT_EQ(0, window_unmap(self->user, handle));
		} else {
			ASSERT_EQ(0, window_unmap(self->user, handle));
			ASSERT_EQ(SIGBUS, touch_kind(map));
			ASSERT_EQ(0, grant_revoke(self->owner, grant.handle));
		}
		munmap(map, pages * PAGE);
	}

	/* All of them were at work then, and are still. */
	for (i = 0; i < USERS; i++) {
		EXPECT_LT(before[i], loops(self->state, i));
		see_go_on(self->state, i, self->child[i]);
	}
	__atomic_store_n(&self->state->stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < USERS; i++) {
		ASSERT_EQ(self->child[i], waitpid(self->child[i], &status, 0));
		self->child[i] = 0;
		EXPECT_EQ(0, status);
		EXPECT_EQ(0, self->state->users[i].error);
	}
}

TEST_HARNESS_MAIN
