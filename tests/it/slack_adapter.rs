//! The whole Slack adapter against the fake Slack, with a stand-in for the app: what people do arrives
//! once, what is answered gets back, what is to be said stands there once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use goodturn::app::clock::{Clock, SystemClock};
use goodturn::app::metrics::Metrics;
use goodturn::chat::card::{Card, Weight};
use goodturn::chat::command::{Command, RequestsCommand};
use goodturn::chat::form::{Field, Form, FormKind, Input, Need};
use goodturn::chat::inbound::{Event, Inbound, Mend, PersonFacts, Reply, Speech};
use goodturn::chat::platform::{Address, Addressed, ChatPlatform, Courtesy, Delivery, Errand, Task};
use goodturn::domain::ids::{MessageRef, Place, PlaceKind};
use goodturn::slack::api::{Api, ApiSettings};
use goodturn::slack::listen::{Ears, Received, listen};
use goodturn::slack::socket::SocketSettings;
use goodturn::slack::{Slack, declare};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::fake_slack::FakeSlack;
use crate::fake_slack::faults::Fault;
use crate::fake_slack::socket::Whom;
use crate::fake_slack::workspace::Workspace;

type Answerer = Box<dyn Fn(&Inbound) -> Received + Send + Sync>;

struct Bench {
    fake: FakeSlack,
    slack: Arc<Slack>,
    heard: Arc<Mutex<Vec<Inbound>>>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

fn api(fake: &FakeSlack) -> Api {
    Api::new(&ApiSettings {
        url: fake.api_url(),
        bot_token: fake.bot_token().into(),
        app_token: fake.app_token().into(),
        call_within: Duration::from_secs(1),
    })
    .expect("loopback is a fine address")
}

/// A workspace that has installed exactly what the manifest asks for.
fn workspace() -> Workspace {
    Workspace::sample()
        .installed_from(&declare::manifest())
        .with(|workspace| workspace.tuning.redeliver_after = Duration::from_millis(200))
}

async fn bench(places: Vec<Place>, answer: Answerer) -> Bench {
    let fake = FakeSlack::start(workspace()).await;
    let stop = CancellationToken::new();
    let slack = Slack::connect(api(&fake), Arc::new(SystemClock), &stop).await.expect("connected");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Ears {
        receive: Box::new({
            let heard = Arc::clone(&heard);
            move |inbound| {
                // Who people are is told beside what they do.
                if matches!(inbound.event, Event::Met(_)) {
                    return Box::pin(std::future::ready(Received::Taken(Reply::Nothing)));
                }
                let received = answer(&inbound);
                heard.lock().expect("no panic").push(inbound);
                Box::pin(std::future::ready(received))
            }
        }),
        places: Box::new(move || Box::pin(std::future::ready(places.clone()))),
        heard_until: Box::new(|| Box::pin(std::future::ready(None))),
        keep_heard: Box::new(|_| Box::pin(std::future::ready(()))),
        metrics: Arc::new(Metrics::new()),
    };
    let settings = SocketSettings { connections: 2, ..SocketSettings::default() };
    let running = tokio::spawn(listen(Arc::clone(&slack), ears, settings, stop.clone()));
    fake.connected(2).await;
    Bench { fake, slack, heard, stop, running }
}

impl Bench {
    fn heard(&self) -> Vec<Inbound> {
        self.heard.lock().expect("no panic").clone()
    }

    async fn deliver(&self, unsure: u32, task: Task) -> Delivery {
        let errand = Errand {
            id: "row-1".to_owned(),
            workspace: self.slack.home.team.clone(),
            unsure,
            since: SystemClock.now(),
            task,
        };
        self.slack.deliver(&errand).await
    }

    async fn ends_well(self) {
        self.fake.settled().await;
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), self.running).await.expect("an end").expect("no panic");
        assert_eq!(self.fake.violations(), Vec::<String>::new());
        assert_eq!(self.fake.duplicates(), Vec::<String>::new());
    }
}

fn nothing() -> Answerer {
    Box::new(|_| Received::Taken(Reply::Nothing))
}

fn private(words: &str) -> Received {
    Received::Taken(Reply::Private(card(words)))
}

fn card(words: &str) -> Addressed<Card> {
    let said = Card::line(words).button("Show", Command::Requests(RequestsCommand::Mine), Weight::Main);
    Addressed { said, users: std::collections::BTreeMap::new(), zone: TimeZone::UTC }
}

fn post(to: Address) -> Task {
    Task::Post { to, card: card("hello"), courtesy: Courtesy::Post, otherwise: None }
}

fn form() -> Form {
    let field = Field {
        name: "what".to_owned(),
        label: "What is needed".to_owned(),
        hint: None,
        need: Need::Required,
        input: Input::Words { initial: String::new(), max: 500 },
    };
    Form {
        kind: FormKind::Handoff,
        about: "x".to_owned(),
        title: "Hand off".to_owned(),
        submit: "Hand off".to_owned(),
        fields: vec![field],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_inside_its_acknowledgement_and_a_press_by_its_address() {
    let answer: Answerer = Box::new(|inbound| match &inbound.event {
        Event::Command(Command::Handoff(words)) => private(&format!("Passed: {words}")),
        Event::Command(Command::Requests(_)) => private("Nothing is open"),
        _ => Received::Taken(Reply::Nothing),
    });
    let bench = bench(vec![], answer).await;
    let ana = bench.fake.as_user("ana");
    let ack = ana.slash("/handoff", "billing ask @bo & co", "sales").await;
    assert!(ack.text().starts_with("Passed: billing ask @bo &amp; co"), "{}", ack.text());
    let heard = bench.heard();
    assert_eq!(heard[0].mentions[0].user.as_str(), bench.fake.user_id("bo"));

    let shown = bench.fake.ephemerals("ana").pop().expect("it is shown");
    ana.press(&shown, "Show").await;
    let told = bench.fake.expect("the answer", |fake| {
        fake.ephemerals("ana").into_iter().find(|shown| shown.text.contains("Nothing is open"))
    });
    told.await;
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_opens_complains_and_is_answered() {
    let answer: Answerer = Box::new(|inbound| match &inbound.event {
        Event::Command(Command::Handoff(words)) if words.is_empty() => Received::Taken(Reply::Form(form())),
        Event::Command(Command::Submit(form)) if form.words("what").len() < 5 => {
            let why = "A few more words".to_owned();
            Received::Taken(Reply::Mend(vec![Mend { field: "what".to_owned(), why }]))
        }
        Event::Command(Command::Submit(form)) => private(&format!("Passed: {}", form.words("what"))),
        _ => Received::Taken(Reply::Nothing),
    });
    let bench = bench(vec![], answer).await;
    let ana = bench.fake.as_user("ana");
    ana.slash("/handoff", "", "sales").await;
    bench.fake.expect("the form", |fake| fake.modal("ana")).await;
    let refused = ana.submit(&[("What is needed", "help")]).await;
    assert_eq!(refused.errors()["what"], "A few more words");
    ana.submit(&[("What is needed", "refund stuck")]).await;
    let answered = bench.fake.modal("ana").expect("the answer takes the form's place");
    assert!(answered.json.to_string().contains("Passed: refund stuck"));
    // The shortcut opens it as well.
    bench.fake.as_user("bo").shortcut(declare::HANDOFF_SHORTCUT).await;
    bench.fake.expect("the form", |fake| fake.modal("bo")).await;
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_arrive_once_and_are_answered_in_their_place() {
    let answer: Answerer = Box::new(|inbound| match &inbound.event {
        Event::Said(said) if said.to_bot == Speech::ToBot => private("I heard"),
        _ => Received::Taken(Reply::Nothing),
    });
    let bench = bench(vec![], answer).await;
    let ana = bench.fake.as_user("ana");
    let root = ana.say("sales", "a question");
    ana.mention_in_thread(&root, "done, thanks @bo");
    ana.dm("help");
    bench.fake.settled().await;
    bench.fake.expect("an answer in the thread", |fake| fake.ephemerals("ana").pop()).await;
    let said = |bench: &Bench| {
        let directly = bench.fake.dm_with("ana");
        (directly.len() == 2).then(|| directly[1].text.clone())
    };
    bench.fake.expect("an answer in the conversation", |_| said(&bench)).await;
    let words: Vec<(String, Speech)> = bench
        .heard()
        .into_iter()
        .filter_map(|inbound| match inbound.event {
            Event::Said(said) => Some((said.words, said.to_bot)),
            _ => None,
        })
        .collect();
    assert!(words.contains(&("a question".to_owned(), Speech::Overheard)), "{words:?}");
    assert!(words.contains(&("done, thanks @Bo".to_owned(), Speech::ToBot)), "{words:?}");
    assert!(words.contains(&("help".to_owned(), Speech::ToBot)), "{words:?}");
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_app_could_not_take_comes_again() {
    let failures = Mutex::new(1);
    let answer: Answerer = Box::new(move |_| {
        let mut left = failures.lock().expect("no panic");
        if *left > 0 {
            *left -= 1;
            return Received::Failed(Reply::Private(card("I could not save that")));
        }
        Received::Taken(Reply::Nothing)
    });
    let bench = bench(vec![], answer).await;
    bench.fake.as_user("ana").dm("help");
    bench.fake.settled().await;
    let heard = bench.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].delivery, heard[1].delivery);
    assert_eq!(bench.fake.given_up(), Vec::<String>::new());
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_when_a_command_failed() {
    let bench =
        bench(vec![], Box::new(|_| Received::Failed(Reply::Private(card("I could not save that"))))).await;
    let ack = bench.fake.as_user("ana").slash("/requests", "", "sales").await;
    assert!(ack.text().starts_with("I could not save that"));
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_could_not_be_saved_stays_open() {
    let answer: Answerer = Box::new(|inbound| match &inbound.event {
        Event::Command(Command::Handoff(_)) => Received::Taken(Reply::Form(form())),
        _ => Received::Failed(Reply::Private(card("I could not save that"))),
    });
    let bench = bench(vec![], answer).await;
    let ana = bench.fake.as_user("ana");
    ana.slash("/handoff", "", "sales").await;
    bench.fake.expect("the form", |fake| fake.modal("ana")).await;
    let refused = ana.submit(&[("What is needed", "words that took a while")]).await;
    assert_eq!(refused.errors()["what"], "I could not save that");
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_during_an_outage_is_read_afterwards() {
    let places = Arc::new(Mutex::new(Vec::<Place>::new()));
    let fake = FakeSlack::start(workspace()).await;
    let stop = CancellationToken::new();
    let slack = Slack::connect(api(&fake), Arc::new(SystemClock), &stop).await.expect("connected");
    let heard = Arc::new(Mutex::new(Vec::<Inbound>::new()));
    let ears = Ears {
        receive: Box::new({
            let heard = Arc::clone(&heard);
            move |inbound| {
                heard.lock().expect("no panic").push(inbound);
                Box::pin(std::future::ready(Received::Taken(Reply::Nothing)))
            }
        }),
        places: Box::new({
            let places = Arc::clone(&places);
            move || Box::pin(std::future::ready(places.lock().expect("no panic").clone()))
        }),
        heard_until: Box::new(|| Box::pin(std::future::ready(None))),
        keep_heard: Box::new(|_| Box::pin(std::future::ready(()))),
        metrics: Arc::new(Metrics::new()),
    };
    let settings = SocketSettings { connections: 1, ..SocketSettings::default() };
    let running = tokio::spawn(listen(Arc::clone(&slack), ears, settings, stop.clone()));
    fake.connected(1).await;
    let ana = fake.as_user("ana");
    let root = ana.say("sales", "first");
    let elsewhere = ana.say("billing", "something else");
    fake.settled().await;
    fake.lose_events();
    ana.say_in_thread(&root, "second");
    ana.dm("third");
    // Nothing is kept of this thread: it is found since the bot is a member of the channel.
    ana.mention_in_thread(&elsewhere, "fourth");
    ana.say_in_thread(&elsewhere, "fifth, and nobody's business");
    fake.stop_losing_events();
    let directly = fake.dm_with("ana")[0].channel.clone();
    *places.lock().expect("no panic") = vec![
        Place { channel: directly.into(), thread: None, kind: PlaceKind::Direct },
        Place {
            channel: fake.channel_id("sales").into(),
            thread: Some(root.ts.as_str().into()),
            kind: PlaceKind::Channel,
        },
    ];
    fake.disconnect("link_down", Whom::All);
    fake.order(&crate::fake_slack::socket::Order::Drop, Whom::All);
    let words = || -> Vec<String> {
        let heard = heard.lock().expect("no panic");
        heard
            .iter()
            .filter_map(|inbound| match &inbound.event {
                Event::Said(said) => Some(said.words.clone()),
                _ => None,
            })
            .collect()
    };
    let caught = |_: &FakeSlack| {
        ["second", "third", "fourth"].iter().all(|said| words().iter().any(|word| word == said)).then_some(())
    };
    tokio::time::timeout(Duration::from_secs(20), async {
        while caught(&fake).is_none() {
            tokio::time::timeout(Duration::from_millis(20), std::future::pending::<()>()).await.unwrap_err();
        }
    })
    .await
    .expect("all are caught up");
    let heard = heard.lock().expect("no panic").clone();
    let second =
        heard.iter().find(|inbound| matches!(&inbound.event, Event::Said(said) if said.words == "second"));
    assert!(second.expect("heard").delivery.starts_with("said:"));
    stop.cancel();
    running.await.expect("an end");
    assert!(!words().iter().any(|said| said.starts_with("fifth")), "what is not for the bot is left alone");
    assert_eq!(fake.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn errands_of_every_kind() {
    let bench = bench(vec![], nothing()).await;
    let (bo, cy) = (bench.fake.user_id("bo"), bench.fake.user_id("cy"));
    let Delivery::Posted(at) = bench.deliver(0, post(Address::Person(bo.as_str().into()))).await else {
        panic!("posted")
    };
    assert_eq!(bench.fake.dm_with("bo").len(), 1);
    let edited = bench.deliver(0, Task::Edit { at: at.clone(), card: card("changed") }).await;
    assert_eq!(edited, Delivery::Posted(at.clone()));
    assert!(bench.fake.dm_with("bo")[0].text.starts_with("changed"));

    let Delivery::Posted(root) = bench.deliver(0, post(Address::Channel("#billing".into()))).await else {
        panic!("posted")
    };
    assert_eq!(root.channel.as_str(), bench.fake.channel_id("billing"));
    let thread = Address::Thread(root.channel.clone(), root.message.clone());
    assert!(matches!(bench.deliver(0, post(thread)).await, Delivery::Posted(_)));
    // A public channel that the bot is not in.
    assert!(matches!(bench.deliver(0, post(Address::Channel("#general".into()))).await, Delivery::Posted(_)));
    let group = Address::Group(vec![bo.as_str().into(), cy.as_str().into()]);
    assert!(matches!(bench.deliver(0, post(group)).await, Delivery::Posted(_)));

    let home = Task::Home { user: bo.as_str().into(), card: card("Your work") };
    assert_eq!(bench.deliver(0, home).await, Delivery::Done);
    assert!(bench.fake.home("bo").expect("a home").json.to_string().contains("Your work"));

    let nowhere = bench.deliver(0, post(Address::Channel("#nowhere".into()))).await;
    assert_eq!(nowhere, Delivery::Gone("channel_not_found".to_owned()));
    let lost = MessageRef { message: "1.000000".into(), ..at };
    let gone = bench.deliver(0, Task::Edit { at: lost, card: card("?") }).await;
    assert_eq!(gone, Delivery::Gone("message_not_found".to_owned()));
    bench.stop.cancel();
    bench.running.await.expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_found_by_key_handle_name_and_address() {
    let bench = bench(vec![], nothing()).await;
    let bo = bench.fake.user_id("bo");
    let found = |facts: PersonFacts| facts.user.map(|user| user.to_string());
    for name in [bo.as_str(), "@bo", "bo", "Bo Berg", "bo@example.com"] {
        match bench.deliver(0, Task::Find { name: name.to_owned() }).await {
            Delivery::Met(facts) => assert_eq!(found(facts).as_deref(), Some(bo.as_str()), "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    for name in ["@zoe", "zoe@example.com", "", "UNOBODY"] {
        assert_eq!(
            bench.deliver(0, Task::Find { name: name.to_owned() }).await,
            Delivery::NobodyFound,
            "{name}"
        );
    }
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_away_is_left_alone_if_asked_first() {
    let bench = bench(vec![], nothing()).await;
    let bo = bench.fake.user_id("bo");
    let ask = || Task::Post {
        to: Address::Person(bo.as_str().into()),
        card: card("an offer"),
        courtesy: Courtesy::AskFirst,
        otherwise: None,
    };
    assert!(matches!(bench.deliver(0, ask()).await, Delivery::Posted(_)));
    let until = SystemClock.now() + jiff::SignedDuration::from_hours(1);
    bench.fake.as_user("bo").set_dnd(until.as_second() - 7200, until.as_second());
    let second = Timestamp::from_second(until.as_second()).expect("an instant");
    assert_eq!(bench.deliver(0, ask()).await, Delivery::Away(Some(second)));
    bench.fake.as_user("bo").set_dnd(1, 2);
    bench.fake.as_user("bo").set_status("Vacationing", ":palm_tree:", 0);
    assert_eq!(bench.deliver(0, ask()).await, Delivery::Away(None));
    assert_eq!(bench.fake.dm_with("bo").len(), 1);
    bench.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_stands_there_once_whatever_broke() {
    for (fault, first) in [
        (Fault::DropAfter, "unsure"),
        (Fault::HangAfter, "unsure"),
        (Fault::Malformed, "unsure"),
        (Fault::DropBefore, "unsure"),
        (Fault::Hang, "unsure"),
        (Fault::Status(502), "unsure"),
        (Fault::RateLimited(1), "later"),
        (Fault::Error("fatal_error"), "unsure"),
    ] {
        let bench = bench(vec![], nothing()).await;
        let bo = bench.fake.user_id("bo");
        let name = fault.name();
        bench.fake.fail_next("chat.postMessage", fault);
        let to = || post(Address::Person(bo.as_str().into()));
        let delivery = bench.deliver(0, to()).await;
        let unsure = match (&delivery, first) {
            (Delivery::Unsure(_), "unsure") => 1,
            (Delivery::Later(_), "later") => 0,
            _ => panic!("{name}: {delivery:?}"),
        };
        let again = loop {
            match bench.deliver(unsure, to()).await {
                Delivery::Later(after) => {
                    tokio::time::timeout(after, std::future::pending::<()>()).await.unwrap_err();
                }
                other => break other,
            }
        };
        let Delivery::Posted(at) = again else { panic!("{name}: {again:?}") };
        let there = bench.fake.dm_with("bo");
        assert_eq!(there.len(), 1, "{name}");
        assert_eq!(there[0].ts, at.message.as_str(), "{name}");
        bench.ends_well().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_names_the_missing_permission() {
    let fake = FakeSlack::start(workspace().without_scope("im:write")).await;
    let found = declare::check(&api(&fake)).await;
    let steps: Vec<&String> = found.iter().filter_map(|checked| checked.result.as_ref().err()).collect();
    assert_eq!(steps.len(), 1);
    assert!(steps[0].contains("im:write"), "{}", steps[0]);
    let fine = FakeSlack::start(workspace()).await;
    assert!(declare::check(&api(&fine)).await.iter().all(|checked| checked.result.is_ok()));
}
