//! What people type into Discord's own fields: options of a command, fields of a modal.

use goodturn::chat::catalog::{self, Arg, Takes};
use serde_json::{Map, Value, json};

use super::super::form;
use super::{markup, member, roles, spelled};
use crate::support::people::{People, find};

/// The data of a command typed as these words, each in the option that takes it.
pub fn command(text: &str, people: &People) -> Result<Value, &'static str> {
    let text = text.trim_start_matches('/');
    let (name, words) = text.split_once(' ').unwrap_or((text, ""));
    let declared = catalog::declared(name).expect("a command that is declared");
    let mut resolved = Map::new();
    if declared.parts.is_empty() {
        let options = options(declared.args, words, people, &mut resolved);
        return Ok(
            json!({ "type": 1, "name": name, "options": options, "resolved": { "members": resolved } }),
        )
        .map(|data| with_users(data, people));
    }
    let part = declared.parts.iter().find_map(|part| {
        let rest = words.strip_prefix(part.name)?;
        (rest.is_empty() || rest.starts_with(' ')).then_some((part, rest.trim_start()))
    });
    let (part, words) = match part {
        Some(found) => found,
        None if words.is_empty() => (&declared.parts[0], ""),
        None => return Err(super::NO_SUCH_PART),
    };
    let mut leaf = json!(options(part.args, words, people, &mut resolved));
    let path: Vec<&str> = part.name.split(' ').collect();
    for (depth, word) in path.iter().enumerate().rev() {
        let kind = if depth + 1 == path.len() { 1 } else { 2 };
        leaf = json!([{ "name": word, "type": kind, "options": leaf }]);
    }
    let data = json!({ "type": 1, "name": name, "options": leaf, "resolved": { "members": resolved } });
    Ok(with_users(data, people))
}

fn options(args: &[Arg], words: &str, people: &People, resolved: &mut Map<String, Value>) -> Vec<Value> {
    let mut rest = words;
    let mut options = Vec::new();
    for (n, arg) in args.iter().enumerate() {
        let (word, after) =
            if n + 1 == args.len() { (rest, "") } else { rest.split_once(' ').unwrap_or((rest, "")) };
        rest = after;
        if word.is_empty() {
            break;
        }
        let person = word.strip_prefix('@').and_then(|name| find(people, name));
        let (kind, value) = match (arg.takes, person, word.parse::<u32>()) {
            (Takes::Person, Some(person), _) => (6, json!(spelled(&person.handle))),
            (Takes::Number, _, Ok(number)) => (4, json!(number)),
            _ => (3, json!(markup(word, people).0)),
        };
        for person in person.into_iter().chain(markup(word, people).1) {
            resolved.insert(spelled(&person.handle), json!({ "roles": roles(person) }));
        }
        options.push(json!({ "name": arg.name, "type": kind, "value": value }));
    }
    options
}

/// With the users of the members in it.
fn with_users(mut data: Value, people: &People) -> Value {
    let members: Vec<String> =
        data["resolved"]["members"].as_object().into_iter().flatten().map(|(id, _)| id.clone()).collect();
    for person in people.values().filter(|person| members.contains(&spelled(&person.handle))) {
        data["resolved"]["users"][spelled(&person.handle)] = member(person)["user"].clone();
    }
    data
}

/// The data of a modal as Discord sends it back.
pub fn submitted(modal: &Value, answers: &[(String, String)]) -> Value {
    let inputs: Vec<&Value> = modal["components"]
        .as_array()
        .expect("a form has fields")
        .iter()
        .map(|label| &label["component"])
        .collect();
    form::known(answers, inputs.iter().filter_map(|input| input["custom_id"].as_str()));
    let components: Vec<Value> =
        inputs.into_iter().map(|input| json!({ "type": 18, "component": filled(input, answers) })).collect();
    json!({ "custom_id": modal["custom_id"], "components": components })
}

fn filled(input: &Value, answers: &[(String, String)]) -> Value {
    let name = input["custom_id"].as_str().expect("a field has a name");
    let said = form::given(answers, name);
    let mut back = json!({ "type": input["type"], "custom_id": name });
    match input["type"].as_u64() {
        Some(4) => back["value"] = json!(said.unwrap_or(input["value"].as_str().unwrap_or_default())),
        Some(5) => {
            let picked: Vec<String> =
                said.into_iter().map(|person| spelled(person.trim_start_matches('@'))).collect();
            back["values"] = json!(picked);
        }
        _ => {
            let options = input["options"].as_array().map(Vec::as_slice).unwrap_or_default();
            let chosen = match said {
                Some(said) => form::chosen(options, said, |option| option["label"].as_str()),
                None => options.iter().filter(|option| option["default"] == true).collect(),
            };
            back["values"] = chosen.iter().map(|option| option["value"].clone()).collect();
        }
    }
    back
}
