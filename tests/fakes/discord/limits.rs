//! Discord's limits, as twilight knows them.
//!
//! Invariant: a body that twilight's models cannot read is wrong as well.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use twilight_model::application::command::Command;
use twilight_model::channel::message::{Component, Embed};
use twilight_validate::{command, component, embed, message as of_message};

/// A message's content, embeds and components; and the nonce.
pub fn message(body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let is_v2 = body["flags"].as_u64().is_some_and(|flags| flags & (1 << 15) != 0);
    if let Some(content) = body["content"].as_str() {
        wrong.extend(of_message::content(content).err().map(|e| e.to_string()));
    }
    if body["nonce"].as_str().is_some_and(|nonce| nonce.chars().count() > 25) {
        wrong.push("nonce of more than 25 characters".to_owned());
    }
    let embeds: Vec<Value> = body["embeds"].as_array().cloned().unwrap_or_default();
    let embeds = embeds.into_iter().map(|mut embed| {
        embed["type"] = json!("rich");
        embed
    });
    match read::<Vec<Embed>>(embeds.collect()) {
        Ok(embeds) => {
            wrong.extend(of_message::embeds(&embeds).err().map(|e| e.to_string()));
            if embeds.iter().map(embed::chars).sum::<usize>() > 6000 {
                wrong.push("more than 6000 characters in all embeds".to_owned());
            }
        }
        Err(error) => wrong.push(format!("embeds: {error}")),
    }
    if let Some(components) = body.get("components").filter(|c| !c.is_null()) {
        match read::<Vec<Component>>(components.clone()) {
            Ok(all) => wrong.extend(of_message::components(&all, is_v2).err().map(|e| e.to_string())),
            Err(error) => wrong.push(format!("components: {error}")),
        }
    }
    wrong
}

/// A form: its title, and each of its fields.
pub fn modal(data: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let title = data["title"].as_str().unwrap_or_default().chars().count();
    if !(1..=45).contains(&title) {
        wrong.push(format!("title of {title} characters"));
    }
    let all = match read::<Vec<Component>>(data["components"].clone()) {
        Ok(all) => all,
        Err(error) => return vec![format!("components: {error}")],
    };
    if !(1..=5).contains(&all.len()) {
        wrong.push(format!("{} components in a form", all.len()));
    }
    for part in &all {
        let fits = matches!(part, Component::Label(_) | Component::TextDisplay(_) | Component::ActionRow(_));
        if !fits {
            wrong.push("a form has labels, text and rows only".to_owned());
        } else if let Component::ActionRow(row) = part {
            wrong.extend(component::action_row(row, false).err().map(|e| e.to_string()));
        } else {
            let one = std::slice::from_ref(part);
            wrong.extend(of_message::components(one, true).err().map(|e| e.to_string()));
        }
    }
    wrong
}

/// Suggestions of an autocomplete.
pub fn choices(choices: &Value) -> Vec<String> {
    let Some(all) = choices.as_array() else { return vec!["no choices".to_owned()] };
    let mut wrong = Vec::new();
    if all.len() > 25 {
        wrong.push(format!("{} choices", all.len()));
    }
    for choice in all {
        let name = choice["name"].as_str().unwrap_or_default();
        wrong.extend(command::choice_name(name).err().map(|e| e.to_string()));
        if choice["value"].as_str().is_some_and(|value| value.chars().count() > 100) {
            wrong.push("a choice's value of more than 100 characters".to_owned());
        }
    }
    wrong
}

/// Commands of a bulk overwrite.
pub fn commands(body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut counts = [0_usize; 4];
    for wanted in body.as_array().into_iter().flatten() {
        let mut whole = wanted.clone();
        let kind = wanted["type"].as_u64().unwrap_or(1);
        whole["type"] = json!(kind);
        whole["version"] = json!("1");
        whole["description"] = json!(wanted["description"].as_str().unwrap_or_default());
        if let Some(count) = usize::try_from(kind).ok().and_then(|kind| counts.get_mut(kind)) {
            *count += 1;
        }
        let name = &wanted["name"];
        wrong.extend(options(&wanted["options"]).into_iter().map(|what| format!("{name}: {what}")));
        match read::<Command>(whole) {
            Ok(whole) => wrong.extend(command::command(&whole).err().map(|e| format!("{name}: {e}"))),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    for (kind, most) in [(1, 100), (2, 15), (3, 15)] {
        if counts[kind] > most {
            wrong.push(format!("{} commands of type {kind}", counts[kind]));
        }
    }
    wrong
}

/// Options: required ones first, and each name once.
fn options(options: &Value) -> Vec<String> {
    let all = options.as_array().map_or(&[][..], Vec::as_slice);
    let mut wrong: Vec<String> = all.iter().flat_map(|option| self::options(&option["options"])).collect();
    if all.windows(2).any(|pair| pair[0]["required"] != true && pair[1]["required"] == true) {
        wrong.push("a required option after one that is not".to_owned());
    }
    for (at, option) in all.iter().enumerate() {
        if all[..at].iter().any(|before| before["name"] == option["name"]) {
            wrong.push(format!("the option {} is there twice", option["name"]));
        }
    }
    wrong
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(without_nothing(value))
}

/// Without keys that are null: they say the same as missing ones.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(all) => {
            let said = all.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(said.map(|(key, value)| (key, without_nothing(value))).collect())
        }
        Value::Array(all) => all.into_iter().map(without_nothing).collect(),
        other => other,
    }
}
