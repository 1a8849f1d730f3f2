# SPDX-License-Identifier: GPL-2.0-or-later
# Host tests of what needs no kernel: TAP, under ASan and UBSan, or under TSan.

UNIT := ../qemu-device/tests/unit
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
SAN_COMMON := $(COMMON_SRCS:%.c=$(OBJ)/%.san.o)
SAN_LIB := $(LIB_SRCS:%.c=$(OBJ)/%.san.o)

TESTS += $(addprefix $(OUTPUT)/test/,test_bits test_parse test_client test_plan test_partitions test_apply test_backoff test_config test_holddown test_counting test_data test_libtrn4 test_queue test_queue_wait test_threads test_cxx)

$(OBJ)/tests/%.san.o $(OBJ)/tests/%.tsan.o $(OBJ)/tap.san.o $(OBJ)/tap.tsan.o: CFLAGS_PART := -I$(UNIT) -Invlf-fm -Itrn4ctl

$(OBJ)/tap.san.o $(OBJ)/tap.tsan.o: $(UNIT)/tap.c
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -g -O1 $(SANITIZE) -c -o $@ $<

$(OUTPUT)/test/test_%: $(OBJ)/tests/test_%.san.o $(OBJ)/tap.san.o $(SAN_COMMON)
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g $(SANITIZE) $(LDFLAGS_TEST) -o $@ $^ $(TEST_LIBS)

$(OUTPUT)/test/%: TEST_LIBS := $(shell $(PKG_CONFIG) --libs libnl-genl-3.0 json-c)
# This one is made of the client, and so cannot have it twice.
$(OUTPUT)/test/test_client: $(OBJ)/tests/test_client.san.o $(OBJ)/tap.san.o \
		$(filter-out %/nvlf_client.san.o,$(SAN_COMMON))
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g $(SANITIZE) -o $@ $^ $(TEST_LIBS)
# The kernel is the test's own.
$(OUTPUT)/test/test_apply: $(OBJ)/tests/test_apply.san.o $(OBJ)/tap.san.o \
		$(addprefix $(OBJ)/nvlf-fm/,apply.san.o refusal.san.o) $(filter-out %/nvlf_client.san.o %/nvlf_events.san.o,$(SAN_COMMON))
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g $(SANITIZE) -o $@ $^ $(TEST_LIBS)
$(addprefix $(OUTPUT)/test/,test_plan test_partitions test_holddown): $(OBJ)/tests/plan_rig.san.o \
		$(addprefix $(OBJ)/nvlf-fm/,plan.san.o holddown.san.o partitions.san.o model.san.o apply.san.o policy.san.o refusal.san.o)
$(OUTPUT)/test/test_backoff: $(OBJ)/nvlf-fm/backoff.san.o
$(OUTPUT)/test/test_config: $(addprefix $(OBJ)/nvlf-fm/,config.san.o policy.san.o)
$(OUTPUT)/test/test_counting: $(OBJ)/trn4ctl/counting.san.o
$(OUTPUT)/test/test_data: $(OBJ)/trn4ctl/data.san.o
# The programs themselves, with a kernel that tests/mock-nvlf plays.

MOCKED := $(OUTPUT)/test/bin/trn4ctl $(OUTPUT)/test/bin/nvlf-fm
$(OUTPUT)/test/bin/trn4ctl: $(CTL_SRCS:%.c=$(OBJ)/%.san.o) $(SAN_LIB)
$(OUTPUT)/test/bin/nvlf-fm: $(FM_SRCS:%.c=$(OBJ)/%.san.o)
$(MOCKED): $(OBJ)/tests/mock_socket.san.o $(SAN_COMMON)
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g $(SANITIZE) -o $@ $^ $(TEST_LIBS)

# The kernel is the tests' own, and the device.
RIG := $(OBJ)/tests/kernel_rig.san.o
RIG_WRAPS := -Wl,--wrap=ioctl,--wrap=mmap,--wrap=readlink,--wrap=ppoll
RIG_TESTS := $(addprefix $(OUTPUT)/test/,test_libtrn4 test_queue test_queue_wait)
$(RIG_TESTS): $(SAN_LIB) $(RIG)
$(RIG_TESTS): LDFLAGS_TEST := $(RIG_WRAPS)

# The same for threads, by the sanitizer that goes with no other
TSAN_OBJS := $(LIB_SRCS:%.c=$(OBJ)/%.tsan.o) $(OBJ)/tests/test_threads.tsan.o $(OBJ)/tap.tsan.o
$(OBJ)/tap.tsan.o: SANITIZE := -fsanitize=thread
$(OUTPUT)/test/test_threads: $(TSAN_OBJS)
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g -fsanitize=thread -Wl,--wrap=ioctl,--wrap=mmap -o $@ $^

# In the oldest C++ that there may be a program in; and that newer ones take it, too. The kernel's headers are not ours.
CXX_STANDARDS := c++14 c++17 c++20
CXX_FLAGS := -Wall -Wextra -Wpedantic -Wold-style-cast -Werror -I../uapi -Ilibtrn4 -isystem $(OBJ)/include
$(OUTPUT)/test/test_cxx: tests/test_cxx.cc tests/kernel_rig.h libtrn4/trn4.h $(RIG) $(OBJ)/tap.san.o $(SAN_LIB)
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)for std in $(CXX_STANDARDS); do $(CXX) -std=$$std $(CXX_FLAGS) -fsyntax-only $< || exit 1; done
	$(Q)$(CXX) -std=c++11 $(CXX_FLAGS) -g -O1 $(SANITIZE) $(RIG_WRAPS) -o $@ $(filter %.cc %.o,$^)
