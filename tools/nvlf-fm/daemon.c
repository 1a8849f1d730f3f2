// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon.c - the manager that stays: attaches, keeps the fabric as the policy
 * wants it, and tells how it is.
 *
 * Each round reads the fabric, compares it with the policy, and changes only
 * what differs. So a start, a link that went or came back, events that were
 * lost, and somebody else's changes are one and the same thing: a reason for a
 * round.
 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "apply.h"
#include "array.h"
#include "backoff.h"
#include "daemon.h"
#include "log.h"
#include "out.h"
#include "plan.h"
#include "status.h"

#define NSEC_PER_SEC  1000000000ll
#define NSEC_PER_MSEC 1000000ll
#define NEVER         INT64_MAX
/* Heartbeats within the time in which the kernel is to hear one */
#define BEATS 3
/* So many refused changes fit what a status may come to. */
#define REFUSED_TOLD 32
/* And so many links that are held */
#define HELD_TOLD 32

/**
 * struct daemon - the one
 * @client: asks and listens; its socket is the manager's
 * @config: as it was read last
 * @path: of the file, or NULL
 * @takeover: of the command line
 * @signals: signalfd
 * @status: listening socket, or -1
 * @due: there is a reason for a round
 * @end: exit code to end with, or EXIT_DONE to go on
 * @round_at: when a round that failed is tried again; else NEVER
 * @backoff: how long that takes, until the fabric or the file changes
 * @held_until: when the first of the links that are held may be used, or NEVER
 * @beat_at: next heartbeat
 * @watchdog_at: when systemd is to hear of it; or NEVER
 * @configured: all is as the policy wants it
 * @ready: systemd was told
 * @port_id: of the socket
 * @rounds: rounds that read the fabric
 * @changes: changes that were made
 * @overruns: times that events were lost
 * @torn: rounds during which the fabric changed faster than it could be read
 * @links: at the last round
 * @endpoints: at the last round
 * @switches: at the last round
 * @routes: that are wanted
 * @drained: endpoints that are drained
 * @held: struct held_link, of the last round that read the fabric
 * @read_at: wall time of that
 * @error: of the last round that failed; empty after one that did not
 * @refusals: of the last round that read the fabric
 * @started: wall time
 * @changed: wall time of the last change, or 0
 *
 * Times are CLOCK_MONOTONIC in ns where nothing else is said.
 */
struct daemon {
	struct nvlf_client *client;
	struct config *config;
	const char *path;
	bool takeover;
	int signals;
	int status;
	bool due;
	int end;
	int64_t round_at;
	struct backoff backoff;
	int64_t held_until;
	int64_t beat_at;
	int64_t watchdog_at;
	bool configured;
	bool ready;
	uint32_t port_id;
	uint64_t rounds;
	uint64_t changes;
	uint64_t overruns;
	uint64_t torn;
	struct model_links links;
	size_t endpoints;
	size_t switches;
	size_t routes;
	struct bits drained;
	struct nvlf_list held;
	time_t read_at;
	char error[REFUSAL_TEXT + 64];
	struct refusals refusals;
	time_t started;
	time_t changed;
};

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* ---- Status ------------------------------------------------------------- */

static const char *state(const struct daemon *d)
{
	return *d->error ? "failing" : d->configured ? "configured" : "standby";
}

/* Wall time of something to come, or 0 for never */
static time_t wall_time(int64_t when)
{
	if (when == NEVER)
		return 0;
	return time(NULL) + (when - now() + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
}

static struct json_object *status_json(const struct daemon *d)
{
	struct json_object *json = must(json_object_new_object());
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "pid", getpid() },
		{ "endpoints", d->endpoints },
		{ "switches", d->switches },
		{ "links", d->links.all },
		{ "links-up", d->links.up },
		{ "links-training", d->links.training },
		{ "routes", d->routes },
		{ "partitions", d->config->policy.partition_count },
		{ "rounds", d->rounds },
		{ "changes", d->changes },
		{ "overruns", d->overruns },
		{ "torn", d->torn },
		{ "links-held", d->held.count },
		{ "retry-wait", d->round_at == NEVER ? 0 : d->backoff.wait },
	};
	size_t i;

	json_add(json, "state", json_object_new_string(state(d)));
	json_add(json, "name", json_object_new_string(d->config->name));
	json_add(json, "config",
		 json_object_new_string(d->path ? d->path : "none"));
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		json_add(json, numbers[i].name,
			 json_object_new_uint64(numbers[i].value));
	json_add(json, "drained", bits_json(&d->drained));
	json_add(json, "held", held_json(&d->held, d->read_at, HELD_TOLD));
	json_add(json, "refused", refusals_json(&d->refusals, REFUSED_TOLD));
	json_add(json, "started", time_json(d->started));
	json_add(json, "changed", time_json(d->changed));
	json_add(json, "error", json_object_new_string(d->error));
	json_add(json, "retry-at", time_json(wall_time(d->round_at)));
	return json;
}

static void serve_status(const struct daemon *d)
{
	struct json_object *json = status_json(d);

	status_serve(d->status, json);
	json_object_put(json);
}

/* ---- Rounds ------------------------------------------------------------- */

/* What of the fabric is not as it was at the last round. */
static void tell_differences(const struct daemon *d, const struct model *model,
			     const struct model_links *links,
			     const struct plan *plan)
{
	char was[BITS_TEXT], is[BITS_TEXT];

	if (!d->rounds || d->endpoints != model->endpoints.count ||
	    d->switches != model->switches.count || d->links.all != links->all)
		log_line(LOG_NOTICE,
			 "%zu endpoints, %zu switches, %u of %u links up",
			 model->endpoints.count, model->switches.count,
			 links->up, links->all);
	else if (links->up != d->links.up)
		log_line(links->up < d->links.up ? LOG_WARNING : LOG_NOTICE,
			 "%u of %u links up (were %u)", links->up, links->all,
			 d->links.up);
	if (plan->held.count != d->held.count)
		log_line(plan->held.count > d->held.count ? LOG_WARNING :
							    LOG_NOTICE,
			 "links that flapped and are not used yet: %zu (were %zu); --status has them",
			 plan->held.count, d->held.count);
	if (bits_equal(&d->drained, &plan->drained))
		return;
	bits_format(&d->drained, was, sizeof(was));
	bits_format(&plan->drained, is, sizeof(is));
	log_line(LOG_WARNING, "drained endpoints: %s (were %s)", is, was);
}

static void tell_changes(struct daemon *d, const struct plan *plan)
{
	static char text[CHANGE_TEXT];
	size_t i, routes = 0, partitions = 0;

	for (i = 0; i < plan->count; i++) {
		if (!plan->changes[i].done)
			continue;
		change_format(&plan->changes[i], text);
		log_line(LOG_INFO, "%s", text);
		if (plan->changes[i].kind == CHANGE_ROUTE_SET ||
		    plan->changes[i].kind == CHANGE_ROUTE_DEL)
			routes++;
		else
			partitions++;
	}
	d->changes += routes + partitions;
	if (!routes && !partitions)
		return;
	d->changed = time(NULL);
	log_line(LOG_NOTICE, "changed %zu routes and %zu partitions", routes,
		 partitions);
}

/* Another round, some time after this one, if nothing is a reason before. */
static void try_again(struct daemon *d)
{
	unsigned int wait = backoff_next(&d->backoff);

	d->round_at = now() + wait * NSEC_PER_SEC;
	log_line(LOG_DEBUG, "another round in %u s", wait);
}

/* It is tried again, and told again when it is another reason. */
static void round_failed(struct daemon *d, const char *error)
{
	if (!strcmp(d->error, error))
		return;
	snprintf(d->error, sizeof(d->error), "%s", error);
	log_line(LOG_WARNING,
		 "%s; trying again in %u s, then ever less often, at least each %u s",
		 d->error, BACKOFF_FIRST, BACKOFF_MOST);
}

static void round_succeeded(struct daemon *d)
{
	if (*d->error)
		log_line(LOG_NOTICE, "all is as it should be again");
	d->error[0] = '\0';
}

/* Those that are new; @fresh goes over to the daemon. */
static void take_refusals(struct daemon *d, struct refusals *fresh)
{
	const struct refusal *refusal = fresh->list;
	size_t i;

	for (i = 0; i < fresh->count; i++, refusal++) {
		if (!refusals_have(&d->refusals, refusal))
			log_line(LOG_WARNING, "%s%s",
				 refusal->waits ? "" : "refused: ",
				 refusal->text);
	}
	refusals_free(&d->refusals);
	d->refusals = *fresh;
}

/* How a round ended that read the fabric. */
static void tell_end(struct daemon *d)
{
	char error[sizeof(d->error)];
	size_t i, waiting = 0;

	for (i = 0; i < d->refusals.count; i++)
		waiting += d->refusals.list[i].waits;
	if (!d->refusals.count) {
		round_succeeded(d);
		return;
	}
	snprintf(error, sizeof(error),
		 "changes refused: %zu, waiting for them: %zu; first %s",
		 d->refusals.count - waiting, waiting,
		 d->refusals.list[0].text);
	round_failed(d, error);
}

/* The kernel hears that the manager lives, and how far it is. */
static void beat(struct daemon *d)
{
	int ret;

	d->beat_at = now() + d->config->timeout * NSEC_PER_MSEC / BEATS;
	ret = nvlf_heartbeat(d->client, d->configured);
	if (!ret)
		return;
	/* Another start does no harm, and finds a driver that came anew. */
	log_line(LOG_ERR, "the kernel does not take the heartbeat: %s",
		 nvlf_error(d->client));
	d->end = ret == -EPERM ? EXIT_MANAGED : EXIT_FAILED;
}

static void set_configured(struct daemon *d, bool configured)
{
	if (d->configured == configured && d->rounds > 1)
		return;
	d->configured = configured;
	beat(d);
}

/* Takes over which links are held, and until when at least. */
static void take_held(struct daemon *d, struct plan *plan)
{
	const struct held_link *link = plan->held.records;
	int64_t end;
	size_t i;

	for (i = 0; i < plan->held.count; i++, link++) {
		/* Ports count whole milliseconds. */
		end = now() + (link->ms + 1) * NSEC_PER_MSEC;
		if (end < d->held_until)
			d->held_until = end;
	}
	nvlf_list_free(&d->held);
	d->held = plan->held;
	plan->held = (struct nvlf_list) {};
	d->read_at = time(NULL);
}

/* Reads, compares, changes. */
static void do_round(struct daemon *d)
{
	struct model_links links;
	struct model model = {};
	struct refusals refusals = {};
	struct plan plan = {};
	char error[sizeof(d->error)];
	int ret;

	d->due = false;
	d->round_at = NEVER;
	d->held_until = NEVER;
	ret = model_read(&model, d->client, d->config->policy.holddown);
	if (ret) {
		snprintf(error, sizeof(error), "the fabric cannot be read: %s",
			 nvlf_error(d->client));
		round_failed(d, error);
		try_again(d);
		set_configured(d, false);
		return;
	}
	if (plan_make(&plan, &model, &d->config->policy))
		must(NULL);
	model_links(&model, &links);
	tell_differences(d, &model, &links, &plan);
	d->endpoints = model.endpoints.count;
	d->switches = model.switches.count;
	d->links = links;
	d->routes = plan.routes.count;
	d->drained = plan.drained;
	take_held(d, &plan);
	d->rounds++;
	log_line(LOG_DEBUG, "round %" PRIu64 ": %zu differences%s", d->rounds,
		 plan.count, model.torn ? ", not of one moment" : "");

	ret = apply(&plan, d->client, &refusals);
	tell_changes(d, &plan);
	take_refusals(d, &refusals);
	tell_end(d);
	d->torn += model.torn;
	/* What tore it has sent events; this is for those that were lost. */
	if (d->refusals.count || model.torn)
		try_again(d);
	else
		backoff_reset(&d->backoff);
	set_configured(d, !ret);
	notify("STATUS=%s: %zu endpoints, %zu switches, %u of %u links up",
	       state(d), d->endpoints, d->switches, d->links.up, d->links.all);
	plan_free(&plan);
	model_free(&model);
}

/* ---- Events ------------------------------------------------------------- */

/* A reason for a round, from which something else may come than before */
static void something_changed(struct daemon *d)
{
	backoff_reset(&d->backoff);
	d->due = true;
}

static void tell_port(const struct nvlf_port *port)
{
	/* A link has two ends; one is enough to tell. */
	if (port->owner != NVLF_OWNER_ENDPOINT)
		return;
	log_line(LOG_INFO, "endpoint %u, port %u: %s, %u of %u lanes",
		 port->owner_id, port->index, nvlf_state_name(port->state),
		 port->lanes_up, port->lanes);
}

static void take_event(const struct nvlf_event_type *event, const void *record,
		       void *data)
{
	const struct nvlf_manager *manager = record;
	const struct nvlf_log *log = record;
	struct daemon *d = data;

	if (event->type == &nvlf_port_type)
		tell_port(record);
	if (event->type == &nvlf_manager_type) {
		/*
		 * Another one: before us, or in our place. The kernel's answer
		 * to a heartbeat tells which.
		 */
		if (nvlf_has(manager->present, NVLF_MANAGER_PORT_ID) &&
		    manager->port_id != d->port_id)
			d->beat_at = now();
		return;
	}
	/*
	 * What routes and partitions do not depend on, and that a change has
	 * ended: what it was has been told before.
	 */
	if (event->type == &nvlf_health_type ||
	    event->type == &nvlf_fabric_type)
		return;
	/* What is logged comes late: the link may be in use again. */
	if (event->type == &nvlf_log_type &&
	    (log->error != NVLF_ERROR_LINK_DOWN || !d->config->policy.holddown))
		return;
	/* But a group may have been what stood in the way. */
	if (event->type == &nvlf_group_type && !d->refusals.count)
		return;
	something_changed(d);
}

/* Return: 0 or a negative errno. */
static int take_events(struct daemon *d)
{
	int ret;

	ret = nvlf_take_events(d->client, take_event, d);
	if (ret != -ENOBUFS)
		return ret;
	d->overruns++;
	something_changed(d);
	log_line(LOG_WARNING,
		 "events were lost, as they came too fast: reading all anew");
	return 0;
}

/* ---- Signals ------------------------------------------------------------ */

static void reload(struct daemon *d)
{
	char error[CONFIG_ERROR];
	struct config fresh;

	if (!d->path) {
		log_line(LOG_NOTICE, "SIGHUP: there is no configuration file");
		return;
	}
	notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now() / 1000);
	if (config_load(&fresh, d->path, error)) {
		log_line(LOG_ERR, "%s; going on as before", error);
	} else {
		if (strcmp(fresh.status_socket, d->config->status_socket) ||
		    strcmp(fresh.name, d->config->name) ||
		    fresh.timeout != d->config->timeout)
			log_line(LOG_WARNING,
				 "%s: name, timeout and status-socket hold from the next start on",
				 d->path);
		strcpy(fresh.status_socket, d->config->status_socket);
		strcpy(fresh.name, d->config->name);
		fresh.timeout = d->config->timeout;
		config_free(d->config);
		*d->config = fresh;
		something_changed(d);
		log_line(LOG_NOTICE, "%s was read anew", d->path);
	}
	notify("READY=1");
}

/* Return: whether to go on. */
static bool take_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	if (read(d->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo == SIGHUP) {
		reload(d);
		return true;
	}
	log_line(LOG_NOTICE, "%s: ending; the fabric stays as it is",
		 strsignal(info.ssi_signo));
	return false;
}

/* ---- The loop ----------------------------------------------------------- */

static int until(const struct daemon *d)
{
	int64_t next = d->beat_at, ns;

	if (d->round_at < next)
		next = d->round_at;
	if (d->held_until < next)
		next = d->held_until;
	if (d->watchdog_at < next)
		next = d->watchdog_at;
	ns = next - now();
	if (ns <= 0)
		return 0;
	return (ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
}

static void do_timers(struct daemon *d)
{
	int64_t time = now();

	if (d->round_at <= time || d->held_until <= time)
		d->due = true;
	if (d->due)
		do_round(d);
	if (!d->end && d->beat_at <= now())
		beat(d);
	if (!d->ready && !d->end) {
		notify("READY=1");
		d->ready = true;
	}
	if (d->watchdog_at <= time) {
		notify("WATCHDOG=1");
		d->watchdog_at = time + notify_interval();
	}
}

static int loop(struct daemon *d)
{
	struct pollfd fds[] = {
		{ .fd = nvlf_event_fd(d->client), .events = POLLIN },
		{ .fd = d->signals, .events = POLLIN },
		{ .fd = d->status, .events = POLLIN },
	};

	for (;;) {
		do_timers(d);
		if (d->end)
			return d->end;
		if (poll(fds, 3, until(d)) < 0 && errno != EINTR) {
			log_line(LOG_ERR, "poll: %s", strerror(errno));
			return EXIT_FAILED;
		}
		if (fds[1].revents && !take_signal(d))
			return EXIT_DONE;
		if (fds[0].revents && take_events(d)) {
			log_line(LOG_ERR, "%s", nvlf_error(d->client));
			return EXIT_FAILED;
		}
		if (fds[2].revents)
			serve_status(d);
	}
}

/* Becomes the manager. Return: an exit code. */
static int become_manager(struct daemon *d)
{
	struct nvlf_manager manager = {
		.present = 1u << NVLF_MANAGER_NAME |
			   1u << NVLF_MANAGER_TIMEOUT |
			   1u << NVLF_MANAGER_TAKEOVER,
		.timeout = d->config->timeout,
		.takeover = d->takeover || d->config->takeover,
	};
	int ret;

	strcpy(manager.name, d->config->name);
	ret = nvlf_attach(d->client, &manager);
	if (!ret)
		return EXIT_DONE;
	log_line(LOG_ERR, "cannot attach as manager: %s%s",
		 nvlf_error(d->client),
		 ret == -EBUSY ? "; --takeover detaches it" : "");
	return ret == -EBUSY ? EXIT_MANAGED : EXIT_FAILED;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int daemon_run(struct nvlf_client *client, struct config *config,
	       const char *path, bool takeover)
{
	struct daemon d = {
		.client = client,
		.config = config,
		.path = path,
		.takeover = takeover,
		.status = -1,
		.due = true,
		.round_at = NEVER,
		.held_until = NEVER,
		.watchdog_at = notify_interval() ? now() : NEVER,
		.port_id = nvlf_port_id(client),
		.started = time(NULL),
	};
	int code;

	d.signals = open_signals();
	if (d.signals < 0)
		return fail("signalfd: %s", strerror(errno));
	if (*config->status_socket) {
		d.status = status_listen(config->status_socket);
		if (d.status < 0) {
			code = fail("status socket %s: %s",
				    config->status_socket,
				    d.status == -EADDRINUSE ?
					    "another nvlf-fm serves it" :
					    strerror(-d.status));
			goto out_signals;
		}
	}
	/* Before the first reading, so that no change falls in between. */
	if (nvlf_subscribe(client)) {
		code = fail("%s", nvlf_error(client));
		goto out_status;
	}
	code = become_manager(&d);
	if (code)
		goto out_status;
	log_line(LOG_NOTICE, "manages the fabric as %s", config->name);
	d.beat_at = now();
	code = loop(&d);
	notify("STOPPING=1");
out_status:
	if (d.status >= 0) {
		close(d.status);
		unlink(config->status_socket);
	}
	refusals_free(&d.refusals);
	nvlf_list_free(&d.held);
out_signals:
	close(d.signals);
	return code;
}
