//! What people see of a message on Discord, and whether Discord takes it.

use std::collections::BTreeMap;

use goodturn::chat::card::Card;
use goodturn::chat::platform::Addressed;
use goodturn::chat::text::{Moment, instant};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use twilight_model::channel::message::{Component, Embed};

use super::super::{Pressable, Shown};
use super::names;

/// Discord's limits as twilight knows them; and nobody is notified by what was typed.
pub fn valid(message: &Value) {
    twilight_validate::message::content(message["content"].as_str().expect("content"))
        .expect("valid content");
    let embeds: Vec<Embed> = serde_json::from_value(message["embeds"].clone()).expect("embeds");
    twilight_validate::message::embeds(&embeds).expect("valid embeds");
    let components: Vec<Component> =
        serde_json::from_value(message["components"].clone()).expect("components");
    twilight_validate::message::components(&components, false).expect("valid components");
    assert_eq!(message["allowed_mentions"]["parse"], serde_json::json!([]));
}

/// Discord's limits for modals.
pub fn valid_form(modal: &Value) {
    let length = |value: &Value| value.as_str().map(|text| text.chars().count()).unwrap_or_default();
    assert!((1..=100).contains(&length(&modal["custom_id"])), "{modal}");
    assert!((1..=45).contains(&length(&modal["title"])), "{modal}");
    let labels = modal["components"].as_array().expect("a form has fields");
    assert!((1..=5).contains(&labels.len()), "{modal}");
    for label in labels {
        assert!(
            (1..=45).contains(&length(&label["label"])) && length(&label["description"]) <= 100,
            "{label}"
        );
        let options = label["component"]["options"].as_array().map_or(0, Vec::len);
        assert!(options <= 25, "{label}");
    }
}

/// Reads a message.
pub fn message(message: &Value, card: &Addressed<Card>) -> Shown {
    let names = names(card);
    let mut shown = Shown::default();
    let mut raw: Vec<&str> = vec![message["content"].as_str().unwrap_or_default()];
    for embed in message["embeds"].as_array().into_iter().flatten() {
        raw.extend(embed["title"].as_str());
        raw.extend(embed["description"].as_str());
        for field in embed["fields"].as_array().into_iter().flatten() {
            raw.extend(field["name"].as_str());
            raw.extend(field["value"].as_str());
        }
    }
    for raw in raw {
        words(raw, &names, &card.zone, &mut shown);
        shown.words.push('\n');
    }
    for embed in message["embeds"].as_array().into_iter().flatten() {
        // What stands below an embed shows no markup.
        shown.words += embed["footer"]["text"].as_str().unwrap_or_default();
        shown.words.push('\n');
    }
    for row in message["components"].as_array().into_iter().flatten() {
        for component in row["components"].as_array().into_iter().flatten() {
            presses(component, &mut shown);
        }
    }
    shown
}

fn presses(component: &Value, shown: &mut Shown) {
    let text = |field: &Value| field.as_str().unwrap_or_default().to_owned();
    if let Some(url) = component["url"].as_str() {
        return shown.links.push(url.to_owned());
    }
    let Some(options) = component["options"].as_array() else {
        return shown.presses.push(Pressable {
            label: unnumbered(&text(&component["label"])).to_owned(),
            choice: None,
            token: text(&component["custom_id"]),
            id: text(&component["custom_id"]),
        });
    };
    for option in options {
        let (label, choice) = (text(&component["placeholder"]), text(&option["label"]));
        // Where the buttons of a list are too many, each is a choice that carries its label.
        let gathered = unnumbered(&choice) != choice;
        let (label, choice) = match unnumbered(&choice).split_once(": ") {
            Some((label, choice)) if gathered => (label.to_owned(), choice.to_owned()),
            _ if gathered => (unnumbered(&choice).to_owned(), String::new()),
            _ => (unnumbered(&label).to_owned(), choice),
        };
        shown.presses.push(Pressable {
            label,
            choice: Some(choice),
            token: text(&option["value"]),
            id: text(&component["custom_id"]),
        });
    }
}

/// `Accept` of `2 · Accept`: entries of a list are numbered.
fn unnumbered(label: &str) -> &str {
    match label.split_once(" · ") {
        Some((number, rest)) if number.parse::<u32>().is_ok() => rest,
        _ => label,
    }
}

/// Markdown as it is read: escapes undone, marks taken away, mentions, times and links in words.
fn words(raw: &str, names: &BTreeMap<String, String>, zone: &TimeZone, shown: &mut Shown) {
    let mut rest = raw;
    let mut begins = true;
    while let Some(c) = rest.chars().next() {
        if begins && let Some(after) = rest.strip_prefix("-# ").or_else(|| rest.strip_prefix("> ")) {
            rest = after;
            continue;
        }
        begins = c == '\n';
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = rest.chars().next().expect("something is escaped");
                shown.words.push(escaped);
                rest = &rest[escaped.len_utf8()..];
            }
            '`' => {
                // Nothing is markup within code.
                let (code, after) = rest.split_once('`').expect("code that ends");
                shown.words += code;
                rest = after;
            }
            '*' | '\u{200b}' => {}
            '[' => {
                let (label, after) = rest.split_once("](<").unwrap_or_else(|| panic!("a link: {raw:?}"));
                let (url, after) = after.split_once(">)").expect("an address");
                words(label, names, zone, shown);
                shown.links.push(url.to_owned());
                rest = after;
            }
            '<' => {
                let (inside, after) = rest.split_once('>').expect("markup that ends");
                shown.words += &marked(inside, names, zone);
                rest = after;
            }
            c => shown.words.push(c),
        }
    }
}

fn marked(inside: &str, names: &BTreeMap<String, String>, zone: &TimeZone) -> String {
    if let Some(user) = inside.strip_prefix('@') {
        return names.get(user).cloned().unwrap_or_else(|| "?".to_owned());
    }
    if let Some((seconds, format)) = inside.strip_prefix("t:").and_then(|rest| rest.split_once(':')) {
        let at = Timestamp::from_second(seconds.parse().expect("seconds")).expect("an instant");
        return instant(at, if format == "t" { Moment::Time } else { Moment::DayTime }, zone);
    }
    inside.trim_start_matches('#').to_owned()
}
