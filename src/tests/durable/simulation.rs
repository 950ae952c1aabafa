//! Several processes over one log, by a seeded scheduler: crashes, pauses and slow commits anywhere, and the rules that must hold. A seed
//! repeats the same world. The rules are those of [`super::state`], which the store is held against elsewhere.

use std::collections::{BTreeMap, VecDeque};

use super::state::{Run, Status, Written};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as i64
    }
    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }
}

/// A rule that is left out, to see that the simulation finds out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Broken {
    Nothing,
    /// Whoever lost the lease writes on.
    Fence,
    /// Events are delivered before they are stored.
    Order,
    /// What comes behind something that could not be stored is stored all the same.
    Purge,
    /// A call takes effect without a look into the journal, and its line may be there already.
    Journal,
}

const PROCESSES: u64 = 3;
const MESSAGES: usize = 12;
/// Faults happen for so long; then everything must come to its end within as long again.
const FAULTS_MS: i64 = 60_000;
const RENEW_MS: i64 = 3000;
const ATTEMPTS: i32 = 3;
/// An answer: so many words, a call, so many words, a second call, words.
const STEPS: usize = 24;
const CALLS: [usize; 2] = [8, 16];

/// A run in the hands of a process.
struct Live {
    epoch: i64,
    /// The number of the next event.
    seq: usize,
    /// Where the answer is.
    step: usize,
    /// Until the call that runs has been committed.
    waits: bool,
}

/// What a process handed to its flusher.
#[derive(Clone)]
struct Entry {
    run: usize,
    epoch: i64,
    seq: usize,
    event: String,
    end: Option<Status>,
}

/// A statement on its way: what it saw of the epochs when it began, and when it is committed.
enum Work {
    Flush(Vec<(Entry, i64)>),
    Call {
        run: usize,
        epoch: i64,
        fence: i64,
        call: i32,
        known: bool,
    },
}

struct Statement {
    process: u64,
    /// The life of the process that sent it: a later one hears no answer.
    life: u64,
    done_at: i64,
    work: Work,
}

#[derive(Default)]
struct Process {
    life: u64,
    /// It does nothing before: it crashed and starts again, or hangs.
    away_until: i64,
    next_round: i64,
    lives: BTreeMap<usize, Live>,
    queue: VecDeque<Entry>,
    is_flushing: bool,
}

struct World {
    random: Random,
    broken: Broken,
    now: i64,
    runs: Vec<Run>,
    processes: Vec<Process>,
    statements: Vec<Statement>,
    /// What took effect, by run and call, however often.
    effects: BTreeMap<(usize, i32), usize>,
    /// What the client of each run was told, by number.
    told: Vec<BTreeMap<usize, String>>,
}

impl World {
    fn new(seed: u64, broken: Broken) -> Self {
        Self {
            random: Random(seed),
            broken,
            now: 0,
            runs: Vec::new(),
            processes: (0..PROCESSES).map(|_| Process::default()).collect(),
            statements: Vec::new(),
            effects: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// Who owns what, to the database: another life of a process is another owner.
    fn owner(&self, process: u64) -> u64 {
        process + PROCESSES * self.processes[process as usize].life
    }

    fn run(&mut self) -> Result<(), String> {
        while self.now < 2 * FAULTS_MS {
            self.now += 1 + self.random.below(20);
            let commits: Vec<Statement> = {
                let now = self.now;
                self.statements.extract_if(.., |statement| statement.done_at <= now).collect()
            };
            for statement in commits {
                self.commit(statement)?;
            }
            let number = self.random.below(PROCESSES as i64) as u64;
            if self.now < FAULTS_MS {
                self.fault(number);
            }
            if self.processes[number as usize].away_until <= self.now {
                self.act(number);
            }
        }
        self.check_the_end()
    }

    fn fault(&mut self, number: u64) {
        let (crash, hang) = (self.random.one_in(700), self.random.one_in(700));
        let away = self.now + 200 + self.random.below(16_000);
        let process = &mut self.processes[number as usize];
        if crash {
            // What it sent may still be committed, but nobody hears of it.
            let life = process.life + 1;
            *process = Process {
                life,
                away_until: away,
                ..Process::default()
            };
        } else if hang {
            process.away_until = process.away_until.max(away);
        }
    }

    fn act(&mut self, number: u64) {
        let owner = self.owner(number);
        if self.runs.len() < MESSAGES && self.random.one_in(120) {
            // Accepting is one statement: the message, the run and its first event.
            let run = self.runs.len();
            self.runs.push(Run::accept(owner, "accepted".into(), self.now));
            self.told.push(BTreeMap::from([(1, "accepted".into())]));
            self.enter(number, run, 1);
        }
        if self.processes[number as usize].next_round <= self.now {
            self.keep_leases(number, owner);
        }
        let runs: Vec<usize> = self.processes[number as usize].lives.keys().copied().collect();
        for run in runs {
            self.answer(number, run);
        }
        self.flush(number);
    }

    /// Begins to answer, or goes on: from the newest call that is in the journal, with what is told begun anew.
    fn enter(&mut self, number: u64, run: usize, epoch: i64) {
        let state = &self.runs[run];
        let calls = state.effects.len();
        let live = Live {
            epoch,
            seq: state.log.len() + 1,
            step: if calls == 0 { 0 } else { CALLS[calls - 1] + 1 },
            waits: false,
        };
        let gives_up = state.attempt > ATTEMPTS;
        self.processes[number as usize].lives.insert(run, live);
        if gives_up {
            self.say(number, run, "given up".into(), Some(Status::Incomplete));
        } else if epoch > 1 {
            self.say(number, run, "anew".into(), None);
        }
    }

    fn keep_leases(&mut self, number: u64, owner: u64) {
        self.processes[number as usize].next_round = self.now + RENEW_MS;
        let now = self.now;
        let runs = &mut self.runs;
        let broken = self.broken;
        self.processes[number as usize]
            .lives
            .retain(|run, live| runs[*run].renew(live.epoch, now).is_some() || broken == Broken::Fence);
        for run in 0..self.runs.len() {
            let is_mine = self.processes[number as usize].lives.contains_key(&run);
            if !is_mine && let Some(epoch) = self.runs[run].claim(owner, false, now) {
                self.enter(number, run, epoch);
            }
        }
    }

    /// One step of an answer.
    fn answer(&mut self, number: u64, run: usize) {
        let Some(live) = self.processes[number as usize].lives.get_mut(&run).filter(|live| !live.waits) else {
            return;
        };
        let (step, epoch) = (live.step, live.epoch);
        live.step += 1;
        if let Some(call) = CALLS.iter().position(|at| *at == step) {
            live.waits = true;
            let work = Work::Call {
                run,
                epoch,
                fence: self.runs[run].epoch,
                call: call as i32,
                known: self.runs[run].effects.contains_key(&(call as i32)),
            };
            self.send(number, work);
        } else if step < STEPS {
            self.say(number, run, format!("word {step}"), None);
        } else {
            self.say(number, run, "end".into(), Some(Status::Done));
        }
    }

    fn say(&mut self, number: u64, run: usize, event: String, end: Option<Status>) {
        let process = &mut self.processes[number as usize];
        let Some(live) = process.lives.get_mut(&run) else { return };
        let (epoch, seq) = (live.epoch, live.seq);
        live.seq += 1;
        if end.is_some() {
            process.lives.remove(&run);
        }
        process.queue.push_back(Entry {
            run,
            epoch,
            seq,
            event,
            end,
        });
    }

    fn flush(&mut self, number: u64) {
        let process = &mut self.processes[number as usize];
        if process.is_flushing || process.queue.is_empty() {
            return;
        }
        process.is_flushing = true;
        let entries: Vec<Entry> = process.queue.drain(..).collect();
        if self.broken == Broken::Order {
            for entry in &entries {
                self.told[entry.run].insert(entry.seq, entry.event.clone());
            }
        }
        // The fence is what the statement sees when it begins.
        let work = entries
            .into_iter()
            .map(|entry| (entry.clone(), self.runs[entry.run].epoch))
            .collect();
        self.send(number, Work::Flush(work));
    }

    fn send(&mut self, process: u64, work: Work) {
        let slow = if self.random.one_in(25) { 12_000 } else { 30 };
        let statement = Statement {
            process,
            life: self.processes[process as usize].life,
            done_at: self.now + 1 + self.random.below(slow),
            work,
        };
        self.statements.push(statement);
    }

    fn commit(&mut self, statement: Statement) -> Result<(), String> {
        let hears = self.processes[statement.process as usize].life == statement.life;
        match statement.work {
            Work::Flush(entries) => {
                let mut lost = Vec::new();
                for (entry, fence) in entries {
                    let fence = if self.broken == Broken::Fence { entry.epoch } else { fence };
                    let state = &mut self.runs[entry.run];
                    // An end locks the row of its run first: it sees the epoch as it is now.
                    let fence = if entry.end.is_some() && self.broken != Broken::Fence {
                        state.epoch
                    } else {
                        fence
                    };
                    let is_lost = lost.contains(&(entry.run, entry.epoch)) && self.broken != Broken::Purge;
                    if !is_lost && fence == entry.epoch && entry.seq > state.log.len() + 1 {
                        return Err(format!("run {}: a gap before number {}", entry.run, entry.seq));
                    }
                    if self.broken == Broken::Fence && state.log.len() >= entry.seq {
                        state.log[entry.seq - 1] = (entry.epoch, entry.event.clone());
                    } else if is_lost || state.append(entry.epoch, fence, entry.seq, std::slice::from_ref(&entry.event)) != Written::Held {
                        lost.push((entry.run, entry.epoch));
                        continue;
                    }
                    if let Some(status) = entry.end {
                        state.finish(entry.epoch, status);
                    }
                    if hears
                        && let Some(before) = self.told[entry.run].insert(entry.seq, entry.event.clone())
                        && before != entry.event
                    {
                        return Err(format!(
                            "run {}: number {} was told as {before} and as {}",
                            entry.run, entry.seq, entry.event
                        ));
                    }
                }
                if hears {
                    let process = &mut self.processes[statement.process as usize];
                    process.is_flushing = false;
                    if self.broken == Broken::Purge {
                        return Ok(());
                    }
                    process.lives.retain(|run, live| !lost.contains(&(*run, live.epoch)));
                    process.queue.retain(|entry| !lost.contains(&(entry.run, entry.epoch)));
                }
            }
            Work::Call {
                run,
                epoch,
                fence,
                call,
                known,
            } => {
                let fence = if self.broken == Broken::Fence { epoch } else { fence };
                let state = &mut self.runs[run];
                let written = match known && self.broken != Broken::Journal {
                    true => Written::Held,
                    false => {
                        let written = state.effect(epoch, fence, call, "done".into());
                        if written == Written::Held || self.broken == Broken::Journal {
                            *self.effects.entry((run, call)).or_default() += 1;
                        }
                        written
                    }
                };
                let process = &mut self.processes[statement.process as usize];
                if hears && let Some(live) = process.lives.get_mut(&run).filter(|live| live.epoch == epoch) {
                    live.waits = false;
                    if written == Written::Held {
                        self.say(statement.process, run, format!("called {call}"), None);
                    } else {
                        process.lives.remove(&run);
                    }
                }
            }
        }
        Ok(())
    }

    fn check_the_end(&self) -> Result<(), String> {
        for (at, run) in self.runs.iter().enumerate() {
            if run.is_live() {
                return Err(format!("run {at} never ends: attempt {}, epoch {}", run.attempt, run.epoch));
            }
            if run.log.windows(2).any(|pair| pair[0].0 > pair[1].0) {
                return Err(format!("run {at}: an older epoch wrote behind a newer one: {:?}", run.log));
            }
            let last = run.log.last().map(|(_, event)| event.as_str());
            let ended = run
                .log
                .iter()
                .filter(|(_, event)| matches!(event.as_str(), "end" | "given up"))
                .count();
            if ended != 1
                || !matches!(
                    (run.status, last),
                    (Status::Done, Some("end")) | (Status::Incomplete, Some("given up"))
                )
            {
                return Err(format!("run {at} is {:?} and ends with {last:?}, {ended} times", run.status));
            }
            // What was told is what is stored: a client that asks behind what it knows misses nothing and hears nothing twice.
            if let Some((seq, event)) = self.told[at]
                .iter()
                .find(|(seq, event)| run.log.get(**seq - 1).map(|(_, known)| known) != Some(event))
            {
                return Err(format!(
                    "run {at}: number {seq} was told as {event}, and is {:?}",
                    run.log.get(seq - 1)
                ));
            }
            // A whole answer has the words of its last attempt, each once, and its calls.
            if run.status == Status::Done && run.effects.len() != CALLS.len() {
                return Err(format!("run {at} is done with {} of its calls", run.effects.len()));
            }
        }
        if let Some((call, times)) = self.effects.iter().find(|(_, times)| **times != 1) {
            return Err(format!("{call:?} took effect {times} times"));
        }
        if self.runs.len() < MESSAGES {
            return Err(format!("only {} messages were accepted", self.runs.len()));
        }
        Ok(())
    }
}

#[test]
fn nothing_is_lost_or_doubled_whoever_dies_or_hangs() {
    let (mut done, mut taken_over) = (0, 0);
    for seed in 0..500 {
        let mut world = World::new(seed, Broken::Nothing);
        world.run().unwrap_or_else(|wrong| panic!("seed {seed}: {wrong}"));
        done += world.runs.iter().filter(|run| run.status == Status::Done).count();
        taken_over += world.runs.iter().filter(|run| run.epoch > 1).count();
    }
    // It was worth the while.
    assert!(done > 3000 && taken_over > 1500, "{done} done, {taken_over} taken over");
}

#[test]
fn a_rule_that_is_left_out_is_found() {
    for broken in [Broken::Fence, Broken::Order, Broken::Purge, Broken::Journal] {
        assert!((0..100).any(|seed| World::new(seed, broken).run().is_err()), "{broken:?}");
    }
}
