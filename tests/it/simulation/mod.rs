//! The deterministic simulation: from a seed come people, settings and weeks of hand-offs, lived through
//! with the real app on a real store in memory; after every step what must always hold is checked.
//!
//! A seed that fails is printed. `GOODTURN_SEED=17` lives through that one only and prints its diary;
//! `GOODTURN_SEEDS=5000` lives through so many.
#![expect(clippy::unwrap_used, reason = "test code: a world that cannot be built should panic")]

mod chance;
mod deeds;
mod oracle;
mod screen;
mod story;
mod town;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seeds lived through by default.
const SEEDS: u64 = 200;

/// How much of the diary a failure shows.
const LAST_LINES: usize = 40;

#[test]
fn whatever_happens_every_request_has_one_holder_and_nothing_is_said_twice() {
    let seeds: Vec<u64> = match (number("GOODTURN_SEED"), number("GOODTURN_SEEDS")) {
        (Some(seed), _) => {
            eprintln!("simulation: only seed {seed}, since GOODTURN_SEED asks for it");
            vec![seed]
        }
        (None, count) => (0..count.unwrap_or(SEEDS)).collect(),
    };
    // Each world has two threads, the story's and the database's, and one of them waits.
    let at_once = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let next = AtomicU64::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(seed) =
                    seeds.get(usize::try_from(next.fetch_add(1, Ordering::SeqCst)).unwrap())
                {
                    if let Err(failure) = live(*seed, seeds.len() == 1) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.truncate(5);
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn live(seed: u64, aloud: bool) -> Result<(), String> {
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(story::live(seed))
    }));
    let (end, diary) = match lived {
        Ok(lived) => lived,
        Err(_) => (Err("the program panicked; see above".to_owned()), Vec::new()),
    };
    if aloud {
        eprintln!("{}", diary.join("\n"));
    }
    end.map_err(|fault| {
        let from = diary.len().saturating_sub(LAST_LINES);
        format!(
            "seed {seed}: {fault}\nreplay: GOODTURN_SEED={seed} cargo test --test it simulation\n{}",
            diary[from..].join("\n")
        )
    })
}

#[expect(clippy::disallowed_methods, reason = "the seed to replay comes from the environment of the test")]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} wants a number, not `{text}`")))
}
