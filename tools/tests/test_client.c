// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_client.c - tests of common/nvlf_client.c and nvlf_codec.c: what they make
 * of the kernel's messages, right ones and wrong ones. It is made of the
 * client's source, for the functions that nobody else may call.
 */
#include "../common/nvlf_client.c"
#include "array.h"
#include "names.h"
#include "tap.h"

/* An nlmsgerr as it comes, with room for what follows it */
struct answer {
	struct nlmsghdr nlh;
	union {
		struct nlmsgerr err;
		char bytes[1024];
	};
};

static void begin(struct answer *a, int error, int flags)
{
	memset(a, 0, sizeof(*a));
	a->nlh.nlmsg_type = NLMSG_ERROR;
	a->nlh.nlmsg_flags = flags;
	a->nlh.nlmsg_len = sizeof(a->nlh) + sizeof(a->err);
	a->err.error = error;
	a->err.msg.nlmsg_len = sizeof(a->nlh);
}

static void add_tlv(struct answer *a, int type, const void *data, size_t len)
{
	struct nlattr *attr =
		(struct nlattr *)((char *)a + NLMSG_ALIGN(a->nlh.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	a->nlh.nlmsg_len = NLMSG_ALIGN(a->nlh.nlmsg_len) +
			   NLA_ALIGN(attr->nla_len);
}

/* A request to set route (1, 2), and where its attribute n begins. */
static struct request ask_route(struct nvlf_client *client)
{
	struct nvlf_route route = {
		.present = 7,
		.switch_id = 1,
		.target_id = 2,
	};
	struct request req = { .client = client, .type = &nvlf_route_type };

	bits_set(&route.ports, 9);
	req.msg = codec_message(&nvlf_route_type, &route);
	genlmsg_put(req.msg, NL_AUTO_PORT, NL_AUTO_SEQ, 30, 0, 0,
		    NVLF_CMD_ROUTE_SET, NVLF_FAMILY_VERSION);
	codec_put(req.msg, &nvlf_route_type, &route, 3);
	return req;
}

static uint32_t attr_offset(const struct request *req, int number)
{
	struct nlmsghdr *nlh = nlmsg_hdr(req->msg);
	struct nlattr *attr;

	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, number);
	return attr ? (char *)attr - (char *)nlh : 0;
}

static void the_kernels_words_are_told(void)
{
	static const char words[] = "port 80 is beyond the switch's last";
	struct nvlf_client client = {};
	struct request req = ask_route(&client);
	uint32_t offset = attr_offset(&req, NVLF_A_ROUTE_PORTS);
	struct answer a;

	begin(&a, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	add_tlv(&a, NLMSGERR_ATTR_MSG, words, sizeof(words));
	add_tlv(&a, NLMSGERR_ATTR_OFFS, &offset, sizeof(offset));
	EQ(on_error(NULL, &a.err, &req), NL_STOP);
	EQ(req.error, -EINVAL);
	CHECK(req.done);
	CHECK(!strcmp(client.error,
		      "port 80 is beyond the switch's last (attribute ports)"));
	nlmsg_free(req.msg);
}

static void a_copy_of_the_request_is_stepped_over(void)
{
	static const char words[] = "no switch 1";
	struct nvlf_client client = {};
	struct request req = ask_route(&client);
	struct nlmsghdr *asked = nlmsg_hdr(req.msg);
	struct answer a;

	begin(&a, -ENOENT, NLM_F_ACK_TLVS);
	memcpy(&a.err.msg, asked, asked->nlmsg_len);
	a.nlh.nlmsg_len += asked->nlmsg_len - sizeof(*asked);
	add_tlv(&a, NLMSGERR_ATTR_MSG, words, sizeof(words));
	on_error(NULL, &a.err, &req);
	CHECK(!strcmp(client.error, "no switch 1"));
	nlmsg_free(req.msg);
}

static void without_words_the_errno_is_told(void)
{
	struct nvlf_client client = {};
	struct request req = ask_route(&client);
	static const char want[] =
		"Operation not permitted; changes need CAP_NET_ADMIN: become root";
	struct answer a;

	begin(&a, -EPERM, NLM_F_CAPPED);
	on_error(NULL, &a.err, &req);
	CHECK(!strcmp(client.error, want));
	EQ(req.error, -EPERM);
	nlmsg_free(req.msg);
}

static void a_missing_attribute_is_named(void)
{
	uint32_t number = NVLF_A_ROUTE_TARGET_ID;
	struct nvlf_client client = {};
	struct request req = ask_route(&client);
	struct answer a;

	begin(&a, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	add_tlv(&a, NLMSGERR_ATTR_MISS_TYPE, &number, sizeof(number));
	on_error(NULL, &a.err, &req);
	CHECK(!strcmp(client.error,
		      "Invalid argument (attribute target-id is missing)"));
	nlmsg_free(req.msg);
}

static void wrong_answers_do_no_harm(void)
{
	struct nvlf_client client = {};
	struct request req = ask_route(&client);
	uint32_t offset = 3;
	struct answer a;

	/* A text without an end, an offset of nothing, a copy that overruns */
	begin(&a, -EINVAL, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	add_tlv(&a, NLMSGERR_ATTR_MSG, "abc", 3);
	add_tlv(&a, NLMSGERR_ATTR_OFFS, &offset, sizeof(offset));
	add_tlv(&a, NLMSGERR_ATTR_OFFS, &offset, 2);
	on_error(NULL, &a.err, &req);
	CHECK(!strcmp(client.error, "Invalid argument"));

	begin(&a, -EINVAL, NLM_F_ACK_TLVS);
	a.err.msg.nlmsg_len = 100000;
	on_error(NULL, &a.err, &req);
	CHECK(!strcmp(client.error, "Invalid argument"));
	nlmsg_free(req.msg);
}

static void long_words_are_cut(void)
{
	struct nvlf_client client = {};
	struct request req = ask_route(&client);
	uint32_t offset = attr_offset(&req, NVLF_A_ROUTE_PORTS);
	char words[700];
	struct answer a;

	memset(words, 'x', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	begin(&a, -EPERM, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	add_tlv(&a, NLMSGERR_ATTR_MSG, words, sizeof(words));
	add_tlv(&a, NLMSGERR_ATTR_OFFS, &offset, sizeof(offset));
	on_error(NULL, &a.err, &req);
	EQ(strlen(client.error), sizeof(client.error) - 1);
	nlmsg_free(req.msg);
}

static struct nl_msg *port_message(void)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_PORT_GET, 1);
	nla_put_u32(msg, NVLF_A_PORT_OWNER, NVLF_OWNER_SWITCH);
	nla_put_u32(msg, NVLF_A_PORT_OWNER_ID, 3);
	nla_put_u32(msg, NVLF_A_PORT_INDEX, 17);
	nla_put_u64(msg, NVLF_A_PORT_PARTNER_GUID, 0x1122334455667788);
	return msg;
}

static int decode(const struct nvlf_type *type, void *record,
		  struct nl_msg *msg)
{
	struct genlmsghdr *genl = nlmsg_data(nlmsg_hdr(msg));

	return codec_get(type, record, genlmsg_attrdata(genl, 0),
			 genlmsg_attrlen(genl, 0));
}

static void records_are_read(void)
{
	struct nl_msg *msg = port_message();
	struct nvlf_port port = {};

	/* An attribute of a later kernel is passed over. */
	nla_put_u32(msg, NVLF_A_PORT_MAX + 5, 1);
	EQ(decode(&nvlf_port_type, &port, msg), 0);
	EQ(port.owner, NVLF_OWNER_SWITCH);
	EQ(port.owner_id, 3);
	EQ(port.index, 17);
	EQ(port.partner_guid, 0x1122334455667788);
	CHECK(nvlf_has(port.present, NVLF_PORT_INDEX));
	CHECK(!nvlf_has(port.present, NVLF_PORT_PARTNER));
	nlmsg_free(msg);
}

static void wrong_records_are_refused(void)
{
	struct nvlf_endpoint endpoint = {};
	struct nvlf_route route = {};
	struct nvlf_port port = {};
	char many[BITS_BYTES + 1];
	struct nl_msg *msg;

	msg = port_message();
	nla_put_u16(msg, NVLF_A_PORT_STATE, 1);
	EQ(decode(&nvlf_port_type, &port, msg), -EPROTO);
	nlmsg_free(msg);

	memset(many, 'a', sizeof(many));
	msg = nlmsg_alloc();
	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ENDPOINT_GET, 1);
	nla_put(msg, NVLF_A_ENDPOINT_DEVICE, 32, many);
	EQ(decode(&nvlf_endpoint_type, &endpoint, msg), -EPROTO);
	nlmsg_free(msg);

	msg = nlmsg_alloc();
	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ROUTE_GET, 1);
	nla_put(msg, NVLF_A_ROUTE_PORTS, sizeof(many), many);
	EQ(decode(&nvlf_route_type, &route, msg), -EPROTO);
	nlmsg_free(msg);
}

static void requests_hold_what_is_present(void)
{
	struct nvlf_route route = {
		.present = 1u << NVLF_ROUTE_TARGET_ID | 1u << NVLF_ROUTE_PORTS,
		.target_id = 5,
	};
	struct nl_msg *msg = nlmsg_alloc();
	struct nlattr *attr;

	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ROUTE_SET, 1);
	CHECK(!codec_put(msg, &nvlf_route_type, &route, 3));
	CHECK(!nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN,
			       NVLF_A_ROUTE_SWITCH_ID));
	attr = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN,
			       NVLF_A_ROUTE_TARGET_ID);
	CHECK(attr && nla_get_u32(attr) == 5);
	/* The empty set has a byte, too. */
	attr = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, NVLF_A_ROUTE_PORTS);
	CHECK(attr && nla_len(attr) == 1);
	nlmsg_free(msg);

	/* Keys only */
	msg = nlmsg_alloc();
	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ROUTE_DEL, 1);
	CHECK(!codec_put(msg, &nvlf_route_type, &route, 2));
	CHECK(!nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN,
			       NVLF_A_ROUTE_PORTS));
	nlmsg_free(msg);
}

static void a_dump_that_ends_in_an_error_failed(void)
{
	struct nvlf_client client = {};
	struct request req = ask_route(&client);
	struct nl_msg *msg = nlmsg_alloc_simple(NLMSG_DONE, 0);
	int error = -ENOENT;

	nlmsg_append(msg, &error, sizeof(error), 0);
	EQ(on_finish(msg, &req), NL_STOP);
	EQ(req.error, -ENOENT);
	nlmsg_free(msg);
	nlmsg_free(req.msg);

	req = ask_route(&client);
	msg = nlmsg_alloc_simple(NLMSG_DONE, 0);
	error = 0;
	nlmsg_append(msg, &error, sizeof(error), 0);
	on_finish(msg, &req);
	CHECK(req.done && !req.error);
	nlmsg_free(msg);
	nlmsg_free(req.msg);
}

static struct nl_msg *message_of(const struct nvlf_type *type,
				 const void *record)
{
	struct nl_msg *msg = codec_message(type, record);

	genlmsg_put(msg, 0, 0, 30, 0, 0, 1, 1);
	EQ(codec_put(msg, type, record, type->field_count), 0);
	return msg;
}

/* The whole table of a switch, the largest there is, in one message. */
static void a_whole_table_is_one_message(void)
{
	const struct nvlf_type *type = &nvlf_route_table_type;
	struct nvlf_route_table table = {
		.present = 1u << NVLF_ROUTE_TABLE_SWITCH_ID |
			   1u << NVLF_ROUTE_TABLE_REPLACE |
			   1u << NVLF_ROUTE_TABLE_ENTRIES,
		.switch_id = 3,
		.replace = true,
	};
	struct nvlf_route_table back = {};
	struct nvlf_route_entry *entries;
	struct nl_msg *msg;
	unsigned int i;

	entries = calloc(2048, sizeof(*entries));
	for (i = 0; i < 2048; i++) {
		entries[i].present = 3;
		entries[i].target_id = i;
		bits_set(&entries[i].ports, 71);
	}
	table.entries = (struct nvlf_list) { entries, 2048, 2048 };
	msg = message_of(type, &table);
	CHECK(nlmsg_hdr(msg)->nlmsg_len < 65536);
	EQ(decode(type, &back, msg), 0);
	EQ(back.switch_id, 3);
	CHECK(back.replace);
	EQ(back.entries.count, 2048);
	if (back.entries.count == 2048) {
		entries = back.entries.records;
		EQ(entries[2047].target_id, 2047);
		CHECK(bits_test(&entries[2047].ports, 71));
	}
	nvlf_record_free(type, &back);
	nvlf_record_free(type, &table);
	nlmsg_free(msg);
}

/* What was read before a wrong part is released with it: ASan watches. */
static void a_wrong_nested_record_is_refused(void)
{
	const struct nvlf_type *type = &nvlf_diagnose_type;
	struct nl_msg *msg = nlmsg_alloc();
	struct nvlf_list list = {};
	struct genlmsghdr *genl;
	struct nlattr *nest;
	int i;

	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_DIAGNOSE, 1);
	for (i = 0; i < 2; i++) {
		nest = nla_nest_start(msg, NVLF_A_DIAGNOSE_HOP);
		nla_put(msg, NVLF_A_HOP_SWITCH_ID, i ? 2 : 4, "\1\0\0");
		nla_nest_end(msg, nest);
	}
	genl = nlmsg_data(nlmsg_hdr(msg));
	EQ(codec_add(&list, type, genlmsg_attrdata(genl, 0),
		     genlmsg_attrlen(genl, 0)),
	   -EPROTO);
	EQ(list.count, 0);
	nvlf_list_free(&list);
	nlmsg_free(msg);
}

static void lanes_come_one_by_one(void)
{
	struct nvlf_counter counter = {}, again = {};
	struct nl_msg *msg = nlmsg_alloc();
	unsigned int i;

	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_COUNTER_GET, 1);
	for (i = 0; i < NVLF_LANES_MAX; i++)
		nla_put_u64(msg, NVLF_A_COUNTER_CRC, i * 1000ull << 32);
	EQ(decode(&nvlf_counter_type, &counter, msg), 0);
	EQ(counter.crc.count, NVLF_LANES_MAX);
	EQ(counter.crc.value[15], 15000ull << 32);
	nla_put_u64(msg, NVLF_A_COUNTER_CRC, 1);
	EQ(decode(&nvlf_counter_type, &again, msg), -EPROTO);
	nlmsg_free(msg);

	counter = (struct nvlf_counter) {};
	msg = nlmsg_alloc();
	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_COUNTER_GET, 1);
	nla_put_u32(msg, NVLF_A_COUNTER_CRC, 1);
	EQ(decode(&nvlf_counter_type, &counter, msg), -EPROTO);
	nlmsg_free(msg);
}

static void flags_are_there_or_not(void)
{
	struct nvlf_port port = {
		.present = 1u << NVLF_PORT_RETRAIN | 1u << NVLF_PORT_RESET,
		.retrain = true,
	};
	struct nl_msg *msg = message_of(&nvlf_port_type, &port);
	struct nvlf_port back = {};

	CHECK(nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN,
			      NVLF_A_PORT_RETRAIN));
	CHECK(!nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, NVLF_A_PORT_RESET));
	EQ(decode(&nvlf_port_type, &back, msg), 0);
	CHECK(back.retrain && !back.reset);
	nlmsg_free(msg);
}

/* The field that stands at the place that a number of nvlf_types.h means. */
static void fields_have_their_numbers(void)
{
	static const struct {
		const struct nvlf_type *type;
		unsigned int number;
		const char *name;
	} fields[] = {
		{ &nvlf_endpoint_type, NVLF_DEVICE_NAME, "device" },
		{ &nvlf_endpoint_type, NVLF_ENDPOINT_REACHABLE, "reachable" },
		{ &nvlf_endpoint_type, NVLF_DEVICE_UUID, "cluster-uuid" },
		{ &nvlf_endpoint_type, NVLF_DEVICE_SERIAL, "serial" },
		{ &nvlf_switch_type, NVLF_SWITCH_ROUTES, "routes" },
		{ &nvlf_switch_type, NVLF_DEVICE_UUID, "cluster-uuid" },
		{ &nvlf_switch_type, NVLF_DEVICE_RACK, "rack" },
		{ &nvlf_switch_type, NVLF_DEVICE_SERIAL, "serial" },
		{ &nvlf_port_type, NVLF_PORT_PARTNER, "partner" },
		{ &nvlf_port_type, NVLF_PORT_LANES_UP, "lanes-up" },
		{ &nvlf_port_type, NVLF_PORT_CLEAR, "clear" },
		{ &nvlf_route_type, NVLF_ROUTE_PORTS, "ports" },
		{ &nvlf_route_table_type, NVLF_ROUTE_TABLE_GENERATION,
		  "generation" },
		{ &nvlf_group_type, NVLF_GROUP_MEMBERS, "members" },
		{ &nvlf_counter_type, NVLF_COUNTER_CRC, "crc" },
		{ &nvlf_health_type, NVLF_HEALTH_CAUSE, "cause" },
		{ &nvlf_diagnose_type, NVLF_DIAGNOSE_BROKEN, "broken" },
		{ &nvlf_log_type, NVLF_LOG_PORT, "port" },
		{ &nvlf_manager_type, NVLF_MANAGER_CONFIGURED, "configured" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		CHECK(!strcmp(fields[i].type->fields[fields[i].number].name,
			      fields[i].name));
}

static void uuids_are_read_and_written(void)
{
	static const char text[] = "00112233-4455-6677-8899-aabbccddeeff";
	static const char *const wrong[] = {
		"",
		"00112233",
		"00112233-4455-6677-8899-aabbccddeef",
		"00112233-4455-6677-8899-aabbccddeeff0",
		"00112233445566778899aabbccddeeff",
		"0011223g-4455-6677-8899-aabbccddeeff",
	};
	uint8_t uuid[NVLF_UUID_LEN];
	char back[UUID_TEXT];
	size_t i;

	EQ(uuid_parse(text, uuid), 0);
	EQ(uuid[15], 0xff);
	uuid_format(uuid, back);
	CHECK(!strcmp(back, text));
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		EQ(uuid_parse(wrong[i], uuid), -EINVAL);
}

static struct nvlf_endpoint endpoint_at(uint32_t id, const char *device,
					uint32_t tray, uint32_t slot,
					const char *serial)
{
	struct nvlf_endpoint endpoint = {
		.present = 1u << NVLF_DEVICE_ID | 1u << NVLF_DEVICE_NAME |
			   1u << NVLF_DEVICE_RACK | 1u << NVLF_DEVICE_TRAY |
			   1u << NVLF_DEVICE_SLOT | 1u << NVLF_DEVICE_SERIAL,
		.target_id = id,
		.place = { .tray = tray, .slot = slot },
	};

	strcpy(endpoint.device, device);
	strcpy(endpoint.place.serial, serial);
	return endpoint;
}

static void devices_have_names(void)
{
	struct nvlf_endpoint endpoints[] = {
		endpoint_at(4, "0000:01:00.0", 3, 1, "A1"),
		endpoint_at(5, "0001:01:00.0", 3, 2, "A2"),
		endpoint_at(6, "0000:0a:00.0", 3, 3, "A1"),
	};
	const struct nvlf_list list = { endpoints, 3, 3 };
	const struct nvlf_type *type = &nvlf_endpoint_type;
	struct device_name name;
	char why[NAME_WHY] = "";
	char text[LOCATION_TEXT];
	uint32_t id = 0;

	EQ(name_resolve(type, &list, "77", &id, why), 0);
	EQ(id, 77);
	EQ(name_resolve(type, &list, "0000:01:00.0", &id, why), 0);
	EQ(id, 4);
	EQ(name_resolve(type, &list, "0A:00.0", &id, why), 0);
	EQ(id, 6);
	EQ(name_resolve(type, &list, "r0/t3/s2", &id, why), 0);
	EQ(id, 5);
	EQ(name_resolve(type, &list, "A2", &id, why), 0);
	EQ(id, 5);
	EQ(name_resolve(type, &list, "A1", &id, why), -EEXIST);
	CHECK(!strcmp(why,
		      "A1: is endpoint 4 and endpoint 6, too; name one by its number"));
	EQ(name_resolve(type, &list, "r0/t3", &id, why), -ENOENT);
	CHECK(strstr(why, "no endpoint has that number, PCI address"));

	name = device_name(type, &endpoints[1]);
	CHECK(location_matches(&name, "r0/t3/s2"));
	CHECK(location_matches(&name, "r*/t[0-3]/s*"));
	CHECK(!location_matches(&name, "r0/t[0-2]/s*"));
	/* A star does not go over a slash. */
	CHECK(!location_matches(&name, "r0/*"));

	/* Of what a device was not told there is nothing. */
	endpoints[1].present &= ~(1u << NVLF_DEVICE_TRAY);
	name = device_name(type, &endpoints[1]);
	CHECK(location_format(&name, text));
	CHECK(!strcmp(text, "r0/s2"));
	endpoints[1].present = 1;
	name = device_name(type, &endpoints[1]);
	CHECK(!location_format(&name, text));
	CHECK(!location_matches(&name, "*"));
}

static void what_is_read_twice_is_compared(void)
{
	struct nvlf_partition parts[2] = { { .id = 1 }, { .id = 2 } };
	struct nvlf_partition again[2];
	struct nvlf_list a = { .records = parts, .count = 2 };
	struct nvlf_list b = { .records = again, .count = 2 };
	struct nvlf_list none = {};

	memcpy(again, parts, sizeof(parts));
	CHECK(same_records(&nvlf_partition_type, &a, &b));
	CHECK(same_records(&nvlf_partition_type, &none, &none));
	bits_set(&again[1].members, 2047);
	CHECK(!same_records(&nvlf_partition_type, &a, &b));
	b.count = 1;
	CHECK(!same_records(&nvlf_partition_type, &a, &b));
	/* Where a record has lists behind it, bytes say nothing. */
	CHECK(!same_records(&nvlf_route_table_type, &none, &none));
}

static const struct tap_test tests[] = {
	TAP_TEST(the_kernels_words_are_told),
	TAP_TEST(a_copy_of_the_request_is_stepped_over),
	TAP_TEST(without_words_the_errno_is_told),
	TAP_TEST(a_missing_attribute_is_named),
	TAP_TEST(wrong_answers_do_no_harm),
	TAP_TEST(long_words_are_cut),
	TAP_TEST(records_are_read),
	TAP_TEST(wrong_records_are_refused),
	TAP_TEST(requests_hold_what_is_present),
	TAP_TEST(a_dump_that_ends_in_an_error_failed),
	TAP_TEST(a_whole_table_is_one_message),
	TAP_TEST(a_wrong_nested_record_is_refused),
	TAP_TEST(lanes_come_one_by_one),
	TAP_TEST(flags_are_there_or_not),
	TAP_TEST(fields_have_their_numbers),
	TAP_TEST(uuids_are_read_and_written),
	TAP_TEST(devices_have_names),
	TAP_TEST(what_is_read_twice_is_compared),
};

TAP_MAIN(tests)
