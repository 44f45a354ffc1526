//! Forms filled in: what stands there at first, and what came back from the page.
//!
//! Invariant: only fields that the form has are answered, and lengths are those it allows.

use std::collections::BTreeMap;

use crate::chat::form::{Answer, Choice, Form, Input};
use crate::playground::home::Home;

/// What stands in a form at first.
pub fn initial(form: &Form) -> BTreeMap<String, Answer> {
    let answers = form.fields.iter().filter_map(|field| {
        let words = match &field.input {
            Input::Line { initial, .. } | Input::Words { initial, .. } => initial.clone(),
            Input::Choice { initial, .. } => initial.clone()?,
            Input::Checks { initial, .. } => initial.join(","),
            Input::Person => return None,
        };
        Some((field.name.clone(), Answer::Words(words)))
    });
    answers.collect()
}

/// The value of the choice with this label, or the words as they are.
pub fn value_of(form: &Form, field: &str, words: &str) -> String {
    let options: &[Choice] =
        match form.fields.iter().find(|known| known.name == field).map(|field| &field.input) {
            Some(Input::Choice { options, .. } | Input::Checks { options, .. }) => options,
            _ => &[],
        };
    let found = options.iter().find(|option| option.label == words);
    found.map_or_else(|| words.to_owned(), |option| option.value.clone())
}

/// The same answers with the accounts in a workspace of the people chosen, as the app knows them.
pub fn accounts(home: Home, answers: BTreeMap<String, Answer>) -> BTreeMap<String, Answer> {
    let account = |answer| match answer {
        Answer::Person(handle) => Answer::Person(home.account(&handle)),
        words @ Answer::Words(_) => words,
    };
    answers.into_iter().map(|(field, answer)| (field, account(answer))).collect()
}

/// The answers in what the page sent: name and value, the fields' names after `answer:`.
pub fn answers(form: &Form, sent: &[(String, String)]) -> BTreeMap<String, Answer> {
    let mut answers = BTreeMap::new();
    for field in &form.fields {
        let name = format!("answer:{}", field.name);
        let values: Vec<&str> =
            sent.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str()).collect();
        let answer = match (&field.input, values.as_slice()) {
            (_, []) | (Input::Person, ["", ..]) => continue,
            (Input::Person, [user, ..]) => Answer::Person((*user).into()),
            (Input::Checks { .. }, values) => Answer::Words(values.join(",")),
            (Input::Line { max, .. } | Input::Words { max, .. }, [words, ..]) => {
                let words = words.replace("\r\n", "\n");
                Answer::Words(words.chars().take(*max as usize).collect())
            }
            (Input::Choice { .. }, [value, ..]) => Answer::Words((*value).to_owned()),
        };
        answers.insert(field.name.clone(), answer);
    }
    answers
}
