//! The rules that all words keep: the voice's, and the platforms' limits.

use jiff::tz::TimeZone;

use crate::chat::card::{Action, Card};
use crate::chat::command::TOKEN_BYTES;
use crate::chat::form::{Form, Input};
use crate::chat::say::notices;
use crate::chat::say::service::help;
use crate::chat::text::{Span, Text};

use super::all;
use super::support::TRICKY;

/// Words that are never said, each with a blank or a mark around them.
const NEVER: &[&str] = &[
    "just",
    "simply",
    "successfully",
    "ticket",
    "tickets",
    "assigned",
    "assignee",
    "assign",
    "agent",
    "queue",
    "claimed",
    "error",
    "invalid",
    "failed",
    "breach",
    "overdue",
    "unfortunately",
    "sorry",
    "oops",
    "deadline",
];

#[test]
fn the_voice_is_kept() {
    for (name, words) in everything_said() {
        let lower = words.to_lowercase();
        for word in lower.split(|letter: char| !letter.is_alphanumeric()) {
            assert!(!NEVER.contains(&word), "{name} says {word:?}: {words}");
        }
        for phrase in ["please note", "(s)", "  "] {
            assert!(!lower.contains(phrase), "{name} says {phrase:?}: {words}");
        }
        let own = words.replace(TRICKY, "").replace("bill!ng", "");
        assert!(!own.contains('!'), "{name} shouts: {words}");
    }
}

#[test]
fn sentences_end() {
    let ends = |text: &str| text.ends_with(['.', '?', ':', '…', '"', ')']);
    for (name, card) in all::all() {
        for line in card.lines.iter().chain(card.parts.iter().flat_map(|part| &part.lines)) {
            let last = line.0.last();
            let typed = matches!(last, Some(Span::Code(_) | Span::Italic(_)));
            let listed = name.starts_with("topic") || name.starts_with("settings");
            assert!(typed || listed || ends(&words(line)), "{name}: {}", words(line));
        }
    }
}

#[test]
fn what_comes_unasked_says_why() {
    for (name, card) in all::notices() {
        let small = if name.starts_with("home") { &card.parts[3].small } else { &card.small };
        assert!(small.iter().any(|text| !words(text).is_empty()), "{name} does not say why it came");
    }
}

#[test]
fn what_people_typed_stays_words() {
    for (name, card) in all::all() {
        for span in card.texts().into_iter().flat_map(|text| &text.0) {
            match span {
                Span::Bold(words) | Span::Code(words) | Span::Link { label: words, .. } => {
                    assert!(!words.contains("<!channel>"), "{name} makes markup of what was typed: {words}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn only_introductions_and_words_passed_on_notify_people() {
    for (name, card) in all::all() {
        let mentions =
            card.texts().into_iter().flat_map(|text| &text.0).filter(|span| matches!(span, Span::Mention(_)));
        let expected = match name.as_str() {
            "relayed" => 1,
            name if name.starts_with("introduction") => 2,
            _ => 0,
        };
        assert_eq!(mentions.count(), expected, "{name}");
    }
}

#[test]
fn buttons_fit_everywhere() {
    for (name, card) in all::all() {
        check(&name, &card);
    }
}

fn check(name: &str, card: &Card) {
    assert!(card.actions.len() <= 5, "{name} has {} actions", card.actions.len());
    for action in &card.actions {
        match action {
            Action::Button { label, command, .. } => {
                assert!(label.chars().count() <= 30, "{name}: {label}");
                let token = command.encode().unwrap_or_else(|| panic!("{name}: {label} has no token"));
                assert!(token.len() <= TOKEN_BYTES, "{name}: {token}");
            }
            Action::Menu { label, choices } => {
                assert!(label.chars().count() <= 30, "{name}: {label}");
                assert!((1..=25).contains(&choices.len()), "{name}: {} choices", choices.len());
                for (label, command) in choices {
                    assert!(label.chars().count() <= 75, "{name}: {label}");
                    let token = command.encode().unwrap_or_else(|| panic!("{name}: {label} has no token"));
                    assert!(token.len() <= TOKEN_BYTES, "{name}: {token}");
                }
            }
            Action::Link { label, .. } => assert!(label.chars().count() <= 30, "{name}: {label}"),
        }
    }
    for part in &card.parts {
        check(name, part);
    }
}

#[test]
fn long_lists_fit_into_a_view_and_a_message() {
    let home = notices::card(&all::home(60));
    assert!(blocks(&home) <= 100, "{} blocks on App Home", blocks(&home));
    for (name, card) in all::all().into_iter().filter(|(name, _)| !name.starts_with("home")) {
        assert!(blocks(&card) <= 50, "{name}: {} blocks", blocks(&card));
    }
    let mine = crate::chat::say::lists::mine(&all::many(60), &all::many(60));
    assert!(blocks(&mine) <= 50, "{} blocks in a list", blocks(&mine));
    let topic = crate::chat::say::lists::in_topic("billing", &all::many(60));
    assert!(blocks(&topic) <= 50, "{} blocks in a topic", blocks(&topic));
}

/// What a card takes on a platform that lays out text, buttons and small print one below the other.
fn blocks(card: &Card) -> usize {
    let body =
        card.title.is_some() || !card.lines.is_empty() || card.quote.is_some() || !card.facts.is_empty();
    usize::from(body)
        + usize::from(!card.actions.is_empty())
        + usize::from(!card.small.is_empty())
        + card.parts.iter().map(blocks).sum::<usize>()
}

#[test]
fn forms_fit_everywhere() {
    for form in all::forms::forms().into_iter().chain([all::forms::large_form()]) {
        assert!(form.title.chars().count() <= 24, "{}", form.title);
        assert!(form.submit.chars().count() <= 24, "{}", form.submit);
        assert!(form.about.len() <= 2_000, "{}", form.title);
        for field in &form.fields {
            fits(&form, field);
        }
    }
}

fn fits(form: &Form, field: &crate::chat::form::Field) {
    let name = format!("{} / {}", form.title, field.name);
    assert!(field.label.chars().count() <= 45, "{name}: {}", field.label);
    assert!(field.hint.as_ref().is_none_or(|hint| hint.chars().count() <= 150), "{name}");
    match &field.input {
        Input::Line { initial, max } | Input::Words { initial, max } => {
            assert!(initial.chars().count() <= *max as usize && *max <= 3_000, "{name}");
        }
        Input::Choice { options, initial } => {
            assert!(options.len() <= 100, "{name}: {} options", options.len());
            assert!(options.iter().all(|option| option.label.chars().count() <= 75), "{name}");
            let among = |value: &String| options.iter().any(|option| &option.value == value);
            assert!(initial.as_ref().is_none_or(among), "{name}: the first choice is no option");
        }
        Input::Checks { options, initial } => {
            assert!(options.len() <= 10, "{name}");
            assert!(
                initial.iter().all(|value| options.iter().any(|option| &option.value == value)),
                "{name}"
            );
        }
        Input::Person => {}
    }
}

#[test]
fn help_tells_of_every_command() {
    let all = help("").words(&TimeZone::UTC);
    for command in crate::chat::catalog::COMMANDS {
        assert!(all.contains(&format!("/{}", command.name)), "{}", command.name);
        let one = help(command.name).words(&TimeZone::UTC);
        for part in command.parts {
            assert!(one.contains(part.summary), "{} {}", command.name, part.name);
        }
    }
}

fn words(text: &Text) -> String {
    text.words(&TimeZone::UTC)
}

/// All that people read, by the name of what says it.
fn everything_said() -> Vec<(String, String)> {
    let mut said = Vec::new();
    for (name, card) in all::all() {
        for text in card.texts() {
            said.push((name.clone(), words(text)));
        }
        for action in card.all_actions() {
            match action {
                Action::Button { label, .. } | Action::Link { label, .. } => {
                    said.push((name.clone(), label.clone()));
                }
                Action::Menu { label, choices } => {
                    said.push((name.clone(), label.clone()));
                    said.extend(choices.iter().map(|(label, _)| (name.clone(), label.clone())));
                }
            }
        }
        said.extend(card.facts.iter().map(|(label, _)| (name.clone(), label.clone())));
    }
    for form in all::forms::forms() {
        let name = form.title.clone();
        said.push((name.clone(), form.title));
        said.push((name.clone(), form.submit));
        for field in form.fields {
            said.push((name.clone(), field.label));
            said.extend(field.hint.map(|hint| (name.clone(), hint)));
        }
    }
    said.extend(all::forms::mends().into_iter().map(|mend| (mend.field, mend.why)));
    said
}
