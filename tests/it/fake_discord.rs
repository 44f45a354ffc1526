//! Is the fake Discord believable? Official clients must be content with it, and each of its powers is
//! tried once with a small app made by hand.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use serenity::all as wire;
use tokio::join;
use twilight_gateway::{
    CloseFrame, ConfigBuilder, EventTypeFlags, Intents, Message as Frame, Shard, ShardId, StreamExt as _,
};

use crate::fake_discord::FakeDiscord;
use crate::fake_discord::gateway::Order;
use crate::fake_discord::town::{Channel, ChannelKind, Guild, Person, Town};

pub const MESSAGES: &str = "POST /channels/{channel_id}/messages";

pub fn intents() -> Intents {
    Intents::GUILDS
        | Intents::GUILD_MEMBERS
        | Intents::GUILD_MESSAGES
        | Intents::GUILD_MESSAGE_REACTIONS
        | Intents::DIRECT_MESSAGES
        | Intents::MESSAGE_CONTENT
}

/// An app that only does what a test tells it: twilight's gateway, and plain HTTP.
pub struct App {
    pub discord: FakeDiscord,
    pub http: reqwest::Client,
    pub shard: Shard,
    pub application: String,
}

impl App {
    pub async fn start(discord: &FakeDiscord) -> Self {
        Self::with(discord, intents(), ShardId::ONE).await
    }

    pub async fn with(discord: &FakeDiscord, intents: Intents, shard: ShardId) -> Self {
        let shard = Shard::with_config(shard, config(discord, intents).build());
        let application = discord.look(|s| s.application.clone());
        let mut app = Self { discord: discord.clone(), http: reqwest::Client::new(), shard, application };
        app.next("READY").await;
        app
    }

    /// The data of the next event of this kind.
    pub async fn next(&mut self, kind: &str) -> Value {
        let wait = async {
            loop {
                let frame = futures_util::StreamExt::next(&mut self.shard).await.expect("it goes on");
                let Ok(Frame::Text(text)) = frame else { continue };
                let payload: Value = serde_json::from_str(&text).expect("JSON");
                if payload["t"] == kind {
                    return payload["d"].clone();
                }
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), wait).await;
        found.unwrap_or_else(|_| panic!("no {kind}"))
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let answer = self.try_call(method, path, body).await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    pub async fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Value,
    ) -> reqwest::Result<reqwest::Response> {
        let url = format!("{}/api/v10{path}", self.discord.api_url());
        let method = method.parse().expect("a method");
        let request = self.http.request(method, url);
        let request = request.header("Authorization", format!("Bot {}", self.discord.token()));
        let request = request.header("User-Agent", "DiscordBot (test, 1)");
        if body.is_null() { request } else { request.json(&body) }.send().await
    }

    pub async fn post(&self, channel: &str, mut body: Value) -> (u16, Value) {
        if body["allowed_mentions"].is_null() {
            body["allowed_mentions"] = json!({"parse": []});
        }
        let id = self.discord.look(|s| s.place(channel));
        self.call("POST", &format!("/channels/{id}/messages"), body).await
    }

    /// Answers the next interaction; what it was.
    pub async fn answer(&mut self, body: Value) -> Value {
        let interaction = self.next("INTERACTION_CREATE").await;
        let (status, answer) = self.call("POST", &callback(&interaction), body).await;
        assert_eq!(status, 204, "{answer}");
        interaction
    }

    pub async fn register(&self, commands: Value) {
        let path = format!("/applications/{}/commands", self.application);
        let (status, answer) = self.call("PUT", &path, commands).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub fn webhook(&self, interaction: &Value, rest: &str) -> String {
        format!("/webhooks/{}/{}{rest}", self.application, interaction["token"].as_str().expect("a token"))
    }
}

pub fn config(discord: &FakeDiscord, intents: Intents) -> ConfigBuilder {
    let _set_by_another_test = rustls::crypto::ring::default_provider().install_default();
    ConfigBuilder::new(discord.token(), intents).proxy_url(discord.gateway_url())
}

pub fn callback(interaction: &Value) -> String {
    let text = |key: &str| interaction[key].as_str().expect("it is there").to_owned();
    format!("/interactions/{}/{}/callback", text("id"), text("token"))
}

/// An answer with words.
pub fn words(content: &str, flags: u64) -> Value {
    json!({"type": 4, "data": {"content": content, "flags": flags, "allowed_mentions": {"parse": []}}})
}

pub fn buttons(labels: &[&str]) -> Value {
    let all: Vec<Value> = labels
        .iter()
        .map(|label| json!({"type": 2, "style": 1, "label": label, "custom_id": format!("do:{label}")}))
        .collect();
    json!([{"type": 1, "components": all}])
}

pub fn commands() -> Value {
    json!([
        {"name": "handoff", "description": "Hand it over", "type": 1, "options": [
            {"name": "topic", "description": "What about", "type": 3, "required": true, "autocomplete": true},
            {"name": "what", "description": "What", "type": 3, "max_length": 100},
            {"name": "whom", "description": "Whom", "type": 6},
            {"name": "where", "description": "Where", "type": 7},
            {"name": "role", "description": "Role", "type": 8},
            {"name": "times", "description": "Times", "type": 4, "min_value": 1},
            {"name": "urgent", "description": "Urgent", "type": 5}]},
        {"name": "volunteer", "description": "About yourself", "options": [
            {"name": "join", "description": "Join a topic", "type": 1, "options": [
                {"name": "topic", "description": "Which", "type": 3, "required": true,
                    "choices": [{"name": "Billing", "value": "billing"}]}]},
            {"name": "hours", "description": "Hours", "type": 2, "options": [
                {"name": "show", "description": "Show them", "type": 1}]}]},
        {"name": "Hand off", "type": 3},
        {"name": "Hand off to", "type": 2},
        {"name": "reset", "description": "Admins only", "default_member_permissions": "32", "contexts": [0]},
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn serenity_is_content_with_the_rest_of_it() {
    let _set_by_another_test = rustls::crypto::ring::default_provider().install_default();
    let discord = FakeDiscord::start(Town::sample()).await;
    let http = wire::HttpBuilder::new(discord.token())
        .proxy(discord.api_url())
        .ratelimiter_disabled(true)
        .default_allowed_mentions(wire::CreateAllowedMentions::new())
        .build();
    let me = http.get_current_user().await.expect("the bot");
    assert!(me.bot && me.name == "goodturn");
    let app = http.get_current_application_info().await.expect("the app");
    let flags = app.flags.expect("flags");
    assert!(flags.contains(wire::ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED));
    http.set_application_id(app.id);
    assert_eq!(http.get_gateway().await.expect("an address").url, discord.gateway_url());
    assert_eq!(http.get_bot_gateway().await.expect("an address").shards, 1);

    let number = |id: String| id.parse::<u64>().expect("ids are numbers");
    let guild = wire::GuildId::new(number(discord.look(|s| s.guild_named("acme").id.clone())));
    let sales = wire::ChannelId::new(number(discord.look(|s| s.place("sales"))));
    let ana = wire::UserId::new(number(discord.as_user("ana").id().to_owned()));
    assert_eq!(guild.channels(&http).await.expect("channels").len(), 9);
    let roles = guild.roles(&http).await.expect("roles");
    assert!(roles.values().any(|role| role.name == "staff"));
    let member = guild.member(&http, ana).await.expect("ana");
    assert_eq!(member.display_name(), "Ana Araujo");
    assert_eq!(guild.search_members(&http, "an", Some(5)).await.expect("found").len(), 1);
    assert_eq!(guild.members(&http, Some(100), None).await.expect("all").len(), 8);
    assert!(http.get_guild(guild).await.expect("the server").name == "acme");

    let command = wire::CreateCommand::new("ask").description("Ask").add_option(
        wire::CreateCommandOption::new(wire::CommandOptionType::String, "q", "question").required(true),
    );
    let menu = wire::CreateCommand::new("Save").kind(wire::CommandType::Message);
    let command = command.default_member_permissions(wire::Permissions::MANAGE_GUILD);
    let made =
        wire::Command::set_global_commands(&http, vec![command.clone(), menu]).await.expect("commands");
    let again = guild.set_commands(&http, vec![command]).await.expect("commands");
    assert_eq!((made.len(), again.len()), (2, 1));
    assert_eq!(wire::Command::get_global_commands(&http).await.expect("commands").len(), 2);

    let message = wire::CreateMessage::new()
        .content("hello <@1>")
        .embed(wire::CreateEmbed::new().title("A card").description("words"))
        .components(vec![wire::CreateActionRow::Buttons(vec![
            wire::CreateButton::new("a:1").label("Accept"),
        ])])
        .nonce(wire::Nonce::String("outbox-1".to_owned()))
        .enforce_nonce(true);
    let first = sales.send_message(&http, message.clone()).await.expect("sent");
    let second = sales.send_message(&http, message).await.expect("sent");
    assert_eq!(first.id, second.id, "the nonce is known");
    let seen = discord.look(|s| s.messages("sales"));
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].text(), "hello <@1>\nA card\nwords\n[Accept]");
    let edited = sales.edit_message(&http, first.id, wire::EditMessage::new().content("bye")).await;
    assert!(edited.expect("edited").edited_timestamp.is_some());
    let all = sales.messages(&http, wire::GetMessages::new().limit(10)).await.expect("messages");
    assert_eq!(all.len(), 1);
    sales.message(&http, first.id).await.expect("the message");
    first.react(&http, wire::ReactionType::Unicode("👍".to_owned())).await.expect("a reaction");
    let thread = sales.create_thread_from_message(&http, first.id, wire::CreateThread::new("More")).await;
    let thread = thread.expect("a thread");
    assert_eq!(thread.id.get(), first.id.get());
    assert_eq!(guild.get_active_threads(&http).await.expect("threads").threads.len(), 1);
    let archived = wire::EditThread::new().archived(true);
    assert!(
        thread
            .id
            .edit_thread(&http, archived)
            .await
            .expect("done")
            .thread_metadata
            .expect("it is one")
            .archived
    );
    let direct = ana.create_dm_channel(&http).await.expect("a conversation");
    direct.say(&http, "psst").await.expect("sent");
    assert_eq!(discord.look(|s| s.dm_with("ana")[0].content()), "psst");
    let post =
        wire::CreateMessage::new().content("first").allowed_mentions(wire::CreateAllowedMentions::new());
    let help = wire::ChannelId::new(number(discord.look(|s| s.place("help"))));
    help.create_forum_post(&http, wire::CreateForumPost::new("Stuck", post)).await.expect("a post");
    assert_eq!(discord.violations(), Vec::<String>::new());
    guild.leave(&http).await.expect("left");
    assert!(http.get_guild(guild).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn twilight_understands_every_event() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut shard = Shard::with_config(ShardId::ONE, config(&discord, intents()).build());
    let deeds = async {
        discord.connected(1).await;
        let ana = discord.as_user("ana");
        let said = ana.say("sales", "hello @bo and @ops in #billing");
        let said = ana.edit(&said, "hello again");
        ana.react(&said, "👍");
        ana.unreact(&said, "👍");
        let thread = ana.thread_on(&said, "More");
        let more = ana.say(&thread, "in the thread");
        ana.reply(&more, "and more");
        discord.archive(&thread);
        discord.unarchive(&thread);
        let (post, first) = ana.post_in_forum("help", "Stuck", "It fails");
        ana.private_thread("sales", "Quiet", &["bo", "goodturn"]);
        ana.say("dm", "psst");
        discord.delete_channel(&post);
        ana.delete(&said);
        discord.add_person(Person::new("hal", "Hal Hill"));
        discord.join("acme", "hal");
        discord.set_role("acme", "hal", "staff", true);
        discord.set_nick("acme", "hal", Some("Hally"));
        discord.leave("acme", "hal");
        discord.add_channel("acme", Channel::new("new", ChannelKind::Text));
        discord.rename_channel("new", "newer");
        discord.delete_channel("newer");
        discord.add_guild(Guild::new("beta", "dee", &["dee"]));
        discord.guild_outage("acme", true);
        discord.guild_outage("acme", false);
        discord.kick_bot("beta");
        assert_eq!(first.content(), "It fails");
    };
    let mut seen = Vec::new();
    let listen = async {
        loop {
            let event =
                shard.next_event(EventTypeFlags::all()).await.expect("it goes on").expect("understood");
            let kind = event.kind().name().unwrap_or_default().to_owned();
            let last = kind == "GUILD_DELETE" && seen.iter().filter(|k| *k == "GUILD_DELETE").count() == 1;
            seen.push(kind);
            if last {
                return;
            }
        }
    };
    let both = async { join!(deeds, listen) };
    tokio::time::timeout(Duration::from_secs(30), both).await.expect("all events came");
    let kinds: BTreeSet<&str> = seen.iter().map(String::as_str).filter(|kind| kind.contains('_')).collect();
    let wanted = BTreeSet::from([
        "CHANNEL_CREATE",
        "CHANNEL_DELETE",
        "CHANNEL_UPDATE",
        "GUILD_CREATE",
        "GUILD_DELETE",
        "GUILD_MEMBER_ADD",
        "GUILD_MEMBER_REMOVE",
        "GUILD_MEMBER_UPDATE",
        "MESSAGE_CREATE",
        "MESSAGE_DELETE",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        "MESSAGE_UPDATE",
        "THREAD_CREATE",
        "THREAD_DELETE",
        "THREAD_MEMBERS_UPDATE",
        "THREAD_UPDATE",
    ]);
    assert_eq!(kinds.intersection(&wanted).copied().collect::<BTreeSet<_>>(), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_go_on_after_every_kind_of_end() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut app = App::start(&discord).await;
    let ana = discord.as_user("ana");
    for (number, order) in [Order::Cut, Order::Close(4000), Order::Reconnect, Order::InvalidSession(true)]
        .into_iter()
        .enumerate()
    {
        discord.gateway(order);
        ana.say("sales", &format!("missed {number}"));
        assert_eq!(app.next("MESSAGE_CREATE").await["content"], format!("missed {number}"));
        assert_eq!(discord.handshakes().0, 1, "nothing but resumes");
    }
    discord.refuse_connections().await;
    ana.say("sales", "while it was down");
    tokio::net::TcpStream::connect(discord.api_url().trim_start_matches("http://"))
        .await
        .expect_err("the port refuses");
    discord.accept_connections();
    assert_eq!(app.next("MESSAGE_CREATE").await["content"], "while it was down");
    discord.gateway(Order::AskHeartbeat);
    let heard = discord.expect("a heartbeat", |s| (s.sessions.heartbeats > 0).then_some(()));
    tokio::select! {
        () = heard => {}
        event = app.next("MESSAGE_CREATE") => panic!("nobody said {event}"),
    }
    // A session that is gone is no longer resumed, and what was said then is missed.
    discord.forget_sessions();
    discord.gateway(Order::Cut);
    app.next("READY").await;
    assert_eq!(discord.handshakes().0, 2);
    ana.say("sales", "again");
    assert_eq!(app.next("MESSAGE_CREATE").await["content"], "again");
    app.shard.close(CloseFrame::NORMAL);
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn identify_is_refused_for_cause() {
    let discord = FakeDiscord::start(Town::sample().with(|t| t.privileged = 0)).await;
    let close_of = async |intents: Intents, token: String| {
        let config = ConfigBuilder::new(token, intents).proxy_url(discord.gateway_url()).build();
        let mut shard = Shard::with_config(ShardId::ONE, config);
        loop {
            match futures_util::StreamExt::next(&mut shard).await {
                Some(Ok(Frame::Close(Some(frame)))) => return frame.code,
                Some(Ok(Frame::Text(text))) if text.contains("READY") => return 0,
                Some(_) => {}
                None => return 1,
            }
        }
    };
    let _set_by_another_test = rustls::crypto::ring::default_provider().install_default();
    assert_eq!(close_of(intents(), discord.token()).await, 4014);
    assert_eq!(close_of(Intents::GUILDS, "wrong".to_owned()).await, 4004);
    assert_eq!(close_of(Intents::from_bits_retain(1 << 40), discord.token()).await, 4013);
    assert_eq!(close_of(Intents::GUILDS, discord.token()).await, 0);
    discord.tune(|tuning| tuning.refuse_identify = Some(4011));
    assert_eq!(close_of(Intents::GUILDS, discord.token()).await, 4011);
}
