#!/usr/bin/env bash
# Counts the instructions of the core's work on emulated RISC-V, takes the sizes of the firmware without radio and TLS
# (board-qemu) and of the whole one with TLS and console (its feature `whole`), and holds all against
# icount/budgets.txt. Fails when a budget is exceeded, a figure is missing, or the work itself fails.
set -euo pipefail
cd "$(dirname "$0")"

TARGET=riscv32imc-unknown-none-elf

# A firmware's code and constants, which stay in flash, and its variables; its stack is counted apart.
#   sizes IMAGE PREFIX
sizes() {
    python3 - "$@" <<'PYTHON'
import struct, sys

image, prefix = sys.argv[1:]
elf = open(image, "rb").read()
assert elf[:5] == b"\x7fELF\x01", "not a 32-bit ELF file"
offset, = struct.unpack_from("<I", elf, 32)
size, count, names = struct.unpack_from("<HHH", elf, 46)
headers = [struct.unpack_from("<10I", elf, offset + size * i) for i in range(count)]
strings = headers[names][4]
name = lambda header: elf[strings + header[0] : elf.index(b"\0", strings + header[0])].decode()
sections = {name(header): header[5] for header in headers}
print(prefix + "text-bytes", sections[".text"])
print(prefix + "constants-bytes", sections[".rodata"])
print(prefix + "static-bytes", sections.get(".data", 0) + sections[".bss"])
PYTHON
}

./setup.sh core qemu
.tools/bin/riscv-cargo build --profile firmware -p obd-icount -p board-qemu --target "$TARGET"
target=${CARGO_TARGET_DIR:-target}
images=$target/$TARGET/firmware
# Apart, so that both boards lie ready for the end-to-end tests.
.tools/bin/riscv-cargo build --profile firmware -p board-qemu --features whole --target-dir "$target/whole" \
    --target "$TARGET"
whole=$target/whole/$TARGET/firmware/board-qemu
counts=$(
    timeout 120 .tools/bin/qemu-system-riscv32 -machine virt -bios none -kernel "$images/obd-icount" -icount shift=0 \
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
' <(echo "$counts" && sizes "$images/board-qemu" '' && sizes "$whole" whole-) icount/budgets.txt
