//! `views.*`: modals and the App Home.
//!
//! Invariant: a modal opens only with a trigger that is young and unused; every view is checked first.

use serde_json::{Value, json};

use super::blocks::check_view;
use super::methods::{Answer, ApiError, Args};
use super::state::{APP_ID, BOT_ID, State, View};

pub fn open(state: &mut State, args: &Args) -> Answer {
    let user = exchange(state, args)?;
    let json = checked(state, args, "modal")?;
    let view = stored(state, &user, json, None);
    state.modals.insert(user, vec![view.clone()]);
    Ok(json!({"view": view.json}))
}

pub fn push(state: &mut State, args: &Args) -> Answer {
    let user = exchange(state, args)?;
    let json = checked(state, args, "modal")?;
    push_view(state, &user, json).map(|view| json!({"view": view.json}))
}

pub fn update(state: &mut State, args: &Args) -> Answer {
    let json = checked(state, args, "modal or home")?;
    let (id, external) = (args.text("view_id"), args.text("external_id"));
    let same = |view: &View| {
        id.as_ref() == Some(&view.id)
            || external.is_some() && view.json["external_id"].as_str() == external.as_deref()
    };
    let found = state.modals.values().flatten().chain(state.homes.values()).find(|view| same(view)).cloned();
    let Some(old) = found else { return Err("not_found".into()) };
    if args.text("hash").is_some_and(|hash| old.json["hash"] != json!(hash)) {
        return Err("hash_conflict".into());
    }
    let view = replace_view(state, &old, json);
    Ok(json!({"view": view.json}))
}

pub fn publish(state: &mut State, args: &Args) -> Answer {
    let user = args.required("user_id", "invalid_arguments")?;
    if !state.people.contains_key(&user) {
        return Err("user_not_found".into());
    }
    let json = checked(state, args, "home")?;
    if let (Some(hash), Some(old)) = (args.text("hash"), state.homes.get(&user))
        && old.json["hash"] != json!(hash)
    {
        return Err("hash_conflict".into());
    }
    let view = stored(state, &user, json, None);
    state.homes.insert(user, view.clone());
    Ok(json!({"view": view.json}))
}

/// Puts a view on top of the modals that someone has open; at most three.
pub fn push_view(state: &mut State, user: &str, json: Value) -> Result<View, ApiError> {
    let Some(stack) = state.modals.get(user).filter(|stack| !stack.is_empty()) else {
        return Err("not_found".into());
    };
    if stack.len() >= 3 {
        state.violation("more than three modals on top of each other");
        return Err("push_limit_reached".into());
    }
    let below = stack.last().cloned();
    let view = stored(state, user, json, below.as_ref());
    state.modals.entry(user.to_owned()).or_default().push(view.clone());
    Ok(view)
}

/// Puts `json` where `old` is, under the same id.
pub fn replace_view(state: &mut State, old: &View, json: Value) -> View {
    let mut view = stored(state, &old.user, json, None);
    view.id.clone_from(&old.id);
    for key in ["id", "root_view_id", "previous_view_id"] {
        view.json[key] = old.json[key].clone();
    }
    let all = state.modals.values_mut().flatten().chain(state.homes.values_mut());
    for known in all.filter(|known| known.id == old.id) {
        known.clone_from(&view);
    }
    view
}

/// Fills in what Slack adds to a published view.
fn stored(state: &mut State, user: &str, mut json: Value, below: Option<&View>) -> View {
    let id = state.next_id("V0");
    let hash = format!("{}.{}", state.now() / 1_000_000, state.next_id("h"));
    let blocks = state.with_ids(json["blocks"].as_array().cloned().unwrap_or_default());
    json["blocks"] = json!(blocks);
    let root = below.map_or_else(|| json!(id), |view| view.json["root_view_id"].clone());
    let mut add = |key: &str, value: Value| {
        if json[key].is_null() {
            json[key] = value;
        }
    };
    add("private_metadata", json!(""));
    add("callback_id", json!(""));
    add("external_id", json!(""));
    add("clear_on_close", json!(false));
    add("notify_on_close", json!(false));
    for (key, value) in [
        ("id", json!(id)),
        ("team_id", json!(state.team.id)),
        ("hash", json!(hash)),
        ("state", json!({"values": {}})),
        ("root_view_id", root),
        ("previous_view_id", json!(below.map(|view| view.id.clone()))),
        ("app_id", json!(APP_ID)),
        ("app_installed_team_id", json!(state.team.id)),
        ("bot_id", json!(BOT_ID)),
    ] {
        json[key] = value;
    }
    View { id, user: user.to_owned(), json }
}

/// Uses up the trigger and says whose it was.
fn exchange(state: &mut State, args: &Args) -> Result<String, ApiError> {
    let id = args.required("trigger_id", "invalid_arguments")?;
    let (now, life) = (state.now(), state.tuning.trigger_life);
    let Some(trigger) = state.triggers.get_mut(&id) else { return Err("invalid_trigger_id".into()) };
    if trigger.used {
        return Err("exchanged_trigger_id".into());
    }
    if now - trigger.issued > i64::try_from(life.as_micros()).expect("a trigger lives for seconds") {
        return Err("expired_trigger_id".into());
    }
    trigger.used = true;
    Ok(trigger.user.clone())
}

fn checked(state: &mut State, args: &Args, kind: &str) -> Result<Value, ApiError> {
    let view = args.json("view")?.ok_or_else(|| ApiError::from("invalid_arguments"))?;
    check_or_note(state, &view)?;
    if !kind.contains(view["type"].as_str().unwrap_or("nothing")) {
        return Err("invalid_arguments".into());
    }
    Ok(view)
}

/// Refuses a view that breaks a limit, and notes why.
pub fn check_or_note(state: &mut State, view: &Value) -> Result<(), ApiError> {
    let wrong = check_view(view);
    if wrong.is_empty() {
        return Ok(());
    }
    let messages: Vec<String> = wrong.iter().map(|what| format!("[ERROR] {what}")).collect();
    state.violations.extend(wrong);
    Err(ApiError::from("invalid_arguments").with("response_metadata", json!({"messages": messages})))
}
