/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * version.h - the version that the programs print.
 */
#ifndef COMMON_VERSION_H
#define COMMON_VERSION_H

#define TOOLS_VERSION "0.1.0"

#endif /* COMMON_VERSION_H */
