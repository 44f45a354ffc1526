//! From cards and forms to Block Kit.
//! Invariants: what people typed stands in elements that Slack does not parse, or is escaped, so it can
//! never ping, link or format; nothing exceeds Slack's limits, and what must be cut ends with "…" and
//! costs nothing else; no wording is added.

pub mod form;
mod rich;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::chat::card::{Action, Card, Tone, Weight};
use crate::chat::platform::Addressed;
use crate::chat::text::Text;
use rich::Renderer;

/// The beginning of the action ids of links, which work in the browser and not here.
pub const LINK_ACTION: &str = "link:";

/// The beginning of the action ids of buttons.
pub const BUTTON_ACTION: &str = "press:";

/// The beginning of the action ids of menus.
pub const MENU_ACTION: &str = "choose:";

/// Slack's limits, in characters or pieces.
mod limit {
    pub(super) const BLOCKS_OF_MESSAGE: usize = 50;
    pub(super) const BLOCKS_OF_VIEW: usize = 100;
    pub(super) const BLOCK_TEXT: usize = 3000;
    pub(super) const FALLBACK: usize = 3000;
    pub(super) const ACTIONS: usize = 25;
    pub(super) const CHOICES: usize = 100;
    pub(super) const BUTTON: usize = 75;
    pub(super) const PLACEHOLDER: usize = 150;
    pub(super) const URL: usize = 3000;
    pub(super) const CONTEXT: usize = 10;
    pub(super) const VIEW_TITLE: usize = 24;
    pub(super) const LABEL: usize = 2000;
    pub(super) const OPTION_TEXT: usize = 75;
    pub(super) const OPTION_VALUE: usize = 150;
    pub(super) const CHECKS: usize = 10;
    pub(super) const INPUT: u32 = 3000;
    pub(super) const METADATA: usize = 3000;
}

/// A message's `text` and `blocks`, ready for `chat.postMessage` and its kin once a channel is added.
pub fn message(card: &Addressed<Card>) -> Value {
    json!({
        "text": fallback(card),
        "blocks": blocks(card, limit::BLOCKS_OF_MESSAGE),
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// App Home.
pub fn home(card: &Addressed<Card>) -> Value {
    json!({ "type": "home", "blocks": blocks(card, limit::BLOCKS_OF_VIEW) })
}

/// A card on top of what is open, for answers that have no place in a channel.
pub fn card_view(card: &Addressed<Card>) -> Value {
    let title = card.said.title.as_ref().map_or_else(String::new, |title| title.words(&card.zone));
    let title = if title.trim().is_empty() { "Goodturn" } else { title.trim() };
    let mut body = card.clone();
    if title.chars().count() <= limit::VIEW_TITLE {
        body.said.title = None;
    }
    json!({
        "type": "modal",
        "title": plain(title, limit::VIEW_TITLE),
        "blocks": blocks(&body, limit::BLOCKS_OF_VIEW),
    })
}

/// What notifications and screen readers get: escaped, because Slack parses it.
fn fallback(card: &Addressed<Card>) -> String {
    rich::escape(&cut(&card.said.words(&card.zone), limit::FALLBACK))
}

fn blocks(card: &Addressed<Card>, most: usize) -> Vec<Value> {
    let renderer = Renderer { users: &card.users, zone: &card.zone };
    let mut blocks = Vec::new();
    push_card(&mut blocks, &card.said, &renderer, &mut 0);
    if blocks.len() > most {
        blocks.truncate(most - 1);
        blocks.push(json!({ "type": "context", "elements": [plain("…", limit::BLOCK_TEXT)] }));
    }
    if blocks.is_empty() {
        // Slack takes no empty list; a card without anything to see is still a message.
        blocks.push(json!({ "type": "divider" }));
    }
    blocks
}

/// Reading order: title, lines, quote, facts, actions, small print, parts. `serial` makes action ids unique.
fn push_card(blocks: &mut Vec<Value>, card: &Card, renderer: &Renderer<'_>, serial: &mut usize) {
    let mut body = rich::Body::new(renderer, limit::BLOCK_TEXT);
    if let Some(title) = &card.title {
        body.title(title);
    }
    for line in &card.lines {
        body.line(line);
    }
    if let Some(quote) = &card.quote {
        body.quote(quote);
    }
    for (label, value) in &card.facts {
        body.fact(label, value);
    }
    blocks.extend(body.finish());
    let elements: Vec<Value> = card
        .actions
        .iter()
        .filter_map(|action| element(action, card.tone, serial))
        .take(limit::ACTIONS)
        .collect();
    if !elements.is_empty() {
        blocks.push(json!({ "type": "actions", "elements": elements }));
    }
    blocks.extend(small_print(&card.small, renderer));
    for part in &card.parts {
        push_card(blocks, part, renderer, serial);
    }
}

/// Several lines become one grey line each, as many as one block takes.
fn small_print(lines: &[Text], renderer: &Renderer<'_>) -> Option<Value> {
    let elements: Vec<Value> = lines
        .iter()
        .filter(|line| !line.0.is_empty())
        .take(limit::CONTEXT)
        .map(|line| renderer.small(line, limit::BLOCK_TEXT))
        .collect();
    (!elements.is_empty()).then(|| json!({ "type": "context", "elements": elements }))
}

fn element(action: &Action, tone: Tone, serial: &mut usize) -> Option<Value> {
    *serial += 1;
    match action {
        Action::Button { label, command, weight } => {
            let token = token(command)?;
            let mut button = json!({
                "type": "button",
                "action_id": format!("{BUTTON_ACTION}{serial}"),
                "text": plain(label, limit::BUTTON),
                "value": token,
            });
            match weight {
                // A quiet card asks for nothing, so nothing in it is painted.
                Weight::Main if tone != Tone::Quiet => button["style"] = json!("primary"),
                Weight::Ending => button["style"] = json!("danger"),
                Weight::Main | Weight::Plain => {}
            }
            Some(button)
        }
        Action::Menu { label, choices } => {
            let options: Vec<Value> = choices
                .iter()
                .filter_map(|(label, command)| Some(option(label, &token(command)?)))
                .take(limit::CHOICES)
                .collect();
            (!options.is_empty()).then(|| {
                json!({
                    "type": "static_select",
                    "action_id": format!("{MENU_ACTION}{serial}"),
                    "placeholder": plain(label, limit::PLACEHOLDER),
                    "options": options,
                })
            })
        }
        Action::Link { label, url } if url.len() <= limit::URL => Some(json!({
            "type": "button",
            "action_id": format!("{LINK_ACTION}{serial}"),
            "text": plain(label, limit::BUTTON),
            "url": url,
        })),
        Action::Link { .. } => None,
    }
}

fn token(command: &crate::chat::command::Command) -> Option<String> {
    let token = command.encode();
    if token.is_none() {
        tracing::error!("a button was left out: its command has no token");
    }
    token
}

fn option(label: &str, value: &str) -> Value {
    json!({ "text": plain(label, limit::OPTION_TEXT), "value": value })
}

/// Text that Slack shows as it stands. It takes no empty ones.
fn plain(words: &str, most: usize) -> Value {
    let words = if words.trim().is_empty() { "–".to_owned() } else { cut(words, most) };
    json!({ "type": "plain_text", "text": words, "emoji": false })
}

/// At most so many characters, "…" being the last where some are missing.
fn cut(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let mut short: String = words.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}
