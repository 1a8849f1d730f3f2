/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * racks.h - the core as it would be for 16 racks: included before each of its
 * files, it moves the one limit that a rack's wiring sets.
 */
#ifndef BENCH_RACKS_H
#define BENCH_RACKS_H

#include "hw/trn4_hw.h"

#undef NVL_ENDPOINTS_MAX
#define NVL_ENDPOINTS_MAX 1152

#endif /* BENCH_RACKS_H */
