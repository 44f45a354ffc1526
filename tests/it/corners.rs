//! Corners that no day leads into by itself: who gets no rights, who is not told, what is not lost.

use std::sync::Arc;

use goodturn::app::clock::{IdSource, ManualClock};
use goodturn::app::metrics::Metrics;
use goodturn::app::{App, Defaults};
use goodturn::chat::card::Card;
use goodturn::chat::catalog::Takes;
use goodturn::chat::command::Command;
use goodturn::chat::form::{Answer, Choice, FormKind, Submitted};
use goodturn::chat::inbound::{Event, Inbound, Mentioned, PersonFacts, Reply};
use goodturn::chat::parse;
use goodturn::chat::platform::ChatPlatform;
use goodturn::domain::ids::{PlatformKind, WorkspaceKey};
use goodturn::domain::person::Standing;
use goodturn::domain::recurrence::Recurrence;
use goodturn::domain::settings::Settings;
use goodturn::store::Store;
use goodturn::store::engine::OpenMode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::support::chat::Chat;
use crate::support::people::{People, Somebody, key};
use crate::support::skin::slack::Slack;
use crate::support::world;

/// A small office: `eve` is named as admin by the operator, nobody is one by the platform's word.
struct Office {
    app: App,
    clock: Arc<ManualClock>,
    chat: Arc<Chat>,
    platforms: Vec<Arc<dyn ChatPlatform>>,
    deliveries: u32,
}

impl Office {
    async fn open(people: &[&str], change: impl FnOnce(&mut Settings)) -> Self {
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().expect("an instant");
        let clock = Arc::new(ManualClock::at(start));
        let known: People =
            people.iter().map(|handle| (key(handle), Somebody::colleague(handle, "UTC"))).collect();
        let chat = Arc::new(Chat::new(Arc::clone(&clock), known, Arc::new(Slack::new())));
        let mut settings = Settings { timezone: TimeZone::UTC, ..Settings::default() };
        change(&mut settings);
        let defaults = Defaults {
            settings,
            topics: Vec::new(),
            admins: vec!["@eve".to_owned()],
            stewards: Vec::new(),
            housekeeping: Recurrence::parse("30 3 * * *").expect("a literal"),
        };
        let store = Store::open("sqlite::memory:", OpenMode::Run).await.expect("a store in memory");
        let app = App::new(store, clock.clone(), IdSource::seeded(7), defaults, Arc::new(Metrics::new()));
        app.adopt(PlatformKind::Slack, &WorkspaceKey::from("T1"), "Example").await.expect("a workspace");
        let mut office = Self { app, clock, platforms: vec![chat.clone()], chat, deliveries: 0 };
        for handle in people {
            office.met(Somebody::colleague(handle, "UTC").facts()).await;
        }
        office
    }

    async fn met(&mut self, facts: PersonFacts) {
        self.take_in(None, Vec::new(), Event::Met(vec![facts])).await;
    }

    async fn says(&mut self, who: &str, command: &str) -> String {
        self.says_of(who, command, Vec::new()).await
    }

    async fn says_of(&mut self, who: &str, command: &str, mentions: Vec<Mentioned>) -> String {
        let (name, words) = command.split_once(' ').unwrap_or((command, ""));
        self.presses(who, parse::slash(name, words), mentions).await
    }

    async fn presses(&mut self, who: &str, command: Command, mentions: Vec<Mentioned>) -> String {
        match self.take_in(Some(who), mentions, Event::Command(command)).await {
            Reply::Private(card) => words(&card.said),
            other => format!("{other:?}"),
        }
    }

    async fn take_in(&mut self, who: Option<&str>, mentions: Vec<Mentioned>, event: Event) -> Reply {
        self.deliveries += 1;
        let inbound = Inbound {
            platform: PlatformKind::Slack,
            workspace: WorkspaceKey::from("T1"),
            delivery: format!("delivery-{}", self.deliveries),
            actor: who.map(key),
            place: None,
            mentions,
            people: Vec::new(),
            event,
        };
        let reply = self.app.receive(inbound).await.expect("a decision");
        self.send().await;
        reply
    }

    async fn hands_off_privately(&mut self, who: &str, what: &str) {
        let answers = [("words", what), ("options", "private")]
            .map(|(field, words)| (field.to_owned(), Answer::Words(words.to_owned())));
        let form = Submitted { kind: FormKind::Handoff, about: String::new(), answers: answers.into() };
        self.presses(who, Command::Submit(form), Vec::new()).await;
    }

    async fn could(&self, who: &str, takes: Takes, typed: &str) -> Vec<Choice> {
        let workspace = WorkspaceKey::from("T1");
        let choices = self.app.complete(PlatformKind::Slack, &workspace, &key(who), None, takes, typed).await;
        choices.expect("the store answers")
    }

    async fn send(&mut self) {
        self.app.deliver_all(&self.platforms).await.expect("messages are delivered");
    }

    /// Lets time pass, every timer at its instant; what appeared meanwhile, as `where: words`.
    async fn pass(&mut self, time: SignedDuration) -> Vec<String> {
        let then = self.app.now() + time;
        while let Some(next) = self.app.next_event().await.expect("the store answers") {
            if next > then {
                break;
            }
            self.clock.set(next.max(self.app.now()));
            self.app.wake().await.expect("timers are looked at");
            self.send().await;
        }
        self.clock.set(then);
        self.seen()
    }

    fn seen(&self) -> Vec<String> {
        let fresh = self.chat.fresh();
        fresh.iter().map(|seen| format!("{}: {}", seen.place, words(&seen.card.said))).collect()
    }
}

fn words(card: &Card) -> String {
    card.words(&TimeZone::UTC)
}

#[tokio::test]
async fn a_name_that_somebody_chose_gives_no_rights() {
    let mut office = Office::open(&["ana", "mallory"], |_| {}).await;
    let mut facts = Somebody::colleague("mallory", "UTC").facts();
    facts.name = Some("eve".to_owned());
    office.met(facts).await;
    let answer = office.says("mallory", "service topic add billing refunds").await;
    assert!(answer.contains("That is for the owners and admins"), "{answer}");
    office.met(Somebody::colleague("eve", "UTC").facts()).await;
    let answer = office.says("eve", "service topic add billing refunds").await;
    assert!(!answer.contains("That is for the owners and admins"), "{answer}");
}

#[tokio::test]
async fn a_mentioned_contact_is_kept_by_their_account() {
    let mut office = Office::open(&["ana", "eve", "dee"], |_| {}).await;
    let dee = vec![Mentioned { shown: "Deirdre".to_owned(), user: key("dee") }];
    office.says_of("eve", "service settings escalation @Deirdre", dee).await;
    office.says("eve", "service topic add billing refunds").await;
    let answer = office.says("ana", "handoff billing Refund stuck since Monday").await;
    assert!(answer.contains("I asked Dee"), "{answer}");
}

#[tokio::test]
async fn after_it_was_removed_the_bot_says_nothing_until_it_is_back() {
    let mut office = Office::open(&["ana", "bo", "eve"], |_| {}).await;
    office.says("eve", "service topic add billing refunds").await;
    office.says("bo", "volunteer join billing").await;
    office.take_in(None, Vec::new(), Event::Removed).await;
    office.seen();
    office.says("ana", "handoff billing Refund stuck since Monday").await;
    assert_eq!(office.pass(SignedDuration::from_mins(7)).await, [""; 0]);
    let key = WorkspaceKey::from("T1");
    let back = office.app.adopt(PlatformKind::Slack, &key, "Example").await.expect("a workspace");
    assert!(back.active);
    let seen = office.pass(SignedDuration::from_mins(6)).await;
    assert!(seen.iter().any(|seen| seen.starts_with("ana directly")), "{seen:?}");
}

#[tokio::test]
async fn where_nobody_is_there_the_sender_hears_of_it_once_a_day() {
    let mut office = Office::open(&["ana", "eve"], |_| {}).await;
    office.says("eve", "service topic add billing refunds").await;
    office.says("ana", "handoff billing Refund stuck since Monday").await;
    office.seen();
    let seen = office.pass(SignedDuration::from_hours(48)).await;
    let told = seen.iter().filter(|seen| seen.contains("press Urgent")).count();
    assert!((1..=3).contains(&told), "{told} in two days: {seen:#?}");
}

#[tokio::test]
async fn what_a_guest_held_is_offered_on() {
    let mut office = Office::open(&["ana", "bo", "cy", "eve"], |_| {}).await;
    office.says("eve", "service topic add billing refunds").await;
    office.says("bo", "volunteer join billing").await;
    office.says("ana", "handoff billing Refund stuck since Monday").await;
    office.says("cy", "volunteer join billing").await;
    let shown = office.says("ana", "requests mine").await;
    assert!(shown.contains("Bo"), "{shown}");
    let mut facts = Somebody::colleague("bo", "UTC").facts();
    facts.standing = Some(Standing::Outside);
    office.met(facts).await;
    let shown = office.says("ana", "requests mine").await;
    assert!(shown.contains("Cy"), "{shown}");
}

#[tokio::test]
async fn whoever_only_wants_quiet_is_not_made_known() {
    let mut office = Office::open(&["ana", "eve"], |_| {}).await;
    let quiet = PersonFacts {
        user: Some(key("zoe")),
        away_until: Some(Some(office.app.now() + SignedDuration::from_hours(1))),
        ..PersonFacts::default()
    };
    office.met(quiet).await;
    let answer = office.says("ana", "volunteer deputy @uzoe").await;
    assert!(answer.contains("I do not know"), "{answer}");
}

#[tokio::test]
async fn without_a_topic_the_last_resort_keeps_what_its_sender_leaves_behind() {
    let mut office = Office::open(&["ana", "bo", "dee", "eve"], |settings| {
        settings.escalation = Some("@dee".to_owned());
    })
    .await;
    office.says("eve", "service topic add billing refunds").await;
    office.says("bo", "volunteer join billing").await;
    office.says("ana", "handoff The bank details changed").await;
    office.seen();
    let mut facts = Somebody::colleague("ana", "UTC").facts();
    facts.standing = Some(Standing::Left);
    office.met(facts).await;
    let seen = office.pass(SignedDuration::from_hours(2)).await;
    assert!(seen.iter().any(|seen| seen.starts_with("dee directly") && seen.contains("topic")), "{seen:#?}");
    assert!(!seen.iter().any(|seen| seen.starts_with("ana directly")), "{seen:#?}");
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_private_request() {
    let played = world::play(
        "people ana, bo, cy, eve (admin)\n\
         topic billing: bo; steward eve\n\
         09:00 ana in #sales: /handoff\n\
         09:00 ana fills Hand off: words=My payslip is wrong; topic=billing; options=private\n\
         09:01 cy in #sales: /requests show 1\n\
         09:02 cy in #sales: /requests topic billing\n\
         09:03 cy opens home\n\
         09:04 eve in #sales: /requests show 1\n",
        vec![Arc::new(Slack::new())],
    )
    .await;
    let told = played.told;
    let others: Vec<&str> = told.lines().skip_while(|line| !line.starts_with("09:01")).collect();
    assert!(!others.join("\n").contains("payslip"), "{told}");
}

#[tokio::test]
async fn what_is_typed_is_completed_for_whom_it_may_be_shown() {
    let mut office = Office::open(&["ana", "bo", "eve"], |_| {}).await;
    for topic in ["billing invoices, refunds", "contracts terms, renewals", "travel tickets"] {
        office.says("eve", &format!("service topic add {topic}")).await;
    }
    office.says("ana", "handoff billing Refund for Globex is stuck").await;
    office.hands_off_privately("ana", "salary question").await;
    let values = |choices: Vec<Choice>| choices.into_iter().map(|choice| choice.value).collect::<Vec<_>>();
    assert_eq!(values(office.could("ana", Takes::Topic, "").await), ["billing", "contracts", "travel"]);
    assert_eq!(values(office.could("ana", Takes::Topic, "Con").await), ["contracts"]);
    assert_eq!(
        values(office.could("ana", Takes::Topic, "refund").await),
        ["billing"],
        "by what belongs to it"
    );
    assert_eq!(
        values(office.could("ana", Takes::Topics, "billing t").await),
        ["billing travel", "billing contracts"]
    );
    assert_eq!(values(office.could("ana", Takes::Setting, "offer").await), ["offer_timeout"]);
    let hers = office.could("ana", Takes::Request, "").await;
    assert_eq!(hers.len(), 2);
    assert_eq!(hers[0].label, "#1 Refund for Globex is stuck");
    assert_eq!(values(office.could("bo", Takes::Request, "glob").await), ["1"]);
    assert!(office.could("bo", Takes::Request, "salary").await.is_empty(), "private to those it concerns");
    // Somebody from outside, and somebody of whom nothing is known.
    let mut guest = Somebody::colleague("mallory", "UTC").facts();
    guest.standing = Some(Standing::Outside);
    office.met(guest).await;
    assert!(office.could("mallory", Takes::Topic, "").await.is_empty());
    assert!(office.could("nobody", Takes::Topic, "").await.is_empty());
    let many = format!("service topic add x{} y", "y".repeat(30));
    office.says("eve", &many).await;
    for n in 0..30 {
        office.says("eve", &format!("service topic add more{n} {}", "about ".repeat(40))).await;
    }
    let all = office.could("ana", Takes::Topic, "").await;
    assert_eq!(all.len(), 25);
    assert!(all.iter().all(|choice| choice.label.chars().count() <= 100));
}
