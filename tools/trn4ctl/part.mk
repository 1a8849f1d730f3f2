# SPDX-License-Identifier: GPL-2.0-or-later
# The command for people and shell scripts.

CTL_SRCS := $(addprefix trn4ctl/,main.c fabric.c list.c topology.c port.c route.c partition.c access.c data.c peer.c serve.c \
	atomic.c)
$(OUTPUT)/trn4ctl: $(CTL_SRCS:%.c=$(OBJ)/%.o) $(COMMON_OBJS) $(LIBTRN4)

PROGRAMS += $(OUTPUT)/trn4ctl
PAGES += trn4ctl/trn4ctl.8
