# SPDX-License-Identifier: GPL-2.0-or-later
# The door to everything: each target calls one script of vm/, or a makefile of the part that it is named after.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# RACK=1: as many of all as the full rack has, of which each can still be said otherwise
RACK ?= 0
ifeq ($(filter 0 1,$(RACK)),)
$(error RACK=$(RACK): 1 for the full rack, or 0)
endif
rack_or = $(if $(filter 1,$(RACK)),$(1),$(2))
# Number of accelerators and of switches, and the memory behind each accelerator's HBM
TRN4_COUNT ?= $(call rack_or,72,4)
SWITCHES ?= $(call rack_or,36,2)
HBM ?= $(call rack_or,64M,256M)
APERTURE ?= 8G
# The guest's processors and memory; how it is run: auto, kvm or tcg
SMP ?= 2
MEM ?= $(call rack_or,4G,2G)
ACCEL ?= auto
# Where downloads and builds are kept for all checkouts
TRN4_CACHE ?= $(HOME)/.cache/trn4
# Sources at hand, which are not downloaded then
QEMU_SRC ?=
KERNEL_DIR ?=
TOOLS_DIR ?=
MIRROR ?=
# Those of the kselftests that are to run; all, if it is empty
ONLY ?=
# What the debug kernel looks for: kasan (memory, locking, leaks) or kcsan (data races)
DEBUG ?= kasan
# Commands' output on the terminal too
V ?= 0

export TRN4_COUNT SWITCHES HBM APERTURE SMP MEM ACCEL
export TRN4_CACHE QEMU_SRC KERNEL_DIR TOOLS_DIR MIRROR V ONLY

.PHONY: help
help:
	@echo 'Lanes'
	@echo '  make run          set up everything, boot the accelerators, show them at work, then a shell in the guest'
	@echo '  make check        all tests: host unit tests, qtests, generated code, docs, kselftests in the guest'
	@echo '  make unit|qtest|generated-check|kselftest|trap|iommu|pace     a part of them'
	@echo '  make rack         72 accelerators and 36 switches in one guest: a window of each on every other, written and verified'
	@echo '  make bench        what it costs, beside a peer in the same run; in build/bench.json, too'
	@echo '  make check-asan   qtests and kselftests with a QEMU that looks for memory errors of its own'
	@echo '  make check-debug  kselftests on a kernel that looks for faults of memory, locks and leaks (DEBUG=kcsan: for data races)'
	@echo '  make lint         style: checkpatch, clang-format, sparse, cppcheck, coccinelle, kernel-doc, shellcheck'
	@echo '  make shell        boot straight to a shell in the guest'
	@echo
	@echo 'Parts'
	@echo '  make setup        packages, downloads, kernel and QEMU; setup-all: for every lane'
	@echo '  make qemu         the device emulation only (QEMU_ASAN=1: with sanitizers)'
	@echo '  make modules tools selftests generated        what their names say, into build/'
	@echo '  make update       download newer kernel and QEMU sources, if there are any'
	@echo '  make clean        remove build/; distclean tells of the cache, too'
	@echo
	@echo 'Variables'
	@echo '  TRN4_COUNT=4      accelerators            SWITCHES=2       switches (a divisor of 36)'
	@echo '  RACK=1            all of a rack: TRN4_COUNT=72 SWITCHES=36 HBM=64M MEM=4G'
	@echo '  HBM=256M          backed HBM of each      APERTURE=8G      address space for peer windows, each'
	@echo '  SMP=2 MEM=2G      of the guest            ACCEL=auto|kvm|tcg    how it runs'
	@echo '  TRN4_CACHE=$$HOME/.cache/trn4   downloads and builds, shared by all checkouts'
	@echo '  QEMU_SRC=         a tarball or tree of QEMU 10.0, in place of a download'
	@echo '  KERNEL_DIR=       a directory of linux-{image,headers,kbuild,source} debs, or of the same unpacked'
	@echo '  TOOLS_DIR=        a directory of debs: meson, python3-pycotap, python3-distlib, qemu-system-data, busybox-static'
	@echo '  MIRROR=           a Debian mirror, in place of that of the host    NO_DEPS=1    install no packages'
	@echo '  ONLY=             those of the kselftests that are to run, such as "bo_test window_test"'
	@echo '  DEBUG=kasan       kernel of check-debug: kasan or kcsan'
	@echo '  V=1               show all output'

.PHONY: run shell check rack bench check-asan check-debug unit qtest kselftest trap iommu pace generated-check lint lint-deps
run: guest
	@vm/run

shell: guest
	@vm/boot shell

check:
	@vm/check

rack bench: RACK = 1

rack:
	@ONLY="$(or $(ONLY),mesh_test)" vm/check kselftest

bench: guest
	@vm/bench

check-asan:
	@QEMU_ASAN=1 vm/check qtest kselftest trap iommu pace

# The debug kernel's long build and QEMU's go on side by side.
check-debug: prebuilt
	@vm/side-by-side '$(MAKE) qemu' 'vm/debug-kernel $(DEBUG)'
	@vm/debug-check $(DEBUG)

unit qtest kselftest trap iommu pace lint:
	@vm/check $@

generated-check:
	@vm/check generated

lint-deps: kernel qemu
	@vm/lint deps

# QEMU's long build and the rest go on side by side.
.PHONY: setup setup-all guest deps fetch prebuilt qemu kernel update
setup guest: prebuilt
	@vm/side-by-side '$(MAKE) qemu' '$(MAKE) $(if $(filter guest,$@),initramfs,kernel)'

# What each lane would build for itself, the long builds side by side
setup-all: prebuilt kernel
	@vm/side-by-side '$(MAKE) lint-deps && QEMU_ASAN=1 vm/qemu' 'vm/debug-kernel $(DEBUG)'

deps:
	@vm/deps

fetch: deps
	@vm/fetch

update: deps
	@UPDATE=1 vm/fetch

prebuilt: fetch
	@vm/prebuilt

qemu: prebuilt
	@vm/qemu

kernel: fetch
	@vm/kernel

.PHONY: modules tools selftests demo generated initramfs
modules: kernel
	@vm/modules

tools selftests: kernel
	@vm/part $@

# It links the tools' library.
demo: tools
	@vm/part $@

generated: kernel
	@vm/ynl

initramfs: prebuilt modules tools selftests demo
	@vm/initramfs

.PHONY: clean distclean
clean:
	rm -rf build

distclean: clean
	@echo 'The cache stays, for other checkouts: $(TRN4_CACHE). Remove it by hand to start afresh.'
