//! What is looked at: pages for a person and a room. The person stands in the address, so that two
//! tabs can be two people.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::kind::nothing_here;
use super::{Shared, kind, layout, sidebar};
use crate::chat::card::Card;
use crate::chat::platform::Addressed;
use crate::chat::say::explain;
use crate::domain::ids::{ChannelKey, MessageKey, PlatformKind, UserKey};
use crate::playground::act::{Deed, is_staff};
use crate::playground::home::Home;
use crate::playground::world::{Body, RoomKind};
use crate::playground::{CannotBe, Playground, company};

/// What else is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Ask {
    /// The thread in the panel.
    pub thread: Option<String>,
    /// The message whose "Why?" is in the panel; `home` for App Home.
    pub why: Option<String>,
    /// Only messages with a smaller number.
    pub before: Option<u64>,
}

/// Where somebody is who comes for the first time: in the middle of it.
pub async fn first() -> Redirect {
    Redirect::to("/as/ana/help-globex")
}

/// A person's best place: where something waits for them.
pub async fn person(State(shared): State<Shared>, Path(who): Path<String>) -> Response {
    let who = UserKey::from(who);
    if company::person(who.as_str()).is_none() {
        return nothing_here();
    }
    let room = sidebar::best_room(&shared.playground.world(), &who);
    Redirect::to(&format!("/as/{who}/{room}")).into_response()
}

/// A message, wherever it stands.
pub async fn message(State(shared): State<Shared>, Path((who, message)): Path<(String, String)>) -> Response {
    let who = UserKey::from(who);
    let key = MessageKey::from(message);
    let world = shared.playground.world();
    let found = world.find(&key).filter(|(room, _)| room.members.contains(&who));
    match found {
        Some((room, message)) => {
            let thread =
                message.thread.as_ref().map(|thread| format!("?thread={thread}")).unwrap_or_default();
            Redirect::to(&format!("/as/{who}/{}{thread}#m-{key}", room.key)).into_response()
        }
        None => nothing_here(),
    }
}

/// A room, as somebody sees it.
pub async fn room(
    State(shared): State<Shared>,
    Path((who, room)): Path<(String, String)>,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Response {
    let playground = &shared.playground;
    let (who, key) = (UserKey::from(who), ChannelKey::from(room));
    match page(playground, &who, &key, &ask, headers.contains_key("x-peek")).await {
        Ok(Some(html)) => Html(html).into_response(),
        Ok(None) => nothing_here(),
        Err(why) => kind::page(StatusCode::SERVICE_UNAVAILABLE, &why.to_string()),
    }
}

async fn page(
    playground: &Playground,
    who: &UserKey,
    key: &ChannelKey,
    ask: &Ask,
    peek: bool,
) -> Result<Option<String>, CannotBe> {
    let known = company::person(who.as_str()).is_some();
    let Some(kind) = playground.world().rooms_of(who).find(|room| &room.key == key).map(|room| room.kind)
    else {
        return Ok(None);
    };
    if !known || (kind == RoomKind::Home && !is_staff(who)) {
        return Ok(None);
    }
    let home = playground.world().home(key);
    if kind == RoomKind::Home && !playground.world().app_homes.contains_key(key) {
        playground.act(who, Deed::OpenHome(home)).await?;
    }
    let why = match &ask.why {
        Some(message) => why(playground, who, key, message).await?,
        None => None,
    };
    let mut world = playground.world();
    if !peek {
        let last = world.room(key).and_then(|room| room.seen_by(who).last()).map(|message| message.number);
        if let Some(last) = last {
            world.mark_read(who, key, last);
        }
    }
    let view = layout::View { world: &world, who, key, ask, why: why.as_ref(), now: playground.now() };
    Ok(Some(layout::page(&view).into_string()))
}

/// The answer to "Why?" of a message that this person sees, or of the App Home that they look at.
async fn why(
    playground: &Playground,
    who: &UserKey,
    key: &ChannelKey,
    message: &str,
) -> Result<Option<Addressed<Card>>, CannotBe> {
    let (body, home) = {
        let world = playground.world();
        let found = if message == "home" {
            world.app_homes.get(key).cloned().map(|body| (body, world.home(key)))
        } else {
            world
                .find(&message.into())
                .filter(|(room, found)| {
                    room.members.contains(who) && found.only.as_ref().is_none_or(|only| only == who)
                })
                .map(|(room, found)| (found.body.clone(), room.home))
        };
        found.unzip()
    };
    let own = |said| Addressed {
        said,
        users: std::collections::BTreeMap::new(),
        zone: company::zone(who.as_str()),
    };
    let card = match body {
        Some(Body::Told(_, row)) => playground
            .explain(home.unwrap_or_default(), &row)
            .await?
            .unwrap_or_else(|| own(explain::forgotten())),
        Some(Body::Answer(_, what)) => own(explain::reply(&what)),
        Some(Body::Words(_)) | None => return Ok(None),
    };
    Ok(Some(card))
}

impl Playground {
    async fn explain(&self, home: Home, row: &str) -> Result<Option<Addressed<Card>>, CannotBe> {
        let turn = self.app.lock().await;
        let Some(app) = turn.as_ref() else { return Ok(None) };
        app.explain(PlatformKind::Playground, &home.key(), row)
            .await
            .map_err(|error| crate::playground::cannot(&error))
    }
}
