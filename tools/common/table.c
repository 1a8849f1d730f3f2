// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table.c - tables of text with columns as wide as they need to be.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "table.h"

struct table {
	const char *align;
	size_t columns;
	char **cells;
	size_t used;
	size_t room;
};

struct table *table_create(const char *align)
{
	struct table *table = must(calloc(1, sizeof(*table)));

	table->align = align;
	table->columns = strlen(align);
	return table;
}

void table_destroy(struct table *table)
{
	size_t i;

	if (!table)
		return;
	for (i = 0; i < table->used; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

void table_cell(struct table *table, const char *fmt, ...)
{
	va_list args;
	char *text;

	if (table->used == table->room) {
		table->room = table->room ? 2 * table->room : 64;
		table->cells = must(reallocarray(table->cells, table->room,
						 sizeof(*table->cells)));
	}
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) == -1)
		text = NULL;
	va_end(args);
	table->cells[table->used++] = must(text);
}

void table_print(const struct table *table, FILE *out)
{
	size_t i, column, len, *width;
	const char *cell;

	width = must(calloc(table->columns, sizeof(*width)));
	for (i = 0; i < table->used; i++) {
		len = strlen(table->cells[i]);
		if (len > width[i % table->columns])
			width[i % table->columns] = len;
	}
	for (i = 0; i < table->used; i++) {
		column = i % table->columns;
		cell = table->cells[i];
		if (column)
			fputs("  ", out);
		if (table->align[column] == 'r')
			fprintf(out, "%*s", (int)width[column], cell);
		else if (column + 1 < table->columns)
			fprintf(out, "%-*s", (int)width[column], cell);
		else
			fputs(cell, out);
		if (column + 1 == table->columns)
			fputc('\n', out);
	}
	free(width);
}
