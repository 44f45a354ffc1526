//! Goodturn: a chat bot that makes good service everyone's job.
//!
//! The map of this house is in `ARCHITECTURE.md`. In short: `domain` decides, `chat` says,
//! `store` remembers, `app` brings the three together, and the platforms (`slack`) carry it
//! to people. Nothing below the platforms knows one; nothing in `domain` knows what time it is.

pub mod domain;

pub mod chat;

pub mod store;

pub mod app;

pub mod slack;

pub mod discord;

pub mod playground;

pub mod web;

pub mod config;

pub mod cli;
