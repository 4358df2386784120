//! Hands the machine's memory layout to the linker.

fn main() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/link.x");
    println!("cargo:rerun-if-changed={script}");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("none") {
        println!("cargo:rustc-link-arg-bins=-T{script}");
    }
}
