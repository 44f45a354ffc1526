//! What is done: forms that the page sends. The answer leads back to where the person was.
//!
//! Invariant: only what the form says is done, by the person in its address.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{Shared, kind};
use crate::domain::ids::{ChannelKey, MessageKey, UserKey};
use crate::playground::act::Deed;
use crate::playground::push::Push;
use crate::playground::{CannotBe, Playground, company, form};

/// Names and values, as sent.
type Sent = Vec<(String, String)>;

/// Somebody does something in a room.
pub async fn act(
    State(shared): State<Shared>,
    Path((who, room)): Path<(String, String)>,
    Form(sent): Form<Sent>,
) -> Response {
    let (who, room) = (UserKey::from(who), ChannelKey::from(room));
    if company::person(who.as_str()).is_none() {
        return kind::page(StatusCode::NOT_FOUND, "There is nobody of that name here.");
    }
    let Some(deed) = read(&shared.playground, &who, &room, &sent) else {
        return kind::page(StatusCode::BAD_REQUEST, "This button is from an older page. Load it again.");
    };
    let asks_why = matches!(deed, Deed::AskWhy);
    let back = match field(&sent, "panel") {
        // Why is asked by a form, so that the guided path can tell; what it shows is a page like others.
        _ if asks_why => format!("?why={}", field(&sent, "message")),
        thread if !thread.is_empty() => format!("?thread={thread}"),
        _ => String::new(),
    };
    match shared.playground.act(&who, deed).await {
        Ok(()) => Redirect::to(&format!("/as/{who}/{room}{back}")).into_response(),
        Err(why) => kind::page(StatusCode::CONFLICT, &why.to_string()),
    }
}

/// The clock is pushed.
pub async fn push(State(shared): State<Shared>, Form(sent): Form<Sent>) -> Response {
    let Some(push) = Push::parse(field(&sent, "to")) else {
        return kind::page(StatusCode::BAD_REQUEST, "This button is from an older page. Load it again.");
    };
    back(shared.playground.push(push).await, &sent)
}

/// Everything begins again.
pub async fn reset(State(shared): State<Shared>, Form(sent): Form<Sent>) -> Response {
    match shared.playground.reset().await {
        Ok(()) => Redirect::to("/").into_response(),
        failed @ Err(_) => back(failed, &sent),
    }
}

fn back(done: Result<(), CannotBe>, sent: &Sent) -> Response {
    match done {
        Ok(()) => {
            let page = field(sent, "back");
            // Only a page of ours: `//elsewhere` would lead away.
            Redirect::to(if page.starts_with("/as/") { page } else { "/" }).into_response()
        }
        Err(why) => kind::page(StatusCode::CONFLICT, &why.to_string()),
    }
}

fn read(playground: &Playground, who: &UserKey, room: &ChannelKey, sent: &Sent) -> Option<Deed> {
    let text = |name| field(sent, name).to_owned();
    let message = || MessageKey::from(field(sent, "message"));
    let thread =
        || Some(MessageKey::from(field(sent, "thread"))).filter(|thread| !thread.as_str().is_empty());
    Some(match field(sent, "deed") {
        "say" => Deed::Say(room.clone(), thread(), text("words").replace("\r\n", "\n")),
        "press" => {
            let token = text("token");
            let (token, label) =
                token.split_once('|').map_or((token.clone(), text("label")), |(token, label)| {
                    (token.to_owned(), label.to_owned())
                });
            Deed::Press(room.clone(), thread(), token, label)
        }
        "hand-off" => Deed::HandOff(room.clone(), message()),
        "react" => Deed::React(room.clone(), message(), text("emoji")),
        "dismiss" => Deed::Dismiss(room.clone(), message()),
        "why" => Deed::AskWhy,
        "cancel" => Deed::Cancel,
        "submit" => {
            let number = field(sent, "form").parse().ok()?;
            let open = playground.world().forms.get(who).filter(|open| open.number == number).cloned();
            let answers = open.map_or_else(BTreeMap::new, |open| form::answers(&open.form, sent));
            Deed::Submit(number, answers)
        }
        _ => return None,
    })
}

fn field<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
}
