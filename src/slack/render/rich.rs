//! Text spans as Slack's rich text, whose elements are never parsed; small print, which only exists as
//! parsed text, is escaped.
//! Invariant: a person is notified by a `Mention` only, and only if Slack knows them under a key.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{cut, plain};
use crate::chat::text::{self, Moment, Span, Text, Who};
use crate::domain::ids::{PersonId, UserKey};

/// What a text needs to know of its reader.
pub(super) struct Renderer<'a> {
    pub users: &'a BTreeMap<PersonId, UserKey>,
    pub zone: &'a TimeZone,
}

/// One rich text block in the making: lines, then a quote, then lines again.
pub(super) struct Body<'a> {
    renderer: &'a Renderer<'a>,
    /// Finished sections and quotes.
    sections: Vec<Value>,
    /// Elements of the section in the making.
    elements: Vec<Value>,
    /// Characters that are still free.
    free: usize,
}

/// The space that the quoted words leave to everything else in the block.
const KEPT_FOR_THE_REST: usize = 1000;

impl<'a> Body<'a> {
    pub(super) fn new(renderer: &'a Renderer<'a>, most: usize) -> Self {
        Self { renderer, sections: Vec::new(), elements: Vec::new(), free: most }
    }

    pub(super) fn title(&mut self, title: &Text) {
        self.begin_line();
        for span in &title.0 {
            self.span(span, Style { bold: true, ..Style::default() });
        }
    }

    pub(super) fn line(&mut self, line: &Text) {
        self.begin_line();
        for span in &line.0 {
            self.span(span, Style::default());
        }
    }

    pub(super) fn fact(&mut self, label: &str, value: &Text) {
        self.begin_line();
        self.words(&format!("{label}: "), Style { bold: true, ..Style::default() });
        for span in &value.0 {
            self.span(span, Style::default());
        }
    }

    pub(super) fn quote(&mut self, words: &str) {
        if words.trim().is_empty() {
            return;
        }
        self.end_section();
        let kept = self.free.saturating_sub(KEPT_FOR_THE_REST).max(1);
        let words = cut(words, kept);
        self.free = self.free.saturating_sub(words.chars().count());
        self.sections.push(json!({
            "type": "rich_text_quote",
            "elements": [{ "type": "text", "text": words }],
        }));
    }

    pub(super) fn finish(mut self) -> Option<Value> {
        self.end_section();
        (!self.sections.is_empty()).then(|| json!({ "type": "rich_text", "elements": self.sections }))
    }

    fn begin_line(&mut self) {
        if !self.elements.is_empty() {
            self.words("\n", Style::default());
        }
    }

    fn end_section(&mut self) {
        if !self.elements.is_empty() {
            let elements = std::mem::take(&mut self.elements);
            self.sections.push(json!({ "type": "rich_text_section", "elements": elements }));
        }
    }

    fn words(&mut self, words: &str, style: Style) {
        if words.is_empty() || self.free == 0 {
            return;
        }
        let words = cut(words, self.free);
        self.free = self.free.saturating_sub(words.chars().count());
        let mut element = json!({ "type": "text", "text": words });
        style.put_on(&mut element);
        self.elements.push(element);
    }

    fn span(&mut self, span: &Span, style: Style) {
        match span {
            Span::Plain(words) => self.words(words, style),
            Span::Bold(words) => self.words(words, Style { bold: true, ..style }),
            Span::Italic(words) => self.words(words, Style { italic: true, ..style }),
            Span::Code(words) => self.words(words, Style { code: true, ..style }),
            Span::Person(who) => self.words(&who.name, style),
            Span::Mention(who) => match self.renderer.key(who) {
                Some(user) => self.special(json!({ "type": "user", "user_id": user }), &who.name, style),
                None => self.words(&who.name, style),
            },
            Span::Channel(channel) if is_id(channel.as_str()) => {
                let element = json!({ "type": "channel", "channel_id": channel.as_str() });
                self.special(element, channel.as_str(), style);
            }
            Span::Channel(channel) => self.words(channel.as_str(), style),
            Span::Link { url, label } if is_web(url) => {
                let label = cut(if label.is_empty() { url } else { label }, self.free.max(1));
                let element = json!({ "type": "link", "url": url, "text": label });
                self.special(element, &label, style);
            }
            Span::Link { label, .. } => self.words(label, style),
            Span::Instant(at, moment) => {
                let words = text::instant(*at, *moment, self.renderer.zone);
                let element = json!({
                    "type": "date",
                    "timestamp": at.as_second(),
                    "format": format(*moment),
                    "fallback": words,
                });
                self.special(element, &words, style);
            }
        }
    }

    fn special(&mut self, mut element: Value, shown: &str, style: Style) {
        if self.free == 0 {
            return;
        }
        self.free = self.free.saturating_sub(shown.chars().count());
        style.put_on(&mut element);
        self.elements.push(element);
    }
}

impl Renderer<'_> {
    /// One line of small print: plain where that is enough, else escaped.
    pub(super) fn small(&self, line: &Text, most: usize) -> Value {
        let parsed = line.0.iter().any(|span| match span {
            Span::Link { url, .. } => is_web(url),
            Span::Mention(who) => self.key(who).is_some(),
            Span::Channel(channel) => is_id(channel.as_str()),
            Span::Instant(..) => true,
            Span::Bold(_) | Span::Italic(_) | Span::Code(_) | Span::Plain(_) | Span::Person(_) => false,
        });
        if !parsed {
            return plain(&line.words(self.zone), most);
        }
        let mut words = String::new();
        for span in &line.0 {
            let piece = self.parsed(span);
            if words.chars().count() + piece.chars().count() >= most {
                words.push('…');
                break;
            }
            words.push_str(&piece);
        }
        json!({ "type": "mrkdwn", "text": words, "verbatim": true })
    }

    fn parsed(&self, span: &Span) -> String {
        match span {
            Span::Plain(words) | Span::Bold(words) | Span::Italic(words) | Span::Code(words) => disarm(words),
            Span::Person(who) => disarm(&who.name),
            Span::Mention(who) => {
                self.key(who).map_or_else(|| disarm(&who.name), |user| format!("<@{}>", escape(user)))
            }
            Span::Channel(channel) if is_id(channel.as_str()) => format!("<#{channel}>"),
            Span::Channel(channel) => disarm(channel.as_str()),
            Span::Link { url, label } if is_web(url) => {
                format!("<{}|{}>", escape(url).replace('|', "%7C"), disarm(label).replace('|', "/"))
            }
            Span::Link { label, .. } => disarm(label),
            Span::Instant(at, moment) => {
                let words = text::instant(*at, *moment, self.zone);
                format!("<!date^{}^{}|{}>", at.as_second(), format(*moment), escape(&words))
            }
        }
    }

    fn key(&self, who: &Who) -> Option<&str> {
        self.users.get(&who.id).map(UserKey::as_str)
    }
}

#[derive(Clone, Copy, Default)]
struct Style {
    bold: bool,
    italic: bool,
    code: bool,
}

impl Style {
    fn put_on(self, element: &mut Value) {
        for (name, on) in [("bold", self.bold), ("italic", self.italic), ("code", self.code)] {
            if on {
                element["style"][name] = json!(true);
            }
        }
    }
}

/// Slack's own escape: these three characters open its markup.
pub(super) fn escape(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Escaped, and with the characters of Slack's formatting kept from forming pairs.
fn disarm(words: &str) -> String {
    let mut safe = String::new();
    for c in escape(words).chars() {
        if matches!(c, '*' | '_' | '~' | '`') {
            // A word joiner: nothing to see, but formatting wants a boundary there.
            safe.push('\u{2060}');
            safe.push(c);
            safe.push('\u{2060}');
        } else {
            safe.push(c);
        }
    }
    safe
}

fn format(moment: Moment) -> &'static str {
    match moment {
        Moment::Time => "{time}",
        Moment::DayTime => "{date_long_pretty}, {time}",
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn is_id(channel: &str) -> bool {
    channel.starts_with(['C', 'G', 'D'])
        && channel.len() > 1
        && channel.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
