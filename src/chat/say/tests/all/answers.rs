//! One of every answer, in every state.

use crate::chat::card::Card;
use crate::chat::catalog::May;
use crate::chat::notice::{AvailabilityView, Now, Possible, RequestView};
use crate::chat::say::lists::{Past, TopicOn};
use crate::chat::say::service::TopicView;
use crate::chat::say::{self, handoff};
use crate::domain::ids::{ChannelKey, PersonId};
use crate::domain::person::Pause;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Decline, GiveBack, Happening, Outcome};
use crate::domain::settings::{BadValue, Layer, SettingName};

use super::super::support::{TRICKY, at, private, through_eve, tomorrow, view, who};
use super::forms::{forms, mends};
use super::{Cards, asking, available, closed, deputised, newcomer, resting, states, topics};

pub fn handoff() -> Cards {
    let ana = PersonId::from("ana");
    let bo = PersonId::from("bo");
    let mut all: Cards = Vec::new();
    let mut say = |name: &str, card: Card| all.push((name.to_owned(), card));
    for (name, now) in states() {
        say(&format!("handed off: {name}"), handoff::handed_off(&view(now), &ana));
    }
    say("handed off, private and urgent", handoff::handed_off(&private(resting()), &ana));
    let unplaced = view(Now::Unplaced);
    say("which topic: mistyped", handoff::which_topic(&unplaced, "biling", &topics()[..1], &topics()));
    say("which topic: unlike any", handoff::which_topic(&unplaced, "zebra", &[], &topics()));
    say("which topic: none named", handoff::which_topic(&unplaced, "", &[], &topics()));
    say("which topic: there are none", handoff::which_topic(&unplaced, "", &[], &[]));
    say("accepted", handoff::accepted(&view(Now::Held), &bo));
    say("accepted, through Eve", handoff::accepted(&through_eve(Now::Held), &bo));
    for (name, now) in states().into_iter().skip(1).take(6) {
        say(&format!("declined: {name}"), handoff::declined(&view(now), &bo));
    }
    say("declined late", handoff::declined_late(&view(Now::Held)));
    say("given back: next", handoff::given_back(&view(asking()), GiveBack::Next));
    say("given back: nobody there", handoff::given_back(&view(resting()), GiveBack::Next));
    say("given back: sender", handoff::given_back(&view(Now::HeldBySender), GiveBack::Sender));
    say("give back?", handoff::give_back_choice(&through_eve(Now::Held)));
    let done = |undo| closed("Bo", Outcome::Answered, undo, Possible::Yes);
    say("closed", handoff::closed(&view(done(Possible::Yes)), &bo));
    say(
        "closed by the sender",
        handoff::closed(&view(closed("Ana", Outcome::Done, Possible::No, Possible::Yes)), &ana),
    );
    say(
        "withdrawn",
        handoff::withdrawn(&view(closed("Ana", Outcome::Withdrawn, Possible::Yes, Possible::Yes))),
    );
    for (name, now) in states().into_iter().take(7) {
        say(&format!("reopened: {name}"), handoff::reopened(&view(now), &ana));
    }
    say("reopened to Bo", handoff::reopened(&view(Now::Held), &bo));
    say("still waiting: told the holder", handoff::still_waiting(&view(Now::Held)));
    for (name, now) in states().into_iter().take(7) {
        say(&format!("still waiting: {name}"), handoff::still_waiting_asking(&view(now)));
    }
    for (name, now) in states().into_iter().take(7) {
        say(&format!("urgent: {name}"), handoff::urgent(&view(now)));
    }
    say("on it", handoff::on_it(&view(Now::Held)));
    say("passed on", handoff::passed_on(&view(asking())));
    say("passed on: nobody there", handoff::passed_on(&view(resting())));
    say("words wanted", handoff::words_wanted());
    say("nothing here", handoff::nothing_here());
    all
}

pub fn refused() -> Vec<Refusal> {
    let cy = PersonId::from("Cy");
    vec![
        Refusal::TakenBy(cy.clone()),
        Refusal::AlreadyYours,
        Refusal::AlreadyClosed,
        Refusal::StillOpen,
        Refusal::NotAsked,
        Refusal::NotHolder(cy.clone()),
        Refusal::NotRequester,
        Refusal::TooLate(at("10:00")),
        Refusal::NoTopicYet,
        Refusal::OwnRequest,
        Refusal::NotStaff(cy),
        Refusal::RemindedRecently(at("10:00")),
    ]
}

pub fn refusals() -> Cards {
    use say::refusals::{
        ambiguous_person, failure, may_not, not_visible, old_button, outsiders, refusal, too_long,
        unknown_command, unknown_person, unknown_request, unknown_topic,
    };
    let mut all: Cards = Vec::new();
    let find = |id: &PersonId| who(id.as_str());
    for no in refused() {
        let now = match no {
            Refusal::AlreadyClosed => closed("Bo", Outcome::Answered, Possible::No, Possible::No),
            Refusal::NoTopicYet => Now::Unplaced,
            Refusal::StillOpen => asking(),
            _ => Now::Held,
        };
        all.push((format!("{no:?}"), refusal(&no, &find, Some(&view(now)))));
        all.push((format!("{no:?}, alone"), refusal(&no, &find, None)));
    }
    let names: Vec<String> = topics().into_iter().map(|(_, name)| name).collect();
    let mut say = |name: &str, card: Card| all.push((name.to_owned(), card));
    for may in [May::Admins, May::Stewards, May::Staff] {
        say(&format!("{may:?} may"), may_not(may));
    }
    say("outsiders", outsiders());
    say("unknown command", unknown_command("volunter", "join billing", Some("volunteer")));
    say("unknown command, unlike any", unknown_command("service", TRICKY, None));
    say("unknown words", unknown_command("", "tea please", None));
    say("unknown topic", unknown_topic("biling", &names[..1], &names));
    say("unknown topic, unlike any", unknown_topic("zebra", &[], &names));
    say("unknown topic, none there", unknown_topic("zebra", &[], &[]));
    say("unknown person", unknown_person("bobby"));
    say("ambiguous person", ambiguous_person("alex", 3));
    say("unknown request", unknown_request("seventeen"));
    say("not visible", not_visible());
    say("failure", failure("7QK2"));
    say("old button", old_button());
    say("too long", too_long(3_000));
    all
}

pub fn availability() -> Cards {
    use say::availability as to;
    let names: Vec<String> = topics().into_iter().map(|(_, name)| name).collect();
    let mut all: Cards = Vec::new();
    let mut say = |name: &str, card: Card| all.push((name.to_owned(), card));
    say("status", to::status(&available(Pause::No)));
    say("status, paused", to::status(&available(Pause::Open)));
    say("status, with a deputy", to::status(&deputised()));
    say("status of a newcomer", to::status(&newcomer()));
    say("joined", to::joined(&names[..2]));
    say("already joined", to::already_joined(&names[..1]));
    say("left", to::left(&names));
    say("not joined", to::not_joined(&names[..1]));
    say("hours set", to::hours_set(&deputised()));
    say("hours as for everybody", to::hours_set(&available(Pause::No)));
    say("capacity set", to::capacity_set(&available(Pause::No)));
    say("capacity of one", to::capacity_set(&AvailabilityView { capacity: 1, ..newcomer() }));
    say("paused", to::paused(&deputised(), at("16:00")));
    say("paused shortly", to::paused(&available(Pause::Until(at("17:00"))), at("16:00")));
    say("paused without an end", to::paused(&available(Pause::Open), at("16:00")));
    say("resumed", to::resumed(&available(Pause::No)));
    say("deputy set", to::deputy_set(&deputised()));
    say("no deputy", to::deputy_set(&available(Pause::No)));
    say("deputy is self", to::deputy_is_self());
    say("changed", to::changed(&deputised()));
    say("bad hours", to::bad_hours("all day long"));
    say("bad capacity", to::bad_capacity("many"));
    say("bad pause", to::bad_pause("whenever"));
    say("no topics named", to::no_topics_named(&names));
    say("no topics there", to::no_topics_named(&[]));
    say("one topic there", to::no_topics_named(&names[..1]));
    say("which to leave", to::which_to_leave(&names));
    say("none to leave", to::which_to_leave(&[]));
    all
}

fn history() -> Vec<Past> {
    let past = |what: Happening, actor: Option<&str>, whom: Option<&str>| Past {
        at: at("09:15"),
        actor: actor.map(who),
        what,
        whom: whom.map(who),
    };
    let bo = PersonId::from("bo");
    vec![
        past(Happening::HandedOff, Some("Ana"), None),
        past(Happening::TopicWanted, None, None),
        past(Happening::Placed, Some("Ana"), None),
        past(Happening::Asked(0), None, Some("Bo")),
        past(Happening::TimedOut(0), None, Some("Bo")),
        past(Happening::Asked(1), None, Some("Cy")),
        past(Happening::Away(1), None, Some("Cy")),
        past(Happening::Asked(2), None, None),
        past(Happening::TimedOut(2), None, None),
        past(Happening::Declined(3, Decline::Busy), Some("Dee"), Some("Dee")),
        past(Happening::Declined(3, Decline::Knows(bo.clone())), Some("Dee"), Some("Bo")),
        past(Happening::NobodyThere(tomorrow("09:00")), None, None),
        past(Happening::NobodyAccepted(tomorrow("09:00")), None, None),
        past(Happening::Urgent, Some("Ana"), None),
        past(Happening::Accepted(0, bo.clone()), Some("Bo"), Some("Bo")),
        past(Happening::AskedAfter, Some("Ana"), None),
        past(Happening::Reminded, None, Some("Bo")),
        past(Happening::OfferedOn(bo.clone()), None, Some("Bo")),
        past(Happening::GivenBack(bo.clone(), GiveBack::Next), Some("Bo"), Some("Bo")),
        past(Happening::GivenBack(bo.clone(), GiveBack::Sender), Some("Bo"), Some("Bo")),
        past(Happening::Left(bo.clone()), None, Some("Bo")),
        past(Happening::KeptBy(bo.clone()), None, Some("Bo")),
        past(Happening::Closed(Outcome::KindNo), Some("Bo"), None),
        past(Happening::Reopened(bo), None, None),
    ]
}

pub fn lists() -> Cards {
    use say::lists::{in_topic, mine, offered, show, who_is_on};
    let mut all: Cards = Vec::new();
    let mut say = |name: &str, card: Card| all.push((name.to_owned(), card));
    let open: Vec<RequestView> = states().into_iter().take(7).map(|(_, now)| view(now)).collect();
    say("mine", mine(&[view(Now::Held), view(Now::HeldBySender), view(asking())], &open));
    say("mine, nothing", mine(&[], &[]));
    say("mine, many", mine(&[], &vec![view(asking()); 12]));
    say("offered", offered(&[(2, at("09:25"), through_eve(asking())), (0, at("09:40"), private(asking()))]));
    say("offered, nothing", offered(&[]));
    say("in topic", in_topic("billing", &open[1..]));
    say("in topic, nothing", in_topic("billing", &[]));
    let on = |topic: &str, on, next, volunteers| TopicOn { topic: topic.to_owned(), on, next, volunteers };
    say(
        "who is on",
        who_is_on(&[
            on("billing", vec![(who("Bo"), Some(at("17:00"))), (who("Cy"), None)], None, 3),
            on("contracts", vec![], Some((who("Dee"), tomorrow("09:00"))), 1),
            on("travel", vec![], None, 1),
            on("legal", vec![], None, 0),
        ]),
    );
    say("who is on, no topics", who_is_on(&[]));
    say("show", show(&view(Now::Held), &history()));
    say("show, private", show(&private(Now::HeldBySender), &[]));
    say("show, closed", show(&through_eve(closed("Bo", Outcome::Done, Possible::No, Possible::No)), &[]));
    all
}

pub fn links() -> Cards {
    use say::{link, relay};
    let mut all: Cards = Vec::new();
    let mut say = |name: &str, card: Card| all.push((name.to_owned(), card));
    say("code", link::code("K7QMX2RA"));
    say("linked", link::linked(&who("Ana"), "Harbour"));
    say("is that you", link::is_that_you(&who("Ana"), "Harbour", "K7QMX2RA"));
    say("joined", link::joined("Harbour"));
    say("already linked", link::already_linked("Harbour"));
    say("join offered", link::join_offered(&who("Ana"), "Harbour", "Community", "K7QMX2RA"));
    say("join is for admins", link::join_is_for_admins("Harbour"));
    say("no such code", link::no_such_code());
    say("own code", link::own_code("K7QMX2RA"));
    say("code of this workspace", link::code_of_this_workspace());
    say("linked otherwise", link::linked_otherwise("Harbour"));
    say("code from there", link::code_from_there());
    say("too many tries", link::too_many_tries());
    say("reached here", link::reached_here("Harbour"));
    say("unlinked", link::unlinked("Harbour"));
    say("nothing linked", link::nothing_linked());
    say("preview", relay::preview(&who("Ana"), TRICKY, &"0190a0b1c2d3e4f5a6b7c8d9e0f1a2b3".into()));
    say("sent", relay::sent(&who("Ana")));
    say("sent already", relay::sent_already());
    say("nobody to write to", say::refusals::nobody_to_write_to());
    all
}

/// Around forms that opened late or are closed already.
pub fn around_forms() -> Cards {
    use say::forms::{forgotten, no_home, not_understood, ready, to_mend, too_late};
    let mut all: Cards = Vec::new();
    let mut say = |name: &str, card: Card| all.push((name.to_owned(), card));
    let form = &forms()[0];
    let answers = form.fields.iter().map(|field| {
        (field.name.clone(), crate::chat::form::Answer::Words(format!("words of {}", field.name)))
    });
    let submitted = crate::chat::form::Submitted {
        kind: form.kind,
        about: form.about.clone(),
        answers: answers.collect(),
    };
    say("form ready", ready(form));
    for (n, what) in [(1, "one thing to mend"), (2, "things to mend")] {
        say(what, to_mend(Some(form), &mends()[..n], &submitted));
    }
    say("to mend, form forgotten", to_mend(None, &mends()[..1], &submitted));
    say("form forgotten", forgotten());
    say("too late", too_late());
    say("no home", no_home());
    say("not understood", not_understood());
    all
}

pub fn service() -> Cards {
    use say::service as to;
    let topic = |name: &str, volunteers| TopicView {
        name: name.to_owned(),
        about: "invoices, refunds".to_owned(),
        channel: (volunteers > 1).then(|| ChannelKey::from("#billing")),
        steward: (volunteers > 0).then(|| "@dee".to_owned()),
        volunteers,
    };
    let mut all: Cards = Vec::new();
    let mut say = |name: &str, card: Card| all.push((name.to_owned(), card));
    say("help", to::help(""));
    for command in crate::chat::catalog::COMMANDS {
        say(&format!("help {}", command.name), to::help(command.name));
    }
    say("help on nothing known", to::help("zebra"));
    say("topics", to::topics(&[topic("billing", 3), topic("contracts", 1), topic("travel", 0)]));
    say("topics, none", to::topics(&[]));
    say("topic added", to::topic_added("billing"));
    say("topic changed", to::topic_changed(&topic("billing", 3)));
    say("topic removed", to::topic_removed("billing"));
    say("topic busy", to::topic_busy("billing", 4));
    say("topic busy with one", to::topic_busy("billing", 1));
    say("bad topic name", to::bad_topic_name("bill!ng"));
    say("no topic name", to::bad_topic_name(""));
    say("thanked", to::thanked());
    say("topic exists", to::topic_exists("billing"));
    say("bad topic value", to::bad_topic_value("hours", "Mon-Fri 09:00-17:00"));
    say("unknown topic part", to::unknown_topic_part("colour"));
    say("no topic part", to::unknown_topic_part(""));
    say(
        "settings",
        to::settings(&[
            (SettingName::Timezone, "Europe/Berlin".to_owned(), Layer::Organisation),
            (SettingName::Holidays, String::new(), Layer::Defaults),
            (SettingName::OfferTimeout, "20m".to_owned(), Layer::Defaults),
        ]),
    );
    say("setting changed", to::setting_changed(SettingName::OfferTimeout, "15m", Layer::Organisation));
    say("setting as before", to::setting_changed(SettingName::OfferTimeout, "10m", Layer::Defaults));
    say("bad setting", to::bad_setting(&BadValue { name: SettingName::StaleAfter, example: "1d" }));
    say("unknown setting", to::unknown_setting("offertime", Some("offer_timeout")));
    say("unknown setting, unlike any", to::unknown_setting("zebra", None));
    all
}
