//! People, requests and a plain way to show cards in snapshots.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::chat::card::{Action, Card, Tone};
use crate::chat::form::{Form, Input, Need};
use crate::chat::notice::{Now, RequestView};
use crate::chat::text::{Span, Text, Who};
use crate::domain::ids::{PersonId, RequestId};
use crate::domain::request::{Privacy, Urgency};

/// Words that try to be more than words.
pub const TRICKY: &str = "refund stuck since *Monday* <!channel> @here";

/// An instant of Monday, 2 March 2026.
pub fn at(time: &str) -> Timestamp {
    format!("2026-03-02T{time}:00Z").parse().unwrap()
}

/// An instant of the day after.
pub fn tomorrow(time: &str) -> Timestamp {
    format!("2026-03-03T{time}:00Z").parse().unwrap()
}

/// Somebody by their name.
pub fn who(name: &str) -> Who {
    Who { id: PersonId::from(name.to_lowercase()), name: name.to_owned() }
}

/// A request of Ana's, for Globex, held by her.
pub fn view(now: Now) -> RequestView {
    let holder = if now == Now::Held { who("Bo") } else { who("Ana") };
    RequestView {
        id: RequestId::from("0190a0b1c2d3e4f5a6b7c8d9e0f1a2b3"),
        number: 17,
        topic: (now != Now::Unplaced).then(|| "billing".to_owned()),
        words: TRICKY.to_owned(),
        customer: Some("Globex".to_owned()),
        requester: who("Ana"),
        handed_by: who("Ana"),
        holder,
        held_since: at("09:15"),
        privacy: Privacy::Open,
        urgency: Urgency::Normal,
        link: Some("https://example.slack.com/archives/C1/p1".to_owned()),
        between: crate::chat::notice::Between::Together,
        now,
    }
}

/// The same, handed off by Eve for Ana.
pub fn through_eve(now: Now) -> RequestView {
    let mut view = view(now);
    view.handed_by = who("Eve");
    if view.holder.name == "Ana" {
        view.holder = who("Eve");
    }
    view
}

/// The same, private and urgent, with words too long for one line.
pub fn private(now: Now) -> RequestView {
    let mut view = view(now);
    view.privacy = Privacy::Private;
    view.urgency = Urgency::Urgent;
    view.customer = None;
    view.link = None;
    view.words = "The refund for Globex is stuck since Monday.\nThey have asked twice already, most kindly, \
                  whether anybody could have a look at it before the weekend."
        .to_owned();
    view
}

/// A card as text: what stressed, what quoted, what can be pressed.
pub fn shown(card: &Card) -> String {
    let mut out = String::new();
    show(card, "", &mut out);
    out
}

fn show(card: &Card, indent: &str, out: &mut String) {
    if let Some(title) = &card.title {
        writeln!(out, "{indent}# {}", text(title)).unwrap();
    }
    for line in &card.lines {
        writeln!(out, "{indent}{}", text(line)).unwrap();
    }
    if let Some(quote) = &card.quote {
        writeln!(out, "{indent}“{}”", quote.replace('\n', " / ")).unwrap();
    }
    for (label, value) in &card.facts {
        writeln!(out, "{indent}  {label}: {}", text(value)).unwrap();
    }
    if !card.actions.is_empty() {
        let actions: Vec<String> = card.actions.iter().map(action).collect();
        writeln!(out, "{indent}{}", actions.join(" ")).unwrap();
    }
    for small in &card.small {
        writeln!(out, "{indent}~ {}", text(small)).unwrap();
    }
    if card.tone != Tone::Plain && indent.is_empty() {
        writeln!(out, "({:?})", card.tone).unwrap();
    }
    for part in &card.parts {
        show(part, &format!("{indent}    "), out);
    }
}

fn text(text: &Text) -> String {
    text.0.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Bold(words) => format!("**{words}**"),
        Span::Italic(words) => format!("_{words}_"),
        Span::Code(words) => format!("`{words}`"),
        Span::Mention(who) => format!("@{}", who.name),
        other => Text(vec![other.clone()]).words(&TimeZone::UTC),
    }
}

fn action(action: &Action) -> String {
    match action {
        Action::Button { label, weight, .. } => match weight {
            crate::chat::card::Weight::Plain => format!("[{label}]"),
            weight => format!("[{label} ({weight:?})]"),
        },
        Action::Menu { label, choices } => {
            let choices: Vec<&str> = choices.iter().map(|(label, _)| label.as_str()).collect();
            format!("[{label}: {}]", choices.join(" | "))
        }
        Action::Link { label, .. } => format!("[{label} ↗]"),
    }
}

/// A form as text.
pub fn form(form: &Form) -> String {
    let mut out = format!("## {} (about {:?})\n", form.title, form.about);
    for field in &form.fields {
        let need = if field.need == Need::Required { "" } else { " (optional)" };
        let hint = field.hint.as_deref().map(|hint| format!(" — {hint}")).unwrap_or_default();
        writeln!(out, "{}: {}{need}{hint}", field.name, field.label).unwrap();
        match &field.input {
            Input::Line { initial, max } => writeln!(out, "    line of {max}: {initial:?}").unwrap(),
            Input::Words { initial, max } => writeln!(out, "    words of {max}: {initial:?}").unwrap(),
            Input::Choice { options, initial } => {
                let labels: Vec<&str> = options.iter().map(|option| option.label.as_str()).collect();
                writeln!(out, "    one of: {} (first {initial:?})", labels.join(" | ")).unwrap();
            }
            Input::Checks { options, initial } => {
                let labels: Vec<&str> = options.iter().map(|option| option.label.as_str()).collect();
                writeln!(out, "    any of: {} (first {initial:?})", labels.join(" | ")).unwrap();
            }
            Input::Person => writeln!(out, "    a person").unwrap(),
        }
    }
    writeln!(out, "[{}]", form.submit).unwrap();
    out
}
