//! What the adapter's tests have in common.

use std::io::Write;
use std::path::PathBuf;

/// A file of Discord's published data; `None`, said on stderr, where it is not at hand.
#[expect(clippy::disallowed_methods, reason = "where the published data lies is for the test run to say")]
pub(crate) fn spec(path: &str) -> Option<String> {
    let folder = std::env::var("GOODTURN_SPEC_DIR").unwrap_or_else(|_| "../shared/spec".to_owned());
    let file = PathBuf::from(folder).join("discord").join(path);
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        let _ = writeln!(std::io::stderr(), "NOT CHECKED: {} is absent (GOODTURN_SPEC_DIR)", file.display());
    }
    text
}
