//! Forms, in the words of no platform: what is asked, and what came back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chat::command::{Command, VolunteerCommand};
use crate::domain::ids::UserKey;

/// A form to be shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Form {
    /// Which form; comes back with the answers.
    pub kind: FormKind,
    /// What it is about, as the app wants it back; at most 40 bytes.
    pub about: String,
    /// At most 24 characters.
    pub title: String,
    /// The button that sends it; at most 24 characters.
    pub submit: String,
    /// In order.
    pub fields: Vec<Field>,
}

/// The forms there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// Hand something off.
    Handoff,
    /// Close a request: what helped, and why it is over.
    Done,
    /// "I know who": pick a person.
    KnowsWho,
    /// One's own hours, capacity and deputy.
    Availability,
    /// Write to whoever is on the other side of a request.
    Write,
}

impl FormKind {
    /// Short, as in callback ids.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Handoff => "handoff",
            Self::Done => "done",
            Self::KnowsWho => "knows_who",
            Self::Availability => "availability",
            Self::Write => "write",
        }
    }

    /// The inverse of [`FormKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Handoff, Self::Done, Self::KnowsWho, Self::Availability, Self::Write]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// One question of a form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// The answer's name; unique in the form.
    pub name: String,
    /// What is asked; at most 45 characters, so that it fits everywhere.
    pub label: String,
    /// A line of help beneath.
    pub hint: Option<String>,
    /// Whether an answer is needed.
    pub need: Need,
    /// What sort of answer.
    pub input: Input,
}

/// Whether an answer is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Needed.
    Required,
    /// May be left empty.
    Optional,
}

/// What sort of answer a field takes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// A line.
    Line {
        /// What stands there at first.
        initial: String,
        /// Characters at most.
        max: u32,
    },
    /// Several lines.
    Words {
        /// What stands there at first.
        initial: String,
        /// Characters at most.
        max: u32,
    },
    /// One of several.
    Choice {
        /// Values and labels.
        options: Vec<Choice>,
        /// The value chosen at first.
        initial: Option<String>,
    },
    /// Several of several; the answer is the values, joined by commas.
    Checks {
        /// Values and labels.
        options: Vec<Choice>,
        /// The values ticked at first.
        initial: Vec<String>,
    },
    /// A person.
    Person,
}

/// A value and its label.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choice {
    /// What comes back.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// What came back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Submitted {
    /// Which form.
    pub kind: FormKind,
    /// What it was about, as given.
    pub about: String,
    /// Answers by field name; empty ones may be absent.
    pub answers: BTreeMap<String, Answer>,
}

/// One answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Words, a value, or several values joined by commas.
    Words(String),
    /// A person.
    Person(UserKey),
}

impl Form {
    /// The command that opens it, where one by itself does.
    pub fn door(&self) -> Option<Command> {
        match self.kind {
            FormKind::Handoff => Some(Command::Handoff(String::new())),
            FormKind::Availability => Some(Command::Volunteer(VolunteerCommand::Form)),
            FormKind::Done => Some(Command::DoneForm(self.about.as_str().into())),
            FormKind::Write => match self.about.strip_prefix("draft:") {
                Some(draft) => Some(Command::ChangeDraft(draft.into())),
                None => Some(Command::Write(self.about.as_str().into())),
            },
            FormKind::KnowsWho => None,
        }
    }
}

impl Field {
    /// A question without help beneath.
    pub fn new(name: &str, label: &str, need: Need, input: Input) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), hint: None, need, input }
    }

    /// Whether it is answered in words of one's own.
    pub fn is_typed(&self) -> bool {
        matches!(self.input, Input::Line { .. } | Input::Words { .. })
    }

    /// With a line of help.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }
}

impl Submitted {
    /// The words of an answer, trimmed; empty where there is none.
    pub fn words(&self, field: &str) -> &str {
        match self.answers.get(field) {
            Some(Answer::Words(words)) => words.trim(),
            _ => "",
        }
    }

    /// Whether a value is among the ticked ones.
    pub fn ticked(&self, field: &str, value: &str) -> bool {
        self.words(field).split(',').any(|ticked| ticked == value)
    }

    /// The person of an answer.
    pub fn person(&self, field: &str) -> Option<&UserKey> {
        match self.answers.get(field) {
            Some(Answer::Person(user)) => Some(user),
            _ => None,
        }
    }

    /// Everybody who was picked.
    pub fn persons(&self) -> impl Iterator<Item = &UserKey> {
        self.answers.values().filter_map(|answer| match answer {
            Answer::Person(user) => Some(user),
            Answer::Words(_) => None,
        })
    }
}
