// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * draw.c - the fabric as a graph for Graphviz and as an SVG: switches above,
 * endpoints below, a line for the links of each pair.
 */
#include <stdbool.h>
#include <stdio.h>

#include "topology.h"

/* A pair's links, compared with those of the best joined pair */
enum shape {
	SHAPE_WHOLE,
	SHAPE_LESS, /* links or lanes are missing */
	SHAPE_NONE,
};

static const char *const colours[] = {
	[SHAPE_WHOLE] = "#52606d",
	[SHAPE_LESS] = "#c77700",
	[SHAPE_NONE] = "#c0392b",
};

static unsigned int most_links(const struct topology *t)
{
	size_t i, pairs = t->endpoints.count * t->switches.count;
	unsigned int most = 0;

	for (i = 0; i < pairs; i++)
		most = t->up[i] > most ? t->up[i] : most;
	return most;
}

static enum shape shape_of(const struct topology *t, size_t e, size_t s,
			   unsigned int most)
{
	if (!links_up(t, e, s))
		return SHAPE_NONE;
	if (links_up(t, e, s) < most || links_narrow(t, e, s))
		return SHAPE_LESS;
	return SHAPE_WHOLE;
}

static unsigned int ports_up(const struct node *node)
{
	const struct nvlf_endpoint *endpoint = node->record;
	const struct nvlf_switch *sw = node->record;

	return node->type == &nvlf_switch_type ? sw->ports_up :
						 endpoint->ports_up;
}

static unsigned int ports_all(const struct node *node)
{
	const struct nvlf_endpoint *endpoint = node->record;
	const struct nvlf_switch *sw = node->record;

	return node->type == &nvlf_switch_type ? sw->ports : endpoint->ports;
}

/* ---- Graphviz ----------------------------------------------------------- */

/* A name that a serial number cannot break: serials are left out here. */
static void dot_nodes(const struct node *nodes, size_t count)
{
	bool switches = count && nodes->type == &nvlf_switch_type;
	char location[LOCATION_TEXT];
	size_t i, cluster = 0;

	for (i = 0; i < count; i++) {
		if (!i || !same_tray(&nodes[i], &nodes[i - 1])) {
			printf("%s  subgraph cluster_%s%zu {\n    label=\"",
			       i ? "  }\n" : "", switches ? "s" : "e",
			       cluster++);
			if (nvlf_has(nodes[i].name.present, NVLF_DEVICE_RACK))
				printf("rack %u ", nodes[i].name.place->rack);
			if (nvlf_has(nodes[i].name.present, NVLF_DEVICE_TRAY))
				printf("tray %u", nodes[i].name.place->tray);
			printf("\";\n");
		}
		printf("    %s%u [label=\"%s %u", switches ? "s" : "e",
		       nodes[i].name.id, nodes[i].type->name, nodes[i].name.id);
		if (location_format(&nodes[i].name, location))
			printf("\\n%s", location);
		printf("\\n%u/%u up\"%s];\n", ports_up(&nodes[i]),
		       ports_all(&nodes[i]), switches ? ", shape=box" : "");
	}
	if (count)
		puts("  }");
}

void draw_dot(const struct topology *t)
{
	unsigned int most = most_links(t);
	size_t e, s;

	puts("graph nvlf {\n"
	     "  rankdir=TB; ranksep=2; node [fontname=\"sans-serif\"];");
	dot_nodes(t->nodes + t->endpoints.count, t->switches.count);
	dot_nodes(t->nodes, t->endpoints.count);
	for (e = 0; e < t->endpoints.count; e++) {
		for (s = 0; s < t->switches.count; s++) {
			if (!links_up(t, e, s))
				continue;
			printf("  s%u -- e%u [label=\"%u\", color=\"%s\"];\n",
			       switch_node(t, s)->name.id,
			       endpoint_node(t, e)->name.id, links_up(t, e, s),
			       colours[shape_of(t, e, s, most)]);
		}
	}
	puts("}");
}

/* ---- SVG ---------------------------------------------------------------- */

/* All in pixels of the picture's own coordinates */
#define MARGIN     24
#define GAP        6   /* between boxes of a tray */
#define TRAY_GAP   18  /* between trays */
#define BOX_WIDE   112 /* room for words */
#define BOX_NARROW 30  /* room for a number */
#define BOX_HEIGHT 52
#define TRAY_HEAD  22 /* above the boxes of a tray, its name */
#define FEW        12 /* so many boxes in a row are wide */

struct row {
	const struct node *nodes;
	size_t count;
	int y;     /* of the boxes' upper edge */
	int box;   /* width of one */
	int left;  /* of the first */
	int width; /* of all */
};

static int box_x(const struct row *row, size_t i)
{
	int x = row->left;
	size_t n;

	for (n = 1; n <= i; n++)
		x += row->box + (same_tray(&row->nodes[n], &row->nodes[n - 1]) ?
					 GAP :
					 TRAY_GAP);
	return x;
}

static void measure(struct row *row, bool wide)
{
	row->box = wide ? BOX_WIDE : BOX_NARROW;
	row->left = 0;
	row->width = row->count ? box_x(row, row->count - 1) + row->box : 0;
}

static void svg_trays(const struct row *row)
{
	size_t i, last;
	int x, end;

	for (i = 0; i < row->count; i = last + 1) {
		last = i;
		while (last + 1 < row->count &&
		       same_tray(&row->nodes[last + 1], &row->nodes[i]))
			last++;
		if (!nvlf_has(row->nodes[i].name.present, NVLF_DEVICE_TRAY))
			continue;
		x = box_x(row, i) - 4;
		end = box_x(row, last) + row->box + 4;
		printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" class=\"tray\"/>\n",
		       x, row->y - TRAY_HEAD, end - x,
		       BOX_HEIGHT + TRAY_HEAD + 4);
		printf("<text x=\"%d\" y=\"%d\" class=\"head\">%s %u/%u</text>\n",
		       (x + end) / 2, row->y - 7,
		       end - x > 80 ? "rack/tray" : "",
		       row->nodes[i].name.place->rack,
		       row->nodes[i].name.place->tray);
	}
}

static void svg_box(const struct row *row, size_t i)
{
	const struct node *node = &row->nodes[i];
	unsigned int up = ports_up(node), all = ports_all(node);
	int x = box_x(row, i), middle = x + row->box / 2;
	char location[LOCATION_TEXT];

	/* A switch may be made for more endpoints than there are. */
	printf("<g><title>%s %u, %s, %u of %u ports up</title>\n",
	       node->type->name, node->name.id, node->name.device, up, all);
	printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" class=\"%s\"/>\n",
	       x, row->y, row->box, BOX_HEIGHT,
	       !up                                          ? "none" :
	       up == all || node->type == &nvlf_switch_type ? "whole" :
							      "less");
	if (row->box == BOX_WIDE) {
		printf("<text x=\"%d\" y=\"%d\" class=\"name\">%s %u</text>\n",
		       middle, row->y + 17, node->type->name, node->name.id);
		if (location_format(&node->name, location))
			printf("<text x=\"%d\" y=\"%d\">%s</text>\n", middle,
			       row->y + 31, location);
		printf("<text x=\"%d\" y=\"%d\">%u of %u up</text>\n", middle,
		       row->y + 45, up, all);
	} else {
		printf("<text x=\"%d\" y=\"%d\" class=\"name\">%u</text>\n",
		       middle, row->y + 22, node->name.id);
		printf("<text x=\"%d\" y=\"%d\">%u</text>\n", middle,
		       row->y + 40, up);
	}
	puts("</g>");
}

/* Lines that are whole, or those that are not and lie above them. */
static void svg_lines(const struct topology *t, const struct row *above,
		      const struct row *below, bool whole)
{
	bool many = above->count * below->count > 200;
	unsigned int most = most_links(t);
	enum shape shape;
	size_t e, s;

	printf("<g stroke-opacity=\"%s\">\n", whole && many ? "0.35" : "0.9");

	for (e = 0; e < below->count; e++) {
		for (s = 0; s < above->count; s++) {
			shape = shape_of(t, e, s, most);
			if (whole ? shape != SHAPE_WHOLE : shape == SHAPE_WHOLE)
				continue;
			printf("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"%.1f\"%s><title>switch %u, endpoint %u: %u links up</title></line>\n",
			       box_x(above, s) + above->box / 2,
			       above->y + BOX_HEIGHT,
			       box_x(below, e) + below->box / 2,
			       below->y -
				       (nvlf_has(below->nodes[e].name.present,
						 NVLF_DEVICE_TRAY) ?
						TRAY_HEAD :
						0),
			       colours[shape],
			       most ? 0.6 + 3.0 * links_up(t, e, s) / 18 : 0.6,
			       shape == SHAPE_NONE ?
				       " stroke-dasharray=\"4 4\"" :
				       "",
			       above->nodes[s].name.id, below->nodes[e].name.id,
			       links_up(t, e, s));
		}
	}
	puts("</g>");
}

void draw_svg(const struct topology *t)
{
	struct row above = {
		.nodes = t->nodes + t->endpoints.count,
		.count = t->switches.count,
		.y = MARGIN + TRAY_HEAD + 24,
	};
	struct row below = {
		.nodes = t->nodes,
		.count = t->endpoints.count,
	};
	int width, height;
	size_t i;

	measure(&above, above.count <= FEW);
	measure(&below, below.count <= FEW);
	width = above.width > below.width ? above.width : below.width;
	if (width < 520)
		width = 520;
	below.y = above.y + BOX_HEIGHT + TRAY_HEAD + 120 + width / 7;
	above.left = MARGIN + (width - above.width) / 2;
	below.left = MARGIN + (width - below.width) / 2;
	width += 2 * MARGIN;
	height = below.y + BOX_HEIGHT + MARGIN + 44;

	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
	       width, height, width, height);
	puts("<style>\n"
	     "text { font: 11px sans-serif; text-anchor: middle; fill: #1f2933; }\n"
	     ".name { font-weight: bold; font-size: 12px; }\n"
	     ".head { fill: #52606d; }\n"
	     ".left { text-anchor: start; }\n"
	     ".tray { fill: #f5f7fa; stroke: #cbd2d9; }\n"
	     ".whole { fill: #e3f4e8; stroke: #3f8f5f; }\n"
	     ".less { fill: #fff3dc; stroke: #c77700; }\n"
	     ".none { fill: #fde8e8; stroke: #c0392b; }\n"
	     "</style>");
	printf("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width,
	       height);
	printf("<text x=\"%d\" y=\"%d\" class=\"name left\">NVLink fabric: %zu switches above, %zu endpoints below</text>\n",
	       MARGIN, MARGIN, above.count, below.count);
	svg_trays(&above);
	svg_trays(&below);
	svg_lines(t, &above, &below, true);
	svg_lines(t, &above, &below, false);
	for (i = 0; i < above.count; i++)
		svg_box(&above, i);
	for (i = 0; i < below.count; i++)
		svg_box(&below, i);
	printf("<text x=\"%d\" y=\"%d\" class=\"left\">Boxes: number, ports up. Lines: wider for more links;</text>\n",
	       MARGIN, height - 28);
	printf("<text x=\"%d\" y=\"%d\" class=\"left\">amber where links or lanes are missing, dashed red where none is up.</text>\n",
	       MARGIN, height - 14);
	puts("</svg>");
}
