//! Discord's permissions, as far as we need them.
//! Invariant: the order of overwrites is Discord's: everybody, roles together, the one person.

use serde_json::Value;

pub(super) const ADMINISTRATOR: u64 = 1 << 3;
pub(super) const VIEW_CHANNEL: u64 = 1 << 10;
pub(super) const READ_MESSAGE_HISTORY: u64 = 1 << 16;
const KICK_MEMBERS: u64 = 1 << 1;
const MANAGE_GUILD: u64 = 1 << 5;
const MANAGE_MESSAGES: u64 = 1 << 13;
const MODERATE_MEMBERS: u64 = 1 << 40;

/// Who has one of these is taken for staff where nothing else is set.
pub(super) const OF_STAFF: u64 =
    ADMINISTRATOR | MANAGE_GUILD | MANAGE_MESSAGES | MODERATE_MEMBERS | KICK_MEMBERS;

/// Who has one of these may change everything.
pub(super) const OF_ADMINS: u64 = ADMINISTRATOR | MANAGE_GUILD;

/// What a channel gives and takes, beside the roles.
#[derive(Debug)]
pub(super) struct Overwrite {
    of: u64,
    allow: u64,
    deny: u64,
}

impl Overwrite {
    pub(super) fn read(data: &Value) -> Self {
        Self { of: super::id(&data["id"]), allow: bits(&data["allow"]), deny: bits(&data["deny"]) }
    }
}

/// Permissions come as text, since they outgrew numbers.
pub(super) fn bits(value: &Value) -> u64 {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64()).unwrap_or_default()
}

/// What remains of `base` in a channel.
pub(super) fn within(base: u64, overwrites: &[Overwrite], everybody: u64, roles: &[u64], user: u64) -> u64 {
    let apply = |rights: u64, which: &dyn Fn(u64) -> bool| {
        let (mut allow, mut deny) = (0, 0);
        for overwrite in overwrites.iter().filter(|overwrite| which(overwrite.of)) {
            allow |= overwrite.allow;
            deny |= overwrite.deny;
        }
        (rights & !deny) | allow
    };
    let rights = apply(base, &|of| of == everybody);
    let rights = apply(rights, &|of| of != everybody && roles.contains(&of));
    apply(rights, &|of| of == user)
}
