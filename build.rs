//! A new migration, and a web app that was built anew, must be embedded, though no Rust file changed.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=ui/dist");
}
