//! `goodturn run`: connects everything, says it is ready, and ends in order.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::playground::{self, Memory};
use super::ready::Ready;
use super::{MEND, WELL, WRONG, log, runtime, stop};
use crate::app::clock::{IdSource, SystemClock};
use crate::app::metrics::Metrics;
use crate::app::{App, Defaults};
use crate::chat::platform::ChatPlatform;
use crate::config::{Config, SlackTokens};
use crate::domain::ids::{PlatformKind, TopicId};
use crate::slack::listen::{self, Ears};
use crate::slack::socket::{SocketSettings, Status};
use crate::slack::{ConnectError, Slack};
use crate::store::Store;
use crate::store::engine::OpenMode;
use crate::web::health::{Connection, Health, StorePing};
use crate::web::{self, Web};

/// Runs until a signal. Without any token it opens the playground, on the loopback address only; with one
/// of two it says what is missing.
pub fn run(config: &Config, err: &mut dyn Write) -> io::Result<u8> {
    if config.slack.bot_token.is_none() && config.slack.app_token.is_none() {
        // Forgotten tokens must not open a sample company to a whole network.
        if config.web.listen.ip().is_loopback() {
            return playground::playground(config, Memory::File, NO_TOKENS, err);
        }
        writeln!(err, "{}", first_steps(config))?;
        return Ok(WRONG);
    }
    let Some(tokens) = config.slack.tokens() else {
        writeln!(err, "{}", first_steps(config))?;
        return Ok(WRONG);
    };
    log::start(&config.log);
    runtime()?.block_on(serve(config, &tokens, err))
}

async fn serve(config: &Config, tokens: &SlackTokens, err: &mut dyn Write) -> io::Result<u8> {
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
                &format!("cannot listen on {listen}: {why}; choose another with GOODTURN_LISTEN"),
            );
        }
    };
    let address = listener.local_addr()?;
    let health = Arc::new(Health::new(ping(&store)));
    health.set_platform(SLACK, Connection::Connecting);
    let metrics = Arc::new(Metrics::new());
    let web = Web { health: Arc::clone(&health), metrics: Arc::clone(&metrics) };
    let pages = tokio::spawn(web::serve(listener, web, stop.clone()));
    let clock = Arc::new(SystemClock);
    let app = App::new(store, clock.clone(), IdSource::random(), defaults(config), metrics);
    let app = Arc::new(app);
    let ended = on_slack(config, tokens, &app, &clock, &health, address, err, &stop).await?;
    health.set_stopping();
    stop.cancel();
    let finished = async {
        let _ = pages.await;
        app.close().await;
    };
    // Nothing is at work any more: pages and files close at once, or are closed by the system.
    let _ = stop::drain(finished, Duration::from_secs(1)).await;
    Ok(ended)
}

const SLACK: &str = "Slack";

/// Connects to Slack and serves it until the stop.
#[expect(clippy::too_many_arguments, reason = "the one place where everything is put together")]
async fn on_slack(
    config: &Config,
    tokens: &SlackTokens,
    app: &Arc<App>,
    clock: &Arc<SystemClock>,
    health: &Arc<Health>,
    address: SocketAddr,
    err: &mut dyn Write,
    stop: &CancellationToken,
) -> io::Result<u8> {
    let api = match super::slack::api(config, tokens) {
        Ok(api) => api,
        Err(why) => return told(err, &why.to_string()),
    };
    let slack = match Slack::connect(api, clock.clone(), stop).await {
        Ok(slack) => slack,
        Err(ConnectError::Stopped) => return Ok(WELL),
        Err(why) => return told(err, &format!("{why}; `goodturn check` says what to do")),
    };
    let workspace = match app.adopt(PlatformKind::Slack, &slack.home.team, &slack.home.team_name).await {
        Ok(workspace) => workspace,
        Err(why) => return told(err, &why.to_string()),
    };
    let settings = SocketSettings {
        connections: config.slack.connections,
        at_once: config.limits.handlers,
        ..SocketSettings::default()
    };
    let ears = Ears::of(app, &workspace.key);
    let mut listening = tokio::spawn(listen::listen(Arc::clone(&slack), ears, settings, stop.clone()));
    // What is said is sent on until all that was heard is taken in.
    let silence = CancellationToken::new();
    let platforms: Vec<Arc<dyn ChatPlatform>> = vec![slack.clone()];
    let mut speaking =
        tokio::spawn(Arc::clone(app).run(platforms, config.limits.deliveries, silence.clone()));
    let mut status = slack.monitor.watch();
    let mut said = false;
    let mut end = WELL;
    while !stop.is_cancelled() {
        let connected = matches!(*status.borrow_and_update(), Status::Connected(_));
        let now = if connected { Connection::Connected } else { Connection::Connecting };
        health.set_platform(SLACK, now);
        if connected && !said {
            said = true;
            let workspaces = [workspace.name.clone()];
            let store = &config.database.url;
            let ready = Ready { platforms: &[SLACK], workspaces: &workspaces, store, web: address };
            writeln!(err, "{ready}")?;
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            what = one_ended(&mut listening, &mut speaking) => {
                tracing::error!(what, "a part of the program ended by itself; the whole ends, to be started again");
                end = MEND;
                stop.cancel();
            }
            changed = status.changed() => if changed.is_err() { break },
        }
    }
    health.set_stopping();
    let finished = async {
        // Who has ended must not be waited for again.
        if !listening.is_finished() {
            let _ = listening.await;
        }
        silence.cancel();
        if !speaking.is_finished() {
            let _ = speaking.await;
        }
    };
    if stop::drain(finished, config.limits.drain).await == stop::Drained::TimeWasUp {
        tracing::warn!("the time to finish was up; what is left is taken up at the next start");
    }
    Ok(end)
}

/// Waits until hearing or speaking ends, which only a panic does unasked; says which. Half a bot would
/// look well and leave people standing.
async fn one_ended(listening: &mut JoinHandle<()>, speaking: &mut JoinHandle<()>) -> &'static str {
    tokio::select! {
        _ = listening => "hearing",
        _ = speaking => "speaking",
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
2. set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, 3. see what `goodturn check` says. Until then:
";

fn first_steps(config: &Config) -> String {
    let slack = &config.slack;
    let missing = match (&slack.bot_token, &slack.app_token) {
        (None, None) => "neither SLACK_BOT_TOKEN nor SLACK_APP_TOKEN is set",
        (None, Some(_)) => "SLACK_BOT_TOKEN is not set",
        (Some(_), _) => "SLACK_APP_TOKEN is not set",
    };
    format!(
        "Goodturn has no chat to connect to yet: {missing}.

Three steps:
  1. Make the Slack app. `goodturn slack manifest` prints its manifest; at https://api.slack.com/apps
     choose \"Create New App\", \"From a manifest\", and paste it.
  2. Install it to your workspace and set SLACK_BOT_TOKEN to its bot token (xoxb-...). Under \"Basic
     Information\", \"App-Level Tokens\" make a token with connections:write and set SLACK_APP_TOKEN
     to it (xapp-...).
  3. `goodturn check` says what is still missing. Then start `goodturn` again."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sources::{Flags, Sources};

    #[tokio::test]
    async fn a_part_that_ends_by_itself_is_noticed() {
        let mut listening = tokio::spawn(std::future::pending());
        let mut speaking = tokio::spawn(std::future::ready(()));
        assert_eq!(one_ended(&mut listening, &mut speaking).await, "speaking");
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
            String::from_utf8(err).unwrap().contains("neither SLACK_BOT_TOKEN nor SLACK_APP_TOKEN is set")
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
