//! The middle of the page: a room with its messages and the place to write, or App Home.

use std::collections::HashMap;

use maud::{Markup, html};

use super::layout::View;
use super::message::{Spot, message};
use super::{card, text};
use crate::domain::ids::MessageKey;
use crate::playground::company;
use crate::playground::world::{Body, Message, Room, RoomKind};

/// Messages on one page.
const PAGE: usize = 60;

/// The room.
pub fn room(view: &View<'_>, room: &Room) -> Markup {
    let spot = view.spot(room);
    html! {
        header.room data-region id="room-head" {
            h2 { (title(room, view.who.as_str())) }
            p { span.place { (room.home.name()) } " · " (about(room, view.who.as_str())) }
        }
        @if room.kind == RoomKind::Home {
            (home(view, &spot))
        }
        (messages(view, room, &spot))
        @if room.kind != RoomKind::Home {
            (composer(&spot, &format!("Write to {}", title(room, view.who.as_str())), "words"))
        }
    }
}

/// What a room is called, for one of its readers.
pub fn title(room: &Room, who: &str) -> String {
    match room.kind {
        RoomKind::Channel => text::channel_name(&room.key),
        RoomKind::Direct => "Goodturn".to_owned(),
        RoomKind::Home => "App Home".to_owned(),
        RoomKind::Group => {
            let others: Vec<&str> = room
                .members
                .iter()
                .map(crate::domain::ids::UserKey::as_str)
                .filter(|member| *member != who)
                .map(text::first_name)
                .collect();
            format!("{}, Goodturn", others.join(", "))
        }
    }
}

fn about(room: &Room, who: &str) -> String {
    match room.kind {
        RoomKind::Channel => company::channel_of(&room.key).map_or("", |channel| channel.about).to_owned(),
        RoomKind::Direct => {
            format!("Direct messages between {} and the bot; write “help” to begin", text::first_name(who))
        }
        RoomKind::Home => format!("What {} is asked, holds and waits for", text::first_name(who)),
        RoomKind::Group => "A conversation that Goodturn opened when somebody accepted".to_owned(),
    }
}

fn home(view: &View<'_>, spot: &Spot<'_>) -> Markup {
    html! {
        section.home data-region id="home" aria-label="App Home" {
            @match view.world.app_homes.get(view.key) {
                Some(Body::Told(said, _) | Body::Answer(said, _)) => {
                    (card::card(said, Some(spot), &view.reader()))
                    form method="post" action=(spot.action()) {
                        (spot.hidden("why"))
                        input type="hidden" name="message" value="home";
                        button.quiet type="submit" { "Why?" }
                    }
                },
                _ => p.empty { "Nothing yet." },
            }
        }
    }
}

fn messages(view: &View<'_>, room: &Room, spot: &Spot<'_>) -> Markup {
    let mut replies: HashMap<&MessageKey, usize> = HashMap::new();
    for reply in room.seen_by(view.who).filter_map(|message| message.thread.as_ref()) {
        *replies.entry(reply).or_default() += 1;
    }
    // An answer in a thread that is nobody's but the reader's is shown in the thread alone.
    let roots = |message: &&Message| message.thread.is_none();
    let before = view.ask.before.unwrap_or(u64::MAX);
    let earlier = |message: &&Message| message.number < before;
    let mut shown: Vec<&Message> =
        room.seen_by(view.who).rev().filter(roots).filter(earlier).take(PAGE + 1).collect();
    let more = shown.len() > PAGE;
    shown.truncate(PAGE);
    shown.reverse();
    let reader = view.reader();
    let mut last_day = None;
    html! {
        div.messages #messages tabindex="0" role="log" aria-label=(format!("Messages in {}", title(room, view.who.as_str()))) {
            div data-region id="earlier" {
                @if more && let Some(first) = shown.first() {
                    a.earlier href=(format!("?before={}", first.number)) { "Earlier messages" }
                }
                @if view.ask.before.is_some() {
                    a.earlier href=(format!("/as/{}/{}", view.who, room.key)) { "Latest messages" }
                }
            }
            ol data-region data-keyed id="list" {
                @for said in &shown {
                    @let day = text::day(said.at, &reader);
                    @if last_day.as_ref() != Some(&day) {
                        li.day id=(format!("day-{}", said.at.to_zoned(reader.zone.clone()).date())) { span { (day) } }
                        @let _ = last_day.insert(day);
                    }
                    (message(said, spot, Some(replies.get(&said.key).copied().unwrap_or(0)), &reader))
                }
                @if shown.is_empty() && room.kind != RoomKind::Home {
                    li.empty id="empty" { "Nothing was said here yet." }
                }
            }
        }
    }
}

/// The place to write in.
pub fn composer(spot: &Spot<'_>, label: &str, id: &str) -> Markup {
    html! {
        form.composer method="post" action=(spot.action()) {
            (spot.hidden("say"))
            label.unseen for=(id) { (label) }
            textarea id=(id) name="words" rows="1" maxlength="20000" placeholder=(format!("{label}, or type /"))
                autocomplete="off" role="combobox" aria-autocomplete="list" aria-expanded="false"
                aria-controls=(format!("{id}-list")) {}
            ul.completions role="listbox" id=(format!("{id}-list")) aria-label="Commands and people" hidden {}
            button type="submit" data-weight="main" { "Send" }
        }
    }
}
