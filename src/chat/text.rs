//! Text made of spans, never of markup: what a person typed stands in a plain span and can therefore
//! never become a mention, a link or formatting. Each platform escapes in its own way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ChannelKey, PersonId};

/// Spans in reading order.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Span>);

/// A piece of text with one meaning.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// As it stands.
    Plain(String),
    /// Stressed.
    Bold(String),
    /// Words that somebody said, or a soft tone.
    Italic(String),
    /// To be typed as it stands.
    Code(String),
    /// A link with its label.
    Link {
        /// Where it leads.
        url: String,
        /// What is read.
        label: String,
    },
    /// A person, by name; nobody is notified.
    Person(Who),
    /// A person who is to be notified.
    Mention(Who),
    /// A channel.
    Channel(ChannelKey),
    /// An instant, shown in the reader's zone.
    Instant(Timestamp, Moment),
}

/// A person as read: ours and their name as it was when this was said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Who {
    /// Ours.
    pub id: PersonId,
    /// What people read.
    pub name: String,
}

/// How an instant is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// `09:25`.
    Time,
    /// `Monday 09:00`; today and tomorrow by these words where the platform can.
    DayTime,
}

impl Text {
    /// Plain words.
    pub fn plain(words: impl Into<String>) -> Self {
        Self(vec![Span::Plain(words.into())])
    }

    /// Nothing yet, to be added to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds plain words.
    #[must_use]
    pub fn say(mut self, words: impl Into<String>) -> Self {
        self.0.push(Span::Plain(words.into()));
        self
    }

    /// Adds stressed words.
    #[must_use]
    pub fn bold(mut self, words: impl Into<String>) -> Self {
        self.0.push(Span::Bold(words.into()));
        self
    }

    /// Adds words that somebody said.
    #[must_use]
    pub fn quote(mut self, words: impl Into<String>) -> Self {
        self.0.push(Span::Italic(words.into()));
        self
    }

    /// Adds something to be typed.
    #[must_use]
    pub fn code(mut self, words: impl Into<String>) -> Self {
        self.0.push(Span::Code(words.into()));
        self
    }

    /// Adds a person by name.
    #[must_use]
    pub fn who(mut self, who: &Who) -> Self {
        self.0.push(Span::Person(who.clone()));
        self
    }

    /// Adds a person who is notified.
    #[must_use]
    pub fn mention(mut self, who: &Who) -> Self {
        self.0.push(Span::Mention(who.clone()));
        self
    }

    /// Adds an instant.
    #[must_use]
    pub fn at(mut self, at: Timestamp, moment: Moment) -> Self {
        self.0.push(Span::Instant(at, moment));
        self
    }

    /// Adds a span.
    #[must_use]
    pub fn span(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }

    /// Adds another text.
    #[must_use]
    pub fn then(mut self, mut more: Self) -> Self {
        self.0.append(&mut more.0);
        self
    }

    /// All the persons in it.
    pub fn persons(&self) -> impl Iterator<Item = &Who> {
        self.0.iter().filter_map(|span| match span {
            Span::Person(who) | Span::Mention(who) => Some(who),
            _ => None,
        })
    }

    /// The words alone, for notifications, screen readers and transcripts; instants in this zone.
    pub fn words(&self, zone: &jiff::tz::TimeZone) -> String {
        self.0
            .iter()
            .map(|span| match span {
                Span::Plain(words) | Span::Bold(words) | Span::Italic(words) | Span::Code(words) => {
                    words.clone()
                }
                Span::Link { label, .. } => label.clone(),
                Span::Person(who) | Span::Mention(who) => who.name.clone(),
                Span::Channel(channel) => channel.to_string(),
                Span::Instant(at, moment) => instant(*at, *moment, zone),
            })
            .collect()
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self::plain(words)
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self::plain(words)
    }
}

/// An instant in words: `09:25`, `Monday 09:00`.
pub fn instant(at: Timestamp, moment: Moment, zone: &jiff::tz::TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    match moment {
        Moment::Time => local.strftime("%H:%M").to_string(),
        Moment::DayTime => local.strftime("%A %H:%M").to_string(),
    }
}

/// A span of time in words, one unit, rounded to what helps: `10 minutes`, `15 h`, `3 days`.
pub fn duration(time: jiff::SignedDuration) -> String {
    let minutes = (time.as_secs().max(0) + 30) / 60;
    match minutes {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        2..=90 => format!("{minutes} minutes"),
        91..=2160 => format!("{} h", (minutes + 30) / 60),
        _ => format!("{} days", (minutes + 720) / 1440),
    }
}
