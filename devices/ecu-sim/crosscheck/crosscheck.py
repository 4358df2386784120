#!/usr/bin/env python3
"""Holds ecu-sim and the dongle's core against independent programs.

Two cars, the simulator's petrol car and ELM327-emulator in its SLCAN mode, are each read by two testers,
can-isotp (with python-can) and obd-read, the dongle's core. All four must give the same bytes for every
parameter that the car supports, the same trouble codes and the same VIN, and the values must be those that
python-OBD's decoders, or else the standard's formulas in cars.py, make of the bytes.

    crosscheck.py DIRECTORY      where the programs ecu-sim and obd-read are

The simulator's J1979-2 car is read by can-isotp, with udsoncan to make sense of its trouble codes, and by the
dongle's own polling.

Needs the packages of requirements.txt; they are used by tests only and are not part of anything shipped.
"""

import json
import logging
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
import tty

import can
import elm.slcan
import isotp
import obd
import udsoncan
from elm import Elm
from elm.obd_message import iso_tp_frames
from udsoncan.services import ReadDTCInformation

import cars

# The emulator waits for a flow control from the identifier that it answers with, where ISO 15765-4 has it on
# the one that is asked, and so always for this long: shorter than the 150 ms that a tester may wait.
elm.slcan.SLCAN_FC_TIMEOUT = 0.02

logging.disable(logging.INFO)

ENGINE_REQUEST, ENGINE_REPLY = 0x7E0, 0x7E8


class Wire:
    """Two pseudo terminals that are one serial line: `near` for the tester, `far` for the car."""

    def __init__(self):
        ends = [pty.openpty(), pty.openpty()]
        for master, slave in ends:
            tty.setraw(master)
            tty.setraw(slave)
        self.masters = [master for master, _ in ends]
        self.slaves = [slave for _, slave in ends]
        self.near, self.far = (os.ttyname(slave) for slave in self.slaves)
        for source, target in (self.masters, self.masters[::-1]):
            threading.Thread(target=self.pump, args=(source, target), daemon=True).start()

    @staticmethod
    def pump(source, target):
        while data := os.read(source, 1024):
            os.write(target, data)


class Emulator:
    """ELM327-emulator with the car of cars.py."""

    def __init__(self):
        wire = Wire()
        self.path = wire.near
        emulator = Elm(batch_mode=True, slcan_port=wire.far)
        # In the place of the cars that it brings along, whose values are drawn anew at each request.
        emulator.ObdMessage = {"paper": self.scenario()}
        emulator.set_sorted_obd_msg("paper")
        self.emulator = emulator
        emulator.__enter__()
        time.sleep(1)

    @staticmethod
    def scenario():
        def answer(request, data):
            frames = iso_tp_frames([f"{byte:02X}" for byte in data], f"{ENGINE_REPLY:03X}")
            return {"Request": f"^{request}$", "Descr": request, "Response": frames}

        table = {}
        for base in range(0, 0xE0, 0x20):
            if base == 0 or cars.bit_field(base - 0x20)[-1] & 1:
                table[f"page{base}"] = answer(f"01{base:02X}", bytes([0x41, base]) + cars.bit_field(base))
        for pid in [*cars.VALUES, *cars.BITS]:
            table[f"pid{pid}"] = answer(f"01{pid:02X}", bytes([0x41, pid]) + cars.encode(pid))
        for service, names in cars.CODES.items():
            data = bytes([service | 0x40, len(names)]) + b"".join(map(cars.code_bytes, names))
            table[f"codes{service}"] = answer(f"{service:02X}", data)
        table["vin"] = answer("0902", b"\x49\x02\x01" + cars.VIN.encode())
        return table


class Simulator:
    """ecu-sim on a pseudo terminal."""

    def __init__(self, directory, car="petrol"):
        command = [os.path.join(directory, "ecu-sim"), "--pty", "--car", car]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.path = self.process.stdout.readline().strip()

    def end(self):
        """Ends it; it must not have ended by itself, as it does after a forbidden frame."""
        assert self.process.poll() is None, "ecu-sim saw a forbidden frame"
        self.process.terminate()
        self.process.wait()


class CanIsotp:
    """The tester of can-isotp: reads the engine's unit."""

    def __init__(self, path, block_size, separation_time):
        self.bus = can.Bus(interface="slcan", channel=path, bitrate=500_000, sleep_after_open=0.2)
        address = isotp.Address(isotp.AddressingMode.Normal_11bits, txid=ENGINE_REQUEST, rxid=ENGINE_REPLY)
        params = {
            "blocksize": block_size,
            "stmin": separation_time,
            "tx_data_min_length": 8,
            "tx_padding": 0xCC,
        }
        self.stack = isotp.CanStack(self.bus, address=address, params=params)
        self.stack.start()

    def ask(self, *request):
        time.sleep(0.02)
        self.stack.send(bytes(request))
        answer = self.stack.recv(block=True, timeout=3)
        assert answer is not None, f"no answer to {bytes(request).hex()}"
        return bytes(answer)

    def read(self):
        """Everything the car says, by parameter, service and name."""
        pids, page = [], 0
        while page is not None:
            data = self.ask(0x01, page)
            assert data[:2] == bytes([0x41, page]) and len(data) == 6, data.hex()
            bits = int.from_bytes(data[2:], "big")
            found = [page + offset for offset in range(1, 33) if bits >> (32 - offset) & 1]
            page = found.pop() if bits & 1 else None
            pids += found
        result = {"bytes": {}, "codes": {}}
        for pid in pids:
            data = self.ask(0x01, pid)
            assert data[:2] == bytes([0x41, pid]), data.hex()
            result["bytes"][pid] = data[2:]
        for service in cars.CODES:
            data = self.ask(service)
            codes = [data[at:at + 2] for at in range(2, len(data), 2)]
            assert data[0] == service | 0x40 and data[1] == len(codes), data.hex()
            result["codes"][service] = codes
        data = self.ask(0x09, 0x02)
        assert data[:3] == b"\x49\x02\x01", data.hex()
        result["vin"] = data[3:].decode()
        return result

    def read_uds(self, pids):
        """The given parameters, the codes by their kind, and the VIN, through UDS."""
        result = {"bytes": {}, "codes": {}}
        for pid in pids:
            data = self.ask(0x22, 0xF4, pid)
            assert data[:3] == bytes([0x62, 0xF4, pid]), data.hex()
            result["bytes"][pid] = data[3:]
        for kind, status in {"confirmed": 0x08, "pending": 0x04}.items():
            data = self.ask(0x19, 0x42, 0x33, status, 0xFF)
            answer = udsoncan.Response(service=ReadDTCInformation, code=0, data=data[1:])
            ReadDTCInformation.interpret_response(answer, subfunction=0x42)
            codes = [dtc.id for dtc in answer.service_data.dtcs]
            result["codes"][kind] = [f"{cars.code_name(code >> 8)}-{code & 0xFF:02X}" for code in codes]
        data = self.ask(0x22, 0xF8, 0x02)
        assert data[:4] == b"\x62\xf8\x02\x01", data.hex()
        result["vin"] = data[4:].decode()
        return result

    def end(self):
        self.stack.stop()
        self.bus.shutdown()


def obd_read(directory, path):
    """The same from the dongle's core, with the values that it makes of the bytes."""
    command = [os.path.join(directory, "obd-read"), path, "everything"]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
    result = {"bytes": {}, "values": {}, "codes": {}, "vin": None}
    for line in output.splitlines():
        said = json.loads(line)
        if said["ecu"] != 0:
            continue
        if "pid" in said:
            pid = int(said["pid"], 16)
            result["bytes"][pid] = bytes.fromhex(said["bytes"])
            result["values"][pid] = said["value"]
        elif "codes" in said:
            result["codes"][said["service"]] = said["codes"]
        else:
            result["vin"] = said["vin"]
    return result


def obd_read_polling(directory, path):
    """What the dongle's polling learns of the engine's unit in half a minute: on a busy host it has to ask some
    things again."""
    command = [os.path.join(directory, "obd-read"), path, "30"]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120).stdout
    result = {"values": {}, "codes": {}, "vin": None}
    for event in map(json.loads, output.splitlines()):
        if event["event"] == "vin":
            result["vin"] = event["vin"]
        elif event["event"] == "value" and event["ecu"] == 0:
            result["values"][int(event["pid"], 16)] = event["value"]
        elif event["event"] == "codes" and event["ecu"] == 0:
            result["codes"][event["kind"]] = event["codes"]
    return result


def python_obd(pid, data):
    """What python-OBD's decoder makes of the bytes; None where it has none for a number, or a rounded one: it
    counts the air-fuel ratio in steps of 0.0000305 instead of 2/65536."""
    if not obd.commands.has_pid(1, pid) or pid == 0x44:
        return None
    command = obd.commands[1][pid]

    class Message:
        pass

    message = Message()
    message.data = bytearray([0x41, pid]) + data
    value = command.decode([message])
    return float(value.magnitude) if hasattr(value, "magnitude") else None


def check(truth, what, left, right):
    if left != right:
        truth.append(f"{what}: {left} is not {right}")


def compare(name, isotp_said, core_said, wrong):
    """Both testers against each other and against the car on paper."""
    expected = {pid: cars.encode(pid) for pid in [*cars.VALUES, *cars.BITS]}
    check(wrong, f"{name}, can-isotp, bytes", isotp_said["bytes"], expected)
    check(wrong, f"{name}, obd-read, bytes", core_said["bytes"], expected)
    by_obd = 0
    for pid, data in expected.items():
        value = python_obd(pid, data)
        by_obd += value is not None
        if value is None:
            value = cars.decode(pid, data)
        said = core_said["values"].get(pid)
        if value is None:
            check(wrong, f"{name}, PID {pid:02X}", said, None)
        elif said is None or abs(said - value) > cars.rounding(pid):
            wrong.append(f"{name}, PID {pid:02X}: {said} is not {value}")
    codes = {service: list(map(cars.code_bytes, names)) for service, names in cars.CODES.items()}
    check(wrong, f"{name}, can-isotp, codes", isotp_said["codes"], codes)
    check(wrong, f"{name}, obd-read, codes", core_said["codes"], cars.CODES)
    check(wrong, f"{name}, can-isotp, VIN", isotp_said["vin"], cars.VIN)
    check(wrong, f"{name}, obd-read, VIN", core_said["vin"], cars.VIN)
    print(f"crosscheck: {name}: {len(expected)} parameters ({by_obd} decoded by python-OBD), codes, VIN")


def compare_uds(directory, wrong):
    """The J1979-2 car: the paper's parameters, and codes with the failure type that this car adds."""
    simulator = Simulator(directory, "uds")
    tester = CanIsotp(simulator.path, 0, 0)
    said = tester.read_uds([*cars.VALUES, *cars.BITS])
    tester.end()
    simulator.end()
    simulator = Simulator(directory, "uds")
    core = obd_read_polling(directory, simulator.path)
    simulator.end()
    expected = {pid: cars.encode(pid) for pid in [*cars.VALUES, *cars.BITS]}
    check(wrong, "J1979-2, can-isotp, bytes", said["bytes"], expected)
    for pid, value in core["values"].items():
        if abs(value - cars.decode(pid, expected[pid])) > cars.rounding(pid):
            wrong.append(f"J1979-2, PID {pid:02X}: {value} is not {cars.decode(pid, expected[pid])}")
    missing = {0x05, 0x0C, 0x0D, 0x2F, 0x30, 0x31, 0x42, 0x4E, 0xA6} - set(core["values"])
    check(wrong, "J1979-2, obd-read, missing values", missing, set())
    codes = {"confirmed": [f"{name}-1F" for name in cars.CODES[0x03]],
             "pending": [f"{name}-1F" for name in cars.CODES[0x07]]}
    check(wrong, "J1979-2, udsoncan, codes", said["codes"], codes)
    core["codes"].pop("permanent", None)
    check(wrong, "J1979-2, obd-read, codes", core["codes"], codes)
    check(wrong, "J1979-2, VIN", [said["vin"], core["vin"]], [cars.VIN] * 2)
    print(f"crosscheck: J1979-2: {len(expected)} parameters, {len(core['values'])} polled, codes by udsoncan, VIN")


def forbidden_frame_fails(directory):
    """The check must be able to fail: a request to clear the codes ends the simulator with 3."""
    simulator = Simulator(directory)
    line = os.open(simulator.path, os.O_RDWR | os.O_NOCTTY)
    os.write(line, b"S6\rO\rt7DF80104000000000000\r")
    code = simulator.process.wait(timeout=10)
    os.close(line)
    assert code == 3, f"ecu-sim took service 04 and ended with {code}"


def main():
    directory = os.path.abspath(*sys.argv[1:])
    # The emulator leaves a log where it runs.
    os.chdir(tempfile.mkdtemp())
    wrong = []
    for block_size, separation_time in [(0, 0), (1, 0), (2, 5), (0, 0xF3)]:
        simulator = Simulator(directory)
        tester = CanIsotp(simulator.path, block_size, separation_time)
        by_isotp = tester.read()
        tester.end()
        simulator.end()
        simulator = Simulator(directory)
        core = obd_read(directory, simulator.path)
        simulator.end()
        compare(f"ecu-sim (block size {block_size}, STmin {separation_time:#x})", by_isotp, core, wrong)
    compare_uds(directory, wrong)
    emulator = Emulator()
    tester = CanIsotp(emulator.path, 0, 0)
    by_isotp = tester.read()
    tester.end()
    compare("ELM327-emulator", by_isotp, obd_read(directory, emulator.path), wrong)
    forbidden_frame_fails(directory)
    print("crosscheck: a request of service 04 fails the run")
    for line in wrong:
        print(f"crosscheck: {line}", file=sys.stderr)
    # The emulator's threads do not end by themselves.
    sys.stdout.flush()
    os._exit(1 if wrong else 0)


main()
