//! Forms as modals, each field under a label of its own.
//! Invariants: a field's name is its input's custom id, so an answer finds it again; a form's custom id
//! carries the form, what it is about and the workspace; at most five fields.

use serde_json::{Value, json};

use super::{cut, limit};
use crate::chat::form::{self, Field, Form, Input, Need};
use crate::domain::ids::WorkspaceKey;

/// The beginning of the custom ids of forms.
pub const FORM: &str = "form:";

/// Discord's numbers for components.
mod component {
    pub(super) const STRING_SELECT: u8 = 3;
    pub(super) const TEXT_INPUT: u8 = 4;
    pub(super) const USER_SELECT: u8 = 5;
    pub(super) const LABEL: u8 = 18;
}

/// The data of the callback that opens a form as a modal.
pub fn form(form: &Form, workspace: &WorkspaceKey) -> Value {
    let custom_id = format!("{FORM}{}:{}@{workspace}", form.kind.as_str(), form.about);
    if custom_id.len() > limit::CUSTOM_ID || form.fields.len() > limit::FIELDS_OF_MODAL {
        tracing::error!(kind = form.kind.as_str(), "a form is larger than Discord takes");
    }
    json!({
        "custom_id": custom_id,
        "title": cut(&form.title, limit::MODAL_TITLE),
        "components": form
            .fields
            .iter()
            .filter_map(label)
            .take(limit::FIELDS_OF_MODAL)
            .collect::<Vec<_>>(),
    })
}

fn label(field: &Field) -> Option<Value> {
    let mut label = json!({
        "type": component::LABEL,
        "label": cut(&field.label, limit::LABEL),
        "component": input(field)?,
    });
    if let Some(hint) = field.hint.as_ref().filter(|hint| !hint.trim().is_empty()) {
        label["description"] = json!(cut(hint, limit::HINT));
    }
    Some(label)
}

/// `None` for a choice of nothing, which Discord does not take.
fn input(field: &Field) -> Option<Value> {
    let required = field.need == Need::Required;
    let mut input = match &field.input {
        Input::Line { initial, max } => words(initial, *max, 1),
        Input::Words { initial, max } => words(initial, *max, 2),
        Input::Choice { options, initial } => {
            let chosen: Vec<&str> = initial.iter().map(String::as_str).collect();
            select(options, &chosen, usize::from(required), 1)?
        }
        Input::Checks { options, initial } => {
            let chosen: Vec<&str> = initial.iter().map(String::as_str).collect();
            let most = options.len().min(limit::CHOICES);
            select(options, &chosen, usize::from(required), most)?
        }
        Input::Person => json!({
            "type": component::USER_SELECT,
            "min_values": usize::from(required),
            "max_values": 1,
        }),
    };
    input["custom_id"] = json!(field.name);
    input["required"] = json!(required);
    Some(input)
}

fn words(initial: &str, max: u32, style: u8) -> Value {
    let max = max.clamp(1, limit::INPUT);
    let mut input = json!({ "type": component::TEXT_INPUT, "style": style, "max_length": max });
    if !initial.trim().is_empty() {
        input["value"] = json!(cut(initial, max as usize));
    }
    input
}

/// Options beyond what Discord takes are left out, but never one that is chosen.
fn select(options: &[form::Choice], chosen: &[&str], least: usize, most: usize) -> Option<Value> {
    let is_chosen = |option: &form::Choice| chosen.contains(&option.value.as_str());
    let room = limit::CHOICES.saturating_sub(options.iter().filter(|option| is_chosen(option)).count());
    let mut others = 0;
    let shown: Vec<Value> = options
        .iter()
        .filter(|option| {
            if is_chosen(option) {
                return true;
            }
            others += 1;
            others <= room
        })
        .filter(|option| (1..=limit::CHOICE).contains(&option.value.chars().count()))
        .take(limit::CHOICES)
        .map(|option| {
            json!({
                "label": cut(&option.label, limit::CHOICE),
                "value": option.value,
                "default": is_chosen(option),
            })
        })
        .collect();
    if shown.len() < options.len() {
        tracing::warn!(left_out = options.len() - shown.len(), "Discord takes 25 choices at most");
    }
    let most = most.min(shown.len());
    (!shown.is_empty()).then(|| {
        json!({
            "type": component::STRING_SELECT,
            "options": shown,
            "min_values": least,
            "max_values": most,
        })
    })
}
