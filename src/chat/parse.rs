//! From words to a [`Command`]. It never fails: what is not understood becomes `Unknown`, with its
//! words, so that the answer can help.

use crate::chat::command::{Command, Named, RequestsCommand, ServiceCommand, VolunteerCommand};

/// A slash command: its name, with or without the slash, and the words behind it.
pub fn slash(name: &str, words: &str) -> Command {
    let name = name.trim_start_matches('/').to_lowercase();
    let words = words.trim();
    let (first, rest) = first_word(words);
    let unknown = || Command::Unknown { name: name.clone(), words: words.to_owned() };
    if matches!(first.as_str(), "help" | "?") && name != "service" && name != "handoff" {
        return Command::Service(ServiceCommand::Help(name));
    }
    match name.as_str() {
        "handoff" if matches!(words, "help" | "?") => Command::Service(ServiceCommand::Help(name)),
        "handoff" => Command::Handoff(words.to_owned()),
        "volunteer" => volunteer(&first, rest).map_or_else(unknown, Command::Volunteer),
        "requests" => requests(&first, rest).map_or_else(unknown, Command::Requests),
        "service" => service(&first, rest).map_or_else(unknown, Command::Service),
        _ => unknown(),
    }
}

/// Words said to the bot, in a thread or directly. Words that are no command are something that
/// somebody needs: they are handed off.
pub fn spoken(words: &str) -> Command {
    let words = words.trim();
    match courtesy(words) {
        Some(Courtesy::Greeting) => return Command::Service(ServiceCommand::Help(String::new())),
        Some(Courtesy::Thanks) => return Command::Thanked,
        None => {}
    }
    let (first, rest) = first_word(words);
    match first.trim_start_matches('/').trim_end_matches(':') {
        "" | "help" | "?" if rest.is_empty() => Command::Service(ServiceCommand::Help(String::new())),
        "help" if crate::chat::catalog::declared(rest.trim_start_matches('/')).is_some() => {
            Command::Service(ServiceCommand::Help(rest.trim_start_matches('/').to_owned()))
        }
        "handoff" | "hand-off" => Command::Handoff(rest.to_owned()),
        "hand" if first_word(rest).0 == "off" => Command::Handoff(first_word(rest).1.to_owned()),
        "done" => Command::DoneHere(rest.to_owned()),
        name @ ("volunteer" | "requests" | "service") => match slash(name, rest) {
            // "service is slow at our shop" is a request, not a mistyped command.
            Command::Unknown { .. } if !first.starts_with('/') => Command::Handoff(words.to_owned()),
            command => command,
        },
        _ => Command::Handoff(words.to_owned()),
    }
}

/// Words that ask for nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Courtesy {
    Greeting,
    Thanks,
}

const THANKS: &[&str] = &[
    "thanks",
    "thank",
    "thx",
    "cheers",
    "danke",
    "dankeschön",
    "dank",
    "merci",
    "gracias",
    "obrigado",
    "obrigada",
];

const GREETINGS: &[&str] = &[
    "hi", "hello", "hey", "hallo", "moin", "servus", "bonjour", "bonsoir", "salut", "hola", "olá", "ola",
    "oi", "good", "guten", "buenos", "buenas", "bom", "boa",
];

/// What may stand beside them: whoever says more than these asks for something.
const BESIDE: &[&str] = &[
    "you",
    "so",
    "very",
    "much",
    "many",
    "a",
    "lot",
    "all",
    "again",
    "there",
    "everyone",
    "goodturn",
    "morning",
    "afternoon",
    "evening",
    "day",
    "vielen",
    "schön",
    "sehr",
    "dir",
    "euch",
    "morgen",
    "tag",
    "abend",
    "zusammen",
    "beaucoup",
    "bien",
    "mille",
    "à",
    "tous",
    "muchas",
    "mil",
    "días",
    "dias",
    "tardes",
    "noches",
    "muito",
    "dia",
    "tarde",
    "noite",
];

/// Whether words are a greeting or thanks and nothing else, in English, German, French, Spanish or
/// Portuguese.
fn courtesy(words: &str) -> Option<Courtesy> {
    let lower = words.to_lowercase();
    let said: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |known: &[&str]| said.iter().any(|word| known.contains(word));
    let only = said.iter().all(|word| [THANKS, GREETINGS, BESIDE].iter().any(|known| known.contains(word)));
    match only {
        true if has(THANKS) => Some(Courtesy::Thanks),
        true if has(GREETINGS) => Some(Courtesy::Greeting),
        _ => None,
    }
}

/// The first word in lower case, and what follows it as typed.
pub fn first_word(words: &str) -> (String, &str) {
    let words = words.trim();
    let end = words.find(char::is_whitespace).unwrap_or(words.len());
    (words[..end].to_lowercase(), words[end..].trim_start())
}

/// A person as named: without `@` and spaces.
pub fn named(words: &str) -> Named {
    Named(words.trim().trim_start_matches('@').trim().to_owned())
}

fn volunteer(first: &str, rest: &str) -> Option<VolunteerCommand> {
    Some(match first {
        "" | "status" => VolunteerCommand::Status,
        "join" => VolunteerCommand::Join(topics(rest)),
        "leave" => VolunteerCommand::Leave(topics(rest)),
        "hours" => VolunteerCommand::Hours(rest.to_owned()),
        "capacity" => VolunteerCommand::Capacity(rest.to_owned()),
        "pause" => VolunteerCommand::Pause(rest.to_owned()),
        "resume" => VolunteerCommand::Resume,
        "deputy" if rest.is_empty() || matches!(rest, "nobody" | "none") => VolunteerCommand::Deputy(None),
        "deputy" => VolunteerCommand::Deputy(Some(named(rest))),
        _ => return None,
    })
}

fn requests(first: &str, rest: &str) -> Option<RequestsCommand> {
    Some(match first {
        "" | "mine" => RequestsCommand::Mine,
        "offered" => RequestsCommand::Offered,
        "topic" => RequestsCommand::Topic(topic(rest)),
        "who" => RequestsCommand::Who(topic(rest)),
        "show" => RequestsCommand::Show(rest.trim_start_matches('#').to_owned()),
        number if number.trim_start_matches('#').parse::<i64>().is_ok() => {
            RequestsCommand::Show(number.trim_start_matches('#').to_owned())
        }
        _ => return None,
    })
}

fn service(first: &str, rest: &str) -> Option<ServiceCommand> {
    Some(match first {
        "" | "help" | "?" => ServiceCommand::Help(rest.trim_start_matches('/').to_lowercase()),
        "topics" => ServiceCommand::TopicList,
        "topic" => {
            let (verb, rest) = first_word(rest);
            let (name, value) = first_word(rest);
            let name = topic(&name);
            match verb.as_str() {
                "" | "list" => ServiceCommand::TopicList,
                "add" => ServiceCommand::TopicAdd { name, about: value.to_owned() },
                "edit" => {
                    let (what, value) = first_word(value);
                    ServiceCommand::TopicEdit { name, what, value: value.to_owned() }
                }
                "remove" => ServiceCommand::TopicRemove { name },
                _ => return None,
            }
        }
        "link" if rest.eq_ignore_ascii_case("here") => ServiceCommand::ReachHere,
        "link" => ServiceCommand::Link(rest.to_owned()),
        "unlink" => ServiceCommand::Unlink,
        "settings" | "setting" if rest.is_empty() => ServiceCommand::Settings,
        "settings" | "setting" => {
            let (name, value) = first_word(rest);
            ServiceCommand::Set { name, value: value.to_owned() }
        }
        _ => return None,
    })
}

fn topics(words: &str) -> Vec<String> {
    words.split([',', ' ']).map(topic).filter(|name| !name.is_empty()).collect()
}

fn topic(word: &str) -> String {
    word.trim().trim_start_matches('#').trim_end_matches([',', ':']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_and_thanks_are_no_requests() {
        for words in
            ["hello there", "Hi!", "Good morning", "Guten Tag", "bonjour à tous", "Buenos días", "Olá 👋"]
        {
            assert_eq!(spoken(words), Command::Service(ServiceCommand::Help(String::new())), "{words}");
        }
        for words in [
            "thanks",
            "Thank you!",
            "thank you so much, Goodturn 🙏",
            "Vielen Dank!",
            "danke dir",
            "Merci beaucoup",
            "muchas gracias",
            "Muito obrigada!",
        ] {
            assert_eq!(spoken(words), Command::Thanked, "{words}");
        }
    }

    #[test]
    fn whoever_says_more_asks_for_something() {
        for words in [
            "thanks to the storm the roof leaks",
            "hello, my laptop is dead",
            "good day care near the office?",
        ] {
            assert_eq!(spoken(words), Command::Handoff(words.to_owned()), "{words}");
        }
    }
}
