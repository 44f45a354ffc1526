//! `goodturn run`: connects everything, says it is ready, and ends in order.
//!
//! Invariant: a platform that is down holds no other back; half a bot that cannot mend itself ends whole.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::playground::{self, Memory};
use super::ready::Ready;
use super::{MEND, WELL, WRONG, listen_set_by, log, runtime, stop};
use crate::app::clock::{IdSource, SystemClock};
use crate::app::metrics::Metrics;
use crate::app::{App, Defaults};
use crate::chat::platform::ChatPlatform;
use crate::config::Config;
use crate::domain::ids::TopicId;
use crate::store::Store;
use crate::store::engine::OpenMode;
use crate::web::health::{Connection, Health, StorePing};
use crate::web::{self, Web};
use seat::{Company, Seat, Sits};

mod seat;

mod sides;

/// Runs until a signal. Without any token it opens the playground, on the loopback address only; with
/// half of Slack's it says what is missing.
pub fn run(config: &Config, err: &mut dyn Write) -> io::Result<u8> {
    let slack = &config.slack;
    let discord = config.discord.bot_token.is_some();
    if slack.bot_token.is_none() && slack.app_token.is_none() && !discord {
        // Forgotten tokens must not open a sample company to a whole network.
        if config.web.listen.ip().is_loopback() {
            return playground::playground(config, Memory::File, NO_TOKENS, err);
        }
        writeln!(err, "{}", first_steps(config))?;
        return Ok(WRONG);
    }
    if slack.tokens().is_none() && (slack.bot_token.is_some() || slack.app_token.is_some()) {
        writeln!(err, "{}", first_steps(config))?;
        return Ok(WRONG);
    }
    log::start(&config.log);
    runtime()?.block_on(serve(config, err))
}

async fn serve(config: &Config, err: &mut dyn Write) -> io::Result<u8> {
    let stop = stop::on_signals(config.limits.drain)?;
    let store = match Store::open(config.database.url.expose(), OpenMode::Run).await {
        Ok(store) => store,
        Err(why) => return told(err, &format!("cannot use {}: {why}", config.database.url)),
    };
    let listener = match web::listen(config.web.listen).await {
        Ok(listener) => listener,
        Err(why) => {
            let listen = config.web.listen;
            return told(
                err,
                &format!("cannot listen on {listen}: {why}; choose another with {}", listen_set_by(config)),
            );
        }
    };
    let address = listener.local_addr()?;
    let health = Arc::new(Health::new(ping(&store)));
    let metrics = Arc::new(Metrics::new());
    let web = Web { health: Arc::clone(&health), metrics: Arc::clone(&metrics) };
    let clock = Arc::new(SystemClock);
    let app = App::new(store, clock.clone(), IdSource::random(), defaults(config), metrics);
    let mut running = Running {
        app: Arc::new(app),
        health,
        seats: Vec::new(),
        hearing: JoinSet::new(),
        news: Arc::default(),
        stop: stop.clone(),
    };
    if let Err(why) = running.seat(config, &clock) {
        return told(err, &why);
    }
    let pages = tokio::spawn(web::serve(listener, web, stop.clone()));
    let ready = Ready { platforms: &[], workspaces: &[], store: &config.database.url, web: address };
    let ended = running.until_stopped(config, &ready, err).await?;
    running.health.set_stopping();
    stop.cancel();
    let finished = async {
        let _ = pages.await;
        running.app.close().await;
    };
    // Nothing is at work any more: pages and files close at once, or are closed by the system.
    let _ = stop::drain(finished, Duration::from_secs(1)).await;
    Ok(ended)
}

/// Everything that runs, until it is told to stop.
struct Running {
    app: Arc<App>,
    health: Arc<Health>,
    /// A seat for each platform that has its tokens.
    seats: Vec<Arc<Seat>>,
    hearing: JoinSet<Result<(), String>>,
    /// A platform came or went.
    news: Arc<Notify>,
    stop: CancellationToken,
}

/// So long the platforms that are connected wait for the others before it is said that all is ready.
const WAIT_FOR_ALL: Duration = Duration::from_secs(5);

impl Running {
    /// Begins to connect every platform that has its tokens; the error is in words for the operator.
    fn seat(&mut self, config: &Config, clock: &Arc<SystemClock>) -> Result<(), String> {
        let (slack, discord) = (config.slack.tokens(), config.discord.bot_token.clone());
        let company = if slack.is_some() && discord.is_some() { Company::Others } else { Company::Alone };
        if let Some(tokens) = slack {
            let begun = sides::Slack::new(config, tokens).map_err(|why| why.to_string())?;
            let at = self.sit(sides::SLACK, company);
            self.hearing.spawn(begun.serve(Arc::clone(&self.app), clock.clone(), at, self.stop.clone()));
        }
        if let Some(token) = discord {
            let begun = sides::Discord::new(config, token).map_err(|why| why.to_string())?;
            let at = self.sit(sides::DISCORD, company);
            self.hearing.spawn(begun.serve(Arc::clone(&self.app), clock.clone(), at, self.stop.clone()));
        }
        Ok(())
    }

    fn sit(&mut self, platform: sides::Side, company: Company) -> Arc<Seat> {
        let seat = Arc::new(Seat::new(platform.kind, platform.name, company, Arc::clone(&self.news)));
        self.seats.push(Arc::clone(&seat));
        seat
    }

    async fn until_stopped(
        &mut self,
        config: &Config,
        ready: &Ready<'_>,
        err: &mut dyn Write,
    ) -> io::Result<u8> {
        // What is said is sent on until all that was heard is taken in.
        let silence = CancellationToken::new();
        let platforms: Vec<Arc<dyn ChatPlatform>> =
            self.seats.iter().map(|seat| Arc::clone(seat) as Arc<dyn ChatPlatform>).collect();
        let speaking = Arc::clone(&self.app).run(platforms, config.limits.deliveries, silence.clone());
        let mut speaking = tokio::spawn(speaking);
        let mut end = WELL;
        let (mut said, mut first) = (0, None);
        while !self.stop.is_cancelled() {
            let up = self.look();
            if !up.is_empty() {
                let patience = *first.get_or_insert_with(|| Instant::now() + WAIT_FOR_ALL);
                if up.len() > said && (up.len() == self.seats.len() || Instant::now() >= patience) {
                    said = up.len();
                    let workspaces = self.workspaces().await;
                    writeln!(err, "{}", Ready { platforms: &up, workspaces: &workspaces, ..ready.clone() })?;
                }
            }
            let waiting = first.filter(|until| Instant::now() < *until);
            tokio::select! {
                biased;
                () = self.stop.cancelled() => {}
                ended = one_ended(&mut self.hearing, &mut speaking) => {
                    match ended {
                        Ended::Refused(why) => return told(err, &format!("{why}; `goodturn check` says what to do")),
                        Ended::Asked => {}
                        Ended::ByItself(what) => {
                            tracing::error!(what, "a part of the program ended by itself; the whole ends, to be started again");
                            end = MEND;
                            self.stop.cancel();
                        }
                    }
                }
                () = self.news.notified() => {}
                () = until(waiting) => {}
            }
        }
        self.health.set_stopping();
        let finished = async {
            while self.hearing.join_next().await.is_some() {}
            silence.cancel();
            // Who has ended must not be waited for again.
            if !speaking.is_finished() {
                let _ = speaking.await;
            }
        };
        if stop::drain(finished, config.limits.drain).await == stop::Drained::TimeWasUp {
            tracing::warn!("the time to finish was up; what is left is taken up at the next start");
        }
        Ok(end)
    }

    /// Tells the health page how each platform stands; those that are connected.
    fn look(&self) -> Vec<&'static str> {
        let mut up = Vec::new();
        for seat in &self.seats {
            let connected = seat.sits() == Sits::Connected;
            let connection = if connected { Connection::Connected } else { Connection::Connecting };
            self.health.set_platform(seat.name, connection);
            up.extend(connected.then_some(seat.name));
        }
        up
    }

    /// The names of what is served, in the order of the platforms.
    async fn workspaces(&self) -> Vec<String> {
        let mut names = Vec::new();
        for seat in self.seats.iter().filter(|seat| seat.sits() == Sits::Connected) {
            let known = self.app.workspaces_on(seat.kind()).await.unwrap_or_default();
            names.extend(
                known.into_iter().map(|(key, name)| if name.is_empty() { key.to_string() } else { name }),
            );
        }
        names
    }
}

/// Waits for an instant; for ever if there is none.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => {
            let _ = timeout_at(at, std::future::pending::<()>()).await;
        }
        None => std::future::pending().await,
    }
}

/// How a part of the program ended.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    /// A platform, as it was told to.
    Asked,
    /// A platform refuses us and is the only one; in words for the operator.
    Refused(String),
    /// A part that should not have: only a panic does that. Half a bot would look well and leave people
    /// standing.
    ByItself(&'static str),
}

/// Waits until hearing or speaking ends.
async fn one_ended(hearing: &mut JoinSet<Result<(), String>>, speaking: &mut JoinHandle<()>) -> Ended {
    tokio::select! {
        Some(heard) = hearing.join_next() => match heard {
            Ok(Ok(())) => Ended::Asked,
            Ok(Err(why)) => Ended::Refused(why),
            Err(_) => Ended::ByItself("hearing"),
        },
        _ = speaking => Ended::ByItself("speaking"),
    }
}

fn defaults(config: &Config) -> Defaults {
    // A topic gets its id in each organisation that takes it in.
    let topics = config.topics.iter().map(|topic| topic.with_id(TopicId::from(""))).collect();
    Defaults {
        settings: config.defaults.settings.clone(),
        topics,
        admins: config.defaults.admins.clone(),
        stewards: config.defaults.stewards.clone(),
        housekeeping: config.defaults.housekeeping.clone(),
    }
}

fn told(err: &mut dyn Write, what: &str) -> io::Result<u8> {
    writeln!(err, "goodturn: {what}").map(|()| MEND)
}

fn ping(store: &Store) -> StorePing {
    let store = store.clone();
    Arc::new(move || {
        let store = store.clone();
        Box::pin(async move { store.ping().await.map_err(|why| why.to_string()) })
    })
}

const NO_TOKENS: &str = "\
No chat is set up yet. To be on Slack: 1. make the app from what `goodturn slack manifest` prints,
2. set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, 3. see what `goodturn check` says. To be on Discord:
1. make an application at https://discord.com/developers/applications, 2. set DISCORD_TOKEN to its bot
token, 3. open the link that `goodturn discord invite` prints. Until then:
";

fn first_steps(config: &Config) -> String {
    let slack = &config.slack;
    let missing = match (&slack.bot_token, &slack.app_token) {
        (None, None) => "neither SLACK_BOT_TOKEN and SLACK_APP_TOKEN nor DISCORD_TOKEN is set",
        (None, Some(_)) => "SLACK_BOT_TOKEN is not set",
        (Some(_), _) => "SLACK_APP_TOKEN is not set",
    };
    let half = slack.bot_token.is_some() || slack.app_token.is_some();
    let what =
        if half { "Goodturn is half set up for Slack" } else { "Goodturn has no chat to connect to yet" };
    format!(
        "{what}: {missing}.

On Slack, three steps:
  1. Make the Slack app. `goodturn slack manifest` prints its manifest; at https://api.slack.com/apps
     choose \"Create New App\", \"From a manifest\", and paste it.
  2. Install it to your workspace and set SLACK_BOT_TOKEN to its bot token (xoxb-...). Under \"Basic
     Information\", \"App-Level Tokens\" make a token with connections:write and set SLACK_APP_TOKEN
     to it (xapp-...).
  3. `goodturn check` says what is still missing. Then start `goodturn` again.

On Discord, three steps:
  1. Make an application at https://discord.com/developers/applications; under \"Bot\" make a token and
     set DISCORD_TOKEN to it. Under \"Privileged Gateway Intents\" switch on \"Server Members Intent\" and
     \"Message Content Intent\".
  2. `goodturn discord invite` prints the link that adds the bot to your server, and why it asks for what.
  3. `goodturn check` says what is still missing. Then start `goodturn` again.

With the tokens of both, Goodturn is on both at once."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sources::{Flags, Sources};

    #[tokio::test]
    async fn a_part_that_ends_by_itself_is_noticed() {
        let mut hearing = JoinSet::new();
        hearing.spawn(std::future::pending());
        let mut speaking = tokio::spawn(std::future::ready(()));
        assert_eq!(one_ended(&mut hearing, &mut speaking).await, Ended::ByItself("speaking"));
        let mut speaking = tokio::spawn(std::future::pending());
        hearing.spawn(async { panic!("on purpose") });
        assert_eq!(one_ended(&mut hearing, &mut speaking).await, Ended::ByItself("hearing"));
        hearing.spawn(async { Err("no".to_owned()) });
        assert_eq!(one_ended(&mut hearing, &mut speaking).await, Ended::Refused("no".to_owned()));
    }

    #[test]
    fn without_tokens_nothing_is_opened_to_a_network() {
        let read = |_: &std::path::Path| Err(io::ErrorKind::NotFound.into());
        let environment = [("GOODTURN_LISTEN".to_owned(), "0.0.0.0:0".to_owned())].into();
        let sources = Sources { environment, flags: Flags::default(), read: &read };
        let config = crate::config::load(sources).expect("valid");
        let mut err = Vec::new();
        assert_eq!(run(&config, &mut err).unwrap(), WRONG);
        assert!(
            String::from_utf8(err)
                .unwrap()
                .contains("neither SLACK_BOT_TOKEN and SLACK_APP_TOKEN nor DISCORD_TOKEN is set")
        );
    }

    #[test]
    fn with_one_token_it_says_how_to_begin() {
        let read = |_: &std::path::Path| Err(io::ErrorKind::NotFound.into());
        let environment = [("SLACK_BOT_TOKEN".to_owned(), "xoxb-sesame".to_owned())].into();
        let sources = Sources { environment, flags: Flags::default(), read: &read };
        let config = crate::config::load(sources).expect("valid");
        let mut err = Vec::new();
        assert_eq!(run(&config, &mut err).unwrap(), WRONG);
        insta::assert_snapshot!(String::from_utf8(err).unwrap());
    }
}
