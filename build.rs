//! A new migration must be embedded, though no Rust file changed.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
