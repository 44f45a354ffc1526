//! Cards as HTML, in reading order: title, lines, quote, facts, actions, small print, parts.
//!
//! Invariant: no wording is added but the names of controls.

use maud::{Markup, html};

use super::message::Spot;
use super::text::{Reader, link, spans};
use crate::chat::card::{Action, Card, Tone, Weight};
use crate::chat::platform::Addressed;

/// A card; its buttons are pressed from where it stands. Without a spot it has none.
pub fn card(card: &Addressed<Card>, spot: Option<&Spot<'_>>, reader: &Reader<'_>) -> Markup {
    let whole = Shown { card, spot, reader };
    whole.card(&card.said, Level::Whole)
}

struct Shown<'a> {
    card: &'a Addressed<Card>,
    spot: Option<&'a Spot<'a>>,
    reader: &'a Reader<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Whole,
    Part,
}

impl Shown<'_> {
    fn card(&self, said: &Card, level: Level) -> Markup {
        let tone = match said.tone {
            Tone::Plain => "plain",
            Tone::Ask => "ask",
            Tone::Good => "good",
            Tone::Quiet => "quiet",
        };
        let whole = level == Level::Whole;
        html! {
            div.card.part[!whole] data-tone=(tone) {
                @if let Some(title) = &said.title {
                    @if whole {
                        h3 { (spans(title, self.card, self.reader)) }
                    } @else {
                        h4 { (spans(title, self.card, self.reader)) }
                    }
                }
                @for line in &said.lines {
                    p { (spans(line, self.card, self.reader)) }
                }
                @if let Some(quote) = &said.quote {
                    blockquote { (quote) }
                }
                @if !said.facts.is_empty() {
                    dl {
                        @for (label, value) in &said.facts {
                            div { dt { (label) } dd { (spans(value, self.card, self.reader)) } }
                        }
                    }
                }
                @if !said.actions.is_empty() {
                    div.actions { @for action in &said.actions { (self.action(action)) } }
                }
                @for line in &said.small {
                    p.small { (spans(line, self.card, self.reader)) }
                }
                @for part in &said.parts {
                    (self.card(part, Level::Part))
                }
            }
        }
    }

    fn action(&self, action: &Action) -> Markup {
        let Some(spot) = self.spot else { return html! {} };
        match action {
            Action::Button { label, command, weight } => {
                let Some(token) = command.encode() else { return html! {} };
                let weight = match weight {
                    Weight::Main => "main",
                    Weight::Plain => "plain",
                    Weight::Ending => "ending",
                };
                html! {
                    form method="post" action=(spot.action()) {
                        (spot.hidden("press"))
                        input type="hidden" name="token" value=(format!("{token}|{label}"));
                        button type="submit" data-weight=(weight) { (label) }
                    }
                }
            }
            Action::Menu { label, choices } => html! {
                form.choice method="post" action=(spot.action()) {
                    (spot.hidden("press"))
                    select name="token" aria-label=(label) required {
                        option value="" { (label) }
                        @for (choice, command) in choices {
                            @if let Some(token) = command.encode() {
                                option value=(format!("{token}|{choice}")) { (choice) }
                            }
                        }
                    }
                    button type="submit" data-weight="plain" { "Choose" }
                }
            },
            Action::Link { label, url } => link(url, label, self.reader),
        }
    }
}
