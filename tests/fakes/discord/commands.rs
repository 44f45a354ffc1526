//! REST about application commands: the bulk overwrite and the list.
//!
//! Invariant: a command keeps its id as long as it has its name and type, as with Discord.

use serde_json::{Value, json};

use super::guilds;
use super::routes::{Answer, ApiError, Req};
use super::state::State;

pub fn list(state: &mut State, req: &Req) -> Answer {
    let scope = scope(state, req)?;
    Ok(json!(state.commands.get(&scope).cloned().unwrap_or_default()))
}

pub fn overwrite(state: &mut State, req: &Req) -> Answer {
    let scope = scope(state, req)?;
    let before = state.commands.get(&scope).cloned().unwrap_or_default();
    let mut all = Vec::new();
    for wanted in req.body.as_array().into_iter().flatten() {
        let kind = wanted["type"].as_u64().unwrap_or(1);
        let same = |c: &&Value| c["name"] == wanted["name"] && c["type"] == kind;
        let id =
            before.iter().find(same).map_or_else(|| json!(state.snowflake()), |known| known["id"].clone());
        let mut command = json!({
            "id": id, "application_id": state.application, "version": state.snowflake(), "type": kind,
            "name": wanted["name"], "description": wanted["description"].as_str().unwrap_or_default(),
            "default_member_permissions": wanted["default_member_permissions"], "dm_permission": true,
            "nsfw": wanted["nsfw"] == true,
        });
        for key in
            ["options", "name_localizations", "description_localizations", "contexts", "integration_types"]
        {
            if !wanted[key].is_null() {
                command[key] = wanted[key].clone();
            }
        }
        if scope.is_empty() {
            for (key, value) in [("contexts", json!([0, 1, 2])), ("integration_types", json!([0]))] {
                if command[key].is_null() {
                    command[key] = value;
                }
            }
        } else {
            command["guild_id"] = json!(scope);
        }
        all.push(command);
    }
    state.commands.insert(scope, all.clone());
    Ok(json!(all))
}

fn scope(state: &State, req: &Req) -> Result<String, ApiError> {
    if req.params[0] != state.application {
        return Err(ApiError::unknown(10002, "Application"));
    }
    match req.params.get(1) {
        Some(guild) => Ok(guilds::known(state, guild).map_err(|_| ApiError::missing_access())?.id.clone()),
        None => Ok(String::new()),
    }
}
