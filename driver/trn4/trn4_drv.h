/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of trn4.ko share: its structures, which lock guards what, and
 * how long things live.
 *
 * Locking
 * =======
 *
 * trn4_share_lock (mutex, one for the module) guards all that ties devices
 * together: the table of tokens, the life of every grant, which windows hang
 * on it, and the hardware's grant and window tables. It is held from the
 * lookup of a token until the window is attached, and over a whole revoke, so
 * that a window either is there to be revoked or finds no grant.
 *
 * trn4_device.reset_lock (rwsem) is held for reading while the device is
 * touched (trn4_hw_enter()), for writing only to change trn4_device.state.
 * So it is never held for as long as a reset takes; who waits for that holds
 * no lock, mmap_lock included. The queue does not take it, see below.
 *
 * trn4_aperture.lock (mutex) guards the slots and the ranges of the aperture.
 * They are changed by the holder of this and of trn4_share_lock, and may be
 * read by the holder of either.
 *
 * trn4_window.lock (rwsem) is held for reading from the check that a window
 * may be touched until its pages are in the page table. Who takes the window
 * away changes what is checked, takes the lock for writing, and zaps after
 * that: no stale page can come back.
 *
 * trn4_bo.lock (rwsem) is the same for a buffer in HBM, of which what others
 * have by its dma-buf is taken away.
 *
 * trn4_device.bo_lock (mutex) guards the ranges of HBM and the lists of
 * buffers in host memory and of dma-bufs, and keeps unbind and who frees or
 * releases one of these apart.
 *
 * trn4_device.uqueue_lock (mutex) guards which user queues there are, what their
 * segments are, and the hardware's user queues and segments. Its holder drops no
 * buffer or window. Within it trn4_device.uqueue_events (spinlock) guards the
 * table of queues for the interrupt, which must not wait for who allocates.
 *
 * trn4_file.submit_lock (mutex) keeps arming and pushing of a job together.
 *
 * trn4_queue.lock (mutex) guards the ring and the jobs on it. It is taken
 * where fences are signalled: its holder must not allocate, and takes no
 * other lock.
 *
 * The reservation lock of a buffer or window guards the fences in it; a submit
 * holds those of all that it names.
 *
 * Order: submit_lock; mmap_lock, trn4_share_lock, uqueue_lock, reset_lock,
 * trn4_aperture.lock, trn4_window.lock, trn4_bo.lock, the lock of a user queue;
 * bo_lock within trn4_share_lock or mmap_lock; reservation locks, of dma-bufs
 * of others too, within bo_lock or submit_lock. A buffer of user pages takes
 * mmap_lock when it is freed: it is never mapped by us, nor granted. nvlf calls
 * trn4_nvlf_revoke() under its own lock, and takes reset_lock under it to read
 * our ports, so calls into nvlf other than nvlf_path() and nvlf_together() are
 * made with none of these held.
 *
 * Lifetime
 * ========
 *
 * The registers, the BARs and DMA mappings go at unbind; they are touched by
 * who has entered with drm_dev_enter(), and by unbind itself. struct
 * trn4_device stays until the last file is closed. A file that closes waits
 * until the queue has none of its jobs, but not until they are freed: the
 * scheduler frees jobs in the order of all files together. So a job can outlive
 * its file, and a buffer or a window with it; it holds struct trn4_file, and
 * the end of struct trn4_device waits for the last job.
 *
 * A job holds references on its buffers and windows. A window keeps its slot
 * and its range of the aperture until it is freed, also when it was revoked
 * long before: descriptors in the ring name the slot.
 *
 * A grant holds its buffer until the hardware's entry is invalid. Grants are
 * not counted: a window's pointer to one is cleared when the grant ends.
 */
#ifndef TRN4_DRV_H
#define TRN4_DRV_H

#include <linux/bitmap.h>
#include <linux/dma-fence.h>
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_mm.h>
#include <drm/gpu_scheduler.h>

#include "drm/trn4_accel.h"
#include "hw/trn4_hw.h"
#include "../compat.h"
#include "../nvlf/nvlf.h"

#define TRN4_NAME "trn4"

/* Entries of the kernel's queue, as a power of two */
#define TRN4_QUEUE_ORDER 10

/* Jobs of a file at a time */
#define TRN4_JOBS_FILE 1024

/* A queue for which nothing goes on for this long is reset, if not told else */
#define TRN4_JOB_TIMEOUT_MS 10000

/* How long error recovery may take: the PCI core waits a minute for a device */
#define TRN4_RECOVERY_TIMEOUT_MS 90000

/* How long the jobs of a file that closes may go on */
#define TRN4_CLOSE_TIMEOUT_MS 1000

/* When to look again whether it is alive, where somebody has its lock */
#define TRN4_CHECK_AGAIN_MS 20

struct dma_fence_chain;
struct drm_exec;
struct drm_syncobj;
struct trn4_device;
struct trn4_job;
struct trn4_uqueue;

/**
 * enum trn4_state - may the device be touched?
 * @TRN4_RUNNING: yes
 * @TRN4_RESETTING: no, but it will come back
 * @TRN4_DEAD: no, and it will not, unless someone resets it once more
 */
enum trn4_state {
	TRN4_RUNNING,
	TRN4_RESETTING,
	TRN4_DEAD,
};

/**
 * struct trn4_seg - a run of a host buffer that is contiguous on the bus
 * @start: offset in the buffer
 * @addr: bus address
 */
struct trn4_seg {
	u64 start;
	dma_addr_t addr;
};

/**
 * struct trn4_bo - a buffer, in HBM or in host memory
 * @base: GEM object
 * @start: where in HBM it begins (HBM)
 * @blocks: of the allocator, that make up its range; empty where it has none
 *	(HBM; bo_lock)
 * @pages: its pages, pinned; NULL where others have lent it (host)
 * @npinned: of them, those that trn4_user.c has pinned (host)
 * @mm: whose locked memory they count as (host, trn4_user.c)
 * @readonly: the device must not write to it (host)
 * @lent: dma-buf that it is of, a reference, or NULL (host, trn4_prime.c)
 * @attach: the device's, to @lent; NULL after unbind (host; bo_lock)
 * @sgt: the same, mapped for the device; NULL after unbind (host; bo_lock)
 * @segs: the same as runs, in order, and one after the last (host)
 * @nsegs: runs in @segs (host)
 * @vaddr: kernel mapping, made when results are first asked for (host;
 *	bo_lock to make it, then constant)
 * @link: in trn4_device.host_bos (host; bo_lock)
 * @export: dma-buf of it, or NULL (HBM; bo_lock)
 * @export_link: in trn4_device.exports (HBM; bo_lock)
 * @lock: see "Locking" above (HBM)
 * @revoked: nobody is to have it by its dma-buf any more (HBM; written under
 *	@lock and trn4_share_lock, both)
 * @results_due: jobs in the ring that will write results here
 *	(trn4_queue.lock)
 * @jobs: times that jobs which have not ended name it
 */
struct trn4_bo {
	struct drm_gem_object base;
	u64 start;
	struct list_head blocks;
	struct page **pages;
	unsigned long npinned;
	struct mm_struct *mm;
	bool readonly;
	struct dma_buf *lent;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	struct trn4_seg *segs;
	unsigned int nsegs;
	void *vaddr;
	struct list_head link;
	struct dma_buf *export;
	struct list_head export_link;
	struct rw_semaphore lock; /* @revoked */
	bool revoked;
	unsigned int results_due;
	atomic_t jobs;
};

/**
 * struct trn4_grant - a range of HBM that peers may use
 * @tdev: whose HBM; valid while @live
 * @bo: the buffer; a reference while @live
 * @base: offset in HBM
 * @size: bytes
 * @rights: NVL_RIGHT_*
 * @partition: for members of this one, or 0: for all peers
 * @slot: in the hardware's table
 * @generation: of the hardware's entry
 * @imported: made for who imported the buffer's dma-buf
 * @live: not revoked; the members above mean something only then
 * @token: names it to peers
 * @hash: in the table of tokens
 * @link: in trn4_device.grants
 * @windows: windows that reach it
 *
 * Guarded by trn4_share_lock. Owned by the file that made it, or by the window
 * that it was made for.
 */
struct trn4_grant {
	struct trn4_device *tdev;
	struct trn4_bo *bo;
	u64 base;
	u64 size;
	u32 rights;
	u32 partition;
	u32 slot;
	u32 generation;
	bool imported;
	bool live;
	u8 token[DRM_TRN4_TOKEN_SIZE];
	struct hlist_node hash;
	struct list_head link;
	struct list_head windows;
};

/**
 * struct trn4_window - a slice of the aperture that stands for a peer's grant
 * @base: GEM object
 * @node: its range of one half of the aperture
 * @slot: in the hardware's table, and in trn4_aperture.windows
 * @peer: target id of the grant's endpoint
 * @peer_addr: where in the peer's HBM it begins
 * @partition: the grant's
 * @rights: NVL_RIGHT_*
 * @lock: see "Locking" above
 * @gone: why it ended, or DRM_TRN4_WINDOW_LIVE (@lock)
 * @grant: what it reaches; NULL once it has ended (trn4_share_lock)
 * @own: the grant that was made for it, and ends with it, or NULL
 * @lent: dma-buf by which it came, a reference, or NULL
 * @link: in trn4_grant.windows (trn4_share_lock)
 * @hash: in trn4_aperture.peers
 * @jobs: times that jobs which have not ended name it
 */
struct trn4_window {
	struct drm_gem_object base;
	struct drm_mm_node node;
	u32 slot;
	u32 peer;
	u64 peer_addr;
	u32 partition;
	u32 rights;
	struct rw_semaphore lock;
	enum drm_trn4_window_state gone;
	struct trn4_grant *grant;
	struct trn4_grant *own;
	struct dma_buf *lent;
	struct list_head link;
	struct hlist_node hash;
	atomic_t jobs;
};

/**
 * struct trn4_aperture - which windows there are, and where they lie
 * @lock: see "Locking" above
 * @windows: by slot
 * @slots: entries of @windows that are set
 * @peers: windows by peer, for who has to find those on one of them
 * @count: slots that there are
 * @rw: ranges of the lower half
 * @ro: ranges of the upper half, which can only be read
 */
struct trn4_aperture {
	struct mutex lock; /* slots and ranges */
	struct trn4_window *windows[TRN4_WINDOWS];
	DECLARE_BITMAP(slots, TRN4_WINDOWS);
	DECLARE_HASHTABLE(peers, 7);
	u32 count;
	struct drm_mm rw;
	struct drm_mm ro;
};

/**
 * struct trn4_entry - what a descriptor in the ring belongs to
 * @job: job
 * @work: that it is, in bytes
 * @cmd: command of the job
 * @last: it is the command's last descriptor
 */
struct trn4_entry {
	struct trn4_job *job;
	u32 work;
	u16 cmd;
	bool last;
};

/**
 * struct trn4_queue - the kernel's queue of the device
 * @lock: guards all below; see "Locking" above
 * @up: the hardware queue runs and may be touched, and so may HBM
 * @fault: the device went wrong: only a reset helps
 * @sq: submission ring
 * @cq: completion ring
 * @sq_dma: bus address of @sq
 * @cq_dma: bus address of @cq
 * @entries: what each descriptor in @sq belongs to
 * @tail: descriptors ever put into the ring, modulo 2^32
 * @head: completions ever taken from it
 * @seen: @head at the last check for progress
 * @steps: what the whole engine had done by then (TRN4_REG_STEPS)
 * @work: of the descriptors in the ring, in bytes
 * @files: files with jobs that have descriptors in the ring or still to come
 * @turns: those of them with descriptors to come, the next one's turn first
 * @busy_until: when the last completion was taken, or else the ring was last
 *	empty, in ktime_get_ns()
 */
struct trn4_queue {
	struct mutex lock; /* the ring and its jobs */
	bool up;
	bool fault;
	struct trn4_desc *sq;
	struct trn4_cqe *cq;
	dma_addr_t sq_dma;
	dma_addr_t cq_dma;
	struct trn4_entry *entries;
	u32 tail;
	u32 head;
	u32 seen;
	u64 steps;
	u64 work;
	struct list_head files;
	struct list_head turns;
	u64 busy_until;
};

/**
 * struct trn4_sched - a scheduler that fences can refer to
 * @base: scheduler
 * @ref: one of the device, and one of each fence, because a finished fence
 *	reads the scheduler's name for as long as someone holds it
 * @link: in the list of all of them (trn4_fence.c)
 */
struct trn4_sched {
	struct drm_gpu_scheduler base;
	struct kref ref;
	struct list_head link;
};

/**
 * struct trn4_device - an accelerator
 * @drm: DRM device
 * @pdev: PCI device
 * @regs: BAR0
 * @hbm: BAR4, as much of it as there is memory
 * @aperture_phys: BAR2 as the CPU sees it
 * @hbm_phys: BAR4 as the CPU sees it
 * @target: its id in the fabric
 * @guid: its identity
 * @ports: number of links
 * @hbm_arch: architectural bytes of HBM
 * @hbm_size: bytes that exist and can be reached
 * @aperture_size: bytes of the aperture
 * @aperture_ro: where its read-only half begins
 * @grant_count: entries of the grant table
 * @window_count: entries of the window table
 * @ops: bit n: opcode n
 * @atomic_types: of each enum trn4_atomic; bit t: enum trn4_type t
 * @vectors: MSI-X vectors in use, 1 or 2
 * @ep: the endpoint as nvlf knows it; for who has entered, and unbind
 * @reset_lock: see "Locking" above
 * @state: may it be touched (written under @reset_lock, read anywhere)
 * @reset_wait: woken when @state changes
 * @reset_work: resets the device where that is the only way on, and gives it
 *	up where others were to do that and did not
 * @check_work: looks whether the device is alive and has its state
 * @silent: it did not answer when it was given up, or since (device lock)
 * @shut: the system goes down: nothing makes use of it again (device lock)
 * @bo_lock: see "Locking" above
 * @hbm_mm: ranges of HBM (@bo_lock)
 * @hbm_map: the same, a bit for each 2 MiB that is taken (@bo_lock)
 * @hbm_free: bytes free in it (written under @bo_lock)
 * @host_bos: buffers in host memory that are mapped (@bo_lock)
 * @exports: buffers in HBM that have a dma-buf (@bo_lock)
 * @grants: live grants (trn4_share_lock)
 * @grant_slots: entries in use (trn4_share_lock)
 * @aperture: its windows
 * @queue: the kernel's queue
 * @queue_count: hardware queues, the kernel's included
 * @uqueue_lock: see "Locking" above
 * @uqueue_events: see "Locking" above
 * @uqueues: user queues that run, by slot (written under both locks)
 * @uqueue_orphans: freed, but the hardware may still be at them (@uqueue_lock)
 * @sched: scheduler of @queue
 * @jobs: jobs that are not freed yet; woken by wake_up_var()
 * @release_wq: frees jobs that have ended, out of the scheduler's way
 */
struct trn4_device {
	struct drm_device drm;
	struct pci_dev *pdev;
	void __iomem *regs;
	void __iomem *hbm;
	phys_addr_t aperture_phys;
	phys_addr_t hbm_phys;

	u32 target;
	u64 guid;
	u32 ports;
	u64 hbm_arch;
	u64 hbm_size;
	u64 aperture_size;
	u64 aperture_ro;
	u32 grant_count;
	u32 window_count;
	u32 ops;
	u32 atomic_types[TRN4_ATOMICS];
	int vectors;

	struct nvlf_endpoint *ep;

	struct rw_semaphore reset_lock;
	enum trn4_state state;
	wait_queue_head_t reset_wait;
	struct delayed_work reset_work;
	struct delayed_work check_work;
	bool silent;
	bool shut;

	struct mutex bo_lock; /* HBM and host buffers */
	struct gpu_buddy hbm_mm;
	unsigned long *hbm_map;
	u64 hbm_free;
	struct list_head host_bos;
	struct list_head exports;

	struct list_head grants;
	DECLARE_BITMAP(grant_slots, TRN4_GRANTS);

	struct trn4_aperture aperture;

	struct trn4_queue queue;
	u32 queue_count;
	struct mutex uqueue_lock; /* user queues and segments */
	spinlock_t uqueue_events; /* @uqueues, for the interrupt */
	struct trn4_uqueue *uqueues[TRN4_QUEUES];
	struct list_head uqueue_orphans;
	struct trn4_sched *sched;
	atomic_t jobs;
	struct workqueue_struct *release_wq;
};

/**
 * struct trn4_file - an open file
 * @ref: one of the open file, and one of each job
 * @tdev: device
 * @entity: where its jobs wait for their turn
 * @submit_lock: see "Locking" above
 * @context: of the hardware's fences of its jobs
 * @seqno: of the newest of them (trn4_queue.lock)
 * @busy_ns: for which jobs of it had the engine (trn4_queue.lock)
 * @work: its jobs that the queue has, oldest first (trn4_queue.lock)
 * @feed: the oldest of them with descriptors to come, or NULL (trn4_queue.lock)
 * @link: in trn4_queue.files, while there is @work
 * @turn: in trn4_queue.turns, while there is @feed
 * @queued: jobs that the queue has; woken by wake_up_var()
 * @jobs: jobs that are not freed yet; woken by wake_up_var()
 * @grants: by handle (trn4_share_lock)
 */
struct trn4_file {
	struct kref ref;
	struct trn4_device *tdev;
	struct drm_sched_entity entity;
	struct mutex submit_lock; /* arming and pushing of jobs */
	u64 context;
	u64 seqno;
	u64 busy_ns;
	struct list_head work;
	struct trn4_job *feed;
	struct list_head link;
	struct list_head turn;
	atomic_t queued;
	atomic_t jobs;
	struct xarray grants;
};

/**
 * struct trn4_operand - one side of a command
 * @obj: buffer or window; a reference
 * @space: enum trn4_space
 * @slot: window number
 * @addr: in @space; in the buffer for TRN4_SPACE_HOST
 */
struct trn4_operand {
	struct drm_gem_object *obj;
	u8 space;
	u16 slot;
	u64 addr;
};

/**
 * struct trn4_cmd - a command of a job
 * @op: enum trn4_opcode
 * @flags: TRN4_DESC_*
 * @kind: enum trn4_atomic, enum trn4_semaphore
 * @type: enum trn4_type
 * @overlaps: source and destination may, for they are in the same memory (COPY)
 * @error: what it ends with, whatever the device says; its turn comes all the
 *	same, as a NOP
 * @above: by how much the destination lies above the source then
 * @src: source
 * @dst: destination
 * @total: bytes to write, by pieces (COPY, FILL)
 * @fed: bytes of @total for which there are descriptors (trn4_queue.lock)
 * @length: bytes of a row (COPY, FILL)
 * @src_pitch: from row to row (COPY)
 * @dst_pitch: from row to row (COPY, FILL)
 * @pattern: what a row is filled with (FILL)
 * @operand: second operand (ATOMIC), new word (SEMAPHORE)
 * @compare: compared with (ATOMIC)
 */
struct trn4_cmd {
	u8 op;
	u8 flags;
	u8 kind;
	u8 type;
	bool overlaps;
	int error;
	s64 above;
	struct trn4_operand src;
	struct trn4_operand dst;
	u64 total;
	u64 fed;
	union {
		struct {
			u64 length;
			u64 src_pitch;
			u64 dst_pitch;
			u64 pattern;
		};
		struct {
			u64 operand[2];
			u64 compare[2];
		};
	};
};

/**
 * struct trn4_job - a submit
 * @base: for the scheduler
 * @tdev: device
 * @file: whose it is
 * @fence: signals when the hardware is done with it
 * @link: in trn4_file.work
 * @release: frees it
 * @results_bo: where results go, or NULL; a reference
 * @results_offset: where in it
 * @error: of the first command that failed
 * @fed: commands for which all descriptors were made (trn4_queue.lock)
 * @ended: commands that have completed (trn4_queue.lock)
 * @pending: descriptors in the ring (trn4_queue.lock)
 * @begun: its first descriptor was made (trn4_queue.lock)
 * @cut: no descriptors are to follow (trn4_queue.lock)
 * @uses: its objects are counted as in use
 * @results: of each command
 * @count: commands
 * @cmds: commands
 */
struct trn4_job {
	struct drm_sched_job base;
	struct trn4_device *tdev;
	struct trn4_file *file;
	struct dma_fence *fence;
	struct list_head link;
	struct work_struct release;
	struct trn4_bo *results_bo;
	u64 results_offset;
	int error;
	u32 fed;
	u32 ended;
	u32 pending;
	bool begun;
	bool cut;
	bool uses;
	struct drm_trn4_result *results;
	u32 count;
	struct trn4_cmd cmds[] __counted_by(count);
};

/**
 * struct trn4_sync - a syncobj that gets the fence of a job
 * @syncobj: syncobj; a reference
 * @point: of its timeline, or 0: it is a binary one
 * @chain: what takes the fence at @point, until it is there
 */
struct trn4_sync {
	struct drm_syncobj *syncobj;
	u64 point;
	struct dma_fence_chain *chain;
};

extern struct mutex trn4_share_lock;

static inline struct trn4_device *to_trn4(struct drm_device *drm)
{
	return container_of(drm, struct trn4_device, drm);
}

static inline struct trn4_bo *to_trn4_bo(struct drm_gem_object *obj)
{
	return container_of(obj, struct trn4_bo, base);
}

static inline struct trn4_window *to_trn4_window(struct drm_gem_object *obj)
{
	return container_of(obj, struct trn4_window, base);
}

/* trn4_drv.c */
void trn4_file_put(struct trn4_file *file);
void trn4_reset_ask(struct trn4_device *tdev);
void trn4_check_soon(struct trn4_device *tdev);

/* trn4_cmd.c */
int trn4_cmd_get(struct drm_file *drm_file, const struct drm_trn4_cmd *in,
		 struct trn4_cmd *cmd);
void trn4_cmd_put(struct trn4_cmd *cmd);
u64 trn4_cmd_feed(struct trn4_cmd *cmd, struct trn4_desc *desc);

/* trn4_hw.c */
int trn4_hw_ready(struct trn4_device *tdev);
int trn4_hw_enter(struct trn4_device *tdev, int *idx);
void trn4_hw_exit(struct trn4_device *tdev, int idx);
bool trn4_hw_answers(struct trn4_device *tdev);
bool trn4_hw_remembers(struct trn4_device *tdev);
int trn4_hw_reset(struct trn4_device *tdev);
int trn4_hw_ro_stores(struct trn4_device *tdev, u64 *count);
int trn4_hw_identify(struct trn4_device *tdev);
void trn4_hw_irq_enable(struct trn4_device *tdev);
void trn4_hw_irq_disable(struct trn4_device *tdev);
int trn4_hw_irq_init(struct trn4_device *tdev);
void trn4_hw_irq_fini(struct trn4_device *tdev);
int trn4_hw_grant_set(struct trn4_device *tdev, struct trn4_grant *grant);
void trn4_hw_grant_clear(struct trn4_device *tdev, u32 slot);
enum trn4_window_status trn4_hw_window_set(struct trn4_device *tdev,
					   const struct trn4_window *win,
					   u64 offset);
void trn4_hw_window_clear(struct trn4_device *tdev, u32 slot);
enum trn4_window_status trn4_hw_window_status(struct trn4_device *tdev,
					      u32 slot);

/* trn4_gem.c */
struct dma_buf *trn4_gem_export(struct drm_gem_object *obj, int flags);
struct trn4_bo *trn4_bo_create(struct trn4_device *tdev,
			       const struct drm_trn4_bo_create *args);
vm_fault_t trn4_gem_fill(struct vm_fault *vmf, struct drm_gem_object *obj,
			 phys_addr_t phys);
vm_fault_t trn4_gem_fill_huge(struct vm_fault *vmf, unsigned int order,
			      struct drm_gem_object *obj, phys_addr_t phys);
int trn4_gem_offset(struct drm_gem_object *obj);

/* trn4_hbm.c */
extern const struct drm_gem_object_funcs trn4_hbm_funcs;
extern const struct vm_operations_struct trn4_hbm_lent_vm_ops;
int trn4_hbm_init(struct trn4_device *tdev);
void trn4_hbm_fini(struct trn4_device *tdev);
struct trn4_bo *trn4_hbm_create(struct trn4_device *tdev,
				const struct drm_trn4_bo_create *args);

/* trn4_host.c */
extern const struct drm_gem_object_funcs trn4_host_funcs;
struct trn4_bo *trn4_host_create(struct trn4_device *tdev, u64 size);
bool trn4_host_size_ok(u64 size);
int trn4_host_add(struct trn4_bo *bo, struct sg_table *sgt);
void trn4_host_remove(struct trn4_bo *bo);
int trn4_host_map(struct trn4_bo *bo);
int trn4_bo_vmap(struct trn4_bo *bo);
void trn4_bo_unmap_all(struct trn4_device *tdev);
u64 trn4_bo_run(const struct trn4_bo *bo, u64 offset, bool backward,
		u64 *length);

/* trn4_user.c */
extern const struct drm_gem_object_funcs trn4_user_funcs;
struct trn4_bo *trn4_user_create(struct trn4_device *tdev,
				 const struct drm_trn4_bo_create *args);

/* trn4_prime.c */
extern const struct drm_gem_object_funcs trn4_import_funcs;
struct drm_gem_object *trn4_prime_import(struct drm_device *drm,
					 struct dma_buf *dmabuf);
struct drm_gem_object *trn4_prime_import_sg_table(struct drm_device *drm,
						  struct dma_buf_attachment
							  *attach,
						  struct sg_table *sgt);

struct dma_buf *trn4_prime_export(struct drm_gem_object *obj, int flags);
int trn4_prime_revoke(struct drm_gem_object *obj);
void trn4_prime_revoke_all(struct trn4_device *tdev);

static inline bool trn4_is_hbm(const struct drm_gem_object *obj)
{
	return obj->funcs == &trn4_hbm_funcs;
}

static inline bool trn4_is_host(const struct drm_gem_object *obj)
{
	return obj->funcs == &trn4_host_funcs ||
	       obj->funcs == &trn4_user_funcs ||
	       obj->funcs == &trn4_import_funcs;
}

/* trn4_grant.c */
bool trn4_rights_ok(u32 rights);
struct trn4_grant *trn4_grant_find(const u8 *token);
int trn4_grant_part(const struct trn4_grant *grant,
		    const struct drm_trn4_window_map *args, u64 *size);
int trn4_grant_create(struct trn4_file *file, struct trn4_bo *bo,
		      struct drm_trn4_grant_create *args);
int trn4_grant_revoke(struct trn4_file *file, u32 handle);
void trn4_grant_revoke_file(struct trn4_file *file);
struct trn4_grant *trn4_grant_make(struct trn4_bo *bo, u32 rights);
void trn4_grant_kill(struct trn4_grant *grant);
void trn4_grant_kill_imports(struct trn4_bo *bo);
void trn4_grant_kill_all(struct trn4_device *tdev);

/* trn4_aperture.c */
void trn4_aperture_init(struct trn4_aperture *aperture, u32 count, u64 size,
			u64 ro);
void trn4_aperture_fini(struct trn4_aperture *aperture);
int trn4_aperture_take(struct trn4_aperture *aperture, struct trn4_window *win,
		       u64 size);
void trn4_aperture_give(struct trn4_aperture *aperture,
			struct trn4_window *win);

/* trn4_window.c */
extern const struct drm_gem_object_funcs trn4_window_funcs;
extern const struct nvlf_endpoint_ops trn4_nvlf_ops;
int trn4_window_errno(enum trn4_window_status status);
enum drm_trn4_window_state trn4_window_state_of(enum trn4_window_status status);
int trn4_window_attach(struct trn4_device *tdev, struct trn4_window *win,
		       struct trn4_grant *grant, u64 offset);
struct trn4_window *trn4_window_create(struct trn4_device *tdev,
				       const struct drm_trn4_window_map *args);
struct trn4_window *trn4_window_import(struct trn4_device *tdev,
				       struct dma_buf *dmabuf, u32 rights);
void trn4_window_kill(struct trn4_window *win, enum drm_trn4_window_state why);
void trn4_window_unmap(struct trn4_window *win);
void trn4_window_kill_all(struct trn4_device *tdev,
			  enum drm_trn4_window_state why);
void trn4_window_event(struct trn4_device *tdev, u32 slot);
enum drm_trn4_window_state trn4_window_state(struct trn4_window *win);

static inline bool trn4_is_window(const struct drm_gem_object *obj)
{
	return obj->funcs == &trn4_window_funcs;
}

/* trn4_fence.c */
struct dma_fence *trn4_fence_alloc(struct trn4_sched *sched);
void trn4_fence_init(struct dma_fence *fence, u64 context, u64 seqno);
void trn4_fence_drop(struct dma_fence *fence);
bool trn4_fence_is_job(struct dma_fence *fence);

/* trn4_sync.c */
int trn4_sync_in(struct trn4_job *job, struct drm_file *drm_file, u64 from,
		 u32 count);
struct trn4_sync *trn4_sync_out_get(struct drm_file *drm_file, u64 from,
				    u32 count);
void trn4_sync_out_set(struct trn4_sync *out, u32 count,
		       struct dma_fence *fence);
void trn4_sync_out_put(struct trn4_sync *out, u32 count);
int trn4_sync_lock(struct trn4_job *job, struct drm_exec *exec);
void trn4_sync_publish(struct trn4_job *job, struct dma_fence *fence);
struct trn4_sched *trn4_sched_alloc(void);
void trn4_sched_put(struct trn4_sched *sched);

/* trn4_queue.c */
int trn4_queue_init(struct trn4_device *tdev);
void trn4_queue_fini(struct trn4_device *tdev);
int trn4_queue_start(struct trn4_device *tdev);
void trn4_queue_stop(struct trn4_device *tdev, int error, bool mmio);
int trn4_queue_run(struct trn4_device *tdev, struct trn4_job *job);
void trn4_queue_irq(struct trn4_device *tdev);
void trn4_queue_cut(struct trn4_device *tdev, struct trn4_file *file);
bool trn4_queue_stuck(struct trn4_device *tdev);
bool trn4_queue_is_up(struct trn4_device *tdev);
bool trn4_queue_faulted(struct trn4_device *tdev);
int trn4_queue_recover(struct trn4_device *tdev);

/* trn4_uqueue.c */
extern const struct drm_gem_object_funcs trn4_uqueue_funcs;
void trn4_uqueue_init(struct trn4_device *tdev);
void trn4_uqueue_lose_all(struct trn4_device *tdev, bool mmio);
int trn4_uqueue_create(struct drm_file *drm_file,
		       struct drm_trn4_queue_create *args);
int trn4_uqueue_end(struct drm_file *drm_file, u32 handle);
int trn4_uqueue_info(struct drm_file *drm_file,
		     struct drm_trn4_queue_info *args);
int trn4_uqueue_segment(struct drm_file *drm_file,
			const struct drm_trn4_segment_set *args);
void trn4_uqueue_irq(struct trn4_device *tdev);
void trn4_uqueue_faults(struct trn4_device *tdev);

static inline bool trn4_is_uqueue(const struct drm_gem_object *obj)
{
	return obj->funcs == &trn4_uqueue_funcs;
}

/* trn4_job.c */
int trn4_job_init(struct trn4_device *tdev);
void trn4_job_finish(struct trn4_job *job, bool hbm);
void trn4_job_abort(struct trn4_job *job, int error, bool hbm);
int trn4_job_submit(struct drm_file *drm_file,
		    const struct drm_trn4_submit *args);

/* trn4_usage.c */
void trn4_usage_begin(struct drm_gem_object *obj);
void trn4_usage_end(struct drm_gem_object *obj);
void trn4_usage_show(struct drm_printer *p, struct drm_file *drm_file);

/* Jobs that use an object */
static inline atomic_t *trn4_gem_jobs(struct drm_gem_object *obj)
{
	return trn4_is_window(obj) ? &to_trn4_window(obj)->jobs :
				     &to_trn4_bo(obj)->jobs;
}

/* trn4_ioctl.c */
#define TRN4_IOCTLS (DRM_TRN4_EXPORT_REVOKE + 1)
extern const struct drm_ioctl_desc trn4_ioctls[TRN4_IOCTLS];

#endif /* TRN4_DRV_H */
