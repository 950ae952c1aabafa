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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::{
        domain::id::{ItemId, ThreadId},
        protocol::{
            event::{ErrorCode, ItemUpdate, NoticeLevel},
            item::{AssistantContent, ItemBody, ThreadItem},
        },
    };

    fn item(id: u128, body: ItemBody) -> ThreadItem {
        ThreadItem {
            id: ItemId(Uuid::from_u128(id)),
            thread_id: ThreadId(Uuid::from_u128(1)),
            created_at: DateTime::from_timestamp_nanos(1_700_000_000_000_000_000),
            body,
        }
    }

    /// Any text: control characters, line ends of all kinds, right-to-left marks, and what lies outside the first plane.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[\\PC\\n\\r\\u{85}\\u{2028}\\u{2029}\\u{0}\"\\\\]{0,40}",
            Just("دودھ\r\nلینا 🙂".to_owned()),
        ]
    }

    fn event() -> impl Strategy<Value = ThreadStreamEvent> {
        prop_oneof![
            (any::<u128>(), text()).prop_map(|(id, delta)| ThreadStreamEvent::ItemUpdated {
                item_id: ItemId(Uuid::from_u128(id)),
                update: ItemUpdate::TextDelta { content_index: 0, delta },
            }),
            (any::<u128>(), text()).prop_map(|(id, text)| ThreadStreamEvent::ItemDone {
                item: item(
                    id,
                    ItemBody::AssistantMessage {
                        content: vec![AssistantContent::new(text)],
                    },
                ),
            }),
            (any::<u128>(), text(), text()).prop_map(|(id, key, value)| ThreadStreamEvent::ItemReplaced {
                item: item(
                    id,
                    ItemBody::Widget {
                        widget: json!({ "type": "Card", key: [value, 1.5, null] }),
                        copy_text: None,
                    },
                ),
            }),
            (text(), text()).prop_map(|(name, value)| ThreadStreamEvent::ClientEffect {
                name,
                data: [(value.clone(), value.into())].into_iter().collect(),
            }),
            text().prop_map(|text| ThreadStreamEvent::Progress { icon: None, text }),
            (text(), proptest::option::of(text())).prop_map(|(message, title)| ThreadStreamEvent::Notice {
                level: NoticeLevel::Info,
                message,
                title,
            }),
            proptest::option::of(text()).prop_map(|message| ThreadStreamEvent::Error {
                code: ErrorCode::Custom,
                message,
                allow_retry: true,
            }),
        ]
    }

    /// The rows that the store gives for `after` (`Store::run_log`): from the one that holds the next event.
    fn stored(rows: &[LogRow], after: i64) -> Vec<LogRow> {
        let from = rows.iter().map(|row| row.seq).filter(|seq| *seq <= after + 1).max().unwrap_or(0);
        rows.iter().filter(|row| row.seq >= from).cloned().collect()
    }

    proptest! {
        // Every number of every log is tried.
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn whatever_is_logged_comes_back_to_the_byte_from_any_number_on(
            all in vec(event(), 1..150),
            cuts in vec(1..90_usize, 1..40),
        ) {
            let recorded = number(all, 1);
            let mut rows_of_all = Vec::new();
            let mut rest = &recorded[..];
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                let (flush, later) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
                rows_of_all.extend(rows(flush));
                rest = later;
            }
            prop_assert!(rows_of_all.iter().all(|row| row.body.lines().count() <= ROW_MAX));
            for after in 0..=recorded.len() as i64 {
                let read = events(&stored(&rows_of_all, after), after);
                let wanted = &recorded[after as usize..];
                prop_assert_eq!(read.len(), wanted.len());
                for (read, wanted) in read.iter().zip(wanted) {
                    prop_assert_eq!(read.seq, wanted.seq);
                    prop_assert_eq!(&read.json, &wanted.json);
                    prop_assert_eq!(&read.event, &wanted.event);
                }
            }
        }
    }
}
