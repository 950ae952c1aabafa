//! The log of a run as text: numbered events, a JSON line each, packed into rows; and back again, from any number on, equal to the byte.

use std::sync::Arc;

use super::Recorded;
use crate::{protocol::event::ThreadStreamEvent, server::store::flush::LogRow};

/// The most events in a row.
const ROW_MAX: usize = 64;

/// Numbers events from `from` on and makes their JSON.
pub(super) fn number(events: Vec<ThreadStreamEvent>, from: i64) -> Vec<Arc<Recorded>> {
    events
        .into_iter()
        .zip(from..)
        .map(|(event, seq)| {
            Arc::new(Recorded {
                seq,
                json: serde_json::to_string(&event).unwrap_or_default(),
                event,
            })
        })
        .collect()
}

/// Events as a row of the log has them: a line each.
pub(super) fn lines(events: &[Arc<Recorded>]) -> String {
    let mut body = String::with_capacity(events.iter().map(|event| event.json.len() + 1).sum());
    for event in events {
        if !body.is_empty() {
            body.push('\n');
        }
        body.push_str(&event.json);
    }
    body
}

/// Packs events into rows.
pub(super) fn rows(events: &[Arc<Recorded>]) -> Vec<LogRow> {
    let row = |events: &[Arc<Recorded>]| LogRow {
        seq: events[0].seq,
        body: lines(events),
    };
    events.chunks(ROW_MAX).map(row).collect()
}

/// The events in these rows that stand behind number `after`.
pub(super) fn events(rows: &[LogRow], after: i64) -> Vec<Arc<Recorded>> {
    let mut events = Vec::new();
    for row in rows {
        for (line, seq) in row.body.lines().zip(row.seq..) {
            if seq > after
                && let Ok(event) = serde_json::from_str::<ThreadStreamEvent>(line)
            {
                events.push(Arc::new(Recorded {
                    seq,
                    event,
                    json: line.to_owned(),
                }));
            }
        }
    }
    events
}
