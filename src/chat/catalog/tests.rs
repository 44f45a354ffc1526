//! The catalog against itself and against the grammar.

use super::*;
use crate::chat::parse;

/// Every command or part with its arguments.
fn all() -> Vec<(String, &'static [Arg])> {
    let mut all = Vec::new();
    for command in COMMANDS {
        if command.parts.is_empty() {
            all.push((command.name.to_owned(), command.args));
        }
        all.extend(command.parts.iter().map(|part| (format!("{} {}", command.name, part.name), part.args)));
    }
    all
}

/// Something that an argument takes.
fn example(takes: Takes) -> &'static str {
    match takes {
        Takes::Topic | Takes::Word => "billing",
        Takes::Topics => "billing contracts",
        Takes::Person => "@bo",
        Takes::Request | Takes::Number => "17",
        Takes::Setting => "capacity",
        Takes::Command => "handoff",
        Takes::OneOf(words) => words[0],
        Takes::Words => "some words",
    }
}

#[test]
fn what_is_declared_is_understood() {
    for (name, args) in all() {
        let (command, part) = name.split_once(' ').unwrap_or((&name, ""));
        for given in [0, args.iter().filter(|arg| arg.need == Need::Required).count(), args.len()] {
            let words: Vec<&str> = args[..given].iter().map(|arg| example(arg.takes)).collect();
            let command = parse::slash(command, &format!("{part} {}", words.join(" ")));
            assert!(!matches!(command, Command::Unknown { .. }), "{name} {words:?}");
            assert_eq!(name_of(&command), name, "{words:?}");
        }
    }
}

#[test]
fn what_may_be_left_out_comes_last_and_only_the_last_takes_words() {
    for (name, args) in all() {
        for pair in args.windows(2) {
            assert!(pair[0].need == Need::Required || pair[1].need == Need::Optional, "{name}");
            assert!(!matches!(pair[0].takes, Takes::Words | Takes::Topics | Takes::Person), "{name}");
        }
    }
}

#[test]
fn names_and_summaries_keep_within_what_platforms_take() {
    let word = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    for command in COMMANDS {
        assert!(word(command.name) && command.summary.chars().count() <= 100, "{}", command.name);
        for part in command.parts {
            assert!(part.name.split(' ').all(word) && part.name.split(' ').count() <= 2, "{}", part.name);
            assert!(part.summary.chars().count() <= 100, "{}", part.name);
        }
    }
    for (name, args) in all() {
        for arg in args {
            assert!(word(arg.name) && arg.summary.chars().count() <= 100, "{name} {}", arg.name);
        }
    }
    for shortcut in [HAND_OFF, HAND_PERSON] {
        assert!(shortcut.label.chars().count() <= 24);
    }
}

#[test]
fn the_usage_comes_from_the_arguments() {
    let usage = |command: &str, part: &str| usage(args(command, part).unwrap());
    assert_eq!(usage("handoff", ""), "[topic] [what is needed]");
    assert_eq!(usage("volunteer", "join"), "topic [topic …]");
    assert_eq!(
        usage("service", "topic edit"),
        "name about | channel | steward | offer_timeout | stale_after | hours [value]"
    );
    assert_eq!(declared("requests").unwrap().usage(), "[mine | offered | topic | who | show]");
    assert!(declared("service").unwrap().usage().starts_with("[help | topic | settings"));
    assert!(args("service", "").is_none() && args("dance", "").is_none());
}
