// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cxx.cc - libtrn4 from C++: that its header is C++11 to the letter, also
 * beside the hardware's, and that it can be used as C++ is written: objects that
 * go by themselves, errors that are thrown, structures in containers. The kernel
 * is the tests' own.
 */
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/eventfd.h>
#include <unistd.h>

#include <hw/trn4_hw.h>
#include <trn4.h>

extern "C" {
#include "kernel_rig.h"
}

/* ---- What a program would have in a header of its own -------------------- */

class trn4_error : public std::runtime_error {
public:
	trn4_error(trn4_call call, int error)
		: std::runtime_error(trn4_explain(call, error)), code(error)
	{
	}
	const int code;
};

static int must(trn4_call call, int ret)
{
	if (ret < 0)
		throw trn4_error(call, ret);
	return ret;
}

struct trn4_deleter {
	void operator()(trn4_device *dev) const { trn4_close(dev); }
	void operator()(trn4_buffer *buf) const { trn4_buffer_destroy(buf); }
	void operator()(trn4_grant *grant) const { trn4_grant_revoke(grant); }
	void operator()(trn4_window *win) const { trn4_window_destroy(win); }
	void operator()(trn4_batch *batch) const { trn4_batch_destroy(batch); }
	void operator()(trn4_queue *queue) const { trn4_queue_destroy(queue); }
};

template <typename T> using owner = std::unique_ptr<T, trn4_deleter>;

/* What @create, a call with all arguments but the last, makes */
template <typename T, typename F> static owner<T> make(trn4_call call, F create)
{
	T *object = nullptr;

	must(call, create(&object));
	return owner<T>(object);
}

static owner<trn4_buffer> make_buffer(const owner<trn4_device> &dev,
				      uint64_t size, uint32_t flags)
{
	return make<trn4_buffer>(TRN4_CALL_BUFFER, [&](trn4_buffer **buf) {
		return trn4_buffer_create(dev.get(), size, flags, buf);
	});
}

static owner<trn4_window> make_window(const owner<trn4_device> &dev,
				      const trn4_token &token, uint32_t rights)
{
	return make<trn4_window>(TRN4_CALL_WINDOW, [&](trn4_window **win) {
		return trn4_window_create(dev.get(), &token, 0, 0, rights, win);
	});
}

static owner<trn4_batch> make_batch(const owner<trn4_device> &dev,
				    unsigned int max)
{
	return make<trn4_batch>(TRN4_CALL_SUBMIT, [&](trn4_batch **batch) {
		return trn4_batch_create(dev.get(), max, batch);
	});
}

/* ---- The tests ----------------------------------------------------------- */

static unsigned int failures;

static void check(bool good, int line, const char *what)
{
	if (good)
		return;
	failures++;
	std::printf("# line %d: not so: %s\n", line, what);
}

#define CHECK(cond) check(cond, __LINE__, #cond)

static void devices()
{
	const trn4_operation wanted = TRN4_OPERATION_COPY;
	owner<trn4_device> dev(open_device()), same;
	trn4_info info = trn4_info(), *list = nullptr;
	trn4_device *none = nullptr;
	uint64_t dropped = 0;
	int count;

	kernel.params[DRM_TRN4_PARAM_OPS] = 1u << TRN4_OP_COPY;
	kernel.params[DRM_TRN4_PARAM_RO_STORES] = 5;
	must(TRN4_CALL_OPEN, trn4_query(dev.get(), &info));
	CHECK(std::string(info.node) == "/dev/accel/accel12");
	CHECK(info.target_id == trn4_target_id(dev.get()));
	CHECK(info.operations == 1u << wanted);
	must(TRN4_CALL_OPEN, trn4_ro_stores(dev.get(), &dropped));
	CHECK(dropped == 5);
	same = make<trn4_device>(TRN4_CALL_OPEN, [&](trn4_device **out) {
		return trn4_open_fd(dup(trn4_fd(dev.get())), out);
	});
	CHECK(trn4_target_id(same.get()) == 3);

	/* Whatever this machine has */
	count = trn4_list(&list);
	CHECK((count > 0) == (list != nullptr));
	trn4_list_free(list);
	CHECK(trn4_open_target(4000000000u, &none) < 0);
	CHECK(trn4_open("x", &none) == -EINVAL);
	CHECK(trn4_open_pci("x", &none) == -EINVAL);
	CHECK(trn4_open_accel(4000000000u, &none) == -ENODEV);
	CHECK(!none);
}

static void memory()
{
	const trn4_buffer_flags kinds[] = { TRN4_BUFFER_HOST, TRN4_BUFFER_TOP,
					    TRN4_BUFFER_HBM };
	alignas(PAGE) static std::array<uint8_t, PAGE> mine;
	owner<trn4_device> dev(open_device());
	owner<trn4_buffer> wrapped, aligned;
	std::vector<owner<trn4_buffer>> all;
	void *map = nullptr;
	trn4_buffer *hbm;

	for (trn4_buffer_flags kind : kinds) {
		all.push_back(make_buffer(dev, 1, kind));
		CHECK(kernel.bo.flags == static_cast<uint32_t>(kind));
	}
	hbm = all.back().get();
	CHECK(trn4_buffer_size(hbm) == 2 * MIB);
	CHECK(trn4_buffer_handle(hbm) == BUFFER);
	CHECK(trn4_buffer_export(hbm, true) >= 0);
	CHECK(!trn4_buffer_export_revoke(hbm));
	must(TRN4_CALL_MAP, trn4_buffer_map(hbm, &map));
	std::fill_n(static_cast<uint8_t *>(map), PAGE, uint8_t(1));

	wrapped = make<trn4_buffer>(TRN4_CALL_BUFFER, [&](trn4_buffer **buf) {
		return trn4_buffer_wrap(dev.get(), mine.data(), mine.size(),
					true, buf);
	});
	must(TRN4_CALL_MAP, trn4_buffer_map(wrapped.get(), &map));
	CHECK(map == mine.data());
	aligned = make<trn4_buffer>(TRN4_CALL_BUFFER, [&](trn4_buffer **buf) {
		return trn4_buffer_create_aligned(dev.get(), 1, 4 * MIB,
						  TRN4_BUFFER_HBM, buf);
	});
	CHECK(kernel.bo.alignment == 4 * MIB);

	/* Whoever has it last */
	all.front() = std::move(aligned);
	CHECK(kernel.handles == 4);
	all.clear();
	CHECK(kernel.handles == 1);
}

static void grants_and_windows()
{
	const uint32_t rights = TRN4_RIGHT_READ | TRN4_RIGHT_WRITE;
	const trn4_rights all = TRN4_RIGHTS_ALL;
	owner<trn4_device> dev(open_device());
	owner<trn4_buffer> buf = make_buffer(dev, 1, TRN4_BUFFER_HBM);
	char text[TRN4_TOKEN_TEXT];
	owner<trn4_window> win;
	owner<trn4_grant> grant;
	void *map = nullptr;
	trn4_token token;

	grant = make<trn4_grant>(TRN4_CALL_GRANT, [&](trn4_grant **out) {
		return trn4_grant_create_limited(buf.get(), 0, 0, rights, 7,
						 out);
	});
	CHECK(kernel.grant.partition == 7);
	grant = make<trn4_grant>(TRN4_CALL_GRANT, [&](trn4_grant **out) {
		return trn4_grant_create(buf.get(), 0, 0, all, out);
	});
	trn4_token_format(trn4_grant_token(grant.get()), text);
	must(TRN4_CALL_WINDOW, trn4_token_parse(text, &token));
	CHECK(std::equal(std::begin(token.bytes), std::end(token.bytes),
			 trn4_grant_token(grant.get())->bytes));
	CHECK(trn4_token_parse("x", &token) == -EINVAL);

	win = make_window(dev, token, rights);
	CHECK(kernel.window.rights == rights);
	CHECK(trn4_window_size(win.get()) == 4 * MIB);
	CHECK(trn4_window_peer(win.get()) == 4);
	CHECK(trn4_window_handle(win.get()) == WINDOW);
	/* The function has the name, too; the type is the enum. */
	enum trn4_window_state state = TRN4_STATE_NO_ROUTE;

	CHECK(trn4_window_state(win.get()) == state);
	CHECK(std::strstr(trn4_window_state_text(state), "route"));
	must(TRN4_CALL_MAP, trn4_window_map(win.get(), &map));
	std::memset(map, 0, PAGE);
}

static void imports()
{
	owner<trn4_device> dev(open_device());
	std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::tmpfile(),
							      std::fclose);
	trn4_buffer *buf = nullptr;
	trn4_window *win = nullptr;
	int fd = fileno(file.get());

	CHECK(trn4_import(dev.get(), fd, &buf, &win) == -EINVAL);
	CHECK(!ftruncate(fd, PAGE));
	must(TRN4_CALL_IMPORT, trn4_import(dev.get(), fd, &buf, &win));
	owner<trn4_buffer> as_buffer(buf);
	owner<trn4_window> as_window(win);
	CHECK(!as_buffer && as_window);
}

static void batches()
{
	owner<trn4_device> dev(open_device());
	owner<trn4_buffer> buf = make_buffer(dev, 1, TRN4_BUFFER_HBM);
	owner<trn4_window> win = make_window(dev, trn4_token(), TRN4_RIGHT_READ);
	const trn4_place near = trn4_buffer_at(buf.get(), 64);
	const trn4_place far = trn4_window_at(win.get(), 128);
	const trn4_rows rows = { 10, 20, 30, 40 };
	const trn4_atomic_op op = TRN4_ADD;
	const trn4_word word = TRN4_U64;
	trn4_rows filled = trn4_rows();
	trn4_atomic_full atomic = trn4_atomic_full();
	owner<trn4_batch> batch = make_batch(dev, 9);
	std::vector<trn4_result> results(9);
	unsigned int i, index = 0;
	uint64_t old = 1;

	CHECK(near.kind == TRN4_PLACE_OBJECT && far.offset == 128);
	atomic.op = TRN4_COMPARE_SWAP;
	atomic.word = TRN4_U128;
	atomic.operand[1] = 2;
	atomic.old = near;
	filled.length = filled.count = 1;
	CHECK(trn4_batch_copy_rows(batch.get(), near, far, &rows) == 0);
	CHECK(trn4_batch_copy(batch.get(), near, far, 1) == 1);
	CHECK(trn4_batch_fill(batch.get(), near, 1, 2) == 2);
	CHECK(trn4_batch_fill_rows(batch.get(), near, &filled, 2) == 3);
	CHECK(trn4_batch_atomic(batch.get(), far, op, word, 1, 0) == 4);
	CHECK(trn4_batch_atomic_full(batch.get(), far, &atomic) == 5);
	CHECK(trn4_batch_signal(batch.get(), far, TRN4_U32, 1) == 6);
	CHECK(trn4_batch_fence(batch.get()) == 7);
	CHECK(trn4_batch_nop(batch.get()) == 8);
	must(TRN4_CALL_SUBMIT, trn4_batch_submit(batch.get()));
	CHECK(kernel.submit.cmd_count == results.size());
	CHECK(kernel.cmd.copy.length == rows.length);
	CHECK(kernel.cmd.copy.rows == rows.count);
	CHECK(kernel.cmd.copy.dst_pitch == rows.dst_pitch);
	CHECK(kernel.cmd.copy.src_pitch == rows.src_pitch);
	must(TRN4_CALL_SYNC, trn4_batch_eventfd(batch.get(), 40));
	must(TRN4_CALL_WAIT, trn4_batch_wait(batch.get(), TRN4_NO_TIMEOUT));
	CHECK(kernel.deadline == INT64_MAX);
	must(TRN4_CALL_RESULT, trn4_batch_error(batch.get(), &index));
	for (i = 0; i < results.size(); i++)
		must(TRN4_CALL_RESULT,
		     trn4_batch_result(batch.get(), i, &results[i]));
	CHECK(std::all_of(results.begin(), results.end(),
			  [](const trn4_result &r) { return !r.error; }));
	CHECK(results.back().id == 8);
	CHECK(!trn4_batch_reset(batch.get()));

	CHECK(!trn4_copy(dev.get(), near, far, 1, 1000));
	CHECK(!trn4_fill(dev.get(), near, 1, 2, 1000));
	CHECK(!trn4_atomic(dev.get(), far, TRN4_MAX, TRN4_S32, 1, 0, &old,
			   1000));
	CHECK(old == 0);
	kernel.params[DRM_TRN4_PARAM_ATOMIC_TYPES] = 1u << TRN4_F32X4;
	CHECK(trn4_atomic_words(dev.get(), op) == 1u << TRN4_F32X4);
	CHECK(trn4_word_size(atomic.word) == 16);
}

static void syncobjs()
{
	owner<trn4_device> dev(open_device());
	owner<trn4_batch> batch = make_batch(dev, 1);
	std::vector<trn4_sync> syncs;
	uint32_t handle = 0, other = 0;

	must(TRN4_CALL_SYNC, trn4_syncobj_create(dev.get(), &handle));
	must(TRN4_CALL_SYNC,
	     trn4_syncobj_import(dev.get(),
				 trn4_syncobj_export(dev.get(), handle),
				 &other));
	syncs.push_back({ handle, 0, 3 });
	syncs.push_back(trn4_sync());
	syncs.back().handle = other;
	must(TRN4_CALL_SYNC, trn4_syncobj_signal(dev.get(), syncs.data()));
	CHECK(kernel.signalled.handle == handle && kernel.signalled.point == 3);
	CHECK(trn4_batch_nop(batch.get()) == 0);
	must(TRN4_CALL_SUBMIT,
	     trn4_batch_submit_syncs(batch.get(), syncs.data(), syncs.size(),
				     nullptr, 0));
	CHECK(kernel.submit.in_count == 2 && kernel.submit.out_count == 1);
	must(TRN4_CALL_SYNC, trn4_syncobj_eventfd(dev.get(), &syncs[0], 40));
	kernel.busy = true;
	CHECK(trn4_syncobj_wait(dev.get(), syncs.data(), syncs.size(), 1000) ==
	      -ETIME);
	CHECK(kernel.sync_count == 2 && kernel.syncs[1].handle == other);
	trn4_syncobj_destroy(dev.get(), other);
	trn4_syncobj_destroy(dev.get(), handle);
}

static void queues()
{
	const int event = eventfd(0, 0);
	owner<trn4_device> dev(open_device());
	owner<trn4_buffer> buf = make_buffer(dev, 1, TRN4_BUFFER_HBM);
	owner<trn4_window> win = make_window(dev, trn4_token(), TRN4_RIGHT_READ);
	owner<trn4_queue> queue =
		make<trn4_queue>(TRN4_CALL_QUEUE, [&](trn4_queue **out) {
			return trn4_queue_create(dev.get(), ENTRIES, event,
						 out);
		});
	trn4_queue *q = queue.get();
	const trn4_place near = trn4_segment_at(0, 64);
	const trn4_place far = trn4_segment_at(TRN4_QUEUE_SEGMENTS - 1, 0);
	const trn4_rows rows = { 1, 1, 0, 0 };
	const trn4_place_kind kind = TRN4_PLACE_SEGMENT;
	const trn4_until until = TRN4_UNTIL_REACHED;
	trn4_atomic_full atomic = trn4_atomic_full();
	trn4_result result = trn4_result();
	std::vector<int> ids;
	unsigned int i;

	CHECK(near.kind == kind && near.offset == 64);
	CHECK(far.handle == TRN4_QUEUE_SEGMENTS - 1);
	must(TRN4_CALL_SEGMENT,
	     trn4_segment_buffer(q, near.handle, buf.get(), 0, 0,
				 TRN4_RIGHTS_ALL));
	must(TRN4_CALL_SEGMENT,
	     trn4_segment_window(q, far.handle, win.get(), 0, 0,
				 TRN4_RIGHT_READ));
	CHECK(kernel.segment.object == WINDOW);
	atomic.op = TRN4_SWAP;
	atomic.no_fetch = true;
	ids = {
		trn4_queue_nop(q),
		trn4_queue_copy(q, near, far, 1),
		trn4_queue_copy_rows(q, near, far, &rows),
		trn4_queue_fill(q, near, 1, 2),
		trn4_queue_fill_rows(q, near, &rows, 2),
		trn4_queue_atomic(q, near, TRN4_XOR, TRN4_U32, 1, 0),
		trn4_queue_atomic_full(q, near, &atomic),
		trn4_queue_fence(q),
		trn4_queue_signal(q, near, TRN4_U64, 1),
		trn4_queue_await(q, near, until, TRN4_U64, 1, TRN4_NO_TIMEOUT),
	};
	CHECK(std::all_of(ids.begin(), ids.end(),
			  [](int id) { return id >= 0; }));
	CHECK(trn4_queue_outstanding(q) == ids.size());
	CHECK(!trn4_queue_poll(q, &result));
	trn4_queue_ring(q);
	for (i = 0; i < ids.size(); i++)
		CHECK(complete(TRN4_STATUS_OK, i));
	CHECK(trn4_queue_poll(q, &result) && result.end == 3);
	for (i = 1; i < ids.size(); i++) {
		must(TRN4_CALL_QUEUE, trn4_queue_wait(q, &result, 0));
		CHECK(result.value == i && !result.error);
	}
	must(TRN4_CALL_SEGMENT, trn4_segment_clear(q, near.handle));

	CHECK(trn4_queue_handle(q) == QUEUE);
	CHECK(trn4_queue_state(q) == TRN4_QUEUE_STATE_RUNNING);
	enum trn4_queue_state state = TRN4_QUEUE_STATE_LOST;

	kernel.state = DRM_TRN4_QUEUE_LOST;
	CHECK(trn4_queue_state(q) == state);
	CHECK(std::strstr(trn4_queue_state_text(state), "reset"));
	close(event);
}

/* What was made before it goes on the way out. */
static void errors_are_thrown()
{
	owner<trn4_device> dev(open_device());
	std::string said;
	int code = 0;

	kernel.fail = DRM_IOCTL_TRN4_WINDOW_MAP;
	kernel.error = EHOSTUNREACH;
	try {
		owner<trn4_buffer> buf = make_buffer(dev, 1, TRN4_BUFFER_HBM);
		owner<trn4_batch> batch = make_batch(dev, 1);

		must(TRN4_CALL_SUBMIT,
		     trn4_batch_fill(batch.get(), trn4_buffer_at(buf.get(), 0),
				     1, 0));
		make_window(dev, trn4_token(), TRN4_RIGHT_READ);
	} catch (const trn4_error &error) {
		said = error.what();
		code = error.code;
	}
	CHECK(code == -EHOSTUNREACH);
	CHECK(said.find("route") != said.npos);
	CHECK(kernel.handles == 0);
}

static const struct {
	const char *name;
	void (*run)();
} tests[] = {
	{ "devices", devices },
	{ "memory", memory },
	{ "grants and windows", grants_and_windows },
	{ "imports", imports },
	{ "batches", batches },
	{ "syncobjs", syncobjs },
	{ "queues", queues },
	{ "errors are thrown", errors_are_thrown },
};

int main()
{
	unsigned int number = 0, before, failed = 0;

	std::printf("TAP version 13\n1..%zu\n", sizeof(tests) / sizeof(*tests));
	for (const auto &test : tests) {
		before = failures;
		try {
			test.run();
		} catch (const std::exception &error) {
			check(false, 0, error.what());
		}
		/* Nothing that a test made is left when it has returned. */
		check(kernel.handles == 0, 0, "no handle is left");
		failed += failures != before;
		std::printf("%s %u - %s\n", failures == before ? "ok" : "not ok",
			    ++number, test.name);
	}
	return failed != 0;
}
