//! Something must be said: rows of the outbox become errands on a platform, and how each went becomes
//! what is true next.
//!
//! Invariant: a row leaves the outbox only as done, or set aside with a reason that is audited and
//! logged. Between claim and result nothing is locked; a stale owner's result changes nothing.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::address::post;
use crate::app::{App, Ctx, people, request};
use crate::chat::notice::{Destination, Notice, Outgoing};
use crate::chat::platform::{ChatPlatform, Delivery, Errand, Task};
use crate::domain::ids::MessageRef;
use crate::store::error::StoreError;
use crate::store::outbox::{Attempt, OutboxRow};
use crate::store::workspaces::Workspace;

/// How long a row belongs to whoever claimed it: longer than any errand may take.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// A row that failed so often is set aside, so that its lane goes on: after about four hours, which
/// outlasts most outages. What a platform refuses for good is set aside at once.
const ATTEMPTS: u32 = 60;

/// The wait after the first failure; it doubles up to the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// A person found nowhere is looked for no more that day.
const NOBODY: &str = "nobody of that name";

/// Claimed rows, ready to be run.
#[derive(Debug)]
pub struct Claimed {
    row: OutboxRow,
    owner: String,
}

impl Claimed {
    /// The row as it was claimed.
    pub fn row(&self) -> &OutboxRow {
        &self.row
    }
}

/// What to do with a row.
enum Plan {
    Run(Box<Errand>),
    /// Nobody can be reached under it any more; why.
    Aside(&'static str),
}

impl App {
    /// Claims up to `limit` rows that may be sent now, at most one of each lane.
    pub async fn claim(&self, limit: u32) -> Result<Vec<Claimed>, StoreError> {
        let now = self.clock.now();
        let owner = self.ids.next(now);
        let lease = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
        let rows = self.store.claim_outbox(now, limit, &owner, lease).await?;
        Ok(rows.into_iter().map(|row| Claimed { row, owner: owner.clone() }).collect())
    }

    /// Runs one claimed row on its platform and takes the result in.
    pub async fn deliver(
        &self,
        claimed: &Claimed,
        platforms: &[Arc<dyn ChatPlatform>],
    ) -> Result<(), StoreError> {
        let Claimed { row, owner } = claimed;
        let Some(workspace) = self.workspace_of(row).await? else {
            return self.aside(row, owner, "the workspace is gone").await;
        };
        let platform = platforms.iter().find(|platform| platform.kind() == workspace.platform);
        let Some(platform) = platform.filter(|_| workspace.active) else {
            return self.later(row, owner, LONGEST_WAIT, "its platform is not connected").await;
        };
        match self.plan(row, &workspace).await? {
            Plan::Aside(why) => self.aside(row, owner, why).await,
            Plan::Run(errand) => {
                let delivery = platform.deliver(&errand).await;
                self.metrics.delivery(name_of(&delivery));
                self.take_result(row, owner, &workspace, delivery).await
            }
        }
    }

    /// Sends everything that can be sent now, one lane after the other; tells how many rows that was.
    /// For tests and simulations, where order matters more than speed.
    pub async fn deliver_all(&self, platforms: &[Arc<dyn ChatPlatform>]) -> Result<usize, StoreError> {
        let mut delivered = 0;
        loop {
            let claimed = self.claim(100).await?;
            if claimed.is_empty() {
                return Ok(delivered);
            }
            delivered += claimed.len();
            for row in &claimed {
                self.deliver(row, platforms).await?;
            }
        }
    }

    async fn plan(&self, row: &OutboxRow, workspace: &Workspace) -> Result<Plan, StoreError> {
        let Ok(outgoing) = &row.task else { return Ok(Plan::Aside("it is not understood any more")) };
        let mut ctx = self.look_in(workspace).await?;
        let task = match outgoing {
            Outgoing::LookUp { user } => Task::LookUp { user: user.clone() },
            Outgoing::Find { name } => Task::Find { name: name.clone() },
            Outgoing::Say { to, notice, courtesy } => {
                match post(&mut ctx, workspace, to, notice, *courtesy).await? {
                    Some(task) => task,
                    None => return Ok(Plan::Aside("nobody there has an identity in the workspace")),
                }
            }
            Outgoing::Show { slot, to, notice, courtesy } => {
                let posted = ctx.tx.card(slot).await?.and_then(|card| card.posted);
                match (post(&mut ctx, workspace, to, notice, *courtesy).await?, posted) {
                    (Some(Task::Post { card, .. }), Some(at)) => Task::Edit { at, card },
                    (Some(task), _) => task,
                    (None, _) => return Ok(Plan::Aside("nobody there has an identity in the workspace")),
                }
            }
        };
        Ok(Plan::Run(Box::new(Errand {
            id: row.id.clone(),
            workspace: workspace.key.clone(),
            unsure: row.unsure,
            since: row.created_at,
            task,
        })))
    }

    async fn take_result(
        &self,
        row: &OutboxRow,
        owner: &str,
        workspace: &Workspace,
        delivery: Delivery,
    ) -> Result<(), StoreError> {
        match delivery {
            Delivery::Posted(at) => self.done(row, owner, workspace, Some(&at)).await,
            Delivery::Done => self.done(row, owner, workspace, None).await,
            Delivery::Met(facts) => {
                let mut ctx = self.decide(workspace).await?;
                if ctx.tx.outbox_done(row.seq, owner, None).await? {
                    people::met(&mut ctx, &facts).await?;
                }
                ctx.commit().await
            }
            Delivery::NobodyFound => self.nobody(row, owner, workspace).await,
            Delivery::Away(until) => self.away(row, owner, workspace, until).await,
            Delivery::Later(after) => {
                let after = SignedDuration::try_from(after).unwrap_or(LONGEST_WAIT);
                self.later(row, owner, after, "later").await
            }
            Delivery::Unsure(code) | Delivery::Failed(code) if row.attempt + 1 >= ATTEMPTS => {
                self.aside(row, owner, &code).await
            }
            Delivery::Unsure(code) => self.again(row, owner, &code, Certainty::Unsure).await,
            Delivery::Failed(code) => self.again(row, owner, &code, Certainty::NotDone).await,
            Delivery::Gone(code) => self.gone(row, owner, workspace, &code).await,
        }
    }

    async fn done(
        &self,
        row: &OutboxRow,
        owner: &str,
        workspace: &Workspace,
        at: Option<&MessageRef>,
    ) -> Result<(), StoreError> {
        let mut ctx = self.decide(workspace).await?;
        if ctx.tx.outbox_done(row.seq, owner, at).await?
            && let Some(at) = at
        {
            if let Ok(
                Outgoing::Show { to: Destination::Person(_), .. }
                | Outgoing::Say { to: Destination::Person(_), .. },
            ) = &row.task
            {
                // What is answered there while nobody listens is caught up later.
                ctx.tx.note_direct(&workspace.id, &at.channel).await?;
            }
            match &row.task {
                Ok(Outgoing::Show { slot, .. }) => ctx.tx.save_card_posted(slot, at).await?,
                // What is said where the two were brought together belongs to the request.
                Ok(Outgoing::Say { to, notice: Notice::Introduction { request, .. }, .. }) => {
                    let thread = match to {
                        Destination::Thread(_, thread) => Some(thread),
                        _ => None,
                    };
                    ctx.tx.bind_thread(&request.id, &workspace.id, &at.channel, thread).await?;
                }
                _ => {}
            }
        }
        ctx.commit().await
    }

    /// Nobody has the name that was looked for. The operator hears of it where a setting names them;
    /// what people type is not for the log.
    async fn nobody(&self, row: &OutboxRow, owner: &str, workspace: &Workspace) -> Result<(), StoreError> {
        let mut ctx = self.decide(workspace).await?;
        if ctx.tx.outbox_aside(row.seq, owner, NOBODY).await? {
            audit_aside(&mut ctx, row, NOBODY).await?;
            if let Ok(Outgoing::Find { name }) = &row.task
                && people::names(&mut ctx)
                    .await?
                    .iter()
                    .any(|named| named.trim().trim_start_matches('@') == name)
            {
                tracing::warn!(%name, "a person named in the settings was not found on the platform");
            }
        }
        ctx.commit().await
    }

    /// The person is not to be disturbed: an offer goes to the next, anything else waits.
    async fn away(
        &self,
        row: &OutboxRow,
        owner: &str,
        workspace: &Workspace,
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let Ok(Outgoing::Show { to, notice, slot, .. }) = &row.task else {
            return self.later(row, owner, LONGEST_WAIT, "not to be disturbed").await;
        };
        let mut ctx = self.decide(workspace).await?;
        if ctx.tx.outbox_done(row.seq, owner, None).await? {
            let here = workspace.id.clone();
            ctx.tx.save_card_shown(slot, &here, "").await?;
            if let Destination::Person(person) = to
                && let Some(mut person) = ctx.tx.person_to_change(person).await?
            {
                let hour = ctx.now.checked_add(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
                person.away_until = Some(until.unwrap_or(hour));
                ctx.tx.save_person(&person).await?;
            }
            if let Notice::Offer { request, n, .. } = notice {
                request::away(&mut ctx, &request.id, *n).await?;
            }
        }
        ctx.commit().await
    }

    async fn again(
        &self,
        row: &OutboxRow,
        owner: &str,
        code: &str,
        certainty: Certainty,
    ) -> Result<(), StoreError> {
        let wait = (FIRST_WAIT * 2_i32.pow(row.attempt.min(10))).min(LONGEST_WAIT);
        let mut tx = self.begin_for(row).await?;
        let at = self.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
        let unsure = certainty == Certainty::Unsure;
        tx.outbox_later(row.seq, owner, at, Attempt::Counted, unsure, code).await?;
        tx.commit().await?;
        tracing::debug!(row = %row.id, %code, "a delivery did not succeed; it is tried again");
        self.ring();
        Ok(())
    }

    async fn later(
        &self,
        row: &OutboxRow,
        owner: &str,
        after: SignedDuration,
        why: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_for(row).await?;
        let at = self.clock.now().checked_add(after).unwrap_or(Timestamp::MAX);
        tx.outbox_later(row.seq, owner, at, Attempt::NotCounted, false, why).await?;
        tx.commit().await?;
        self.ring();
        Ok(())
    }

    /// It can never be done. An introduction in a thread that cannot be written to is made directly
    /// instead; an offer that cannot reach its person goes to the next.
    async fn gone(
        &self,
        row: &OutboxRow,
        owner: &str,
        workspace: &Workspace,
        code: &str,
    ) -> Result<(), StoreError> {
        let mut ctx = self.decide(workspace).await?;
        if ctx.tx.outbox_aside(row.seq, owner, code).await? {
            tracing::warn!(row = %row.id, lane = %row.lane, %code, "a message could not be delivered and was set aside");
            audit_aside(&mut ctx, row, code).await?;
            match &row.task {
                Ok(Outgoing::Say { to: Destination::Thread(..), notice, .. }) => {
                    directly_instead(&mut ctx, row, notice).await?;
                }
                Ok(Outgoing::Show { slot, notice, .. }) => {
                    let posted = ctx.tx.card(slot).await?.is_some_and(|card| card.posted.is_some());
                    if !posted {
                        // It stands nowhere, so there is nothing to bring up to date either.
                        let here = workspace.id.clone();
                        ctx.tx.save_card_shown(slot, &here, "").await?;
                    }
                    match notice {
                        Notice::Offer { request, n, .. } if !posted => {
                            request::away(&mut ctx, &request.id, *n).await?;
                        }
                        Notice::ChannelOffer { request, n, .. } => {
                            request::away(&mut ctx, &request.id, *n).await?;
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        ctx.commit().await
    }

    async fn aside(&self, row: &OutboxRow, owner: &str, why: &str) -> Result<(), StoreError> {
        let mut tx = self.begin_for(row).await?;
        if tx.outbox_aside(row.seq, owner, why).await? {
            tracing::warn!(row = %row.id, lane = %row.lane, %why, "a message was set aside");
            let what = serde_json::to_string(why).expect("text is plain data");
            tx.audit(&format!("outbox:{}", row.id), None, &what, self.clock.now()).await?;
        }
        tx.commit().await?;
        self.ring();
        Ok(())
    }
}

/// Whether a failed errand may have been done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Unsure,
    NotDone,
}

async fn audit_aside(ctx: &mut Ctx<'_>, row: &OutboxRow, code: &str) -> Result<(), StoreError> {
    let what = serde_json::to_string(code).expect("text is plain data");
    ctx.tx.audit(&format!("outbox:{}", row.id), None, &what, ctx.now).await
}

async fn directly_instead(ctx: &mut Ctx<'_>, row: &OutboxRow, notice: &Notice) -> Result<(), StoreError> {
    let Notice::Introduction { request, volunteer, .. } = notice else { return Ok(()) };
    let to = Destination::Group(vec![request.requester.id.clone(), volunteer.id.clone()]);
    let Some(whole) = ctx.tx.peek_request(&request.id).await? else { return Ok(()) };
    crate::app::show::say(ctx, &whole, &format!("{}:directly", row.key), to, notice.clone()).await
}

fn name_of(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Posted(_) => "posted",
        Delivery::Done => "done",
        Delivery::Met(_) => "met",
        Delivery::NobodyFound => "nobody_found",
        Delivery::Away(_) => "away",
        Delivery::Later(_) => "later",
        Delivery::Unsure(_) => "unsure",
        Delivery::Failed(_) => "failed",
        Delivery::Gone(_) => "gone",
    }
}
