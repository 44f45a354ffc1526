//! Tells cargo that the migrations, which are compiled in, are a source like any other.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
