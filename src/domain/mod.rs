//! The rules, pure: no input or output, no clock, no words shown to people.

pub mod ids;

pub mod office_hours;

pub mod duration;

pub mod recurrence;

pub mod person;

pub mod topic;

pub mod request;

pub mod climb;

pub mod holding;

pub mod refusal;

pub mod settings;

pub mod reading;
