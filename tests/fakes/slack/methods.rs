//! The Web API: who may call what, and which function answers.
//!
//! Invariant: a method is a pure step of the workspace: state and arguments in, JSON or an error code
//! out. Every call goes through `call`, which checks the token and the scope first.

use serde_json::{Map, Value, json};

use super::state::{APP_ID, BOT_ID, BOT_USER, State};
use super::{methods_chat, methods_conversations, methods_people, methods_views};

/// What a refused call says.
#[derive(Debug)]
pub struct ApiError {
    pub code: String,
    pub more: Map<String, Value>,
}

impl ApiError {
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }
}

impl From<&str> for ApiError {
    fn from(code: &str) -> Self {
        Self { code: code.to_owned(), more: Map::new() }
    }
}

pub type Answer = Result<Value, ApiError>;

/// The arguments of a call, however they were sent: strings of a form and JSON read the same.
pub struct Args(pub Map<String, Value>);

impl Args {
    /// A text argument; empty is absent.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    pub fn required(&self, name: &str, otherwise: &str) -> Result<String, ApiError> {
        self.text(name).ok_or_else(|| otherwise.into())
    }

    /// A list: an array, or the same with commas.
    pub fn list(&self, name: &str, otherwise: &str) -> Result<Vec<String>, ApiError> {
        if let Some(Value::Array(items)) = self.0.get(name) {
            return Ok(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect());
        }
        Ok(self.required(name, otherwise)?.split(',').map(|item| item.trim().to_owned()).collect())
    }

    pub fn flag(&self, name: &str) -> bool {
        matches!(self.text(name).as_deref(), Some("true" | "1"))
    }

    pub fn number(&self, name: &str) -> Option<usize> {
        self.text(name)?.parse().ok()
    }

    /// A structured argument: JSON, or JSON in a string.
    pub fn json(&self, name: &str) -> Result<Option<Value>, ApiError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => {
                serde_json::from_str(text).map(Some).map_err(|_| "invalid_json".into())
            }
            Some(other) => Ok(Some(other.clone())),
        }
    }
}

/// Answers one call.
pub fn call(state: &mut State, method: &str, token: Option<&str>, args: &Args) -> Answer {
    let Some(token) = token else { return Err("not_authed".into()) };
    if token != state.bot_token && token != state.app_token {
        return Err("invalid_auth".into());
    }
    if !state.tokens_valid {
        return Err("account_inactive".into());
    }
    if token == state.app_token {
        return call_as_app(state, method);
    }
    if let Some(scope) = fixed_scope(method) {
        need(state, scope)?;
    }
    match method {
        "apps.connections.open" => Err("not_allowed_token_type".into()),
        "auth.test" => Ok(json!({
            "url": format!("https://{}.slack.com/", state.team.domain), "team": state.team.name,
            "user": "goodturn", "team_id": state.team.id, "user_id": BOT_USER, "bot_id": BOT_ID,
            "is_enterprise_install": false,
        })),
        "team.info" => Ok(json!({"team": {
            "id": state.team.id, "name": state.team.name, "domain": state.team.domain,
            "email_domain": "example.com", "icon": {"image_default": true},
            "url": format!("https://{}.slack.com/", state.team.domain), "is_verified": false,
        }})),
        "bots.info" => match args.text("bot").as_deref() {
            None | Some(BOT_ID) => Ok(json!({"bot": {
                "id": BOT_ID, "deleted": false, "name": "Goodturn", "updated": 1_700_000_000,
                "app_id": APP_ID, "user_id": BOT_USER, "icons": {"image_36": "https://a.slack-edge.com/36.png"},
            }})),
            Some(_) => Err("bot_not_found".into()),
        },
        "chat.postMessage" => methods_chat::post_message(state, args),
        "chat.postEphemeral" => methods_chat::post_ephemeral(state, args),
        "chat.update" => methods_chat::update(state, args),
        "chat.delete" => methods_chat::delete(state, args),
        "chat.getPermalink" => methods_chat::get_permalink(state, args),
        "reactions.add" => methods_chat::add_reaction(state, args),
        "conversations.open" => methods_conversations::open(state, args),
        "conversations.info" => methods_conversations::info(state, args),
        "conversations.list" => methods_conversations::list(state, args, None),
        "users.conversations" => methods_conversations::list(state, args, Some(BOT_USER)),
        "conversations.history" => methods_conversations::history(state, args),
        "conversations.replies" => methods_conversations::replies(state, args),
        "conversations.members" => methods_conversations::members(state, args),
        "conversations.join" => methods_conversations::join(state, args),
        "conversations.invite" => methods_conversations::invite(state, args),
        "users.info" => methods_people::info(state, args),
        "users.list" => methods_people::list(state, args),
        "users.lookupByEmail" => methods_people::lookup_by_email(state, args),
        "users.getPresence" => methods_people::presence(state, args),
        "users.profile.get" => methods_people::profile(state, args),
        "dnd.info" => methods_people::dnd_info(state, args),
        "dnd.teamInfo" => methods_people::dnd_team_info(state, args),
        "usergroups.list" => Ok(methods_people::usergroups(state, args)),
        "usergroups.users.list" => methods_people::usergroup_users(state, args),
        "views.open" => methods_views::open(state, args),
        "views.push" => methods_views::push(state, args),
        "views.update" => methods_views::update(state, args),
        "views.publish" => methods_views::publish(state, args),
        _ => {
            state.violation(format!("unknown method {method}"));
            Err("unknown_method".into())
        }
    }
}

/// The calls that the app-level token may make.
fn call_as_app(state: &mut State, method: &str) -> Answer {
    match method {
        "apps.connections.open" => {
            let ticket = state.next_id("ticket-");
            state.tickets.insert(ticket.clone());
            Ok(json!({"url": format!("{}/link/?ticket={ticket}&app_id={APP_ID}", state.socket_base)}))
        }
        "auth.test" => Ok(json!({"app_name": "Goodturn", "app_id": APP_ID})),
        _ => Err("not_allowed_token_type".into()),
    }
}

/// The scope that a method needs whatever its arguments are.
fn fixed_scope(method: &str) -> Option<&'static str> {
    Some(match method {
        "chat.postMessage" | "chat.postEphemeral" | "chat.update" | "chat.delete" => "chat:write",
        "reactions.add" => "reactions:write",
        "users.info" | "users.list" | "users.getPresence" | "bots.info" => "users:read",
        "users.lookupByEmail" => "users:read.email",
        "users.profile.get" => "users.profile:read",
        "dnd.info" | "dnd.teamInfo" => "dnd:read",
        "usergroups.list" | "usergroups.users.list" => "usergroups:read",
        "team.info" => "team:read",
        "conversations.join" => "channels:join",
        _ => return None,
    })
}

/// Refuses when the scope was not granted, the way Slack says it.
pub fn need(state: &State, scope: &str) -> Result<(), ApiError> {
    if state.scopes.contains(scope) {
        return Ok(());
    }
    let provided: Vec<&str> = state.scopes.iter().map(String::as_str).collect();
    Err(ApiError::from("missing_scope")
        .with("needed", json!(scope))
        .with("provided", json!(provided.join(","))))
}

/// One page of `items`, after `cursor`, and the cursor of the next.
pub fn page<T: Clone>(items: &[T], args: &Args, default: usize) -> Result<(Vec<T>, String), ApiError> {
    let limit = args.number("limit").filter(|limit| *limit > 0).unwrap_or(default).min(1000);
    let from: usize = match args.text("cursor") {
        None => 0,
        Some(cursor) => {
            let at = cursor.strip_prefix("bmV4dDo").and_then(|at| at.parse().ok());
            at.ok_or_else(|| ApiError::from("invalid_cursor"))?
        }
    };
    let upto = from.saturating_add(limit).min(items.len());
    let next = if upto < items.len() { format!("bmV4dDo{upto}") } else { String::new() };
    Ok((items.get(from..upto).unwrap_or_default().to_vec(), next))
}
