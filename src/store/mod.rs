//! SQL, and nothing else knows SQL.
