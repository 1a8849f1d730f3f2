# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages of mock-nvlf: records as attributes and back, by what nvlf.yaml says
of names, numbers and what is allowed. It knows no fabric.
"""
import errno
import struct


class Refused(Exception):
    """A request that is answered by an error."""

    def __init__(self, error, text, attr=None, missing=None):
        super().__init__(text)
        self.error, self.text = error, text
        self.attr, self.missing = attr, missing


def attr_bytes(number, data):
    body = struct.pack('=HH', len(data) + 4, number) + data
    return body + bytes(-len(body) % 4)


def each_attr(data):
    at = 0
    while at + 4 <= len(data):
        length, number = struct.unpack_from('=HH', data, at)
        if length < 4 or at + length > len(data):
            raise Refused(errno.EINVAL, 'attributes do not end where they say')
        yield number & 0x3fff, data[at + 4:at + length], at
        at += length + -length % 4


def bitmap(members):
    size = max(members, default=0) // 8 + 1
    data = bytearray(size)
    for member in members:
        data[member // 8] |= 1 << member % 8
    return bytes(data)


def members_of(data):
    return {n for n in range(8 * len(data)) if data[n // 8] >> n % 8 & 1}


class Spec:
    """What nvlf.yaml says of names and numbers."""

    def __init__(self, path):
        # Not for those who only tell something: it takes a while.
        import yaml  # pylint: disable=import-outside-toplevel

        with open(path, encoding='utf-8') as file:
            spec = yaml.safe_load(file)
        self.enums = {d['name']: [e if isinstance(e, str) else e['name']
                                  for e in d['entries']]
                      for d in spec['definitions'] if d['type'] == 'enum'}
        self.sets = {s['name']: s['attributes']
                     for s in spec['attribute-sets']}
        self.ops = spec['operations']['list']
        self.number = {op['name']: n + 1 for n, op in enumerate(self.ops)}
        for op in self.ops:
            if 'notify' in op:
                op['attribute-set'] = self.op(op['notify'])['attribute-set']

    def op(self, name):
        return self.ops[self.number[name] - 1]

    def encode(self, set_name, record):
        out = b''
        for number, attr in enumerate(self.sets[set_name], 1):
            if record.get(attr['name']) is None:
                continue
            value = record[attr['name']]
            for one in value if attr.get('multi-attr') else [value]:
                out += attr_bytes(number, self.encode_value(attr, one))
        return out

    def encode_value(self, attr, value):
        kind = attr['type']
        if 'enum' in attr:
            value = self.enums[attr['enum']].index(value)
        if kind == 'u32':
            return struct.pack('=I', value)
        if kind == 'u64':
            return struct.pack('=Q', value)
        if kind == 'string':
            return value.encode() + b'\0'
        if kind == 'flag':
            return b''
        if kind == 'nest':
            return self.encode(attr['nested-attributes'], value)
        return value if isinstance(value, bytes) else bitmap(value)

    def decode(self, set_name, data, allowed=None):
        """A record of what is allowed; else an error as the kernel's."""
        record = {}
        for number, value, at in each_attr(data):
            attrs = self.sets[set_name]
            if not 1 <= number <= len(attrs) or \
                    allowed is not None and \
                    attrs[number - 1]['name'] not in allowed:
                raise Refused(errno.EINVAL, 'Unknown attribute type', at)
            attr = attrs[number - 1]
            value = self.decode_value(attr, value, at)
            if attr.get('multi-attr'):
                record.setdefault(attr['name'], []).append(value)
            else:
                record[attr['name']] = value
        return record

    def decode_value(self, attr, value, at):
        kind, checks = attr['type'], attr.get('checks', {})
        sizes = {'u32': 4, 'u64': 8, 'flag': 0}
        if len(value) != sizes.get(kind, len(value)):
            raise Refused(errno.EINVAL, 'invalid attribute length', at)
        if kind == 'flag':
            return True
        if kind == 'string':
            if len(value.rstrip(b'\0')) > checks.get('max-len', 1 << 16):
                raise Refused(errno.ERANGE, 'string is too long', at)
            return value.rstrip(b'\0').decode()
        if kind == 'nest':
            return self.decode(attr['nested-attributes'], value)
        if kind == 'binary':
            return value
        value = int.from_bytes(value, 'little')
        if 'enum' in attr:
            if value >= len(self.enums[attr['enum']]):
                raise Refused(errno.EINVAL, 'no such value', at)
            return self.enums[attr['enum']][value]
        if not checks.get('min', 0) <= value <= checks.get('max', 1 << 64):
            raise Refused(errno.ERANGE, 'integer out of range', at)
        return value
