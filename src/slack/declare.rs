//! What Slack must know about the app, made from the catalog, and what a running install lacks of it.
//! Invariant: no permission is asked for without a use, which stands beside it.

use serde_json::{Value, json};

use super::api::{Api, CallError, Granted};
use super::socket::OpenError;
use crate::chat::catalog::{COMMANDS, Declared, HAND_OFF, declared};

/// The shortcut in the menu of the composer; the one on messages is the catalog's.
pub const HANDOFF_SHORTCUT: &str = "handoff";

/// Every permission, and what it is for.
pub const SCOPES: &[(&str, &str)] = &[
    ("app_mentions:read", "to be spoken to in channels and threads"),
    (
        "channels:history",
        "to follow the threads of requests, and to find a post again after a broken connection",
    ),
    ("channels:read", "to find channels by their name"),
    ("chat:write", "to speak"),
    ("chat:write.public", "to post to a topic's channel without being invited first"),
    ("commands", "slash commands and shortcuts"),
    ("dnd:read", "to leave people alone who do not want to be disturbed"),
    ("groups:history", "the same as channels:history, in private channels the bot was invited to"),
    ("groups:read", "to find private channels the bot was invited to"),
    ("im:history", "to be spoken to directly"),
    ("im:write", "to ask volunteers directly"),
    ("mpim:history", "to follow the conversations in which requester and volunteer were brought together"),
    ("mpim:write", "to bring requester and volunteer together"),
    ("users:read", "names, time zones, and who is a guest or has left"),
    ("users:read.email", "to find people who are named by e-mail address in settings"),
];

/// Every event the bot listens to.
pub const EVENTS: &[&str] = &[
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "dnd_updated_user",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "team_join",
    "tokens_revoked",
    "user_change",
];

/// The app manifest, as `goodturn slack manifest` prints it.
pub fn manifest() -> Value {
    let handoff = declared("handoff").map_or(HAND_OFF.summary, |command| command.summary);
    json!({
        "_metadata": { "major_version": 1, "minor_version": 1 },
        "display_information": {
            "name": "Goodturn",
            "description": "Hand a request to the people who can help, and always know who has it.",
            "background_color": "#1f4e46",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                "messages_tab_read_only_enabled": false,
            },
            "bot_user": { "display_name": "goodturn", "always_online": true },
            "shortcuts": [
                {
                    "name": HAND_OFF.label,
                    "type": "message",
                    "callback_id": HAND_OFF.callback,
                    "description": HAND_OFF.summary,
                },
                {
                    "name": HAND_OFF.label,
                    "type": "global",
                    "callback_id": HANDOFF_SHORTCUT,
                    "description": handoff,
                },
            ],
            "slash_commands": COMMANDS.iter().map(slash_command).collect::<Vec<_>>(),
        },
        "oauth_config": {
            "scopes": { "bot": SCOPES.iter().map(|(scope, _)| *scope).collect::<Vec<_>>() },
        },
        "settings": {
            "event_subscriptions": { "bot_events": EVENTS },
            "interactivity": { "is_enabled": true },
            "org_deploy_enabled": false,
            "socket_mode_enabled": true,
            "token_rotation_enabled": false,
        },
    })
}

/// One thing that was looked at: what was seen, or what the operator must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What was looked at.
    pub what: &'static str,
    /// `Err` holds the step that mends it.
    pub result: Result<String, String>,
}

/// Looks at both tokens and the permissions; changes nothing.
pub async fn check(api: &Api) -> Vec<Checked> {
    let mut found = Vec::new();
    match api.granted().await {
        Ok(granted) => {
            found.push(ok("Slack bot token", format!("workspace {}", granted.team_name)));
            found.push(permissions(&granted));
        }
        Err(error) => found.push(mend("Slack bot token", bot_step(&error))),
    }
    found.push(match api.connections_open().await {
        Ok(_) => ok("Slack app token", "Socket Mode answers".to_owned()),
        Err(error) => mend("Slack app token", app_step(&error)),
    });
    found
}

/// The permissions of [`SCOPES`] that an install lacks. Slack may not say which it has; then none is missed.
pub fn missing(granted: &Granted) -> Vec<(&'static str, &'static str)> {
    if granted.scopes.is_empty() {
        return Vec::new();
    }
    let has = |scope: &str| granted.scopes.iter().any(|granted| granted == scope);
    SCOPES.iter().copied().filter(|(scope, _)| !has(scope)).collect()
}

fn permissions(granted: &Granted) -> Checked {
    let missing = missing(granted);
    if missing.is_empty() {
        return ok("Slack permissions", "all are granted".to_owned());
    }
    let list: Vec<String> = missing.iter().map(|(scope, why)| format!("{scope} ({why})")).collect();
    mend(
        "Slack permissions",
        format!(
            "missing: {}. In your Slack app open \"OAuth & Permissions\", add them as bot scopes, and \
             install the app again",
            list.join(", ")
        ),
    )
}

fn bot_step(error: &CallError) -> String {
    match error {
        CallError::Refused { code, .. } => format!(
            "Slack refuses it ({code}): in your Slack app open \"Install App\" and set SLACK_BOT_TOKEN to the \
             Bot User OAuth Token (xoxb-...)"
        ),
        error => unreachable_step(&error.to_string()),
    }
}

fn app_step(error: &OpenError) -> String {
    match error {
        OpenError::Refused { code } => format!(
            "Slack refuses it ({code}): turn on \"Socket Mode\" in your Slack app, and set SLACK_APP_TOKEN to \
             an app-level token with connections:write (xapp-...)"
        ),
        OpenError::RateLimited { after } => {
            format!("Slack asks for a pause; check again in {} s", after.as_secs().max(1))
        }
        OpenError::Unreachable => unreachable_step("no answer"),
    }
}

fn unreachable_step(why: &str) -> String {
    format!("{why}: see that this machine reaches the address in SLACK_API_URL")
}

fn ok(what: &'static str, seen: String) -> Checked {
    Checked { what, result: Ok(seen) }
}

fn mend(what: &'static str, step: String) -> Checked {
    Checked { what, result: Err(step) }
}

fn slash_command(command: &Declared) -> Value {
    json!({
        "command": format!("/{}", command.name),
        "description": command.summary,
        "usage_hint": command.usage(),
        // Mentions arrive with the person's key, so that nobody is mistaken for a namesake.
        "should_escape": true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::tests::{home, spec};

    #[test]
    fn the_manifest_as_printed() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&manifest()).unwrap());
    }

    #[test]
    fn slacks_own_schema_takes_the_manifest() {
        let Some(schema) = spec("slack/manifest-schema/schemas/manifest.schema.1.0.0.json") else { return };
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&manifest())
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }

    #[test]
    fn missing_permissions_are_named_with_their_use() {
        let granted = Granted { scopes: vec!["chat:write".to_owned()], ..home() };
        let names: Vec<&str> = missing(&granted).iter().map(|(scope, _)| *scope).collect();
        assert!(names.contains(&"im:write") && !names.contains(&"chat:write"));
        let step = permissions(&granted).result.unwrap_err();
        assert!(step.contains("im:write (to ask volunteers directly)"));
        let all = SCOPES.iter().map(|(scope, _)| (*scope).to_owned()).collect();
        assert!(permissions(&Granted { scopes: all, ..home() }).result.is_ok());
        assert!(missing(&home()).is_empty(), "unknown is not missing");
    }
}
