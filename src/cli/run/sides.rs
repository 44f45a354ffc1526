//! The platforms as they are run: connected, taken in, listened to, until the stop.
//! Invariant: a platform that cannot be reached keeps trying; one that refuses us ends the program where
//! it is the only one, and is tried again slowly where it is not.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::seat::{Company, Seat, Sits};
use crate::app::App;
use crate::app::clock::SystemClock;
use crate::config::{Config, MessageContent, SlackTokens};
use crate::discord::gateway::intents::Content;
use crate::discord::{self, declare, gateway};
use crate::domain::ids::PlatformKind;
use crate::slack;
use crate::slack::listen::Ears;

/// A platform by kind and name.
#[derive(Clone, Copy)]
pub struct Side {
    /// Which.
    pub kind: PlatformKind,
    /// As people read it.
    pub name: &'static str,
}

/// Slack.
pub const SLACK: Side = Side { kind: PlatformKind::Slack, name: "Slack" };

/// Discord.
pub const DISCORD: Side = Side { kind: PlatformKind::Discord, name: "Discord" };

/// After a refusal, where others go on.
const AFTER_REFUSAL: Duration = Duration::from_mins(1);

/// What Slack needs.
pub struct Slack {
    config: Config,
    tokens: SlackTokens,
    api: slack::api::Api,
}

impl Slack {
    /// With these tokens; calls nothing.
    pub fn new(config: &Config, tokens: SlackTokens) -> Result<Self, slack::api::SetupError> {
        let api = crate::cli::slack::api(config, &tokens)?;
        Ok(Self { config: config.clone(), tokens, api })
    }

    /// Serves Slack until the stop; the error is in words for the operator.
    pub async fn serve(
        self,
        app: Arc<App>,
        clock: Arc<SystemClock>,
        seat: Arc<Seat>,
        stop: CancellationToken,
    ) -> Result<(), String> {
        let Self { config, tokens, mut api } = self;
        let slack = loop {
            match slack::Slack::connect(api, clock.clone(), &stop).await {
                Ok(slack) => break slack,
                Err(slack::ConnectError::Stopped) => return Ok(()),
                Err(why) => refused(&seat, &why.to_string(), &stop).await?,
            }
            if stop.is_cancelled() {
                return Ok(());
            }
            api = crate::cli::slack::api(&config, &tokens).map_err(|why| why.to_string())?;
        };
        let team = &slack.home.team;
        let adopted = app.adopt(PlatformKind::Slack, team, &slack.home.team_name).await;
        let workspace = adopted.map_err(|why| why.to_string())?;
        let settings = slack::socket::SocketSettings {
            connections: config.slack.connections,
            at_once: config.limits.handlers,
            ..slack::socket::SocketSettings::default()
        };
        seat.take(slack.clone());
        let mut status = slack.monitor.watch();
        let following = async {
            loop {
                let connected = matches!(*status.borrow_and_update(), slack::socket::Status::Connected(_));
                seat.set(if connected { Sits::Connected } else { Sits::Connecting });
                if status.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let ears = Ears::of(&app, &workspace.key);
        tokio::select! {
            () = slack::listen::listen(Arc::clone(&slack), ears, settings, stop) => {}
            () = following => {}
        }
        Ok(())
    }
}

/// What Discord needs.
pub struct Discord {
    config: Config,
    token: SecretString,
    api: discord::api::Api,
}

impl Discord {
    /// With this token; calls nothing.
    pub fn new(config: &Config, token: SecretString) -> Result<Self, discord::api::SetupError> {
        let api = crate::cli::discord::api(config, &token)?;
        Ok(Self { config: config.clone(), token, api })
    }

    /// Serves Discord until the stop; the error is in words for the operator.
    pub async fn serve(
        self,
        app: Arc<App>,
        clock: Arc<SystemClock>,
        seat: Arc<Seat>,
        stop: CancellationToken,
    ) -> Result<(), String> {
        let Self { config, token, mut api } = self;
        let discord = loop {
            match discord::Discord::connect(api, clock.clone(), &stop).await {
                Ok(discord) => break discord,
                Err(discord::ConnectError::Stopped) => return Ok(()),
                Err(why) => refused(&seat, &why.to_string(), &stop).await?,
            }
            if stop.is_cancelled() {
                return Ok(());
            }
            api = crate::cli::discord::api(&config, &token).map_err(|why| why.to_string())?;
        };
        let settings = gateway::GatewaySettings {
            shards: config.discord.shards,
            content: match config.discord.message_content {
                MessageContent::Ask => Content::Wanted,
                MessageContent::Leave => Content::Unwanted,
            },
            flags: discord.flags,
            at_once: config.limits.handlers,
            ..gateway::GatewaySettings::new(token)
        };
        seat.take(discord.clone());
        let declared = CancellationToken::new();
        let mut status = discord.monitor.watch();
        let following = async {
            loop {
                let connected = matches!(*status.borrow_and_update(), gateway::Status::Connected(_));
                if connected {
                    // The servers come right after the session; at the first start the commands, too.
                    let _ = tokio::join!(
                        discord.settled(SERVERS_WITHIN),
                        timeout(SERVERS_WITHIN, declared.cancelled())
                    );
                }
                seat.set(if connected { Sits::Connected } else { Sits::Connecting });
                if status.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let listening =
            discord::listen::listen(Arc::clone(&discord), Arc::clone(&app), settings, stop.clone());
        tokio::select! {
            () = listening => {}
            () = following => {}
            () = declaring(&discord, &app, &declared, &stop) => {}
        }
        Ok(())
    }
}

/// A session is ready for people once its servers are there; one with an outage is not waited for.
const SERVERS_WITHIN: Duration = Duration::from_secs(3);

/// Tells Discord of the commands where they changed, again until it listens; then there is nothing to do.
async fn declaring(
    discord: &discord::Discord,
    app: &App,
    declared: &CancellationToken,
    stop: &CancellationToken,
) {
    let mut wait = Duration::from_secs(1);
    loop {
        match declare::register(&discord.api, app).await {
            Ok(_) => {
                declared.cancel();
                break;
            }
            Err(why) => tracing::warn!(%why, "Discord has not taken the commands yet; trying again"),
        }
        if timeout(wait, stop.cancelled()).await.is_ok() {
            break;
        }
        wait = (wait * 2).min(AFTER_REFUSAL);
    }
    std::future::pending::<()>().await;
}

/// What follows from a refusal: the end where nobody else is there, a pause where others go on.
async fn refused(seat: &Seat, why: &str, stop: &CancellationToken) -> Result<(), String> {
    if seat.company == Company::Alone {
        return Err(why.to_owned());
    }
    tracing::error!(platform = seat.name, why, "`goodturn check` says what to do; trying again later");
    let _ = timeout(AFTER_REFUSAL, stop.cancelled()).await;
    Ok(())
}
