#!/usr/bin/env bash
# Links the signing path for the bare chip (riscv32imc, no allocator) and prints its size; fails above
# CODE_LIMIT bytes.
set -euo pipefail
cd "$(dirname "$0")"

TARGET=riscv32imc-unknown-none-elf
CODE_LIMIT=65536

# Bytes of the segments that are only read or executed: what lies in flash.
code_size() {
    python3 - "$1" <<'PYTHON'
import struct, sys

elf = open(sys.argv[1], "rb").read()
assert elf[:5] == b"\x7fELF\x01", "not a 32-bit ELF file"
offset, = struct.unpack_from("<I", elf, 28)
size, count = struct.unpack_from("<HH", elf, 42)
segments = [struct.unpack_from("<8I", elf, offset + size * i) for i in range(count)]
LOAD, WRITABLE = 1, 2
print(sum(s[4] for s in segments if s[0] == LOAD and not s[6] & WRITABLE))
PYTHON
}

./setup.sh core
.tools/bin/riscv-cargo build --profile firmware -p obd-probe --target "$TARGET"
size=$(code_size "${CARGO_TARGET_DIR:-target}/$TARGET/firmware/obd-probe")
echo "signing path on $TARGET: $size bytes in flash, limit $CODE_LIMIT"
[ "$size" -le "$CODE_LIMIT" ]
