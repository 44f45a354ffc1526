//! Slack: what it says is decoded, what we say is rendered and sent.
