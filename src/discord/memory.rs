//! Forms that were opened or could not be, so that they can be opened again with what was typed: Discord
//! takes a form away whatever becomes of the answer.
//! Invariant: bounded; forgetting costs a person the typed words on screen, never a decision.

use std::collections::VecDeque;
use std::sync::Mutex;

use crate::chat::form::{Answer, Field, Form, Input, Submitted};
use crate::domain::ids::{UserKey, WorkspaceKey};

/// Forms kept; a form is small, and nobody takes long over one.
const KEPT: usize = 512;

/// What stands before the key behind the button that opens a form again.
const AGAIN: &str = "again:";

/// The forms of late.
#[derive(Debug, Default)]
pub struct Memory(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    user: UserKey,
    key: String,
    form: Form,
}

/// The key in a token of a button that opens a form again.
pub fn key(token: &str) -> Option<&str> {
    token.strip_prefix(AGAIN).map(|rest| rest.split('@').next().unwrap_or(rest))
}

/// The token of the button that opens the form of this key again.
pub fn token(key: &str, workspace: &WorkspaceKey) -> String {
    format!("{AGAIN}{key}@{workspace}")
}

impl Memory {
    /// Keeps a form as somebody has it before them, under the id of the interaction that brought it.
    pub fn keep(&self, user: &UserKey, key: &str, form: Form) {
        let mut kept = self.0.lock().expect("nothing panics while it is locked");
        kept.retain(|known| !(known.user == *user && known.key == key));
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(Kept { user: user.clone(), key: key.to_owned(), form });
    }

    /// The form under a key, if it is theirs.
    pub fn form(&self, user: &UserKey, key: &str) -> Option<Form> {
        let kept = self.0.lock().expect("nothing panics while it is locked");
        kept.iter().find(|known| known.user == *user && known.key == key).map(|known| known.form.clone())
    }

    /// The form that these answers are to, with the answers in it.
    pub fn answered(&self, user: &UserKey, submitted: &Submitted) -> Option<Form> {
        let same = |form: &Form| form.kind == submitted.kind && form.about == submitted.about;
        let kept = self.0.lock().expect("nothing panics while it is locked");
        let form = kept.iter().rev().find(|known| known.user == *user && same(&known.form))?.form.clone();
        drop(kept);
        Some(filled(form, submitted))
    }
}

fn filled(mut form: Form, submitted: &Submitted) -> Form {
    for field in &mut form.fields {
        fill(field, submitted);
    }
    form
}

fn fill(field: &mut Field, submitted: &Submitted) {
    let words = match submitted.answers.get(&field.name) {
        Some(Answer::Words(words)) => words.clone(),
        Some(Answer::Person(_)) => return,
        None => String::new(),
    };
    match &mut field.input {
        Input::Line { initial, .. } | Input::Words { initial, .. } => *initial = words,
        Input::Choice { initial, .. } => *initial = (!words.is_empty()).then_some(words),
        Input::Checks { initial, .. } => {
            *initial = words.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        }
        Input::Person => {}
    }
}
