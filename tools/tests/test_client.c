// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_client.c - tests of common/nvlf_client.c: what it makes of the kernel's
 * messages, right ones and wrong ones. It is made of the client's source, for
 * the functions that nobody else may call.
 */
#include "../common/nvlf_client.c"
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
	req.msg = new_message();
	genlmsg_put(req.msg, NL_AUTO_PORT, NL_AUTO_SEQ, 30, 0, 0,
		    NVLF_CMD_ROUTE_SET, NVLF_FAMILY_VERSION);
	put_fields(req.msg, &nvlf_route_type, &route, 3);
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
	struct nl_msg *msg = new_message();

	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_PORT_GET, 1);
	nla_put_u32(msg, NVLF_A_PORT_OWNER, NVLF_OWNER_SWITCH);
	nla_put_u32(msg, NVLF_A_PORT_OWNER_ID, 3);
	nla_put_u32(msg, NVLF_A_PORT_INDEX, 17);
	nla_put_u64(msg, NVLF_A_PORT_PARTNER_GUID, 0x1122334455667788);
	return msg;
}

static void records_are_read(void)
{
	struct nl_msg *msg = port_message();
	struct nvlf_port port = {};

	/* An attribute of a later kernel is passed over. */
	nla_put_u32(msg, NVLF_A_PORT_MAX + 5, 1);
	CHECK(get_fields(&nvlf_port_type, &port, nlmsg_hdr(msg)));
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
	CHECK(!get_fields(&nvlf_port_type, &port, nlmsg_hdr(msg)));
	nlmsg_free(msg);

	memset(many, 'a', sizeof(many));
	msg = new_message();
	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ENDPOINT_GET, 1);
	nla_put(msg, NVLF_A_ENDPOINT_DEVICE, 32, many);
	CHECK(!get_fields(&nvlf_endpoint_type, &endpoint, nlmsg_hdr(msg)));
	nlmsg_free(msg);

	msg = new_message();
	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ROUTE_GET, 1);
	nla_put(msg, NVLF_A_ROUTE_PORTS, sizeof(many), many);
	CHECK(!get_fields(&nvlf_route_type, &route, nlmsg_hdr(msg)));
	nlmsg_free(msg);
}

static void requests_hold_what_is_present(void)
{
	struct nvlf_route route = {
		.present = 1u << NVLF_ROUTE_TARGET_ID | 1u << NVLF_ROUTE_PORTS,
		.target_id = 5,
	};
	struct nl_msg *msg = new_message();
	struct nlattr *attr;

	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ROUTE_SET, 1);
	CHECK(!put_fields(msg, &nvlf_route_type, &route, 3));
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
	msg = new_message();
	genlmsg_put(msg, 0, 0, 30, 0, 0, NVLF_CMD_ROUTE_DEL, 1);
	CHECK(!put_fields(msg, &nvlf_route_type, &route, 2));
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
};

TAP_MAIN(tests)
