// SPDX-License-Identifier: MIT
/*
 * explain.c - errors, and states of windows and queues, in words.
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

struct text {
	int error;
	const char *text;
};

/* clang-format off */
static const struct text open_texts[] = {
	{ EACCES,
	  "not allowed to open the accel node: become root, or join the group that owns /dev/accel",
	},
	{ ENODEV, "no such trn4 accelerator: see 'trn4ctl list', and whether trn4.ko is loaded" },
	{ EINVAL, "not a target id (2), PCI address (0000:01:00.0) or node (/dev/accel/accel0)" },
	{ EMFILE, "too many open files in this process" },
	{}
};

static const struct text buffer_texts[] = {
	{ ENOSPC, "no range of HBM that large is free: see 'trn4ctl list'" },
	{ ENOMEM, "out of host memory, or more than the limit of locked memory (ulimit -l)" },
	{ EINVAL,
	  "size of zero, an alignment that is none, flags that the driver does not know, or memory of the process that is not whole pages",
	},
	{ EFAULT,
	  "not all of it is memory, or the process can only read it: then wrap it readonly",
	},
	{ EOPNOTSUPP, "host memory cannot be exported" },
	{ ENOENT, "the buffer was not exported, or is gone" },
	{}
};

static const struct text map_texts[] = {
	{ EACCES, "the window has no right to write" },
	{ ENOENT, "the buffer or window is gone" },
	{ ENOMEM, "no room in this process's address space" },
	{ EKEYREVOKED, "its owner has taken the dma-buf back" },
	{}
};

static const struct text grant_texts[] = {
	{ EINVAL,
	  "wrong range or rights: offset and size are multiples of the page size (2 MiB) and within the buffer; write needs read, atomic needs both; host memory cannot be granted",
	},
	{ ENOSPC, "all grants of the device are in use" },
	{ ENOENT, "no such buffer or grant in this file" },
	{}
};

/* What can be in the way of a window, whatever it is made of */
static const struct text path_texts[] = {
	{ ENOLINK, "no link is up, here or at the peer: see 'trn4ctl port list'" },
	{ EHOSTUNREACH,
	  "no switch has a route to the peer: ask the fabric manager (nvlf-fm --once, or trn4ctl route set)",
	},
	{ EPERM,
	  "not in a common partition with the peer, or not in that of the grant: ask the fabric manager (nvlf-fm --once, or trn4ctl partition set)",
	},
	{ ENOSPC, "no window is free, or no room in the device's aperture" },
	{}
};

static const struct text window_texts[] = {
	{ ENOENT,
	  "no grant has this token: it was revoked, its owner ended, or the token is wrong",
	},
	{ EACCES, "the grant does not give a right that was asked for" },
	{ ERANGE, "beyond the grant's end" },
	{ ELOOP, "the grant is this device's own: open the token on another one" },
	{ EINVAL,
	  "wrong range or rights: offset and size are multiples of the page size (2 MiB); write needs read, atomic needs both",
	},
	{}
};

static const struct text import_texts[] = {
	{ EBADF, "not an open file" },
	{ EINVAL, "the file is not a dma-buf, or one that has no memory" },
	{ EKEYREVOKED, "its owner has taken the dma-buf back" },
	{ EMFILE, "too many open files in this process" },
	{}
};

static const struct text submit_texts[] = {
	{ EINVAL,
	  "a command is wrong: range or rows beyond the buffer or window, pitch less than a row, an operation that the device does not have (trn4_info.operations tells) or not on such a word (trn4_atomic_words() tells), operand too large, or an operation that this memory does not take",
	},
	{ ENOENT, "a command names a buffer, window or syncobj that this device does not have" },
	{ EBUSY, "the batch is under way, or the device is being reset" },
	{ ENOSPC, "the batch is full" },
	{ ENOMEM, "out of host memory" },
	{}
};

static const struct text wait_texts[] = {
	{ ETIME, "the commands have not ended in that time" },
	{ EINVAL, "the batch was not submitted" },
	{}
};

static const struct text result_texts[] = {
	{ EKEYREVOKED,
	  "the window is not live: its grant was revoked, or no path leads to the peer any more; or its segment was set anew",
	},
	{ EACCES, "the window or segment does not have the right for this" },
	{ EIO, "memory could not be reached" },
	{ ECANCELED, "the device was reset before the command ended" },
	{ EBUSY, "the batch has not ended" },
	{ EINVAL,
	  "a field is wrong: pitch less than a row, unaligned word, an operation on a word that the device does not have (trn4_atomic_words() tells), or an operand that does not fit it",
	},
	{ ERANGE, "beyond the end of the buffer, window or segment" },
	{ ENOENT, "the segment is not set" },
	{ EOPNOTSUPP, "the device does not have this operation (trn4_info.operations tells)" },
	{ ETIME, "the word was not as it was waited for in that time" },
	{}
};

static const struct text queue_texts[] = {
	{ EINVAL,
	  "entries are no power of two from 64 to 4096, the file is no eventfd, a place is in no segment, there is no such operation, or nothing is outstanding",
	},
	{ EBADF, "the eventfd is not open" },
	{ ENOSPC, "all user queues of the device are in use" },
	{ ENOMEM, "out of host memory" },
	{ EAGAIN, "the ring is full: ring, and take a result" },
	{ ETIME, "there was no result in that time" },
	{ EIO,
	  "the queue does not run any more: trn4_queue_state() tells why; destroy it and make another one",
	},
	{}
};

static const struct text segment_texts[] = {
	{ EINVAL,
	  "no such segment, or wrong range or rights: the offset is a multiple of 4 KiB, all is within the buffer or window; write needs read, atomic needs both",
	},
	{ EACCES,
	  "this memory does not take such a right: no more than the window has, no atomics in host memory, no writes to what can only be read",
	},
	{ ENOENT, "the buffer or window is not of the queue's device, or was closed" },
	{ ENOMEM, "out of host memory" },
	{ EIO,
	  "the queue does not run any more: trn4_queue_state() tells why; destroy it and make another one",
	},
	{}
};

static const struct text sync_texts[] = {
	{ EINVAL,
	  "no such syncobj or file of one, no eventfd, none or more than 64 to wait for, a batch that was not submitted; or eventfds with a kernel before 6.6",
	},
	{ ENOENT, "no such syncobj in this file" },
	{ EBADF, "the eventfd is not open" },
	{ ETIME, "not all have signalled in that time" },
	{ EMFILE, "too many open files in this process" },
	{ ENOMEM, "out of host memory" },
	{}
};

/* Of any call that has no word of its own */
static const struct text device_texts[] = {
	{ ENODEV, "the device is gone: unplugged, or its driver unbound" },
	{ EBUSY, "the device is being reset: try again when that is over" },
	{ EIO, "the device did not come back from a reset: it has to be reset again" },
	{}
};

/* The first table that has a word for it is right. */
static const struct text *const texts[][2] = {
	[TRN4_CALL_OPEN] = { open_texts },
	[TRN4_CALL_BUFFER] = { buffer_texts },
	[TRN4_CALL_MAP] = { map_texts },
	[TRN4_CALL_GRANT] = { grant_texts },
	[TRN4_CALL_WINDOW] = { window_texts, path_texts },
	[TRN4_CALL_SUBMIT] = { submit_texts },
	[TRN4_CALL_WAIT] = { wait_texts },
	[TRN4_CALL_RESULT] = { result_texts },
	[TRN4_CALL_IMPORT] = { import_texts, path_texts },
	[TRN4_CALL_QUEUE] = { queue_texts },
	[TRN4_CALL_SEGMENT] = { segment_texts },
	[TRN4_CALL_SYNC] = { sync_texts },
};

/* clang-format on */

/* Like strerror(), from tables that no other thread can change. */
static const char *errno_text(int error)
{
	const char *text;

#ifdef __GLIBC__
	text = strerrordesc_np(error);
#else
	text = strerror(error);
#endif
	return text ? text : "unknown error";
}

static const char *find(const struct text *table, int error)
{
	for (; table && table->text; table++) {
		if (table->error == error)
			return table->text;
	}
	return NULL;
}

TRN4_API const char *trn4_explain(enum trn4_call call, int error)
{
	const char *text = NULL;
	size_t i;

	if (error > 0 || error == INT32_MIN)
		return "unknown error";
	if ((unsigned int)call < ARRAY_SIZE(texts)) {
		for (i = 0; i < ARRAY_SIZE(texts[0]) && !text; i++)
			text = find(texts[call][i], -error);
	}
	if (!text)
		text = find(device_texts, -error);
	return text ? text : errno_text(-error);
}

TRN4_API const char *trn4_window_state_text(int state)
{
	static const char *const names[] = {
		[TRN4_STATE_LIVE] = "live",
		[TRN4_STATE_UNMAPPED] = "unmapped",
		[TRN4_STATE_REVOKED] = "the grant was revoked",
		[TRN4_STATE_NO_LINK] = "no link is up, here or at the peer",
		[TRN4_STATE_NO_ROUTE] = "no switch has a route to the peer",
		[TRN4_STATE_NO_PARTITION] =
			"not in a common partition with the peer, or not in that of the grant",
		[TRN4_STATE_FAULT] = "the device refuses it",
	};

	if (state < 0)
		return trn4_explain(TRN4_CALL_RESULT, state);
	if ((size_t)state >= ARRAY_SIZE(names))
		return "unknown state";
	return names[state];
}

TRN4_API const char *trn4_queue_state_text(int state)
{
	static const char *const names[] = {
		[TRN4_QUEUE_STATE_RUNNING] = "running",
		[TRN4_QUEUE_STATE_FAULT] =
			"stopped: its memory was written to by others than libtrn4",
		[TRN4_QUEUE_STATE_LOST] = "the device was reset, or is gone",
		[TRN4_QUEUE_STATE_ENDED] = "it was destroyed",
	};

	if (state < 0)
		return trn4_explain(TRN4_CALL_QUEUE, state);
	if ((size_t)state >= ARRAY_SIZE(names))
		return "unknown state";
	return names[state];
}
