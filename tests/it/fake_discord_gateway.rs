//! The gateway of the fake Discord, byte by byte: a client made by hand that may do anything.

use std::io::Read;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::fake_discord::FakeDiscord;
use crate::fake_discord::gateway::Order;
use crate::fake_discord::permissions;
use crate::fake_discord::town::{Channel, ChannelKind, Town};

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What a client reads.
#[derive(Debug, PartialEq)]
enum Heard {
    Plain(Value),
    Zlib(Value),
    Other(String),
    Closed(Option<u16>),
    Gone,
}

impl Client {
    async fn open(discord: &FakeDiscord) -> Self {
        let url = format!("{}/?v=10&encoding=json", discord.gateway_url());
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("it opens");
        let mut client = Self(socket);
        let Heard::Plain(hello) = client.read().await else { panic!("hello is plain") };
        assert_eq!(hello["op"], 10);
        client
    }

    async fn read(&mut self) -> Heard {
        match self.0.next().await {
            Some(Ok(Frame::Text(text))) => match serde_json::from_str(&text) {
                Ok(payload) => Heard::Plain(payload),
                Err(_) => Heard::Other(text.to_string()),
            },
            Some(Ok(Frame::Binary(bytes))) => {
                let mut text = String::new();
                flate2::read::ZlibDecoder::new(&*bytes).read_to_string(&mut text).expect("a whole stream");
                Heard::Zlib(serde_json::from_str(&text).expect("JSON"))
            }
            Some(Ok(Frame::Close(frame))) => Heard::Closed(frame.map(|frame| frame.code.into())),
            _ => Heard::Gone,
        }
    }

    async fn payload(&mut self) -> Value {
        match self.read().await {
            Heard::Plain(payload) | Heard::Zlib(payload) => payload,
            other => panic!("no payload but {other:?}"),
        }
    }

    async fn send(&mut self, payload: Value) {
        self.0.send(Frame::text(payload.to_string())).await.expect("it is open");
    }

    async fn identify(&mut self, discord: &FakeDiscord, change: Value) -> Heard {
        let mut data = json!({
            "token": discord.token(), "intents": 1 | 1 << 9, "properties": {"os": "x", "browser": "x", "device": "x"},
        });
        for (key, value) in change.as_object().expect("an object") {
            data[key] = value.clone();
        }
        self.send(json!({"op": 2, "d": data})).await;
        self.read().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_payloads_are_whole_streams() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut client = Client::open(&discord).await;
    let Heard::Zlib(ready) = client.identify(&discord, json!({"compress": true})).await else {
        panic!("not compressed")
    };
    assert_eq!((ready["t"].as_str(), ready["s"].as_u64()), (Some("READY"), Some(1)));
    assert!(matches!(client.read().await, Heard::Zlib(guild) if guild["t"] == "GUILD_CREATE"));
    discord.tune(|tuning| tuning.compression = false);
    let mut client = Client::open(&discord).await;
    assert!(matches!(client.identify(&discord, json!({"compress": true})).await, Heard::Plain(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_breaks_the_rules_is_told_which() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let first = async |payload: Value| {
        let mut client = Client::open(&discord).await;
        client.send(payload).await;
        client.read().await
    };
    assert_eq!(first(json!({"op": 99})).await, Heard::Closed(Some(4001)));
    assert_eq!(first(json!({"what": 1})).await, Heard::Closed(Some(4002)));
    assert_eq!(first(json!({"op": 3, "d": {}})).await, Heard::Closed(Some(4003)));
    let refused = async |change: Value| Client::open(&discord).await.identify(&discord, change).await;
    assert_eq!(refused(json!({"token": "x"})).await, Heard::Closed(Some(4004)));
    assert_eq!(refused(json!({"shard": [2, 2]})).await, Heard::Closed(Some(4010)));
    assert_eq!(refused(json!({"properties": null})).await, Heard::Closed(Some(4002)));
    assert_eq!(refused(json!({"intents": "all"})).await, Heard::Closed(Some(4013)));

    let mut client = Client::open(&discord).await;
    let Heard::Plain(ready) = client.identify(&discord, json!({})).await else { panic!("not ready") };
    let session = ready["d"]["session_id"].clone();
    client.payload().await;
    client.send(json!({"op": 1, "d": 2})).await;
    assert_eq!(client.payload().await["op"], 11);
    discord.gateway(Order::Text("no JSON".to_owned()));
    assert_eq!(client.read().await, Heard::Other("no JSON".to_owned()));
    discord.gateway(Order::Send(json!({"op": 55})));
    assert_eq!(client.payload().await["op"], 55);
    assert_eq!(client.identify(&discord, json!({})).await, Heard::Closed(Some(4005)));

    let resume =
        |seq: u64| json!({"op": 6, "d": {"token": discord.token(), "session_id": session, "seq": seq}});
    assert_eq!(first(resume(50)).await, Heard::Closed(Some(4007)));
    assert!(matches!(first(resume(1)).await, Heard::Plain(missed) if missed["s"] == 2));
    discord.tune(|tuning| tuning.refuse_resume = true);
    assert!(matches!(first(resume(2)).await, Heard::Plain(no) if no["op"] == 9 && no["d"] == false));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_end_without_a_word_too() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let mut client = Client::open(&discord).await;
    discord.gateway(Order::CloseWithoutCode);
    assert_eq!(client.read().await, Heard::Closed(None));
    discord.tune(|tuning| tuning.deaf = true);
    discord.tune(|tuning| tuning.heartbeat_every = Duration::from_millis(100));
    let mut client = Client::open(&discord).await;
    client.send(json!({"op": 1, "d": null})).await;
    assert_eq!(client.read().await, Heard::Closed(Some(4009)), "no answer, and the end when no more come");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_calls_everybody() {
    let discord = FakeDiscord::start(Town::sample().with(|town| {
        let guild = town.guilds.remove(0);
        let guild = guild.channel(Channel::new("wire", ChannelKind::Announcement));
        town.guilds.push(guild.channel(Channel::new("more", ChannelKind::Category)));
    }))
    .await;
    let loud = |who: &str| discord.as_user(who).say("wire", "@everyone look").raw["mention_everyone"].clone();
    assert_eq!((loud("ana"), loud("eve")), (json!(false), json!(true)));
    assert_eq!(
        discord.look(|s| permissions::of(s, &s.user_id("ana"), &s.place("more"))),
        permissions::EVERYONE
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_in_parts() {
    let discord = FakeDiscord::start(Town::sample()).await;
    let words = json!({"content": "the list", "allowed_mentions": {"parse": []}});
    let part = |name: &str, kind: &str, content: &str| {
        format!(
            "--cut\r\nContent-Disposition: form-data; name={name}\r\nContent-Type: {kind}\r\n\r\n{content}\r\n"
        )
    };
    let body = [
        part("\"payload_json\"", "application/json", &words.to_string()),
        part("\"files[0]\"; filename=\"list.csv\"", "text/csv", "a,b\r\n1,2"),
        "--cut--\r\n".to_owned(),
    ]
    .concat();
    let _set_by_another_test = rustls::crypto::ring::default_provider().install_default();
    let sales = discord.look(|s| s.place("sales"));
    let url = format!("{}/api/v10/channels/{sales}/messages", discord.api_url());
    let request = reqwest::Client::new().post(url).body(body);
    let request = request.header("Authorization", format!("Bot {}", discord.token()));
    let request =
        request.header("User-Agent", "x").header("Content-Type", "multipart/form-data; boundary=cut");
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(
        (&answer["attachments"][0]["filename"], &answer["attachments"][0]["size"]),
        (&json!("list.csv"), &json!(8))
    );
    assert_eq!(discord.look(|s| s.messages("sales")[0].text()), "the list\n<list.csv>");
    let call = discord.look(|s| s.calls[0].clone());
    assert_eq!((call.body, call.at <= discord.look(crate::fake_discord::state::State::now)), (words, true));
    assert_eq!(discord.violations(), Vec::<String>::new());
}
