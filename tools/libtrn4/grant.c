// SPDX-License-Identifier: MIT
/*
 * grant.c - grants of a buffer to peers, and the tokens that name them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

SAME_AS_KERNEL(TRN4_RIGHT_READ, DRM_TRN4_RIGHT_READ);
SAME_AS_KERNEL(TRN4_RIGHT_WRITE, DRM_TRN4_RIGHT_WRITE);
SAME_AS_KERNEL(TRN4_RIGHT_ATOMIC, DRM_TRN4_RIGHT_ATOMIC);
_Static_assert(sizeof(struct trn4_token) == DRM_TRN4_TOKEN_SIZE,
	       "token as the kernel's");

TRN4_API int trn4_grant_create(struct trn4_buffer *buf, uint64_t offset,
			       uint64_t size, uint32_t rights,
			       struct trn4_grant **out)
{
	return trn4_grant_create_limited(buf, offset, size, rights, 0, out);
}

TRN4_API int trn4_grant_create_limited(struct trn4_buffer *buf, uint64_t offset,
				       uint64_t size, uint32_t rights,
				       uint32_t partition,
				       struct trn4_grant **out)
{
	struct drm_trn4_grant_create arg = {
		.bo = buf->handle,
		.rights = rights,
		.offset = offset,
		.size = size,
		.partition = partition,
	};
	struct trn4_grant *grant;
	int ret;

	if (!size) {
		if (offset >= buf->size)
			return -EINVAL;
		arg.size = buf->size - offset;
	}
	grant = calloc(1, sizeof(*grant));
	if (!grant)
		return -ENOMEM;
	ret = trn4_ioctl(buf->dev, DRM_IOCTL_TRN4_GRANT_CREATE, &arg);
	if (ret) {
		free(grant);
		return ret;
	}
	grant->dev = buf->dev;
	grant->handle = arg.handle;
	memcpy(grant->token.bytes, arg.token, sizeof(arg.token));
	*out = grant;
	return 0;
}

TRN4_API int trn4_grant_revoke(struct trn4_grant *grant)
{
	struct drm_trn4_grant_revoke arg = {};
	int ret;

	if (!grant)
		return 0;
	arg.handle = grant->handle;
	ret = trn4_ioctl(grant->dev, DRM_IOCTL_TRN4_GRANT_REVOKE, &arg);
	free(grant);
	return ret;
}

TRN4_API const struct trn4_token *
trn4_grant_token(const struct trn4_grant *grant)
{
	return &grant->token;
}

TRN4_API void trn4_token_format(const struct trn4_token *token,
				char text[TRN4_TOKEN_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < sizeof(token->bytes); i++) {
		text[2 * i] = digits[token->bytes[i] >> 4];
		text[2 * i + 1] = digits[token->bytes[i] & 15];
	}
	text[2 * i] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

TRN4_API int trn4_token_parse(const char *text, struct trn4_token *out)
{
	struct trn4_token token;
	int high, low;
	size_t i;

	if (strlen(text) != 2 * sizeof(token.bytes))
		return -EINVAL;
	for (i = 0; i < sizeof(token.bytes); i++) {
		high = digit(text[2 * i]);
		low = digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return -EINVAL;
		token.bytes[i] = high << 4 | low;
	}
	*out = token;
	return 0;
}
