// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - the manager's configuration file: sections in brackets, lines of
 * key = value, comments behind # or ;. Of the libraries that read such files
 * none that is at hand keeps line numbers, which errors here must name.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <hw/trn4_hw.h>

#include "array.h"
#include "config.h"
#include "out.h"
#include "parse.h"

#define PORTS_OF_ENDPOINT 36
#define LANES_OF_LINK     4
#define LINE_MAX_BYTES    1024
#define HOLDDOWN_MAX      3600000  /* ms */
#define WITHIN_MAX        86400000 /* ms */
/* Logs are short: the older records of a port are soon driven out. */
#define DOWNS_MAX 16

/* Where the reading is */
struct reader {
	struct config *config;
	const char *name;
	unsigned int line;
	const struct section *section;
	struct policy_partition *partition; /* of [partition N], or NULL */
	char *error;
};

/* A key of a section: what is allowed, in words, and what reads it */
struct key {
	const char *name;
	const char *allowed;
	bool repeats;
	int (*take)(struct reader *reader, const char *value);
};

#define KEYS 8 /* most of a section */

struct section {
	const char *name;
	bool numbered;
	struct key keys[KEYS];
};

__attribute__((format(printf, 2, 3))) static int wrong(struct reader *reader,
						       const char *fmt, ...)
{
	va_list args;
	int n;

	n = snprintf(reader->error, CONFIG_ERROR, "%s:%u: ", reader->name,
		     reader->line);
	va_start(args, fmt);
	if (n < CONFIG_ERROR)
		vsnprintf(reader->error + n, CONFIG_ERROR - n, fmt, args);
	va_end(args);
	return -EINVAL;
}

/* ---- Values ------------------------------------------------------------- */

static int take_bool(const char *value, bool *flag)
{
	if (strcmp(value, "yes") && strcmp(value, "no"))
		return -EINVAL;
	*flag = !strcmp(value, "yes");
	return 0;
}

static int take_text(const char *value, char *text, size_t size)
{
	if (strlen(value) >= size)
		return -ERANGE;
	strcpy(text, value);
	return 0;
}

static int take_number(const char *value, uint64_t min, uint64_t max,
		       uint32_t *number)
{
	uint64_t wide;
	int ret;

	ret = parse_number(value, min, max, &wide);
	if (!ret)
		*number = wide;
	return ret;
}

static int take_msec(const char *value, int64_t min, int64_t max, int64_t *ms)
{
	int64_t ns;
	int ret;

	ret = parse_seconds(value, &ns);
	if (ret)
		return ret;
	*ms = ns / 1000000;
	return *ms < min || *ms > max ? -ERANGE : 0;
}

static int take_name(struct reader *reader, const char *value)
{
	if (!*value)
		return -EINVAL;
	return take_text(value, reader->config->name,
			 sizeof(reader->config->name));
}

static int take_takeover(struct reader *reader, const char *value)
{
	return take_bool(value, &reader->config->takeover);
}

static int take_timeout(struct reader *reader, const char *value)
{
	int64_t ms;
	int ret;

	ret = take_msec(value, NVLF_MANAGER_TIMEOUT_MIN,
			NVLF_MANAGER_TIMEOUT_MAX, &ms);
	if (!ret)
		reader->config->timeout = ms;
	return ret;
}

static int take_socket(struct reader *reader, const char *value)
{
	if (!strcmp(value, "none"))
		value = "";
	else if (*value != '/')
		return -EINVAL;
	return take_text(value, reader->config->status_socket,
			 sizeof(reader->config->status_socket));
}

static int take_policy(struct reader *reader, const char *value)
{
	if (strcmp(value, "keep") && strcmp(value, "drain"))
		return -EINVAL;
	reader->config->policy.drain = !strcmp(value, "drain");
	return 0;
}

static int take_min_links(struct reader *reader, const char *value)
{
	return take_number(value, 1, PORTS_OF_ENDPOINT,
			   &reader->config->policy.min_links);
}

static int take_min_lanes(struct reader *reader, const char *value)
{
	return take_number(value, 1, LANES_OF_LINK,
			   &reader->config->policy.min_lanes);
}

static int take_holddown(struct reader *reader, const char *value)
{
	int64_t ms;
	int ret;

	ret = take_msec(value, 0, HOLDDOWN_MAX, &ms);
	if (!ret)
		reader->config->policy.holddown = ms;
	return ret;
}

static int take_downs(struct reader *reader, const char *value)
{
	return take_number(value, 1, DOWNS_MAX, &reader->config->policy.downs);
}

static int take_within(struct reader *reader, const char *value)
{
	int64_t ms;
	int ret;

	ret = take_msec(value, 1, WITHIN_MAX, &ms);
	if (!ret)
		reader->config->policy.within = ms;
	return ret;
}

static int take_endpoints(struct reader *reader, const char *value)
{
	struct bits more;
	unsigned int n;
	int ret;

	if (!strcmp(value, "all")) {
		reader->partition->all = true;
		return 0;
	}
	ret = bits_parse(&more, value, NVLF_TARGET_MAX + 1);
	if (ret)
		return ret;
	for (n = bits_next(&more, 0); n < BITS_MAX; n = bits_next(&more, n + 1))
		bits_set(&reader->partition->endpoints, n);
	return 0;
}

static int take_location(struct reader *reader, const char *value)
{
	struct policy_partition *partition = reader->partition;
	size_t count = 0;

	/* r, t and s, each with a number or a pattern in its place */
	if (!strchr("rts", *value) || !*value || strpbrk(value, " \t,"))
		return -EINVAL;
	while (partition->locations && partition->locations[count])
		count++;
	partition->locations = must(reallocarray(partition->locations,
						 count + 2, sizeof(char *)));
	partition->locations[count] = must(strdup(value));
	partition->locations[count + 1] = NULL;
	return 0;
}

static int take_cluster(struct reader *reader, const char *value)
{
	reader->partition->has_cluster = true;
	return uuid_parse(value, reader->partition->cluster);
}

/* clang-format off */
static const struct section sections[] = {
	{ "manager", false, {
		{ "name", "1 to 63 characters", false, take_name },
		{ "takeover", "yes or no", false, take_takeover },
		{ "timeout", "seconds, 0.1 to 600", false, take_timeout },
		{ "status-socket", "a path from / on, or none", false,
		  take_socket },
	} },
	{ "degraded", false, {
		{ "policy", "keep or drain", false, take_policy },
		{ "min-links", "1 to 36", false, take_min_links },
		{ "min-lanes", "1 to 4", false, take_min_lanes },
	} },
	{ "flapping", false, {
		{ "holddown", "seconds, 0 to 3600", false, take_holddown },
		{ "downs", "1 to 16", false, take_downs },
		{ "within", "seconds, 0.001 to 86400", false, take_within },
	} },
	{ "partition", true, {
		{ "endpoints", "all, or target ids of 0 to 2047 such as 0-3,8",
		  true, take_endpoints },
		{ "location", "a location with wildcards such as r0/t[0-3]/s*",
		  true, take_location },
		{ "cluster",
		  "a UUID such as 00112233-4455-6677-8899-aabbccddeeff",
		  false, take_cluster },
	} },
};

/* clang-format on */

/* ---- Lines -------------------------------------------------------------- */

/* The names of all sections or of a section's keys. */
static void list_names(const struct section *section, char text[128])
{
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; section && i < KEYS && section->keys[i].name; i++)
		n += snprintf(text + n, 128 - n, "%s%s", n ? ", " : "",
			      section->keys[i].name);
	for (i = 0; !section && i < ARRAY_SIZE(sections); i++)
		n += snprintf(text + n, 128 - n, "%s[%s%s]", n ? ", " : "",
			      sections[i].name,
			      sections[i].numbered ? " ID" : "");
}

static int add_partition(struct reader *reader, const char *number)
{
	struct policy *policy = &reader->config->policy;
	uint32_t id;
	size_t i;

	if (take_number(number, 1, NVLF_PARTITION_MAX, &id))
		return wrong(reader, "[partition %s]: an id from 1 to %u",
			     number, NVLF_PARTITION_MAX);
	for (i = 0; i < policy->partition_count; i++) {
		if (policy->partitions[i].id == id)
			return wrong(reader, "[partition %u]: is there twice",
				     id);
	}
	if (policy->partition_count == NVL_PARTITIONS)
		return wrong(reader,
			     "[partition %u]: one too many, as switches hold %u",
			     id, NVL_PARTITIONS);
	policy->partitions = must(reallocarray(policy->partitions,
					       policy->partition_count + 1,
					       sizeof(*policy->partitions)));
	reader->partition = &policy->partitions[policy->partition_count++];
	*reader->partition = (struct policy_partition) { .id = id };
	return 0;
}

/* @text is what stands between the brackets. */
static int begin_section(struct reader *reader, char *text)
{
	char *number = strpbrk(text, " \t");
	char names[128];
	size_t i;

	if (number) {
		*number++ = '\0';
		number += strspn(number, " \t");
	}
	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		if (strcmp(sections[i].name, text))
			continue;
		reader->section = &sections[i];
		reader->partition = NULL;
		if (sections[i].numbered)
			return add_partition(reader, number ? number : "");
		if (!number)
			return 0;
	}
	list_names(NULL, names);
	return wrong(reader, "[%s]: no such section; there are %s", text,
		     names);
}

/*
 * Which keys of the section were there already: those of the last one with its
 * name, as a partition's number makes another section of it.
 */
static int set_key(struct reader *reader, const char *name, const char *value,
		   uint32_t *seen)
{
	const struct section *section = reader->section;
	const struct key *key;
	char names[128];
	size_t i;

	if (!section) {
		list_names(NULL, names);
		return wrong(reader, "%s: before any section; there are %s",
			     name, names);
	}
	for (i = 0; i < KEYS && section->keys[i].name; i++) {
		key = &section->keys[i];
		if (strcmp(key->name, name))
			continue;
		if (*seen & 1u << i && !key->repeats)
			return wrong(reader, "%s: is there twice", name);
		*seen |= 1u << i;
		if (key->take(reader, value))
			return wrong(reader, "%s = %s: not %s", name, value,
				     key->allowed);
		return 0;
	}
	list_names(section, names);
	return wrong(reader, "%s: no such key in [%s]; there are %s", name,
		     section->name, names);
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text;
}

/* A comment begins a line, or stands behind a blank. */
static void cut_comment(char *text)
{
	char *at;

	for (at = text; *at; at++) {
		if ((*at == '#' || *at == ';') &&
		    (at == text || isblank((unsigned char)at[-1]))) {
			*at = '\0';
			return;
		}
	}
}

static int read_line(struct reader *reader, char *text, uint32_t *seen)
{
	char *equals;
	size_t length;

	cut_comment(text);
	text = trim(text);
	length = strlen(text);
	if (!length)
		return 0;
	if (*text == '[') {
		if (text[length - 1] != ']')
			return wrong(reader, "%s: a section ends with ]", text);
		text[length - 1] = '\0';
		*seen = 0;
		return begin_section(reader, trim(text + 1));
	}
	equals = strchr(text, '=');
	if (!equals)
		return wrong(reader, "%s: neither [section] nor key = value",
			     text);
	*equals = '\0';
	return set_key(reader, trim(text), trim(equals + 1), seen);
}

/* ---- Files -------------------------------------------------------------- */

/* What contradicts itself, which only the end shows. */
static int check(struct reader *reader)
{
	const struct policy *policy = &reader->config->policy;

	if (!policy->drain && (policy->min_links || policy->min_lanes))
		return wrong(reader,
			     "[degraded]: %s is for policy = drain only",
			     policy->min_links ? "min-links" : "min-lanes");
	if (policy->drain && !policy->min_links && !policy->min_lanes)
		return wrong(reader,
			     "[degraded]: policy = drain needs min-links or min-lanes");
	return 0;
}

void config_default(struct config *config)
{
	*config = (struct config) {
		.name = "nvlf-fm",
		.timeout = 5000,
		.status_socket = "/run/nvlf-fm.sock",
	};
	policy_default(&config->policy);
}

void config_free(struct config *config)
{
	policy_free(&config->policy);
}

int config_read(struct config *config, FILE *file, const char *name,
		char error[CONFIG_ERROR])
{
	struct reader reader = {
		.config = config,
		.name = name,
		.error = error,
	};
	char text[LINE_MAX_BYTES];
	uint32_t seen = 0;
	int ret = 0;

	config_default(config);
	/* A file that names partitions names all of them. */
	policy_clear(&config->policy);
	while (!ret && fgets(text, sizeof(text), file)) {
		reader.line++;
		if (strlen(text) == sizeof(text) - 1)
			ret = wrong(&reader,
				    "the line is too long: %d bytes at most",
				    LINE_MAX_BYTES - 2);
		else
			ret = read_line(&reader, text, &seen);
	}
	if (!ret && ferror(file))
		ret = wrong(&reader, "%s", strerror(errno));
	if (!ret)
		ret = check(&reader);
	if (!ret && !config->policy.partition_count) {
		struct policy all;

		policy_default(&all);
		config->policy.partitions = all.partitions;
		config->policy.partition_count = all.partition_count;
	}
	if (ret) {
		config_free(config);
		*config = (struct config) {};
	}
	return ret;
}

int config_load(struct config *config, const char *path,
		char error[CONFIG_ERROR])
{
	FILE *file = fopen(path, "re");
	int ret;

	if (!file) {
		ret = -errno;
		snprintf(error, CONFIG_ERROR, "%s: %s", path, strerror(errno));
		return ret;
	}
	ret = config_read(config, file, path, error);
	fclose(file);
	return ret;
}
