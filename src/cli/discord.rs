//! What the command line knows about Discord: the client for it, and what `check` looks at.

use secrecy::SecretString;

use crate::config::finding::Finding;
use crate::config::{Config, MessageContent};
use crate::discord::api::{Api, CallError, RestSettings, SetupError};
use crate::discord::gateway::intents::{self, Content};

/// A client for the configured Discord.
pub fn api(config: &Config, token: &SecretString) -> Result<Api, SetupError> {
    Api::new(&RestSettings {
        url: config.discord.api_url.clone(),
        token: token.clone(),
        call_within: config.discord.request_timeout,
    })
}

/// Findings about the token and what it is granted; asks Discord nothing without one.
pub async fn check(config: &Config) -> Vec<Finding> {
    let Some(token) = &config.discord.bot_token else { return Vec::new() };
    let api = match api(config, token) {
        Ok(api) => api,
        Err(why) => return vec![Finding::mend("Discord", why.to_string())],
    };
    let (me, application, gateway) = tokio::join!(api.me(), api.application(), api.gateway_bot());
    let me = match me {
        Ok(me) => me,
        Err(CallError::Refused { status: 401 | 403, .. }) => {
            return vec![Finding::mend("Discord bot token", TOKEN_STEP)];
        }
        Err(why) => {
            return vec![Finding::mend("Discord", format!("{why}; is {} right?", config.discord.api_url))];
        }
    };
    let name = me["username"].as_str().unwrap_or("a bot without a name");
    let mut findings = vec![Finding::ok("Discord bot token", format!("is that of {name}"))];
    if let Ok(application) = application {
        let content = match config.discord.message_content {
            MessageContent::Ask => Content::Wanted,
            MessageContent::Leave => Content::Unwanted,
        };
        findings.push(
            match intents::missing(content, intents::wanted(content, application["flags"].as_u64())) {
                Some(line) => Finding::warn("Discord intents", line),
                None => Finding::ok("Discord intents", "all that are asked for are granted"),
            },
        );
    }
    findings.push(match gateway {
        Ok(gateway) => {
            let left = gateway["session_start_limit"]["remaining"].as_u64().unwrap_or_default();
            Finding::ok("Discord gateway", format!("may be connected to {left} times today"))
        }
        Err(why) => Finding::mend("Discord gateway", why.to_string()),
    });
    findings
}

const TOKEN_STEP: &str = "Discord refuses it: at https://discord.com/developers/applications open your application, \
                          \"Bot\", \"Reset Token\", and set DISCORD_TOKEN to the new one";
