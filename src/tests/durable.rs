//! Proofs of durable runs: a pure model of a run, held against the store, and several processes over it under a seeded scheduler.

mod against_the_store;
mod resume;
mod simulation;
mod state;
