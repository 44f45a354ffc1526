//! The gateway: HELLO, IDENTIFY, RESUME, heartbeats, and every way a connection ends.
//!
//! Invariant: a session keeps all its events from the first; a resumed one gets exactly those after the
//! sequence it names, in order, then RESUMED.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::Shared;
use super::permissions::{Bits, INTENTS, PRIVILEGED_INTENTS};
use super::port::Line;
use super::shapes;
use super::state::State;

/// What a test (or the server itself) does to a connection.
#[derive(Clone, Debug)]
pub enum Order {
    /// One payload.
    Send(Value),
    /// A text that need not be a payload at all.
    Text(String),
    /// A close frame with this code.
    Close(u16),
    /// A close frame without a code.
    CloseWithoutCode,
    /// The TCP connection ends without a close frame.
    Cut,
    /// Op 7.
    Reconnect,
    /// Op 9; without `true` the session is gone.
    InvalidSession(bool),
    /// Op 1: a heartbeat is wanted at once.
    AskHeartbeat,
}

struct Connection {
    orders: mpsc::UnboundedSender<Order>,
    session: Option<String>,
}

struct Session {
    shard: u64,
    of: u64,
    intents: Bits,
    events: Vec<Value>,
    connection: Option<u64>,
}

/// Sessions and the connections that they have.
#[derive(Default)]
pub struct Sessions {
    connections: BTreeMap<u64, Connection>,
    known: BTreeMap<String, Session>,
    count: u64,
    /// IDENTIFYs that were granted.
    pub identified: u64,
    /// RESUMEs that were granted.
    pub resumed: u64,
    pub heartbeats: u64,
}

impl Sessions {
    /// Sessions that are connected.
    pub fn connected(&self) -> usize {
        self.known.values().filter(|session| session.connection.is_some()).count()
    }

    pub fn order_all(&mut self, order: &Order) {
        for connection in self.connections.values() {
            let _gone = connection.orders.send(order.clone());
        }
        if matches!(order, Order::InvalidSession(false)) {
            self.forget();
        }
    }

    /// All sessions end: no RESUME will be granted.
    pub fn forget(&mut self) {
        self.known.clear();
        for connection in self.connections.values_mut() {
            connection.session = None;
        }
    }

    pub(super) fn for_guild(&self, guild: u64, intents: Bits) -> Vec<String> {
        let wanted =
            |s: &Session| s.shard == (guild >> 22) % s.of && (intents == 0 || s.intents & intents != 0);
        self.known.iter().filter(|(_, s)| wanted(s)).map(|(id, _)| id.clone()).collect()
    }

    pub(super) fn intents(&self, session: &str) -> Bits {
        self.known[session].intents
    }

    /// Numbers and keeps an event, and sends it if the session is connected.
    pub(super) fn dispatch(&mut self, id: &str, name: &str, data: Value) {
        let session = self.known.get_mut(id).expect("the session was found before");
        let frame = json!({"op": 0, "t": name, "s": session.events.len() + 1, "d": data});
        session.events.push(frame.clone());
        if let Some(connection) = session.connection {
            let _gone = self.connections[&connection].orders.send(Order::Send(frame));
        }
    }

    fn leave(&mut self, connection: u64) {
        self.connections.remove(&connection);
        for session in self.known.values_mut().filter(|s| s.connection == Some(connection)) {
            session.connection = None;
        }
    }
}

/// How a connection's frames are written.
enum Writing {
    Plain,
    /// Each frame a whole zlib stream, from IDENTIFY on.
    Whole,
    /// One zlib stream over all frames.
    Stream(Box<Compress>),
}

impl Writing {
    fn frame(&mut self, payload: &str) -> Frame {
        match self {
            Self::Plain => Frame::text(payload),
            Self::Whole => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(payload.as_bytes()).expect("a vector takes all");
                Frame::binary(encoder.finish().expect("a vector takes all"))
            }
            Self::Stream(context) => {
                let mut out = Vec::with_capacity(payload.len() + 64);
                let begin = context.total_in();
                loop {
                    let done = usize::try_from(context.total_in() - begin).expect("it fits memory");
                    let rest = &payload.as_bytes()[done..];
                    context.compress_vec(rest, &mut out, FlushCompress::Sync).expect("the stream is sound");
                    if out.len() < out.capacity() {
                        return Frame::binary(out);
                    }
                    out.reserve(payload.len() + 64);
                }
            }
        }
    }
}

/// Speaks with one client until either side ends it.
pub async fn talk(shared: Arc<Shared>, stream: TcpStream, line: Line) {
    let mut query = String::new();
    #[expect(clippy::result_large_err, reason = "the shape that the handshake asks for")]
    let look = |request: &Request, response: Response| {
        request.uri().query().unwrap_or_default().clone_into(&mut query);
        Ok(response)
    };
    let Ok(socket) = tokio_tungstenite::accept_hdr_async(stream, look).await else { return };
    let (mut write, mut read) = socket.split();
    let (orders, mut ordered) = mpsc::unbounded_channel();
    let (id, beat, honoured) = shared.change(|state| {
        let sessions = &mut state.sessions;
        sessions.count += 1;
        sessions.connections.insert(sessions.count, Connection { orders, session: None });
        if !query.contains("v=10") {
            state.violation(format!("the gateway was opened without v=10: {query}"));
        }
        (state.sessions.count, state.tuning.heartbeat_every, state.tuning.compression)
    });
    let mut writing = if query.contains("compress=zlib-stream") && honoured {
        Writing::Stream(Box::new(Compress::new(Compression::fast(), true)))
    } else {
        Writing::Plain
    };
    let interval = u64::try_from(beat.as_millis()).expect("a short time");
    let hello = json!({"op": 10, "s": null, "t": null, "d": {"heartbeat_interval": interval, "_trace": []}});
    let mut alive = Instant::now() + beat * 3;
    let mut open = write.send(writing.frame(&hello.to_string())).await.is_ok();
    while open {
        let frame = tokio::select! {
            biased;
            order = ordered.recv() => {
                let payload = match order.expect("the sender stays until the end") {
                    Order::Send(payload) => payload.to_string(),
                    Order::Text(text) => text,
                    Order::Reconnect => json!({"op": 7, "d": null, "s": null, "t": null}).to_string(),
                    Order::InvalidSession(may) => json!({"op": 9, "d": may, "s": null, "t": null}).to_string(),
                    Order::AskHeartbeat => json!({"op": 1, "d": null, "s": null, "t": null}).to_string(),
                    Order::Cut => break,
                    Order::CloseWithoutCode => {
                        let _gone = write.send(Frame::Close(None)).await;
                        break;
                    }
                    Order::Close(code) => {
                        let _gone = write.send(close(code)).await;
                        break;
                    }
                };
                open = write.send(writing.frame(&payload)).await.is_ok();
                continue;
            }
            frame = read.next() => frame,
            () = tokio::time::sleep_until(alive) => {
                let _gone = write.send(close(4009)).await;
                break;
            }
        };
        let text = match frame {
            Some(Ok(Frame::Text(text))) => text.to_string(),
            Some(Ok(Frame::Binary(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
            Some(Ok(Frame::Close(frame))) => {
                // Closing in order ends the session; anything else keeps it.
                if frame.is_some_and(|frame| matches!(u16::from(frame.code), 1000 | 1001)) {
                    shared.change(|state| state.sessions.end_of(id));
                }
                break;
            }
            Some(Ok(_)) => continue,
            _ => break,
        };
        let payload: Value = serde_json::from_str(&text).unwrap_or_default();
        match payload["op"].as_u64() {
            Some(1) => alive = Instant::now() + beat * 3,
            Some(2) if payload["d"]["compress"] == true && honoured && matches!(writing, Writing::Plain) => {
                writing = Writing::Whole;
            }
            _ => {}
        }
        if let Err(code) = shared.change(|state| heard(state, id, &payload)) {
            let _gone = write.send(close(code)).await;
            break;
        }
    }
    shared.change(|state| state.sessions.leave(id));
    let _closed = write.close().await;
    line.cut();
}

fn close(code: u16) -> Frame {
    Frame::Close(Some(CloseFrame { code: code.into(), reason: "".into() }))
}

impl Sessions {
    fn end_of(&mut self, connection: u64) {
        self.known.retain(|_, session| session.connection != Some(connection));
    }
}

/// One payload of the client; an error is the close code.
fn heard(state: &mut State, connection: u64, payload: &Value) -> Result<(), u16> {
    let known = state.sessions.connections[&connection].session.clone();
    let data = &payload["d"];
    match payload["op"].as_u64() {
        None => Err(4002),
        Some(1) => {
            state.sessions.heartbeats += 1;
            if !state.tuning.deaf {
                let ack = json!({"op": 11, "d": null, "s": null, "t": null});
                let _gone = state.sessions.connections[&connection].orders.send(Order::Send(ack));
            }
            Ok(())
        }
        Some(2 | 6) if known.is_some() => Err(4005),
        Some(2) => identify(state, connection, data),
        Some(6) => resume(state, connection, data),
        Some(3 | 4 | 8 | 31 | 43) if known.is_some() => Ok(()),
        Some(3 | 4 | 8 | 31 | 43) => Err(4003),
        Some(_) => Err(4001),
    }
}

fn identify(state: &mut State, connection: u64, data: &Value) -> Result<(), u16> {
    let token = data["token"].as_str().unwrap_or_default();
    if token.strip_prefix("Bot ").unwrap_or(token) != state.token {
        return Err(4004);
    }
    let shard = match (&data["shard"][0], &data["shard"][1]) {
        (Value::Null, Value::Null) => Some((0, 1)),
        (index, of) => index.as_u64().zip(of.as_u64()),
    };
    let (shard, of) = shard.filter(|(index, of)| index < of).ok_or(4010_u16)?;
    let intents = data["intents"].as_u64().ok_or(4013_u16)?;
    if intents & !INTENTS != 0 {
        return Err(4013);
    }
    if let Some(code) = state.tuning.refuse_identify {
        return Err(code);
    }
    if intents & PRIVILEGED_INTENTS & !state.privileged != 0 {
        return Err(4014);
    }
    if data["properties"]["os"].is_null() {
        return Err(4002);
    }
    let number = state.snowflake();
    let id = format!("{:032x}", number.parse::<u128>().expect("ids are numbers"));
    state.sessions.identified += 1;
    let session = Session { shard, of, intents, events: Vec::new(), connection: Some(connection) };
    state.sessions.known.insert(id.clone(), session);
    state.sessions.connections.get_mut(&connection).expect("it is open").session = Some(id.clone());
    let here = |guild: &u64| (guild >> 22) % of == shard;
    let bot_in = state.guilds.values().filter(|guild| guild.members.contains_key(&state.bot));
    let numbers = bot_in.map(|guild| guild.id.parse::<u64>().expect("ids are numbers"));
    let guilds: Vec<String> = numbers.filter(here).map(|number| number.to_string()).collect();
    let unavailable: Vec<Value> = guilds.iter().map(|g| json!({"id": g, "unavailable": true})).collect();
    let mut user = state.user(&state.bot);
    for (key, value) in [("verified", json!(true)), ("mfa_enabled", json!(false)), ("email", Value::Null)] {
        user[key] = value;
    }
    let ready = json!({
        "v": 10, "user": user, "guilds": unavailable, "session_id": id, "session_type": "normal",
        "resume_gateway_url": format!("ws://{}", state.address), "shard": [shard, of],
        "application": {"id": state.application, "flags": shapes::application_flags(state)},
        "private_channels": [], "relationships": [], "presences": [], "user_settings": {}, "_trace": [],
    });
    state.sessions.dispatch(&id, "READY", ready);
    if intents & super::permissions::INTENT_GUILDS == 0 {
        return Ok(());
    }
    for guild in guilds.iter().filter(|guild| !state.guilds[*guild].unavailable) {
        let data = shapes::guild_create(state, &state.guilds[guild]);
        state.sessions.dispatch(&id, "GUILD_CREATE", data);
    }
    Ok(())
}

fn resume(state: &mut State, connection: u64, data: &Value) -> Result<(), u16> {
    let token = data["token"].as_str().unwrap_or_default();
    if token.strip_prefix("Bot ").unwrap_or(token) != state.token {
        return Err(4004);
    }
    let id = data["session_id"].as_str().unwrap_or_default().to_owned();
    let refused = state.tuning.refuse_resume;
    let sessions = &mut state.sessions;
    let orders = sessions.connections[&connection].orders.clone();
    let seq = data["seq"].as_u64().ok_or(4007_u16)?;
    let Some(session) = sessions.known.get_mut(&id).filter(|_| !refused) else {
        let _gone = orders.send(Order::InvalidSession(false));
        return Ok(());
    };
    let seen = usize::try_from(seq).expect("it fits");
    let missed = session.events.get(seen..).ok_or(4007_u16)?;
    for frame in missed {
        let _gone = orders.send(Order::Send(frame.clone()));
    }
    let before = session.connection.replace(connection);
    sessions.resumed += 1;
    sessions.connections.get_mut(&connection).expect("it is open").session = Some(id.clone());
    if let Some(old) = before.and_then(|old| sessions.connections.get(&old)) {
        let _gone = old.orders.send(Order::Close(4000));
    }
    sessions.dispatch(&id, "RESUMED", json!({"_trace": []}));
    Ok(())
}
