//! Typed options, turned back into the words of the one grammar.
//! Invariant: the catalog says in which order and what each takes; what it does not declare is left out.

use serde_json::Value;

use super::message::name_of;
use super::words::{self, Names};
use super::{Context, text};
use crate::chat::catalog::{self, Takes};
use crate::chat::inbound::Mentioned;
use crate::domain::ids::WorkspaceKey;

/// Discord's types of options that hold further ones.
const SUB_COMMAND: u64 = 1;
const SUB_COMMAND_GROUP: u64 = 2;
/// Its type of option that is a person.
const USER: u64 = 6;

/// A command as it would have been typed.
pub(super) struct Typed {
    /// The words behind its name.
    pub words: String,
    /// Whom they mention.
    pub mentions: Vec<Mentioned>,
}

/// The words of a slash command.
pub(super) fn read(data: &Value, guild: &WorkspaceKey, context: &Context<'_>) -> Typed {
    let (part, options) = leaf(data);
    let names = ByData { data, guild, context };
    let mut words = vec![part.clone()];
    let mut mentions: Vec<Mentioned> = Vec::new();
    for arg in args(data, &part) {
        let Some(option) = options.iter().find(|option| option["name"] == arg.name) else { continue };
        let value = &option["value"];
        let word = match value.as_str() {
            Some(user) if option["type"] == USER => {
                let shown = names.person(user).unwrap_or_else(|| user.to_owned());
                mentions.push(Mentioned { shown: shown.clone(), user: user.into() });
                format!("@{shown}")
            }
            Some(raw) => {
                let read = words::read(raw, &names);
                mentions.extend(read.mentions);
                one_word(arg.takes, &read.text)
            }
            None if value.is_number() || value.is_boolean() => value.to_string(),
            None => continue,
        };
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    Typed { words: words.join(" "), mentions }
}

/// The argument that is being typed: what it takes, and what stands there.
pub(super) fn focused(data: &Value) -> Option<(Takes, String)> {
    let (part, options) = leaf(data);
    let option = options.iter().find(|option| option["focused"] == true)?;
    let arg = args(data, &part).iter().find(|arg| option["name"] == arg.name)?;
    let typed = option["value"].as_str().map_or_else(|| option["value"].to_string(), str::to_owned);
    Some((arg.takes, typed))
}

/// The part that was chosen, and its options.
fn leaf(data: &Value) -> (String, &[Value]) {
    let mut path: Vec<&str> = Vec::new();
    let mut options = data["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    while let Some(inner) = options.first().filter(|option| {
        matches!(option["type"].as_u64(), Some(SUB_COMMAND | SUB_COMMAND_GROUP)) && path.len() < 2
    }) {
        path.extend(text(inner, "name"));
        options = inner["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    }
    (path.join(" "), options)
}

fn args(data: &Value, part: &str) -> &'static [catalog::Arg] {
    text(data, "name").and_then(|command| catalog::args(command, part)).unwrap_or_default()
}

/// Where the grammar reads one word, more would be taken for what follows.
fn one_word(takes: Takes, text: &str) -> String {
    match takes {
        Takes::Topic | Takes::Word | Takes::Setting | Takes::Request | Takes::Command | Takes::OneOf(_) => {
            text.split_whitespace().collect::<Vec<_>>().join("-")
        }
        Takes::Topics | Takes::Person | Takes::Number | Takes::Words => text.to_owned(),
    }
}

struct ByData<'a> {
    data: &'a Value,
    guild: &'a WorkspaceKey,
    context: &'a Context<'a>,
}

impl Names for ByData<'_> {
    fn is_bot(&self, user: &str) -> bool {
        self.context.bot.as_str() == user
    }

    fn person(&self, user: &str) -> Option<String> {
        let resolved = &self.data["resolved"];
        name_of(&resolved["users"][user], &resolved["members"][user])
    }

    fn channel(&self, channel: &str) -> Option<String> {
        text(&self.data["resolved"]["channels"][channel], "name")
            .map(str::to_owned)
            .or_else(|| self.context.known.channel_name(channel))
    }

    fn role(&self, role: &str) -> Option<String> {
        self.context.known.role_name(self.guild, role)
    }
}
