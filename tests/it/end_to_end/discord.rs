//! Discord's gateway under the real binary: nothing that is said is lost, whatever ends the connection.

use std::time::Duration;

use tempfile::TempDir;

use super::harness::{CONFIG, Program, alone};
use crate::fake_discord::FakeDiscord;
use crate::fake_discord::faults::Fault;
use crate::fake_discord::gateway::Order;
use crate::fake_discord::state::State;
use crate::fake_discord::town::{Channel, ChannelKind, Guild, Town};
use crate::fake_slack::FakeSlack;
use crate::fake_slack::workspace::Workspace;

/// The program beside a Discord, with Ana known to it.
struct Story {
    discord: FakeDiscord,
    folder: TempDir,
    program: Program,
    log: String,
    said: usize,
}

impl Story {
    async fn start() -> Self {
        Self::start_in(Town::sample()).await
    }

    async fn start_in(town: Town) -> Self {
        let discord = FakeDiscord::start(town).await;
        let folder = folder();
        let mut program = Program::spawn(beside(&discord, &folder));
        program.ready().await;
        let story = Self { discord, folder, program, log: String::new(), said: 0 };
        story.discord.connected(1).await;
        let answer = story.discord.as_user("ana").command("acme/sales", "requests mine", &[]).await;
        assert!(answer.private(), "{}", answer.text());
        story
    }

    /// Ana speaks to the bot; it must answer her, once.
    fn speak(&mut self) {
        self.said += 1;
        self.discord.as_user("ana").say("dm", "help");
    }

    /// So many answers stand in Ana's direct conversation, and not one more.
    async fn all_answered(&self) {
        let said = self.said;
        self.discord
            .expect("an answer to everything that was said", |state| (answers(state) >= said).then_some(()))
            .await;
        assert_eq!(self.discord.look(answers), said, "each was answered once");
    }

    /// Restarts the program after it was ended by this signal.
    async fn restarted_after(&mut self, signal: &str) {
        self.program.signal(signal);
        self.program.ended().await;
        self.log.push_str(&self.program.log());
        self.speak();
        self.program = Program::spawn(beside(&self.discord, &self.folder));
        self.program.ready().await;
    }

    async fn well(mut self) {
        self.program.signal("TERM");
        assert_eq!(self.program.ended().await, Some(0), "{}", self.program.log());
        assert_eq!(self.discord.violations(), Vec::<String>::new());
        let log = format!("{}{}", self.log, self.program.log());
        for told in ["ERROR", "panicked", &self.discord.token()] {
            assert!(!log.contains(told), "{told} in the log:\n{log}");
        }
    }
}

/// How often the bot wrote to Ana.
fn answers(state: &State) -> usize {
    state.dm_with("ana").iter().filter(|message| message.raw["author"]["bot"] == true).count()
}

pub(super) fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let config = CONFIG.replace("[defaults]", "[defaults]\nstaff_roles = [\"staff\"]");
    std::fs::write(folder.path().join("settings.toml"), config).expect("written");
    folder
}

pub(super) fn beside(discord: &FakeDiscord, folder: &TempDir) -> std::process::Command {
    let mut program = alone(folder);
    program.envs([
        ("DISCORD_TOKEN", discord.token()),
        ("DISCORD_API_URL", discord.api_url()),
        ("DATABASE_URL", format!("sqlite://{}", folder.path().join("goodturn.db").display())),
        ("GOODTURN_CONFIG", "settings.toml".to_owned()),
    ]);
    program
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_connection_ends() {
    let mut story = Story::start().await;
    let orders = [
        Order::Cut,
        Order::Close(4000),
        Order::CloseWithoutCode,
        Order::Reconnect,
        Order::InvalidSession(true),
    ];
    for (n, order) in orders.into_iter().enumerate() {
        story.speak();
        story.discord.gateway(order);
        story.speak();
        let resumed = n as u64 + 1;
        story
            .discord
            .expect("a session that goes on", |state| (state.sessions.resumed >= resumed).then_some(()))
            .await;
        story.speak();
        story.all_answered().await;
    }
    assert_eq!(story.discord.handshakes().0, 1, "one session through all of it");
    story.well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_session_did_not_bring_is_read_from_history() {
    let mut story = Story::start().await;
    story.speak();
    story.all_answered().await;
    story.discord.refuse_connections().await;
    story.speak();
    story.discord.forget_sessions();
    story.speak();
    story.discord.accept_connections();
    story.discord.expect("a new session", |state| (state.sessions.identified >= 2).then_some(())).await;
    story.all_answered().await;
    story.well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_goes_on_from_the_same_session() {
    let mut story = Story::start().await;
    for signal in ["TERM", "KILL"] {
        story.speak();
        story.all_answered().await;
        story.restarted_after(signal).await;
        story.speak();
        story.all_answered().await;
    }
    assert_eq!(story.discord.handshakes(), (1, 2));
    story.well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_platforms_are_served_and_neither_waits_for_the_other() {
    let discord = FakeDiscord::start(Town::sample()).await;
    discord.outage(Some(Fault::DropBefore));
    let slack = FakeSlack::start(Workspace::sample().installed_from(&super::harness::manifest())).await;
    let folder = folder();
    let mut command = beside(&discord, &folder);
    command.envs([
        ("SLACK_BOT_TOKEN", slack.bot_token()),
        ("SLACK_APP_TOKEN", slack.app_token()),
        ("SLACK_API_URL", slack.api_url()),
    ]);
    let mut program = Program::spawn(command);
    let first = program.logged(" is ready: Slack ").await;
    assert!(first.contains("Slack · workspace"), "{first}");
    discord.outage(None);
    let both = program.logged(" is ready: Slack, Discord ").await;
    assert!(both.contains("acme"), "{both}");
    let answer = discord.as_user("ana").command("sales", "requests mine", &[]).await;
    assert!(answer.private(), "{}", answer.text());
    assert!(answer.latency < Duration::from_secs(3));
    program.signal("TERM");
    assert_eq!(program.ended().await, Some(0), "{}", program.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_privileged_intents_one_line_says_so_and_the_rest_works() {
    let discord = FakeDiscord::start(Town::sample()).await;
    discord.grant(0);
    let folder = folder();
    let mut program = Program::spawn(beside(&discord, &folder));
    program.ready().await;
    let line = program.logged("has not granted").await;
    assert!(line.contains("Server Members Intent"), "{line}");
    assert!(!line.contains("Message Content Intent"), "it is not asked for: {line}");
    let answer = discord.as_user("ana").command("sales", "requests mine", &[]).await;
    assert!(answer.private(), "{}", answer.text());
    program.signal("TERM");
    assert_eq!(program.ended().await, Some(0));
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_left_comes_back() {
    let mut story = Story::start().await;
    story.discord.kick_bot("acme");
    story.program.logged("was removed from the workspace").await;
    story.discord.add_bot("acme", crate::fake_discord::permissions::INSTALLED);
    let answer = story.discord.as_user("ana").command("sales", "requests mine", &[]).await;
    assert!(answer.private() && !answer.text().is_empty(), "{}", answer.text());
    story.well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_number_of_shards_that_is_the_same_is_waited_for() {
    let mut story = Story::start().await;
    story.discord.gateway(Order::Close(4010));
    story.program.logged("names the same").await;
    assert_eq!(story.discord.handshakes(), (1, 0), "nothing is tried before the pause is over");
    story.well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_two_servers_is_answered_once_when_history_is_read() {
    let town = Town::sample().with(|town| {
        let other = Guild::new("other", "ana", &["ana"]).channel(Channel::new("talk", ChannelKind::Text));
        town.guilds.push(other);
    });
    let mut story = Story::start_in(town).await;
    // Both servers know the direct conversation.
    for place in ["acme/sales", "other/talk"] {
        let answer = story.discord.as_user("ana").command(place, "requests mine", &[]).await;
        assert!(answer.private(), "{}", answer.text());
        story.speak();
        story.all_answered().await;
    }
    story.discord.refuse_connections().await;
    story.speak();
    story.discord.forget_sessions();
    story.discord.accept_connections();
    story.program.logged_times("caught up on what was said meanwhile", 2).await;
    story.all_answered().await;
    story.well().await;
}
