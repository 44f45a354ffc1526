//! Text spans as Discord's Markdown.
//! Invariants: what people typed stays text (see [`escape`]); a piece is written whole or, where it is
//! words, cut on a whole character before it is escaped, so no escape or markup is ever torn; what was
//! cut ends with "…".

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::escape::{escape, is_snowflake};
use crate::chat::text::{Moment, Span, Text, Who};
use crate::domain::ids::{PersonId, UserKey};

/// What a text needs to know of its reader.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub users: &'a BTreeMap<PersonId, UserKey>,
    pub zone: &'a TimeZone,
}

/// How words are set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
}

/// Markdown in the making, with so many characters at most.
pub(super) struct Writer<'a> {
    reader: Reader<'a>,
    out: String,
    /// Characters that are still free, one for "…" not counted.
    free: usize,
    cut: bool,
    mentioned: Vec<UserKey>,
}

impl<'a> Reader<'a> {
    /// Whom a span notifies, where Discord knows them.
    pub(super) fn notified(self, text: &Text) -> impl Iterator<Item = UserKey> + 'a {
        let found: Vec<UserKey> = text
            .0
            .iter()
            .filter_map(|span| match span {
                Span::Mention(who) => self.key(who).cloned(),
                _ => None,
            })
            .collect();
        found.into_iter()
    }

    fn key(self, who: &Who) -> Option<&'a UserKey> {
        self.users.get(&who.id).filter(|user| is_snowflake(user.as_str()))
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(reader: Reader<'a>, most: usize) -> Self {
        Self { reader, out: String::new(), free: most.saturating_sub(1), cut: false, mentioned: Vec::new() }
    }

    /// Begins a new line, unless nothing stands there yet.
    pub(super) fn line(&mut self) {
        if !self.out.is_empty() {
            self.whole("\n");
        }
    }

    /// Begins a new paragraph, unless nothing stands there yet.
    pub(super) fn paragraph(&mut self) {
        if !self.out.is_empty() {
            self.whole("\n\n");
        }
    }

    pub(super) fn text(&mut self, text: &Text, style: Style) {
        for span in &text.0 {
            self.span(span, style);
        }
    }

    /// A line of small print.
    pub(super) fn small(&mut self, text: &Text) {
        self.line();
        self.whole("-# ");
        self.text(&one_line(text), Style::Plain);
    }

    /// What somebody typed, set off from the rest, with so many characters at most.
    pub(super) fn quote(&mut self, words: &str, most: usize) {
        let kept = self.free.saturating_sub(most);
        self.free -= kept;
        for line in words.trim().lines() {
            self.line();
            self.whole("> ");
            self.words(line, "");
        }
        if self.cut && kept > 0 {
            // The rest of the space is for what comes after the words; the "…" is paid from it.
            self.cut = false;
            self.free = kept - 1;
        } else {
            self.free += kept;
        }
    }

    /// Plain words of our own or of people.
    pub(super) fn plain(&mut self, words: &str) {
        self.words(words, "");
    }

    /// Words in bold.
    pub(super) fn bold(&mut self, words: &str) {
        self.words(words, "**");
    }

    /// A mention of somebody by key.
    pub(super) fn mention(&mut self, user: &UserKey) {
        if self.whole(&format!("<@{user}>")) {
            self.mentioned.push(user.clone());
        }
    }

    /// A link with its label; only the label where the address is none.
    pub(super) fn link(&mut self, url: &str, label: &str) {
        let Some(url) = address(url) else { return self.words(label, "") };
        let label = if label.trim().is_empty() { "–" } else { label };
        let label = escape(&label.replace('\n', " "));
        // In angle brackets: what it leads to is not unfurled.
        if !self.whole(&format!("[{label}](<{url}>)")) {
            self.words("…", "");
        }
    }

    /// What was written, and who is mentioned in it.
    pub(super) fn finish(self) -> (String, Vec<UserKey>) {
        (self.out, self.mentioned)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    fn span(&mut self, span: &Span, style: Style) {
        let set = if style == Style::Bold { "**" } else { "" };
        match span {
            Span::Plain(words) => self.words(words, set),
            Span::Bold(words) => self.words(words, "**"),
            Span::Italic(words) => self.words(words, if style == Style::Bold { "***" } else { "*" }),
            Span::Code(words) => self.code(words),
            Span::Person(who) => self.words(&who.name, set),
            Span::Mention(who) => match self.reader.key(who) {
                Some(user) => self.mention(user),
                None => self.words(&who.name, set),
            },
            Span::Channel(channel) if is_snowflake(channel.as_str()) => {
                self.whole(&format!("<#{channel}>"));
            }
            Span::Channel(channel) => self.words(channel.as_str(), set),
            Span::Link { url, label } => self.link(url, if label.is_empty() { url } else { label }),
            Span::Instant(at, moment) => {
                let format = match moment {
                    Moment::Time => 't',
                    Moment::DayTime => 'F',
                };
                self.whole(&format!("<t:{}:{format}>", at.as_second()));
            }
        }
    }

    fn code(&mut self, words: &str) {
        if words.trim().is_empty() || words.contains(['`', '\n', '@', '<']) {
            // Nothing can be escaped within code, so such words are words.
            return self.words(words, "");
        }
        if !self.whole(&format!("`{words}`")) {
            self.words("…", "");
        }
    }

    /// Words between marks, cut where there is no more room. Marks touch no blank and no other marks,
    /// or they would be read as words.
    fn words(&mut self, words: &str, marks: &str) {
        let inner = words.trim();
        if marks.is_empty() || inner.is_empty() {
            self.cut_to_fit(words, 0, str::to_owned);
            return;
        }
        let (before, after) = around(words, inner);
        self.whole(&before.replace('\n', " "));
        if self.out.ends_with('*') {
            self.whole("\u{200b}");
        }
        let inner = inner.split_whitespace().collect::<Vec<_>>().join(" ");
        self.cut_to_fit(&inner, marks.len() * 2, |escaped| format!("{marks}{escaped}{marks}"));
        self.whole(&after.replace('\n', " "));
    }

    fn cut_to_fit(&mut self, words: &str, around: usize, dress: impl Fn(&str) -> String) {
        if self.cut || words.is_empty() {
            return;
        }
        let escaped = escape(words);
        if count(&escaped) + around <= self.free {
            self.push(&dress(&escaped));
            return;
        }
        let most = self.free.saturating_sub(around);
        let mut kept = String::new();
        // Escaping looks at neighbours, so a shorter piece is escaped anew; halving finds it quickly.
        let (mut fits, mut too_long) = (0, count(words));
        let letters: Vec<char> = words.chars().collect();
        while fits + 1 < too_long {
            let middle = fits.midpoint(too_long);
            let candidate = escape(&letters[..middle].iter().collect::<String>());
            if count(&candidate) <= most {
                (fits, kept) = (middle, candidate);
            } else {
                too_long = middle;
            }
        }
        if !kept.is_empty() {
            self.push(&dress(&kept));
        }
        self.end();
    }

    /// Writes a piece whole or, where it does not fit, not at all.
    fn whole(&mut self, piece: &str) -> bool {
        if self.cut {
            return false;
        }
        let fits = count(piece) <= self.free;
        if fits {
            self.push(piece);
        } else {
            self.end();
        }
        fits
    }

    fn push(&mut self, piece: &str) {
        self.free = self.free.saturating_sub(count(piece));
        self.out.push_str(piece);
    }

    /// No more room: the one character kept for it is used.
    fn end(&mut self) {
        if !self.cut {
            self.cut = true;
            self.out.push('…');
        }
    }
}

fn count(words: &str) -> usize {
    words.chars().count()
}

/// The blanks before and after.
fn around<'a>(words: &'a str, inner: &str) -> (&'a str, &'a str) {
    let from = words.len() - words.trim_start().len();
    (&words[..from], &words[from + inner.len()..])
}

fn one_line(text: &Text) -> Text {
    let spans = text.0.iter().map(|span| match span {
        Span::Plain(words) => Span::Plain(words.replace('\n', " ")),
        other => other.clone(),
    });
    Text(spans.collect())
}

/// A web address without anything that could end it early.
fn address(url: &str) -> Option<String> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    if !web || url.chars().count() > super::limit::URL {
        return None;
    }
    let mut safe = String::new();
    for c in url.chars() {
        match c {
            '(' => safe.push_str("%28"),
            ')' => safe.push_str("%29"),
            '<' => safe.push_str("%3C"),
            '>' => safe.push_str("%3E"),
            '\\' => safe.push_str("%5C"),
            c if c.is_whitespace() || c.is_control() => return None,
            c => safe.push(c),
        }
    }
    Some(safe)
}
