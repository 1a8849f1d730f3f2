// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - nvlf-fm, the fabric manager: its command line, and a single round
 * for whoever wants no daemon.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply.h"
#include "config.h"
#include "daemon.h"
#include "log.h"
#include "model.h"
#include "options.h"
#include "out.h"
#include "plan.h"
#include "status.h"
#include "version.h"

struct options {
	const char *config;
	bool once;
	bool dry_run;
	bool check;
	bool status;
	bool takeover;
	bool verbose;
	bool trace;
	bool version;
	int64_t wait; /* ns, how long ports may take to train; 0 not at all */
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* Reads the fabric, and again at each event until no port trains. */
static int read_settled(struct model *model, struct nvlf_client *client,
			bool log, const struct options *options)
{
	int64_t deadline = now();
	struct model_links links;
	int ret;

	deadline = options->wait > INT64_MAX - deadline ?
			   INT64_MAX :
			   deadline + options->wait;
	/* Before the first reading, so that no change falls in between. */
	if (options->wait) {
		ret = nvlf_subscribe(client);
		if (ret)
			return ret;
	}
	for (;;) {
		ret = model_read(model, client, log);
		if (ret)
			return ret;
		model_links(model, &links);
		if (!model->torn && (!links.training || !options->wait))
			return 0;
		/* Events that never end are no reason to go on for ever. */
		ret = now() < deadline ? nvlf_await(client, deadline) : 0;
		/* There is no other round to put right what this one missed. */
		if (!ret && model->torn)
			ret = -EAGAIN;
		if (ret < 0)
			model_free(model);
		if (ret <= 0)
			return ret;
	}
}

static void show_text(const struct model *model, const struct plan *plan,
		      const struct options *options)
{
	const struct held_link *held = plan->held.records;
	static char text[CHANGE_TEXT];
	struct model_links links;
	size_t i, shown = 0;

	model_links(model, &links);
	printf("%zu endpoints, %zu switches, %u of %u links up\n",
	       model->endpoints.count, model->switches.count, links.up,
	       links.all);
	for (i = 0; i < plan->held.count; i++, held++)
		printf("held: switch %u, port %u to endpoint %u has flapped: to be used in %.1f s\n",
		       held->switch_id, held->port, held->target_id,
		       held->ms / 1000.0);
	for (i = 0; i < plan->count; i++) {
		if (!plan->changes[i].done && !options->dry_run)
			continue;
		change_format(&plan->changes[i], text);
		puts(text);
		shown++;
	}
	if (!plan->count)
		puts("all is in force already");
	else
		printf("%zu %s%s\n", shown, shown == 1 ? "change" : "changes",
		       options->dry_run ? " to be made" : " made");
}

static void show_json(const struct model *model, const struct plan *plan,
		      const struct refusals *refusals,
		      const struct options *options)
{
	struct json_object *json = must(json_object_new_object());
	struct json_object *changes = must(json_object_new_array());
	struct model_links links;
	size_t i;

	model_links(model, &links);
	json_add(json, "endpoints",
		 json_object_new_int64(model->endpoints.count));
	json_add(json, "switches",
		 json_object_new_int64(model->switches.count));
	json_add(json, "links", json_object_new_int64(links.all));
	json_add(json, "links-up", json_object_new_int64(links.up));
	json_add(json, "links-training", json_object_new_int64(links.training));
	json_add(json, "dry-run", json_object_new_boolean(options->dry_run));
	for (i = 0; i < plan->count; i++)
		json_object_array_add(changes, change_json(&plan->changes[i]));
	json_add(json, "changes", changes);
	json_add(json, "held", held_json(&plan->held, time(NULL), SIZE_MAX));
	json_add(json, "refused", refusals_json(refusals, SIZE_MAX));
	json_show(json, out_pretty);
}

/* Return: an exit code. */
static int tell_refusals(const struct refusals *refusals)
{
	const struct refusal *refusal = refusals->list;
	size_t i;

	for (i = 0; i < refusals->count; i++, refusal++)
		fail("%s%s", refusal->waits ? "" : "refused: ", refusal->text);
	return refusals->count ? EXIT_FAILED : EXIT_DONE;
}

/*
 * Two that want different things would undo one another's work, and the daemon
 * would win. Return: an exit code.
 */
static int check_unmanaged(struct nvlf_client *client,
			   const struct options *options)
{
	struct nvlf_manager manager = {};

	if (options->dry_run || options->takeover)
		return EXIT_DONE;
	if (nvlf_get(client, &nvlf_manager_type, &manager))
		return fail("cannot ask who manages the fabric: %s",
			    nvlf_error(client));
	if (manager.state == NVLF_MANAGER_STATE_OFFLINE)
		return EXIT_DONE;
	fail("%s manages the fabric%s: change its file, end it, or override it with --takeover",
	     *manager.name ? manager.name : "another",
	     manager.state == NVLF_MANAGER_STATE_TIMEOUT ?
		     " but has not been heard of for too long" :
		     "");
	return EXIT_MANAGED;
}

static int manage_once(struct nvlf_client *client, const struct policy *policy,
		       const struct options *options)
{
	struct model_links links;
	struct model model = {};
	struct refusals refusals = {};
	struct plan plan = {};
	int code;

	code = check_unmanaged(client, options);
	if (code)
		return code;
	if (read_settled(&model, client, policy->holddown, options))
		return fail("cannot read the fabric: %s", nvlf_error(client));
	if (!model.endpoints.count || !model.switches.count) {
		code = fail("no %s is there: load the drivers (modprobe trn4), and see what the kernel says (dmesg)",
			    model.endpoints.count ? "switch" : "accelerator");
		goto out;
	}
	if (plan_make(&plan, &model, policy)) {
		code = fail("out of memory");
		goto out;
	}
	/* One may have come while ports trained. */
	code = check_unmanaged(client, options);
	if (code)
		goto out;
	if (!options->dry_run)
		apply(&plan, client, &refusals);
	if (out_json)
		show_json(&model, &plan, &refusals, options);
	else
		show_text(&model, &plan, options);
	code = tell_refusals(&refusals);
	model_links(&model, &links);
	if (!code && links.training) {
		note("%u links still train and have no routes: run again when they are up, or use --wait",
		     links.training);
		code = EXIT_TRAINING;
	}
out:
	refusals_free(&refusals);
	plan_free(&plan);
	model_free(&model);
	return code;
}

static int read_options(int argc, char **argv, struct options *options)
{
	/* clang-format off */
	const struct command_option table[] = {
		{ .name = "config", .letter = 'c', .kind = OPTION_TEXT,
		  .value = &options->config, .argument = "FILE",
		  .help = "what is wanted (default: " CONFIG_PATH ")" },
		{ .name = "once", .letter = '1', .kind = OPTION_FLAG,
		  .value = &options->once, .help = "do it once and end" },
		{ .name = "wait", .letter = 'w', .kind = OPTION_SECONDS,
		  .value = &options->wait, .argument = "SECONDS",
		  .help = "once: first wait until no port trains, so long" },
		{ .name = "dry-run", .letter = 'n', .kind = OPTION_FLAG,
		  .value = &options->dry_run,
		  .help = "once: only say what would be changed" },
		{ .name = "check", .kind = OPTION_FLAG,
		  .value = &options->check,
		  .help = "only say whether the file is right" },
		{ .name = "status", .letter = 's', .kind = OPTION_FLAG,
		  .value = &options->status,
		  .help = "ask the daemon how it is" },
		{ .name = "takeover", .kind = OPTION_FLAG,
		  .value = &options->takeover,
		  .help = "although another manager is attached" },
		{ .name = "verbose", .letter = 'v', .kind = OPTION_FLAG,
		  .value = &options->verbose,
		  .help = "log each change and each link" },
		{ .name = "trace", .kind = OPTION_FLAG,
		  .value = &options->trace,
		  .help = "log each reading of the fabric, too" },
		{ .name = "version", .letter = 'V', .kind = OPTION_FLAG,
		  .value = &options->version,
		  .help = "print the program's version" },
		{}
	};
	const struct command_line line = {
		.usage = "nvlf-fm [--config FILE] [--once | --dry-run | --check | --status] [OPTIONS]",
		.about =
"Manages the fabric: attaches to the kernel as its manager and keeps it as the\n"
"file wants it, until a signal ends it, which leaves all in force. Endpoints are\n"
"put in partitions (without a file all in partition 1), the routes to each are\n"
"spread over all switches that have links to it, and all other routes and\n"
"partitions are removed. What is right already is left alone.\n",
		.options = table,
		.notes =
"SIGHUP: read the file anew. Exit status: 0 done, 1 failed, 2 wrong usage or\n"
"file, 3 (once) in force for the links that are up, while others were still\n"
"training, 4 another manager is attached.\n",
	};
	/* clang-format on */
	int ret;

	ret = command_parse(argc, argv, &line, NULL);
	if (ret)
		return ret;
	if (options->version) {
		puts("nvlf-fm " TOOLS_VERSION);
		return 1 + EXIT_DONE;
	}
	if (options->check + options->status +
		    (options->once || options->dry_run) >
	    1) {
		fail("--once and --dry-run, --check and --status exclude one another");
		return 1 + EXIT_USAGE;
	}
	if (options->dry_run)
		options->once = true;
	if (options->wait && !options->once) {
		fail("--wait is for --once");
		return 1 + EXIT_USAGE;
	}
	return 0;
}

/*
 * The file that is named, or the usual one where it is there. Return: an exit
 * code.
 */
static int read_config(struct options *options, struct config *config)
{
	char error[CONFIG_ERROR];

	if (!options->config && !access(CONFIG_PATH, F_OK))
		options->config = CONFIG_PATH;
	if (!options->config) {
		config_default(config);
		return EXIT_DONE;
	}
	if (!config_load(config, options->config, error))
		return EXIT_DONE;
	fail("%s", error);
	return EXIT_USAGE;
}

static int run(struct options *options, struct config *config)
{
	struct nvlf_client *client;
	int code;

	if (options->check) {
		printf("%s: %zu partition%s, all is right\n",
		       options->config ? options->config : "no file",
		       config->policy.partition_count,
		       config->policy.partition_count == 1 ? "" : "s");
		return EXIT_DONE;
	}
	if (options->status)
		return status_show(config->status_socket);
	log_open(options->trace   ? LOG_DEBUG :
		 options->verbose ? LOG_INFO :
				    LOG_NOTICE);
	if (nvlf_connect(&client))
		code = fail("%s", nvlf_error(client));
	else if (options->once)
		code = manage_once(client, &config->policy, options);
	else
		code = daemon_run(client, config, options->config,
				  options->takeover);
	nvlf_disconnect(client);
	return code;
}

int main(int argc, char **argv)
{
	struct options options = {};
	struct config config;
	int code;

	code = read_options(argc, argv, &options);
	if (code)
		return out_end(code - 1);
	code = read_config(&options, &config);
	if (code)
		return out_end(code);
	code = run(&options, &config);
	config_free(&config);
	return out_end(code);
}
