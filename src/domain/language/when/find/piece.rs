//! The pieces of which a date is made.

use crate::domain::{
    language::{
        TakenKind,
        lexicon::Part,
        when::{Clock, Day, Span, Step, Zone},
    },
    repeat::Repeat,
};

/// One piece of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    Day(Day),
    DayClock(Day, Clock),
    DayClockZone(Day, Clock, Zone),
    DayPart(Day, Part),
    DayRepeat(Day, Repeat),
    PartRepeat(Part, Repeat),
    ClockRepeat(Clock, Repeat),
    Clock(Clock),
    Part(Part),
    Repeat(Repeat),
    Zone(Zone),
    /// From now, to the minute.
    Ahead(Span),
    /// From what is named beside it.
    Step(Step),
}

impl Piece {
    pub(super) fn day(self) -> Option<Day> {
        match self {
            Self::Day(d) | Self::DayClock(d, _) | Self::DayClockZone(d, ..) | Self::DayPart(d, _) | Self::DayRepeat(d, _) => Some(d),
            _ => None,
        }
    }
    pub(super) fn clock(self) -> Option<Clock> {
        match self {
            Self::Clock(c) | Self::ClockRepeat(c, _) | Self::DayClock(_, c) | Self::DayClockZone(_, c, _) => Some(c),
            _ => None,
        }
    }
    pub(super) fn part(self) -> Option<Part> {
        match self {
            Self::Part(p) | Self::DayPart(_, p) | Self::PartRepeat(p, _) => Some(p),
            _ => None,
        }
    }
    pub(super) fn repeat(self) -> Option<Repeat> {
        match self {
            Self::Repeat(r) | Self::ClockRepeat(_, r) | Self::PartRepeat(_, r) | Self::DayRepeat(_, r) => Some(r),
            _ => None,
        }
    }
    pub(super) fn zone(self) -> Option<Zone> {
        match self {
            Self::Zone(z) | Self::DayClockZone(_, _, z) => Some(z),
            _ => None,
        }
    }
    pub(super) fn kind(self) -> TakenKind {
        if self.repeat().is_some() {
            TakenKind::Repeat
        } else {
            TakenKind::Date
        }
    }
}

/// A piece and where it stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::language::when) struct Found {
    pub from: usize,
    pub to: usize,
    pub(super) piece: Piece,
}
