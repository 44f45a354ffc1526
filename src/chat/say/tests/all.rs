//! One of everything that is said, in every state.

use crate::chat::card::Card;
use crate::chat::catalog::May;
use crate::chat::form::Form;
use crate::chat::inbound::Mend;
use crate::chat::notice::{
    Asked, AskedNow, AvailabilityView, Between, CameBack, HomeView, LinkNews, Notice, Now, OfferView,
    Possible, RequestView, ViaView, WhyView,
};
use crate::chat::say::lists::{Past, TopicOn};
use crate::chat::say::service::TopicView;
use crate::chat::say::{self, handoff, notices};
use crate::chat::text::Who;
use crate::domain::ids::{ChannelKey, PersonId, TopicId};
use crate::domain::person::Pause;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Decline, GiveBack, Happening, Outcome, Privacy, Urgency};
use crate::domain::settings::{BadValue, Layer, SettingName};

use super::support::{TRICKY, at, private, through_eve, tomorrow, view, who};

type Cards = Vec<(String, Card)>;

pub fn all() -> Cards {
    [notices(), handoff(), refusals(), availability(), lists(), around_forms(), service(), links()].concat()
}

fn asking() -> Now {
    Now::Asking { who: AskedNow::Person(who("Bo")), until: at("09:25") }
}

fn asking_channel() -> Now {
    Now::Asking { who: AskedNow::Channel(ChannelKey::from("#billing")), until: at("09:35") }
}

fn resting() -> Now {
    Now::Resting { until: tomorrow("09:00"), back: Some(who("Bo")) }
}

fn closed(by: &str, outcome: Outcome, undo: Possible, reopen: Possible) -> Now {
    let note = if outcome == Outcome::Withdrawn { "" } else { "sent the form again" };
    Now::Closed { by: who(by), at: at("11:00"), outcome, note: note.to_owned(), undo, reopen }
}

pub fn states() -> Vec<(&'static str, Now)> {
    vec![
        ("unplaced", Now::Unplaced),
        ("asking a person", asking()),
        ("asking a channel", asking_channel()),
        ("resting, Bo is back", resting()),
        ("resting", Now::Resting { until: tomorrow("09:00"), back: None }),
        ("held", Now::Held),
        ("held by sender", Now::HeldBySender),
        ("closed, can be undone", closed("Bo", Outcome::Answered, Possible::Yes, Possible::Yes)),
        ("closed, can be reopened", closed("Bo", Outcome::WrongTopic, Possible::No, Possible::Yes)),
        ("closed for good", closed("Bo", Outcome::KindNo, Possible::No, Possible::No)),
        ("withdrawn", closed("Ana", Outcome::Withdrawn, Possible::Yes, Possible::Yes)),
    ]
}

pub fn offer_states() -> Vec<OfferView> {
    vec![
        OfferView::Open,
        OfferView::Yours,
        OfferView::Declined,
        OfferView::Lapsed,
        OfferView::Taken(who("Cy")),
        OfferView::Again,
        OfferView::Passed,
        OfferView::Over,
    ]
}

pub fn vias() -> Vec<ViaView> {
    vec![
        ViaView::Volunteer,
        ViaView::DeputyOf(who("Cy")),
        ViaView::NamedBy(who("Cy")),
        ViaView::Steward,
        ViaView::Escalation,
    ]
}

fn why(via: ViaView) -> WhyView {
    let upper = matches!(via, ViaView::Escalation);
    WhyView { via, in_hours: !upper, open: u32::from(!upper), last_asked: upper.then(|| at("08:00")) }
}

fn offer(state: OfferView, via: Option<ViaView>, request: RequestView) -> Notice {
    Notice::Offer { reader: who("Bo"), n: 2, why: via.map(why), until: at("09:25"), state, request }
}

fn topics() -> Vec<(TopicId, String)> {
    ["billing", "contracts", "travel"]
        .map(|name| (TopicId::from(format!("{name:0<32}")), name.to_owned()))
        .into()
}

fn available(pause: Pause) -> AvailabilityView {
    AvailabilityView {
        topics: vec!["billing".to_owned(), "contracts".to_owned(), "travel".to_owned()],
        hours: "Mon-Fri 09:00-17:00".to_owned(),
        own_hours: false,
        zone: "Europe/Lisbon".to_owned(),
        capacity: 3,
        open: 1,
        pause,
        deputy: None,
    }
}

fn deputised() -> AvailabilityView {
    AvailabilityView {
        own_hours: true,
        open: 2,
        deputy: Some(who("Cy")),
        ..available(Pause::Until(tomorrow("09:00")))
    }
}

fn newcomer() -> AvailabilityView {
    AvailabilityView { topics: Vec::new(), open: 0, ..available(Pause::No) }
}

pub fn home(requests: usize) -> Notice {
    Notice::Home(Box::new(HomeView {
        reader: who("Ana"),
        offers: vec![(1, at("09:25"), through_eve(asking())); requests],
        holding: vec![view(Now::Held); requests],
        waiting: vec![view(Now::HeldBySender); requests],
        availability: available(Pause::No),
    }))
}

pub fn notices() -> Cards {
    let mut all: Vec<(String, Notice)> = Vec::new();
    for (name, now) in states() {
        let notice = Notice::Status { reader: who("Ana"), request: view(now) };
        all.push((format!("status to Ana: {name}"), notice));
    }
    for (name, now) in states() {
        let notice = Notice::Status { reader: who("Ana"), request: through_eve(now) };
        all.push((format!("status to Ana, through Eve: {name}"), notice));
    }
    let status = |request| Notice::Status { reader: who("Ana"), request };
    all.push(("status, private and urgent".to_owned(), status(private(resting()))));
    for state in offer_states() {
        let now = match &state {
            OfferView::Yours => Now::Held,
            OfferView::Over => closed("Ana", Outcome::Withdrawn, Possible::No, Possible::No),
            _ => asking(),
        };
        all.push((format!("offer: {state:?}"), offer(state, Some(ViaView::Volunteer), view(now))));
    }
    for via in vias() {
        all.push((format!("offer via {via:?}"), offer(OfferView::Open, Some(via), through_eve(asking()))));
    }
    all.push((
        "offer, private and urgent".to_owned(),
        offer(OfferView::Open, Some(ViaView::Volunteer), private(asking())),
    ));
    for (name, now) in states().into_iter().skip(1) {
        let notice = Notice::ChannelOffer { n: 3, until: at("09:35"), request: view(now) };
        all.push((format!("channel: {name}"), notice));
    }
    let introduction =
        |there_until, request| Notice::Introduction { volunteer: who("Bo"), there_until, request };
    all.push(("introduction".to_owned(), introduction(Some(at("17:00")), view(Now::Held))));
    all.push(("introduction, through Eve".to_owned(), introduction(None, through_eve(Now::Held))));
    let taken = |city: Option<&str>, there_until, request| Notice::Taken {
        reader: who("Ana"),
        volunteer: who("Bo"),
        city: city.map(str::to_owned),
        there_until,
        request,
    };
    all.push(("taken".to_owned(), taken(Some("Lisbon"), Some(at("17:00")), view(Now::Held))));
    all.push(("taken, private".to_owned(), taken(None, None, private(Now::Held))));
    let holding = |reader: &str, asked, back: Option<Who>, next, request| Notice::Holding {
        reader: who(reader),
        asked,
        next,
        back,
        at: at("18:00"),
        request,
    };
    let back = || Some(who("Bo"));
    let rest = || view(resting());
    all.push(("nobody there".to_owned(), holding("Ana", Asked::Nobody, back(), tomorrow("09:00"), rest())));
    all.push((
        "nobody there, when unknown".to_owned(),
        holding("Ana", Asked::Nobody, None, tomorrow("09:00"), rest()),
    ));
    all.push(("nobody accepted".to_owned(), holding("Ana", Asked::Everybody, None, at("19:00"), rest())));
    all.push((
        "nobody there, through Eve, to Ana".to_owned(),
        holding("Ana", Asked::Nobody, back(), tomorrow("09:00"), through_eve(resting())),
    ));
    all.push((
        "nobody accepted, urgent".to_owned(),
        holding("Ana", Asked::Everybody, back(), at("20:00"), private(resting())),
    ));
    all.push((
        "topic wanted".to_owned(),
        Notice::TopicWanted { topics: topics(), request: view(Now::Unplaced) },
    ));
    all.push((
        "topic wanted, none".to_owned(),
        Notice::TopicWanted { topics: vec![], request: view(Now::Unplaced) },
    ));
    all.push((
        "reminder".to_owned(),
        Notice::Reminder { offered_on_at: Some(tomorrow("09:15")), request: view(Now::Held) },
    ));
    all.push((
        "reminder to the sender".to_owned(),
        Notice::Reminder { offered_on_at: None, request: view(Now::HeldBySender) },
    ));
    all.push(("asked after".to_owned(), Notice::AskedAfter { by: who("Ana"), request: view(Now::Held) }));
    for (why, now) in [
        (CameBack::GivenBack, asking()),
        (CameBack::GivenBack, asking_channel()),
        (CameBack::GivenBack, resting()),
        (CameBack::ToYou, Now::HeldBySender),
        (CameBack::Stale, asking()),
        (CameBack::Left, resting()),
    ] {
        let notice = Notice::CameBack { reader: who("Ana"), from: who("Cy"), why, request: view(now) };
        all.push((format!("came back: {why:?}"), notice));
    }
    for outcome in Outcome::CHOICES.into_iter().chain([Outcome::Withdrawn]) {
        for reader in ["Ana", "Bo", "Eve"] {
            let by = if outcome == Outcome::Withdrawn { "Ana" } else { "Bo" };
            let request = through_eve(closed(by, outcome, Possible::Yes, Possible::Yes));
            let note = if outcome == Outcome::Withdrawn { "" } else { "sent the form again" };
            let notice =
                Notice::Closed { reader: who(reader), by: who(by), outcome, note: note.to_owned(), request };
            all.push((format!("closed to {reader}: {outcome:?}"), notice));
        }
    }
    for now in [Now::Held, Now::HeldBySender, asking(), resting()] {
        let (reader, by) = (None, who("Eve"));
        all.push((format!("reopened: {now:?}"), Notice::Reopened { reader, by, request: view(now) }));
    }
    let (reader, by) = (Some(who("Ana")), who("Bo"));
    all.push((
        "reopened, to who waits".to_owned(),
        Notice::Reopened { reader, by, request: view(Now::Held) },
    ));
    let apart = || RequestView { between: Between::Apart, ..view(Now::Held) };
    all.push(("status: apart".to_owned(), Notice::Status { reader: who("Ana"), request: apart() }));
    all.push((
        "offer: apart".to_owned(),
        Notice::Offer {
            reader: who("Bo"),
            n: 0,
            why: None,
            until: at("09:25"),
            state: OfferView::Yours,
            request: apart(),
        },
    ));
    all.push((
        "relayed".to_owned(),
        Notice::Relayed { from: who("Bo"), reader: who("Ana"), words: TRICKY.to_owned(), request: apart() },
    ));
    for link in [LinkNews::Linked, LinkNews::Joined, LinkNews::Unlinked] {
        let notice = Notice::Linked { reader: who("Ana"), place: TRICKY.to_owned(), link };
        all.push((format!("{link:?}"), notice));
    }
    all.push(("home".to_owned(), home(1)));
    all.push((
        "home of a newcomer".to_owned(),
        Notice::Home(Box::new(HomeView {
            reader: who("Ana"),
            offers: vec![],
            holding: vec![],
            waiting: vec![],
            availability: newcomer(),
        })),
    ));
    all.into_iter().map(|(name, notice)| (name, notices::card(&notice))).collect()
}

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

/// Many of the same, for limits.
pub fn many(count: usize) -> Vec<RequestView> {
    vec![view(asking()); count]
}
