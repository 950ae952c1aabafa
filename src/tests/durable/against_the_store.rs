//! The same random steps through the model and through the real store, which must agree after each.

use std::collections::BTreeMap;

use chrono::DateTime;
use kaam::{
    domain::id::{ItemId, RunId, ThreadId, UserId},
    server::{
        db,
        store::{
            Store, StoreError,
            accounts::NewUser,
            flush::{Batch, Ending, LogRow, Release},
            journal::{EffectRow, keep_effect},
            runs::{Accepted, NewRun, RunKey},
        },
    },
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::state::{LEASE, Run, Status, Written};
use crate::throwaway_cluster::new_database;

/// A step. `hold` chooses one of all the epochs under which somebody ever had a run, so that most are stale.
#[derive(Debug, Clone)]
enum Step {
    Accept { owner: u64, key: u8, hash: u8 },
    LeasesEnd,
    Claim { owner: u64, all: bool },
    Renew { hold: usize },
    Append { hold: usize, events: Vec<String>, twice: bool },
    Effect { hold: usize, call: i32 },
    Release { hold: usize, handed_on: bool },
    Stop,
    Finish { hold: usize, status: Status, last: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let hold = || any::<usize>();
    let status = prop_oneof![
        Just(Status::Done),
        Just(Status::Cancelled),
        Just(Status::Failed),
        Just(Status::Incomplete)
    ];
    let event = "\\{\"[a-z\u{62f}\u{1f642}]{1,5}\":\"[^\"\\\\\\p{C}]{0,9}\"\\}";
    prop_oneof![
        2 => (0..3_u64, 0..4_u8, 0..2_u8).prop_map(|(owner, key, hash)| Step::Accept { owner, key, hash }),
        2 => Just(Step::LeasesEnd),
        3 => (0..3_u64, proptest::bool::weighted(0.3)).prop_map(|(owner, all)| Step::Claim { owner, all }),
        2 => hold().prop_map(|hold| Step::Renew { hold }),
        6 => (hold(), vec(event, 1..90), any::<bool>()).prop_map(|(hold, events, twice)| Step::Append { hold, events, twice }),
        3 => (hold(), 0..3_i32).prop_map(|(hold, call)| Step::Effect { hold, call }),
        1 => (hold(), any::<bool>()).prop_map(|(hold, handed_on)| Step::Release { hold, handed_on }),
        1 => Just(Step::Stop),
        1 => (hold(), status, any::<bool>()).prop_map(|(hold, status, last)| Step::Finish { hold, status, last }),
    ]
}

/// An epoch under which somebody has, or had, a run, and the number that they would write next.
#[derive(Debug, Clone, Copy)]
struct Hold {
    run: usize,
    epoch: i64,
    seq: usize,
}

struct Both<'s> {
    store: &'s Store,
    db: &'s mut PgConnection,
    user: UserId,
    thread: ThreadId,
    next_id: u128,
    now: i64,
    runs: Vec<(RunId, Run)>,
    holds: Vec<Hold>,
    /// The hash and the run of each idempotency key.
    keys: BTreeMap<u8, (u8, usize)>,
}

fn owner(number: u64) -> Uuid {
    Uuid::from_u128(u128::from(number) + 1)
}

impl Both<'_> {
    fn id(&mut self) -> Uuid {
        self.next_id += 1;
        Uuid::from_u128(self.next_id)
    }

    fn key(&self, hold: Hold) -> RunKey {
        RunKey {
            user: self.user,
            run: self.runs[hold.run].0,
            thread: self.thread,
            epoch: hold.epoch,
        }
    }

    async fn take(&mut self, step: Step) {
        let count = self.holds.len();
        let chosen = |hold: usize| hold.checked_rem(count);
        match step {
            Step::Accept { owner, key, hash } => self.accept(owner, key, hash).await,
            Step::LeasesEnd => {
                self.now += LEASE + 1000;
                sqlx::query("update runs set lease_until = lease_until - interval '11 seconds'")
                    .execute(&mut *self.db)
                    .await
                    .unwrap();
            }
            Step::Claim { owner: number, all } => {
                let taken = self.store.take_orphans(owner(number), &[], all).await.unwrap();
                let mut taken: Vec<(RunId, i64, i32)> = taken
                    .iter()
                    .map(|orphan| (orphan.key.run, orphan.key.epoch, orphan.attempt))
                    .collect();
                let mut expected = Vec::new();
                for (place, (id, run)) in self.runs.iter_mut().enumerate() {
                    if let Some(epoch) = run.claim(number, all, self.now) {
                        expected.push((*id, epoch, run.attempt));
                        let seq = run.log.len() + 1;
                        self.holds.push(Hold { run: place, epoch, seq });
                    }
                }
                taken.sort();
                expected.sort();
                assert_eq!(taken, expected);
            }
            Step::Renew { hold } => {
                let Some(at) = chosen(hold) else { return };
                let hold = self.holds[at];
                let renewed = self.store.renew_leases(&[self.key(hold)]).await.unwrap();
                let (id, run) = &mut self.runs[hold.run];
                assert_eq!(renewed.get(id).copied(), run.renew(hold.epoch, self.now));
            }
            Step::Append { hold, events, twice } => {
                let Some(at) = chosen(hold) else { return };
                let hold = self.holds[at];
                let rows = events.chunks(64).zip((hold.seq as i64..).step_by(64));
                let rows = rows.map(|(events, seq)| LogRow {
                    seq,
                    body: events.join("\n"),
                });
                let key = self.key(hold);
                let batch = Batch {
                    log: rows.map(|row| (key, row)).collect(),
                    ..Batch::default()
                };
                for _ in 0..=usize::from(twice) {
                    let stored = self.flush(&batch, hold).await;
                    let run = &mut self.runs[hold.run].1;
                    let fence = run.epoch;
                    assert_eq!(stored, run.append(hold.epoch, fence, hold.seq, &events));
                }
                self.holds[at].seq += events.len();
            }
            Step::Effect { hold, call } => {
                let Some(at) = chosen(hold) else { return };
                let hold = self.holds[at];
                let result = json!(format!("{call} under {}", hold.epoch));
                let row = EffectRow {
                    turn_n: 0,
                    call_n: call,
                    tool: "add_task",
                    args_hash: [0; 32],
                    result: &result,
                };
                let mut transaction = self.store.begin().await.unwrap();
                let stored = match keep_effect(&mut transaction, &self.key(hold), &row).await {
                    Ok(true) => Written::Held,
                    Ok(false) => Written::Fenced,
                    Err(_) => Written::Refused,
                };
                if stored == Written::Held {
                    transaction.commit().await.unwrap();
                }
                let run = &mut self.runs[hold.run].1;
                let fence = run.epoch;
                assert_eq!(stored, run.effect(hold.epoch, fence, call, result.as_str().unwrap().into()));
            }
            Step::Release { hold, handed_on } => {
                let Some(at) = chosen(hold) else { return };
                let hold = self.holds[at];
                let why = if handed_on { Release::HandedOn } else { Release::Failed };
                let batch = Batch {
                    released: vec![(self.key(hold), why)],
                    ..Batch::default()
                };
                let stored = self.flush(&batch, hold).await == Written::Held;
                let now = self.now;
                assert_eq!(stored, self.runs[hold.run].1.release(hold.epoch, handed_on, now));
            }
            Step::Stop => {
                let stopped = self.store.request_stop(self.user, self.thread, None).await.unwrap();
                let expected = self.runs.iter_mut().find_map(|(id, run)| run.request_stop().then_some(*id));
                assert_eq!(stopped, expected);
            }
            Step::Finish { hold, status, last } => {
                let Some(at) = chosen(hold) else { return };
                let hold = self.holds[at];
                let end = Ending {
                    status: status.name(),
                    reason: None,
                    usage: None,
                    spent: None,
                };
                let key = self.key(hold);
                let mut batch = Batch {
                    ends: vec![(key, end)],
                    ..Batch::default()
                };
                let events = vec!["{}".to_owned()];
                if last {
                    let body = events[0].clone();
                    batch.log.push((
                        key,
                        LogRow {
                            seq: hold.seq as i64,
                            body,
                        },
                    ));
                }
                let stored = self.flush(&batch, hold).await;
                let run = &mut self.runs[hold.run].1;
                if last {
                    let fence = run.epoch;
                    assert_eq!(stored, run.append(hold.epoch, fence, hold.seq, &events));
                    self.holds[at].seq += 1;
                }
                if stored == Written::Held || !last {
                    assert_eq!(stored == Written::Held, run.finish(hold.epoch, status));
                }
            }
        }
    }

    async fn flush(&self, batch: &Batch, hold: Hold) -> Written {
        match self.store.flush(batch).await {
            Ok(held) if held.contains(&(self.runs[hold.run].0, hold.epoch)) => Written::Held,
            Ok(_) => Written::Fenced,
            Err(StoreError::Other(_)) => Written::Refused,
            Err(error) => panic!("{error}"),
        }
    }

    async fn accept(&mut self, number: u64, key: u8, hash: u8) {
        let (name, hash_of) = (key.to_string(), [hash; 32]);
        let known = self.store.known_key(self.user, &name, hash_of).await.unwrap();
        if let Some((known_hash, run)) = self.keys.get(&key) {
            match known.unwrap() {
                Accepted::Again(id, _) => assert_eq!((*known_hash, self.runs[*run].0), (hash, id)),
                other => assert!(matches!(other, Accepted::KeyReused) && *known_hash != hash),
            }
            return;
        }
        assert!(known.is_none());
        let (run, item) = (RunId(self.id()), ItemId(self.id()));
        let new = NewRun {
            user: self.user,
            run,
            thread: self.thread,
            new_title: self.runs.is_empty().then_some("title"),
            item: None,
            user_item: item,
            settle: &[],
            request: &Value::Null,
            key: Some((&name, hash_of)),
            owner: owner(number),
            log: "{}",
            now: DateTime::from_timestamp_nanos(0),
        };
        let accepted = self.store.accept_run(&new).await.unwrap();
        if self.runs.iter().any(|(_, run)| run.is_live()) {
            assert!(matches!(accepted, Accepted::Live), "{accepted:?}");
            return;
        }
        assert!(matches!(accepted, Accepted::New { .. }), "{accepted:?}");
        let place = self.runs.len();
        self.runs.push((run, Run::accept(number, "{}".into(), self.now)));
        self.holds.push(Hold {
            run: place,
            epoch: 1,
            seq: 2,
        });
        self.keys.insert(key, (hash, place));
    }

    /// Everything that the store has is what the model has.
    async fn compare(&mut self) {
        for (id, run) in &self.runs {
            type Row = (String, i32, Option<Uuid>, i64, Option<bool>, bool);
            let stored: Row = sqlx::query_as(
                "select status, attempt, lease_owner, lease_epoch, lease_until < now(), cancel_requested_at is not null from runs where id = $1",
            )
            .bind(id.0)
            .fetch_one(&mut *self.db)
            .await
            .unwrap();
            let expected: Row = (
                run.status.name().into(),
                run.attempt,
                run.owner.map(owner),
                run.epoch,
                run.lease_until.map(|_| run.lease_has_ended(self.now)),
                run.stop_wanted,
            );
            assert_eq!(stored, expected);
            let events: Vec<&str> = run.log.iter().map(|(_, event)| event.as_str()).collect();
            // From any number on, and not a row more than is needed.
            for after in [0, 1, events.len() / 2, events.len()] {
                let rows = self.store.run_log(self.user, *id, after as i64).await.unwrap();
                let from = rows.first().map_or(events.len(), |row| row.seq as usize - 1);
                let read: Vec<&str> = rows.iter().flat_map(|row| row.body.lines()).collect();
                assert_eq!(read, &events[from..], "behind {after}");
                assert!(from <= after, "a gap behind {after}");
                let needless = rows.first().is_some_and(|row| row.seq as usize + row.body.lines().count() <= after);
                assert!(!needless || rows.len() == 1, "rows that were seen");
            }
            let effects: Vec<(i32, Value)> = sqlx::query_as("select call_n, result from tool_effects where run_id = $1 order by call_n")
                .bind(id.0)
                .fetch_all(&mut *self.db)
                .await
                .unwrap();
            let expected: Vec<(i32, Value)> = run.effects.iter().map(|(call, result)| (*call, json!(result))).collect();
            assert_eq!(effects, expected);
        }
    }
}

#[test]
fn the_store_does_what_the_model_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (store, db) = runtime.block_on(async {
        let database = new_database().await;
        let store = Store::new(db::connect(&database.url, 4).await.unwrap());
        (store, PgConnection::connect(&database.url).await.unwrap())
    });
    let (db, next_id) = (std::cell::RefCell::new(db), std::cell::Cell::new(1_000_u128));
    proptest!(ProptestConfig::with_cases(40), |(steps in vec(step(), 1..40))| {
        let mut db = db.borrow_mut();
        runtime.block_on(async {
            // Runs of earlier cases would be taken over, too.
            sqlx::query("delete from runs").execute(&mut *db).await.unwrap();
            let mut both = Both {
                store: &store,
                db: &mut db,
                user: UserId(Uuid::nil()),
                thread: ThreadId(Uuid::nil()),
                next_id: next_id.get(),
                now: 0,
                runs: Vec::new(),
                holds: Vec::new(),
                keys: BTreeMap::new(),
            };
            both.user = UserId(both.id());
            both.thread = ThreadId(both.id());
            let user = NewUser {
                id: both.user,
                email: &format!("{}@example.com", both.user.0),
                name: "",
                password_hash: "none",
                zone: "UTC",
                is_admin: false,
                at: DateTime::from_timestamp_nanos(0),
            };
            both.store.create_user(&user, None).await.unwrap();
            for step in steps {
                both.take(step).await;
                both.compare().await;
            }
            next_id.set(both.next_id);
        });
    });
}
