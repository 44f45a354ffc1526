//! The story of a script: lines as a person would tell them, each with its time.
//!
//! Every line that can be told is in [`Act`], with an example.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::support::people;

/// One line of a story.
#[derive(Debug)]
pub struct Line {
    /// As written, without its time.
    pub words: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: Act,
}

/// What somebody does. `who` is a handle; `ana on discord` acts with her account there. `{code}` in what is
/// typed is the code to link accounts that somebody was shown last.
#[derive(Debug)]
pub enum Act {
    /// `ana in #sales: /handoff billing Refund stuck`
    Slash { who: String, place: String, text: String },
    /// `ana says to the bot: the printer is broken`
    Tell { who: String, text: String },
    /// `ana mentions the bot in #sales thread: handoff billing`; also `in the thread of request 1`
    Mention { who: String, place: String, text: String },
    /// `bo says in the thread of request 1: on it`
    Say { who: String, place: String, text: String },
    /// `bo clicks Accept`, `bo clicks Accept on request 2`, `bo clicks the old Accept`,
    /// `bo clicks Accept twice`, `bo clicks Accept, delivered twice`, `bo and cy click Accept at once`
    Press { who: Vec<String>, button: Button, times: Times },
    /// `ana sees no Reopen`
    SeesNo { who: String, button: Button },
    /// `ana fills Hand off: words=Refund stuck; topic=billing; options=private,urgent`
    Fill { who: String, answers: Vec<(String, String)> },
    /// `ana hands off gus's message in #sales: the printer is broken`
    HandOff { who: String, author: String, place: String, text: String },
    /// `bo opens home`
    Home { who: String },
    /// `dee leaves the company`
    Leaves { who: String },
    /// `bo on discord has the roles Team, Moderators`; `none` takes them away
    Roles { who: String, roles: Vec<String> },
    /// `dee moves to Asia/Kolkata`
    Moves { who: String, zone: String },
    /// `bo sets do not disturb until 11:00`
    Quiet { who: String, until: Timestamp },
    /// `the platform fails 2 times`
    Fails { times: u32 },
    /// `the platform does not answer 1 times`
    Unsure { times: u32 },
    /// `the channel #billing is deleted`
    Gone { channel: String },
    /// `time passes`
    Pass,
}

/// Which button or menu choice.
#[derive(Debug)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// The choice, in a menu.
    pub choice: Option<String>,
    /// On a card of this request.
    pub request: Option<i64>,
    /// On what the card said before it changed.
    pub old: bool,
    /// On the screen of somebody else, who may not even see it: `cy clicks bo's Send`.
    pub of: Option<String>,
}

/// How often a press reaches the bot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Times {
    /// Once.
    Once,
    /// It was pressed twice: two deliveries.
    Twice,
    /// It was pressed once and delivered twice.
    DeliveredTwice,
}

/// The head of a script and its story; the story begins with the first line that has a time.
pub fn split(script: &str) -> (Vec<&str>, Vec<&str>) {
    let lines: Vec<&str> = script.lines().collect();
    let begins = lines.iter().position(|line| time_of(line).is_some()).unwrap_or(lines.len());
    (lines[..begins].to_vec(), lines[begins..].to_vec())
}

/// Reads one line that has a time, told after `before`.
pub fn read(line: &str, before: Timestamp, zone: &TimeZone) -> Line {
    let (day, time, words) = time_of(line).unwrap_or_else(|| panic!("a line without a time: {line}"));
    let before = before.to_zoned(zone.clone());
    let time: jiff::civil::Time = time.parse().expect("a time of day");
    let mut date = before.date();
    match day {
        Day::Same => {}
        Day::Next(weekday) => {
            while date.weekday() != weekday || date.to_datetime(time) < before.datetime() {
                date = date.tomorrow().expect("time goes on");
            }
        }
        Day::On(on) => date = on,
    }
    let at = date.to_datetime(time).to_zoned(zone.clone()).expect("an instant that exists").timestamp();
    assert!(at >= before.timestamp(), "time runs backwards: {line}");
    let act = act(words, at, zone).unwrap_or_else(|| panic!("nobody understands: {line}"));
    Line { words: words.to_owned(), at, act }
}

enum Day {
    Same,
    Next(Weekday),
    On(jiff::civil::Date),
}

fn time_of(line: &str) -> Option<(Day, &str, &str)> {
    let (first, rest) = line.split_once(' ')?;
    if is_time(first) {
        return Some((Day::Same, first, rest));
    }
    let (time, rest) = rest.split_once(' ')?;
    if !is_time(time) {
        return None;
    }
    let day = match first {
        "Mon" => Day::Next(Weekday::Monday),
        "Tue" => Day::Next(Weekday::Tuesday),
        "Wed" => Day::Next(Weekday::Wednesday),
        "Thu" => Day::Next(Weekday::Thursday),
        "Fri" => Day::Next(Weekday::Friday),
        "Sat" => Day::Next(Weekday::Saturday),
        "Sun" => Day::Next(Weekday::Sunday),
        date => Day::On(date.parse().ok()?),
    };
    Some((day, time, rest))
}

fn is_time(word: &str) -> bool {
    word.len() == 5 && word.as_bytes()[2] == b':' && word[..2].parse::<u8>().is_ok()
}

fn act(words: &str, at: Timestamp, zone: &TimeZone) -> Option<Act> {
    if words == "time passes" {
        return Some(Act::Pass);
    }
    if let Some(rest) = words.strip_prefix("the platform fails ") {
        return Some(Act::Fails { times: rest.strip_suffix(" times")?.parse().ok()? });
    }
    if let Some(rest) = words.strip_prefix("the platform does not answer ") {
        return Some(Act::Unsure { times: rest.strip_suffix(" times")?.parse().ok()? });
    }
    if let Some(rest) = words.strip_prefix("the channel ") {
        return Some(Act::Gone { channel: rest.strip_suffix(" is deleted")?.to_owned() });
    }
    let (who, rest) = words.split_once(' ')?;
    let (who, rest) = match rest.strip_prefix("on discord ") {
        Some(rest) => (format!("{who}{}", people::DISCORD), rest),
        None => (who.to_owned(), rest),
    };
    let (verb, rest) = rest.split_once(' ')?;
    match verb {
        "and" => {
            let (other, rest) = rest.split_once(' ')?;
            let button = button(rest.strip_prefix("click ")?.strip_suffix(" at once")?, None)?;
            Some(Act::Press { who: vec![who, other.to_owned()], button, times: Times::Once })
        }
        "in" => {
            let (place, text) = rest.split_once(": ")?;
            Some(Act::Slash { who, place: place.to_owned(), text: grown(text) })
        }
        "says" => {
            let (place, text) = rest.split_once(": ")?;
            Some(match place.strip_prefix("in ") {
                Some(place) => Act::Say { who, place: place.to_owned(), text: grown(text) },
                None if place == "to the bot" => Act::Tell { who, text: grown(text) },
                None => return None,
            })
        }
        "mentions" => {
            let (place, text) = rest.strip_prefix("the bot in ")?.split_once(':')?;
            let text = grown(text.trim());
            Some(Act::Mention { who, place: place.to_owned(), text })
        }
        "clicks" | "picks" => {
            let (rest, times) = if let Some(rest) = rest.strip_suffix(", delivered twice") {
                (rest, Times::DeliveredTwice)
            } else if let Some(rest) = rest.strip_suffix(" twice") {
                (rest, Times::Twice)
            } else {
                (rest, Times::Once)
            };
            let (label, choice) = match (verb, rest.split_once(": ")) {
                ("picks", Some((label, choice))) => (label, Some(choice)),
                _ => (rest, None),
            };
            Some(Act::Press { who: vec![who], button: button(label, choice)?, times })
        }
        "sees" => Some(Act::SeesNo { who, button: button(rest.strip_prefix("no ")?, None)? }),
        "fills" => {
            let (_, answers) = rest.split_once(": ")?;
            let answers = answers
                .split("; ")
                .filter_map(|answer| answer.split_once('='))
                .map(|(name, value)| (name.trim().to_owned(), grown(value)))
                .collect();
            Some(Act::Fill { who, answers })
        }
        "hands" => {
            let (author, rest) = rest.strip_prefix("off ")?.split_once("'s message in ")?;
            let (place, text) = rest.split_once(": ")?;
            let (author, place) = (author.to_owned(), place.to_owned());
            Some(Act::HandOff { who, author, place, text: grown(text) })
        }
        "opens" if rest == "home" => Some(Act::Home { who }),
        "has" => {
            let roles = rest.strip_prefix("the roles ")?.split(", ").map(str::to_owned);
            Some(Act::Roles { who, roles: roles.filter(|role| role != "none").collect() })
        }
        "leaves" => Some(Act::Leaves { who }),
        "moves" => Some(Act::Moves { who, zone: rest.strip_prefix("to ")?.to_owned() }),
        "sets" => {
            let until = rest.strip_prefix("do not disturb until ")?;
            let time: jiff::civil::Time = until.parse().ok()?;
            let until = at.to_zoned(zone.clone()).date().to_datetime(time).to_zoned(zone.clone()).ok()?;
            Some(Act::Quiet { who, until: until.timestamp() })
        }
        _ => None,
    }
}

fn button(label: &str, choice: Option<&str>) -> Option<Button> {
    let of_request = |text: &str| -> Option<(String, Option<i64>)> {
        Some(match text.split_once(" on request ") {
            Some((label, number)) => (label.to_owned(), Some(number.parse().ok()?)),
            None => (text.to_owned(), None),
        })
    };
    let (of, label) = match label.split_once("'s ") {
        Some((of, label)) => (Some(of.replace(" on discord", people::DISCORD)), label),
        None => (None, label),
    };
    let (old, label) = match label.strip_prefix("the old ") {
        Some(label) => (true, label),
        None => (false, label),
    };
    if let Some(choice) = choice {
        let (choice, request) = of_request(choice)?;
        return Some(Button { label: label.to_owned(), choice: Some(choice), request, old, of });
    }
    let (label, request) = of_request(label)?;
    Some(Button { label, choice: None, request, old, of })
}

/// `{word × 100}` is the word a hundred times; `⏎` begins a new line.
fn grown(text: &str) -> String {
    let text = text.replace('⏎', "\n");
    let Some((before, rest)) = text.split_once('{') else { return text };
    let Some((inside, after)) = rest.split_once('}') else { return text.clone() };
    let Some((word, times)) = inside.split_once(" × ") else { return text.clone() };
    let times = times.parse().expect("`{word × 100}`");
    format!("{before}{}{after}", word.repeat(times))
}
