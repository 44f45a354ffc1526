//! The figures of README's "Performance", measured.

fn main() {}
