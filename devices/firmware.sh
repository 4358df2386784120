#!/usr/bin/env bash
# Builds the firmware of both chips and makes the images that are flashed:
#
#   firmware/esp32c3.bin, firmware/esp32c6.bin (under cargo's target folder)
#
# Checks each with esptool, prints its size, and fails when it does not fit a slot of partitions.csv. FEATURES=p384
# lets the firmware believe hosts with keys on that curve too, as public authorities sign them; without it, keys on
# P-256.
set -euo pipefail
cd "$(dirname "$0")"

OUT=${CARGO_TARGET_DIR:-target}/firmware

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
