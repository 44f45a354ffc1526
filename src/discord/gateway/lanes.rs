//! What is read is handled in order within its lane, lanes side by side, a bounded number at once.
//! Invariants: two jobs of one lane never run together and never change places; a job that panics costs
//! itself, not its lane.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// Something to be done in its turn.
pub type Job = BoxFuture<'static, ()>;

/// Where an event waits its turn.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Lane {
    /// One after the other with all of the same name.
    Named(String),
    /// The same where somebody waits for it; what is only heard never takes its room.
    Prompt(String),
    /// At once, beside everything else where somebody waits.
    Free,
}

/// All lanes of the connection; cheap to clone.
#[derive(Clone)]
pub struct Lanes {
    waiting: Arc<Mutex<HashMap<Lane, VecDeque<Job>>>>,
    turns: Arc<Semaphore>,
    prompt: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Lanes {
    /// Lanes of which `at_once` move at the same time, and as many where somebody waits.
    pub fn new(at_once: usize) -> Self {
        let turns = || Arc::new(Semaphore::new(at_once.max(1)));
        Self { waiting: Arc::default(), turns: turns(), prompt: turns(), tasks: TaskTracker::new() }
    }

    /// Puts a job at the end of its lane.
    pub fn push(&self, lane: Lane, job: Job) {
        let lanes = self.clone();
        if lane == Lane::Free {
            self.tasks.spawn(async move { lanes.run(&lane, job).await });
            return;
        }
        let mut waiting = self.waiting();
        if let Some(queue) = waiting.get_mut(&lane) {
            queue.push_back(job);
            return;
        }
        waiting.insert(lane.clone(), VecDeque::from([job]));
        drop(waiting);
        self.tasks.spawn(async move {
            while let Some(job) = lanes.next(&lane) {
                lanes.run(&lane, job).await;
            }
        });
    }

    /// Waits until every lane is empty; nothing may be pushed any more.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The next job of a lane; a lane without one ends.
    fn next(&self, lane: &Lane) -> Option<Job> {
        let mut waiting = self.waiting();
        let job = waiting.get_mut(lane).and_then(VecDeque::pop_front);
        if job.is_none() {
            waiting.remove(lane);
        }
        job
    }

    async fn run(&self, lane: &Lane, job: Job) {
        let turns = if matches!(lane, Lane::Named(_)) { &self.turns } else { &self.prompt };
        let _turn = turns.acquire().await;
        if AssertUnwindSafe(job).catch_unwind().await.is_err() {
            tracing::error!("handling an event from Discord panicked");
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Lane, VecDeque<Job>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::yield_now;

    use super::*;

    fn named(name: &str) -> Lane {
        Lane::Named(name.to_owned())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn each_lane_keeps_its_order_and_few_run_at_once() {
        let lanes = Lanes::new(3);
        let seen: Arc<Mutex<Vec<(usize, usize)>>> = Arc::default();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        for n in 0..400 {
            let (seen, running, most) = (Arc::clone(&seen), Arc::clone(&running), Arc::clone(&most));
            let job = async move {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                for _ in 0..n % 5 {
                    yield_now().await;
                }
                seen.lock().unwrap().push((n % 7, n));
                running.fetch_sub(1, Ordering::SeqCst);
            };
            lanes.push(named(&(n % 7).to_string()), job.boxed());
        }
        lanes.finish().await;
        let seen = seen.lock().unwrap();
        assert_eq!(seen.len(), 400);
        for lane in 0..7 {
            let order: Vec<usize> = seen.iter().filter(|(l, _)| *l == lane).map(|(_, n)| *n).collect();
            assert!(order.is_sorted(), "lane {lane}: {order:?}");
        }
        assert!(most.load(Ordering::SeqCst) <= 3);
        assert!(lanes.waiting().is_empty());
    }

    #[tokio::test]
    async fn a_lane_that_waits_holds_nobody_else() {
        let lanes = Lanes::new(2);
        let (open, gate) = tokio::sync::oneshot::channel::<()>();
        let (said, heard) = tokio::sync::oneshot::channel::<()>();
        lanes.push(named("a"), async move { gate.await.unwrap() }.boxed());
        lanes.push(named("b"), async move { said.send(()).unwrap() }.boxed());
        heard.await.unwrap();
        open.send(()).unwrap();
        lanes.finish().await;
    }

    #[tokio::test]
    async fn a_panic_costs_one_job() {
        let lanes = Lanes::new(1);
        let (said, heard) = tokio::sync::oneshot::channel::<()>();
        lanes.push(named("a"), async { panic!("on purpose") }.boxed());
        lanes.push(Lane::Free, async { panic!("on purpose") }.boxed());
        lanes.push(named("a"), async move { said.send(()).unwrap() }.boxed());
        heard.await.unwrap();
        lanes.finish().await;
    }
}
