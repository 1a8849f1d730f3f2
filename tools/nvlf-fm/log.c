// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log.c - lines on stderr, and words to systemd.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "parse.h"

static int said = LOG_NOTICE;
static bool to_journal;

/* Whether stderr is the stream that the journal says it is. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, inode;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
	       st.st_ino == inode;
}

void log_open(int level)
{
	said = level;
	to_journal = is_journal();
}

void log_line(int level, const char *fmt, ...)
{
	va_list args;

	if (level > said)
		return;
	if (to_journal)
		fprintf(stderr, "<%d>", level);
	else
		fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void notify(const char *fmt, ...)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char text[256];
	va_list args;
	int fd;

	if (!path || strlen(path) >= sizeof(addr.sun_path))
		return;
	strcpy(addr.sun_path, path);
	/* An abstract socket begins with a zero in place of @. */
	if (*path == '@')
		addr.sun_path[0] = '\0';
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL,
		   (struct sockaddr *)&addr,
		   offsetof(struct sockaddr_un, sun_path) + strlen(path)) < 0)
		log_line(LOG_WARNING, "systemd is not told: %s",
			 strerror(errno));
	close(fd);
}

int64_t notify_interval(void)
{
	const char *text = getenv("WATCHDOG_USEC"),
		   *pid = getenv("WATCHDOG_PID");
	uint64_t us, whose;

	if (!text || parse_number(text, 1, INT64_MAX / 1000, &us))
		return 0;
	if (pid && (parse_number(pid, 0, INT32_MAX, &whose) ||
		    (pid_t)whose != getpid()))
		return 0;
	return us * 1000 / 2;
}
