//! Finding people: by id, by handle, by name.
//! Invariant: a name that could mean two people finds nobody.

use serde_json::{Value, json};

use super::Members;
use super::outcome::{self, code};
use crate::chat::inbound::PersonFacts;
use crate::chat::platform::Delivery;
use crate::discord::api::Api;
use crate::discord::render::is_snowflake;
use crate::domain::ids::{UserKey, WorkspaceKey};
use crate::domain::person::Standing;

/// Who somebody is on a server. Who is no member any more has left.
pub(super) async fn look_up(
    api: &Api,
    members: &dyn Members,
    guild: &WorkspaceKey,
    user: &UserKey,
) -> Delivery {
    match api.member(guild.as_str(), user).await {
        Ok(member) => met(members, guild, &member),
        Err(error) if error.code() == Some(code::UNKNOWN_MEMBER) => gone(api, user).await,
        Err(error) if error.code() == Some(code::UNKNOWN_USER) => Delivery::NobodyFound,
        Err(error) => outcome::harmless(error),
    }
}

/// Somebody named as `@handle`, `name`, id or mention.
pub(super) async fn find(api: &Api, members: &dyn Members, guild: &WorkspaceKey, name: &str) -> Delivery {
    let name = name.trim().trim_start_matches("<@").trim_end_matches('>');
    let name = name.trim_start_matches(['@', '!']).trim();
    if name.is_empty() || name.chars().count() > 100 {
        return Delivery::NobodyFound;
    }
    // Names can be figures, too, but ids are much longer.
    if is_snowflake(name) && name.len() >= 15 {
        return look_up(api, members, guild, &name.into()).await;
    }
    match api.search_members(guild.as_str(), name).await {
        Ok(found) => match the_one(&found, name) {
            Some(member) => met(members, guild, member),
            None => Delivery::NobodyFound,
        },
        Err(error) => outcome::harmless(error),
    }
}

/// The one person of that handle or, failing that, of that name.
fn the_one<'a>(members: &'a [Value], name: &str) -> Option<&'a Value> {
    let wanted = name.to_lowercase();
    let is = |value: &Value| value.as_str().is_some_and(|text| text.trim().to_lowercase() == wanted);
    if let Some(member) = members.iter().find(|member| is(&member["user"]["username"])) {
        return Some(member);
    }
    let mut namesakes =
        members.iter().filter(|member| is(&member["nick"]) || is(&member["user"]["global_name"]));
    match (namesakes.next(), namesakes.next()) {
        (Some(member), None) => Some(member),
        _ => None,
    }
}

fn met(members: &dyn Members, guild: &WorkspaceKey, member: &Value) -> Delivery {
    members.facts(guild, member).map_or(Delivery::NobodyFound, Delivery::Met)
}

/// Who is no member of the server: their name is still known.
async fn gone(api: &Api, user: &UserKey) -> Delivery {
    match api.user(user).await {
        Ok(person) => {
            let word = |field: &str| {
                person[field].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            let bot = person["bot"] == json!(true);
            Delivery::Met(PersonFacts {
                user: Some(user.clone()),
                name: word("global_name").or_else(|| word("username")),
                handle: word("username"),
                standing: Some(if bot { Standing::Bot } else { Standing::Left }),
                ..PersonFacts::default()
            })
        }
        Err(error) if error.code() == Some(code::UNKNOWN_USER) => Delivery::NobodyFound,
        Err(error) => outcome::harmless(error),
    }
}
