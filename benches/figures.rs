//! The figures of README's "Performance", measured on the machine at hand: `cargo bench --bench figures`,
//! or only some of them: `cargo bench --bench figures -- timers choosing`.
//!
//! Figures, not tests: nothing here passes or fails. What goes through the program goes through the real
//! binary and real sockets, beside a Slack on loopback that shares the machine with it.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a stopwatch that prints"
)]

#[expect(dead_code, reason = "the fake can do more than is measured here")]
#[path = "../tests/fakes/slack/mod.rs"]
mod fake_slack;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fake_slack::FakeSlack;
use fake_slack::workspace::{Person, Workspace};
use goodturn::domain::ids::{
    MessageKey, OrganisationId, PersonId, PlatformKind, UserKey, WorkspaceId, WorkspaceKey,
};
use goodturn::domain::office_hours::OfficeHours;
use goodturn::domain::office_hours::weekly::Weekly;
use goodturn::domain::person::{Pause, Standing};
use goodturn::domain::reading::{Channel, Said, Side};
use goodturn::domain::topic::{Candidate, Via, choose};
use goodturn::store::Store;
use goodturn::store::engine::OpenMode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if wants("choosing") {
        choosing();
    }
    if wants("reading") {
        reading();
    }
    if wants("timers") {
        runtime.block_on(timers());
    }
    if wants("memory") {
        runtime.block_on(memory());
    }
    if wants("commands") {
        runtime.block_on(commands());
    }
}

/// One line: what, and its median and 99th percentile beside the aim.
fn tell(what: &str, mut times: Vec<Duration>, aim: &str) {
    times.sort_unstable();
    let at = |of_hundred: usize| times[(times.len() * of_hundred / 100).min(times.len() - 1)];
    println!("{what:<58} median {:>9.3?}  p99 {:>9.3?}  (aim {aim})", at(50), at(99));
}

fn timed<T>(what: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    black_box(what());
    begun.elapsed()
}

// --- reading --------------------------------------------------------------------------------------

/// A busy channel: so many messages of so many people, every fourth a question, 50 followed at a time.
const HEARD: usize = 50_000;
const SPEAKERS: usize = 60;
const FOLLOWED: usize = 50;

fn reading() {
    let mut channel = Channel::default();
    let keys: Vec<MessageKey> = (0..HEARD).map(|number| MessageKey::from(number.to_string())).collect();
    let names: Vec<String> = (0..SPEAKERS).map(|number| format!("person{number}")).collect();
    let words: Vec<String> = (0..4_000).map(|number| format!("word{number} ")).collect();
    let users: Vec<UserKey> = names.iter().map(|name| UserKey::from(name.as_str())).collect();
    // A small generator of our own, so that every run reads the same.
    let mut state = 1_u64;
    let mut below = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % most
    };
    let begun = Timestamp::from_second(1_800_000_000).unwrap();
    let mut times = Vec::with_capacity(HEARD);
    for number in 0..HEARD {
        let mut text = String::new();
        if below(3) == 0 {
            text = format!("{}: ", names[below(SPEAKERS)]);
        }
        for _ in 0..4 + below(20) {
            text.push_str(&words[below(words.len())]);
        }
        let asks = below(4) == 0;
        text.push_str(if asks { "how does it work?" } else { "in the end" });
        let who = below(SPEAKERS);
        let said = Said {
            message: &keys[number],
            author: &users[who],
            name: &names[who],
            side: Side::Unknown,
            at: begun + SignedDuration::from_secs(7 * i64::try_from(number).unwrap()),
            text: &text,
            facts: &[],
        };
        times.push(timed(|| channel.hear(&said)));
        if asks {
            channel.follow();
        }
        if let Some(old) = number.checked_sub(4 * FOLLOWED) {
            channel.let_go(&keys[old]);
        }
    }
    tell("reading one message of a busy channel, 50 questions open", times, "20 µs");
}

// --- choosing -------------------------------------------------------------------------------------

const VOLUNTEERS: usize = 10_000;

fn choosing() {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let patience = Duration::from_mins(10);
    for (case, hours, now) in [
        ("some are in", "Mon-Fri 09:00-12:30, 13:30-17:00", at("2026-11-24T10:00:00Z")),
        ("nobody is in", "Mon-Fri 09:00-12:30, 13:30-17:00", at("2026-11-22T04:00:00Z")),
        ("everybody is in", "always", at("2026-11-24T10:00:00Z")),
    ] {
        let candidates = candidates(hours);
        let choice = || choose(&candidates, |_| false, now, patience).map(|chosen| chosen.open);
        let times = (0..300).map(|_| timed(choice)).collect();
        tell(&format!("choosing among 10,000 volunteers, {case}"), times, "1 ms");
    }
}

fn candidates(hours: &str) -> Vec<Candidate> {
    let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Europe/London"];
    let zones: Vec<TimeZone> = zones.iter().map(|name| TimeZone::get(name).unwrap()).collect();
    let weekly = Weekly::parse(hours).unwrap();
    let hours = OfficeHours::new(weekly, TimeZone::UTC, BTreeSet::default());
    (0..VOLUNTEERS)
        .map(|n| {
            let scattered = n.wrapping_mul(2_654_435_761);
            let asked = i64::try_from(scattered % 100_000).unwrap();
            Candidate {
                person: PersonId::from(format!("{scattered:032x}")),
                hours: hours.in_zone(zones[n % zones.len()].clone()),
                via: Via::Volunteer,
                pause: Pause::No,
                away_until: None,
                open: u32::try_from(scattered % 3).unwrap(),
                capacity: 3,
                last_asked: Some(Timestamp::UNIX_EPOCH + SignedDuration::from_mins(asked)),
                standing: Standing::Staff,
            }
        })
        .collect()
}

// --- timers ---------------------------------------------------------------------------------------

const TIMERS: u32 = 1_000_000;
const DUE: u32 = 1_000;

async fn timers() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("timers.db").display());
    let store = Store::open(&url, OpenMode::Run).await.unwrap();
    let begin: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
    let organisation = OrganisationId::from("o");
    let (workspace, key) = (WorkspaceId::from("w"), WorkspaceKey::from("T1"));
    let organisation = store
        .adopt_workspace(PlatformKind::Slack, &key, "Sample", organisation, workspace, begin)
        .await
        .unwrap()
        .organisation;
    let mut tx = store.begin(&organisation).await.unwrap();
    for n in 0..TIMERS {
        // A thousand are due in each of the next thousand hours.
        let due = begin + SignedDuration::from_hours(i64::from(n / DUE));
        let id = n.wrapping_mul(2_654_435_761);
        tx.set_timer(&format!("request:{id:032x}"), due).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (case, batch) in [("at once", DUE), ("in batches of 100", 100)] {
        let mut times = Vec::new();
        for round in 0..30 {
            let hour = i64::from(round) + if batch == DUE { 0 } else { 30 };
            let now = begin + SignedDuration::from_hours(hour);
            let lease = now + SignedDuration::from_hours(24 * 365);
            let stopwatch = Instant::now();
            let mut found = 0;
            while found < usize::try_from(DUE).unwrap() {
                let owner = format!("{case} {round} {found}");
                found += store.claim_timers(now, batch, &owner, lease).await.unwrap().len();
            }
            times.push(stopwatch.elapsed());
        }
        tell(&format!("picking up 1,000 of 1,000,000 timers, {case}"), times, "50 ms");
    }
}

// --- the program ----------------------------------------------------------------------------------

const CONFIG: &str = r#"
[web]
listen = "127.0.0.1:0"

[defaults]
timezone = "Europe/Berlin"
office_hours = "always"
capacity = 100

[[topics]]
name = "billing"
about = "invoices, refunds, payment terms"
"#;

/// The running program; killed when it goes out of sight.
struct Program {
    child: Child,
    _folder: TempDir,
}

impl Program {
    fn beside(slack: &FakeSlack) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("settings.toml"), CONFIG).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_goodturn"))
            .env_clear()
            .current_dir(folder.path())
            .envs([
                ("SLACK_BOT_TOKEN", slack.bot_token()),
                ("SLACK_APP_TOKEN", slack.app_token()),
                ("SLACK_API_URL", slack.api_url()),
                ("DATABASE_URL", format!("sqlite://{}", folder.path().join("goodturn.db").display())),
                ("GOODTURN_CONFIG", "settings.toml".to_owned()),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut told = String::new();
        while !told.contains(" is ready: ") {
            told += &lines.next().unwrap_or_else(|| panic!("the program did not start: {told}"));
        }
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, _folder: folder }
    }

    fn status(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

async fn start(workspace: Workspace) -> (FakeSlack, Program) {
    let slack = FakeSlack::start(workspace).await;
    let beside = slack.clone();
    let program = tokio::task::spawn_blocking(move || Program::beside(&beside)).await.unwrap();
    slack.connected(2).await;
    (slack, program)
}

async fn memory() {
    let (_slack, program) = start(Workspace::sample()).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (resident, threads) = (program.status("VmRSS"), program.status("Threads"));
    println!("resident memory, idle, Slack connected: {resident} kB, {threads} threads  (aim 20,000 kB)");
}

// --- commands -------------------------------------------------------------------------------------

/// People who hand off.
const PEOPLE: usize = 200;
const COMMANDS: usize = 2_000;
/// 200 a second.
const EVERY: Duration = Duration::from_millis(5);

async fn commands() {
    let name = |n: usize| format!("p{n:03}");
    let workspace = Workspace::sample().with(|workspace| {
        let people = (0..PEOPLE).map(|n| Person::new(&name(n), &format!("Person {n}"), "Europe/Berlin"));
        workspace.people.extend(people);
    });
    let (slack, program) = start(workspace).await;
    for n in 0..PEOPLE / 4 {
        slack.as_user(&name(n)).slash("/volunteer", "join billing", "dm").await;
    }
    for (command, words) in [("/requests", "mine"), ("/handoff", "billing Refund for Globex stuck")] {
        let before = slack.acks().len();
        let mut clock = tokio::time::interval(EVERY);
        let mut sent = tokio::task::JoinSet::new();
        for n in 0..COMMANDS {
            clock.tick().await;
            let actor = slack.as_user(&name(n % PEOPLE));
            sent.spawn(async move { actor.slash(command, words, "dm").await });
        }
        sent.join_all().await;
        let acks = slack.acks();
        let times =
            acks[before..].iter().filter(|ack| ack.kind == "slash_commands").map(|ack| ack.latency).collect();
        let what = format!("{command}: envelope in to acknowledgement out, 200/s");
        tell(&what, times, "median 3 ms, p99 20 ms");
    }
    drop((slack, program));
    said_after_commit().await;
}

/// From the acknowledgement, which follows the commit, to the first call that says what was decided.
async fn said_after_commit() {
    // Each hand-off by somebody else: a conversation takes one message a second.
    let people = (0..PEOPLE).map(|n| Person::new(&format!("p{n:03}"), "Somebody", "Europe/Berlin"));
    let (slack, _program) =
        start(Workspace::sample().with(|workspace| workspace.people.extend(people))).await;
    slack.as_user("bo").slash("/volunteer", "join billing", "dm").await;
    let mut times = Vec::new();
    for n in 0..PEOPLE {
        let posts = slack.calls("chat.postMessage").len();
        let actor = slack.as_user(&format!("p{n:03}"));
        actor.slash("/handoff", &format!("billing number {n}"), "dm").await;
        let acknowledged = Timestamp::now().as_microsecond();
        let call = |slack: &FakeSlack| slack.calls("chat.postMessage").get(posts).map(|call| call.at);
        let said = slack.expect("a post", call).await;
        times.push(Duration::from_micros(u64::try_from(said - acknowledged).unwrap_or(0)));
    }
    tell("acknowledgement to the API call that says it", times, "median 10 ms");
}
