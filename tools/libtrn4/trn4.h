/* SPDX-License-Identifier: MIT */
/*
 * trn4.h - use trn4 accelerators from a program: their memory, grants to
 * peers, windows on peers' memory, copies and remote atomics, and queues that
 * a program feeds without a call into the kernel.
 *
 * Errors are negative errno values; trn4_explain() says in words what one
 * means for the call that returned it. A function that fails has changed
 * nothing and has stored nothing through its pointers, unless it says so.
 *
 * There is no global state. A struct trn4_device may be used by any number of
 * threads at a time. Any other object may be used by one thread at a time;
 * different objects by different threads, also where they belong to the same
 * device. A device must be closed after all that was made with it. After
 * fork() the child must not use the parent's objects: GEM handles belong to
 * the open file, and it would destroy what the parent still uses. Opening the
 * device anew in the child is fine, and tokens may be passed to it.
 *
 * Sizes, lengths and offsets are in bytes. Calls that a signal interrupts are
 * taken up again.
 */
#ifndef TRN4_H
#define TRN4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TRN4_VERSION_MAJOR 0
#define TRN4_VERSION_MINOR 1
#define TRN4_VERSION_PATCH 0

struct trn4_device;
struct trn4_buffer;
struct trn4_grant;
struct trn4_window;
struct trn4_batch;
struct trn4_queue;

/* ---- Devices ------------------------------------------------------------ */

/**
 * enum trn4_operation - what devices can be asked to do
 * @TRN4_OPERATION_NOP: nothing
 * @TRN4_OPERATION_COPY: copies, of bytes and of rows
 * @TRN4_OPERATION_ATOMIC: atomics; trn4_atomic_words() tells which
 * @TRN4_OPERATION_FILL: fills, the same
 * @TRN4_OPERATION_FENCE: fences
 * @TRN4_OPERATION_SIGNAL: signals, and waits for words (trn4_queue_await())
 */
enum trn4_operation {
	TRN4_OPERATION_NOP,
	TRN4_OPERATION_COPY,
	TRN4_OPERATION_ATOMIC,
	TRN4_OPERATION_FILL,
	TRN4_OPERATION_FENCE,
	TRN4_OPERATION_SIGNAL,
};

/**
 * struct trn4_info - what a device says of itself
 * @node: path of its accel node, such as /dev/accel/accel0
 * @pci: its PCI address, such as 0000:01:00.0; empty where it has none
 * @number: N of its node /dev/accel/accelN
 * @target_id: its id in the fabric
 * @guid: its identity as partners read it in band
 * @hbm_size: architectural size of its memory
 * @hbm_backed: bytes of it that exist and can be allocated
 * @hbm_free: bytes of it that were free when this was asked
 * @page_size: granularity of buffers in HBM, grants and windows
 * @ports: links of its chiplet
 * @windows: windows that can be mapped at the same time
 * @grants: grants that can stand at the same time
 * @batch_max: most commands that one batch takes
 * @queues: user queues that can be there at the same time, of all processes
 * @operations: a bit for each enum trn4_operation that it has; others are such
 *	as this library does not know
 * @reserved64: zero
 */
struct trn4_info {
	char node[64];
	char pci[32];
	uint32_t number;
	uint32_t target_id;
	uint64_t guid;
	uint64_t hbm_size;
	uint64_t hbm_backed;
	uint64_t hbm_free;
	uint64_t page_size;
	uint32_t ports;
	uint32_t windows;
	uint32_t grants;
	uint32_t batch_max;
	uint32_t queues;
	uint32_t operations;
	uint64_t reserved64[5];
};

/**
 * trn4_list() - find all trn4 accelerators of this machine
 * @list: out, array in the order of the nodes' numbers, NULL where there are
 *	none; release it with trn4_list_free()
 *
 * Nodes of other drivers are passed over, and so are devices that go away
 * meanwhile.
 *
 * Return: number of devices; -EACCES where none could be opened and at least
 * one node is there that this user may not open; -ENOMEM.
 */
int trn4_list(struct trn4_info **list);

/**
 * trn4_list_free() - release what trn4_list() made
 * @list: may be NULL
 */
void trn4_list_free(struct trn4_info *list);

/**
 * trn4_open() - open a device by any of its names
 * @name: a target id in decimal ("2"), a PCI address ("0000:01:00.0" or
 *	"01:00.0"), or a node ("accel0" or "/dev/accel/accel0")
 * @dev: out
 *
 * Return: 0; -EINVAL where @name is none of these; -ENODEV where no trn4
 * device has it; else what open() said.
 */
int trn4_open(const char *name, struct trn4_device **dev);

/**
 * trn4_open_accel() - open /dev/accel/accelN
 * @number: N
 * @dev: out
 *
 * Return: 0; -ENODEV where it is not there or another driver's; else what
 * open() said.
 */
int trn4_open_accel(unsigned int number, struct trn4_device **dev);

/**
 * trn4_open_pci() - open the device at a PCI address
 * @address: with or without its domain
 * @dev: out
 *
 * Return: as trn4_open().
 */
int trn4_open_pci(const char *address, struct trn4_device **dev);

/**
 * trn4_open_target() - open the device with a target id
 * @target_id: in the fabric
 * @dev: out
 *
 * Return: as trn4_open().
 */
int trn4_open_target(uint32_t target_id, struct trn4_device **dev);

/**
 * trn4_open_fd() - use a node that is open already
 * @fd: of a trn4 accel node; the device owns it from now on, and not where
 *	the call fails
 * @dev: out
 *
 * Return: 0; -ENODEV where it is not a trn4 node; -ENOMEM.
 */
int trn4_open_fd(int fd, struct trn4_device **dev);

/**
 * trn4_close() - close a device
 * @dev: may be NULL; all that was made with it has been destroyed
 */
void trn4_close(struct trn4_device *dev);

/**
 * trn4_fd() - the device's file, for ioctls and poll of one's own
 * @dev: the device; keeps owning the file
 *
 * Return: the file descriptor.
 */
int trn4_fd(const struct trn4_device *dev);

/**
 * trn4_target_id() - the device's id in the fabric
 * @dev: the device
 *
 * Return: the target id.
 */
uint32_t trn4_target_id(const struct trn4_device *dev);

/**
 * trn4_query() - ask a device what it is and how much memory is free
 * @dev: the device
 * @info: out
 *
 * Return: 0; -ENODEV where it is gone.
 */
int trn4_query(struct trn4_device *dev, struct trn4_info *info);

/**
 * trn4_ro_stores() - how many stores into read-only windows a device has dropped
 * @dev: the device that has the windows, not that whose memory it is
 * @count: out, of all processes, since the device was reset
 *
 * A mapping of a read-only window takes no store. What is counted got past the
 * page tables, and changed nothing: somebody uses the device's BAR itself.
 *
 * Return: 0; -EBUSY while the device is being reset, -EIO where it did not come
 * back; -ENODEV where it is gone.
 */
int trn4_ro_stores(struct trn4_device *dev, uint64_t *count);

/* ---- Buffers ------------------------------------------------------------ */

/**
 * enum trn4_buffer_flags - where a buffer lies
 * @TRN4_BUFFER_HBM: in the device's memory: can be granted to peers
 * @TRN4_BUFFER_HOST: in pinned host memory: for copies in and out
 * @TRN4_BUFFER_TOP: high in the device's memory, apart from those that are not
 */
enum trn4_buffer_flags {
	TRN4_BUFFER_HBM = 0,
	TRN4_BUFFER_HOST = 1,
	TRN4_BUFFER_TOP = 2,
};

/**
 * trn4_buffer_create() - allocate a buffer, all zeroes
 * @dev: the device
 * @size: not zero; rounded up to the device's page size in HBM, to the
 *	processor's for host memory
 * @flags: enum trn4_buffer_flags
 * @buf: out
 *
 * Return: 0; -ENOSPC where no range of HBM that large is free; -ENOMEM;
 * -EINVAL; -ENODEV.
 */
int trn4_buffer_create(struct trn4_device *dev, uint64_t size, uint32_t flags,
		       struct trn4_buffer **buf);

/**
 * trn4_buffer_create_aligned() - allocate a buffer at such an address of HBM
 * @dev: the device
 * @size: as for trn4_buffer_create()
 * @alignment: a power of two, from the device's page size to 1 GiB; 0 for the
 *	device's page size
 * @flags: enum trn4_buffer_flags
 * @buf: out
 *
 * Return: as trn4_buffer_create().
 */
int trn4_buffer_create_aligned(struct trn4_device *dev, uint64_t size,
			       uint64_t alignment, uint32_t flags,
			       struct trn4_buffer **buf);

/**
 * trn4_buffer_wrap() - make a buffer of memory of the process, for copies
 * @dev: the device
 * @ptr: multiple of the processor's page size
 * @size: the same
 * @readonly: the device only reads it; needed where the process can only read
 * @buf: out; its mapping is @ptr
 *
 * Its pages are pinned, and count as locked memory, until it is destroyed. The
 * memory may be unmapped before; it is not by trn4_buffer_destroy().
 *
 * Return: 0; -EFAULT where not all of it is memory; -ENOMEM, also beyond the
 * limit of locked memory; -EINVAL; -ENODEV.
 */
int trn4_buffer_wrap(struct trn4_device *dev, void *ptr, uint64_t size,
		     bool readonly, struct trn4_buffer **buf);

/**
 * trn4_buffer_export() - a dma-buf of a buffer, for whoever gets the file
 * @buf: a buffer in HBM
 * @writable: whoever gets it may write
 *
 * Return: a file descriptor, to be closed; -EOPNOTSUPP for host memory;
 * -ENODEV.
 */
int trn4_buffer_export(const struct trn4_buffer *buf, bool writable);

/**
 * trn4_buffer_export_revoke() - take a buffer back from all who have it by its
 *	dma-buf
 * @buf: a buffer in HBM that was exported
 *
 * For good, and whoever has the file: windows on it end as if a grant had been
 * revoked, mappings of the dma-buf give SIGBUS, and trn4_import() fails with
 * -EKEYREVOKED. It does not reach who has imported it on the same accelerator,
 * and so has the buffer itself. Grants of the buffer stand. Where devices of
 * other drivers have it, their work is waited for.
 *
 * Return: 0; -ENOENT where it has no dma-buf; -EINVAL for host memory; -ENODEV.
 */
int trn4_buffer_export_revoke(const struct trn4_buffer *buf);

/**
 * trn4_buffer_destroy() - unmap and release a buffer
 * @buf: may be NULL
 *
 * Grants of it stand on and hold the memory until they are revoked; commands
 * that are queued hold it until they have ended.
 */
void trn4_buffer_destroy(struct trn4_buffer *buf);

/**
 * trn4_buffer_map() - make a buffer's bytes readable and writable
 * @buf: the buffer
 * @ptr: out; stays valid until trn4_buffer_destroy(). A second call gives the
 *	same address.
 *
 * Return: 0, or what mmap() said.
 */
int trn4_buffer_map(struct trn4_buffer *buf, void **ptr);

/**
 * trn4_buffer_size() - the rounded size of a buffer
 * @buf: the buffer
 *
 * Return: bytes.
 */
uint64_t trn4_buffer_size(const struct trn4_buffer *buf);

/**
 * trn4_buffer_handle() - the buffer's GEM handle, for ioctls of one's own
 * @buf: the buffer; keeps owning the handle
 *
 * Return: the handle.
 */
uint32_t trn4_buffer_handle(const struct trn4_buffer *buf);

/* ---- Grants ------------------------------------------------------------- */

/**
 * enum trn4_rights - what a grant or a window permits
 * @TRN4_RIGHT_READ: loads and copies from it
 * @TRN4_RIGHT_WRITE: stores and copies to it; only together with READ
 * @TRN4_RIGHT_ATOMIC: remote atomics; only together with READ and WRITE
 * @TRN4_RIGHTS_ALL: all three
 */
enum trn4_rights {
	TRN4_RIGHT_READ = 1,
	TRN4_RIGHT_WRITE = 2,
	TRN4_RIGHT_ATOMIC = 4,
	TRN4_RIGHTS_ALL = 7,
};

/**
 * struct trn4_token - names a grant to whoever has it
 * @bytes: random, so that it cannot be guessed
 *
 * May be copied, sent and stored like any bytes.
 */
struct trn4_token {
	uint8_t bytes[16];
};

#define TRN4_TOKEN_TEXT 33 /* 32 hex digits and the end */

/**
 * trn4_grant_create() - let peers use a part of a buffer
 * @buf: a buffer in HBM; may be destroyed before the grant
 * @offset: multiple of the device's page size
 * @size: the same; 0 for all from @offset to the buffer's end
 * @rights: enum trn4_rights, at least READ
 * @grant: out
 *
 * Return: 0; -EINVAL where range, rights or partition are wrong; -ENOSPC where
 * all grants are in use; -ENOMEM; -ENODEV.
 */
int trn4_grant_create(struct trn4_buffer *buf, uint64_t offset, uint64_t size,
		      uint32_t rights, struct trn4_grant **grant);

/**
 * trn4_grant_create_limited() - let members of one partition use a part of a
 *	buffer
 * @buf: as for trn4_grant_create()
 * @offset: the same
 * @size: the same
 * @rights: the same
 * @partition: of the fabric, up to 65535, there or not; 0 for any that both
 *	sides are in
 * @grant: out
 *
 * A window on it is live while both sides are members.
 *
 * Return: as trn4_grant_create().
 */
int trn4_grant_create_limited(struct trn4_buffer *buf, uint64_t offset,
			      uint64_t size, uint32_t rights,
			      uint32_t partition, struct trn4_grant **grant);

/**
 * trn4_grant_revoke() - take a grant back, and release it
 * @grant: may be NULL; gone after the call, whatever it returns
 *
 * When it returns no window reaches the memory any more: who touches a mapping
 * gets SIGBUS, commands that use such a window end with -EKEYREVOKED.
 *
 * Return: 0; -ENODEV where the device is gone, and the grant with it.
 */
int trn4_grant_revoke(struct trn4_grant *grant);

/**
 * trn4_grant_token() - what names the grant to others
 * @grant: the grant
 *
 * Return: the token, valid as long as @grant.
 */
const struct trn4_token *trn4_grant_token(const struct trn4_grant *grant);

/**
 * trn4_token_format() - a token as 32 hexadecimal digits
 * @token: the token
 * @text: out, TRN4_TOKEN_TEXT bytes
 */
void trn4_token_format(const struct trn4_token *token,
		       char text[TRN4_TOKEN_TEXT]);

/**
 * trn4_token_parse() - the token that 32 hexadecimal digits stand for
 * @text: nothing but the digits
 * @token: out
 *
 * Return: 0; -EINVAL.
 */
int trn4_token_parse(const char *text, struct trn4_token *token);

/* ---- Windows ------------------------------------------------------------ */

/**
 * enum trn4_window_state - whether a window can be used now, and why not
 * @TRN4_STATE_LIVE: it reaches the peer's memory
 * @TRN4_STATE_UNMAPPED: it was given up
 * @TRN4_STATE_REVOKED: the grant was taken back; it will not return
 * @TRN4_STATE_NO_LINK: no link is up on one side
 * @TRN4_STATE_NO_ROUTE: no switch leads there
 * @TRN4_STATE_NO_PARTITION: the two are not in a common partition, or not in
 *	that of the grant
 * @TRN4_STATE_FAULT: the device refuses it for another reason
 *
 * From the NO_ states it returns by itself when the cause has gone.
 */
enum trn4_window_state {
	TRN4_STATE_LIVE,
	TRN4_STATE_UNMAPPED,
	TRN4_STATE_REVOKED,
	TRN4_STATE_NO_LINK,
	TRN4_STATE_NO_ROUTE,
	TRN4_STATE_NO_PARTITION,
	TRN4_STATE_FAULT,
};

/**
 * trn4_window_create() - make a peer's grant reachable from a device
 * @dev: the device that will use it; not the grant's own
 * @token: as the grant's owner got it
 * @offset: within the grant, multiple of the device's page size
 * @size: the same; 0 for all from @offset to the grant's end
 * @rights: enum trn4_rights, at least READ and no more than granted
 * @win: out
 *
 * Return: 0; -ENOENT where no grant has this token; -EACCES where a right was
 * not granted; -ERANGE beyond the grant's end; -ELOOP where the grant is this
 * device's own; -ENOLINK where no link is up, here or there; -EHOSTUNREACH
 * where no switch has a route; -EPERM where the two are in no common
 * partition, or not in the grant's; -ENOSPC where no window or no room in the aperture is free;
 * -EINVAL; -ENOMEM; -ENODEV.
 */
int trn4_window_create(struct trn4_device *dev, const struct trn4_token *token,
		       uint64_t offset, uint64_t size, uint32_t rights,
		       struct trn4_window **win);

/**
 * trn4_import() - make a buffer or a window of a dma-buf
 * @dev: the device that will use it
 * @fd: stays the caller's. For each @dev once at a time, and not of a buffer
 *	that was made with @dev itself
 * @buf: out; of this device's HBM, or of host memory, then for copies; else
 *	NULL
 * @win: out; of another accelerator's HBM, with the right to write where @fd is
 *	open for that; else NULL
 *
 * Return: 0; -EBADF or -EINVAL where @fd is no dma-buf; of a peer's HBM also
 * what trn4_window_create() returns; -ENOMEM; -ENODEV.
 */
int trn4_import(struct trn4_device *dev, int fd, struct trn4_buffer **buf,
		struct trn4_window **win);

/**
 * trn4_window_destroy() - unmap a window and give it up
 * @win: may be NULL
 */
void trn4_window_destroy(struct trn4_window *win);

/**
 * trn4_window_map() - make the peer's bytes readable, and writable where the
 *	window has TRN4_RIGHT_WRITE
 * @win: the window
 * @ptr: out; stays valid until trn4_window_destroy(). A second call gives the
 *	same address.
 *
 * Touching the mapping while the window is not live gives SIGBUS, which a
 * program that outlives its peers must handle.
 *
 * Return: 0, or what mmap() said.
 */
int trn4_window_map(struct trn4_window *win, void **ptr);

/**
 * trn4_window_state() - whether a window can be used now
 * @win: the window
 *
 * Return: enum trn4_window_state, or -ENODEV where the device is gone.
 */
int trn4_window_state(const struct trn4_window *win);

/**
 * trn4_window_state_text() - a window's state in words
 * @state: what trn4_window_state() returned, errors too
 *
 * Return: a constant text, without an end of line.
 */
const char *trn4_window_state_text(int state);

/**
 * trn4_window_size() - the size of a window
 * @win: the window
 *
 * Return: bytes.
 */
uint64_t trn4_window_size(const struct trn4_window *win);

/**
 * trn4_window_peer() - whose memory a window stands for
 * @win: the window
 *
 * Return: the target id of the grant's endpoint.
 */
uint32_t trn4_window_peer(const struct trn4_window *win);

/**
 * trn4_window_handle() - the window's GEM handle, for ioctls of one's own
 * @win: the window; keeps owning the handle
 *
 * Return: the handle.
 */
uint32_t trn4_window_handle(const struct trn4_window *win);

/* ---- Commands ----------------------------------------------------------- */

/**
 * enum trn4_place_kind - how a place names what it is in
 * @TRN4_PLACE_OBJECT: by its GEM handle; for batches
 * @TRN4_PLACE_SEGMENT: by the number of a segment; for user queues
 */
enum trn4_place_kind {
	TRN4_PLACE_OBJECT,
	TRN4_PLACE_SEGMENT,
};

/**
 * struct trn4_place - a byte in a buffer or in a window of one device
 * @offset: within it
 * @handle: what it is in
 * @kind: enum trn4_place_kind
 */
struct trn4_place {
	uint64_t offset;
	uint32_t handle;
	uint32_t kind;
};

/**
 * trn4_buffer_at() - a byte of a buffer, for commands
 * @buf: the buffer
 * @offset: within it
 *
 * Return: the place, good as long as the buffer.
 */
struct trn4_place trn4_buffer_at(const struct trn4_buffer *buf,
				 uint64_t offset);

/**
 * trn4_window_at() - a byte of a peer's memory, for commands
 * @win: the window
 * @offset: within it
 *
 * Return: the place, good as long as the window.
 */
struct trn4_place trn4_window_at(const struct trn4_window *win,
				 uint64_t offset);

/**
 * enum trn4_atomic_op - what becomes of a word in one step
 * @TRN4_ADD: old + operand
 * @TRN4_SWAP: operand
 * @TRN4_COMPARE_SWAP: operand where old equals the comparand, else it stays
 * @TRN4_SUB: old - operand
 * @TRN4_INC: 0 where old >= operand, else old + 1
 * @TRN4_DEC: operand where old is 0 or > operand, else old - 1
 * @TRN4_MIN: the lesser
 * @TRN4_MAX: the greater
 * @TRN4_AND: bits that are set in both
 * @TRN4_OR: bits that are set in any
 * @TRN4_XOR: bits that are set in one only
 */
enum trn4_atomic_op {
	TRN4_ADD,
	TRN4_SWAP,
	TRN4_COMPARE_SWAP,
	TRN4_SUB,
	TRN4_INC,
	TRN4_DEC,
	TRN4_MIN,
	TRN4_MAX,
	TRN4_AND,
	TRN4_OR,
	TRN4_XOR,
};

/**
 * enum trn4_word - what an atomic operation takes a word for
 * @TRN4_U32: 4 bytes
 * @TRN4_U64: 8 bytes
 * @TRN4_U128: 16 bytes, that change as a whole
 * @TRN4_S32: 4 bytes, for TRN4_MIN and _MAX: the others are as for TRN4_U32
 * @TRN4_S64: 8 bytes, the same
 * @TRN4_F32: IEEE 754 of 4 bytes
 * @TRN4_F64: IEEE 754 of 8 bytes
 * @TRN4_F16X2: two of 2 bytes, that change together
 * @TRN4_BF16X2: two upper halves of TRN4_F32, that change together
 * @TRN4_F32X4: four TRN4_F32 in a row, that change each by itself
 *
 * Floating point operands are given by their bits, as memcpy() takes them.
 */
enum trn4_word {
	TRN4_U32,
	TRN4_U64,
	TRN4_U128,
	TRN4_S32,
	TRN4_S64,
	TRN4_F32,
	TRN4_F64,
	TRN4_F16X2,
	TRN4_BF16X2,
	TRN4_F32X4,
};

/**
 * trn4_word_size() - how large a word is
 * @word: its kind
 *
 * Return: bytes; 0 where there is no such kind.
 */
unsigned int trn4_word_size(enum trn4_word word);

/**
 * trn4_atomic_words() - which words an atomic operation works on
 * @dev: the device
 * @op: the operation
 *
 * Return: a bit for each enum trn4_word; 0 where there is no such operation,
 * or the device is gone.
 */
uint32_t trn4_atomic_words(struct trn4_device *dev, enum trn4_atomic_op op);

/**
 * struct trn4_atomic_full - an atomic operation, in full
 * @op: what to do
 * @word: on what
 * @no_fetch: the word as it was is of no interest; takes the time of a store
 * @operand: second operand, from the word's lowest byte on; zero above
 * @compare: for TRN4_COMPARE_SWAP, else zero
 * @old: where a word of 16 bytes goes as it was, aligned to 16; not looked at
 *	for others, which are in the result
 */
struct trn4_atomic_full {
	enum trn4_atomic_op op;
	enum trn4_word word;
	bool no_fetch;
	uint64_t operand[2];
	uint64_t compare[2];
	struct trn4_place old;
};

/**
 * struct trn4_rows - rows of bytes, as a part of a matrix has them
 * @length: bytes of a row, not zero
 * @count: how many, not zero
 * @dst_pitch: from one row to the next in the destination, no less than
 *	@length; zero where there is one
 * @src_pitch: the same in the source; zero for a fill
 */
struct trn4_rows {
	uint64_t length;
	uint64_t count;
	uint64_t dst_pitch;
	uint64_t src_pitch;
};

/**
 * struct trn4_result - how one command ended
 * @value: the word before the operation (atomic that fetches up to 8 bytes),
 *	bytes written (copy, fill), the word as it was found (wait for a word),
 *	else zero
 * @start: model time in nanoseconds, since the device was reset
 * @end: the same; @end - @start is what the real fabric would have taken
 * @error: 0; -EKEYREVOKED where a window or a segment is not live (any longer);
 *	-EACCES where it lacks the right; -EIO where memory could not be
 *	reached; -ECANCELED where the device was reset; of an atomic or a signal
 *	-EINVAL where the word is not aligned, -ERANGE where it is beyond the
 *	end of its buffer or window. What else a batch is told by
 *	trn4_batch_submit(), a user queue is told here: -EINVAL where a field
 *	is wrong; -ERANGE beyond a segment's end; -ENOENT where a segment is
 *	not set; -EOPNOTSUPP where the device has no such operation; and of a
 *	wait for a word -ETIME
 * @id: the command's index in its batch, or its id in its queue
 */
struct trn4_result {
	uint64_t value;
	uint64_t start;
	uint64_t end;
	int32_t error;
	uint32_t id;
};

#define TRN4_NO_TIMEOUT INT64_C(-1)

/**
 * trn4_batch_create() - make an empty list of commands
 * @dev: the device that will do them
 * @max: most commands that will be in it, 1 to trn4_info.batch_max
 * @batch: out
 *
 * A batch is filled by trn4_batch_nop(), _copy(), _fill(), _atomic(), _signal()
 * and _fence(), handed over by trn4_batch_submit(), waited for by
 * trn4_batch_wait(), asked for its results, and filled anew after
 * trn4_batch_reset() or submitted again as it is.
 * Commands of one batch run in order; two batches may run at the same time.
 *
 * Return: 0; -EINVAL; -ENOMEM; -ENODEV.
 */
int trn4_batch_create(struct trn4_device *dev, unsigned int max,
		      struct trn4_batch **batch);

/**
 * trn4_batch_destroy() - release a batch
 * @batch: may be NULL, and may be under way: its commands still run to their
 *	end
 */
void trn4_batch_destroy(struct trn4_batch *batch);

/**
 * trn4_batch_nop() - add a command that does nothing
 * @batch: not under way
 *
 * Return: the command's index in the batch; -ENOSPC where it is full; -EBUSY
 * where it is under way.
 */
int trn4_batch_nop(struct trn4_batch *batch);

/**
 * trn4_batch_copy() - add a copy
 * @batch: not under way
 * @dst: where the bytes go
 * @src: where they are
 * @length: how many, not zero
 *
 * Source and destination may overlap: the bytes arrive as if by memmove().
 *
 * Return: as trn4_batch_nop(); -EINVAL where a place is in a segment. A wrong
 * range is told by trn4_batch_submit().
 */
int trn4_batch_copy(struct trn4_batch *batch, struct trn4_place dst,
		    struct trn4_place src, uint64_t length);

/**
 * trn4_batch_copy_rows() - add a copy of rows
 * @batch: not under way
 * @dst: where the first row goes
 * @src: where it is
 * @rows: of what shape; copied
 *
 * The bytes of each row arrive as if by memmove(), and where both pitches are
 * equal those of all rows together.
 *
 * Return: as trn4_batch_copy().
 */
int trn4_batch_copy_rows(struct trn4_batch *batch, struct trn4_place dst,
			 struct trn4_place src, const struct trn4_rows *rows);

/**
 * trn4_batch_fill() - add a fill
 * @batch: not under way
 * @dst: where to
 * @length: bytes, not zero
 * @pattern: byte n becomes its byte n % 8
 *
 * Return: as trn4_batch_copy().
 */
int trn4_batch_fill(struct trn4_batch *batch, struct trn4_place dst,
		    uint64_t length, uint64_t pattern);

/**
 * trn4_batch_fill_rows() - add a fill of rows
 * @batch: not under way
 * @dst: where the first row is
 * @rows: of what shape; copied
 * @pattern: byte n of each row becomes its byte n % 8
 *
 * Return: as trn4_batch_copy().
 */
int trn4_batch_fill_rows(struct trn4_batch *batch, struct trn4_place dst,
			 const struct trn4_rows *rows, uint64_t pattern);

/**
 * trn4_batch_fence() - add a fence
 * @batch: not under way
 *
 * It ends when all has ended that other queues of the device had begun; what
 * follows it in the batch comes after. Within a batch there is no need of it.
 *
 * Return: as trn4_batch_nop().
 */
int trn4_batch_fence(struct trn4_batch *batch);

/**
 * trn4_batch_atomic() - add an atomic operation that tells the old word
 * @batch: not under way
 * @dst: a word in HBM or in a window, aligned to its size
 * @op: what to do
 * @word: on what, of up to 8 bytes
 * @operand: second operand; must fit the word
 * @compare: for TRN4_COMPARE_SWAP, else zero; must fit the word
 *
 * Return: as trn4_batch_copy().
 */
int trn4_batch_atomic(struct trn4_batch *batch, struct trn4_place dst,
		      enum trn4_atomic_op op, enum trn4_word word,
		      uint64_t operand, uint64_t compare);

/**
 * trn4_batch_atomic_full() - add an atomic operation of any kind
 * @batch: not under way
 * @dst: as for trn4_batch_atomic()
 * @atomic: copied
 *
 * Return: as trn4_batch_copy().
 */
int trn4_batch_atomic_full(struct trn4_batch *batch, struct trn4_place dst,
			   const struct trn4_atomic_full *atomic);

/**
 * trn4_batch_signal() - add a store by which others learn of what came before
 * @batch: not under way
 * @dst: the word, aligned to its size; in memory of any kind
 * @word: TRN4_U32 or TRN4_U64
 * @value: what it becomes; must fit the word
 *
 * Whoever sees the word so, sees all that the commands before it did, too: a
 * processor that looks at it, or a user queue by trn4_queue_await().
 *
 * Return: as trn4_batch_copy().
 */
int trn4_batch_signal(struct trn4_batch *batch, struct trn4_place dst,
		      enum trn4_word word, uint64_t value);

/**
 * trn4_batch_submit() - queue a batch
 * @batch: not empty, not under way
 *
 * Return: 0; -EINVAL where a command is wrong, -ENOENT where a buffer or
 * window in it is not this device's: nothing was queued then; -EBUSY where it
 * is under way or the device is being reset, -EIO where that did not come back;
 * -ENODEV.
 */
int trn4_batch_submit(struct trn4_batch *batch);

/**
 * struct trn4_sync - a syncobj, or a point of one that is a timeline
 * @handle: of trn4_syncobj_create() or _import(), or of an ioctl of one's own:
 *	it is a DRM syncobj
 * @reserved: zero
 * @point: of the timeline; 0: it is a binary one
 */
struct trn4_sync {
	uint32_t handle;
	uint32_t reserved;
	uint64_t point;
};

/**
 * trn4_batch_submit_syncs() - queue a batch between others' fences
 * @batch: not empty, not under way
 * @in: what to wait for, or NULL
 * @in_count: how many, up to 64
 * @out: what gets the batch's fence, or NULL
 * @out_count: how many, up to 63
 *
 * Return: as trn4_batch_submit(); -EINVAL also for a fence that is not there.
 */
int trn4_batch_submit_syncs(struct trn4_batch *batch,
			    const struct trn4_sync *in, unsigned int in_count,
			    const struct trn4_sync *out,
			    unsigned int out_count);

/**
 * trn4_batch_wait() - wait until a batch has ended
 * @batch: submitted
 * @timeout: nanoseconds from now, 0 to ask only, or TRN4_NO_TIMEOUT
 *
 * Return: 0 where all its commands have ended, well or not; -ETIME where they
 * have not yet; -EINVAL where it was not submitted; -ENODEV.
 */
int trn4_batch_wait(struct trn4_batch *batch, int64_t timeout);

/**
 * trn4_batch_eventfd() - be told when a batch has ended
 * @batch: submitted
 * @eventfd: is counted up by one when all of its commands have ended, at once
 *	where they have; stays the caller's, who may close it before
 *
 * It tells of this submit only. trn4_batch_wait() returns 0 then, and has to be
 * called before there are results.
 *
 * Return: 0; -EINVAL where it was not submitted, or as trn4_syncobj_eventfd().
 */
int trn4_batch_eventfd(struct trn4_batch *batch, int eventfd);

/**
 * trn4_batch_result() - how a command ended
 * @batch: waited for
 * @index: the command's
 * @result: out
 *
 * Return: 0; -EBUSY before a trn4_batch_wait() that returned 0; -EINVAL where
 * there is no such command.
 */
int trn4_batch_result(const struct trn4_batch *batch, unsigned int index,
		      struct trn4_result *result);

/**
 * trn4_batch_error() - the first command that failed
 * @batch: waited for
 * @index: out where a command failed, or NULL
 *
 * Return: 0 where none failed; its error; -EBUSY as trn4_batch_result().
 */
int trn4_batch_error(const struct trn4_batch *batch, unsigned int *index);

/**
 * trn4_batch_reset() - empty a batch
 * @batch: not under way
 *
 * Return: 0; -EBUSY.
 */
int trn4_batch_reset(struct trn4_batch *batch);

/**
 * trn4_copy() - copy and wait for it
 * @dev: the device that does it
 * @dst: where the bytes go
 * @src: where they are
 * @length: how many, not zero
 * @timeout: as trn4_batch_wait(); after -ETIME the copy may still run
 *
 * Return: 0; the command's error; or as the trn4_batch functions.
 */
int trn4_copy(struct trn4_device *dev, struct trn4_place dst,
	      struct trn4_place src, uint64_t length, int64_t timeout);

/**
 * trn4_fill() - fill and wait for it
 * @dev: the device that does it
 * @dst: where to
 * @length: bytes, not zero
 * @pattern: byte n becomes its byte n % 8
 * @timeout: as trn4_batch_wait(); after -ETIME the fill may still run
 *
 * Return: 0; the command's error; or as the trn4_batch functions.
 */
int trn4_fill(struct trn4_device *dev, struct trn4_place dst, uint64_t length,
	      uint64_t pattern, int64_t timeout);

/**
 * trn4_atomic() - do an atomic operation and wait for it
 * @dev: the device that does it
 * @dst: as for trn4_batch_atomic()
 * @op: what to do
 * @word: on what, of up to 8 bytes
 * @operand: second operand
 * @compare: for TRN4_COMPARE_SWAP, else zero
 * @old: out, the word before the operation; or NULL
 * @timeout: as trn4_batch_wait(); after -ETIME it may still happen
 *
 * For more than a few use a batch, which is made once.
 *
 * Return: 0; the command's error; or as the trn4_batch functions.
 */
int trn4_atomic(struct trn4_device *dev, struct trn4_place dst,
		enum trn4_atomic_op op, enum trn4_word word, uint64_t operand,
		uint64_t compare, uint64_t *old, int64_t timeout);

/* ---- Syncobjs ----------------------------------------------------------- */

/**
 * trn4_syncobj_create() - make what batches can signal and wait for
 * @dev: the device
 * @handle: out, not zero; for struct trn4_sync, with batches of this device
 *
 * It has no fence yet. Whether it is binary or a timeline is up to the first
 * use: with points it is a timeline, and these only grow.
 *
 * Return: 0; -ENOMEM; -ENODEV.
 */
int trn4_syncobj_create(struct trn4_device *dev, uint32_t *handle);

/**
 * trn4_syncobj_destroy() - give up a syncobj
 * @dev: the device
 * @handle: its handle; 0: nothing is done
 *
 * Batches that are queued, and whoever else has it, keep it.
 */
void trn4_syncobj_destroy(struct trn4_device *dev, uint32_t handle);

/**
 * trn4_syncobj_export() - a file of a syncobj, for other devices and processes
 * @dev: the device
 * @handle: its handle
 *
 * Return: a file descriptor, to be closed; -EINVAL where there is no such
 * syncobj; -EMFILE; -ENOMEM.
 */
int trn4_syncobj_export(struct trn4_device *dev, uint32_t handle);

/**
 * trn4_syncobj_import() - the syncobj of a file
 * @dev: the device that will use it; any driver's may have made it
 * @fd: stays the caller's
 * @handle: out, a new one with each call, to be destroyed
 *
 * Return: 0; -EINVAL where @fd is no syncobj's; -ENOMEM; -ENODEV.
 */
int trn4_syncobj_import(struct trn4_device *dev, int fd, uint32_t *handle);

/**
 * trn4_syncobj_signal() - let those go on that wait for a syncobj
 * @dev: the device
 * @sync: the syncobj, or the point, greater than those it had before
 *
 * Return: 0; -ENOENT where there is no such syncobj; -EINVAL; -ENOMEM; -ENODEV.
 */
int trn4_syncobj_signal(struct trn4_device *dev, const struct trn4_sync *sync);

/**
 * trn4_syncobj_wait() - wait until all of some syncobjs have signalled
 * @dev: the device
 * @syncs: binary ones and points in any mixture; also such as nobody was asked
 *	to signal yet
 * @count: how many, 1 to 64
 * @timeout: nanoseconds from now, 0 to ask only, or TRN4_NO_TIMEOUT
 *
 * Return: 0; -ETIME where not all have in that time; -ENOENT where there is no
 * such syncobj; -EINVAL; -ENOMEM; -ENODEV.
 */
int trn4_syncobj_wait(struct trn4_device *dev, const struct trn4_sync *syncs,
		      unsigned int count, int64_t timeout);

/**
 * trn4_syncobj_eventfd() - be told when a syncobj has signalled
 * @dev: the device
 * @sync: the syncobj, or the point; also one that nobody was asked to signal yet
 * @eventfd: is counted up by one when it has, at once where it has already;
 *	stays the caller's, who may close it before
 *
 * Return: 0; -EINVAL where @eventfd is no eventfd, and from kernels before 6.6;
 * -EBADF where it is not open; -ENOENT where there is no such syncobj; -ENOMEM;
 * -ENODEV.
 */
int trn4_syncobj_eventfd(struct trn4_device *dev, const struct trn4_sync *sync,
			 int eventfd);

/* ---- User queues -------------------------------------------------------- */

#define TRN4_QUEUE_ENTRIES_MIN 64
#define TRN4_QUEUE_ENTRIES_MAX 4096
#define TRN4_QUEUE_SEGMENTS    128

/**
 * enum trn4_queue_state - whether a queue works
 * @TRN4_QUEUE_STATE_RUNNING: it does
 * @TRN4_QUEUE_STATE_FAULT: the device stopped it: its memory was written to by
 *	others than this library
 * @TRN4_QUEUE_STATE_LOST: the device was reset, or is gone
 * @TRN4_QUEUE_STATE_ENDED: it was destroyed by an ioctl of one's own
 *
 * One that does not run never runs again: what was outstanding has no result.
 */
enum trn4_queue_state {
	TRN4_QUEUE_STATE_RUNNING,
	TRN4_QUEUE_STATE_FAULT,
	TRN4_QUEUE_STATE_LOST,
	TRN4_QUEUE_STATE_ENDED,
};

/**
 * trn4_queue_create() - get a queue of the device for oneself
 * @dev: the device
 * @entries: a power of two, TRN4_QUEUE_ENTRIES_MIN to TRN4_QUEUE_ENTRIES_MAX;
 *	one operation less can be outstanding
 * @eventfd: is counted up when there are results, and when the queue stops;
 *	stays the caller's, and open as long as trn4_queue_wait() is called. -1
 *	for none
 * @queue: out
 *
 * Operations are put into it by trn4_queue_nop(), _copy(), _fill(), _atomic(),
 * _fence(), _signal() and _await(), handed over by trn4_queue_ring(), and their
 * results are taken by trn4_queue_poll() or trn4_queue_wait(). They name memory
 * by segments, trn4_segment_at(), which have to be set before. They run one
 * after another, and their results come in that order; what another queue or a
 * batch does goes on at the same time. A thread that puts and one that takes
 * results need a lock between them, or two queues.
 *
 * What puts, rings and polls makes no system call. It touches the device, which
 * gives SIGBUS when the queue is no more, because the device was reset or is
 * gone: a program that is to outlive that must handle it, as for windows. In a
 * child after fork() there is no queue (SIGSEGV).
 *
 * Return: 0; -EINVAL where @entries is none of these or @eventfd is no eventfd,
 * -EBADF where it is not open; -ENOSPC where all queues are in use; -ENOMEM;
 * -ENODEV.
 */
int trn4_queue_create(struct trn4_device *dev, unsigned int entries,
		      int eventfd, struct trn4_queue **queue);

/**
 * trn4_queue_destroy() - stop a queue and release it
 * @queue: may be NULL, and may have operations outstanding: none of them does
 *	anything any more when this returns, and what they did stays
 */
void trn4_queue_destroy(struct trn4_queue *queue);

/**
 * trn4_queue_state() - whether a queue works
 * @queue: the queue
 *
 * Return: enum trn4_queue_state, or -ENODEV where the device is gone.
 */
int trn4_queue_state(const struct trn4_queue *queue);

/**
 * trn4_queue_state_text() - a queue's state in words
 * @state: what trn4_queue_state() returned, errors too
 *
 * Return: a constant text, without an end of line.
 */
const char *trn4_queue_state_text(int state);

/**
 * trn4_queue_handle() - the queue's GEM handle, for ioctls of one's own
 * @queue: the queue; keeps owning the handle
 *
 * Return: the handle.
 */
uint32_t trn4_queue_handle(const struct trn4_queue *queue);

/**
 * trn4_segment_buffer() - let a queue's operations name a part of a buffer
 * @queue: the queue
 * @number: of the segment, less than TRN4_QUEUE_SEGMENTS
 * @buf: of the same device; may be destroyed before: the queue holds the memory
 * @offset: multiple of 4 KiB
 * @size: bytes, of any number; 0 for all from @offset to the buffer's end
 * @rights: enum trn4_rights, at least READ; ATOMIC not in host memory
 *
 * Replaces what the segment was: when this returns nothing of the queue reaches
 * that any more, and an operation that was at it ends with -EKEYREVOKED.
 *
 * Return: 0; -EINVAL where number, range or rights are wrong; -EACCES where
 * that memory does not take such a right; -ENOENT for a buffer of another
 * device; -EIO where the queue does not run; -ENOMEM; -ENODEV.
 */
int trn4_segment_buffer(struct trn4_queue *queue, unsigned int number,
			const struct trn4_buffer *buf, uint64_t offset,
			uint64_t size, uint32_t rights);

/**
 * trn4_segment_window() - let a queue's operations name a part of a window
 * @queue: the queue
 * @number: as for trn4_segment_buffer()
 * @win: of the same device; where it is not live, operations end with
 *	-EKEYREVOKED
 * @offset: multiple of 4 KiB
 * @size: bytes, of any number; 0 for all from @offset to the window's end
 * @rights: enum trn4_rights, at least READ and no more than the window has
 *
 * Return: as trn4_segment_buffer().
 */
int trn4_segment_window(struct trn4_queue *queue, unsigned int number,
			const struct trn4_window *win, uint64_t offset,
			uint64_t size, uint32_t rights);

/**
 * trn4_segment_clear() - let a segment be nothing
 * @queue: the queue
 * @number: of the segment; may be nothing already
 *
 * Return: 0; -EINVAL where there is no such number; -EIO where the queue does
 * not run; -ENODEV.
 */
int trn4_segment_clear(struct trn4_queue *queue, unsigned int number);

/**
 * trn4_segment_at() - a byte of a segment, for operations of its queue
 * @number: of the segment
 * @offset: within it
 *
 * Return: the place, good for any queue that has such a segment.
 */
struct trn4_place trn4_segment_at(unsigned int number, uint64_t offset);

/**
 * trn4_queue_nop() - put an operation that does nothing
 * @queue: the queue
 *
 * Return: an id, less than the queue's entries, that no other outstanding
 * operation has; -EAGAIN where the ring is full, until a result is taken.
 */
int trn4_queue_nop(struct trn4_queue *queue);

/**
 * trn4_queue_copy() - put a copy
 * @queue: the queue
 * @dst: where the bytes go, a place in a segment
 * @src: where they are, the same
 * @length: how many
 *
 * As trn4_batch_copy().
 *
 * Return: as trn4_queue_nop(); -EINVAL where a place is in no segment. What
 * else is wrong is told by the result.
 */
int trn4_queue_copy(struct trn4_queue *queue, struct trn4_place dst,
		    struct trn4_place src, uint64_t length);

/**
 * trn4_queue_copy_rows() - put a copy of rows
 * @queue: the queue
 * @dst: where the first row goes
 * @src: where it is
 * @rows: of what shape; copied
 *
 * As trn4_batch_copy_rows().
 *
 * Return: as trn4_queue_copy().
 */
int trn4_queue_copy_rows(struct trn4_queue *queue, struct trn4_place dst,
			 struct trn4_place src, const struct trn4_rows *rows);

/**
 * trn4_queue_fill() - put a fill
 * @queue: the queue
 * @dst: where to
 * @length: bytes
 * @pattern: byte n becomes its byte n % 8
 *
 * Return: as trn4_queue_copy().
 */
int trn4_queue_fill(struct trn4_queue *queue, struct trn4_place dst,
		    uint64_t length, uint64_t pattern);

/**
 * trn4_queue_fill_rows() - put a fill of rows
 * @queue: the queue
 * @dst: where the first row is
 * @rows: of what shape; copied. -EINVAL where it has a pitch of a source
 * @pattern: byte n of each row becomes its byte n % 8
 *
 * Return: as trn4_queue_copy().
 */
int trn4_queue_fill_rows(struct trn4_queue *queue, struct trn4_place dst,
			 const struct trn4_rows *rows, uint64_t pattern);

/**
 * trn4_queue_atomic() - put an atomic operation that tells the old word
 * @queue: the queue
 * @dst: a word in HBM or in a window, aligned to its size
 * @op: what to do
 * @word: on what, of up to 8 bytes
 * @operand: second operand; must fit the word
 * @compare: for TRN4_COMPARE_SWAP, else zero; must fit the word
 *
 * Return: as trn4_queue_copy(); -EINVAL also where there is no such operation
 * or word.
 */
int trn4_queue_atomic(struct trn4_queue *queue, struct trn4_place dst,
		      enum trn4_atomic_op op, enum trn4_word word,
		      uint64_t operand, uint64_t compare);

/**
 * trn4_queue_atomic_full() - put an atomic operation of any kind
 * @queue: the queue
 * @dst: as for trn4_queue_atomic()
 * @atomic: copied; where it has a place for the old word that is in a segment
 *
 * Return: as trn4_queue_atomic().
 */
int trn4_queue_atomic_full(struct trn4_queue *queue, struct trn4_place dst,
			   const struct trn4_atomic_full *atomic);

/**
 * trn4_queue_fence() - put a fence
 * @queue: the queue
 *
 * It ends when all has ended that other queues of the device had begun, but for
 * waits for words; what follows it in the queue comes after.
 *
 * Return: as trn4_queue_nop().
 */
int trn4_queue_fence(struct trn4_queue *queue);

/**
 * trn4_queue_signal() - put a store by which others learn of what came before
 * @queue: the queue
 * @dst: the word, aligned to its size
 * @word: TRN4_U32 or TRN4_U64
 * @value: what it becomes; must fit the word
 *
 * Whoever sees the word so, sees all that the queue did before, too.
 *
 * Return: as trn4_queue_atomic().
 */
int trn4_queue_signal(struct trn4_queue *queue, struct trn4_place dst,
		      enum trn4_word word, uint64_t value);

/**
 * enum trn4_until - what a word is waited for
 * @TRN4_UNTIL_EQUAL: it is the value
 * @TRN4_UNTIL_DIFFERENT: it is not
 * @TRN4_UNTIL_REACHED: it is the value or more, both unsigned
 * @TRN4_UNTIL_ANY_BIT: a bit of the value is set in it
 */
enum trn4_until {
	TRN4_UNTIL_EQUAL = 1,
	TRN4_UNTIL_DIFFERENT,
	TRN4_UNTIL_REACHED,
	TRN4_UNTIL_ANY_BIT,
};

/**
 * trn4_queue_await() - put a wait for a word
 * @queue: the queue; what follows in it waits, too
 * @src: the word, aligned to its size
 * @until: what it is waited for
 * @word: TRN4_U32 or TRN4_U64
 * @value: what it is compared with; must fit the word
 * @timeout: nanoseconds from when the device comes to it, taken for
 *	microseconds, 1 at least; or TRN4_NO_TIMEOUT. After that its result is
 *	-ETIME, and the queue goes on
 *
 * The word may be missed where it is as wanted for a few microseconds only: let
 * it grow, and wait with TRN4_UNTIL_REACHED.
 *
 * Return: as trn4_queue_atomic(); -EINVAL also where @until is none.
 */
int trn4_queue_await(struct trn4_queue *queue, struct trn4_place src,
		     enum trn4_until until, enum trn4_word word, uint64_t value,
		     int64_t timeout);

/**
 * trn4_queue_ring() - let the device see what was put
 * @queue: the queue
 *
 * All that this thread stored before, through whatever mapping, is in place
 * before the device begins. It is one store to the device for any number of
 * operations: better to ring once for many.
 */
void trn4_queue_ring(struct trn4_queue *queue);

/**
 * trn4_queue_outstanding() - how many operations were put, and have no result
 * @queue: the queue
 *
 * Return: their number, counting results that are there and were not taken.
 */
unsigned int trn4_queue_outstanding(const struct trn4_queue *queue);

/**
 * trn4_queue_poll() - take the next result, if it is there
 * @queue: the queue
 * @result: out
 *
 * What the operation wrote is seen by all that this thread loads afterwards.
 * Who sleeps on the eventfd in another way than by trn4_queue_wait() reads it,
 * and then takes results until there is none: what comes later counts it up.
 *
 * Return: true where there was one.
 */
bool trn4_queue_poll(struct trn4_queue *queue, struct trn4_result *result);

/**
 * trn4_queue_wait() - take the next result, when it is there
 * @queue: the queue, that is rung where that is due
 * @result: out
 * @timeout: nanoseconds from now, 0 to look only, or TRN4_NO_TIMEOUT
 *
 * It looks for some microseconds, and then sleeps on the queue's eventfd, and
 * takes what that has counted: nobody else may read it meanwhile. Without an
 * eventfd it goes on looking, and offers the processor to others in between.
 *
 * Return: 0; -ETIME where it was not there in time; -EINVAL where nothing is
 * outstanding; -EIO where the queue does not run any more (trn4_queue_state()
 * tells why) and no result is left; -EBADF where its eventfd was closed;
 * -ENODEV.
 */
int trn4_queue_wait(struct trn4_queue *queue, struct trn4_result *result,
		    int64_t timeout);

/* ---- Errors ------------------------------------------------------------- */

/**
 * enum trn4_call - which call an error came from
 * @TRN4_CALL_OPEN: trn4_open*(), trn4_list(), trn4_query(), trn4_ro_stores()
 * @TRN4_CALL_BUFFER: trn4_buffer_create*(), trn4_buffer_wrap(),
 *	trn4_buffer_export*()
 * @TRN4_CALL_MAP: trn4_buffer_map(), trn4_window_map()
 * @TRN4_CALL_GRANT: trn4_grant_create*(), trn4_grant_revoke()
 * @TRN4_CALL_WINDOW: trn4_window_create()
 * @TRN4_CALL_SUBMIT: trn4_batch_submit*() and what fills a batch
 * @TRN4_CALL_WAIT: trn4_batch_wait()
 * @TRN4_CALL_RESULT: trn4_result.error, trn4_batch_error()
 * @TRN4_CALL_IMPORT: trn4_import()
 * @TRN4_CALL_QUEUE: trn4_queue_create(), trn4_queue_wait() and what puts
 *	operations
 * @TRN4_CALL_SEGMENT: trn4_segment_buffer(), _window() and _clear()
 * @TRN4_CALL_SYNC: trn4_syncobj functions, trn4_batch_eventfd()
 */
enum trn4_call {
	TRN4_CALL_OPEN,
	TRN4_CALL_BUFFER,
	TRN4_CALL_MAP,
	TRN4_CALL_GRANT,
	TRN4_CALL_WINDOW,
	TRN4_CALL_SUBMIT,
	TRN4_CALL_WAIT,
	TRN4_CALL_RESULT,
	TRN4_CALL_IMPORT,
	TRN4_CALL_QUEUE,
	TRN4_CALL_SEGMENT,
	TRN4_CALL_SYNC,
};

/**
 * trn4_explain() - what an error means and what to do about it
 * @call: which call returned it
 * @error: the negative errno
 *
 * Return: a constant text, without an end of line; the C library's where this
 * library knows no better.
 */
const char *trn4_explain(enum trn4_call call, int error);

#ifdef __cplusplus
}
#endif

#endif /* TRN4_H */
