//! The figures of README, measured.

fn main() {}
