# SPDX-License-Identifier: MIT
# The library: static and shared, its header, pkg-config file, page and examples.

LIB_VERSION := $(shell sed -n 's/^\#define TRN4_VERSION_[A-Z]*[[:space:]]*//p' libtrn4/trn4.h | paste -sd.)
LIB_SONAME := libtrn4.so.$(firstword $(subst ., ,$(LIB_VERSION)))
LIB_SRCS := $(addprefix libtrn4/,device.c buffer.c grant.c window.c import.c command.c submit.c sync.c queue.c explain.c)
LIB_OBJS := $(LIB_SRCS:%.c=$(OBJ)/%.o)
LIB_PICS := $(LIB_SRCS:%.c=$(OBJ)/%.pic.o)
LIBTRN4 := $(OUTPUT)/lib/libtrn4.a

$(LIB_OBJS) $(LIB_PICS): CFLAGS_PART := -fvisibility=hidden

$(LIBTRN4): $(LIB_OBJS)
	$(call say,AR)
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(OUTPUT)/lib/libtrn4.so: $(LIB_PICS)
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(LIB_SONAME) -Wl,-z,defs -o $(@D)/libtrn4.so.$(LIB_VERSION) $^
	$(Q)ln -sf libtrn4.so.$(LIB_VERSION) $(@D)/$(LIB_SONAME)
	$(Q)ln -sf $(LIB_SONAME) $@

# Where it lies is known when it is installed.
PC_SED := -e 's,@PREFIX@,$(PREFIX),; s,@LIBDIR@,$(LIBDIR),; s,@VERSION@,$(LIB_VERSION),'

LIBS += $(LIBTRN4) $(OUTPUT)/lib/libtrn4.so
PAGES += libtrn4/libtrn4.3

EXAMPLE_SRCS := $(sort $(wildcard libtrn4/examples/*.c))
EXAMPLES := $(EXAMPLE_SRCS:libtrn4/%.c=$(OUTPUT)/%)

all: $(EXAMPLES)
$(EXAMPLES): $(OUTPUT)/%: $(OBJ)/libtrn4/%.o $(LIBTRN4)
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(if $(filter 1,$(STATIC)),-static) -o $@ $^

.PHONY: install-libtrn4
install-libtrn4: $(LIBS)
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LIBDIR)/pkgconfig
	$(INSTALL) -m 644 libtrn4/trn4.h $(DESTDIR)$(PREFIX)/include
	$(INSTALL) -m 644 $(LIBTRN4) $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m 644 $(OUTPUT)/lib/libtrn4.so.$(LIB_VERSION) $(DESTDIR)$(LIBDIR)
	ln -sf libtrn4.so.$(LIB_VERSION) $(DESTDIR)$(LIBDIR)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(DESTDIR)$(LIBDIR)/libtrn4.so
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/share/doc/libtrn4/examples
	$(INSTALL) -m 644 libtrn4/examples/* $(DESTDIR)$(PREFIX)/share/doc/libtrn4/examples
	sed $(PC_SED) libtrn4/libtrn4.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/libtrn4.pc
install: install-libtrn4
