# SPDX-License-Identifier: GPL-2.0-or-later
# The command for people and shell scripts.

CTL_SRCS := $(addprefix trn4ctl/,main.c object.c objects.c fabric.c list.c topology.c draw.c counters.c counting.c diagnose.c monitor.c fault.c qmp.c \
	access.c data.c peer.c serve.c atomic.c)
$(OUTPUT)/trn4ctl: $(CTL_SRCS:%.c=$(OBJ)/%.o) $(COMMON_OBJS) $(LIBTRN4)

PROGRAMS += $(OUTPUT)/trn4ctl
PAGES += trn4ctl/trn4ctl.8
