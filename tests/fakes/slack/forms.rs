//! Filling in modals: what a person types and chooses, as the state of the view that is submitted.
//!
//! Invariant: what Slack's client would not let through (a required field left empty, an unknown
//! option, too long a text) panics, as a person could not have done it.

use serde_json::{Value, json};

use super::blocks::{elements, offered};
use super::delivery::Envelope;
use super::methods_views::{check_or_note, push_view, replace_view};
use super::people::Actor;
use super::socket::Ack;
use super::state::{State, View};

impl Actor {
    /// Fills in the modal on top, by the labels of its fields, and submits it. Fields that are not named
    /// keep what they were opened with. Several options of one field are separated by `, `.
    pub async fn submit(&self, fields: &[(&str, &str)]) -> Ack {
        let (view, payload) = self.slack.shared.change(|state| {
            let view = self.top(state);
            let values = filled(state, &view, fields);
            let trigger = state.issue_trigger(&self.id);
            let mut payload = self.interaction(state, "view_submission");
            payload["trigger_id"] = json!(trigger);
            payload["view"] = with_values(&view, Some(values));
            payload["response_urls"] = json!([]);
            (view, payload)
        });
        let failure = "We had some trouble connecting. Try again?";
        let ack = self.deliver(&Envelope::interactive(payload), failure).await;
        self.slack.shared.change(|state| self.follow(state, &view, ack.payload.as_ref()));
        ack
    }

    /// Closes the modal on top without submitting it; the app hears of it only when it asked to.
    pub async fn close_modal(&self) {
        let payload = self.slack.shared.change(|state| {
            let view = self.top(state);
            state.modals.get_mut(&self.id).expect("it has a top").pop();
            let mut payload = self.interaction(state, "view_closed");
            payload["view"] = with_values(&view, None);
            payload["is_cleared"] = json!(false);
            (view.json["notify_on_close"] == true).then_some(payload)
        });
        if let Some(payload) = payload {
            self.deliver(&Envelope::interactive(payload), "closing was not acknowledged").await;
        }
    }

    fn top(&self, state: &State) -> View {
        let top = state.modals.get(&self.id).and_then(|stack| stack.last());
        top.unwrap_or_else(|| panic!("{} has no modal open", self.id)).clone()
    }

    /// Does to the modals what the acknowledgement says.
    fn follow(&self, state: &mut State, view: &View, answer: Option<&Value>) {
        let action = answer.and_then(|a| a["response_action"].as_str());
        match (action, answer) {
            (None, _) => {
                let stack = state.modals.entry(self.id.clone()).or_default();
                stack.retain(|known| known.id != view.id);
            }
            (Some("clear"), _) => drop(state.modals.remove(&self.id)),
            (Some("errors"), Some(answer)) => {
                let inputs: Vec<&Value> = view.blocks().iter().filter(|b| b["type"] == "input").collect();
                for id in answer["errors"].as_object().into_iter().flat_map(serde_json::Map::keys) {
                    if !inputs.iter().any(|block| block["block_id"] == *id) {
                        state.violations.push(format!("an error for {id}, which is no input of the form"));
                    }
                }
            }
            (Some("update"), Some(answer)) if check_or_note(state, &answer["view"]).is_ok() => {
                replace_view(state, view, answer["view"].clone());
            }
            (Some("push"), Some(answer)) if check_or_note(state, &answer["view"]).is_ok() => {
                let _noted = push_view(state, &self.id, answer["view"].clone());
            }
            (Some(other), _) => state.violation(format!("response_action {other} that cannot be followed")),
        }
    }
}

/// The view with its state: what was filled in, or what it was opened with.
pub fn with_values(view: &View, values: Option<Value>) -> Value {
    let mut shown = view.json.clone();
    let opened = || {
        let mut values = json!({});
        for block in view.blocks() {
            for element in elements(block) {
                if let (Some(id), Some(action)) = (block["block_id"].as_str(), element["action_id"].as_str())
                    && element["type"] != "button"
                {
                    values[id][action] = initial(element);
                }
            }
        }
        values
    };
    shown["state"] = json!({"values": values.unwrap_or_else(opened)});
    shown
}

/// The action of choosing `option` in the first element that offers it.
pub fn chosen(state: &State, blocks: &[Value], option: &str) -> Option<Value> {
    let found = blocks.iter().flat_map(|block| elements(block).into_iter().map(move |e| (block, e)));
    found.into_iter().find_map(|(block, element)| {
        let mut action = select(state, element, option)?;
        action["block_id"] = block["block_id"].clone();
        action["action_id"] = element["action_id"].clone();
        Some(action)
    })
}

/// The values of every field of the view, by block and action.
fn filled(state: &State, view: &View, fields: &[(&str, &str)]) -> Value {
    let mut values = with_values(view, None)["state"]["values"].take();
    for (label, text) in fields {
        let block = view.blocks().iter().find(|b| b["type"] == "input" && b["label"]["text"] == *label);
        let seen = || super::blocks::visible_text(view.blocks());
        let block = block.unwrap_or_else(|| panic!("no field {label:?} in:\n{}", seen()));
        let element = &block["element"];
        let value = select(state, element, text).or_else(|| written(element, text));
        let value = value.unwrap_or_else(|| panic!("{text:?} cannot be given for {label:?} in:\n{}", seen()));
        let (id, action) = (block["block_id"].as_str().unwrap(), element["action_id"].as_str().unwrap());
        values[id][action] = value;
    }
    for block in view.blocks().iter().filter(|b| b["type"] == "input" && b["optional"] != true) {
        let (id, action) =
            (block["block_id"].as_str().unwrap(), block["element"]["action_id"].as_str().unwrap());
        let value = values[id][action].as_object().expect("every field has a value");
        let empty = value
            .iter()
            .filter(|(key, _)| *key != "type")
            .all(|(_, v)| v.is_null() || v.as_array().is_some_and(Vec::is_empty) || v == "");
        assert!(!empty, "{} is required", block["label"]["text"]);
    }
    values
}

/// What a field holds before anybody touched it.
fn initial(element: &Value) -> Value {
    let kind = element["type"].as_str().unwrap_or_default();
    let (key, from) = slot(kind);
    let untouched = if key.ends_with('s') { json!([]) } else { Value::Null };
    let value = if element[from].is_null() { untouched } else { element[from].clone() };
    json!({"type": kind, key: value})
}

/// Where an element keeps its value, and where it was opened with one.
fn slot(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "checkboxes" | "multi_static_select" | "multi_external_select" => {
            ("selected_options", "initial_options")
        }
        "static_select" | "external_select" | "radio_buttons" | "overflow" => {
            ("selected_option", "initial_option")
        }
        "users_select" => ("selected_user", "initial_user"),
        "multi_users_select" => ("selected_users", "initial_users"),
        "conversations_select" => ("selected_conversation", "initial_conversation"),
        "multi_conversations_select" => ("selected_conversations", "initial_conversations"),
        "channels_select" => ("selected_channel", "initial_channel"),
        "multi_channels_select" => ("selected_channels", "initial_channels"),
        "datepicker" => ("selected_date", "initial_date"),
        "timepicker" => ("selected_time", "initial_time"),
        "datetimepicker" => ("selected_date_time", "initial_date_time"),
        _ => ("value", "initial_value"),
    }
}

/// A choice among what the element offers; `None` when it offers no such thing.
fn select(state: &State, element: &Value, wanted: &str) -> Option<Value> {
    let kind = element["type"].as_str()?;
    let (key, _) = slot(kind);
    let one = |wanted: &str| -> Option<Value> {
        match kind {
            "users_select" | "multi_users_select" => {
                let handle = wanted.strip_prefix('@')?;
                Some(json!(state.people.values().find(|p| p.handle == handle)?.id))
            }
            "conversations_select"
            | "channels_select"
            | "multi_conversations_select"
            | "multi_channels_select" => Some(json!(state.find_channel(wanted.strip_prefix('#')?)?.id)),
            _ => {
                let same = |option: &&Value| option["text"]["text"] == wanted;
                offered(element).into_iter().find(same).cloned()
            }
        }
    };
    let value = if key.ends_with('s') {
        Value::Array(wanted.split(", ").map(one).collect::<Option<_>>()?)
    } else {
        one(wanted)?
    };
    Some(json!({"type": kind, key: value}))
}

/// A text or a date, if the element takes one and this one fits.
fn written(element: &Value, text: &str) -> Option<Value> {
    let kind = element["type"].as_str()?;
    let (key, _) = slot(kind);
    if key == "value" {
        let length = text.chars().count() as u64;
        let least = element["min_length"].as_u64().unwrap_or(0);
        let most = element["max_length"].as_u64().unwrap_or(3000);
        if !(least..=most).contains(&length) || kind == "button" {
            return None;
        }
        let value = if text.is_empty() { Value::Null } else { json!(text) };
        return Some(json!({"type": kind, "value": value}));
    }
    match kind {
        "datepicker" | "timepicker" => Some(json!({"type": kind, key: text})),
        "datetimepicker" => Some(json!({"type": kind, key: text.parse::<i64>().ok()?})),
        _ => None,
    }
}
