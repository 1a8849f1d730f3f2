/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * array.h - the number of elements of an array.
 */
#ifndef COMMON_ARRAY_H
#define COMMON_ARRAY_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif /* COMMON_ARRAY_H */
