//! The linker script that esp-hal writes.
fn main() {
    println!("cargo:rustc-link-arg-bins=-Tlinkall.x");
}
