//! The words of the command line.
//!
//! Invariant: the help names every command, flag and environment variable there is; a test compares.

use clap::{Parser, Subcommand};

use crate::config::sources::Flags;

/// A chat bot that makes good service everyone's job: requests find a volunteer, with one named holder at every moment.
#[derive(Debug, Parser)]
#[command(name = "goodturn", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub struct Args {
    /// Settings that hold for every command.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do; `run` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that set a setting.
#[derive(Debug, clap::Args)]
pub struct Settings {
    /// The file with your settings [default: ./goodturn.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<String>,
    /// Where the playground opens, and health, readiness and metrics answer, such as 0.0.0.0:8080
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// What is logged: a level such as debug, or a filter by part
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        help = "What is logged: error, warn, info, debug, trace, off, or by part: info,goodturn::slack=debug"
    )]
    log: Option<String>,
}

impl Settings {
    /// The flags as the configuration takes them.
    pub fn flags(self) -> Flags {
        Flags { config: self.config, listen: self.listen, log: self.log }
    }
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Connect to chat and do the work (what happens without a command)
    Run,
    /// Try everything in the browser, with a sample company; `run` without any token does this too
    Playground {
        /// Keep nothing: begin anew with every start
        #[arg(long)]
        in_memory: bool,
    },
    /// Look at configuration, database and tokens, change nothing, and say what to mend
    Check,
    /// The settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Setting up Slack
    #[command(subcommand)]
    Slack(SlackCommand),
    /// Setting up Discord
    #[command(subcommand)]
    Discord(DiscordCommand),
    /// Bring the database up to date; `run` does this too
    Migrate,
    /// Measure the judgement on recorded conversations
    #[command(subcommand)]
    Eval(EvalCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The settings.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, its value and where it came from, without secrets
    Show,
    /// Print a file with every setting, its default and a comment, to begin your own with
    Template,
}

/// Setting up Slack.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum SlackCommand {
    /// Print the app manifest: paste it where Slack asks for one when an app is made
    Manifest,
}

/// Measuring the judgement.
#[derive(Debug, Clone, Subcommand)]
pub enum EvalCommand {
    /// Which questions in a channel are answered, and by which message?
    Unanswered(super::eval::Files),
}

/// Setting up Discord.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum DiscordCommand {
    /// Print the link that brings the bot into a server, and what each permission in it is for
    Invite,
    /// Tell Discord of the slash commands and menus; `run` does this too, where they changed
    Register,
}

const AFTER_HELP: &str = "\
Examples:
  goodturn playground                         try it in the browser, without any account
  goodturn slack manifest > manifest.json     make the Slack app from this
  goodturn discord invite                     the link that brings the bot into a Discord server
  goodturn check                              what is still missing?
  goodturn                                    run
  goodturn config template > goodturn.toml    begin a file of your own

Environment variables (they win over the file; flags win over both):
  SLACK_BOT_TOKEN        bot token, xoxb-...
  SLACK_APP_TOKEN        app-level token for Socket Mode, xapp-...
  SLACK_SIGNING_SECRET   signs what Slack sends over HTTP; Socket Mode does without
  SLACK_API_URL          Slack's Web API, without a slash at the end
  DISCORD_TOKEN          bot token of the Discord application
  DISCORD_API_URL        Discord's API, without a slash at the end
  DATABASE_URL           sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME
  GOODTURN_CONFIG        the file with your settings, as --config
  GOODTURN_LISTEN        as --listen
  GOODTURN_LOG           as --log

Exit codes: 0 well, 1 something to mend or something failed, 2 wrong usage or configuration, 130 stopped at once.";
