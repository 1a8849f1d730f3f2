/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * data.h - bytes to write, and bytes that were read: from files, from hex
 * digits, from a generator; as a checksum, as a dump.
 */
#ifndef TRN4CTL_DATA_H
#define TRN4CTL_DATA_H

#include <stdint.h>
#include <stdio.h>

/* Fills @data with bytes that only depend on @seed and their place. */
void data_pattern(uint8_t *data, uint64_t length, uint64_t seed);

/* 64 bits that tell whether bytes are the same; no protection from malice. */
uint64_t data_checksum(const uint8_t *data, uint64_t length);

/*
 * Reads a file, "-" for stdin: all of it, or with @length not 0 so many bytes.
 * Says what goes wrong. Return: the bytes, for free(), and *@length; or NULL.
 */
uint8_t *data_from_file(const char *path, uint64_t *length);

/* The same for pairs of hexadecimal digits. */
uint8_t *data_from_hex(const char *text, uint64_t *length);

/* Writes a file, "-" for stdout. Says what goes wrong. Return: an exit code. */
int data_to_file(const char *path, const uint8_t *data, uint64_t length);

/* Lines of 16 bytes with their place, in hex and as text. */
void data_dump(const uint8_t *data, uint64_t length, uint64_t place);

/* All bytes as hexadecimal digits, for free(). */
char *data_to_hex(const uint8_t *data, uint64_t length);

#endif /* TRN4CTL_DATA_H */
