//! Do Discord's sending side and the fake understand each other? Errands as the app hands them over,
//! against a Discord that holds every body against the published schema, and that fails on request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use goodturn::chat::card::{Card, Tone, Weight};
use goodturn::chat::command::{Command, DeclineChoice};
use goodturn::chat::form::{Choice, Field, Form, FormKind, Input, Need};
use goodturn::chat::inbound::PersonFacts;
use goodturn::chat::platform::{Address, Addressed, Courtesy, Delivery, Errand, Otherwise, Task};
use goodturn::chat::text::{Moment, Text, Who};
use goodturn::discord::api::{Api, CallError, RestSettings};
use goodturn::discord::render;
use goodturn::discord::send::{self, Desk, Members};
use goodturn::domain::ids::{ChannelKey, MessageRef, WorkspaceKey};
use goodturn::domain::request::Privacy;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::fake_discord::FakeDiscord;
use crate::fake_discord::faults::Fault;
use crate::fake_discord::permissions;
use crate::fake_discord::town::Town;

const POST: &str = "POST /channels/{channel_id}/messages";

struct Handles;

impl Members for Handles {
    fn facts(&self, _: &WorkspaceKey, member: &Value) -> Option<PersonFacts> {
        let user = member["user"]["id"].as_str()?.into();
        let handle = member["user"]["username"].as_str().map(str::to_owned);
        Some(PersonFacts { user: Some(user), handle, ..PersonFacts::default() })
    }
}

/// The sending half of a bot in the sample town.
struct Bot {
    discord: FakeDiscord,
    api: Api,
    desk: Desk,
    guild: WorkspaceKey,
}

impl Bot {
    async fn in_town(town: Town) -> Self {
        let discord = FakeDiscord::start(town).await;
        let settings = RestSettings {
            url: discord.api_url(),
            token: discord.token().into(),
            call_within: Duration::from_millis(1500),
        };
        let api = Api::new(&settings).expect("loopback is a fine address");
        let (me, guild) = discord.look(|state| (state.bot.clone(), state.guild_named("acme").id.clone()));
        Self { discord, api, desk: Desk::new(me.as_str().into()), guild: guild.as_str().into() }
    }

    async fn new() -> Self {
        Self::in_town(Town::sample()).await
    }

    fn user(&self, handle: &str) -> goodturn::domain::ids::UserKey {
        self.discord.look(|state| state.user_id(handle)).as_str().into()
    }

    fn place(&self, name: &str) -> ChannelKey {
        self.discord.look(|state| state.place(name)).as_str().into()
    }

    fn card(&self, said: Card) -> Addressed<Card> {
        let users = ["ana", "bo"].map(|handle| (handle.into(), self.user(handle)));
        Addressed { said, users: BTreeMap::from(users), zone: TimeZone::UTC }
    }

    fn errand(&self, row: &str, task: Task) -> Errand {
        let since = self.now();
        Errand { id: row.to_owned(), workspace: self.guild.clone(), unsure: 0, since, task }
    }

    fn post(&self, row: &str, to: Address, said: Card, otherwise: Option<Privacy>) -> Errand {
        let otherwise = otherwise.map(|privacy| Otherwise { channel: "#front-desk".into(), privacy });
        self.errand(row, Task::Post { to, card: self.card(said), courtesy: Courtesy::Post, otherwise })
    }

    fn now(&self) -> Timestamp {
        self.discord.look(crate::fake_discord::state::State::now)
    }

    async fn run(&self, errand: &Errand) -> Delivery {
        send::run(&self.api, &self.desk, &Handles, errand, self.now()).await
    }

    async fn posted(&self, errand: &Errand) -> MessageRef {
        match self.run(errand).await {
            Delivery::Posted(at) => at,
            other => panic!("{other:?}\n{}", self.discord.overview()),
        }
    }

    fn nothing_amiss(&self) {
        assert_eq!(self.discord.violations(), Vec::<String>::new());
    }
}

fn who(handle: &str, name: &str) -> Who {
    Who { id: handle.into(), name: name.to_owned() }
}

/// Cards of every shape, with words that nobody should type.
fn cards() -> Vec<Card> {
    let evil = "<@1> @everyone [x](https://evil.example) **b** `c` discord.gg/abc\n# big\n> quote";
    let declines =
        || DeclineChoice::ALL.map(|c| (c.as_str().to_owned(), Command::Decline("r1".into(), 0, c))).to_vec();
    let offer = Card::line(Text::new().mention(&who("ana", "Ana")).say(" asks: ").quote(evil))
        .titled(Text::plain(evil))
        .tone(Tone::Ask)
        .quoting(&evil.repeat(80))
        .fact("Until", Text::new().at(Timestamp::UNIX_EPOCH, Moment::DayTime))
        .fact("From", evil)
        .button("Accept", Command::Accept("r1".into(), Some(0)), Weight::Main)
        .menu("Decline", declines())
        .link("Open", "https://discord.com/channels/1/2/3")
        .small(evil);
    let mut list = Card::default();
    for section in 0..4 {
        let mut held = Card::default().titled(format!("Section {section}"));
        for n in 0..20 {
            let request = format!("r{section}-{n}");
            held = held.part(
                Card::line(Text::plain(format!("#{n} · ")).quote(evil))
                    .button("Done", Command::DoneForm(request.as_str().into()), Weight::Main)
                    .menu("Decline", declines()),
            );
        }
        list = list.part(held);
    }
    let mut lines = Card::line(evil);
    for _ in 0..100 {
        lines = lines.and(evil);
    }
    vec![offer, list, lines, Card::default(), Card::line("Passed.").small(Text::new().code("/service help"))]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_card_is_one_that_discord_takes() {
    let bot = Bot::new().await;
    for (n, card) in cards().into_iter().enumerate() {
        let row = format!("row-{n}");
        let at = bot.posted(&bot.post(&row, Address::Channel("#sales".into()), card.clone(), None)).await;
        bot.posted(&bot.errand(&row, Task::Edit { at, card: bot.card(card) })).await;
    }
    let messages = bot.discord.look(|state| state.messages("sales"));
    assert_eq!(messages.len(), 5);
    assert_eq!(messages[0].pings(), ["ana"], "only who is spoken to");
    assert_eq!(messages[0].buttons(), ["Accept", "Open"]);
    assert!(messages[1..].iter().all(|message| message.pings().is_empty()));
    bot.nothing_amiss();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_stands_there_once_whatever_happens_to_the_answer() {
    let unsure = [
        Fault::HangAfter,
        Fault::DropAfter,
        Fault::StatusAfter(502),
        Fault::Malformed,
        Fault::Hang,
        Fault::DropBefore,
        Fault::Status(503),
    ];
    // Soon after, the nonce keeps it one; later, it is looked for.
    for wait in [Duration::ZERO, Duration::from_mins(10)] {
        let bot = Bot::new().await;
        for (n, fault) in unsure.iter().enumerate() {
            let card = Card::line(format!("number {n}")).button(
                "Done",
                Command::DoneForm("r1".into()),
                Weight::Main,
            );
            let mut errand = bot.post(&format!("row-{n}"), Address::Channel("#sales".into()), card, None);
            bot.discord.fault(POST, fault.clone());
            assert!(matches!(bot.run(&errand).await, Delivery::Unsure(_)), "{fault:?}");
            bot.discord.let_time_pass(wait);
            errand.unsure = 1;
            bot.posted(&errand).await;
            let words: Vec<String> = bot
                .discord
                .look(|state| state.messages("sales"))
                .iter()
                .map(crate::fake_discord::seen::Message::content)
                .collect();
            let once: Vec<String> = (0..=n).map(|n| format!("number {n}")).collect();
            assert_eq!(words, once, "after {fault:?}");
        }
        bot.nothing_amiss();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_kept_and_told() {
    let bot = Bot::new().await;
    let errand = |row: &str| bot.post(row, Address::Channel("#sales".into()), Card::line("hello"), None);
    bot.discord.fault(POST, Fault::RateLimited(0.2));
    bot.posted(&errand("waited for")).await;
    bot.discord.fault(POST, Fault::RateLimited(30.0));
    assert!(
        matches!(bot.run(&errand("later")).await, Delivery::Later(after) if after > Duration::from_secs(29))
    );
    let elsewhere = bot.post("elsewhere", Address::Channel("#billing".into()), Card::line("hello"), None);
    bot.posted(&elsewhere).await;
    for fault in [Fault::GlobalRateLimited(30.0), Fault::Cloudflare] {
        let bot = Bot::new().await;
        bot.discord.fault(POST, fault);
        let errand =
            |channel: &str| bot.post(channel, Address::Channel(channel.into()), Card::line("x"), None);
        assert!(matches!(bot.run(&errand("#sales")).await, Delivery::Later(_)));
        assert!(matches!(bot.run(&errand("#billing")).await, Delivery::Later(_)), "everything waits");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_messages_in_a_row_hit_no_limit() {
    let bucket = crate::fake_discord::town::Bucket { limit: 5, window: Duration::from_millis(200) };
    let bot = Arc::new(Bot::in_town(Town::sample().tuned(|tuning| tuning.bucket = Some(bucket))).await);
    for n in 0..25 {
        let row = format!("row-{n}");
        bot.posted(&bot.post(&row, Address::Channel("#sales".into()), Card::line(row.as_str()), None)).await;
    }
    let statuses: Vec<u16> = bot.discord.calls().into_iter().map(|(_, status)| status).collect();
    assert!(!statuses.contains(&429), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_no_direct_messages_is_reached_in_company() {
    let bot = Bot::new().await;
    let person = || Address::Person(bot.user("bo"));
    let said = |n: u8| Card::line(format!("number {n}"));
    bot.posted(&bot.post("1", person(), said(1), Some(Privacy::Open))).await;
    assert_eq!(bot.discord.look(|state| state.dm_with("bo")).len(), 1);

    bot.discord.as_user("bo").close_messages(true);
    let at = bot.posted(&bot.post("2", person(), said(2), Some(Privacy::Private))).await;
    assert!(bot.discord.look(|state| state.is_in_thread(at.channel.as_str(), "bo")));
    // Another process finds the thread again.
    let again = Bot { desk: Desk::new(bot.desk.me().clone()), ..bot };
    let bot = again;
    let person = || Address::Person(bot.user("bo"));
    let third = bot.posted(&bot.post("3", person(), said(3), Some(Privacy::Private))).await;
    assert_eq!(third.channel, at.channel);

    bot.discord.archive(at.channel.as_str());
    bot.discord.overwrite_bot("front-desk", 0, permissions::CREATE_PRIVATE_THREADS);
    let fresh = Bot { desk: Desk::new(bot.desk.me().clone()), ..bot };
    let person = || Address::Person(fresh.user("bo"));
    let open = fresh.posted(&fresh.post("4", person(), said(4), Some(Privacy::Open))).await;
    assert_eq!(open.channel, fresh.place("front-desk"));
    let in_company = fresh.discord.look(|state| state.messages("front-desk"));
    assert_eq!(in_company.last().expect("it was said").pings(), ["bo"]);
    let gone = Delivery::Gone("dm_closed".to_owned());
    assert_eq!(fresh.run(&fresh.post("5", person(), said(5), Some(Privacy::Private))).await, gone);
    fresh.nothing_amiss();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_are_introduced_in_a_thread_of_their_own() {
    let bot = Bot::new().await;
    let card = Card::line(Text::new().mention(&who("ana", "Ana")).say(", meet ").mention(&who("bo", "Bo")));
    let both = || Address::Group(vec![bot.user("ana"), bot.user("bo")]);
    let at = bot.posted(&bot.post("1", both(), card.clone(), Some(Privacy::Private))).await;
    for handle in ["ana", "bo"] {
        assert!(bot.discord.look(|state| state.is_in_thread(at.channel.as_str(), handle)));
    }
    assert!(!bot.discord.look(|state| state.is_in_thread(at.channel.as_str(), "cy")));
    // Without a place to meet, each is told directly.
    bot.posted(&bot.post("2", both(), card, None)).await;
    for handle in ["ana", "bo"] {
        assert_eq!(bot.discord.look(|state| state.dm_with(handle)).len(), 1);
    }
    bot.nothing_amiss();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_gets_a_thread_and_who_is_spoken_to_comes_along() {
    let bot = Bot::new().await;
    let question = bot.discord.as_user("ana").say("sales", "who knows about refunds?");
    let card = || Card::line(Text::new().mention(&who("bo", "Bo")).say(" has it now."));
    let to = || Address::Thread(bot.place("sales"), question.id().into());
    let at = bot.posted(&bot.post("1", to(), card(), None)).await;
    assert_eq!(at.channel.as_str(), question.id(), "the thread of a message has its id");
    assert!(bot.discord.look(|state| state.is_in_thread(question.id(), "bo")));

    bot.discord.archive(question.id());
    let edited = Task::Edit { at: at.clone(), card: bot.card(Card::line("edited")) };
    bot.posted(&bot.errand("1", edited.clone())).await;
    bot.discord.archive(question.id());
    bot.posted(&bot.post("2", to(), card(), None)).await;

    bot.discord.lock(question.id());
    assert!(matches!(bot.run(&bot.post("3", to(), card(), None)).await, Delivery::Gone(_)));
    bot.discord.delete_channel(question.id());
    bot.discord.as_user("ana").delete(&question);
    assert!(matches!(bot.run(&bot.post("4", to(), card(), None)).await, Delivery::Gone(_)));
    assert_eq!(bot.run(&bot.errand("5", edited)).await, Delivery::Gone("unknown_channel".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_closed_to_the_bot_stops_nothing_elsewhere() {
    let bot = Bot::new().await;
    for (channel, code) in
        [("#news", "missing_permissions"), ("secret", "missing_access"), ("#nowhere", "unknown_channel")]
    {
        let to = if channel == "secret" { bot.place(channel) } else { channel.into() };
        let refused = bot.run(&bot.post(channel, Address::Channel(to), Card::line("x"), None)).await;
        assert_eq!(refused, Delivery::Gone(code.to_owned()), "{channel}");
    }
    bot.posted(&bot.post("fine", Address::Channel("#sales".into()), Card::line("x"), None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_looked_up_and_found() {
    let bot = Bot::new().await;
    let found = async |task: Task| match bot.run(&bot.errand("find", task)).await {
        Delivery::Met(facts) => facts.handle,
        Delivery::NobodyFound => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(found(Task::LookUp { user: bot.user("bo") }).await.as_deref(), Some("bo"));
    assert_eq!(found(Task::Find { name: "@bo".to_owned() }).await.as_deref(), Some("bo"));
    assert_eq!(found(Task::Find { name: format!("<@{}>", bot.user("ana")) }).await.as_deref(), Some("ana"));
    assert_eq!(found(Task::Find { name: "nobody".to_owned() }).await, None);
    bot.discord.leave("acme", "cy");
    let Delivery::Met(left) = bot.run(&bot.errand("left", Task::LookUp { user: bot.user("cy") })).await
    else {
        panic!("cy is known to Discord")
    };
    assert_eq!(left.standing, Some(goodturn::domain::person::Standing::Left));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_is_asked_for_and_a_wrong_token_is_told() {
    let bot = Bot::new().await;
    let application = bot.api.application().await.expect("an application");
    assert_eq!(application["id"].as_str(), Some(bot.api.application_id().await.expect("known").as_str()));
    assert!(bot.api.gateway_bot().await.expect("an address")["url"].is_string());
    assert_eq!(bot.api.me().await.expect("a user")["id"], bot.desk.me().as_str());
    let command = json!([{"name": "handoff", "description": "Hand off.", "type": 1}]);
    assert_eq!(bot.api.put_commands(&command).await.expect("taken").len(), 1);
    let wrong = RestSettings {
        url: bot.discord.api_url(),
        token: "wrong".to_owned().into(),
        call_within: Duration::from_millis(1500),
    };
    let stranger = Api::new(&wrong).expect("it is an address");
    assert!(matches!(stranger.me().await, Err(CallError::Refused { status: 401, .. })));
    bot.nothing_amiss();
}

#[test]
fn forms_fit_into_a_callback() {
    let topics: Vec<Choice> =
        (0..40).map(|n| Choice { value: format!("t{n}"), label: format!("topic {n}") }).collect();
    let form = Form {
        kind: FormKind::Handoff,
        about: "x".repeat(40),
        title: "Hand something off".to_owned(),
        submit: "Hand off".to_owned(),
        fields: vec![
            Field::new(
                "what",
                "What is needed?",
                Need::Required,
                Input::Words { initial: String::new(), max: 3000 },
            ),
            Field::new("topic", "Topic", Need::Optional, Input::Choice { options: topics, initial: None }),
            Field::new("who", "Who?", Need::Optional, Input::Person),
        ],
    };
    let modal = render::form::form(&form, &"197038439483310086".into());
    assert!(modal["custom_id"].as_str().expect("an id").len() <= 100);
    assert_eq!(modal["components"][1]["component"]["options"].as_array().expect("options").len(), 25);
}
