//! The ChatKit wire, as the official SDK speaks it (`openai-chatkit` 1.6.5, `chatkit/types.py`). Serde types only.
//!
//! Nulls are left out and defaults are written, as the SDK does (`exclude_none`).

pub mod attachment;
pub mod event;
pub mod item;
mod object;
pub mod request;
pub mod thread;
pub mod widget;
