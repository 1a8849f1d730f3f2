# SPDX-License-Identifier: GPL-2.0-or-later
# What each collection's makefile has after its names: how the kernel's lib.mk
# builds them here. SECONDS_<program> is how long one may take, if not 45.

TEST_LIST := $(TEST_GEN_PROGS) $(TEST_PROGS)
TIME_OF = $(or $(SECONDS_$(1)),45)

# No optimization: the harness jumps out of failed tests.
CFLAGS += -g $(WARNINGS) $(INCLUDES)
LDFLAGS += $(if $(filter 1,$(STATIC)),-static) -pthread

include $(KSFT_DIR)/lib.mk

$(TEST_GEN_PROGS): $(LIB)

COLLECTION_NAME := $(notdir $(CURDIR))

all: $(OUTPUT)/obj/$(COLLECTION_NAME).list

# Scripts go beside the programs.
.PHONY: FORCE
$(OUTPUT)/obj/$(COLLECTION_NAME).list: FORCE
	@mkdir -p $(@D)
	@for script in $(TEST_PROGS) $(TEST_FILES); do install -m 755 $$script $(OUTPUT); done
	@printf '%s\n' $(foreach t,$(notdir $(TEST_LIST)),'$(t) $(call TIME_OF,$(t))') > $@
