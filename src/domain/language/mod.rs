//! Languages of messages.
