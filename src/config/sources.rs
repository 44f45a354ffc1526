//! Where settings are read from: the only place that looks at the environment.
//!
//! Invariant: everything is handed on as plain values, so that a test needs no environment.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// What a configuration is made of.
pub struct Sources<'a> {
    /// The environment variables.
    pub environment: BTreeMap<String, String>,
    /// What the command line said.
    pub flags: Flags,
    /// Reads a file as text.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
}

/// Settings that have a flag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`: the operator's file.
    pub config: Option<String>,
    /// `--listen`: where the web side answers.
    pub listen: Option<String>,
    /// `--log`: what is logged.
    pub log: Option<String>,
}

/// The process's own environment and files.
///
/// A variable that is not valid Unicode is left out: no setting of ours can be one.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub fn of_this_process(flags: Flags) -> Sources<'static> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    Sources { environment, flags, read: &|path| std::fs::read_to_string(path) }
}
