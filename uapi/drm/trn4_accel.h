/* SPDX-License-Identifier: MIT */
/*
 * trn4_accel.h - ioctls of the trn4 accelerator's DRM accel node.
 *
 * Rules for every ioctl: fields marked mbz and bits that are not named must
 * be zero, or the call fails with EINVAL; a call that fails has changed
 * nothing; an unplugged device answers ENODEV. While it is being reset calls
 * that begin something (BO_CREATE, GRANT_CREATE, WINDOW_MAP, SUBMIT,
 * QUEUE_CREATE, SEGMENT_SET) fail with
 * EBUSY, and with EIO when it did not come back; those that ask or give up work
 * on. A call that waits can be interrupted by a signal. Sizes and offsets are
 * in bytes. Handles of buffers and windows are GEM handles of the file that
 * made them and are closed with DRM_IOCTL_GEM_CLOSE or with the file. Buffers
 * in HBM are passed on as dma-bufs by DRM_IOCTL_PRIME_HANDLE_TO_FD, and
 * DRM_IOCTL_PRIME_FD_TO_HANDLE takes them, and those of others: a buffer of this
 * device as itself, one of a peer as a window on it, all else as host memory.
 */
#ifndef _UAPI_TRN4_ACCEL_H_
#define _UAPI_TRN4_ACCEL_H_

#include <drm/drm.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* Append only */
#define DRM_TRN4_GET_PARAM     0x00
#define DRM_TRN4_BO_CREATE     0x01
#define DRM_TRN4_MMAP_OFFSET   0x02
#define DRM_TRN4_GRANT_CREATE  0x03
#define DRM_TRN4_GRANT_REVOKE  0x04
#define DRM_TRN4_WINDOW_MAP    0x05
#define DRM_TRN4_WINDOW_UNMAP  0x06
#define DRM_TRN4_WINDOW_INFO   0x07
#define DRM_TRN4_SUBMIT        0x08
#define DRM_TRN4_QUEUE_CREATE  0x09
#define DRM_TRN4_QUEUE_DESTROY 0x0a
#define DRM_TRN4_QUEUE_INFO    0x0b
#define DRM_TRN4_SEGMENT_SET   0x0c
#define DRM_TRN4_EXPORT_REVOKE 0x0d

/**
 * enum drm_trn4_param - what DRM_IOCTL_TRN4_GET_PARAM can tell
 * @DRM_TRN4_PARAM_TARGET_ID: the endpoint's id in the fabric
 * @DRM_TRN4_PARAM_GUID: its identity as partners read it in band
 * @DRM_TRN4_PARAM_HBM_SIZE: architectural size of its memory
 * @DRM_TRN4_PARAM_HBM_BACKED: bytes of it that exist and can be allocated
 * @DRM_TRN4_PARAM_HBM_FREE: bytes of it that are free at this moment
 * @DRM_TRN4_PARAM_PAGE_SIZE: granularity of buffers, grants and windows
 * @DRM_TRN4_PARAM_PORTS: links of its chiplet
 * @DRM_TRN4_PARAM_WINDOWS: windows that can be mapped at the same time
 * @DRM_TRN4_PARAM_GRANTS: grants that can stand at the same time
 * @DRM_TRN4_PARAM_OPS: bit n is set where operation n (DRM_TRN4_OP_*) is there
 * @DRM_TRN4_PARAM_ATOMIC_TYPES: of the atomic that @index names, enum
 *	drm_trn4_atomic: bit t is set where it works on enum drm_trn4_type t
 * @DRM_TRN4_PARAM_SUBMIT_MAX: most commands that one submit takes
 * @DRM_TRN4_PARAM_QUEUES: user queues that can be there at the same time
 * @DRM_TRN4_PARAM_RO_STORES: stores into the read-only half of its aperture
 *	since it was reset, all dropped; EBUSY while it is being reset, EIO where
 *	it did not come back
 */
enum drm_trn4_param {
	DRM_TRN4_PARAM_TARGET_ID,
	DRM_TRN4_PARAM_GUID,
	DRM_TRN4_PARAM_HBM_SIZE,
	DRM_TRN4_PARAM_HBM_BACKED,
	DRM_TRN4_PARAM_HBM_FREE,
	DRM_TRN4_PARAM_PAGE_SIZE,
	DRM_TRN4_PARAM_PORTS,
	DRM_TRN4_PARAM_WINDOWS,
	DRM_TRN4_PARAM_GRANTS,
	DRM_TRN4_PARAM_OPS,
	DRM_TRN4_PARAM_ATOMIC_TYPES,
	DRM_TRN4_PARAM_SUBMIT_MAX,
	DRM_TRN4_PARAM_QUEUES,
	DRM_TRN4_PARAM_RO_STORES,
};

/**
 * struct drm_trn4_get_param - ask one number of the device
 * @param: in, enum drm_trn4_param; EINVAL where it is not known
 * @index: in, which of them where there are several, else mbz
 * @value: out
 */
struct drm_trn4_get_param {
	__u32 param;
	__u32 index;
	__u64 value;
};

/*
 * The buffer lies in host memory, not in HBM: pinned pages that the engine
 * reaches over PCIe. It can be an operand of a copy, never of an atomic, and
 * it cannot be granted.
 */
#define DRM_TRN4_BO_HOST (1 << 0)

/*
 * Not with DRM_TRN4_BO_HOST: the buffer is to lie high in HBM, and not low, as
 * others do. What lives long is kept apart from what comes and goes that way,
 * and does not cut HBM to pieces.
 */
#define DRM_TRN4_BO_TOP (1 << 1)

/*
 * The buffer is made of memory that the process has: its pages are pinned, and
 * the engine reaches them as it does those of DRM_TRN4_BO_HOST. Not with any
 * flag but DRM_TRN4_BO_READONLY. It is not for mmap() of this node. Where two
 * buffers are of the same memory, a copy between them takes them for apart.
 */
#define DRM_TRN4_BO_USER (1 << 2)

/*
 * Only with DRM_TRN4_BO_USER: the device never writes to it, and so it may be
 * memory that the process can only read.
 */
#define DRM_TRN4_BO_READONLY (1 << 3)

#define DRM_TRN4_BO_ALIGNMENT_MAX (1 << 30)

/**
 * struct drm_trn4_bo_create - make a buffer, all zeroes unless of user memory
 * @size: in, 1 or more, rounded up to 2 MiB (to the page size for
 *	DRM_TRN4_BO_HOST); out, the rounded size. For DRM_TRN4_BO_USER a
 *	multiple of the page size
 * @alignment: in, of the buffer's place in HBM: a power of two, from 2 MiB to
 *	DRM_TRN4_BO_ALIGNMENT_MAX; 0 for 2 MiB. Mbz for other memory
 * @address: in, of the memory for DRM_TRN4_BO_USER, a multiple of the page
 *	size; else mbz
 * @flags: in, DRM_TRN4_BO_*
 * @handle: out, GEM handle
 *
 * A buffer in HBM is one range of it. It is aligned to its size, rounded up to
 * a power of two, and lies at the end of HBM that is asked for, as far as such
 * a place is free; where there is none, at the lowest place that is large
 * enough and aligned as asked. ENOSPC: there is none either. ENOMEM: no host
 * memory, or more than RLIMIT_MEMLOCK lets be pinned. EFAULT: not all of it is
 * memory that can be written, or with DRM_TRN4_BO_READONLY be read, and pinned.
 */
struct drm_trn4_bo_create {
	__u64 size;
	__u64 alignment;
	__u64 address;
	__u32 flags;
	__u32 handle;
};

/**
 * struct drm_trn4_mmap_offset - what to give mmap() for a buffer or a window
 * @handle: in, GEM handle of a buffer or a window; ENOENT where it is neither,
 *	EINVAL where its memory is another's to map: DRM_TRN4_BO_USER, or
 *	imported
 * @flags: in, mbz
 * @offset: out, for mmap() of this node; a multiple of 2 MiB
 *
 * A mapping must be MAP_SHARED (EINVAL), and that of a window may ask for
 * PROT_WRITE only where the window has DRM_TRN4_RIGHT_WRITE (EACCES). Touching
 * it when the window has gone gives SIGBUS.
 */
struct drm_trn4_mmap_offset {
	__u32 handle;
	__u32 flags;
	__u64 offset;
};

#define DRM_TRN4_RIGHT_READ   (1 << 0)
#define DRM_TRN4_RIGHT_WRITE  (1 << 1) /* only with READ */
#define DRM_TRN4_RIGHT_ATOMIC (1 << 2) /* only with READ and WRITE */

#define DRM_TRN4_TOKEN_SIZE 16

/**
 * struct drm_trn4_grant_create - let peers use part of a buffer
 * @bo: in, handle of a buffer in HBM
 * @rights: in, DRM_TRN4_RIGHT_*, at least READ
 * @offset: in, multiple of 2 MiB
 * @size: in, multiple of 2 MiB, not zero; EINVAL beyond the buffer's end
 * @flags: in, mbz
 * @partition: in, of the fabric, up to 65535: windows only where both sides are
 *	members of it, whether it is there now or not; 0: any common partition
 * @handle: out, names the grant in this file for DRM_IOCTL_TRN4_GRANT_REVOKE
 * @pad: mbz
 * @token: out, 16 random bytes that name the grant to whoever they are passed
 *
 * The grant stands until it is revoked or the file is closed, also where the
 * buffer's handle is closed before. ENOSPC: all grants are in use.
 */
struct drm_trn4_grant_create {
	__u32 bo;
	__u32 rights;
	__u64 offset;
	__u64 size;
	__u32 flags;
	__u32 partition;
	__u32 handle;
	__u32 pad;
	__u8 token[DRM_TRN4_TOKEN_SIZE];
};

/**
 * struct drm_trn4_grant_revoke - take a grant back
 * @handle: in, from DRM_IOCTL_TRN4_GRANT_CREATE; ENOENT where there is none
 * @flags: in, mbz
 *
 * When the call returns no window reaches the memory any more: mappings give
 * SIGBUS, commands that use such a window complete with EKEYREVOKED.
 */
struct drm_trn4_grant_revoke {
	__u32 handle;
	__u32 flags;
};

/**
 * struct drm_trn4_window_map - make a peer's grant reachable from this device
 * @token: in, as the grant's owner got it
 * @offset: in, within the grant, multiple of 2 MiB
 * @size: in, multiple of 2 MiB; 0 for all from @offset to the grant's end
 * @rights: in, DRM_TRN4_RIGHT_*, at least READ and no more than granted
 * @flags: in, mbz
 * @handle: out, GEM handle of the window
 * @peer: out, target id of the grant's endpoint
 *
 * ENOENT: no grant has this token. EACCES: a right that was not granted.
 * ERANGE: beyond the grant's end. ELOOP: the grant is this device's own.
 * ENOLINK: no link is up, here or there. EHOSTUNREACH: no switch has a route.
 * EPERM: not in a common partition, or in the grant's. ENOSPC: no window or no room in the
 * aperture is free.
 */
struct drm_trn4_window_map {
	__u8 token[DRM_TRN4_TOKEN_SIZE];
	__u64 offset;
	__u64 size;
	__u32 rights;
	__u32 flags;
	__u32 handle;
	__u32 peer;
};

/**
 * struct drm_trn4_window_unmap - give a window up
 * @handle: in, the window's; it is closed by the call
 * @flags: in, mbz
 *
 * Ends the window at once for all who hold it: mappings give SIGBUS.
 */
struct drm_trn4_window_unmap {
	__u32 handle;
	__u32 flags;
};

/**
 * enum drm_trn4_window_state - whether a window can be used now, and why not
 * @DRM_TRN4_WINDOW_LIVE: reaches the peer's memory
 * @DRM_TRN4_WINDOW_UNMAPPED: given up
 * @DRM_TRN4_WINDOW_REVOKED: the grant was taken back; it will not return
 * @DRM_TRN4_WINDOW_NO_LINK: no link is up on one side
 * @DRM_TRN4_WINDOW_NO_ROUTE: no switch leads there
 * @DRM_TRN4_WINDOW_NO_PARTITION: not in a common partition, or in the grant's
 * @DRM_TRN4_WINDOW_FAULT: the device refuses it for another reason
 *
 * From the NO_ states a window returns by itself when the cause has gone.
 */
enum drm_trn4_window_state {
	DRM_TRN4_WINDOW_LIVE,
	DRM_TRN4_WINDOW_UNMAPPED,
	DRM_TRN4_WINDOW_REVOKED,
	DRM_TRN4_WINDOW_NO_LINK,
	DRM_TRN4_WINDOW_NO_ROUTE,
	DRM_TRN4_WINDOW_NO_PARTITION,
	DRM_TRN4_WINDOW_FAULT,
};

/**
 * struct drm_trn4_window_info - what a window is and how it stands
 * @handle: in, the window's
 * @state: out, enum drm_trn4_window_state
 * @size: out
 * @peer: out, target id
 * @rights: out, DRM_TRN4_RIGHT_*
 */
struct drm_trn4_window_info {
	__u32 handle;
	__u32 state;
	__u64 size;
	__u32 peer;
	__u32 rights;
};

/**
 * enum drm_trn4_op - what a command does
 * @DRM_TRN4_OP_NOP: nothing
 * @DRM_TRN4_OP_COPY: copies rows of bytes
 * @DRM_TRN4_OP_ATOMIC: changes a word in one step
 * @DRM_TRN4_OP_FILL: writes a pattern to rows of bytes
 * @DRM_TRN4_OP_FENCE: ends when all has ended that other queues of the device
 *	had begun
 * @DRM_TRN4_OP_SIGNAL: stores a word, after all that the commands before it have
 *	written: what a CPU looks for, or a user queue's semaphore
 */
enum drm_trn4_op {
	DRM_TRN4_OP_NOP,
	DRM_TRN4_OP_COPY,
	DRM_TRN4_OP_ATOMIC,
	DRM_TRN4_OP_FILL,
	DRM_TRN4_OP_FENCE,
	DRM_TRN4_OP_SIGNAL,
};

/**
 * enum drm_trn4_atomic - what a word becomes
 * @DRM_TRN4_ATOMIC_ADD: old + operand
 * @DRM_TRN4_ATOMIC_SWAP: operand
 * @DRM_TRN4_ATOMIC_CAS: operand where old equals compare, else it stays
 * @DRM_TRN4_ATOMIC_SUB: old - operand
 * @DRM_TRN4_ATOMIC_INC: 0 where old >= operand, else old + 1
 * @DRM_TRN4_ATOMIC_DEC: operand where old is 0 or > operand, else old - 1
 * @DRM_TRN4_ATOMIC_MIN: the lesser
 * @DRM_TRN4_ATOMIC_MAX: the greater
 * @DRM_TRN4_ATOMIC_AND: bits that are set in both
 * @DRM_TRN4_ATOMIC_OR: bits that are set in any
 * @DRM_TRN4_ATOMIC_XOR: bits that are set in one only
 */
enum drm_trn4_atomic {
	DRM_TRN4_ATOMIC_ADD,
	DRM_TRN4_ATOMIC_SWAP,
	DRM_TRN4_ATOMIC_CAS,
	DRM_TRN4_ATOMIC_SUB,
	DRM_TRN4_ATOMIC_INC,
	DRM_TRN4_ATOMIC_DEC,
	DRM_TRN4_ATOMIC_MIN,
	DRM_TRN4_ATOMIC_MAX,
	DRM_TRN4_ATOMIC_AND,
	DRM_TRN4_ATOMIC_OR,
	DRM_TRN4_ATOMIC_XOR,
};

/**
 * enum drm_trn4_type - what an atomic takes a word for
 * @DRM_TRN4_TYPE_U32: 4 bytes
 * @DRM_TRN4_TYPE_U64: 8 bytes
 * @DRM_TRN4_TYPE_U128: 16 bytes, that change as a whole
 * @DRM_TRN4_TYPE_S32: 4 bytes, for MIN and MAX: the others are as for U32
 * @DRM_TRN4_TYPE_S64: 8 bytes, the same
 * @DRM_TRN4_TYPE_F32: IEEE 754 of 4 bytes
 * @DRM_TRN4_TYPE_F64: IEEE 754 of 8 bytes
 * @DRM_TRN4_TYPE_F16X2: two of 2 bytes, that change together
 * @DRM_TRN4_TYPE_BF16X2: two upper halves of F32, that change together
 * @DRM_TRN4_TYPE_F32X4: four F32 in a row, that change each by itself
 *
 * Which atomic works on which type is told by DRM_TRN4_PARAM_ATOMIC_TYPES.
 */
enum drm_trn4_type {
	DRM_TRN4_TYPE_U32,
	DRM_TRN4_TYPE_U64,
	DRM_TRN4_TYPE_U128,
	DRM_TRN4_TYPE_S32,
	DRM_TRN4_TYPE_S64,
	DRM_TRN4_TYPE_F32,
	DRM_TRN4_TYPE_F64,
	DRM_TRN4_TYPE_F16X2,
	DRM_TRN4_TYPE_BF16X2,
	DRM_TRN4_TYPE_F32X4,
};

/*
 * Tell the word as it was before: in the result, or, where the type has 16
 * bytes, at src. Without it nobody waits for an answer, and it takes the time
 * of a store.
 */
#define DRM_TRN4_CMD_FETCH (1 << 0) /* ATOMIC */

/**
 * struct drm_trn4_cmd - one operation of a submit
 * @op: enum drm_trn4_op
 * @flags: DRM_TRN4_CMD_*
 * @src: GEM handle of a buffer or a window (COPY, ATOMIC that fetches a type of
 *	16 bytes)
 * @dst: the same (COPY, FILL, ATOMIC, SIGNAL; a buffer in host memory not for
 *	ATOMIC)
 * @src_offset: where in @src the bytes are (COPY), or the old word goes: a
 *	multiple of 16 (ATOMIC)
 * @dst_offset: where in @dst they go; a multiple of the type's size (ATOMIC,
 *	SIGNAL)
 * @kind: enum drm_trn4_atomic (ATOMIC)
 * @type: enum drm_trn4_type (ATOMIC), of which SIGNAL takes U32 and U64
 * @copy: rows of bytes (COPY)
 * @copy.length: bytes of a row, not zero
 * @copy.rows: how many, not zero
 * @copy.src_pitch: from one row to the next, no less than @copy.length; zero
 *	where there is one
 * @copy.dst_pitch: the same in the destination
 * @fill: rows of a pattern (FILL)
 * @fill.length: as @copy.length
 * @fill.rows: as @copy.rows
 * @fill.pattern: byte n of each row becomes its byte n % 8
 * @fill.pitch: as @copy.dst_pitch
 * @atomic: operands, from the lowest byte of the type on; zero above (ATOMIC)
 * @atomic.operand: the second operand
 * @atomic.compare: compared with the word (CAS)
 * @signal: what becomes of the word (SIGNAL)
 * @signal.value: fits @type
 * @signal.pad: mbz
 *
 * Fields that the operation does not use must be zero. Commands of one submit
 * begin in order, and each begins when the one before it has ended. Source and
 * destination of a copy may overlap: the bytes of each row arrive as if by
 * memmove(), and where pitches are equal those of all rows together.
 */
struct drm_trn4_cmd {
	__u32 op;
	__u32 flags;
	__u32 src;
	__u32 dst;
	__u64 src_offset;
	__u64 dst_offset;
	__u32 kind;
	__u32 type;
	union {
		struct {
			__u64 length;
			__u64 rows;
			__u64 src_pitch;
			__u64 dst_pitch;
		} copy;
		struct {
			__u64 length;
			__u64 rows;
			__u64 pattern;
			__u64 pitch;
		} fill;
		struct {
			__u64 operand[2];
			__u64 compare[2];
		} atomic;
		struct {
			__u64 value;
			__u64 pad[3];
		} signal;
	};
};

/**
 * struct drm_trn4_result - how one command ended
 * @value: the word before the operation (ATOMIC that fetches up to 8 bytes),
 *	bytes written (COPY, FILL), else zero
 * @start: model time in nanoseconds
 * @end: model time in nanoseconds
 * @error: 0, or a negative errno: EKEYREVOKED where the window is not live (any
 *	longer), EACCES where it lacks the right, EIO where memory could not be
 *	reached, ECANCELED where the device was reset; of ATOMIC and SIGNAL
 *	EINVAL where the word is not aligned, ERANGE where it is beyond the end
 * @pad: zero
 */
struct drm_trn4_result {
	__u64 value;
	__u64 start;
	__u64 end;
	__s32 error;
	__u32 pad;
};

#define DRM_TRN4_SUBMIT_MAX 256 /* commands */
#define DRM_TRN4_SYNCS_MAX  64  /* syncobjs, in and out each */

/**
 * struct drm_trn4_sync - a syncobj, or a point of one that is a timeline
 * @handle: of the syncobj
 * @pad: mbz
 * @point: of the timeline, or 0: it is a binary one
 */
struct drm_trn4_sync {
	__u32 handle;
	__u32 pad;
	__u64 point;
};

/**
 * struct drm_trn4_submit - queue commands
 * @cmds: in, pointer to @cmd_count struct drm_trn4_cmd
 * @in_syncs: in, pointer to @in_count struct drm_trn4_sync to wait for; each
 *	has a fence there (EINVAL)
 * @out_syncs: in, pointer to @out_count struct drm_trn4_sync, each of which
 *	gets the fence of this submit
 * @cmd_count: in, 1 to DRM_TRN4_SUBMIT_MAX
 * @in_count: in, up to DRM_TRN4_SYNCS_MAX
 * @out_count: in, up to DRM_TRN4_SYNCS_MAX
 * @flags: in, mbz
 * @results: in, handle of a buffer of this device that takes a struct
 *	drm_trn4_result per command, or 0 for none
 * @pad: mbz
 * @results_offset: in, where in it; multiple of 8
 *
 * All is checked before anything is queued, and what is wrong refuses the
 * submit; but where in a buffer or window the word of an ATOMIC or SIGNAL lies is
 * a matter of that command, and told in its result. The results are written
 * before the fence signals; a command that failed does not stop the others, and
 * the fence carries the first error. Where that is ECANCELED the device was reset
 * in between, and results in HBM may be missing: it could not be written then.
 * ETIMEDOUT: the device did not go on. The call waits while 1024 submits of
 * the file have not ended.
 *
 * Buffers carry the fence, too, for whoever has them by a dma-buf: as that of a
 * reader, or of a writer. Where one came from another device by a dma-buf, also
 * as a window, the commands wait for the fences that it carries, readers for
 * writers and writers for all.
 */
struct drm_trn4_submit {
	__u64 cmds;
	__u64 in_syncs;
	__u64 out_syncs;
	__u32 cmd_count;
	__u32 in_count;
	__u32 out_count;
	__u32 flags;
	__u32 results;
	__u32 pad;
	__u64 results_offset;
};

#define DRM_TRN4_QUEUE_ENTRIES_MIN 64
#define DRM_TRN4_QUEUE_ENTRIES_MAX 4096
#define DRM_TRN4_QUEUE_SEGMENTS    128

/**
 * struct drm_trn4_queue_create - get a queue of the engine, to be fed without
 *	calls
 * @entries: in, of each ring: a power of two, DRM_TRN4_QUEUE_ENTRIES_MIN to
 *	DRM_TRN4_QUEUE_ENTRIES_MAX; one less can be outstanding
 * @flags: in, mbz
 * @eventfd: in, file descriptor that is told of completions, and of the queue's
 *	end, or -1
 * @handle: out, GEM handle of the queue
 * @size: out, bytes to mmap() at what DRM_IOCTL_TRN4_MMAP_OFFSET says
 * @cq_offset: out, where in that the completion ring is, struct trn4_cqe
 * @sq_offset: out, where the submission ring is, struct trn4_desc
 *
 * The doorbell page comes first: TRN4_DOORBELL_SQ_TAIL and _CQ_HEAD. Rings,
 * descriptors and doorbells are those of the hardware, hw/trn4_hw.h and
 * docs/hardware: of a queue that has TRN4_QUEUE_USER, so that descriptors name
 * segments and nothing else. A doorbell that is rung with a value that is none
 * puts the queue into fault.
 *
 * A mapping must be MAP_SHARED (EINVAL), and is not there in a child after
 * fork(). ENOSPC: all queues are in use. EBADF, EINVAL: @eventfd is none.
 */
struct drm_trn4_queue_create {
	__u32 entries;
	__u32 flags;
	__s32 eventfd;
	__u32 handle;
	__u64 size;
	__u64 cq_offset;
	__u64 sq_offset;
};

/**
 * struct drm_trn4_queue_destroy - end a queue
 * @handle: in, the queue's; it is closed by the call. ENOENT where it is none
 * @flags: in, mbz
 *
 * When the call returns the engine does nothing for the queue any more, and
 * touching its doorbell gives SIGBUS. It ends so too when its handles are closed
 * and its mappings gone.
 */
struct drm_trn4_queue_destroy {
	__u32 handle;
	__u32 flags;
};

/**
 * enum drm_trn4_queue_state - how a queue is
 * @DRM_TRN4_QUEUE_RUNNING: it works
 * @DRM_TRN4_QUEUE_FAULT: it was given a doorbell value that is none; destroy it
 * @DRM_TRN4_QUEUE_LOST: the device was reset, or has gone
 * @DRM_TRN4_QUEUE_ENDED: it was destroyed
 */
enum drm_trn4_queue_state {
	DRM_TRN4_QUEUE_RUNNING,
	DRM_TRN4_QUEUE_FAULT,
	DRM_TRN4_QUEUE_LOST,
	DRM_TRN4_QUEUE_ENDED,
};

/**
 * struct drm_trn4_queue_info - how a queue is
 * @handle: in, the queue's
 * @state: out, enum drm_trn4_queue_state
 * @entries: out, of each ring
 * @pad: out, zero
 */
struct drm_trn4_queue_info {
	__u32 handle;
	__u32 state;
	__u32 entries;
	__u32 pad;
};

/**
 * struct drm_trn4_segment_set - let a queue's descriptors name something
 * @handle: in, the queue's
 * @number: in, which segment, less than DRM_TRN4_QUEUE_SEGMENTS
 * @object: in, handle of a buffer or a window; 0 for nothing, and then all below
 *	must be zero
 * @rights: in, DRM_TRN4_RIGHT_*, at least READ, and no more than a window has;
 *	not ATOMIC for host memory, not WRITE for what can only be read (EACCES)
 * @offset: in, where in @object it begins, a multiple of 4 KiB
 * @size: in, bytes, not zero, of any number within @object
 * @flags: in, mbz
 *
 * Replaces what the segment was: when the call returns no descriptor reaches
 * that any more, and commands that were at it end with TRN4_STATUS_REVOKED. The
 * queue holds the object until the segment is set anew or the queue ends.
 * EIO: the queue has ended.
 */
struct drm_trn4_segment_set {
	__u32 handle;
	__u32 number;
	__u32 object;
	__u32 rights;
	__u64 offset;
	__u64 size;
	__u64 flags;
};

/**
 * struct drm_trn4_export_revoke - take a buffer back from all who have it by its
 *	dma-buf
 * @handle: in, of a buffer in HBM (EINVAL); ENOENT where there is none, or it
 *	has no dma-buf
 * @flags: in, mbz
 *
 * When the call returns windows on it have ended as if their grant had been
 * revoked; its mappings give SIGBUS; and devices that have it over PCIe were
 * told to let go, get it no more, and what they had queued has ended. It stays
 * so for as long as the buffer lives: to take, attach or map it fails with
 * EKEYREVOKED, and DRM_IOCTL_PRIME_HANDLE_TO_FD gives the same one again.
 *
 * What is not by the dma-buf stays: the buffer's handles and their mappings,
 * those of files of the same accelerator that had taken it before included; and
 * grants. To such a file it is the buffer itself, which may make this call, too.
 * The memory is free when all of them have closed what they have.
 *
 * EINTR: a signal came before anything was done, or while others' work was waited
 * for. Make the call again.
 */
struct drm_trn4_export_revoke {
	__u32 handle;
	__u32 flags;
};

#define DRM_IOCTL_TRN4_GET_PARAM \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_GET_PARAM, \
		 struct drm_trn4_get_param)
#define DRM_IOCTL_TRN4_BO_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_BO_CREATE, \
		 struct drm_trn4_bo_create)
#define DRM_IOCTL_TRN4_MMAP_OFFSET \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_MMAP_OFFSET, \
		 struct drm_trn4_mmap_offset)
#define DRM_IOCTL_TRN4_GRANT_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_GRANT_CREATE, \
		 struct drm_trn4_grant_create)
#define DRM_IOCTL_TRN4_GRANT_REVOKE \
	DRM_IOW(DRM_COMMAND_BASE + DRM_TRN4_GRANT_REVOKE, \
		struct drm_trn4_grant_revoke)
#define DRM_IOCTL_TRN4_WINDOW_MAP \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_WINDOW_MAP, \
		 struct drm_trn4_window_map)
#define DRM_IOCTL_TRN4_WINDOW_UNMAP \
	DRM_IOW(DRM_COMMAND_BASE + DRM_TRN4_WINDOW_UNMAP, \
		struct drm_trn4_window_unmap)
#define DRM_IOCTL_TRN4_WINDOW_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_WINDOW_INFO, \
		 struct drm_trn4_window_info)
#define DRM_IOCTL_TRN4_SUBMIT \
	DRM_IOW(DRM_COMMAND_BASE + DRM_TRN4_SUBMIT, struct drm_trn4_submit)

#define DRM_IOCTL_TRN4_QUEUE_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_QUEUE_CREATE, \
		 struct drm_trn4_queue_create)
#define DRM_IOCTL_TRN4_QUEUE_DESTROY \
	DRM_IOW(DRM_COMMAND_BASE + DRM_TRN4_QUEUE_DESTROY, \
		struct drm_trn4_queue_destroy)
#define DRM_IOCTL_TRN4_QUEUE_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_TRN4_QUEUE_INFO, \
		 struct drm_trn4_queue_info)
#define DRM_IOCTL_TRN4_SEGMENT_SET \
	DRM_IOW(DRM_COMMAND_BASE + DRM_TRN4_SEGMENT_SET, \
		struct drm_trn4_segment_set)
#define DRM_IOCTL_TRN4_EXPORT_REVOKE \
	DRM_IOW(DRM_COMMAND_BASE + DRM_TRN4_EXPORT_REVOKE, \
		struct drm_trn4_export_revoke)

#if defined(__cplusplus)
}
#endif

#endif /* _UAPI_TRN4_ACCEL_H_ */
