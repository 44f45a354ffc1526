//! How the app's reply gets back: inside the acknowledgement, by address, as a form, or in place.
//! Invariant: now or never; a reply that cannot be given is logged by kind, never repeated.

use serde_json::{Value, json};

use super::api::{Api, CallError};
use super::decode::{Surface, Way};
use super::render;
use crate::chat::card::Card;
use crate::chat::form::Form;
use crate::chat::inbound::Reply;
use crate::chat::platform::Addressed;
use crate::chat::say::forms;
use crate::domain::ids::{Place, PlaceKind, UserKey};

/// What follows from a reply: the payload of the acknowledgement, and a call beside it.
#[derive(Debug, Default, PartialEq)]
pub struct Back {
    /// Goes inside the acknowledgement.
    pub payload: Option<Value>,
    /// Is to be called without waiting.
    pub call: Option<Call>,
}

/// A call that carries a reply.
#[derive(Debug, PartialEq)]
pub enum Call {
    /// A form by its trigger.
    Open {
        /// Good for 3 s.
        trigger: String,
        /// The modal.
        view: Value,
        /// Where the press was.
        surface: Surface,
    },
    /// By the address that came with a press.
    Respond {
        /// Good for 30 minutes.
        address: String,
        /// The message.
        message: Value,
    },
    /// For one person's eyes, in a channel.
    Ephemeral {
        /// Where.
        channel: String,
        /// For whom.
        user: String,
        /// The message.
        message: Value,
    },
    /// In a direct conversation.
    Post {
        /// Where.
        channel: String,
        /// The message.
        message: Value,
    },
}

/// Decides how a reply gets back.
pub fn back(reply: Reply, way: &Way, actor: Option<&UserKey>, place: Option<&Place>) -> Back {
    match (reply, way) {
        (Reply::Nothing, _) => Back::default(),
        (Reply::Private(card), Way::Command { .. }) => Back::inside(ephemeral(&card)),
        (Reply::Private(card), Way::Press { address: Some(address), .. }) => {
            let mut message = ephemeral(&card);
            message["replace_original"] = json!(false);
            Back::call(Call::Respond { address: address.clone(), message })
        }
        (Reply::Private(card), Way::Press { trigger: Some(trigger), surface, .. }) => {
            let view = render::card_view(&card);
            Back::call(Call::Open { trigger: trigger.clone(), view, surface: *surface })
        }
        (Reply::Private(card), Way::Form) => {
            Back::inside(json!({ "response_action": "update", "view": render::card_view(&card) }))
        }
        (Reply::Private(card), Way::Said | Way::Press { .. }) => in_place(&card, actor, place),
        (
            Reply::Form(form),
            Way::Command { trigger: Some(trigger) } | Way::Press { trigger: Some(trigger), .. },
        ) => {
            let surface = match way {
                Way::Press { surface, .. } => *surface,
                _ => Surface::Open,
            };
            let view = render::form::view(&form);
            Back::call(Call::Open { trigger: trigger.clone(), view, surface })
        }
        (Reply::Form(form), Way::Form) => {
            Back::inside(json!({ "response_action": "update", "view": render::form::view(&form) }))
        }
        (Reply::Form(form), Way::Said) => match door(&form) {
            Some(card) => in_place(&card, actor, place),
            None => lost("a form that words cannot open"),
        },
        (Reply::Mend(mends), Way::Form) => Back::inside(render::form::complaints(&mends)),
        (Reply::Form(_), _) => lost("a form without a trigger"),
        (Reply::Mend(_), _) => lost("complaints without a form"),
        (Reply::Private(_), Way::None) => lost("an answer to nobody"),
    }
}

/// Carries a reply out.
pub async fn carry(api: &Api, call: &Call) -> Result<(), CallError> {
    match call {
        Call::Open { trigger, view, surface: Surface::Open } => api.open_view(trigger, view).await,
        Call::Open { trigger, view, surface: Surface::Modal } => api.push_view(trigger, view).await,
        Call::Respond { address, message } => api.respond(address, message).await,
        Call::Ephemeral { channel, user, message } => api.post_ephemeral(channel, user, message).await,
        Call::Post { channel, message } => api.post_message(channel, message).await.map(drop),
    }
}

impl Back {
    fn inside(payload: Value) -> Self {
        Self { payload: Some(payload), call: None }
    }

    fn call(call: Call) -> Self {
        Self { payload: None, call: Some(call) }
    }
}

fn lost(what: &'static str) -> Back {
    tracing::warn!(what, "a reply could not be given");
    Back::default()
}

fn ephemeral(card: &Addressed<Card>) -> Value {
    let mut message = render::message(card);
    message["response_type"] = json!("ephemeral");
    message
}

fn in_place(card: &Addressed<Card>, actor: Option<&UserKey>, place: Option<&Place>) -> Back {
    let (Some(actor), Some(place)) = (actor, place) else { return lost("an answer without a place") };
    let mut message = render::message(card);
    if let Some(thread) = &place.thread {
        message["thread_ts"] = json!(thread.as_str());
    }
    let channel = place.channel.to_string();
    match place.kind {
        // In a direct conversation nobody else reads, and ephemeral messages vanish.
        PlaceKind::Direct => Back::call(Call::Post { channel, message }),
        PlaceKind::Channel | PlaceKind::Group => {
            Back::call(Call::Ephemeral { channel, user: actor.to_string(), message })
        }
    }
}

/// A card whose one button opens the form, where words led to it.
fn door(form: &Form) -> Option<Addressed<Card>> {
    let said = forms::door(form)?;
    Some(Addressed { said, users: std::collections::BTreeMap::new(), zone: jiff::tz::TimeZone::UTC })
}
