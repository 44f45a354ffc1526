//! What each sign counts, fitted as `docs/decisions/0010-reading.md` tells.
//!
//! Invariant: one set for every channel; the order is that of the signs in `link.rs` and `ask.rs`.

use super::ask::{ANSWER_SIGNS, VERDICT_SIGNS};
use super::link::{NOBODY_SIGNS, START_SIGNS, TO_SIGNS};

/// For each sign that a message goes to a person.
pub const TO: [f32; TO_SIGNS] = [
    1.521, 4.624, 2.899, -2.794, -0.646, -1.260, -1.110, -1.674, 0.098, -0.213, -0.344, -0.269, 0.645, 4.893,
    2.505, 2.080, -1.111, 1.598, -0.297, 2.643, 0.395, 0.692, -0.112, 0.108, 0.041, -0.416, -0.014, 0.279,
    2.051, -0.162, 0.486, 0.378,
];

/// For each sign that it goes to nobody in particular.
pub const NOBODY: [f32; NOBODY_SIGNS] = [
    0.000, 0.009, 0.632, 1.809, 0.885, 1.017, 0.116, 0.657, -0.850, -0.378, 0.380, 0.405, -0.845, -0.009,
    -0.259, 0.097,
];

/// For each sign that it begins another matter.
pub const START: [f32; START_SIGNS] = [
    -3.452, 1.363, 0.036, 0.336, 0.839, 0.254, 0.119, -0.142, 0.752, -0.002, -0.744, -1.938, -0.795, -0.756,
    -0.986, 0.086, -0.203, -0.694, 0.210, 0.124,
];

/// For each sign that somebody answered.
pub const ANSWER: [f32; ANSWER_SIGNS] = [
    -2.100, -0.038, 1.013, -0.520, 0.071, -0.667, 0.132, -0.096, 3.876, 0.248, 0.636, 0.109, -0.339, 0.503,
    1.532, -0.219, 0.379, -1.638, 0.016, -0.246, 0.883, -0.520, -0.542, 0.291, 0.164, -0.128, -0.018, -1.157,
    3.899, -2.207, 0.911, 0.275, -0.047,
];

/// For each sign that anybody answered.
pub const VERDICT: [f32; VERDICT_SIGNS] = [1.400, 0.487, 0.538, -0.755, -0.259, -0.138];
