//! The link that brings the bot into a server, with the least permissions that the features need.
//! Invariant: no permission is asked for without a use, which stands beside it.

/// A permission of a bot in a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// As Discord's pages call it.
    pub name: &'static str,
    /// Its bit.
    pub bit: u64,
    /// What it is for.
    pub why: &'static str,
}

const fn permission(name: &'static str, bit: u32, why: &'static str) -> Permission {
    Permission { name, bit: 1 << bit, why }
}

/// All that are asked for.
pub const PERMISSIONS: [Permission; 7] = [
    permission("View Channels", 10, "to see the channels of topics, and to be spoken to there"),
    permission("Send Messages", 11, "to ask in a topic's channel when no volunteer is left"),
    permission("Send Messages in Threads", 38, "to answer in the threads of requests"),
    permission("Embed Links", 14, "to show a request as a card"),
    permission(
        "Read Message History",
        16,
        "to read what was said while it was away, and to find a post again after a broken connection",
    ),
    permission("Create Public Threads", 35, "to bring requester and volunteer together"),
    permission(
        "Create Private Threads",
        36,
        "to do so for private requests, and to reach people who take no direct messages",
    ),
];

/// The bits of all that are asked for.
pub fn bits() -> u64 {
    PERMISSIONS.iter().fold(0, |bits, permission| bits | permission.bit)
}

/// The link, for the application of this id.
pub fn link(application: &str) -> String {
    let scopes = "bot%20applications.commands";
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope={scopes}&permissions={}",
        bits()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_asks_for_the_least() {
        assert_eq!(
            link("1"),
            "https://discord.com/oauth2/authorize?client_id=1&scope=bot%20applications.commands&permissions=377957207040"
        );
        let never = (1 << 3) | (1 << 17) | (1 << 13) | (1 << 28);
        assert_eq!(bits() & never, 0, "administrator, everyone, others' messages and roles are not touched");
    }
}
