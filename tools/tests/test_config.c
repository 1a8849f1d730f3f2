// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_config.c - tests of nvlf-fm/config.c: what the file says, and what is
 * said of a wrong one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hw/trn4_hw.h>

#include "array.h"
#include "config.h"
#include "tap.h"

static int read_text(struct config *config, const char *text,
		     char error[CONFIG_ERROR])
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int ret;

	error[0] = '\0';
	ret = config_read(config, file, "test.conf", error);
	fclose(file);
	return ret;
}

static void a_file_is_read(void)
{
	static const char text[] =
		"# who manages\n"
		"[manager]\n"
		"  name = rack 7   ; the seventh\n"
		"takeover=yes\n"
		"timeout = 1.5\n"
		"status-socket = /run/a#b.sock\n"
		"\n"
		"[ degraded ]\r\n"
		"policy = drain\r\n"
		"min-links = 0x12\n"
		"min-lanes = 4\n"
		"[flapping]\n"
		"holddown = 2.5\n"
		"downs = 4\n"
		"within = 90\n"
		"[partition 7]\n"
		"endpoints = 0-3\n"
		"endpoints = 9\n"
		"location = r0/t[0-3]/s*\n"
		"location = r1/t0/s0\n"
		"cluster = 00112233-4455-6677-8899-aabbccddeeff\n"
		"[partition 65535]\n"
		"endpoints = all";
	const struct policy_partition *p;
	char error[CONFIG_ERROR];
	struct config config;

	if (!CHECK(!read_text(&config, text, error))) {
		printf("# %s\n", error);
		return;
	}
	CHECK(!strcmp(config.name, "rack 7"));
	CHECK(config.takeover);
	EQ(config.timeout, 1500);
	CHECK(!strcmp(config.status_socket, "/run/a#b.sock"));
	CHECK(config.policy.drain);
	EQ(config.policy.min_links, 18);
	EQ(config.policy.min_lanes, 4);
	EQ(config.policy.holddown, 2500);
	EQ(config.policy.downs, 4);
	EQ(config.policy.within, 90000);
	EQ(config.policy.partition_count, 2);
	p = config.policy.partitions;
	EQ(p[0].id, 7);
	EQ(bits_count(&p[0].endpoints), 5);
	CHECK(!p[0].all && p[0].has_cluster);
	EQ(p[0].cluster[15], 0xff);
	CHECK(!strcmp(p[0].locations[1], "r1/t0/s0") && !p[0].locations[2]);
	EQ(p[1].id, 65535);
	CHECK(p[1].all && !p[1].has_cluster && !p[1].locations);
	config_free(&config);
}

static void what_is_not_said_is_as_usual(void)
{
	static const char *const texts[] = {
		"# nothing\n",
		"[manager]\nname = x\n",
	};
	char error[CONFIG_ERROR];
	struct config config;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!CHECK(!read_text(&config, texts[i], error)))
			continue;
		EQ(config.timeout, 5000);
		CHECK(!config.takeover && !config.policy.drain);
		EQ(config.policy.partition_count, 1);
		EQ(config.policy.partitions[0].id, 1);
		CHECK(config.policy.partitions[0].all);
		config_free(&config);
	}
}

/* One character more than a name may have */
#define LONG_NAME \
	"01234567890123456789012345678901" \
	"23456789012345678901234567890123"

/* Each breaks one thing. */
static const struct {
	const char *text;
	const char *error;
} wrongs[] = {
	{ "name = x\n",
	  "test.conf:1: name: before any section; "
	  "there are [manager], [degraded], [flapping], [partition ID]" },
	{ "\n[managers]\n",
	  "test.conf:2: [managers]: no such section; "
	  "there are [manager], [degraded], [flapping], [partition ID]" },
	{ "[manager 1]\n",
	  "test.conf:1: [manager]: no such section; "
	  "there are [manager], [degraded], [flapping], [partition ID]" },
	{ "[manager\n", "test.conf:1: [manager: a section ends with ]" },
	{ "[manager]\nnaem = x\n",
	  "test.conf:2: naem: no such key in [manager]; "
	  "there are name, takeover, timeout, status-socket" },
	{ "[manager]\nname\n",
	  "test.conf:2: name: neither [section] nor key = value" },
	{ "[manager]\nname =\n",
	  "test.conf:2: name = : not 1 to 63 characters" },
	{ "[manager]\nname = " LONG_NAME "\n",
	  "test.conf:2: name = " LONG_NAME ": not 1 to 63 characters" },
	{ "[manager]\nname = x\nname = y\n",
	  "test.conf:3: name: is there twice" },
	{ "[manager]\ntakeover = maybe\n",
	  "test.conf:2: takeover = maybe: not yes or no" },
	{ "[manager]\ntimeout = 0.05\n",
	  "test.conf:2: timeout = 0.05: not seconds, 0.1 to 600" },
	{ "[manager]\ntimeout = 601\n",
	  "test.conf:2: timeout = 601: not seconds, 0.1 to 600" },
	{ "[manager]\nstatus-socket = here\n",
	  "test.conf:2: status-socket = here: not a path from / on, or none" },
	{ "[degraded]\npolicy = forget\n",
	  "test.conf:2: policy = forget: not keep or drain" },
	{ "[degraded]\npolicy = drain\nmin-links = 37\n",
	  "test.conf:3: min-links = 37: not 1 to 36" },
	{ "[degraded]\npolicy = drain\nmin-links = 0\n",
	  "test.conf:3: min-links = 0: not 1 to 36" },
	{ "[degraded]\npolicy = drain\nmin-lanes = 5\n",
	  "test.conf:3: min-lanes = 5: not 1 to 4" },
	{ "[degraded]\nmin-links = 5\n",
	  "test.conf:2: [degraded]: min-links is for policy = drain only" },
	{ "[degraded]\npolicy = keep\nmin-lanes = 2\n",
	  "test.conf:3: [degraded]: min-lanes is for policy = drain only" },
	{ "[flapping]\nholddown = 3601\n",
	  "test.conf:2: holddown = 3601: not seconds, 0 to 3600" },
	{ "[flapping]\nholddown = soon\n",
	  "test.conf:2: holddown = soon: not seconds, 0 to 3600" },
	{ "[flapping]\ndowns = 0\n", "test.conf:2: downs = 0: not 1 to 16" },
	{ "[flapping]\nwithin = 0\n",
	  "test.conf:2: within = 0: not seconds, 0.001 to 86400" },
	{ "[degraded]\npolicy = drain\n",
	  "test.conf:2: [degraded]: policy = drain needs min-links or min-lanes" },
	{ "[partition]\n", "test.conf:1: [partition ]: an id from 1 to 65535" },
	{ "[partition 0]\n",
	  "test.conf:1: [partition 0]: an id from 1 to 65535" },
	{ "[partition 65536]\n",
	  "test.conf:1: [partition 65536]: an id from 1 to 65535" },
	{ "[partition 3]\n[partition 4]\n[partition 3]\n",
	  "test.conf:3: [partition 3]: is there twice" },
	{ "[partition 3]\nendpoints = 2048\n",
	  "test.conf:2: endpoints = 2048: not all, or target ids of 0 to 2047 such as 0-3,8" },
	{ "[partition 3]\nendpoints = many\n",
	  "test.conf:2: endpoints = many: not all, or target ids of 0 to 2047 such as 0-3,8" },
	{ "[partition 3]\nlocation = tray 3\n",
	  "test.conf:2: location = tray 3: not a location with wildcards such as r0/t[0-3]/s*" },
	{ "[partition 3]\nlocation =\n",
	  "test.conf:2: location = : not a location with wildcards such as r0/t[0-3]/s*" },
	{ "[partition 3]\nlocation = 3/1\n",
	  "test.conf:2: location = 3/1: not a location with wildcards such as r0/t[0-3]/s*" },
	{ "[partition 3]\ncluster = 0011\n",
	  "test.conf:2: cluster = 0011: not a UUID such as 00112233-4455-6677-8899-aabbccddeeff" },
};

static void a_wrong_file_is_refused_in_words(void)
{
	char error[CONFIG_ERROR];
	struct config config;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrongs); i++) {
		CHECK(read_text(&config, wrongs[i].text, error) == -EINVAL);
		if (!CHECK(!strcmp(error, wrongs[i].error)))
			printf("# said: %s\n# not:  %s\n", error,
			       wrongs[i].error);
		CHECK(!config.policy.partitions);
	}
}

static void long_lines_are_refused(void)
{
	char text[3000], error[CONFIG_ERROR];
	struct config config;

	memset(text, 'x', sizeof(text));
	memcpy(text, "[manager]\n#", 11);
	text[sizeof(text) - 1] = '\0';
	CHECK(read_text(&config, text, error) == -EINVAL);
	CHECK(!strcmp(error,
		      "test.conf:2: the line is too long: 1022 bytes at most"));
	/* Words without an end are cut in the message, not beyond it. */
	memset(text, 'x', sizeof(text));
	text[0] = '[';
	text[1000] = '\0';
	CHECK(read_text(&config, text, error) == -EINVAL);
	EQ(strlen(error), CONFIG_ERROR - 1);
}

/* What a switch has no room for is wrong before the kernel says so. */
static void more_partitions_than_switches_hold(void)
{
	char text[64 * NVL_PARTITIONS], error[CONFIG_ERROR];
	struct config config;
	size_t used = 0;
	unsigned int id;

	for (id = 1; id <= NVL_PARTITIONS; id++)
		used += snprintf(text + used, sizeof(text) - used,
				 "[partition %u]\nendpoints = %u\n", id, id);
	CHECK(!read_text(&config, text, error));
	EQ(config.policy.partition_count, NVL_PARTITIONS);
	config_free(&config);
	snprintf(text + used, sizeof(text) - used, "[partition 900]\n");
	CHECK(read_text(&config, text, error) == -EINVAL);
	CHECK(!strcmp(error,
		      "test.conf:129: [partition 900]: one too many, as switches hold 64"));
}

static void files_that_cannot_be_read(void)
{
	char error[CONFIG_ERROR];
	struct config config;

	CHECK(config_load(&config, "/nonexistent/file", error) == -ENOENT);
	CHECK(!strcmp(error, "/nonexistent/file: No such file or directory"));
	CHECK(config_load(&config, "/", error) < 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_file_is_read),
	TAP_TEST(what_is_not_said_is_as_usual),
	TAP_TEST(a_wrong_file_is_refused_in_words),
	TAP_TEST(long_lines_are_refused),
	TAP_TEST(more_partitions_than_switches_hold),
	TAP_TEST(files_that_cannot_be_read),
};

TAP_MAIN(tests)
