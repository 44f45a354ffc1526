//! The commands that Discord shows, made from the catalog; and telling Discord of them when they change.
//! Invariant: a part or an argument that the catalog gains is on Discord with the next start; nothing is
//! written down twice.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::api::{Api, CallError};
use crate::app::App;
use crate::chat::catalog::{Arg, COMMANDS, Declared, HAND_OFF, HAND_PERSON, Part, Shortcut, Takes};
use crate::chat::form::Need;
use crate::chat::translated::{LANGUAGES, Language};
use crate::domain::ids::PlatformKind;

/// Discord's sorts of commands.
mod kind {
    pub(super) const SLASH: u8 = 1;
    pub(super) const USER: u8 = 2;
    pub(super) const MESSAGE: u8 = 3;
}

/// Discord's sorts of options.
mod option {
    pub(super) const SUB_COMMAND: u8 = 1;
    pub(super) const SUB_COMMAND_GROUP: u8 = 2;
    pub(super) const STRING: u8 = 3;
    pub(super) const INTEGER: u8 = 4;
    pub(super) const USER: u8 = 6;
}

/// Where a command can be used.
mod context {
    pub(super) const SERVER: u8 = 0;
    pub(super) const DIRECT: u8 = 1;
}

/// Choices that Discord takes at most.
const CHOICES: usize = 25;
/// Characters of one word that names something.
const WORD: u32 = 100;
/// The name under which the digest of what Discord knows is kept.
const KEPT: &str = "commands";

/// What became of the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// Discord knew them as they are.
    Known,
    /// They were sent.
    Sent,
}

/// Why the commands were not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Discord did not take them.
    #[error("the commands could not be registered: {0}")]
    Call(#[from] CallError),
    /// It could not be read or kept what Discord knows.
    #[error("it could not be kept which commands are registered: {0}")]
    Store(String),
}

/// All commands, as the body of a bulk overwrite: it removes what is not in it.
pub fn commands() -> Value {
    let mut commands: Vec<Value> = COMMANDS.iter().map(slash).collect();
    commands.push(menu(&HAND_OFF, kind::MESSAGE));
    commands.push(menu(&HAND_PERSON, kind::USER));
    Value::Array(commands)
}

/// Whether people type a command, behind a slash; else it stands in a menu.
pub fn is_typed(name: &str) -> bool {
    COMMANDS.iter().any(|command| command.name == name)
}

/// The digest of the commands, by which a change is noticed.
pub fn digest(commands: &Value) -> String {
    Sha256::digest(commands.to_string()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Tells Discord of the commands, if they changed since it was last told.
pub async fn register(api: &Api, app: &App) -> Result<Registered, RegisterError> {
    let commands = commands();
    let kept = format!("{} {}", api.application_id().await?, digest(&commands));
    let store = |error: &dyn std::fmt::Display| RegisterError::Store(error.to_string());
    let known = app.connection(PlatformKind::Discord, KEPT).await.map_err(|error| store(&error))?;
    if known.as_ref() == Some(&kept) {
        return Ok(Registered::Known);
    }
    api.put_commands(&commands).await?;
    app.keep_connection(PlatformKind::Discord, KEPT, &kept).await.map_err(|error| store(&error))?;
    Ok(Registered::Sent)
}

fn slash(command: &Declared) -> Value {
    let mut json = described(command.name, command.summary);
    json.insert("type".to_owned(), json!(kind::SLASH));
    json.insert("contexts".to_owned(), json!([context::SERVER, context::DIRECT]));
    json.insert("integration_types".to_owned(), json!([0]));
    let options = if command.parts.is_empty() {
        command.args.iter().map(argument).collect()
    } else {
        parts(command.parts)
    };
    json.insert("options".to_owned(), Value::Array(options));
    Value::Object(json)
}

/// The parts in their order; those of two words become a group under the first, where it first stands.
fn parts(parts: &[Part]) -> Vec<Value> {
    let mut options: Vec<Value> = Vec::new();
    for part in parts {
        let Some((group, name)) = part.name.split_once(' ') else {
            options.push(sub_command(part.name, part));
            continue;
        };
        let at = options.iter().position(|option| option["name"] == group).unwrap_or_else(|| {
            let mut json = described(group, &group_summary(parts, group));
            json.insert("type".to_owned(), json!(option::SUB_COMMAND_GROUP));
            json.insert("options".to_owned(), json!([]));
            options.push(Value::Object(json));
            options.len() - 1
        });
        if let Some(inner) = options[at]["options"].as_array_mut() {
            inner.push(sub_command(name, part));
        }
    }
    options
}

/// Nobody sees it but Discord's own pages; it wants one.
fn group_summary(parts: &[Part], group: &str) -> String {
    let names: Vec<&str> =
        parts.iter().filter_map(|part| part.name.strip_prefix(group)?.strip_prefix(' ')).collect();
    format!("{group}: {}", names.join(", "))
}

fn sub_command(name: &str, part: &Part) -> Value {
    let mut json = described(name, part.summary);
    json.insert("type".to_owned(), json!(option::SUB_COMMAND));
    json.insert("options".to_owned(), part.args.iter().map(argument).collect());
    Value::Object(json)
}

fn argument(arg: &Arg) -> Value {
    let mut json = described(arg.name, arg.summary);
    let mut set = |key: &str, value: Value| json.insert(key.to_owned(), value);
    set("required", json!(arg.need == Need::Required));
    let sort = match arg.takes {
        Takes::Person => option::USER,
        Takes::Number => {
            set("min_value", json!(1));
            option::INTEGER
        }
        Takes::Topic | Takes::Topics | Takes::Request | Takes::Setting => {
            set("autocomplete", json!(true));
            option::STRING
        }
        Takes::Command => {
            let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
            set("choices", choices(&names));
            option::STRING
        }
        Takes::OneOf(words) => {
            set("choices", choices(words));
            option::STRING
        }
        Takes::Word => {
            set("max_length", json!(WORD));
            option::STRING
        }
        Takes::Words => option::STRING,
    };
    set("type", json!(sort));
    Value::Object(json)
}

fn choices(words: &[&str]) -> Value {
    words.iter().take(CHOICES).map(|word| json!({ "name": word, "value": word })).collect()
}

fn menu(shortcut: &Shortcut, kind: u8) -> Value {
    let mut json = Map::new();
    named(&mut json, shortcut.label);
    json.insert("type".to_owned(), json!(kind));
    json.insert("contexts".to_owned(), json!([context::SERVER]));
    json.insert("integration_types".to_owned(), json!([0]));
    Value::Object(json)
}

/// Name and description, in every language that has words for them.
fn described(name: &str, summary: &str) -> Map<String, Value> {
    let mut json = Map::new();
    named(&mut json, name);
    json.insert("description".to_owned(), json!(summary));
    localized(&mut json, "description_localizations", summary);
    json
}

fn named(json: &mut Map<String, Value>, name: &str) {
    json.insert("name".to_owned(), json!(name));
    localized(json, "name_localizations", name);
}

fn localized(json: &mut Map<String, Value>, field: &str, english: &str) {
    let words =
        |language: &&'static Language| Some((language.code.to_owned(), json!(language.says(english)?)));
    let all: Map<String, Value> = LANGUAGES.iter().filter_map(|language| words(&language)).collect();
    if !all.is_empty() {
        json.insert(field.to_owned(), Value::Object(all));
    }
}

#[cfg(test)]
mod tests;
