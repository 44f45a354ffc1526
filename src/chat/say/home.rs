//! App Home: what is offered to somebody, what they hold, what they wait for, when they are asked.
//!
//! Invariant: it fits into one view on every platform: long lists say where the rest is.

use crate::chat::card::{Card, Weight};
use crate::chat::command::Command;
use crate::chat::notice::HomeView;
use crate::chat::say::{availability, lists};
use crate::chat::text::Text;

/// How many requests each list shows: with its headings, a view of Slack takes a hundred blocks.
const SHOWN: usize = 15;

/// A person's App Home.
pub fn home(view: &HomeView) -> Card {
    let reader = &view.reader.id;
    let offers: Vec<Card> =
        view.offers.iter().map(|(n, until, request)| lists::offer_entry(*n, *until, request)).collect();
    let holding: Vec<Card> = view.holding.iter().map(lists::held_entry).collect();
    let waiting: Vec<Card> =
        view.waiting.iter().map(|request| lists::waiting_entry(request, reader)).collect();
    Card::default()
        .button("Hand something off", Command::Handoff(String::new()), Weight::Main)
        .part(section(
            "Offers to you",
            "Nobody asks you for anything right now.",
            offers,
            "/requests offered",
        ))
        .part(section("You hold", "Nothing that you took on. Enjoy the quiet.", holding, "/requests mine"))
        .part(section("You wait for", "Nothing is under way for you.", waiting, "/requests mine"))
        .part(availability(view))
}

fn availability(view: &HomeView) -> Card {
    let card = availability::status(&view.availability).titled("Your availability");
    card.small(Text::plain("Only you see this page · ").code("/service help").say(" tells all I can do"))
}

fn section(title: &str, empty: &str, entries: Vec<Card>, rest: &str) -> Card {
    let card = Card::default().titled(title);
    if entries.is_empty() { card.and(empty) } else { lists::limited(card, entries, SHOWN, Some(rest)) }
}
