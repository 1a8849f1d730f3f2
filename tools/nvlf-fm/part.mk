# SPDX-License-Identifier: GPL-2.0-or-later
# The fabric manager.

FM_SRCS := $(addprefix nvlf-fm/,main.c apply.c backoff.c config.c daemon.c holddown.c log.c model.c partitions.c plan.c policy.c refusal.c status.c)
$(OUTPUT)/nvlf-fm: $(FM_SRCS:%.c=$(OBJ)/%.o) $(COMMON_OBJS)

PROGRAMS += $(OUTPUT)/nvlf-fm
PAGES += nvlf-fm/nvlf-fm.8 nvlf-fm/nvlf-fm.conf.5
UNITS += nvlf-fm/nvlf-fm.service.in

UNITDIR ?= $(PREFIX)/lib/systemd/system
.PHONY: install-nvlf-fm
install-nvlf-fm: $(OUTPUT)/nvlf-fm
	$(INSTALL) -d $(DESTDIR)$(UNITDIR)
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/share/doc/nvlf-fm
	$(INSTALL) -m 644 nvlf-fm/nvlf-fm.conf.example $(DESTDIR)$(PREFIX)/share/doc/nvlf-fm
	sed 's,@SBINDIR@,$(PREFIX)/sbin,' nvlf-fm/nvlf-fm.service.in >$(DESTDIR)$(UNITDIR)/nvlf-fm.service
install: install-nvlf-fm
