# SPDX-License-Identifier: GPL-2.0-or-later
# The fabric manager.

FM_SRCS := $(addprefix nvlf-fm/,main.c apply.c model.c plan.c)
$(OUTPUT)/nvlf-fm: $(FM_SRCS:%.c=$(OBJ)/%.o) $(COMMON_OBJS)

PROGRAMS += $(OUTPUT)/nvlf-fm
PAGES += nvlf-fm/nvlf-fm.8
