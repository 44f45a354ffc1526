//! What an answer of Discord means for an errand.
//! Invariants: `Gone` only where repeating can never help; `Later` and `Failed` only where certainly
//! nothing was done; a token that Discord does not take is the operator's to mend and loses nothing.

use std::time::Duration;

use crate::chat::platform::Delivery;
use crate::discord::api::CallError;

/// The pause before something is tried again for which Discord named none.
const A_WHILE: Duration = Duration::from_secs(5);
const FOR_THE_OPERATOR: Duration = Duration::from_mins(1);

/// Discord's numbers that decide something here.
pub(super) mod code {
    pub const UNKNOWN_CHANNEL: u64 = 10_003;
    pub const UNKNOWN_MEMBER: u64 = 10_007;
    pub const UNKNOWN_USER: u64 = 10_013;
    pub const ARCHIVED: u64 = 50_083;
    pub const NO_DIRECT_MESSAGES: [u64; 3] = [50_007, 50_278, 50_009];
}

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
pub(super) fn unseen(error: &CallError) -> Delivery {
    match error {
        CallError::Refused { status: 404, code, .. } => Delivery::Gone(name(404, *code)),
        CallError::Refused { status: 401, .. } => Delivery::Later(FOR_THE_OPERATOR),
        CallError::Refused { status, code, .. } => {
            Delivery::Unsure(format!("history: {}", name(*status, *code)))
        }
        CallError::RateLimited { after } => Delivery::Later(*after),
        CallError::NotSent => Delivery::Later(A_WHILE),
        CallError::Unsure { why } => Delivery::Unsure((*why).to_owned()),
        CallError::Malformed => Delivery::Unsure("an unreadable answer".to_owned()),
    }
}

/// Whether somebody takes no direct message from the bot.
pub(super) fn is_closed(error: &CallError) -> bool {
    error.code().is_some_and(|code| code::NO_DIRECT_MESSAGES.contains(&code))
}

/// Whether the bot may not do that there; elsewhere, or otherwise, it may.
pub(super) fn is_not_allowed(error: &CallError) -> bool {
    matches!(error, CallError::Refused { status: 400 | 403 | 404, .. })
}

/// Whether the bot may not write there, whatever it writes.
pub(super) fn is_barred(error: &CallError) -> bool {
    matches!(error, CallError::Refused { status: 403 | 404, .. })
}

fn settled(error: CallError) -> Delivery {
    match error {
        CallError::RateLimited { after } => Delivery::Later(after),
        CallError::NotSent => Delivery::Later(A_WHILE),
        // A token to be mended; too many direct channels at once, slow mode, too many edits of an old message.
        CallError::Refused { status: 401, .. }
        | CallError::Refused { code: 40_003 | 20_016 | 30_046, .. } => Delivery::Later(FOR_THE_OPERATOR),
        CallError::Refused { status, code, fields } => {
            let name = name(status, code);
            let said = match fields {
                Some(fields) => format!("{name}: {fields}"),
                None => name,
            };
            // Without a number of Discord's it was not Discord that spoke, and it may be over soon.
            let forever = status == 0 || (code > 0 && matches!(status, 400 | 403 | 404));
            if forever { Delivery::Gone(said) } else { Delivery::Failed(said) }
        }
        CallError::Unsure { why } => Delivery::Unsure(why.to_owned()),
        CallError::Malformed => Delivery::Unsure("an unreadable answer".to_owned()),
    }
}

/// A word for the operator in the place of a number.
fn name(status: u16, code: u64) -> String {
    let name = match code {
        10_003 => "unknown_channel",
        10_004 => "unknown_server",
        10_007 => "unknown_member",
        10_008 => "unknown_message",
        10_013 => "unknown_user",
        50_001 => "missing_access",
        50_005 => "not_our_message",
        50_006 => "empty_message",
        50_007 | 50_009 | 50_278 => "dm_closed",
        50_008 | 50_024 => "not_a_text_channel",
        50_013 => "missing_permissions",
        50_035 => "invalid_form",
        50_083 => "thread_archived",
        160_005 => "thread_locked",
        0 if status == 0 => "not_an_id",
        0 => return format!("http_{status}"),
        other => return format!("discord_{other}"),
    };
    name.to_owned()
}
