//! The real binary beside a Slack on loopback: each story tells what people do and what they see.

pub mod harness;

mod handing_off;

mod finding_somebody;

mod holding;

mod commands;

mod bad_input;

mod operating;

mod faults;

mod discord;

mod on_discord;

mod across;

mod discord_handoff;
