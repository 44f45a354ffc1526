//! Setting up Slack: the manifest, and what `check` finds out about the tokens.
//!
//! Invariant: a seam; the facts come from the Slack adapter.

use std::io::{self, Write};

use super::WELL;
use crate::config::finding::Finding;
use crate::config::{Config, SlackTokens};
use crate::slack::api::{Api, ApiSettings, SetupError};
use crate::slack::declare;

/// Prints the app manifest.
pub fn manifest(out: &mut dyn Write) -> io::Result<u8> {
    writeln!(out, "{:#}", declare::manifest()).map(|()| WELL)
}

/// What is to be said about the tokens; asks Slack nothing if one is missing.
pub async fn check(config: &Config) -> Vec<Finding> {
    let missing = missing(config);
    if missing.is_empty() { ask(config).await } else { missing }
}

fn missing(config: &Config) -> Vec<Finding> {
    let slack = &config.slack;
    let tokens =
        [(&slack.bot_token, "Slack bot token", BOT_STEP), (&slack.app_token, "Slack app token", APP_STEP)];
    tokens
        .into_iter()
        .filter(|(token, ..)| token.is_none())
        .map(|(_, what, step)| Finding::mend(what, step))
        .collect()
}

const BOT_STEP: &str = "not set: in your Slack app open \"Install App\", install it, and set SLACK_BOT_TOKEN to the \
                        Bot User OAuth Token (xoxb-...)";
const APP_STEP: &str = "not set: in your Slack app open \"Basic Information\", \"App-Level Tokens\", make one with \
                        connections:write, and set SLACK_APP_TOKEN to it (xapp-...)";

async fn ask(config: &Config) -> Vec<Finding> {
    let Some(tokens) = config.slack.tokens() else { return Vec::new() };
    match api(config, &tokens) {
        Err(why) => vec![Finding::mend("Slack", why.to_string())],
        Ok(api) => declare::check(&api)
            .await
            .into_iter()
            .map(|checked| match checked.result {
                Ok(seen) => Finding::ok(checked.what, seen),
                Err(step) => Finding::mend(checked.what, step),
            })
            .collect(),
    }
}

/// A client for the configured Slack.
pub fn api(config: &Config, tokens: &SlackTokens) -> Result<Api, SetupError> {
    Api::new(&ApiSettings {
        url: config.slack.api_url.clone(),
        bot_token: tokens.bot.clone(),
        app_token: tokens.app.clone(),
        call_within: config.slack.request_timeout,
    })
}
