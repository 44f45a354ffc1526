//! What the reader can do, as rows of buttons and menus.
//! Invariants: at most five rows; no custom id and no value stands twice, as Discord wants it; where the
//! buttons of a list are too many they become the choices of menus, so none is lost.

use std::collections::HashSet;

use serenity::all::ButtonStyle;
use serenity::builder::{
    CreateActionRow, CreateButton, CreateSelectMenu, CreateSelectMenuKind, CreateSelectMenuOption,
};

use super::{MENU, ROWS, cut, limit};
use crate::chat::card::{Action, Card, Tone, Weight};
use crate::chat::command::Command;
use crate::discord::token;
use crate::domain::ids::WorkspaceKey;

/// Which of a card's parts are numbered, so that their buttons can say whose they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    used: bool,
}

/// One press, wherever it stands.
struct Press {
    label: String,
    token: String,
    style: ButtonStyle,
}

/// One menu.
struct Menu {
    label: String,
    choices: Vec<Choice>,
}

#[derive(Clone)]
struct Choice {
    label: String,
    token: String,
    about: Option<String>,
}

/// What is gathered from a card before it is laid out.
#[derive(Default)]
struct Gathered {
    presses: Vec<Press>,
    links: Vec<(String, String)>,
    menus: Vec<Menu>,
    seen: HashSet<String>,
}

impl Numbers {
    /// The number of a part, if it carries one; `count` goes through the card in reading order.
    pub(super) fn next(self, card: &Card, count: &mut usize) -> Option<usize> {
        if !self.used || !can_be_pressed(card) {
            return None;
        }
        *count += 1;
        Some(*count)
    }
}

/// Parts are numbered where more than one of them can be acted on.
pub(super) fn numbered(card: &Card) -> Numbers {
    Numbers { used: pressable(&card.parts).len() > 1 }
}

/// The rows of a card and its parts.
pub(super) fn rows(card: &Card, workspace: &WorkspaceKey) -> Vec<CreateActionRow> {
    let mut own = Gathered::default();
    for action in &card.actions {
        own.add(action, card.tone, workspace, "");
    }
    let numbers = numbered(card);
    let mut count = 0;
    let mut entries = Gathered { seen: own.seen.clone(), ..Gathered::default() };
    let mut choices = Vec::new();
    for part in pressable(&card.parts) {
        let number = numbers.next(part, &mut count).map_or_else(String::new, |number| format!("{number} · "));
        // Links of entries stand in their text.
        for action in part.actions.iter().filter(|action| !matches!(action, Action::Link { .. })) {
            entries.add(action, part.tone, workspace, &number);
            flatten(action, part, workspace, &number, &mut choices);
        }
    }
    let mut rows = own.rows(0);
    let laid_out = entries.rows(rows.len());
    if rows.len() + laid_out.len() <= ROWS {
        rows.extend(laid_out);
    } else {
        choices.retain(|choice: &Choice| !own.seen.contains(&choice.token));
        rows.extend(gathered_menus(&choices, rows.len()));
    }
    rows.truncate(ROWS);
    rows
}

impl Gathered {
    fn add(&mut self, action: &Action, tone: Tone, workspace: &WorkspaceKey, number: &str) {
        match action {
            Action::Button { label, command, weight } => {
                let Some(token) = token(command, workspace) else { return };
                if self.seen.insert(token.clone()) {
                    let label = cut(&format!("{number}{label}"), limit::BUTTON);
                    self.presses.push(Press { label, token, style: style(*weight, tone) });
                }
            }
            Action::Menu { label, choices } => {
                let mut known = HashSet::new();
                let choices: Vec<Choice> = choices
                    .iter()
                    .filter_map(|(label, command)| {
                        let token = token(command, workspace)?;
                        known.insert(token.clone()).then(|| Choice {
                            label: cut(label, limit::CHOICE),
                            token,
                            about: None,
                        })
                    })
                    .collect();
                let label = cut(&format!("{number}{label}"), limit::PLACEHOLDER);
                self.menus.push(Menu { label, choices });
            }
            Action::Link { label, url } => {
                let web = url.starts_with("https://") || url.starts_with("http://");
                if web && url.chars().count() <= limit::URL {
                    self.links.push((cut(label, limit::BUTTON), url.clone()));
                }
            }
        }
    }

    /// Buttons first, five to a row, then a row for each menu; `before` rows are taken.
    fn rows(&self, before: usize) -> Vec<CreateActionRow> {
        let presses = self
            .presses
            .iter()
            .map(|press| CreateButton::new(&press.token).label(&press.label).style(press.style));
        let links = self.links.iter().map(|(label, url)| CreateButton::new_link(url).label(label));
        let buttons: Vec<CreateButton> = presses.chain(links).collect();
        let mut rows: Vec<CreateActionRow> =
            buttons.chunks(limit::BUTTONS).map(|row| CreateActionRow::Buttons(row.to_vec())).collect();
        for menu in &self.menus {
            for choices in menu.choices.chunks(limit::CHOICES) {
                rows.push(select(before + rows.len(), &menu.label, choices));
            }
        }
        rows
    }
}

/// Every action of an entry as a choice, with the entry's words beneath.
fn flatten(action: &Action, part: &Card, workspace: &WorkspaceKey, number: &str, into: &mut Vec<Choice>) {
    let words = part.words(&jiff::tz::TimeZone::UTC);
    let about = (!words.trim().is_empty()).then(|| cut(&words, limit::CHOICE));
    let mut push = |label: String, command: &Command| {
        let Some(token) = token(command, workspace) else { return };
        if !into.iter().any(|known| known.token == token) {
            into.push(Choice { label: cut(&label, limit::CHOICE), token, about: about.clone() });
        }
    };
    match action {
        Action::Button { label, command, .. } => push(format!("{number}{label}"), command),
        Action::Menu { label, choices } => {
            for (choice, command) in choices {
                push(format!("{number}{label}: {choice}"), command);
            }
        }
        Action::Link { .. } => {}
    }
}

fn gathered_menus(choices: &[Choice], before: usize) -> Vec<CreateActionRow> {
    let mut rows = Vec::new();
    for some in choices.chunks(limit::CHOICES) {
        let range = match some {
            [only] => only.label.clone(),
            [first, .., last] => format!("{} … {}", first.label, last.label),
            [] => continue,
        };
        rows.push(select(before + rows.len(), &range, some));
    }
    rows
}

fn select(row: usize, label: &str, choices: &[Choice]) -> CreateActionRow {
    let options = choices
        .iter()
        .map(|choice| {
            let option = CreateSelectMenuOption::new(&choice.label, &choice.token);
            match &choice.about {
                Some(about) => option.description(about),
                None => option,
            }
        })
        .collect();
    let menu = CreateSelectMenu::new(format!("{MENU}{row}"), CreateSelectMenuKind::String { options });
    CreateActionRow::SelectMenu(menu.placeholder(cut(label, limit::PLACEHOLDER)))
}

/// Parts, and parts of parts, that can be acted on, in reading order.
fn pressable(parts: &[Card]) -> Vec<&Card> {
    let mut found = Vec::new();
    for part in parts {
        if can_be_pressed(part) {
            found.push(part);
        }
        found.extend(pressable(&part.parts));
    }
    found
}

fn can_be_pressed(card: &Card) -> bool {
    card.actions.iter().any(|action| !matches!(action, Action::Link { .. }))
}

fn token(command: &Command, workspace: &WorkspaceKey) -> Option<String> {
    let token = token::encode(command, workspace);
    if token.is_none() {
        tracing::error!("a button was left out: its command has no token");
    }
    token
}

/// A quiet card asks for nothing, so nothing in it is painted.
fn style(weight: Weight, tone: Tone) -> ButtonStyle {
    match weight {
        Weight::Main if tone != Tone::Quiet => ButtonStyle::Primary,
        Weight::Ending => ButtonStyle::Danger,
        Weight::Main | Weight::Plain => ButtonStyle::Secondary,
    }
}
