//! The commands as Discord gets them.

use super::*;
use crate::chat::catalog;
use crate::discord::tests::spec;

#[test]
fn the_commands_as_registered() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&without_words(&commands())).unwrap());
}

/// Without the other languages: they are the business of their own table.
fn without_words(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .filter(|(key, _)| !key.ends_with("_localizations"))
            .map(|(key, value)| (key.clone(), without_words(value)))
            .collect(),
        Value::Array(list) => list.iter().map(without_words).collect(),
        value => value.clone(),
    }
}

#[test]
fn every_part_of_the_catalog_is_there_with_its_arguments() {
    let commands = commands();
    let commands = commands.as_array().unwrap();
    for declared in catalog::COMMANDS {
        let command = commands.iter().find(|command| command["name"] == declared.name).unwrap();
        for part in declared.parts {
            let found = part.name.split(' ').fold(command, |at, word| {
                at["options"].as_array().unwrap().iter().find(|option| option["name"] == word).unwrap()
            });
            let names: Vec<&str> =
                found["options"].as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap()).collect();
            assert_eq!(names, part.args.iter().map(|arg| arg.name).collect::<Vec<_>>(), "{}", part.name);
        }
    }
}

#[test]
fn another_librarys_limits_hold() {
    use twilight_model::application::command::{Command, CommandOption};
    fn filled(json: &Value) -> Command {
        let mut json = json.clone();
        for (key, value) in [("id", json!("1")), ("version", json!("1")), ("application_id", json!("1"))] {
            json[key] = value;
        }
        if json["description"].is_null() {
            json["description"] = json!("");
        }
        serde_json::from_value(json).unwrap()
    }
    fn each(option: &CommandOption) {
        twilight_validate::command::option(option).unwrap_or_else(|why| panic!("{}: {why}", option.name));
        option.options.iter().flatten().for_each(each);
    }
    for json in commands().as_array().unwrap() {
        let command = filled(json);
        twilight_validate::command::command(&command).unwrap_or_else(|why| panic!("{}: {why}", command.name));
        command.options.iter().for_each(each);
    }
}

#[test]
fn discords_own_schema_takes_the_commands() {
    let Some(text) = spec("openapi.json") else { return };
    let mut api: Value = serde_json::from_str(&text).unwrap();
    let put = api["paths"]["/applications/{application_id}/commands"]["put"]["requestBody"]["content"]
        ["application/json"]["schema"]
        .clone();
    assert!(put.is_object(), "the schema is not where it was");
    let mut schema = put;
    schema["components"] = api["components"].take();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&commands())
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_change_changes_the_digest() {
    let mut other = commands();
    assert_eq!(digest(&other), digest(&commands()));
    other[0]["description"] = json!("else");
    assert_ne!(digest(&other), digest(&commands()));
    assert_eq!(digest(&other).len(), 64);
}

#[test]
fn translations_are_of_what_the_catalog_says() {
    let text = commands().to_string();
    for language in LANGUAGES {
        for (english, words) in language.all() {
            assert!(text.contains(&json!(english).to_string()), "{}: nobody says {english}", language.code);
            assert!(words.chars().count() <= 100, "{words}");
        }
        let handoff = &commands()[0];
        assert!(handoff["description_localizations"][language.code].is_string());
        assert!(handoff["name_localizations"].is_null(), "what people type is the same in every language");
    }
}
