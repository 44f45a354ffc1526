//! One message: who, when, what, and what can be done with it.

use maud::{Markup, html};

use super::card;
use super::text::{self, Reader};
use crate::chat::text::Moment;
use crate::domain::ids::{ChannelKey, UserKey};
use crate::playground::act::EMOJIS;
use crate::playground::world::{Body, Message};

/// Where something stands, for the forms on it.
#[derive(Clone, Debug)]
pub struct Spot<'a> {
    /// Who looks.
    pub who: &'a UserKey,
    /// The room.
    pub room: &'a ChannelKey,
    /// The thread, where it is in one.
    pub thread: Option<&'a str>,
    /// What is in the panel, as in the address.
    pub panel: &'a str,
}

impl Spot<'_> {
    /// Where its forms are sent.
    pub fn action(&self) -> String {
        format!("/as/{}/{}/do", self.who, self.room)
    }

    /// What every form on it carries.
    pub fn hidden(&self, deed: &str) -> Markup {
        html! {
            input type="hidden" name="deed" value=(deed);
            input type="hidden" name="panel" value=(self.panel);
            @if let Some(thread) = self.thread { input type="hidden" name="thread" value=(thread); }
        }
    }
}

/// A message in a list. `replies`: how many there are in its thread; `None` inside a thread.
pub fn message(message: &Message, spot: &Spot<'_>, replies: Option<usize>, reader: &Reader<'_>) -> Markup {
    let thread = message.thread.as_ref().map(crate::domain::ids::MessageKey::as_str);
    let spot = Spot { thread, ..spot.clone() };
    let by = message.by.as_ref().map(UserKey::as_str);
    html! {
        li.message.private[message.only.is_some()] id=(format!("m-{}", message.key)) {
            @match by {
                Some(handle) => (text::sign(handle)),
                None => span.sign.bot aria-hidden="true" { img src="/icon.svg" alt="" width="36" height="36"; },
            }
            div.said {
                p.head {
                    b { (by.map_or("Goodturn", text::name)) }
                    @if by.is_none() { span.tag { "bot" } }
                    (text::instant(message.at, Moment::Time, reader))
                    @if message.edited.is_some() { span.note { "edited" } }
                    @if message.only.is_some() { span.note { "Only you can see this" } }
                }
                @match &message.body {
                    Body::Words(words) => p.words { (text::typed(words, reader)) },
                    Body::Told(said, _) | Body::Answer(said, _) => (card::card(said, Some(&spot), reader)),
                }
                (reactions(message, &spot))
                @if let Some(count @ 1..) = replies {
                    a.replies href=(format!("?thread={}#panel", message.key)) {
                        (count) " " (if count == 1 { "reply" } else { "replies" })
                    }
                }
                (menu(message, &spot, replies.is_some()))
            }
        }
    }
}

fn reactions(message: &Message, spot: &Spot<'_>) -> Markup {
    html! {
        @if !message.reactions.is_empty() {
            ul.reactions aria-label="Reactions" {
                @for (emoji, people) in &message.reactions {
                    @let names: Vec<&str> = people.iter().map(|person| text::name(person.as_str())).collect();
                    li { (react(message, spot, emoji, &format!("{emoji} {}", people.len()),
                        &format!("{emoji} by {}", names.join(", ")), people.contains(spot.who))) }
                }
            }
        }
    }
}

fn react(message: &Message, spot: &Spot<'_>, emoji: &str, label: &str, read: &str, mine: bool) -> Markup {
    html! {
        form method="post" action=(spot.action()) {
            (spot.hidden("react"))
            input type="hidden" name="message" value=(message.key);
            input type="hidden" name="emoji" value=(emoji);
            button.emoji.mine[mine] type="submit" aria-label=(read) title=(read) { (label) }
        }
    }
}

/// What can be done with a message: reply, hand off, react, ask why, take a private one off.
fn menu(message: &Message, spot: &Spot<'_>, root: bool) -> Markup {
    let typed = matches!(message.body, Body::Words(_));
    html! {
        div.tools {
            @if !typed {
                form method="post" action=(spot.action()) {
                    (spot.hidden("why"))
                    input type="hidden" name="message" value=(message.key);
                    button.quiet type="submit" { "Why?" }
                }
            }
            @if typed {
                form method="post" action=(spot.action()) {
                    (spot.hidden("hand-off"))
                    input type="hidden" name="message" value=(message.key);
                    button.quiet type="submit" { "Hand off" }
                }
            }
            @if message.only.is_some() {
                form method="post" action=(spot.action()) {
                    (spot.hidden("dismiss"))
                    input type="hidden" name="message" value=(message.key);
                    button.quiet type="submit" { "Dismiss" }
                }
            } @else {
                @if root { a.quiet href=(format!("?thread={}#panel", message.key)) { "Reply" } }
                details.more {
                    summary.quiet aria-label="React" { "React" }
                    div.emojis {
                        @for (emoji, name) in EMOJIS {
                            (react(message, spot, emoji, emoji, name, false))
                        }
                    }
                }
            }
        }
    }
}
