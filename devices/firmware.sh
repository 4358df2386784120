#!/usr/bin/env bash
# Builds the firmware of both chips and makes the images that are flashed:
#
#   firmware/esp32c3.bin, firmware/esp32c6.bin (under cargo's target folder)
#
# Checks each with esptool, prints its size, and fails when it does not fit a slot of partitions.csv, or when TLS
# adds more than TLS_LIMIT bytes. FEATURES=p384 lets the firmware believe hosts with keys on that curve too, as
# public authorities sign them; without it, keys on P-256.
set -euo pipefail
cd "$(dirname "$0")"

OUT=${CARGO_TARGET_DIR:-target}/firmware
TLS_LIMIT=118784

./setup.sh core python
mkdir -p "$OUT"
slot=$(($(sed -n 's/^ota_0,[^,]*,[^,]*,[^,]*, *\(0x[0-9a-f]*\),$/\1/p' partitions.csv)))

image() { # CHIP TARGET
    local elf=${CARGO_TARGET_DIR:-target}/$2/firmware/board-$1 image=$OUT/$1.bin info size
    .tools/bin/riscv-cargo build --profile firmware -p "board-$1" --target "$2" ${FEATURES:+--features "$FEATURES"}
    .tools/bin/esptool --chip "$1" elf2image --flash-mode dio --flash-freq 80m --flash-size 4MB \
        --output "$image" "$elf" >/dev/null
    info=$(.tools/bin/esptool image-info "$image")
    for line in "Detected image type: ${1^^}" 'Checksum: .*(valid)' 'Validation hash: .*(valid)' \
        "Project name: board-$1"; do
        # The chip's name has a hyphen in the report.
        grep -qE "${line/ESP32C/ESP32-C}" <<<"${info}" || { echo "$info" && echo "no '$line' in $image" && return 1; }
    done
    size=$(stat -c %s "$image")
    echo "$1: $size bytes, slot of $slot"
    [ "$size" -le "$slot" ]
}

image esp32c3 riscv32imc-unknown-none-elf
image esp32c6 riscv32imac-unknown-none-elf

# What stays in flash of the smallest program that speaks TLS.
.tools/bin/riscv-cargo build --profile firmware -p device-tls --example size --target riscv32imc-unknown-none-elf
size=$(python3 - "${CARGO_TARGET_DIR:-target}/riscv32imc-unknown-none-elf/firmware/examples/size" <<'PYTHON'
import struct, sys

elf = open(sys.argv[1], "rb").read()
assert elf[:5] == b"\x7fELF\x01", "not a 32-bit ELF file"
offset, = struct.unpack_from("<I", elf, 28)
size, count = struct.unpack_from("<HH", elf, 42)
segments = [struct.unpack_from("<8I", elf, offset + size * i) for i in range(count)]
LOAD, WRITABLE = 1, 2
print(sum(s[5] for s in segments if s[0] == LOAD and not s[6] & WRITABLE))
PYTHON
)
echo "TLS alone: $size bytes of flash, limit $TLS_LIMIT"
[ "$size" -le "$TLS_LIMIT" ]
