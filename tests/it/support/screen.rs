//! What people see, as lines that read like the chat: words, quote, facts, `[buttons]`, (small print).

use goodturn::chat::card::{Action, Card};
use goodturn::chat::form::{Form, Input, Need};
use goodturn::chat::inbound::Mend;
use jiff::tz::TimeZone;

/// A quote longer than this is shortened in the transcript: its length is told instead.
const LONG: usize = 300;

/// A card, line by line.
pub fn card(card: &Card, zone: &TimeZone) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(card.title.iter().map(|title| format!("— {} —", title.words(zone))));
    lines.extend(card.lines.iter().map(|line| short(&line.words(zone))));
    lines.extend(card.quote.iter().map(|quote| format!("“{}”", short(quote))));
    lines.extend(card.facts.iter().map(|(label, value)| format!("{label}: {}", value.words(zone))));
    let actions: Vec<String> = card.actions.iter().map(action).collect();
    if !actions.is_empty() {
        lines.push(actions.join(" "));
    }
    if !card.small.is_empty() {
        let small: Vec<String> = card.small.iter().map(|small| small.words(zone)).collect();
        lines.push(format!("({})", small.join(" / ")));
    }
    for part in &card.parts {
        lines.extend(self::card(part, zone).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

/// A form, line by line.
pub fn form(form: &Form) -> Vec<String> {
    let mut lines = vec![format!("— {} —", form.title)];
    for field in &form.fields {
        let needed = if field.need == Need::Optional { " (may stay empty)" } else { "" };
        let hint = field.hint.as_ref().map(|hint| format!(" · {hint}")).unwrap_or_default();
        let input = match &field.input {
            Input::Line { initial, .. } | Input::Words { initial, .. } => format!("“{}”", short(initial)),
            Input::Choice { options, initial } => {
                let labels: Vec<String> = options
                    .iter()
                    .map(|option| {
                        let mark = if Some(&option.value) == initial.as_ref() { "●" } else { "○" };
                        format!("{mark} {}", option.label)
                    })
                    .collect();
                labels.join("  ")
            }
            Input::Checks { options, initial } => {
                let labels: Vec<String> = options
                    .iter()
                    .map(|option| {
                        let mark = if initial.contains(&option.value) { "☑" } else { "☐" };
                        format!("{mark} {}", option.label)
                    })
                    .collect();
                labels.join("  ")
            }
            Input::Person => "a person".to_owned(),
        };
        lines.push(format!("{}{needed}: {input}{hint}", field.label));
    }
    lines.push(format!("[{}]", form.submit));
    lines
}

/// What is to be mended in a form.
pub fn mends(mends: &[Mend]) -> Vec<String> {
    mends.iter().map(|mend| format!("{}: {}", mend.field, mend.why)).collect()
}

/// The label of an action, with the choices of a menu.
fn action(action: &Action) -> String {
    match action {
        Action::Button { label, .. } => format!("[{label}]"),
        Action::Menu { label, choices } => {
            let choices: Vec<&str> = choices.iter().map(|(choice, _)| choice.as_str()).collect();
            format!("[{label}: {}]", choices.join(", "))
        }
        Action::Link { label, .. } => format!("[{label} ↗]"),
    }
}

fn short(words: &str) -> String {
    let line = words.replace('\n', " ⏎ ");
    let length = line.chars().count();
    if length <= LONG {
        return line;
    }
    let head: String = line.chars().take(60).collect();
    format!("{head}… ({length} characters)")
}
