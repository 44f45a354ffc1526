//! Is a body one that Discord takes? Three judges: the published schema, another library's limits, and
//! our own rules.
//!
//! Invariant: pure; what it returns is said to the app as 50035 and recorded as violations.

use std::collections::BTreeSet;

use serde_json::Value;

use super::routes::{Req, Route};
use super::{limits, openapi};

/// Everything that is wrong with the body of this call.
pub fn body(route: &Route, req: &Req) -> Vec<String> {
    if matches!(route.method, "GET" | "DELETE") || (req.body.is_null() && route.method == "PUT") {
        return Vec::new();
    }
    if route.template.ends_with("/typing") {
        return Vec::new();
    }
    if !req.body.is_object() && !req.body.is_array() {
        return vec!["the body is no JSON".to_owned()];
    }
    let mut wrong = openapi::wrong(route.method, route.template, &req.body);
    if route.template.ends_with("/commands") {
        wrong.extend(limits::commands(&req.body));
        return wrong;
    }
    let kind = req.body["type"].as_u64();
    let message = if route.template.ends_with("/callback") {
        match kind {
            Some(4 | 7) => Some(&req.body["data"]),
            Some(9) => {
                wrong.extend(limits::modal(&req.body["data"]));
                wrong.extend(ids(&req.body["data"]["components"]));
                None
            }
            Some(8) => {
                wrong.extend(limits::choices(&req.body["data"]["choices"]));
                None
            }
            _ => None,
        }
    } else if route.template.contains("/messages") && !route.template.ends_with("/threads")
        || route.template.starts_with("/webhooks")
    {
        Some(&req.body)
    } else if route.template.ends_with("/threads") && !req.body["message"].is_null() {
        Some(&req.body["message"])
    } else {
        None
    };
    if let Some(message) = message {
        wrong.extend(limits::message(message));
        wrong.extend(ids(&message["components"]));
        wrong.extend(mentions(message));
    }
    if let Some(name) = req.body["name"].as_str() {
        wrong.extend(twilight_validate::channel::name(name).err().map(|error| error.to_string()));
    }
    wrong
}

/// Our rule: every message says whom it may mention, and that is never everybody.
fn mentions(message: &Value) -> Vec<String> {
    let rules = &message["allowed_mentions"];
    if !rules.is_object() {
        return vec!["a message without allowed_mentions".to_owned()];
    }
    let mut wrong = Vec::new();
    for all in ["everyone", "roles"] {
        if rules["parse"].as_array().is_some_and(|parse| parse.iter().any(|kind| kind == all)) {
            wrong.push(format!("allowed_mentions parses {all}"));
        }
    }
    let named = |key: &str| rules[key].as_array().is_some_and(|ids| !ids.is_empty());
    let parsed = |key: &str| rules["parse"].as_array().is_some_and(|all| all.iter().any(|kind| kind == key));
    if named("users") && parsed("users") {
        wrong.push("allowed_mentions names users and parses them too".to_owned());
    }
    wrong
}

/// Ids of components: at most 100 characters, and each once.
fn ids(components: &Value) -> Vec<String> {
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    visit(components, &mut |component| {
        let Some(id) = component["custom_id"].as_str() else { return };
        if id.is_empty() || id.chars().count() > 100 {
            wrong.push(format!("custom_id of {} characters", id.chars().count()));
        }
        if !seen.insert(id.to_owned()) {
            wrong.push(format!("custom_id is there twice: {id}"));
        }
    });
    wrong
}

/// Every component, however deep.
pub fn visit(components: &Value, look: &mut impl FnMut(&Value)) {
    match components {
        Value::Array(all) => all.iter().for_each(|component| visit(component, look)),
        Value::Object(component) => {
            look(components);
            for key in ["components", "component", "accessory"] {
                if let Some(inner) = component.get(key) {
                    visit(inner, look);
                }
            }
        }
        _ => {}
    }
}
