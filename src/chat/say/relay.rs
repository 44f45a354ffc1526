//! Words passed on between two who are in no workspace together.
//!
//! Invariant: whoever writes sees what will arrive before it does; whoever reads learns who wrote it.

use crate::chat::card::{Card, Tone, Weight};
use crate::chat::command::Command;
use crate::chat::form::{Field, Form, FormKind, Input, Need};
use crate::chat::inbound::Mend;
use crate::chat::notice::RequestView;
use crate::chat::say::pieces;
use crate::chat::text::{Text, Who};
use crate::domain::ids::DraftId;

/// Characters of one message that is passed on.
const LONGEST: u32 = 2_000;

/// The form to write in.
pub fn form(view: &RequestView, to: &Who, words: &str, about: &str) -> Form {
    let name = pieces::gist(&to.name, 40);
    Form {
        kind: FormKind::Write,
        about: about.to_owned(),
        title: "Write to them".to_owned(),
        submit: "Preview".to_owned(),
        fields: vec![
            Field::new(
                "words",
                "Your words",
                Need::Required,
                Input::Words { initial: words.to_owned(), max: LONGEST },
            )
            .hint(&format!("For {name}, about request {}. You see it before it is sent.", view.number)),
        ],
    }
}

/// What will arrive.
pub fn preview(to: &Who, words: &str, draft: &DraftId) -> Card {
    Card::line(Text::plain("This is what ").who(to).say(" will read from you:"))
        .quoting(words)
        .button("Send", Command::SendDraft(draft.clone()), Weight::Main)
        .button("Change", Command::ChangeDraft(draft.clone()), Weight::Plain)
        .small("Nothing is sent until you press Send")
}

/// It is on its way.
pub fn sent(to: &Who) -> Card {
    Card::line(Text::plain("On its way to ").who(to).say(". An answer comes to you here."))
}

/// It was sent, or is too old.
pub fn sent_already() -> Card {
    Card::line("This was sent already, or is too old. Nothing is sent twice.")
}

/// Nothing to send.
pub fn mend_words() -> Mend {
    Mend {
        field: "words".to_owned(),
        why: "A word or two, so that there is something to pass on.".to_owned(),
    }
}

/// What arrives.
pub fn relayed(from: &Who, reader: &Who, words: &str, view: &RequestView) -> Card {
    let line = Text::new().who(from).say(" writes to ").mention(reader).say(":");
    let card = Card::line(line).quoting(words).fact("About", pieces::what(view)).tone(Tone::Ask);
    let card = card.button("Answer", Command::Write(view.id.clone()), Weight::Main);
    let why = Text::new().who(from).say(
        " had this passed on from another workspace; what you write here is not, until you press Answer",
    );
    pieces::because(card, view, why)
}
