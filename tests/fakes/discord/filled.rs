//! Forms that people fill in.
//!
//! Invariant: what is sent is what Discord's client would send: every field, those left alone with what
//! stood in them; a required one left empty, or a text too long or short, is refused as the client does.

use serde_json::{Value, json};

use super::menus::picked;
use super::people::{Actor, Answer};
use super::seen::Modal;
use super::state::{State, text};

const SUBMIT: u64 = 5;

/// Labels of the fields of a form, in their order.
pub fn fields(data: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for part in data["components"].as_array().into_iter().flatten() {
        match part["type"].as_u64() {
            Some(18) => found.push(text(part, "label")),
            Some(1) => {
                for inner in part["components"].as_array().into_iter().flatten() {
                    found.push(text(inner, "label"));
                }
            }
            _ => {}
        }
    }
    found
}

impl Actor {
    /// Fills in the form that is open and sends it; answers by label. In selects: the option's label,
    /// several separated by `, `; `@bo` for people; `true` for a check box.
    pub async fn submit(&self, form: &Modal, answers: &[(&str, &str)]) -> Answer {
        let token = self.discord.shared.change(|state| {
            let at = state.modals.iter().position(|open| {
                open.user == self.id && open.data["custom_id"] == form.open.data["custom_id"]
            });
            let open = state.modals.remove(at.expect("the form is still open"));
            let labels = form.fields();
            for (label, _) in answers {
                assert!(labels.iter().any(|known| known == label), "no field {label:?} in {labels:?}");
            }
            let mut resolved = json!({});
            let mut filled = |component: &Value, label: &str| {
                let given = answers.iter().find(|(known, _)| *known == label).map(|(_, value)| *value);
                fill(state, &open.channel, component, label, given, &mut resolved)
            };
            let mut parts = Vec::new();
            for (id, part) in open.data["components"].as_array().into_iter().flatten().enumerate() {
                match part["type"].as_u64() {
                    Some(18) => {
                        let inner = filled(&part["component"], &text(part, "label"));
                        parts.push(json!({"type": 18, "id": id * 2 + 1, "component": inner}));
                    }
                    Some(1) => {
                        let row = part["components"].as_array().into_iter().flatten();
                        let row: Vec<Value> = row.map(|inner| filled(inner, &text(inner, "label"))).collect();
                        parts.push(json!({"type": 1, "id": id * 2 + 1, "components": row}));
                    }
                    other => parts.push(json!({"type": other, "id": id * 2 + 1})),
                }
            }
            let mut data = json!({"custom_id": open.data["custom_id"], "components": parts});
            if resolved.as_object().is_some_and(|all| !all.is_empty()) {
                data["resolved"] = resolved;
            }
            let message = open.source.as_ref().and_then(|id| {
                let private = state.ephemeral.iter().map(|(_, raw)| raw);
                private.chain(state.messages.values().flatten()).find(|raw| raw["id"] == **id).cloned()
            });
            let name = format!("the form {}", form.title());
            self.send(state, SUBMIT, &name, &open.channel, data, message)
        });
        self.answer(&token).await
    }

    /// Closes the form without sending it; the app is not told.
    pub fn dismiss(&self, _form: &Modal) {
        self.discord.shared.change(|state| state.modals.retain(|open| open.user != self.id));
    }
}

fn fill(
    state: &State,
    channel: &str,
    component: &Value,
    label: &str,
    given: Option<&str>,
    resolved: &mut Value,
) -> Value {
    let kind = component["type"].as_u64().unwrap_or(0);
    let required = component["required"] != false;
    let mut sent = json!({"type": kind, "id": 2, "custom_id": component["custom_id"]});
    if kind == 4 {
        let value = given.map_or_else(|| text(component, "value"), str::to_owned);
        let length = value.chars().count() as u64;
        assert!(!required || length > 0, "{label} must be filled in");
        let (least, most) =
            (component["min_length"].as_u64().unwrap_or(0), component["max_length"].as_u64().unwrap_or(4000));
        assert!(
            length == 0 || (least..=most).contains(&length),
            "{label} takes {least} to {most} characters"
        );
        sent["value"] = json!(value);
        return sent;
    }
    if kind == 23 {
        sent["value"] = json!(given.map_or(component["default"] == true, |given| given == "true"));
        return sent;
    }
    let options = component["options"].as_array().map_or(&[][..], Vec::as_slice);
    let values: Vec<Value> = match given {
        None if matches!(kind, 5 | 6 | 8) => {
            let all = component["default_values"].as_array().into_iter().flatten();
            let ids: Vec<String> = all.map(|value| text(value, "id")).collect();
            for id in ids.iter().filter(|_| kind == 5) {
                add(resolved, picked(state, channel, kind, id).map(|(_, more)| more).unwrap_or_default());
            }
            ids.into_iter().map(Value::from).collect()
        }
        None => options.iter().filter(|o| o["default"] == true).map(|o| o["value"].clone()).collect(),
        Some("") => Vec::new(),
        Some(given) if matches!(kind, 5 | 6 | 8) => given
            .split(", ")
            .map(|one| {
                let (id, more) =
                    picked(state, channel, kind, one).unwrap_or_else(|| panic!("{label}: no {one}"));
                add(resolved, more);
                Value::from(id)
            })
            .collect(),
        Some(given) => given
            .split(", ")
            .map(|one| {
                let option = options.iter().find(|o| o["label"] == one);
                option.unwrap_or_else(|| panic!("{label} has no option {one}"))["value"].clone()
            })
            .collect(),
    };
    let most = component["max_values"].as_u64().unwrap_or(1);
    assert!(values.len() as u64 <= most || kind == 22, "{label} takes {most} at most");
    assert!(!required || !values.is_empty(), "{label} must be chosen");
    if kind == 21 {
        sent["value"] = values.into_iter().next().unwrap_or_default();
    } else {
        sent["values"] = json!(values);
    }
    sent
}

fn add(resolved: &mut Value, more: Value) {
    for (key, objects) in more.as_object().into_iter().flatten() {
        for (id, object) in objects.as_object().into_iter().flatten() {
            resolved[key][id] = object.clone();
        }
    }
}
