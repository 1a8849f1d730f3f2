/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - what the daemon says: lines on stderr, with priorities where the
 * journal reads them; and how it tells systemd how it is.
 */
#ifndef NVLF_FM_LOG_H
#define NVLF_FM_LOG_H

#include <stdint.h>
#include <syslog.h>

/*
 * Priorities are syslog's: LOG_ERR where something does not work, LOG_WARNING
 * where something was lost, LOG_NOTICE for what is always said, LOG_INFO for
 * each change and each link, LOG_DEBUG for each reading.
 */

/* Says @level and what is worse. To be called before the first line. */
void log_open(int level);

__attribute__((format(printf, 2, 3))) void log_line(int level, const char *fmt,
						    ...);

/*
 * Tells systemd, where it started the daemon and wants to know: READY=1 and so
 * on, lines with \n between them.
 */
__attribute__((format(printf, 1, 2))) void notify(const char *fmt, ...);

/* Half of the time within which systemd wants to hear WATCHDOG=1; ns, or 0. */
int64_t notify_interval(void);

#endif /* NVLF_FM_LOG_H */
