//! What the page's stream costs for an answer of 8,000 tokens in one block, and how much of it is sent: `cargo bench --bench answers`. The bytes
//! are said once, beside those of `/chatkit`.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kaam::{
    domain::{
        id::ItemId,
        locale::{Digits, Locale, Reader},
    },
    protocol::event::{ItemUpdate, ThreadStreamEvent},
    server::page::view::Updater,
};

const TOKENS: usize = 8000;
const READER: Reader = Reader {
    locale: Locale::En,
    digits: Digits::Latin,
};

/// An answer in one block, as a model sends it.
fn tokens(shape: &str) -> Vec<String> {
    let token = |n: usize| match (shape, n % 12) {
        ("list", 0) => "\n- ",
        ("table", 0) => " |\n| ",
        ("table", 6) => "| ",
        ("code", 0) => ";\nlet ",
        _ => ["milk ", "and ", "eggs, ", "کل ", "**tea** ", "now. "][n % 6],
    };
    let first = match shape {
        "table" => "| a | b |\n|---|---|\n| x",
        "code" => "```rust\n",
        _ => "",
    };
    std::iter::once(first).chain((0..TOKENS).map(token)).map(str::to_owned).collect()
}

fn event(item_id: ItemId, delta: String) -> ThreadStreamEvent {
    ThreadStreamEvent::ItemUpdated {
        item_id,
        update: ItemUpdate::TextDelta { content_index: 0, delta },
    }
}

fn growing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("an answer of 8,000 tokens");
    group.sample_size(10);
    let item = ItemId(uuid::Uuid::nil());
    for shape in ["paragraph", "list", "table", "code"] {
        let events: Vec<ThreadStreamEvent> = tokens(shape).into_iter().map(|token| event(item, token)).collect();
        let chatkit: usize = events.iter().map(|event| json(event) + "data: \n\n".len()).sum();
        let mut updater = Updater::new(READER);
        let updates = events.iter().filter_map(|event| updater.update(event));
        // A frame of the page has an id, too: a run and a number.
        let page: usize = updates
            .map(|update| json(&update) + "id: 00000000-0000-0000-0000-000000000000.00000\ndata: \n\n".len())
            .sum();
        println!(
            "{shape}: {page} bytes on the page, {chatkit} on /chatkit ({:.2} times)",
            page as f64 / chatkit as f64
        );
        group.bench_function(shape, |bencher| {
            bencher.iter_batched(
                || Updater::new(READER),
                |mut updater| {
                    events
                        .iter()
                        .filter_map(|event| updater.update(event))
                        .for_each(|update| _ = black_box(json(&update)))
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn json(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |text| text.len())
}

criterion_group!(benches, growing);
criterion_main!(benches);
