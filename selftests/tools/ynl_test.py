#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
ynl_test.py - an independent client: the kernel's own cli.py drives every
operation of the family, and it knows of it what nvlf.yaml says, no more.

The guest has cli.py in /usr/lib/ynl, with the spec beside it, where python is
there at all. It runs within this process, as its main() would be run by a
shell, so that the spec is read once and not for each request.
"""
import ast
import contextlib
import copy
import errno
import gc
import io
import json
import os
import re
import sys
import time

YNL = "/usr/lib/ynl"
SPEC = YNL + "/nvlf.yaml"
SKIP = 4

if not os.path.exists(SPEC):
    print("TAP version 13\n1..0 # SKIP the guest has no cli.py")
    sys.exit(SKIP)
sys.path.insert(0, YNL)

import cli  # noqa: E402
import yaml  # noqa: E402

LOADED = {}
LOAD = yaml.safe_load


def load_once(stream):
    """What cli.py reads each time, it gets as if it were new"""
    if stream.name not in LOADED:
        LOADED[stream.name] = LOAD(stream)
    return copy.deepcopy(LOADED[stream.name])


yaml.safe_load = load_once

DRIVEN = set()
TOLD = set()


class Refused(Exception):
    """What cli.py printed when it ended with an error"""


def run(*args):
    """cli.py with these arguments: the values that it printed"""
    out = io.StringIO()
    sys.argv = ["cli.py", "--no-schema", "--spec", SPEC, "--output-json"]
    sys.argv += args
    try:
        with contextlib.redirect_stdout(out):
            cli.main()
    except SystemExit:
        raise Refused(out.getvalue()) from None
    return [json.loads(line) for line in out.getvalue().splitlines()]


def do(name, **attrs):
    """One request; attributes have _ for -"""
    DRIVEN.add((name, "do"))
    return run("--do", name, "--json", as_json(attrs))[0]


def dump(name, **attrs):
    DRIVEN.add((name, "dump"))
    return run("--dump", name, "--json", as_json(attrs))[0]


def heard(deed):
    """What is notified of while @deed is done: (name, message), in order"""
    # cli.py listens, sleeps, and then reads what has come.
    cli.time.sleep = lambda seconds: deed()
    said = run("--subscribe", "notify", "--sleep", "1")
    return [(ntf["name"], ntf["msg"]) for ntf in said[0]]


def until(true):
    """What devices tell comes when they do: asks until it is there"""
    end = time.monotonic() + 20
    while not true():
        if time.monotonic() > end:
            raise AssertionError("it did not come within 20 s")


def told(said, name, **expected):
    """The first message of that name that is like that"""
    for ntf, message in said:
        if ntf == name and matches(message, expected):
            TOLD.add(name)
            return message
    raise AssertionError(f"no {name} with {expected} in {said}")


def matches(got, expected):
    return all(got.get(key.replace("_", "-")) == value
               for key, value in expected.items())


def as_json(attrs):
    return json.dumps({k.replace("_", "-"): v for k, v in attrs.items()})


def bitmap(*bits):
    """As cli.py takes it: hexadecimal digits"""
    size = max(bits) // 8 + 1
    value = sum(1 << bit for bit in set(bits))
    return value.to_bytes(size, "little").hex()


def bits_of(text):
    value = int.from_bytes(bytes.fromhex(text), "little")
    return [bit for bit in range(value.bit_length()) if value >> bit & 1]


def want(got, **expected):
    """Each of @expected is in @got, and is that"""
    if not matches(got, expected):
        raise AssertionError(f"not {expected}: {got}")


def refused(error, text, name, how=None, **attrs):
    """The request fails with @error, and extack's words are @text"""
    try:
        (how or do)(name, **attrs)
    except Refused as why:
        want_refusal(str(why), error, text)
    else:
        raise AssertionError(f"{name} {attrs} was taken")


def want_refusal(said, error, text):
    """cli.py prints the error and, as a dict, what extack said with it"""
    code = re.search(r"^\terror: (-\d+)$", said, re.M)
    extack = re.search(r"^\textack: ({.*})$", said, re.M)
    words = ast.literal_eval(extack[1]).get("msg") if extack else None
    if not code or int(code[1]) != -error or words != text:
        raise AssertionError(f"not {errno.errorcode[error]}, {text!r}: {said}")


# ---- Tests, in the order in which they run --------------------------------

SWITCH = {}  # one, its ports to two endpoints
ENDS = []


def test_fabric():
    fabric = do("fabric-get")
    endpoints = dump("endpoint-get")
    switches = dump("switch-get")
    want(fabric, endpoints=len(endpoints), switches=len(switches))
    ENDS[:] = [endpoint["target-id"] for endpoint in endpoints[:2]]
    SWITCH["id"] = switches[0]["id"]
    want(do("endpoint-get", target_id=ENDS[0]),
         guid=endpoints[0]["guid"], device=endpoints[0]["device"])
    want(do("switch-get", id=SWITCH["id"]), guid=switches[0]["guid"])
    for endpoint in dump("endpoint-get", rack=endpoints[0]["rack"]):
        want(endpoint, rack=endpoints[0]["rack"])
    assert dump("switch-get", tray=switches[0]["tray"]) == [
        switch for switch in switches if switch["tray"] == switches[0]["tray"]]
    assert not dump("switch-get", rack=12345)
    refused(errno.ERANGE, "integer out of range", "endpoint-get",
            target_id=2048)
    refused(errno.ENOENT, "no switch 35", "switch-get", id=35)
    refused(errno.EINVAL, "Unsupported attribute", "endpoint-get", dump,
            target_id=ENDS[0])
    refused(errno.EINVAL, "Unsupported attribute", "switch-get", dump,
            id=SWITCH["id"])
    refused(errno.EINVAL, "Unknown attribute type", "fabric-get", do,
            generation=1)


def test_ports():
    ports = dump("port-get", owner="switch", owner_id=SWITCH["id"])
    for end in ENDS:
        SWITCH[end] = [port["index"] for port in ports
                       if port.get("partner-id") == end]
        assert SWITCH[end], f"no link from switch to {end}"
    name = {"owner": "switch", "owner_id": SWITCH["id"],
            "index": SWITCH[ENDS[0]][0]}
    want(do("port-get", **name), partner="endpoint", enable=1)
    said = heard(lambda: do("port-set", enable=0, **name))
    told(said, "port-ntf", index=name["index"], state="off")
    do("port-set", enable=1, **name)
    counters = dump("counter-get", owner="switch", owner_id=SWITCH["id"])
    assert len(counters) == len(ports)
    want(do("counter-get", **name), index=name["index"])


def test_routes():
    for end in ENDS:
        said = heard(lambda: do("route-set", switch_id=SWITCH["id"],
                                target_id=end, ports=bitmap(*SWITCH[end])))
        told(said, "route-ntf", target_id=end)
    route = do("route-get", switch_id=SWITCH["id"], target_id=ENDS[0])
    assert dump("route-get", target_id=ENDS[0]) == [route]
    refused(errno.ERANGE, "integer out of range", "route-get", dump,
            target_id=2048)
    assert bits_of(route["ports"]) == SWITCH[ENDS[0]]
    assert len(dump("route-get", switch_id=SWITCH["id"])) == 2
    said = heard(lambda: do("route-del", switch_id=SWITCH["id"],
                            target_id=ENDS[1]))
    told(said, "route-del-ntf", target_id=ENDS[1])
    refused(errno.ENOENT, f"switch {SWITCH['id']} has no route to {ENDS[1]}",
            "route-get", switch_id=SWITCH["id"], target_id=ENDS[1])
    reply = do("route-set", switch_id=SWITCH["id"], target_id=ENDS[0],
               ports=route["ports"])
    want(do("fabric-get"), generation=reply["generation"])
    table = [{"target-id": end, "ports": bitmap(*SWITCH[end])} for end in ENDS]
    reply = do("route-table-set", switch_id=SWITCH["id"], replace=True,
               entry=table)
    assert reply["generation"] <= do("fabric-get")["generation"]
    assert len(dump("route-get", switch_id=SWITCH["id"])) == 2


def test_partitions():
    said = heard(lambda: do("partition-set", id=7, members=bitmap(*ENDS)))
    assert bits_of(told(said, "partition-ntf", id=7)["members"]) == ENDS
    told(said, "fabric-ntf", generation=do("fabric-get")["generation"])
    told(said, "endpoint-ntf", target_id=ENDS[0])
    assert bits_of(do("partition-get", id=7)["members"]) == ENDS
    assert [part["id"] for part in dump("partition-get")] == [7]
    assert [part["id"] for part in dump("partition-get", target_id=ENDS[0])] \
        == [7]
    assert not dump("partition-get", target_id=2047)


def test_groups():
    said = heard(lambda: do("group-set", id=3, partition_id=7,
                            members=bitmap(*ENDS)))
    told(said, "group-ntf", id=3, partition_id=7)
    assert bits_of(do("group-get", id=3)["members"]) == ENDS
    assert [group["id"] for group in dump("group-get", partition_id=7)] == [3]
    refused(errno.EBUSY, "group 3 is of partition 7", "partition-del", id=7)
    told(heard(lambda: do("group-del", id=3)), "group-del-ntf", id=3)


def test_health():
    way = do("diagnose", src=ENDS[0], dst=ENDS[1])
    want(way, src=ENDS[0], dst=ENDS[1], broken="nothing")
    hops = way["hop"]
    assert any(hop["switch-id"] == SWITCH["id"] for hop in hops)
    want(do("health-get", target_id=ENDS[0]), target_id=ENDS[0])
    assert len(dump("health-get")) >= 2
    for record in dump("log-get"):
        assert record["severity"] in ("info", "degraded", "error", "fatal")


def test_link_down():
    """What devices tell by themselves, of a link that goes and returns"""
    name = {"owner": "switch", "owner_id": SWITCH["id"],
            "index": SWITCH[ENDS[0]][0]}
    state = do("health-get", target_id=ENDS[0])["state"]
    owner = {"owner": "switch", "owner_id": SWITCH["id"]}
    known = len(dump("log-get", **owner))

    def bounce():
        do("port-set", enable=0, **name)
        until(lambda: do("health-get", target_id=ENDS[0])["state"] != state)
        until(lambda: len(dump("log-get", **owner)) > known)
        # Waits for whoever is still telling of that.
        do("port-set", enable=1, **name)
        until(lambda: do("port-get", **name)["state"] == "active")

    said = heard(bounce)
    told(said, "health-ntf", target_id=ENDS[0], state="degraded",
         cause="links-down")
    told(said, "log-ntf", error="link-down", port=name["index"], **owner)


def test_manager():
    DRIVEN.update({("manager-attach", "do"), ("manager-heartbeat", "do")})
    attach = json.dumps({"name": "cli.py", "timeout": 60000})
    replies = []

    def manage():
        """On one socket, with which the manager comes and goes"""
        replies.extend(run("--multi", "manager-attach", attach,
                           "--multi", "manager-heartbeat", '{"configured": 1}',
                           "--multi", "manager-get", "{}")[0])

    said = heard(manage)
    want(replies[2], name="cli.py", timeout=60000, state="configured")
    told(said, "manager-ntf", state="configured")
    gc.collect()  # closes its socket
    want(do("manager-get"), state="offline")
    refused(errno.EPERM, "no manager is attached", "manager-heartbeat",
            configured=1)


def test_clear():
    said = heard(lambda: do("partition-del", id=7))
    told(said, "partition-del-ntf", id=7)
    do("route-table-set", switch_id=SWITCH["id"], replace=True)
    want(do("fabric-get"), routes=0, partitions=0, groups=0)


def goes(kind, key, device):
    """Unbound from its driver, and bound again"""
    driver = os.path.realpath(
        f"/sys/bus/pci/devices/{device['device']}/driver")
    name = {key.replace("-", "_"): device[key]}

    def tell(what):
        with open(f"{driver}/{what}", "w", encoding="ascii") as file:
            file.write(device["device"])

    room = "/proc/sys/net/core/rmem_default"
    with open(room, encoding="ascii") as file:
        before = file.read()

    def make_room(size):
        with open(room, "w", encoding="ascii") as file:
            file.write(size)

    # cli.py takes notifications when all have come: those of all ports.
    make_room(str(4 << 20))
    try:
        told(heard(lambda: tell("unbind")), f"{kind}-del-ntf", **name)
        refused(errno.ENOENT, f"no {kind} {device[key]}", f"{kind}-get",
                **name)
    finally:
        said = heard(lambda: tell("bind"))
        make_room(before)
    told(said, f"{kind}-ntf", **name)
    until(lambda: do(f"{kind}-get", **name)["ports-up"] ==
          device["ports-up"])


def test_switch_goes():
    goes("switch", "id", dump("switch-get")[-1])


def test_endpoint_goes():
    goes("endpoint", "target-id", dump("endpoint-get")[-1])


def test_whole_family():
    """No operation of the spec was left out, and no notification"""
    spec = LOADED[SPEC]["operations"]["list"]
    there = {(op["name"], mode) for op in spec
             for mode in ("do", "dump") if mode in op}
    left = sorted(there - DRIVEN)
    assert not left, f"not driven: {left}"
    left = sorted({op["name"] for op in spec if "mcgrp" in op} - TOLD)
    assert not left, f"not told: {left}"


TESTS = [test_fabric, test_ports, test_routes, test_partitions, test_groups,
         test_health, test_link_down, test_manager, test_clear,
         test_switch_goes, test_endpoint_goes, test_whole_family]


def main():
    failed = 0
    try:
        fabric = do("fabric-get")
    except Exception as why:
        print(f"TAP version 13\n1..0 # SKIP there is no family nvlf: {why}")
        return SKIP
    if fabric["endpoints"] < 2 or not fabric["switches"]:
        print("TAP version 13\n1..0 # SKIP needs two endpoints and a switch")
        return SKIP
    print(f"TAP version 13\n1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {number} {test.__name__}")
        except Exception as why:  # whatever it is, it is told
            failed += 1
            print(f"# {type(why).__name__}: {why}")
            print(f"not ok {number} {test.__name__}")
        sys.stdout.flush()
    return failed != 0


sys.exit(main())
