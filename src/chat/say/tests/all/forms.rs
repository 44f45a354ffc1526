//! Every form, and what can be amiss in one.

use crate::chat::form::Form;
use crate::chat::inbound::Mend;
use crate::chat::notice::Now;
use crate::chat::say::{self, handoff};
use crate::domain::ids::TopicId;
use crate::domain::person::Pause;
use crate::domain::request::{Privacy, Urgency};

use super::super::support::{TRICKY, view, who};
use super::{asking, available, deputised, topics};

pub fn forms() -> Vec<Form> {
    let draft = handoff::HandoffDraft {
        topic: Some(topics()[0].0.clone()),
        words: TRICKY.to_owned(),
        customer: "Globex".to_owned(),
        privacy: Privacy::Private,
        urgency: Urgency::Urgent,
    };
    vec![
        handoff::handoff_form(&topics(), &draft, "here".to_owned()),
        handoff::handoff_form(&[], &handoff::HandoffDraft::default(), String::new()),
        handoff::done_form(&view(Now::Held)),
        handoff::knows_who_form(&view(asking()), 2),
        say::availability::form(&available(Pause::No)),
        say::availability::form(&deputised()),
        say::relay::form(&view(Now::Held), &who("Ana"), TRICKY, "0190a0b1c2d3e4f5a6b7c8d9e0f1a2b3"),
    ]
}

/// The hand-off form of a house with many topics and much to say.
pub fn large_form() -> Form {
    let topics: Vec<(TopicId, String)> = (0..200)
        .map(|n| (TopicId::from(format!("{n:032}")), format!("topic-{n}-{}", "x".repeat(90))))
        .collect();
    let draft = handoff::HandoffDraft {
        topic: Some(topics[150].0.clone()),
        words: "x".repeat(9_000),
        customer: "x".repeat(500),
        ..handoff::HandoffDraft::default()
    };
    handoff::handoff_form(&topics, &draft, String::new())
}

pub fn mends() -> Vec<Mend> {
    vec![
        handoff::mend_words_empty(),
        handoff::mend_words_too_long(),
        handoff::mend_topic(),
        handoff::mend_note_empty(),
        handoff::mend_person(),
        say::availability::mend_hours(),
        say::availability::mend_capacity(),
        say::availability::mend_deputy(),
    ]
}
