//! The command line: reads it, reads the settings, and hands both to the command.
//!
//! Invariant: everything it prints goes through a writer it was given, and none of it is secret.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::config::origin::Origin;
use crate::config::sources::{Flags, Sources, of_this_process};
use crate::config::{self, Config};
use args::{Args, Command, ConfigCommand, DiscordCommand, EvalCommand, SlackCommand};

pub mod stop;

pub mod ready;

mod args;

mod check;

mod database;

mod discord;

mod eval;

mod invite;

mod log;

mod migrate;

mod playground;

mod run;

mod show;

mod slack;

/// All is well.
pub const WELL: u8 = 0;
/// There is something to mend, or something failed on the way.
pub const MEND: u8 = 1;
/// The command line or the configuration is wrong.
pub const WRONG: u8 = 2;

/// Runs the program and answers with its exit code.
pub fn main() -> ExitCode {
    // Two of our dependencies could each choose another TLS provider, and rustls would then panic at
    // the first connection. It can only fail if one is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    ExitCode::from(execute(std::env::args_os(), of_this_process, &mut out, &mut err))
}

/// Does what the arguments say, the program's name first among them, and answers with the exit code.
pub fn execute(
    args: impl IntoIterator<Item = OsString>,
    sources: impl FnOnce(Flags) -> Sources<'static>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let done = match Args::try_parse_from(args) {
        Ok(args) => dispatch(args, sources, out, err),
        Err(usage) => tell_usage(&usage, out, err),
    };
    match done {
        Ok(code) => code,
        // Whoever read our output has seen enough: `goodturn config show | head -3`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => WELL,
        Err(error) => {
            // If even stderr is gone, the exit code has to do.
            let _ = writeln!(err, "goodturn: {error}");
            MEND
        }
    }
}

/// Where the address that is listened on was set, and so can be changed.
fn listen_set_by(config: &Config) -> String {
    let shown = config.shown.iter().find(|shown| shown.path == "web.listen");
    match shown.and_then(|shown| shown.origin.as_ref()) {
        Some(Origin::Flag(flag)) => (*flag).to_owned(),
        Some(Origin::Env(name)) => (*name).to_owned(),
        Some(origin @ (Origin::File { .. } | Origin::WholeFile(_))) => format!("listen in {origin}"),
        Some(Origin::Default) | None => "--listen or GOODTURN_LISTEN".to_owned(),
    }
}

fn dispatch(
    args: Args,
    sources: impl FnOnce(Flags) -> Sources<'static>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    let sources = || sources(args.settings.flags());
    match args.command.unwrap_or(Command::Run) {
        Command::Run => configured(sources, err, run::run),
        Command::Check => configured(sources, err, |config, _| check::check(config, out)),
        Command::Config(ConfigCommand::Show) => {
            configured(sources, err, |config, _| show::show(config, out).map(|()| WELL))
        }
        Command::Config(ConfigCommand::Template) => out.write_all(config::TEMPLATE.as_bytes()).map(|()| WELL),
        Command::Slack(SlackCommand::Manifest) => slack::manifest(out),
        Command::Discord(DiscordCommand::Invite) => {
            configured(sources, err, |config, err| invite::invite(config, out, err))
        }
        Command::Discord(DiscordCommand::Register) => {
            configured(sources, err, |config, err| invite::register(config, out, err))
        }
        Command::Playground { in_memory } => {
            let memory = if in_memory { playground::Memory::None } else { playground::Memory::File };
            configured(sources, err, |config, err| playground::playground(config, memory, "", err))
        }
        Command::Migrate => configured(sources, err, |config, err| migrate::migrate(config, out, err)),
        Command::Eval(EvalCommand::Unanswered(files)) => eval::unanswered(&files, out, err),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "goodturn", &mut script);
            out.write_all(&script).map(|()| WELL)
        }
    }
}

/// Does what needs the settings, or tells what is wrong with them.
fn configured(
    sources: impl FnOnce() -> Sources<'static>,
    err: &mut dyn Write,
    command: impl FnOnce(&Config, &mut dyn Write) -> io::Result<u8>,
) -> io::Result<u8> {
    match config::load(sources()) {
        Ok(config) => command(&config, err),
        Err(problems) => tell_problems(&problems, err),
    }
}

fn tell_problems(problems: &[config::origin::Problem], err: &mut dyn Write) -> io::Result<u8> {
    let count = match problems.len() {
        1 => "one thing".to_owned(),
        n => format!("{n} things"),
    };
    writeln!(err, "goodturn: the configuration has {count} to mend:")?;
    for problem in problems {
        writeln!(err, "  {problem}")?;
    }
    Ok(WRONG)
}

fn tell_usage(usage: &clap::Error, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let text = usage.render().to_string();
    if usage.use_stderr() {
        err.write_all(text.as_bytes())?;
        return Ok(WRONG);
    }
    out.write_all(text.as_bytes())?;
    Ok(WELL)
}

/// A runtime for one command.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

#[cfg(test)]
mod tests;
