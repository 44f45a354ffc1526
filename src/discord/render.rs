//! From cards and forms to Discord's messages and modals.
//! Invariants: what people typed is escaped, and nobody is notified but who stands in a `Span::Mention`
//! or is named by the caller; nothing exceeds Discord's limits, and what must be cut ends with "…" and
//! costs nothing else; no wording is added.

mod actions;
mod embed;
mod escape;
pub mod form;
#[cfg(test)]
mod tests;
mod text;

use serde_json::{Value, json};
use serenity::builder::CreateAllowedMentions;
use serenity::model::id::UserId;

use crate::chat::card::Card;
use crate::chat::platform::Addressed;
use crate::chat::text::Text;
use crate::domain::ids::{UserKey, WorkspaceKey};
pub use escape::{escape, is_snowflake};
pub use form::form;
use text::{Reader, Style, Writer};

/// The beginning of the custom ids of menus, which say nothing: the token is the value that was chosen.
pub const MENU: &str = "menu:";

/// Rows of controls that a message has at most.
pub const ROWS: usize = 5;

/// Discord's limits, in characters or pieces.
mod limit {
    pub(super) const CONTENT: usize = 2000;
    pub(super) const EMBEDS: usize = 10;
    pub(super) const EMBEDS_IN_ALL: usize = 6000;
    pub(super) const DESCRIPTION: usize = 4096;
    pub(super) const TITLE: usize = 256;
    pub(super) const FIELDS: usize = 25;
    pub(super) const FIELD_NAME: usize = 256;
    pub(super) const FIELD_VALUE: usize = 1024;
    pub(super) const FOOTER: usize = 2048;
    pub(super) const BUTTONS: usize = 5;
    pub(super) const BUTTON: usize = 80;
    pub(super) const CHOICES: usize = 25;
    pub(super) const CHOICE: usize = 100;
    pub(super) const PLACEHOLDER: usize = 150;
    pub(super) const URL: usize = 512;
    pub(super) const MODAL_TITLE: usize = 45;
    pub(super) const FIELDS_OF_MODAL: usize = 5;
    pub(super) const LABEL: usize = 45;
    pub(super) const HINT: usize = 100;
    pub(super) const INPUT: u32 = 4000;
    pub(super) const CUSTOM_ID: usize = 100;
}

/// Lines up to this length stand in the message itself beside an embed; what is longer goes into it.
const SHORT: usize = 600;
/// Lines up to this length need no embed at all.
const ALONE: usize = 1500;

/// A message's content, embeds, components and allowed mentions, for posting, editing and answering.
/// All four are always there, so that an edit leaves nothing of what stood there before.
pub fn message(card: &Addressed<Card>, workspace: &WorkspaceKey) -> Value {
    message_to(card, workspace, &[])
}

/// The same, in company: these people are mentioned first if the card does not mention them, so that
/// they notice it.
pub fn message_to(card: &Addressed<Card>, workspace: &WorkspaceKey, notify: &[UserKey]) -> Value {
    let reader = Reader { users: &card.users, zone: &card.zone };
    let (above, below) = split(&card.said, reader);
    let mentions = mentions(card, reader, notify);
    let numbered = actions::numbered(&card.said);
    let mut embeds = embed::embeds(&card.said, below, reader, numbered);
    let small_in_content = !embed::has_own(&card.said, below);
    let content = content(&card.said, above, reader, &mentions, small_in_content);
    let nothing = content.trim().is_empty() && embeds.is_empty();
    embeds.truncate(limit::EMBEDS);
    json!({
        // Discord takes no empty message; a card without anything to see is still one.
        "content": if nothing { "–" } else { content.trim() },
        "embeds": embeds,
        "components": actions::rows(&card.said, workspace),
        "allowed_mentions": allowed(&mentions),
    })
}

/// Which lines stand in the content, and which in the embed. Those with mentions always stand above:
/// only there they notify.
fn split<'a>(card: &'a Card, reader: Reader<'_>) -> (&'a [Text], &'a [Text]) {
    let length: usize = card.lines.iter().map(|line| line.words(reader.zone).chars().count() + 1).sum();
    let rich = card.quote.is_some() || !card.facts.is_empty() || !card.parts.is_empty();
    if length <= if rich { SHORT } else { ALONE } {
        return (&card.lines, &[]);
    }
    let last = card.lines.iter().rposition(|line| reader.notified(line).next().is_some());
    let first = usize::from(card.title.is_none());
    card.lines.split_at(last.map_or(first, |last| last + 1).min(card.lines.len()))
}

/// Everybody who is notified, each once.
fn mentions(card: &Addressed<Card>, reader: Reader<'_>, notify: &[UserKey]) -> Vec<UserKey> {
    let mut all: Vec<UserKey> =
        card.said.texts().into_iter().flat_map(|text| reader.notified(text)).collect();
    all.extend(notify.iter().filter(|user| is_snowflake(user.as_str())).cloned());
    let mut once: Vec<UserKey> = Vec::new();
    for user in all {
        if !once.contains(&user) {
            once.push(user);
        }
    }
    once
}

fn content(
    card: &Card,
    lines: &[Text],
    reader: Reader<'_>,
    mentions: &[UserKey],
    small_in_content: bool,
) -> String {
    let write = |first: &[UserKey]| {
        let mut writer = Writer::new(reader, limit::CONTENT);
        for user in first {
            writer.mention(user);
            writer.plain(" ");
        }
        if let Some(title) = &card.title {
            writer.line();
            writer.text(title, Style::Bold);
        }
        for line in lines {
            writer.line();
            writer.text(line, Style::Plain);
        }
        if small_in_content {
            for line in card.small.iter().filter(|line| !line.0.is_empty()) {
                writer.small(line);
            }
        }
        writer.finish()
    };
    let (content, found) = write(&[]);
    let missing: Vec<UserKey> = mentions.iter().filter(|user| !found.contains(user)).cloned().collect();
    if missing.is_empty() { content } else { write(&missing).0 }
}

fn allowed(users: &[UserKey]) -> CreateAllowedMentions {
    let ids = users.iter().filter_map(|user| user.as_str().parse::<u64>().ok().filter(|id| *id > 0));
    CreateAllowedMentions::new().users(ids.map(UserId::new))
}

/// At most so many characters, "…" being the last where some are missing; "–" where there are none,
/// since Discord takes no empty ones.
fn cut(words: &str, most: usize) -> String {
    let words = words.trim();
    if words.is_empty() {
        return "–".to_owned();
    }
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let mut short: String = words.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}
