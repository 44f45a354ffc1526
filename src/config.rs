//! The operator's settings: typed, read once, every value knows where it came from.
