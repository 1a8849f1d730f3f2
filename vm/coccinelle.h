/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Macros of the kernel that coccinelle does not know, as it is to see them.
 */
#define scoped_guard(kind, lock) for (;;)
#define drm_exec_until_all_locked(exec) for (;;)
