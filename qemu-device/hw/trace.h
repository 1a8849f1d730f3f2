/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h - what QEMU's makefiles generate from trace-events */
#include "trace/trace-hw_nvlf.h"
