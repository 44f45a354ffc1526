//! Answers to people who hand off, take, pass, give back and close; and the forms they fill in.
//!
//! Invariant: an answer says what became of it, who has it now and what is next; no answer asks for
//! a justification.

use crate::chat::card::{Card, Tone, Weight};
use crate::chat::command::Command;
use crate::chat::form::{Choice, Field, Form, FormKind, Input, Need};
use crate::chat::inbound::Mend;
use crate::chat::notice::{Now, Possible, RequestView};
use crate::chat::say::{buttons, pieces, standing};
use crate::chat::text::{Moment, Text};
use crate::domain::ids::{PersonId, TopicId};
use crate::domain::request::{GiveBack, Outcome, Privacy, Urgency};

/// The value of the topic field for "I am not sure".
pub const UNSURE: &str = "unsure";

/// The most characters that the form's field for the words takes; platforms allow no more.
pub const LONGEST_IN_FORM: usize = 3_000;

/// What stands in the hand-off form at first.
#[derive(Clone, PartialEq, Debug)]
pub struct HandoffDraft {
    /// The topic, where one is known.
    pub topic: Option<TopicId>,
    /// The words so far.
    pub words: String,
    /// The customer so far.
    pub customer: String,
    /// Who may see it.
    pub privacy: Privacy,
    /// Whether it may wait.
    pub urgency: Urgency,
}

impl Default for HandoffDraft {
    fn default() -> Self {
        Self {
            topic: None,
            words: String::new(),
            customer: String::new(),
            privacy: Privacy::Open,
            urgency: Urgency::Normal,
        }
    }
}

/// Handed off: who is asked, who holds it meanwhile.
pub fn handed_off(view: &RequestView, reader: &PersonId) -> Card {
    let passed = || Text::plain("Passed to ").then(pieces::topic(view)).say(". ");
    let line = match &view.now {
        Now::Asking { .. } => passed().then(standing::asked(view)).say(" ").then(pieces::holds_until(
            view,
            reader,
            "until someone accepts",
        )),
        Now::Resting { until, back } => {
            let nobody = Text::plain("Nobody on ").then(pieces::topic(view)).say(" can take it right now. ");
            let when = match back {
                Some(who) => nobody.who(who).say(" is back ").at(*until, Moment::DayTime),
                None => nobody.say("I ask again ").at(*until, Moment::DayTime),
            };
            let when = when.say(". ").then(pieces::subject(&view.holder, reader, "hold", "holds"));
            match view.urgency {
                Urgency::Normal => {
                    when.say(" it until then; if it cannot wait, press ").bold("Urgent").say(".")
                }
                Urgency::Urgent => when.say(" it until then."),
            }
        }
        Now::Unplaced => {
            standing::stands(view).say(" ").then(pieces::holds_until(view, reader, "until it has one"))
        }
        Now::Held | Now::HeldBySender | Now::Closed { .. } => {
            passed().then(standing::stands_to(view, reader))
        }
    };
    let card = Card::line(line);
    let card = match &view.now {
        Now::Resting { .. } => buttons::withdraw(buttons::urgent(card, view), view),
        Now::Asking { .. } | Now::Unplaced => buttons::withdraw(card, view),
        Now::Held | Now::HeldBySender | Now::Closed { .. } => card,
    };
    pieces::marked(card, view).small(format!("Request {} · only you see this", view.number))
}

/// Kept, but for which topic? `typed` is what was taken for a topic, or empty. Three of the `nearest`
/// become buttons, and 25 of `all` a menu.
pub fn which_topic(
    view: &RequestView,
    typed: &str,
    nearest: &[(TopicId, String)],
    all: &[(TopicId, String)],
) -> Card {
    let mut card = pieces::quoted(Card::default().tone(Tone::Ask), view);
    let typed = pieces::gist(typed, 40);
    if all.is_empty() {
        card = card
            .and("Your words are kept, and you hold them; there is no topic yet to pass them to.")
            .and(who_adds_topics());
    } else if typed.is_empty() {
        card = card.and("Which topic does it belong to? Your words are kept, and you hold them until then.");
    } else {
        let line = Text::plain("I do not know a topic ").quote(typed).say(". ");
        card = card.and(match nearest {
            [] => line.say("Which one is meant? Your words are kept, and you hold them until then."),
            _ => line
                .say("Did you mean ")
                .then(pieces::names(&nearest.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>(), "or"))
                .say("? Your words are kept, and you hold them until then."),
        });
    }
    for (topic, name) in nearest.iter().take(3) {
        let place = Command::Place(view.id.clone(), topic.clone());
        card = card.button(&pieces::gist(name, 30), place, Weight::Plain);
    }
    let label = if nearest.is_empty() { "Pick a topic" } else { "Another topic" };
    let card = buttons::withdraw(topic_menu(card, label, all, view), view);
    pieces::marked(card, view).small(format!("Request {} · only you see this", view.number))
}

/// The menu that gives a request its topic; nothing where there are none.
pub fn topic_menu(card: Card, label: &str, topics: &[(TopicId, String)], view: &RequestView) -> Card {
    if topics.is_empty() {
        return card;
    }
    let place = |(topic, name): &(TopicId, String)| {
        (pieces::gist(name, 70), Command::Place(view.id.clone(), topic.clone()))
    };
    card.menu(label, topics.iter().take(25).map(place).collect())
}

/// Where topics come from, for those who find none.
pub fn who_adds_topics() -> Text {
    Text::plain("An admin adds the first one with ")
        .code("/service topic add billing invoices, refunds")
        .say("; then pick it here.")
}

/// The form that hands something off.
pub fn handoff_form(topics: &[(TopicId, String)], initial: &HandoffDraft, about: String) -> Form {
    let mut options: Vec<Choice> =
        topics.iter().take(99).map(|(topic, name)| choice(topic.as_str(), &pieces::gist(name, 70))).collect();
    options.push(choice(UNSURE, "I am not sure"));
    // A platform refuses a form whose first choice is not among the options.
    let chosen = initial.topic.as_ref().map(|topic| topic.as_str().to_owned());
    let chosen = chosen.filter(|chosen| options.iter().any(|option| &option.value == chosen));
    let mut ticked = Vec::new();
    if initial.privacy == Privacy::Private {
        ticked.push("private".to_owned());
    }
    if initial.urgency == Urgency::Urgent {
        ticked.push("urgent".to_owned());
    }
    Form {
        kind: FormKind::Handoff,
        about,
        title: "Hand something off".to_owned(),
        submit: "Hand off".to_owned(),
        fields: vec![
            Field::new(
                "words",
                "What does the person need?",
                Need::Required,
                Input::Words { initial: cut(&initial.words, LONGEST_IN_FORM), max: 3_000 },
            )
            .hint(words_hint(&initial.words)),
            Field::new(
                "topic",
                "Which topic is it?",
                Need::Required,
                Input::Choice { options, initial: chosen },
            )
            .hint("You hold it until a volunteer of the topic accepts."),
            Field::new(
                "customer",
                "On behalf of a customer",
                Need::Optional,
                Input::Line { initial: cut(&initial.customer, 100), max: 100 },
            ),
            Field::new(
                "options",
                "Handle it with care",
                Need::Optional,
                Input::Checks {
                    options: vec![
                        choice("private", "Private: only those asked see it"),
                        choice("urgent", "Urgent: it cannot wait for office hours"),
                    ],
                    initial: ticked,
                },
            ),
        ],
    }
}

/// The words are missing.
pub fn mend_words_empty() -> Mend {
    mend("words", "A line on what the person needs helps whoever is asked.")
}

/// What stands for the words where a thread is handed off as it is.
pub fn see_thread() -> String {
    "What is said in this thread.".to_owned()
}

/// The bot was spoken to without a word on what is needed, where no form can be opened.
pub fn words_wanted() -> Card {
    Card::line(
        Text::plain("What does the person need? Say it in a line, like ")
            .code("handoff billing Refund for Globex stuck since Monday")
            .say(", or fill in the form."),
    )
    .button("Open the form", Command::Handoff(String::new()), Weight::Main)
}

/// The words are too many.
pub fn mend_words_too_long() -> Mend {
    mend("words", "That is more than fits in a message; up to 3,000 characters do.")
}

/// The topic is missing, or was removed meanwhile.
pub fn mend_topic() -> Mend {
    mend("topic", "That topic is not there any more. Pick another, or \"I am not sure\".")
}

/// The line on what helped is missing.
pub fn mend_note_empty() -> Mend {
    mend("note", "One line on what helped, for the next person who asks.")
}

/// The person named cannot be asked.
pub fn mend_person() -> Mend {
    mend("person", "I can ask colleagues only, and not who handed it off. Pick somebody else.")
}

/// Taken: it is theirs now.
pub fn accepted(view: &RequestView, reader: &PersonId) -> Card {
    let line = Text::plain("It is yours. Thank you. I told ");
    let line = if view.handed_by.id == view.requester.id || &view.handed_by.id == reader {
        line.who(&view.requester)
    } else {
        line.who(&view.requester).say(" and ").who(&view.handed_by)
    };
    let line = line.say(" that you have it. Press ").bold("Done").say(" once it is solved.");
    let card = buttons::linked(buttons::holder_buttons(Card::line(line).tone(Tone::Good), view), view);
    small(card, view)
}

/// Passed: who is asked now.
pub fn declined(view: &RequestView, reader: &PersonId) -> Card {
    let next = match &view.now {
        Now::Asking { .. } => standing::asking_on(view),
        _ => standing::stands_to(view, reader),
    };
    small(Card::line(Text::plain("Fine. ").then(next)), view)
}

/// Passed, when somebody had it already.
pub fn declined_late(view: &RequestView) -> Card {
    small(Card::line(Text::plain("Fine. ").then(standing::stands(view))), view)
}

/// Given back.
pub fn given_back(view: &RequestView, to: GiveBack) -> Card {
    let line = Text::plain("Fine, and thank you for having had it. ");
    let line = match to {
        GiveBack::Next => line.then(standing::asking_on(view)),
        GiveBack::Sender => line.then(standing::stands(view)),
    };
    small(Card::line(line), view)
}

/// How would they give it back?
pub fn give_back_choice(view: &RequestView) -> Card {
    let sender = format!("Back to {}", pieces::gist(&view.handed_by.name, 22));
    let give_back = |to| Command::GiveBack(view.id.clone(), to);
    let line = Text::plain("Where should it go? Nobody is left standing either way: ")
        .who(&view.handed_by)
        .say(" holds it until someone accepts.");
    let card = Card::line(line)
        .and(pieces::about(view))
        .tone(Tone::Ask)
        .button("On to the next", give_back(GiveBack::Next), Weight::Main)
        .button(&sender, give_back(GiveBack::Sender), Weight::Plain);
    small(card, view)
}

/// The form that closes a request.
pub fn done_form(view: &RequestView) -> Form {
    let options = Outcome::CHOICES.map(|outcome| choice(outcome.as_str(), pieces::outcome_label(outcome)));
    Form {
        kind: FormKind::Done,
        about: view.id.as_str().to_owned(),
        title: "Done".to_owned(),
        submit: "Close it".to_owned(),
        fields: vec![
            Field::new(
                "note",
                "What helped?",
                Need::Required,
                Input::Line { initial: String::new(), max: 300 },
            )
            .hint("One line; those who wait for it read this."),
            Field::new(
                "outcome",
                "How did it end?",
                Need::Required,
                Input::Choice { options: options.into(), initial: Some(Outcome::Done.as_str().to_owned()) },
            ),
        ],
    }
}

/// The form that names somebody who knows.
pub fn knows_who_form(view: &RequestView, n: usize) -> Form {
    Form {
        kind: FormKind::KnowsWho,
        about: format!("{}:{n}", view.id),
        title: "I know who".to_owned(),
        submit: "Ask them".to_owned(),
        fields: vec![
            Field::new("person", "Who knows about this?", Need::Required, Input::Person)
                .hint("I ask them next. They can pass as well."),
        ],
    }
}

/// Closed by them.
pub fn closed(view: &RequestView, reader: &PersonId) -> Card {
    let line = match &view.now {
        Now::Closed { by, outcome, note, .. } => {
            let who = if &by.id == reader { Text::plain("You") } else { Text::new().who(by) };
            pieces::closed_by(who, *outcome, note)
        }
        _ => standing::stands(view),
    };
    let told = if &view.requester.id == reader {
        Text::plain("Everybody who had a part in it hears of it.")
    } else {
        Text::plain("I told ").who(&view.requester).say(". Thank you.")
    };
    let card = Card::line(line).and(told).tone(Tone::Good);
    let card = match &view.now {
        Now::Closed { undo: Possible::Yes, .. } => buttons::reopen(card, view, "Undo"),
        _ => card,
    };
    small(card, view)
}

/// Taken back by whoever asked.
pub fn withdrawn(view: &RequestView) -> Card {
    let card = Card::line("Withdrawn. Everybody who was asked can see that nothing is left to do.");
    let card = match &view.now {
        Now::Closed { undo: Possible::Yes, .. } => buttons::reopen(card, view, "Undo"),
        Now::Closed { reopen: Possible::Yes, .. } => buttons::reopen(card, view, "Reopen"),
        _ => card,
    };
    small(card, view)
}

/// Open again.
pub fn reopened(view: &RequestView, reader: &PersonId) -> Card {
    let line = Text::plain("It is open again. ");
    let line = match &view.now {
        Now::Held if &view.holder.id == reader => line.say("You have it, as before."),
        Now::Asking { .. } | Now::Resting { .. } => line
            .then(standing::asking_on(view))
            .say(" ")
            .then(pieces::holds_until(view, reader, "until someone accepts")),
        _ => line.then(standing::stands_to(view, reader)),
    };
    small(Card::line(line), view)
}

/// The holder has been told that somebody still waits.
pub fn still_waiting(view: &RequestView) -> Card {
    let line = Text::plain("I told ").who(&view.holder).say(" that you still wait. They have had it since ");
    small(Card::line(line.at(view.held_since, Moment::DayTime).say(".")), view)
}

/// Nobody has it yet: how it stands.
pub fn still_waiting_asking(view: &RequestView) -> Card {
    let line =
        Text::plain("Nobody has accepted it yet, and it is not forgotten. ").then(standing::stands(view));
    let card = Card::line(line);
    let card = match &view.now {
        Now::Resting { .. } => buttons::urgent(card, view),
        Now::HeldBySender => buttons::pass_on(card, view),
        _ => card,
    };
    small(card, view)
}

/// It does not wait any longer.
pub fn urgent(view: &RequestView) -> Card {
    let line = Text::plain("It does not wait for office hours any more. ").then(standing::stands(view));
    small(Card::line(line), view)
}

/// The holder is at it.
pub fn on_it(view: &RequestView) -> Card {
    small(Card::line("Good. I leave you to it for a while."), view)
}

/// Passed on once more.
pub fn passed_on(view: &RequestView) -> Card {
    let line = Text::plain("Passed on to ").then(pieces::topic(view)).say(". ").then(standing::stands(view));
    small(buttons::withdraw(Card::line(line), view), view)
}

/// "done" where no request is known.
pub fn nothing_here() -> Card {
    Card::line("I know of no request in this thread.").and(
        Text::plain("What you hold is in ")
            .code("/requests mine")
            .say(", with a ")
            .bold("Done")
            .say(" beside each."),
    )
}

fn small(card: Card, view: &RequestView) -> Card {
    card.small(format!("Request {} · only you see this", view.number))
}

fn mend(field: &str, why: &str) -> Mend {
    Mend { field: field.to_owned(), why: why.to_owned() }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned() }
}

fn words_hint(words: &str) -> &'static str {
    if words.chars().count() > LONGEST_IN_FORM {
        "The message is longer: its beginning stands here, and I link to the whole."
    } else {
        "In their words, with what a colleague has to know."
    }
}

fn cut(words: &str, most: usize) -> String {
    words.chars().take(most).collect()
}
