//! The right of the page: a thread, an answer to "Why?", what happened while the clock was pushed, and
//! the guided path.

use maud::{Markup, html};

use super::layout::View;
use super::message::message;
use super::room::composer;
use super::{card, guide, text};
use crate::chat::platform::Addressed;
use crate::chat::text::Moment;
use crate::domain::ids::MessageKey;
use crate::playground::home::Home;
use crate::playground::world::{Room, RoomKind, Way, WayDeed, WayStep};

/// How much of the way is shown: a week of a busy company is long.
const MOST_STEPS: usize = 100;

/// What is in the panel.
pub fn panel(view: &View<'_>, room: &Room) -> Markup {
    let thread = view.ask.thread.as_ref().map(|thread| MessageKey::from(thread.as_str()));
    html! {
        @if let Some(root) = thread.as_ref().and_then(|thread| room.message(thread)) {
            (self::thread(view, room, &root.key))
        }
        div data-region id="aside" {
            @if let Some(why) = view.why {
                section.why aria-label="Why this message?" {
                    (close(view))
                    (card::card(&Addressed { zone: view.zone(), ..why.clone() }, None, &view.reader()))
                }
            }
            (guide::guide(view))
            @if let Some(way) = &view.world.way { (self::way(view, way)) }
        }
    }
}

fn close(view: &View<'_>) -> Markup {
    html! { a.close href=(format!("/as/{}/{}", view.who, view.key)) aria-label="Close" { "×" } }
}

fn thread(view: &View<'_>, room: &Room, top: &MessageKey) -> Markup {
    let spot = view.spot(room);
    let in_thread = super::message::Spot { thread: Some(top.as_str()), ..spot.clone() };
    let reader = view.reader();
    html! {
        section.thread aria-label="Thread" {
            (close(view))
            h2 { "Thread" }
            ol data-region data-keyed id="thread-list" {
                @for said in room.seen_by(view.who) {
                    @if &said.key == top || said.thread.as_ref() == Some(top) {
                        (message(said, &spot, None, &reader))
                    }
                }
            }
            (composer(&in_thread, "Reply in the thread", "reply"))
        }
    }
}

/// What the bot did while the clock was pushed, in order.
fn way(view: &View<'_>, way: &Way) -> Markup {
    let reader = view.reader();
    html! {
        section.way aria-label="What happened while the clock was pushed" {
            h2 { "While the clock was pushed" }
            p.hint {
                "from " (text::instant(way.from, Moment::DayTime, &reader))
                " to " (text::instant(way.to, Moment::DayTime, &reader))
            }
            @if way.steps.is_empty() {
                p.empty { "Nothing came due." }
            }
            ol {
                @for step in way.steps.iter().take(MOST_STEPS) { (way_step(view, way, step)) }
            }
            @if way.steps.len() > MOST_STEPS {
                p.hint { "and " (way.steps.len() - MOST_STEPS) " more" }
            }
        }
    }
}

fn way_step(view: &View<'_>, way: &Way, step: &WayStep) -> Markup {
    let reader = view.reader();
    let one_day = text::day(way.from, &reader) == text::day(way.to, &reader);
    let moment = if one_day { Moment::Time } else { Moment::DayTime };
    let Some(room) = view.world.room(&step.room) else { return html! {} };
    let reads = room.members.contains(view.who);
    let place = if room.kind == RoomKind::Channel {
        format!("in {}", text::channel_name(&room.key))
    } else {
        let names: Vec<&str> = room.members.iter().map(|member| text::first_name(member.as_str())).collect();
        format!("to {}", names.join(" and "))
    };
    let place = match room.home {
        Home::Company => place,
        Home::Community => format!("{place} ({})", room.home.short()),
    };
    let deed = if step.deed == WayDeed::Said { "said" } else { "changed the card" };
    let who = if reads { view.who } else { room.members.first().unwrap_or(view.who) };
    html! {
        li {
            p.head { (text::instant(step.at, moment, &reader)) " " span.note { (deed) " " (place) } }
            a href=(format!("/as/{who}/message/{}", step.message)) { (step.words.chars().take(200).collect::<String>()) }
        }
    }
}
