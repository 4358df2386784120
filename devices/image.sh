#!/usr/bin/env bash
# Links the signing path for the bare chip (riscv32imc, no allocator) and prints its size; fails above
# CODE_LIMIT bytes.
#
# `core` for the chip comes from the first of these that is to be had; FROM=target|component|debian chooses:
#   target      rustup's prebuilt library
#   component   rustup's library sources, built here
#   debian      Debian's library sources of this compiler's version, built here
# Where none is, the image is skipped, loudly, and the exit code is 0.
set -euo pipefail
cd "$(dirname "$0")"

TARGET=riscv32imc-unknown-none-elf
CODE_LIMIT=65536
DEBIAN_SOURCE='1.95.0+dfsg1-2~bpo13+1'
DEBIAN_SHA256=7b76db5b880a77f9e52975d2baa6209d2f76d2c9c2789515c3088cb960e2c83b
WORK=$PWD/target/riscv-std
options=()

# The library's sources build with a stable compiler under this switch only.
use_sources() {
    export RUSTC_BOOTSTRAP=1
    options=(-Zbuild-std=core)
}

has_sources() { [ -f "$1/lib/rustlib/src/rust/library/core/Cargo.toml" ]; }

prepare_target() {
    ls "$(rustc --print target-libdir --target $TARGET)"/libcore-*.rlib >/dev/null 2>&1 ||
        rustup target add $TARGET
}

prepare_component() {
    has_sources "$(rustc --print sysroot)" || rustup component add rust-src || return 1
    use_sources
}

prepare_debian() {
    local sysroot tools=$WORK/toolchain
    sysroot=$(readlink -f "$(rustc --print sysroot)")
    "$sysroot/bin/rustc" -V | grep -q "^rustc ${DEBIAN_SOURCE%%+*} " || return 1
    if ! has_sources "$tools"; then
        debian_sources || return 1
        # A copy (of links, where the disk allows), so that the shared toolchain stays as it is.
        rm -rf "$tools"
        cp -al "$sysroot" "$tools" 2>/dev/null || { rm -rf "$tools" && cp -a "$sysroot" "$tools"; } || return 1
        rm -rf "$tools/lib/rustlib/src" && mkdir -p "$tools/lib/rustlib/src" || return 1
        ln -s "$WORK/rust-src/usr/lib/rustlib/src/rust" "$tools/lib/rustlib/src/rust"
    fi
    export PATH=$tools/bin:$PATH
    use_sources
}

# Fetches and unpacks the source package under a private configuration; the system's stays as it is.
debian_sources() (
    mkdir -p "$WORK/apt/lists/partial" "$WORK/apt/cache/archives/partial" && cd "$WORK" || exit 1
    mirror=$(grep -shoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list.d/debian.sources \
        /etc/apt/sources.list | head -1)
    [ -n "$mirror" ] || exit 1
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keys] $mirror trixie-backports main" >apt/sources.list
    cat >apt/apt.conf <<CONF
Dir::Etc::sourcelist "$WORK/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "$WORK/apt/lists";
Dir::Cache "$WORK/apt/cache";
APT::Sandbox::User "root";
CONF
    export APT_CONFIG=$WORK/apt/apt.conf
    package=rust-src_${DEBIAN_SOURCE}_all.deb
    apt-get -qq update && apt-get -qq download "rust-src=$DEBIAN_SOURCE" &&
        echo "$DEBIAN_SHA256  $package" | sha256sum --quiet -c - && dpkg -x "$package" rust-src && rm "$package"
)

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

for from in ${FROM:-target component debian}; do
    if "prepare_$from"; then
        # build-std reads its own lock file, so --locked is for the prebuilt library only.
        [ ${#options[@]} -gt 0 ] || options=(--locked)
        cargo build --profile firmware -p obd-probe --target "$TARGET" "${options[@]}"
        size=$(code_size "target/$TARGET/firmware/obd-probe")
        echo "signing path on $TARGET (core: $from): $size bytes in flash, limit $CODE_LIMIT"
        [ "$size" -le "$CODE_LIMIT" ]
        exit 0
    fi
done
printf '\n!!! SKIPPED: no core library for %s could be had; the image for the chip was NOT built.\n\n' "$TARGET"
