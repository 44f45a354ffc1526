//! The one integration binary: every test that needs more than one module.

#[path = "../fakes/slack/mod.rs"]
mod fake_slack;

#[path = "fake_slack.rs"]
mod fake_slack_is_believable;

#[path = "../fakes/discord/mod.rs"]
mod fake_discord;

#[path = "fake_discord.rs"]
mod fake_discord_is_believable;

mod fake_discord_gateway;

mod fake_discord_powers;

mod end_to_end;

mod fake_slack_and_adapter;

mod fake_slack_methods;

mod slack_adapter;

mod discord_adapter;

mod architecture;

mod corners;

mod package;

mod program;

mod browser;

mod store;

mod simulation;

mod support;

mod transcripts;

mod kill;

mod links;
