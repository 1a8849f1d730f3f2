/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.h - to do something as somebody who may do little.
 */
#ifndef SELFTESTS_CAPS_H
#define SELFTESTS_CAPS_H

int drop_caps(void);

#endif /* SELFTESTS_CAPS_H */
