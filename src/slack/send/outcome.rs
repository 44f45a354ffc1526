//! What an answer of Slack means for an errand.
//! Invariants: `Gone` only where repeating can never help; `Later` and `Failed` only where certainly
//! nothing was done; a token that Slack does not take is the operator's to mend and loses nothing.

use std::time::Duration;

use super::A_WHILE;
use crate::chat::platform::Delivery;
use crate::slack::api::CallError;

/// The delivery of a call that posts or edits.
pub(super) fn of<T>(result: Result<T, CallError>, done: impl FnOnce(T) -> Delivery) -> Delivery {
    match result {
        Ok(value) => done(value),
        Err(CallError::Unsure { why }) => Delivery::Unsure(why.to_owned()),
        Err(CallError::Malformed) => Delivery::Unsure("an unreadable answer".to_owned()),
        Err(error) => settled(error),
    }
}

/// The delivery of a call that changes nothing, or nothing more when repeated.
pub(super) fn harmless(error: CallError) -> Delivery {
    match error {
        CallError::Unsure { why } => Delivery::Failed(why.to_owned()),
        CallError::Malformed => Delivery::Failed("an unreadable answer".to_owned()),
        error => settled(error),
    }
}

/// A post could not be looked for, so it stays unsure whether it stands there.
pub(super) fn unseen(error: CallError) -> Delivery {
    match error {
        CallError::Refused { code, .. } if GONE.contains(&code.as_str()) => Delivery::Gone(code),
        CallError::Refused { code, .. } => Delivery::Unsure(format!("history: {code}")),
        CallError::RateLimited { after } => Delivery::Later(after),
        CallError::NotSent => Delivery::Later(A_WHILE),
        CallError::Unsure { why } => Delivery::Unsure(why.to_owned()),
        CallError::Malformed => Delivery::Unsure("an unreadable answer".to_owned()),
    }
}

fn settled(error: CallError) -> Delivery {
    match error {
        CallError::RateLimited { after } => Delivery::Later(after),
        CallError::NotSent => Delivery::Later(A_WHILE),
        CallError::Refused { code, .. } if GONE.contains(&code.as_str()) => Delivery::Gone(code),
        CallError::Refused { code, .. } if OPERATORS.contains(&code.as_str()) => {
            tracing::error!(code, "Slack does not take the bot token: check SLACK_BOT_TOKEN");
            Delivery::Later(FOR_THE_OPERATOR)
        }
        CallError::Refused { code, needed } => Delivery::Failed(match needed {
            Some(scope) => format!("{code}: {scope}"),
            None => code,
        }),
        CallError::Unsure { why } => Delivery::Unsure(why.to_owned()),
        CallError::Malformed => Delivery::Unsure("an unreadable answer".to_owned()),
    }
}

const FOR_THE_OPERATOR: Duration = Duration::from_mins(1);

/// The token is wrong, not gone: nothing was done, and nothing will be until it is mended.
const OPERATORS: [&str; 3] = ["invalid_auth", "not_authed", "not_allowed_token_type"];

/// The place, the person, the message or the install is no more, or the message can never be taken.
const GONE: [&str; 30] = [
    "account_inactive",
    "app_uninstalled",
    "as_user_not_supported",
    "bot_not_found",
    "cannot_dm_bot",
    "cant_update_message",
    "channel_is_archived",
    "channel_not_found",
    "edit_window_closed",
    "invalid_blocks",
    "invalid_blocks_format",
    "is_archived",
    "is_inactive",
    "message_not_found",
    "message_not_owned",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "not_in_channel",
    "restricted_action",
    "restricted_action_read_only_channel",
    "team_not_found",
    "thread_not_found",
    "token_revoked",
    "user_disabled",
    "user_not_found",
    "user_not_in_channel",
    "user_not_visible",
    "users_not_found",
    "not_enabled",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> CallError {
        CallError::Refused { code: code.to_owned(), needed: None }
    }

    #[test]
    fn what_slack_says_decides() {
        let posted = |error| of(Err::<(), _>(error), |()| Delivery::Done);
        assert_eq!(posted(refused("is_archived")), Delivery::Gone("is_archived".to_owned()));
        assert_eq!(posted(refused("invalid_auth")), Delivery::Later(Duration::from_mins(1)));
        assert_eq!(posted(refused("brand_new")), Delivery::Failed("brand_new".to_owned()));
        assert_eq!(posted(CallError::NotSent), Delivery::Later(A_WHILE));
        assert_eq!(posted(CallError::Malformed), Delivery::Unsure("an unreadable answer".to_owned()));
        assert_eq!(harmless(CallError::Malformed), Delivery::Failed("an unreadable answer".to_owned()));
        let scope = CallError::Refused { code: "missing_scope".into(), needed: Some("im:write".into()) };
        assert_eq!(posted(scope), Delivery::Failed("missing_scope: im:write".to_owned()));
    }

    #[test]
    fn an_unseen_post_stays_unsure() {
        assert_eq!(unseen(refused("missing_scope")), Delivery::Unsure("history: missing_scope".to_owned()));
        assert_eq!(unseen(refused("channel_not_found")), Delivery::Gone("channel_not_found".to_owned()));
    }
}
