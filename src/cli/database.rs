//! The database, looked at without changing anything.
//!
//! Invariant: nothing is made, migrated or written; a password never shows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::finding::Finding;
use crate::config::secret::{DatabaseUrl, Engine};
use crate::store;
use crate::store::inspect::{self, Inspection};

/// How the database stands.
pub async fn look(url: &DatabaseUrl) -> Finding {
    let what = format!("database {url}");
    if url.engine() == Engine::Sqlite {
        match sqlite_file(url.expose()) {
            File::Missing(Ok(())) => {
                return Finding::ok(what, "does not exist yet; it is made at the first start");
            }
            File::Missing(Err(step)) | File::Unusable(step) => return Finding::mend(what, step),
            File::InMemory => {
                return Finding::warn(what, "is kept in memory: everything is forgotten at the end");
            }
            File::Usable => {}
        }
    }
    match tokio::time::timeout(PATIENCE, inspect::inspect(url.expose(), &known(url.engine()))).await {
        Ok(Ok(inspection)) => judge(what, &inspection),
        Ok(Err(error)) => Finding::mend(what, format!("cannot be read: {error}")),
        Err(_) => Finding::mend(
            what,
            "did not answer within 5 seconds; is the server running, is the address right?",
        ),
    }
}

fn known(engine: Engine) -> Vec<i64> {
    store::engine::known_migrations(match engine {
        Engine::Sqlite => store::engine::Engine::Sqlite,
        Engine::Postgres => store::engine::Engine::Postgres,
    })
}

const PATIENCE: Duration = Duration::from_secs(5);

fn judge(what: String, inspection: &Inspection) -> Finding {
    match inspection {
        Inspection { newer: true, .. } => Finding::mend(
            what,
            "was last used by a newer Goodturn; run that version, or restore a backup from before it",
        ),
        Inspection { pending: 0, .. } => Finding::ok(what, "is readable and up to date"),
        Inspection { pending: 1, .. } => {
            Finding::ok(what, "is readable; one migration is made at the next start")
        }
        Inspection { pending, .. } => {
            Finding::ok(what, format!("is readable; {pending} migrations are made at the next start"))
        }
    }
}

enum File {
    InMemory,
    Usable,
    Missing(Result<(), String>),
    Unusable(String),
}

fn sqlite_file(url: &str) -> File {
    let path = match inspect::file(url) {
        Ok(Some(path)) => path,
        Ok(None) => return File::InMemory,
        Err(why) => return File::Unusable(why.to_string()),
    };
    match path.metadata() {
        Ok(found) if found.is_dir() => File::Unusable("is a folder; name a file in it".into()),
        Ok(_) => match std::fs::OpenOptions::new().read(true).append(true).open(&path) {
            Ok(_) => File::Usable,
            Err(error) => File::Unusable(format!("this user cannot write to the file ({})", error.kind())),
        },
        Err(_) => File::Missing(can_be_made(&path)),
    }
}

/// Whether a file can be made there, as far as that shows without making it.
fn can_be_made(path: &Path) -> Result<(), String> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    let above = absolute.ancestors().skip(1).find_map(|folder| Some((folder, folder.metadata().ok()?)));
    match above {
        Some((folder, found)) if !found.is_dir() => Err(format!("{} is not a folder", folder.display())),
        Some((folder, found)) if found.permissions().readonly() => {
            Err(format!("nothing may be written in {}", folder.display()))
        }
        Some(_) => Ok(()),
        None => Err("its folder cannot be seen by this user".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::finding::Verdict;

    async fn finding(url: &str) -> Finding {
        look(&DatabaseUrl::parse(url).expect("known kind")).await
    }

    #[tokio::test]
    async fn a_missing_file_is_made_later_and_not_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/er/goodturn.db");
        let found = finding(&format!("sqlite://{}", file.display())).await;
        assert!(matches!(found.verdict, Verdict::Ok(_)), "{found}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 0);
    }

    #[tokio::test]
    async fn what_is_no_database_is_to_be_mended() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.txt");
        std::fs::write(&file, "this is a note, and long enough to be mistaken for a header".repeat(20))
            .expect("written");
        for path in [folder.path().to_owned(), file.clone(), file.join("goodturn.db")] {
            let found = finding(&format!("sqlite://{}", path.display())).await;
            assert!(found.is_mend(), "{found}");
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_to_be_mended_without_its_password() {
        let found = finding("postgres://me:sesame@127.0.0.1:1/goodturn").await;
        assert!(found.is_mend(), "{found}");
        assert!(!found.to_string().contains("sesame"), "{found}");
    }
}
