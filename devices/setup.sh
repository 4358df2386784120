#!/usr/bin/env bash
# Fetches what the devices need besides the host's Rust, into devices/.tools (ignored by git); nothing outside
# changes, except that rustup may add targets to the pinned toolchain. May be run again and side by side.
#
#   devices/setup.sh [PART…]     parts: core qemu python; all of them by default
#
#   core     `core` and `alloc` for the chips (see TARGETS)    -> .tools/bin/riscv-cargo
#   qemu     QEMU for 32-bit RISC-V: the system's, or Debian's
#            package and what it needs, unpacked               -> .tools/bin/qemu-system-riscv32
#   python   the packages of requirements.txt in an
#            environment of their own                          -> .tools/bin/{esptool,espefuse}, .tools/python
#
# `riscv-cargo COMMAND…` is cargo with the right library: the first of these that is to be had (FROM chooses):
#   target      rustup's prebuilt library
#   component   rustup's library sources, built here
#   debian      Debian's library sources of this compiler's version, built here
set -euo pipefail
cd "$(dirname "$0")"

TARGETS='riscv32imc-unknown-none-elf riscv32imac-unknown-none-elf'
RUST_SOURCE='1.95.0+dfsg1-2~bpo13+1'
RUST_SOURCE_SHA256=7b76db5b880a77f9e52975d2baa6209d2f76d2c9c2789515c3088cb960e2c83b
RUST_SOURCE_SUITE=trixie-backports
TOOLS=$PWD/.tools

say() { echo "setup: $*" >&2; }

# Writes an executable at .tools/bin/NAME from the standard input.
tool() {
    cat >"$TOOLS/bin/.$1"
    chmod +x "$TOOLS/bin/.$1"
    mv "$TOOLS/bin/.$1" "$TOOLS/bin/$1"
}

# apt under a private configuration in .tools/apt-NAME; the system's lists and packages stay as they are.
#   private_apt NAME SUITE…
private_apt() {
    local apt=$TOOLS/apt-$1 mirror suite
    shift
    mirror=$(grep -shoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list.d/debian.sources \
        /etc/apt/sources.list | head -1) || true
    [ -n "$mirror" ] || { say "no Debian mirror among apt's sources"; return 1; }
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    for suite in "$@"; do
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
    done >"$apt/sources.list"
    cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
CONF
    export APT_CONFIG=$apt/apt.conf
    apt-get -qq update
}

has_sources() { [ -f "$1/lib/rustlib/src/rust/library/core/Cargo.toml" ]; }

# The library's sources build with a stable compiler under RUSTC_BOOTSTRAP only. They have a lock file of
# their own, so --locked is for the prebuilt library.
riscv_cargo_from_sources() {
    tool riscv-cargo <<SCRIPT
#!/bin/sh
export RUSTC_BOOTSTRAP=1 PATH="${1:+$1:}\$PATH"
command=\$1; shift
exec cargo "\$command" -Zbuild-std=core,alloc "\$@"
SCRIPT
}

core_from_target() {
    local target
    for target in $TARGETS; do
        ls "$(rustc --print target-libdir --target "$target")"/libcore-*.rlib >/dev/null 2>&1 ||
            rustup target add "$target" || return 1
    done
    tool riscv-cargo <<'SCRIPT'
#!/bin/sh
command=$1; shift
exec cargo "$command" --locked "$@"
SCRIPT
}

core_from_component() {
    has_sources "$(rustc --print sysroot)" || rustup component add rust-src || return 1
    riscv_cargo_from_sources
}

core_from_debian() {
    local sysroot toolchain=$TOOLS/toolchain
    sysroot=$(readlink -f "$(rustc --print sysroot)")
    "$sysroot/bin/rustc" -V | grep -q "^rustc ${RUST_SOURCE%%+*} " || return 1
    if ! has_sources "$toolchain"; then
        debian_sources || return 1
        # A copy (of links, where the disk allows), so that the shared toolchain stays as it is.
        rm -rf "$toolchain"
        cp -al "$sysroot" "$toolchain" 2>/dev/null || { rm -rf "$toolchain" && cp -a "$sysroot" "$toolchain"; } ||
            return 1
        rm -rf "$toolchain/lib/rustlib/src" && mkdir -p "$toolchain/lib/rustlib/src" || return 1
        ln -s "$TOOLS/rust-src/usr/lib/rustlib/src/rust" "$toolchain/lib/rustlib/src/rust"
    fi
    riscv_cargo_from_sources "$toolchain/bin"
}

debian_sources() (
    package=rust-src_${RUST_SOURCE}_all.deb
    private_apt source "$RUST_SOURCE_SUITE" && cd "$TOOLS" && apt-get -qq download "rust-src=$RUST_SOURCE" &&
        echo "$RUST_SOURCE_SHA256  $package" | sha256sum --quiet -c - &&
        dpkg -x "$package" rust-src && rm "$package"
)

setup_core() {
    local from
    for from in ${FROM:-target component debian}; do
        if "core_from_$from"; then
            say "core for the chips: $from"
            return
        fi
    done
    say "no core library for $TARGETS: neither rustup's targets, nor its rust-src, nor Debian's could be had"
    return 1
}

setup_qemu() {
    local system packages=$TOOLS/qemu suite
    [ ! -x "$TOOLS/bin/qemu-system-riscv32" ] || return 0
    if system=$(command -v qemu-system-riscv32); then
        ln -sfn "$system" "$TOOLS/bin/qemu-system-riscv32"
        return
    fi
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    (
        private_apt qemu "$suite"
        apt-get -qq -y --no-install-recommends --download-only install qemu-system-misc >/dev/null
        rm -rf "$packages"
        for package in "$TOOLS"/apt-qemu/cache/archives/*.deb; do dpkg -x "$package" "$packages"; done
        rm -rf "$TOOLS/apt-qemu"
    )
    tool qemu-system-riscv32 <<SCRIPT
#!/bin/sh
root=$packages
libraries=\$root/usr/lib/$(uname -m)-linux-gnu:\$root/lib/$(uname -m)-linux-gnu
export LD_LIBRARY_PATH=\$libraries
exec "\$root/usr/bin/qemu-system-riscv32" -L "\$root/usr/share/qemu" "\$@"
SCRIPT
}

setup_python() {
    local python=$TOOLS/python
    if ! cmp -s requirements.txt "$python/requirements.txt"; then
        rm -rf "$python"
        python3 -m venv "$python"
        "$python/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
        cp requirements.txt "$python/requirements.txt"
    fi
    ln -sfn "$python/bin/esptool" "$TOOLS/bin/esptool"
    ln -sfn "$python/bin/espefuse" "$TOOLS/bin/espefuse"
}

mkdir -p "$TOOLS/bin"
exec 9>"$TOOLS/lock"
flock 9
[ $# -gt 0 ] || set -- core qemu python
for part in "$@"; do
    case $part in
        core | qemu | python) "setup_$part" 9>&- ;;
        *) say "unknown part $part: core qemu python" && exit 2 ;;
    esac
done
