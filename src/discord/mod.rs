//! Discord: what it says is decoded, what we say is rendered and sent.
//!
//! Invariant: nothing outside this folder knows Discord.

pub mod token;
