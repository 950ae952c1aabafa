//! The parts that pages are made of.

pub(super) mod bar;
pub(super) mod built_in;
pub(super) mod composer;
pub(super) mod confirm;
pub(super) mod each;
pub(super) mod fields;
pub(super) mod icon;
pub(super) mod log;
pub(super) mod message;
pub(super) mod problem;
pub(super) mod ratings;
pub(super) mod security;
pub(super) mod sending;
pub(super) mod sidebar;
pub(super) mod start;
pub(super) mod switches;
pub(super) mod tasks;
pub(super) mod thread_row;
pub(super) mod tokens;
pub(super) mod widget;
pub(super) mod zone_offer;
