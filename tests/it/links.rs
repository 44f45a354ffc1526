//! One organisation in three workspaces: who is the same person, by what name, and what they may do.
//! The days of it are told in `transcripts/`; here is what no day shows.

use std::sync::Arc;

use goodturn::app::clock::{IdSource, ManualClock};
use goodturn::app::metrics::Metrics;
use goodturn::app::{App, Defaults};
use goodturn::chat::inbound::{Event, Inbound, PersonFacts, Reply};
use goodturn::chat::parse;
use goodturn::domain::ids::{PlatformKind, WorkspaceKey};
use goodturn::domain::person::{Role, Standing};
use goodturn::domain::recurrence::Recurrence;
use goodturn::domain::settings::Settings;
use goodturn::store::Store;
use goodturn::store::engine::OpenMode;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A workspace on Slack and two servers on Discord, each an organisation of its own at first.
struct Offices {
    app: App,
    deliveries: u32,
}

const SLACK: (PlatformKind, &str) = (PlatformKind::Slack, "T1");
const ONE: (PlatformKind, &str) = (PlatformKind::Discord, "G1");
const TWO: (PlatformKind, &str) = (PlatformKind::Discord, "G2");

impl Offices {
    async fn open(change: impl FnOnce(&mut Settings)) -> Self {
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().expect("an instant");
        let mut settings = Settings { timezone: TimeZone::UTC, ..Settings::default() };
        change(&mut settings);
        let defaults = Defaults {
            settings,
            topics: Vec::new(),
            admins: Vec::new(),
            stewards: Vec::new(),
            housekeeping: Recurrence::parse("30 3 * * *").expect("a literal"),
        };
        let store = Store::open("sqlite::memory:", OpenMode::Run).await.expect("a store in memory");
        let clock = Arc::new(ManualClock::at(start));
        let app = App::new(store, clock, IdSource::seeded(7), defaults, Arc::new(Metrics::new()));
        for ((platform, key), name) in [(SLACK, "Harbour"), (ONE, "Community"), (TWO, "Partners")] {
            app.adopt(platform, &WorkspaceKey::from(key), name).await.expect("a workspace");
        }
        Self { app, deliveries: 0 }
    }

    /// What somebody types, and what the platform tells about them along with it.
    async fn says(&mut self, at: (PlatformKind, &str), facts: &PersonFacts, command: &str) -> String {
        let (name, words) = command.split_once(' ').unwrap_or((command, ""));
        self.deliveries += 1;
        let inbound = Inbound {
            platform: at.0,
            workspace: WorkspaceKey::from(at.1),
            delivery: format!("delivery-{}", self.deliveries),
            actor: facts.user.clone(),
            place: None,
            mentions: Vec::new(),
            people: vec![facts.clone()],
            event: Event::Command(parse::slash(name, words)),
        };
        match self.app.receive(inbound).await.expect("a decision") {
            Reply::Private(card) => card.said.words(&TimeZone::UTC),
            other => format!("{other:?}"),
        }
    }

    async fn joins(&mut self, at: (PlatformKind, &str), facts: &PersonFacts, code: &str) {
        self.deliveries += 1;
        let inbound = Inbound {
            platform: at.0,
            workspace: WorkspaceKey::from(at.1),
            delivery: format!("delivery-{}", self.deliveries),
            actor: facts.user.clone(),
            place: None,
            mentions: Vec::new(),
            people: vec![facts.clone()],
            event: Event::Command(goodturn::chat::command::Command::Service(
                goodturn::chat::command::ServiceCommand::Join(code.to_owned()),
            )),
        };
        self.app.receive(inbound).await.expect("a decision");
    }

    /// An admin of both brings a server into the organisation on Slack.
    async fn join_by_admin(&mut self, at: (PlatformKind, &str)) {
        let there = admin(facts("UEVE", "Eve"));
        let here = admin(facts("111", "Eve"));
        let code = code_in(&self.says(SLACK, &there, "service link").await);
        let offered = self.says(at, &here, &format!("service link {code}")).await;
        assert!(offered.contains("can join it"), "{offered}");
        self.joins(at, &here, &code).await;
    }
}

fn facts(user: &str, name: &str) -> PersonFacts {
    PersonFacts {
        user: Some(user.into()),
        name: Some(name.to_owned()),
        standing: Some(Standing::Staff),
        role: Some(Role::Member),
        marks: (!user.starts_with('U')).then(Vec::new),
        ..PersonFacts::default()
    }
}

fn admin(facts: PersonFacts) -> PersonFacts {
    PersonFacts { role: Some(Role::Admin), ..facts }
}

fn code_in(answer: &str) -> String {
    let (_, code) = answer.split_once("/service link ").unwrap_or_else(|| panic!("no code: {answer}"));
    code[..8].to_owned()
}

#[tokio::test]
async fn one_account_in_two_servers_is_one_person() {
    let mut offices = Offices::open(|_| {}).await;
    let ana = facts("222", "Ana");
    offices.says(ONE, &ana, "handoff The door sticks").await;
    offices.says(TWO, &ana, "handoff The lift hums").await;
    offices.join_by_admin(ONE).await;
    let before = offices.says(TWO, &ana, "requests mine").await;
    assert!(!before.contains("door"), "two organisations, two persons: {before}");
    offices.join_by_admin(TWO).await;
    for at in [ONE, TWO] {
        let mine = offices.says(at, &ana, "requests mine").await;
        assert!(mine.contains("door") && mine.contains("lift"), "{mine}");
    }
    // and somebody who comes to the other server only now
    let bo = facts("333", "Bo");
    offices.says(ONE, &bo, "handoff The window rattles").await;
    let mine = offices.says(TWO, &bo, "requests mine").await;
    assert!(mine.contains("window"), "{mine}");
    // Slack promises no such thing: the same key there may be somebody else.
    let mine = offices.says(SLACK, &facts("333", "Somebody else"), "requests mine").await;
    assert!(!mine.contains("window"), "{mine}");
}

#[tokio::test]
async fn two_names_do_not_take_turns() {
    let mut offices = Offices::open(|_| {}).await;
    offices.join_by_admin(ONE).await;
    let (here, there) = (facts("222", "night_owl"), facts("UANA", "Ana"));
    let code = code_in(&offices.says(SLACK, &there, "service link").await);
    offices.says(ONE, &here, &format!("service link {code}")).await;
    offices.says(ONE, &here, "handoff The door sticks").await;
    let eve = admin(facts("UEVE", "Eve"));
    let shown = offices.says(SLACK, &eve, "requests show 1").await;
    assert!(shown.contains("Ana") && !shown.contains("night_owl"), "{shown}");
    offices.says(ONE, &here, "service link here").await;
    offices.says(ONE, &here, "requests mine").await;
    let shown = offices.says(SLACK, &eve, "requests show 1").await;
    assert!(shown.contains("night_owl"), "they chose where they are at home: {shown}");
}

#[tokio::test]
async fn what_one_workspace_tells_is_not_taken_for_another() {
    let mut offices = Offices::open(|settings| settings.staff_roles = vec!["Team".to_owned()]).await;
    offices.join_by_admin(ONE).await;
    let wears = |marks: &[&str]| PersonFacts {
        marks: Some(marks.iter().map(|mark| (*mark).to_owned()).collect()),
        ..facts("222", "Ana")
    };
    let there = facts("UANA", "Ana");
    let code = code_in(&offices.says(SLACK, &there, "service link").await);
    // somebody from outside may take a code, and is one of us by it
    let refused = offices.says(ONE, &wears(&[]), "service link").await;
    assert!(refused.contains("I do not know you as one of us here"), "{refused}");
    let linked = offices.says(ONE, &wears(&[]), &format!("service link {code}")).await;
    assert!(linked.contains("one person to me now"), "{linked}");
    // one of us in both, then in one, then in none
    offices.says(ONE, &wears(&["TEAM"]), "requests mine").await;
    let mine = offices.says(ONE, &wears(&[]), "requests mine").await;
    assert!(mine.contains("You hold nothing"), "still one of us on Slack: {mine}");
    let guest = PersonFacts { standing: Some(Standing::Outside), ..there };
    let quiet = PersonFacts { user: Some("222".into()), away_until: Some(None), ..PersonFacts::default() };
    offices.says(ONE, &quiet, "requests mine").await;
    for (at, facts) in [(SLACK, guest), (ONE, wears(&[]))] {
        let refused = offices.says(at, &facts, "requests mine").await;
        assert!(refused.contains("I work for the people of this company"), "{refused}");
    }
}
