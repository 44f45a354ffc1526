//! The small web side: health, readiness, metrics.
