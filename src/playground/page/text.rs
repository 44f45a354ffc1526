//! Words, times and people as HTML. `maud` escapes; nothing here is markup but what is written here.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::chat::platform::Addressed;
use crate::chat::text::{Moment, Span, Text};
use crate::domain::ids::{ChannelKey, UserKey};
use crate::playground::home::Home;
use crate::playground::{company, hear};

/// Who reads, and when.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    /// Who.
    pub who: &'a UserKey,
    /// Their zone.
    pub zone: TimeZone,
    /// When.
    pub now: Timestamp,
    /// In which workspace.
    pub home: Home,
}

/// Spans of the bot.
pub fn spans<T>(text: &Text, card: &Addressed<T>, reader: &Reader<'_>) -> Markup {
    html! {
        @for span in &text.0 {
            @match span {
                Span::Plain(words) => (words),
                Span::Bold(words) => strong { (words) },
                Span::Italic(words) => em { (words) },
                Span::Code(words) => code { (words) },
                Span::Link { url, label } => (link(url, label, reader)),
                Span::Person(who) => span.person { (who.name) },
                Span::Mention(who) => {
                    @let me = card.users.get(&who.id) == Some(&reader.home.account(reader.who));
                    span.mention.me[me] { "@" (who.name) }
                },
                Span::Channel(channel) => span.channel { (channel_name(channel)) },
                Span::Instant(at, moment) => (instant(*at, *moment, reader)),
            }
        }
    }
}

/// A link: to a message here, or to the web; anything else is only read.
pub fn link(url: &str, label: &str, reader: &Reader<'_>) -> Markup {
    html! {
        @if url.starts_with("/message/") {
            a href=(format!("/as/{}{url}", reader.who)) { (label) }
        } @else if url.starts_with("https://") || url.starts_with("http://") {
            a href=(url) rel="noopener noreferrer" target="_blank" { (label) }
        } @else {
            (label)
        }
    }
}

/// What a person typed: mentions stand out, the rest is as it was typed.
pub fn typed(words: &str, reader: &Reader<'_>) -> Markup {
    let mut pieces: Vec<(&str, Option<String>)> = Vec::new();
    let mut done = 0;
    for (at, handle) in hear::handles(words) {
        let lower = handle.to_lowercase();
        if lower == hear::BOT || company::people_of(reader.home).any(|person| person.handle == lower) {
            pieces.push((&words[done..at], None));
            let end = at + 1 + handle.len();
            pieces.push((&words[at..end], Some(lower)));
            done = end;
        }
    }
    pieces.push((&words[done..], None));
    html! {
        @for (piece, mention) in pieces {
            @if let Some(handle) = mention {
                span.mention.me[handle == reader.who.as_str()] { (piece) }
            } @else {
                (piece)
            }
        }
    }
}

/// An instant in the reader's zone.
pub fn instant(at: Timestamp, moment: Moment, reader: &Reader<'_>) -> Markup {
    let local = at.to_zoned(reader.zone.clone());
    let time = local.strftime("%H:%M");
    let words = match moment {
        Moment::Time => time.to_string(),
        Moment::DayTime => format!("{} {time}", day(at, reader)),
    };
    html! { time datetime=(at.to_string()) title=(local.strftime("%A %-d %B %Y, %H:%M").to_string()) { (words) } }
}

/// A day in words: today, tomorrow, yesterday, a weekday, or a date.
pub fn day(at: Timestamp, reader: &Reader<'_>) -> String {
    let date = at.to_zoned(reader.zone.clone()).date();
    let today = reader.now.to_zoned(reader.zone.clone()).date();
    match today.until(date).map(|span| span.get_days()) {
        Ok(0) => "today".to_owned(),
        Ok(1) => "tomorrow".to_owned(),
        Ok(-1) => "yesterday".to_owned(),
        Ok(2..=6) => date.strftime("%A").to_string(),
        _ => date.strftime("%A %-d %B").to_string(),
    }
}

/// A person's round sign: their initials, in a colour of their own. Read by nobody: the name is beside it.
pub fn sign(handle: &str) -> Markup {
    let place = company::PEOPLE.iter().position(|person| person.handle == handle).unwrap_or(0);
    let name = company::person(handle).map_or(handle, |person| person.name);
    let initials: String = name.split(' ').filter_map(|word| word.chars().next()).take(2).collect();
    html! { span class=(format!("sign hue-{place}")) aria-hidden="true" { (initials) } }
}

/// A channel's name, with its sign.
pub fn channel_name(key: &ChannelKey) -> String {
    let name = company::channel_of(key).map_or(key.as_str(), |channel| channel.name);
    format!("#{}", name.trim_start_matches('#'))
}

/// A person's name.
pub fn name(handle: &str) -> &str {
    company::person(handle).map_or(handle, |person| person.name)
}

/// A person's first name.
pub fn first_name(handle: &str) -> &str {
    name(handle).split(' ').next().unwrap_or(handle)
}
