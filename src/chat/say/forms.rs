//! Around forms: a way to open one where it cannot open by itself, and what is to be mended in one that
//! is closed already.
//!
//! Invariant: what somebody typed is shown back to them, so that nothing needs to be typed twice.

use crate::chat::card::{Card, Weight};
use crate::chat::form::{Answer, Form, Submitted};
use crate::chat::inbound::Mend;
use crate::chat::say::pieces;
use crate::chat::text::Text;

/// The button that opens a form which waits.
pub const OPEN: &str = "Open the form";

/// The button that opens a form again with what was typed.
pub const AGAIN: &str = "Open it again";

/// Characters of an answer that is shown back, where the form can be opened again with all of it.
const SHOWN: usize = 600;

/// Characters of one where it cannot.
const QUOTED: usize = 2_500;

/// A card whose one button opens the form, where words led to it; the words are the form's own. `None`
/// for a form that no button opens.
pub fn door(form: &Form) -> Option<Card> {
    Some(Card::line(form.title.as_str()).button(&form.title, form.door()?, Weight::Main))
}

/// A form that is ready but can be opened by a press only; the button is the platform's.
pub fn ready(form: &Form) -> Card {
    Card::line(Text::new().bold(form.title.as_str()).say(": the form is ready."))
}

/// What to mend in a form that is closed already, with what was typed in it.
pub fn to_mend(form: Option<&Form>, mends: &[Mend], submitted: &Submitted) -> Card {
    let card = Card::line(match mends.len() {
        1 => "One thing is to mend first; the rest is fine.",
        _ => "A few things are to mend first.",
    });
    let card = mends.iter().fold(card, |card, mend| match label(form, &mend.field) {
        Some(label) => card.and(Text::new().bold(label).say(format!(": {}", mend.why))),
        None => card.and(mend.why.as_str()),
    });
    typed(card, form, submitted)
}

/// With what somebody typed in a form.
pub fn typed(card: Card, form: Option<&Form>, submitted: &Submitted) -> Card {
    let words = |answer: &Answer| match answer {
        Answer::Words(words) => Some(words.trim().to_owned()).filter(|words| !words.is_empty()),
        Answer::Person(_) => None,
    };
    let Some(form) = form else {
        // The names of the fields are gone with the form; whatever took time to write is in the longest.
        return match submitted.answers.values().filter_map(words).max_by_key(String::len) {
            Some(words) => card.quoting(&words.chars().take(QUOTED).collect::<String>()),
            None => card,
        };
    };
    form.fields.iter().fold(card, |card, field| {
        let answer = submitted.answers.get(&field.name).and_then(words);
        match answer {
            Some(words) if field.is_typed() => {
                card.fact(&field.label, Text::plain(pieces::gist(&words, SHOWN)))
            }
            _ => card,
        }
    })
}

/// A form that was to be opened again is not there any more.
pub fn forgotten() -> Card {
    Card::line(
        "I do not have that form any more. Open it anew, the way you did before; what you typed stands above.",
    )
}

/// An answer that came too late to be shown, for everybody to read.
pub fn too_late() -> Card {
    Card::line(
        Text::plain("My answer came too late to be shown here, and I cannot write to you directly. What is open for you is in ")
            .code("/requests mine")
            .say("."),
    )
}

/// Somebody writes directly, and it is not known where they belong.
pub fn no_home() -> Card {
    Card::line(
        Text::plain(
            "I do not know yet where you belong. Ask me something where your colleagues are, such as ",
        )
        .code("/requests mine")
        .say("; from then on I can help you here as well."),
    )
}

/// Something was done that no version of today understands.
pub fn not_understood() -> Card {
    Card::line(
        Text::plain("I do not know what that was, so nothing was done. What I understand is in ")
            .code("/service help")
            .say("."),
    )
}

fn label<'a>(form: Option<&'a Form>, field: &str) -> Option<&'a str> {
    form?.fields.iter().find(|known| known.name == field).map(|known| known.label.as_str())
}
