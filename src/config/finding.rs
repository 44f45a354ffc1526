//! What `goodturn check` finds: one line per thing looked at.
//!
//! Invariant: a finding holds no secret.

use std::fmt;

/// One thing that was looked at, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: `database`, `Slack bot token`.
    pub what: String,
    /// How it stands.
    pub verdict: Verdict,
}

/// How a thing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be, with what was seen.
    Ok(String),
    /// It will work, but the operator should know this.
    Warn(String),
    /// It will not work until the operator does this.
    Mend(String),
}

impl Finding {
    /// All is well; `seen` says what was found.
    pub fn ok(what: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Ok(seen.into()) }
    }

    /// It will work; `note` says what to know.
    pub fn warn(what: impl Into<String>, note: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Warn(note.into()) }
    }

    /// It will not work; `step` says what to do.
    pub fn mend(what: impl Into<String>, step: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Mend(step.into()) }
    }

    /// Whether the operator has something to mend.
    pub fn is_mend(&self) -> bool {
        matches!(self.verdict, Verdict::Mend(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, rest) = match &self.verdict {
            Verdict::Ok(seen) => ("ok", seen),
            Verdict::Warn(note) => ("note", note),
            Verdict::Mend(step) => ("mend", step),
        };
        write!(f, "{word:<5} {}: {rest}", self.what)
    }
}
