/* SPDX-License-Identifier: MIT */
/*
 * trn4_hw.h - what hardware and driver agree on: PCI ids, registers,
 * descriptors and completion records of the trn4 accelerator and the NVLink
 * switch.
 *
 * Included by the device model, by its tests and by the driver; docs/hardware
 * has the same facts in prose. All registers and all structures in memory are
 * little-endian. Registers are 4 or 8 bytes wide and naturally aligned; an
 * 8-byte register may also be accessed as two 4-byte halves. Any other access
 * reads as zero, writes nothing and is counted in NVL_REG_ERR_COUNT.
 */
#ifndef TRN4_HW_H
#define TRN4_HW_H

#include <linux/types.h>

/* A register map keeps its columns. */
/* clang-format off */

/* ---- Identity -------------------------------------------------------- */

#define TRN4_PCI_VENDOR_ID		0x1234	/* experimental */
#define TRN4_PCI_DEVICE_ID		0x7434
#define NVL_SWITCH_PCI_DEVICE_ID	0x7473

#define TRN4_ID_VALUE			0x344e5254	/* "TRN4" */
#define NVL_SWITCH_ID_VALUE		0x534c564e	/* "NVLS" */
#define NVL_VERSION_VALUE		0x00010000	/* major << 16 | minor */

/* ---- Sizes ----------------------------------------------------------- */

#define NVL_TARGET_IDS		2048	/* an 11-bit target id names an endpoint */
#define NVL_ENDPOINTS_MAX	72	/* endpoints that 36 switches can join */
#define NVL_SWITCHES_MAX	36
#define NVL_SWITCH_PORTS	72
#define NVL_PARTITIONS		64
#define NVL_GROUPS		1024
#define NVL_LANES		4	/* of a link, each way */
#define NVL_LOG_ENTRIES		64	/* newest error records that are kept */
#define TRN4_PORTS		36
#define TRN4_QUEUES		64
#define TRN4_SEGMENTS		128	/* of each queue */
#define TRN4_GRANTS		512
#define TRN4_WINDOWS		512
#define TRN4_VECTORS		8	/* MSI-X; 0 is the event vector */
#define NVL_SWITCH_VECTORS	1
#define NVL_PAGE_SIZE		(2u << 20)	/* granularity of grants and windows */
#define TRN4_TEMPERATURE_MAX	95000	/* hotter is logged; thousandths of a deg C */
#define NVL_SWITCH_TEMPERATURE_MAX	105000
#define TRN4_HBM_SIZE		(288ull << 30)	/* architectural */

/* ---- Common block, at offset 0 of BAR0 of both devices ---------------- */

#define NVL_REG_ID		0x000	/* ro 32 */
#define NVL_REG_VERSION		0x004	/* ro 32 */
#define NVL_REG_PORT_COUNT	0x008	/* ro 32 */
#define NVL_REG_SELF		0x00c	/* ro 32: target id, or switch number */
#define NVL_REG_GUID		0x010	/* ro 64: what a partner reads in band */
#define NVL_REG_SCRATCH		0x018	/* rw 32: keeps what is written */
#define NVL_REG_CTRL		0x01c	/* wo 32: NVL_CTRL_* */
#define NVL_REG_INT_STATUS	0x020	/* w1c 32: NVL_INT_* */
#define NVL_REG_INT_ENABLE	0x024	/* rw 32: NVL_INT_* */
#define NVL_REG_ERR_COUNT	0x028	/* ro 32: bad accesses since reset */
#define NVL_REG_ERR_LAST	0x02c	/* ro 32: NVL_ERR_* of the newest */
#define NVL_REG_ERR_ADDR	0x030	/* ro 64: BAR0 offset of the newest */
#define NVL_REG_PORT_EVENT	0x040	/* w1c 2 x 64: ports whose state changed */

#define NVL_CTRL_RESET		(1u << 0)	/* as a function level reset */

#define NVL_INT_PORT		(1u << 0)	/* NVL_REG_PORT_EVENT is not zero */
#define NVL_INT_WINDOW		(1u << 1)	/* TRN4_REG_WINDOW_EVENT is not zero */
#define NVL_INT_ERROR		(1u << 2)	/* NVL_REG_ERR_COUNT went up */
#define NVL_INT_QUEUE		(1u << 3)	/* a queue went to TRN4_QUEUE_FAULT */
#define NVL_INT_LOG		(1u << 4)	/* NVL_REG_LOG_HEAD went up */

/* Why an access was refused: NVL_REG_ERR_LAST */
#define NVL_ERR_NONE		0
#define NVL_ERR_ACCESS		1	/* size, alignment or no such register */
#define NVL_ERR_READ_ONLY	2	/* write to a read-only register */
#define NVL_ERR_VALUE		3	/* value out of range or reserved bit set */
#define NVL_ERR_BUSY		4	/* entry is enabled: its fields are locked */
#define NVL_ERR_RO_WINDOW	5	/* store into the read-only aperture half */
#define NVL_ERR_QUEUE		6	/* doorbell of a queue that is not enabled */

/*
 * Where the device stands, how it is, and its error log: at 0x200 of both
 * devices. Of a device that has been given no place, RACK to HOST are ~0 and
 * the UUID and the serial number are zero.
 */
#define NVL_REG_CLUSTER_UUID	0x200	/* ro 2 x 64: 16 bytes, first in 7:0 */
#define NVL_REG_SERIAL		0x210	/* ro 2 x 64: ASCII, first in 7:0, NULs */
#define NVL_REG_RACK		0x220	/* ro 32 */
#define NVL_REG_TRAY		0x224	/* ro 32: within the rack */
#define NVL_REG_SLOT		0x228	/* ro 32: within the tray */
#define NVL_REG_HOST		0x22c	/* ro 32: that it is attached to */
#define NVL_REG_TEMPERATURE	0x230	/* ro 32: signed, thousandths of a deg C */
#define NVL_REG_POWER		0x234	/* ro 32: milliwatts */
#define NVL_REG_LOG_HEAD	0x240	/* ro 64: records logged since power on */
#define NVL_REG_LOG_TAIL	0x248	/* rw 64: records read; TAIL <= HEAD */
#define NVL_REG_LOG_STATUS	0x250	/* w1c 32: NVL_LOG_OVERFLOW */
#define NVL_LOG_BASE		0x400	/* 64 records; number n is entry n % 64 */

#define NVL_LOG_OVERFLOW	(1u << 0)	/* a record was lost before TAIL passed it */

/*
 * One record of the error log. A record is whole if INDEX is its number both
 * before and after the others were read. The log outlives resets.
 */
#define NVL_LOG_STRIDE		0x20
#define NVL_LOG_INDEX		0x00	/* ro 64: its number; ~0: none yet */
#define NVL_LOG_TIME		0x08	/* ro 64: ns that the device has been on */
#define NVL_LOG_WHAT		0x10	/* ro 32: NVL_LOG_CLASS() and so on */
#define NVL_LOG_PORT		0x14	/* ro 32: port, ~0: of the device */
#define NVL_LOG_DETAIL		0x18	/* ro 64: what it is depends on the class */

#define NVL_LOG_CLASS(what)	((what) & 0xffffu)	/* enum nvl_error */
#define NVL_LOG_SEVERITY(what)	((what) >> 16 & 0xffu)	/* enum nvl_severity */
#define NVL_LOG_SCOPE(what)	((what) >> 24)		/* enum nvl_scope */

enum nvl_severity {
	NVL_SEVERITY_INFO,	/* the device mended it */
	NVL_SEVERITY_DEGRADED,	/* works on, with less */
	NVL_SEVERITY_ERROR,	/* something in the scope was lost; it goes on */
	NVL_SEVERITY_FATAL,	/* the scope is out of use until it is reset */
};

/* What is affected, and nothing beyond it */
enum nvl_scope {
	NVL_SCOPE_PORT,
	NVL_SCOPE_DEVICE,
	NVL_SCOPE_FABRIC,
};

/* Error classes; DETAIL in parentheses */
enum nvl_error {
	NVL_ERROR_NONE,
	NVL_ERROR_LINK_DOWN,	/* a link that carried ceased to (state now) */
	NVL_ERROR_TRAIN_FAILED,	/* the port went to FAULT (trainings so far) */
	NVL_ERROR_LANES,	/* a link trained with fewer lanes (lanes up) */
	NVL_ERROR_CRC,		/* CRC errors crossed 1, 10, 100, ... (count) */
	NVL_ERROR_UNCORRECTABLE,	/* a packet was lost for good (count) */
	NVL_ERROR_FLAPPING,	/* third time down within 10 s (trainings) */
	NVL_ERROR_MISWIRED,	/* partner is not whom the wiring rule puts
				 * there (its NVL_REG_GUID)
				 */
	NVL_ERROR_OVERHEAT,	/* hotter than allowed (thousandths of a deg C) */
	NVL_ERROR_ACCESS,	/* bad register access: the first since reset, as
				 * NVL_REG_ERR_COUNT has the others (NVL_ERR_*)
				 */
};

/* ---- Ports: 0x80 bytes each, the same block on both devices ----------- */

#define NVL_PORT_STRIDE		0x80
#define NVL_PORT_STATE		0x00	/* ro 32: enum nvl_port_state */
#define NVL_PORT_CTRL		0x04	/* rw 32: NVL_PORT_CTRL_*, reset: ENABLE */
#define NVL_PORT_PARTNER	0x08	/* ro 32: 7:0 enum nvl_partner, MISWIRED */
#define NVL_PORT_PARTNER_SELF	0x0c	/* ro 32: its NVL_REG_SELF */
#define NVL_PORT_PARTNER_GUID	0x10	/* ro 64: its NVL_REG_GUID */
#define NVL_PORT_PARTNER_PORT	0x18	/* ro 32: its port number */
#define NVL_PORT_TRAIN_COUNT	0x1c	/* ro 32: trainings that succeeded */
#define NVL_PORT_LANES		0x20	/* ro 32: 7:0 lanes up, 15:8 lanes wired */
#define NVL_PORT_TRAIN_US	0x24	/* ro 32: how long the current training has
					 * gone on, or the last one took; stays at ~0
					 */

/*
 * Counters since the port's reset: 64 bits, none of which wraps in practice.
 * They count what the device itself moves: all that its engine does, and every
 * access through a window where it is trapped.
 */
#define NVL_PORT_TX_BYTES	0x28	/* ro 64: data, without headers */
#define NVL_PORT_RX_BYTES	0x30	/* ro 64 */
#define NVL_PORT_TX_PACKETS	0x38	/* ro 64: of up to NVL_PACKET_BYTES */
#define NVL_PORT_RX_PACKETS	0x40	/* ro 64 */
#define NVL_PORT_REPLAYS	0x48	/* ro 64: packets sent once more */
#define NVL_PORT_RECOVERIES	0x50	/* ro 64: trainings after the first */
#define NVL_PORT_UNCORRECTABLE	0x58	/* ro 64: packets lost for good */
#define NVL_PORT_CRC		0x60	/* ro 4 x 64: CRC errors, by lane */

#define NVL_PACKET_BYTES	256

#define NVL_PORT_CTRL_ENABLE	(1u << 0)
#define NVL_PORT_CTRL_RETRAIN	(1u << 1)	/* self clearing */
#define NVL_PORT_CTRL_RESET	(1u << 2)	/* self clearing: as a reset of the
						 * port: counters, FAULT, training
						 */
#define NVL_PORT_CTRL_CLEAR	(1u << 3)	/* self clearing: counters to zero */

enum nvl_port_state {
	NVL_PORT_OFF,		/* disabled, or the device is in reset */
	NVL_PORT_DETECT,	/* enabled; nobody answers at the other end */
	NVL_PORT_TRAIN,		/* both ends are training */
	NVL_PORT_ACTIVE,	/* carries traffic at full width */
	NVL_PORT_DEGRADED,	/* carries traffic with lanes missing */
	NVL_PORT_FAULT,		/* training failed */
};

/* In NVL_PORT_PARTNER: not whom the wiring rule puts there */
#define NVL_PORT_PARTNER_MISWIRED	(1u << 8)

/* Valid while the port is ACTIVE or DEGRADED: read in band from the partner */
enum nvl_partner {
	NVL_PARTNER_NONE,
	NVL_PARTNER_ENDPOINT,
	NVL_PARTNER_SWITCH,
};

/* ---- Accelerator ------------------------------------------------------ */

/* BARs: 0 registers, 2 peer aperture (64-bit prefetchable), 4 HBM (ditto) */
#define TRN4_BAR_REGS		0
#define TRN4_BAR_APERTURE	2
#define TRN4_BAR_HBM		4
#define TRN4_BAR_REGS_SIZE	0x100000

#define TRN4_REG_HBM_SIZE	0x080	/* ro 64: architectural bytes */
#define TRN4_REG_HBM_BACKED	0x088	/* ro 64: bytes that exist behind BAR4 */
#define TRN4_REG_APERTURE_SIZE	0x090	/* ro 64: bytes of BAR2 */
#define TRN4_REG_APERTURE_RO	0x098	/* ro 64: where its read-only half begins */
#define TRN4_REG_QUEUE_COUNT	0x0a0	/* ro 32 */
#define TRN4_REG_GRANT_COUNT	0x0a4	/* ro 32 */
#define TRN4_REG_WINDOW_COUNT	0x0a8	/* ro 32 */
#define TRN4_REG_OPS		0x0ac	/* ro 32: bit n: opcode n is there */
#define TRN4_REG_MODEL_TIME	0x0b8	/* ro 64: model ns since reset */
#define TRN4_REG_RO_STORES	0x0c0	/* ro 64: stores dropped, read-only half */
#define TRN4_REG_FEATURES	0x0c8	/* ro 32: TRN4_FEATURE_* */
#define TRN4_REG_TRAP_COUNT	0x0d0	/* ro 64: aperture accesses trapped */
#define TRN4_REG_TRAP_REFUSED	0x0d8	/* ro 64: those that reached nobody */
#define TRN4_REG_QUEUE_EVENT	0x0e0	/* w1c 64: queues with IRQ that have written
					 * records since
					 */
#define TRN4_REG_STEPS		0x0e8	/* ro 64: pieces of work done by the engine */
#define TRN4_REG_WINDOW_EVENT	0x100	/* w1c 8 x 64: windows with a new STATUS */
#define TRN4_REG_ATOMIC_TYPES	0x140	/* ro 16 x 32: number n is of enum
					 * trn4_atomic n; bit t: it works on
					 * enum trn4_type t
					 */

#define TRN4_FEATURE_TRAP	(1u << 0)	/* each aperture access is checked and
						 * counted: slow, exact
						 */

#define TRN4_PORT_BASE		0x01000	/* 36 ports */
#define TRN4_QUEUE_BASE		0x04000	/* 64 queues */
#define TRN4_GRANT_BASE		0x08000	/* 512 grants */
#define TRN4_WINDOW_BASE	0x10000	/* 512 windows */
#define TRN4_MSIX_TABLE		0x20000
#define TRN4_MSIX_PBA		0x20800
#define TRN4_DOORBELL_BASE	0x40000	/* 64 pages of 4 KiB */
#define TRN4_SEGMENT_BASE	0x80000	/* 64 times 128 segments */

/*
 * Inbound grant table. BASE, SIZE and PARTITION are locked while VALID is set.
 */
#define TRN4_GRANT_STRIDE	0x20
#define TRN4_GRANT_BASE_ADDR	0x00	/* rw 64: HBM offset, 2 MiB aligned */
#define TRN4_GRANT_SIZE		0x08	/* rw 64: bytes, multiple of 2 MiB */
#define TRN4_GRANT_CTRL		0x10	/* rw 32: NVL_RIGHT_*, TRN4_GRANT_VALID */
#define TRN4_GRANT_GENERATION	0x14	/* ro 32: goes up whenever VALID ends */
#define TRN4_GRANT_PARTITION	0x18	/* rw 32: for members of this one, of which
					 * the owner is too; 0: for all peers
					 */

#define TRN4_GRANT_VALID	(1u << 31)

#define NVL_RIGHT_READ		(1u << 0)
#define NVL_RIGHT_WRITE		(1u << 1)	/* needs READ */
#define NVL_RIGHT_ATOMIC	(1u << 2)	/* needs READ and WRITE */
#define NVL_RIGHTS_ALL		(NVL_RIGHT_READ | NVL_RIGHT_WRITE | \
				 NVL_RIGHT_ATOMIC)

/*
 * Outbound window table. All but CTRL and STATUS are locked while ENABLE is
 * set. A window that has NVL_RIGHT_WRITE lies wholly in the lower half of the
 * aperture, one that has not wholly in the upper (read-only) half.
 */
#define TRN4_WINDOW_STRIDE	0x40
#define TRN4_WINDOW_APERTURE	0x00	/* rw 64: BAR2 offset, 2 MiB aligned */
#define TRN4_WINDOW_SIZE	0x08	/* rw 64: bytes, multiple of 2 MiB */
#define TRN4_WINDOW_OFFSET	0x10	/* rw 64: within the grant, 2 MiB aligned */
#define TRN4_WINDOW_PEER	0x18	/* rw 32: target id */
#define TRN4_WINDOW_GRANT	0x1c	/* rw 32: index in the peer's grant table */
#define TRN4_WINDOW_GENERATION	0x20	/* rw 32: the grant's, as it was told */
#define TRN4_WINDOW_CTRL	0x24	/* rw 32: NVL_RIGHT_*, TRN4_WINDOW_ENABLE */
#define TRN4_WINDOW_STATUS	0x28	/* ro 32: enum trn4_window_status */

#define TRN4_WINDOW_ENABLE	(1u << 31)

/* What a window stands for at this moment, or the first reason it does not */
enum trn4_window_status {
	TRN4_WINDOW_OFF,		/* not enabled */
	TRN4_WINDOW_LIVE,		/* reaches the grant */
	TRN4_WINDOW_BAD_RANGE,		/* alignment, size or aperture half */
	TRN4_WINDOW_OVERLAP,		/* aperture pages belong to another */
	TRN4_WINDOW_NO_PEER,		/* no endpoint has that target id */
	TRN4_WINDOW_NO_LINK,		/* self or peer has no link that is up */
	TRN4_WINDOW_NO_ROUTE,		/* no switch leads there */
	TRN4_WINDOW_NO_PARTITION,	/* not together in one */
	TRN4_WINDOW_NO_GRANT,		/* the peer's entry is not valid */
	TRN4_WINDOW_STALE,		/* another generation */
	TRN4_WINDOW_NO_RIGHT,		/* asks for more than is granted */
	TRN4_WINDOW_BEYOND,		/* offset + size passes the grant's end */
	TRN4_WINDOW_NO_MEMORY,		/* the device could not place its pages */
};

/*
 * Queues. A submission ring of struct trn4_desc and a completion ring of
 * struct trn4_cqe, both in host memory and with the same number of entries.
 * BASE, SIZE and VECTOR are locked while ENABLE is set. Writing ENABLE = 0
 * stops the queue before the write completes: nothing of it touches memory
 * afterwards, and descriptors not yet completed never are.
 */
#define TRN4_QUEUE_STRIDE	0x40
#define TRN4_QUEUE_SQ_BASE	0x00	/* rw 64: bus address, 4 KiB aligned */
#define TRN4_QUEUE_CQ_BASE	0x08	/* rw 64: bus address, 4 KiB aligned */
#define TRN4_QUEUE_SIZE		0x10	/* rw 32: log2 of entries, 1 to 15 */
#define TRN4_QUEUE_VECTOR	0x14	/* rw 32: MSI-X vector, 0 to 7 */
#define TRN4_QUEUE_CTRL		0x18	/* rw 32: TRN4_QUEUE_ENABLE, _IRQ */
#define TRN4_QUEUE_STATUS	0x1c	/* ro 32: enum trn4_queue_status */
#define TRN4_QUEUE_SQ_HEAD	0x20	/* ro 32: next descriptor to be taken */
#define TRN4_QUEUE_SQ_TAIL	0x24	/* ro 32: as last written to the doorbell */
#define TRN4_QUEUE_CQ_HEAD	0x28	/* ro 32: as last written to the doorbell */
#define TRN4_QUEUE_CQ_TAIL	0x2c	/* ro 32: next completion to be written */

#define TRN4_QUEUE_SIZE_MIN	1
#define TRN4_QUEUE_SIZE_MAX	15

#define TRN4_QUEUE_ENABLE	(1u << 0)	/* 0 to 1 zeroes the four indexes */
#define TRN4_QUEUE_IRQ		(1u << 1)	/* raise VECTOR on completions */
#define TRN4_QUEUE_USER		(1u << 2)	/* descriptors name segments, and
						 * nothing else; locked while ENABLE
						 */

enum trn4_queue_status {
	TRN4_QUEUE_OFF,
	TRN4_QUEUE_RUNNING,
	TRN4_QUEUE_FAULT,	/* a ring could not be read or written; stopped */
};

/* Doorbell page of queue n, at TRN4_DOORBELL_BASE + n * 4096 */
#define TRN4_DOORBELL_STRIDE	0x1000
#define TRN4_DOORBELL_SQ_TAIL	0x0	/* wo 32: index after the last descriptor */
#define TRN4_DOORBELL_CQ_HEAD	0x4	/* wo 32: index after the last one read */

/*
 * Segments of a queue: what the descriptors of a USER queue can name, and no
 * more. Segment n of queue q is entry q * TRN4_SEGMENTS + n. BASE and SIZE are
 * locked while VALID is set. Clearing VALID ends the use of the segment before
 * the write completes: nothing of the queue reaches what it named afterwards.
 */
#define TRN4_SEGMENT_STRIDE	0x20
#define TRN4_SEGMENT_BASE_ADDR	0x00	/* rw 64: in its space, 4 KiB aligned */
#define TRN4_SEGMENT_SIZE	0x08	/* rw 64: bytes, not zero */
#define TRN4_SEGMENT_CTRL	0x10	/* rw 32: NVL_RIGHT_*, TRN4_SEGMENT_* */

#define TRN4_SEGMENT_SPACE(space)	((space) << 4)	/* 6:4, enum trn4_space */
#define TRN4_SEGMENT_PAGES	(1u << 7)	/* HOST: BASE is the bus address of the
						 * bus addresses (le64) of pages of
						 * 4 KiB; else of the bytes
						 */
#define TRN4_SEGMENT_SLOT(slot)	((slot) << 16)	/* 30:16, as in a descriptor */
#define TRN4_SEGMENT_VALID	(1u << 31)

enum trn4_opcode {
	TRN4_OP_NOP,
	TRN4_OP_COPY,
	TRN4_OP_ATOMIC,
	TRN4_OP_FILL,
	TRN4_OP_FENCE,
	TRN4_OP_SEMAPHORE,
};

/* Address spaces that a descriptor can name */
enum trn4_space {
	TRN4_SPACE_HOST,	/* bus address; slot is zero */
	TRN4_SPACE_HBM,		/* offset in own HBM; slot is zero */
	TRN4_SPACE_WINDOW,	/* offset in window number slot */
	TRN4_SPACE_SEGMENT,	/* offset in segment number slot; USER queues */
};

/* What becomes of a word of memory: new = old, operand */
enum trn4_atomic {
	TRN4_ATOMIC_ADD,	/* old + operand */
	TRN4_ATOMIC_SWAP,	/* operand */
	TRN4_ATOMIC_CAS,	/* old == compare ? operand : old */
	TRN4_ATOMIC_SUB,	/* old - operand */
	TRN4_ATOMIC_INC,	/* old >= operand ? 0 : old + 1 */
	TRN4_ATOMIC_DEC,	/* !old || old > operand ? operand : old - 1 */
	TRN4_ATOMIC_MIN,
	TRN4_ATOMIC_MAX,
	TRN4_ATOMIC_AND,
	TRN4_ATOMIC_OR,
	TRN4_ATOMIC_XOR,
	TRN4_ATOMICS,
};

/*
 * What an atomic takes the word for. Floating point is IEEE 754, rounded to
 * nearest, ties to even, subnormal numbers kept; bf16 is the upper half of f32.
 */
enum trn4_type {
	TRN4_TYPE_U32,
	TRN4_TYPE_U64,
	TRN4_TYPE_U128,
	TRN4_TYPE_S32,		/* MIN and MAX; the others are as for U32 */
	TRN4_TYPE_S64,
	TRN4_TYPE_F32,
	TRN4_TYPE_F64,
	TRN4_TYPE_F16X2,	/* two in a word, which changes as a whole */
	TRN4_TYPE_BF16X2,
	TRN4_TYPE_F32X4,	/* four words in a row, each by itself */
	TRN4_TYPES,
};

/* What is done with a word by which one tells another that it may go on */
enum trn4_semaphore {
	TRN4_SEMAPHORE_SIGNAL,	/* word = value */
	TRN4_SEMAPHORE_EQ,	/* wait until word == value */
	TRN4_SEMAPHORE_NE,	/* wait until word != value */
	TRN4_SEMAPHORE_GE,	/* wait until word >= value, both unsigned */
	TRN4_SEMAPHORE_ANY,	/* wait until word & value */
	TRN4_SEMAPHORES,
};

/**
 * struct trn4_desc - one operation, 64 bytes in the submission ring
 * @opcode: enum trn4_opcode
 * @flags: TRN4_DESC_*
 * @id: returned in the completion record
 * @src_space: enum trn4_space of @src (COPY, ATOMIC with a wide fetch)
 * @dst_space: enum trn4_space of @dst (all but NOP and FENCE; never HOST for
 *	ATOMIC)
 * @src_slot: number of the window or segment that @src_space names, else zero
 * @dst_slot: the same for @dst_space
 * @kind: enum trn4_atomic (ATOMIC), enum trn4_semaphore (SEMAPHORE)
 * @type: enum trn4_type (ATOMIC), of which SEMAPHORE takes U32 and U64; @dst is
 *	aligned to its size
 * @rsvd0: zero
 * @src: address within @src_space (COPY); where a word of 16 bytes is put that
 *	FETCH asks for, aligned to 16 (ATOMIC)
 * @dst: address within @dst_space
 * @copy: rows of bytes (COPY)
 * @copy.length: bytes of a row, any number
 * @copy.rows: number of rows, any
 * @copy.src_pitch: from the beginning of a row to that of the next, not less
 *	than @copy.length; zero where there is one row or none
 * @copy.dst_pitch: the same
 * @fill: rows of a pattern (FILL)
 * @fill.length: bytes of a row, any number
 * @fill.rows: number of rows, any
 * @fill.pattern: byte n of a row is byte n % 8 of this
 * @fill.pitch: as @copy.dst_pitch
 * @atomic: operands, of the size of @type, zero above (ATOMIC)
 * @atomic.operand: second operand
 * @atomic.compare: what the word is compared with (CAS), else zero
 *
 * @semaphore: a word that is waited for, or signalled (SEMAPHORE)
 * @semaphore.value: what it becomes, or is compared with; fits @type
 * @semaphore.timeout: guest time in microseconds after which the wait ends; 0:
 *	never; zero for SIGNAL
 *
 * Fields that the opcode does not use are zero. The device reads a descriptor
 * once, so that changing it after the doorbell has no effect that could pass
 * a check made on the old value.
 */
struct trn4_desc {
	__u8	opcode;
	__u8	flags;
	__le16	id;
	__u8	src_space;
	__u8	dst_space;
	__le16	src_slot;
	__le16	dst_slot;
	__u8	kind;
	__u8	type;
	__le32	rsvd0;
	__le64	src;
	__le64	dst;
	union {
		struct {
			__le64	length;
			__le64	rows;
			__le64	src_pitch;
			__le64	dst_pitch;
		} copy;
		struct {
			__le64	length;
			__le64	rows;
			__le64	pattern;
			__le64	pitch;
		} fill;
		struct {
			__le64	operand[2];
			__le64	compare[2];
		} atomic;
		struct {
			__le64	value;
			__le64	timeout;
		} semaphore;
	};
};

/* Return the word as it was before; without it none waits for the answer */
#define TRN4_DESC_FETCH		(1u << 0)	/* ATOMIC */

enum trn4_status {
	TRN4_STATUS_OK,
	TRN4_STATUS_BAD_OPCODE,
	TRN4_STATUS_BAD_FIELD,		/* a value, flag or reserved field */
	TRN4_STATUS_BAD_ALIGN,		/* an address of an atomic */
	TRN4_STATUS_BAD_RANGE,		/* beyond HBM or the window */
	TRN4_STATUS_NO_WINDOW,		/* the window is not LIVE */
	TRN4_STATUS_NO_RIGHT,		/* the window lacks the right */
	TRN4_STATUS_BUS,		/* host memory could not be reached */
	TRN4_STATUS_REVOKED,		/* the window or segment went while in use */
	TRN4_STATUS_NO_SEGMENT,		/* it is not VALID */
	TRN4_STATUS_TIMEOUT,		/* a wait came to its end before its word */
};

/**
 * struct trn4_cqe - completion record, 32 bytes in the completion ring
 * @value: the word before the operation (ATOMIC with FETCH, of up to 8 bytes),
 *	bytes written (COPY, FILL), the word as it was found (SEMAPHORE that
 *	waits), else zero
 * @id: the descriptor's
 * @sq_head: the queue's SQ_HEAD after this descriptor
 * @status: enum trn4_status
 * @phase: bit 0 is 1 in the first pass over the ring, 0 in the second, ...;
 *	written last, so a record whose phase has turned is whole
 * @start: model time, nanoseconds since reset
 * @end: model time at which the last byte was in place
 */
struct trn4_cqe {
	__le64	value;
	__le64	start;
	__le64	end;
	__le16	id;
	__le16	sq_head;
	__le16	status;
	__le16	phase;
};

/* ---- Switch ------------------------------------------------------------ */

#define NVL_SWITCH_BAR_REGS		0
#define NVL_SWITCH_BAR_REGS_SIZE	0x80000

#define NVL_SWITCH_REG_ROUTE_COUNT	0x080	/* ro 32 */
#define NVL_SWITCH_REG_PARTITION_COUNT	0x084	/* ro 32 */
#define NVL_SWITCH_REG_GROUP_COUNT	0x088	/* ro 32 */

#define NVL_SWITCH_MSIX_TABLE		0x08000
#define NVL_SWITCH_MSIX_PBA		0x08800
#define NVL_SWITCH_PORT_BASE		0x10000	/* 72 ports */
#define NVL_SWITCH_ROUTE_BASE		0x20000	/* 2048 routes */
#define NVL_SWITCH_PARTITION_BASE	0x30000	/* 64 partitions */
#define NVL_SWITCH_GROUP_BASE		0x40000	/* 1024 groups */

/*
 * Route of target id n: the set of ports that lead there. LO is kept aside
 * until HI is written; that write puts both in force at once. With VALID
 * clear the set must be empty.
 */
#define NVL_ROUTE_STRIDE	0x10
#define NVL_ROUTE_PORTS_LO	0x00	/* rw 64: ports 0 to 63 */
#define NVL_ROUTE_PORTS_HI	0x08	/* rw 64: ports 64 to 71, NVL_ROUTE_VALID */

#define NVL_ROUTE_VALID		(1ull << 63)

/*
 * Partition: the endpoints that may talk to one another through this switch.
 * MEMBERS holds a bit for each target id and may be written at any time; a
 * change of a VALID partition is in force when the write completes.
 */
#define NVL_PARTITION_STRIDE	0x200
#define NVL_PARTITION_CTRL	0x000	/* rw 32: id in 15:0, NVL_PARTITION_VALID */
#define NVL_PARTITION_MEMBERS	0x100	/* rw 32 x 64: bit n % 64 of word n / 64 */

#define NVL_PARTITION_ID_MASK	0xffffu	/* 1 to 65535; 0 is none */
#define NVL_PARTITION_VALID	(1u << 31)

/*
 * Group: the ports to which what is sent to it goes out, and the partition
 * whose members may send. PORTS are locked while VALID is set. A group stands
 * for nothing yet but its entry here: no operation names one so far.
 */
#define NVL_GROUP_STRIDE	0x20
#define NVL_GROUP_CTRL		0x00	/* rw 32: partition in 15:0, NVL_GROUP_VALID */
#define NVL_GROUP_PORTS_LO	0x08	/* rw 64: ports 0 to 63 */
#define NVL_GROUP_PORTS_HI	0x10	/* rw 64: ports 64 to 71 */

#define NVL_GROUP_PARTITION_MASK	0xffffu	/* 1 to 65535 */
#define NVL_GROUP_VALID		(1u << 31)

#endif /* TRN4_HW_H */
