/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - tables of text with columns as wide as they need to be.
 */
#ifndef COMMON_TABLE_H
#define COMMON_TABLE_H

#include <stdio.h>

struct table;

/*
 * @align has a letter for each column: l or r. The program ends with a message
 * where memory runs out, here and in table_cell().
 */
struct table *table_create(const char *align);
void table_destroy(struct table *table);

/* The next cell, from left to right and from top to bottom. */
void table_cell(struct table *table, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Two spaces between columns, none at the ends of lines. */
void table_print(const struct table *table, FILE *out);

#endif /* COMMON_TABLE_H */
