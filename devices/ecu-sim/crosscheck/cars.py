"""The petrol car on paper, and SAE J1979's formulas: what all programs of the cross-check must agree on.

Written apart from the Rust code: values in the standard's units, encoders from the standard's formulas.
"""

VIN = "LSVAU0330E2119384"
CODES = {0x03: ["P0133", "U0100"], 0x07: ["P0300"], 0x0A: ["P0133"]}

# Parameters of the engine's unit that are one number.
VALUES = {
    0x04: 34.9, 0x05: 88, 0x06: 1.6, 0x07: -2.3, 0x0A: 300, 0x0B: 33, 0x0C: 1726, 0x0D: 60, 0x0E: 12.5,
    0x0F: 25, 0x10: 4.27, 0x11: 18, 0x1F: 1320, 0x21: 12, 0x22: 345.9, 0x23: 4500, 0x2C: 7.8, 0x2D: -3.1,
    0x2E: 10.2, 0x2F: 62.4, 0x30: 41, 0x31: 1234, 0x32: -100.25, 0x33: 101, 0x3C: 455.6, 0x42: 14.1,
    0x43: 130.2, 0x44: 0.9985, 0x46: 19, 0x49: 21.2, 0x4D: 15, 0x4E: 6543, 0x52: 5.1, 0x53: 101.3,
    0x59: 4510, 0x5C: 97, 0x5D: 2.25, 0x5E: 3.35, 0x61: 30, 0x62: 28, 0x63: 320, 0xA6: 123456.7,
}
# Those that are bits.
BITS = {0x01: bytes([0x82, 0x07, 0x65, 0x01]), 0x1C: b"\x06", 0x51: b"\x01"}

# Parameter: (bytes, to the number in them, from it).
PERCENT = (1, lambda v: v * 255 / 100, lambda n: n * 100 / 255)
CELSIUS = (1, lambda v: v + 40, lambda n: n - 40)
TRIM = (1, lambda v: (v + 100) * 128 / 100, lambda n: n * 100 / 128 - 100)
TORQUE = (1, lambda v: v + 125, lambda n: n - 125)
BYTE = (1, lambda v: v, lambda n: n)
WORD = (2, lambda v: v, lambda n: n)
TENFOLD = (2, lambda v: v / 10, lambda n: n * 10)
FORMULAS = {
    **dict.fromkeys((0x04, 0x11, 0x2C, 0x2E, 0x2F, 0x49, 0x52), PERCENT),
    **dict.fromkeys((0x05, 0x0F, 0x46, 0x5C), CELSIUS),
    **dict.fromkeys((0x06, 0x07, 0x2D), TRIM),
    **dict.fromkeys((0x61, 0x62), TORQUE),
    **dict.fromkeys((0x0B, 0x0D, 0x30, 0x33), BYTE),
    **dict.fromkeys((0x1F, 0x21, 0x31, 0x4D, 0x4E, 0x63), WORD),
    **dict.fromkeys((0x23, 0x59), TENFOLD),
    0x0A: (1, lambda v: v / 3, lambda n: n * 3),
    0x0C: (2, lambda v: v * 4, lambda n: n / 4),
    0x0E: (1, lambda v: (v + 64) * 2, lambda n: n / 2 - 64),
    0x10: (2, lambda v: v * 100, lambda n: n / 100),
    0x22: (2, lambda v: v / 0.079, lambda n: n * 0.079),
    0x32: (2, lambda v: v * 4 % 65536, lambda n: (n - 65536 if n >= 32768 else n) / 4),
    0x3C: (2, lambda v: (v + 40) * 10, lambda n: n / 10 - 40),
    0x42: (2, lambda v: v * 1000, lambda n: n / 1000),
    0x43: (2, lambda v: v * 255 / 100, lambda n: n * 100 / 255),
    0x44: (2, lambda v: v * 65536 / 2, lambda n: n * 2 / 65536),
    0x53: (2, lambda v: v / 0.005, lambda n: n * 0.005),
    0x5D: (2, lambda v: (v + 210) * 128, lambda n: n / 128 - 210),
    0x5E: (2, lambda v: v * 20, lambda n: n / 20),
    0xA6: (4, lambda v: v * 10, lambda n: n / 10),
}
# Parameters that the dongle's core tells with more decimals than one.
DECIMALS = {0x0C: 2, 0x10: 2, 0x22: 3, 0x32: 2, 0x42: 3, 0x44: 4, 0x53: 3, 0x5D: 2, 0x5E: 2}


def rounding(pid):
    """How far the core's decimal number may be from the exact value: half of its last digit."""
    return 0.5001 * 10 ** -DECIMALS.get(pid, 1)


def encode(pid):
    """The bytes of a parameter of this car."""
    if pid in BITS:
        return BITS[pid]
    width, to_number, _ = FORMULAS[pid]
    return round(to_number(VALUES[pid])).to_bytes(width, "big")


def decode(pid, data):
    """A parameter's bytes in the standard's unit; None when they are bits."""
    if pid in BITS:
        return None
    width, _, from_number = FORMULAS[pid]
    assert len(data) == width, f"PID {pid:02X}: {data.hex()}"
    return from_number(int.from_bytes(data, "big"))


def bit_field(base):
    """Which of the 32 parameters after `base` this car has; the last bit: there are more."""
    pids = set(VALUES) | set(BITS)
    bits = 0
    for offset in range(1, 33):
        pid = base + offset
        exists = any(p > pid for p in pids) if offset == 32 else pid in pids
        bits = bits << 1 | exists
    return bits.to_bytes(4, "big")


def code_bytes(name):
    """P0133 as the two bytes of SAE J2012."""
    return ("PCBU".index(name[0]) << 14 | int(name[1:], 16)).to_bytes(2, "big")


def code_name(number):
    """The inverse of code_bytes, from the number in the two bytes."""
    return f"{'PCBU'[number >> 14]}{number & 0x3FFF:04X}"
