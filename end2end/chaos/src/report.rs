//! The figures, as Markdown tables for docs/reliability.md.

use std::time::Duration;

use crate::{check::Counts, kills::Kills, log::Load, orphans::Way, points::Ended, servers::Went, world::percentile};

/// What one scenario came to.
pub struct Row {
    pub what: String,
    pub counts: Counts,
    /// From the moment in which somebody could go on (or, where nobody was away, from the break) to the next word.
    pub goes_on: Vec<Duration>,
    /// From the request that resumes to its first new frame.
    pub resume: Vec<Duration>,
    pub note: String,
}

pub fn scenarios(rows: &mut [Row]) {
    if rows.is_empty() {
        return;
    }
    println!(
        "\n| what was done | messages | tool effects | lost | doubled | told to the byte as stored | told that it failed \
         | goes on after p50 / p99 / most (ms) | resumed p99 (ms) | |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
    );
    for row in rows {
        let counts = row.counts;
        println!(
            "| {} | {} | {} | {} | {} | {} of {} | {} | {} | {} | {} |",
            row.what,
            counts.messages,
            counts.effects,
            counts.lost,
            counts.doubled,
            counts.equal,
            counts.answers,
            counts.given_up,
            millis(&mut row.goes_on, &[50, 99, 100]),
            millis(&mut row.resume, &[99]),
            row.note,
        );
    }
}

pub fn kills(done: &mut Kills) {
    println!("\n| {} kills | |\n| --- | ---: |", done.done);
    for (name, count) in [
        (
            "of the server alone",
            done.done - done.with_database - done.database_alone - done.stopped,
        ),
        ("of the server with its database", done.with_database),
        ("of the database, then of the server", done.database_alone),
        ("SIGTERM", done.stopped),
        ("connections that broke", done.breaks),
        ("of them before the message was acknowledged", done.unconfirmed),
    ] {
        println!("| {name} | {count} |");
    }
    println!(
        "| start to ready, p50 / p99 / most (ms) | {} |",
        millis(&mut done.restart, &[50, 99, 100])
    );
    println!(
        "| break to the next new word, with the restart, p50 / p99 / most (ms) | {} |",
        millis(&mut done.next_word, &[50, 99, 100])
    );
}

pub fn points(ended: &[Ended]) {
    println!("\n| fail point | the server ended itself there |\n| --- | ---: |");
    for (point, times) in ended {
        println!("| `{point}` | {times} |");
    }
}

pub fn servers(went: &mut [Went]) {
    println!(
        "\n| what became of one of two servers | times | answers taken over | from then to the other one's first word, p50 / p99 / most (ms) |\n\
         | --- | ---: | ---: | ---: |"
    );
    for went in went {
        let what = match went.way {
            Way::Killed => "killed (SIGKILL)",
            Way::Hung => "hung for longer than a lease (SIGSTOP, SIGCONT)",
            Way::Stopped => "ended in order (SIGTERM)",
        };
        println!(
            "| {what} | {} | {} | {} |",
            went.times,
            went.taken.len(),
            millis(&mut went.taken, &[50, 99, 100])
        );
    }
}

pub fn log(loads: &[Load]) {
    println!(
        "\n| database | streams | tokens a second | write-ahead log, bytes a token | write transactions a second | tokens a transaction |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |"
    );
    for load in loads {
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.1} | {:.1} |",
            load.database, load.streams, load.tokens_a_second, load.bytes_a_token, load.commits_a_second, load.tokens_a_commit
        );
    }
}

fn millis(values: &mut [Duration], percents: &[usize]) -> String {
    if values.is_empty() {
        return "-".into();
    }
    let values: Vec<String> = percents
        .iter()
        .map(|percent| format!("{:.0}", percentile(values, *percent).as_secs_f64() * 1000.0))
        .collect();
    values.join(" / ")
}
