# SPDX-License-Identifier: GPL-2.0-or-later
"""The fabric of mock-nvlf: endpoints and switches, wired by the wiring rule, what
is set on them, and what can be told of it, as records. It knows no messages.
"""
import errno
import time

from mock_spec import Refused

PORTS = 36          # of an endpoint
SWITCH_PORTS = 72
UP = ('active', 'degraded')


class Fabric:
    """Endpoints, switches and what is set on them."""

    def __init__(self, endpoints, switches, tell):
        self.tell = tell
        self.start = time.monotonic()
        self.generation = 1
        self.links_each = PORTS // switches
        self.endpoints = set(range(endpoints))
        self.switches = set(range(switches))
        self.all_endpoints, self.all_switches = endpoints, switches
        self.lanes = {}         # (endpoint, its port): lanes up, 0 for down
        self.off = set()        # ends that are disabled: (owner, id, port)
        self.trainings = {}
        self.states = {}        # port: its state, since when; if it changed
        self.ups = {}           # what up() has found since the last change
        self.routes = {}        # (switch, target): ports
        self.partitions = {}    # id: members
        self.groups = {}        # id: (partition, members)
        self.log = []
        self.manager = None
        self.manager_state = 'offline'
        self.heard = 0
        for e in self.endpoints:
            for k in range(PORTS):
                self.lanes[e, k] = 4

    # -- wiring

    def other_end(self, owner, ident, port):
        each = self.links_each
        if owner == 'endpoint':
            return 'switch', port // each, ident * each + port % each
        e, s = port // each, ident
        return 'endpoint', e, s * each + port % each

    def endpoint_end(self, owner, ident, port):
        if owner == 'endpoint':
            return ident, port
        _, e, k = self.other_end(owner, ident, port)
        return e, k

    def there(self, owner, ident):
        return ident in (self.endpoints if owner == 'endpoint'
                         else self.switches)

    def port_state(self, owner, ident, port):
        other = self.other_end(owner, ident, port)
        if (owner, ident, port) in self.off:
            return 'off', 0
        if not self.there(*other[:2]) or other in self.off:
            return 'detect', 0
        lanes = self.lanes[self.endpoint_end(owner, ident, port)]
        if lanes == 0:
            return 'fault', 0
        return ('active' if lanes == 4 else 'degraded'), lanes

    def up(self, e, s):
        """Links of an endpoint to a switch that are up: the switch's ports."""
        if (e, s) not in self.ups:
            ports = range(e * self.links_each, (e + 1) * self.links_each)
            self.ups[e, s] = {p for p in ports
                              if self.port_state('switch', s, p)[0] in UP}
        if e not in self.endpoints or s not in self.switches:
            return set()
        return self.ups[e, s]

    # -- what can be told of

    def place(self, kind, n):
        return {'cluster-uuid': bytes(range(16)), 'rack': 0,
                'tray': n // 4 + (100 if kind == 'switch' else 0),
                'slot': n % 4,
                'host': n // 4, 'serial': '%s-%04d' % (
                    'NVSW' if kind == 'switch' else 'TRN4', n)}

    def common(self, a, b):
        return any(a in m and b in m for m in self.partitions.values())

    def hops(self, a, b):
        for s in sorted(self.switches):
            way_in = len(self.up(a, s))
            route = self.routes.get((s, b))
            out = len(self.up(b, s) & route) if route else 0
            if not way_in:
                broken = 'no-link'
                reason = 'endpoint %d has no link to switch %d' % (a, s)
            elif not route:
                broken = 'no-route'
                reason = 'switch %d has no route to endpoint %d' % (s, b)
            elif not out:
                broken = 'route-down'
                reason = 'no port of switch %d\'s route to endpoint %d is up' \
                    % (s, b)
            else:
                broken, reason = 'nothing', None
            yield {'switch-id': s, 'links-in': way_in, 'links-out': out,
                   'broken': broken, 'reason': reason}

    def reaches(self, a, b):
        return a != b and self.common(a, b) and \
            any(self.up(a, s) and self.up(b, s) & self.routes.get((s, b),
                                                                  set())
                for s in self.switches)

    def endpoint(self, e):
        up = sum(self.port_state('endpoint', e, k)[0] in UP
                 for k in range(PORTS))
        return {'target-id': e, 'guid': 0x7434 << 32 | e,
                'device': '0000:%02x:00.0' % (e + 1), 'ports': PORTS,
                'ports-up': up,
                'reachable': {b for b in self.endpoints
                              if self.reaches(e, b)},
                **self.place('endpoint', e)}

    def switch(self, s):
        up = sum(self.port_state('switch', s, p)[0] in UP
                 for p in self.ports_of('switch'))
        return {'id': s, 'guid': 0x7473 << 32 | s,
                'device': '0000:%02x:00.0' % (s + 0x81),
                'ports': SWITCH_PORTS, 'ports-up': up,
                'routes': sum(k[0] == s for k in self.routes),
                **self.place('switch', s)}

    def ports_of(self, owner):
        if owner == 'endpoint':
            return range(PORTS)
        return range(min(SWITCH_PORTS, self.all_endpoints * self.links_each))

    def port(self, owner, ident, index):
        state, lanes = self.port_state(owner, ident, index)
        record = {'owner': owner, 'owner-id': ident, 'index': index,
                  'state': state, 'lanes': 4, 'lanes-up': lanes,
                  'trainings': self.trainings.get((owner, ident, index), 1),
                  'state-ms': int(1000 * (time.monotonic() - self.states.get(
                      (owner, ident, index), (state, self.start))[1])),
                  'enable': int((owner, ident, index) not in self.off)}
        if state in UP:
            kind, other, port = self.other_end(owner, ident, index)
            guid = 0x7473 if kind == 'switch' else 0x7434
            record.update({'partner': kind, 'partner-id': other,
                           'partner-port': port,
                           'partner-guid': guid << 32 | other})
        return record

    def counter(self, owner, ident, index):
        """1000 packets of 256 bytes a second, and half as many back."""
        sent = int(1000 * (time.monotonic() - self.start))
        return {'owner': owner, 'owner-id': ident, 'index': index,
                'tx-bytes': 256 * sent, 'rx-bytes': 128 * sent,
                'tx-packets': sent, 'rx-packets': sent // 2, 'replays': 3,
                'recoveries': 1, 'uncorrectable': 0, 'crc': [0, 7, 0, index]}

    def health(self, e):
        record = self.endpoint(e)
        lanes = sum(self.port_state('endpoint', e, k)[1]
                    for k in range(PORTS))
        peers = {b for b in self.endpoints if b != e and self.common(e, b)}
        reached = {b for b in peers
                   if self.reaches(e, b) and self.reaches(b, e)}
        up = record['ports-up']
        if not up:
            state = 'isolated', 'no-link', 'none of its links is up'
        elif not peers:
            state = 'isolated', 'no-partition', 'in no partition with anybody'
        elif reached != peers:
            lost = min(peers - reached)
            state = 'misconfigured', 'no-route', \
                'no way to or from endpoint %d' % lost
        elif up < PORTS:
            state = 'degraded', 'links-down', '%d of %d links are up' % (
                up, PORTS)
        elif lanes < 4 * PORTS:
            state = 'degraded', 'lanes-lost', '%d of %d lanes are up' % (
                lanes, 4 * PORTS)
        else:
            state = 'healthy', 'none', None
        return {'target-id': e, 'state': state[0], 'cause': state[1],
                'links': PORTS, 'links-up': up, 'lanes': 4 * PORTS,
                'lanes-up': lanes, 'peers': len(peers),
                'peers-reached': len(reached), 'reason': state[2]}

    def manager_record(self):
        record = {'state': self.manager_state}
        if self.manager:
            record.update({k: self.manager[k]
                           for k in ('name', 'port-id', 'timeout')})
            record['heard-ms'] = int(1000 * (time.monotonic() - self.heard))
        return record

    # -- changes

    def owner_of(self, record):
        if not self.there(record['owner'], record['owner-id']):
            raise Refused(errno.ENOENT, 'no %s %d' % (record['owner'],
                                                      record['owner-id']),
                          'owner-id')
        if record.get('index', 0) not in self.ports_of(record['owner']):
            raise Refused(errno.ENOENT, 'no such port', 'index')
        return record['owner'], record['owner-id']

    def check_ports(self, ports, number=0):
        if not ports or max(ports) >= SWITCH_PORTS:
            raise Refused(errno.EINVAL, 'ports: none, or beyond port 71',
                          'ports' if number == 0 else 'entry')

    def set_route(self, s, target, ports):
        if self.routes.get((s, target)) == ports:
            return
        if ports is None:
            was = self.routes.pop((s, target))
        else:
            was = self.routes[s, target] = ports
        self.generation += 1
        self.tell('route-del-ntf' if ports is None else 'route-ntf',
                  {'switch-id': s, 'target-id': target, 'ports': was})

    def tell_ports(self, ports):
        self.ups = {}
        for port in ports:
            if self.there(*port[:2]):
                self.look_at(port)
                self.tell('port-ntf', self.port(*port))
        self.generation += 1

    def look_at(self, port):
        """Since when its state is what it is; the device logs what went down."""
        now = time.monotonic()
        was, since = self.states.get(port, ('active', self.start))
        state, _ = self.port_state(*port)
        self.states[port] = state, since if state == was else now
        if was in UP and state not in UP:
            self.logs(port, 'link-down', 'error', int(1e9 * (now - self.start)))

    def logs(self, port, error, severity, at, detail=0):
        record = {'owner': port[0], 'owner-id': port[1],
                  'index': len(self.log), 'time': at, 'error': error,
                  'severity': severity, 'scope': 'port', 'port': port[2],
                  'detail': detail}
        self.log.append(record)
        self.tell('log-ntf', record)

    def set_lanes(self, e, k, lanes):
        self.lanes[e, k] = lanes
        self.tell_ports([('endpoint', e, k),
                         self.other_end('endpoint', e, k)])

    def set_there(self, kind, ident, there):
        place = self.endpoints if kind == 'endpoint' else self.switches
        key = 'target-id' if kind == 'endpoint' else 'id'
        ends = [self.other_end(kind, ident, p) for p in self.ports_of(kind)]
        if there:
            place.add(ident)
            record = self.endpoint(ident) if kind == 'endpoint' else \
                self.switch(ident)
            self.tell(kind + '-ntf', record)
        else:
            place.discard(ident)
            self.tell(kind + '-del-ntf', {key: ident})
            if kind == 'switch':
                self.routes = {k: v for k, v in self.routes.items()
                               if k[0] != ident}
        self.tell_ports(ends)
