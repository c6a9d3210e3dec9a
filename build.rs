//! A new migration must be embedded, though no Rust file changed; and, in a release, a web app that was built anew. A debug
//! build reads the app from the disk.

#[expect(clippy::disallowed_methods, reason = "cargo says by it what is built")]
fn main() {
    println!("cargo:rerun-if-changed=migrations");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=ui/dist");
    }
}
