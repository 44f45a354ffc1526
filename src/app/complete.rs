//! What an argument could be, while somebody types it.
//!
//! Invariant: it reads only, and shows nobody what they could not see by a command.

use crate::app::{App, Ctx, standing};
use crate::chat::catalog::{COMMANDS, Takes};
use crate::chat::form::Choice;
use crate::chat::inbound::PersonFacts;
use crate::chat::say::lists;
use crate::domain::ids::{PersonId, PlatformKind, RequestId, UserKey, WorkspaceKey};
use crate::domain::person::Standing;
use crate::domain::request::Request;
use crate::domain::settings::SettingName;
use crate::store::error::StoreError;

/// Choices at most: as many as platforms show.
const MOST: usize = 25;

impl App {
    /// Values for an argument of which this much is typed, the likeliest first; none for people who are
    /// not of the staff, as far as known or told.
    pub async fn complete(
        &self,
        platform: PlatformKind,
        workspace: &WorkspaceKey,
        user: &UserKey,
        told: Option<&PersonFacts>,
        takes: Takes,
        typed: &str,
    ) -> Result<Vec<Choice>, StoreError> {
        let Some(workspace) = self.workspace(platform, workspace).await? else { return Ok(Vec::new()) };
        let mut ctx = self.look_in(&workspace).await?;
        let id = ctx.tx.identity(&workspace.id, user).await?;
        let person = match &id {
            Some(id) => ctx.tx.person(id).await?,
            None => None,
        };
        // Who was not met yet is what the platform tells with it, read as settings read it.
        let unmet = |facts| standing::here(&ctx.settings, facts, standing::unknown(platform)).0;
        let standing = person.map(|person| person.standing).or_else(|| told.map(unmet));
        if standing != Some(Standing::Staff) {
            return Ok(Vec::new());
        }
        let mut choices = match takes {
            Takes::Topic => matching(&topics(&mut ctx).await?, "", typed),
            Takes::Topics => {
                let typed = typed.trim_start();
                let (before, last) = typed.rfind([' ', ',']).map_or(("", typed), |at| typed.split_at(at + 1));
                let named =
                    |name: &str| before.split([' ', ',']).any(|other| other.eq_ignore_ascii_case(name));
                let mut free = topics(&mut ctx).await?;
                free.retain(|(name, _)| !named(name));
                matching(&free, before, last)
            }
            Takes::Request => requests(&mut ctx, id.as_ref(), typed).await?,
            Takes::Setting => {
                let names: Vec<_> =
                    SettingName::ALL.iter().map(|name| (name.as_str().to_owned(), String::new())).collect();
                matching(&names, "", typed)
            }
            Takes::Command => {
                let names: Vec<_> = COMMANDS
                    .iter()
                    .map(|command| (command.name.to_owned(), command.summary.to_owned()))
                    .collect();
                matching(&names, "", typed)
            }
            Takes::OneOf(words) => {
                let names: Vec<_> = words.iter().map(|word| ((*word).to_owned(), String::new())).collect();
                matching(&names, "", typed)
            }
            Takes::Person | Takes::Number | Takes::Word | Takes::Words => Vec::new(),
        };
        choices.truncate(MOST);
        Ok(choices)
    }
}

/// Topics by name, with what belongs to them.
async fn topics(ctx: &mut Ctx<'_>) -> Result<Vec<(String, String)>, StoreError> {
    Ok(ctx.tx.topics().await?.into_iter().map(|topic| (topic.name, topic.about)).collect())
}

/// Names that begin with what is typed, then those that hold it, then those about it.
fn matching(names: &[(String, String)], before: &str, typed: &str) -> Vec<Choice> {
    let typed = typed.trim().trim_start_matches(['#', '/']).to_lowercase();
    let mut found: Vec<(u8, &(String, String))> = names
        .iter()
        .filter_map(|entry| {
            let (name, about) = (entry.0.to_lowercase(), entry.1.to_lowercase());
            let rank = if name.starts_with(&typed) {
                0
            } else if name.contains(&typed) {
                1
            } else if about.contains(&typed) {
                2
            } else {
                return None;
            };
            Some((rank, entry))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found
        .into_iter()
        .map(|(_, (name, about))| Choice {
            value: format!("{before}{name}"),
            label: lists::named(name, about),
        })
        .collect()
}

/// Requests: one's own first, then what is open and may be seen.
async fn requests(
    ctx: &mut Ctx<'_>,
    person: Option<&PersonId>,
    typed: &str,
) -> Result<Vec<Choice>, StoreError> {
    let typed = typed.trim().trim_start_matches('#').to_lowercase();
    let Some(person) = person else { return Ok(Vec::new()) };
    let mut all: Vec<Request> = ctx.tx.held_by(person).await?;
    all.extend(ctx.tx.offered_to(person).await?.into_iter().map(|(_, request)| request));
    all.extend(ctx.tx.waiting_for(person).await?);
    for topic in ctx.tx.topics().await? {
        let open = ctx.tx.open_in_topic(&topic.id).await?;
        all.extend(open.into_iter().filter(|request| request.visible_to(person)));
    }
    let mut seen: Vec<RequestId> = Vec::new();
    all.retain(|request| {
        let fits =
            request.number.to_string().starts_with(&typed) || request.words.to_lowercase().contains(&typed);
        let new = !seen.contains(&request.id);
        seen.push(request.id.clone());
        fits && new
    });
    Ok(all
        .into_iter()
        .take(MOST)
        .map(|request| Choice {
            value: request.number.to_string(),
            label: lists::numbered(request.number, &request.words),
        })
        .collect())
}
