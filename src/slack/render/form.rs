//! Forms as modals, and what is amiss in them.
//! Invariant: a field's name is its block's id, so an answer and a complaint find it again.

use serde_json::{Value, json};

use super::{cut, limit, option, plain};
use crate::chat::form::{Choice, Field, Form, Input, Need};
use crate::chat::inbound::Mend;

/// The one action id in each field.
const ANSWER: &str = "answer";

/// The modal of a form.
pub fn view(form: &Form) -> Value {
    json!({
        "type": "modal",
        "callback_id": format!("form:{}", form.kind.as_str()),
        "private_metadata": cut(&form.about, limit::METADATA),
        "title": plain(&form.title, limit::VIEW_TITLE),
        "submit": plain(&form.submit, limit::VIEW_TITLE),
        "blocks": form.fields.iter().filter_map(field).collect::<Vec<_>>(),
    })
}

/// The acknowledgement that keeps a form open and says what to mend.
pub fn complaints(mends: &[Mend]) -> Value {
    let errors: serde_json::Map<String, Value> =
        mends.iter().map(|mend| (mend.field.clone(), json!(mend.why))).collect();
    json!({ "response_action": "errors", "errors": errors })
}

fn field(field: &Field) -> Option<Value> {
    let mut block = json!({
        "type": "input",
        "block_id": field.name,
        "label": plain(&field.label, limit::LABEL),
        "optional": field.need == Need::Optional,
        "element": input(&field.input)?,
    });
    if let Some(hint) = &field.hint {
        block["hint"] = plain(hint, limit::LABEL);
    }
    Some(block)
}

/// `None` for a choice of nothing, which Slack does not take.
fn input(input: &Input) -> Option<Value> {
    Some(match input {
        Input::Line { initial, max } => words(initial, *max, false),
        Input::Words { initial, max } => words(initial, *max, true),
        Input::Choice { options, initial } => {
            let shown: Vec<Value> = options.iter().take(limit::CHOICES).map(choice).collect();
            if shown.is_empty() {
                return None;
            }
            let mut select = json!({ "type": "static_select", "action_id": ANSWER, "options": shown });
            let chosen = options.iter().find(|option| Some(&option.value) == initial.as_ref());
            if let Some(chosen) = chosen {
                select["initial_option"] = choice(chosen);
            }
            select
        }
        Input::Checks { options, initial } => {
            let shown: Vec<Value> = options.iter().take(limit::CHECKS).map(choice).collect();
            if shown.is_empty() {
                return None;
            }
            let ticked: Vec<Value> = options
                .iter()
                .take(limit::CHECKS)
                .filter(|option| initial.contains(&option.value))
                .map(choice)
                .collect();
            let mut checks = json!({ "type": "checkboxes", "action_id": ANSWER, "options": shown });
            if !ticked.is_empty() {
                checks["initial_options"] = json!(ticked);
            }
            checks
        }
        Input::Person => json!({ "type": "users_select", "action_id": ANSWER }),
    })
}

fn words(initial: &str, max: u32, multiline: bool) -> Value {
    let max = max.clamp(1, limit::INPUT);
    let mut element = json!({
        "type": "plain_text_input",
        "action_id": ANSWER,
        "multiline": multiline,
        "max_length": max,
    });
    if !initial.is_empty() {
        element["initial_value"] = json!(cut(initial, max as usize));
    }
    element
}

fn choice(choice: &Choice) -> Value {
    option(&choice.label, &cut(&choice.value, limit::OPTION_VALUE))
}
