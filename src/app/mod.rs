//! The use cases: the only place where rules, rows and words meet.
//!
//! Three ways in, and only three: something was said ([`App::receive`]), time passed ([`App::wake`]),
//! something must be said ([`App::deliver`]). Each decides inside one write transaction and calls no
//! network in it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::app::clock::{Clock, IdSource};
use crate::app::metrics::Metrics;
use crate::domain::ids::{PersonId, PlatformKind, WorkspaceKey};
use crate::domain::recurrence::Recurrence;
use crate::domain::settings::{Settings, resolve};
use crate::domain::topic::Topic;
use crate::store::error::StoreError;
use crate::store::workspaces::Workspace;
use crate::store::{Store, Tx};

pub mod clock;

pub mod metrics;

pub mod failure;

pub mod inbound;

pub mod wake;

pub mod deliver;

mod belongs;

pub mod address;

pub mod run;

pub mod people;

pub mod standing;

pub mod handoff;

pub mod request;

pub mod world;

pub mod show;

pub mod tell;

pub mod view;

pub mod home;

pub mod volunteer;

pub mod requests;

pub mod complete;

pub mod service;

pub mod link;

pub mod relay;

pub mod housekeeping;

pub mod catch_up;

pub mod connection;

pub mod explain;

/// The app: shared by everything that speaks to people. Cheap to share in an `Arc`.
pub struct App {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: IdSource,
    defaults: Defaults,
    metrics: Arc<Metrics>,
    bell: Notify,
    workspaces: Mutex<BTreeMap<(PlatformKind, WorkspaceKey), Workspace>>,
}

/// What the operator set for every organisation.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Settings that an organisation may override.
    pub settings: Settings,
    /// Topics that exist from the start; their ids are made anew in each organisation.
    pub topics: Vec<Topic>,
    /// Who may change everything, as written.
    pub admins: Vec<String>,
    /// Who may change topics, as written.
    pub stewards: Vec<String>,
    /// When old rows are cleared away, in the settings' zone.
    pub housekeeping: Recurrence,
}

/// One decision: its transaction, its instant, its workspace and the settings in force.
pub struct Ctx<'a> {
    /// The app.
    pub app: &'a App,
    /// The transaction, bound to the organisation.
    pub tx: Tx,
    /// The instant of the decision; the clock is read once.
    pub now: Timestamp,
    /// Where it happens.
    pub workspace: Workspace,
    /// The settings in force.
    pub settings: Settings,
    /// Names looked up in this decision: cards name the same few people many times.
    names: BTreeMap<PersonId, String>,
    /// Whether the organisation has several workspaces, once somebody asked.
    several: Option<bool>,
}

impl App {
    /// An app on a store that is open.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        ids: IdSource,
        defaults: Defaults,
        metrics: Arc<Metrics>,
    ) -> Self {
        let workspaces = Mutex::default();
        Self { store, clock, ids, defaults, metrics, bell: Notify::new(), workspaces }
    }

    /// The figures.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The clock that the app asks.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    /// Closes the store; what was committed is safe before and after.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The workspace a platform names, if it was adopted.
    async fn workspace(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
    ) -> Result<Option<Workspace>, StoreError> {
        let name = (platform, key.clone());
        let known = self.workspaces.lock().expect("nothing panics while it is locked").get(&name).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let found = self.store.workspace(platform, key).await?;
        if let Some(workspace) = &found {
            self.remember_workspace(workspace);
        }
        Ok(found)
    }

    fn remember_workspace(&self, workspace: &Workspace) {
        let name = (workspace.platform, workspace.key.clone());
        self.workspaces.lock().expect("nothing panics while it is locked").insert(name, workspace.clone());
    }

    /// Begins a decision. A workspace may have come to another organisation since it was looked up.
    async fn decide(&self, workspace: &Workspace) -> Result<Ctx<'_>, StoreError> {
        let mut tx = self.store.begin(&workspace.organisation).await?;
        if tx.holds(&workspace.id).await? {
            return self.in_tx(tx, workspace).await;
        }
        drop(tx);
        let now_of = self.now_of(workspace).await?;
        self.in_tx(self.store.begin(&now_of.organisation).await?, &now_of).await
    }

    /// Looks without changing anything, wherever the workspace belongs by now.
    async fn look_in(&self, workspace: &Workspace) -> Result<Ctx<'_>, StoreError> {
        let mut tx = self.store.read(&workspace.organisation).await?;
        if tx.holds(&workspace.id).await? {
            return self.in_tx(tx, workspace).await;
        }
        drop(tx);
        let now_of = self.now_of(workspace).await?;
        self.in_tx(self.store.read(&now_of.organisation).await?, &now_of).await
    }

    /// What a decision or a look needs, around its transaction.
    async fn in_tx(&self, mut tx: Tx, workspace: &Workspace) -> Result<Ctx<'_>, StoreError> {
        let (settings, _) = resolve(&self.defaults.settings, &tx.settings().await?);
        Ok(Ctx {
            app: self,
            tx,
            now: self.clock.now(),
            workspace: workspace.clone(),
            settings,
            names: BTreeMap::new(),
            several: None,
        })
    }

    fn ring(&self) {
        self.bell.notify_one();
    }
}

impl Ctx<'_> {
    /// A new id.
    pub fn id(&self) -> String {
        self.app.ids.next(self.now)
    }

    /// Whether the organisation has several workspaces.
    pub async fn spans_workspaces(&mut self) -> Result<bool, StoreError> {
        if let Some(several) = self.several {
            return Ok(several);
        }
        let several = self.tx.workspaces().await?.len() > 1;
        self.several = Some(several);
        Ok(several)
    }

    /// Who people are has changed within this decision.
    pub fn forget_names(&mut self) {
        self.names.clear();
        self.several = None;
    }

    /// Commits the decision and lets the run loop know.
    async fn commit(self) -> Result<(), StoreError> {
        let app = self.app;
        self.tx.commit().await?;
        app.ring();
        Ok(())
    }
}
