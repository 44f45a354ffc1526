//! A card: the neutral form of everything the bot says. Platforms render it; none adds wording.

use serde::{Deserialize, Serialize};

use crate::chat::command::Command;
use crate::chat::text::{Text, Who};

/// Something said, in reading order: title, lines, quote, facts, actions, small print, then parts.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Card {
    /// How it should feel.
    #[serde(default)]
    pub tone: Tone,
    /// A few words, where it wants a heading.
    #[serde(default)]
    pub title: Option<Text>,
    /// What is said.
    #[serde(default)]
    pub lines: Vec<Text>,
    /// What somebody typed, as they typed it.
    #[serde(default)]
    pub quote: Option<String>,
    /// Label and value.
    #[serde(default)]
    pub facts: Vec<(String, Text)>,
    /// What the reader can do; at most five buttons.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// Why it came, and how to stop it.
    #[serde(default)]
    pub small: Vec<Text>,
    /// Further cards within: entries of a list.
    #[serde(default)]
    pub parts: Vec<Card>,
}

/// How a card should feel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Something is asked of the reader.
    Ask,
    /// It went well.
    Good,
    /// It is over, or belongs to somebody else now.
    Quiet,
}

/// Something the reader can do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// One press.
    Button {
        /// At most 30 characters.
        label: String,
        /// What it does.
        command: Command,
        /// How it looks.
        weight: Weight,
    },
    /// One of several under one label.
    Menu {
        /// What stands on it.
        label: String,
        /// At most 25.
        choices: Vec<(String, Command)>,
    },
    /// A link to open.
    Link {
        /// At most 30 characters.
        label: String,
        /// Where it leads.
        url: String,
    },
}

/// How a button looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The one that most will press.
    Main,
    /// As others.
    Plain,
    /// Ends something.
    Ending,
}

impl Card {
    /// A card of one line.
    pub fn line(text: impl Into<Text>) -> Self {
        Self { lines: vec![text.into()], ..Self::default() }
    }

    /// With another line.
    #[must_use]
    pub fn and(mut self, text: impl Into<Text>) -> Self {
        self.lines.push(text.into());
        self
    }

    /// With a title.
    #[must_use]
    pub fn titled(mut self, text: impl Into<Text>) -> Self {
        self.title = Some(text.into());
        self
    }

    /// With a tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// With somebody's words.
    #[must_use]
    pub fn quoting(mut self, words: &str) -> Self {
        self.quote = Some(words.to_owned());
        self
    }

    /// With a fact.
    #[must_use]
    pub fn fact(mut self, label: &str, value: impl Into<Text>) -> Self {
        self.facts.push((label.to_owned(), value.into()));
        self
    }

    /// With a button.
    #[must_use]
    pub fn button(mut self, label: &str, command: Command, weight: Weight) -> Self {
        self.actions.push(Action::Button { label: label.to_owned(), command, weight });
        self
    }

    /// With a menu.
    #[must_use]
    pub fn menu(mut self, label: &str, choices: Vec<(String, Command)>) -> Self {
        self.actions.push(Action::Menu { label: label.to_owned(), choices });
        self
    }

    /// With a link.
    #[must_use]
    pub fn link(mut self, label: &str, url: &str) -> Self {
        self.actions.push(Action::Link { label: label.to_owned(), url: url.to_owned() });
        self
    }

    /// With a line of small print.
    #[must_use]
    pub fn small(mut self, text: impl Into<Text>) -> Self {
        self.small.push(text.into());
        self
    }

    /// With a card within.
    #[must_use]
    pub fn part(mut self, card: Self) -> Self {
        self.parts.push(card);
        self
    }

    /// Every text in it, its parts included.
    pub fn texts(&self) -> Vec<&Text> {
        let mut texts: Vec<&Text> = self
            .title
            .iter()
            .chain(&self.lines)
            .chain(self.facts.iter().map(|(_, value)| value))
            .chain(&self.small)
            .collect();
        texts.extend(self.parts.iter().flat_map(Self::texts));
        texts
    }

    /// Every person in it, each once.
    pub fn persons(&self) -> Vec<&Who> {
        let mut persons: Vec<&Who> = Vec::new();
        for who in self.texts().into_iter().flat_map(Text::persons) {
            if !persons.iter().any(|known| known.id == who.id) {
                persons.push(who);
            }
        }
        persons
    }

    /// Every action in it, its parts included.
    pub fn all_actions(&self) -> Vec<&Action> {
        let mut actions: Vec<&Action> = self.actions.iter().collect();
        actions.extend(self.parts.iter().flat_map(Self::all_actions));
        actions
    }

    /// The words alone, for notifications, screen readers and transcripts.
    pub fn words(&self, zone: &jiff::tz::TimeZone) -> String {
        let mut pieces: Vec<String> =
            self.title.iter().chain(&self.lines).map(|text| text.words(zone)).collect();
        if let Some(quote) = &self.quote {
            pieces.push(format!("“{quote}”"));
        }
        pieces.extend(self.facts.iter().map(|(label, value)| format!("{label}: {}", value.words(zone))));
        pieces.extend(self.parts.iter().map(|part| part.words(zone)));
        pieces.retain(|piece| !piece.is_empty());
        pieces.join(" ")
    }
}
