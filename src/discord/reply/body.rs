//! What replies look like to Discord.
//! Invariant: pure; what is for one person's eyes carries the flag that says so.

use serde_json::{Value, json};

use crate::chat::card::Card;
use crate::chat::form::{Choice, Form};
use crate::chat::platform::Addressed;
use crate::chat::say::forms;
use crate::discord::decode::{Sort, Ticket};
use crate::discord::{memory, render};
use crate::domain::ids::{UserKey, WorkspaceKey};

/// Discord's flag of a message that only the asker sees.
pub(super) const EPHEMERAL: u64 = 64;
/// Choices that Discord shows at most, and characters of each.
const CHOICES: usize = 25;
const CHOICE: usize = 100;

/// Discord's sorts of answers.
mod answer {
    pub const MESSAGE: u64 = 4;
    pub const ANNOUNCED: u64 = 5;
    pub const SEEN: u64 = 6;
    pub const CHOICES: u64 = 8;
    pub const FORM: u64 = 9;
}

/// What is to be shown.
#[derive(Debug, PartialEq)]
pub(super) enum Shown {
    Nothing,
    Card(Addressed<Card>, Option<Again>),
    Form(Form),
}

/// A button that opens a form: what stands on it, and the form's key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Again {
    pub(super) label: &'static str,
    pub(super) key: String,
}

/// The same where no form can be opened any more: a button opens it, by the key under which it is kept.
pub(super) fn closed(shown: Shown, key: &str) -> Shown {
    match shown {
        Shown::Form(form) => {
            let again = Again { label: forms::OPEN, key: key.to_owned() };
            Shown::Card(plain(forms::ready(&form)), Some(again))
        }
        shown => shown,
    }
}

/// The body that shows what an argument could be.
pub(super) fn choices(choices: &[Choice]) -> Value {
    let choices: Vec<Value> = choices
        .iter()
        .filter(|choice| choice.value.chars().count() <= CHOICE)
        .take(CHOICES)
        .map(|choice| json!({ "name": choice.label, "value": choice.value }))
        .collect();
    json!({ "type": answer::CHOICES, "data": { "choices": choices } })
}

/// The body that answers an interaction.
pub(super) fn callback(shown: &Shown, ticket: &Ticket, workspace: &WorkspaceKey) -> Value {
    match shown {
        Shown::Nothing => announcement(ticket),
        Shown::Form(form) => json!({ "type": answer::FORM, "data": render::form::form(form, workspace) }),
        Shown::Card(..) => {
            let mut data = message(shown, workspace).unwrap_or_default();
            data["flags"] = json!(EPHEMERAL);
            json!({ "type": answer::MESSAGE, "data": data })
        }
    }
}

/// The body that says "seen": for the asker's eyes, or without a trace on the message that was pressed.
pub(super) fn announcement(ticket: &Ticket) -> Value {
    match ticket.sort {
        Sort::Press => json!({ "type": answer::SEEN }),
        _ => json!({ "type": answer::ANNOUNCED, "data": { "flags": EPHEMERAL } }),
    }
}

/// The message of what is shown; `None` where it is none.
pub(super) fn message(shown: &Shown, workspace: &WorkspaceKey) -> Option<Value> {
    let Shown::Card(card, again) = shown else { return None };
    let mut message = render::message(card, workspace);
    if let Some(Again { label, key }) = again {
        let button =
            json!({ "type": 2, "style": 1, "label": label, "custom_id": memory::token(key, workspace) });
        let row = json!({ "type": 1, "components": [button] });
        match message["components"].as_array_mut() {
            Some(rows) => {
                rows.truncate(render::ROWS - 1);
                rows.push(row);
            }
            None => message["components"] = json!([row]),
        }
    }
    Some(message)
}

/// A word in company that there was an answer; it tells nothing of it, and pings nobody else.
pub(super) fn pointer(user: &UserKey, workspace: &WorkspaceKey) -> Value {
    let mut message = render::message(&plain(forms::too_late()), workspace);
    let words = message["content"].as_str().unwrap_or_default().to_owned();
    message["content"] = json!(format!("<@{user}>: {words}"));
    message["allowed_mentions"] = json!({ "parse": [], "users": [user.as_str()] });
    message
}

/// With a mark by which Discord tells a second attempt from a second message.
pub(super) fn once(mut message: Value, id: &str) -> Value {
    message["nonce"] = json!(format!("r{id}").chars().take(25).collect::<String>());
    message["enforce_nonce"] = json!(true);
    message
}

/// A card without persons in it.
pub(super) fn plain(said: Card) -> Addressed<Card> {
    Addressed { said, users: std::collections::BTreeMap::new(), zone: jiff::tz::TimeZone::UTC }
}
