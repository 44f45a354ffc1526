//! Where a notice goes, as its platform names it: names of ours become the platform's, and the notice
//! becomes a card. Invariant: reads only.

use std::collections::BTreeMap;

use crate::app::{Ctx, people};
use crate::chat::notice::{Destination, Notice};
use crate::chat::platform::{Address, Addressed, Courtesy, Otherwise, Task};
use crate::chat::say::notices;
use crate::domain::ids::{ChannelKey, PersonId, PlaceKind, UserKey};
use crate::store::error::StoreError;
use crate::store::workspaces::Workspace;

/// The task of posting a notice; `None` where nobody can be reached.
pub async fn post(
    ctx: &mut Ctx<'_>,
    workspace: &Workspace,
    to: &Destination,
    notice: &Notice,
    courtesy: Courtesy,
) -> Result<Option<Task>, StoreError> {
    let said = notices::card(notice);
    let mut persons: Vec<PersonId> = said.persons().into_iter().map(|who| who.id.clone()).collect();
    match to {
        Destination::Person(person) | Destination::Home(person) => persons.push(person.clone()),
        Destination::Group(people) => persons.extend(people.iter().cloned()),
        Destination::Channel(_) | Destination::Thread(..) => {}
    }
    let users = ctx.tx.user_keys(&workspace.id, &persons).await?;
    let zone = match to {
        Destination::Person(person) | Destination::Home(person) => {
            ctx.tx.person(person).await?.and_then(|person| person.zone)
        }
        _ => None,
    };
    let zone = zone.unwrap_or_else(|| ctx.settings.timezone.clone());
    let card = Addressed { said, users: users.clone(), zone };
    Ok(match to {
        Destination::Home(person) => users.get(person).map(|user| Task::Home { user: user.clone(), card }),
        _ => match address(to, &users) {
            Some(to) => {
                let otherwise = otherwise(ctx, workspace, &to, notice).await?;
                Some(Task::Post { to, card, courtesy, otherwise })
            }
            None => None,
        },
    })
}

/// Where people are reached in company about a request: its topic's channel, else where it came from.
async fn otherwise(
    ctx: &mut Ctx<'_>,
    workspace: &Workspace,
    to: &Address,
    notice: &Notice,
) -> Result<Option<Otherwise>, StoreError> {
    let (Address::Person(_) | Address::Group(_), Some(shown)) = (to, notice.request()) else {
        return Ok(None);
    };
    let Some(request) = ctx.tx.peek_request(&shown.id).await? else { return Ok(None) };
    let mut channels: Vec<ChannelKey> = request.ladder.channel.into_iter().collect();
    channels.extend(ctx.settings.front_desk.clone());
    let mut found = None;
    for channel in channels {
        let home = ctx.tx.workspace_marked(&people::channel_mark(&channel)).await?;
        if found.is_none() && home.is_none_or(|home| home == workspace.id) {
            found = Some(channel);
        }
    }
    let came_from = request.origin.place.filter(|place| {
        place.kind == PlaceKind::Channel && request.origin.workspace.as_ref() == Some(&workspace.id)
    });
    let channel = found.or(came_from.map(|place| place.channel));
    Ok(channel.map(|channel| Otherwise { channel, privacy: request.privacy }))
}

fn address(to: &Destination, users: &BTreeMap<PersonId, UserKey>) -> Option<Address> {
    Some(match to {
        Destination::Person(person) | Destination::Home(person) => {
            Address::Person(users.get(person)?.clone())
        }
        Destination::Group(people) => {
            let mut keys: Vec<UserKey> =
                people.iter().filter_map(|person| users.get(person).cloned()).collect();
            keys.sort();
            keys.dedup();
            match keys.len() {
                0 => return None,
                1 => Address::Person(keys.remove(0)),
                _ => Address::Group(keys),
            }
        }
        Destination::Channel(channel) => Address::Channel(channel.clone()),
        Destination::Thread(channel, thread) => Address::Thread(channel.clone(), thread.clone()),
    })
}
