#!/usr/bin/env bash
# Counts the instructions of the core's work on emulated RISC-V and takes the image's sizes, and holds both
# against icount/budgets.txt. Fails when a budget is exceeded, a figure is missing, or the work itself fails.
set -euo pipefail
cd "$(dirname "$0")"

TARGET=riscv32imc-unknown-none-elf

# Bytes of the segments that stay in flash, and of those that need RAM.
sizes() {
    python3 - "$1" <<'PYTHON'
import struct, sys

elf = open(sys.argv[1], "rb").read()
assert elf[:5] == b"\x7fELF\x01", "not a 32-bit ELF file"
offset, = struct.unpack_from("<I", elf, 28)
size, count = struct.unpack_from("<HH", elf, 42)
segments = [struct.unpack_from("<8I", elf, offset + size * i) for i in range(count)]
LOAD, WRITABLE = 1, 2
loaded = [(s[5], bool(s[6] & WRITABLE)) for s in segments if s[0] == LOAD]
print("text-bytes", sum(size for size, writable in loaded if not writable))
print("static-bytes", sum(size for size, writable in loaded if writable))
PYTHON
}

./setup.sh core qemu
.tools/bin/riscv-cargo build --profile firmware -p obd-icount --target "$TARGET"
image=${CARGO_TARGET_DIR:-target}/$TARGET/firmware/obd-icount
counts=$(
    timeout 120 .tools/bin/qemu-system-riscv32 -machine virt -bios none -kernel "$image" -icount shift=0 \
        -display none -monitor none -serial stdio
) || { echo "$counts" >&2 && exit 1; }
awk '
    /^#/ || !NF { next }
    FNR == NR { figure[$1] = $2; next }
    {
        unit = $0
        sub(/^[^ ]+ +[^ ]+ +/, "", unit)
        state = !($1 in figure) ? "NOT MEASURED" : figure[$1] + 0 > $2 + 0 ? "EXCEEDED" : ""
        printf "%-24s %9s of %9s %s%s\n", $1, figure[$1], $2, unit, state ? "  <-- " state : ""
        failed += state != ""
    }
    END { exit failed > 0 }
' <(echo "$counts" && sizes "$image") icount/budgets.txt
