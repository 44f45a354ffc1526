//! The whole page: head, clock, people, rooms, the room, the panel, and the form that is open.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};

use super::look::Ask;
use super::message::Spot;
use super::text::{self, Reader};
use super::{form, panel, room, sidebar};
use crate::chat::card::Card;
use crate::chat::catalog;
use crate::chat::platform::Addressed;
use crate::domain::ids::{ChannelKey, UserKey};
use crate::playground::home::Home;
use crate::playground::push::Push;
use crate::playground::world::{Room, World};
use crate::playground::{company, hear};

/// What the page shows: one person, one room, one moment.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The chat.
    pub world: &'a World,
    /// Who looks.
    pub who: &'a UserKey,
    /// At which room.
    pub key: &'a ChannelKey,
    /// What else was asked for.
    pub ask: &'a Ask,
    /// The answer to "Why?".
    pub why: Option<&'a Addressed<Card>>,
    /// When.
    pub now: Timestamp,
}

impl View<'_> {
    /// The reader's zone.
    pub fn zone(&self) -> TimeZone {
        company::zone(self.who.as_str())
    }

    /// Who reads.
    pub fn reader(&self) -> Reader<'_> {
        Reader { who: self.who, zone: self.zone(), now: self.now, home: self.home() }
    }

    /// The workspace of the room.
    pub fn home(&self) -> Home {
        self.world.home(self.key)
    }

    /// Where forms of the room are sent from.
    pub fn spot<'s>(&'s self, room: &'s Room) -> Spot<'s> {
        Spot { who: self.who, room: &room.key, thread: None, panel: self.panel() }
    }

    /// What is in the panel, as the forms carry it; only a thread stays over a deed.
    fn panel(&self) -> &str {
        self.ask.thread.as_deref().unwrap_or_default()
    }
}

/// The page.
pub fn page(view: &View<'_>) -> Markup {
    let Some(room) = view.world.room(view.key) else { return html! {} };
    let who = view.who.as_str();
    let title = format!("{} · {}", room::title(room, who), text::name(who));
    let side = view.ask.thread.is_some() || view.ask.why.is_some();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Goodturn playground" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/page.css";
                script src="/page.js" defer {}
            }
            body.side[side] {
                a.skip href="#main" { "Skip to the conversation" }
                (top(view))
                div.left { (sidebar::people(view)) (sidebar::rooms(view)) }
                main #main tabindex="-1" { (room::room(view, room)) }
                aside.panel #panel aria-label="Beside the conversation" { (panel::panel(view, room)) }
                div data-region id="dialog" { (form::dialog(view)) }
                div #toast role="status" aria-live="polite" {}
                (completions(view.home()))
            }
        }
    }
}

fn top(view: &View<'_>) -> Markup {
    let zone = company::zone("ana");
    let local = view.now.to_zoned(zone);
    let thread = view.ask.thread.as_ref().map(|thread| format!("?thread={thread}")).unwrap_or_default();
    let back = format!("/as/{}/{}{thread}", view.who, view.key);
    html! {
        header.top {
            h1 { img src="/icon.svg" alt="" width="26" height="26"; "Goodturn" span { "playground" } }
            div.clock role="group" aria-label="The clock of the playground" {
                p data-region id="clock" {
                    time datetime=(view.now.to_string()) { (local.strftime("%A %-d %B, %H:%M").to_string()) }
                    small { "in " (company::ZONE.rsplit('/').next().unwrap_or_default()) }
                }
                @for push in Push::ALL {
                    form method="post" action="/clock" {
                        input type="hidden" name="to" value=(push.as_str());
                        input type="hidden" name="back" value=(back);
                        button type="submit" id=(format!("push-{}", push.as_str())) { (push.label()) }
                    }
                }
            }
            details.reset {
                summary { "Begin again" }
                form method="post" action="/reset" {
                    p { "Everything said here is thrown away, and the story begins anew." }
                    input type="hidden" name="back" value=(back);
                    button type="submit" data-weight="ending" { "Begin the story again" }
                }
            }
        }
    }
}

/// What the place to write in can complete: commands from the catalog, and people of the workspace.
fn completions(home: Home) -> Markup {
    let entry = |insert: &str, label: &str, about: &str| {
        html! { li role="option" data-insert=(insert) { b { (label) } span { (about) } } }
    };
    html! {
        template #completions {
            ul {
                @for command in catalog::COMMANDS {
                    (entry(&format!("/{} ", command.name), &format!("/{} {}", command.name, command.usage()), command.summary))
                    @for part in command.parts {
                        (entry(&format!("/{} {} ", command.name, part.name),
                            &format!("/{} {} {}", command.name, part.name, part.usage()), part.summary))
                    }
                }
                (entry(&format!("@{} ", hear::BOT), &format!("@{}", hear::BOT), "the bot: done, handoff, help"))
                @for person in company::people_of(home) {
                    (entry(&format!("@{} ", person.handle), &format!("@{}", person.handle), &format!("{}, {}", person.name, person.from)))
                }
            }
        }
    }
}
