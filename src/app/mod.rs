//! The use cases: the only place where rules, rows and words meet.
